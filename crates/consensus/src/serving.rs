//! Answers peers beside the engine, which would read and encode their blocks on the thread on which it votes, and give
//! whoever asks most the most. There are two of these: one for blocks, which validators that catch up ask for, and one
//! for the data protocol.
//!
//! Each answers one request at a time, read and encoded where waiting for the disk holds nobody up. Each peer has a
//! budget of bytes; who has used it up waits, in a queue of its own, and whose turn is longest ago comes first. What is
//! beyond the queue is refused by the network.
//!
//! A block that can't be read isn't there for the one who asks: the answer ends before it.

mod queue;

use lojal_network::{InboundRequest, Network, PeerId, Stopped};
use lojal_store::{Lookup, Store, StoredBlock};
use lojal_types::Height;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::answers::answer;
use crate::codec::encode_blocks;
use crate::data::Question;
use crate::limits::{SYNC_BLOCKS_MAX, SYNC_BYTES_MAX};
use crate::membership::Membership;
use crate::metrics::Metrics;
use crate::submissions::Submitted;
use crate::workers::Workers;
use queue::Queue;
pub(crate) use queue::Rates;

/// A peer's request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) id: InboundRequest,
    pub(crate) peer: PeerId,
    pub(crate) wanted: Wanted,
}

/// The subject of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Decided blocks from the first to the last; there may be neither.
    Blocks { start: Height, end: Height },
    /// The answer to a question of the data protocol.
    Data(Question),
}

/// The ways to those who answer peers.
#[derive(Clone)]
pub(crate) struct Desks {
    /// Answers those that catch up.
    pub(crate) blocks: mpsc::Sender<Asked>,
    /// Answers questions of the data protocol.
    pub(crate) data: mpsc::Sender<Asked>,
    /// Takes transactions of nodes without a vote.
    pub(crate) submissions: mpsc::Sender<Submitted>,
}

/// The task that answers them.
pub(crate) struct Serving {
    pub(crate) store: Store,
    pub(crate) network: Network,
    pub(crate) metrics: Metrics,
    pub(crate) membership: Membership,
    pub(crate) workers: Workers,
}

impl Serving {
    /// Answers until nobody can ask any more or the network stops.
    pub(crate) async fn run(self, rates: Rates, mut asked: mpsc::Receiver<Asked>) {
        let mut queue = Queue::new(rates);
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

    /// Answers with what there is; returns how many bytes that is.
    async fn answer(&self, asked: Asked) -> Result<usize, Stopped> {
        let (store, metrics) = (self.store.clone(), self.metrics.clone());
        let Asked { id, peer, wanted } = asked;
        let is_member = self.membership.has_part(peer);
        let read = move || match wanted {
            Wanted::Blocks { start, end } => read(&store, start, end, &metrics),
            Wanted::Data(question) => Some(answer(&store, question, is_member).encode()),
        };
        let answer = self.workers.blocking(read).await;
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
            Ok(Lookup::Found(block)) => block,
            Ok(Lookup::NotYet | Lookup::Pruned { .. }) => break,
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
