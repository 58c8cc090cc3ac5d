//! The execution thread over a real store; this node is validator 0.

use std::path::Path;

use lojal_chain::ExecutedBlock;
use lojal_store::limits::UNDECIDED_BLOCKS_MAX;
use lojal_store::{Opened, Options, Store};
use lojal_types::limits::CLOCK_DRIFT_MS_MAX;
use lojal_types::{Block, Bounded, ChainId, Genesis, Hash, SignedTransaction, TransactionId};
use tempfile::TempDir;

use super::*;
use crate::clock;
use crate::fixture::{block_at, block_by, certify, chain, genesis, issue, issue_by, record, validator_key};

mod crowd;

struct Node {
    executor: ExecutorHandle,
    store: Store,
    state: SharedState,
    mempool: Mempool,
    metrics: Metrics,
    chain: ChainId,
}

impl Node {
    async fn start(dir: &Path, genesis: &Genesis) -> Self {
        let Opened { store, writer, state, pending, .. } =
            lojal_store::open(dir, genesis, Options::default()).expect("a store in order");
        let state = crate::share(state);
        let (mempool, _) = Mempool::start(state.clone(), store.pages(), Clock::System, Workers::Threads);
        let (address, metrics) = (validator_key(0).address(), Metrics::default());
        let (clock, workers) = (Clock::System, Workers::Threads);
        let executor = ExecutorParts {
            state: state.clone(),
            writer,
            pages: store.pages(),
            mempool: mempool.clone(),
            metrics: metrics.clone(),
            address,
            clock,
            workers,
        };
        let executor = executor.start(pending).await.expect("the log is in order");
        let chain = chain(&state);
        Self { executor, store, state, mempool, metrics, chain }
    }

    /// A node with a new store.
    async fn new() -> (Self, TempDir) {
        let dir = tempfile::tempdir().expect("a temporary directory");
        (Self::start(dir.path(), &genesis(3_000)).await, dir)
    }

    /// Ends without any goodbye to the store.
    async fn end(self) {
        self.executor.join().await;
    }

    async fn submit(&self, signed: SignedTransaction) -> TransactionId {
        self.mempool
            .submit(vec![signed.identify(&self.chain)])
            .await
            .pop()
            .expect("one answer")
            .expect("a good transaction")
    }

    async fn propose(&self, height: u64, round: u32) -> Option<Proposed> {
        self.executor.propose(Height::new(height), round).await.expect("no fault")
    }

    async fn check(&self, block: &ExecutedBlock, round: u32) -> Verdict {
        self.check_bytes(record(block, round), block.bytes().to_vec(), false).await
    }

    async fn check_bytes(&self, record: ProposalRecord, bytes: Vec<u8>, is_decided: bool) -> Verdict {
        self.executor.check(Assembled { record, bytes }, is_decided).await.expect("no fault")
    }

    async fn proposals(&self, height: u64, round: u32) -> Vec<ProposalRecord> {
        self.executor.proposals(Height::new(height), round).await.expect("no fault")
    }

    async fn decide(&self, height: u64, block: BlockId, signers: &[u8]) -> Result<(), ExecutorFault> {
        self.executor.decide(certify(&self.chain, Height::new(height), block, signers)).await
    }

    fn block(&self, validator: u8, number: u64) -> ExecutedBlock {
        block_by(&self.state, validator, number)
    }
}

/// A block with something in its header changed, and the record of its proposal.
fn changed(block: &ExecutedBlock, change: impl FnOnce(&mut Block)) -> (ProposalRecord, Vec<u8>) {
    let mut changed = Block::decode(block.bytes()).expect("canonical");
    change(&mut changed);
    (ProposalRecord { block: changed.header.id(), ..record(block, 0) }, changed.encode())
}

#[tokio::test]
async fn what_waits_is_proposed_decided_and_visible_and_waits_no_more() {
    let (node, _dir) = Node::new().await;
    let ids = [node.submit(issue(&node.chain, 1)).await, node.submit(issue(&node.chain, 2)).await];
    let proposed = node.propose(1, 0).await.expect("the next height");
    let block = Block::decode(&proposed.bytes).expect("canonical");
    assert_eq!((block.header.id(), block.header.proposer), (proposed.record.block, validator_key(0).address()));
    let included: Vec<TransactionId> = block.transactions.iter().map(|one| one.transaction.id(&node.chain)).collect();
    assert_eq!(included, ids);
    assert_eq!(node.mempool.len(), 2, "a proposal is not a decision");
    assert_eq!(node.store.tip().height, Height::GENESIS);

    node.decide(1, proposed.record.block, &[0, 1, 2]).await.expect("a quorum signed");
    assert_eq!((node.store.tip().height, node.store.tip().block), (Height::new(1), proposed.record.block));
    assert_eq!(node.store.view().state_root(), block.header.state_root);
    assert!(node.mempool.is_empty());
    for id in ids {
        assert_eq!(node.store.transaction(&id).expect("readable").map(|placed| placed.height), Some(Height::new(1)));
    }
    assert_eq!(node.proposals(1, 0).await, [], "nothing of a decided height is left");
    let counts = node.metrics.counts();
    assert_eq!((counts.blocks_proposed, counts.blocks_committed, counts.transactions_committed), (1, 1, 2));
}

#[tokio::test]
async fn transactions_that_expired_with_the_block_wait_no_more() {
    let (node, _dir) = Node::new().await;
    let soon = clock::now().plus_ms(60_000);
    node.submit(issue_by(&node.chain, 0, 1, 1, soon)).await;
    let lasting = node.submit(issue(&node.chain, 2)).await;
    // Decided elsewhere, by clocks that are ahead.
    let block = block_at(&node.state, 1, 3, soon);
    assert_eq!(node.check_bytes(record(&block, 0), block.bytes().to_vec(), true).await, Verdict::Valid);
    node.decide(1, block.id(), &[1, 2, 3]).await.expect("a quorum signed");
    assert_eq!(node.mempool.len(), 1);
    assert!(node.mempool.get(&lasting).is_some());
}

#[tokio::test]
async fn a_node_builds_one_block_per_height_whatever_the_round() {
    let (node, _dir) = Node::new().await;
    let first = node.propose(1, 0).await.expect("the next height");
    node.submit(issue(&node.chain, 1)).await;
    let again = node.propose(1, 4).await.expect("the next height");
    assert_eq!((again.record.block, &again.bytes), (first.record.block, &first.bytes));
    assert_eq!(again.record.round, 4);
    assert_eq!(node.proposals(1, 4).await, [again.record]);
    assert_eq!(node.metrics.counts().blocks_proposed, 1);
    for other in [0, 2, 3] {
        assert!(node.propose(other, 0).await.is_none(), "height {other}");
    }
}

#[tokio::test]
async fn after_a_crash_the_same_block_is_proposed_and_what_was_valid_still_is() {
    let (node, dir) = Node::new().await;
    let theirs = node.block(1, 7);
    assert_eq!(node.check(&theirs, 1).await, Verdict::Valid);
    node.submit(issue(&node.chain, 1)).await;
    let ours = node.propose(1, 2).await.expect("the next height");
    node.end().await;

    let node = Node::start(dir.path(), &genesis(3_000)).await;
    assert_eq!(node.proposals(1, 1).await, [record(&theirs, 1)]);
    assert_eq!(node.proposals(1, 2).await, [ours.record]);
    let found = node.executor.find(theirs.id()).await.expect("no fault");
    assert_eq!(found.as_ref(), Some(theirs.bytes()));
    node.submit(issue(&node.chain, 2)).await;
    let again = node.propose(1, 6).await.expect("the next height");
    assert_eq!((again.record.block, again.bytes), (ours.record.block, ours.bytes));
    node.decide(1, theirs.id(), &[1, 2, 3]).await.expect("a quorum signed");
    node.end().await;

    let node = Node::start(dir.path(), &genesis(3_000)).await;
    assert_eq!((node.store.tip().height, node.store.tip().block), (Height::new(1), theirs.id()));
    assert_eq!(node.proposals(1, 2).await, []);
    assert_ne!(node.propose(2, 0).await.map(|next| next.record.block), Some(ours.record.block));
}

#[tokio::test]
async fn a_block_of_somebody_else_in_this_nodes_name_is_not_its_own() {
    let (node, dir) = Node::new().await;
    let forged = node.block(0, 7);
    let by_liar = ProposalRecord { proposer: validator_key(1).address(), ..record(&forged, 0) };
    assert_eq!(node.check_bytes(by_liar, forged.bytes().to_vec(), false).await, Verdict::Valid);
    let own = node.propose(1, 1).await.expect("the next height");
    assert_ne!(own.record.block, forged.id());
    node.end().await;
    let node = Node::start(dir.path(), &genesis(3_000)).await;
    assert_eq!(node.propose(1, 5).await.map(|again| again.record.block), Some(own.record.block));
}

#[tokio::test]
async fn blocks_that_break_a_rule_are_invalid() {
    let (node, _dir) = Node::new().await;
    let block = node.block(1, 7);
    let wrong_root = changed(&block, |block| block.header.state_root = Hash::new([1; 32]));
    let stranger = changed(&block, |block| block.header.proposer = validator_key(9).address());
    let orphan = changed(&block, |block| block.header.parent = BlockId::new([1; 32]));
    let next_height = changed(&block, |block| block.header.height = Height::new(2));
    let unsigned = changed(&block, |block| {
        let mut transactions = block.transactions.to_vec();
        transactions[0].signature = lojal_types::Signature::new([1; 64]);
        let encoded: Vec<Vec<u8>> = transactions.iter().map(SignedTransaction::encode).collect();
        block.header.transactions_root = lojal_types::block::transactions_root(encoded.iter().map(Vec::as_slice));
        block.transactions = Bounded::new(transactions).expect("as many as before");
    });
    for (record, bytes) in [wrong_root, stranger, orphan, next_height, unsigned] {
        assert_eq!(node.check_bytes(record, bytes, false).await, Verdict::Invalid);
        assert_eq!(node.proposals(1, 0).await, []);
    }
    assert_eq!(node.metrics.counts().blocks_invalid, 5);
    assert_eq!(node.check(&block, 0).await, Verdict::Valid, "the block itself is fine");
}

#[tokio::test]
async fn bytes_that_are_not_those_of_the_block_are_as_if_they_had_never_come() {
    let (node, _dir) = Node::new().await;
    let (block, other) = (node.block(1, 7), node.block(2, 8));
    let cut = block.bytes()[..block.bytes().len() - 1].to_vec();
    // The right header over other transactions: somebody on the way has changed them, the block itself may be good.
    let mut emptied = Block::decode(block.bytes()).expect("a block");
    emptied.transactions = Bounded::default();
    let mut resigned = Block::decode(block.bytes()).expect("a block");
    let mut transactions = resigned.transactions.to_vec();
    transactions[0].signature = lojal_types::Signature::new([1; 64]);
    resigned.transactions = Bounded::new(transactions).expect("as many as before");
    let changed = [emptied.encode(), resigned.encode()];
    for bytes in [other.bytes().to_vec(), vec![], vec![0; 300], cut].into_iter().chain(changed) {
        assert_eq!(node.check_bytes(record(&block, 0), bytes, false).await, Verdict::Unusable);
    }
    let over = ProposalRecord { height: Height::GENESIS, ..record(&block, 0) };
    let ahead = ProposalRecord { height: Height::new(2), ..record(&block, 0) };
    for elsewhere in [over, ahead] {
        assert_eq!(node.check_bytes(elsewhere, block.bytes().to_vec(), false).await, Verdict::Unusable);
    }
    assert_eq!(node.check(&block, 0).await, Verdict::Valid);
}

#[tokio::test]
async fn garbage_in_the_name_of_a_block_that_is_here_harms_nobody() {
    let (node, dir) = Node::new().await;
    let block = node.block(1, 7);
    assert_eq!(node.check(&block, 0).await, Verdict::Valid);
    let again = ProposalRecord { round: 1, proposer: validator_key(2).address(), ..record(&block, 0) };
    assert_eq!(node.check_bytes(again, vec![1, 2, 3], false).await, Verdict::Valid);
    assert_eq!(node.proposals(1, 1).await, [again]);
    node.end().await;
    let node = Node::start(dir.path(), &genesis(3_000)).await;
    assert_eq!(node.executor.find(block.id()).await.expect("no fault").as_ref(), Some(block.bytes()));
}

#[tokio::test]
async fn a_block_from_the_future_is_invalid_as_a_proposal_but_not_once_others_decided_on_it() {
    let (node, _dir) = Node::new().await;
    let block = block_at(&node.state, 1, 7, clock::now().plus_ms(CLOCK_DRIFT_MS_MAX + 60_000));
    assert_eq!(node.check(&block, 0).await, Verdict::Invalid);
    assert_eq!(node.check_bytes(record(&block, 0), block.bytes().to_vec(), true).await, Verdict::Valid);
    node.decide(1, block.id(), &[1, 2, 3]).await.expect("a quorum signed");
    let next = node.propose(2, 0).await.expect("the next height");
    let header = Block::decode(&next.bytes).expect("canonical").header;
    assert_eq!(header.time_ms, block.header().time_ms.plus_ms(1), "time moves forward only");
}

#[tokio::test]
async fn a_decision_on_a_block_that_is_not_here_is_a_fault() {
    let (node, _dir) = Node::new().await;
    let block = node.block(1, 7);
    let fault = node.decide(1, block.id(), &[0, 1, 2]).await;
    assert!(matches!(fault, Err(ExecutorFault::UnknownDecision(id, _)) if id == block.id()));
    assert_eq!(node.store.tip().height, Height::GENESIS);
}

#[tokio::test]
async fn a_decision_without_a_quorum_is_a_fault_and_nothing_of_it_reaches_the_disk() {
    let (node, dir) = Node::new().await;
    let block = node.block(1, 7);
    assert_eq!(node.check(&block, 0).await, Verdict::Valid);
    assert!(matches!(node.decide(1, block.id(), &[0, 1]).await, Err(ExecutorFault::Decision(_))));
    assert_eq!(node.store.tip().height, Height::GENESIS);
    node.end().await;
    let node = Node::start(dir.path(), &genesis(3_000)).await;
    assert_eq!(node.store.tip().height, Height::GENESIS);
    node.decide(1, block.id(), &[1, 2, 3]).await.expect("the block itself is still here");
}

#[tokio::test]
async fn liars_cant_crowd_out_what_this_node_may_have_voted_for() {
    let (node, dir) = Node::new().await;
    let first = node.block(1, 0);
    assert_eq!(node.check(&first, 0).await, Verdict::Valid);
    for number in 1..UNDECIDED_BLOCKS_MAX {
        assert_eq!(node.check(&node.block(2, number as u64), number as u32).await, Verdict::Valid);
    }
    let one_more = node.block(3, 99);
    assert_eq!(node.check(&one_more, 20).await, Verdict::Unusable);
    assert_eq!(node.check(&first, 20).await, Verdict::Valid, "what is here can be proposed again");
    let proposed = node.propose(1, 21).await.expect("the next height");
    assert_eq!(proposed.record.block, first.id(), "without room for a block of its own, the oldest");
    node.end().await;

    let node = Node::start(dir.path(), &genesis(3_000)).await;
    assert_eq!(node.executor.find(first.id()).await.expect("no fault").as_ref(), Some(first.bytes()));
    assert_eq!(node.check(&one_more, 22).await, Verdict::Unusable);
    assert_eq!(node.check_bytes(record(&one_more, 22), one_more.bytes().to_vec(), true).await, Verdict::Valid);
    node.decide(1, one_more.id(), &[1, 2, 3]).await.expect("there is always room for what is decided");
}

#[tokio::test]
async fn blocks_follow_one_another() {
    let (node, dir) = Node::new().await;
    for height in 1..=5 {
        node.submit(issue(&node.chain, height)).await;
        let proposed = node.propose(height, 0).await.expect("the next height");
        node.decide(height, proposed.record.block, &[0, 1, 2]).await.expect("a quorum signed");
    }
    let root = node.store.view().state_root();
    node.end().await;
    let node = Node::start(dir.path(), &genesis(3_000)).await;
    assert_eq!((node.store.tip().height, node.store.view().state_root()), (Height::new(5), root));
}

#[tokio::test]
async fn a_closed_store_is_a_fault() {
    let (node, _dir) = Node::new().await;
    node.store.close().expect("a last checkpoint");
    let fault = node.executor.propose(Height::new(1), 0).await;
    assert!(matches!(fault, Err(ExecutorFault::Store(StoreError::Closed))));
}
