//! `lojal watch`: what happens, from gateway to gateway.

use lojal_types::NetworkKind;
use lojal_types::api::Brands;
use serde_json::{Value, json};

use crate::support::gateway::{brand, network_status};
use crate::support::server::{Answer, Server};
use crate::support::{Wallet, key, other};

/// A gateway with a stream that ends.
fn gateway(stream: String) -> Server {
    Server::start(move |request| match request.path.split('?').next().unwrap_or_default() {
        "/v1/status" => Answer::json(200, &network_status()),
        "/v1/brands" => Answer::json(200, &Brands { brands: vec![brand("kaffet", 2), brand("nordmat", 0)] }),
        "/v1/events" => Answer::With(200, stream.clone().into_bytes()),
        _ => Answer::problem(404, "unknown_route"),
    })
}

fn line(id: &str, kind: &str, data: &Value) -> String {
    let subject = key().address().to_text(NetworkKind::Test);
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/lojal/00000000", "type": kind, "subject": subject,
        "time": "2027-03-14T00:00:00.000Z", "datacontenttype": "application/json", "data": data,
    });
    format!("id: {id}\ndata: {event}\n\n")
}

fn transfer(id: &str, amount: u64) -> String {
    let to = key().address().to_text(NetworkKind::Test);
    let operation = json!({ "type": "transfer", "brand": "kaffet", "from": other(), "to": to, "amount": amount });
    line(id, "lojal.points.transferred", &json!({ "height": 812, "time_ms": 0, "operation": operation }))
}

#[test]
fn events_are_told_line_by_line_and_go_on_at_the_next_gateway() {
    let expiring =
        json!({ "expiry": "2027-03", "days": 7, "points": [{ "brand": "nordmat", "amount": 120 }], "as_of": 9 });
    let failed = json!({ "result": "failed", "operation": 0, "code": "insufficient_points" });
    let first = [transfer("812-0-0", 1_250), "id: 812\n\n".to_owned()].concat();
    let second = [
        line("813-0-0", "lojal.transaction.failed", &json!({ "height": 813, "time_ms": 0, "receipt": failed })),
        line("813-65536-7", "lojal.points.expiring", &json!({ "height": 813, "time_ms": 0, "expiring": expiring })),
    ];
    let (one, two) = (gateway(first), gateway(second.concat()));
    let wallet = Wallet::at(one.url());
    let arguments = ["watch", "--count", "3", "--gateway", one.url(), "--gateway", two.url()];
    let ran = wallet.run(&arguments);
    assert_eq!(ran.exit_code, 0, "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert!(lines[0].starts_with("1970-01-01") && lines[0].contains("got 12.50 kaffet from"), "{lines:?}");
    assert!(lines[1].contains("failed, nothing happened"), "{lines:?}");
    assert!(lines[2].ends_with("120 nordmat can be used until the end of 2027-03"), "{lines:?}");
    assert_eq!(lines[3..], ["go on with --after 813-65536-7"]);
    let asked: Vec<String> = two.requests().into_iter().map(|request| request.path).collect();
    assert!(asked.iter().any(|path| path.starts_with("/v1/events?") && path.ends_with("&after=812")), "{asked:?}");
}

#[test]
fn programs_get_a_document_for_each_event_and_the_place_to_go_on_at() {
    let server = gateway([transfer("812-0-0", 1), transfer("812-0-1", 2), transfer("812-1-0", 3)].concat());
    let wallet = Wallet::at(server.url());
    let ran = wallet.run(&["watch", "--json", "--count", "2", "--types", "points,hold.created", "--after", "811"]);
    assert_eq!((ran.exit_code, ran.stderr.as_str()), (0, ""));
    let documents: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(documents.len(), 3);
    assert_eq!((&documents[1]["id"], &documents[1]["data"]["operation"]["amount"]), (&json!("812-0-1"), &json!(2)));
    assert_eq!(documents[2], json!({ "after": "812-0-1" }));
    let path = server.requests().pop().expect("asked").path;
    assert!(path.ends_with("&types=points-hold.created&after=811"), "{path}");
}

#[test]
fn whoever_may_not_listen_is_told_so() {
    let refusing = Server::start(|request| match request.path.split('?').next().unwrap_or_default() {
        "/v1/status" => Answer::json(200, &network_status()),
        "/v1/brands" => Answer::json(200, &Brands { brands: vec![brand("kaffet", 2)] }),
        _ => Answer::problem(403, "not_permitted"),
    });
    let wallet = Wallet::at(refusing.url());
    let ran = wallet.run(&["watch", "--brand", "kaffet", "--json"]);
    assert_eq!((ran.exit_code, ran.error_code().as_str()), (1, "not_permitted"));
    let both = wallet.run(&["watch", &other().to_string(), "--brand", "kaffet"]);
    assert_eq!(both.exit_code, 2, "{}", both.stderr);
}
