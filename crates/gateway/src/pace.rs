//! The pace at which a client takes what it is sent.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep};

/// A client's lag behind the least rate of taking what it is sent. Whoever takes nothing lags further with every
/// moment; whoever has kept the rate so far doesn't lag at all.
pub(crate) struct Pace {
    bytes_per_s: u64,
    lag_max: Duration,
    lag: Duration,
    /// The time since which it takes nothing.
    stuck_since: Option<Instant>,
    timer: Pin<Box<Sleep>>,
}

impl Pace {
    /// A pace of at least so many bytes per second, which nobody may lag behind any longer than `lag_max`.
    pub(crate) fn new(bytes_per_s: u64, lag_max: Duration) -> Self {
        Self { bytes_per_s, lag_max, lag: Duration::ZERO, stuck_since: None, timer: Box::pin(sleep(lag_max)) }
    }
    /// Takes note that it has taken some bytes.
    pub(crate) fn took(&mut self, bytes: usize) {
        if let Some(since) = self.stuck_since.take() {
            self.lag = self.lag.saturating_add(since.elapsed());
        }
        let due = u128::from(bytes as u64) * 1_000_000 / u128::from(self.bytes_per_s.max(1));
        let due = Duration::from_micros(u64::try_from(due).unwrap_or(u64::MAX));
        self.lag = self.lag.saturating_sub(due);
    }
    /// Ready when it has been too slow; asked whenever it takes nothing.
    pub(crate) fn poll_too_slow(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.stuck_since.is_none() {
            let now = Instant::now();
            self.stuck_since = Some(now);
            self.timer.as_mut().reset(now + self.lag_max.saturating_sub(self.lag));
        }
        self.timer.as_mut().poll(context)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::time::advance;

    use super::*;

    const LAG_MAX: Duration = Duration::from_secs(10);
    const SECOND: Duration = Duration::from_secs(1);

    fn is_too_slow(pace: &mut Pace) -> bool {
        let mut context = Context::from_waker(std::task::Waker::noop());
        pace.poll_too_slow(&mut context).is_ready()
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_takes_nothing_is_too_slow_in_the_end() {
        let mut pace = Pace::new(1_000, LAG_MAX);
        let started = Instant::now();
        poll_fn(|context| pace.poll_too_slow(context)).await;
        assert_eq!(started.elapsed().as_secs(), LAG_MAX.as_secs());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_keeps_the_rate_is_never_too_slow_and_whoever_takes_half_of_it_is() {
        let end = async |bytes: usize| {
            let mut pace = Pace::new(1_000, LAG_MAX);
            for second in 0..100 {
                let was_too_slow = is_too_slow(&mut pace);
                advance(SECOND).await;
                if was_too_slow || is_too_slow(&mut pace) {
                    return Some(second);
                }
                pace.took(bytes);
            }
            None
        };
        assert_eq!(end(1_000).await, None);
        let end = end(500).await;
        assert!(end.is_some_and(|second| (17..=20).contains(&second)), "{end:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_taken_fast_is_no_credit_for_later() {
        let mut pace = Pace::new(1_000, LAG_MAX);
        pace.took(1_000_000);
        assert!(!is_too_slow(&mut pace));
        advance(LAG_MAX + SECOND).await;
        assert!(is_too_slow(&mut pace));
    }
}
