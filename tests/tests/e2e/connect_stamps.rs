//! Stamps of tills that can't sign, on a real network, through the connector.

use std::fs;

use lojal_types::NetworkKind;
use serde_json::{Value, json};

use crate::connector::{Connector, lojal_connect};
use crate::lossy::Lossy;
use crate::network::Network;
use crate::programme::{LEVEL, begin_track};
use crate::programs::{eventually, run};
use crate::wallet::{Signer, balance, done};

fn address(member: &Signer) -> String {
    member.address().to_text(NetworkKind::Test).to_string()
}
fn stamp(member: &Signer, amount: u64, reference: &str) -> Value {
    json!({ "member": address(member), "track": 1, "amount": amount, "reference": reference })
}
/// A purchase with points, and as many units.
fn purchase(member: &Signer, amount: u64, reference: &str) -> Value {
    let stamp = json!({ "track": 1, "amount": amount });
    json!({ "member": address(member), "amount": amount, "reference": reference, "stamp": stamp })
}
/// Asserts that so many units of a member count.
#[track_caller]
fn assert_counted(network: &Network, units: u64) {
    let told = done(network, "member-1", &["standing", "nordmat"]);
    assert!(told.contains(&format!("track 1: {units} count")), "{told}");
}
/// A network where nordmat counts on track 1.
fn counting() -> (Network, Signer) {
    let network = Network::start();
    begin_track(&network, "nordmat", &[LEVEL]);
    let anna = Signer::of(&network, "member-1");
    (network, anna)
}

#[test]
fn a_till_stamps_with_a_purchase_or_alone_and_takes_both_back() {
    let (network, anna) = counting();
    let connector = Connector::start(&network, &network.gateways);
    let (status, first) = connector.post("/earn", &purchase(&anna, 700, "receipt 1"));
    assert_eq!((status, &first["state"], &first["kind"]), (200, &"done".into(), &"issue".into()), "{first}");
    assert_eq!(first["stamp"], json!({ "track": 1, "amount": 700 }));
    assert_eq!(connector.post("/earn", &purchase(&anna, 700, "receipt 1")), (200, first.clone()));
    let without = json!({ "member": address(&anna), "amount": 700, "reference": "receipt 1" });
    assert_eq!(connector.post("/earn", &without).1["code"], "different_request");
    assert_eq!(balance(&network, 0, &anna), 700);
    let (status, alone) = connector.post("/stamp", &stamp(&anna, 400, "receipt 2"));
    assert_eq!((status, &alone["state"], &alone["kind"]), (200, &"done".into(), &"stamp".into()), "{alone}");
    assert_eq!(connector.post("/stamp", &stamp(&anna, 400, "receipt 2")), (200, alone.clone()));
    assert_eq!(connector.post("/stamp", &stamp(&anna, 401, "receipt 2")).1["code"], "different_request");
    assert_counted(&network, 1100);
    assert_eq!(connector.get("/references/stamp/receipt%202"), (200, alone));
    assert_eq!(connector.get("/references/stamp/receipt%201"), (200, first), "the purchase has brought it along");

    let back = json!({ "of": "receipt 1", "amount": 700, "reference": "return 1", "stamp": {} });
    let (status, returned) = connector.post("/returns", &back);
    assert_eq!((status, &returned["state"], &returned["taken"]), (200, &"done".into(), &700.into()), "{returned}");
    assert_eq!(returned["stamp"], json!({ "amount": 700 }));
    assert_eq!(connector.post("/returns", &back), (200, returned));
    assert_eq!(balance(&network, 0, &anna), 0);
    let part = json!({ "of": "receipt 2", "amount": 100, "reference": "return 2" });
    let (status, taken) = connector.post("/stamp/returns", &part);
    assert_eq!((status, &taken["kind"]), (200, &"take_back".into()), "{taken}");
    assert_eq!(connector.post("/stamp/returns", &part), (200, taken));
    assert_counted(&network, 300);
    let more = json!({ "of": "receipt 2", "amount": 301, "reference": "return 3" });
    assert_eq!(connector.post("/stamp/returns", &more).1["code"], "take_back_exceeds");
    let rest = json!({ "of": "receipt 2", "amount": 300, "reference": "return 3" });
    assert_eq!(connector.post("/stamp/returns", &rest).0, 200, "what has failed makes room");
    let shown = done(&network, "nordmat", &["reference", "stamp", "nordmat", "--receipt", "receipt 2"]);
    assert!(shown.contains("stamped 400 on track 1") && shown.contains("took all of it back"), "{shown}");
}

#[test]
fn stamps_wait_while_no_gateway_answers_and_what_goes_back_does_not() {
    let (mut network, anna) = counting();
    let mut connector = Connector::start(&network, &network.gateways[..1]);
    network.kill(0);
    for (path, body) in
        [("/stamp", stamp(&anna, 40, "a")), ("/earn", purchase(&anna, 50, "b")), ("/stamp", stamp(&anna, 60, "c"))]
    {
        let (status, queued) = connector.post(path, &body);
        assert_eq!((status, &queued["state"]), (202, &"queued".into()), "{queued}");
    }
    for of in ["a", "b"] {
        let back = json!({ "of": of, "reference": "return" });
        assert_eq!(connector.post("/stamp/returns", &back).1["code"], "still_queued");
    }
    let unknown = json!({ "of": "before", "reference": "return" });
    assert_eq!(connector.post("/stamp/returns", &unknown).1["code"], "no_gateway");
    connector.kill();
    connector.start_again();
    assert_eq!(connector.get("/status").1["queued"], 3);
    assert_eq!(connector.get("/references/stamp/b").1["state"], "queued");
    network.revive(0);
    for reference in ["a", "b", "c"] {
        eventually("a stamp on the ledger", || {
            let (status, found) = connector.get(&format!("/references/stamp/{reference}"));
            (status == 200 && found["state"] == "done").then_some(())
        });
    }
    network.catch_up(&[0, 1, 2, 3]);
    assert_counted(&network, 150);
    assert_eq!(balance(&network, 1, &anna), 50);
}

#[test]
fn a_killed_connector_and_one_without_its_journal_count_once() {
    let (network, anna) = counting();
    let way = Lossy::before(&network.url(0));
    let mut connector = Connector::start(&network, std::slice::from_ref(&way.url));
    way.lose(u32::MAX);
    assert_eq!(connector.post("/earn?wait=0", &purchase(&anna, 20, "killed")).0, 202);
    eventually("the reward on the ledger", || (balance(&network, 0, &anna) == 20).then_some(()));
    connector.kill();
    way.lose(0);
    connector.start_again();
    let (status, first) = connector.post("/earn?wait=30", &purchase(&anna, 20, "killed"));
    assert_eq!((status, &first["state"]), (200, &"done".into()), "{first}");
    connector.stop();
    fs::remove_dir_all(connector.dir.join("data")).expect("its journal");
    connector.start_again();
    let found = connector.get("/references/issue/killed").1;
    assert_eq!((&found["transaction"], &found["stamp"]), (&first["transaction"], &first["stamp"]), "{found}");
    let (status, again) = connector.post("/earn", &purchase(&anna, 20, "killed"));
    assert_eq!((status, &again["transaction"]), (200, &first["transaction"]), "the first outcome");
    let (status, part) = connector.post("/stamp", &stamp(&anna, 20, "killed"));
    assert_eq!((status, &part["transaction"]), (200, &first["transaction"]), "that has happened, too");
    // A receipt that was stamped alone is rewarded with no other stamp.
    assert_eq!(connector.post("/stamp", &stamp(&anna, 5, "alone")).0, 200);
    let (status, refused) = connector.post("/earn", &purchase(&anna, 30, "alone"));
    assert_eq!((status, &refused["code"]), (409, &"duplicate_reference".into()), "{refused}");
    assert_counted(&network, 25);
    assert_eq!(balance(&network, 0, &anna), 20);
}

#[test]
fn a_key_stamps_and_takes_back_as_its_roles_say_and_what_is_no_stamp_is_told_so() {
    let (network, anna) = counting();
    let connector = Connector::start(&network, &network.gateways);
    let dir = connector.dir.display().to_string();
    let add = ["key", "add", "--dir", &dir, "--name", "till 8", "--roles", "read"];
    let key = run(&mut lojal_connect(&add)).success();
    let back = json!({ "of": "a", "reference": "return" });
    for (path, body) in [("/stamp", stamp(&anna, 1, "a")), ("/stamp/returns", back.clone())] {
        let (status, answer) = connector.post_with(key.trim_end(), path, &body);
        assert_eq!((status, &answer["code"]), (403, &"not_permitted".into()), "{path}: {answer}");
    }
    for (amount, code) in [(0, "invalid_parameter"), (10_001, "stamp_too_large")] {
        assert_eq!(connector.post("/stamp", &stamp(&anna, amount, "a")).1["code"], code);
    }
    let nothing = json!({ "member": address(&anna), "track": 1, "reference": "a" });
    assert_eq!(connector.post("/stamp", &nothing).1["code"], "invalid_parameter");
    let place = json!({ "member": address(&anna), "track": 1, "place": 3, "reference": "a" });
    assert_eq!(connector.post("/stamp", &place).1["code"], "place_out_of_range");
    let elsewhere =
        json!({ "member": address(&anna), "amount": 5, "reference": "b", "stamp": { "track": 9, "amount": 5 } });
    assert_eq!(connector.post("/earn", &elsewhere).1["code"], "unknown_track");
    assert_eq!(balance(&network, 0, &anna), 0, "no points without their stamp");
    assert_eq!(connector.post("/stamp/returns", &back).1["code"], "unknown_reference");
}
