//! The keys of households.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{Address, MemberRights};

use super::StateKey;
use crate::record::{Household, Memberships, Spent};

/// The households that an account is a member of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct MembershipsKey(pub Address);
impl StateKey for MembershipsKey {
    const KIND: u8 = 64;
    type Record = Memberships;
}

/// A household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HouseholdKey(pub Address);
impl StateKey for HouseholdKey {
    const KIND: u8 = 65;
    type Record = Household;
}

/// A member of a household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct MemberKey {
    /// The household.
    pub household: Address,
    /// The member.
    pub member: Address,
}
impl StateKey for MemberKey {
    const KIND: u8 = 66;
    type Record = MemberRights;
}

/// An invitation to a household.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct InvitationKey {
    /// The household.
    pub household: Address,
    /// The account that is invited.
    pub member: Address,
}
impl StateKey for InvitationKey {
    const KIND: u8 = 67;
    type Record = MemberRights;
}

/// The key of the points that a member has spent of limited brands from the pool, in the last month in which it spent
/// any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SpentKey {
    /// The household.
    pub household: Address,
    /// The member.
    pub member: Address,
}
impl StateKey for SpentKey {
    const KIND: u8 = 68;
    type Record = Spent;
}
