//! The wall clock, read in this one place.

use std::time::{SystemTime, UNIX_EPOCH};

use lojal_types::TimeMs;

/// Now, by the system's clock; a clock before 1970 reads as 1970.
pub fn now() -> TimeMs {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let ms = u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX);
    TimeMs::default().plus_ms(ms)
}
