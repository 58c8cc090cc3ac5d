//! The auditor: verifies a chain from its genesis document alone, and exports chains to verify elsewhere.
//!
//! - [`verify`]: every block from genesis on, checked and executed again, into a [`Report`](verify::Report).
//! - [`walk`]: the way through the blocks of a chain.
//! - [`report`]: reports that are counted again from the blocks.
//! - [`sheet`]: the report as people read it.
//! - [`source`]: where blocks come from.
//! - [`export`]: a data directory's blocks in one file.
//! - [`progress`]: a line on stderr while an audit runs.

pub mod export;
pub mod progress;
pub mod report;
pub mod sheet;
pub mod source;
pub mod verify;
pub mod walk;

#[cfg(test)]
#[path = "../tests/fixture/mod.rs"]
mod fixture;
