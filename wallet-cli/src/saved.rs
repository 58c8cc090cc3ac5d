//! Files of receipts: whoever has one can show that a transaction is on the ledger, and with which outcome, to
//! everybody who has the network's genesis document.

use std::io;
use std::path::Path;

use lojal_client::SavedReceipt;

use crate::files::{self, Existing};

/// Largest file, in bytes: a receipt after as many changes of the validators as one may have.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Writes a new file.
///
/// # Errors
/// When it can't be written, or is there already.
pub fn write(path: &Path, receipt: &SavedReceipt) -> io::Result<()> {
    files::write(path, receipt.to_string().as_bytes(), Existing::Keep)
}

/// The text of a file, which nobody has checked.
///
/// # Errors
/// When it can't be read, or is longer than any.
pub fn read(path: &Path) -> io::Result<String> {
    files::read(path, BYTES_MAX)
}
