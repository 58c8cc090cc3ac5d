//! Gifts of campaigns, granted through the connector, on a real network.

use std::fs;

use lojal_types::NetworkKind;
use serde_json::{Value, json};

use crate::connector::{Connector, lojal_connect};
use crate::lossy::Lossy;
use crate::network::Network;
use crate::programs::{eventually, run};
use crate::wallet::{Signer, balance, done, now};

fn address(member: &Signer) -> String {
    member.address().to_text(NetworkKind::Test).to_string()
}
/// The first campaign gives points, the second one days of a mark.
fn reward(member: &Signer, campaign: u32, amount: u64, reference: &str) -> Value {
    json!({ "member": address(member), "campaign": campaign, "amount": amount, "reference": reference })
}
fn begin(network: &Network, campaign: &str, terms: &str) {
    let path = network.scratch().join(format!("{campaign}.toml"));
    let (opens, about) = (now().get() - 1_000, "08".repeat(32));
    let closes = opens + 86_400_000;
    let text = format!("opens_ms = {opens}\ncloses_ms = {closes}\nby = \"operator\"\nabout = \"{about}\"\n{terms}");
    fs::write(&path, text).expect("a directory of the test's own");
    let file = path.display().to_string();
    done(network, "nordmat", &["campaign", "set", "nordmat", campaign, &file, "--yes"]);
}
/// A network where nordmat gives points, at most 500 at once and 1,000 in all, and a mark.
fn giving() -> (Network, Signer) {
    let network = Network::start();
    begin(&network, "1", "budget = 1000\n[award]\ntype = \"points\"\namount = 100\nup_to = 500\n");
    begin(&network, "2", "[award]\ntype = \"mark\"\nmark = 7\ndays = 30\n");
    let anna = Signer::of(&network, "member-1");
    (network, anna)
}
fn standing(network: &Network) -> String {
    done(network, "member-1", &["standing", "nordmat"])
}

#[test]
fn points_and_marks_are_granted_once_and_go_back() {
    let (network, anna) = giving();
    let connector = Connector::start(&network, &network.gateways);
    let (status, first) = connector.post("/rewards", &reward(&anna, 1, 300, "complaint 61"));
    assert_eq!((status, &first["state"], &first["kind"]), (200, &"done".into(), &"grant".into()), "{first}");
    assert_eq!(first["reward"], json!({ "campaign": 1, "amount": 300 }));
    assert_eq!(connector.post("/rewards", &reward(&anna, 1, 300, "complaint 61")), (200, first.clone()));
    assert_eq!(connector.post("/rewards", &reward(&anna, 1, 301, "complaint 61")).1["code"], "different_request");
    assert_eq!(balance(&network, 0, &anna), 300);
    assert_eq!(connector.get("/references/grant/complaint%2061"), (200, first.clone()));
    let purchase = json!({ "member": address(&anna), "amount": 5, "reference": "complaint 61" });
    assert_eq!(
        connector.post("/earn", &purchase).1["code"],
        "duplicate_reference",
        "points have one kind of reference"
    );
    let shown = done(&network, "nordmat", &["reference", "grant", "nordmat", "--receipt", "complaint 61"]);
    assert!(shown.contains("issued 300 nordmat"), "{shown}");

    let (status, mark) = connector.post("/rewards", &reward(&anna, 2, 2, "fee 4"));
    assert_eq!((status, &mark["reward"]["amount"]), (200, &2.into()), "{mark}");
    let granted = standing(&network);
    assert!(granted.contains("mark 7 until"), "{granted}");
    let back = json!({ "of": "fee 4", "amount": 30, "reference": "fee 4 back" });
    let (status, taken) = connector.post("/rewards/returns", &back);
    assert_eq!((status, &taken["kind"], &taken["reward"]["amount"]), (200, &"take_back".into(), &30.into()), "{taken}");
    assert_eq!(connector.post("/rewards/returns", &back), (200, taken.clone()));
    assert_eq!(connector.get("/references/take_back/fee%204%20back"), (200, taken));
    assert_ne!(standing(&network), granted, "it ends earlier");
    let shown = done(&network, "nordmat", &["reference", "grant", "nordmat", "--receipt", "fee 4"]);
    assert!(shown.contains("taken back: 30; can be taken back now: 30"), "{shown}");
    let rest = json!({ "of": "fee 4", "amount": 30, "reference": "the rest" });
    assert_eq!(connector.post("/rewards/returns", &rest).0, 200);
    let today = now().day();
    assert!(standing(&network).contains(&format!("mark 7 until {today}")), "no day is left of it");

    let wrong = json!({ "of": "complaint 61", "reference": "back" });
    let (_, refused) = connector.post("/rewards/returns", &wrong);
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("POST /returns")), "{refused}");
    let points = json!({ "of": "complaint 61", "amount": 300, "reference": "back" });
    let (status, returned) = connector.post("/returns", &points);
    assert_eq!((status, &returned["taken"]), (200, &300.into()), "{returned}");
    assert_eq!(balance(&network, 0, &anna), 0);
}

#[test]
fn rewards_wait_while_no_gateway_answers_and_happen_once_after_a_crash() {
    let (network, anna) = giving();
    let way = Lossy::before(&network.url(0));
    let mut connector = Connector::start(&network, std::slice::from_ref(&way.url));
    way.lose(u32::MAX);
    assert_eq!(connector.post("/rewards?wait=0", &reward(&anna, 1, 20, "killed")).0, 202);
    eventually("the reward on the ledger", || (balance(&network, 0, &anna) == 20).then_some(()));
    let back = json!({ "of": "killed", "reference": "return" });
    for path in ["/rewards/returns", "/returns"] {
        let body =
            if path == "/returns" { json!({ "amount": 20, "of": "killed", "reference": "r" }) } else { back.clone() };
        assert_eq!(connector.post(path, &body).1["code"], "still_queued", "{path}");
    }
    connector.kill();
    way.lose(0);
    connector.start_again();
    let (status, first) = connector.post("/rewards?wait=30", &reward(&anna, 1, 20, "killed"));
    assert_eq!((status, &first["state"]), (200, &"done".into()), "{first}");
    connector.stop();
    fs::remove_dir_all(connector.dir.join("data")).expect("its journal");
    connector.start_again();
    let found = connector.get("/references/grant/killed").1;
    assert_eq!((&found["transaction"], &found["reward"]), (&first["transaction"], &first["reward"]), "{found}");
    let (status, again) = connector.post("/rewards", &reward(&anna, 1, 20, "killed"));
    assert_eq!((status, &again["transaction"]), (200, &first["transaction"]), "the first outcome");
    assert_eq!(balance(&network, 0, &anna), 20);
}

#[test]
fn the_ledger_bounds_what_is_granted_and_a_key_needs_its_role() {
    let (network, anna) = giving();
    let connector = Connector::start(&network, &network.gateways);
    let dir = connector.dir.display().to_string();
    let key = run(&mut lojal_connect(&["key", "add", "--dir", &dir, "--name", "till 8", "--roles", "earn"])).success();
    let (status, answer) = connector.post_with(key.trim_end(), "/rewards", &reward(&anna, 1, 1, "a"));
    assert_eq!((status, &answer["code"]), (403, &"not_permitted".into()), "{answer}");
    assert_eq!(connector.post("/rewards", &reward(&anna, 1, 0, "a")).1["code"], "invalid_parameter");
    for (campaign, amount, code) in [(1, 501, "grant_out_of_range"), (9, 1, "unknown_campaign")] {
        assert_eq!(connector.post("/rewards", &reward(&anna, campaign, amount, "a")).1["code"], code);
    }
    assert_eq!(connector.post("/rewards", &reward(&anna, 1, 500, "a")).0, 200, "what has failed makes room");
    assert_eq!(connector.post("/rewards", &reward(&anna, 1, 500, "b")).0, 200);
    assert_eq!(connector.post("/rewards", &reward(&anna, 1, 1, "c")).1["code"], "budget_spent");
    let purchase = json!({ "member": address(&anna), "amount": 5, "reference": "till" });
    assert_eq!(connector.post("/earn", &purchase).0, 200);
    assert_eq!(connector.post("/rewards", &reward(&anna, 2, 1, "till")).1["code"], "duplicate_reference");
    assert_eq!(
        connector.post("/rewards/returns", &json!({ "of": "x", "reference": "y" })).1["code"],
        "unknown_reference"
    );
    assert_eq!(balance(&network, 0, &anna), 1_005);
}
