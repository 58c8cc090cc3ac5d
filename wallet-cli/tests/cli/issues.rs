//! Issues: their days, what is asked about them, and what is taken back of them.

use lojal_types::api::{Issue, Reversal};
use lojal_types::{Code, Expiry, NetworkKind, Operation, Outcome, Points, TimeMs};

use crate::support::gateway::{Ledger, account, ledger, only_operation, submitted};
use crate::support::server::Server;
use crate::support::{Wallet, key, other};

/// The day of the issue.
const DAY: &str = "2027-03-14";

/// A ledger on which all of an issue of 10.00 but 3.00 has been spent.
fn with_three_left(receipt: Outcome) -> Server {
    let issue = Issue {
        dated: DAY.parse().expect("a day"),
        to: other(),
        amount: Points::new(1_000),
        expiry: Expiry::Never,
        matures: None,
        reversible_until_ms: TimeMs::new(1_900_000_000_000).expect("in range"),
        reversed: Points::ZERO,
        reversible: Points::new(300),
    };
    let reversed = Some((issue, Reversal { amount: Points::new(300) }));
    let accounts = vec![account(key().address().to_text(NetworkKind::Test))];
    Ledger { receipt, reversed, ..Ledger::with(accounts) }.start()
}

#[test]
fn a_reversal_says_how_much_it_took() {
    let server = with_three_left(Outcome::Applied);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    let reverse = ["reverse", &to, "10", "kaffet", "--receipt", "R-2", "--of-receipt", "R-1", "--at-least", "0.01"];
    let ran = wallet.run(&reverse);
    assert!(
        ran.stdout.starts_with(&format!("took back 3.00 kaffet from {to} · final")),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    let Operation::Reverse(signed) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((signed.at_least, signed.amount), (Points::new(1), Points::new(1_000)));
    assert_eq!(signed.issue_dated.to_string(), DAY, "the ledger knows the day of the issue");
    assert_eq!(wallet.run(&[&["--json"][..], &reverse].concat()).json()["taken"], 300);
    let ran = wallet.run(&[&reverse[..9], &["10.01"]].concat());
    assert_eq!(ran.exit_code, 2, "{}", ran.stderr);
}

#[test]
fn a_reversal_of_all_or_nothing_that_fails_says_how_much_is_left() {
    let server = with_three_left(Outcome::Failed { operation: 0, code: Code::InsufficientPoints });
    let to = other().to_string();
    let reverse = ["reverse", &to, "10", "kaffet", "--receipt", "R-2", "--of-receipt", "R-1"];
    let ran = Wallet::at(server.url()).run(&reverse);
    let told = "not done: of the points of this issue 3.00 kaffet are left to be taken back now, and 10.00 kaffet were \
                wanted (insufficient_points)";
    assert!(ran.exit_code == 1 && ran.stderr.contains(told), "{}", ran.stderr);
    assert!(!ran.stderr.contains("doesn't hold") && !ran.stderr.contains("smallest units"), "{}", ran.stderr);
}

#[test]
fn an_issue_of_more_than_a_tenth_of_the_most_is_asked_about_first() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    // A brand without a cap of its own issues at most 2^53 − 1 units.
    let large = ["issue", &to, "9007199254741", "kaffet", "--receipt", "a"];
    let ran = wallet.run(&large);
    assert!(ran.exit_code != 0 && ran.stderr.contains("more than a tenth of what kaffet issues"), "{}", ran.stderr);
    assert!(submitted(&server).is_empty());
    assert_eq!(wallet.run(&[&large[..], &["--yes"]].concat()).exit_code, 0);
    assert_eq!(wallet.run(&["issue", &to, "9007199254740", "kaffet", "--receipt", "b"]).exit_code, 0);
    assert_eq!(submitted(&server).len(), 2);
}

#[test]
fn a_receipt_keeps_the_day_that_it_was_first_sent_with() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    let issue = |more: &[&str]| wallet.run(&[&["issue", &to, "1", "kaffet", "--receipt", "R-1"], more].concat());
    let today = lojal_wallet::clock::local_time().expect("a clock").day();
    let (day, other_day) = (today.minus(30).to_string(), today.minus(3).to_string());
    for mistyped in [today.minus(40), today.plus(9)] {
        let ran = issue(&["--dated", &mistyped.to_string()]);
        assert_eq!(ran.exit_code, 2, "{}", ran.stderr);
        let of = format!("--dated {mistyped} isn't taken: the ledger takes references of ");
        assert!(ran.stderr.contains(&of), "{}", ran.stderr);
    }
    assert_eq!(issue(&["--dated", &day]).exit_code, 0, "what wasn't taken isn't remembered");
    assert_eq!(issue(&[]).exit_code, 0, "tried again");
    let ran = issue(&["--dated", &other_day]);
    assert_eq!(ran.exit_code, 2);
    assert!(ran.stderr.contains(&format!("first sent with the day {day}")), "{}", ran.stderr);
    assert_eq!(wallet.run(&["issue", &to, "1", "kaffet", "--receipt", "R-2"]).exit_code, 0, "another receipt");
    let signed = submitted(&server).into_iter();
    let days: Vec<String> = signed
        .map(|signed| match &signed.transaction.operations[0] {
            Operation::Issue(issue) => issue.dated.to_string(),
            other => panic!("{}", other.name()),
        })
        .collect();
    assert_eq!(days[..2], [day.clone(), day]);
    // The test may run over midnight.
    assert!(days.len() == 3 && [today, today.plus(1)].map(|day| day.to_string()).contains(&days[2]), "{days:?}");
}

#[test]
fn points_are_issued_with_an_earlier_end_of_their_own() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    let issue = ["issue", &to, "1", "kaffet", "--receipt", "R-1", "--expires"];
    let ran = wallet.run(&[&issue[..], &["2027-03"]].concat());
    let told = format!("issued 1.00 kaffet to {to}, good until the end of 2027-03 · final");
    assert!(ran.stdout.starts_with(&told), "{}{}", ran.stdout, ran.stderr);
    let Operation::Issue(signed) = only_operation(&server) else { panic!("another operation") };
    assert_eq!(signed.expiry.map(|month| month.to_string()), Some("2027-03".to_owned()));
    for wrong in ["2027-13", "never", "2027", ""] {
        let ran = wallet.run(&[&issue[..], &[wrong]].concat());
        assert_eq!((ran.exit_code, ran.stdout.as_str()), (2, ""), "{wrong}");
        assert!(ran.stderr.contains("expected a month like 2027-03"), "{}", ran.stderr);
    }
}
