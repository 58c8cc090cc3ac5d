//! Days (UTC), as they stand on receipts.

use std::fmt;
use std::io;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::decode::{from_text, invalid_data};
use crate::limits::TIME_MS_MAX;
use crate::time::{Month, TimeMs};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// The last day of the year 6999.
#[expect(clippy::cast_possible_truncation, reason = "fewer than two million")]
const DAY_MAX: u32 = (TIME_MS_MAX / DAY_MS) as u32;

/// A day (UTC), counted from 1970-01-01, up to the year 6999. Text form: `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct Day(u32);

/// A text that is no `YYYY-MM-DD`, or a day beyond the year 6999.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected a day like 2027-03-14, up to the year 6999")]
pub struct DayError;

impl Day {
    /// Checks the bound.
    ///
    /// # Errors
    /// When the day lies beyond the year 6999.
    pub fn new(days: u32) -> Result<Self, DayError> {
        if days <= DAY_MAX { Ok(Self(days)) } else { Err(DayError) }
    }
    /// Days since 1970-01-01.
    pub const fn get(self) -> u32 {
        self.0
    }
    /// The day so many days later, or the last representable one.
    pub fn plus(self, days: u32) -> Self {
        Self(self.0.saturating_add(days).min(DAY_MAX))
    }
    /// The day so many days earlier, or the first representable one.
    pub fn minus(self, days: u32) -> Self {
        Self(self.0.saturating_sub(days))
    }
    /// The first millisecond of the day.
    pub fn start(self) -> TimeMs {
        TimeMs::default().plus_ms(u64::from(self.0) * DAY_MS)
    }
    /// The calendar month (UTC) that it is in.
    pub fn month(self) -> Month {
        self.start().month()
    }
}

impl TimeMs {
    /// The time as RFC 3339 writes it, in UTC, to the millisecond.
    pub fn to_rfc3339(self) -> String {
        let ms = self.since_ms(self.day().start());
        let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
        format!("{}T{hour:02}:{minute:02}:{second:02}.{:03}Z", self.day(), ms % 1_000)
    }
    /// The day (UTC) that contains this time.
    pub fn day(self) -> Day {
        Day(u32::try_from(self.get() / DAY_MS).expect("a time is bounded"))
    }
}

impl BorshDeserialize for Day {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        Self::new(u32::deserialize_reader(reader)?).map_err(invalid_data)
    }
}
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let month = self.month();
        write!(f, "{month}-{:02}", self.0 - month.start().day().0 + 1)
    }
}
impl FromStr for Day {
    type Err = DayError;
    fn from_str(text: &str) -> Result<Self, DayError> {
        let (month, of_month) = text.rsplit_once('-').ok_or(DayError)?;
        if of_month.len() != 2 || !of_month.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(DayError);
        }
        let month: Month = month.parse().map_err(|_| DayError)?;
        let of_month: u32 = of_month.parse().map_err(|_| DayError)?;
        let day = month.start().day().0.checked_add(of_month).and_then(|day| day.checked_sub(1)).ok_or(DayError)?;
        Self::new(day).ok().filter(|day| of_month > 0 && day.month() == month).ok_or(DayError)
    }
}
impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_rfc_3339_says() {
        let text = |ms| TimeMs::new(ms).expect("in range").to_rfc3339();
        assert_eq!(text(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(text(951_868_799_999), "2000-02-29T23:59:59.999Z");
        assert_eq!(text(951_868_800_000 + 3_661_007), "2000-03-01T01:01:01.007Z");
    }

    #[test]
    fn days_change_at_midnight_utc() {
        let day = |ms| TimeMs::new(ms).expect("in range").day();
        assert_eq!(day(951_868_799_999).get(), 11_016);
        assert_eq!(day(951_868_800_000).get(), 11_017);
        assert!(day(0) < day(DAY_MS) && day(0) == day(DAY_MS - 1));
        assert_eq!(day(951_868_800_000).start().get(), 951_868_800_000);
    }

    #[test]
    fn every_day_has_its_text() {
        for text in ["1970-01-01", "2000-02-29", "2026-12-31", "2027-01-01", "2100-02-28", "6999-12-31"] {
            assert_eq!(text.parse::<Day>().expect("valid").to_string(), text);
        }
        for days in (0..40_000).chain(DAY_MAX - 4_000..=DAY_MAX) {
            let day = Day::new(days).expect("in range");
            assert_eq!(day.to_string().parse(), Ok(day));
        }
        let wrong = ["2026-02-29", "2100-02-29", "2026-13-01", "2026-00-01", "2026-01-00", "2026-01-32", "2026-04-31"];
        for wrong in wrong.into_iter().chain(["7000-01-01", "1969-12-31", "2026-1-01", "2026-01-1", "+026-01-01", ""]) {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_day_beyond_the_bound_is_refused() {
        assert!(Day::new(DAY_MAX).is_ok() && Day::new(DAY_MAX + 1).is_err());
        assert!(borsh::from_slice::<Day>(&u32::MAX.to_le_bytes()).is_err());
        assert_eq!((Day(0).minus(1), Day(DAY_MAX).plus(1)), (Day(0), Day(DAY_MAX)));
    }

    #[test]
    fn a_month_starts_with_its_first_day() {
        for number in 0..60_360 {
            let month = Month::new(number);
            let start = month.start();
            assert_eq!((start.month(), start.get() % DAY_MS), (month, 0));
            let before = TimeMs::new(start.get().saturating_sub(1)).expect("earlier");
            assert!(number == 0 || before.month().plus(1) == month);
        }
    }
}
