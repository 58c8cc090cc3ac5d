//! Tills that can't sign, on a real network, through the connector.

use std::fs;

use lojal_types::NetworkKind;
use serde_json::{Value, json};

use crate::connector::{Connector, lojal_connect};
use crate::liar::Liar;
use crate::lossy::Lossy;
use crate::network::Network;
use crate::programs::{eventually, run};
use crate::wallet::{Signer, balance, done};

fn address(member: &Signer) -> String {
    member.address().to_text(NetworkKind::Test).to_string()
}
fn earn(member: &Signer, amount: u64, reference: &str) -> Value {
    json!({ "member": address(member), "amount": amount, "reference": reference })
}
/// Waits until a reference is on the ledger, and gives what the connector says of it.
#[track_caller]
fn issued(connector: &Connector, reference: &str) -> Value {
    let path = format!("/references/issue/{}", reference.replace(' ', "%20"));
    eventually("a reward on the ledger", || {
        let (status, found) = connector.get(&path);
        (status == 200 && found["state"] == "done").then_some(found)
    })
}

/// Asks the first member for a payment that holds points, and has it answered; gives its path.
fn held(network: &Network, connector: &Connector, hold: &Value) -> String {
    let (_, held) = connector.post("/payments", hold);
    let path = format!("/payments/{}", held["id"].as_str().expect("an id"));
    done(network, "member-1", &["pay", held["text"].as_str().expect("a text"), "--yes"]);
    assert_eq!(connector.get(&format!("{path}?wait=30")).1["state"], "held");
    path
}

#[test]
fn a_till_rewards_is_paid_captures_and_takes_back() {
    let network = Network::start();
    let connector = Connector::start(&network, &network.gateways);
    let anna = Signer::of(&network, "member-1");

    let (status, first) = connector.post("/earn", &earn(&anna, 500, "till 7, receipt 1"));
    assert_eq!((status, &first["state"], &first["amount"]), (200, &"done".into(), &500.into()), "{first}");
    assert_eq!(balance(&network, 0, &anna), 500);
    let again = connector.post("/earn", &earn(&anna, 500, "till 7,  receipt 1 "));
    assert_eq!(again, (200, first.clone()), "the same receipt, however it is typed");
    let (status, other) = connector.post("/earn", &earn(&anna, 501, "till 7, receipt 1"));
    assert_eq!((status, &other["code"], &other["retryable"]), (409, &"different_request".into(), &false.into()));

    let ask = json!({ "amount": 120, "reference": "till 7, receipt 2" });
    let (status, payment) = connector.post("/payments", &ask);
    assert_eq!((status, &payment["state"]), (201, &"open".into()), "{payment}");
    assert!(payment["svg"].as_str().is_some_and(|svg| svg.starts_with("<svg ")), "{payment}");
    assert_eq!(connector.post("/payments", &ask), (200, payment.clone()));
    let spelled = json!({ "amount": 120, "reference": "till 7, receipt 2", "pay_within_s": 600, "hold": false });
    assert_eq!(connector.post("/payments", &spelled), (200, payment.clone()), "what goes without saying may be said");
    let path = format!("/payments/{}", payment["id"].as_str().expect("an id"));
    assert_eq!(connector.get(&path).1["state"], "open");
    done(&network, "member-1", &["pay", payment["text"].as_str().expect("a text"), "--yes"]);
    let (status, paid) = connector.get(&format!("{path}?wait=30"));
    assert_eq!((status, &paid["state"]), (200, &"paid".into()), "{paid}");
    assert_eq!((&paid["member"], &paid["amount"]), (&address(&anna).into(), &120.into()));
    let (status, refused) = connector.post(&format!("{path}/capture"), &json!({}));
    assert_eq!((status, &refused["code"]), (409, &"not_held".into()));
    assert_eq!(balance(&network, 0, &anna), 380);

    let hold = json!({ "amount": 300, "reference": "room 12", "hold": true, "hold_for_s": 86400 });
    let path = held(&network, &connector, &hold);
    let (status, captured) = connector.post(&format!("{path}/capture"), &json!({ "amount": 260 }));
    assert_eq!((status, &captured["state"], &captured["amount"]), (200, &"done".into(), &260.into()), "{captured}");
    assert_eq!(connector.post(&format!("{path}/capture"), &json!({ "amount": 260 })), (200, captured));
    assert_eq!(connector.post(&format!("{path}/capture"), &json!({ "amount": 40 })).0, 409);
    let (status, late) = connector.post(&format!("{path}/release"), &json!({}));
    assert_eq!((status, &late["code"]), (409, &"hold_closed".into()), "{late}");
    assert_eq!(connector.get(&path).1["state"], "captured");
    assert_eq!(balance(&network, 0, &anna), 120);

    let hold = json!({ "amount": 100, "reference": "room 13", "hold": true });
    let path = held(&network, &connector, &hold);
    assert_eq!(connector.post(&format!("{path}/release"), &json!({})).0, 200);
    let (status, late) = connector.post(&format!("{path}/capture"), &json!({}));
    assert_eq!((status, &late["code"]), (409, &"hold_closed".into()), "it ends, and doesn't wait for ever: {late}");
    assert_eq!(connector.get("/status").1["queued"], 0);

    let back = json!({ "of": "till 7, receipt 1", "amount": 500, "at_least": 1, "reference": "return 1" });
    let (status, returned) = connector.post("/returns", &back);
    assert_eq!((status, &returned["state"], &returned["taken"]), (200, &"done".into(), &120.into()), "{returned}");
    assert_eq!(connector.post("/returns", &back), (200, returned));
    assert_eq!(balance(&network, 0, &anna), 0);
    let (status, holds) = connector.get(&format!("/members/{}/balance", address(&anna)));
    assert_eq!((status, &holds["total"]), (200, &0.into()), "{holds}");
}

#[test]
fn rewards_wait_while_no_gateway_answers_and_payments_do_not() {
    let mut network = Network::start();
    let anna = Signer::of(&network, "member-1");
    let mut connector = Connector::start(&network, &network.gateways[..1]);
    let (status, _) = connector.post("/earn", &earn(&anna, 1, "before"));
    assert_eq!(status, 200);
    network.kill(0);
    for number in 1..=5 {
        let (status, queued) = connector.post("/earn", &earn(&anna, 10, &format!("receipt {number}")));
        assert_eq!((status, &queued["state"]), (202, &"queued".into()), "{queued}");
    }
    for (path, body) in [
        ("/payments", json!({ "amount": 5, "reference": "p" })),
        ("/returns", json!({ "of": "before", "amount": 1, "reference": "r" })),
    ] {
        let (status, refused) = connector.post(path, &body);
        assert_eq!((status, &refused["code"], &refused["retryable"]), (503, &"no_gateway".into(), &true.into()));
    }
    let early = json!({ "of": "receipt 1", "amount": 1, "reference": "r" });
    assert_eq!(connector.post("/returns", &early).1["code"], "still_queued");
    // What was promised outlives the process.
    connector.kill();
    connector.start_again();
    assert_eq!(connector.get("/status").1["queued"], 5);
    assert_eq!(connector.get("/references/issue/receipt%203").1["state"], "queued");
    let (status, again) = connector.post("/earn", &earn(&anna, 10, "receipt 3"));
    assert_eq!((status, &again["state"]), (202, &"queued".into()));
    network.revive(0);
    let heights: Vec<u64> = (1..=5)
        .map(|number| issued(&connector, &format!("receipt {number}"))["height"].as_u64().expect("one"))
        .collect();
    assert!(heights.windows(2).all(|pair| pair[0] <= pair[1]), "in their order: {heights:?}");
    network.catch_up(&[0, 1, 2, 3]);
    assert_eq!(balance(&network, 1, &anna), 51);
    connector.stop();
}

#[test]
fn another_gateway_is_asked_when_one_is_gone() {
    let mut network = Network::start();
    let anna = Signer::of(&network, "member-1");
    let connector = Connector::start(&network, &network.gateways);
    assert_eq!(connector.post("/earn", &earn(&anna, 1, "a")).0, 200);
    network.kill(0);
    let (status, done) = connector.post("/earn?wait=30", &earn(&anna, 2, "b"));
    assert_eq!((status, &done["state"]), (200, &"done".into()), "{done}");
    assert_eq!(balance(&network, 1, &anna), 3);
}

#[test]
fn a_lost_answer_and_a_killed_connector_reward_once() {
    let network = Network::start();
    let anna = Signer::of(&network, "member-1");
    let way = Lossy::before(&network.url(0));
    let mut connector = Connector::start(&network, std::slice::from_ref(&way.url));
    way.lose(2);
    let (status, told) = connector.post("/earn?wait=30", &earn(&anna, 10, "lost"));
    assert_eq!((status, way.left()), (200, 0), "{told}");
    assert_eq!(balance(&network, 0, &anna), 10);

    // The till gets no answer either, since the connector dies with the transaction on its way.
    way.lose(u32::MAX);
    assert_eq!(connector.post("/earn?wait=0", &earn(&anna, 20, "killed")).0, 202);
    eventually("the reward on the ledger", || (balance(&network, 0, &anna) == 30).then_some(()));
    connector.kill();
    way.lose(0);
    connector.start_again();
    let (status, told) = connector.post("/earn?wait=30", &earn(&anna, 20, "killed"));
    assert_eq!((status, &told["state"]), (200, &"done".into()), "{told}");
    assert_eq!(balance(&network, 0, &anna), 30);
}

#[test]
fn whoever_has_lost_their_books_asks_for_the_reference() {
    let network = Network::start();
    let anna = Signer::of(&network, "member-1");
    let mut connector = Connector::start(&network, &network.gateways);
    let (_, first) = connector.post("/earn", &earn(&anna, 70, "till 7, receipt 1"));
    let (_, payment) = connector.post("/payments", &json!({ "amount": 20, "reference": "till 7, receipt 2" }));
    done(&network, "member-1", &["pay", payment["text"].as_str().expect("a text"), "--yes"]);
    // The till has lost its database.
    assert_eq!(connector.get("/references/issue/till%207,%20receipt%201"), (200, first.clone()));
    let paid = connector.get("/references/redeem/till%207,%20receipt%202").1;
    assert_eq!((&paid["state"], &paid["id"]), (&"paid".into(), &payment["id"]));
    let (status, unknown) = connector.get("/references/issue/never");
    assert_eq!((status, &unknown["code"]), (404, &"unknown_reference".into()));

    // The connector has lost its journal.
    connector.stop();
    fs::remove_dir_all(connector.dir.join("data")).expect("its journal");
    connector.start_again();
    let found = connector.get("/references/issue/till%207,%20receipt%201").1;
    assert_eq!((&found["transaction"], &found["amount"]), (&first["transaction"], &70.into()), "{found}");
    let (status, again) = connector.post("/earn", &earn(&anna, 70, "till 7, receipt 1"));
    assert_eq!((status, &again["transaction"]), (200, &first["transaction"]), "the first outcome");
    connector.stop();
    fs::remove_dir_all(connector.dir.join("data")).expect("its journal");
    connector.start_again();
    let (status, other) = connector.post("/earn", &earn(&anna, 71, "till 7, receipt 1"));
    assert_eq!((status, &other["code"]), (409, &"duplicate_reference".into()), "{other}");
    let back = json!({ "of": "till 7, receipt 1", "amount": 50, "reference": "return 1" });
    assert_eq!(connector.post("/returns", &back).1["state"], "done", "a return finds its purchase on the ledger");
    assert_eq!(balance(&network, 0, &anna), 0);
    // A till that signs by itself finds what the connector did, under the same receipt.
    let shown = done(&network, "nordmat", &["reference", "issue", "nordmat", "--receipt", "till 7, receipt 1"]);
    assert!(shown.contains("issued 70 nordmat"), "{shown}");
}

#[test]
fn a_gateway_that_lies_is_not_believed() {
    let network = Network::start();
    let anna = Signer::of(&network, "member-1");
    let liar = Liar::before(network.url(0));
    let mut connector = Connector::start(&network, std::slice::from_ref(&liar.url));
    // It says that every transaction is final, and passes none on.
    let (status, told) = connector.post("/earn?wait=3", &earn(&anna, 10, "lied about"));
    assert_eq!((status, &told["state"]), (202, &"queued".into()), "{told}");
    connector.stop();
    let gateways = [liar.url.clone(), network.url(1)];
    let settings = network.scratch().join("operator/wallet.toml");
    fs::write(settings, format!("gateways = {gateways:?}\n")).expect("writable");
    connector.start_again();
    let found = issued(&connector, "lied about");
    assert!(found["height"].as_u64().is_some_and(|height| height > 1), "{found}");
    assert_eq!(balance(&network, 1, &anna), 10);
}

#[test]
fn a_key_does_what_its_roles_say_until_it_is_revoked() {
    let network = Network::start();
    let anna = Signer::of(&network, "member-1");
    let connector = Connector::start(&network, &network.gateways);
    let dir = connector.dir.display().to_string();
    let add = ["key", "add", "--dir", &dir, "--name", "till 8", "--roles", "earn", "--earn-daily-max", "100"];
    let key = run(&mut lojal_connect(&add)).success();
    let key = key.trim_end();
    let post = |key: &str, amount: u64, reference: &str| {
        let (status, answer) = connector.post_with(key, "/earn", &earn(&anna, amount, reference));
        (status, answer["code"].as_str().map(str::to_owned))
    };
    let refused = |status: u16, code: &str| (status, Some(code.to_owned()));
    assert_eq!(post(key, 60, "a"), (200, None));
    assert_eq!(post(key, 41, "b"), refused(429, "daily_max_reached"));
    assert_eq!(post(key, 40, "c"), (200, None));
    let back = json!({ "of": "a", "amount": 60, "reference": "return" });
    assert_eq!(connector.post_with(key, "/returns", &back).1["code"], "not_permitted");
    assert_eq!(post("ljk1_nobody", 1, "d"), refused(401, "key_invalid"));
    let listed = run(&mut lojal_connect(&["key", "list", "--dir", &dir])).success();
    assert!(listed.contains("till 8") && listed.contains("earn 100") && !listed.contains(&key[5..]), "{listed}");
    run(&mut lojal_connect(&["key", "revoke", "--dir", &dir, "--id", "2"])).success();
    assert_eq!(post(key, 1, "e"), refused(401, "key_invalid"));
    assert_eq!(post(&connector.key, 1, "f"), (200, None), "the other one is still good");
    assert_eq!(balance(&network, 0, &anna), 101);
}

#[test]
fn what_is_no_request_is_told_so() {
    let network = Network::start();
    let anna = Signer::of(&network, "member-1");
    let connector = Connector::start(&network, &network.gateways);
    let member = address(&anna);
    for (body, code) in [
        (json!({ "member": member, "amount": 0, "reference": "a" }), "invalid_parameter"),
        (json!({ "member": member, "amount": -1, "reference": "a" }), "malformed_json"),
        (json!({ "member": member, "amount": 1, "reference": "" }), "invalid_parameter"),
        (json!({ "member": member, "amount": 1, "reference": "x".repeat(257) }), "invalid_parameter"),
        (json!({ "member": member, "amount": 1, "reference": "a", "tip": 1 }), "malformed_json"),
        (json!({ "member": member, "amount": 1, "reference": "a", "dated": "2001-01-01" }), "invalid_parameter"),
        (json!({ "member": "anna", "amount": 1, "reference": "a" }), "malformed_json"),
        (json!([member, 1, "a", null]), "malformed_json"),
    ] {
        let (status, answer) = connector.post("/earn", &body);
        assert_eq!((status, &answer["code"]), (400, &code.into()), "{body}: {answer}");
        let page = ureq::get(format!("{}{}", connector.url, answer["type"].as_str().expect("a type"))).call();
        assert!(page.expect("its page").body_mut().read_to_string().expect("text").starts_with(code));
    }
    for body in [
        json!({ "amount": 1, "reference": "a", "hold": true, "hold_for_s": 30 * 24 * 60 * 60 + 1 }),
        json!({ "amount": 1, "reference": "a", "hold": true, "hold_for_s": 1 }),
        json!({ "amount": 1, "reference": "a", "hold_for_s": 3600 }),
        json!({ "amount": 1, "reference": "a", "pay_within_s": 0 }),
    ] {
        let (status, answer) = connector.post("/payments", &body);
        assert_eq!((status, &answer["code"]), (400, &"invalid_parameter".into()), "{body}: {answer}");
    }
    for (path, status, code) in [
        ("/nothing", 404, "unknown_route"),
        ("/earn", 405, "method_not_allowed"),
        ("/payments/0f61", 404, "unknown_payment"),
        ("/payments/0f61?wait=31", 400, "invalid_parameter"),
        ("/references/rebate/a", 400, "invalid_parameter"),
    ] {
        let (found, answer) = connector.get(path);
        assert_eq!((found, &answer["code"]), (status, &code.into()), "{path}: {answer}");
    }
    assert_eq!(connector.get("/status").1["queued"], 0);

    // What was refused did nothing, so the right request takes its reference.
    let (status, refused) = connector.post("/earn", &earn(&anna, 100_000_000, "till 7, receipt 1"));
    assert_eq!((status, &refused["code"]), (422, &"issue_too_large".into()), "{refused}");
    let (status, right) = connector.post("/earn", &earn(&anna, 100, "till 7, receipt 1"));
    assert_eq!((status, &right["state"]), (200, &"done".into()), "{right}");
}

#[test]
fn a_connector_for_a_brand_that_does_not_exist_does_not_start() {
    let network = Network::start();
    let dir = network.scratch().join("nobody's");
    let text = dir.display().to_string();
    let wallet = network.wallet("nordmat");
    run(lojal_connect(&["init", "--dir", &text, "--brand", "nope"]).arg("--wallet").arg(&wallet)).success();
    let ended = run(&mut lojal_connect(&["run", "--dir", &text]));
    assert_eq!(ended.status.code(), Some(4), "{ended:?}");
    assert!(ended.stderr.contains("the network has no brand nope"), "{ended:?}");
}
