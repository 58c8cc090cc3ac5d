//! A wallet behind a gateway that lies.

use std::sync::{Arc, Mutex};

use lojal_types::NetworkKind;
use serde_json::Value;

use crate::liar::{Liar, Lie, flip, hex_of};
use crate::network::Network;
use crate::programs::{Output, run};
use crate::wallet::{Signer, issue, lojal, nordmat};

fn balance(network: &Network, url: &str, more: &[&str]) -> Output {
    run(lojal(network, "member-1").args(["--gateway", url, "balance"]).args(more))
}

/// Lies about an account of 740 points that had 700 before.
fn lies() -> Vec<(&'static str, Lie)> {
    let amount = 700_u64.to_le_bytes();
    vec![
        (
            "another amount",
            Box::new(move |json| {
                for index in 0..json["proofs"].as_array().map_or(0, Vec::len) {
                    let pointer = format!("/proofs/{index}/proof");
                    let mut bytes = hex_of(json, &pointer);
                    let total = 740_u64.to_le_bytes();
                    let found = bytes.windows(8).position(|part| part == total);
                    if let Some(place) = found {
                        bytes[place..place + 8].copy_from_slice(&amount);
                        *json.pointer_mut(&pointer).expect("there") = hex::encode(bytes).into();
                    }
                }
            }),
        ),
        ("a proof less", Box::new(|json| drop(json["proofs"].as_array_mut().expect("a list").pop()))),
        ("no proof at all", Box::new(|json| json["proofs"] = Value::Array(Vec::new()))),
        ("another byte in the middle of a proof", Box::new(|json| flip(json, "/proofs/0/proof", |length| length / 2))),
        ("another state root", Box::new(|json| flip(json, "/header", |_| 150))),
        ("a later header", Box::new(|json| flip(json, "/header", |_| 36))),
        ("another time", Box::new(|json| flip(json, "/header", |_| 44))),
        ("another chain", Box::new(|json| flip(json, "/header", |_| 4))),
        (
            "a byte more in the header",
            Box::new(|json| json["header"] = format!("{}00", json["header"].as_str().expect("hex")).into()),
        ),
        ("a wrong signature", Box::new(|json| flip(json, "/certificate", |length| length - 1))),
        ("another round", Box::new(|json| flip(json, "/certificate", |_| 8))),
        (
            "a certificate without signatures",
            Box::new(|json| {
                let bytes = [&hex_of(json, "/certificate")[..44], &[0; 4]].concat();
                json["certificate"] = hex::encode(bytes).into();
            }),
        ),
    ]
}

#[test]
fn a_balance_is_proven_and_a_gateway_that_lies_about_it_is_caught() {
    let network = Network::start();
    let till = Signer::of(&network, "nordmat");
    let member = Signer::of(&network, "member-1");
    let give = |nonce: u64, amount: u64| {
        let signed = till.sign(nonce, issue(member.address(), amount, &format!("receipt {nonce}")));
        network.client(0).submit(&signed, true).expect("taken in");
    };
    give(1, 700);
    let liar = Liar::before(network.url(0));
    let honest = balance(&network, &liar.url, &[]).success();
    assert!(honest.contains("proven after block ") && honest.contains(&nordmat().to_string()), "{honest}");
    let old = Arc::new(Mutex::new(Value::Null));
    let kept = old.clone();
    liar.lies("/proof", Box::new(move |json| *kept.lock().expect("free") = json.clone()));
    let before = balance(&network, &liar.url, &["--json"]).success();
    assert!(before.contains("\"proven\""), "{before}");
    give(2, 40);

    for (what, lie) in lies() {
        liar.lies("/proof", lie);
        let caught = balance(&network, &liar.url, &[]);
        assert_eq!(caught.status.code(), Some(4), "{what}: {caught:#?}");
        assert!(caught.stderr.contains("what can't be true"), "{what}: {caught:#?}");
        assert!(!caught.stdout.contains("700"), "{what}: {caught:#?}");
    }

    liar.is_honest();
    let now = balance(&network, &liar.url, &[]).success();
    assert!(now.contains("740"), "{now}");
    // What was true once, and is proven, is no answer any more.
    let replayed = old.lock().expect("free").clone();
    liar.lies("/proof", Box::new(move |json| *json = replayed.clone()));
    let behind = balance(&network, &liar.url, &[]);
    assert_eq!(behind.status.code(), Some(1), "{behind:#?}");
    assert!(behind.stderr.contains("is behind") && behind.stderr.contains("trusted.json"), "{behind:#?}");
    // And there are other gateways.
    let other =
        run(lojal(&network, "member-1").args(["--gateway", &liar.url, "--gateway", &network.url(1), "balance"]));
    assert!(other.success().contains("740"));
    let address = member.address().to_text(NetworkKind::Test).to_string();
    let by_operator = |more: &[&str]| run(lojal(&network, "nordmat").args(["balance", &address]).args(more));
    let refused = by_operator(&[]);
    assert!(refused.status.code() == Some(1) && refused.stderr.contains("--trust"), "{refused:#?}");
    assert!(by_operator(&["--trust"]).success().contains("740"));
    let believed = balance(&network, &liar.url, &["--trust"]).success();
    assert!(believed.contains("not proven"), "{believed}");
}
