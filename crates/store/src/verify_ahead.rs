//! Signatures of many blocks, checked on all cores ahead of the one thread that executes the blocks in order.
//!
//! What is checked needs no state: so it can be done before it is known whether the blocks before it are valid. The
//! answers come in the order of the blocks, and are those of one block after the other.

use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use lojal_chain::replay::ReplayFault;
use lojal_chain::{SignedBlock, check_signatures};
use lojal_types::ChainId;

/// The bytes of blocks that are checked together at least, unless no more come: some thousand transfers, of which a
/// batch's check is cheapest per signature.
const BATCH_BYTES_MIN: usize = 512 * 1024;
/// Most blocks that are checked together, as far as they are small.
const BATCH_BLOCKS_MAX: usize = 256;
/// Most batches that wait to be taken, per thread.
const BATCHES_PER_THREAD: usize = 3;
/// Most threads.
const THREADS_MAX: usize = 64;

/// Blocks, with what belongs to each, between whoever reads them and whoever executes them.
pub struct VerifyAhead<T> {
    chain: ChainId,
    jobs: Option<Sender<Job>>,
    queue: Arc<Mutex<Receiver<Job>>>,
    /// Started as there is work for them: a start that replays nothing has none.
    threads: Vec<JoinHandle<()>>,
    threads_max: usize,
    /// Blocks that aren't with a thread yet.
    collected: Vec<Arc<[u8]>>,
    collected_bytes: usize,
    /// Batches in order that threads have or have had.
    batches: VecDeque<Receiver<Vec<Answer>>>,
    /// Answers of the batch that is being taken.
    answers: VecDeque<Answer>,
    /// The values that belong to the blocks, those of `answers` first.
    with: VecDeque<T>,
}

type Answer = Result<SignedBlock, ReplayFault>;

struct Job {
    blocks: Vec<Arc<[u8]>>,
    answer: Sender<Vec<Answer>>,
}

impl<T> VerifyAhead<T> {
    /// Of a chain, with no blocks yet, and a thread for each core at most.
    pub fn new(chain: ChainId) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        let (jobs, queue) = channel();
        Self {
            chain,
            jobs: Some(jobs),
            queue: Arc::new(Mutex::new(queue)),
            threads: Vec::new(),
            threads_max: cores.min(THREADS_MAX),
            collected: Vec::new(),
            collected_bytes: 0,
            batches: VecDeque::new(),
            answers: VecDeque::new(),
            with: VecDeque::new(),
        }
    }

    /// True if no more blocks should be added before some are taken.
    pub fn is_full(&self) -> bool {
        self.batches.len() >= self.threads_max.saturating_mul(BATCHES_PER_THREAD)
    }

    /// Adds the next block.
    pub fn add(&mut self, block: Arc<[u8]>, with: T) {
        self.collected_bytes = self.collected_bytes.saturating_add(block.len());
        self.collected.push(block);
        self.with.push_back(with);
        if self.collected_bytes >= BATCH_BYTES_MIN || self.collected.len() >= BATCH_BLOCKS_MAX {
            self.hand_over();
        }
    }

    /// The first of the blocks that were added and not taken yet, or none if there is none.
    pub fn take(&mut self) -> Option<(Result<SignedBlock, ReplayFault>, T)> {
        if self.answers.is_empty() {
            if self.batches.is_empty() && !self.collected.is_empty() {
                self.hand_over();
            }
            let batch = self.batches.pop_front()?;
            self.answers = batch.recv().expect("checking signatures doesn't panic").into();
        }
        self.answers.pop_front().zip(self.with.pop_front())
    }

    fn hand_over(&mut self) {
        if self.threads.len() < self.threads_max {
            self.threads.push(start_thread(Arc::clone(&self.queue), self.chain));
        }
        let (answer, answers) = channel();
        let job = Job { blocks: std::mem::take(&mut self.collected), answer };
        self.collected_bytes = 0;
        self.jobs.as_ref().expect("there until the end").send(job).expect("the queue is there as long as this");
        self.batches.push_back(answers);
    }
}

impl<T> Drop for VerifyAhead<T> {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // One that panicked has been noticed by whoever waited for its answer.
            let _ = thread.join();
        }
    }
}

fn start_thread(queue: Arc<Mutex<Receiver<Job>>>, chain: ChainId) -> JoinHandle<()> {
    let work = move || {
        loop {
            let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(Job { blocks, answer }) = job else { return };
            // Nobody takes it any more after an error of an earlier block.
            let _ = answer.send(check_signatures(blocks.iter().map(|block| &**block), &chain));
        }
    };
    let thread = std::thread::Builder::new().name("signatures".to_owned());
    thread.spawn(work).expect("the system lets a process start a thread")
}

#[cfg(test)]
mod tests {
    use lojal_chain::InvalidBlock;
    use lojal_types::Code;

    use super::*;
    use crate::testing::Chain;

    #[test]
    fn answers_come_in_the_order_of_the_blocks_and_are_those_of_one_after_the_other() {
        let chain = Chain::of(4);
        let whole: Vec<Arc<[u8]>> = chain.blocks.iter().map(|block| Arc::clone(&block.bytes)).collect();
        // The last byte of a block is one of the last transaction's signature.
        let mut forged = whole[3].to_vec();
        *forged.last_mut().expect("a block has bytes") ^= 1;
        let forged: Arc<[u8]> = forged.into();
        let garbage: Arc<[u8]> = Arc::new([1, 2, 3]);
        let mut ahead = VerifyAhead::new(chain.genesis.chain_id());
        let kinds = [&whole[0], &forged, &whole[1], &garbage, &whole[2], &whole[3]];
        let (mut added, mut taken) = (0, 0);
        while taken < 6 * BATCH_BLOCKS_MAX + 5 {
            while added < 6 * BATCH_BLOCKS_MAX + 5 && !ahead.is_full() {
                ahead.add(Arc::clone(kinds[added % 6]), added);
                added += 1;
            }
            let (answer, with) = ahead.take().expect("as many as were added");
            assert_eq!(with, taken);
            let answer = answer.map(drop);
            match taken % 6 {
                1 => {
                    let last = chain.blocks[3].transactions.len() - 1;
                    let expected = InvalidBlock::Transaction(last, Code::BadSignature);
                    assert!(matches!(answer, Err(ReplayFault::Invalid(found)) if found == expected));
                }
                3 => assert!(matches!(answer, Err(ReplayFault::Decode(_)))),
                _ => assert!(answer.is_ok()),
            }
            taken += 1;
        }
        assert!(ahead.take().is_none());
    }

    #[test]
    fn it_ends_although_nobody_takes_the_answers() {
        let chain = Chain::of(1);
        let mut ahead = VerifyAhead::new(chain.genesis.chain_id());
        while !ahead.is_full() {
            ahead.add(Arc::clone(&chain.blocks[0].bytes), ());
        }
        drop(ahead);
    }
}
