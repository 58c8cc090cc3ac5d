//! One gateway of several.

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use lojal_client::{Client, ClientError};

use crate::limits::{GATEWAY_PATIENCE, SILENT_PAUSE};

/// A gateway, and whether it is worth asking.
pub(super) struct Gateway {
    pub(super) client: Client,
    /// True once it has said that it serves the right network.
    pub(super) is_checked: AtomicBool,
    /// The time until which it is asked nothing: somebody has waited for it for nothing.
    silent_until: Mutex<Option<Instant>>,
}

impl Gateway {
    pub(super) fn new(url: &str) -> Result<Self, ClientError> {
        let client = Client::new(url)?.with_patience(GATEWAY_PATIENCE);
        Ok(Self { client, is_checked: AtomicBool::new(false), silent_until: Mutex::new(None) })
    }
    pub(super) fn is_silent(&self) -> bool {
        held(&self.silent_until).is_some_and(|until| Instant::now() < until)
    }
    /// Takes note of a question without an answer that was asked at a time. One that refuses connections costs nobody
    /// any time.
    pub(super) fn left_waiting(&self, since: Instant) {
        if since.elapsed() >= GATEWAY_PATIENCE {
            *held(&self.silent_until) = Some(Instant::now() + SILENT_PAUSE);
        }
    }
}

/// The content of a lock. Each is replaced as a whole, so a panic elsewhere spoils nothing.
pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
