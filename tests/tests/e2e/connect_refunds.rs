//! Refunds of tills that can't sign, on a real network, through the connector.

use lojal_types::NetworkKind;
use serde_json::{Value, json};

use crate::connector::Connector;
use crate::network::Network;
use crate::wallet::{Signer, balance, done, now};

/// A network on which Anna has 500 points, and a connector.
fn rewarded() -> (Network, Connector, Signer) {
    let network = Network::start();
    let connector = Connector::start(&network, &network.gateways);
    let anna = Signer::of(&network, "member-1");
    let member = anna.address().to_text(NetworkKind::Test).to_string();
    let earn = json!({ "member": member, "amount": 500, "reference": "receipt" });
    assert_eq!(connector.post("/earn?wait=30", &earn).0, 200);
    (network, connector, anna)
}

/// Asks for a payment and has Anna answer it; gives its id.
fn answered(network: &Network, connector: &Connector, ask: &Value, state: &str) -> String {
    let (_, payment) = connector.post("/payments", ask);
    let id = payment["id"].as_str().expect("an id").to_owned();
    done(network, "member-1", &["pay", payment["text"].as_str().expect("a text"), "--yes"]);
    assert_eq!(connector.get(&format!("/payments/{id}?wait=30")).1["state"], state);
    id
}

#[test]
fn a_payment_and_a_capture_are_refunded_once_and_never_more_than_was_paid() {
    let (network, connector, anna) = rewarded();
    let paid = answered(&network, &connector, &json!({ "amount": 120, "reference": "coffee" }), "paid");
    assert_eq!(balance(&network, 0, &anna), 380);
    let back = json!({ "of": paid, "amount": 50, "reference": "return 1" });
    let (status, first) = connector.post("/refunds", &back);
    assert_eq!((status, &first["state"], &first["kind"]), (200, &"done".into(), &"refund".into()), "{first}");
    assert_eq!(connector.post("/refunds", &back), (200, first.clone()), "once by its reference");
    let other = json!({ "of": paid, "amount": 51, "reference": "return 1" });
    assert_eq!(connector.post("/refunds", &other).1["code"], "different_request");
    assert_eq!(connector.get("/references/refund/return%201"), (200, first));
    let (_, rest) = connector.post("/refunds", &json!({ "of": paid, "reference": "return 2" }));
    assert_eq!((&rest["state"], &rest["amount"]), (&"done".into(), &70.into()), "{rest}");
    assert_eq!(balance(&network, 0, &anna), 500);
    let more = json!({ "of": paid, "amount": 1, "reference": "return 3" });
    assert_eq!(connector.post("/refunds", &more).1["code"], "refund_exceeds_payment");
    let nothing = json!({ "of": paid, "reference": "return 3" });
    assert_eq!(connector.post("/refunds", &nothing).1["code"], "invalid_parameter");
    let unknown = json!({ "of": "0a", "reference": "return 3" });
    assert_eq!(connector.post("/refunds", &unknown).1["code"], "unknown_reference");

    let hold = json!({ "amount": 300, "reference": "room 12", "hold": true });
    let held = answered(&network, &connector, &hold, "held");
    assert_eq!(connector.post(&format!("/payments/{held}/capture"), &json!({ "amount": 260 })).0, 200);
    let (_, whole) = connector.post("/refunds", &json!({ "of": held, "reference": "return 3" }));
    assert_eq!((&whole["state"], &whole["amount"]), (&"done".into(), &260.into()), "{whole}");
    assert_eq!(balance(&network, 0, &anna), 500);
}

#[test]
fn a_connector_without_its_journal_refunds_no_second_time() {
    let (network, mut connector, anna) = rewarded();
    let paid = answered(&network, &connector, &json!({ "amount": 120, "reference": "coffee" }), "paid");
    let back = json!({ "of": paid, "amount": 50, "reference": "return 1" });
    let (status, first) = connector.post("/refunds?wait=30", &back);
    assert_eq!((status, &first["state"]), (200, &"done".into()), "{first}");
    connector.stop();
    std::fs::remove_dir_all(connector.dir.join("data")).expect("its journal");
    connector.start_again();
    let (status, again) = connector.post("/refunds?wait=30", &back);
    assert_eq!((status, &again["transaction"]), (200, &first["transaction"]), "the ledger knows it: {again}");
    assert_eq!(balance(&network, 0, &anna), 430);
}

#[test]
fn of_a_claim_all_that_isnt_used_is_refunded() {
    let (network, connector, anna) = rewarded();
    let path = network.scratch().join("coffees.toml").display().to_string();
    let (opens, about) = (now().get() - 1_000, "08".repeat(32));
    let terms = format!(
        "opens_ms = {opens}\ncloses_ms = {}\nby = \"member\"\nprice = 40\nabout = \"{about}\"\n[award]\n\
         type = \"voucher\"\nvalid_days = 30\n",
        opens + 86_400_000
    );
    std::fs::write(&path, terms).expect("a directory of the test's own");
    done(&network, "nordmat", &["campaign", "set", "nordmat", "1", &path, "--yes"]);
    done(&network, "member-1", &["claim", "nordmat", "1", "--quantity", "3", "--yes"]);
    let listed: Value = serde_json::from_str(&done(&network, "member-1", &["vouchers", "--json"])).expect("JSON");
    let voucher = listed["vouchers"][0]["voucher"].as_str().expect("an id").to_owned();
    done(&network, "member-1", &["use", "nordmat", &voucher, "--yes"]);
    let told = done(&network, "nordmat", &["reference", "claim", "nordmat", "--reference", &voucher]);
    assert!(told.contains("can be refunded now: 80 nordmat"), "{told}");
    let (_, rest) = connector.post("/refunds?wait=30", &json!({ "of": voucher, "reference": "return 1" }));
    assert_eq!((&rest["state"], &rest["amount"]), (&"done".into(), &80.into()), "{rest}");
    assert_eq!(balance(&network, 0, &anna), 460);
    let nothing = connector.post("/refunds", &json!({ "of": voucher, "reference": "return 2" })).1;
    assert_eq!(nothing["code"], "invalid_parameter", "{nothing}");
}
