//! A validator that abuses what it may do: it asks for old blocks without end, and votes with signatures that nobody
//! made.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_core_consensus::{LivenessMsg, SignedConsensusMsg};
use arc_malachitebft_core_types::{NilOrVal, Round, SignedMessage, VoteType};
use arc_malachitebft_sync::{Request, ValueRequest};
use lojal_consensus::codec::BorshCodec;
use lojal_consensus::context::{Address, Context, Height, Value, Vote};
use lojal_consensus::limits::{SYNC_BURST, SYNC_RATE};
use lojal_network::limits::INBOUND_REQUESTS_PER_PEER_MAX;
use lojal_network::{Event, Identity, NetworkConfig, PeerId, Topic};
use lojal_types::{BlockId, Signature};
use tokio::runtime::Builder;
use tokio::time::interval;

use super::endure;
use super::peers::{config, network_key};
use crate::network::Network;
use crate::programs::{POLL, eventually, signal, tell};
use crate::stream::{Stream, assert_kept, assert_kept_everywhere, two_members};

/// The number of its requests that an insider has open at each of the others.
const OPEN: usize = 5;
/// The number of votes that it publishes.
const VOTES: u64 = 10_000;

/// Asks every peer for the first blocks, again as soon as there is an answer; counts the answers.
fn ask(config: &NetworkConfig, answers: &Mutex<BTreeMap<PeerId, u64>>, is_over: &AtomicBool) {
    let range = Height(lojal_types::Height::new(1))..=Height(lojal_types::Height::new(u64::MAX));
    let request = Request::<Context>::ValueRequest(ValueRequest::new(range));
    let request = BorshCodec.encode(&request).expect("writing to memory can't fail").to_vec();
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (network, mut events) = lojal_network::start(config.clone()).await.expect("the port of a dead validator");
        let mut ticks = interval(POLL);
        while !is_over.load(Ordering::Relaxed) {
            let again = tokio::select! {
                _ = ticks.tick() => continue,
                event = events.recv() => match event.expect("it runs until it is shut down") {
                    Event::Connected(peer) => (peer, OPEN),
                    Event::Response { peer, .. } => {
                        *answers.lock().expect("nobody panics while holding it").entry(peer).or_default() += 1;
                        (peer, 1)
                    }
                    Event::RequestFailed { peer, .. } if network.peers().contains(&peer) => (peer, 1),
                    _ => continue,
                },
            };
            for _ in 0..again.1 {
                network.request(again.0, request.clone()).await.expect("it runs until it is shut down");
            }
        }
        network.shutdown().await;
    });
}

#[test]
fn a_validator_that_asks_for_old_blocks_without_end_is_given_its_share_and_slows_nobody_down() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    network.kill(3);
    let insider = config(&network, Identity::from_seed(network_key(&network, 3)), network.peer_port(3));
    let clients: Vec<_> = (0..3).map(|node| network.client(node)).collect();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        let answers = Mutex::default();
        let started = Instant::now();
        let asking = |is_over: &AtomicBool| ask(&insider, &answers, is_over);
        endure("a validator that asks for old blocks without end", &network, 0, stream, &[&asking]);
        let answers = answers.into_inner().expect("nobody panics while holding it");
        let seconds = (started.elapsed() + SYNC_BURST).as_secs() + 1;
        let given = network.metric(0, "lojal_sync_blocks_served_total").expect("a running gateway");
        tell(&format!(
            "measured answers with old blocks: {:?} in {seconds} s, {given} blocks by one",
            answers.values()
        ));
        let most = SYNC_RATE.messages_per_s * seconds + INBOUND_REQUESTS_PER_PEER_MAX as u64;
        assert!(!answers.is_empty() && answers.values().all(|count| *count <= most), "{answers:?}, at most {most}");
        network.revive(3);
        eventually("all peers", || network.client(0).status().ok().filter(|status| status.peers == 3));
    });
    assert_kept_everywhere(&network, (&from, &to), &acknowledged);
}

/// Publishes votes of all kinds in the names of all validators, as fast as others take them, that nobody signed.
fn vote(config: &NetworkConfig, voters: &[Address], published: &AtomicU64, is_over: &AtomicBool) {
    let vote = |number: u64| {
        let kind = if number.is_multiple_of(2) { VoteType::Prevote } else { VoteType::Precommit };
        let (height, round) = (Height(lojal_types::Height::new(1 + number % 300)), Round::new(0));
        let value = NilOrVal::Val(Value(BlockId::new([number as u8; 32])));
        let address = voters[usize::try_from(number).unwrap_or_default() % voters.len()];
        SignedMessage::<Context, Vote>::new(Vote { kind, height, round, value, address }, Signature::new([9; 64]))
    };
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let (network, mut events) = lojal_network::start(config.clone()).await.expect("the port of a dead validator");
        let reading = tokio::spawn(async move { while events.recv().await.is_some() {} });
        let mut ticks = interval(POLL);
        let mut number = 0;
        while !is_over.load(Ordering::Relaxed) {
            if number >= VOTES || network.peers().is_empty() {
                ticks.tick().await;
                continue;
            }
            let vote = vote(number);
            let (topic, message) = if number.is_multiple_of(3) {
                (Topic::Liveness, BorshCodec.encode(&LivenessMsg::Vote(vote)))
            } else {
                (Topic::Consensus, BorshCodec.encode(&SignedConsensusMsg::Vote(vote)))
            };
            let message = message.expect("writing to memory can't fail").to_vec();
            network.publish(topic, message).await.expect("it runs until it is shut down");
            number += 1;
            published.store(number, Ordering::Relaxed);
        }
        network.shutdown().await;
        reading.await.expect("it ends with the network");
    });
}

#[test]
fn a_validator_that_publishes_votes_which_nobody_signed_is_shut_out_and_fills_no_log() {
    let mut network = Network::start();
    let (from, to) = two_members(&network);
    // Brought back, so that what it prints can be read.
    network.kill(1);
    network.revive(1);
    network.kill(3);
    let insider = config(&network, Identity::from_seed(network_key(&network, 3)), network.peer_port(3));
    let genesis = crate::wallet::Signer::of(&network, "member-1").genesis().clone();
    let voters: Vec<Address> = genesis.validators().validators().iter().map(|one| Address(one.address())).collect();
    let clients: Vec<_> = (0..3).map(|node| network.client(node)).collect();
    let started = Instant::now();
    let acknowledged = Stream::during(&clients, (&from, &to), |stream| {
        let published = AtomicU64::new(0);
        let voting = |is_over: &AtomicBool| {
            vote(&insider, &voters, &published, is_over);
        };
        endure("votes that nobody signed, from a validator's own key", &network, 1, stream, &[&voting]);
        tell(&format!("measured votes that nobody signed: {} published", published.into_inner()));
        for node in 0..3 {
            let count = |name: &str| network.metric(node, name).expect("a running gateway");
            assert!(count("lojal_p2p_shut_outs_total") >= 1.0, "node {node} shuts it out");
            assert!(count("lojal_p2p_reported_total") > 10.0, "node {node} notices");
        }
    });
    network.catch_up(&[0, 1, 2]);
    (0..3).for_each(|node| assert_kept(&network, node, (&from, &to), &acknowledged));
    signal("KILL", network.process(1));
    let (_, text) = network.end_of(1);
    let minutes = usize::try_from(started.elapsed().as_secs() / 60).unwrap_or(usize::MAX) + 1;
    let about = |what: &str| text.lines().filter(|line| line.contains(what)).count();
    assert!((1..=minutes).contains(&about("a vote that nobody signed")), "{text}");
    let warnings = text.lines().filter(|line| line.contains(" WARN ") || line.contains(" ERROR ")).count();
    assert!(warnings <= 20 * minutes, "{warnings} warnings:\n{text}");
}
