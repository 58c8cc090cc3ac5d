//! Making an index out of a base: the checkpoint of a block whose log is not there.

use std::sync::Arc;

use lojal_ledger::Tip;
use lojal_types::ValidatorSet;

use super::keys;
use super::redo::Changes;
use super::{Digest, Index, Meta};
use crate::error::StoreError;
use crate::log::Position;
use crate::log::record::encode;
use crate::pieces::Pieces;

/// The position in the log of a checkpoint of the base: where the log goes on after it is where it begins.
pub(super) const START: Position = Position { segment: 0, offset: 0 };

impl Index {
    /// Fills an empty index with the state of a base, every piece of which is checked, as a checkpoint of its block
    /// that these validators decided. It counts once all of it is durable.
    pub(super) fn import(
        &mut self,
        base: &Arc<Pieces>,
        (validators, set_changes): (&ValidatorSet, u64),
    ) -> Result<Meta, StoreError> {
        self.base.set(Some(Arc::clone(base)));
        self.trust.unsettle()?;
        let files = self.runs.import(base)?;
        let header = base.header();
        let mut changes = Changes::default();
        self.put_validators(&mut changes, validators)?;
        changes.put(vec![keys::SET_CHANGES], encode(&set_changes));
        let list = encode(&files.infos());
        self.put_files(&mut changes, &list)?;
        let tip = Tip { height: header.height, block: header.id(), time_ms: header.time_ms };
        let (chain_id, digest) = (header.chain_id, Digest::default());
        let meta = Meta { chain_id, tip, position: START, digest, files: Digest::of(&[keys::FILES], &list) };
        changes.put(vec![keys::META], encode(&meta));
        changes.save(&self.disk, &self.redo)?;
        self.redo(changes)?;
        self.trust.settle()?;
        self.runs.replace(files)?;
        Ok(meta)
    }
}
