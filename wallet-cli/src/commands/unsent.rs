//! The part of an account's history that no transaction made: holds that ended, and points that expired. The wallet
//! works it out from the account's transactions; no gateway is asked for it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use lojal_types::api::{self, TransactionState, TransactionStatus};
use lojal_types::{AddressText, BrandId, Operation, Outcome, Points, Reference, Reverse, TimeMs, TransactionId};

/// A hold that ended when its time was over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EndedHold {
    /// The time at which it ended.
    pub(super) time_ms: TimeMs,
    /// The brand of the points.
    pub(super) brand: BrandId,
    /// The reference of the hold.
    pub(super) reference: Reference,
    /// The points that were held.
    pub(super) amount: Points,
}

/// The number of points of a brand that expired until now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expired {
    /// The number itself.
    Exactly(Points),
    /// The least and the most: some were taken back, and nobody has said how many.
    Between(Points, Points),
}

/// The numbers of points that reversals took that would also have been content with fewer, as far as it is known.
pub(super) type Taken = BTreeMap<(BrandId, Reference), Points>;

/// The operation, a reversal as one of what it took if that is known.
pub(super) fn with_taken<'a>(operation: &'a Operation<AddressText>, taken: &Taken) -> Cow<'a, Operation<AddressText>> {
    let Operation::Reverse(one) = operation else { return Cow::Borrowed(operation) };
    let took = taken.get(&(one.brand, one.reference.clone())).copied();
    // Another number than the signed ones allow is no answer.
    match took.filter(|took| (one.at_least..=one.amount).contains(took)) {
        Some(took) => Cow::Owned(Operation::Reverse(Reverse { amount: took, at_least: took, ..one.clone() })),
        None => Cow::Borrowed(operation),
    }
}

/// The references of the reversals of an account's points whose transactions don't say how many they took, with these
/// transactions.
pub(super) fn open_reversals(
    transactions: &[TransactionStatus],
    account: AddressText,
) -> impl Iterator<Item = (BrandId, &Reference, TransactionId)> {
    transactions.iter().flat_map(move |status| {
        happened(std::slice::from_ref(status)).filter_map(move |(_, operation)| match operation {
            Operation::Reverse(one) if one.from == account && one.at_least < one.amount => {
                Some((one.brand, &one.reference, status.id))
            }
            _ => None,
        })
    })
}

/// The operations that happened and their times, in the order of the list.
pub(super) fn happened(transactions: &[TransactionStatus]) -> impl Iterator<Item = (TimeMs, &Operation<AddressText>)> {
    transactions.iter().flat_map(|status| {
        let applied = match status.state {
            TransactionState::Committed { time_ms, receipt: Outcome::Applied, .. } => Some(time_ms),
            _ => None,
        };
        let signed = status.transaction.as_ref().filter(|_| applied.is_some());
        let operations = signed.into_iter().flat_map(|signed| signed.transaction.operations.iter());
        operations.map(move |operation| (applied.unwrap_or_default(), operation))
    })
}

/// The holds of `transactions` that ended by themselves until `now`. `later` are the transactions after them, so
/// that no hold is missed that was captured or released.
pub(super) fn ended_holds(
    transactions: &[TransactionStatus],
    later: &[TransactionStatus],
    account: AddressText,
    now: TimeMs,
) -> Vec<EndedHold> {
    let mut closed: Vec<(BrandId, &Reference)> = Vec::new();
    for (_, operation) in happened(transactions).chain(happened(later)) {
        match operation {
            Operation::Capture(one) if one.from == account => closed.push((one.brand, &one.hold_reference)),
            Operation::Release(one) if one.from == account => closed.push((one.brand, &one.hold_reference)),
            _ => {}
        }
    }
    let ended = happened(transactions).filter_map(|(_, operation)| match operation {
        Operation::Hold(one) if one.from == account => {
            // "A hold ends on a whole minute" (protocol, Holds)
            let time_ms = one.expires_ms.to_whole_minute().filter(|end| *end <= now)?;
            let (brand, reference) = (one.brand, one.request.reference.clone());
            let is_closed = closed.contains(&(brand, &reference));
            (!is_closed).then_some(EndedHold { time_ms, brand, reference, amount: one.amount })
        }
        _ => None,
    });
    ended.collect()
}

/// The points of one brand that came and went.
#[derive(Clone, Copy, Default)]
struct Flow {
    came: u128,
    /// Those that went for certain.
    went: u128,
    /// Those that may have gone besides, with reversals.
    perhaps: u128,
}

/// The brands whose points an account has traded: what it offers isn't among its holds, and what was paid for a take
/// its transaction doesn't say, so that they don't tell how many points expired.
pub(super) fn traded(all: &[TransactionStatus], account: AddressText) -> BTreeSet<BrandId> {
    let brands = happened(all).flat_map(|(_, operation)| match operation {
        Operation::Offer(one) if one.from == account => vec![one.brand],
        Operation::Take(one) if [one.owner, one.from].contains(&account) => vec![one.brand, one.wants],
        _ => Vec::new(),
    });
    brands.collect()
}

/// The points of an account that expired, by brand, brands without any, and those that it has traded, left out: what
/// came, less what went, less what is there. `all` are all its transactions until the block of `account`; nothing if
/// they don't add up.
pub(super) fn expired(
    all: &[TransactionStatus],
    taken: &Taken,
    account: &api::Account,
) -> Option<BTreeMap<BrandId, Expired>> {
    let mut flows: BTreeMap<BrandId, Flow> = BTreeMap::new();
    happened(all).for_each(|(_, operation)| count(&mut flows, &with_taken(operation, taken), account.address));
    let traded = traded(all, account.address);
    flows.retain(|brand, _| !traded.contains(brand));
    let mut expired = BTreeMap::new();
    for (brand, Flow { came, went, perhaps }) in flows {
        let most = came.checked_sub(went)?.checked_sub(there(account, brand))?;
        let points = |number| u64::try_from(number).ok().map(Points::new);
        let (least, most) = (points(most.saturating_sub(perhaps))?, points(most)?);
        if least == most && !most.is_zero() {
            expired.insert(brand, Expired::Exactly(most));
        } else if least != most {
            expired.insert(brand, Expired::Between(least, most));
        }
    }
    Some(expired)
}

/// All points of a brand that an account has, those that are held and those that wait among them.
pub(super) fn there(account: &api::Account, brand: BrandId) -> u128 {
    let balances = || account.balances.iter().filter(|balance| balance.brand == brand);
    let free = balances().map(|balance| balance.total);
    let waits = balances().flat_map(|balance| balance.pending.iter().map(|lot| lot.amount));
    let held = account.holds.iter().filter(|hold| hold.brand == brand).map(|hold| hold.total);
    free.chain(waits).chain(held).map(|points| u128::from(points.get())).sum()
}

/// Counts what an operation moved into the account or out of it. Held points stay the account's until they are
/// captured.
fn count(flows: &mut BTreeMap<BrandId, Flow>, operation: &Operation<AddressText>, account: AddressText) {
    let mut came = |brand: BrandId, amount: Points| flows.entry(brand).or_default().came += u128::from(amount.get());
    match operation {
        Operation::Issue(one) if one.to == account => came(one.brand, one.amount),
        Operation::Transfer(one) if one.to == account => came(one.brand, one.amount),
        Operation::Convert(one) if one.account == account => came(one.to, one.received),
        Operation::Refund(one) if one.to == account => came(one.brand, one.amount),
        _ => {}
    }
    let mut went = |brand: BrandId, amount: Points| flows.entry(brand).or_default().went += u128::from(amount.get());
    match operation {
        Operation::Redeem(one) if one.from == account => went(one.brand, one.amount),
        Operation::Capture(one) if one.from == account => went(one.brand, one.amount),
        Operation::Transfer(one) if one.from == account => went(one.brand, one.amount),
        Operation::Convert(one) if one.account == account => went(one.from, one.burned),
        // A donation: all other claims stand here as what they moved.
        Operation::Claim(one) if one.account == account => went(one.brand, one.price_max),
        Operation::Reverse(one) if one.from == account => {
            went(one.brand, one.at_least);
            let more = one.amount.get().saturating_sub(one.at_least.get());
            flows.entry(one.brand).or_default().perhaps += u128::from(more);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use lojal_types::{
        Bounded, Capture, ChainTag, Convert, Day, Expiry, Height, Hold, Issue, KeyPair, Lot, NetworkKind, PendingLot,
        Redeem, Release, SignedTransaction, Transaction, Transfer,
    };

    use super::*;

    fn own() -> AddressText {
        KeyPair::from_seed(&[1; 32]).address().to_text(NetworkKind::Test)
    }
    fn other() -> AddressText {
        KeyPair::from_seed(&[2; 32]).address().to_text(NetworkKind::Test)
    }
    fn time(ms: u64) -> TimeMs {
        TimeMs::new(ms).expect("in range")
    }
    fn reference(byte: u8) -> Reference {
        Reference::new(vec![byte]).expect("one byte")
    }
    fn brand() -> BrandId {
        "kaffet".parse().expect("valid")
    }

    fn with(receipt: Outcome, operation: Operation<AddressText>) -> TransactionStatus {
        let transaction = Transaction {
            chain: ChainTag::new([0; 4]),
            sender: own(),
            valid_until_ms: time(1),
            nonce: 0,
            operations: Bounded::new(vec![operation]).expect("one"),
        };
        let public_key = KeyPair::from_seed(&[1; 32]).public_key();
        let signed = SignedTransaction { transaction, public_key, signature: lojal_types::Signature::new([0; 64]) };
        let state = TransactionState::Committed { height: Height::new(1), index: 0, time_ms: time(1), receipt };
        TransactionStatus { id: TransactionId::new([0; 32]), state, transaction: Some(signed), activity: None }
    }
    fn done(operation: Operation<AddressText>) -> TransactionStatus {
        with(Outcome::Applied, operation)
    }
    fn issue(amount: u64) -> TransactionStatus {
        let (amount, dated) = (Points::new(amount), Day::default());
        done(Operation::Issue(Issue {
            brand: brand(),
            to: own(),
            amount,
            reference: reference(9),
            dated,
            expiry: None,
        }))
    }
    fn hold(number: u8, expires_ms: u64) -> TransactionStatus {
        let (amount, expires_ms) = (Points::new(60), time(expires_ms));
        let salt = lojal_types::Salt::new([number; 16]);
        let (reference, until_ms) = (reference(number), time(expires_ms.get()));
        let dated = Day::default();
        let request = lojal_types::AnsweredRequest { reference, dated, until_ms, for_household: false, salt };
        done(Operation::Hold(Hold { brand: brand(), from: own(), amount, expires_ms, request }))
    }
    fn capture(number: u8, amount: u64) -> TransactionStatus {
        let (amount, hold_reference) = (Points::new(amount), reference(number));
        done(Operation::Capture(Capture {
            brand: brand(),
            from: own(),
            hold_reference,
            hold_dated: Day::default(),
            amount,
            reference: reference(8),
            dated: Day::default(),
        }))
    }
    fn release(number: u8) -> TransactionStatus {
        let (hold_reference, hold_dated) = (reference(number), Day::default());
        done(Operation::Release(Release { brand: brand(), from: own(), hold_reference, hold_dated }))
    }
    fn account(points: u64) -> api::Account {
        let lots = vec![Lot { expiry: Expiry::Never, amount: Points::new(points) }];
        let balances = vec![api::Balance { brand: brand(), total: Points::new(points), lots, pending: Vec::new() }];
        serde_json::from_value(serde_json::json!({
            "address": own(), "exists": true, "rotated_key": null, "balances": balances, "height": 5,
        }))
        .expect("an account")
    }

    #[test]
    fn a_hold_that_nobody_took_or_let_go_came_back() {
        let page = [hold(1, 60_000), hold(2, 60_000), hold(3, 60_000), hold(4, 180_000), capture(2, 10)];
        let returned = ended_holds(&page, &[release(3)], own(), time(120_000));
        assert_eq!(
            returned,
            [EndedHold { time_ms: time(60_000), brand: brand(), reference: reference(1), amount: Points::new(60) }]
        );
        assert_eq!(ended_holds(&page, &[], other(), time(120_000)), []);
        let failed = Outcome::Failed { operation: 0, code: lojal_types::Code::InsufficientPoints };
        let TransactionStatus { transaction: Some(signed), .. } = hold(1, 100) else { panic!("it has one") };
        let refused = with(failed, signed.transaction.operations[0].clone());
        assert_eq!(ended_holds(&[refused], &[], own(), time(120_000)), []);
    }

    #[test]
    fn a_hold_comes_back_at_the_whole_minute_after_the_time_that_was_asked_for() {
        let page = [hold(1, 60_001)];
        assert_eq!(ended_holds(&page, &[], own(), time(60_001)), []);
        assert_eq!(ended_holds(&page, &[], own(), time(119_999)), []);
        let ends =
            |page: &[_], now| ended_holds(page, &[], own(), time(now)).into_iter().map(|one| one.time_ms).collect();
        let (whole, none): (Vec<TimeMs>, Vec<TimeMs>) = (ends(&page, 120_000), ends(&[hold(1, 120_000)], 119_999));
        assert_eq!((whole, none), (vec![time(120_000)], vec![]));
    }

    #[test]
    fn what_came_and_neither_went_nor_is_there_has_expired() {
        let redeem =
            done(Operation::Redeem(Redeem { brand: brand(), from: own(), amount: Points::new(20), request: None }));
        let all = [issue(100), hold(1, 100), capture(1, 10), redeem];
        let points = |number| Some(BTreeMap::from([(brand(), Expired::Exactly(Points::new(number)))]));
        assert_eq!(expired(&all, &Taken::new(), &account(40)), points(30));
        assert_eq!(expired(&all, &Taken::new(), &account(70)), Some(BTreeMap::new()));
        assert_eq!(expired(&all, &Taken::new(), &account(71)), None, "more is there than ever came");
        let to_itself = Transfer { brand: brand(), from: own(), to: other(), amount: Points::new(70) };
        let sent = done(Operation::Transfer(to_itself));
        assert_eq!(expired(&[&all[..], &[sent]].concat(), &Taken::new(), &account(0)), Some(BTreeMap::new()));
    }

    #[test]
    fn what_waits_has_not_expired() {
        let waits = PendingLot { matures: Day::default(), expiry: Expiry::Never, amount: Points::new(60) };
        let mut account = account(40);
        account.balances[0].pending.push(waits);
        assert_eq!(there(&account, brand()), 100);
        assert_eq!(expired(&[issue(100)], &Taken::new(), &account), Some(BTreeMap::new()));
        let all = [issue(100), issue(7)];
        let points = BTreeMap::from([(brand(), Expired::Exactly(Points::new(7)))]);
        assert_eq!(expired(&all, &Taken::new(), &account), Some(points));
    }

    #[test]
    fn a_conversion_moves_what_it_says() {
        let to: BrandId = "nordmat".parse().expect("valid");
        let (burned, received) = (Points::new(18), Points::new(9));
        let convert = |account| Operation::Convert(Convert { account, from: brand(), to, burned, received });
        let all = [done(convert(own())), done(convert(other())), issue(100)];
        let both =
            BTreeMap::from([(brand(), Expired::Exactly(Points::new(32))), (to, Expired::Exactly(Points::new(9)))]);
        assert_eq!(expired(&all, &Taken::new(), &account(50)), Some(both));
    }

    #[test]
    fn a_reversal_took_what_the_ledger_says_or_something_between() {
        let (amount, at_least) = (Points::new(30), Points::new(10));
        let (brand, from, issue_reference, reference) = (brand(), own(), reference(9), reference(7));
        let (own_reference, issue_dated, dated) = (reference.clone(), Day::default(), Day::default());
        let reverse =
            Reverse { brand, from, amount, at_least, issue_reference, issue_dated, reference: own_reference, dated };
        let all = [done(Operation::Reverse(reverse)), issue(100)];
        assert_eq!(open_reversals(&all, own()).collect::<Vec<_>>(), [(brand, &reference, all[0].id)]);
        assert_eq!(open_reversals(&all, other()).count(), 0);
        let found = |took, there| {
            let taken = Taken::from([((brand, reference.clone()), Points::new(took))]);
            expired(&all, &taken, &account(there)).map(|found| found.get(&brand).copied())
        };
        assert_eq!(found(20, 75), Some(Some(Expired::Exactly(Points::new(5)))));
        assert_eq!(found(25, 75), Some(None), "nothing is left");
        assert_eq!(found(26, 75), None, "it doesn't add up");
        for no_answer in [9, 31] {
            let between = Expired::Between(Points::ZERO, Points::new(15));
            assert_eq!(found(no_answer, 75), Some(Some(between)));
            assert_eq!(found(no_answer, 60), Some(Some(Expired::Between(Points::new(10), Points::new(30)))));
        }
    }
}
