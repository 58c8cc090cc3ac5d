//! Hostile peers: strangers at a validator's port, and a validator that floods the others with garbage.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use lojal_network::{Event, Identity, NetworkConfig, Peer, Topic};
use lojal_types::Signature;
use tokio::runtime::Builder;
use tokio::time::interval;

use super::{endure, garbage, hold, pour, sockets};
use crate::network::Network;
use crate::programs::{PATIENCE, POLL, eventually, tell};
use crate::stream::{Stream, assert_kept_everywhere, two_members};
use crate::wallet::{Signer, transfer};

/// Connections that a stranger tries to hold.
const CONNECTIONS: usize = 2_000;
/// The bytes that the flooding validator publishes at once, but for every tenth time, when it is as much as a topic
/// takes.
const GARBAGE_BYTES_MAX: usize = 16 * 1024;
/// Transactions that nobody signed, in one message.
const FORGED: u64 = 50;
/// The first bytes of every libp2p handshake.
const HELLO: &[u8] = b"\x13/multistream/1.0.0\n\x07/noise\n";

/// A node of the permitted network, with the network's addresses and some identity.
pub(super) fn config(network: &Network, identity: Identity, listen: u16) -> NetworkConfig {
    let genesis = Signer::of(network, "member-1").genesis().clone();
    let address = |port: u16| format!("/ip4/127.0.0.1/tcp/{port}").parse().expect("valid");
    let validators = genesis.document().validators.iter().zip(0..);
    let peer = |key: &[u8; 32], index| Peer {
        id: lojal_network::peer_id_of(key).expect("a validator's key"),
        address: address(network.peer_port(index)),
    };
    NetworkConfig {
        network_id: *genesis.chain_id().as_bytes(),
        identity,
        listen: address(listen),
        peers: validators.map(|(validator, index)| peer(validator.network_key.as_bytes(), index)).collect(),
    }
}

/// The seed of a validator's key on the network.
pub(super) fn network_key(network: &Network, node: usize) -> [u8; 32] {
    let text = std::fs::read_to_string(network.node_dir(node).join("network.key")).expect("the devnet made it");
    let mut seed = [0; 32];
    hex::decode_to_slice(text.trim_end(), &mut seed).expect("a key file");
    seed
}

/// Dials as a node does, with a key that nobody permits, again and again.
fn knock(config: &NetworkConfig, is_over: &AtomicBool) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (_stranger, mut events) = lojal_network::start(config.clone()).await.expect("a free port");
        let mut ticks = interval(POLL);
        while !is_over.load(Ordering::Relaxed) {
            tokio::select! {
                _ = ticks.tick() => {}
                event = events.recv() => {
                    assert!(!matches!(event, Some(Event::Connected(_))), "a stranger gets no connection");
                }
            }
        }
    });
}

#[test]
fn strangers_who_hold_thousands_of_connections_dawdle_and_talk_nonsense_keep_no_validator_from_its_peers() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    let address = SocketAddr::from(([127, 0, 0, 1], network.peer_port(0)));
    let connections = sockets(CONNECTIONS);
    let stranger = config(&network, Identity::from_seed([42; 32]), 0);
    let clients: Vec<_> = [0, 2, 3].map(|node| network.client(node)).into();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        let silent = |is_over: &AtomicBool| hold(address, connections, &[], is_over);
        let dawdling = |is_over: &AtomicBool| hold(address, 100, HELLO, is_over);
        let babbling = |is_over: &AtomicBool| pour(address, |piece| garbage(piece, 64 * 1024), is_over);
        let knocking = |is_over: &AtomicBool| knock(&stranger, is_over);
        let name = format!("{connections} idle, 100 slow, and garbage at a validator's peer port");
        endure(&name, &network, 0, stream, &[&silent, &dawdling, &babbling, &knocking]);
        let metric = |name: &str| network.metric(0, name).expect("a running gateway");
        // Whoever only holds a place counts once its time for a handshake is over, which may be after the attack.
        let failed = eventually("handshakes that never came are counted", || {
            Some(metric("lojal_p2p_handshakes_failed_total")).filter(|failed| *failed > 0.0)
        });
        let limited = metric("lojal_p2p_connections_limited_total");
        let refused = metric("lojal_p2p_connections_refused_total");
        tell(&format!("measured refusals: {limited} as too many, {failed} without a handshake, {refused} strangers"));
        // Whether a stranger ever gets as far as to be refused for its key is chance, with so many others at the door.
        assert!(limited + refused > 0.0, "what was refused is counted");

        // A validator that comes back during an attack finds the attacked one, which dials it.
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| silent(&is_over));
            let over = super::Over(&is_over);
            network.kill(1);
            network.revive(1);
            for node in [0, 1] {
                eventually("all peers of a validator", || {
                    network.client(node).status().ok().filter(|status| status.peers == 3)
                });
            }
            drop(over);
        });
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}

/// Publishes garbage of all sizes on all topics, transactions that nobody signed, garbage as requests, and garbage as
/// answers to whoever asks: as fast as it can, while anybody is connected to it.
fn flood(config: &NetworkConfig, forged: &[u8], flood: &Flood, is_over: &AtomicBool) {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (network, mut events) = lojal_network::start(config.clone()).await.expect("the port of a dead validator");
        let answering = network.clone();
        let answers = tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                if let Event::Request { id, data, .. } = event
                    && answering.respond(id, garbage(data.len() as u64, 1 << 20)).await.is_err()
                {
                    return;
                }
            }
        });
        let mut ticks = interval(POLL);
        let nonsense = garbage(1, Topic::ALL.map(Topic::message_bytes_max).into_iter().max().unwrap_or_default());
        let mut was_connected = false;
        let patient_until = Instant::now() + PATIENCE;
        let is_done = || {
            let is_settled = flood.is_shut_out.load(Ordering::Relaxed) || Instant::now() > patient_until;
            is_settled && is_over.load(Ordering::Relaxed)
        };
        for seed in 1_u64.. {
            while network.peers().is_empty() && !is_done() {
                flood.is_shut_out.fetch_or(was_connected, Ordering::Relaxed);
                ticks.tick().await;
            }
            if is_done() {
                break;
            }
            was_connected = true;
            for topic in Topic::ALL {
                let bytes_max = if seed.is_multiple_of(10) { topic.message_bytes_max() } else { GARBAGE_BYTES_MAX };
                let len = bytes_max.min(topic.message_bytes_max());
                let message = if topic == Topic::Transactions { forged } else { &nonsense[..len] };
                network.publish(topic, message.to_vec()).await.expect("it runs until it is shut down");
                flood.published.fetch_add(1, Ordering::Relaxed);
            }
            for peer in network.peers() {
                network.request(peer, garbage(seed, 1_000)).await.expect("it runs until it is shut down");
            }
        }
        network.shutdown().await;
        answers.await.expect("it ends with the network");
    });
}

/// The progress of a flood.
#[derive(Default)]
struct Flood {
    published: AtomicU64,
    /// Nobody was connected any more.
    is_shut_out: AtomicBool,
}

#[test]
fn a_validator_that_floods_the_others_with_garbage_at_full_speed_is_shut_out_and_does_not_stop_them() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    network.kill(3);
    let insider = config(&network, Identity::from_seed(network_key(&network, 3)), network.peer_port(3));
    let mut forged = Vec::new();
    for nonce in 0..FORGED {
        let mut transaction = from.sign(nonce, transfer(from.address(), to.address(), 1));
        transaction.signature = Signature::new([7; 64]);
        let bytes = transaction.encode();
        forged.extend(u32::try_from(bytes.len()).expect("at most 16 KiB").to_le_bytes());
        forged.extend(bytes);
    }
    let clients: Vec<_> = (0..3).map(|node| network.client(node)).collect();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        let outcome = Flood::default();
        let flooding = |is_over: &AtomicBool| flood(&insider, &forged, &outcome, is_over);
        endure("garbage from a validator's own key", &network, 0, stream, &[&flooding]);
        let heard: f64 = network.metric(0, "lojal_gossip_bytes_in_total").expect("a running gateway");
        let published = outcome.published.into_inner();
        tell(&format!("measured flood: {published} messages published, {heard} bytes of gossip heard"));
        assert!(outcome.is_shut_out.into_inner(), "all others close their connections to it");
        // Its operator has put an end to it. The others let it in again when its time outside is over.
        network.revive(3);
        eventually("all peers", || network.client(0).status().ok().filter(|status| status.peers == 3));
        stream.wait_for(20);
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}
