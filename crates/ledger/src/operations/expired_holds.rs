//! The lots that holds and offers set aside and give back: all of them when their time has passed, else those that are
//! let go of.

use lojal_types::{Address, Bounded, BrandId, Lot, Points, TimeMs};

use super::Context;
use super::balances::{add_outstanding, change_totals, put_back_lots, remove_outstanding};
use super::counters::uncount_month;
use crate::hold_ends;
use crate::key::{HoldsKey, SpentKey};
use crate::lots::total;
use crate::record::{Counted, Holds};
use crate::stop::{Stop, decided};
use crate::tree::Missing;

/// "The account's own record takes the lots back the next time that its points of the brand are touched." (protocol,
/// Holds) For every rule they are the account's since the minute at which the hold ended, and in the brand's totals
/// they have moved on already.
pub(super) fn return_expired(context: &mut Context<'_, '_>, account: Address, brand: BrandId) -> Result<(), Missing> {
    let (key, time) = (HoldsKey { account, brand }, context.time);
    let Some(before) = context.overlay.get(&key)? else { return Ok(()) };
    if before.ended(time).next().is_none() {
        return Ok(());
    }
    let mut open = before.clone();
    open.holds = kept(open.holds, |hold| time < hold.expires_ms);
    open.offers = kept(open.offers, |offer| time < offer.ends_ms);
    write_holds(context, &key, &open)?;
    before.ended(time).try_for_each(|(lots, counted)| put_back(context, key, counted, lots))
}

/// Those of a list for which something holds.
pub(super) fn kept<T, const MAX: usize>(list: Bounded<T, 0, MAX>, keeps: impl Fn(&T) -> bool) -> Bounded<T, 0, MAX> {
    Bounded::new(list.into_inner().into_iter().filter(keeps).collect()).expect("no more than before")
}

/// Sets lots aside that have left an account, until a whole minute.
pub(super) fn put_aside(context: &mut Context<'_, '_>, brand: BrandId, end: TimeMs, lots: &[Lot]) -> Result<(), Stop> {
    remove_outstanding(context, brand, lots)?;
    change_totals(context, brand, |mut totals| {
        totals.outstanding = totals.outstanding.checked_sub(total(lots))?;
        totals.held = totals.held.checked_add(total(lots))?;
        Some(totals)
    })?;
    Ok(hold_ends::add(context.overlay, brand, end, lots)?)
}

/// Gives lots of a hold or an offer back before its end. "Lots that return before the end, because the brand lets go of
/// them, become breakage at that moment if their month is over." (protocol, Holds)
pub(super) fn let_go(
    context: &mut Context<'_, '_>,
    key: HoldsKey,
    counted: Option<Counted>,
    lots: &[Lot],
) -> Result<(), Missing> {
    let month = context.time.month();
    let (live, dead): (Vec<Lot>, Vec<Lot>) = lots.iter().partition(|lot| lot.expiry.is_live_in(month));
    add_outstanding(context, key.brand, &live)?;
    let changed = change_totals(context, key.brand, |mut totals| {
        totals.held = totals.held.checked_sub(total(lots))?;
        totals.outstanding = totals.outstanding.checked_add(total(&live))?;
        totals.expired = totals.expired.checked_add(total(&dead))?;
        Some(totals)
    });
    decided(changed)?.expect("the lots are a part of what is held");
    put_back(context, key, counted, lots)
}

/// Puts lots of a hold or an offer into the balance again. "What a hold returns in the same month is given back to the
/// limit, at the minute of its end." (protocol, Households)
fn put_back(
    context: &mut Context<'_, '_>,
    key: HoldsKey,
    counted: Option<Counted>,
    lots: &[Lot],
) -> Result<(), Missing> {
    let HoldsKey { account, brand } = key;
    put_back_lots(context, account, brand, lots)?;
    if let Some(counted) = counted
        && counted.month == context.time.month()
    {
        uncount_month(context, &SpentKey { household: account, member: counted.member }, brand, total(lots))?;
    }
    Ok(())
}

/// The points of open holds and offers that count against a member's limit of a month.
pub(super) fn counted_open(context: &mut Context<'_, '_>, key: &HoldsKey, counted: Counted) -> Result<Points, Missing> {
    let Holds { holds, offers } = context.overlay.get(key)?.unwrap_or_default();
    let holds = holds.iter().filter(|hold| hold.counted == Some(counted)).map(|hold| total(&hold.lots));
    let offers = offers.iter().filter(|offer| offer.counted == Some(counted)).map(|offer| offer.lot.amount);
    let sum = holds.chain(offers).try_fold(Points::ZERO, |sum, points| sum.checked_add(points));
    Ok(sum.expect("a brand's total bounds every sum of its points"))
}

/// Lets the holds and offers of a member that goes count against no limit any more.
pub(super) fn uncount_holds(context: &mut Context<'_, '_>, key: &HoldsKey, member: Address) -> Result<(), Missing> {
    let Some(Holds { holds, offers }) = context.overlay.get(key)? else { return Ok(()) };
    let (mut holds, mut offers) = (holds.into_inner(), offers.into_inner());
    let counted = holds.iter_mut().map(|hold| &mut hold.counted);
    for counted in counted.chain(offers.iter_mut().map(|offer| &mut offer.counted)) {
        *counted = counted.filter(|counted| counted.member != member);
    }
    let as_many = "as many as before";
    let (holds, offers) = (Bounded::new(holds).expect(as_many), Bounded::new(offers).expect(as_many));
    write_holds(context, key, &Holds { holds, offers })
}

/// An account without holds and offers leaves no record of them.
pub(super) fn write_holds(context: &mut Context<'_, '_>, key: &HoldsKey, holds: &Holds) -> Result<(), Missing> {
    if holds.is_empty() { context.overlay.remove(key) } else { context.overlay.put(key, holds) }
}
