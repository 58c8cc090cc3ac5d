//! `Hold`, `Capture` and `Release`: points that wait for a till, out of everybody else's reach.

use lojal_types::limits::HOLD_MS_MAX;
use lojal_types::{
    Address, Bounded, BrandId, Capture, Code, Day, Hold, Lot, Points, Policy, Reference, Release, Role, TimeMs,
};

use super::authority::Purpose;
use super::balances::{amount, change_totals};
use super::expired_holds::{let_go, put_aside, return_expired, write_holds};
use super::ledger::debit;
use super::payments::{Payment, remembered};
use super::reference::{Place, answers, place, use_once};
use super::{Context, authority};
use crate::hold_ends;
use crate::key::{CapturedKey, HeldKey, HoldsKey};
use crate::lots::split;
use crate::record::{Brand, Captured, Held, Holds, OpenHold};
use crate::stop::{Stop, decided};
use crate::tree::Missing;

/// `Hold`: "by the owner or a household member, at most 30 days ahead, at most 16 open ones per account and brand. The
/// lots are set aside." (protocol, Holds)
pub(super) fn hold(context: &mut Context<'_, '_>, hold: &Hold) -> Result<(), Stop> {
    amount(hold.amount)?;
    let brand = authority::open_brand(context, hold.brand)?;
    let counted = authority::spend(context, hold.from, hold.brand, Purpose::Hold, hold.amount)?;
    not_too_small(&brand.policy, hold.amount)?;
    let expires_ms = end_in_time(context, hold)?;
    before_the_brand_leaves(&brand, expires_ms)?;
    let asked = hold.asked();
    answers(context, (&asked.reference(&context.chain), asked.until_ms), &hold.request)?;
    let (reference, dated) = (hold.request.reference.clone(), hold.request.dated);
    let place = place(context, dated)?.alone();
    before_the_drop(expires_ms, &place)?;
    let held = Held { from: hold.from, dated, expires_ms, closed: false, transaction: context.transaction };
    let key = |shelf| HeldKey { shelf, brand: hold.brand, reference: reference.clone() };
    use_once(context, &place, key, &held)?;
    let lots = debit(context, hold.from, hold.brand, hold.amount)?;
    put_aside(context, hold.brand, expires_ms, &lots)?;
    let lots = Bounded::new(lots).expect("at least one lot, and no more than a balance has");
    let open = OpenHold { reference, dated, expires_ms, lots, counted };
    set_aside(context, HoldsKey { account: hold.from, brand: hold.brand }, open)
}

/// "A hold is at least the policy's `transfer_min` (`hold_too_small`)." (protocol, Holds)
fn not_too_small(policy: &Policy, amount: Points) -> Result<(), Code> {
    if amount < policy.transfer_min { Err(Code::HoldTooSmall) } else { Ok(()) }
}

/// `Capture`: "by an operator with the role *capture*, before the expiry: all or part; the rest returns at once. A hold
/// is captured once; after that it is closed, whatever the reference of the next try." (protocol, Holds)
///
/// "A lot whose month ends while it is held is honoured when it is captured: it was reserved in time." (protocol,
/// Holds)
pub(super) fn capture(context: &mut Context<'_, '_>, capture: &Capture) -> Result<(), Stop> {
    amount(capture.amount)?;
    let of = authority::open_brand(context, capture.brand)?;
    authority::operator(context, capture.brand, Role::Capture)?;
    let named = (&capture.hold_reference, capture.hold_dated);
    let held = known(context, capture.brand, capture.from, named)?;
    not_closed(&held)?;
    not_expired(context, &held)?;
    let place = place(context, capture.dated)?;
    let key = |shelf| CapturedKey { shelf, brand: capture.brand, reference: capture.reference.clone() };
    use_once(context, &place, key, &Captured { paid: None })?;
    let open = close(context, capture.brand, held, &capture.hold_reference)?;
    let (lots, rest) = parts_of(&open, capture.amount)?;
    change_totals(context, capture.brand, |mut totals| {
        totals.held = totals.held.checked_sub(capture.amount)?;
        totals.redeemed = totals.redeemed.checked_add(capture.amount)?;
        Some(totals)
    })?;
    let_go(context, HoldsKey { account: capture.from, brand: capture.brand }, open.counted, &rest)?;
    return_expired(context, capture.from, capture.brand)?;
    let payment = Payment { from: capture.from, lots, counted: open.counted };
    let paid = remembered(context, &place, &of.policy, capture.dated, payment);
    context.overlay.put(&key(place.shelf), &Captured { paid })?;
    Ok(())
}

/// `Release`: the brand lets go, or after the expiry the owner takes the points back without waiting for something
/// else to touch them.
pub(super) fn release(context: &mut Context<'_, '_>, release: &Release) -> Result<(), Stop> {
    authority::open_brand(context, release.brand)?;
    let held = decided(known(context, release.brand, release.from, (&release.hold_reference, release.hold_dated)))?;
    by_the_brand_or_by_the_owner_after_expiry(context, release, held.as_ref().ok())?;
    let held = held?;
    not_closed(&held)?;
    let key = HoldsKey { account: release.from, brand: release.brand };
    if context.time < held.expires_ms {
        let open = close(context, release.brand, held, &release.hold_reference)?;
        let_go(context, key, open.counted, &open.lots)?;
    } else {
        not_returned(context, &key, &release.hold_reference)?;
    }
    return_expired(context, release.from, release.brand)?;
    Ok(())
}

/// "A hold ends on a whole minute: its `expires_ms`, which is at most 30 days ahead, is rounded up." (protocol, Holds)
/// It ends after the block.
fn end_in_time(context: &Context<'_, '_>, hold: &Hold) -> Result<TimeMs, Code> {
    let in_time = hold.expires_ms > context.time && hold.expires_ms.since_ms(context.time) <= HOLD_MS_MAX;
    let end = if in_time { hold.expires_ms.to_whole_minute() } else { None };
    end.ok_or(Code::HoldExpiryOutOfRange)
}

/// "No hold ends later than its brand leaves." (protocol, Brands) What is left then has returned, and expires with the
/// rest.
fn before_the_brand_leaves(brand: &Brand, expires_ms: TimeMs) -> Result<(), Code> {
    let in_time = brand.closes_ms.is_none_or(|closes_ms| expires_ms <= closes_ms);
    if in_time { Ok(()) } else { Err(Code::HoldExpiryOutOfRange) }
}

/// "at most 16 open ones per account and brand" (protocol, Holds)
fn set_aside(context: &mut Context<'_, '_>, key: HoldsKey, hold: OpenHold) -> Result<(), Stop> {
    let Holds { holds, offers } = context.overlay.get(&key)?.unwrap_or_default();
    let holds = holds.into_inner().into_iter().chain([hold]).collect();
    let holds = Bounded::new(holds).map_err(|_| Code::TooManyHolds)?;
    context.overlay.put(&key, &Holds { holds, offers })?;
    Ok(())
}

/// The record of the hold of this account that used a reference. "A reversal names the day of the issue, a taking
/// back that of the stamp, a capture and a release that of the hold." (protocol, References)
fn known(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    from: Address,
    (reference, dated): (&Reference, Day),
) -> Result<Held, Stop> {
    let held = context.overlay.get(&HeldKey { shelf: dated.month(), brand, reference: reference.clone() })?;
    Ok(held.filter(|held| held.from == from && held.dated == dated).ok_or(Code::UnknownHold)?)
}

/// "It ends before the shelf of its reference is dropped, else it fails as `hold_expiry_out_of_range`." (protocol,
/// Holds)
fn before_the_drop(expires_ms: TimeMs, place: &Place) -> Result<(), Code> {
    if expires_ms <= place.drop_ms { Ok(()) } else { Err(Code::HoldExpiryOutOfRange) }
}

/// "A hold is captured once; after that it is closed, whatever the reference of the next try." (protocol, Holds) One
/// that was released is closed as well.
fn not_closed(held: &Held) -> Result<(), Code> {
    if held.closed { Err(Code::HoldClosed) } else { Ok(()) }
}

/// "From the first block that isn't earlier than that minute its lots are the account's again, for every rule and every
/// read." (protocol, Holds)
fn not_expired(context: &Context<'_, '_>, held: &Held) -> Result<(), Code> {
    if context.time < held.expires_ms { Ok(()) } else { Err(Code::HoldExpired) }
}

/// "all or part; the rest returns at once" (protocol, Holds): a brand can't take more than all.
fn parts_of(hold: &OpenHold, amount: Points) -> Result<(Vec<Lot>, Vec<Lot>), Code> {
    split(&hold.lots, amount).ok_or(Code::CaptureExceedsHold)
}

/// "The account's own record takes the lots back the next time that its points of the brand are touched." (protocol,
/// Holds) After that there is nothing left to release.
fn not_returned(context: &mut Context<'_, '_>, key: &HoldsKey, reference: &Reference) -> Result<(), Stop> {
    if position(context, key, reference)?.is_some() { Ok(()) } else { Err(Code::HoldExpired.into()) }
}

/// "by the brand at any time; by the owner only after the expiry, since the till relies on it" (protocol, Holds)
fn by_the_brand_or_by_the_owner_after_expiry(
    context: &mut Context<'_, '_>,
    release: &Release,
    held: Option<&Held>,
) -> Result<(), Stop> {
    let operates = decided(authority::operator(context, release.brand, Role::Capture))?;
    let Err(code) = operates else { return Ok(()) };
    let owns = context.sender == release.from || authority::member(context, release.from)?.is_some();
    if !owns {
        return Err(code.into());
    }
    let open = held.is_some_and(|held| !held.closed && context.time < held.expires_ms);
    if open { Err(Code::HoldNotExpired.into()) } else { Ok(()) }
}

/// Removes an open hold that hasn't expired, and remembers that it is closed. Its points still count as held.
fn close(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    held: Held,
    reference: &Reference,
) -> Result<OpenHold, Missing> {
    let held_key = HeldKey { shelf: held.dated.month(), brand, reference: reference.clone() };
    context.overlay.put(&held_key, &Held { closed: true, ..held })?;
    let key = HoldsKey { account: held.from, brand };
    let at = position(context, &key, reference)?.expect("neither closed nor expired, so it is there");
    let Holds { holds, offers } = context.overlay.get(&key)?.unwrap_or_default();
    let mut holds = holds.into_inner();
    let hold = holds.remove(at);
    let holds = Bounded::new(holds).expect("fewer than before");
    write_holds(context, &key, &Holds { holds, offers })?;
    hold_ends::remove(context.overlay, brand, hold.expires_ms, &hold.lots)?;
    Ok(hold)
}

fn position(context: &mut Context<'_, '_>, key: &HoldsKey, reference: &Reference) -> Result<Option<usize>, Missing> {
    let holds = context.overlay.get(key)?.unwrap_or_default().holds;
    Ok(holds.iter().position(|hold| hold.reference == *reference))
}
