//! The key that takes the place of a validator's own, once the ledger says so (docs/adr/0078).

use lojal_network::{PeerId, peer_id_of};
use lojal_store::Store;
use tokio::sync::watch;
use tokio::time::interval;

use crate::limits::SUCCESSOR_INTERVAL;
use crate::voice::Voice;

/// The holder of a validator's next key, as soon as there is one; clones share it. That key signs signs of life, and
/// nothing else before the ledger has it in the place of the key that signs now.
#[derive(Clone, Default)]
pub struct Successor(watch::Sender<Option<Voice>>);

impl Successor {
    /// There is a next key now, or none any more.
    pub fn set(&self, voice: Option<Voice>) {
        self.0.send_replace(voice);
    }

    /// The holder of the next key, if there is one.
    pub fn voice(&self) -> Option<Voice> {
        self.0.borrow().clone()
    }

    /// Waits until the next key is that of this node's validator.
    pub(crate) async fn takes_over(&self, store: &Store, own: PeerId) {
        let mut interval = interval(SUCCESSOR_INTERVAL);
        loop {
            interval.tick().await;
            let Some(next) = self.voice().map(|voice| voice.address()) else { continue };
            let is_own = |network_key: &[u8; 32]| peer_id_of(network_key).is_ok_and(|id| id == own);
            let view = store.view();
            let mut validators = view.validators().validators().iter();
            if validators.any(|one| one.address() == next && is_own(one.network_key.as_bytes())) {
                return;
            }
        }
    }
}
