//! Commands that only ask what they would do.

use lojal_types::api::{Account, Balance, Effect, Foretold, Simulation};
use lojal_types::{Code, Expiry, Height, Lot, NetworkKind, Operation, Points, TimeMs, UnsignedTransaction};

use super::support::gateway::{Ledger, account};
use super::support::server::Server;
use super::support::{Wallet, genesis, key, other};

/// A reading of the wallet's account with so many points of kaffet.
fn reading(points: u64) -> Account {
    let (total, expiry) = (Points::new(points), Expiry::Never);
    let balances = vec![Balance {
        brand: "kaffet".parse().expect("valid"),
        total,
        lots: vec![Lot { expiry, amount: total }],
        pending: Vec::new(),
    }];
    Account { balances, ..account(key().address().to_text(NetworkKind::Test)) }
}

/// A gateway that takes nothing in, and tells that a transaction would have this outcome.
fn telling(outcome: Foretold) -> Server {
    let applied = outcome == Foretold::Applied;
    let effects = vec![Effect { before: reading(1_500), after: reading(250) }];
    let effects = if applied { effects } else { Vec::new() };
    let simulation =
        Simulation { outcome, effects, standings: Vec::new(), height: Height::new(41), time_ms: TimeMs::default() };
    Ledger { simulation: Some(simulation), ..Ledger::with(vec![]) }.start()
}

/// The only operation that a gateway was asked about; nothing was submitted.
fn only_question(server: &Server) -> Operation {
    let requests = server.requests();
    let posted: Vec<_> = requests.iter().filter(|request| request.method == "POST").collect();
    let [asked] = &posted[..] else { panic!("one question: {}", posted.len()) };
    assert_eq!(asked.path, "/v1/simulate");
    let unsigned = UnsignedTransaction::decode(&asked.body).expect("nothing is signed");
    assert_eq!((unsigned.public_key, unsigned.transaction.sender), (key().public_key(), key().address()));
    assert_eq!(unsigned.transaction.chain, genesis().chain_id().tag());
    let [operation] = &unsigned.transaction.operations[..] else { panic!("one operation") };
    operation.clone()
}

#[test]
fn a_dry_run_shows_the_effect_and_signs_and_sends_and_keeps_nothing() {
    let server = telling(Foretold::Applied);
    let wallet = Wallet::at(server.url());
    let arguments = ["send", &other().to_string(), "12.50", "kaffet", "--dry-run"];
    // Nobody signs, so nobody needs the passphrase.
    let ran = wallet.run_with(&arguments, None);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let words = format!("as things are after block 41 it would have: sent 12.50 kaffet to {}", other());
    assert!(ran.stdout.starts_with(&words), "{}", ran.stdout);
    let row = ran.stdout.lines().find(|line| line.contains("15.00")).expect("the account's row");
    assert_eq!(row.split_whitespace().skip(1).collect::<Vec<_>>(), ["kaffet", "15.00", "2.50", "0.00", "0.00"]);
    assert!(ran.stdout.trim_end().ends_with("nothing was signed or sent"), "{}", ran.stdout);
    assert!(matches!(only_question(&server), Operation::Transfer(one) if one.amount == Points::new(1_250)));
    let ran = wallet.run_with(&[&arguments[..], &["--json"]].concat(), None);
    let json = ran.json();
    assert_eq!(
        (ran.exit_code, &json["dry_run"], &json["would"]["outcome"]["result"]),
        (0, &true.into(), &"applied".into())
    );
}

#[test]
fn the_day_of_a_receipt_that_was_only_tried_is_not_kept() {
    let server = telling(Foretold::Applied);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    let ran = wallet.run(&["issue", &to, "1", "kaffet", "--receipt", "R-1", "--dry-run"]);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    assert!(matches!(only_question(&server), Operation::Issue(_)));
    assert!(!wallet.home().join("dates").exists());
}

#[test]
fn what_would_not_be_done_ends_as_if_it_had_been_sent() {
    let failed = Foretold::Failed { operation: 0, code: Code::InsufficientPoints };
    for outcome in [failed, Foretold::Refused { code: Code::InsufficientPoints }] {
        let server = telling(outcome);
        let wallet = Wallet::at(server.url());
        let ran = wallet.run_with(&["redeem", "1", "kaffet", "--dry-run"], None);
        assert_eq!((ran.exit_code, ran.stdout.as_str()), (1, ""));
        let (explanation, stderr) = (Code::InsufficientPoints.explanation(), &ran.stderr);
        assert!(stderr.contains("would not be done") && stderr.contains(explanation), "{stderr}");
        assert!(matches!(only_question(&server), Operation::Redeem(_)));
        let ran = wallet.run_with(&["redeem", "1", "kaffet", "--dry-run", "--json"], None);
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "insufficient_points"));
    }
}

#[test]
fn no_command_goes_on_after_its_dry_run() {
    let to = other().to_string();
    let commands: [&[&str]; 4] = [
        &["hold", "1", "kaffet", "--for", "1h"],
        &["household", "create"],
        &["guardians", "set", &to, "--threshold", "1"],
        &["freeze", "--yes"],
    ];
    for command in commands {
        let server = telling(Foretold::Applied);
        let wallet = Wallet::at(server.url());
        let ran = wallet.run_with(&[command, &["--dry-run"]].concat(), None);
        assert_eq!(ran.exit_code, 0, "{command:?}: {}", ran.stderr);
        assert!(ran.stdout.trim_end().ends_with("nothing was signed or sent"), "{command:?}: {}", ran.stdout);
        assert!(!ran.stdout.contains("LOJAL:"), "{command:?}: {}", ran.stdout);
        only_question(&server);
    }
}

#[test]
fn the_lines_of_what_would_happen_stay_lines_in_a_pipe() {
    let server = telling(Foretold::Applied);
    let wallet = Wallet::at(server.url());
    let mut command = wallet.command(&["guardians", "set", &other().to_string(), "--dry-run"], None);
    let output = command.env_remove("COLUMNS").output().expect("it was built");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(text.contains("asked for the guardians: ") && text.contains("\nit happens in "), "{text}");
    assert!(text.contains("\nlojal freeze withdraws it\n"), "{text}");
}

#[test]
fn a_dry_run_asks_nobody_and_shows_what_there_would_have_been_to_ask() {
    for (command, shown) in [
        (&["freeze", "--dry-run"][..], "no guardians"),
        (&["govern", "propose", "--suspend", "kaffet", "--dry-run"], "kaffet is suspended"),
    ] {
        let server = telling(Foretold::Applied);
        let wallet = Wallet::at(server.url());
        let ran = wallet.run_with(command, None);
        assert_eq!(ran.exit_code, 0, "{command:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(shown), "{command:?}: {}", ran.stderr);
        only_question(&server);
    }
}
