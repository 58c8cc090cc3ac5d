//! Vouchers at tills that can't sign, on a real network, through the connector.

use std::fs;

use lojal_types::NetworkKind;
use serde_json::{Value, json};

use crate::connector::Connector;
use crate::liar::Liar;
use crate::network::Network;
use crate::programs::eventually;
use crate::wallet::{Signer, done, now, wallet};

/// The part of a campaign's terms by which it gives vouchers.
const VOUCHER: &str = "[award]\ntype = \"voucher\"\nvalid_days = 30\n";

fn address(member: &Signer) -> String {
    member.address().to_text(NetworkKind::Test).to_string()
}
fn text(answer: &Value, field: &str) -> String {
    answer[field].as_str().unwrap_or_else(|| panic!("{field} is a text: {answer}")).to_owned()
}
fn begin(network: &Network, campaign: &str, terms: &str) {
    let path = network.scratch().join(format!("{campaign}.toml"));
    let (opens, about) = (now().get() - 1_000, "08".repeat(32));
    let closes = opens + 86_400_000;
    let text = format!("opens_ms = {opens}\ncloses_ms = {closes}\nabout = \"{about}\"\n{terms}");
    fs::write(&path, text).expect("a directory of the test's own");
    let file = path.display().to_string();
    done(network, "nordmat", &["campaign", "set", "nordmat", campaign, &file, "--yes"]);
}
/// A network where nordmat gives vouchers, also to households, and a connector.
fn giving() -> (Network, Connector, Signer) {
    let network = Network::start();
    begin(&network, "1", &format!("by = \"operator\"\nhouseholds = true\n{VOUCHER}"));
    let connector = Connector::start(&network, &network.gateways);
    let anna = Signer::of(&network, "member-1");
    (network, connector, anna)
}
fn give(connector: &Connector, to: &str, uses: u64, reference: &str) {
    let gift = json!({ "member": to, "campaign": 1, "amount": uses, "reference": reference });
    assert_eq!(connector.post("/rewards?wait=30", &gift).0, 200);
}
fn ask(uses: u64, reference: &str) -> Value {
    json!({ "campaign": 1, "uses": uses, "reference": reference })
}
fn vouchers(network: &Network, arguments: &[&str]) -> Value {
    let told = done(network, "member-1", &[&["vouchers", "--json"], arguments].concat());
    serde_json::from_str::<Value>(&told).expect("JSON")["vouchers"].clone()
}

#[test]
fn a_till_asks_for_uses_of_a_voucher_and_learns_who_has_used_which() {
    let (network, mut connector, anna) = giving();
    give(&connector, &address(&anna), 3, "gift");
    let (status, asked) = connector.post("/vouchers/use", &ask(2, "till 7, coffee 1"));
    assert_eq!((status, &asked["state"], &asked["uses"]), (201, &"open".into(), &2.into()), "{asked}");
    assert!(text(&asked, "svg").starts_with("<svg ") && text(&asked, "text").starts_with("LOJAL:USE1"), "{asked}");
    assert_eq!(connector.post("/vouchers/use", &ask(2, "till 7,  coffee 1 ")), (200, asked.clone()));
    let spelled = json!({ "campaign": 1, "uses": 2, "reference": "till 7, coffee 1", "use_within_s": 600 });
    assert_eq!(connector.post("/vouchers/use", &spelled), (200, asked.clone()), "what goes without saying may be said");
    let (status, other) = connector.post("/vouchers/use", &ask(1, "till 7, coffee 1"));
    assert_eq!((status, &other["code"]), (409, &"different_request".into()), "{other}");

    // What was shown outlives the process, and is answered once.
    connector.kill();
    connector.start_again();
    let path = format!("/vouchers/use/{}", text(&asked, "id"));
    let (_, open) = connector.get(&path);
    assert_eq!((&open["state"], &open["text"]), (&"open".into(), &asked["text"]), "{open}");
    done(&network, "member-1", &["use", &text(&asked, "text"), "--yes"]);
    let (status, used) = connector.get(&format!("{path}?wait=30"));
    assert_eq!((status, &used["state"], &used["uses"]), (200, &"used".into(), &2.into()), "{used}");
    let left = vouchers(&network, &[]);
    assert_eq!((&used["voucher"], &left[0]["left"]), (&left[0]["voucher"], &1.into()), "{used}");
    let by = (&used["member"], &used["account"], used["household"].is_null());
    assert_eq!(by, (&address(&anna).into(), &address(&anna).into(), true), "{used}");
    let told = connector.post("/vouchers/use", &ask(2, "till 7, coffee 1")).1;
    assert_eq!((&told["state"], &told["transaction"]), (&"used".into(), &used["transaction"]));
    connector.kill();
    connector.start_again();
    assert_eq!(connector.get("/references/use_voucher/till%207,%20coffee%201"), (200, used.clone()));

    // A connector without its journal finds on the ledger what was used, by the id.
    connector.stop();
    fs::remove_dir_all(connector.dir.join("data")).expect("its journal");
    connector.start_again();
    let (status, found) = connector.get(&path);
    assert_eq!((status, &found["state"], &found["campaign"]), (200, &"used".into(), &Value::Null), "{found}");
    for field in ["uses", "member", "voucher", "transaction", "height", "dated", "expires_ms"] {
        assert_eq!(found[field], used[field], "{field}");
    }
    assert_eq!(connector.get(&format!("/references/use_voucher/{}", text(&asked, "id"))), (200, found));
    let lost = connector.get("/references/use_voucher/till%207,%20coffee%201");
    assert_eq!((lost.0, &lost.1["code"]), (404, &"unknown_voucher_use".into()), "{lost:?}");
}

#[test]
fn a_request_that_nobody_answers_ends_and_none_is_shown_without_a_gateway() {
    let (mut network, mut connector, anna) = giving();
    give(&connector, &address(&anna), 1, "gift");
    let brief = json!({ "campaign": 1, "reference": "brief", "use_within_s": 1 });
    let (_, asked) = connector.post("/vouchers/use", &brief);
    let path = format!("/vouchers/use/{}", text(&asked, "id"));
    // The ledger's time goes on with its blocks.
    give(&connector, &address(&anna), 1, "another gift");
    eventually("the end of the request", || {
        let (status, looked) = connector.get(&format!("{path}?wait=30"));
        (status == 200 && looked["state"] == "over").then_some(())
    });
    let late = wallet(&network, "member-1", &["use", &text(&asked, "text"), "--yes"]);
    assert!(!late.status.success(), "{late:#?}");
    assert_eq!(connector.get(&path).1["state"], "over");

    let (_, open) = connector.post("/vouchers/use", &ask(1, "open"));
    connector.stop();
    let settings = network.scratch().join("operator/wallet.toml");
    fs::write(settings, format!("gateways = {:?}\n", &network.gateways[..1])).expect("writable");
    connector.start_again();
    network.kill(0);
    let (status, refused) = connector.post("/vouchers/use", &ask(1, "new"));
    assert_eq!((status, &refused["code"], &refused["retryable"]), (503, &"no_gateway".into(), &true.into()));
    let (status, again) = connector.post("/vouchers/use", &ask(1, "open"));
    assert_eq!((status, &again["text"], &again["state"]), (200, &open["text"], &"open".into()), "{again}");
    network.revive(0);
    let path = format!("/vouchers/use/{}", text(&open, "id"));
    done(&network, "member-1", &["use", &text(&open, "text"), "--yes"]);
    assert_eq!(connector.get(&format!("{path}?wait=30")).1["state"], "used");
}

#[test]
fn the_use_of_another_request_is_not_believed() {
    let network = Network::start();
    begin(&network, "1", &format!("by = \"operator\"\n{VOUCHER}"));
    let liar = Liar::before(network.url(0));
    let connector = Connector::start(&network, std::slice::from_ref(&liar.url));
    let anna = address(&Signer::of(&network, "member-1"));
    done(&network, "nordmat", &["grant", "nordmat", "1", &anna, "2", "--receipt", "gift"]);
    let asked = ["a", "b"].map(|reference| connector.post("/vouchers/use", &ask(1, reference)).1);
    let paths = asked.each_ref().map(|one| format!("/vouchers/use/{}", text(one, "id")));
    done(&network, "member-1", &["use", &text(&asked[0], "text"), "--yes"]);
    assert_eq!(connector.get(&format!("{}?wait=30", paths[0])).1["state"], "used");
    let id = text(&asked[0], "id").parse().expect("a reference");
    let used = network.client(0).voucher_use(&id, None).expect("a running gateway");
    let used = serde_json::to_value(used).expect("plain data");
    liar.lies("/v1/uses/", Box::new(move |said| *said = used.clone()));
    let (status, refused) = connector.get(&paths[1]);
    assert_eq!((status, &refused["code"]), (503, &"no_gateway".into()), "{refused}");
    assert!(text(&refused, "detail").contains("doesn't answer the request"), "{refused}");
    liar.is_honest();
    assert_eq!(connector.get(&paths[1]).1["state"], "open");
}

#[test]
fn a_voucher_of_a_household_is_asked_for_by_its_address() {
    let (network, connector, anna) = giving();
    give(&connector, &address(&anna), 1, "her own");
    let made: Value =
        serde_json::from_str(&done(&network, "member-1", &["household", "create", "--json"])).expect("JSON");
    let household = text(&made, "household");
    let wanted = |uses: u64, reference: &str| {
        let mut ask = ask(uses, reference);
        ask["household"] = household.clone().into();
        ask
    };
    let (status, none) = connector.post("/vouchers/use", &wanted(1, "a"));
    assert_eq!((status, &none["code"]), (422, &"unknown_voucher".into()), "{none}");
    give(&connector, &household, 2, "gift");
    let (status, more) = connector.post("/vouchers/use", &wanted(3, "a"));
    assert_eq!((status, &more["code"]), (422, &"voucher_exceeded".into()), "{more}");
    let (status, asked) = connector.post("/vouchers/use", &wanted(2, "a"));
    assert_eq!(
        (status, &asked["household"]),
        (201, &household.clone().into()),
        "nothing had happened under it: {asked}"
    );
    done(&network, "member-1", &["use", &text(&asked, "text"), "--yes"]);
    let (_, used) = connector.get(&format!("/vouchers/use/{}?wait=30", text(&asked, "id")));
    let told = (&used["state"], &used["member"], &used["account"]);
    assert_eq!(told, (&"used".into(), &address(&anna).into(), &household.into()), "{used}");
}

#[test]
fn what_nobody_can_answer_is_told_with_what_to_do() {
    let (network, connector, anna) = giving();
    begin(&network, "2", "by = \"operator\"\n[award]\ntype = \"mark\"\nmark = 7\ndays = 30\n");
    for (body, status, code, says) in [
        (json!({ "campaign": 9, "reference": "a" }), 404, "unknown_campaign", "lojal campaign list nordmat"),
        (json!({ "campaign": 2, "reference": "a" }), 400, "invalid_parameter", "lojal campaign list nordmat"),
        (ask(0, "a"), 400, "invalid_parameter", "uses is from 1 to 100"),
        (ask(101, "a"), 400, "invalid_parameter", "under another reference"),
        (json!({ "campaign": 1, "reference": "" }), 400, "invalid_parameter", "the reference"),
        (json!({ "campaign": 1, "reference": "a", "use_within_s": 0 }), 400, "invalid_parameter", "at least 1"),
        (json!({ "campaign": 1, "reference": "a", "use_within_s": 4_000_000 }), 400, "invalid_parameter", "days after"),
        (json!({ "campaign": 1, "reference": "a", "household": address(&anna) }), 400, "invalid_parameter", "leave it"),
        (json!({ "campaign": 1, "reference": "a", "household": "anna" }), 400, "malformed_json", "line 1"),
        (json!({ "campaign": 1, "reference": "a", "amount": 2 }), 400, "malformed_json", "unknown field"),
        (json!({ "reference": "a" }), 400, "malformed_json", "campaign"),
    ] {
        let (found, answer) = connector.post("/vouchers/use", &body);
        assert_eq!((found, &answer["code"]), (status, &code.into()), "{body}: {answer}");
        assert!(text(&answer, "detail").contains(says), "{body}: {answer}");
    }
    for (path, status, code) in [
        ("/vouchers/use/0f61", 404, "unknown_voucher_use"),
        ("/vouchers/use/till", 400, "invalid_parameter"),
        ("/vouchers/use/0f61?wait=31", 400, "invalid_parameter"),
        ("/references/use_voucher/never", 404, "unknown_voucher_use"),
        ("/references/claim/never", 400, "invalid_parameter"),
        ("/references/claim/0f61", 404, "unknown_reference"),
    ] {
        let (found, answer) = connector.get(path);
        assert_eq!((found, &answer["code"]), (status, &code.into()), "{path}: {answer}");
    }
}

#[test]
fn a_till_looks_up_what_members_have_claimed_and_used_by_themselves() {
    let (network, connector, anna) = giving();
    begin(&network, "2", &format!("by = \"member\"\nprice = 40\n{VOUCHER}"));
    begin(&network, "3", &format!("by = \"member\"\n{VOUCHER}[[requires]]\ntype = \"new\"\ndays = 30\n"));
    let earn = json!({ "member": address(&anna), "amount": 100, "reference": "receipt" });
    assert_eq!(connector.post("/earn?wait=30", &earn).0, 200);
    give(&connector, &address(&anna), 1, "gift");
    done(&network, "member-1", &["claim", "nordmat", "2", "--quantity", "2", "--yes"]);
    done(&network, "member-1", &["claim", "nordmat", "3", "--yes"]);
    let all = vouchers(&network, &["--brand", "nordmat"]);
    let of = |campaign: u64| {
        let found = all.as_array().expect("a list").iter().find(|one| one["campaign"] == campaign);
        text(found.expect("it was given"), "voucher")
    };
    for (campaign, amount) in [(2, 2), (3, 1)] {
        let (status, claimed) = connector.get(&format!("/references/claim/{}", of(campaign)));
        assert_eq!((status, &claimed["kind"], &claimed["state"]), (200, &"claim".into(), &"done".into()), "{claimed}");
        assert_eq!(claimed["reward"], json!({ "campaign": campaign, "amount": amount }));
        assert_eq!((&claimed["member"], &claimed["ledger_reference"]), (&address(&anna).into(), &of(campaign).into()));
    }
    let granted = connector.get("/references/grant/gift").1;
    let (status, refused) = connector.get(&format!("/references/claim/{}", text(&granted, "ledger_reference")));
    assert_eq!((status, &refused["code"]), (404, &"unknown_reference".into()), "a grant is no claim: {refused}");

    let own: Value =
        serde_json::from_str(&done(&network, "nordmat", &["request", "--voucher", "2", "nordmat", "--json"]))
            .expect("JSON");
    done(&network, "member-1", &["use", &text(&own, "request"), "--yes"]);
    let (status, used) = connector.get(&format!("/references/use_voucher/{}", text(&own, "reference")));
    assert_eq!((status, &used["state"], &used["voucher"]), (200, &"used".into(), &of(2).into()), "{used}");
}
