//! The reasons that end an operation before its time.

use lojal_types::Code;

use crate::tree::Missing;

/// A reason that an operation has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// A rule that it breaks.
    Failed(Code),
    /// Pages without which nobody knows: the transaction is taken back, and comes again when they are there.
    Missing(Missing),
}

/// The end of an operation, or of a part of one, as far as it is known.
///
/// # Errors
/// When it isn't.
pub fn decided<T>(result: Result<T, Stop>) -> Result<Result<T, Code>, Missing> {
    match result {
        Ok(done) => Ok(Ok(done)),
        Err(Stop::Failed(code)) => Ok(Err(code)),
        Err(Stop::Missing(missing)) => Err(missing),
    }
}

impl From<Code> for Stop {
    fn from(code: Code) -> Self {
        Self::Failed(code)
    }
}

impl From<Missing> for Stop {
    fn from(missing: Missing) -> Self {
        Self::Missing(missing)
    }
}
