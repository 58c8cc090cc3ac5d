//! Reads the whole block log through, again and again, and has what has rotted in it put right with the blocks of
//! peers.
//!
//! Disks rot slowly and in silence: an old block that nobody reads would be found bad when it is needed, perhaps when
//! the same one has rotted elsewhere, too. So the log is read at a bounded rate, on a thread that nobody waits for.
//! What this or any other reader finds is fetched from the peers, one after the other, verified by the store, and
//! written in its place. Nothing of that stops the node.

use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_sync::{Request, ValueRequest};
use lojal_network::{Network, PeerId, Protocol, Stopped, Warnings};
use lojal_store::{Store, StoredBlock};
use lojal_types::Height;
use tokio::time::{Instant, sleep, sleep_until};

use crate::codec::{BorshCodec, decode_blocks};
use crate::context::{Context, Height as EngineHeight};
use crate::enquiries::Enquiries;
use crate::limits::{MEND_RETRY, SCRUB_INTERVAL, SCRUB_RATE, SCRUB_STEP_BYTES};
use crate::progress::Progress;
use crate::workers::Workers;

/// The task that finds rot and has it put right.
pub(crate) struct Mending {
    pub(crate) store: Store,
    pub(crate) network: Network,
    pub(crate) enquiries: Enquiries,
    pub(crate) progress: Progress,
    pub(crate) workers: Workers,
}

impl Mending {
    /// Goes on until the network stops.
    pub(crate) async fn run(self) {
        // Mending ends with the network, and scrubbing with it.
        tokio::select! {
            _ = self.mend() => (),
            () = self.scrub() => (),
        }
    }

    /// Reads the log through.
    async fn scrub(&self) {
        loop {
            let started = Instant::now();
            let mut next = Some(Height::GENESIS.next());
            while let Some(from) = next {
                let store = self.store.clone();
                next = match self.workers.blocking(move || store.scrub(from, SCRUB_STEP_BYTES)).await {
                    Ok(step) => {
                        sleep(SCRUB_RATE.time_of(usize::try_from(step.bytes).unwrap_or(usize::MAX))).await;
                        step.next
                    }
                    Err(error) => {
                        tracing::error!(%error, height = %from, "the block log can't be read through");
                        None
                    }
                };
            }
            sleep_until(started + SCRUB_INTERVAL).await;
        }
    }

    /// Puts right what is found.
    async fn mend(&self) -> Result<(), Stopped> {
        let (mut damaged, mut warnings) = (self.store.damaged(), Warnings::default());
        loop {
            let heights: Vec<Height> = damaged.borrow_and_update().iter().copied().collect();
            let mut is_all_well = true;
            for height in heights {
                is_all_well &= self.mend_height(height, &mut warnings).await?;
            }
            if is_all_well {
                if damaged.changed().await.is_err() {
                    return Ok(());
                }
            } else {
                sleep(MEND_RETRY).await;
            }
        }
    }

    /// True if the log is right at a height in the end.
    async fn mend_height(&self, height: Height, warnings: &mut Warnings<PeerId>) -> Result<bool, Stopped> {
        let store = self.store.clone();
        // A disk may fail for a moment only.
        if self.workers.blocking(move || store.is_whole(height)).await.is_ok_and(|is_whole| is_whole) {
            return Ok(true);
        }
        let peers = self.peers(height);
        let is_alone = peers.is_empty();
        for peer in peers {
            let Some(block) = self.fetch(peer, height).await? else { continue };
            let store = self.store.clone();
            match self.workers.blocking(move || store.mend(height, &block)).await {
                Ok(()) => {
                    tracing::info!(%height, from = %peer, "the block log has been put right");
                    return Ok(true);
                }
                // Not reported: were this node's index wrong, all peers would seem to lie.
                Err(error) => {
                    if let Some(count) = warnings.count(peer, "not mended") {
                        tracing::warn!(%error, %height, from = %peer, count, "the block log has not been put right");
                    }
                }
            }
        }
        if !is_alone && let Some(count) = warnings.count(self.network.local_peer_id(), "nobody has it") {
            tracing::error!(
                %height, count,
                "the block log has rotted and no peer has what is missing; it is asked for again until one has"
            );
        }
        Ok(false)
    }

    /// The connected peers, from another one on for every height.
    fn peers(&self, height: Height) -> Vec<PeerId> {
        let mut peers = self.progress.connected_peers();
        let first = usize::try_from(height.get()).unwrap_or_default().checked_rem(peers.len()).unwrap_or_default();
        peers.rotate_left(first);
        peers
    }

    /// A block as a peer has it.
    async fn fetch(&self, peer: PeerId, height: Height) -> Result<Option<StoredBlock>, Stopped> {
        let range = EngineHeight(height)..=EngineHeight(height);
        let request = Request::<Context>::ValueRequest(ValueRequest::new(range));
        let request = BorshCodec.encode(&request).expect("writing to memory can't fail").to_vec();
        let answer = self.enquiries.ask(&self.network, peer, (Protocol::Blocks, request)).await?;
        let Some(answer) = answer else { return Ok(None) };
        match decode_blocks(&answer) {
            Ok(blocks) => Ok(blocks.into_iter().next()),
            Err(_) => self.network.report(peer).await.map(|()| None),
        }
    }
}

#[cfg(test)]
mod tests;
