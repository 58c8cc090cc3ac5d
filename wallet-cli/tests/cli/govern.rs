//! Commands of those who run the network.

use lojal_types::api::Motion;
use lojal_types::governance::digest_of;
use lojal_types::{
    Action, Actions, Hash, MotionId, MotionStatus, Operation, Parameters, SetParameters, SuspendBrand, TimeMs,
};

use crate::support::gateway::{Ledger, only_operation, submitted};
use crate::support::server::Server;
use crate::support::{Wallet, genesis, name};

fn actions() -> Actions {
    let parameters = Parameters { receipt_days: 10, ..genesis().document().parameters.clone() };
    Actions::from([
        Action::SetParameters(SetParameters { parameters }),
        Action::SuspendBrand(SuspendBrand { brand: "kaffet".parse().expect("valid") }),
    ])
}

/// A gateway with one motion, of which it says another digest than it has.
fn ledger() -> Server {
    let motion = Motion {
        motion: MotionId::new(7),
        by: name("nordmat"),
        actions: actions(),
        digest: Hash::new([9; 32]),
        created_ms: TimeMs::default(),
        lapses_ms: TimeMs::new(1_830_297_600_000).expect("in range"),
        approvals: vec![name("nordmat")],
        approving_power: 1,
        total_power: 4,
        stage: MotionStatus::Open,
    };
    Ledger { motions: vec![motion], ..Ledger::with(vec![]) }.start()
}

#[test]
fn a_motion_is_shown_in_words_and_only_what_it_changes() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let text = wallet.run(&["govern", "show", "7"]).stdout;
    for words in [
        "open until 2028-01-01",
        "1 of 4, more than two thirds decide",
        "days for which a reference can be used",
        "instead of 35",
        "kaffet is suspended",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("bytes of a block"), "{text}");
    let list = wallet.run(&["govern", "list"]).stdout;
    assert!(list.contains("set_parameters, suspend_brand") && list.contains("version 1 of the protocol"), "{list}");
    assert_eq!(wallet.run(&["govern", "list", "--json"]).json()["governance"]["open"][0]["motion"], 7);
    let unknown = wallet.run(&["govern", "show", "8"]);
    assert!(unknown.exit_code == 1 && unknown.stderr.contains("lojal govern list"), "{}", unknown.stderr);
}

#[test]
fn what_is_approved_is_what_was_shown_whatever_the_gateway_says() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let asked = wallet.run(&["govern", "approve", "7"]);
    assert!(asked.stderr.contains("kaffet is suspended") && asked.stderr.contains("add --yes"), "{}", asked.stderr);
    assert!(submitted(&server).is_empty());
    assert_eq!(wallet.run(&["govern", "approve", "7", "--yes"]).exit_code, 0);
    let Operation::Approve(approve) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((approve.motion, approve.digest), (MotionId::new(7), digest_of(&genesis().chain_id(), &actions())));
}

#[test]
fn a_motion_comes_from_a_file_and_from_options() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let file = wallet.file("motion.toml", "[[actions]]\ntype = \"suspend_brand\"\nbrand = \"nordmat\"\n");
    let propose = ["govern", "propose", "--actions", &file, "--reinstate", "kaffet"];
    let asked = wallet.run(&propose);
    assert!(asked.stderr.contains("1. nordmat is suspended") && asked.stderr.contains("2. kaffet"), "{}", asked.stderr);
    assert_eq!(wallet.run(&[&propose[..], &["--yes"]].concat()).exit_code, 0);
    let Operation::Propose(motion) = only_operation(&server) else { panic!("another operation") };
    assert_eq!(motion.actions.iter().map(Action::name).collect::<Vec<_>>(), ["suspend_brand", "reinstate_brand"]);
}

#[test]
fn a_motion_without_actions_or_with_wrong_ones_is_refused_before_anything_is_sent() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let wrong = wallet.file("wrong.toml", "[[actions]]\ntype = \"suspend\"\nbrand = \"nordmat\"\n");
    for arguments in [vec!["govern", "propose", "--yes"], vec!["govern", "propose", "--actions", &wrong, "--yes"]] {
        let ran = wallet.run(&arguments);
        assert!(ran.exit_code == 2 && !ran.stderr.is_empty(), "{}", ran.stderr);
    }
    let missing = wallet.run(&["govern", "propose", "--actions", "nowhere.toml", "--yes"]);
    assert!(missing.exit_code == 1 && missing.stderr.contains("nowhere.toml"), "{}", missing.stderr);
    assert!(submitted(&server).is_empty());
}

#[test]
fn signs_of_life_and_an_endpoint_are_handed_in() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let signature = "11".repeat(64);
    let signs = format!("[{{\"index\": 1, \"time_ms\": 5, \"signature\": \"{signature}\"}}]");
    let file = wallet.file("signs.json", &signs);
    assert_eq!(wallet.run(&["govern", "activate", "7", "--signs", &file, "--yes"]).exit_code, 0);
    let Operation::Activate(activate) = only_operation(&server) else { panic!("another operation") };
    assert_eq!((activate.motion, activate.signs.len(), activate.signs[0].index), (MotionId::new(7), 1, 1));
    let wrong = wallet.run(&["govern", "endpoint", "node.example.org", "--yes"]);
    assert_eq!(wrong.exit_code, 2, "{}", wrong.stderr);
}

#[test]
fn a_node_that_gives_no_sign_of_life_is_no_fault_of_the_command_line() {
    let server = ledger();
    let wallet = Wallet::at(server.url());
    let nobody = "http://127.0.0.1:1";
    for (node, exit_code) in [(nobody, 5), (server.url(), 1), ("nowhere", 2)] {
        let ran = wallet.run(&["govern", "activate", "7", "--node", node, "--yes"]);
        assert!(ran.exit_code == exit_code && ran.stderr.contains(node), "{node}: {} {}", ran.exit_code, ran.stderr);
    }
    assert!(submitted(&server).is_empty());
}
