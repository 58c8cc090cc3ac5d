//! Levels and memberships, shown to a shop that has neither an account nor a gateway.

use std::fs;

use crate::network::Network;
use crate::programme::{LEVEL, begin_track};
use crate::programs::{Output, program, run};
use crate::wallet::{done, wallet};

/// Verifies a presentation as a shop does, which has the genesis document alone.
fn verify(network: &Network, text: &str, more: &[&str]) -> Output {
    let file = network.scratch().join("shown");
    fs::write(&file, text).expect("a directory of the test's own");
    let mut command = program("lojal");
    command.arg("--home").arg(network.scratch().join("nobody")).args(["presentation", "verify"]).arg(file);
    run(command.arg("--genesis").arg(network.genesis()).args(more))
}

#[track_caller]
fn assert_false(output: &Output, says: &str) {
    assert_eq!(output.status.code(), Some(4), "{output:#?}");
    assert!(output.stderr.contains(says), "{output:#?}");
}

#[test]
fn a_member_shows_a_level_to_a_shop_which_checks_it_by_the_genesis_document_alone() {
    let network = Network::start();
    begin_track(&network, "nordmat", &[LEVEL]);
    let member = done(&network, "member-1", &["address"]).trim().to_owned();
    done(&network, "nordmat", &["stamp", "nordmat", "1", &member, "1200", "--receipt", "first"]);
    network.catch_up(&[0, 1, 2, 3]);
    let nonce = "0123456789abcdef0123456789abcdef";
    let shown = done(&network, "member-1", &["show", "nordmat", "--to", "shop.example", "--nonce", nonce]);
    let verified = verify(&network, &shown, &["--to", "shop.example", "--nonce", nonce]).success();
    assert!(verified.contains("track 1: 1200 count; level 1 through"), "{verified}");
    assert!(verified.contains(&member) && verified.contains("shop.example"), "{verified}");

    assert_false(&verify(&network, &shown, &["--to", "other.example"]), "not for other.example");
    assert_false(&verify(&network, &shown, &["--nonce", &"00".repeat(16)]), "another number");
    assert_false(&verify(&network, "ljp1_AAAA", &[]), "no presentation");
    let middle = shown.len() / 2;
    let other = if &shown[middle..=middle] == "A" { "B" } else { "A" };
    let changed = format!("{}{other}{}", &shown[..middle], &shown[middle + 1..]);
    assert_eq!(verify(&network, &changed, &[]).status.code(), Some(4), "one letter was changed");

    let nothing = done(&network, "member-1", &["show", "kaffet", "--to", "shop.example"]);
    assert!(verify(&network, &nothing, &[]).success().contains("kaffet has never counted or given anything"));
    let unknown = wallet(&network, "member-1", &["show", "nosuch", "--to", "shop.example"]);
    assert!(unknown.status.code() == Some(1) && unknown.stderr.contains("no brand"), "{unknown:#?}");
    done(&network, "member-1", &["freeze", "--yes"]);
    network.catch_up(&[0, 1, 2, 3]);
    let refused = wallet(&network, "member-1", &["show", "nordmat", "--to", "shop.example"]);
    assert!(refused.status.code() == Some(1) && refused.stderr.contains("frozen"), "{refused:#?}");
}
