//! Tracks, stamps, and the records that are kept of them: their own generated values.

use lojal_ledger::HalfId;
use lojal_ledger::record::{
    Count, HeldLevel, HeldMark, Progress, Stamped, Standing, Taken, TakenBack, TrackLevels, TrackList,
};
use lojal_types::{
    CampaignId, Operation, SetConsent, SetPendingDays, SetTrack, Stamp, TakeBack, TakenBackOf, Track, TrackId,
    TrackKind, TrackLevel,
};
use proptest::option;
use proptest::prelude::*;

use super::campaigns::mark_id;
use super::survives;
use super::values::*;

fn track_id() -> BoxedStrategy<TrackId> {
    any::<u16>().prop_map(TrackId::new).boxed()
}

fn track() -> BoxedStrategy<Track> {
    let kind = prop_oneof![
        (any::<u8>(), option::of(time())).prop_map(|(months, closes_ms)| TrackKind::Rolling { months, closes_ms }),
        (time(), time()).prop_map(|(opens_ms, closes_ms)| TrackKind::Window { opens_ms, closes_ms }),
        (time(), time(), any::<u8>()).prop_map(|(opens_ms, closes_ms, count)| TrackKind::Places {
            opens_ms,
            closes_ms,
            count
        }),
    ];
    let level = (number(), any::<u8>()).prop_map(|(at_least, months)| TrackLevel { at_least, months });
    let terms = (kind, number(), list(level.boxed()), any::<bool>(), any::<u16>(), hash());
    let terms = terms.prop_map(|(kind, stamp_max, levels, soft, take_back_days, about)| Track {
        kind,
        stamp_max,
        levels,
        soft,
        take_back_days,
        about,
    });
    terms.boxed()
}

pub(super) fn set_track() -> BoxedStrategy<Operation> {
    let set = (brand_id(), track_id(), track());
    set.prop_map(|(brand, track, terms)| Operation::SetTrack(SetTrack { brand, track, terms })).boxed()
}

pub(super) fn set_pending_days() -> BoxedStrategy<Operation> {
    let set = (brand_id(), any::<u8>());
    set.prop_map(|(brand, days)| Operation::SetPendingDays(SetPendingDays { brand, days })).boxed()
}

pub(super) fn programme_operation() -> BoxedStrategy<Operation> {
    let to = (brand_id(), track_id(), address());
    let what = (number(), option::of(any::<u8>()), reference(), day());
    let stamp = (to, what).prop_map(|((brand, track, to), (amount, place, reference, dated))| {
        Operation::Stamp(Stamp { brand, track, to, amount, place, reference, dated })
    });
    let kind = prop_oneof![Just(TakenBackOf::Stamp), Just(TakenBackOf::Mark)];
    let of = (brand_id(), address(), kind, reference(), day());
    let take_back = (of, (number(), reference(), day())).prop_map(|(of, (amount, reference, dated))| {
        let (brand, from, of, of_reference, of_dated) = of;
        Operation::TakeBack(TakeBack { brand, from, of, of_reference, of_dated, amount, reference, dated })
    });
    let consent =
        (brand_id(), any::<u8>()).prop_map(|(brand, consents)| Operation::SetConsent(SetConsent { brand, consents }));
    prop_oneof![set_track(), stamp, take_back, consent, set_pending_days()].boxed()
}

fn count() -> BoxedStrategy<Count> {
    prop_oneof![
        (month(), number()).prop_map(|(until, units)| Count::Rolling { until, units }),
        number().prop_map(|units| Count::Window { units }),
        number().prop_map(|set| Count::Places { set }),
    ]
    .boxed()
}

#[test]
fn tracks_and_standings_survive() {
    survives(track());
    survives((track_id(), list(track_id())).prop_map(|(last, tracks)| TrackList { last, tracks }).boxed());
    let progress =
        (track_id(), count(), number()).prop_map(|(track, count, consumed)| Progress { track, count, consumed });
    let held = (month(), any::<u8>(), month()).prop_map(|(reached, level, until)| HeldLevel { reached, level, until });
    let levels = (track_id(), list(held.boxed())).prop_map(|(track, held)| TrackLevels { track, held });
    let mark = (mark_id(), option::of(day())).prop_map(|(mark, until)| HeldMark { mark, until });
    let taken = (any::<u32>().prop_map(CampaignId::new), any::<bool>(), option::of(day()), any::<u16>());
    let taken = taken.prop_map(|(campaign, as_referrer, until, times)| Taken { campaign, as_referrer, until, times });
    let given = (list(mark.boxed()), list(taken.boxed()));
    let standing = (option::of(day()), any::<u8>(), list(progress.boxed()), list(levels.boxed()), given);
    let standing = standing.prop_map(|(since, consents, progress, levels, (marks, taken))| Standing {
        since,
        consents,
        progress,
        levels,
        marks,
        taken,
    });
    survives(standing.boxed());
    let transaction = || transaction_id().prop_map(|id| HalfId::of(&id));
    let stamped = ((address(), track_id(), month(), count()), (number(), day(), time(), transaction()));
    let stamped =
        stamped.prop_map(|((to, track, month, count), (taken_back, dated, take_back_until_ms, transaction))| Stamped {
            to,
            track,
            month,
            count,
            taken_back,
            dated,
            take_back_until_ms,
            transaction,
        });
    survives(stamped.boxed());
    survives((number(), transaction()).prop_map(|(amount, transaction)| TakenBack { amount, transaction }).boxed());
}
