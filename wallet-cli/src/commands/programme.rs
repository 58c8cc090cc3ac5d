//! The programmes of brands in words: tracks, and the consents of members.

use lojal_types::{Points, SetTrack, TimeMs, Track, TrackKind, api};
use lojal_wallet::time::utc;

use crate::output::grouped;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A track that begins or becomes kinder, in words: its terms as they will be.
pub(super) fn track_in_words(set: &SetTrack) -> String {
    format!("track {} of {} becomes:\n{}", set.track, set.brand, terms_in_words(&set.terms))
}

/// The terms of a track in words, a line each.
pub(super) fn terms_in_words(terms: &Track) -> String {
    lines(terms).iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

/// The terms of a track as they become, where what goes has a minus before it, and what comes a plus.
pub(super) fn terms_changes(before: &Track, after: &Track) -> String {
    changes(&lines(before), &lines(after))
}

/// Lines as they become, marked likewise.
pub(super) fn changes(before: &[String], after: &[String]) -> String {
    let gone = before.iter().filter(|line| !after.contains(line)).map(|line| format!("- {line}"));
    let mark = |line: &String| if before.contains(line) { " " } else { "+" };
    let there = after.iter().map(|line| format!("{} {line}", mark(line)));
    gone.chain(there).collect::<Vec<_>>().join("\n")
}

fn lines(terms: &Track) -> Vec<String> {
    let mut lines = vec![kind_in_words(&terms.kind), format!("at most {} at once", terms.stamp_max)];
    for (level, number) in terms.levels.iter().zip(1..) {
        lines.push(format!("level {number} from {}, held for {}", level.at_least, months(level.months)));
    }
    if !terms.levels.is_empty() {
        let falls = if terms.soft { "falls by one at a time" } else { "falls to what counts then" };
        lines.push(format!("a level that isn't kept {falls}"));
    }
    lines.push(format!("a stamp can be taken back for {} days", terms.take_back_days));
    lines.push(format!("told to members in a document with the hash {}", terms.about));
    lines
}

/// The time over which a track counts, in words.
pub(super) fn kind_in_words(kind: &TrackKind) -> String {
    match kind {
        TrackKind::Rolling { months: counted, closes_ms } => {
            let end = closes_ms.map(|closes| format!("; closes at {} UTC", utc(closes))).unwrap_or_default();
            format!("a stamp counts for its month and {} more{end}", months(*counted))
        }
        TrackKind::Window { opens_ms, closes_ms } => {
            format!("stamps count from {} to {} UTC", utc(*opens_ms), utc(*closes_ms))
        }
        TrackKind::Places { opens_ms, closes_ms, count } => {
            format!("{count} places, each once, from {} to {} UTC", utc(*opens_ms), utc(*closes_ms))
        }
    }
}

fn months(count: u8) -> String {
    if count == 1 { "1 month".to_owned() } else { format!("{count} months") }
}

/// The consents of a member to a brand, in words.
pub(super) fn consents_text(consents: u8) -> String {
    let all = ["to be listed by rank", "profiling", "sharing with partners", "reminders"];
    let given = all.iter().enumerate().filter(|(bit, _)| consents >> bit & 1 == 1).map(|(_, text)| *text);
    let given: Vec<&str> = given.collect();
    if given.is_empty() { "nothing".to_owned() } else { given.join(", ") }
}

/// A track in the words that people know.
pub(super) fn track_text(track: &api::TrackStanding) -> String {
    let number = |units: u64| grouped(Points::new(units), 0);
    let counts = match track.terms.kind {
        TrackKind::Rolling { .. } => format!("{} count", number(track.units)),
        TrackKind::Window { closes_ms, .. } => {
            format!("{} counted, stamped until {} UTC", number(track.units), utc(closes_ms))
        }
        TrackKind::Places { count, closes_ms, .. } => {
            let places: Vec<String> = track.places.iter().map(u8::to_string).collect();
            let (places, end) = (places.join(", "), utc(closes_ms));
            format!("{} of {count} places ({places}), stamped until {end} UTC", number(track.units))
        }
    };
    let mut parts = vec![counts];
    match &track.lasts {
        Some(lasts) => parts.push(level_text(track.level, lasts)),
        None if !track.terms.levels.is_empty() => parts.push("no level yet".to_owned()),
        None => {}
    }
    if let Some(next) = track.next {
        let reach = if next.missing == 1 { "reaches" } else { "reach" };
        parts.push(format!("{} more {reach} level {}", number(next.missing), next.level));
    }
    format!("track {}: {}", track.track, parts.join("; "))
}

/// A level with its last month, and what keeps it or what comes of it.
fn level_text(level: u8, lasts: &api::LevelEnd) -> String {
    let through = format!("level {level} through {}", month_before(lasts.until_ms));
    let then = if lasts.then == 0 { "no level".to_owned() } else { format!("level {}", lasts.then) };
    match lasts.keeps {
        Some(missing) => {
            let more = grouped(Points::new(missing), 0);
            format!("{through}; {more} more by then keeps it, else {then} follows")
        }
        None => format!("{through}, then {then}"),
    }
}

/// The month that ends at a time, such as `April 2027`.
fn month_before(end: TimeMs) -> String {
    let months = end.month().get().saturating_sub(1);
    format!("{} {}", MONTHS[usize::from(months % 12)], 1970 + months / 12)
}

#[cfg(test)]
mod tests {
    use lojal_types::{Bounded, Hash, Month, Track, TrackId, TrackLevel};

    use super::*;

    fn terms(kind: TrackKind, levels: &[u64]) -> Track {
        let levels = levels.iter().map(|at_least| TrackLevel { at_least: *at_least, months: 12 }).collect();
        let levels = Bounded::new(levels).expect("at most eight");
        Track { kind, stamp_max: 1000, levels, soft: false, take_back_days: 30, about: Hash::new([7; 32]) }
    }

    fn of(terms: Track, units: u64) -> api::TrackStanding {
        let track = TrackId::new(3);
        api::TrackStanding { track, terms, units, places: Vec::new(), level: 0, lasts: None, next: None }
    }

    #[test]
    fn a_level_is_told_with_its_last_month_what_keeps_it_and_what_reaches_the_next() {
        let rolling = terms(TrackKind::Rolling { months: 12, closes_ms: None }, &[100, 1000, 3000]);
        let until_ms = "2027-05".parse::<Month>().expect("a month").start();
        let next = Some(api::NextLevel { level: 3, at_least: 3000, missing: 300 });
        let mut track = api::TrackStanding { level: 2, next, ..of(rolling, 2700) };
        track.lasts = Some(api::LevelEnd { until_ms, keeps: Some(120), then: 1 });
        let expected = "track 3: 2700 count; level 2 through April 2027; 120 more by then keeps it, else level 1 \
                        follows; 300 more reach level 3";
        assert_eq!(track_text(&track), expected);
        track.lasts = Some(api::LevelEnd { until_ms, keeps: None, then: 0 });
        track.next = None;
        assert_eq!(track_text(&track), "track 3: 2700 count; level 2 through April 2027, then no level");
        (track.level, track.lasts) = (0, None);
        track.next = Some(api::NextLevel { level: 1, at_least: 100, missing: 1 });
        assert_eq!(track_text(&track), "track 3: 2700 count; no level yet; 1 more reaches level 1");
    }

    #[test]
    fn places_are_told_by_their_numbers() {
        let (opens_ms, closes_ms) = (TimeMs::default(), TimeMs::default().plus_ms(1000));
        let places = terms(TrackKind::Places { opens_ms, closes_ms, count: 5 }, &[]);
        let track = api::TrackStanding { places: vec![0, 4], ..of(places, 2) };
        assert_eq!(track_text(&track), "track 3: 2 of 5 places (0, 4), stamped until 1970-01-01 00:00:01 UTC");
    }
}
