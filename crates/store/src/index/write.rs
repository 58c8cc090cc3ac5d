//! Writing a checkpoint.

use std::collections::BTreeMap;
use std::sync::Arc;

use borsh::BorshSerialize;
use lojal_ledger::key::{RecentKey, StateKey};
use lojal_ledger::record::RecentDigest;
use lojal_ledger::{StateTree, View};
use lojal_types::TransactionId;

use super::keys::{self, BlockEntry, HistoryEntry, TransactionEntry};
use super::{Base, Digest, Index, Meta, guarded};
use crate::error::{IndexError, StoreError};
use crate::limits::{INDEX_BATCH_KEYS_MAX, INDEX_RECENT_IDS_MAX, INDEX_VALUE_BYTES_MAX};
use crate::log::Position;
use crate::log::record::encode;
use crate::tail::Layer;

/// What a checkpoint is made of.
pub(crate) struct Snapshot {
    /// The blocks since the one before.
    pub(crate) layer: Arc<Layer>,
    /// The state after the last of them, and before that one.
    pub(crate) view: View,
    pub(crate) before: View,
    /// Where the log goes on.
    pub(crate) position: Position,
}

impl Index {
    /// Writes a checkpoint and makes it durable; returns what the next one starts from.
    pub(crate) fn write(&self, base: &Base, snapshot: &Snapshot) -> Result<Base, StoreError> {
        self.unsettle()?;
        let digest = self.write_ahead(base.digest, &snapshot.layer)?;
        let mut batch = sled::Batch::default();
        put_state(&mut batch, &base.tree, snapshot.view.tree());
        self.put_recent(&mut batch, base, snapshot)?;
        self.put_validators(&mut batch, &snapshot.before)?;
        let (chain_id, tip) = (snapshot.view.chain_id(), snapshot.view.tip());
        let meta = Meta { chain_id, tip, position: snapshot.position, digest };
        batch.insert(vec![keys::META], encode(&meta));
        guarded(|| self.db.apply_batch(batch))?;
        self.settle()?;
        Ok(Base { tree: snapshot.view.tree().clone(), digest })
    }

    /// Writes what readers look up, and adds it to the digest.
    fn write_ahead(&self, digest: Digest, layer: &Layer) -> Result<Digest, IndexError> {
        let mut writer = BatchWriter { index: self, batch: sled::Batch::default(), keys: 0, digest };
        for (height, (id, place)) in &layer.blocks {
            writer.put(keys::block(*height), &BlockEntry { id: *id, place: *place })?;
        }
        for (id, placed) in &layer.transactions {
            let entry = TransactionEntry { height: placed.height, index: placed.index, outcome: placed.outcome };
            writer.put(keys::transaction(id), &entry)?;
        }
        for ((account, height, index), (id, outcome)) in &layer.history {
            writer.put(keys::history(account, *height, *index), &HistoryEntry { id: *id, outcome: *outcome })?;
        }
        writer.finish()
    }

    /// Adds the new ids of every minute that is still remembered, and removes the minutes that are not.
    fn put_recent(&self, batch: &mut sled::Batch, base: &Base, snapshot: &Snapshot) -> Result<(), IndexError> {
        let (older, newer) = (&base.tree, snapshot.view.tree());
        let mut forgotten = Vec::new();
        StateTree::diff(older, newer, |key, value| {
            forgotten.extend(RecentKey::decode(key).filter(|_| value.is_none()));
        });
        for RecentKey(minute) in forgotten {
            self.remove_all(batch, &keys::recent_minute(minute))?;
        }
        let mut added = BTreeMap::<u64, Vec<TransactionId>>::new();
        for (minute, id) in &snapshot.layer.recent_ids {
            added.entry(*minute).or_default().push(*id);
        }
        for (minute, ids) in added {
            let Some(count) = recent_count(newer, minute) else { continue };
            let mut first = recent_count(older, minute).unwrap_or(0);
            if first.saturating_add(ids.len() as u64) != count {
                return Err(IndexError::Inconsistent("the recent transaction ids are not as many as the state says"));
            }
            for chunk in ids.chunks(INDEX_RECENT_IDS_MAX) {
                let value: Vec<u8> = chunk.iter().flat_map(|id| *id.as_bytes()).collect();
                batch.insert(keys::recent(minute, first), value);
                first = first.saturating_add(chunk.len() as u64);
            }
        }
        Ok(())
    }

    /// Keeps the validators that decided the checkpoint's block: its certificate is verified with them at the start.
    fn put_validators(&self, batch: &mut sled::Batch, before: &View) -> Result<(), IndexError> {
        self.remove_all(batch, &[keys::VALIDATORS])?;
        put_parts(batch, &[keys::VALIDATORS], &encode(&before.validators()), 0);
        Ok(())
    }

    fn remove_all(&self, batch: &mut sled::Batch, prefix: &[u8]) -> Result<(), IndexError> {
        for key in guarded(|| self.db.scan_prefix(prefix).keys().collect::<Result<Vec<_>, _>>())? {
            batch.remove(key);
        }
        Ok(())
    }
}

/// Writes entries in small batches, so that readers never wait long, and keeps the digest of all of them.
struct BatchWriter<'a> {
    index: &'a Index,
    batch: sled::Batch,
    keys: usize,
    digest: Digest,
}

impl BatchWriter<'_> {
    fn put(&mut self, key: Vec<u8>, value: &impl BorshSerialize) -> Result<(), IndexError> {
        let value = encode(value);
        self.digest.add(&key, &value);
        self.batch.insert(key, value);
        self.keys += 1;
        if self.keys == INDEX_BATCH_KEYS_MAX { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), IndexError> {
        self.keys = 0;
        let batch = std::mem::take(&mut self.batch);
        guarded(|| self.index.db.apply_batch(batch))
    }

    fn finish(mut self) -> Result<Digest, IndexError> {
        self.write()?;
        Ok(self.digest)
    }
}

/// Writes the entries of the state in which two versions differ.
fn put_state(batch: &mut sled::Batch, older: &StateTree, newer: &StateTree) {
    StateTree::diff(older, newer, |key, value| {
        let prefix = keys::state_prefix(key);
        let before = older.get(key).map_or(0, |value| keys::parts(value.len()));
        match value {
            Some(value) => put_parts(batch, &prefix, value, before),
            None => remove_parts(batch, &prefix, 0, before),
        }
    });
}

/// Writes a value in parts, and removes those that it had before and hasn't any more.
fn put_parts(batch: &mut sled::Batch, prefix: &[u8], value: &[u8], before: u16) {
    let parts = keys::parts(value.len());
    for number in 0..parts {
        let start = usize::from(number) * INDEX_VALUE_BYTES_MAX;
        let end = value.len().min(start + INDEX_VALUE_BYTES_MAX);
        batch.insert(keys::part(prefix, number), &value[start..end]);
    }
    remove_parts(batch, prefix, parts, before);
}

fn remove_parts(batch: &mut sled::Batch, prefix: &[u8], from: u16, to: u16) {
    for number in from..to {
        batch.remove(keys::part(prefix, number));
    }
}

/// How many ids the state says there are of a minute.
fn recent_count(tree: &StateTree, minute: u64) -> Option<u64> {
    let digest: RecentDigest = borsh::from_slice(tree.get(&RecentKey(minute).encode())?).ok()?;
    Some(digest.count)
}
