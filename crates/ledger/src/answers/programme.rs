//! The answers about what brands count beside points.

use lojal_types::limits::{TRACK_OVER_MONTHS, TRACK_PLACES_MAX};
use lojal_types::{Address, BrandId, Day, Month, TimeMs, Track, TrackId, TrackKind, api};

use crate::key::{StandingKey, TrackKey, TrackListKey};
use crate::record::{HeldMark, Stamped, Standing, Taken};
use crate::records::Records;

/// The tracks of a brand that aren't over, with their state.
///
/// # Errors
/// When records that it needs are not known.
pub fn tracks<R: Records>(records: &R, brand: BrandId) -> Result<api::Tracks, R::Lack> {
    let list = records.get(&TrackListKey(brand))?.unwrap_or_default();
    let tip = records.tip();
    let mut tracks = Vec::with_capacity(list.tracks.len());
    for track in list.tracks.iter().copied() {
        let terms = records.named(records.get(&TrackKey { brand, track })?)?;
        if !terms.is_over_in(tip.time_ms.month()) {
            let (state, over_ms) = (state(&terms, tip.time_ms), terms.over_from().map(Month::start));
            tracks.push(api::BrandTrack { track, terms, state, over_ms });
        }
    }
    Ok(api::Tracks { brand, tracks, last: list.last, height: tip.height, time_ms: tip.time_ms })
}

fn state(track: &Track, time: TimeMs) -> api::TrackState {
    match track.kind {
        _ if track.is_open(time) => api::TrackState::Open,
        TrackKind::Window { opens_ms, .. } | TrackKind::Places { opens_ms, .. } if time < opens_ms => {
            api::TrackState::Announced
        }
        _ => api::TrackState::Closed,
    }
}

/// The standings of an account at all brands.
///
/// # Errors
/// When records that it needs are not known.
pub fn standings<R: Records>(records: &R, address: Address) -> Result<api::Standings, R::Lack> {
    // An address that the state doesn't know has nothing that would have to be proven.
    let brands = if records.account(address)?.is_some() { records.brand_ids()? } else { Vec::new() };
    standings_at(records, address, &brands)
}

/// The standings of an account at some brands.
///
/// # Errors
/// When records that it needs are not known.
pub fn standings_at<R: Records>(records: &R, address: Address, brands: &[BrandId]) -> Result<api::Standings, R::Lack> {
    let mut standings = Vec::new();
    for brand in brands.iter().copied() {
        if let Some(standing) = records.get(&StandingKey { account: address, brand })? {
            standings.push(standing_at(records, brand, &standing)?);
        }
    }
    let (address, tip) = (address.to_text(records.network()), records.tip());
    Ok(api::Standings { address, standings, only_of: None, height: tip.height, time_ms: tip.time_ms })
}

fn standing_at<R: Records>(records: &R, brand: BrandId, standing: &Standing) -> Result<api::Standing, R::Lack> {
    let time = records.tip().time_ms;
    let counted = standing.progress.iter().map(|one| one.track);
    let mut named: Vec<TrackId> = counted.chain(standing.levels.iter().map(|one| one.track)).collect();
    named.sort_unstable();
    named.dedup();
    let mut tracks = Vec::new();
    for track in named {
        // A track that is over may still stand in a standing.
        let terms = records.get(&TrackKey { brand, track })?.filter(|terms| !terms.is_over_in(time.month()));
        let shown = terms.map(|terms| shown(standing, track, terms, time));
        tracks.extend(shown.filter(|one| one.units > 0 || one.level > 0));
    }
    let (marks, taken) = given(standing, time.day());
    Ok(api::Standing { brand, since: standing.since, consents: standing.consents, tracks, marks, taken })
}

/// The marks of a standing on a day, and the units that count for the bounds of campaigns.
fn given(standing: &Standing, day: Day) -> (Vec<api::MarkStanding>, Vec<api::TakenStanding>) {
    let marks = standing.marks.iter().filter(|one| one.is_live_on(day));
    let taken = standing.taken.iter().filter(|one| one.is_live_on(day));
    let mark = |one: &HeldMark| api::MarkStanding { mark: one.mark, until: one.until };
    let units = |&Taken { campaign, as_referrer, until, times }: &Taken| api::TakenStanding {
        campaign,
        as_referrer,
        times,
        until,
    };
    (marks.map(mark).collect(), taken.map(units).collect())
}

/// The part of a standing that is on a track that isn't over.
fn shown(standing: &Standing, track: TrackId, terms: Track, time: TimeMs) -> api::TrackStanding {
    let month = time.month();
    let (units, set) = (standing.units(track, month), standing.places(track));
    let places = (0..TRACK_PLACES_MAX).filter(|place| set >> place & 1 == 1).collect();
    let level = standing.level(track, &terms, month).level;
    let lasts = (level > 0).then(|| lasts(standing, track, &terms, time));
    let next = next(&terms, level, units).filter(|_| terms.is_open(time));
    api::TrackStanding { track, terms, units, places, level, lasts, next }
}

/// The time for which the level of a month lasts if nothing more is stamped.
fn lasts(standing: &Standing, id: TrackId, track: &Track, time: TimeMs) -> api::LevelEnd {
    let month = time.month();
    let of = |month: Month| if track.is_over_in(month) { 0 } else { standing.level(id, track, month).level };
    let level = of(month);
    // Neither units nor levels outlive these months.
    let later = (1..=TRACK_OVER_MONTHS).map(|months| month.plus(months));
    let last = later.take_while(|month| of(*month) >= level).last().unwrap_or(month);
    let next = last.plus(1);
    // Any stamp in the last month lets it be held on, if as much counts then as reaches it.
    let missing = at_least(track, level).saturating_sub(standing.units(id, last)).max(1);
    api::LevelEnd { until_ms: next.start(), keeps: track.is_open(time).then_some(missing), then: of(next) }
}

fn next(track: &Track, level: u8, units: u64) -> Option<api::NextLevel> {
    let next = track.levels.get(usize::from(level))?;
    let missing = next.at_least.saturating_sub(units);
    Some(api::NextLevel { level: level.checked_add(1)?, at_least: next.at_least, missing })
}

/// The units that reach a level.
fn at_least(track: &Track, level: u8) -> u64 {
    let place = usize::from(level).checked_sub(1);
    place.and_then(|place| track.levels.get(place)).map_or(0, |level| level.at_least)
}

/// A stamp, and what could be taken back of it now.
pub fn stamped<R: Records>(records: &R, stamped: &Stamped) -> api::Stamped {
    let until_ms = stamped.take_back_until_ms;
    let left = if records.tip().time_ms < until_ms { stamped.left() } else { 0 };
    api::Stamped {
        dated: stamped.dated,
        to: stamped.to.to_text(records.network()),
        track: stamped.track,
        amount: stamped.amount(),
        place: stamped.place(),
        taken_back: stamped.taken_back,
        left,
        until_ms,
    }
}

#[cfg(test)]
mod tests;
