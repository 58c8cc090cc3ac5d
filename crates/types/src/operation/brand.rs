//! The operations by which a brand's admins decide.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::brand::{BrandId, Policy};
use crate::ids::PublicKey;
use crate::operator::Roles;
use crate::points::Points;
use crate::rules::Rules;

/// An admin changes what the brand lets happen with its points; points already issued keep their expiry.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPolicy {
    /// The brand whose policy it is.
    pub brand: BrandId,
    /// The policy from now on.
    pub policy: Policy,
}

/// An admin says for how many days what is issued from now on can be reversed and not spent.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPendingDays {
    /// The brand whose issues wait.
    pub brand: BrandId,
    /// The days, at most 90; 0: what is issued can be spent at once.
    pub days: u8,
}

/// An admin makes somebody an operator, or changes what an operator may do.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetOperator {
    /// The brand whose operator it is.
    pub brand: BrandId,
    /// The operator's first key; its account is the address of this key.
    pub public_key: PublicKey,
    /// The roles in which it acts, in the order of [`Role`](crate::operator::Role), each once.
    pub roles: Roles,
    /// Most points that it may issue in a day (UTC); `None`: any number.
    #[serde(default)]
    pub issue_daily_max: Option<Points>,
}

impl SetOperator {
    /// True if the roles can be given under these rules.
    pub(super) fn is_known_to(&self, rules: &Rules) -> bool {
        self.roles.are_known_to(rules)
    }
}

/// An admin ends an operator's authority.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveOperator<A = Address> {
    /// The brand whose operator it is.
    pub brand: BrandId,
    /// The operator's account.
    pub operator: A,
}

impl<A> RemoveOperator<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<RemoveOperator<B>, E> {
        let Self { brand, operator } = self;
        Ok(RemoveOperator { brand, operator: f(operator)? })
    }
}
