//! The codes of the programme.

use super::super::Code;

/// The codes from 701 to 799 with their names and what they tell a person.
pub(in crate::code) const PROGRAMME: [(Code, &str, &str); 12] = [
    (
        Code::TrackOutOfBounds,
        "track_out_of_bounds",
        "the track's terms are outside their limits, or its number isn't higher than those of all tracks before",
    ),
    (
        Code::TooManyTracks,
        "too_many_tracks",
        "the brand has 4 rolling tracks, or 16 of the other kinds, that aren't over: wait until one is",
    ),
    (
        Code::TrackPromised,
        "track_promised",
        "a track that has begun can only become kinder: what is harder is a new track",
    ),
    (Code::UnknownTrack, "unknown_track", "the brand has no track with this number (any more)"),
    (Code::TrackClosed, "track_closed", "the track isn't open: nothing can be stamped on it yet, or any more"),
    (
        Code::PlaceOutOfRange,
        "place_out_of_range",
        "the track doesn't have this place; places are counted from 0, and only a track of places has any",
    ),
    (
        Code::StampTooLarge,
        "stamp_too_large",
        "more units than a stamp of this track can have, or more than can be counted",
    ),
    (Code::AwardToOther, "award_to_other", "the stamp was given to another account"),
    (Code::TakeBackWindowClosed, "take_back_window_closed", "the time in which this stamp could be taken back is over"),
    (Code::TakeBackExceeds, "take_back_exceeds", "more units than are left of the stamp"),
    (
        Code::NoRelation,
        "no_relation",
        "the brand has never stamped anything for this account, so there is nothing to consent to",
    ),
    (
        Code::UnknownConsent,
        "unknown_consent",
        "consents are a sum of 1 (ranks), 2 (profiling), 4 (sharing with partners) and 8 (reminders)",
    ),
];
