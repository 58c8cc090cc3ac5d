//! Taking in blocks from before the base, the newest first, each checked before it is kept (ADR 0077).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lojal_chain::verify_certificate;
use lojal_types::{Block, BlockId, Certificate, ChainId, Genesis, Height, ValidatorSet};
use thiserror::Error;

use crate::disk::Disk;
use crate::error::StoreError;
use crate::index::move_aside;
use crate::limits::OLDER_SEGMENT_BYTES;
use crate::lock::lock;
use crate::log::segment::{numbers, read_header, segment_path};
use crate::older::{Above, OLDER, Spool, segments};
use crate::pieces::BASE;
use crate::reader::{Store, StoredBlock};
use crate::shared::Shared;

/// The block that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The height.
    pub height: Height,
    /// The id, as the block above it says.
    pub block: BlockId,
}

/// The reason that what a peer has given isn't the blocks that were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NotOlder {
    /// Not the encoding of a block.
    #[error("bytes that are no block")]
    Malformed,
    /// A block that the one above it doesn't name.
    #[error("another block than the one above it follows")]
    OtherBlock,
    /// A block whose transactions aren't those of its header.
    #[error("a block with other transactions than its header says")]
    Transactions,
    /// A certificate of something else, or one that the validators of that height didn't sign.
    #[error("a certificate that doesn't make its block final")]
    Certificate,
}

/// The one who takes older blocks in.
pub struct Backfill {
    shared: Arc<Shared>,
    spool: Spool,
    /// The first height after the base; another one means that these blocks are kept no more.
    after_base: Height,
    /// True once a block has come that need not be kept.
    is_enough: bool,
}

impl Store {
    /// Goes on to take older blocks in, if that is wanted and this node has a base that its whole log rests on.
    ///
    /// # Errors
    /// When what there is can't be read.
    pub fn backfill(&self) -> Result<Option<Backfill>, StoreError> {
        let shared = Arc::clone(self.shared());
        let (Some(base), true) = (self.base(), shared.options.backfills) else { return Ok(None) };
        let after_base = base.height().next();
        let log = &shared.log;
        if log.first_height()? != Some(after_base) || log.numbers()?.first().is_none_or(|first| *first < 2) {
            tracing::warn!(
                "no older blocks are fetched: that is for nodes that joined by a snapshot and kept all since"
            );
            return Ok(None);
        }
        let top = Above { parent: base.header().id(), height: after_base, time_ms: base.header().time_ms };
        let mut lowest = top;
        if shared.older.newest().is_some_and(|newest| newest.last.next() != after_base) {
            // Somebody has deleted the last of them. Those that are given up go before any segment of the log does.
            shared.older.remove_all()?;
        }
        if let Some(oldest) = shared.older.oldest() {
            let block = shared.older.block(oldest.first)?.map(|(bytes, _)| Block::decode(&bytes));
            let Some(Ok(block)) = block else { return Ok(None) };
            lowest = Above::of(&block.header);
        }
        let spool = Spool::resume(&shared.older, lowest)?;
        Ok(Some(Backfill { shared, spool, after_base, is_enough: false }))
    }
}

impl Backfill {
    /// The block to be asked for; none if all are there that are to be kept.
    pub fn wanted(&self) -> Option<Wanted> {
        let lowest = self.spool.lowest();
        let height = Height::new(lowest.height.get().checked_sub(1)?);
        let is_over = height == Height::GENESIS || self.is_enough || self.is_given_up() || !self.keeps(height, &lowest);
        (!is_over).then_some(Wanted { height, block: lowest.parent })
    }

    /// Takes in blocks that follow each other downwards from the one that is wanted; returns what is wrong with them.
    /// If anything is, nothing of them is kept.
    ///
    /// # Errors
    /// When they can't be written.
    pub fn take(&mut self, blocks: &[StoredBlock]) -> Result<Result<(), NotOlder>, StoreError> {
        let mut checked = Vec::new();
        let mut above = self.spool.lowest();
        for block in blocks {
            let validators = self.shared.sets.deciding(Height::new(above.height.get().saturating_sub(1)));
            above = match check(&above, block, &validators, &self.shared.log.chain_id) {
                Ok(below) => below,
                Err(wrong) => return Ok(Err(wrong)),
            };
            self.is_enough |= !self.keeps(above.height, &above);
            if !self.is_enough {
                checked.push((above, &*block.bytes, &block.certificate));
            }
        }
        let shared = Arc::clone(&self.shared);
        let _change = shared.older.change();
        if checked.is_empty() || self.is_given_up() {
            return Ok(Ok(()));
        }
        self.spool.append(&shared.older, checked)?;
        if self.spool.bytes() >= shared.options.segment_bytes_max.min(OLDER_SEGMENT_BYTES) {
            self.make_segment()?;
        }
        Ok(Ok(()))
    }

    /// Makes what has come readable, however little it is.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn finish(&mut self) -> Result<(), StoreError> {
        let shared = Arc::clone(&self.shared);
        let _change = shared.older.change();
        if self.is_given_up() { self.spool.clear(&shared.older) } else { self.make_segment() }
    }

    fn make_segment(&mut self) -> Result<(), StoreError> {
        let older = &self.shared.older;
        let before = match older.oldest() {
            Some(oldest) => Some(oldest.number),
            None => self.shared.log.numbers()?.first().copied(),
        };
        let number = before.and_then(|number| number.checked_sub(1)).filter(|number| *number > 0);
        let number = number.ok_or(StoreError::Misuse("there are no more segment numbers"))?;
        let Some(segment) = self.spool.finish(older, number)? else { return Ok(()) };
        older.add(segment);
        tracing::info!(first = %segment.first, last = %segment.last, "older blocks are there");
        Ok(())
    }

    /// True if the base has moved up, and these blocks with it are kept no more.
    fn is_given_up(&self) -> bool {
        self.shared.foundation.first_height() != self.after_base
    }

    /// True if the block of a height is to be kept, given the time of it or of one above it.
    fn keeps(&self, height: Height, at: &Above) -> bool {
        let now = self.shared.tail().view.tip().time_ms;
        !self.shared.options.retain.may_rest_on((height, at.time_ms), now)
    }
}

/// Checks the block below another one, whose header names it: "a block is good if it has that id, its transactions give
/// its `transactions_root`, and its certificate holds with the validators of its height." (protocol, Between nodes)
fn check(
    above: &Above,
    StoredBlock { bytes, certificate }: &StoredBlock,
    validators: &ValidatorSet,
    chain: &ChainId,
) -> Result<Above, NotOlder> {
    let block = Block::decode(bytes).map_err(|_| NotOlder::Malformed)?;
    let header = &block.header;
    if header.id() != above.parent || header.height.next() != above.height {
        return Err(NotOlder::OtherBlock);
    }
    if !block.is_whole() {
        return Err(NotOlder::Transactions);
    }
    let Certificate { height, block: decided, .. } = certificate;
    let is_of_it = *height == header.height && *decided == above.parent;
    if !is_of_it || verify_certificate(certificate, validators, chain).is_err() {
        return Err(NotOlder::Certificate);
    }
    Ok(Above::of(header))
}

/// The reason that older blocks can't become a part of the log.
#[derive(Debug, Error)]
pub enum NotWhole {
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is nothing to do.
    #[error("{} has no older blocks beside its log, so there is nothing to take in", .0.display())]
    Nothing(PathBuf),
    /// They don't begin with the first block.
    #[error(
        "the blocks in {} begin with {first}, not with the first one: run the node with `backfill = true` and \
         `retain = \"all\"` until they do",
        directory.display()
    )]
    Begin {
        /// The data directory.
        directory: PathBuf,
        /// The first of them.
        first: Height,
    },
}

/// Makes older blocks, which begin with the first one, a part of the log of a node that doesn't run, in place of the
/// base. The next start makes the index anew, of all blocks. Returns where the old index is now.
///
/// At every moment there are data to start with: base and log, with more and more blocks before the base, and in the
/// end a log from the first block on. Whatever was interrupted is done by doing it again.
///
/// # Errors
/// When there are no such blocks, the node runs, or the disk fails.
pub fn take_in_older(disk: &Disk, data: &Path, genesis: &Genesis) -> Result<Option<PathBuf>, NotWhole> {
    let _lock = lock(data)?;
    let (log, older, base) = (data.join("log"), data.join(OLDER), data.join(BASE));
    let nothing = || NotWhole::Nothing(data.to_owned());
    let number = numbers(disk, &log)?.first().copied().ok_or_else(nothing)?;
    let header = read_header(disk, &segment_path(&log, number))?;
    let header = header.filter(|header| header.chain_id == genesis.chain_id()).ok_or_else(nothing)?;
    if !disk.exists(&base)? {
        return Err(nothing());
    }
    // What is in the log already was taken in when this was interrupted.
    let (new, taken): (Vec<_>, Vec<_>) =
        segments(disk, &older)?.into_iter().partition(|segment| segment.number < number);
    if new
        .first()
        .is_some_and(|newest| newest.number.checked_add(1) != Some(number) || newest.last.next() != header.first_height)
    {
        return Err(nothing());
    }
    let first = new.last().map_or(header.first_height, |oldest| oldest.first);
    if first != Height::GENESIS.next() {
        return Err(NotWhole::Begin { directory: data.to_owned(), first });
    }
    for segment in taken.iter().chain(&new) {
        let (from, to) = (older.join(segment.name()), segment_path(&log, segment.number));
        if segment.number < number {
            // A log never has a hole, and no block is in neither directory.
            disk.link(&from, &to)?;
            disk.sync_directory(&log)?;
        }
        disk.remove(&from)?;
        disk.sync_directory(&older)?;
    }
    // An index without the base is one of all blocks, and this isn't.
    let aside = move_aside(disk, data)?;
    let mut number = 1_u32;
    let replaced = loop {
        let candidate = data.join(format!("base.replaced-{number}"));
        if !disk.exists(&candidate)? {
            break candidate;
        }
        number = number.saturating_add(1);
    };
    disk.rename(&base, &replaced)?;
    disk.sync_directory(data)?;
    Ok(aside)
}
