//! Transactions, signed before a measurement begins.

mod hostile;
mod mixed;

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use lojal_types::{
    Bounded, ChainId, Issue, KeyPair, Operation, Points, Reference, SignedTransaction, TimeMs, Transaction, Transfer,
};

use crate::accounts::{Accounts, PREPARATION_THREADS};
use crate::cluster::{OPERATORS, brand, now};
use crate::random::Random;

pub use self::hostile::Flood;

/// The time within which a transaction that is signed now can happen; the protocol's limit is an hour.
pub const VALIDITY_MS: u64 = 58 * 60 * 1000;
/// Points of either brand that every member starts with.
pub const START_POINTS: u64 = 1_000_000;
/// Transfers move 1 to this many points.
pub const TRANSFER_POINTS_MAX: usize = 100;
/// Operations of the transactions of [`Kind::Hundred`], and of those that set a network up.
pub const OPERATIONS_MAX: usize = 100;

/// The kind of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One member gives points to another, both picked with a skew (see [`Random::skewed`]).
    Transfer {
        /// The skew.
        skew: i32,
    },
    /// One member gives points to a hundred others, all or nothing.
    Hundred,
    /// Members pay into one account, and are paid out of it: half and half.
    Hot,
    /// Members transfer (50 %), redeem (10 %), convert (10 %) and hold (5 %); brands issue (25 %).
    Mixed,
}

impl Kind {
    /// The number of operations of each transaction.
    pub fn operations(self) -> u32 {
        if self == Self::Hundred { OPERATIONS_MAX as u32 } else { 1 }
    }
    /// Transactions of one submission.
    pub fn batch(self) -> usize {
        if self == Self::Hundred { 10 } else { 250 }
    }
}

/// One submission: its body, and what is in it.
pub struct Body {
    /// A borsh list of signed transactions.
    pub bytes: Vec<u8>,
    /// The number of transactions in it.
    pub transactions: u32,
    /// The number of operations in all of them.
    pub operations: u32,
}

/// Signs transactions for one network.
pub struct Signer<'a> {
    chain: ChainId,
    members: &'a Accounts,
    operators: Accounts,
    /// No two runs on one network may draw the same nonces and references.
    runs: AtomicU64,
}

impl<'a> Signer<'a> {
    /// For the members of a network.
    pub fn new(chain: ChainId, members: &'a Accounts) -> Self {
        Self { chain, members, operators: Accounts::operators(OPERATORS), runs: AtomicU64::new(0) }
    }

    /// Signs `count` transactions of a kind, `batch` in each body.
    pub fn presign(&self, kind: Kind, count: usize, batch: usize) -> Vec<Body> {
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        let until = now().plus_ms(VALIDITY_MS);
        self.in_parallel(count.div_ceil(batch), |index| {
            let mut random = Random::new((run << 40) + index as u64);
            let size = batch.min(count - index * batch);
            let sign = |_| self.transaction(kind, &mut random, until);
            body(&(0..size).map(sign).collect::<Vec<_>>())
        })
    }
    /// Signs what gives every member [`START_POINTS`] of a brand: a hundred members in each transaction.
    pub fn presign_start(&self, brand_index: usize, batch: usize) -> Vec<Body> {
        let until = now().plus_ms(VALIDITY_MS);
        let transactions = self.members.len().div_ceil(OPERATIONS_MAX);
        self.in_parallel(transactions.div_ceil(batch), |index| {
            let last = transactions.min((index + 1) * batch);
            let sign = |transaction| self.start(brand_index, transaction, until);
            body(&(index * batch..last).map(sign).collect::<Vec<_>>())
        })
    }
    fn in_parallel(&self, count: usize, make: impl Fn(usize) -> Body + Sync) -> Vec<Body> {
        let share = count.div_ceil(PREPARATION_THREADS).max(1);
        thread::scope(|scope| {
            let make = &make;
            let part = |from: usize| move || (from..count.min(from + share)).map(make).collect::<Vec<Body>>();
            let threads: Vec<_> = (0..count).step_by(share).map(|from| scope.spawn(part(from))).collect();
            threads.into_iter().flat_map(|one| one.join().expect("signing doesn't panic")).collect()
        })
    }

    fn start(&self, brand_index: usize, transaction: usize, until: TimeMs) -> SignedTransaction {
        let (first, dated) = (transaction * OPERATIONS_MAX, now().day());
        let issue = |member: usize| {
            Operation::Issue(Issue {
                brand: brand(brand_index),
                to: self.members.address(member),
                amount: Points::new(START_POINTS),
                reference: reference(b"start", member as u64),
                dated,
                expiry: None,
            })
        };
        let issues = (first..self.members.len().min(first + OPERATIONS_MAX)).map(issue).collect();
        let operator = self.operators.key(transaction % OPERATORS);
        self.signed(&operator, transaction as u64, until, issues)
    }
    fn transaction(&self, kind: Kind, random: &mut Random, until: TimeMs) -> SignedTransaction {
        let nonce = random.bits();
        let members = self.members.len();
        let (from, operations) = match kind {
            Kind::Transfer { skew } => {
                let (from, to) = pair(random, members, skew);
                (from, vec![self.transfer(from, to, random)])
            }
            Kind::Hundred => {
                let from = random.below(members);
                let to = |random: &mut Random| (from + 1 + random.below(members - 1)) % members;
                let one = |_| {
                    let to = to(random);
                    self.transfer(from, to, random)
                };
                (from, (0..OPERATIONS_MAX).map(one).collect())
            }
            Kind::Hot => {
                let other = 1 + random.below(members - 1);
                let (from, to) = if random.bits().is_multiple_of(2) { (0, other) } else { (other, 0) };
                (from, vec![self.transfer(from, to, random)])
            }
            Kind::Mixed => return self.mixed(random, nonce, until),
        };
        self.signed(&self.members.key(from), nonce, until, operations)
    }
    fn transfer(&self, from: usize, to: usize, random: &mut Random) -> Operation {
        Operation::Transfer(Transfer {
            brand: brand(0),
            from: self.members.address(from),
            to: self.members.address(to),
            amount: Points::new(1 + random.below(TRANSFER_POINTS_MAX) as u64),
        })
    }
    fn signed(&self, key: &KeyPair, nonce: u64, until: TimeMs, operations: Vec<Operation>) -> SignedTransaction {
        let operations = Bounded::new(operations).expect("1 to 100");
        let sender = key.address();
        Transaction { chain: self.chain.tag(), sender, valid_until_ms: until, nonce, operations }.sign(&self.chain, key)
    }
}

/// Two different members.
fn pair(random: &mut Random, members: usize, skew: i32) -> (usize, usize) {
    let (from, to) = (random.skewed(members, skew), random.skewed(members, skew));
    (from, if to == from { (from + 1) % members } else { to })
}

/// A reference of a kind, by its number.
pub fn reference(kind: &[u8], number: u64) -> Reference {
    Reference::new([kind, &number.to_le_bytes()].concat()).expect("at most 32 bytes")
}

fn body(transactions: &[SignedTransaction]) -> Body {
    let operations = transactions.iter().map(|signed| signed.transaction.operations.len() as u32).sum();
    let bytes = borsh::to_vec(transactions).expect("writing to memory can't fail");
    Body { bytes, transactions: transactions.len() as u32, operations }
}

#[cfg(test)]
mod tests;
