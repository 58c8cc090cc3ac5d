//! `CreateHousehold`, `Invite`, `Join`, `Leave`, `SetMember` and `RemoveMember` (protocol, Households). A household
//! always has an admin, until its last member dissolves it.

use lojal_types::{Address, Code, Invite, Join, Leave, MemberRights, MemberRole, RemoveMember, SetMember};

use super::allowance::count_household;
use super::balances::balance;
use super::counters::this_month;
use super::expired_holds::{return_expired, uncount_holds};
use super::{Context, authority};
use crate::key::{
    AccountKey, BalanceKey, HoldsKey, HouseholdKey, InvitationKey, MemberKey, MembershipsKey, SpentKey, StandingKey,
    VouchersKey,
};
use crate::record::{Account, Household};
use crate::stop::Stop;
use crate::tree::Missing;

/// "A household is an account with members instead of a key; whoever creates it is its first admin." (protocol,
/// Households)
pub(super) fn create(context: &mut Context<'_, '_>) -> Result<(), Stop> {
    count_household(context)?;
    let address = Address::of_household(&context.chain, &context.transaction, context.index);
    context.overlay.put(&AccountKey(address), &Account::default())?;
    let rights = MemberRights { role: MemberRole::Admin, limits: Default::default() };
    enter(context, address, Household::default(), &rights)
}

/// `Invite`: (role, limits) wait for the invitee.
pub(super) fn invite(context: &mut Context<'_, '_>, invite: &Invite) -> Result<(), Stop> {
    let mut household = of_admin(context, invite.household)?;
    let rights = valid(context, MemberRights { role: invite.role, limits: invite.limits.clone() })?;
    authority::can_sign(invite.member)?;
    not_a_member(&household, invite.member)?;
    let key = InvitationKey { household: invite.household, member: invite.member };
    another_invitation(context, &key, &rights)?;
    list_invited(&mut household, invite.member)?;
    context.overlay.put(&HouseholdKey(invite.household), &household)?;
    context.overlay.put(&key, &rights)?;
    Ok(())
}

/// `Join`: the invitee is a member from now on, with the rights that the invitation gives.
pub(super) fn join(context: &mut Context<'_, '_>, join: &Join) -> Result<(), Stop> {
    let mut household = known(context, join.household)?;
    let key = InvitationKey { household: join.household, member: context.sender };
    let rights = invitation(context, &key)?;
    context.overlay.remove(&key)?;
    household.invited = household.invited.without(&context.sender);
    enter(context, join.household, household, &rights)
}

/// `Leave`: "Whoever leaves or is removed takes nothing from the pool." (protocol, Households)
pub(super) fn leave(context: &mut Context<'_, '_>, leave: &Leave) -> Result<(), Stop> {
    let household = known(context, leave.household)?;
    by_a_member(context, leave.household)?;
    go(context, leave.household, household, context.sender)
}

/// `SetMember`: "What is counted of a member in a month stays counted, whatever becomes of its role and limits, until
/// it leaves or is removed." (protocol, Households)
pub(super) fn set_member(context: &mut Context<'_, '_>, set: &SetMember) -> Result<(), Stop> {
    let household = of_admin(context, set.household)?;
    let rights = valid(context, MemberRights { role: set.role, limits: set.limits.clone() })?;
    is_a_member(&household, set.member)?;
    keeps_an_admin(context, set, &household)?;
    context.overlay.put(&MemberKey { household: set.household, member: set.member }, &rights)?;
    Ok(())
}

/// `RemoveMember`: a member goes as if it left; an invitation is withdrawn.
pub(super) fn remove_member(context: &mut Context<'_, '_>, remove: &RemoveMember) -> Result<(), Stop> {
    let mut household = of_admin(context, remove.household)?;
    if household.members.contains(&remove.member) {
        return go(context, remove.household, household, remove.member);
    }
    is_invited(&household, remove.member)?;
    household.invited = household.invited.without(&remove.member);
    context.overlay.put(&HouseholdKey(remove.household), &household)?;
    context.overlay.remove(&InvitationKey { household: remove.household, member: remove.member })?;
    Ok(())
}

/// The household of an address. "When the last member of an empty household leaves, it is dissolved: nothing of it is
/// left." (protocol, Households)
fn known(context: &mut Context<'_, '_>, address: Address) -> Result<Household, Stop> {
    Ok(context.overlay.get(&HouseholdKey(address))?.ok_or(Code::UnknownHousehold)?)
}

/// "`Invite`, `SetMember`, `RemoveMember` by an admin; `Join` by the invited member; `Leave`." (protocol, Households)
fn of_admin(context: &mut Context<'_, '_>, address: Address) -> Result<Household, Stop> {
    let household = known(context, address)?;
    let rights = by_a_member(context, address)?;
    if rights.role == MemberRole::Admin { Ok(household) } else { Err(Code::NotHouseholdAdmin.into()) }
}

/// Only a member leaves a household or decides about it.
fn by_a_member(context: &mut Context<'_, '_>, address: Address) -> Result<MemberRights, Stop> {
    Ok(authority::member(context, address)?.ok_or(Code::NotMember)?)
}

/// A member needs no invitation.
fn not_a_member(household: &Household, account: Address) -> Result<(), Code> {
    if household.members.contains(&account) { Err(Code::AlreadyMember) } else { Ok(()) }
}

/// "An invitation with other rights replaces the one that there is; the same is not given twice (`already_invited`)."
/// (protocol, Households)
fn another_invitation(context: &mut Context<'_, '_>, key: &InvitationKey, rights: &MemberRights) -> Result<(), Stop> {
    if context.overlay.get(key)?.is_some_and(|before| before == *rights) {
        Err(Code::AlreadyInvited.into())
    } else {
        Ok(())
    }
}

/// "At most 16 members, 16 invitations, and 16 households per account." (protocol, Households)
fn list_invited(household: &mut Household, account: Address) -> Result<(), Code> {
    household.invited = household.invited.with_sorted(account).map_err(|_| Code::TooManyInvitations)?;
    Ok(())
}

/// "`Join` by the invited member" (protocol, Households)
fn invitation(context: &mut Context<'_, '_>, key: &InvitationKey) -> Result<MemberRights, Stop> {
    Ok(context.overlay.get(key)?.ok_or(Code::NotInvited)?)
}

/// Only a member has a role and limits to set.
fn is_a_member(household: &Household, account: Address) -> Result<(), Code> {
    if household.members.contains(&account) { Ok(()) } else { Err(Code::UnknownMember) }
}

/// Somebody who isn't a member is removed only if there is an invitation to withdraw.
fn is_invited(household: &Household, account: Address) -> Result<(), Code> {
    if household.invited.contains(&account) { Ok(()) } else { Err(Code::UnknownMember) }
}

/// "The last admin can't be demoted, and can't be removed or leave while others are members or the pool holds points or
/// open holds or offers." (protocol, Households)
fn keeps_an_admin(context: &mut Context<'_, '_>, set: &SetMember, household: &Household) -> Result<(), Stop> {
    let loses_it = set.role != MemberRole::Admin && is_last_admin(context, set.household, household, set.member)?;
    if loses_it { Err(Code::LastHouseholdAdmin.into()) } else { Ok(()) }
}

/// "The last admin can't be demoted, and can't be removed or leave while others are members or the pool holds points or
/// open holds or offers." (protocol, Households)
fn last_of_an_empty_pool(context: &mut Context<'_, '_>, address: Address, household: &Household) -> Result<(), Stop> {
    let leaves_nothing = household.members.len() == 1 && pool_is_empty(context, address, household)?;
    if leaves_nothing { Ok(()) } else { Err(Code::LastHouseholdAdmin.into()) }
}

/// "Limits stand by brand, each brand once, of brands that there are; an admin has none." (protocol, Households)
fn valid(context: &mut Context<'_, '_>, rights: MemberRights) -> Result<MemberRights, Stop> {
    if !rights.are_valid() {
        return Err(Code::InvalidLimits.into());
    }
    rights.limits.iter().try_for_each(|limit| authority::brand(context, limit.brand).map(drop))?;
    Ok(rights)
}

/// "At most 16 members, 16 invitations, and 16 households per account." (protocol, Households)
fn enter(
    context: &mut Context<'_, '_>,
    address: Address,
    mut household: Household,
    rights: &MemberRights,
) -> Result<(), Stop> {
    let member = context.sender;
    household.members = household.members.with_sorted(member).map_err(|_| Code::TooManyMembers)?;
    context.overlay.put(&HouseholdKey(address), &household)?;
    context.overlay.put(&MemberKey { household: address, member }, rights)?;
    let mut memberships = context.overlay.get(&MembershipsKey(member))?.unwrap_or_default();
    memberships.households = memberships.households.with_sorted(address).map_err(|_| Code::TooManyMemberships)?;
    context.overlay.put(&MembershipsKey(member), &memberships)?;
    Ok(())
}

/// A member goes, by itself or removed; the last admin goes last of all and leaves nothing behind.
fn go(context: &mut Context<'_, '_>, address: Address, mut household: Household, member: Address) -> Result<(), Stop> {
    if is_last_admin(context, address, &household, member)? {
        last_of_an_empty_pool(context, address, &household)?;
        dissolve(context, address, &household)?;
    } else {
        household.members = household.members.without(&member);
        context.overlay.put(&HouseholdKey(address), &household)?;
    }
    context.overlay.remove(&MemberKey { household: address, member })?;
    forget_what_was_spent(context, address, member)?;
    let mut memberships = context.overlay.get(&MembershipsKey(member))?.unwrap_or_default();
    memberships.households = memberships.households.without(&address);
    if memberships.households.is_empty() {
        context.overlay.remove(&MembershipsKey(member))?;
    } else {
        context.overlay.put(&MembershipsKey(member), &memberships)?;
    }
    Ok(())
}

fn is_last_admin(
    context: &mut Context<'_, '_>,
    address: Address,
    household: &Household,
    member: Address,
) -> Result<bool, Missing> {
    let mut admins = Vec::new();
    for member in household.members.iter().copied() {
        let rights = context.overlay.get(&MemberKey { household: address, member })?;
        if rights.is_some_and(|rights| rights.role == MemberRole::Admin) {
            admins.push(member);
        }
    }
    Ok(admins == [member])
}

/// Neither points, pending ones included, nor open holds or offers of any brand.
fn pool_is_empty(context: &mut Context<'_, '_>, account: Address, household: &Household) -> Result<bool, Missing> {
    let month = context.time.month();
    for brand in household.brands.iter().copied() {
        return_expired(context, account, brand)?;
        let balance = balance(context, &BalanceKey { account, brand })?;
        let holds = context.overlay.get(&HoldsKey { account, brand })?;
        let is_closed = authority::is_closed(context, brand)?;
        let is_empty = balance.live(month).is_empty() && balance.pending.is_empty();
        if !(is_empty || is_closed) || holds.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// "What is counted of a member in a month stays counted, whatever becomes of its role and limits, until it leaves or
/// is removed." (protocol, Households) Only a brand that is counted in this month can have holds that would give back.
fn forget_what_was_spent(context: &mut Context<'_, '_>, address: Address, member: Address) -> Result<(), Missing> {
    let key = SpentKey { household: address, member };
    for count in this_month(context, &key)?.iter().flat_map(|spent| spent.counts.iter()) {
        uncount_holds(context, &HoldsKey { account: address, brand: count.brand }, member)?;
    }
    context.overlay.remove(&key)
}

/// "When the last member of an empty household leaves, it is dissolved: nothing of it is left. Its address comes from a
/// transaction that can't be in a block again, so it is never a household again." (protocol, Households) So dead lots
/// go, and invitations that nobody can accept any more.
fn dissolve(context: &mut Context<'_, '_>, account: Address, household: &Household) -> Result<(), Missing> {
    for brand in household.brands.iter() {
        context.overlay.remove(&BalanceKey { account, brand: *brand })?;
        context.overlay.remove(&StandingKey { account, brand: *brand })?;
        context.overlay.remove(&VouchersKey { account, brand: *brand })?;
    }
    for member in household.invited.iter() {
        context.overlay.remove(&InvitationKey { household: account, member: *member })?;
    }
    context.overlay.remove(&HouseholdKey(account))?;
    context.overlay.remove(&AccountKey(account))
}
