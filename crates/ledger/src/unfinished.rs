//! The reasons that a block can't end.

use thiserror::Error;

use crate::conservation::ConservationError;
use crate::tree::Missing;

/// A reason that a block has not ended.
#[derive(Debug, Error)]
pub enum Unfinished {
    /// Pages are missing: it can end once they have been brought.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// Points appeared or vanished: a fault of this program.
    #[error(transparent)]
    Conservation(#[from] ConservationError),
}
