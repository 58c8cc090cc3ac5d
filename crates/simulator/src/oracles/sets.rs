//! The validators of every height, by what a chain gives when it is executed.

use std::collections::BTreeMap;

use lojal_types::ValidatorSet;

use crate::history::History;

/// The validators by the first height that they decide.
pub(super) struct Sets(BTreeMap<u64, ValidatorSet>);

impl Sets {
    /// Those of the genesis document, from the first height on.
    pub(super) fn of_genesis(history: &History) -> Self {
        Self(BTreeMap::from([(1, history.genesis.validators().clone())]))
    }

    /// Takes note of the validators after a block.
    pub(super) fn after(&mut self, height: u64, validators: &ValidatorSet) {
        if self.at(height) != validators {
            self.0.insert(height + 1, validators.clone());
        }
    }

    /// The validators that decide a height.
    pub(super) fn at(&self, height: u64) -> &ValidatorSet {
        self.0.range(..=height.max(1)).next_back().map(|(_, set)| set).expect("there are those of genesis")
    }
}
