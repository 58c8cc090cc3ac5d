//! The place of a connection among the others, which a stream gives back.

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::time::sleep;

use crate::clients::Room;
use crate::stream::Exchange;

/// A connection's place: one of the gateway's, and one of its client's. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Seat {
    taken: Arc<Mutex<Option<(OwnedSemaphorePermit, Room)>>>,
    left: Arc<Notify>,
    /// The connection, if the stream is alone on it.
    exchange: Weak<Exchange>,
}

impl Seat {
    pub(crate) fn new(place: OwnedSemaphorePermit, room: Room, exchange: Weak<Exchange>) -> Self {
        Self { taken: Arc::new(Mutex::new(Some((place, room)))), left: Arc::default(), exchange }
    }
    /// Gives the place back: the connection goes on as a stream, which is its last answer and needs little memory.
    pub(crate) fn leave(&self) {
        if let Some(exchange) = self.exchange.upgrade() {
            exchange.narrow();
        }
        drop(self.taken.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.left.notify_one();
    }
    /// Waits until the place is given back.
    pub(crate) async fn left(&self) {
        self.left.notified().await;
    }
    /// Waits until the connection is too old for another request; for ever if it is a stream.
    pub(crate) async fn aged(&self, time_max: Duration) {
        sleep(time_max).await;
        if self.taken.lock().unwrap_or_else(PoisonError::into_inner).is_none() {
            std::future::pending::<()>().await;
        }
    }
}
