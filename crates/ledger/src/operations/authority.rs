//! The right to act for an account, a brand or a household.

use lojal_types::{Address, BrandId, Code, Guardian, MemberRights, MemberRole, Points, Role};

use super::approvals::approvals;
use super::counters::count_month;
use super::expired_holds::return_expired;
use super::{By, Context};
use crate::key::{AccountKey, BrandKey, MemberKey, OperatorKey, SpentKey};
use crate::record::{Account, Brand, Counted, Operator};
use crate::stop::{Stop, decided};
use crate::tree::Missing;

/// Every operation on points names an existing brand.
pub(super) fn brand(context: &mut Context<'_, '_>, id: BrandId) -> Result<Brand, Stop> {
    Ok(context.overlay.get(&BrandKey(id))?.ok_or(Code::UnknownBrand)?)
}

/// A brand that hasn't left: "nothing can be done with its points any more (`brand_closed`)" (protocol, Brands).
pub(super) fn open_brand(context: &mut Context<'_, '_>, id: BrandId) -> Result<Brand, Stop> {
    let brand = brand(context, id)?;
    if brand.is_closed(context.time) { Err(Code::BrandClosed.into()) } else { Ok(brand) }
}

/// True once a brand that there is has left.
pub(super) fn is_closed(context: &mut Context<'_, '_>, id: BrandId) -> Result<bool, Missing> {
    Ok(context.overlay.get(&BrandKey(id))?.is_some_and(|brand| brand.is_closed(context.time)))
}

/// "From then on it issues no points and takes no conversions into them (`brand_closing`)." (protocol, Brands)
fn stays(brand: &Brand) -> Result<(), Code> {
    if brand.closes_ms.is_some() { Err(Code::BrandClosing) } else { Ok(()) }
}

/// A brand that is in force and doesn't leave: "A suspended brand, and one that leaves, gives nothing by campaigns."
/// (protocol, Campaigns) Nor does it issue, or take conversions.
pub(super) fn giving_brand(context: &mut Context<'_, '_>, id: BrandId) -> Result<Brand, Stop> {
    let brand = brand_in_force(context, id)?;
    stays(&brand)?;
    Ok(brand)
}

/// A brand that isn't suspended: "A suspended brand can't issue, reverse, or take conversions into its points, and its
/// admins can't propose or accept partnerships, set its policy, operators or approvals." (protocol, Governance)
pub(super) fn brand_in_force(context: &mut Context<'_, '_>, id: BrandId) -> Result<Brand, Stop> {
    let brand = open_brand(context, id)?;
    if brand.suspended { Err(Code::BrandSuspended.into()) } else { Ok(brand) }
}

/// "An operator acts for its brand as far as its roles go: *issue*, *capture*, *reverse*, *admin*, and in version 2
/// *grant*, in this order, each once." (protocol, Brands)
pub(super) fn operator(context: &mut Context<'_, '_>, brand: BrandId, role: Role) -> Result<Operator, Stop> {
    let operator = context.overlay.get(&OperatorKey { brand, operator: context.sender })?.ok_or(Code::NotOperator)?;
    if operator.roles.contains(&role) { Ok(operator) } else { Err(Code::RoleMissing.into()) }
}

/// The weight of what an admin does for its brand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// "What narrows is one admin's, at once." (protocol, Brands)
    Narrows,
    /// "What is joint takes as many admins as the brand asks for" (protocol, Brands).
    Joint,
    /// "what widens takes as many, and waits" (protocol, Brands)
    Widens,
}

/// The right of the sender, or of the admins together, to do something of a weight for a brand: "Where one admin is
/// enough and nothing waits, an admin does it by itself; else it fails as `motion_needed`" (protocol, Brands).
pub(super) fn admin(context: &mut Context<'_, '_>, brand: BrandId, weight: Weight) -> Result<(), Stop> {
    if let By::Motion { brand: of, widens } = &mut context.by {
        *widens |= weight == Weight::Widens;
        return if *of == brand { Ok(()) } else { Err(Code::ActionOfOtherBrand.into()) };
    }
    operator(context, brand, Role::Admin)?;
    let approvals = approvals(context, brand)?;
    let is_enough = match weight {
        Weight::Narrows => true,
        Weight::Joint => approvals.needed == 1,
        Weight::Widens => approvals.needed == 1 && approvals.delay_ms == 0,
    };
    if is_enough { Ok(()) } else { Err(Code::MotionNeeded.into()) }
}

/// True if an account isn't stopped.
pub(super) fn is_active(context: &mut Context<'_, '_>, address: Address) -> Result<bool, Missing> {
    let account = context.overlay.get(&AccountKey(address))?.map(|account| account.at(context.time));
    Ok(account.is_some_and(|account| account.stop(context.time).is_none()))
}

/// "A stopped account (frozen, in recovery, or after a cancelled agreement) can receive. Whoever holds its key can do
/// nothing else with it: not spend, not act for a brand or in a household, not change keys or guardians, not agree as a
/// guardian." (protocol, Accounts and keys)
pub(super) fn active(context: &mut Context<'_, '_>) -> Result<(), Stop> {
    let account = account(context, context.sender)?;
    Ok(account.stop(context.time).map_or(Ok(()), Err)?)
}

/// An account as it is at the block's time.
pub(super) fn account(context: &mut Context<'_, '_>, address: Address) -> Result<Account, Stop> {
    let account = context.overlay.get(&AccountKey(address))?.ok_or(Code::UnknownAccount)?;
    Ok(account.at(context.time))
}

/// The guardians of an account that the sender is or acts for: "A brand acts through its admins." and "Without
/// guardians nobody can agree." (protocol, Accounts and keys) By a motion the brand alone acts, and it takes one if the
/// brand asks for more than one admin.
pub(super) fn guardians_of_sender(context: &mut Context<'_, '_>, account: &Account) -> Result<Vec<Guardian>, Stop> {
    let (mut list, mut refusal) = (Vec::new(), Code::NotGuardian);
    for guardian in account.guardians.guardians.iter() {
        let acts_for = match guardian {
            Guardian::Account(address) => matches!(context.by, By::Sender) && *address == context.sender,
            Guardian::Brand(brand) => match decided(admin(context, *brand, Weight::Joint))? {
                Err(Code::MotionNeeded) => {
                    refusal = Code::MotionNeeded;
                    false
                }
                answer => answer.is_ok(),
            },
        };
        if acts_for {
            list.push(*guardian);
        }
    }
    if list.is_empty() { Err(refusal.into()) } else { Ok(list) }
}

/// "A household can't be a guardian, nor be invited to a household: it couldn't sign what that takes. Both
/// fail as `household_has_no_key`." (protocol, Accounts and keys)
pub(super) fn can_sign(account: Address) -> Result<(), Code> {
    if account.is_household() { Err(Code::HouseholdHasNoKey) } else { Ok(()) }
}

/// The purpose for which points are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Redeem,
    Hold,
    Transfer,
    Convert,
    Trade,
}

/// Points are spent "by the owner of the points, or by a member of the household that owns them" (protocol, Points).
/// Answers whose limit of which month it counts against, if it does.
pub(super) fn spend(
    context: &mut Context<'_, '_>,
    account: Address,
    brand: BrandId,
    purpose: Purpose,
    amount: Points,
) -> Result<Option<Counted>, Stop> {
    if context.sender == account {
        return Ok(None);
    }
    let rights = member(context, account)?.ok_or(Code::NotOwner)?;
    role_allows(rights.role, purpose)?;
    // An expired hold gives its points back to the limit too, before the limit is looked at.
    return_expired(context, account, brand)?;
    within_limit(context, account, brand, &rights, amount)
}

/// The right to trade with an account's points, whatever is counted: its owner's, or that of a household's adult or
/// admin.
pub(super) fn trades(context: &mut Context<'_, '_>, account: Address) -> Result<(), Stop> {
    if context.sender == account {
        return Ok(());
    }
    let rights = member(context, account)?.ok_or(Code::NotOwner)?;
    Ok(role_allows(rights.role, Purpose::Trade)?)
}

/// True if somebody is a member of a household who could offer its points.
pub(super) fn may_trade(context: &mut Context<'_, '_>, household: Address, member: Address) -> Result<bool, Missing> {
    let rights = context.overlay.get(&MemberKey { household, member })?;
    Ok(rights.is_some_and(|rights| role_allows(rights.role, Purpose::Trade).is_ok()))
}

/// "by a member, for itself or for a household that it is a member of" (protocol, Campaigns). A child claims and uses
/// vouchers as it redeems.
pub(super) fn for_itself(context: &mut Context<'_, '_>, account: Address) -> Result<(), Stop> {
    let its_own = context.sender == account || member(context, account)?.is_some();
    if its_own { Ok(()) } else { Err(Code::NotOwner.into()) }
}

/// The sender's rights as a member of an account, if it is one.
pub(super) fn member(context: &mut Context<'_, '_>, household: Address) -> Result<Option<MemberRights>, Missing> {
    context.overlay.get(&MemberKey { household, member: context.sender })
}

/// "*child*: redeems and holds, listed brands only, up to their limit; never transfers, converts or trades." (protocol,
/// Households)
fn role_allows(role: MemberRole, purpose: Purpose) -> Result<(), Code> {
    let child_may = matches!(purpose, Purpose::Redeem | Purpose::Hold);
    if role != MemberRole::Child || child_may { Ok(()) } else { Err(Code::ChildMayNot) }
}

/// "*adult*: spends from the pool, brands with a limit up to that per calendar month (UTC), others freely." (protocol,
/// Households)
fn within_limit(
    context: &mut Context<'_, '_>,
    household: Address,
    brand: BrandId,
    rights: &MemberRights,
    amount: Points,
) -> Result<Option<Counted>, Stop> {
    let Some(max) = rights.month_max(brand) else { return Ok(None) };
    let member = context.sender;
    count_month(context, &SpentKey { household, member }, brand, amount, max)?;
    Ok(Some(Counted { member, month: context.time.month() }))
}
