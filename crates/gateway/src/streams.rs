//! The streams of a gateway: how many there are, what they read with, and how they ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Semaphore;

use crate::limits::STREAM_WORK_MAX;
use crate::metrics::text::Kind::{Counter, Gauge};
use crate::metrics::text::Text;
use crate::problem::Failure;

/// A reason for which a stream has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Its reader is gone, or was too slow.
    Gone,
    /// Its token is over.
    Expired,
    /// Its reader may not read that any more.
    NotPermitted,
    /// It has lasted as long as a stream may.
    Aged,
    /// The gateway stops.
    Shutdown,
    /// Something couldn't be read.
    Fault,
}

impl End {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Gone, "gone"),
        (Self::Expired, "expired"),
        (Self::NotPermitted, "not_permitted"),
        (Self::Aged, "aged"),
        (Self::Shutdown, "shutdown"),
        (Self::Fault, "fault"),
    ];
}

/// The streams; clones share them.
#[derive(Clone)]
pub(crate) struct Streams(Arc<Shared>);

struct Shared {
    open: AtomicU64,
    told: AtomicU64,
    ended: [AtomicU64; End::ALL.len()],
    work: Arc<Semaphore>,
}

/// A stream that counts as open until this is dropped.
pub(crate) struct Open(Streams);

impl Default for Streams {
    fn default() -> Self {
        let work = Arc::new(Semaphore::new(STREAM_WORK_MAX));
        let (open, told, ended) = Default::default();
        Self(Arc::new(Shared { open, told, ended, work }))
    }
}

impl Streams {
    /// Counts one more.
    pub(crate) fn open(&self) -> Open {
        self.0.open.fetch_add(1, Ordering::Relaxed);
        Open(self.clone())
    }
    /// Counts an event that was told.
    pub(crate) fn told(&self) {
        self.0.told.fetch_add(1, Ordering::Relaxed);
    }
    /// Counts a stream that has ended.
    pub(crate) fn ended(&self, end: End) {
        self.0.ended[end as usize].fetch_add(1, Ordering::Relaxed);
    }
    /// Does work that reads from the store, with a few others at once. Unlike requests, streams wait for their turn as
    /// long as it takes, and take no place from those.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let place = self.0.work.clone().acquire_owned().await.expect("the semaphore is never closed");
        let work = move || {
            let _place = place;
            work()
        };
        tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| {
            tracing::error!(%error, "the reading of a stream was cut off");
            Err(Failure::internal())
        })
    }
    /// Writes what is counted.
    pub(crate) fn write(&self, text: &mut Text) {
        let load = |count: &AtomicU64| count.load(Ordering::Relaxed);
        text.single(Gauge, "lojal_streams", "Streams of events that are open.", load(&self.0.open));
        text.single(Counter, "lojal_stream_events_total", "Events told in streams.", load(&self.0.told));
        let name = "lojal_streams_ended_total";
        text.family(Counter, name, "Streams of events that have ended, by reason.");
        for (end, reason) in End::ALL {
            text.sample(name, &[("reason", reason)], load(&self.0.ended[end as usize]));
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
