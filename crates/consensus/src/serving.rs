//! Answers validators that catch up, beside the engine: it would read and encode their blocks on the thread on which it
//! votes, and give whoever asks most the most.
//!
//! One request is answered at a time, read and encoded where waiting for the disk holds nobody up. Each peer has a
//! budget of bytes; who has used it up waits, in a queue of its own, and whose turn is longest ago comes first. What is
//! beyond the queue is refused by the network.
//!
//! A block that can't be read isn't there for the one who asks: the answer ends before it.

mod queue;

use lojal_network::{InboundRequest, Network, PeerId, Stopped};
use lojal_store::{Store, StoredBlock};
use lojal_types::Height;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::codec::encode_blocks;
use crate::limits::{SYNC_BLOCKS_MAX, SYNC_BYTES_MAX};
use crate::metrics::Metrics;
use crate::workers::Workers;
use queue::Queue;

/// A peer's request for decided blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) id: InboundRequest,
    pub(crate) peer: PeerId,
    /// The first block and the last; there may be neither.
    pub(crate) start: Height,
    pub(crate) end: Height,
}

/// The task that answers them.
pub(crate) struct Serving {
    pub(crate) store: Store,
    pub(crate) network: Network,
    pub(crate) metrics: Metrics,
    pub(crate) workers: Workers,
}

impl Serving {
    /// Answers until nobody can ask any more or the network stops.
    pub(crate) async fn run(self, mut asked: mpsc::Receiver<Asked>) {
        let mut queue = Queue::default();
        loop {
            while let Ok(one) = asked.try_recv() {
                queue.push(one, Instant::now());
            }
            let now = Instant::now();
            if let Some(one) = queue.take(now) {
                let Ok(bytes) = self.answer(one).await else { return };
                queue.charge(one.peer, bytes, Instant::now());
                continue;
            }
            match queue.next() {
                None => match asked.recv().await {
                    Some(one) => queue.push(one, Instant::now()),
                    None => return,
                },
                Some(next) => tokio::select! {
                    Some(one) = asked.recv() => queue.push(one, Instant::now()),
                    () = sleep_until(next) => (),
                },
            }
        }
    }

    /// Answers with what there is from the first block on; returns how many bytes that is.
    async fn answer(&self, asked: Asked) -> Result<usize, Stopped> {
        let (store, metrics) = (self.store.clone(), self.metrics.clone());
        let Asked { id, start, end, .. } = asked;
        let answer = self.workers.blocking(move || read(&store, start, end, &metrics)).await;
        match answer {
            Some(bytes) => {
                let length = bytes.len();
                self.network.respond(id, bytes).await?;
                Ok(length)
            }
            None => {
                self.network.reject(id).await?;
                Ok(0)
            }
        }
    }
}

/// Decided blocks, as many as one answer holds and as can be read; none if that is not even the first of them.
fn read(store: &Store, start: Height, end: Height, metrics: &Metrics) -> Option<Vec<u8>> {
    let start = start.max(Height::GENESIS.next());
    let mut blocks: Vec<StoredBlock> = Vec::new();
    let mut bytes = 0_usize;
    let mut height = start;
    while height <= end && blocks.len() < SYNC_BLOCKS_MAX {
        let block = match store.block(height) {
            Ok(Some(block)) => block,
            Ok(None) => break,
            // The store has noted it, with the reason.
            Err(_) => {
                metrics.record_sync_unavailable();
                break;
            }
        };
        bytes = bytes.saturating_add(block.bytes.len());
        if bytes > SYNC_BYTES_MAX && !blocks.is_empty() {
            break;
        }
        blocks.push(block);
        height = height.next();
    }
    metrics.record_sync_served(blocks.len());
    (!blocks.is_empty()).then(|| encode_blocks(start, &blocks))
}

#[cfg(test)]
mod tests;
