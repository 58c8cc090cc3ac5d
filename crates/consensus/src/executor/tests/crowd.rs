//! A crowd of accounts that keeps the mempool full.

use super::*;
use crate::fixture::{gift, member, peer, transfer_by};
use crate::limits::{BLOCK_WORK_MIN, TRANSACTION_WORK};

/// Hostile accounts; the honest one has the number after theirs.
const CROWD: u16 = 200;
/// Small transactions of each.
const SMALL: u64 = 5;
/// Large ones of a hundred operations: of the first, and of all who come after them.
const GREEDY: u16 = 70;
const LARGE: [u64; 2] = [125, 40];
/// Transactions that a till submits in one block's time: its lane has half of a block, and the smallest holds more.
const REWARDS: u64 = 40;
/// Most blocks until a single transfer is in one: it waits for no more than one transfer of each other member and its
/// own cost, and the members have half of each block.
const BLOCKS_MAX: usize = (2 * (CROWD as usize + 1) * (1 + TRANSACTION_WORK)).div_ceil(BLOCK_WORK_MIN / 2 - 1);

impl Node {
    /// Gossips transactions of an account.
    fn flood(&self, by: u16, numbers: std::ops::Range<u64>, operations: u64) {
        let transfers = numbers.map(|number| transfer_by(&self.chain, by, number, operations, 1));
        self.mempool.receive(peer(1), transfers.collect());
    }

    /// A till gives a point to the honest account in each of so many transactions.
    async fn reward(&self, numbers: std::ops::Range<u64>) -> Vec<TransactionId> {
        let rewards = numbers.map(|number| issue(&self.chain, 1 + number).identify(&self.chain));
        let answers = self.mempool.submit(rewards.collect()).await;
        answers.into_iter().map(|answer| answer.expect("a good transaction")).collect()
    }

    /// Commits blocks until a member's transfer is in one; a till's transactions are in the first.
    async fn wait_for(&self, transfer: &TransactionId, rewards: &[TransactionId]) {
        let mut block = self.next_block().await;
        assert!(rewards.iter().all(|reward| block.contains(reward)), "a till is as fast as without the crowd");
        for _ in 1..BLOCKS_MAX {
            if block.contains(transfer) {
                return;
            }
            block = self.next_block().await;
        }
        assert!(block.contains(transfer), "a member waits for one round");
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
async fn a_crowd_that_keeps_the_mempool_full_keeps_no_till_out_of_the_next_block_and_no_transfer_out_of_the_next_few() {
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
    let rewards = node.reward(0..REWARDS).await;
    node.wait_for(&honest, &rewards).await;

    // And so again while the crowd goes on, whoever submits with a client of this node included.
    (0..CROWD).for_each(|by| node.flood(by, 1_000..1_005, 100));
    let more = (0..10).map(|number| transfer_by(&node.chain, 0, 2_000 + number, 1, 1).identify(&node.chain));
    assert!(node.mempool.submit(more.collect()).await.iter().all(Result::is_err));
    let honest = node.submit(transfer_by(&node.chain, CROWD, 2, 1, 1)).await;
    let rewards = node.reward(REWARDS..2 * REWARDS).await;
    node.wait_for(&honest, &rewards).await;
}
