//! Tracks, standings, and the references of stamps.

use lojal_ledger::HalfId;
use lojal_ledger::key::{StampedKey, StandingKey, TakenBackKey, TrackKey, TrackListKey};
use lojal_ledger::record::{self, Count, HeldLevel, HeldMark, Progress, Taken};
use lojal_types::{
    AddressText, BrandId, CampaignId, Day, MarkId, Month, Reference, TimeMs, Track, TrackId, TransactionId,
};
use serde::{Deserialize, Serialize};

use super::{Output, bounded, output};
use crate::vectors::compose::{reference, rolling};
use crate::vectors::samples::{START_MS, account, address, named, parse, time};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Entry {
    TrackList { brand: BrandId, last: TrackId, tracks: Vec<TrackId> },
    Track { brand: BrandId, track: TrackId, terms: Track },
    Standing(Standing),
    Stamped(Stamped),
    TakenBack { brand: BrandId, reference: Reference, dated: Day, amount: u64, transaction: TransactionId },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Standing {
    account: AddressText,
    brand: BrandId,
    since: Option<Day>,
    consents: u8,
    progress: Vec<CountedOn>,
    levels: Vec<LevelsOf>,
    marks: Vec<HasMark>,
    taken: Vec<HasTaken>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HasMark {
    mark: MarkId,
    until: Option<Day>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HasTaken {
    campaign: CampaignId,
    as_referrer: bool,
    until: Option<Day>,
    times: u16,
}

/// The count on one track.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CountedOn {
    track: TrackId,
    count: Counted,
    consumed: u64,
}

/// The levels of one track.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelsOf {
    track: TrackId,
    held: Vec<Reached>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reached {
    reached: Month,
    level: u8,
    until: Month,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stamped {
    brand: BrandId,
    reference: Reference,
    dated: Day,
    to: AddressText,
    track: TrackId,
    month: Month,
    count: Counted,
    taken_back: u64,
    take_back_until_ms: TimeMs,
    transaction: TransactionId,
}

/// The units or places that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Counted {
    Rolling { until: Month, units: u64 },
    Window { units: u64 },
    Places { set: u64 },
}

fn count(counted: Counted) -> Count {
    match counted {
        Counted::Rolling { until, units } => Count::Rolling { until, units },
        Counted::Window { units } => Count::Window { units },
        Counted::Places { set } => Count::Places { set },
    }
}

pub(super) fn build(entry: &Entry) -> Output {
    match entry {
        Entry::TrackList { brand, last, tracks } => {
            output(&TrackListKey(*brand), &record::TrackList { last: *last, tracks: bounded(tracks) })
        }
        Entry::Track { brand, track, terms } => output(&TrackKey { brand: *brand, track: *track }, terms),
        Entry::Standing(one) => {
            let progress = one.progress.iter().map(|on| {
                let (track, count, consumed) = (on.track, count(on.count), on.consumed);
                Progress { track, count, consumed }
            });
            let marks = one.marks.iter().map(|&HasMark { mark, until }| HeldMark { mark, until });
            let taken = one.taken.iter().map(|&HasTaken { campaign, as_referrer, until, times }| Taken {
                campaign,
                as_referrer,
                until,
                times,
            });
            let levels = one.levels.iter().map(|of| {
                let held = of.held.iter().map(|&Reached { reached, level, until }| HeldLevel { reached, level, until });
                record::TrackLevels { track: of.track, held: bounded(&held.collect::<Vec<_>>()) }
            });
            let record = record::Standing {
                since: one.since,
                consents: one.consents,
                progress: bounded(&progress.collect::<Vec<_>>()),
                levels: bounded(&levels.collect::<Vec<_>>()),
                marks: bounded(&marks.collect::<Vec<_>>()),
                taken: bounded(&taken.collect::<Vec<_>>()),
            };
            output(&StandingKey { account: address(one.account), brand: one.brand }, &record)
        }
        Entry::Stamped(one) => {
            let key = StampedKey { shelf: one.dated.month(), brand: one.brand, reference: one.reference.clone() };
            let record = record::Stamped {
                to: address(one.to),
                track: one.track,
                month: one.month,
                count: count(one.count),
                taken_back: one.taken_back,
                dated: one.dated,
                take_back_until_ms: one.take_back_until_ms,
                transaction: HalfId::of(&one.transaction),
            };
            output(&key, &record)
        }
        Entry::TakenBack { brand, reference, dated, amount, transaction } => {
            let key = TakenBackKey { shelf: dated.month(), brand: *brand, reference: reference.clone() };
            output(&key, &record::TakenBack { amount: *amount, transaction: HalfId::of(transaction) })
        }
    }
}

pub(super) fn samples() -> Vec<(String, Entry)> {
    let brand: BrandId = parse("nordmat");
    let (track, dated, transaction) = (TrackId::new(1), time(START_MS).day(), TransactionId::new([0x33; 32]));
    let (month, later): (Month, Month) = (parse("2026-11"), parse("2027-11"));
    let standing = |number, consents, progress, levels| {
        let (account, since, marks, taken) = (account(number), Some(dated), Vec::new(), Vec::new());
        Standing { account, brand, since, consents, progress, levels, marks, taken }
    };
    let on = |track, count| CountedOn { track: TrackId::new(track), count, consumed: 0 };
    let counted = vec![
        on(1, Counted::Rolling { until: month, units: 600 }),
        CountedOn { consumed: 10, ..on(1, Counted::Rolling { until: later, units: 70 }) },
        on(2, Counted::Window { units: 5 }),
        on(3, Counted::Places { set: 1 << 63 | 1 }),
    ];
    let higher = Reached { reached: parse("2026-12"), level: 2, until: parse("2028-12") };
    let levels = vec![LevelsOf { track, held: vec![Reached { reached: month, level: 1, until: later }, higher] }];
    let stamped = |number, word, count, taken_back| {
        let (to, take_back_until_ms) = (account(number), time(START_MS + 5_184_000_000));
        let reference = reference(word);
        Entry::Stamped(Stamped {
            brand,
            reference,
            dated,
            to,
            track,
            month,
            count,
            taken_back,
            take_back_until_ms,
            transaction,
        })
    };
    let rolled = Counted::Rolling { until: later, units: 70 };
    let taken_back = Entry::TakenBack { brand, reference: reference("return 1"), dated, amount: 70, transaction };
    let mark = |number, until| HasMark { mark: MarkId::new(number), until };
    let took =
        |number, as_referrer, until| HasTaken { campaign: CampaignId::new(number), as_referrer, until, times: 2 };
    let with_marks = Standing {
        since: None,
        marks: vec![mark(1, None), mark(7, Some(dated.plus(30)))],
        taken: vec![took(1, false, None), took(3, true, Some(dated.plus(46)))],
        ..standing(6, 0, Vec::new(), Vec::new())
    };
    vec![
        named("the tracks of a brand", Entry::TrackList { brand, last: TrackId::new(3), tracks: vec![track] }),
        named("track", Entry::Track { brand, track, terms: rolling(None) }),
        named("standing", Entry::Standing(standing(4, 0, counted[1..2].to_vec(), Vec::new()))),
        named("standing with levels", Entry::Standing(standing(5, 15, counted, levels))),
        named("standing with marks", Entry::Standing(with_marks)),
        named("stamped", stamped(4, "receipt 1", rolled, 0)),
        named("stamped place that had counted before", stamped(5, "receipt 2", Counted::Places { set: 0 }, 1)),
        named("taken back", taken_back),
    ]
}
