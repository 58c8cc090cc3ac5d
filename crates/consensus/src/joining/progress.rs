//! The progress of fetching: a line that is drawn again and again on a terminal, and elsewhere one in the log now and
//! then.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use lojal_types::Height;
use tokio::task::JoinHandle;
use tokio::time::{Instant, interval};

/// The time between two lines in the log.
const LOG_INTERVAL: Duration = Duration::from_secs(5);
/// The time between two lines on a terminal.
const DRAW_INTERVAL: Duration = Duration::from_millis(500);
/// Bytes of a MiB.
const MIB: f64 = 1_048_576.0;

/// The counts of what is fetched; a task shows them until this is dropped.
pub(super) struct Progress {
    counts: Arc<Counts>,
    showing: JoinHandle<()>,
}

struct Counts {
    height: Height,
    /// The bytes of the whole snapshot.
    total: u64,
    /// The bytes that were missing when this began.
    missing: AtomicU64,
    came: AtomicU64,
    sources: AtomicUsize,
    started: Instant,
}

impl Progress {
    /// Shows the progress of the snapshot of a height, of so many bytes of chunks and of ids.
    pub(super) fn start(height: Height, (chunks, ids): (u64, u64), draw: Option<fn(String)>) -> Self {
        let counts = Arc::new(Counts {
            height,
            total: chunks.saturating_add(ids),
            missing: AtomicU64::new(0),
            came: AtomicU64::new(0),
            sources: AtomicUsize::new(0),
            started: Instant::now(),
        });
        let shown = Arc::clone(&counts);
        let showing = tokio::spawn(async move { shown.show(draw).await });
        Self { counts, showing }
    }

    /// Takes note of how many bytes are missing, and how many peers have them.
    pub(super) fn begin(&self, missing: u64, sources: usize) {
        self.counts.missing.store(missing, Ordering::Relaxed);
        self.sources(sources);
    }

    /// Takes note of how many peers are left.
    pub(super) fn sources(&self, sources: usize) {
        self.counts.sources.store(sources, Ordering::Relaxed);
    }

    /// A piece of so many bytes has come.
    pub(super) fn came(&self, bytes: usize) {
        self.counts.came.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.showing.abort();
        tracing::info!("{}", self.counts.line());
    }
}

impl Counts {
    async fn show(&self, draw: Option<fn(String)>) {
        let mut ticks = interval(if draw.is_some() { DRAW_INTERVAL } else { LOG_INTERVAL });
        loop {
            ticks.tick().await;
            match draw {
                Some(draw) => draw(self.line()),
                None => tracing::info!("{}", self.line()),
            }
        }
    }

    /// The words.
    fn line(&self) -> String {
        let (missing, came) = (self.missing.load(Ordering::Relaxed), self.came.load(Ordering::Relaxed));
        let (left, elapsed) = (missing.saturating_sub(came), self.started.elapsed().as_secs_f64());
        let here = self.total.saturating_sub(left);
        let percent = here.saturating_mul(100).checked_div(self.total).unwrap_or(100);
        let rate = came as f64 / elapsed.max(0.001);
        let eta = if came == 0 { String::new() } else { format!(", {:.0} s left", left as f64 / rate.max(1.0)) };
        format!(
            "snapshot of block {}: {percent} %, {:.1} of {:.1} MiB, {:.1} MiB/s from {} peers{eta}",
            self.height,
            here as f64 / MIB,
            self.total as f64 / MIB,
            rate / MIB,
            self.sources.load(Ordering::Relaxed)
        )
    }
}
