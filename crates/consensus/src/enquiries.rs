//! Requests of this node beside the engine's, and whose answers they get.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lojal_network::{Network, OutboundRequest, PeerId, Protocol, Stopped};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// The time that an answer may take, as many times as long as the network allows: whatever becomes of a request,
/// somebody hears of it.
const PATIENCE: u32 = 2;

/// Requests that wait for their answers; clones share them.
#[derive(Clone, Default)]
pub struct Enquiries(Arc<Mutex<BTreeMap<OutboundRequest, oneshot::Sender<Vec<u8>>>>>);

impl Enquiries {
    /// Asks a peer; none if it doesn't answer.
    ///
    /// # Errors
    /// When the network has stopped.
    pub async fn ask(
        &self,
        network: &Network,
        peer: PeerId,
        (protocol, data): (Protocol, Vec<u8>),
    ) -> Result<Option<Vec<u8>>, Stopped> {
        let (answer, answered) = oneshot::channel();
        let id = network.next_request();
        self.open().insert(id, answer);
        network.request_as(id, peer, protocol, data).await?;
        let answer = timeout(protocol.timeout().saturating_mul(PATIENCE), answered).await;
        self.open().remove(&id);
        Ok(answer.ok().and_then(Result::ok))
    }

    /// True if a request is one of these.
    pub fn has(&self, id: OutboundRequest) -> bool {
        self.open().contains_key(&id)
    }

    /// A request has its answer, or will have none.
    pub fn answered(&self, id: OutboundRequest, data: Option<Vec<u8>>) {
        if let (Some(answer), Some(data)) = (self.open().remove(&id), data) {
            // Whoever asked and is gone needs no answer.
            let _ = answer.send(data);
        }
    }

    /// Whole after every statement, so a panic elsewhere doesn't spoil it.
    fn open(&self) -> MutexGuard<'_, BTreeMap<OutboundRequest, oneshot::Sender<Vec<u8>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
