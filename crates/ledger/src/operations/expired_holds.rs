//! Holds whose time has passed: what they set aside is the account's again.

use lojal_types::{Address, Bounded, BrandId, Lot, Points};

use super::Context;
use super::balances::{add_lots, add_outstanding, change_totals};
use super::counters::uncount_month;
use crate::key::{HoldsKey, SpentKey};
use crate::lots::total;
use crate::record::{Holds, OpenHold};

/// "An expired hold returns its lots the next time the account is touched, with their expiry unchanged." (protocol §6)
pub(super) fn return_expired(context: &mut Context<'_, '_>, account: Address, brand: BrandId) {
    let key = HoldsKey { account, brand };
    let Some(Holds { holds }) = context.overlay.get(&key) else { return };
    let (open, expired): (Vec<_>, Vec<_>) =
        holds.into_inner().into_iter().partition(|hold| context.time < hold.expires_ms);
    if expired.is_empty() {
        return;
    }
    write_holds(context, &key, open);
    for hold in expired {
        put_back(context, key, &hold, &hold.lots);
    }
}

/// Gives lots of a hold back: live ones to the balance, dead ones become breakage at this moment, and what a member's
/// limit of this month was charged is given back to it.
pub(super) fn put_back(context: &mut Context<'_, '_>, key: HoldsKey, hold: &OpenHold, lots: &[Lot]) {
    let HoldsKey { account, brand } = key;
    let month = context.time.month();
    let (live, dead): (Vec<Lot>, Vec<Lot>) = lots.iter().partition(|lot| lot.expiry.is_live_in(month));
    add_lots(context, account, brand, &live);
    add_outstanding(context, brand, &live);
    change_totals(context, brand, |mut totals| {
        totals.held = totals.held.checked_sub(total(lots))?;
        totals.outstanding = totals.outstanding.checked_add(total(&live))?;
        totals.expired = totals.expired.checked_add(total(&dead))?;
        Some(totals)
    })
    .expect("the lots are a part of what is held");
    let returned: Points = total(lots);
    if let Some(counted) = hold.counted
        && counted.month == month
    {
        uncount_month(context, &SpentKey { household: account, member: counted.member, brand }, returned);
    }
}

/// An account without holds leaves no record of them.
pub(super) fn write_holds(context: &mut Context<'_, '_>, key: &HoldsKey, holds: Vec<OpenHold>) {
    if holds.is_empty() {
        context.overlay.remove(key);
    } else {
        context.overlay.put(key, &Holds { holds: Bounded::new(holds).expect("fewer than before") });
    }
}
