//! The write side: blocks made durable before votes, and commits, by one owner.

use std::sync::Arc;

use lojal_chain::CommittedBlock;
use lojal_ledger::State;
use lojal_types::{BlockId, Certificate};

use crate::checkpoint::CheckpointThread;
use crate::error::StoreError;
use crate::log::BlockPlace;
use crate::log::record::ProposalRecord;
use crate::log::writer::LogWriter;
use crate::shared::Shared;

/// The one writer, owned by whoever executes and commits blocks. After an error of the disk it takes nothing more.
pub struct Writer {
    shared: Arc<Shared>,
    log: LogWriter,
    /// The block that is committed, but that nobody can see yet.
    unpublished: Option<(BlockId, BlockPlace)>,
    _thread: Arc<CheckpointThread>,
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, log: LogWriter, thread: Arc<CheckpointThread>) -> Self {
        Self { shared, log, unpublished: None, _thread: thread }
    }

    /// Makes a proposal for the next height durable, with its block unless the log already has that; one sync.
    ///
    /// # Errors
    /// When it can't be written, an earlier write failed, the store is closed, or the record isn't one of the next
    /// height and of this block.
    pub fn append_proposal(&mut self, record: &ProposalRecord, bytes: &[u8]) -> Result<(), StoreError> {
        self.check()?;
        self.log.append_proposal(record, bytes)
    }

    /// Makes the decision on the next height durable: when this returns, the block is committed. One sync; two if the
    /// log didn't have the block, because the caller has caught it up from a peer.
    ///
    /// The caller has verified block and certificate, with `lojal_chain::replay::check_commit`.
    ///
    /// # Errors
    /// As those of [`Writer::append_proposal`].
    pub fn append_commit(&mut self, certificate: &Certificate, bytes: &[u8]) -> Result<(), StoreError> {
        self.check()?;
        self.shared.wait_for_room()?;
        let place = self.log.append_commit(certificate, bytes)?;
        self.unpublished = Some((certificate.block, place));
        Ok(())
    }

    /// Makes the block that has just been committed visible to readers and subscribers, with the state after it. If
    /// others decide the next block, they are kept first: one file, two syncs.
    ///
    /// # Errors
    /// When the change can't be kept; nobody sees the block then.
    ///
    /// # Panics
    /// If it isn't the block of the last [`Writer::append_commit`], or its state isn't the one after it: going on
    /// would show readers something else than what is on disk.
    pub fn publish(&mut self, block: Arc<CommittedBlock>, state: &State) -> Result<(), StoreError> {
        let (id, place) = self.unpublished.take().expect("a block is published once, after its commit");
        assert_eq!(block.id, id, "the block that was committed is the one that is published");
        assert_eq!(state.view().tip().block, id, "the state is the one after the block");
        self.log.guarded(|_| self.shared.sets.keep(&block, state.view().validators()))?;
        let replaced = self.shared.tail_mut().push(Arc::clone(&block), place, state.view().clone());
        self.shared.freeze_if_cut(&block);
        // Nobody need be listening.
        let _ = self.shared.blocks.send(block);
        self.shared.ask_for_checkpoint();
        drop(replaced);
        Ok(())
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.unpublished.is_some() {
            return Err(StoreError::Misuse("the block before it has not been published"));
        }
        if self.shared.signal().stop { Err(StoreError::Closed) } else { Ok(()) }
    }
}
