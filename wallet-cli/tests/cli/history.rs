//! The history of an account, with and without a transaction.

use lojal_types::api::{Account, History, Reversal, TransactionState, TransactionStatus};
use lojal_types::{
    AddressText, AnsweredRequest, Bounded, Capture, Convert, Day, Height, Hold, Issue, NetworkKind, Operation, Outcome,
    Points, Reference, Reverse, Salt, Stamp, TakeBack, TakenBackOf, TimeMs, TrackId, Transaction,
};

use crate::support::gateway::{Ledger, account, network_status};
use crate::support::server::Server;
use crate::support::{Wallet, genesis, key, receipt};

const START_MS: u64 = 1_700_000_000_000;

fn own() -> AddressText {
    key().address().to_text(NetworkKind::Test)
}

fn time(minutes: u64) -> TimeMs {
    TimeMs::new(START_MS + minutes * 60_000).expect("in range")
}

/// A transaction that happened so many minutes after the start.
fn at(minutes: u64, operation: Operation) -> TransactionStatus {
    let transaction = Transaction {
        chain: genesis().chain_id().tag(),
        sender: key().address(),
        valid_until_ms: time(minutes),
        nonce: minutes,
        operations: Bounded::new(vec![operation]).expect("one"),
    };
    let id = transaction.id(&genesis().chain_id());
    let signed = transaction.sign(&genesis().chain_id(), &key()).to_text(NetworkKind::Test);
    let (height, time_ms) = (Height::new(minutes), time(minutes));
    let state = TransactionState::Committed { height, index: 0, time_ms, receipt: Outcome::Applied };
    TransactionStatus { id, state, transaction: Some(signed), activity: None }
}

fn issue(amount: u64, reference: Reference) -> Operation {
    let (to, amount, dated) = (key().address(), Points::new(amount), Day::default());
    Operation::Issue(Issue { brand: brand(), to, amount, reference, dated, expiry: None })
}
fn hold(amount: u64, reference: Reference, until: u64) -> Operation {
    let (from, amount, expires_ms) = (key().address(), Points::new(amount), time(until));
    let (dated, salt) = (Day::default(), Salt::new([1; 16]));
    let request = AnsweredRequest { reference, dated, until_ms: expires_ms, for_household: false, salt };
    Operation::Hold(Hold { brand: brand(), from, amount, expires_ms, request })
}
fn brand() -> lojal_types::BrandId {
    "nordmat".parse().expect("valid")
}

/// A ledger with these transactions of the wallet's account, which has 1,250 points of nordmat.
fn ledger(transactions: Vec<TransactionStatus>) -> Server {
    let own: Account = account(own());
    Ledger { history: Some(transactions), ..Ledger::with(vec![own]) }.start()
}

#[test]
fn history_shows_what_came_back_and_what_expired_without_a_transaction() {
    let capture = Operation::Capture(Capture {
        brand: brand(),
        from: key().address(),
        hold_reference: receipt("taken"),
        hold_dated: Day::default(),
        amount: Points::new(50),
        reference: receipt("taken"),
        dated: Day::default(),
    });
    let server = ledger(vec![
        at(50, issue(100, receipt("last"))),
        at(20, capture),
        at(12, hold(60, receipt("taken"), 40)),
        at(11, hold(60, receipt("left"), 30)),
        at(10, issue(1_500, receipt("first"))),
    ]);
    let wallet = Wallet::at(server.url());
    let shown = wallet.run(&["history"]).stdout;
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 8, "{shown}");
    assert!(lines[1].contains("got 100 nordmat, new"), "{shown}");
    assert!(lines[2].contains("by itself") && lines[2].contains("got back 60 nordmat that nobody took"), "{shown}");
    assert!(lines[2].contains("2023-11-14 22:44:00"), "the whole minute at which the hold ended: {shown}");
    assert!(!shown.contains("got back 10"), "what a capture left came back at once: {shown}");
    // 1,600 came, 50 were taken, 1,250 are there.
    assert_eq!(lines[7], "expired until now: 300 nordmat", "{shown}");
    let json = wallet.run(&["history", "--json"]).json();
    assert_eq!((&json["expired"]["nordmat"], &json["returned_holds"][0]["amount"]), (&300.into(), &60.into()));
}

#[test]
fn a_hold_is_shown_with_the_whole_minute_at_which_it_ends() {
    let Operation::Hold(hold) = hold(60, receipt("left"), 30) else { panic!("another operation") };
    let expires_ms = TimeMs::new(time(30).get() - 1).expect("in range");
    let server = ledger(vec![at(11, Operation::Hold(Hold { expires_ms, ..hold }))]);
    let shown = Wallet::at(server.url()).run(&["history"]).stdout;
    let end = "2023-11-14 22:44:00 UTC";
    assert!(shown.contains(&format!("held 60 nordmat until {end}")), "{shown}");
}

#[test]
fn points_whose_month_ends_while_they_are_held_expire_with_their_hold() {
    const DAY: u64 = 24 * 60;
    let known = lojal_types::api::Issue {
        dated: Day::default(),
        to: own(),
        amount: Points::new(100),
        expiry: "2023-12".parse().expect("a month"),
        matures: None,
        reversible_until_ms: time(20),
        reversed: Points::ZERO,
        reversible: Points::ZERO,
    };
    let brand = "kaffet".parse().expect("valid");
    let Operation::Hold(hold) = hold(60, receipt("left"), 50 * DAY) else { panic!("another operation") };
    // 14 November and 40 days is 24 December; the hold ends on 3 January.
    let (amount, dated) = (Points::new(100), Day::default());
    let issue = Issue { brand, to: key().address(), amount, reference: receipt("first"), dated, expiry: None };
    let all = vec![at(40 * DAY, Operation::Hold(Hold { brand, ..hold })), at(10, Operation::Issue(issue))];
    let run = |reversed| {
        let own = Account { balances: vec![], ..account(own()) };
        let history = Some(all.clone());
        let server = Ledger { history, reversed, ..Ledger::with(vec![own]) }.start();
        let wallet = Wallet::at(server.url());
        (wallet.run(&["history"]).stdout, wallet.run(&["history", "--json"]).json())
    };
    let (shown, json) = run(Some((known, Reversal { amount: Points::ZERO })));
    let end = "2024-01-03 22:14:00 UTC";
    assert!(shown.contains(&format!("0.60 kaffet of a hold expired at its end, {end}")), "{shown}");
    assert!(!shown.contains("got back"), "{shown}");
    let parts = format!("1.00 kaffet (0.40 kaffet at the end of 2023-12, 0.60 kaffet at the end of a hold, {end})");
    assert!(shown.contains(&format!("expired until now: {parts}")), "{shown}");
    assert_eq!(json["expired_by_month"], serde_json::json!({ "kaffet": { "2023-12": 40 } }));
    assert_eq!((&json["returned_holds"], &json["expired_holds"][0]["amount"]), (&serde_json::json!([]), &60.into()));
    // Nobody says with which month the points of the issue expire.
    let (shown, json) = run(None);
    assert!(shown.contains("a hold of 0.60 kaffet ended; how many of them expired with it isn't known"), "{shown}");
    assert!(!shown.contains("got back"), "{shown}");
    assert_eq!(json["ended_holds"][0]["amount"], 60);
}

#[test]
fn a_hold_that_runs_is_not_back_and_nothing_has_expired_that_is_held() {
    let hour_ahead = (network_status().time_ms.get() - START_MS) / 60_000 + 60;
    let server = ledger(vec![at(11, hold(60, receipt("runs"), hour_ahead)), at(10, issue(1_250, receipt("first")))]);
    let shown = Wallet::at(server.url()).run(&["history"]).stdout;
    assert!(!shown.contains("got back") && !shown.contains("expired"), "{shown}");
}

#[test]
fn history_says_what_a_conversion_gave_and_how_many_points_expired_beside_it() {
    let convert = Operation::Convert(Convert {
        account: key().address(),
        from: brand(),
        to: "kaffet".parse().expect("valid"),
        burned: Points::new(18),
        received: Points::new(900),
    });
    let server = ledger(vec![at(11, convert), at(10, issue(1_500, receipt("first")))]);
    let wallet = Wallet::at(server.url());
    let shown = wallet.run(&["history"]).stdout;
    assert!(shown.contains("got 9.00 kaffet for 18 nordmat"), "{shown}");
    // 1,500 came, 18 were converted, 1,250 are there; of the 900 that came for them, 5 are.
    assert!(shown.contains("\nexpired until now: 8.95 kaffet\nexpired until now: 232 nordmat"), "{shown}");
    let json = wallet.run(&["history", "--json"]).json();
    assert_eq!(json["expired"], serde_json::json!({ "kaffet": 895, "nordmat": 232 }));
}

#[test]
fn history_asks_what_a_reversal_took_and_shows_bounds_if_nobody_says() {
    let brand = "kaffet".parse().expect("valid");
    let (from, amount, issue_reference) = (key().address(), Points::new(300), receipt("first"));
    let (issue_dated, dated) = (Day::default(), Day::default());
    let issue =
        Issue { brand, to: from, amount: Points::new(500), reference: issue_reference.clone(), dated, expiry: None };
    let (at_least, reference) = (Points::new(100), receipt("back"));
    let reverse = Reverse { brand, from, amount, at_least, issue_reference, issue_dated, reference, dated };
    let transactions = vec![at(11, Operation::Reverse(reverse)), at(10, Operation::Issue(issue))];
    let history = Some(transactions);
    let run = |reversed| {
        let ledger = Ledger { history: history.clone(), reversed, ..Ledger::with(vec![account(own())]) };
        let server = ledger.start();
        let wallet = Wallet::at(server.url());
        (wallet.run(&["history"]).stdout, wallet.run(&["history", "--json"]).json())
    };
    let nothing = lojal_types::api::Issue {
        dated: Day::default(),
        to: own(),
        amount: Points::new(500),
        expiry: lojal_types::Expiry::Never,
        matures: None,
        reversible_until_ms: time(20),
        reversed: Points::new(250),
        reversible: Points::ZERO,
    };
    let (shown, json) = run(Some((nothing, Reversal { amount: Points::new(250) })));
    assert!(shown.contains("took back 2.50 kaffet from"), "{shown}");
    assert!(shown.contains("expired until now: 2.45 kaffet"), "{shown}");
    assert_eq!(json["expired"]["kaffet"], 245);
    let (shown, json) = run(None);
    assert!(shown.contains("took back 1.00 kaffet to 3.00 kaffet from"), "{shown}");
    assert!(shown.contains("expired until now: 1.95 kaffet to 3.95 kaffet; how many were taken back"), "{shown}");
    assert_eq!(json["expired"]["kaffet"], serde_json::json!({ "at_least": 195, "at_most": 395 }));
}

#[test]
fn history_says_with_which_month_points_expired_that_came_with_issues() {
    let brand = "kaffet".parse().expect("valid");
    let (amount, reference) = (Points::new(500), receipt("first"));
    let issue = Issue { brand, to: key().address(), amount, reference, dated: Day::default(), expiry: None };
    let known = lojal_types::api::Issue {
        dated: Day::default(),
        to: own(),
        amount,
        expiry: "2023-12".parse().expect("a month"),
        matures: None,
        reversible_until_ms: time(20),
        reversed: Points::ZERO,
        reversible: Points::ZERO,
    };
    let history = Some(vec![at(10, Operation::Issue(issue))]);
    let run = |balances| {
        let own = Account { balances, ..account(own()) };
        let reversed = Some((known.clone(), Reversal { amount: Points::ZERO }));
        let server = Ledger { history: history.clone(), reversed, ..Ledger::with(vec![own]) }.start();
        let wallet = Wallet::at(server.url());
        (wallet.run(&["history"]).stdout, wallet.run(&["history", "--json"]).json())
    };
    let (shown, json) = run(vec![]);
    assert!(shown.contains("expired until now: 5.00 kaffet (5.00 kaffet at the end of 2023-12)"), "{shown}");
    assert_eq!(json["expired_by_month"], serde_json::json!({ "kaffet": { "2023-12": 500 } }));
    // The account has points that these transactions don't account for.
    let (shown, json) = run(account(own()).balances);
    assert!(shown.contains("\nexpired until now: 4.95 kaffet") && !shown.contains("at the end of"), "{shown}");
    assert_eq!(json["expired_by_month"], serde_json::json!({}));
}

#[test]
fn receipts_that_this_wallet_knows_are_shown_by_their_texts() {
    let server = ledger(vec![at(11, issue(5, receipt("Café 123"))), at(10, issue(5, receipt("never typed here")))]);
    let wallet = Wallet::at(server.url());
    let to = crate::support::other().to_string();
    assert!(!wallet.run(&["history"]).stdout.contains("Café"));
    assert_eq!(wallet.run(&["issue", &to, "5", "kaffet", "--receipt", "Cafe\u{301} 123\r"]).exit_code, 0);
    let shown = wallet.run(&["history"]).stdout;
    assert!(shown.contains("got 5 nordmat, new, receipt Café 123"), "{shown}");
    assert_eq!(shown.matches("receipt").count(), 1, "{shown}");
}

#[test]
fn a_gateway_that_shows_another_history_than_there_is_is_told_of() {
    let transactions = || {
        let issue = |number: u64| issue(10 * number, receipt(&number.to_string()));
        (1..=4).rev().map(|number| at(10 * number, issue(number))).collect::<Vec<_>>()
    };
    let run = |lie, arguments: &[&str]| {
        let ledger = Ledger { history: Some(transactions()), lie, ..Ledger::with(vec![account(own())]) };
        let server = ledger.start();
        Wallet::at(server.url()).run(arguments)
    };
    let (newest, older) = (&["history", "--json"][..], &["history", "--cursor", "25-0", "--json"][..]);
    assert_eq!(run(None, newest).exit_code, 0);
    assert_eq!(run(None, older).exit_code, 0);
    let lies: [fn(&mut History); 7] = [
        |page| drop(page.transactions.remove(1)),
        |page| page.transactions.swap(0, 1),
        |page| page.transactions.insert(0, page.transactions[0].clone()),
        |page| {
            let code = lojal_types::Code::InsufficientPoints;
            if let TransactionState::Committed { receipt, .. } = &mut page.transactions[0].state {
                *receipt = Outcome::Failed { operation: 0, code };
            }
        },
        |page| page.transactions[0].transaction = page.transactions[1].transaction.clone(),
        |page| drop(page.transactions.remove(0)),
        |page| page.head = None,
    ];
    for (number, lie) in lies.into_iter().enumerate() {
        let ran = run(Some(lie), newest);
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (4, "gateway_untrue"), "lie {number}");
    }
    for lie in &lies[..5] {
        assert_eq!(run(Some(*lie), older).error_code(), "gateway_untrue");
    }
    let ran = run(Some(lies[5]), &["history"]);
    assert!(ran.stderr.contains("don't rely on it, and use another gateway"), "{}", ran.stderr);
}

#[test]
fn stamps_are_told_in_a_history_and_are_no_points_of_a_statement() {
    let (brand, to, of_dated) = ("kaffet".parse().expect("valid"), key().address(), Day::default());
    let (track, reference, of_reference) = (TrackId::new(1), receipt("R-1"), receipt("R-1"));
    let stamp = Stamp { brand, track, to, amount: 40, place: None, reference, dated: of_dated };
    let place = Stamp { amount: 1, place: Some(3), reference: receipt("R-2"), ..stamp.clone() };
    let (amount, reference) = (15, receipt("back"));
    let back = TakeBack {
        brand,
        from: to,
        of: TakenBackOf::Stamp,
        of_reference,
        of_dated,
        amount,
        reference,
        dated: of_dated,
    };
    let history = Some(vec![
        at(13, Operation::TakeBack(back)),
        at(12, Operation::Stamp(place)),
        at(11, Operation::Stamp(stamp)),
        at(10, issue(500, receipt("R-0"))),
    ]);
    let server = Ledger { history, ..Ledger::with(vec![account(own())]) }.start();
    let wallet = Wallet::at(server.url());
    let told = wallet.run(&["history"]).stdout;
    let expected = [
        format!("stamped 40 on track 1 of kaffet for {}", own()),
        format!("stamped place 3 of track 1 of kaffet for {}", own()),
        format!("took back 15 of the stamp {} of kaffet for {}", receipt("R-1"), own()),
    ];
    let flat = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in expected {
        assert!(flat.contains(&words), "{words}: {told}");
    }
    let statement = wallet.run(&["statement", "--format", "csv"]).stdout;
    assert!(statement.contains("issued") && !statement.contains(&receipt("R-1").to_string()), "{statement}");
}
