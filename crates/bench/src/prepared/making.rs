//! Executes the blocks of a prepared network: signed on one thread, executed and stored on another.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use lojal_chain::BlockBuilder;
use lojal_chain::replay::check_commit;
use lojal_store::{Opened, Options};
use lojal_types::{
    Bounded, Certificate, ChainId, CommitSignature, Genesis, Issue, KeyPair, Operation, Outcome, Points, Signature,
    TimeMs, Transaction, VerifiedTransaction, verify_all,
};

use super::receipts::Receipts;
use crate::accounts::Accounts;
use crate::cluster::{OPERATORS, brand, validator_key};
use crate::error::BenchError;
use crate::markdown::{mebibytes, whole};
use crate::process::usage;
use crate::suite::tell;
use crate::workload::{OPERATIONS_MAX, VALIDITY_MS, reference};

/// Blocks that are signed before the one that is executed.
const BLOCKS_AHEAD: usize = 2;
/// The time after which it is told again how far it has come.
const TOLD_EVERY: Duration = Duration::from_secs(10);

/// The blocks that were made in one go.
#[derive(Clone, Copy, Debug)]
pub struct Made {
    /// The receipts in them.
    pub receipts: usize,
    /// The time that it took, opening and closing the store included.
    pub took: Duration,
}

/// Goes on with the network whose store is in a directory, until it has so many blocks, and leaves it as a validator
/// that stopped in order does.
pub fn make(data: &Path, genesis: &Genesis, receipts: &Receipts, blocks: usize) -> Result<Made, BenchError> {
    let started = Instant::now();
    // A year of blocks is made in minutes, and nobody fetches what was an hour ago in them.
    let options = Options { snapshots: false, ..Options::default() };
    let mut opened = lojal_store::open(data, genesis, options).map_err(failed)?;
    let made = grow(&mut opened, receipts, blocks)?;
    opened.store.close().map_err(failed)?;
    Ok(Made { receipts: made, took: started.elapsed() })
}

/// Goes on until there are so many blocks; returns the number of receipts in those that are new.
pub(super) fn grow(opened: &mut Opened, receipts: &Receipts, blocks: usize) -> Result<usize, BenchError> {
    let first = opened.store.tip().height.get() as usize;
    let members = Accounts::members(receipts.extent().accounts);
    let operators = Accounts::operators(OPERATORS);
    let operators = (0..OPERATORS).map(|index| operators.key(index)).collect();
    let signing = Signing { chain: opened.state.view().chain_id(), members: &members, operators, receipts };
    let (sender, receiver) = sync_channel(BLOCKS_AHEAD);
    let mut told = Told { at: Instant::now(), block: first };
    thread::scope(|scope| {
        let signing = &signing;
        scope.spawn(move || signing.send_all(first..blocks, &sender));
        // The receiver ends with this loop, and the thread with the receiver.
        for (block, transactions) in (first..).zip(receiver) {
            append(opened, receipts.time_of(block), transactions)?;
            told.tell(receipts, block);
        }
        Ok((first..blocks).map(|block| receipts.of_block(block).len()).sum())
    })
}

/// Executes the next block, certifies it and stores it.
fn append(opened: &mut Opened, time: TimeMs, transactions: Vec<Arc<VerifiedTransaction>>) -> Result<(), BenchError> {
    let validator = validator_key(0);
    let pages = opened.store.pages();
    let mut block = BlockBuilder::new(&opened.state, validator.address(), time, transactions).map_err(failed)?;
    let proposal = pages.build(&mut block).map_err(failed)?.map_err(failed)?;
    if let Some((id, code)) = proposal.refused.first() {
        return Err(failed(format!("transaction {id} was refused: {code}")));
    }
    let certificate = certify(&proposal.block, &validator, &opened.state.view().chain_id());
    let block = check_commit(&opened.state, proposal.block, certificate).map_err(failed)?;
    opened.writer.append_commit(block.certificate(), block.bytes()).map_err(failed)?;
    let committed = block.apply(&mut opened.state).map_err(failed)?;
    pages.turn(&mut opened.state);
    let is_applied = committed.receipts.iter().all(|receipt| receipt.outcome == Outcome::Applied);
    opened.writer.publish(Arc::new(committed), &opened.state).map_err(failed)?;
    if is_applied { Ok(()) } else { Err(failed("a transaction had no effect")) }
}

/// The certificate of a network's only validator.
fn certify(block: &lojal_chain::ExecutedBlock, validator: &KeyPair, chain: &ChainId) -> Certificate {
    let unsigned = CommitSignature { validator: validator.address(), signature: Signature::new([0; 64]) };
    let (height, block) = (block.header().height, block.id());
    let mut certificate = Certificate { height, round: 0, block, signatures: Bounded::from([unsigned]) };
    let signature = validator.sign(&certificate.vote_of(unsigned.validator).signing_bytes(chain));
    certificate.signatures = Bounded::from([CommitSignature { signature, ..unsigned }]);
    certificate
}

/// Signs the transactions of whole blocks.
struct Signing<'a> {
    chain: ChainId,
    members: &'a Accounts,
    operators: Vec<KeyPair>,
    receipts: &'a Receipts,
}

impl Signing<'_> {
    /// Signs blocks in their order until all are signed or nobody wants them any more.
    fn send_all(&self, blocks: std::ops::Range<usize>, to: &SyncSender<Vec<Arc<VerifiedTransaction>>>) {
        for block in blocks {
            if to.send(self.transactions(block)).is_err() {
                return;
            }
        }
    }
    /// The transactions of a block, a hundred receipts in each, signed by operators in turn and checked as any node
    /// checks them.
    fn transactions(&self, block: usize) -> Vec<Arc<VerifiedTransaction>> {
        let (numbers, time) = (self.receipts.of_block(block), self.receipts.time_of(block));
        let signed = numbers.clone().step_by(OPERATIONS_MAX).map(|first| {
            let issues = (first..numbers.end.min(first + OPERATIONS_MAX)).map(|number| self.issue(number, time));
            let key = &self.operators[first / OPERATIONS_MAX % OPERATORS];
            let transaction = Transaction {
                chain: self.chain.tag(),
                sender: key.address(),
                valid_until_ms: time.plus_ms(VALIDITY_MS),
                nonce: first as u64,
                operations: Bounded::new(issues.collect()).expect("1 to 100"),
            };
            transaction.sign(&self.chain, key)
        });
        let verified = verify_all(signed.collect(), &self.chain).into_iter();
        verified.map(|one| Arc::new(one.expect("signed rightly"))).collect()
    }
    fn issue(&self, number: usize, time: TimeMs) -> Operation {
        let receipt = self.receipts.get(number);
        Operation::Issue(Issue {
            brand: brand(receipt.brand),
            to: self.members.address(receipt.member),
            amount: Points::new(receipt.points),
            reference: reference(b"receipt", number as u64),
            dated: time.day(),
            expiry: None,
        })
    }
}

/// The last time that it was told how far it has come.
struct Told {
    at: Instant,
    block: usize,
}

impl Told {
    fn tell(&mut self, receipts: &Receipts, block: usize) {
        let elapsed = self.at.elapsed();
        if elapsed < TOLD_EVERY {
            return;
        }
        let (done, before) = (receipts.of_block(block).end, receipts.of_block(self.block).start);
        tell(&format!(
            "{} of {} receipts, {} per s, {} of memory",
            whole(done as f64),
            whole(receipts.extent().receipts as f64),
            whole((done - before) as f64 / elapsed.as_secs_f64()),
            mebibytes(usage(std::process::id()).resident_bytes),
        ));
        *self = Self { at: Instant::now(), block: block + 1 };
    }
}

fn failed(error: impl ToString) -> BenchError {
    BenchError::Preparation(error.to_string())
}
