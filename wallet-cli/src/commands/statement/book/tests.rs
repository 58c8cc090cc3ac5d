//! Tests of statements.

use lojal_types::{
    Bounded, ChainTag, Day, Expiry, Issue, KeyPair, Lot, Month, NetworkKind, Outcome, Redeem, Signature,
    SignedTransaction, Transaction, Transfer,
};

use super::*;
use crate::commands::months;

fn own() -> AddressText {
    KeyPair::from_seed(&[1; 32]).address().to_text(NetworkKind::Test)
}
fn other() -> AddressText {
    KeyPair::from_seed(&[2; 32]).address().to_text(NetworkKind::Test)
}
fn brand() -> BrandId {
    "kaffet".parse().expect("valid")
}
fn day(text: &str) -> TimeMs {
    text.parse::<Day>().expect("a day").start()
}

fn at(text: &str, operation: Operation<AddressText>) -> TransactionStatus {
    let (time_ms, operations) = (day(text), Bounded::new(vec![operation]).expect("one"));
    let (chain, sender) = (ChainTag::new([0; 4]), own());
    let transaction = Transaction { chain, sender, valid_until_ms: time_ms, nonce: 0, operations };
    let public_key = KeyPair::from_seed(&[1; 32]).public_key();
    let signed = SignedTransaction { transaction, public_key, signature: Signature::new([0; 64]) };
    let state = TransactionState::Committed { height: Height::new(7), index: 0, time_ms, receipt: Outcome::Applied };
    TransactionStatus { id: TransactionId::new([0; 32]), state, transaction: Some(signed), activity: None }
}
/// 100 came in January, 30 went in February, 5 came from somebody in March; the newest first.
fn all() -> Vec<TransactionStatus> {
    let reference = Reference::new(vec![9]).expect("one byte");
    let issue =
        Issue { brand: brand(), to: own(), amount: Points::new(100), reference, dated: Day::default(), expiry: None };
    let redeem = Redeem { brand: brand(), from: own(), amount: Points::new(30), request: None };
    let transfer = Transfer { brand: brand(), from: other(), to: own(), amount: Points::new(5) };
    vec![
        at("2027-03-05", Operation::Transfer(transfer)),
        at("2027-02-05", Operation::Redeem(redeem)),
        at("2027-01-05", Operation::Issue(issue)),
    ]
}
fn account(points: u64) -> api::Account {
    let total = Points::new(points);
    let lots = vec![Lot { expiry: Expiry::Never, amount: total }];
    let balances = vec![api::Balance { brand: brand(), total, lots, pending: Vec::new() }];
    api::Account { exists: true, balances, ..api::Account::unknown(own(), Height::new(9)) }
}
fn statement(from: &str, before: &str, points: u64, gone: Option<&BTreeMap<BrandId, Gone>>) -> Part {
    let period = Period { from: day(from), before: day(before) };
    let parts = parts((&all(), &Taken::new()), &account(points), gone, (period, day("2027-05-01")));
    let [part] = &parts[..] else { panic!("one brand: {parts:?}") };
    part.clone()
}
fn kinds(part: &Part) -> Vec<(Kind, i128)> {
    part.movements.iter().map(|movement| (movement.kind, movement.signed())).collect()
}

#[test]
fn what_was_there_before_and_what_moved_is_what_is_there_after() {
    let nothing = BTreeMap::new();
    let part = statement("2027-02-01", "2027-03-01", 75, Some(&nothing));
    assert_eq!((part.opening, part.closing), (Some(100), Some(70)));
    assert_eq!(kinds(&part), [(Kind::Redeemed, -30)]);
    let whole = statement("2027-01-01", "2028-01-01", 75, Some(&nothing));
    assert_eq!((whole.opening, whole.closing), (Some(0), Some(75)));
    assert_eq!(kinds(&whole), [(Kind::Issued, 100), (Kind::Redeemed, -30), (Kind::Received, 5)]);
    let later = statement("2027-04-01", "2027-04-02", 75, Some(&nothing));
    assert_eq!((later.opening, later.closing, kinds(&later)), (Some(75), Some(75), vec![]));
}

#[test]
fn what_expired_belongs_to_its_last_month() {
    let by_month = BTreeMap::from([("2027-02".parse::<Month>().expect("a month"), Points::new(40))]);
    let split = Some(months::Gone { by_month, late: vec![] });
    let gone = BTreeMap::from([(brand(), Gone { expired: Expired::Exactly(Points::new(40)), split })]);
    let part = statement("2027-02-01", "2027-03-01", 35, Some(&gone));
    assert_eq!((part.opening, part.closing), (Some(100), Some(30)));
    assert_eq!(kinds(&part), [(Kind::Redeemed, -30), (Kind::Expired, -40)]);
    assert_eq!(statement("2027-03-01", "2027-06-01", 35, Some(&gone)).opening, Some(30));
}

#[test]
fn where_nobody_knows_when_points_expired_the_books_say_nothing_of_that_time() {
    let gone = Gone { expired: Expired::Exactly(Points::new(40)), split: None };
    let gone = BTreeMap::from([(brand(), gone)]);
    for gone in [Some(&gone), None] {
        let part = statement("2027-02-01", "2027-03-01", 35, gone);
        assert_eq!((part.opening, part.closing), (None, None));
        let whole = statement("2027-01-01", "2027-06-01", 35, gone);
        assert_eq!((whole.opening, whole.closing), (Some(0), Some(35)), "the ends are known");
    }
}
