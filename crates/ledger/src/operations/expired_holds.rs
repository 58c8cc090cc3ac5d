//! The lots that holds give back: all of them when a hold's time has passed, else those that the brand lets go of.

use lojal_types::{Address, Bounded, BrandId, Lot};

use super::Context;
use super::balances::{add_outstanding, change_totals, put_back_lots};
use super::counters::uncount_month;
use crate::key::{HoldsKey, SpentKey};
use crate::lots::total;
use crate::record::{Holds, OpenHold};
use crate::stop::decided;
use crate::tree::Missing;

/// "The account's own record takes the lots back the next time that its points of the brand are touched." (protocol,
/// Holds) For every rule they are the account's since the minute at which the hold ended, and in the brand's totals
/// they have moved on already.
pub(super) fn return_expired(context: &mut Context<'_, '_>, account: Address, brand: BrandId) -> Result<(), Missing> {
    let key = HoldsKey { account, brand };
    let Some(Holds { holds }) = context.overlay.get(&key)? else { return Ok(()) };
    let (open, expired): (Vec<_>, Vec<_>) =
        holds.into_inner().into_iter().partition(|hold| context.time < hold.expires_ms);
    if expired.is_empty() {
        return Ok(());
    }
    write_holds(context, &key, open)?;
    for hold in expired {
        put_back(context, key, &hold, &hold.lots)?;
    }
    Ok(())
}

/// Gives lots of a hold back before its end. "Lots that return before the end, because the brand lets go of them,
/// become breakage at that moment if their month is over." (protocol, Holds)
pub(super) fn let_go(
    context: &mut Context<'_, '_>,
    key: HoldsKey,
    hold: &OpenHold,
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
    put_back(context, key, hold, lots)
}

/// Puts lots of a hold into the balance again. "What a hold returns in the same month is given back to the limit, at
/// the minute of its end." (protocol, Households)
fn put_back(context: &mut Context<'_, '_>, key: HoldsKey, hold: &OpenHold, lots: &[Lot]) -> Result<(), Missing> {
    let HoldsKey { account, brand } = key;
    put_back_lots(context, account, brand, lots)?;
    if let Some(counted) = hold.counted
        && counted.month == context.time.month()
    {
        uncount_month(context, &SpentKey { household: account, member: counted.member }, brand, total(lots))?;
    }
    Ok(())
}

/// Lets the holds of a member that goes count against no limit any more.
pub(super) fn uncount_holds(context: &mut Context<'_, '_>, key: &HoldsKey, member: Address) -> Result<(), Missing> {
    let Some(Holds { holds }) = context.overlay.get(key)? else { return Ok(()) };
    let mut holds = holds.into_inner();
    for hold in &mut holds {
        hold.counted = hold.counted.filter(|counted| counted.member != member);
    }
    write_holds(context, key, holds)
}

/// An account without holds leaves no record of them.
pub(super) fn write_holds(context: &mut Context<'_, '_>, key: &HoldsKey, holds: Vec<OpenHold>) -> Result<(), Missing> {
    if holds.is_empty() {
        context.overlay.remove(key)?;
    } else {
        context.overlay.put(key, &Holds { holds: Bounded::new(holds).expect("no more than before") })?;
    }
    Ok(())
}
