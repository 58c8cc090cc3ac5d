//! The limits of tracks once more, and what is kinder.

use lojal_types::{Track, TrackKind};

use super::super::{AMOUNT_MAX, DAY_MS, Model};

impl Model {
    pub(super) fn ends_in_time(&self, terms: &Track) -> bool {
        match terms.kind {
            TrackKind::Rolling { closes_ms, .. } => {
                closes_ms.is_none_or(|closes| closes.get() >= self.time + 30 * DAY_MS)
            }
            TrackKind::Window { closes_ms, .. } | TrackKind::Places { closes_ms, .. } => closes_ms.get() > self.time,
        }
    }

    pub(super) fn is_kinder(&self, before: &Track, after: &Track) -> bool {
        let kind = match (before.kind, after.kind) {
            (
                TrackKind::Rolling { months: was, closes_ms: closed },
                TrackKind::Rolling { months, closes_ms: closes },
            ) => {
                let end = |closes: Option<lojal_types::TimeMs>| closes.map_or(u64::MAX, |closes| closes.get());
                let with_notice = closed.is_some() || closes.is_none() || self.ends_in_time(after);
                months >= was && with_notice && (closed.is_none() || end(closes) >= end(closed))
            }
            (TrackKind::Window { opens_ms: opened, closes_ms: closed }, TrackKind::Window { opens_ms, closes_ms }) => {
                opens_ms <= opened && closes_ms >= closed
            }
            (
                TrackKind::Places { opens_ms: opened, closes_ms: closed, count: was },
                TrackKind::Places { opens_ms, closes_ms, count },
            ) => opens_ms <= opened && closes_ms >= closed && count >= was,
            _ => false,
        };
        let levels = before.levels.iter().enumerate().all(|(place, was)| {
            after.levels.get(place).is_some_and(|now| now.at_least <= was.at_least && now.months >= was.months)
        });
        let rolls = matches!(after.kind, TrackKind::Rolling { .. });
        let returns =
            after.take_back_days == before.take_back_days || (rolls && after.take_back_days < before.take_back_days);
        kind && levels && returns && after.stamp_max >= before.stamp_max && (after.soft || !before.soft)
    }
}

pub(super) fn limits_hold(terms: &Track) -> bool {
    let units = 1..=AMOUNT_MAX;
    let kind = match terms.kind {
        TrackKind::Rolling { months, .. } => (1..=24).contains(&months),
        TrackKind::Window { opens_ms, closes_ms } => {
            opens_ms < closes_ms && closes_ms.get() - opens_ms.get() <= 400 * DAY_MS && terms.levels.is_empty()
        }
        TrackKind::Places { opens_ms, closes_ms, count } => {
            let window = opens_ms < closes_ms && closes_ms.get() - opens_ms.get() <= 400 * DAY_MS;
            window && terms.levels.is_empty() && (1..=64).contains(&count) && terms.stamp_max == 1
        }
    };
    let mut rising = true;
    for place in 1..terms.levels.len() {
        let (lower, higher) = (terms.levels[place - 1], terms.levels[place]);
        rising &= lower.at_least < higher.at_least && lower.months <= higher.months;
    }
    let each = terms.levels.iter().all(|level| units.contains(&level.at_least) && (1..=24).contains(&level.months));
    let soft = !terms.soft || !terms.levels.is_empty();
    kind && units.contains(&terms.stamp_max) && rising && each && soft && terms.take_back_days <= 400
}
