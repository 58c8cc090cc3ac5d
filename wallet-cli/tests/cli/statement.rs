//! An account's books.

use lojal_types::api::{Account, TransactionState, TransactionStatus};
use lojal_types::{
    Activity, Bounded, CampaignId, Claim, Day, Height, Issue, NetworkKind, Operation, Outcome, Payment, Points, Redeem,
    Reference, Refund, TimeMs, Transaction,
};

use crate::support::gateway::{Ledger, account};
use crate::support::server::Server;
use crate::support::{Wallet, genesis, key, receipt};

const START_MS: u64 = 1_700_000_000_000;
const DAY_MINUTES: u64 = 24 * 60;

/// A transaction that happened so many minutes after 2023-11-14 22:13:20.
fn at(minutes: u64, operation: Operation) -> TransactionStatus {
    let time_ms = TimeMs::new(START_MS + minutes * 60_000).expect("in range");
    let transaction = Transaction {
        chain: genesis().chain_id().tag(),
        sender: key().address(),
        valid_until_ms: time_ms,
        nonce: minutes,
        operations: Bounded::new(vec![operation]).expect("one"),
    };
    let id = transaction.id(&genesis().chain_id());
    let signed = transaction.sign(&genesis().chain_id(), &key()).to_text(NetworkKind::Test);
    let state =
        TransactionState::Committed { height: Height::new(minutes), index: 0, time_ms, receipt: Outcome::Applied };
    TransactionStatus { id, state, transaction: Some(signed), activity: None }
}
fn issue(amount: u64, reference: Reference) -> Operation {
    let (brand, to) = ("nordmat".parse().expect("valid"), key().address());
    Operation::Issue(Issue { brand, to, amount: Points::new(amount), reference, dated: Day::default(), expiry: None })
}
fn redeem(amount: u64) -> Operation {
    let (brand, from) = ("nordmat".parse().expect("valid"), key().address());
    Operation::Redeem(Redeem { brand, from, amount: Points::new(amount), request: None })
}
/// A ledger with these transactions of the wallet's account, which has 1,250 points of nordmat.
fn ledger(transactions: Vec<TransactionStatus>) -> Server {
    let own: Account = account(key().address().to_text(NetworkKind::Test));
    Ledger { history: Some(transactions), ..Ledger::with(vec![own]) }.start()
}
/// 1,500 points came in November 2023 and 250 went in December.
fn year() -> Vec<TransactionStatus> {
    vec![at(40 * DAY_MINUTES, redeem(250)), at(10, issue(1_500, receipt("first")))]
}

#[test]
fn a_month_in_a_spreadsheet_begins_with_what_was_there_and_ends_with_what_is() {
    let server = ledger(year());
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["statement", "--from", "2023-12-01", "--to", "2023-12-31", "--format", "csv"]);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let id = year()[0].id;
    let expected = format!(
        "row,time,brand,amount,balance,account,receipt,reference,block,transaction,expiry\n\
         opening,2023-12-01T00:00:00.000Z,nordmat,,1500,,,,,,\n\
         redeemed,2023-12-24T22:13:20.000Z,nordmat,-250,1250,,,,57600,{id},\n\
         closing,2024-01-01T00:00:00.000Z,nordmat,,1250,,,,,,\n\
         lot,,nordmat,800,,,,,,,2027-03\n\
         lot,,nordmat,450,,,,,,,2028-11\n"
    );
    assert_eq!(ran.stdout, expected);
    assert!(ran.stderr.contains("2 transactions") && ran.stderr.contains("not proven"), "{}", ran.stderr);
}

#[test]
fn the_whole_of_an_account_adds_up_for_people_and_programs() {
    let server = ledger(year());
    let wallet = Wallet::at(server.url());
    for arguments in [&["statement", "--json"][..], &["statement", "--format", "json"]] {
        let ran = wallet.run(arguments);
        let json: serde_json::Value = serde_json::from_str(&ran.stdout).expect("one document");
        let brand = &json["brands"][0];
        assert_eq!((&brand["opening"], &brand["closing"]), (&0.into(), &1_250.into()));
        let moved = brand["movements"].as_array().expect("a list").iter();
        assert_eq!(moved.map(|one| one["amount"].as_i64().expect("a number")).sum::<i64>(), 1_250);
        assert_eq!((&json["transactions"], &json["from"]), (&2.into(), &serde_json::Value::Null));
    }
    let text = wallet.run(&["statement"]).stdout;
    for part in
        ["opening nordmat", "1500", "-250", "closing nordmat", "800 nordmat can be used until the end of 2027-03"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(wallet.run(&["statement", "--json", "--format", "csv"]).exit_code, 2);
    let turned = wallet.run(&["statement", "--from", "2024-01-01", "--to", "2023-01-01"]);
    assert_eq!(turned.exit_code, 2, "{}", turned.stderr);
}

#[test]
fn what_nobody_can_tell_is_not_made_up() {
    // 350 more came and are not there: they expired, and no transaction says when.
    let server = ledger([year(), vec![at(5, issue(350, receipt("zeroth")))]].concat());
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["statement", "--from", "2023-12-01", "--to", "2023-12-31", "--json"]);
    let brand = &ran.json()["brands"][0];
    assert_eq!((&brand["opening"], &brand["closing"]), (&serde_json::Value::Null, &serde_json::Value::Null));
    let whole = wallet.run(&["statement", "--json"]).json();
    assert_eq!((&whole["brands"][0]["opening"], &whole["brands"][0]["closing"]), (&0.into(), &1_250.into()));
    let text = wallet.run(&["statement", "--from", "2023-12-01", "--to", "2023-12-31"]).stdout;
    assert!(text.contains("unknown") && text.contains("can't be told"), "{text}");
}

#[test]
fn a_gateway_that_leaves_something_out_is_a_liar() {
    let own: Account = account(key().address().to_text(NetworkKind::Test));
    let lie = |page: &mut lojal_types::api::History| drop(page.transactions.pop());
    let server = Ledger { history: Some(year()), lie: Some(lie), ..Ledger::with(vec![own]) }.start();
    let ran = Wallet::at(server.url()).run(&["statement"]);
    assert_eq!((ran.exit_code, ran.stdout.as_str()), (4, ""), "{}", ran.stderr);
    let own: Account = account(key().address().to_text(NetworkKind::Test));
    // It has no blocks before the second one, and says so.
    let lie = |page: &mut lojal_types::api::History| {
        let first = page.transactions.pop().expect("the oldest");
        page.before = Some(Activity::default().with(&first.id, Height::new(10), &Outcome::Applied));
        page.complete_from = Some(Height::new(11));
    };
    let server = Ledger { history: Some(year()), lie: Some(lie), ..Ledger::with(vec![own]) }.start();
    let ran = Wallet::at(server.url()).run(&["statement", "--json"]);
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "pruned"));
}

#[test]
fn a_donation_and_a_refund_are_kinds_of_their_own_and_the_books_add_up() {
    let (brand, account) = ("kaffet".parse().expect("valid"), key().address());
    let claim = |campaign: u32, price: u64| {
        let (campaign, price_max) = (CampaignId::new(campaign), Points::new(price));
        Operation::Claim(Claim { brand, campaign, account, quantity: 1, price_max, referrer: None, invitation: None })
    };
    let refund = Operation::Refund(Refund {
        brand,
        to: account,
        of: Payment::Redeem,
        of_reference: receipt("paid"),
        of_dated: Day::default(),
        amount: Points::new(40),
        reference: receipt("return"),
        dated: Day::default(),
    });
    let (amount, reference) = (Points::new(700), receipt("first"));
    let issue = Operation::Issue(Issue { brand, to: account, amount, reference, dated: Day::default(), expiry: None });
    let server = ledger(vec![at(30, refund), at(20, claim(8, 100)), at(10, issue)]);
    let ran = Wallet::at(server.url()).run(&["statement", "--json"]);
    let document = ran.json();
    let brands = document["brands"].as_array().expect("a list");
    let kaffet = brands.iter().find(|one| one["brand"] == "kaffet").expect("it moved");
    let told = |one: &serde_json::Value| (one["kind"].as_str().map(str::to_owned), one["amount"].as_i64());
    let moved: Vec<_> = kaffet["movements"].as_array().expect("a list").iter().map(told).collect();
    let expected = [("issued", 700), ("donated", -100), ("refunded", 40)];
    assert_eq!(moved, expected.map(|(kind, amount)| (Some(kind.to_owned()), Some(amount))), "{}", ran.stdout);
}
