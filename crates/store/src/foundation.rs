//! The snapshot on which a log rests: it is there when the log doesn't begin with the first block, and moves up when
//! blocks are given up.

use std::sync::{Arc, RwLock};

use lojal_types::Height;

use crate::pieces::Pieces;

const UNPOISONED: &str = "nobody panics while holding this lock";

/// The base of a log, if it has one; clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Foundation(Arc<RwLock<Option<Arc<Pieces>>>>);

impl Foundation {
    /// The base as it is now.
    pub(crate) fn get(&self) -> Option<Arc<Pieces>> {
        self.0.read().expect(UNPOISONED).clone()
    }

    /// Has the log rest on another one from now on.
    pub(crate) fn set(&self, base: Option<Arc<Pieces>>) {
        let before = std::mem::replace(&mut *self.0.write().expect(UNPOISONED), base);
        // Its files are closed where nobody waits for the lock.
        drop(before);
    }

    /// The height of the first block after it.
    pub(crate) fn first_height(&self) -> Height {
        self.get().map_or(Height::GENESIS, |base| base.height()).next()
    }
}
