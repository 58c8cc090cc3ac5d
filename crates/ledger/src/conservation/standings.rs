//! Checks that what is counted on tracks is what the stamps have left, and that standings are in order.
//!
//! "What is counted of an account changes by what is stamped and taken back, and by nothing else while it counts."
//! (protocol, Programme)

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{Address, BrandId, Month, TimeMs, TrackId};

use super::{ConservationError, read};
use crate::key::{StampedKey, StandingKey, StateKey, TrackKey, TrackListKey};
use crate::overlay::Written;
use crate::record::{Count, Stamped, Standing, Taken};
use crate::state::View;

/// An account, a brand, a track, and for units of a rolling track the last month in which they count.
type Part = (Address, BrandId, TrackId, Option<Month>);
/// Units or places, as differences.
type Parts = BTreeMap<Part, i128>;

fn until(count: &Count) -> Option<Month> {
    match count {
        Count::Rolling { until, .. } => Some(*until),
        Count::Window { .. } | Count::Places { .. } => None,
    }
}

/// The units that a stamp has counted and that weren't taken back.
fn counted_by(stamped: &Stamped) -> i128 {
    match stamped.count {
        Count::Places { .. } if stamped.taken_back > 0 => 0,
        Count::Places { set } => i128::from(set.count_ones()),
        Count::Rolling { units, .. } | Count::Window { units } => i128::from(units) - i128::from(stamped.taken_back),
    }
}

fn add_standing(parts: &mut Parts, key: StandingKey, standing: &Standing, sign: i128) {
    for one in standing.progress.iter() {
        let part = (key.account, key.brand, one.track, until(&one.count));
        *parts.entry(part).or_default() += sign * i128::from(one.count.units());
    }
}

fn add_stamp(parts: &mut Parts, key: &StampedKey, stamped: &Stamped, sign: i128) {
    let part = (stamped.to, key.brand, stamped.track, until(&stamped.count));
    *parts.entry(part).or_default() += sign * counted_by(stamped);
}

/// Checks what one block of a time has written.
pub(super) fn check_block(written: &[Written<'_>], time: TimeMs) -> Result<(), ConservationError> {
    let (mut counted, mut stamped, mut gone) = (Parts::new(), Parts::new(), BTreeSet::new());
    for Written { key, before, after, .. } in written {
        let key = key.as_bytes();
        for (value, sign) in [(*before, -1), (after.as_deref(), 1)] {
            let Some(value) = value else { continue };
            if let Some((key, standing)) = read::<StandingKey>(key, value) {
                add_standing(&mut counted, key, &standing, sign);
            }
            if let Some((key, one)) = read::<StampedKey>(key, value) {
                add_stamp(&mut stamped, &key, &one, sign);
            }
        }
        note_gone(&mut gone, key, *before, after.as_deref());
    }
    let month = time.month();
    for part in counted.keys().chain(stamped.keys()).filter(|part| part.3.is_none_or(|until| until >= month)) {
        let at = |parts: &Parts| parts.get(part).copied().unwrap_or_default();
        let (change, by_stamps) = (at(&counted), at(&stamped));
        // Nothing is counted any more at the address of a household that is dissolved.
        let was_household = part.0.is_household() && change == 0;
        if change != by_stamps && !gone.contains(part) && !was_household {
            return Err(of(part, change, by_stamps));
        }
    }
    Ok(())
}

/// Notes what has gone whole: with a household that is dissolved, or with a track that is over. The auditor, who sees
/// the whole state, finds what has gone without a reason.
fn note_gone(gone: &mut BTreeSet<Part>, key: &[u8], before: Option<&[u8]>, after: Option<&[u8]>) {
    let Some((key, before)) = before.and_then(|value| read::<StandingKey>(key, value)) else { return };
    let after = after.and_then(StandingKey::record);
    let parts = |standing: &Standing| -> BTreeSet<Part> {
        standing.progress.iter().map(|one| (key.account, key.brand, one.track, until(&one.count))).collect()
    };
    let left = after.as_ref().map_or_else(BTreeSet::new, parts);
    let goes = |part: &Part| !left.contains(part) && (part.3.is_none() || after.is_none());
    gone.extend(parts(&before).into_iter().filter(goes));
}

/// Checks a whole state.
pub(super) fn check(view: &View) -> Result<(), ConservationError> {
    let (time, month) = (view.tip().time_ms, view.tip().time_ms.month());
    let (mut counted, mut stamped) = (Parts::new(), Parts::new());
    let (mut listed, mut there) = (BTreeSet::new(), BTreeSet::new());
    for entry in view.tree().iter() {
        let (key, value) = entry?;
        if let Some((key, standing)) = read::<StandingKey>(key, value) {
            in_order(view, &key, &standing)?;
            add_standing(&mut counted, key, &standing, 1);
        }
        if let Some((TrackListKey(brand), list)) = read::<TrackListKey>(key, value) {
            listed.extend(list.tracks.iter().filter(|track| **track <= list.last).map(|track| (brand, *track)));
        }
        if let Some((TrackKey { brand, track }, _)) = read::<TrackKey>(key, value) {
            there.insert((brand, track));
        }
    }
    if let Some((brand, _)) = listed.symmetric_difference(&there).next() {
        return Err(ConservationError::Tracks(*brand));
    }
    for (_, shelf) in view.shelves().iter() {
        for entry in shelf.iter() {
            let (key, value) = entry?;
            let Some((key, one)) = read::<StampedKey>(key, value) else { continue };
            let track = view.get(&TrackKey { brand: key.brand, track: one.track })?;
            let counts = one.count.is_live_in(month) && track.is_some_and(|track| !track.is_over_in(time.month()));
            if counts && view.account(one.to)?.is_some() {
                add_stamp(&mut stamped, &key, &one, 1);
            }
        }
    }
    // What was stamped on a shelf that is dropped since is counted still, so that there can be more.
    let at = |part: &Part| counted.get(part).copied().unwrap_or_default();
    match stamped.into_iter().find(|(part, by_stamps)| at(part) < *by_stamps) {
        Some((part, by_stamps)) => Err(of(&part, at(&part), by_stamps)),
        None => Ok(()),
    }
}

/// Checks one standing: each part once and not empty, and levels that there are, for as long as they can be held.
fn in_order(view: &View, key: &StandingKey, standing: &Standing) -> Result<(), ConservationError> {
    let fault = ConservationError::Standing { account: key.account, brand: key.brand };
    let rises = standing.progress.windows(2).all(|pair| {
        let end = |place: usize| (pair[place].track, until(&pair[place].count));
        end(0) < end(1)
    });
    let counts = standing.progress.iter().all(|one| {
        let most = if matches!(one.count, Count::Rolling { .. }) { one.count.units() } else { 0 };
        one.count.units() > 0 && one.consumed <= most
    });
    let marks = standing.marks.windows(2).all(|pair| pair[0].mark < pair[1].mark);
    let of = |one: &Taken| (one.campaign, one.as_referrer);
    let taken = standing.taken.windows(2).all(|pair| of(&pair[0]) < of(&pair[1]));
    let times = standing.taken.iter().all(|one| one.times > 0);
    let tracks = standing.levels.windows(2).all(|pair| pair[0].track < pair[1].track);
    if !(rises && counts && tracks && marks && taken && times) {
        return Err(fault);
    }
    for levels in standing.levels.iter() {
        let Some(track) = view.get(&TrackKey { brand: key.brand, track: levels.track })? else { continue };
        let months = levels.held.windows(2).all(|pair| pair[0].reached < pair[1].reached);
        let held = levels.held.iter().all(|one| {
            let longest = one.reached.plus(track.months_of(one.level));
            (1..=track.levels.len()).contains(&usize::from(one.level)) && one.until <= longest
        });
        if !(months && held) {
            return Err(fault);
        }
    }
    Ok(())
}

fn of(part: &Part, counted: i128, stamped: i128) -> ConservationError {
    let (account, brand, track, _) = *part;
    // Sums of one account's units are at most 25 times 2^53.
    let told = |sum: i128| i64::try_from(sum).unwrap_or(i64::MAX);
    ConservationError::Stamps { account, brand, track, counted: told(counted), stamped: told(stamped) }
}
