//! Gateways of others, which are asked whether they have the same blocks.

use lojal_types::{Height, api};
use serde_json::Value;

use crate::support::blocks::{header, shown};
use crate::support::gateway::network_status;
use crate::support::server::{Answer, NOBODY, Server};
use crate::support::{Ran, Wallet};

/// A block with a state of its own.
fn block(state: u8) -> api::LightBlock {
    shown(&header(state))
}

/// A gateway with one block; none is a gateway that doesn't have it.
fn gateway(shown: Option<api::LightBlock>) -> Server {
    Server::start(move |request| match request.path.split('?').next().unwrap_or_default() {
        "/v1/status" => Answer::json(200, &network_status()),
        "/v1/light/changes" => {
            Answer::json(200, &api::LightChanges { changes: vec![], more: false, height: Height::new(7) })
        }
        path if path.starts_with("/v1/light/blocks/") => {
            shown.as_ref().map_or_else(|| Answer::problem(404, "unknown_block"), |block| Answer::json(200, block))
        }
        _ => Answer::problem(404, "unknown_route"),
    })
}

/// `lojal light`, which asks for proofs, and a witness.
fn light(wallet: &Wallet, one: &Server, witness: &str) -> Ran {
    let arguments = ["light", "--gateway", one.url(), "--witness", witness, "--json"];
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_lojal"));
    Ran::of(command.args(arguments).env("LOJAL_HOME", wallet.home()).output().expect("it was built"))
}

#[test]
fn a_witness_with_the_same_block_says_nothing_and_one_that_cannot_be_asked_is_told() {
    let (wallet, one) = (Wallet::at(NOBODY), gateway(Some(block(3))));
    let same = gateway(Some(block(3)));
    let ran = light(&wallet, &one, same.url());
    assert_eq!((ran.exit_code, &ran.json()["proven"]["height"]), (0, &7.into()), "{}", ran.stderr);
    assert!(same.requests().iter().any(|request| request.path == "/v1/light/blocks/7"));
    let behind = gateway(None);
    for silent in [NOBODY, behind.url()] {
        let ran = light(&wallet, &one, silent);
        assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
        assert!(ran.stderr.contains("no witness"), "{}", ran.stderr);
    }
}

#[test]
fn another_final_block_at_a_witness_is_a_split_and_both_are_kept_as_evidence() {
    let (wallet, one, other) = (Wallet::at(NOBODY), gateway(Some(block(3))), gateway(Some(block(4))));
    let ran = light(&wallet, &one, other.url());
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (4, "gateway_untrue"));
    let path = wallet.home().join("evidence-7.json");
    let evidence: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("kept")).expect("JSON");
    let blocks = [&evidence[0]["block"], &evidence[1]["block"]];
    assert_eq!(blocks.map(Value::to_string), [block(3), block(4)].map(|block| format!("\"{}\"", block.id)));
    assert!(evidence[1]["certificate"].as_str().is_some_and(|text| text.len() > 128), "{evidence}");
}

#[test]
fn a_witness_whose_block_nobody_has_signed_is_the_liar() {
    let (wallet, one) = (Wallet::at(NOBODY), gateway(Some(block(3))));
    let forged = api::LightBlock { certificate: block(3).certificate, ..block(4) };
    let other = gateway(Some(forged));
    let ran = light(&wallet, &one, other.url());
    assert_eq!(ran.exit_code, 4, "{}", ran.stdout);
    assert!(ran.stdout.contains(other.url()) && !wallet.home().join("evidence-7.json").exists(), "{}", ran.stdout);
}
