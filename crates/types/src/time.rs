//! Time as the ledger knows it: milliseconds from block headers, and calendar months (UTC).

use std::fmt;
use std::io;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::decode::{from_text, invalid_data};
use crate::limits::TIME_MS_MAX;

const MINUTE_MS: u64 = 60 * 1000;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// Milliseconds since 1970-01-01T00:00:00Z, at most [`TIME_MS_MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, Serialize)]
#[serde(transparent)]
pub struct TimeMs(u64);

/// A time beyond [`TIME_MS_MAX`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("time {0} ms lies beyond the year 6999; give Unix time in milliseconds")]
pub struct TimeError(u64);

impl TimeMs {
    /// Checks the bound.
    ///
    /// # Errors
    /// When the time lies beyond [`TIME_MS_MAX`].
    pub fn new(ms: u64) -> Result<Self, TimeError> {
        if ms <= TIME_MS_MAX { Ok(Self(ms)) } else { Err(TimeError(ms)) }
    }
    /// The milliseconds.
    pub const fn get(self) -> u64 {
        self.0
    }
    /// The time `ms` later, or the latest representable one.
    pub fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add(ms).min(TIME_MS_MAX))
    }
    /// Milliseconds from `earlier` to here; 0 if `earlier` is later.
    pub fn since_ms(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
    /// The first whole minute that isn't earlier; none beyond the last representable one.
    pub fn to_whole_minute(self) -> Option<Self> {
        Self::new(self.0.next_multiple_of(MINUTE_MS)).ok()
    }
    /// The calendar month (UTC) that contains this time.
    pub fn month(self) -> Month {
        let (year, month) = civil_month(self.0 / DAY_MS);
        Month((year - 1970) * 12 + (month - 1))
    }
}
impl BorshDeserialize for TimeMs {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        Self::new(u64::deserialize_reader(reader)?).map_err(invalid_data)
    }
}
impl<'de> Deserialize<'de> for TimeMs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(<u64 as Deserialize>::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Year and month (1 to 12) of a day counted from 1970-01-01.
///
/// The days-to-civil algorithm over years that start in March, so that leap days come last:
/// <https://howardhinnant.github.io/date_algorithms.html>. Every step stays in range for days up to the year 6999.
fn civil_month(days: u64) -> (u16, u16) {
    let shifted = days + 719_468; // days from 0000-03-01
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let fits = "the year is at most 6999 and the month at most 12";
    (u16::try_from(year).expect(fits), u16::try_from(month).expect(fits))
}

/// A calendar month (UTC), counted from January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Month(u16);

impl Month {
    /// Wraps the number of months since January 1970.
    pub const fn new(months: u16) -> Self {
        Self(months)
    }
    /// Months since January 1970.
    pub const fn get(self) -> u16 {
        self.0
    }
    /// The first millisecond of the month, or the last representable time.
    ///
    /// The inverse of the algorithm by which a day's month is found.
    pub fn start(self) -> TimeMs {
        let (year, month) = (1970 + u64::from(self.0 / 12), u64::from(self.0 % 12) + 1);
        let year = year - u64::from(month <= 2);
        let march_month = (month + 9) % 12;
        let day_of_year = (153 * march_month + 2) / 5;
        let (era, year_of_era) = (year / 400, year % 400);
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        TimeMs(0).plus_ms((era * 146_097 + day_of_era - 719_468) * DAY_MS)
    }
    /// The month `months` later, or the last representable one.
    pub fn plus(self, months: u8) -> Self {
        Self(self.0.saturating_add(u16::from(months)))
    }
}
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", 1970 + self.0 / 12, 1 + self.0 % 12)
    }
}

/// A text that is no `YYYY-MM`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected a month like 2027-03, or never")]
pub struct MonthError;

impl FromStr for Month {
    type Err = MonthError;
    fn from_str(text: &str) -> Result<Self, MonthError> {
        let (year, month) = text.split_once('-').ok_or(MonthError)?;
        if year.len() != 4 || month.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return Err(MonthError);
        }
        let year: u16 = year.parse().map_err(|_| MonthError)?;
        let month: u16 = month.parse().map_err(|_| MonthError)?;
        if !(1..=12).contains(&month) {
            return Err(MonthError);
        }
        // Every month that the type can hold has its text, the last one being 7431-04.
        let years = year.checked_sub(1970).ok_or(MonthError)?;
        let months = years.checked_mul(12).and_then(|months| months.checked_add(month - 1));
        months.map(Self).ok_or(MonthError)
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

/// The end of a lot's points: after a month, or never. Earlier expiry sorts first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub enum Expiry {
    /// The points are gone when this month is over.
    Month(Month),
    /// The points never expire.
    Never,
}

impl Expiry {
    /// True if points with this expiry can still be used in `month`.
    pub fn is_live_in(self, month: Month) -> bool {
        match self {
            Self::Month(last) => last >= month,
            Self::Never => true,
        }
    }
}
impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(month) => month.fmt(f),
            Self::Never => f.write_str("never"),
        }
    }
}
impl FromStr for Expiry {
    type Err = MonthError;
    fn from_str(text: &str) -> Result<Self, MonthError> {
        if text == "never" { Ok(Self::Never) } else { text.parse().map(Self::Month) }
    }
}
impl Serialize for Expiry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Expiry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month_of(ms: u64) -> String {
        TimeMs::new(ms).expect("in range").month().to_string()
    }

    #[test]
    fn months_change_at_midnight_utc_also_over_leap_days_and_centuries() {
        assert_eq!(month_of(0), "1970-01");
        assert_eq!(month_of(951_782_399_999), "2000-02"); // 2000-02-28T23:59:59.999
        assert_eq!(month_of(951_868_799_999), "2000-02"); // 2000-02-29T23:59:59.999
        assert_eq!(month_of(951_868_800_000), "2000-03");
        assert_eq!(month_of(1_798_761_599_999), "2026-12");
        assert_eq!(month_of(1_798_761_600_000), "2027-01");
        assert_eq!(month_of(4_107_542_399_999), "2100-02"); // no leap day in 2100
        assert_eq!(month_of(4_107_542_400_000), "2100-03");
        assert_eq!(month_of(TIME_MS_MAX), "6999-12");
    }

    #[test]
    fn a_time_beyond_the_bound_is_refused() {
        assert!(TimeMs::new(TIME_MS_MAX + 1).is_err());
        assert!(borsh::from_slice::<TimeMs>(&u64::MAX.to_le_bytes()).is_err());
    }

    #[test]
    fn month_text_round_trips_and_nonsense_is_refused() {
        assert_eq!("2026-11".parse::<Month>().expect("valid").to_string(), "2026-11");
        for edge in ["1970-01", "7431-04"] {
            assert_eq!(edge.parse::<Month>().expect("valid").to_string(), edge);
        }
        for wrong in
            ["2026-13", "2026-00", "26-11", "2026-1", "2026/11", "+026-11", "1969-12", "7431-05", "9999-12", ""]
        {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn points_live_through_their_last_month_and_never_outlives_all() {
        let last = Month::new(683);
        assert!(Expiry::Month(last).is_live_in(last));
        assert!(!Expiry::Month(last).is_live_in(last.plus(1)));
        assert!(Expiry::Never.is_live_in(Month::new(u16::MAX)));
        assert!(Expiry::Month(Month::new(u16::MAX)) < Expiry::Never);
    }
}
