//! The time that counts. A gateway's word alone neither stretches what is signed nor ends the wait for its outcome.

use std::time::{SystemTime, UNIX_EPOCH};

use lojal_types::{Day, TimeMs};
use thiserror::Error;

use crate::time::utc;

/// The most that the ledger's time may be ahead of this machine's clock when something is signed. A gateway that claims
/// more could keep what was signed and submit it long after its owner gave it up.
pub const LEDGER_AHEAD_MS_MAX: u64 = 2 * 60 * 1000;

/// The time by which this machine's clock must be past a time before that counts as over: the validators' clocks can be
/// a little late.
pub const CLOCK_MARGIN_MS: u64 = 5_000;

/// A reason there is no time to sign from.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ClockError {
    /// A clock before 1970 or after 6999.
    #[error("this machine's clock is wrong: set it, transactions need the time")]
    Unusable,
    /// The ledger's time is too far ahead.
    #[error(
        "nothing was signed: this machine's clock says {} UTC, but {gateway_url} says that the ledger is at {} UTC: \
         set the clock if it is late, otherwise use another gateway",
        utc(*local),
        utc(*ledger)
    )]
    LedgerAhead {
        /// The gateway.
        gateway_url: String,
        /// This machine's time.
        local: TimeMs,
        /// The time of the last final block, as the gateway says.
        ledger: TimeMs,
    },
    /// This machine's clock is too far ahead for what it signs to be taken.
    #[error(
        "nothing was signed: this machine's clock says {} UTC, but {gateway_url} says that the ledger is at {} UTC: \
         set the clock if it is early, otherwise try again when the network goes on",
        utc(*local),
        utc(*ledger)
    )]
    LedgerBehind {
        /// The gateway.
        gateway_url: String,
        /// This machine's time.
        local: TimeMs,
        /// The time of the last final block, as the gateway says.
        ledger: TimeMs,
    },
    /// This machine's day is too far ahead for anything to be dated by it.
    #[error(
        "nothing was dated: this machine's clock says {} UTC, but {gateway_url} says that the ledger is at {} UTC: set \
         the clock if it is early, otherwise try again when the network goes on",
        utc(*local),
        utc(*ledger)
    )]
    DayAhead {
        /// The gateway.
        gateway_url: String,
        /// This machine's time.
        local: TimeMs,
        /// The time of the last final block, as the gateway says.
        ledger: TimeMs,
    },
}

/// This machine's time.
///
/// # Errors
/// [`ClockError::Unusable`]
pub fn local_time() -> Result<TimeMs, ClockError> {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|_| ClockError::Unusable)?;
    let ms = u64::try_from(since_1970.as_millis()).map_err(|_| ClockError::Unusable)?;
    TimeMs::new(ms).map_err(|_| ClockError::Unusable)
}

/// The time from which validity counts: this machine's, or the ledger's if that is a little later.
///
/// # Errors
/// [`ClockError::LedgerAhead`] when it is later by more than [`LEDGER_AHEAD_MS_MAX`].
pub fn signing_time(local: TimeMs, ledger: TimeMs, gateway_url: &str) -> Result<TimeMs, ClockError> {
    if ledger.since_ms(local) > LEDGER_AHEAD_MS_MAX {
        return Err(ClockError::LedgerAhead { gateway_url: gateway_url.to_owned(), local, ledger });
    }
    Ok(local.max(ledger))
}

/// The same for whoever signs again and again by itself, and must not do so for nothing: the ledger refuses what is
/// valid for too long by its own time.
///
/// # Errors
/// [`ClockError::LedgerBehind`] when the ledger's time is behind this machine's by more than `behind_ms_max`; those of
/// [`signing_time`].
pub fn patient_signing_time(
    local: TimeMs,
    ledger: TimeMs,
    gateway_url: &str,
    behind_ms_max: u64,
) -> Result<TimeMs, ClockError> {
    if local.since_ms(ledger) > behind_ms_max {
        return Err(ClockError::LedgerBehind { gateway_url: gateway_url.to_owned(), local, ledger });
    }
    signing_time(local, ledger, gateway_url)
}

/// The day by which receipts and requests are dated: that of [`signing_time`].
///
/// # Errors
/// [`ClockError::DayAhead`] when the ledger wouldn't take the day: it is later than tomorrow, by the ledger's time;
/// those of [`signing_time`].
pub fn today(local: TimeMs, ledger: TimeMs, gateway_url: &str) -> Result<Day, ClockError> {
    let today = signing_time(local, ledger, gateway_url)?.day();
    if today > ledger.day().plus(1) {
        return Err(ClockError::DayAhead { gateway_url: gateway_url.to_owned(), local, ledger });
    }
    Ok(today)
}

/// Tells whether `time` is over for this machine, with [`CLOCK_MARGIN_MS`] to spare.
pub fn is_over(time: TimeMs, local: TimeMs) -> bool {
    local >= time.plus_ms(CLOCK_MARGIN_MS)
}

#[cfg(test)]
mod tests;
