//! The standing of an account at a brand: stamps add to it, and are taken back from it, and levels follow (protocol,
//! Programme).

use lojal_types::limits::{CONSENTS_ALL, POINTS_MAX, TRACKS_OTHER_MAX, TRACKS_ROLLING_MAX};
use lojal_types::{Address, Bounded, BrandId, Code, Month, SetConsent, Track, TrackId};

use super::ledger::enter_pool;
use super::{Context, authority, tracks};
use crate::key::StandingKey;
use crate::record::{Count, HeldLevel, Progress, Stamped, Standing, TrackLevels};
use crate::standing::{reach, with_levels};
use crate::stop::Stop;
use crate::tree::Missing;

/// Counts a stamp for an account that there is. Answers with what it has counted: "A place counts once: another stamp
/// of it succeeds and counts nothing." (protocol, Programme)
pub(super) fn count(
    context: &mut Context<'_, '_>,
    (account, brand): (Address, BrandId),
    (id, track): (TrackId, &Track),
    count: Count,
) -> Result<Count, Stop> {
    if account.is_household() {
        enter_pool(context, account, brand)?;
    }
    let (key, month) = (StandingKey { account, brand }, context.time.month());
    let mut standing = context.overlay.get(&key)?.unwrap_or_default().known_on(context.time.day());
    let mut progress = without_over(context, brand, &standing.progress, &count)?;
    let place = progress.iter().position(|one| one.track == id && one.count.joins(&count));
    let before = place.map(|place| progress.swap_remove(place));
    let (counted, sum) = added(before.map(|one| one.count), count)?;
    progress.push(Progress { track: id, count: sum, consumed: before.map_or(0, |one| one.consumed) });
    progress.sort_unstable();
    standing.progress = Bounded::new(progress).expect("as many as there are tracks and months");
    level_reached(context, brand, &mut standing, (id, track), month)?;
    context.overlay.put(&key, &standing)?;
    Ok(counted)
}

/// The count of a stamp, and the sum that is counted with it.
///
/// # Errors
/// [`Code::StampTooLarge`] if that is more than the ledger counts.
fn added(before: Option<Count>, count: Count) -> Result<(Count, Count), Code> {
    let sum = |units: u64, more: u64| {
        let sum = units.checked_add(more).filter(|sum| *sum <= POINTS_MAX);
        sum.ok_or(Code::StampTooLarge)
    };
    match (before, count) {
        (Some(Count::Rolling { units, .. }), Count::Rolling { until, units: more }) => {
            Ok((count, Count::Rolling { until, units: sum(units, more)? }))
        }
        (Some(Count::Window { units }), Count::Window { units: more }) => {
            Ok((count, Count::Window { units: sum(units, more)? }))
        }
        (Some(Count::Places { set: before }), Count::Places { set }) => {
            Ok((Count::Places { set: set & !before }, Count::Places { set: set | before }))
        }
        _ => Ok((count, count)),
    }
}

/// The counts without those that are over, as far as that costs nothing: what counts until its track is over goes when
/// its place is needed.
fn without_over(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    progress: &[Progress],
    next: &Count,
) -> Result<Vec<Progress>, Missing> {
    let month = context.time.month();
    let mut progress: Vec<Progress> = progress.iter().copied().filter(|one| one.count.is_live_in(month)).collect();
    let with_track = progress.iter().filter(|one| !matches!(one.count, Count::Rolling { .. })).count();
    if with_track >= TRACKS_OTHER_MAX && !matches!(next, Count::Rolling { .. }) {
        progress = of_known_tracks(context, brand, progress, |one| one.track)?;
    }
    Ok(progress)
}

/// Those of a list whose tracks aren't over.
fn of_known_tracks<T>(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    list: Vec<T>,
    track: fn(&T) -> TrackId,
) -> Result<Vec<T>, Missing> {
    let mut left = Vec::with_capacity(list.len());
    for one in list {
        if tracks::find(context, brand, track(&one))?.is_some() {
            left.push(one);
        }
    }
    Ok(left)
}

/// "If what the units that count now reach is the level, it is held from then on, through as many months after this one
/// as the level has: one a month; of more than 4 the weakest goes." (protocol, Programme)
fn level_reached(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    standing: &mut Standing,
    (id, track): (TrackId, &Track),
    month: Month,
) -> Result<(), Missing> {
    let natural = track.level_of(standing.units(id, month));
    if natural == 0 || natural < standing.level(id, track, month).level {
        return Ok(());
    }
    let held = reach(standing.held(id), natural, track, month);
    put_levels(context, brand, standing, id, held)
}

/// Puts the levels of a track into a standing, in which those of tracks that are over make room.
fn put_levels(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    standing: &mut Standing,
    id: TrackId,
    held: Vec<HeldLevel>,
) -> Result<(), Missing> {
    let mut levels: Vec<TrackLevels> = with_levels(standing.levels.to_vec(), id, held);
    if levels.len() > TRACKS_ROLLING_MAX {
        levels = of_known_tracks(context, brand, levels, |one| one.track)?;
    }
    standing.levels = Bounded::new(levels).expect("as many as there are rolling tracks that aren't over");
    Ok(())
}

/// Takes units of a stamp out of what is counted, as far as they still count, and the levels that it has helped to
/// reach.
///
/// "The levels that were reached in the month of the stamp or later go, and if what the units that are left reach is
/// the level then, that is held from this month on. So a purchase that is returned takes its level along, and what was
/// reached before it stays." (protocol, Programme)
pub(super) fn uncount(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    stamped: &Stamped,
    amount: u64,
) -> Result<(), Stop> {
    let (key, month, id) = (StandingKey { account: stamped.to, brand }, context.time.month(), stamped.track);
    // A household that was dissolved has left nothing.
    let Some(mut standing) = context.overlay.get(&key)? else { return Ok(()) };
    let mut progress = Vec::with_capacity(standing.progress.len());
    for one in standing.progress.iter() {
        let is_part = one.track == id && one.count.joins(&stamped.count);
        progress.push(if is_part { less(one, stamped.count, amount)? } else { *one });
    }
    progress.retain(|one| one.count.units() > 0);
    standing.progress = Bounded::new(progress).expect("no more than before");
    if let Some(track) = tracks::find(context, brand, id)? {
        let before = standing.held(id).iter().copied().filter(|one| one.reached < stamped.month).collect();
        put_levels(context, brand, &mut standing, id, before)?;
        level_reached(context, brand, &mut standing, (id, &track), month)?;
    }
    context.overlay.put(&key, &standing)?;
    Ok(())
}

/// The rest of a count without units of a stamp in it: "What claims have used up can't be taken back
/// (`insufficient_progress`)." (protocol, Campaigns)
fn less(one: &Progress, stamped: Count, amount: u64) -> Result<Progress, Code> {
    let left =
        |units: u64| units.checked_sub(amount).expect("what a stamp has counted is counted while its month lives");
    let count = match (one.count, stamped) {
        (Count::Places { set }, Count::Places { set: of_stamp }) => Count::Places { set: set & !of_stamp },
        (Count::Rolling { until, units }, _) => Count::Rolling { until, units: left(units) },
        (Count::Window { units }, _) => Count::Window { units: left(units) },
        (Count::Places { .. }, _) => one.count,
    };
    if count.units() < one.consumed { Err(Code::InsufficientProgress) } else { Ok(Progress { count, ..*one }) }
}

/// `SetConsent`: a member says what a brand may do with what it has counted.
pub(super) fn set_consent(context: &mut Context<'_, '_>, set: &SetConsent) -> Result<(), Stop> {
    known_bits(set.consents)?;
    authority::open_brand(context, set.brand)?;
    let key = StandingKey { account: context.sender, brand: set.brand };
    let standing = context.overlay.get(&key)?.ok_or(Code::NoRelation)?;
    context.overlay.put(&key, &Standing { consents: set.consents, ..standing })?;
    Ok(())
}

/// "Any other sum is `unknown_consent`." (protocol, Programme)
fn known_bits(consents: u8) -> Result<(), Code> {
    if consents <= CONSENTS_ALL { Ok(()) } else { Err(Code::UnknownConsent) }
}
