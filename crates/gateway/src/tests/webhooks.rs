//! Webhooks: what is sent where, in which order, how often, and by whose wish.

use std::time::Duration;

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lojal_types::api::{Deliveries, NewWebhook, Webhook, WebhookSecret, Webhooks};
use lojal_types::{PublicKey, Signature};
use standardwebhooks::Webhook as Official;

use super::http::{self, Answer};
use super::node::{ANNA, HOUR_MS, MINUTE_MS, Node, Settings, TILL, address};
use super::operations::issue;
use super::readers::{CASHIER, Place, STRANGER};
use super::receiver::{Message, Receiver};
use crate::access::{Access, Auditors};
use crate::app::Timeouts;
use crate::limits::BRAND_WEBHOOKS_MAX;

const PATH: &str = "/v1/brands/nordmat/webhooks";
const TAKEN: Option<&str> = Some("204 No Content");
const FAULT: Option<&str> = Some("500 Internal Server Error");

/// Waits that tests can live with.
fn quick() -> Timeouts {
    let pauses = [Duration::from_millis(20); 9];
    Timeouts { pauses, receiver: Duration::from_millis(300), ..Timeouts::default() }
}

async fn guarded(allow_private: bool) -> Node {
    let access = Access { auditors: Auditors::Listed(vec![]), hosts: vec![] };
    let node = Node::start_as(Settings { access, allow_private, ..Settings::open() }, &[], quick()).await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 1, "before the registration")]);
    node
}

/// A token for a change.
fn fresh(node: &Node, seed: u8) -> String {
    node.token_for((address(seed), seed), "127.0.0.1", MINUTE_MS)
}

async fn add(node: &Node, token: &str, url: &str, types: &[&str]) -> Answer {
    let types = types.iter().map(|kind| (*kind).to_owned()).collect();
    let body = serde_json::to_vec(&NewWebhook { url: url.to_owned(), types }).expect("in memory");
    http::post_json_as(format!("http://{}{PATH}", node.address()), format!("Bearer {token}"), body).await
}

async fn added(node: &Node, receiver: &Receiver) -> WebhookSecret {
    let answer = add(node, &fresh(node, TILL), &receiver.url, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

async fn change(node: &Node, id: &str, what: &str) -> Answer {
    let url = format!("http://{}{PATH}/{id}/{what}", node.address());
    http::post_json_as(url, format!("Bearer {}", fresh(node, TILL)), Vec::new()).await
}

async fn shown(node: &Node, id: &str) -> Webhook {
    let all: Webhooks = node.get_as(&fresh(node, TILL), PATH).await.json();
    all.webhooks.into_iter().find(|one| one.id == id).expect("it is registered")
}

fn official(secret: &str, message: &Message) -> bool {
    let headers: HeaderMap = message.headers.clone();
    Official::new(secret).expect("a secret").verify(&message.body, &headers).is_ok()
}

fn issued(node: &Node, number: usize) {
    node.apply(TILL, vec![issue("nordmat", ANNA, 1, &format!("receipt {number}"))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn events_after_the_registration_come_in_order_with_signatures_that_the_official_library_takes() {
    let node = guarded(true).await;
    let mut receiver = Receiver::start(vec![TAKEN]);
    let WebhookSecret { webhook, secret } = added(&node, &receiver).await;
    assert_eq!((webhook.registered.to_string().as_str(), webhook.active), ("1", true));
    (0..5).for_each(|number| issued(&node, number));
    let mut messages = Vec::new();
    for _ in 0..5 {
        messages.push(receiver.next().await);
    }
    let ids: Vec<&str> = messages.iter().map(|message| message.header("webhook-id")).collect();
    assert_eq!(ids, ["2-0-0", "3-0-0", "4-0-0", "5-0-0", "6-0-0"], "nothing from before");
    for message in &messages {
        assert_eq!(message.event().id.to_string(), message.header("webhook-id"));
        assert_eq!(
            (message.event().kind.as_str(), message.event().subject.as_str()),
            ("lojal.points.issued", "nordmat")
        );
        assert_eq!(message.header("content-type"), "application/cloudevents+json");
        assert!(official(&secret, message));
    }
    let mut changed = messages[0].clone();
    changed.body[10] ^= 1;
    assert!(!official(&secret, &changed));
    let other = format!("whsec_{}", STANDARD.encode([9; 32]));
    assert!(!official(&other, &messages[0]));
    let by_key = messages[0].header("webhook-signature").split(' ').find_map(|one| one.strip_prefix("v1a,"));
    let decoded = |text: &str| STANDARD.decode(text).expect("base64");
    let signature: [u8; 64] = decoded(by_key.expect("signed by the key")).try_into().expect("64 bytes");
    let key: [u8; 32] = decoded(&webhook.public_key["whpk_".len()..]).try_into().expect("32 bytes");
    let of = |body: &[u8]| {
        let (id, time) = (messages[0].header("webhook-id"), messages[0].header("webhook-timestamp"));
        let content = [id.as_bytes(), b".", time.as_bytes(), b".", body].concat();
        PublicKey::new(key).verify(&content, &Signature::new(signature))
    };
    assert!(of(&messages[0].body) && !of(&changed.body));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_is_sent_again_until_it_is_and_holds_up_what_comes_after() {
    let node = guarded(true).await;
    let redirect = Some("302 Found\r\nlocation: http://127.0.0.1:1/");
    let mut receiver = Receiver::start(vec![FAULT, redirect, None, TAKEN]);
    let WebhookSecret { webhook, .. } = added(&node, &receiver).await;
    (0..3).for_each(|number| issued(&node, number));
    let ids = receiver.ids(6).await;
    assert_eq!(ids, ["2-0-0", "2-0-0", "2-0-0", "2-0-0", "3-0-0", "4-0-0"]);
    while shown(&node, &webhook.id).await.reached.height.get() < 4 {}
    let path = format!("{PATH}/{}/deliveries", webhook.id);
    let deliveries: Deliveries = node.get_as(&fresh(&node, TILL), &path).await.json();
    let faults: Vec<String> =
        deliveries.attempts.iter().rev().map(|attempt| attempt.fault.clone().unwrap_or_default()).collect();
    assert_eq!(faults.len(), 6);
    assert!(faults[0].contains("500") && faults[1].contains("302") && faults[2].contains("timeout"), "{faults:?}");
    assert!(faults[3..].iter().all(String::is_empty) && deliveries.dead.is_empty());
    let metrics = node.get_own("/metrics").await.text();
    for line in
        ["lojal_webhook_attempts_total{result=\"taken\"} 3", "lojal_webhook_attempts_total{result=\"refused\"} 3"]
    {
        assert!(metrics.contains(line), "{metrics}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_never_takes_anything_is_given_up_and_one_that_is_gone_at_once() {
    let node = guarded(true).await;
    let mut receiver = Receiver::start(vec![FAULT]);
    let WebhookSecret { webhook, .. } = added(&node, &receiver).await;
    (0..4).for_each(|number| issued(&node, number));
    let ids = receiver.ids(30).await;
    let expected = ["2-0-0", "3-0-0", "4-0-0"].into_iter().flat_map(|id| std::iter::repeat_n(id, 10));
    assert_eq!(ids, expected.collect::<Vec<_>>());
    while shown(&node, &webhook.id).await.active {}
    let stopped = shown(&node, &webhook.id).await;
    assert_eq!((stopped.dead, stopped.failures, stopped.reached.to_string().as_str()), (3, 30, "4-0-0"));
    assert!(receiver.is_quiet());
    // From the first one that was given up on, and in order.
    receiver.answer(vec![TAKEN]);
    assert_eq!(change(&node, &webhook.id, "replay?after=1").await.status, 200);
    assert_eq!(receiver.ids(4).await, ["2-0-0", "3-0-0", "4-0-0", "5-0-0"]);
    let early = change(&node, &webhook.id, "replay?after=0").await;
    assert_eq!(early.refusal(), (400, "invalid_parameter".into()), "nothing from before the registration");
    receiver.answer(vec![Some("410 Gone")]);
    issued(&node, 9);
    assert_eq!(receiver.ids(1).await, ["6-0-0"]);
    while shown(&node, &webhook.id).await.active {}
    receiver.answer(vec![TAKEN]);
    assert_eq!(change(&node, &webhook.id, "replay").await.status, 200);
    assert_eq!(receiver.ids(1).await, ["6-0-0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_secret_signs_beside_the_new_one() {
    let node = guarded(true).await;
    let mut receiver = Receiver::start(vec![TAKEN]);
    let WebhookSecret { webhook, secret } = added(&node, &receiver).await;
    let rolled: WebhookSecret = change(&node, &webhook.id, "secret").await.json();
    assert_ne!(rolled.secret, secret);
    issued(&node, 0);
    let message = receiver.next().await;
    assert!(official(&secret, &message) && official(&rolled.secret, &message));
    let listed = node.get_as(&fresh(&node, TILL), PATH).await.text();
    assert!(!listed.contains("whsec_"), "a secret is shown once: {listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn events_go_to_the_internet_alone_whatever_a_name_leads_to() {
    let node = guarded(false).await;
    let mut receiver = Receiver::start(vec![TAKEN]);
    for wrong in [
        receiver.url.as_str(),
        "http://example.org/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.0.0.1/x",
        "https://u:p@example.org/",
        "https://example.org/#x",
        "https://example.org:99999/",
        "https://example.org:0/",
        "https:///",
        "ftp://example.org/",
        "nonsense",
    ] {
        let refused = add(&node, &fresh(&node, TILL), wrong, &[]).await;
        assert_eq!(refused.refusal(), (400, "invalid_parameter".into()), "{wrong}");
    }
    let unknown = add(&node, &fresh(&node, TILL), "https://example.org/", &["nonsense"]).await;
    assert_eq!(unknown.refusal(), (400, "invalid_parameter".into()));
    // A name that leads to this machine is only seen when something is sent.
    let local = receiver.url.replace("http://127.0.0.1", "https://localhost");
    let answer = add(&node, &fresh(&node, TILL), &local, &[]).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let id = answer.json::<WebhookSecret>().webhook.id;
    issued(&node, 0);
    while shown(&node, &id).await.failures == 0 {}
    let path = format!("{PATH}/{id}/deliveries");
    let deliveries: Deliveries = node.get_as(&fresh(&node, TILL), &path).await.json();
    let fault = deliveries.attempts[0].fault.clone().unwrap_or_default();
    assert!(fault.contains("isn't an address of the internet"), "{fault}");
    assert!(receiver.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_admin_of_the_brand_with_a_token_made_for_it_has_a_say() {
    let place = Place::make().await;
    let node = &place.node;
    let url = "https://example.org/";
    for (token, code) in [
        (fresh(node, STRANGER), (403, "not_permitted")),
        (fresh(node, CASHIER), (403, "not_permitted")),
        (node.token(TILL), (401, "token_not_fresh")),
        (node.token_for((address(TILL), TILL), "127.0.0.1", 0), (401, "token_expired")),
        (node.token_for((address(TILL), TILL), "elsewhere.example.org", MINUTE_MS), (401, "token_invalid")),
    ] {
        let refused = add(node, &token, url, &[]).await.refusal();
        assert_eq!(refused, (code.0, code.1.to_owned()));
        assert_eq!(node.get_as(&token, PATH).await.refusal(), (code.0, code.1.to_owned()));
    }
    assert_eq!(node.get(PATH).await.refusal(), (401, "token_missing".into()));
    let mut last = None;
    for _ in 0..BRAND_WEBHOOKS_MAX {
        last = Some(add(node, &fresh(node, TILL), url, &["points"]).await.json::<WebhookSecret>().webhook);
    }
    let full = add(node, &fresh(node, TILL), url, &[]).await;
    assert_eq!(full.refusal(), (409, "too_many_webhooks".into()));
    let id = last.expect("some").id;
    let other = PATH.replace("nordmat", "kaffet");
    assert_eq!(node.get_as(&fresh(node, TILL), &other).await.json::<Webhooks>().webhooks, []);
    let elsewhere = format!("{other}/{id}/deliveries");
    assert_eq!(node.get_as(&fresh(node, TILL), &elsewhere).await.refusal(), (404, "unknown_webhook".into()));
    let own = format!("http://{}{PATH}/{id}", node.address());
    let removed = http::delete_as(own.clone(), format!("Bearer {}", fresh(node, TILL))).await;
    assert_eq!(removed.status, 204);
    let again = http::delete_as(own, format!("Bearer {}", fresh(node, TILL))).await;
    assert_eq!(again.refusal(), (404, "unknown_webhook".into()));
    // Where everybody may read, not everybody may have events sent.
    let open = Node::start().await;
    assert_eq!(open.get(PATH).await.refusal(), (401, "token_missing".into()));
    let long = open.token_for((address(TILL), TILL), "127.0.0.1", HOUR_MS);
    assert_eq!(open.get_as(&long, PATH).await.refusal(), (401, "token_not_fresh".into()));
}
