//! Messages that are longer than the network permits. The network's own interface sends none, so this speaks its
//! protocol by hand, with a validator's key and limits of its own.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use libp2p::core::upgrade::Version;
use libp2p::futures::StreamExt;
use libp2p::gossipsub::{self, IdentTopic, MessageAuthenticity};
use libp2p::identity::Keypair;
use libp2p::swarm::{Config, NetworkBehaviour, Swarm};
use libp2p::{Multiaddr, Transport, noise, ping, tcp, yamux};
use lojal_network::limits::{FRAME_BYTES_MAX, PART_BYTES_MAX};
use tokio::runtime::Builder;
use tokio::time::{MissedTickBehavior, interval};

use super::{endure, garbage};
use crate::network::Network;
use crate::programs::{eventually, tell};
use crate::stream::{Stream, assert_kept_everywhere, two_members};
use crate::wallet::Signer;

/// Longer than a block part may be, and longer than anything may be.
const LENGTHS: [usize; 2] = [PART_BYTES_MAX + 100_000, 8 * FRAME_BYTES_MAX];
/// The interval at which it sends, and dials whoever doesn't talk to it any more.
const INTERVAL: Duration = Duration::from_millis(200);

/// The three lanes of gossip, and pings: who doesn't speak all of them is shut out at once.
#[derive(NetworkBehaviour)]
struct Lanes {
    votes: gossipsub::Behaviour,
    parts: gossipsub::Behaviour,
    transactions: gossipsub::Behaviour,
    ping: ping::Behaviour,
}

/// A lane as a node speaks it, but with room for longer messages.
fn lane(keypair: &Keypair, prefix: &str, name: &str, topics: &[&str]) -> gossipsub::Behaviour {
    let bytes_max = 2 * LENGTHS[1];
    let topics: Vec<IdentTopic> = topics.iter().map(|topic| IdentTopic::new(format!("{prefix}/{topic}/1"))).collect();
    let mut config = gossipsub::ConfigBuilder::default();
    config.protocol_id(format!("{prefix}/gossip/{name}/1"), gossipsub::Version::V1_1).flood_publish(true);
    config.max_transmit_size(bytes_max);
    for topic in &topics {
        config.set_topic_max_transmit_size(topic.hash(), bytes_max);
    }
    let config = config.build().expect("valid settings");
    let mut lane = gossipsub::Behaviour::new(MessageAuthenticity::Signed(keypair.clone()), config).expect("valid");
    for topic in &topics {
        lane.subscribe(topic).expect("nothing filters it");
    }
    lane
}

/// Sends long messages to all validators, over and over.
fn shout(network_id: [u8; 32], seed: [u8; 32], addresses: &[Multiaddr], sent: &AtomicU64, is_over: &AtomicBool) {
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let keypair = Keypair::ed25519_from_bytes(seed).expect("any 32 bytes are a seed");
    let prefix = format!("/lojal/{}", hex::encode(network_id));
    let topic = IdentTopic::new(format!("{prefix}/parts/1"));
    runtime.block_on(async {
        let prologue = [b"lojal/network/v1".as_slice(), &network_id].concat();
        let transport = tcp::tokio::Transport::new(tcp::Config::default())
            .upgrade(Version::V1Lazy)
            .authenticate(noise::Config::new(&keypair).expect("an Ed25519 key").with_prologue(prologue))
            .multiplex(yamux::Config::default())
            .boxed();
        let behaviour = Lanes {
            votes: lane(&keypair, &prefix, "votes", &["consensus", "liveness", "status"]),
            parts: lane(&keypair, &prefix, "parts", &["parts"]),
            transactions: lane(&keypair, &prefix, "transactions", &["transactions"]),
            ping: ping::Behaviour::default(),
        };
        let peer = keypair.public().to_peer_id();
        let mut swarm = Swarm::new(transport, behaviour, peer, Config::with_tokio_executor());
        let messages = LENGTHS.map(|len| garbage(len as u64, len));
        let mut ticks = interval(INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        while !is_over.load(Ordering::Relaxed) {
            tokio::select! {
                _ = ticks.tick() => {
                    if swarm.connected_peers().count() < addresses.len() {
                        // One that doesn't take it is dialed again the next time.
                        addresses.iter().for_each(|address| drop(swarm.dial(address.clone())));
                    }
                    for message in &messages {
                        // Nobody may be there to hear it.
                        let published = swarm.behaviour_mut().parts.publish(topic.clone(), message.clone());
                        sent.fetch_add(u64::from(published.is_ok()), Ordering::Relaxed);
                    }
                }
                _ = swarm.select_next_some() => {}
            }
        }
    });
}

#[test]
fn messages_that_are_too_long_reach_nobody() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    network.kill(3);
    let seed = super::peers::network_key(&network, 3);
    let network_id = *Signer::of(&network, "member-1").genesis().chain_id().as_bytes();
    let address = |index| format!("/ip4/127.0.0.1/tcp/{}", network.peer_port(index)).parse().expect("valid");
    let addresses: Vec<Multiaddr> = (0..3).map(address).collect();
    let clients: Vec<_> = (0..3).map(|node| network.client(node)).collect();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        let sent = AtomicU64::new(0);
        let shouting = |is_over: &AtomicBool| {
            shout(network_id, seed, &addresses, &sent, is_over);
        };
        endure("messages of 0.6 and 8 MiB from a validator's own key", &network, 0, stream, &[&shouting]);
        let sent = sent.into_inner();
        let refused = network.metric(0, "lojal_p2p_messages_refused_total").expect("a running gateway");
        tell(&format!("measured long messages: {sent} sent, {refused} read whole and refused"));
        assert!(sent > 0, "somebody was connected");
        network.revive(3);
        eventually("all peers", || network.client(0).status().ok().filter(|status| status.peers == 3));
        stream.wait_for(20);
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}
