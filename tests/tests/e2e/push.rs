//! Pushes with real programs: to a push service on this machine, which decrypts as a browser does; each event at least
//! once and in order, whatever happens to the service and the gateway, until the browser is gone.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lojal_client::{EventsOf, Told};
use lojal_types::NetworkKind;
use lojal_types::api::{NewPush, Push, PushService, Pushes};
use p256::SecretKey;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::sec1::ToEncodedPoint;
use serde_json::Value;

use crate::network::Network;
use crate::programs::{eventually, program, run};
use crate::wallet::{Signer, is_applied, issue, now};

/// The number of times that the gateway is killed.
const KILLS: u64 = 3;
/// Points that are issued between two of them.
const ISSUES: u64 = 6;
const AUTH: [u8; 16] = [3; 16];

/// The state of a push service.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behaviour {
    Takes,
    /// It is killed before it answers.
    Dies,
    /// The browser has ended its subscription.
    IsGone,
}

/// A push service, and the browser that it delivers to.
struct Service {
    origin: String,
    browser: SecretKey,
    behaviour: Arc<Mutex<Behaviour>>,
    /// The ids of the events that it has taken, in the order in which they came, and the keys that have signed.
    taken: Arc<Mutex<Vec<(String, String)>>>,
}

impl Service {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("bound"));
        let browser = SecretKey::from_slice(&[5; 32]).expect("a key");
        let own = Self { origin, browser, behaviour: Arc::new(Mutex::new(Behaviour::Takes)), taken: Arc::default() };
        let (origin, browser) = (own.origin.clone(), own.browser.clone());
        let (behaviour, taken) = (own.behaviour.clone(), own.taken.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let status = match *behaviour.lock().expect("not poisoned") {
                    Behaviour::Dies => continue,
                    Behaviour::IsGone => "410 Gone",
                    Behaviour::Takes => "201 Created",
                };
                let Some((authorization, body)) = read(&stream) else { continue };
                let key = signer_of(&authorization, &origin);
                let text = web_push_native::decrypt(body, &browser, &AUTH.into()).expect("for the browser");
                let event: Value = serde_json::from_slice(&text).expect("JSON");
                assert_eq!(event["type"], "points.issued");
                if status.starts_with('2') {
                    let id = event["id"].as_str().expect("an id").to_owned();
                    taken.lock().expect("not poisoned").push((id, key));
                }
                let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                // A gateway that was killed meanwhile takes no answer.
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        own
    }
    fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().expect("not poisoned") = behaviour;
    }
    fn subscription(&self) -> NewPush {
        let point = self.browser.public_key().to_encoded_point(false);
        NewPush {
            endpoint: format!("{}/push/secret", self.origin),
            p256dh: URL_SAFE_NO_PAD.encode(point.as_bytes()),
            auth: URL_SAFE_NO_PAD.encode(AUTH),
            types: vec!["points".to_owned()],
        }
    }
    /// The events that were taken, each where it came first, and whether one is among them.
    fn first_times(&self) -> Vec<String> {
        let mut first_times = Vec::new();
        for (id, _) in self.taken.lock().expect("not poisoned").iter() {
            if !first_times.contains(id) {
                first_times.push(id.clone());
            }
        }
        first_times
    }
}

/// The header that says who pushes, and the body.
fn read(stream: &TcpStream) -> Option<(String, Vec<u8>)> {
    let (mut reader, mut length, mut authorization) = (BufReader::new(stream), 0, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().ok()?,
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => authorization = value.to_owned(),
            Some(_) => {}
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((authorization, body))
}

/// The key of the gateway that has signed for this service and for now (RFC 8292), as the header has it.
fn signer_of(authorization: &str, origin: &str) -> String {
    let (token, key) =
        authorization.strip_prefix("vapid t=").and_then(|rest| rest.split_once(", k=")).expect("a token and a key");
    let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let public = VerifyingKey::from_sec1_bytes(&decoded(key)).expect("a key");
    let signature = Signature::from_slice(&decoded(signature)).expect("a signature");
    public.verify(signed.as_bytes(), &signature).expect("it holds");
    let (_, claims) = signed.split_once('.').expect("two parts");
    let claims: Value = serde_json::from_slice(&decoded(claims)).expect("JSON");
    let end = claims["exp"].as_u64().expect("an end");
    let seconds = now().get() / 1_000;
    assert!(claims["aud"] == origin && (seconds..=seconds + 24 * 60 * 60).contains(&end), "{claims}");
    key.to_owned()
}

/// Lets a gateway push to this machine.
fn allow_private(network: &mut Network, node: usize) {
    network.stop(node);
    let path = network.node_dir(node).join("node.toml");
    let text = fs::read_to_string(&path).expect("a node's configuration");
    let (before, own) = text.split_once("[push]").expect("development networks push");
    let allowed = own.replacen("allow_private = false", "allow_private = true", 1);
    fs::write(&path, format!("{before}[push]{allowed}")).expect("writable");
    network.revive(node);
}

/// A member who asks the first gateway about pushes.
struct Member<'a> {
    network: &'a Network,
    signer: &'a Signer,
}

impl Member<'_> {
    fn ask(&self, body: Option<&NewPush>) -> (u16, String) {
        let client = self.network.client(0);
        let address = self.signer.address().to_text(NetworkKind::Test);
        let url = format!("{}/v1/accounts/{address}/push", self.network.url(0));
        let token = format!("Bearer {}", self.signer.token_until(client.audience(), now().plus_ms(60_000)));
        let answer = match body {
            None => ureq::get(url).header("Authorization", token).call(),
            Some(new) => ureq::post(url).header("Authorization", token).send_json(new),
        };
        let mut answer = answer.expect("the gateway answers");
        (answer.status().as_u16(), answer.body_mut().read_to_string().expect("text"))
    }
    fn all(&self) -> Vec<Push> {
        serde_json::from_str::<Pushes>(&self.ask(None).1).expect("JSON").pushes
    }
}

fn service_key(network: &Network) -> Option<String> {
    let mut answer = ureq::get(format!("{}/v1/push", network.url(0))).call().expect("the gateway answers");
    answer.body_mut().read_json::<PushService>().expect("JSON").public_key
}

#[test]
fn every_event_is_pushed_at_least_once_and_in_order_though_service_and_gateway_are_killed() {
    let mut network = Network::start();
    allow_private(&mut network, 0);
    let (till, anna) = (Signer::of(&network, "nordmat"), Signer::of(&network, "member-1"));
    let pay = |network: &Network, number: u64| {
        let signed = till.sign(number, issue(anna.address(), 1, &format!("receipt {number}")));
        assert!(is_applied(&network.client(1).submit(&signed, true).expect("a running gateway")));
    };
    pay(&network, 1);
    network.catch_up(&[0, 1]);
    let (service, key) = (Service::start(), service_key(&network));
    let (status, text) = Member { network: &network, signer: &anna }.ask(Some(&service.subscription()));
    assert_eq!(status, 201, "{text}");
    let added: Push = serde_json::from_str(&text).expect("JSON");
    for kill in 1..=KILLS {
        (0..ISSUES).for_each(|number| pay(&network, kill * 100 + number));
        if kill == 1 {
            // The service is away for one attempt.
            service.behave(Behaviour::Dies);
            pay(&network, 199);
            let has_failed = || Member { network: &network, signer: &anna }.all()[0].failures > 0;
            eventually("an attempt that fails", || has_failed().then_some(()));
            service.behave(Behaviour::Takes);
        }
        network.kill(0);
        pay(&network, kill * 100 + ISSUES);
        network.revive(0);
    }
    let count = usize::try_from(KILLS * (ISSUES + 1) + 1).expect("a few");
    let reader = network.client(1);
    anna.read_with(&reader);
    let events = reader.events(&EventsOf::Account(anna.address().to_text(NetworkKind::Test)), &[], Some(added.reached));
    let expected = events.expect("a stream").filter_map(|told| match told.expect("no fault") {
        Told::Event(event) => Some(event.id.to_string()),
        Told::Nothing { .. } => None,
    });
    let expected: Vec<String> = expected.take(count).collect();
    eventually("all events", || (service.first_times().len() == count).then_some(()));
    assert_eq!(service.first_times(), expected, "each, in the order of the ledger, and none from before");
    let keys: Vec<Option<String>> =
        service.taken.lock().expect("not poisoned").iter().map(|(_, key)| Some(key.clone())).collect();
    assert!(keys.iter().all(|signer| *signer == key) && key == service_key(&network), "one key for ever");

    // A backup has the subscription and the key, for its owner alone.
    let out = network.scratch().join("backup");
    run(program("lojal-node").arg("backup").arg("--dir").arg(network.node_dir(0)).arg(&out)).success();
    let (kept, copied) = (network.node_dir(0).join("push"), out.join("push"));
    for name in ["vapid.json", &format!("{}.json", added.id)] {
        let mode = fs::metadata(kept.join(name)).expect("it is kept").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
        assert!(copied.join(name).exists(), "{name}");
    }
    assert_eq!(fs::read(kept.join("vapid.json")).ok(), fs::read(copied.join("vapid.json")).ok());

    service.behave(Behaviour::IsGone);
    pay(&network, 900);
    let member = Member { network: &network, signer: &anna };
    eventually("that the subscription ends", || member.all().is_empty().then_some(()));
    assert!(!kept.join(format!("{}.json", added.id)).exists());
}
