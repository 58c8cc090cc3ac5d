//! The state of a snapshot in memory, for those who audit from there on.

use std::collections::BTreeMap;

use lojal_ledger::recent::{RecentIds, RecentMinute};
use lojal_ledger::tree::Subtree;
use lojal_ledger::{Shelves, State, StateTree, Tip};
use lojal_types::{Genesis, Month, TransactionId};

use super::Pieces;
use crate::error::StoreError;

impl Pieces {
    /// The whole state, every piece of it checked.
    ///
    /// # Errors
    /// When a piece can't be read, or has rotted.
    pub fn state(&self, genesis: &Genesis) -> Result<State, StoreError> {
        let damaged = |error: &dyn std::fmt::Display| self.at().damaged(error);
        let main = self.tree(None)?;
        let months = self.manifest().manifest().shelves.iter().map(|shelf| shelf.month);
        let shelves = months.map(|month| Ok((month, self.tree(Some(month))?)));
        let shelves: BTreeMap<Month, StateTree> = shelves.collect::<Result<_, StoreError>>()?;
        let header = self.header();
        let shelves = Shelves::restore(&main, header.time_ms, shelves).map_err(|error| damaged(&error))?;
        let recent = RecentIds::restore(&self.minutes()?, &main, header.time_ms, &header.chain_id);
        let recent = recent.map_err(|error| damaged(&error))?;
        let tip = Tip { height: header.height, block: header.id(), time_ms: header.time_ms };
        State::restore(genesis, tip, (main, shelves), recent).map_err(|error| damaged(&error))
    }

    fn tree(&self, shelf: Option<Month>) -> Result<StateTree, StoreError> {
        let mut subtrees: Vec<Subtree> = Vec::new();
        for (number, _) in (0_u32..).zip(self.manifest().chunks()).filter(|(_, piece)| piece.shelf == shelf) {
            subtrees.extend(self.chunk(number)?.map(|(_, subtree)| subtree));
        }
        StateTree::of_subtrees(subtrees).map_err(|error| self.at().damaged(error))
    }

    fn minutes(&self) -> Result<Vec<RecentMinute>, StoreError> {
        let mut minutes = BTreeMap::<u64, Vec<TransactionId>>::new();
        for (number, part) in (0_u32..).zip(self.manifest().recent()) {
            let ids = self.recent(number)?.map_or(Vec::new(), |(_, ids)| ids);
            minutes.entry(part.minute).or_default().extend(ids);
        }
        Ok(minutes.into_iter().map(|(minute, ids)| RecentMinute { minute, ids }).collect())
    }
}
