//! Receipts that are kept.

use std::path::PathBuf;

use clap::Subcommand;
use lojal_types::TransactionId;

use super::values;

/// `lojal receipt`.
#[derive(Debug, Subcommand)]
pub enum ReceiptCommand {
    /// Save a final transaction with what proves it, in a file that holds without any gateway
    Save {
        /// Its id
        #[arg(value_parser = values::transaction_id)]
        id: TransactionId,
        /// The new file, or - for standard output [default: receipt-ID.json, with the first digits of the id]
        file: Option<PathBuf>,
    },
    /// Verify a saved receipt, without any gateway (exit code 4 if it proves nothing)
    Verify {
        /// The file
        file: PathBuf,
        /// The genesis document of the network, from somebody you trust [default: this wallet's]
        #[arg(long, value_name = "FILE")]
        genesis: Option<PathBuf>,
    },
}
