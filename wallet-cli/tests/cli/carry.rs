//! Transactions that are built here, signed on a machine without a network, and sent from a third.

use std::fs;

use lojal_types::api::{Foretold, Simulation};
use lojal_types::{Code, Height, KeyPair, NetworkKind, Operation, Outcome, Points, TimeMs};
use lojal_wallet::carried::{Carried, Content};
use lojal_wallet::clock;
use lojal_wallet::home::Home;

use crate::support::gateway::{Ledger, ledger, network_status, only_operation, submitted};
use crate::support::server::{Answer, NOBODY, Request, Server};
use crate::support::{Wallet, genesis, key, other, passphrase, pool};

/// Builds a transfer with a wallet that is in touch with a gateway, and gives its file.
fn built(wallet: &Wallet) -> String {
    let path = format!("{}.tx", wallet.file("place", ""));
    let ran = wallet.run_with(&["tx", "build", &path, "send", &other().to_string(), "12.50", "kaffet"], None);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("would have: sent 12.50 kaffet to"), "{}", ran.stdout);
    path
}
/// A wallet whose gateway nobody reaches, and a file in its hands.
fn offline(text: &str) -> (Wallet, String) {
    let wallet = Wallet::at(NOBODY);
    let file = wallet.file("pay.tx", text);
    (wallet, file)
}
fn read(path: &str) -> String {
    fs::read_to_string(path).expect("there")
}
/// The number of transactions that were sent; questions what they would do are none.
fn posted(server: &Server) -> usize {
    let is_sent = |request: &&Request| request.method == "POST" && request.path != "/v1/simulate";
    server.requests().iter().filter(is_sent).count()
}

#[test]
fn what_is_built_here_is_signed_without_a_network_and_sent_from_anywhere() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let file = built(&wallet);
    assert_eq!(posted(&server), 0, "nothing was sent");
    let (vault, file) = offline(&read(&file));
    let shown = vault.run_with(&["tx", "decode", &file], None);
    assert!(shown.stdout.contains("sent 12.50 kaffet to") && shown.stdout.contains("no"), "{}", shown.stdout);
    let asked = vault.run(&["tx", "sign", &file]);
    assert!(asked.stderr.contains("sent 12.50 kaffet to") && asked.stderr.contains("--yes"), "{}", asked.stderr);
    let ran = vault.run(&["tx", "sign", &file, "--yes"]);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let signed = format!("{file}.signed");
    let json = vault.run_with(&["tx", "decode", &signed, "--json"], None).json();
    assert_eq!((&json["signed"], &json["transaction"]["operations"][0]["type"]), (&true.into(), &"transfer".into()));
    // From a machine without a wallet.
    let anybody = Wallet::nowhere();
    for _ in 0..2 {
        let ran = anybody.run_with(&["tx", "submit", &signed, "--gateway", server.url(), "--json"], None);
        assert_eq!((ran.exit_code, &ran.json()["id"]), (0, &json["id"]), "{}", ran.stderr);
    }
    assert!(submitted(&server).iter().all(|one| *one == submitted(&server)[0]));
}

#[test]
fn whoever_signs_on_another_machine_sees_all_that_is_signed() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    let household = pool().to_string();
    let commands: [(&[&str], &[&str]); 3] = [
        (
            &["household", "invite", &to, "--household", &household, "--role", "child", "--limit", "kaffet=5"],
            &["operations.1.limits.1.month_max", "500 (5.00 kaffet)", &household],
        ),
        (
            &["govern", "propose", "--suspend", "kaffet", "--yes"],
            &["1. kaffet is suspended", "operations.1.actions.1.brand", "suspend_brand"],
        ),
        (&["send", &to, "1", "kaffet"], &["operations.1.amount", "100 (1.00 kaffet)", "valid_until_ms", "nonce"]),
    ];
    for (number, (command, shown)) in commands.into_iter().enumerate() {
        let file = format!("{}{number}.tx", wallet.file("place", ""));
        let built = wallet.run(&[&["tx", "build", &file], command].concat());
        assert_eq!(built.exit_code, 0, "{command:?}: {}", built.stderr);
        let (vault, file) = offline(&read(&file));
        let decoded = vault.run_with(&["tx", "decode", &file], None).stdout;
        let asked = vault.run(&["tx", "sign", &file]).stderr;
        assert!(asked.contains("minutes to come: "), "{asked}");
        for text in shown {
            for told in [&built.stdout, &decoded, &asked] {
                assert!(told.contains(text) && told.contains(&key().address().to_text(NetworkKind::Test).to_string()));
            }
        }
    }
}

#[test]
fn any_command_that_signs_can_be_built_and_no_other_one_runs() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let file = format!("{}.tx", wallet.file("place", ""));
    let to = other().to_string();
    let commands: [&[&str]; 4] = [
        &["issue", &to, "1", "kaffet", "--receipt", "R-1"],
        &["household", "create"],
        &["freeze", "--yes"],
        &["hold", "1", "kaffet", "--for", "1h"],
    ];
    for (number, command) in commands.iter().enumerate() {
        let ran = wallet.run_with(&[&["tx", "build", &format!("{file}{number}")], *command].concat(), None);
        assert_eq!(ran.exit_code, 0, "{command:?}: {}", ran.stderr);
    }
    assert!(!wallet.home().join("dates").exists(), "nothing is kept of what isn't sent");
    for command in [&["lock"][..], &["balance"], &["contact", "add", "bo", &to], &["tx", "build", "x", "freeze"]] {
        let ran = wallet.run(&[&["tx", "build", &file], command].concat());
        assert_eq!(ran.exit_code, 2, "{command:?}: {}", ran.stderr);
    }
    let ran = wallet.run(&["tx", "build", &file, "rotate-key"]);
    assert!(ran.stderr.contains("keep the new key"), "{}", ran.stderr);
    assert!(!fs::exists(&file).expect("readable") && posted(&server) == 0);
    assert!(!wallet.home().join("contacts.toml").exists());
}

#[test]
fn what_would_be_refused_is_built_only_if_nobody_is_to_be_asked() {
    let (outcome, effects) = (Foretold::Refused { code: Code::InsufficientPoints }, Vec::new());
    let simulation =
        Simulation { outcome, effects, standings: Vec::new(), height: Height::new(41), time_ms: TimeMs::default() };
    let server = Ledger { simulation: Some(simulation), ..Ledger::with(vec![]) }.start();
    let wallet = Wallet::at(server.url());
    let file = format!("{}.tx", wallet.file("place", ""));
    let to = other().to_string();
    let send = ["send", &to, "100000", "kaffet", "--json"];
    let ran = wallet.run(&[&["tx", "build", &file][..], &send].concat());
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "insufficient_points"));
    assert!(ran.stdout.contains("--unchecked") && !fs::exists(&file).expect("readable"), "{}", ran.stdout);
    let ran = wallet.run(&[&["tx", "build", "--unchecked", &file][..], &send].concat());
    assert_eq!(
        (ran.exit_code, &ran.json()["file"]),
        (0, &file.clone().into()),
        "a flag of all commands after the inner"
    );
    assert_eq!(ran.json()["checked"], false);
    assert!(fs::exists(&file).expect("readable"));
    let wrong = wallet.run(&["tx", "build", &file, "send", &to, "x", "kaffet", "--json"]);
    assert_eq!((wrong.exit_code, wrong.error_code().as_str()), (2, "invalid_amount"));
}

#[test]
fn where_nobody_tells_what_would_happen_the_file_is_built_all_the_same() {
    let server = Server::start(|request| match request.path.split('?').next().unwrap_or_default() {
        "/v1/status" => Answer::json(200, &network_status()),
        _ => Answer::problem(503, "busy"),
    });
    let wallet = Wallet::at(server.url());
    let file = format!("{}.tx", wallet.file("place", ""));
    let ran = wallet.run(&["tx", "build", &file, "household", "create"]);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let again = wallet.run(&["tx", "build", &format!("{file}2"), "household", "create", "--json"]);
    assert_eq!(again.json()["checked"], false);
    assert!(ran.stderr.contains("nobody tells") && fs::exists(&file).expect("readable"), "{}", ran.stderr);
}

#[test]
fn a_key_that_is_not_the_senders_first_one_is_told() {
    let server = ledger(Outcome::Applied, None);
    let carried: Carried = read(&built(&Wallet::at(server.url()))).parse().expect("as it was built");
    let Content::Unsigned(mut unsigned) = carried.content.clone() else { panic!("it is signed") };
    let (vault, file) = offline(&carried.to_string());
    assert!(!vault.run(&["tx", "decode", &file]).stdout.contains("not the sender's first"));
    unsigned.public_key = KeyPair::from_seed(&[9; 32]).public_key();
    let (vault, file) = offline(&Carried { content: Content::Unsigned(unsigned), ..carried }.to_string());
    let shown = vault.run(&["tx", "decode", &file]).stdout;
    assert!(shown.contains("not the sender's first key"), "{shown}");
}

#[test]
fn what_was_changed_on_the_way_or_is_for_somebody_else_is_not_signed() {
    let server = ledger(Outcome::Applied, None);
    let text = read(&built(&Wallet::at(server.url())));
    let start = text.find("\"unsigned\": \"").expect("there") + 80;
    let other_digit = if text.as_bytes()[start] == b'0' { "1" } else { "0" };
    let changed = [&text[..start], other_digit, &text[start + 1..]].concat();
    let (vault, file) = offline(&changed);
    let ran = vault.run(&["tx", "sign", &file, "--yes", "--json"]);
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "bad_transaction_file"));
    let carried: Carried = text.parse().expect("as it was built");
    let Content::Unsigned(mut unsigned) = carried.content else { panic!("it is signed") };
    unsigned.public_key = KeyPair::from_seed(&[9; 32]).public_key();
    let elsewhere = Carried { content: Content::Unsigned(unsigned.clone()), ..carried };
    let (vault, file) = offline(&elsewhere.to_string());
    assert_eq!(vault.run(&["tx", "sign", &file, "--yes", "--json"]).error_code(), "other_signer");
    let chain = lojal_types::ChainId::new([4; 32]);
    unsigned.transaction.chain = chain.tag();
    let (vault, file) = offline(&Carried { chain, content: Content::Unsigned(unsigned) }.to_string());
    for command in [&["tx", "sign", &file, "--yes", "--json"][..], &["tx", "decode", &file, "--json"]] {
        assert_eq!(vault.run(command).error_code(), "wrong_network");
    }
}

#[test]
fn what_is_over_or_lasts_longer_than_the_ledger_takes_is_refused_with_the_reason() {
    let server = ledger(Outcome::Applied, None);
    let text = read(&built(&Wallet::at(server.url())));
    let carried: Carried = text.parse().expect("as it was built");
    let Content::Unsigned(unsigned) = &carried.content else { panic!("it is signed") };
    let now = clock::local_time().expect("a clock");
    let with = |until| {
        let mut unsigned = unsigned.clone();
        unsigned.transaction.valid_until_ms = until;
        unsigned
    };
    let past = with(lojal_types::TimeMs::new(now.get() - 1).expect("in range"));
    let (vault, file) = offline(&Carried { content: Content::Unsigned(past.clone()), ..carried.clone() }.to_string());
    let ran = vault.run(&["tx", "sign", &file, "--yes"]);
    assert!(ran.exit_code == 1 && ran.stderr.contains("an hour at most"), "{}", ran.stderr);
    let signed = past.transaction.sign(&carried.chain, &key());
    let (sender, file) = offline(&Carried { content: Content::Signed(signed), ..carried.clone() }.to_string());
    let ran = sender.run(&["tx", "submit", &file, "--gateway", server.url(), "--json"]);
    assert_eq!((ran.exit_code, ran.error_code().as_str(), posted(&server)), (1, "transaction_expired", 0));
    let late = with(now.plus_ms(3 * 60 * 60 * 1000));
    let (vault, file) = offline(&Carried { content: Content::Unsigned(late), ..carried }.to_string());
    assert_eq!(vault.run(&["tx", "sign", &file, "--yes", "--json"]).error_code(), "wrong_clock");
}

#[test]
fn files_go_through_pipes_and_the_days_of_receipts_are_kept_when_they_are_sent() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    let unsigned = wallet.run(&["tx", "build", "-", "issue", &to, "1", "kaffet", "--receipt", "R-1"]).stdout;
    let signed = wallet.run_reading(&["tx", "sign", "-", "--yes"], &unsigned).stdout;
    assert!(!wallet.home().join("dates").exists());
    let ran = wallet.run_reading(&["tx", "submit", "-"], &signed);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    assert!(wallet.home().join("dates").exists());
    assert!(matches!(only_operation(&server), Operation::Issue(one) if one.amount == Points::new(100)));
    let unsent = wallet.run_reading(&["tx", "submit", "-"], &unsigned);
    assert!(unsent.stderr.contains("lojal tx sign"), "{}", unsent.stderr);
    let again = wallet.run_reading(&["tx", "sign", "-", "--yes"], &signed);
    assert!(again.stderr.contains("signed already"), "{}", again.stderr);
    assert_eq!(wallet.run(&["tx", "build", "-", "freeze", "--json"]).exit_code, 2);
}

#[test]
fn a_transaction_is_still_shown_by_its_id_alone() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let id = wallet.run(&["send", &other().to_string(), "1", "kaffet", "--json"]).json()["id"].clone();
    let id = id.as_str().expect("a text");
    assert_eq!(wallet.run(&["tx", id, "--json"]).json()["id"], id);
    assert_eq!(wallet.run(&["tx"]).exit_code, 2);
    let home = Home::open(&wallet.home()).expect("there");
    assert_eq!((home.chain_id(), home.unlock(&passphrase()).is_ok()), (genesis().chain_id(), true));
}
