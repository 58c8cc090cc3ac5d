//! Writing a checkpoint.

use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_ledger::key::{RecentKey, StateKey};
use lojal_ledger::record::RecentDigest;
use lojal_ledger::{Missing, StateTree, View};
use lojal_types::{Height, ValidatorSet};

use super::keys::{self, BlockEntry};
use super::redo::Changes;
use super::runs::StateChanges;
use super::{Base, Digest, Index, Meta, guarded};
use crate::error::{IndexError, StoreError};
use crate::limits::{INDEX_VALUE_BYTES_MAX, PRUNED_PER_CHECKPOINT_MAX};
use crate::log::Position;
use crate::log::record::encode;
use crate::pace::{Pace, StateRate};
use crate::tail::Layer;

/// The parts of a checkpoint.
pub(crate) struct Snapshot {
    /// The blocks since the one before.
    pub(crate) layer: Arc<Layer>,
    /// The state after the last of them, and before that one.
    pub(crate) view: View,
    pub(crate) before: View,
    /// The place where the log goes on.
    pub(crate) position: Position,
    /// The main tree of a state before that one, whose ids are still needed.
    pub(crate) waiting: Option<StateTree>,
    /// The number of changes of the validators up to the last of the blocks.
    pub(crate) set_changes: u64,
}

impl Index {
    /// Writes a checkpoint and makes it durable; returns what the next one starts from.
    pub(crate) fn write(&self, base: Base, snapshot: &Snapshot, pace: &Pace) -> Result<Base, StoreError> {
        self.trust.unsettle()?;
        self.check_recent(&base, snapshot)?;
        let first = self.base.first_height();
        let Base { tree, shelves, digest, rate } = base;
        let block_bytes = snapshot.layer.block_bytes;
        pace.plan(self.runs.bytes_of_runs(&snapshot.layer, pace)?);
        let state_bytes = rate.of(block_bytes);
        pace.plan(state_bytes.saturating_add(self.runs.bytes_of_merge(state_bytes)));
        let mut remembering: Vec<StateTree> =
            [snapshot.view.tree()].into_iter().chain(&snapshot.waiting).cloned().collect();
        let is_remembered = |minute: u32| {
            let mut is_remembered = false;
            for tree in &mut remembering {
                is_remembered |= self.runs.pages.ask(tree, |tree| recent_count(tree, minute.into()))?.is_some();
            }
            Ok(is_remembered)
        };
        let changes = StateChanges { shelf: None, older: tree, newer: snapshot.view.tree() };
        let shelves = (shelves, snapshot.view.shelves());
        let files = self.runs.add(&snapshot.layer, changes, shelves, (is_remembered, first), pace)?;
        let mut digest = self.write_ahead(digest, &snapshot.layer)?;
        let mut changes = Changes::default();
        self.prune(&mut changes, &mut digest, first)?;
        self.put_month_ends(&mut changes, &mut digest, &snapshot.layer.month_ends)?;
        self.put_validators(&mut changes, snapshot.before.validators())?;
        changes.put(vec![keys::SET_CHANGES], encode(&snapshot.set_changes));
        let list = encode(&files.infos());
        self.put_files(&mut changes, &list)?;
        let (chain_id, tip) = (snapshot.view.chain_id(), snapshot.view.tip());
        let meta =
            Meta { chain_id, tip, position: snapshot.position, digest, files: Digest::of(&[keys::FILES], &list) };
        changes.put(vec![keys::META], encode(&meta));
        changes.save(&self.disk, &self.redo)?;
        self.redo(changes)?;
        self.trust.settle()?;
        self.runs.replace(files)?;
        self.runs.pages.end_checkpoint();
        let rate = StateRate::new(pace.regular(), block_bytes);
        Ok(Base::of(&snapshot.view, digest, rate))
    }

    /// Ends what goes on beside checkpoints.
    pub(crate) fn give_up_merge(&self) {
        self.runs.give_up_merge();
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
    pub(super) fn change(&self, key: Vec<u8>, value: Option<Vec<u8>>) -> Result<(), IndexError> {
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

    /// Takes entries of blocks out that come before the first one, not many at once. Until they have gone nobody asks
    /// for them.
    fn prune(&self, changes: &mut Changes, digest: &mut Digest, first: Height) -> Result<(), IndexError> {
        let mut entries = self.db.range(keys::block(Height::GENESIS)..keys::block(first));
        for _ in 0..PRUNED_PER_CHECKPOINT_MAX {
            let Some((key, value)) = guarded(|| entries.next().transpose())? else { break };
            digest.subtract(&key, &value);
            changes.remove(key.to_vec());
        }
        Ok(())
    }

    /// Keeps the validators that decided the checkpoint's block: its certificate is verified with them at the start.
    pub(super) fn put_validators(&self, changes: &mut Changes, validators: &ValidatorSet) -> Result<(), IndexError> {
        self.remove_all(changes, &[keys::VALIDATORS])?;
        put_parts(changes, &[keys::VALIDATORS], &encode(validators));
        Ok(())
    }

    /// Lists the files beside sled.
    pub(super) fn put_files(&self, changes: &mut Changes, list: &[u8]) -> Result<(), IndexError> {
        self.remove_all(changes, &[keys::FILES])?;
        put_parts(changes, &[keys::FILES], list);
        Ok(())
    }

    /// Checks that the state remembers as many new transactions as the blocks have.
    fn check_recent(&self, base: &Base, snapshot: &Snapshot) -> Result<(), StoreError> {
        let (mut older, mut newer) = (base.tree.clone(), snapshot.view.tree().clone());
        let mut added = BTreeMap::<u64, u64>::new();
        for minute in snapshot.layer.minutes() {
            *added.entry(*minute).or_default() += 1;
        }
        for (minute, count) in &added {
            let count_in = |tree: &mut StateTree| self.runs.pages.ask(tree, |tree| recent_count(tree, *minute));
            let before = count_in(&mut older)?.unwrap_or(0);
            if count_in(&mut newer)?.is_some_and(|now| now != before.saturating_add(*count)) {
                const OTHERS: &str = "the recent transaction ids are not as many as the state says";
                return Err(IndexError::Inconsistent(OTHERS).into());
            }
        }
        Ok(())
    }

    fn remove_all(&self, changes: &mut Changes, prefix: &[u8]) -> Result<(), IndexError> {
        for key in guarded(|| self.db.scan_prefix(prefix).keys().collect::<Result<Vec<_>, _>>())? {
            changes.remove(key.to_vec());
        }
        Ok(())
    }
}

/// Writes a value in parts.
fn put_parts(changes: &mut Changes, prefix: &[u8], value: &[u8]) {
    for (number, part) in (0_u16..).zip(value.chunks(INDEX_VALUE_BYTES_MAX)) {
        changes.put(keys::part(prefix, number), part.to_vec());
    }
}

/// The number of ids that the state says there are of a minute.
pub(super) fn recent_count(tree: &StateTree, minute: u64) -> Result<Option<u64>, Missing> {
    let digest = tree.get(&RecentKey(minute).encode())?;
    Ok(digest.and_then(|digest| borsh::from_slice::<RecentDigest>(digest).ok()).map(|digest| digest.count))
}
