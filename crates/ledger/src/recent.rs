//! The ids of transactions that could still come again, so that none happens twice.
//!
//! "Ids are remembered by the minute of their `valid_until_ms` and forgotten when that minute is over; the state holds,
//! per minute, how many there are and a digest folded over them in order." (protocol, Transactions) There are at most
//! 61 minutes of them, and the window refuses what comes after its minute. By the digest the ids themselves, which live
//! beside the tree, are as much part of the state root as anything else.
//!
//! An hour of them is what a busy node needs most memory for, so the first half of each has to do (ADR 0025): two
//! transactions that share it take 2^64 tries of one author to make, who gets the second of them refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::HashTable;
use lojal_types::hash::{chain_hash, tag};
use lojal_types::limits::VALIDITY_WINDOW_MS_MAX;
use lojal_types::{ChainId, Hash, TimeMs, Transaction, TransactionId};
use thiserror::Error;

use crate::half_id::HalfId;
use crate::key::{RecentKey, StateKey};
use crate::record::RecentDigest;
use crate::tree::{Missing, StateTree};

const MINUTE_MS: u64 = 60_000;

/// The minute under which a transaction is remembered.
pub fn minute_of(transaction: &Transaction) -> u64 {
    transaction.valid_until_ms.get() / MINUTE_MS
}

/// The first minute that can still hold the id of a valid transaction at a time.
pub(crate) fn first_minute(time: TimeMs) -> u64 {
    time.get() / MINUTE_MS
}

impl RecentDigest {
    /// The digest of no ids.
    pub fn empty() -> Self {
        Self { count: 0, digest: Hash::new([0; 32]) }
    }
    /// The digest with one more id.
    #[must_use]
    pub fn with(self, id: &TransactionId, chain: &ChainId) -> Self {
        let digest = chain_hash(tag::RECENT, chain, &[self.digest.as_bytes(), id.as_bytes()]);
        Self { count: self.count.saturating_add(1), digest: Hash::new(digest) }
    }
}

/// One minute's ids in the order in which they came, as a checkpoint gives them back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentMinute {
    /// The minute, counted from 1970.
    pub minute: u64,
    /// The ids.
    pub ids: Vec<TransactionId>,
}

/// Remembered ids that are not those that the state root commits to.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RecentError {
    /// Too many, too few, or others.
    #[error("the remembered transaction ids of minute {minute} are not those that the state root commits to")]
    Differs {
        /// The minute, counted from 1970.
        minute: u64,
    },
    /// Nobody knows: a page of the state isn't in memory.
    #[error(transparent)]
    Missing(#[from] Missing),
}

/// All remembered ids; cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecentIds {
    /// A minute that a clone shares is copied when ids are added to it.
    minutes: BTreeMap<u64, Arc<IdSet>>,
}

/// A set of ids. Nothing depends on the order in which its table has them.
#[derive(Clone, Debug, Default)]
pub(crate) struct IdSet(HashTable<HalfId>);

impl IdSet {
    pub(crate) fn contains(&self, id: &TransactionId) -> bool {
        self.has(&HalfId::of(id))
    }

    pub(crate) fn insert(&mut self, id: &TransactionId) {
        let id = HalfId::of(id);
        self.0.entry(id.place(), |known| *known == id, HalfId::place).or_insert(id);
    }

    fn has(&self, id: &HalfId) -> bool {
        self.0.find(id.place(), |known| known == id).is_some()
    }
}

impl PartialEq for IdSet {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|id| other.has(id))
    }
}
impl Eq for IdSet {}

impl RecentIds {
    /// True if a transaction with this id and validity has been in a block: "An id whose first 16 bytes are those of
    /// one that is remembered under the same minute, or that stands before it in the block, counts as the same"
    /// (protocol, Transactions).
    pub(crate) fn contains(&self, minute: u64, id: &TransactionId) -> bool {
        self.minutes.get(&minute).is_some_and(|ids| ids.contains(id))
    }

    /// Remembers the ids of a block and forgets the minutes before `first`.
    pub(crate) fn apply(&mut self, added: Vec<(u64, TransactionId)>, first: u64) {
        self.minutes = self.minutes.split_off(&first);
        for (minute, id) in added {
            Arc::make_mut(self.minutes.entry(minute).or_default()).insert(&id);
        }
    }

    /// The ids of a checkpoint, checked against the digests in a state tree whose root is known to be right, after a
    /// block of a time.
    ///
    /// # Errors
    /// When a minute's ids are not exactly those of its digest.
    pub fn restore(
        minutes: &[RecentMinute],
        tree: &StateTree,
        time: TimeMs,
        chain: &ChainId,
    ) -> Result<Self, RecentError> {
        // Read before anything is compared, so that what is missing is told together.
        let digests = Missing::each(minutes_at(time).map(|minute| Ok((minute, digest_in(tree, minute)?))))?;
        let mut digests: BTreeMap<u64, RecentDigest> =
            digests.into_iter().filter_map(|(minute, digest)| Some((minute, digest?))).collect();
        let mut restored = Self::default();
        for RecentMinute { minute, ids } in minutes {
            let digest = ids.iter().fold(RecentDigest::empty(), |digest, id| digest.with(id, chain));
            // Each minute counts once.
            if digests.remove(minute) != Some(digest) {
                return Err(RecentError::Differs { minute: *minute });
            }
            let mut set = IdSet::default();
            ids.iter().for_each(|id| set.insert(id));
            restored.minutes.insert(*minute, Arc::new(set));
        }
        match digests.into_keys().next() {
            Some(minute) => Err(RecentError::Differs { minute }),
            None => Ok(restored),
        }
    }

    /// The minutes that are remembered now and end before `first`.
    pub(crate) fn minutes_before(&self, first: u64) -> impl Iterator<Item = u64> {
        self.minutes.range(..first).map(|(minute, _)| *minute)
    }
}

/// The minutes of which a state at some time can have a digest: "`valid_until_ms` is after the block's time and at most
/// one hour ahead of it" (protocol, Transactions).
pub fn minutes_at(time: TimeMs) -> impl Iterator<Item = u64> {
    first_minute(time)..=first_minute(time.plus_ms(VALIDITY_WINDOW_MS_MAX))
}

fn digest_in(tree: &StateTree, minute: u64) -> Result<Option<RecentDigest>, Missing> {
    Ok(tree.get(&RecentKey(minute).encode())?.and_then(|bytes| borsh::from_slice(bytes).ok()))
}

#[cfg(test)]
mod tests;
