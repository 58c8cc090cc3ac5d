//! The document of a command that has done nothing.

use lojal_types::{Height, TransactionId};
use schemars::JsonSchema;
use serde::Serialize;

use super::{CommandError, Difference};
use crate::hints::with_commands;

/// The document of a command that has done nothing.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ErrorDocument {
    /// The fault.
    error: Fault,
}

/// A reason for nothing.
#[derive(Debug, Serialize, JsonSchema)]
struct Fault {
    /// The stable name.
    code: String,
    /// The reason in words, and what to do next.
    message: String,
    #[serde(flatten)]
    of: Option<OfTransaction>,
    /// The files that differ, of pages that aren't those which this program carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Vec<Difference>>,
}

/// The transaction that didn't happen.
#[derive(Debug, Serialize, JsonSchema)]
struct OfTransaction {
    /// Its id.
    transaction: TransactionId,
    /// The block that says so; null if there is none.
    height: Option<Height>,
}

impl ErrorDocument {
    /// The document of a command line that was not understood.
    pub fn usage(message: &str) -> Self {
        Self::of("usage", message.to_owned())
    }
    fn of(code: &str, message: String) -> Self {
        Self { error: Fault { code: code.to_owned(), message, of: None, differences: None } }
    }
}

impl CommandError {
    /// The one document that `--json` prints.
    pub fn document(&self) -> ErrorDocument {
        let mut document = ErrorDocument::of(self.code(), lojal_text::for_text(&self.to_string()));
        if let Self::NotDone { message, id, height, .. } = self {
            document.error.message = with_commands(message);
            document.error.of = Some(OfTransaction { transaction: *id, height: *height });
        }
        if let Self::Pages(error) = self {
            document.error.differences = Some(error.differences().to_vec());
        }
        document
    }
}
