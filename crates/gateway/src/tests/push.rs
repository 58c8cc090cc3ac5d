//! Pushes: what is sent to whose browser, that nobody else reads it, how often, and when it ends.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lojal_types::api::{NewPush, Push, PushService, Pushes};
use lojal_types::{NetworkKind, Operation, RotateKey};
use p256::SecretKey;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use serde_json::{Value, json};

use super::http::{self, Answer};
use super::node::{ANNA, BO, HOUR_MS, MINUTE_MS, Node, Settings, TILL, address, key, transfer};
use super::operations::issue;
use super::readers::{STRANGER, account_path};
use super::receiver::{Message, Receiver};
use crate::access::{Access, Auditors};
use crate::app::Timeouts;
use crate::limits::{ACCOUNT_PUSHES_MAX, PUSH_TEXT_BYTES, PUSH_TTL_S, WEBHOOK_HEADER_BYTES_MAX};

const TAKEN: Option<&str> = Some("201 Created");
const FAULT: Option<&str> = Some("503 Service Unavailable");
const AUTH: [u8; 16] = [7; 16];

/// The browser of a test.
struct Browser(SecretKey);

impl Browser {
    fn new(seed: u8) -> Self {
        Self(SecretKey::from_slice(&[seed; 32]).expect("a key"))
    }
    fn subscription(&self, endpoint: &str, types: &[&str]) -> NewPush {
        let point = self.0.public_key().to_encoded_point(false);
        NewPush {
            endpoint: endpoint.to_owned(),
            p256dh: URL_SAFE_NO_PAD.encode(point.as_bytes()),
            auth: URL_SAFE_NO_PAD.encode(AUTH),
            types: types.iter().map(|kind| (*kind).to_owned()).collect(),
        }
    }
    /// The type and the id of a message that is for this browser.
    fn read(&self, message: &Message) -> Option<(String, String)> {
        let text = web_push_native::decrypt(message.body.clone(), &self.0, &AUTH.into()).ok()?;
        assert_eq!(text.len(), PUSH_TEXT_BYTES, "all are as long");
        let fields: Value = serde_json::from_slice(&text).expect("JSON");
        let names: Vec<&String> = fields.as_object().expect("an object").keys().collect();
        assert_eq!(names, ["id", "type"], "and nothing else is in it");
        Some((fields["type"].as_str()?.to_owned(), fields["id"].as_str()?.to_owned()))
    }
}

/// Waits that tests can live with.
fn quick() -> Timeouts {
    let pauses = [Duration::from_millis(20); 9];
    Timeouts { pauses, receiver: Duration::from_millis(300), ..Timeouts::default() }
}

async fn guarded(allow_private: bool, pushes: bool) -> Node {
    let access = Access { auditors: Auditors::Listed(vec![]), hosts: vec![] };
    let node = Node::start_as(Settings { access, allow_private, pushes, ..Settings::open() }, &[], quick()).await;
    node.apply(TILL, vec![issue("nordmat", ANNA, 1_000, "before the subscription")]);
    node
}

fn fresh(node: &Node, seed: u8) -> String {
    node.token_for((address(seed), seed), "127.0.0.1", MINUTE_MS)
}

fn path(seed: u8) -> String {
    format!("{}/push", account_path(address(seed)))
}

async fn add(node: &Node, token: &str, seed: u8, new: &NewPush) -> Answer {
    let body = serde_json::to_vec(new).expect("in memory");
    http::post_json_as(format!("http://{}{}", node.address(), path(seed)), format!("Bearer {token}"), body).await
}

async fn subscribed(node: &Node, receiver: &Receiver, types: &[&str]) -> (Browser, Push) {
    let browser = Browser::new(9);
    let answer = add(node, &fresh(node, ANNA), ANNA, &browser.subscription(&receiver.url, types)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    (browser, answer.json())
}

async fn all(node: &Node) -> Vec<Push> {
    node.get_as(&fresh(node, ANNA), &path(ANNA)).await.json::<Pushes>().pushes
}

fn issued(node: &Node, number: usize) {
    node.apply(TILL, vec![issue("nordmat", ANNA, 1, &format!("receipt {number}"))]);
}

async fn next(receiver: &mut Receiver, browser: &Browser) -> (String, String) {
    browser.read(&receiver.next().await).expect("for this browser")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_do_is_pushed_in_order_and_only_the_browser_reads_it() {
    let node = guarded(true, true).await;
    let mut receiver = Receiver::start(vec![TAKEN]);
    let (browser, push) = subscribed(&node, &receiver, &[]).await;
    assert_eq!((push.reached.to_string().as_str(), push.failures), ("1", 0));
    issued(&node, 1);
    node.apply(ANNA, vec![transfer(ANNA, BO, 5)]);
    node.apply(TILL, vec![issue("nordmat", BO, 9, "somebody else's")]);
    issued(&node, 2);
    let messages = [receiver.next().await, receiver.next().await];
    let read = messages.clone().map(|message| browser.read(&message).expect("for this browser"));
    let event = |id: &str| ("points.issued".to_owned(), id.to_owned());
    assert_eq!(read, [event("2-0-0"), event("5-0-0")], "nothing from before, of one's own, or of others");
    assert_eq!(Browser::new(8).read(&messages[0]), None, "nobody else reads it");
    assert_ne!(messages[0].body, messages[1].body);

    let message = &messages[0];
    assert_eq!(message.header("content-encoding"), "aes128gcm");
    assert_eq!((message.header("ttl"), message.header("urgency")), (PUSH_TTL_S.to_string().as_str(), "normal"));
    let service: PushService = node.get("/v1/push").await.json();
    let header = message.header("authorization").strip_prefix("vapid t=").expect("vapid");
    let (token, shown) = header.split_once(", k=").expect("a token and a key");
    assert_eq!(Some(shown), service.public_key.as_deref(), "the key that browsers subscribe for");
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let public = VerifyingKey::from_sec1_bytes(&decoded(shown)).expect("a key");
    public.verify(signed.as_bytes(), &Signature::from_slice(&decoded(signature)).expect("one")).expect("it holds");
    let claims: Value = serde_json::from_slice(&decoded(signed.split_once('.').expect("two parts").1)).expect("JSON");
    let origin = receiver.url.strip_suffix("/events").expect("its path");
    assert_eq!((&claims["aud"], &claims["sub"]), (&json!(origin), &json!("mailto:ops@example.org")));
    assert!(receiver.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_is_pushed_again_and_a_browser_that_is_gone_is_forgotten() {
    let node = guarded(true, true).await;
    let redirect = Some("302 Found\r\nlocation: http://127.0.0.1:1/");
    let huge: &str = format!("201 Created\r\nx: {}", "x".repeat(WEBHOOK_HEADER_BYTES_MAX)).leak();
    let mut receiver = Receiver::start(vec![FAULT, redirect, None, Some(huge), TAKEN]);
    let (browser, _) = subscribed(&node, &receiver, &["points"]).await;
    (0..2).for_each(|number| issued(&node, number));
    let mut ids = Vec::new();
    for _ in 0..6 {
        ids.push(next(&mut receiver, &browser).await.1);
    }
    assert_eq!(ids, ["2-0-0", "2-0-0", "2-0-0", "2-0-0", "2-0-0", "3-0-0"]);
    while all(&node).await[0].reached.height.get() < 3 {}
    let metrics = node.get_own("/metrics").await.text();
    for line in ["lojal_push_attempts_total{result=\"taken\"} 2", "lojal_push_attempts_total{result=\"refused\"} 4"] {
        assert!(metrics.contains(line), "{metrics}");
    }
    for gone in ["404 Not Found", "410 Gone"] {
        receiver.answer(vec![Some(gone)]);
        issued(&node, gone.len());
        next(&mut receiver, &browser).await;
        while !all(&node).await.is_empty() {}
        receiver.answer(vec![TAKEN]);
        subscribed(&node, &receiver, &[]).await;
    }
    // One whose service takes nothing for long is given up with it.
    receiver.answer(vec![FAULT]);
    (20..23).for_each(|number| issued(&node, number));
    while !all(&node).await.is_empty() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_can_do_without_what_touches_keys_and_another_key_ends_it() {
    let node = guarded(true, true).await;
    let mut receiver = Receiver::start(vec![TAKEN]);
    let (browser, _) = subscribed(&node, &receiver, &["points.expiring"]).await;
    issued(&node, 1);
    let new_key = key(77).public_key();
    node.apply(ANNA, vec![Operation::RotateKey(RotateKey { new_key })]);
    let message = receiver.next().await;
    assert_eq!(browser.read(&message).expect("for it").0, "key.rotated", "also of one's own");
    assert_eq!(message.header("urgency"), "high");
    let token = || node.token_for((address(ANNA), 77), "127.0.0.1", MINUTE_MS);
    while !node.get_as(&token(), &path(ANNA)).await.json::<Pushes>().pushes.is_empty() {}
    issued(&node, 2);
    assert_eq!(node.get_as(&fresh(&node, ANNA), &path(ANNA)).await.refusal(), (403, "not_permitted".into()));
    let renewed = add(&node, &token(), ANNA, &browser.subscription(&receiver.url, &["points"])).await;
    assert_eq!(renewed.status, 201);
    issued(&node, 3);
    assert_eq!(next(&mut receiver, &browser).await.1, "5-0-0", "what came in between is not for the old key");
}

#[tokio::test(flavor = "multi_thread")]
async fn points_that_will_expire_are_pushed_on_their_days_alone() {
    let node = guarded(true, true).await;
    let mut receiver = Receiver::start(vec![TAKEN]);
    let (browser, _) = subscribed(&node, &receiver, &["points.expiring"]).await;
    let end = node.now().month().plus(13).start().day();
    for days in [31, 30, 29, 7, 6] {
        node.commit_at(end.minus(days).start().plus_ms(HOUR_MS), Vec::new());
        node.commit_at(end.minus(days).start().plus_ms(2 * HOUR_MS), Vec::new());
        if [30, 7].contains(&days) {
            assert_eq!(next(&mut receiver, &browser).await.0, "points.expiring", "{days} days before");
        }
    }
    assert!(receiver.is_quiet());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_account_alone_subscribes_a_few_browsers_with_a_token_made_for_it() {
    let node = guarded(false, true).await;
    let one = |number: usize| Browser::new(9).subscription(&format!("https://push.example.org/{number}"), &[]);
    for (token, code) in [
        (fresh(&node, STRANGER), (403, "not_permitted")),
        (fresh(&node, TILL), (403, "not_permitted")),
        (node.token(ANNA), (401, "token_not_fresh")),
        (node.token_for((address(ANNA), ANNA), "127.0.0.1", 0), (401, "token_expired")),
    ] {
        assert_eq!(add(&node, &token, ANNA, &one(0)).await.refusal(), (code.0, code.1.to_owned()));
        assert_eq!(node.get_as(&token, &path(ANNA)).await.refusal(), (code.0, code.1.to_owned()));
    }
    assert_eq!(node.get(&path(ANNA)).await.refusal(), (401, "token_missing".into()));
    for number in 0..ACCOUNT_PUSHES_MAX {
        assert_eq!(add(&node, &fresh(&node, ANNA), ANNA, &one(number)).await.status, 201);
    }
    let full = add(&node, &fresh(&node, ANNA), ANNA, &one(99)).await;
    assert_eq!(full.refusal(), (409, "too_many_pushes".into()));
    assert_eq!(add(&node, &fresh(&node, BO), BO, &one(0)).await.status, 201, "others have their own");
    let renewed = add(&node, &fresh(&node, ANNA), ANNA, &one(0)).await;
    assert_eq!(renewed.status, 200, "the same browser renews");
    let listed = node.get_as(&fresh(&node, ANNA), &path(ANNA)).await;
    assert!(!listed.text().contains("example.org/0"), "addresses are shown to nobody: {}", listed.text());
    let shown = listed.json::<Pushes>().pushes;
    assert_eq!((shown.len(), shown[0].service.as_str()), (ACCOUNT_PUSHES_MAX, "https://push.example.org"));
    let of = |seed: u8| format!("http://{}{}/{}", node.address(), path(seed), shown[0].id);
    let elsewhere = http::delete_as(of(BO), format!("Bearer {}", fresh(&node, BO))).await;
    assert_eq!(elsewhere.refusal(), (404, "unknown_push".into()));
    assert_eq!(http::delete_as(of(ANNA), format!("Bearer {}", fresh(&node, ANNA))).await.status, 204);
    let again = http::delete_as(of(ANNA), format!("Bearer {}", fresh(&node, ANNA))).await;
    assert_eq!(again.refusal(), (404, "unknown_push".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn pushes_go_to_the_internet_alone_and_only_with_keys_that_are_some() {
    let node = guarded(false, true).await;
    let mut receiver = Receiver::start(vec![TAKEN]);
    let browser = Browser::new(9);
    let good = browser.subscription("https://push.example.org/x", &[]);
    let url = |endpoint: &str| NewPush { endpoint: endpoint.to_owned(), ..good.clone() };
    for wrong in [
        url(&receiver.url),
        url("http://push.example.org/x"),
        url("https://10.0.0.1/x"),
        url("https://u:p@push.example.org/x"),
        url("nonsense"),
        url(&format!("https://push.example.org/{}", "x".repeat(1_024))),
        NewPush { p256dh: good.auth.clone(), ..good.clone() },
        NewPush { p256dh: URL_SAFE_NO_PAD.encode([4; 65]), ..good.clone() },
        NewPush { auth: good.p256dh.clone(), ..good.clone() },
        NewPush { auth: String::new(), ..good.clone() },
        NewPush { types: vec!["nonsense".into()], ..good.clone() },
    ] {
        let refused = add(&node, &fresh(&node, ANNA), ANNA, &wrong).await;
        assert_eq!(refused.refusal(), (400, "invalid_parameter".into()), "{wrong:?}");
    }
    // A name that leads to this machine is only seen when something is pushed.
    let local = url(&receiver.url.replace("http://127.0.0.1", "https://localhost"));
    assert_eq!(add(&node, &fresh(&node, ANNA), ANNA, &local).await.status, 201);
    issued(&node, 0);
    while all(&node).await.first().is_some_and(|push| push.failures == 0) {}
    assert!(receiver.is_quiet());

    let off = guarded(false, false).await;
    assert_eq!(off.get("/v1/push").await.json::<PushService>().public_key, None);
    assert_eq!(add(&off, &fresh(&off, ANNA), ANNA, &good).await.refusal(), (404, "push_off".into()));
    let address = address(ANNA).to_text(NetworkKind::Test);
    let gone = http::delete_as(
        format!("http://{}/v1/accounts/{address}/push/0011223344556677", off.address()),
        format!("Bearer {}", fresh(&off, ANNA)),
    );
    assert_eq!(gone.await.refusal(), (404, "push_off".into()));
}
