//! The roles of a brand's operators (protocol, Brands).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounded::Bounded;
use crate::rules::Rules;

/// A right of an operator to act for its brand.
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
pub enum Role {
    /// Give new points.
    Issue,
    /// Take or release what members hold ready.
    Capture,
    /// Take back an issue.
    Reverse,
    /// Set the policy, the operators and the partnerships, and confirm settlements.
    Admin,
    /// Give members what campaigns give; from version 2 on.
    Grant,
}

/// The roles of one operator, in the order of [`Role`], each once.
pub type Roles = Bounded<Role, 1, 5>;

impl Roles {
    /// Every role of version 1.
    pub fn all() -> Self {
        Self::from([Role::Issue, Role::Capture, Role::Reverse, Role::Admin])
    }
    /// True if an operator can have them under these rules.
    pub(crate) fn are_known_to(&self, rules: &Rules) -> bool {
        // Version 1 has lists of 1 to 4.
        rules.programme || (self.len() <= Self::all().len() && !self.contains(&Role::Grant))
    }
}

/// True if roles stand in order: "*issue*, *capture*, *reverse*, *admin*, and in version 2 *grant*, in this order, each
/// once" (protocol, Brands).
pub fn in_order(roles: &Roles) -> bool {
    roles.windows(2).all(|pair| pair[0] < pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_stand_in_one_order_each_once() {
        let check = |roles: &[Role]| in_order(&Bounded::new(roles.to_vec()).expect("one to five"));
        assert!(in_order(&Roles::all()));
        assert!(check(&[Role::Capture]));
        assert!(!check(&[Role::Capture, Role::Issue]));
        assert!(!check(&[Role::Admin, Role::Admin]));
    }
}
