//! Times and durations as people write them.

use lojal_text::typed;
use lojal_types::TimeMs;
use thiserror::Error;

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// A text that is no time or no duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TimeTextError {
    /// No duration.
    #[error("write a whole number and a unit: 90s, 10m, 2h or 3d")]
    Duration,
    /// No time.
    #[error(
        "write a day, or a day and a time (UTC), up to the year 6999: 2027-03-01, 2027-03-01T18:30 or \"2027-03-01 \
         18:30:00\""
    )]
    Time,
}

/// Reads a duration such as `90s`, `10m`, `2h` or `3d`, in milliseconds.
///
/// # Errors
/// When it is none.
pub fn parse_duration_ms(text: &str) -> Result<u64, TimeTextError> {
    let text = typed(text).map_err(|_| TimeTextError::Duration)?;
    let units = [("ms", 1), ("s", 1000), ("m", MINUTE_MS), ("h", HOUR_MS), ("d", DAY_MS)];
    let found = units.iter().find_map(|(unit, ms)| Some((text.strip_suffix(*unit)?, ms)));
    let (number, unit_ms) = found.ok_or(TimeTextError::Duration)?;
    digits(number).and_then(|number| number.checked_mul(*unit_ms)).ok_or(TimeTextError::Duration)
}

/// A duration in the largest unit that it is a whole number of.
pub fn format_duration(ms: u64) -> String {
    let units = [(DAY_MS, "d"), (HOUR_MS, "h"), (MINUTE_MS, "m"), (1000, "s")];
    match units.iter().find(|(unit_ms, _)| ms.is_multiple_of(*unit_ms)) {
        Some((unit_ms, unit)) if ms > 0 => format!("{}{unit}", ms / unit_ms),
        Some(_) => "0s".to_owned(),
        None => format!("{ms}ms"),
    }
}

/// A duration as people say it, in whole minutes where it lasts that long: `59 minutes`, `40 seconds`.
pub fn about(ms: u64) -> String {
    let (number, unit) = match ms {
        0..MINUTE_MS => (ms / 1000, "second"),
        MINUTE_MS..HOUR_MS => (ms / MINUTE_MS, "minute"),
        HOUR_MS.. => {
            let (hours, minutes) = (ms / HOUR_MS, ms % HOUR_MS / MINUTE_MS);
            let rest = if minutes == 0 { String::new() } else { format!(" and {}", counted(minutes, "minute")) };
            return counted(hours, "hour") + &rest;
        }
    };
    counted(number, unit)
}

fn counted(number: u64, unit: &str) -> String {
    if number == 1 { format!("1 {unit}") } else { format!("{number} {unit}s") }
}

/// The time at which a hold ends that was asked to end at `expires_ms`. "A hold ends on a whole minute: its
/// `expires_ms`, which is at most 30 days ahead, is rounded up." (protocol, Holds)
pub fn hold_end(expires_ms: TimeMs) -> TimeMs {
    // Beyond the last representable minute there is none.
    expires_ms.to_whole_minute().unwrap_or(expires_ms)
}

/// Reads a day, which is its first moment, or a day and a time (UTC): `2027-03-01`, `2027-03-01T18:30`, or as times are
/// shown, `2027-03-01 18:30:00 UTC`.
///
/// # Errors
/// When it is none.
pub fn parse_time(text: &str) -> Result<TimeMs, TimeTextError> {
    let text = typed(text).map_err(|_| TimeTextError::Time)?;
    let text = text.strip_suffix(" UTC").or_else(|| text.strip_suffix('Z')).unwrap_or(&text);
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00"));
    let ms = days(day)
        .zip(seconds(time))
        .and_then(|(days, seconds)| days.checked_mul(DAY_MS)?.checked_add(seconds.checked_mul(1000)?));
    ms.and_then(|ms| TimeMs::new(ms).ok()).ok_or(TimeTextError::Time)
}

/// A time as `2026-11-21 22:45:01` (UTC).
pub fn utc(time: TimeMs) -> String {
    let seconds = time.get() / 1000;
    let (days, second_of_day) = (seconds / 86_400, seconds % 86_400);
    let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
    format!("{}-{:02} {hour:02}:{minute:02}:{second:02}", time.month(), day_of_month(days))
}

/// The day of the month (1 to 31) of a day counted from 1970-01-01, by the days-to-civil algorithm:
/// <https://howardhinnant.github.io/date_algorithms.html>.
fn day_of_month(days: u64) -> u64 {
    let day_of_era = (days + 719_468) % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    day_of_year - (153 * march_month + 2) / 5 + 1
}

/// Days from 1970-01-01 to `YYYY-MM-DD`, by the civil-to-days algorithm of the same page. A day that the month doesn't
/// have is none.
fn days(text: &str) -> Option<u64> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let (year, month, day) = (fixed(year, 4)?, fixed(month, 2)?, fixed(day, 2)?);
    if !(1970..=6999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let march_year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (march_year / 400, march_year % 400);
    let march_month = (month + 9) % 12;
    let day_of_year = (153 * march_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = (era * 146_097 + day_of_era).checked_sub(719_468)?;
    (day_of_month(days) == day).then_some(days)
}

/// Seconds from midnight to `HH:MM` or `HH:MM:SS`.
fn seconds(text: &str) -> Option<u64> {
    let (hour, rest) = text.split_once(':')?;
    let (minute, second) = rest.split_once(':').unwrap_or((rest, "00"));
    let (hour, minute, second) = (fixed(hour, 2)?, fixed(minute, 2)?, fixed(second, 2)?);
    (hour < 24 && minute < 60 && second < 60).then_some(hour * 3600 + minute * 60 + second)
}

fn fixed(text: &str, len: usize) -> Option<u64> {
    if text.len() == len { digits(text) } else { None }
}

fn digits(text: &str) -> Option<u64> {
    let only_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if only_digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_a_number_and_a_unit() {
        let cases =
            [("90s", 90_000), ("10m", 600_000), ("2h", 7_200_000), ("3d", 259_200_000), ("0s", 0), ("1500ms", 1_500)];
        for (text, ms) in cases {
            assert_eq!(parse_duration_ms(text), Ok(ms));
            assert_eq!(parse_duration_ms(&format_duration(ms)), Ok(ms));
        }
        for wrong in ["", "s", "10", "-1s", "+1s", "1.5h", "10 m", "1w", "99999999999999999999d", "213503982335d"] {
            assert_eq!(parse_duration_ms(wrong), Err(TimeTextError::Duration), "{wrong}");
        }
        assert_eq!(
            (format_duration(7_200_000), format_duration(1), format_duration(0)),
            ("2h".into(), "1ms".into(), "0s".into())
        );
    }

    #[test]
    fn a_duration_is_said_as_people_do() {
        let cases = [
            (999, "0 seconds"),
            (1_000, "1 second"),
            (59_999, "59 seconds"),
            (60_000, "1 minute"),
            (3_599_250, "59 minutes"),
            (3_600_000, "1 hour"),
            (3_719_000, "1 hour and 1 minute"),
            (86_400_000, "24 hours"),
        ];
        for (ms, text) in cases {
            assert_eq!(about(ms), text);
        }
    }

    #[test]
    fn times_are_read_as_they_are_shown_also_around_leap_days() {
        let cases = [
            ("1970-01-01", 0, "1970-01-01 00:00:00"),
            ("2000-02-29T23:59", 951_868_740_000, "2000-02-29 23:59:00"),
            ("2000-03-01", 951_868_800_000, "2000-03-01 00:00:00"),
            ("2027-01-01T00:00", 1_798_761_600_000, "2027-01-01 00:00:00"),
            ("6999-12-31T23:59", 158_731_487_940_000, "6999-12-31 23:59:00"),
        ];
        for (text, ms, shown) in cases {
            let time = parse_time(text).expect(text);
            assert_eq!((time.get(), utc(time).as_str()), (ms, shown));
            for again in [shown.to_owned(), format!("{shown} UTC"), format!(" {}Z\r\n", shown.replace(' ', "T"))] {
                assert_eq!(parse_time(&again), Ok(time), "{again}");
            }
        }
    }

    #[test]
    fn days_that_no_month_has_and_other_nonsense_are_refused() {
        let wrong = [
            "2027-02-29",
            "2100-02-29",
            "2027-04-31",
            "2027-13-01",
            "2027-00-01",
            "2027-01-00",
            "2027-01-32",
            "27-01-01",
            "2027-1-1",
            "1969-12-31",
            "7000-01-01",
            "2027-01-01T24:00",
            "2027-01-01T12:60",
            "2027-01-01T",
            "2027-01-01 12:00:60",
            "2027-01-01 12:00:00 CET",
            "+027-01-01",
            "",
        ];
        for text in wrong {
            assert_eq!(parse_time(text), Err(TimeTextError::Time), "{text}");
        }
    }

    #[test]
    fn times_are_shown_in_utc_also_around_leap_days() {
        let cases = [
            (951_782_399_999, "2000-02-28 23:59:59"),
            (951_782_400_000, "2000-02-29 00:00:00"),
            (1_798_761_599_999, "2026-12-31 23:59:59"),
        ];
        for (ms, text) in cases {
            assert_eq!(utc(TimeMs::new(ms).expect("in range")), text);
        }
    }
}
