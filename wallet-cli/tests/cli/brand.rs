//! Commands of a brand's admins.

use lojal_types::api::Operator;
use lojal_types::{Bounded, NetworkKind, Operation, Points, Policy, Role};

use crate::support::gateway::{Ledger, only_operation, submitted};
use crate::support::server::Server;
use crate::support::{Wallet, key, other, policy};

fn ledger() -> Server {
    let operator = |address, roles: Vec<Role>, max: Option<u64>| Operator {
        address,
        roles: Bounded::new(roles).expect("one to four"),
        issue_daily_max: max.map(Points::new),
        issued_today: Points::new(250),
    };
    let operators = vec![
        operator(key().address().to_text(NetworkKind::Test), vec![Role::Admin], None),
        operator(other(), vec![Role::Issue, Role::Capture], Some(100_000)),
    ];
    Ledger { operators, ..Ledger::with(vec![]) }.start()
}

#[test]
fn a_policy_is_shown_in_words_and_as_data() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let text = wallet.run(&["policy", "show", "kaffet"]).stdout;
    for words in [
        "new points live  24 months",
        "one transfer     0.01 to 1,000.00",
        "one issue        no cap",
        "no cap",
        "a new account    at least 0.01",
        "reversible       never",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(wallet.run(&["policy", "show", "kaffet", "--json"]).json()["expiry_months"], 24);
}

#[test]
fn only_what_is_named_changes_in_a_policy_and_all_of_it_is_shown_first() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let set = [
        "policy",
        "set",
        "kaffet",
        "--expiry-months",
        "never",
        "--transfer-daily-max",
        "50",
        "--reversal-window",
        "30d",
        "--poolable",
        "no",
        "--issue-max",
        "250",
        "--opening-min",
        "0.2",
    ];
    let ran = wallet.run(&set);
    assert!(
        ran.stderr.contains("the policy of kaffet becomes") && ran.stderr.contains("for 30d after the issue"),
        "{}",
        ran.stderr
    );
    assert!(submitted(&server).is_empty());
    assert_eq!(wallet.run(&[&set[..], &["--yes"]].concat()).exit_code, 0);
    let Operation::SetPolicy(set) = only_operation(&server) else { panic!("another operation") };
    let expected = Policy {
        expiry_months: None,
        issue_max: Some(Points::new(25_000)),
        transfer_daily_max: Some(Points::new(5000)),
        opening_min: Points::new(20),
        poolable: false,
        reversal_window_ms: 30 * 24 * 60 * 60 * 1000,
        ..policy()
    };
    assert_eq!(set.policy, expected);
}

#[test]
fn a_policy_that_contradicts_itself_is_refused() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    for wrong in [
        ["--expiry-months", "61"],
        ["--transfer-max", "0.00"],
        ["--transfer-min", "1000.01"],
        ["--issue-max", "0"],
        ["--opening-min", "0"],
        ["--reversal-window", "401d"],
    ] {
        let ran = wallet.run(&[&["policy", "set", "kaffet", "--yes", "--json"][..], &wrong].concat());
        let code = ran.error_code();
        assert!(ran.exit_code == 2 && ["policy_out_of_bounds", "invalid_amount"].contains(&code.as_str()), "{code}");
    }
    assert!(submitted(&server).is_empty());
}

#[test]
fn operators_are_listed_set_and_removed() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let list = wallet.run(&["operator", "list", "kaffet"]).stdout;
    assert!(list.contains("issue, capture  2.50 of 1,000.00") && list.contains("admin           no cap"), "{list}");
    let till = lojal_types::KeyPair::from_seed(&[8; 32]).public_key().to_string();
    let set = ["operator", "set", "kaffet", &till, "--roles", "capture,issue,issue", "--issue-daily-max", "500"];
    let ran = wallet.run(&set);
    let expected = format!("{} acts for kaffet: issue, capture, at most 500.00 kaffet a day", other());
    assert!(ran.stdout.starts_with(&expected), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(wallet.run(&["operator", "remove", "kaffet", &other().to_string()]).exit_code, 0);
    let operations: Vec<Operation> =
        submitted(&server).into_iter().map(|signed| signed.transaction.operations[0].clone()).collect();
    let [Operation::SetOperator(set), Operation::RemoveOperator(remove)] = &operations[..] else {
        panic!("{operations:?}")
    };
    assert_eq!(&set.roles[..], [Role::Issue, Role::Capture]);
    assert_eq!((set.issue_daily_max, set.public_key.to_string()), (Some(Points::new(50_000)), till));
    assert_eq!(remove.operator.to_text(NetworkKind::Test), other());
}
