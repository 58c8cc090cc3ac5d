//! The outlook of a node that was away: who validates now, though it doesn't have these blocks yet.
//!
//! A node lets in whom its own blocks name. Where others have taken their places meanwhile, it would know nobody from
//! whom it could get those blocks.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lojal_network::{PeerId, peer_id_of};
use lojal_types::{Height, ValidatorSet};

/// A final block that a node doesn't have yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outlook {
    /// Its height.
    pub(crate) height: Height,
    /// The validators that decide the next one.
    pub(crate) validators: ValidatorSet,
    /// The block on the way there after which this node was a validator no more.
    pub(crate) removed: Option<Height>,
}

/// The outlook of this node, if it has one; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Outlooks(Arc<Mutex<Option<Outlook>>>);

impl Outlooks {
    /// The outlook beyond a block; none once a node has got there.
    pub(crate) fn beyond(&self, tip: Height) -> Option<Outlook> {
        self.lock().clone().filter(|outlook| outlook.height > tip)
    }

    /// Takes a later one in.
    pub(crate) fn set(&self, outlook: Outlook) {
        *self.lock() = Some(outlook);
    }

    /// Whole after every statement, so a panic elsewhere doesn't spoil it.
    fn lock(&self) -> MutexGuard<'_, Option<Outlook>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The ids of validators' nodes.
pub(crate) fn ids(validators: &ValidatorSet) -> impl Iterator<Item = PeerId> {
    validators.validators().iter().filter_map(|one| peer_id_of(one.network_key.as_bytes()).ok())
}

/// True if a node is among validators.
pub(crate) fn has(validators: &ValidatorSet, peer: PeerId) -> bool {
    ids(validators).any(|id| id == peer)
}
