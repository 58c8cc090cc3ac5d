//! `Transfer`: the owner of points, or a member of the household that is, gives them to another account.

use lojal_types::{Code, Policy, Transfer};

use super::allowance::{Gift, open};
use super::authority::Purpose;
use super::balances::amount;
use super::counters::within_daily_cap;
use super::ledger::{credit, debit};
use super::{Context, authority};
use crate::stop::Stop;

pub(super) fn apply(context: &mut Context<'_, '_>, transfer: &Transfer) -> Result<(), Stop> {
    amount(transfer.amount)?;
    let brand = authority::open_brand(context, transfer.brand)?;
    authority::spend(context, transfer.from, transfer.brand, Purpose::Transfer, transfer.amount)?;
    to_another_account(transfer)?;
    policy_allows_the_way(&brand.policy, transfer)?;
    policy_allows_the_amount(&brand.policy, transfer)?;
    within_daily_cap(context, &brand.policy, transfer.brand, transfer.amount)?;
    let lots = debit(context, transfer.from, transfer.brand, transfer.amount)?;
    open(context, transfer.to, &brand.policy, transfer.amount, Gift::Transfer)?;
    // "Lots keep their expiry through transfers, pools and holds" (protocol, Points)
    credit(context, transfer.to, transfer.brand, &lots)
}

/// A transfer to oneself moves nothing and is surely a mistake.
fn to_another_account(transfer: &Transfer) -> Result<(), Code> {
    if transfer.from == transfer.to { Err(Code::SameAccount) } else { Ok(()) }
}

/// "Into a household's pool they take `poolable`; between persons, and out of a pool, `transferable`." (protocol,
/// Points) From pool to pool they take both.
fn policy_allows_the_way(policy: &Policy, transfer: &Transfer) -> Result<(), Code> {
    let (out_of_pool, into_pool) = (transfer.from.is_household(), transfer.to.is_household());
    if into_pool && !policy.poolable {
        return Err(Code::PolicyForbidsPooling);
    }
    let needs_transferable = out_of_pool || !into_pool;
    if needs_transferable && !policy.transferable { Err(Code::PolicyForbidsTransfer) } else { Ok(()) }
}

/// "Transfers are within the policy's smallest and largest, and its daily cap per sender." (protocol, Points)
fn policy_allows_the_amount(policy: &Policy, transfer: &Transfer) -> Result<(), Code> {
    if transfer.amount < policy.transfer_min {
        return Err(Code::TransferTooSmall);
    }
    if transfer.amount > policy.transfer_max { Err(Code::TransferTooLarge) } else { Ok(()) }
}
