//! The programmes of brands in words: tracks, and the consents of members.

use lojal_types::{SetTrack, Track, TrackKind};
use lojal_wallet::time::utc;

/// A track that begins or becomes kinder, in words: its terms as they will be.
pub(super) fn track_in_words(set: &SetTrack) -> String {
    format!("track {} of {} becomes:\n{}", set.track, set.brand, terms_in_words(&set.terms))
}

/// The terms of a track in words, a line each.
pub(super) fn terms_in_words(terms: &Track) -> String {
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
    lines.iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn kind_in_words(kind: &TrackKind) -> String {
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
