//! Fetches the blocks before the base of a node that joined by a snapshot, the newest first, from whoever has them, if
//! its operator wishes (docs/adr/0077). They are checked by the store before it keeps any of them. Nobody waits for
//! them: one question is open at a time, and they come at a bounded rate.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use lojal_network::{Network, PeerId, Protocol, Stopped};
use lojal_store::{Backfill, Store, StoreError, StoredBlock, Wanted};
use tokio::time::sleep;

use crate::data::{Answer, Question};
use crate::enquiries::Enquiries;
use crate::limits::{BACKFILL_RATE, BACKFILL_RETRY};
use crate::workers::Workers;

/// The task that fetches them.
pub(crate) struct Backfilling {
    pub(crate) store: Store,
    pub(crate) network: Network,
    pub(crate) enquiries: Enquiries,
    pub(crate) workers: Workers,
}

/// A reason that it ends before all is there.
enum End {
    /// The network has stopped.
    Stopped,
    /// The disk fails.
    Store(StoreError),
}

impl From<Stopped> for End {
    fn from(Stopped: Stopped) -> Self {
        Self::Stopped
    }
}

impl From<StoreError> for End {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The peers that aren't asked.
#[derive(Default)]
struct Unasked {
    /// Those that lied: asked no more as long as this node runs.
    liars: BTreeSet<PeerId>,
    /// Those that had nothing: asked again after a while.
    without: BTreeSet<PeerId>,
}

impl Backfilling {
    /// Goes on until all is there that is to be kept, or the network stops.
    pub(crate) async fn run(self) {
        match self.fetch().await {
            Ok(()) | Err(End::Stopped) => (),
            Err(End::Store(error)) => tracing::error!(%error, "older blocks are fetched no more until the next start"),
        }
    }

    async fn fetch(&self) -> Result<(), End> {
        let store = self.store.clone();
        let Some(backfill) = self.workers.blocking(move || store.backfill()).await? else { return Ok(()) };
        let backfill = Arc::new(Mutex::new(backfill));
        let mut unasked = Unasked::default();
        while let Some(wanted) = self.with(&backfill, |backfill| backfill.wanted()).await {
            let reached = self.network.reached();
            let may_have = |peer: &&PeerId| !unasked.liars.contains(*peer) && !unasked.without.contains(*peer);
            match reached.iter().find(may_have).copied() {
                Some(peer) => self.ask(peer, wanted, &backfill, &mut unasked).await?,
                None => {
                    // What has come is of use by itself.
                    self.with(&backfill, Backfill::finish).await?;
                    if !unasked.without.is_empty() {
                        tracing::info!(height = %wanted.height, "nobody who is reached has this older block");
                    }
                    unasked.without.clear();
                    sleep(BACKFILL_RETRY).await;
                }
            }
        }
        self.with(&backfill, Backfill::finish).await?;
        tracing::info!(first = %self.store.first_block(), "all older blocks are there that are to be kept");
        Ok(())
    }

    /// Asks a peer for the block that is wanted and those below it, and takes in what it gives.
    async fn ask(
        &self,
        peer: PeerId,
        wanted: Wanted,
        backfill: &Arc<Mutex<Backfill>>,
        unasked: &mut Unasked,
    ) -> Result<(), End> {
        let question = (Protocol::Data, Question::Blocks { end: wanted.height }.encode());
        let Some(bytes) = self.enquiries.ask(&self.network, peer, question).await? else {
            unasked.without.insert(peer);
            return Ok(());
        };
        let wrong = match Answer::decode(&bytes) {
            Ok(Answer::Blocks(blocks)) if !blocks.is_empty() => {
                let stored = |one: crate::data::DecidedBlock| StoredBlock {
                    bytes: one.block.into(),
                    certificate: one.certificate,
                };
                let blocks: Vec<StoredBlock> = blocks.into_inner().into_iter().map(stored).collect();
                let taken = self.with(backfill, move |backfill| backfill.take(&blocks)).await?;
                taken.err().map(|wrong| wrong.to_string())
            }
            Ok(Answer::Nothing) => {
                unasked.without.insert(peer);
                None
            }
            Ok(_) => Some("an answer to another question".to_owned()),
            Err(_) => Some("bytes that are no answer".to_owned()),
        };
        if let Some(wrong) = wrong {
            tracing::warn!(%peer, height = %wanted.height, %wrong, "a peer gives as older blocks what they are not");
            unasked.liars.insert(peer);
            self.network.report(peer).await?;
        }
        sleep(BACKFILL_RATE.time_of(bytes.len())).await;
        Ok(())
    }

    /// Works with the store where waiting for the disk holds nobody up.
    async fn with<T: Send + 'static>(
        &self,
        backfill: &Arc<Mutex<Backfill>>,
        work: impl FnOnce(&mut Backfill) -> T + Send + 'static,
    ) -> T {
        let backfill = Arc::clone(backfill);
        // Nobody else has it, so nobody spoils it.
        self.workers.blocking(move || work(&mut backfill.lock().unwrap_or_else(PoisonError::into_inner))).await
    }
}

#[cfg(test)]
mod tests;
