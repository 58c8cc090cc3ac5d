//! The proof of a transaction.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::hex_bytes::HexBytes;

/// `GET /v1/transactions/{id}/proof`: all that shows that a transaction is on the ledger, and with which outcome.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ProvenTransaction {
    /// The bytes of the proof (protocol, Light clients).
    pub proof: HexBytes,
}
