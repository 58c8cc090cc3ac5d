//! A crowd of accounts that keeps the mempool full.

use super::*;
use crate::fixture::{gift, member, peer, transfer_by};

/// Hostile accounts; the honest one has the number after theirs.
const CROWD: u16 = 200;
/// Small transactions of each.
const SMALL: u64 = 5;
/// Large ones of a hundred operations: of the first, and of all who come after them.
const GREEDY: u16 = 70;
const LARGE: [u64; 2] = [125, 40];

impl Node {
    /// Gossips transactions of an account.
    fn flood(&self, by: u16, numbers: std::ops::Range<u64>, operations: u64) {
        let transfers = numbers.map(|number| transfer_by(&self.chain, by, number, operations, 1));
        self.mempool.receive(peer(1), transfers.collect());
    }

    /// Proposes the next block and commits it; returns its transactions.
    async fn next_block(&self) -> Vec<TransactionId> {
        let height = self.store.tip().height.next().get();
        let proposed = self.propose(height, 0).await.expect("the next height");
        self.decide(height, proposed.record.block, &[0, 1, 2]).await.expect("a quorum signed");
        let block = Block::decode(&proposed.bytes).expect("canonical");
        block.transactions.iter().map(|one| one.transaction.id(&self.chain)).collect()
    }
}

#[tokio::test]
async fn a_crowd_that_keeps_the_mempool_full_keeps_nobodys_single_transfer_out_of_the_next_block() {
    let (node, _dir) = Node::new().await;
    let accounts: Vec<_> = (0..=CROWD).map(|number| member(number).address()).collect();
    for some in accounts.chunks(100) {
        node.submit(gift(&node.chain, some, 2)).await;
    }
    assert_eq!(node.next_block().await.len(), 3);

    // Each has two points, and transfers one of them again and again: only another node takes that in.
    (0..CROWD).for_each(|by| node.flood(by, 0..SMALL, 1));
    (0..GREEDY).for_each(|by| node.flood(by, SMALL..SMALL + LARGE[0], 100));
    (GREEDY..CROWD).for_each(|by| node.flood(by, SMALL..SMALL + LARGE[1], 100));
    assert_eq!(node.mempool.submit(Vec::new()).await, [], "all of it has been dealt with");
    let evicted = node.mempool.evicted();
    let honest = node.submit(transfer_by(&node.chain, CROWD, 1, 1, 1)).await;
    assert!(node.mempool.evicted() > evicted, "it was full, and what would have been served last made room");
    assert!(node.next_block().await.contains(&honest));

    // And so again while the crowd goes on, whoever submits with a client of this node included.
    (0..CROWD).for_each(|by| node.flood(by, 1_000..1_005, 100));
    let more = (0..10).map(|number| transfer_by(&node.chain, 0, 2_000 + number, 1, 1).identify(&node.chain));
    assert!(node.mempool.submit(more.collect()).await.iter().all(Result::is_err));
    let honest = node.submit(transfer_by(&node.chain, CROWD, 2, 1, 1)).await;
    let blocks = [node.next_block().await, node.next_block().await];
    assert!(blocks.concat().contains(&honest));
    assert!(blocks.iter().all(|block| !block.is_empty()));
}
