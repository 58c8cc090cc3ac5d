//! Wallets that follow the validators, and gateways that lie about them.

use std::fs;
use std::process::Command;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_client::SetChange;
use lojal_types::{Bounded, Certificate, CommitSignature, Header, Height, KeyPair, MotionId, Signature};
use serde_json::{Value, json};

use crate::liar::{Liar, Lie, flip, hex_of};
use crate::network::Network;
use crate::programs::{eventually, run};
use crate::wallet::{Signer, done, issue, lojal};

/// A network that has a block.
fn network() -> Network {
    let network = Network::start();
    network.wait_for_height(0, Height::new(1));
    network
}

/// The wallet's program for a wallet of the network, at one gateway.
fn at(network: &Network, wallet: &str, url: &str, arguments: &[&str]) -> Command {
    let mut command = lojal(network, wallet);
    command.args(["--gateway", url]).args(arguments);
    command
}

fn json_of(command: &mut Command) -> Value {
    serde_json::from_str(&run(command).success()).expect("one document")
}

#[test]
fn the_way_from_genesis_is_shown_and_its_pin_begins_another_wallet() {
    let network = network();
    let url = network.url(0);
    let (till, member) = (Signer::of(&network, "nordmat"), Signer::of(&network, "member-1").address());
    for nonce in 1..=2 {
        let signed = till.sign(nonce, issue(member, 1, &format!("receipt {nonce}")));
        network.client(0).submit(&signed, true).expect("taken in");
    }
    let light = json_of(&mut at(&network, "member-1", &url, &["light", "--json"]));
    assert_eq!((&light["changes"], light["validators"].as_array().map(Vec::len)), (&json!([]), Some(4)));
    let pin = light["pin"].as_str().expect("a pin").to_owned();
    let (height, block) = pin.split_once(':').expect("a height and an id");
    assert_eq!((light["proven"]["height"].to_string(), &light["proven"]["block"]), (height.to_owned(), &json!(block)));
    let said = run(&mut at(&network, "member-1", &url, &["light"])).success();
    assert!(said.contains("from genesis on") && said.contains("nobody has come or gone"), "{said}");

    let proven = run(&mut at(&network, "member-2", &url, &["--pin", &pin, "balance"])).success();
    assert!(proven.contains("proven after block"), "{proven}");
    let from = json_of(&mut at(&network, "member-2", &url, &["--pin", &pin, "light", "--json"]));
    assert_eq!(from["from"].as_str().map(|from| from.split(':').count()), Some(2));
    // Another block of that height is none that the gateway has; and the wallet that has seen one there knows better.
    let wrong = format!("{height}:{}", "00".repeat(32));
    let refused = run(&mut at(&network, "nordmat", &url, &["--pin", &wrong, "balance"]));
    assert_eq!(refused.status.code(), Some(1), "{refused:#?}");
    assert!(refused.stderr.contains("check the pin with whoever gave it"), "{refused:#?}");
    let trusted = fs::read_to_string(network.wallet("member-2").join("trusted.json")).expect("kept");
    let trusted: Value = serde_json::from_str(&trusted).expect("JSON");
    let wrong = format!("{}:{}", trusted["height"], "00".repeat(32));
    let refused = run(&mut at(&network, "member-2", &url, &["--pin", &wrong, "balance", "--json"]));
    assert!(refused.stdout.contains("other_pin") || refused.stderr.contains("other_pin"), "{refused:#?}");
    // What can't be checked any more is told, and a block that can't be read is not forgotten.
    let early = format!("1:{}", "00".repeat(32));
    let unused = run(&mut at(&network, "member-2", &url, &["--pin", &early, "balance"]));
    assert!(unused.status.code() == Some(0) && unused.stderr.contains("isn't used"), "{unused:#?}");
    fs::write(network.wallet("member-2").join("trusted.json"), "{").expect("writable");
    let damaged = run(&mut at(&network, "member-2", &url, &["balance"]));
    assert_eq!(damaged.status.code(), Some(1), "{damaged:#?}");
    assert!(damaged.stderr.contains("trusted.json") && damaged.stderr.contains("move it away"), "{damaged:#?}");
    let both = run(&mut at(&network, "member-2", &url, &["--pin", &pin, "--trust", "balance"]));
    assert_eq!(both.status.code(), Some(2), "{both:#?}");
}

#[test]
fn a_gateway_that_lies_about_the_last_header_or_the_changes_is_caught() {
    let network = network();
    let liar = Liar::before(network.url(0));
    run(&mut at(&network, "member-1", &liar.url, &["light"])).success();
    let lies: Vec<(&str, &str, Lie)> = vec![
        ("another state root", "/blocks/", Box::new(|json| flip(json, "/header", |_| 150))),
        ("other validators", "/blocks/", Box::new(|json| flip(json, "/header", |_| 190))),
        ("a wrong signature", "/blocks/", Box::new(|json| flip(json, "/certificate", |length| length - 1))),
        ("another chain", "/blocks/", Box::new(|json| flip(json, "/header", |_| 4))),
        ("more changes that it doesn't show", "/changes", Box::new(|json| json["more"] = true.into())),
        ("a change that is none", "/changes", Box::new(|json| json["changes"] = json!(["00"]))),
    ];
    for (what, about, lie) in lies {
        liar.lies(about, lie);
        let caught = run(&mut at(&network, "member-1", &liar.url, &["light"]));
        assert_eq!(caught.status.code(), Some(4), "{what}: {caught:#?}");
        assert!(caught.stderr.contains("what can't be true"), "{what}: {caught:#?}");
    }
    liar.is_honest();
    run(&mut at(&network, "member-1", &liar.url, &["light"])).success();
}

/// Puts a motion of one action forward and has it approved by all who have to.
fn vote(network: &Network, number: u64, action: &str, governors: &[&str]) {
    let path = network.scratch().join(format!("motion-{number}.toml"));
    fs::write(&path, format!("[[actions]]\n{action}")).expect("a directory of the test's own");
    let (first, others) = governors.split_first().expect("somebody proposes");
    done(network, first, &["govern", "propose", "--actions", path.to_str().expect("UTF-8"), "--yes"]);
    for governor in others {
        done(network, governor, &["govern", "approve", &number.to_string(), "--yes"]);
    }
}

/// The coffee bar goes; the grocer's vote gets more weight, after a sign of life, and less again.
fn change_validators(network: &Network) {
    let power = |power: u64| format!("type = \"set_power\"\nname = \"nordmat\"\npower = {power}\n");
    let rest = ["nordmat", "fjallen", "havshotell"];
    vote(network, 1, "type = \"remove_validator\"\nname = \"kaffet\"\n", &rest);
    vote(network, 2, &power(3), &rest);
    let motion = MotionId::new(2);
    eventually("the sign of life", || network.client(0).readiness(motion).ok());
    done(network, "fjallen", &["govern", "activate", "2", "--node", &network.url(0), "--yes"]);
    vote(network, 3, &power(2), &["nordmat", "fjallen"]);
    // Those before it have decided the block of a change; the next one needs it.
    network.wait_for_height(0, network.height(0).next());
}

fn decoded<T: BorshDeserialize>(json: &Value, pointer: &str) -> T {
    borsh::from_slice(&hex_of(json, pointer)).expect("canonical bytes")
}

fn encoded(what: &impl BorshSerialize) -> Value {
    hex::encode(borsh::to_vec(what).expect("in memory")).into()
}

/// Changes one of the changes.
fn of_change(index: usize, lie: impl Fn(&mut SetChange) + Send + 'static) -> Lie {
    Box::new(move |json| {
        let pointer = format!("/changes/{index}");
        if json.pointer(&pointer).is_some() {
            let mut change = decoded(json, &pointer);
            lie(&mut change);
            json["changes"][index] = encoded(&change);
        }
    })
}

/// Lies about three changes.
fn lies(network: &Network) -> Vec<(&'static str, Lie)> {
    let genesis = Signer::of(network, "member-1").genesis().validators().clone();
    vec![
        ("the first change less", Box::new(|json| drop(json["changes"].as_array_mut().expect("a list").remove(0)))),
        ("the second change less", Box::new(|json| drop(json["changes"].as_array_mut().expect("a list").remove(1)))),
        ("the last change less", Box::new(|json| drop(json["changes"].as_array_mut().expect("a list").pop()))),
        ("no change at all", Box::new(|json| json["changes"] = json!([]))),
        ("in another order", Box::new(|json| json["changes"].as_array_mut().expect("a list").reverse())),
        ("another set", of_change(0, move |change| change.next = genesis.clone())),
        ("another time", of_change(1, |change| change.header.time_ms = change.header.time_ms.plus_ms(1))),
        ("another height", of_change(2, |change| change.header.height = change.header.height.next())),
        (
            "a signature less than a quorum",
            of_change(0, |change| {
                let signatures = change.certificate.signatures.to_vec();
                change.certificate.signatures = Bounded::new(signatures[..2].to_vec()).expect("two");
            }),
        ),
        ("of another chain", Box::new(|json| flip(json, "/changes/0", |_| 4))),
        ("without end", Box::new(|json| json["more"] = true.into())),
    ]
}

/// A header after the last one that all who decided first sign with their old keys, as if nobody had come or gone.
fn forked(network: &Network, latest: &Value) -> Value {
    let signer = Signer::of(network, "member-1");
    let (genesis, chain) = (signer.genesis(), signer.genesis().chain_id());
    let old = genesis.validators().hash(&chain);
    let header: Header = decoded(latest, "/header");
    let header = Header {
        height: header.height.next(),
        time_ms: header.time_ms.plus_ms(1),
        validators_hash: old,
        next_validators_hash: old,
        ..header
    };
    let key = |index: usize| {
        let text = fs::read_to_string(network.node_dir(index).join("validator.key")).expect("the devnet made it");
        KeyPair::from_seed(&hex::decode(text.trim()).expect("hex").try_into().expect("32 bytes"))
    };
    let mut keys: Vec<KeyPair> = (0..4).map(key).collect();
    keys.sort_by_key(KeyPair::address);
    let blank = |key: &KeyPair| CommitSignature { validator: key.address(), signature: Signature::new([0; 64]) };
    let signatures = Bounded::new(keys.iter().map(blank).collect()).expect("four");
    let mut certificate = Certificate { height: header.height, round: 0, block: header.id(), signatures };
    let sign = |key: &KeyPair| CommitSignature {
        validator: key.address(),
        signature: key.sign(&certificate.vote_of(key.address()).signing_bytes(&chain)),
    };
    certificate.signatures = Bounded::new(keys.iter().map(sign).collect()).expect("four");
    let mut forked = latest.clone();
    forked["id"] = header.id().to_string().into();
    (forked["header"], forked["certificate"]) = (encoded(&header), encoded(&certificate));
    forked
}

#[test]
fn a_receipt_of_after_changes_of_the_validators_holds_by_the_genesis_document_alone() {
    let network = network();
    change_validators(&network);
    let till = Signer::of(&network, "nordmat");
    let signed = till.sign(1, issue(Signer::of(&network, "member-1").address(), 500, "receipt 1"));
    let id = network.client(0).submit(&signed, true).expect("taken in").id.to_string();
    let file = network.scratch().join("receipt.json");
    let file = file.to_str().expect("UTF-8");
    run(&mut at(&network, "member-1", &network.url(0), &["receipt", "save", &id, file])).success();
    let nobody = "http://127.0.0.1:1";
    let verified = run(&mut at(&network, "member-2", nobody, &["receipt", "verify", file])).success();
    assert!(verified.contains("proven by the genesis document"), "{verified}");
}

#[test]
fn wallets_follow_changes_of_the_validators_and_a_gateway_that_lies_about_them_is_caught() {
    let network = network();
    let liar = Liar::before(network.url(0));
    let wallet = |name: &str, arguments: &[&str]| run(&mut at(&network, name, &liar.url, arguments));
    // One wallet has seen the network as it was at first.
    wallet("member-1", &["balance"]).success();
    change_validators(&network);
    for (what, lie) in lies(&network) {
        liar.lies("/changes", lie);
        for command in ["balance", "light"] {
            let caught = wallet("member-1", &[command]);
            assert_eq!(caught.status.code(), Some(4), "{command}, {what}: {caught:#?}");
            assert!(caught.stderr.contains("what can't be true"), "{command}, {what}: {caught:#?}");
        }
    }
    liar.lies("/changes", Box::new(|json| (json["changes"], json["height"]) = (json!([]), json!(1))));
    let behind = wallet("member-1", &["balance"]);
    assert_eq!(behind.status.code(), Some(1), "{behind:#?}");
    assert!(behind.stderr.contains("is behind"), "{behind:#?}");

    liar.is_honest();
    wallet("member-1", &["balance"]).success();
    let light: Value = serde_json::from_str(&wallet("member-1", &["light", "--json"]).success()).expect("JSON");
    assert_eq!(light["changes"].as_array().map(Vec::len), Some(3), "{light}");
    assert_eq!(light["changes"][0]["went"][0]["name"], "kaffet");
    assert_eq!(light["changes"][1]["power"][0]["to"], 3);
    assert_eq!(light["changes"][2]["power"][0]["from"], 3);
    let said = wallet("member-1", &["light"]).success();
    assert!(said.contains("kaffet went") && said.contains("nordmat has power 2 after 3"), "{said}");
    let pin = light["pin"].as_str().expect("a pin").to_owned();
    wallet("member-2", &["--pin", &pin, "balance"]).success();

    // All who decided at first can deceive whoever has nothing but genesis, and nobody who has seen more.
    let latest = ureq::get(format!("{}/v1/light/blocks/latest", network.url(0))).call().expect("an answer");
    let latest: Value = serde_json::from_reader(latest.into_body().into_reader()).expect("JSON");
    let fork = forked(&network, &latest);
    let shown = fork.clone();
    liar.lies(
        "/v1/light/",
        Box::new(move |json| match json.get("changes") {
            Some(_) => json["changes"] = json!([]),
            None => *json = shown.clone(),
        }),
    );
    // Its votes were proven to this one; now it has nothing but genesis.
    fs::remove_file(network.wallet("fjallen").join("trusted.json")).expect("it was kept");
    let deceived = wallet("fjallen", &["light"]).success();
    assert!(deceived.contains("nobody has come or gone"), "{deceived}");
    for name in ["member-1", "member-2"] {
        let caught = wallet(name, &["light"]);
        assert_eq!(caught.status.code(), Some(4), "{name}: {caught:#?}");
    }
}
