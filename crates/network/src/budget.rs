//! The budget of what one node may send on one topic: a token bucket whose tokens are time.

use std::time::Duration;

use tokio::time::Instant;

/// The rate at which one node may send on a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Messages per second, if they are short.
    pub messages_per_s: u64,
    /// Bytes per second, if the messages are long.
    pub bytes_per_s: u64,
}

impl Rate {
    /// The time that a message of this length stands for: that of one message or that of its bytes, whichever is
    /// longer.
    pub fn time_of(self, bytes: usize) -> Duration {
        let nanoseconds =
            |count: u64, per_s: u64| Duration::from_secs(1).as_nanos() * u128::from(count) / u128::from(per_s);
        let longer = nanoseconds(1, self.messages_per_s).max(nanoseconds(bytes as u64, self.bytes_per_s));
        Duration::from_nanos(u64::try_from(longer).unwrap_or(u64::MAX))
    }
}

/// Messages are taken from it, each the time it stands for, and time fills it.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    /// The time at which it is full again if nothing is taken before.
    full_at: Instant,
}

impl Bucket {
    /// A full one.
    pub fn full(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// True if nothing is missing in it.
    pub fn is_full(&self, now: Instant) -> bool {
        self.full_at <= now
    }

    /// The time at which a bucket that holds `burst` when full isn't empty any more; in the past if it isn't now.
    pub fn has_some_at(&self, burst: Duration) -> Instant {
        self.full_at.checked_sub(burst).unwrap_or(self.full_at)
    }

    /// Takes a message's time out, even if less is in: time has to make up for it before there is some again.
    pub fn charge(&mut self, time: Duration, now: Instant) {
        self.full_at = self.full_at.max(now) + time;
    }

    /// Takes a message's time out of a bucket that holds `burst` when full; false, and nothing taken, when less is in.
    pub fn take(&mut self, time: Duration, burst: Duration, now: Instant) -> bool {
        let full_at = self.full_at.max(now) + time;
        let is_enough = full_at <= now + burst;
        if is_enough {
            self.full_at = full_at;
        }
        is_enough
    }
}

#[cfg(test)]
mod tests;
