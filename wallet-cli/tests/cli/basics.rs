//! Making a wallet, moving points, looking at the ledger.

use lojal_types::api::Status;
use lojal_types::{ChainId, Code, NetworkKind, Operation, Outcome, Points, SignedTransaction};
use lojal_wallet::home::Home;
use serde_json::Value;

use crate::support::gateway::{ledger, network_status, submitted};
use crate::support::server::{Answer, NOBODY, Server};
use crate::support::{Wallet, genesis, key, other, passphrase, receipt};

#[test]
fn help_names_every_command_and_the_exit_codes() {
    let ran = Wallet::nowhere().run(&["--help"]);
    assert_eq!(ran.exit_code, 0);
    let commands = [
        "init",
        "restore",
        "address",
        "status",
        "light",
        "brands",
        "balance",
        "send",
        "redeem",
        "issue",
        "reverse",
        "history",
        "tx",
        "request",
        "pay",
        "hold",
        "capture",
        "release",
        "convert",
        "household",
        "rotate-key",
        "freeze",
        "unfreeze",
        "guardians",
        "recover",
        "policy",
        "operator",
        "partner",
        "netting",
        "settle",
        "Exit codes",
    ];
    for command in commands {
        assert!(ran.stdout.contains(command), "{command}");
    }
    assert_eq!(Wallet::nowhere().run(&["--version"]).exit_code, 0);
}

#[test]
fn what_is_not_understood_exits_with_2_also_as_json() {
    let wallet = Wallet::at(NOBODY);
    let address = other().to_string();
    let cases: [&[&str]; 22] = [
        &["nonsense"],
        &[],
        &["send", "tloj1nonsense", "1", "kaffet"],
        &["send", &address, "1", "Kaffet!"],
        &["send", &address, "1", "kaffet", "--valid-for", "3601"],
        &["issue", &address, "1", "kaffet"],
        &["issue", &address, "1", "kaffet", "--receipt", "a", "--reference", "00"],
        &["reverse", &address, "1", "kaffet", "--receipt", "a"],
        &["tx", "123"],
        &["send", &address, "1", "kaffet", "--from", "pool"],
        &["hold", "1", "kaffet"],
        &["hold", "1", "kaffet", "--for", "31d"],
        &["hold", "1", "kaffet", "--for", "2h", "--until", "2027-01-16"],
        &["request", "1", "kaffet", "--hold-for", "2h"],
        &["policy", "set", "kaffet"],
        &["policy", "set", "kaffet", "--transferable", "maybe"],
        &["operator", "set", "kaffet", &"00".repeat(32), "--roles", "boss"],
        &["household", "invite", &address, "--role", "cat"],
        &[
            "partner",
            "propose",
            "kaffet",
            "nordmat",
            "--rate",
            "0/1",
            "--price",
            "1",
            "--daily-max",
            "1",
            "--owed-max",
            "1",
            "--until",
            "2028-01-01",
        ],
        &["guardians", "set"],
        &["guardians", "set", "kaffet", "--none"],
        &["settle", "1", "kaffet", "nordmat"],
    ];
    for arguments in cases {
        let ran = wallet.run(arguments);
        assert_eq!((ran.exit_code, ran.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.stderr.contains("error") || ran.stderr.contains("Usage"), "{}", ran.stderr);
        let ran = wallet.run(&[arguments, &["--json"]].concat());
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (2, "usage"), "{arguments:?}");
    }
}

#[test]
fn init_makes_a_wallet_once_and_address_shows_it() {
    let wallet = Wallet::nowhere();
    let genesis_file = wallet.genesis_file();
    assert_eq!(wallet.run(&["address", "--json"]).error_code(), "no_wallet");
    assert_eq!(wallet.run(&["init", "--genesis", &genesis_file]).exit_code, 2, "without a gateway");
    let init = ["init", "--genesis", &genesis_file, "--gateway", NOBODY, "--gateway", "https://second.example.org"];
    let made = wallet.run(&init);
    assert_eq!(made.exit_code, 0, "{}", made.stderr);
    let address = wallet.run(&["address"]).stdout;
    assert!(address.starts_with("tloj1") && made.stdout.contains(address.trim()), "{address}");
    let home = Home::open(&wallet.home()).expect("there");
    assert_eq!(home.chain_id(), genesis().chain_id());
    assert_eq!(home.gateways(), [NOBODY, "https://second.example.org"]);
    assert!(home.unlock(&passphrase()).is_ok());
    let key = wallet.run(&["address", "--key"]).stdout;
    assert_eq!(key.trim(), home.public_key().to_string());
    let again = wallet.run(&[&init[..], &["--json"]].concat());
    assert_eq!((again.exit_code, again.error_code().as_str()), (1, "wallet_exists"));
    assert_eq!(wallet.run(&["address"]).stdout, address);
}

#[test]
fn without_a_passphrase_or_a_terminal_init_says_what_to_do() {
    let wallet = Wallet::nowhere();
    let genesis_file = wallet.genesis_file();
    let ran = wallet.run_with(&["init", "--genesis", &genesis_file, "--gateway", NOBODY], None);
    assert_eq!(ran.exit_code, 1);
    assert!(ran.stderr.contains("--passphrase-file") && ran.stderr.contains("LOJAL_PASSPHRASE"), "{}", ran.stderr);
    assert!(!wallet.home().exists());
}

#[test]
fn a_wrong_passphrase_sends_nothing() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let ran = wallet.run_with(&["send", &other().to_string(), "1", "kaffet", "--json"], Some("wrong"));
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "wrong_passphrase"));
    assert!(submitted(&server).is_empty());
}

#[test]
fn an_unreachable_gateway_is_named() {
    let wallet = Wallet::at(NOBODY);
    for arguments in [&["status"][..], &["balance"], &["send", &other().to_string(), "1", "kaffet"]] {
        let ran = wallet.run(arguments);
        assert_eq!((ran.exit_code, ran.stdout.as_str()), (5, ""));
        assert!(ran.stderr.contains(NOBODY), "{}", ran.stderr);
        let ran = wallet.run(&[arguments, &["--json"]].concat());
        assert_eq!(ran.error_code(), "gateway_unreachable");
    }
    let server = ledger(Outcome::Applied, None);
    let ran = wallet.run(&["status", "--gateway", NOBODY, "--gateway", server.url(), "--json"]);
    assert_eq!(ran.json()["height"], 41, "the next gateway answers");
}

#[test]
fn sending_signs_the_typed_amount_and_says_where_it_is_final() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["send", &other().to_string(), "12.50", "kaffet"]);
    let signed = submitted(&server).pop().expect("one transaction");
    let id = signed.transaction.id(&genesis().chain_id());
    let expected = format!(
        "sent 12.50 kaffet to {} · final in block 42 · transaction {id}\nnot proven: --trust believes the gateway\n",
        other()
    );
    assert_eq!((ran.exit_code, ran.stdout.as_str(), ran.stderr.as_str()), (0, expected.as_str(), ""));
    let [Operation::Transfer(transfer)] = &signed.transaction.operations[..] else { panic!("{signed:?}") };
    assert_eq!(transfer.amount, Points::new(1250));
    assert_eq!(transfer.to.to_text(NetworkKind::Test), other());
    let json = wallet.run(&["--json", "send", &other().to_string(), "12.50", "kaffet"]).json();
    assert_eq!(
        (&json["status"], &json["height"], &json["receipt"]["result"]),
        (&Value::from("committed"), &Value::from(42), &Value::from("applied"))
    );
}

#[test]
fn references_of_receipts_are_their_hashes() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    assert_eq!(wallet.run(&["issue", &to, "1", "kaffet", "--receipt", "R-1"]).exit_code, 0);
    assert_eq!(
        wallet.run(&["redeem", "1", "kaffet", "--reference", "0aff"]).exit_code,
        2,
        "a till's request is paid by pay"
    );
    assert_eq!(wallet.run(&["redeem", "1", "kaffet"]).exit_code, 0);
    let reverse = ["reverse", &to, "1", "kaffet", "--receipt", "R-2", "--of-receipt", "R-1"];
    let unknown = wallet.run(&reverse);
    assert_eq!(unknown.exit_code, 1);
    assert!(unknown.stderr.contains("no issue is known under this receipt"), "{}", unknown.stderr);
    let reverse = [&reverse[..], &["--of-dated", "2026-11-28"]].concat();
    assert_eq!(wallet.run(&reverse).exit_code, 0);
    let operations: Vec<Operation> =
        submitted(&server).into_iter().map(|signed| signed.transaction.operations[0].clone()).collect();
    let [Operation::Issue(issue), Operation::Redeem(free), Operation::Reverse(reverse)] = &operations[..] else {
        panic!("{operations:?}")
    };
    assert_eq!(issue.reference, receipt("R-1"));
    assert_eq!(free.request, None);
    assert_eq!((&reverse.reference, &reverse.issue_reference), (&receipt("R-2"), &receipt("R-1")));
}

#[test]
fn one_receipt_is_one_reference_however_it_is_typed_and_blanks_are_none() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let to = other().to_string();
    for spelling in ["Café 123", "Cafe\u{301} 123", "Café 123 ", "Café 123\r", "\u{feff}Café\u{a0}123"] {
        assert_eq!(wallet.run(&["issue", &to, "1", "kaffet", "--receipt", spelling]).exit_code, 0);
    }
    let references = submitted(&server).into_iter().map(|signed| match &signed.transaction.operations[0] {
        Operation::Issue(issue) => issue.reference.clone(),
        other => panic!("{other:?}"),
    });
    assert!(references.eq([(); 5].map(|()| receipt("Café 123"))));
    for nothing in ["", " ", "\u{a0}\t", "1\u{200b}2"] {
        for option in ["--receipt", "--of-receipt"] {
            let arguments = ["reverse", &to, "1", "kaffet", "--receipt", "a", "--of-receipt", "b", option, nothing];
            let ran = wallet.run(&arguments);
            assert_eq!((ran.exit_code, ran.stdout.as_str()), (2, ""), "{option} {nothing:?}");
        }
    }
    assert_eq!(submitted(&server).len(), 5);
}

#[test]
fn a_failed_receipt_is_an_error_with_its_code_and_block() {
    let server = ledger(Outcome::Failed { operation: 0, code: Code::InsufficientPoints }, None);
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["send", &other().to_string(), "1", "kaffet"]);
    assert_eq!((ran.exit_code, ran.stdout.as_str()), (1, ""));
    for words in [Code::InsufficientPoints.explanation(), "insufficient_points", "block 42", "transaction"] {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    let ran = wallet.run(&["send", &other().to_string(), "1", "kaffet", "--json"]);
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "insufficient_points"));
    assert_eq!(ran.json()["error"]["height"], 42);
}

#[test]
fn not_waiting_leaves_the_outcome_open() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["redeem", "1", "kaffet", "--no-wait"]);
    let id = submitted(&server).pop().expect("one transaction").transaction.id(&genesis().chain_id());
    assert_eq!(ran.exit_code, 3);
    assert!(ran.stdout.contains(&format!("lojal tx {id}")), "{}", ran.stdout);
    let ran = wallet.run(&["redeem", "1", "kaffet", "--no-wait", "--json"]);
    assert_eq!((ran.exit_code, &ran.json()["status"]), (3, &Value::from("pending")));
}

#[test]
fn nothing_is_signed_for_another_network_or_with_other_decimals() {
    let foreign = Server::start(|_| Answer::json(200, &Status { chain_id: ChainId::new([5; 32]), ..network_status() }));
    let ran = Wallet::at(foreign.url()).run(&["send", &other().to_string(), "1", "kaffet", "--json"]);
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "wrong_network"));
    let message = ran.json()["error"]["message"].to_string();
    assert!(message.contains(&"05".repeat(32)) && message.contains(&genesis().chain_id().to_string()), "{message}");
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    // This gateway says that nordmat has 4 decimals: "1" would become 10,000 points.
    let cases = [
        ("nordmat", "1", 1, "wrong_decimals"),
        ("nobody", "1", 1, "unknown_brand"),
        ("kaffet", "1.005", 2, "invalid_amount"),
    ];
    for (brand, amount, exit_code, code) in cases {
        let ran = wallet.run(&["redeem", amount, brand, "--json"]);
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (exit_code, code));
    }
    let main_address = key().address().to_text(NetworkKind::Main).to_string();
    let ran = wallet.run(&["send", &main_address, "1", "kaffet", "--json"]);
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (2, "wrong_address"));
    assert!(submitted(&server).is_empty());
}

#[test]
fn balances_brands_and_history_are_tables() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let balance = wallet.run(&["balance"]);
    assert_eq!(
        balance.stdout,
        "kaffet    0.05  (0.05 for ever)\nnordmat  1,250  (800 until 2027-03, 450 until 2028-11)\n\
         not proven: --trust believes the gateway\n",
        "{}",
        balance.stderr
    );
    assert_eq!(wallet.run(&["balance", "--json"]).json()["balances"][1]["lots"][0]["expiry"], "2027-03");
    let brands = wallet.run(&["brands"]).stdout;
    assert!(brands.contains("kaffet") && brands.contains("1,250.00") && brands.contains("24 months"), "{brands}");
    let history = wallet.run(&["history", "--limit", "5", "--cursor", "41-0"]).stdout;
    assert!(history.contains(&format!("done     sent 12.50 kaffet to {}", other())), "{history}");
    assert!(history.contains("2027-01-15 08:00:00") && history.contains("--cursor 40-0"), "{history}");
    assert!(server.requests().iter().any(|request| request.path.ends_with("/transactions?limit=5&cursor=41-0")));
    let unknown = wallet.run(&["tx", &"00".repeat(32), "--json"]);
    assert_eq!((unknown.exit_code, unknown.error_code().as_str()), (1, "unknown_transaction"));
    let unknown = wallet.run(&["tx", &"00".repeat(32)]).stderr;
    assert!(unknown.contains("check its id") && !unknown.contains("valid_until_ms"), "{unknown}");
}

#[test]
fn an_amount_below_zero_is_refused_as_such() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let cases: [&[&str]; 4] = [
        &["send", &other().to_string(), "-5", "kaffet"],
        &["redeem", "-0.5", "kaffet"],
        &["hold", "-5", "kaffet", "--for", "1h"],
        &["request", "-5", "kaffet"],
    ];
    for arguments in cases {
        let ran = wallet.run(arguments);
        assert_eq!(ran.exit_code, 2, "{arguments:?}: {}", ran.stderr);
        assert!(ran.stderr.contains("is less than zero"), "{arguments:?}: {}", ran.stderr);
    }
    assert!(submitted(&server).is_empty());
}

#[test]
fn a_rotated_key_takes_over_once_the_rotation_is_final() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["rotate-key"]);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let signed = submitted(&server).pop().expect("one transaction");
    assert_eq!(signed.public_key, key().public_key(), "the old key signs");
    let Operation::RotateKey(rotate) = &signed.transaction.operations[0] else { panic!("{signed:?}") };
    let home = Home::open(&wallet.home()).expect("there");
    assert_eq!((home.public_key(), home.address()), (rotate.new_key, key().address()));
    assert_eq!(wallet.run(&["redeem", "1", "kaffet"]).exit_code, 0);
    let signed = submitted(&server).pop().expect("another transaction");
    assert_eq!((signed.public_key, signed.transaction.sender), (rotate.new_key, key().address()));
}

#[test]
fn a_rotation_that_failed_leaves_the_old_key_alone() {
    let server = ledger(Outcome::Failed { operation: 0, code: Code::InvalidKey }, None);
    let wallet = Wallet::at(server.url());
    assert_eq!(wallet.run(&["rotate-key", "--json"]).error_code(), "invalid_key");
    let home = Home::open(&wallet.home()).expect("there");
    assert_eq!((home.public_key(), home.next_public_key()), (key().public_key(), None));
}

#[test]
fn a_rotation_that_became_final_unnoticed_is_finished_before_signing() {
    let wallet = Wallet::at(NOBODY);
    let mut home = Home::open(&wallet.home()).expect("there");
    let next = home.begin_rotation(&passphrase()).expect("begun").public_key();
    let still_old = ledger(Outcome::Applied, None);
    assert_eq!(wallet.run(&["redeem", "1", "kaffet", "--gateway", still_old.url()]).exit_code, 0);
    assert_eq!(submitted(&still_old)[0].public_key, key().public_key());
    let rotated = ledger(Outcome::Applied, Some(next));
    assert_eq!(wallet.run(&["redeem", "1", "kaffet", "--gateway", rotated.url()]).exit_code, 0);
    assert_eq!(submitted(&rotated)[0].public_key, next);
    assert!(wallet.home().join("key.json.old").exists());
}

#[test]
fn a_broken_answer_is_followed_up_to_the_final_block() {
    let knows = ledger(Outcome::Applied, None);
    let breaks = Server::start(|request| match request.path.as_str() {
        "/v1/status" => Answer::json(200, &network_status()),
        "/v1/brands/kaffet" => Answer::problem(503, "busy"),
        path if path.starts_with("/v1/transactions/") => Answer::problem(404, "unknown_transaction"),
        _ => Answer::HangUp,
    });
    let wallet = Wallet::at(breaks.url());
    let ran = wallet.run(&["redeem", "1", "kaffet", "--gateway", breaks.url(), "--gateway", knows.url()]);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("final in block 42"), "{}", ran.stdout);
    assert!(ran.stderr.contains("asking until its outcome is certain"), "{}", ran.stderr);
    let sent: Vec<SignedTransaction> = [submitted(&breaks), submitted(&knows)].concat();
    assert!(sent.len() >= 2 && sent.iter().all(|signed| *signed == sent[0]), "the same transaction every time");
}
