//! The parts of its sender's day that an operation takes besides its bytes: accounts that it opens, households that it
//! creates (protocol, Allowances).

use lojal_types::{Address, Code, Points, Policy};

use super::{Context, authority};
use crate::key::AccountKey;
use crate::record::{Account, DayUse};
use crate::stop::Stop;
use crate::tree::Missing;

/// The operation that gives an address points.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Gift {
    Issue,
    Transfer,
}

/// Opens the account that points are for, if its address has none: "An account exists from the first points
/// or stamp it receives" (protocol, Accounts and keys).
pub(super) fn open(
    context: &mut Context<'_, '_>,
    to: Address,
    policy: &Policy,
    amount: Points,
    gift: Gift,
) -> Result<(), Stop> {
    if !opens(context, to)? {
        return Ok(());
    }
    enough_to_open(policy, amount)?;
    if gift == Gift::Transfer {
        count_opening(context)?;
    }
    context.overlay.put(&AccountKey(to), &Account::default())?;
    Ok(())
}

/// Opens the account of somebody who is stamped, if there is none: "A `Stamp` opens accounts as an `Issue` does,
/// without points." (protocol, Allowances)
pub(super) fn open_by_stamp(context: &mut Context<'_, '_>, to: Address) -> Result<(), Stop> {
    if opens(context, to)? {
        context.overlay.put(&AccountKey(to), &Account::default())?;
    }
    Ok(())
}

/// True if an address is a person's and has no account yet.
fn opens(context: &mut Context<'_, '_>, to: Address) -> Result<bool, Missing> {
    Ok(!to.is_household() && context.overlay.get(&AccountKey(to))?.is_none())
}

/// "An account's first points are at least `opening_min` of their brand's policy (`opening_too_small`)." (protocol,
/// Allowances)
fn enough_to_open(policy: &Policy, amount: Points) -> Result<(), Code> {
    if amount >= policy.opening_min { Ok(()) } else { Err(Code::OpeningTooSmall) }
}

/// "A member's transfers open at most `openings` accounts a day (`openings_spent`)." (protocol, Allowances)
fn count_opening(context: &mut Context<'_, '_>) -> Result<(), Stop> {
    if authority::account(context, context.sender)?.is_operator() {
        return Ok(());
    }
    let most = context.parameters.allowances.openings;
    count(context, |used| {
        used.opened = used.opened.checked_add(1).filter(|opened| *opened <= most).ok_or(Code::OpeningsSpent)?;
        Ok(())
    })
}

/// "An account creates at most `households` households a day (`households_spent`), whatever becomes of them"
/// (protocol, Allowances)
pub(super) fn count_household(context: &mut Context<'_, '_>) -> Result<(), Stop> {
    let most = context.parameters.allowances.households;
    count(context, |used| {
        used.households = used.households.checked_add(1).filter(|made| *made <= most).ok_or(Code::HouseholdsSpent)?;
        Ok(())
    })
}

/// Counts something more against the sender's day.
fn count(context: &mut Context<'_, '_>, more: impl FnOnce(&mut DayUse) -> Result<(), Code>) -> Result<(), Stop> {
    let mut account = authority::account(context, context.sender)?;
    let mut used = account.used_on(context.time.day());
    more(&mut used)?;
    account.used = Some(used);
    context.overlay.put(&AccountKey(context.sender), &account)?;
    Ok(())
}
