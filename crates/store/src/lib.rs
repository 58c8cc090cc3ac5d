//! The block log, and its index and checkpoint: sled, and sorted files beside it (ARCHITECTURE.md, Storage).
//!
//! - [`open`]: locks a data directory, replays its log on top of the last checkpoint, everything checked.
//! - [`Writer`]: the one writer. A block's bytes are made durable when they are proposed, and the fsync of its
//!   certificate is the commit.
//! - [`Store`]: what everybody else reads: the committed state, blocks, transactions, histories, exports.
//! - [`archive`]: reads the log of a directory, or an exported file, without opening the store.
//! - [`Pages`]: brings pages of the state that are not in memory, and gives others up.
//! - [`VerifyAhead`]: checks signatures on all cores, ahead of whoever replays blocks.
//!
//! - [`Pieces`]: a snapshot, cut from the state now and then, and the base on which the log of a node rests that was
//!   made from one ([`Import`]).
//!
//! What rots below the end of the log while a node runs is noted by whoever reads it ([`Store::damaged`],
//! [`Store::scrub`]) and put right in place ([`Store::mend`]).
//!
//! A data directory holds `lock`, the segments `log/00000001.log` and so on, `index`, which is sled's but for the
//! sorted files in `index/runs`, the changes of the validators in `changes`, the latest snapshots in `snapshots`, and
//! after a repair `forgotten` (see [`Forgotten`]). The log is the truth. The index is a cache of it: whenever it can't
//! be read, or isn't what the log says, it is moved aside to `index.damaged-N` and made again out of the log.
//!
//! A node that didn't begin with the first block, or has given up blocks ([`Retain`]), has a base: `base` holds a
//! snapshot, and the log has the blocks after it. Base and log are the truth then, and the index is a cache of both.
//! Blocks before the base that were fetched later ([`Backfill`]) are in `older`; nothing rests on them.
//! Snapshots from which a base will come wait in `base.later`. Segments of the log that were given up lie compressed in
//! `archive`, unless they were deleted.

pub mod archive;
mod backfill;
pub mod backup;
mod checkpoint;
mod cutting;
mod damage;
pub mod directory;
mod disk;
mod error;
mod forgotten;
mod foundation;
pub mod framed;
mod histories;
pub mod import;
mod index;
pub mod limits;
mod lock;
mod log;
mod mend;
mod missing;
mod month_ends;
mod offering;
mod older;
mod open;
mod options;
mod pace;
mod packed;
mod pages;
mod pieces;
mod placed;
mod prune;
mod reader;
mod references;
mod retain;
mod sets;
mod shared;
mod snapshots;
mod tail;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod trust;
mod verify_ahead;
mod writer;

pub use backfill::{Backfill, NotOlder, NotWhole, Wanted, take_in_older};
pub use disk::{AppendFile, Disk, Faults, FileIdentity, IndexAfterCrash, SimulatedDisk};
pub use error::{DamageReason, IndexError, StoreError};
pub use forgotten::Forgotten;
pub use histories::History;
pub use import::{Import, ImportError, PieceId};
pub use index::IndexRebuilt;
pub use lock::lock;
pub use log::record::{ProposalRecord, RecordFault};
pub use mend::{MendError, Scrubbed};
pub use month_ends::{MonthEnd, MonthEnds};
pub use open::{OpenReport, Opened, PendingProposal, Repaired, open};
pub use options::{Checkpoints, Options};
pub use pages::{PageCounts, Pages};
pub use pieces::Pieces;
pub use placed::{Page, Placed};
pub use reader::{Lookup, Store, StoreCounts, StoredBlock};
pub use references::{Subject, Use};
pub use retain::{NotRetain, Retain};
pub use verify_ahead::VerifyAhead;
pub use writer::Writer;
