//! Nodes that are read and shown.

use lojal_types::PublicKey;
use serde_json::{Value, json};

use super::*;

fn node() -> Value {
    let peer = |name: &str, role: &str, is_connected: bool, height: Value| {
        let mut peer = json!({ "name": name, "role": role, "is_connected": is_connected });
        peer["height"] = height;
        peer
    };
    json!({
        "version": "1.2.3", "protocol_version": 1, "chain_id": "ab".repeat(32), "height": 41, "time_ms": 7,
        "block_age_ms": 250, "round": 2, "proposer": "nordmat", "not_ready": null, "is_signing": false,
        "guard": { "is_up": true, "height": 42, "refusals": 3 }, "next_key": null,
        "peers": [
            peer("bokhandeln", "follower", false, Value::Null),
            peer("kaffet", "validator", true, json!(40)),
        ],
        "connected": 1, "mempool": 9,
        "trouble": { "evidence": 2, "blocks_invalid": 0, "rounds_failed": 1, "damaged_blocks": 0 },
        "checkpoint": { "height": 30, "age_ms": 61_000 }, "snapshot": null, "first_height": 1,
        "log_bytes": 3_145_728, "disk_free_bytes": 1_048_576,
    })
}

#[test]
fn a_node_is_shown_with_its_peers_by_name_and_part() {
    let mut shown: Node = serde_json::from_value(node()).expect("a node");
    let told = text(&shown);
    for expected in [
        "1.2.3, protocol 1",
        "41, 0.2 s ago",
        "round 2, proposed by nordmat",
        "no: the log says why",
        "height 42, 3 refusals",
        "9 transactions",
        "2 contradictions",
        "height 30, 61 s ago",
        "none yet",
        "3 MiB of blocks from 1 on, 1 MiB free",
        "1 connected of 2",
        "kaffet: at 40\n",
    ] {
        assert!(told.contains(expected) || told.ends_with(expected.trim_end()), "{expected}: {told}");
    }
    assert!(told.contains("bokhandeln (follower): nothing heard, not connected"), "{told}");
    assert!(!told.contains("next key"), "{told}");
    shown.next_key = Some(PublicKey::new([7; 32]));
    let (told, key) = (text(&shown), format!("{}, which votes once governors say so", "07".repeat(32)));
    assert!(told.contains("next key") && told.contains(&key), "{told}");
    shown.not_ready = Some("this node hasn't caught up".to_owned());
    assert!(text(&shown).contains("no: this node hasn't caught up"));
}

/// The answer to whoever looks at a port at which something else answers.
fn answered(answer: &'static [u8]) -> (SocketAddr, Result<Vec<u8>, StatusError>) {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let other = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("the test connects");
        let mut asked = Vec::new();
        while !asked.ends_with(END) {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("a request");
            asked.extend(byte);
        }
        assert!(asked.starts_with(b"GET /v1/node HTTP/1.1\r\n"));
        stream.write_all(answer).expect("the test reads");
    });
    let got = get(address);
    other.join().expect("it ends");
    (address, got)
}

#[test]
fn a_port_where_nobody_or_somebody_else_answers_is_told() {
    let (address, other) = answered(b"HTTP/1.1 404 Not Found\r\n\r\n{}");
    assert!(matches!(other, Err(StatusError::OtherAnswer(_))), "{other:?}");
    assert!(matches!(get(address), Err(StatusError::Away(..))), "nobody is there any more");
    let (_, headless) = answered(b"HTTP/1.1 200 OK\r\n");
    assert!(matches!(headless, Err(StatusError::OtherAnswer(_))), "{headless:?}");
    let (_, right) = answered(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}");
    assert_eq!(right.expect("an answer"), b"{}");
}
