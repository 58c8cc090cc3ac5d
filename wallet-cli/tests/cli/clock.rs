//! A gateway whose time is false, or a wallet whose clock is.

use lojal_types::api::{Problem, Status};
use lojal_types::limits::VALIDITY_WINDOW_MS_MAX;
use lojal_types::{Code, TimeMs};
use lojal_wallet::clock::{LEDGER_AHEAD_MS_MAX, local_time};
use lojal_wallet::home::Home;

use crate::support::Wallet;
use crate::support::gateway::{brand, empty, network_status, submitted};
use crate::support::server::{Answer, Server};

const MINUTE_MS: u64 = 60_000;

/// A gateway that says that the ledger is at `time_ms`, and answers `code` to every transaction.
fn gateway_at(time_ms: TimeMs, code: &'static str) -> Server {
    Server::start(move |request| match (request.method.as_str(), request.path.as_str()) {
        (_, "/v1/status") => Answer::json(200, &Status { time_ms, ..network_status() }),
        ("POST", _) => Answer::problem(422, code),
        (_, "/v1/brands/kaffet") => Answer::json(200, &brand("kaffet", 2)),
        (_, path) => match path.strip_prefix("/v1/accounts/") {
            Some(address) => Answer::json(200, &empty(address.parse().expect("an address"))),
            None if path.contains("/issues/") => Answer::problem(404, "unknown_reference"),
            None => Answer::problem(404, "unknown_transaction"),
        },
    })
}

fn now() -> TimeMs {
    local_time().expect("a clock")
}

#[test]
fn nothing_is_signed_when_the_ledger_is_said_to_be_far_ahead() {
    // The ten minutes are more than the test itself takes.
    for ahead_ms in [LEDGER_AHEAD_MS_MAX + 10 * MINUTE_MS, 30 * 24 * 60 * MINUTE_MS] {
        let server = gateway_at(now().plus_ms(ahead_ms), "insufficient_points");
        let wallet = Wallet::at(server.url());
        for command in [&["freeze", "--yes"][..], &["rotate-key"], &["household", "create"]] {
            let ran = wallet.run_with(command, None);
            assert_eq!(ran.exit_code, 1);
            for words in ["nothing was signed", "this machine's clock says", server.url(), "use another gateway"] {
                assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
            }
            assert_eq!(wallet.run(&[command, &["--json"]].concat()).error_code(), "wrong_clock");
        }
        assert!(submitted(&server).is_empty());
        assert_eq!(Home::open(&wallet.home()).expect("there").next_public_key(), None);
    }
}

#[test]
fn validity_counts_from_this_machines_clock_and_ends_an_hour_after_the_ledgers_time() {
    let hour_ms = VALIDITY_WINDOW_MS_MAX;
    for (behind_ms, valid_for) in [(10 * MINUTE_MS, "60"), (10 * MINUTE_MS, "3600"), (2 * hour_ms, "60")] {
        let before = now();
        let ledger = TimeMs::new(before.get() - behind_ms).expect("in range");
        let server = gateway_at(ledger, "insufficient_points");
        Wallet::at(server.url()).run(&["freeze", "--yes", "--valid-for", valid_for]);
        let valid_until_ms = submitted(&server)[0].transaction.valid_until_ms;
        let valid_for_ms = valid_for.parse::<u64>().expect("a number") * 1000;
        let earliest = before.plus_ms(valid_for_ms).min(ledger.plus_ms(hour_ms));
        let latest = now().plus_ms(valid_for_ms).min(ledger.plus_ms(hour_ms));
        assert!((earliest..=latest).contains(&valid_until_ms), "{valid_until_ms:?}");
    }
}

#[test]
fn a_ledger_a_little_ahead_counts_itself() {
    let ledger = now().plus_ms(MINUTE_MS + MINUTE_MS / 2);
    let server = gateway_at(ledger, "insufficient_points");
    Wallet::at(server.url()).run(&["freeze", "--yes", "--valid-for", "60"]);
    assert_eq!(submitted(&server)[0].transaction.valid_until_ms, ledger.plus_ms(MINUTE_MS));
}

#[test]
fn nothing_is_dated_by_a_clock_that_is_days_ahead() {
    const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
    let ledger_time = TimeMs::new(now().get() - 3 * DAY_MS).expect("in range");
    let server = gateway_at(ledger_time, "insufficient_points");
    let wallet = Wallet::at(server.url());
    let to = crate::support::other().to_string();
    let issue = ["issue", &to, "1", "kaffet", "--receipt", "R-1", "--json"];
    for command in
        [&issue[..], &["request", "1", "kaffet", "--json"], &["hold", "1", "kaffet", "--for", "1d", "--json"]]
    {
        let ran = wallet.run(command);
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "wrong_clock"), "{command:?}");
        assert!(ran.stdout.contains("nothing was dated"), "{}", ran.stdout);
    }
    assert!(submitted(&server).is_empty());
    // Nothing is kept of it either: once the clock is right, the receipt has the right day.
    let right = gateway_at(now(), "insufficient_points");
    let ran = wallet.run(&[&["--gateway", right.url()][..], &issue].concat());
    assert_eq!(ran.error_code(), "insufficient_points");
    let today = now().day();
    let lojal_types::Operation::Issue(issue) = submitted(&right)[0].transaction.operations[0].clone() else {
        panic!("another operation")
    };
    assert!(issue.dated == today || issue.dated.plus(1) == today, "{}", issue.dated);
}

#[test]
fn a_refusal_says_until_when_it_could_still_happen_unless_it_never_can() {
    for (code, is_possible) in [("insufficient_points", true), ("quota_exceeded", true), ("bad_signature", false)] {
        let server = gateway_at(now(), code);
        let ran = Wallet::at(server.url()).run(&["freeze", "--yes", "--json"]);
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, code));
        let message = ran.json()["error"]["message"].to_string();
        assert_eq!(message.contains("what was signed is valid until"), is_possible, "{message}");
    }
}

#[test]
fn who_has_sent_as_much_as_it_may_today_reads_when_the_day_ends() {
    let ends = now().day().plus(1);
    let server = Server::start(move |request| match (request.method.as_str(), request.path.as_str()) {
        (_, "/v1/status") => Answer::json(200, &Status { time_ms: now(), ..network_status() }),
        ("POST", _) => {
            let code = Code::AllowanceSpent;
            let problem = Problem {
                retryable: false,
                kind: format!("/problems/{code}"),
                title: "allowance spent".to_owned(),
                status: 429,
                detail: format!("{}, at {ends}T00:00:00Z", code.explanation()),
                code: code.name().to_owned(),
                number: Some(code.number()),
                retry_at_ms: Some(ends.start()),
                first_height: None,
            };
            Answer::json(429, &problem)
        }
        (_, path) => match path.strip_prefix("/v1/accounts/") {
            Some(address) => Answer::json(200, &empty(address.parse().expect("an address"))),
            None => Answer::problem(404, "unknown_transaction"),
        },
    });
    let ran = Wallet::at(server.url()).run(&["freeze", "--yes"]);
    assert_eq!(ran.exit_code, 1);
    for words in ["allowance_spent", "as much today as it may", &format!("{ends}T00:00:00Z")] {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    assert_eq!(submitted(&server).len(), 1);
}

#[test]
fn only_what_could_happen_twice_is_warned_of() {
    let server = gateway_at(now(), "insufficient_points");
    let wallet = Wallet::at(server.url());
    let to = crate::support::other().to_string();
    let cases: [(&[&str], bool); 6] = [
        (&["send", &to, "1", "kaffet"], true),
        (&["redeem", "1", "kaffet"], true),
        (&["hold", "1", "kaffet", "--for", "1d"], true),
        (&["issue", &to, "1", "kaffet", "--receipt", "R-1"], false),
        (&["household", "create"], true),
        (&["freeze", "--yes"], false),
    ];
    for (arguments, is_twice) in cases {
        let ran = wallet.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.error_code(), "insufficient_points", "{arguments:?}");
        let message = ran.json()["error"]["message"].to_string();
        assert_eq!(message.contains("unless you want it twice"), is_twice, "{arguments:?}: {message}");
        assert_eq!(message.contains("it still happens once"), !is_twice, "{arguments:?}: {message}");
    }
}

#[test]
fn a_refused_rotation_keeps_its_new_key_for_it_could_still_happen() {
    let server = gateway_at(now(), "account_frozen");
    let wallet = Wallet::at(server.url());
    assert_eq!(wallet.run(&["rotate-key", "--json"]).error_code(), "account_frozen");
    let next = Home::open(&wallet.home()).expect("there").next_public_key();
    assert!(next.is_some());
    assert_eq!(wallet.run(&["rotate-key", "--json"]).error_code(), "account_frozen");
    assert_eq!(Home::open(&wallet.home()).expect("there").next_public_key(), next);
}
