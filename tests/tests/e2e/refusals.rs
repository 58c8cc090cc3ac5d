//! The refusals of the network: each has a code of its own, and nothing changes.

use lojal_network::{Event, Identity, NetworkConfig, Peer, PeerId};
use lojal_types::{Code, PublicKey, Signature};

use crate::network::Network;
use crate::programs::{eventually, run};
use crate::wallet::{Signer, balance, code_of, is_applied, issue, lojal, now, redeem, transfer};

#[test]
fn every_refusal_has_its_own_code_and_changes_nothing() {
    let network = Network::start();
    let (operator, anna, bo) =
        (Signer::of(&network, "nordmat"), Signer::of(&network, "member-1"), Signer::of(&network, "member-2"));
    let client = network.client(0);
    let paid = operator.sign(1, issue(anna.address(), 100, "receipt"));
    assert!(is_applied(&client.submit(&paid, true).expect("a running gateway")));
    let sent = anna.sign(2, transfer(anna.address(), bo.address(), 10));
    assert!(is_applied(&client.submit(&sent, true).expect("a running gateway")));
    let refused = |signed| code_of(client.submit(&signed, true));

    assert_eq!(refused(operator.sign(3, issue(anna.address(), 100, "receipt"))), Code::DuplicateReference);
    assert!(is_applied(&client.submit(&sent, true).expect("a running gateway")), "it is answered as the first time");
    let mut expired = anna.transaction(4, transfer(anna.address(), bo.address(), 1));
    expired.valid_until_ms = operator.genesis().document().time_ms;
    assert_eq!(refused(anna.sign_transaction(expired)), Code::TransactionExpired);
    let mut eternal = anna.transaction(5, transfer(anna.address(), bo.address(), 1));
    eternal.valid_until_ms = now().plus_ms(2 * 60 * 60 * 1000);
    assert_eq!(refused(anna.sign_transaction(eternal)), Code::WindowTooLong);
    let mut elsewhere = anna.transaction(6, transfer(anna.address(), bo.address(), 1));
    elsewhere.chain = "00000000".parse().expect("hex");
    assert_eq!(refused(anna.sign_transaction(elsewhere)), Code::WrongChain);
    let mut forged = anna.sign(7, transfer(anna.address(), bo.address(), 1));
    forged.signature = Signature::new([7; 64]);
    assert_eq!(refused(forged), Code::BadSignature);
    let mut stolen = anna.transaction(8, transfer(anna.address(), bo.address(), 1));
    stolen.sender = anna.address();
    assert_eq!(refused(bo.sign_transaction(stolen)), Code::WrongKey);
    assert_eq!(refused(bo.sign(9, transfer(anna.address(), bo.address(), 1))), Code::NotOwner);
    assert_eq!(refused(anna.sign(10, transfer(anna.address(), bo.address(), 91))), Code::InsufficientPoints);
    assert_eq!(refused(anna.sign(11, redeem(anna.address(), 0))), Code::AmountZero);
    assert_eq!(refused(anna.sign(12, redeem(anna.address(), u64::MAX))), Code::AmountTooLarge);
    assert_eq!(refused(anna.sign(14, transfer(anna.address(), bo.address(), 0))), Code::AmountZero);
    assert_eq!(refused(anna.sign(15, transfer(anna.address(), bo.address(), u64::MAX))), Code::AmountTooLarge);
    assert_eq!(refused(operator.sign(16, issue(anna.address(), 0, "none"))), Code::AmountZero);
    assert_eq!(refused(operator.sign(17, issue(anna.address(), u64::MAX, "all"))), Code::AmountTooLarge);
    assert_eq!(refused(anna.sign(13, issue(anna.address(), 1, "self-service"))), Code::NotOperator);

    for node in 0..4 {
        network.wait_for_height(node, network.height(0));
        assert_eq!((balance(&network, node, &anna), balance(&network, node, &bo)), (90, 10));
    }
}

#[test]
fn the_wallet_says_what_is_wrong_and_what_to_do() {
    let network = Network::start();
    let member = Signer::of(&network, "member-2").address().to_text(lojal_types::NetworkKind::Test).to_string();
    let output = run(lojal(&network, "member-1").args(["send", &member, "5", "nordmat"]));
    assert!(!output.status.success());
    assert!(output.stderr.contains("unknown_account"), "{output:?}");
    let output = run(lojal(&network, "member-1").args(["--json", "send", &member, "5", "nordmatt"]));
    assert!(!output.status.success());
    let json: serde_json::Value = serde_json::from_str(&output.stdout).expect("one JSON document and nothing else");
    assert!(json["error"]["code"].is_string(), "{json}");
}

/// Tries to join the network with a key, and answers with the first event that shows a connection, if any comes before
/// the network has counted a refusal.
fn knock(network: &Network, identity: Identity) -> Option<PeerId> {
    let genesis = Signer::of(network, "member-1").genesis().clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let target = &genesis.document().validators[0].network_key;
        let address = format!("/ip4/127.0.0.1/tcp/{}", network.peer_port(0)).parse().expect("valid");
        let id = lojal_network::peer_id_of(PublicKey::as_bytes(target)).expect("a valid key");
        let config = NetworkConfig {
            network_id: *genesis.chain_id().as_bytes(),
            identity,
            listen: "/ip4/127.0.0.1/tcp/0".parse().expect("valid"),
            peers: vec![Peer { id, address }],
        };
        let (_stranger, mut events) = lojal_network::start(config).await.expect("a free port");
        let url = network.admins[0].clone();
        let refused = tokio::task::spawn_blocking(move || eventually("a counted refusal", || refusals(&url)));
        tokio::select! {
            counted = refused => {
                counted.expect("the node counts it");
                None
            }
            peer = async {
                loop {
                    match events.recv().await {
                        Some(Event::Connected(peer)) => break Some(peer),
                        Some(_) => {}
                        None => break None,
                    }
                }
            } => peer,
        }
    })
}

/// The node's count of refused connections, once there are any.
fn refusals(url: &str) -> Option<u64> {
    let metrics = ureq::get(format!("{url}/metrics")).call().ok()?.body_mut().read_to_string().ok()?;
    let line = metrics.lines().find(|line| line.starts_with("lojal_p2p_connections_refused_total"))?;
    line.rsplit_once(' ')?.1.parse().ok().filter(|count| *count > 0)
}

#[test]
fn a_node_that_is_no_validator_gets_no_connection() {
    let network = Network::start();
    assert_eq!(knock(&network, Identity::from_seed([42; 32])), None);
}
