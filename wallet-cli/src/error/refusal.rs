//! Refusals on facts.

use lojal_types::Code;
use thiserror::Error;

use super::CommandError;

/// A refusal on facts: what was typed is understood, and can't be done as things are.
#[derive(Debug, Error)]
#[error("{text}")]
pub struct Refusal {
    code: &'static str,
    text: String,
}

impl Refusal {
    /// The stable name.
    pub(super) fn code(&self) -> &'static str {
        self.code
    }
}

impl CommandError {
    /// A refusal by its stable name, in words that say what to do.
    pub fn refused(code: &'static str, text: impl Into<String>) -> Self {
        Self::Refused(Refusal { code, text: text.into() })
    }
    /// The same by one of the ledger's codes, before anything is signed.
    pub fn of_code(code: Code, text: impl Into<String>) -> Self {
        Self::refused(code.name(), text)
    }
}
