//! The wall clock, read in this one place.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use lojal_types::TimeMs;
use tokio::time::Instant;

/// The clock that a node takes the time from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock that goes with the runtime's, which a simulation drives.
    Virtual(VirtualClock),
}

/// A clock that goes with the runtime's; clones share its error.
#[derive(Clone, Debug)]
pub struct VirtualClock {
    /// The time that it showed at `since`.
    pub start: TimeMs,
    /// The moment it was started.
    pub since: Instant,
    /// Its error, in milliseconds: ahead if positive.
    pub skew_ms: Arc<AtomicI64>,
}

impl Clock {
    /// Now, by this clock.
    pub fn now(&self) -> TimeMs {
        match self {
            Self::System => now(),
            Self::Virtual(clock) => clock.now(),
        }
    }
}

impl VirtualClock {
    fn now(&self) -> TimeMs {
        let elapsed_ms = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        let shown_ms = self.start.get().saturating_add(elapsed_ms);
        TimeMs::default().plus_ms(shown_ms.saturating_add_signed(self.skew_ms.load(Ordering::Relaxed)))
    }
}

/// Now, by the system's clock; a clock before 1970 reads as 1970.
pub fn now() -> TimeMs {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let ms = u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX);
    TimeMs::default().plus_ms(ms)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_virtual_clock_goes_with_the_runtime_and_is_as_wrong_as_it_is_told_to_be() {
        let start = TimeMs::default().plus_ms(1_700_000_000_000);
        let virtual_clock = VirtualClock { start, since: Instant::now(), skew_ms: Arc::default() };
        let clock = Clock::Virtual(virtual_clock.clone());
        assert_eq!(clock.now(), start);
        tokio::time::advance(Duration::from_millis(1_500)).await;
        assert_eq!(clock.now(), start.plus_ms(1_500));
        virtual_clock.skew_ms.store(-2_000, Ordering::Relaxed);
        assert_eq!(clock.now().plus_ms(500), start);
        virtual_clock.skew_ms.store(2_000, Ordering::Relaxed);
        assert_eq!(clock.now(), start.plus_ms(3_500));
        virtual_clock.skew_ms.store(i64::MIN, Ordering::Relaxed);
        assert_eq!(clock.now(), TimeMs::default(), "nothing is before 1970");
    }
}
