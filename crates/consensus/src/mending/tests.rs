use std::path::Path;
use std::time::Duration;

use lojal_network::Command;
use lojal_store::{Opened, Options};
use tokio::sync::mpsc;

use super::*;
use crate::codec::encode_blocks;
use crate::fixture::{chain_of, genesis, peer};

const COUNT: u64 = 6;
const ROTTEN: Height = Height::new(3);

/// A store whose third block has rotted, with the block as it was, and as its peers have it.
fn rotten(dir: &Path) -> (Opened, StoredBlock) {
    let mut opened = lojal_store::open(dir, &genesis(3_000), Options::default()).expect("a new store");
    chain_of(&mut opened, COUNT);
    let block = opened.store.block(ROTTEN).expect("readable").found().expect("committed");
    opened.store.checkpoint().expect("the disk works");
    let log = dir.join("log/00000001.log");
    let mut bytes = std::fs::read(&log).expect("the log is there");
    let at =
        bytes.windows(block.bytes.len()).position(|window| *window == *block.bytes).expect("the log has the block");
    bytes[at + 40] ^= 1;
    std::fs::write(&log, bytes).expect("the log can be written");
    (opened, block)
}

fn mending(store: &Store, peers: &[u8]) -> (Mending, Enquiries, mpsc::Receiver<Command>) {
    let (network, commands) = Network::without_swarm(peer(0));
    let (enquiries, progress) = (Enquiries::default(), Progress::default());
    peers.iter().for_each(|number| progress.connected(peer(*number), true));
    let (store, workers) = (store.clone(), Workers::Tasks);
    (Mending { store, network, enquiries: enquiries.clone(), progress, workers }, enquiries, commands)
}

#[tokio::test(start_paused = true)]
async fn what_the_scrub_finds_is_asked_of_one_peer_after_the_other_until_one_has_what_is_right() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (opened, block) = rotten(dir.path());
    let (mending, enquiries, mut commands) = mending(&opened.store, &[1, 2, 3]);
    let task = tokio::spawn(mending.run());
    let other = opened.store.block(Height::new(4)).expect("readable").found().expect("committed");
    let mut answers = vec![
        Some(vec![1, 2, 3]),
        None,
        Some(encode_blocks(ROTTEN, &[other])),
        Some(encode_blocks(ROTTEN, &[])),
        Some(encode_blocks(ROTTEN, std::slice::from_ref(&block))),
    ]
    .into_iter();
    let (mut asked, mut reported) = (Vec::new(), Vec::new());
    let mut damaged = opened.store.damaged();
    damaged.wait_for(|heights| heights.contains(&ROTTEN)).await.expect("the store is open");
    while damaged.borrow().contains(&ROTTEN) {
        let command = tokio::select! {
            command = commands.recv() => command.expect("the network is open"),
            changed = damaged.changed() => {
                changed.expect("the store is open");
                continue;
            }
        };
        match command {
            Command::Request(id, peer, ..) => {
                asked.push(peer);
                enquiries.answered(id, answers.next().expect("no more is asked than needed"));
            }
            Command::Report(peer) => reported.push(peer),
            other => panic!("nothing else is asked for: {other:?}"),
        }
    }
    assert_eq!(answers.next(), None);
    assert_eq!((asked[0] == asked[3], asked[1] == asked[4]), (true, true), "each in turn, and again");
    assert_eq!(reported, [asked[0]], "what can't be decoded is nonsense");
    assert_eq!((opened.store.counts().mended, opened.store.counts().damaged), (1, 0));
    assert!(opened.store.is_whole(ROTTEN).expect("readable"));
    task.abort();
}

#[tokio::test(start_paused = true)]
async fn the_log_is_read_through_again_and_again_at_a_bounded_rate() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut opened = lojal_store::open(dir.path(), &genesis(3_000), Options::default()).expect("a new store");
    chain_of(&mut opened, COUNT);
    let (mending, _, _commands) = mending(&opened.store, &[]);
    let task = tokio::spawn(mending.run());
    let (started, mut look) = (Instant::now(), tokio::time::interval(Duration::from_millis(100)));
    let mut passes = Vec::new();
    for pass in 1..=3 {
        while opened.store.counts().scrubs < pass {
            look.tick().await;
        }
        assert_eq!(opened.store.counts().scrubbed_height, Height::new(COUNT));
        passes.push(started.elapsed());
    }
    assert!(passes.windows(2).all(|pair| pair[1] - pair[0] >= SCRUB_INTERVAL - Duration::from_secs(1)), "{passes:?}");
    assert!(SCRUB_RATE.time_of(usize::try_from(SCRUB_STEP_BYTES).expect("small")) >= Duration::from_millis(50));
    task.abort();
}
