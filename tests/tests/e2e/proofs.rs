//! A wallet behind a gateway that lies.

use std::sync::{Arc, Mutex};

use lojal_types::api::{Payment, TransactionStatus};
use lojal_types::{NetworkKind, Points};
use serde_json::Value;

use crate::liar::{Liar, Lie, flip, hex_of};
use crate::network::Network;
use crate::programs::{Output, run};
use crate::wallet::{self, Signer, issue, lojal, nordmat};

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
        ("a proof less", Box::new(|json| drop(json["proofs"].as_array_mut().expect("a list").remove(0)))),
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

/// A final transaction that has nothing to do with what is asked for: an issue of 100 points to member-1.
fn unrelated(network: &Network) -> TransactionStatus {
    let (till, member) = (Signer::of(network, "nordmat"), Signer::of(network, "member-1"));
    network.client(0).submit(&till.sign(1, issue(member.address(), 100, "receipt 1")), true).expect("taken in")
}

/// The document at a path of the first node.
fn document(network: &Network, path: &str) -> Value {
    let text = ureq::get(format!("{}{path}", network.url(0))).call().expect("it answers").body_mut().read_to_string();
    serde_json::from_str(&text.expect("a text")).expect("JSON")
}

#[test]
fn what_a_gateway_says_is_final_is_so_only_if_it_is_proven() {
    let network = Network::start();
    let other = unrelated(&network);
    let (member, to) = (Signer::of(&network, "member-1"), Signer::of(&network, "member-2"));
    let to = to.address().to_text(NetworkKind::Test).to_string();
    let liar = Liar::before(network.url(0));
    let send = |more: &[&str]| {
        let args = ["--gateway", &liar.url, "send", &to, "5", "nordmat"];
        run(lojal(&network, "member-1").args(args).args(more))
    };

    let proof = document(&network, &format!("/v1/transactions/{}/proof", other.id));
    liar.lies("/proof", Box::new(move |json| *json = proof.clone()));
    let caught = send(&[]);
    assert_eq!(caught.status.code(), Some(4), "{caught:#?}");
    assert!(caught.stderr.contains("it is unknown whether transaction"), "{caught:#?}");
    assert!(send(&["--trust"]).success().contains("not proven"));
    assert_eq!(wallet::balance(&network, 0, &member), 100, "nothing was passed on");

    // Another gateway takes what this one has only said to be final.
    liar.is_honest();
    let sent: Value =
        serde_json::from_str(&send(&["--gateway", &network.url(1), "--json"]).success()).expect("one document");
    assert_eq!(sent["proven"]["height"], sent["height"]);
    let shown = document(&network, &format!("/v1/transactions/{}", sent["id"].as_str().expect("an id")));
    assert_eq!((&shown["status"], &shown["height"]), (&"committed".into(), &sent["height"]));

    let tx = |id: &str| run(lojal(&network, "member-1").args(["--gateway", &liar.url, "--json", "tx", id]));
    let mut invented = serde_json::to_value(&other).expect("plain data");
    let never = "0a".repeat(32);
    invented["id"] = never.as_str().into();
    // Without a proof, since a status is none.
    liar.lies("/v1/transactions/", Box::new(move |json| *json = invented.clone()));
    let shown = tx(&never);
    assert_ne!(shown.status.code(), Some(0), "{shown:#?}");
    liar.lies("/v1/transactions/", Box::new(|json| json["height"] = 7_000_000.into()));
    let shown: Value = serde_json::from_str(&tx(&other.id.to_string()).success()).expect("one document");
    assert_eq!(shown["height"], shown["proven"]["height"]);
}

#[test]
fn a_payment_that_a_gateway_invents_is_none() {
    let network = Network::start();
    let transaction = unrelated(&network);
    let from = Signer::of(&network, "member-1").address().to_text(NetworkKind::Test);
    let said = Payment { brand: nordmat(), from, amount: Points::new(33), held_until_ms: None, transaction };
    let said = serde_json::to_value(&said).expect("plain data");
    let liar = Liar::before(network.url(0));
    liar.lies("/v1/payments/", Box::new(move |json| *json = said.clone()));
    let till = |args: &[&str]| run(lojal(&network, "nordmat").args(["--gateway", &liar.url]).args(args));
    let reference = "07".repeat(32);
    for args in [&["request", "33", "nordmat", "--wait"][..], &["payment", &reference]] {
        let caught = till(args);
        assert_eq!(caught.status.code(), Some(4), "{args:?}: {caught:#?}");
        assert!(caught.stderr.contains("doesn't answer the request"), "{args:?}: {caught:#?}");
        assert!(!caught.stdout.contains(" paid "), "{args:?}: {caught:#?}");
    }
    let believed = till(&["payment", &reference, "--trust"]).success();
    assert!(believed.contains("paid 33 nordmat") && believed.contains("not proven"), "{believed}");
}
