//! The faults of a guard: what is wrong, and what to do next.

use std::path::PathBuf;

use lojal_store::StoreError;
use lojal_types::ChainId;
use thiserror::Error;

/// A guard that can't be used. Nothing is signed then.
#[derive(Debug, Error)]
pub enum GuardError {
    /// There is none.
    #[error(
        "there is no guard {}: without it this validator doesn't know what it has signed; put the guard back where it \
         was, or, if it is lost, make a new one with lojal-node guard new: with that the validator follows the others \
         and signs nothing until it is past every height at which it can have signed",
        .0.display()
    )]
    Missing(PathBuf),
    /// There is one where none may be.
    #[error("there is a guard {} already, which is not overwritten", .0.display())]
    Exists(PathBuf),
    /// Another process has it.
    #[error(
        "another process signs with the key of {}: stop it first, and never run two with one key",
        .0.display()
    )]
    Locked(PathBuf),
    /// It is the guard of another key.
    #[error(
        "{} is the guard of another key than the one beside it; put the guard and the key of one validator together",
        .0.display()
    )]
    OtherKey(PathBuf),
    /// Its key signs for another network.
    #[error(
        "the key of {} has signed for the network {found}, and this is the network {expected}; use another key here, \
         or the right genesis document",
        path.display()
    )]
    OtherChain {
        /// The guard.
        path: PathBuf,
        /// The network that it knows.
        found: ChainId,
        /// The network that it is asked to sign for.
        expected: ChainId,
    },
    /// It is a copy.
    #[error(
        "{} was copied from elsewhere: what the original has signed since, this guard can't know; if it was moved and \
         nothing has signed since, say so with lojal-node guard adopt --moved; if it is an older copy, with --copied: \
         then the validator follows the others and signs nothing until it is past every height at which it can have \
         signed",
        .0.display()
    )]
    Copied(PathBuf),
    /// It doesn't hold what was written to it.
    #[error(
        "the guard {} is damaged at byte {offset}; what stands after it is lost: look at the disk, move the file away, \
         and make a new one with lojal-node guard new",
        path.display()
    )]
    Damaged {
        /// The guard.
        path: PathBuf,
        /// The first byte that can't be read.
        offset: usize,
    },
    /// It was written by a newer program.
    #[error("the guard {} has version {found}; use the program that wrote it", path.display())]
    Version {
        /// The guard.
        path: PathBuf,
        /// Its version.
        found: u16,
    },
    /// The disk refuses.
    #[error("the guard can't be kept, so nothing is signed: {0}; free or replace the disk, then start again")]
    Disk(#[from] StoreError),
    /// An earlier write failed, so nobody knows what is on disk.
    #[error("an earlier write to the guard failed, so nothing is signed; free or replace the disk, then start again")]
    Poisoned,
    /// A statement that is not this key's to sign.
    #[error("asked to sign {0}, which is refused; this is a fault of the program, please report it")]
    Misuse(&'static str),
}
