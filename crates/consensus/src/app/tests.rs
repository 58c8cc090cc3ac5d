//! The answers of the loop, without an engine; this node is the validator that proposes first at height 3.

use lojal_chain::ExecutedBlock;
use lojal_network::Network;
use lojal_store::{Opened, Options};
use lojal_types::{Block, Hash, Versions};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::*;
use crate::certificates::to_engine;
use crate::clock::Clock;
use crate::executor::ExecutorParts;
use crate::fixture::{block_by, certify, chain, genesis, peer, proposer, record, validator_key};
use crate::mempool::{Mempool, SharedState};
use crate::outlook::Outlooks;
use crate::progress::Progress;
use crate::roster::Addresses;
use crate::workers::Workers;

struct Bench {
    app: App,
    state: SharedState,
    _dir: TempDir,
}

fn height(height: u64) -> Height {
    Height(lojal_types::Height::new(height))
}

impl Bench {
    async fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let Opened { store, writer, state, pending, .. } =
            lojal_store::open(dir.path(), &genesis(3_000), Options::default()).expect("a new store");
        let state = crate::share(state);
        let (mempool, _) = Mempool::start(state.clone(), store.pages(), Clock::System, Workers::Threads);
        let (address, metrics) = (validator_key(proposer(3, 0)).address(), Metrics::default());
        let executor = ExecutorParts {
            state: state.clone(),
            writer,
            pages: store.pages(),
            mempool: mempool.clone(),
            metrics: metrics.clone(),
            address,
            clock: Clock::System,
            workers: Workers::Threads,
        };
        let executor = executor.start(pending).await.expect("the log is in order");
        let pace = Pace::new(mempool.clone(), Progress::default(), peer(proposer(3, 0)));
        let assembler = Assembler::new(address, store.tip().height);
        let (network, mut commands) = Network::without_swarm(peer(proposer(3, 0)));
        tokio::spawn(async move { while commands.recv().await.is_some() {} });
        let (parts, outlooks) = ((Progress::default(), Workers::Threads), Outlooks::default());
        let onward = (mempool, mpsc::channel(1).0);
        let membership = Membership::new(network, store.clone(), parts, Addresses::default(), outlooks, onward);
        let (deciders, warnings) = (store.view().validators().clone(), Warnings::default());
        let versions = VersionWatch::new(Versions::known());
        let app = App { executor, store, metrics, pace, assembler, membership, deciders, warnings, versions };
        Self { app, state, _dir: dir }
    }

    /// Hands over a block as the first proposer of its height publishes it.
    async fn publish(&mut self, record: &ProposalRecord, bytes: &[u8]) -> Vec<ProposedValue<Context>> {
        let publisher = peer(proposer(record.height.get(), record.round));
        let mut values = Vec::new();
        for (part, sequence) in split(record, bytes).into_iter().zip(0..) {
            let message = StreamMessage::new(stream_id(record), sequence, StreamContent::Data(part));
            values.extend(self.app.received_part(Some(publisher), message).await.expect("no fault"));
        }
        values
    }

    async fn decide(&mut self, block: &ExecutedBlock) {
        let certificate = certify(&chain(&self.state), block.header().height, block.id(), &[0, 1, 2]);
        self.app.decided(&to_engine(&certificate).trim_vote_extensions()).await.expect("a quorum signed");
    }

    async fn started_round(&mut self, of: u64, round: u32) -> Vec<ProposedValue<Context>> {
        self.app.started_round(height(of), Round::new(round)).await.expect("no fault")
    }

    fn next_block(&self) -> ExecutedBlock {
        let next = self.app.store.tip().height.next().get();
        block_by(&self.state, proposer(next, 0), next)
    }
}

#[tokio::test]
async fn a_published_block_is_checked_and_told_again_when_its_round_starts() {
    let mut bench = Bench::new().await;
    let block = bench.next_block();
    let expected = proposed_value(&record(&block, 0), Validity::Valid);
    let expected = [expected];
    assert_eq!(bench.publish(&record(&block, 0), block.bytes()).await, expected);
    assert_eq!(bench.started_round(1, 0).await, expected);
    assert_eq!(bench.started_round(1, 1).await, []);
    assert_eq!(bench.app.metrics.counts().rounds_failed, 1);
}

#[tokio::test]
async fn blocks_that_came_before_their_parent_was_decided_are_judged_afterwards_valid_or_not() {
    for is_valid in [true, false] {
        let (mut bench, mut ahead) = (Bench::new().await, Bench::new().await);
        let first = bench.next_block();
        for one in [&mut bench, &mut ahead] {
            assert_eq!(one.publish(&record(&first, 0), first.bytes()).await.len(), 1);
        }
        ahead.decide(&first).await;
        let second = ahead.next_block();
        let mut block = Block::decode(second.bytes()).expect("canonical");
        if !is_valid {
            block.header.state_root = Hash::new([1; 32]);
        }
        let record = ProposalRecord { block: block.header.id(), ..record(&second, 0) };
        assert_eq!(bench.publish(&record, &block.encode()).await, [], "its parent is not decided");
        bench.decide(&first).await;
        let validity = if is_valid { Validity::Valid } else { Validity::Invalid };
        assert_eq!(bench.started_round(2, 0).await, [proposed_value(&record, validity)]);
    }
}

#[tokio::test]
async fn a_synced_block_is_a_verdict_and_bytes_that_are_none_are_the_peers_fault() {
    let bench = Bench::new().await;
    let block = bench.next_block();
    let by = Address(block.header().proposer);
    let synced = |bytes: Vec<u8>, of: u64| bench.app.synced(height(of), Round::new(0), by, bytes);
    let garbage = synced(vec![1, 2, 3], 1).await.expect("no fault");
    assert!(matches!(garbage, SyncedValueOutcome::PeerFault));
    let elsewhere = synced(block.bytes().to_vec(), 2).await.expect("no fault");
    assert!(matches!(elsewhere, SyncedValueOutcome::LocalTransientError));
    let expected = proposed_value(&record(&block, 0), Validity::Valid);
    let good = synced(block.bytes().to_vec(), 1).await.expect("no fault");
    assert!(matches!(good, SyncedValueOutcome::Verdict(value) if value == expected));
}
