//! The amounts that an account may use up in a day (protocol, Allowances).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::limits::{
    ALLOWANCE_BYTES, ALLOWANCE_OPERATIONS, HOUSEHOLDS_DAILY, HOUSEHOLDS_DAILY_DEFAULT, MEMBER_BYTES_DEFAULT,
    MEMBER_OPERATIONS_DEFAULT, OPENINGS_DAILY, OPENINGS_DAILY_DEFAULT, OPERATOR_BYTES_DEFAULT,
    OPERATOR_OPERATIONS_DEFAULT,
};

/// Most that the transactions of one account may be together in a day (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// Their encoded bytes.
    pub bytes: u64,
    /// Their operations.
    pub operations: u32,
}

/// Most that accounts may use up in a day (UTC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowances {
    /// The accounts that a member may open by sending points to addresses that have none.
    pub openings: u16,
    /// The households that an account may create.
    pub households: u8,
    /// The transactions of a member.
    pub member: Allowance,
    /// The transactions of an account that is an operator of a brand.
    pub operator: Allowance,
}

impl Allowances {
    /// Those of a network that has no reason for others.
    pub const fn standard() -> Self {
        Self {
            openings: OPENINGS_DAILY_DEFAULT,
            households: HOUSEHOLDS_DAILY_DEFAULT,
            member: Allowance { bytes: MEMBER_BYTES_DEFAULT, operations: MEMBER_OPERATIONS_DEFAULT },
            operator: Allowance { bytes: OPERATOR_BYTES_DEFAULT, operations: OPERATOR_OPERATIONS_DEFAULT },
        }
    }
    /// The largest that there are, which stand in nobody's way: for networks that are measured or tried out.
    pub const fn open() -> Self {
        let most = Allowance { bytes: *ALLOWANCE_BYTES.end(), operations: *ALLOWANCE_OPERATIONS.end() };
        Self { openings: *OPENINGS_DAILY.end(), households: *HOUSEHOLDS_DAILY.end(), member: most, operator: most }
    }
    /// Those of a member's transactions, or of an operator's.
    pub const fn of(&self, is_operator: bool) -> Allowance {
        if is_operator { self.operator } else { self.member }
    }
}
