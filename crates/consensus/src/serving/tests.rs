use std::path::Path;

use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_sync::{RawDecidedValue, Response, ValueResponse};
use lojal_network::Command;
use lojal_store::Options;

use super::*;
use crate::certificates::to_engine;
use crate::clock::Clock;
use crate::codec::{BorshCodec, decode_blocks};
use crate::context::{Context, Height as EngineHeight};
use crate::fixture::{chain_of, genesis, peer, state};
use crate::limits::{SYNC_RATE, SYNC_RATE_ALL};
use crate::mempool::Mempool;
use crate::outlook::Outlooks;
use crate::progress::Progress;
use crate::roster::Addresses;

/// More blocks than one answer holds.
const COUNT: u64 = SYNC_BLOCKS_MAX as u64 + 2;

fn store_in(dir: &Path) -> Store {
    let mut opened = lojal_store::open(dir, &genesis(3_000), Options::default()).expect("a new store");
    chain_of(&mut opened, COUNT);
    opened.store.checkpoint().expect("the disk works");
    // Opened again, so that no block is in memory.
    opened.store.close().expect("the disk works");
    drop(opened);
    lojal_store::open(dir, &genesis(3_000), Options::default()).expect("in order").store
}

fn heights(store: &Store, start: u64, end: u64) -> Option<Vec<u64>> {
    let answer = read(store, Height::new(start), Height::new(end), &Metrics::default())?;
    let blocks = decode_blocks(&answer).expect("it can be read");
    Some(blocks.iter().map(|block| block.certificate.height.get()).collect())
}

#[test]
fn decided_blocks_are_served_from_the_first_to_the_last_as_the_engine_reads_them() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = store_in(dir.path());
    assert_eq!(heights(&store, 0, 2), Some(vec![1, 2]));
    assert_eq!(heights(&store, 2, 2), Some(vec![2]));
    assert_eq!(heights(&store, COUNT - 1, u64::MAX), Some(vec![COUNT - 1, COUNT]));
    assert_eq!(heights(&store, COUNT + 1, COUNT + 5), None);
    assert_eq!(heights(&store, 5, 4), None);
    assert_eq!(heights(&store, 1, u64::MAX), Some((1..=SYNC_BLOCKS_MAX as u64).collect()));
    let blocks: Vec<StoredBlock> =
        (1..4).map(|height| store.block(Height::new(height)).expect("readable").found().expect("committed")).collect();
    let value = |block: &StoredBlock| RawDecidedValue::new(block.bytes.to_vec().into(), to_engine(&block.certificate));
    let values = blocks.iter().map(value).collect();
    let response = Response::<Context>::ValueResponse(ValueResponse::new(EngineHeight(Height::new(1)), values));
    assert_eq!(BorshCodec.encode(&response).expect("within the limits"), encode_blocks(Height::new(1), &blocks));
}

#[test]
fn an_answer_ends_before_a_block_that_can_not_be_read_and_there_is_none_from_there_on() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = store_in(dir.path());
    let log = dir.path().join("log/00000001.log");
    let mut bytes = std::fs::read(&log).expect("the log is there");
    let third = store.block(Height::new(3)).expect("readable").found().expect("committed").bytes;
    let at = bytes.windows(third.len()).position(|window| *window == *third).expect("the log has the block");
    bytes[at + 40] ^= 1;
    std::fs::write(&log, bytes).expect("the log can be written");
    assert_eq!(heights(&store, 1, 9), Some(vec![1, 2]));
    assert_eq!(heights(&store, 3, 9), None);
    assert_eq!(heights(&store, 4, 6), Some(vec![4, 5, 6]));
    let metrics = Metrics::default();
    read(&store, Height::new(1), Height::new(9), &metrics);
    assert_eq!((metrics.counts().sync_unavailable, metrics.counts().sync_served), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn every_request_is_answered_or_refused() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = store_in(dir.path());
    let (network, mut commands) = Network::without_swarm(peer(0));
    let (workers, addresses, outlooks) = (Workers::Tasks, Addresses::default(), Outlooks::default());
    let parts = (Progress::default(), workers);
    let (mempool, _outbox) = Mempool::start(state(), store.pages(), Clock::System, Workers::Tasks);
    let onward = (mempool, mpsc::channel(1).0);
    let membership = Membership::new(network.clone(), store.clone(), parts, addresses, outlooks, onward);
    let serving = Serving { store, network, metrics: Metrics::default(), membership, workers };
    let (asked, requests) = mpsc::channel(8);
    let rates = Rates { peer: SYNC_RATE, all: SYNC_RATE_ALL };
    let task = tokio::spawn(serving.run(rates, requests));
    for (number, start) in [(1, 1), (2, COUNT + 1), (3, 2)] {
        let id = number.to_string().parse().expect("a number");
        let wanted = Wanted::Blocks { start: Height::new(start), end: Height::new(u64::MAX) };
        let one = Asked { id, peer: peer(1), wanted };
        asked.send(one).await.expect("somebody answers");
    }
    drop(asked);
    task.await.expect("it ends when nobody can ask any more");
    let mut answers = Vec::new();
    while let Ok(command) = commands.try_recv() {
        answers.push(match command {
            Command::Respond(id, data) => (id.to_string(), decode_blocks(&data).expect("readable").len()),
            Command::Reject(id) => (id.to_string(), 0),
            other => panic!("nothing else is asked for: {other:?}"),
        });
    }
    let all = |count: usize, id: &str| (id.to_owned(), count);
    assert_eq!(answers, [all(SYNC_BLOCKS_MAX, "1"), all(0, "2"), all(SYNC_BLOCKS_MAX, "3")]);
}
