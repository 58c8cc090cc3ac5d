//! Wallets that follow the validators, and gateways that lie about them.

use std::process::Command;

use serde_json::{Value, json};

use crate::liar::{Liar, Lie, flip};
use crate::network::Network;
use crate::programs::run;
use crate::wallet::lojal;

/// The wallet's program for a wallet of the network, at one gateway.
fn at(network: &Network, wallet: &str, url: &str, arguments: &[&str]) -> Command {
    let mut command = lojal(network, wallet);
    command.args(["--gateway", url]).args(arguments);
    command
}

fn json_of(command: &mut Command) -> Value {
    serde_json::from_str(&run(command).success()).expect("one document")
}

#[test]
fn the_way_from_genesis_is_shown_and_its_pin_begins_another_wallet() {
    let network = Network::start();
    let url = network.url(0);
    let light = json_of(&mut at(&network, "member-1", &url, &["light", "--json"]));
    assert_eq!((&light["changes"], light["validators"].as_array().map(Vec::len)), (&json!([]), Some(4)));
    let pin = light["pin"].as_str().expect("a pin").to_owned();
    let (height, block) = pin.split_once(':').expect("a height and an id");
    assert_eq!((light["proven"]["height"].to_string(), &light["proven"]["block"]), (height.to_owned(), &json!(block)));
    let said = run(&mut at(&network, "member-1", &url, &["light"])).success();
    assert!(said.contains("from genesis on") && said.contains("nobody has come or gone"), "{said}");

    let proven = run(&mut at(&network, "member-2", &url, &["--pin", &pin, "balance"])).success();
    assert!(proven.contains("proven after block"), "{proven}");
    let from = json_of(&mut at(&network, "member-2", &url, &["--pin", &pin, "light", "--json"]));
    assert_eq!(from["from"].as_str().map(|from| from.split(':').count()), Some(2));
    // Another block of that height is none that the gateway has; and the wallet that has seen one there knows better.
    let wrong = format!("{height}:{}", "00".repeat(32));
    let refused = run(&mut at(&network, "nordmat", &url, &["--pin", &wrong, "balance"]));
    assert_eq!(refused.status.code(), Some(4), "{refused:#?}");
    assert!(refused.stderr.contains("not that of the pin"), "{refused:#?}");
    let trusted = std::fs::read_to_string(network.wallet("member-2").join("trusted.json")).expect("kept");
    let trusted: Value = serde_json::from_str(&trusted).expect("JSON");
    let wrong = format!("{}:{}", trusted["height"], "00".repeat(32));
    let refused = run(&mut at(&network, "member-2", &url, &["--pin", &wrong, "balance", "--json"]));
    assert!(refused.stdout.contains("other_pin") || refused.stderr.contains("other_pin"), "{refused:#?}");
    let both = run(&mut at(&network, "member-2", &url, &["--pin", &pin, "--trust", "balance"]));
    assert_eq!(both.status.code(), Some(2), "{both:#?}");
}

#[test]
fn a_gateway_that_lies_about_the_last_header_or_the_changes_is_caught() {
    let network = Network::start();
    let liar = Liar::before(network.url(0));
    run(&mut at(&network, "member-1", &liar.url, &["light"])).success();
    let lies: Vec<(&str, &str, Lie)> = vec![
        ("another state root", "/blocks/", Box::new(|json| flip(json, "/header", |_| 150))),
        ("other validators", "/blocks/", Box::new(|json| flip(json, "/header", |_| 190))),
        ("a wrong signature", "/blocks/", Box::new(|json| flip(json, "/certificate", |length| length - 1))),
        ("another chain", "/blocks/", Box::new(|json| flip(json, "/header", |_| 4))),
        ("more changes that it doesn't show", "/changes", Box::new(|json| json["more"] = true.into())),
        ("a change that is none", "/changes", Box::new(|json| json["changes"] = json!(["00"]))),
    ];
    for (what, about, lie) in lies {
        liar.lies(about, lie);
        let caught = run(&mut at(&network, "member-1", &liar.url, &["light"]));
        assert_eq!(caught.status.code(), Some(4), "{what}: {caught:#?}");
        assert!(caught.stderr.contains("what can't be true"), "{what}: {caught:#?}");
    }
    liar.is_honest();
    run(&mut at(&network, "member-1", &liar.url, &["light"])).success();
}
