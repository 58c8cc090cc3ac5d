//! Members of a household and what they may spend (protocol, Households).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounded::Bounded;
use crate::brand::BrandId;
use crate::limits::{MEMBER_LIMITS_MAX, POINTS_MAX};
use crate::points::Points;

/// The role of a member of a household: what it may do.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    BorshSerialize,
    BorshDeserialize,
    JsonSchema,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum MemberRole {
    /// Everything.
    Admin,
    /// Spend from the pool: brands that are listed up to their limit, all others freely.
    Adult,
    /// Redeem and hold from the pool: brands that are listed up to their limit, no others.
    Child,
}

/// The number of one brand's points that a member may spend from the pool in a calendar month (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberLimit {
    /// The brand.
    pub brand: BrandId,
    /// Most points in a month; 0: none at all.
    pub month_max: Points,
}

/// A member's limits, by brand, each brand once.
pub type MemberLimits = Bounded<MemberLimit, 0, MEMBER_LIMITS_MAX>;

/// A member's role and limits: as offered by an invitation, and as they are.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberRights {
    /// The role in which the member acts.
    pub role: MemberRole,
    /// The most that it may spend.
    #[serde(default)]
    pub limits: MemberLimits,
}

impl MemberRights {
    /// True if they keep the rules that need no ledger: "Limits stand by brand, each brand once, […]; an admin has
    /// none." (protocol, Households) None is beyond the largest amount.
    pub fn are_valid(&self) -> bool {
        let in_order = self.limits.windows(2).all(|pair| pair[0].brand < pair[1].brand);
        let in_range = self.limits.iter().all(|limit| limit.month_max.get() <= POINTS_MAX);
        in_order && in_range && (self.role != MemberRole::Admin || self.limits.is_empty())
    }
    /// Most points of a brand that the member may spend in a month; `None`: any number. "*admin*: everything. *adult*:
    /// spends from the pool, brands with a limit up to that per calendar month (UTC), others freely. *child*: redeems
    /// and holds, listed brands only, up to their limit" (protocol, Households).
    pub fn month_max(&self, brand: BrandId) -> Option<Points> {
        let listed = self.limits.iter().find(|limit| limit.brand == brand).map(|limit| limit.month_max);
        match self.role {
            MemberRole::Admin => None,
            MemberRole::Adult => listed,
            MemberRole::Child => Some(listed.unwrap_or(Points::ZERO)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(role: MemberRole, limits: &[(&str, u64)]) -> MemberRights {
        let limit = |(brand, max): &(&str, u64)| MemberLimit {
            brand: brand.parse().expect("valid"),
            month_max: Points::new(*max),
        };
        MemberRights { role, limits: Bounded::new(limits.iter().map(limit).collect()).expect("at most 16") }
    }

    #[test]
    fn limits_stand_by_brand_each_once_and_admins_have_none() {
        assert!(rights(MemberRole::Adult, &[("kaffet", 0), ("nordmat", POINTS_MAX)]).are_valid());
        assert!(rights(MemberRole::Admin, &[]).are_valid());
        assert!(!rights(MemberRole::Admin, &[("kaffet", 1)]).are_valid());
        assert!(!rights(MemberRole::Adult, &[("nordmat", 1), ("kaffet", 1)]).are_valid());
        assert!(!rights(MemberRole::Child, &[("kaffet", 1), ("kaffet", 2)]).are_valid());
        assert!(!rights(MemberRole::Child, &[("kaffet", POINTS_MAX + 1)]).are_valid());
    }

    #[test]
    fn an_unlisted_brand_is_free_for_adults_and_closed_for_children() {
        let (kaffet, nordmat) = ("kaffet".parse().expect("valid"), "nordmat".parse().expect("valid"));
        let limits = [("kaffet", 5)];
        assert_eq!(rights(MemberRole::Adult, &limits).month_max(kaffet), Some(Points::new(5)));
        assert_eq!(rights(MemberRole::Adult, &limits).month_max(nordmat), None);
        assert_eq!(rights(MemberRole::Child, &limits).month_max(kaffet), Some(Points::new(5)));
        assert_eq!(rights(MemberRole::Child, &limits).month_max(nordmat), Some(Points::ZERO));
        assert_eq!(rights(MemberRole::Admin, &[]).month_max(kaffet), None);
    }
}
