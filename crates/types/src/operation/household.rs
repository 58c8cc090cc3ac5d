//! Households.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::household::{MemberLimits, MemberRole};

/// The sender creates a household and is its first admin. Its address is [`Address::of_household`].
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateHousehold {}

/// An admin of a household invites an account, or changes an invitation.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invite<A = Address> {
    /// The household.
    pub household: A,
    /// The account that is invited.
    pub member: A,
    /// The role that is offered.
    pub role: MemberRole,
    /// The limits that come with it.
    #[serde(default)]
    pub limits: MemberLimits,
}

impl<A> Invite<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Invite<B>, E> {
        let Self { household, member, role, limits } = self;
        Ok(Invite { household: f(household)?, member: f(member)?, role, limits })
    }
}

/// The sender accepts an invitation.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join<A = Address> {
    /// The household.
    pub household: A,
}

impl<A> Join<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Join<B>, E> {
        let Self { household } = self;
        Ok(Join { household: f(household)? })
    }
}

/// The sender leaves a household, and takes nothing. With its last member the household is dissolved.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leave<A = Address> {
    /// The household.
    pub household: A,
}

impl<A> Leave<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Leave<B>, E> {
        let Self { household } = self;
        Ok(Leave { household: f(household)? })
    }
}

/// An admin of a household changes a member's role and limits.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetMember<A = Address> {
    /// The household.
    pub household: A,
    /// The member whose rights are set.
    pub member: A,
    /// The role from now on.
    pub role: MemberRole,
    /// The limits from now on.
    #[serde(default)]
    pub limits: MemberLimits,
}

impl<A> SetMember<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<SetMember<B>, E> {
        let Self { household, member, role, limits } = self;
        Ok(SetMember { household: f(household)?, member: f(member)?, role, limits })
    }
}

/// An admin of a household removes a member, or withdraws an invitation.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveMember<A = Address> {
    /// The household.
    pub household: A,
    /// The member that goes.
    pub member: A,
}

impl<A> RemoveMember<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<RemoveMember<B>, E> {
        let Self { household, member } = self;
        Ok(RemoveMember { household: f(household)?, member: f(member)? })
    }
}
