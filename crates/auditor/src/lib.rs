//! The auditor: verifies a chain from its genesis document alone, and exports chains to verify elsewhere.
//!
//! - [`verify`]: every block from genesis on, checked and executed again, into a [`Report`](verify::Report).
//! - [`sheet`]: the report as people read it.
//! - [`source`]: where blocks come from.
//! - [`export`]: a data directory's blocks in one file.
//! - [`progress`]: a line on stderr while an audit runs.

pub mod export;
pub mod progress;
pub mod sheet;
pub mod source;
pub mod verify;

#[cfg(test)]
#[path = "../tests/fixture/mod.rs"]
mod fixture;
