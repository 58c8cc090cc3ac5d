//! The roles of a brand's operators (protocol, Brands).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounded::Bounded;

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
}

/// The roles of one operator, in the order of [`Role`], each once.
pub type Roles = Bounded<Role, 1, 4>;

impl Roles {
    /// Every role.
    pub fn all() -> Self {
        Self::from([Role::Issue, Role::Capture, Role::Reverse, Role::Admin])
    }
}

/// True if roles stand in order: "*issue*, *capture*, *reverse*, *admin*, in this order, each once" (protocol, Brands).
pub fn in_order(roles: &Roles) -> bool {
    roles.windows(2).all(|pair| pair[0] < pair[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_stand_in_one_order_each_once() {
        let check = |roles: &[Role]| in_order(&Bounded::new(roles.to_vec()).expect("one to four"));
        assert!(in_order(&Roles::all()));
        assert!(check(&[Role::Capture]));
        assert!(!check(&[Role::Capture, Role::Issue]));
        assert!(!check(&[Role::Admin, Role::Admin]));
    }
}
