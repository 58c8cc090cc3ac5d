//! The faults of the store: what failed, where, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lojal_chain::ReplayError;
use lojal_types::{ChainId, Height};
use thiserror::Error;

use crate::log::record::{LOG_VERSION, RecordFault};

/// A fault of the store. None of them leaves a block half committed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// The action that failed.
        action: &'static str,
        /// The file or folder that it was about.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// Another process has the directory.
    #[error(
        "{} is in use by another process; stop that node first, or give this one a directory of its own",
        .0.display()
    )]
    Locked(PathBuf),
    /// The directory belongs to another network.
    #[error(
        "{} holds the chain {found}, but the genesis document is that of chain {expected}; use the right \
         genesis document or another directory",
        directory.display()
    )]
    OtherChain {
        /// The data directory.
        directory: PathBuf,
        /// The chain whose log is in it.
        found: ChainId,
        /// The chain that was asked for.
        expected: ChainId,
    },
    /// A log of another version of this program.
    #[error(
        "{} has log version {found}, but this program knows {LOG_VERSION}; use the program that wrote it, or another \
         directory if the network starts anew",
        path.display()
    )]
    LogVersion {
        /// The segment.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
    /// The log doesn't hold what was committed to it.
    #[error(
        "the block log is damaged at height {height} (segment {segment:08}.log, byte {offset}): {reason}; start with \
         --repair to set the damaged part aside, keep the blocks before it, and fetch the rest from peers"
    )]
    Damaged {
        /// The first block that can't be read.
        height: Height,
        /// The number of the segment.
        segment: u32,
        /// The byte in it at which the damage begins.
        offset: u64,
        /// The kind of damage there.
        reason: DamageReason,
    },
    /// The log has blocks of a protocol that this program doesn't know.
    #[error("the block log needs a newer program: {0}")]
    Upgrade(ReplayError),
    /// The index failed. The next start checks all of it and rebuilds it if need be.
    #[error("the index failed: {0}; restart the node: it checks the index and rebuilds it from the log if need be")]
    Index(#[from] IndexError),
    /// Something else lies where a page of the state was.
    #[error(
        "a page of the state is damaged, at byte {offset} of {}; restart the node: it checks the index and rebuilds it \
         from the log if need be; if this comes again, replace the disk",
        path.display()
    )]
    PageDamaged {
        /// The file.
        path: PathBuf,
        /// The place of the page.
        offset: u64,
    },
    /// The files of a snapshot aren't what they were.
    #[error(
        "the snapshot {} is damaged: {reason}; if it is the base of a node's log, restore that node from a backup; any \
         other can be deleted",
        path.display()
    )]
    SnapshotDamaged {
        /// Its manifest.
        path: PathBuf,
        /// The fault.
        reason: String,
    },
    /// A log that begins above the first block, without the state before it.
    #[error(
        "the block log in {} begins at height {first}, and the base that it rests on is not beside it: bring `base` \
         back, restore the node from a backup, or start with --repair to set the log aside and fetch all blocks from \
         peers",
        directory.display()
    )]
    BaseMissing {
        /// The data directory.
        directory: PathBuf,
        /// The first height of its log.
        first: Height,
    },
    /// A change of the validators that the log can't give again.
    #[error(
        "{} is damaged: it is the change of the validators in block {height}, and the log begins with block {first} \
         only; restore the node from a backup, or move its data away and join again (lojal-node join)",
        path.display()
    )]
    ChangesDamaged {
        /// The file.
        path: PathBuf,
        /// The height of its block.
        height: Height,
        /// The first height of the log.
        first: Height,
    },
    /// A segment of older blocks isn't what it was.
    #[error(
        "{} is damaged: {reason}; delete it and start the node with `backfill`: it fetches these blocks again",
        path.display()
    )]
    OlderDamaged {
        /// The file.
        path: PathBuf,
        /// The fault.
        reason: String,
    },
    /// An earlier write failed, so nobody knows what is on disk.
    #[error(
        "an earlier write to the block log failed, so it takes no more; free or replace the disk and restart the node"
    )]
    Poisoned,
    /// The checkpoint failed earlier.
    #[error("no more blocks are taken, because the checkpoint failed: {0}")]
    Checkpoint(Arc<StoreError>),
    /// The store has been closed.
    #[error("the store is closed")]
    Closed,
    /// A page of an older version of the state, which no file has any more.
    #[error("a page of the state is not there any more: it is of an older version; ask again")]
    PageGone,
    /// A fault of the caller.
    #[error("the block log refused a record: {0}; this is a fault of the program, please report it")]
    Misuse(&'static str),
    /// A fault of this program.
    #[error("the store's background thread failed: {0}; please report it")]
    Thread(String),
}

impl StoreError {
    /// The same of a node that goes on: without what to do about it before a start.
    pub(crate) fn at_rest(&self) -> String {
        match self {
            Self::Damaged { segment, offset, reason, .. } => {
                format!("segment {segment:08}.log, byte {offset}: {reason}")
            }
            other => other.to_string(),
        }
    }

    /// Makes an error of the operating system's say what was tried.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}

/// A kind of damage to the log at one place.
#[derive(Debug, Error)]
pub enum DamageReason {
    /// Not a record.
    #[error(transparent)]
    Record(#[from] RecordFault),
    /// A segment file is gone.
    #[error("the segment is missing")]
    MissingSegment,
    /// A record where it can't be.
    #[error("a record of this kind can't be here")]
    Order,
    /// A block or certificate of another height than comes next.
    #[error("a record of height {found} where height {expected} comes next")]
    Height {
        /// The height in the record.
        found: Height,
        /// The height that comes next.
        expected: Height,
    },
    /// A certificate without its block.
    #[error("the block of the certificate is missing")]
    MissingBlock,
    /// The log ends before the last checkpoint.
    #[error("the log ends here, but the last checkpoint is at height {checkpoint}")]
    Short {
        /// The height of the checkpoint.
        checkpoint: Height,
    },
    /// The block isn't valid or not final.
    #[error("the block can't be verified: {0}")]
    Replay(ReplayError),
}

/// A reason the index can't be used.
#[derive(Clone, Debug, Error)]
pub enum IndexError {
    /// sled says so.
    #[error(transparent)]
    Sled(#[from] sled::Error),
    /// sled panicked, as it does on some damage.
    #[error("sled panicked: {0}")]
    Panicked(String),
    /// The index contradicts itself or the log.
    #[error("{0}")]
    Inconsistent(&'static str),
}
