//! Every command that a real network answers, with proofs, prints what `lojal schema` says.

use lojal_types::NetworkKind;
use serde_json::Value;

use crate::network::Network;
use crate::wallet::{Signer, done};

/// The last document that a command of a wallet prints for programs; all of them are compared with its schema.
fn printed(network: &Network, wallet: &str, arguments: &[&str]) -> Value {
    let text = done(network, wallet, &[arguments, &["--json"]].concat());
    serde_json::from_str(text.lines().last().expect("a document")).expect("JSON")
}

#[test]
fn what_programs_read_of_a_real_network_is_what_the_schemas_say() {
    let network = Network::start();
    let till = |arguments: &[&str]| printed(&network, "nordmat", arguments);
    let member = |arguments: &[&str]| printed(&network, "member-1", arguments);
    let address = |name: &str| Signer::of(&network, name).address().to_text(NetworkKind::Test).to_string();
    let (own, other) = (address("member-1"), address("member-2"));

    let issued = till(&["issue", &own, "100", "nordmat", "--receipt", "R-1"]);
    assert!(issued["proven"]["height"].is_u64(), "{issued}");
    let id = issued["id"].as_str().expect("a text").to_owned();
    till(&["reverse", &own, "10", "nordmat", "--receipt", "R-2", "--of-receipt", "R-1"]);
    let asked = till(&["request", "5", "nordmat"]);
    let text = |document: &Value, name: &str| document[name].as_str().expect("a text").to_owned();
    member(&["pay", &text(&asked, "request"), "--yes"]);
    member(&["payment", &text(&asked, "reference")]);
    let held = member(&["hold", "20", "nordmat", "--for", "2h"]);
    till(&["capture", &text(&held, "ticket"), "5"]);
    till(&["release", &text(&member(&["hold", "1", "nordmat", "--for", "2h"]), "ticket")]);

    let household = text(&member(&["household", "create"]), "household");
    let receipt = network.scratch().join("R-1.json").display().to_string();
    for arguments in [
        &["send", &other, "5", "nordmat"][..],
        &["send", &household, "5", "nordmat"],
        &["redeem", "5", "nordmat", "--dry-run"],
        &["household", "invite", &other, "--role", "adult"],
        &["household", "show"],
        &["guardians", "set", &other],
        &["guardians", "show"],
        &["recover", "status"],
        &["status"],
        &["light"],
        &["brands"],
        &["balance"],
        &["history"],
        &["history", "--brand", "nordmat", "--kind", "transfer", "--since", "2026-01-01"],
        &["statement"],
        &["watch", "--after", "0", "--count", "3"],
        &["tx", &id],
        &["receipt", "save", &id, &receipt],
        &["receipt", "verify", &receipt],
        &["policy", "show", "nordmat"],
        &["partner", "list"],
        &["netting"],
        &["govern", "list"],
        &["token"],
        &["config", "get"],
        &["rotate-key"],
        &["freeze", "--yes"],
    ] {
        member(arguments);
    }
    for arguments in [
        &["operator", "list", "nordmat"][..],
        &["brand", "motion", "list", "nordmat"],
        &["brand", "transactions", "nordmat", "--account", &own],
        &["brand", "accounts", "nordmat"],
        &["brand", "expiring", "nordmat", "--months", "12"],
        &["brand", "statistics", "nordmat"],
        &["reference", "issue", "nordmat", "--receipt", "R-1"],
        &["policy", "set", "nordmat", "--poolable", "no", "--yes", "--dry-run"],
    ] {
        till(arguments);
    }
}
