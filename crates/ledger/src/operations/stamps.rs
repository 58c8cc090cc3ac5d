//! `Stamp` and `TakeBack`: a brand's operators count something for an account, and take it back after a returned
//! purchase (protocol, Programme).

use lojal_types::{Code, Role, Stamp, TakeBack, TakenBackOf, TimeMs, Track, TrackKind};

use super::reference::{goes_back, place, use_once};
use super::{Context, allowance, authority, marks, standings, tracks, vouchers};
use crate::half_id::HalfId;
use crate::key::{StampedKey, TakenBackKey};
use crate::record::{Count, Stamped, TakenBack};
use crate::stop::Stop;

/// Counts units, or a place, for an account.
pub(super) fn stamp(context: &mut Context<'_, '_>, stamp: &Stamp) -> Result<(), Stop> {
    some(stamp.amount)?;
    authority::brand_in_force(context, stamp.brand)?;
    authority::operator(context, stamp.brand, Role::Issue)?;
    let track = tracks::known(context, stamp.brand, stamp.track)?;
    open(&track, context.time)?;
    place_in_range(&track, stamp.place)?;
    at_most_stamp_max(&track, stamp.amount)?;
    let place = place(context, stamp.dated)?;
    let month = context.time.month();
    let count = match track.kind {
        // "A stamp in month *m* of a rolling track of *n* months counts through month *m + n*." (protocol, Programme)
        TrackKind::Rolling { months, .. } => Count::Rolling { until: month.plus(months), units: stamp.amount },
        TrackKind::Window { .. } => Count::Window { units: stamp.amount },
        TrackKind::Places { .. } => Count::Places { set: stamp.place.map_or(0, |place| 1 << place) },
    };
    // "The end of that time is fixed when the stamp is made, and isn't after the drop of its shelf." (protocol,
    // Programme)
    let take_back_until_ms = track.takes_back_until(context.time).min(place.drop_ms);
    let (to, dated, transaction) = (stamp.to, stamp.dated, HalfId::of(&context.transaction));
    let mut record =
        Stamped { to, track: stamp.track, month, count, taken_back: 0, dated, take_back_until_ms, transaction };
    let key = |shelf| StampedKey { shelf, brand: stamp.brand, reference: stamp.reference.clone() };
    use_once(context, &place, key, &record)?;
    allowance::open_by_stamp(context, to)?;
    record.count = standings::count(context, (to, stamp.brand), (stamp.track, &track), count)?;
    context.overlay.put(&key(place.shelf), &record)?;
    Ok(())
}

/// Takes back units of a stamp, and the levels that it has helped to reach; or days of a mark.
pub(super) fn take_back(context: &mut Context<'_, '_>, take: &TakeBack) -> Result<(), Stop> {
    some(take.amount)?;
    authority::brand_in_force(context, take.brand)?;
    authority::operator(context, take.brand, Role::Reverse)?;
    let place = place(context, take.dated)?;
    let key = |shelf| TakenBackKey { shelf, brand: take.brand, reference: take.reference.clone() };
    let transaction = HalfId::of(&context.transaction);
    use_once(context, &place, key, &TakenBack { amount: take.amount, transaction })?;
    match take.of {
        TakenBackOf::Stamp => {}
        TakenBackOf::Mark => return marks::take_back(context, take),
        TakenBackOf::Voucher => return vouchers::take_back(context, take),
    }
    let stamped = stamp_of(context, take)?;
    goes_back(context, take, (stamped.to, stamped.take_back_until_ms))?;
    enough_is_left(&stamped, take.amount)?;
    standings::uncount(context, take.brand, &stamped, take.amount)?;
    let taken_back = stamped.taken_back.checked_add(take.amount).expect("at most what was left of the stamp");
    context.overlay.put(&stamped_key(take), &Stamped { taken_back, transaction, ..stamped })?;
    Ok(())
}

/// Nothing is stamped or taken back by zero.
fn some(amount: u64) -> Result<(), Code> {
    if amount > 0 { Ok(()) } else { Err(Code::AmountZero) }
}

/// "while the track is open (`track_closed`)" (protocol, Programme)
fn open(track: &Track, time: TimeMs) -> Result<(), Code> {
    if track.is_open(time) { Ok(()) } else { Err(Code::TrackClosed) }
}

/// "A track of places takes a place that it has, and any other takes none (`place_out_of_range`)." (protocol,
/// Programme)
fn place_in_range(track: &Track, place: Option<u8>) -> Result<(), Code> {
    let in_range = match track.kind {
        TrackKind::Places { count, .. } => place.is_some_and(|place| place < count),
        TrackKind::Rolling { .. } | TrackKind::Window { .. } => place.is_none(),
    };
    if in_range { Ok(()) } else { Err(Code::PlaceOutOfRange) }
}

/// "At most `stamp_max` units at once (`stamp_too_large`)." (protocol, Programme)
fn at_most_stamp_max(track: &Track, amount: u64) -> Result<(), Code> {
    if amount <= track.stamp_max { Ok(()) } else { Err(Code::StampTooLarge) }
}

fn stamped_key(take: &TakeBack) -> StampedKey {
    StampedKey { shelf: take.of_dated.month(), brand: take.brand, reference: take.of_reference.clone() }
}

/// "A reversal names the day of the issue, a taking back that of the stamp, a capture and a release that of the hold."
/// (protocol, References)
fn stamp_of(context: &mut Context<'_, '_>, take: &TakeBack) -> Result<Stamped, Stop> {
    let stamped = context.overlay.get(&stamped_key(take))?.filter(|stamped| stamped.dated == take.of_dated);
    Ok(stamped.ok_or(Code::UnknownReference)?)
}

/// "All that is taken back of a stamp is together at most what was stamped (`take_back_exceeds`)." (protocol,
/// Programme)
fn enough_is_left(stamped: &Stamped, amount: u64) -> Result<(), Code> {
    if amount <= stamped.left() { Ok(()) } else { Err(Code::TakeBackExceeds) }
}
