//! Writing a checkpoint.

use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_ledger::key::{RecentKey, StateKey};
use lojal_ledger::record::RecentDigest;
use lojal_ledger::{StateTree, View};
use lojal_types::TransactionId;

use super::keys::{self, BlockEntry};
use super::redo::Changes;
use super::runs::{RunInfo, RunList};
use super::{Base, Digest, Index, Meta, guarded};
use crate::error::{IndexError, StoreError};
use crate::limits::{INDEX_RECENT_IDS_MAX, INDEX_VALUE_BYTES_MAX};
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
        let runs = self.runs.add(&snapshot.layer)?;
        let digest = self.write_ahead(base.digest, &snapshot.layer)?;
        let mut changes = Changes::default();
        put_state(&mut changes, &base.tree, snapshot.view.tree());
        self.put_recent(&mut changes, base, snapshot)?;
        self.put_validators(&mut changes, &snapshot.before)?;
        self.put_runs(&mut changes, &runs)?;
        let (chain_id, tip) = (snapshot.view.chain_id(), snapshot.view.tip());
        let meta = Meta { chain_id, tip, position: snapshot.position, digest };
        changes.put(vec![keys::META], encode(&meta));
        changes.save(&self.disk, &self.redo)?;
        self.redo(changes)?;
        self.trust()?;
        self.runs.replace(runs)?;
        Ok(Base { tree: snapshot.view.tree().clone(), digest })
    }

    /// Does the changes of a checkpoint whose file is complete, and makes them durable.
    pub(super) fn redo(&self, changes: Changes) -> Result<(), StoreError> {
        for (key, value) in changes.list {
            self.change(key, value)?;
        }
        self.persist()?;
        self.disk.remove(&self.redo)
    }

    /// Changes one key; not many in a batch, see [`redo`](super::redo).
    fn change(&self, key: Vec<u8>, value: Option<Vec<u8>>) -> Result<(), IndexError> {
        guarded(|| match value {
            Some(value) => self.db.insert(key, value),
            None => self.db.remove(key),
        })?;
        Ok(())
    }

    /// Writes where the blocks are, and adds it to the digest.
    fn write_ahead(&self, mut digest: Digest, layer: &Layer) -> Result<Digest, IndexError> {
        for (height, (id, place)) in &layer.blocks {
            let (key, value) = (keys::block(*height), encode(&BlockEntry { id: *id, place: *place }));
            digest.add(&key, &value);
            self.change(key, Some(value))?;
        }
        Ok(digest)
    }

    /// Adds the new ids of every minute that is still remembered, and removes the minutes that are not.
    fn put_recent(&self, changes: &mut Changes, base: &Base, snapshot: &Snapshot) -> Result<(), IndexError> {
        let (older, newer) = (&base.tree, snapshot.view.tree());
        let mut forgotten = Vec::new();
        StateTree::diff(older, newer, |key, value| {
            forgotten.extend(RecentKey::decode(key).filter(|_| value.is_none()));
        });
        for RecentKey(minute) in forgotten {
            self.remove_all(changes, &keys::recent_minute(minute))?;
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
                changes.put(keys::recent(minute, first), value);
                first = first.saturating_add(chunk.len() as u64);
            }
        }
        Ok(())
    }

    /// Keeps the validators that decided the checkpoint's block: its certificate is verified with them at the start.
    fn put_validators(&self, changes: &mut Changes, before: &View) -> Result<(), IndexError> {
        self.remove_all(changes, &[keys::VALIDATORS])?;
        put_parts(changes, &[keys::VALIDATORS], &encode(&before.validators()), 0);
        Ok(())
    }

    /// Lists the runs.
    fn put_runs(&self, changes: &mut Changes, runs: &RunList) -> Result<(), IndexError> {
        let infos: Vec<RunInfo> = runs.iter().map(|run| run.info).collect();
        self.remove_all(changes, &[keys::RUNS])?;
        put_parts(changes, &[keys::RUNS], &encode(&infos), 0);
        Ok(())
    }

    fn remove_all(&self, changes: &mut Changes, prefix: &[u8]) -> Result<(), IndexError> {
        for key in guarded(|| self.db.scan_prefix(prefix).keys().collect::<Result<Vec<_>, _>>())? {
            changes.remove(key.to_vec());
        }
        Ok(())
    }
}

/// Writes the entries of the state in which two versions differ.
fn put_state(changes: &mut Changes, older: &StateTree, newer: &StateTree) {
    StateTree::diff(older, newer, |key, value| {
        let prefix = keys::state_prefix(key);
        let before = older.get(key).map_or(0, |value| keys::parts(value.len()));
        match value {
            Some(value) => put_parts(changes, &prefix, value, before),
            None => remove_parts(changes, &prefix, 0, before),
        }
    });
}

/// Writes a value in parts, and removes those that it had before and hasn't any more.
fn put_parts(changes: &mut Changes, prefix: &[u8], value: &[u8], before: u16) {
    let parts = keys::parts(value.len());
    for number in 0..parts {
        let start = usize::from(number) * INDEX_VALUE_BYTES_MAX;
        let end = value.len().min(start + INDEX_VALUE_BYTES_MAX);
        changes.put(keys::part(prefix, number), value[start..end].to_vec());
    }
    remove_parts(changes, prefix, parts, before);
}

fn remove_parts(changes: &mut Changes, prefix: &[u8], from: u16, to: u16) {
    for number in from..to {
        changes.remove(keys::part(prefix, number));
    }
}

/// How many ids the state says there are of a minute.
fn recent_count(tree: &StateTree, minute: u64) -> Option<u64> {
    let digest: RecentDigest = borsh::from_slice(tree.get(&RecentKey(minute).encode())?).ok()?;
    Some(digest.count)
}
