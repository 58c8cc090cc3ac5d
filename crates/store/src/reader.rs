//! The read side: the committed state, blocks, transactions and exports.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use lojal_chain::CommittedBlock;
use lojal_chain::light::SetChange;
use lojal_ledger::{Tip, View};
use lojal_types::{BlockId, Certificate, Genesis, Hash, Height, TransactionId, ValidatorSet};
use tokio::sync::broadcast;

use crate::archive;
use crate::checkpoint::CheckpointThread;
use crate::error::StoreError;
use crate::log::BlockPlace;
use crate::log::read::read_pair;
use crate::pages::Pages;
use crate::placed::Placed;
use crate::shared::Shared;

/// A committed block as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredBlock {
    /// The canonical bytes.
    pub bytes: Arc<[u8]>,
    /// The certificate that makes it final.
    pub certificate: Certificate,
}

/// The answer to a question for a block by its height.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The block.
    Found(StoredBlock),
    /// There is none of this height yet, or no such height.
    NotYet,
    /// The chain has it, and this node hasn't: its blocks begin later.
    Pruned {
        /// The first height that it has, or will have.
        first: Height,
    },
}

impl Lookup {
    /// The block, if it is there.
    pub fn found(self) -> Option<StoredBlock> {
        match self {
            Self::Found(block) => Some(block),
            Self::NotYet | Self::Pruned { .. } => None,
        }
    }
}

/// The counts of what the store has done, for metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreCounts {
    /// Bytes in the log.
    pub log_bytes: u64,
    /// Syncs of the log since the start.
    pub syncs: u64,
    /// The time that they took together.
    pub sync_time: Duration,
    /// Checkpoints written since the start.
    pub checkpoints: u64,
    /// The time since the last checkpoint of this run, or since its start.
    pub checkpoint_age: Duration,
    /// Bytes that are free on the disk of the log, if that is known.
    pub disk_free: Option<u64>,
    /// The height of the last checkpoint; 0 before the first.
    pub checkpoint_height: Height,
    /// Encoded bytes of the blocks that no checkpoint has yet.
    pub bytes_since_checkpoint: u64,
    /// Heights at which the log is damaged now.
    pub damaged: u64,
    /// Heights at which it was found to be damaged since the start.
    pub damage_found: u64,
    /// Heights at which it was put right since the start.
    pub mended: u64,
    /// The height up to which the log has been read through in this pass.
    pub scrubbed_height: Height,
    /// The number of times it has been read through since the start.
    pub scrubs: u64,
}

/// The read side. Clones are of the same store; every lock is short, and none is held while reading from disk.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
    thread: Arc<CheckpointThread>,
}

impl Store {
    pub(crate) fn new(shared: Arc<Shared>, thread: Arc<CheckpointThread>) -> Self {
        Self { shared, thread }
    }

    /// The state after the last block.
    pub fn view(&self) -> View {
        self.shared.tail().view.clone()
    }

    /// The last block.
    pub fn tip(&self) -> Tip {
        self.shared.tail().view.tip()
    }

    /// The pages of the state that lie on disk.
    pub fn pages(&self) -> Pages {
        self.shared.index.pages().clone()
    }

    /// The genesis document that the chain started from.
    pub fn genesis(&self) -> &Genesis {
        &self.shared.genesis
    }

    /// The first changes of the validators above a height, in order: the way of a light client (protocol, Light
    /// clients).
    pub fn set_changes(&self, after: Height, count_max: usize) -> Vec<Arc<SetChange>> {
        self.shared.sets.after(after, count_max)
    }

    /// The validators with this hash, if they have ever decided a block or decide the next one.
    pub fn validators_of(&self, hash: &Hash) -> Option<ValidatorSet> {
        self.shared.sets.of_hash(hash)
    }

    /// A committed block.
    ///
    /// # Errors
    /// When it can't be read, or what is read is damaged, which is noted: see [`Store::damaged`].
    pub fn block(&self, height: Height) -> Result<Lookup, StoreError> {
        if let Some(block) = self.shared.tail().latest_block(height) {
            let (bytes, certificate) = (Arc::clone(&block.bytes), block.certificate.clone());
            return Ok(Lookup::Found(StoredBlock { bytes, certificate }));
        }
        let first = self.first_height();
        if height < first && height > Height::GENESIS {
            let older = self.shared.older.block(height);
            let first = self.first_block();
            return match older {
                // They may have been given up meanwhile.
                _ if height < first => Ok(Lookup::Pruned { first }),
                Ok(Some((bytes, certificate))) => Ok(Lookup::Found(StoredBlock { bytes, certificate })),
                Ok(None) => Ok(Lookup::Pruned { first }),
                Err(error) => Err(error),
            };
        }
        let Some((id, place)) = self.place(height)? else { return Ok(Lookup::NotYet) };
        match read_pair(&self.shared.log, height, id, &place) {
            Ok((bytes, certificate)) => Ok(Lookup::Found(StoredBlock { bytes, certificate })),
            // Its segment has gone meanwhile.
            Err(_) if self.first_height() > height => Ok(Lookup::Pruned { first: self.first_height() }),
            Err(error) => {
                self.shared.damage.note(height, &error);
                self.distrust_on_error(|| Err(error))
            }
        }
    }

    /// The id and the place of a committed block; none if there is none of this height.
    pub(crate) fn place(&self, height: Height) -> Result<Option<(BlockId, BlockPlace)>, StoreError> {
        let in_tail = {
            let tail = self.shared.tail();
            if height < self.first_height() || height > tail.view.tip().height {
                return Ok(None);
            }
            tail.layers().find_map(|layer| layer.blocks.get(&height).copied())
        };
        if in_tail.is_some() {
            return Ok(in_tail);
        }
        self.distrust_on_error(|| {
            let entry = self.shared.index.block(height)?;
            let entry = entry.ok_or(crate::IndexError::Inconsistent("a block is missing"))?;
            Ok(Some((entry.id, entry.place)))
        })
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The place and the outcome of a transaction; none if it is in no block.
    ///
    /// # Errors
    /// When the index fails.
    pub fn transaction(&self, id: &TransactionId) -> Result<Option<Placed>, StoreError> {
        let checkpoint = {
            let tail = self.shared.tail();
            if let Some(placed) = tail.layers().find_map(|layer| layer.transaction(id)) {
                return Ok(Some(placed));
            }
            tail.checkpoint
        };
        self.distrust_on_error(|| self.shared.index.transaction(id, checkpoint))
    }

    /// Every block from now on. A subscriber that falls behind by more than
    /// [`SUBSCRIPTION_BLOCKS_MAX`](crate::limits::SUBSCRIPTION_BLOCKS_MAX) is told how many it missed, and can read
    /// them with [`Store::block`].
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<CommittedBlock>> {
        self.shared.blocks.subscribe()
    }

    /// The transactions of a committed block with their outcomes, in its order; none of one that is gone.
    ///
    /// # Errors
    /// When the index fails.
    pub fn placed_in(&self, height: Height) -> Result<Vec<Placed>, StoreError> {
        if height < self.first_height() {
            return Ok(Vec::new());
        }
        let checkpoint = {
            let tail = self.shared.tail();
            if let Some(placed) = tail.layers().find_map(|layer| layer.placed_in(height)) {
                return Ok(placed);
            }
            tail.checkpoint
        };
        self.distrust_on_error(|| self.shared.index.placed_in(height, checkpoint))
    }

    /// Blocks from a height on, in the form of a segment, for [`archive::Reader`](crate::archive::Reader): as many as
    /// there are and as fit, up to one that can't be read. With no block at all if this node hasn't the first, or
    /// if not even one fits.
    ///
    /// # Errors
    /// When the first block can't be read.
    pub fn export(&self, from: Height, blocks_max: usize, bytes_max: usize) -> Result<Vec<u8>, StoreError> {
        let from = from.max(Height::GENESIS.next());
        let mut height = from;
        let mut export = archive::header(self.shared.log.chain_id, height);
        for _ in 0..blocks_max {
            let block = match self.block(height) {
                Err(_) if height > from => break,
                block => block?,
            };
            let Lookup::Found(StoredBlock { bytes, certificate }) = block else { break };
            let records = archive::decided_block(&bytes, &certificate);
            if export.len() + records.len() > bytes_max {
                break;
            }
            export.extend(records);
            height = height.next();
        }
        Ok(export)
    }

    /// The counts of what the store has done so far.
    pub fn counts(&self) -> StoreCounts {
        let log = &self.shared.log_counters;
        let tail = self.shared.tail();
        let (damaged, damage_found, mended) = self.shared.damage.counts();
        StoreCounts {
            damaged,
            damage_found,
            mended,
            scrubbed_height: Height::new(self.shared.damage.scrubbed.load(Ordering::Relaxed)),
            scrubs: self.shared.damage.scrubs.load(Ordering::Relaxed),
            log_bytes: log.bytes.load(Ordering::Relaxed),
            syncs: log.syncs.load(Ordering::Relaxed),
            sync_time: Duration::from_micros(log.sync_us_total.load(Ordering::Relaxed)),
            checkpoints: self.shared.checkpoints.load(Ordering::Relaxed),
            checkpoint_age: self.shared.checkpoint_age(),
            disk_free: self.shared.log.disk.free_bytes(&self.shared.log.path),
            checkpoint_height: tail.checkpoint,
            bytes_since_checkpoint: tail.layers().map(|layer| layer.block_bytes).sum(),
        }
    }

    /// Writes a checkpoint now; returns its height. A background thread does so too, whenever one is due.
    ///
    /// # Errors
    /// When it fails, or one failed before. Nothing is lost: the log has it all.
    pub fn checkpoint(&self) -> Result<Height, StoreError> {
        self.shared.checkpoint()
    }

    /// Ends the background thread and writes a last checkpoint; the writer takes nothing more. Dropping the store
    /// without this loses nothing either, but the next start has more to replay.
    ///
    /// # Errors
    /// As those of [`Store::checkpoint`].
    pub fn close(&self) -> Result<Height, StoreError> {
        self.thread.stop();
        let written = self.shared.checkpoint();
        self.shared.index.give_up_merge();
        written
    }

    /// The failure of the background thread, if it has failed. The node should stop then.
    pub fn failure(&self) -> Option<Arc<StoreError>> {
        self.shared.failure.borrow().clone()
    }

    /// Waits until the background thread fails, which it should never do.
    pub fn failed(&self) -> impl Future<Output = Arc<StoreError>> + Send + 'static {
        let mut failure = self.shared.failure.subscribe();
        async move {
            loop {
                if let Some(error) = failure.borrow_and_update().clone() {
                    return error;
                }
                if failure.changed().await.is_err() {
                    // The store is gone, and so is everything in it that could fail.
                    std::future::pending::<()>().await;
                }
            }
        }
    }

    /// Reads; if the index turns out to be wrong, the next start checks all of it.
    pub(crate) fn distrust_on_error<T>(&self, read: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let read = read();
        if let Err(StoreError::Index(_)) = read {
            self.shared.index.distrust();
        }
        read
    }
}
