//! The connector's TLS, and the description of what it answers.

use std::fs;

use lojal_types::NetworkKind;
use serde_json::{Value, json};
use ureq::Agent;

use crate::authority::Authority;
use crate::connector::{Connector, lojal_connect};
use crate::described;
use crate::network::Network;
use crate::programs::{eventually, run};
use crate::wallet::{Signer, balance};

/// Starts a connector again with a certificate for this machine; gives its address as the certificate has it.
fn with_tls(connector: &mut Connector, authority: &Authority) -> String {
    connector.stop();
    authority.certify("localhost", &connector.dir);
    let path = connector.dir.join("connect.toml");
    let config = fs::read_to_string(&path).expect("a configuration");
    fs::write(path, config + "tls = { certificate = \"gateway.pem\", key = \"gateway.key\" }\n").expect("writes");
    connector.start_again();
    assert!(connector.url.starts_with("https://127.0.0.1:"), "{}", connector.url);
    connector.url.replace("127.0.0.1", "localhost")
}

fn earn(agent: &Agent, url: &str, key: &str, body: &Value) -> Result<(u16, Value), ureq::Error> {
    let request = agent.post(format!("{url}/earn")).header("Authorization", format!("Bearer {key}"));
    let mut answer = request.content_type("application/json").send(body.to_string().as_bytes())?;
    let text = answer.body_mut().read_to_string()?;
    Ok((answer.status().as_u16(), serde_json::from_str(&text).expect("JSON")))
}

#[test]
fn tills_are_served_with_tls_and_with_another_certificate_without_a_restart() {
    let network = Network::start();
    let anna = Signer::of(&network, "member-1");
    let mut connector = Connector::start(&network, &network.gateways);
    let authority = Authority::new();
    let url = with_tls(&mut connector, &authority);
    let member = anna.address().to_text(NetworkKind::Test).to_string();
    let body = json!({ "member": member, "amount": 70, "reference": "till 7, receipt 1" });

    let (status, done) = earn(&authority.agent(), &url, &connector.key, &body).expect("served");
    assert_eq!((status, &done["state"]), (200, &"done".into()), "{done}");
    assert_eq!(balance(&network, 0, &anna), 70);
    let stranger = Authority::new();
    assert!(earn(&stranger.agent(), &url, &connector.key, &body).is_err(), "nobody else's certificate is believed");

    // No key is asked for without encryption.
    let plain = url.replace("https", "http");
    let (status, refused) = earn(&authority.agent(), &plain, "ljk1_none", &body).expect("told");
    assert_eq!((status, &refused["code"]), (400, &"malformed_request".into()), "{refused}");
    assert!(refused["detail"].as_str().is_some_and(|detail| detail.contains("https://")), "{refused}");

    fs::write(connector.dir.join("gateway.pem"), "no certificate").expect("writes");
    stranger.certify("localhost", &connector.dir);
    eventually("the next certificate", || earn(&stranger.agent(), &url, &connector.key, &body).ok());
    assert!(earn(&authority.agent(), &url, &connector.key, &body).is_err(), "the one before is gone");
}

#[test]
fn a_certificate_that_can_not_be_used_is_told_at_the_start() {
    let network = Network::start();
    let mut connector = Connector::start(&network, &network.gateways);
    with_tls(&mut connector, &Authority::new());
    connector.stop();
    fs::remove_file(connector.dir.join("gateway.key")).expect("it was there");
    let ended = run(lojal_connect(&["run", "--dir"]).arg(&connector.dir));
    assert_eq!(ended.status.code(), Some(4), "{ended:?}");
    assert!(ended.stderr.contains("gateway.key") && ended.stderr.contains("connect.toml"), "{ended:?}");
}

#[test]
fn the_document_is_served_and_every_route_of_it_is_there() {
    let network = Network::start();
    let connector = Connector::start(&network, &network.gateways);
    let mut answer = ureq::get(format!("{}/openapi.json", connector.url)).call().expect("it takes no key");
    let served: Value = serde_json::from_str(&answer.body_mut().read_to_string().expect("text")).expect("JSON");
    assert!(served == *described::document(), "docs/connect-openapi.json is what is served");
    for (path, item) in served["paths"].as_object().expect("paths") {
        let asked = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
        let url = format!("{}{}", connector.url, asked.collect::<Vec<_>>().join("/"));
        let refused = ureq::delete(url).config().http_status_as_error(false).build().call().expect("an answer");
        assert_eq!(refused.status().as_u16(), 405, "{path}");
        let allowed = refused.headers()["allow"].to_str().expect("text").to_lowercase();
        let methods = item.as_object().expect("an item").keys();
        assert!(methods.into_iter().all(|method| allowed.contains(method.as_str())), "{path}: {allowed}");
    }
}
