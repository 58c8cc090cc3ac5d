//! Gateways that nobody reaches.

use std::process::Command;

use lojal_types::Outcome;

use crate::support::every::{every, names};
use crate::support::gateway::ledger;
use crate::support::server::{Answer, NOBODY, Server};
use crate::support::{Ran, Wallet};

/// Another address where nobody listens.
const NOBODY_ELSE: &str = "http://127.0.0.1:2";

#[test]
fn every_command_has_a_command_line_here() {
    let wallet = Wallet::nowhere();
    let mut lines: Vec<String> = every(&wallet, NOBODY).into_iter().map(|line| line.name.to_owned()).collect();
    let mut known = names(&wallet);
    lines.sort_unstable();
    known.sort_unstable();
    assert_eq!(lines, known, "left is what support/every.rs has, right is what there is");
}

#[test]
fn a_command_that_reaches_no_gateway_ends_with_5() {
    let server = ledger(Outcome::Applied, None);
    let wallet = Wallet::at(server.url());
    let lines = every(&wallet, NOBODY);
    // What others read has to be there.
    for line in lines.iter().filter(|line| ["key export", "tx build", "tx sign"].contains(&line.name)) {
        let ran = wallet.run(&line.with(&[]));
        assert_eq!(ran.exit_code, 0, "{}: {}", line.name, ran.stderr);
    }
    for line in lines.iter().filter(|line| line.asks) {
        let ran = wallet.run(&line.with(&["--json", "--gateway", NOBODY]));
        let (code, name) = (ran.error_code(), line.name);
        assert_eq!((ran.exit_code, code.as_str()), (5, "gateway_unreachable"), "{name}: {}", ran.stdout);
    }
}

#[test]
fn only_if_none_of_several_gateways_was_reached() {
    let (wallet, broken) = (Wallet::at(NOBODY), Server::start(|_| Answer::HangUp));
    let busy = Server::start(|_| Answer::problem(503, "busy"));
    for (other, exit_code) in [(NOBODY_ELSE, 5), (broken.url(), 1), (busy.url(), 1)] {
        let ran = wallet.run(&["status", "--gateway", NOBODY, "--gateway", other]);
        assert_eq!(ran.exit_code, exit_code, "{other}: {}", ran.stderr);
        assert!(ran.stderr.contains(NOBODY) && ran.stderr.contains("none of the gateways answered"), "{}", ran.stderr);
    }
}

#[test]
fn a_witness_is_no_gateway_to_read_from() {
    let (wallet, server) = (Wallet::at(NOBODY), ledger(Outcome::Applied, None));
    for command in ["light", "balance", "statement"] {
        let mut lojal = Command::new(env!("CARGO_BIN_EXE_lojal"));
        lojal.args([command, "--witness", server.url(), "--json"]).env("LOJAL_HOME", wallet.home());
        let ran = Ran::of(lojal.output().expect("it was built"));
        assert_eq!((ran.exit_code, ran.error_code().as_str()), (5, "gateway_unreachable"), "{command}");
    }
    assert!(server.requests().is_empty());
}
