//! Points: unsigned, in a brand's smallest unit, with checked arithmetic only.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::time::Expiry;

/// A number of points in the brand's smallest unit.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct Points(u64);

impl Points {
    /// No points.
    pub const ZERO: Self = Self(0);

    /// Wraps a number.
    pub const fn new(points: u64) -> Self {
        Self(points)
    }
    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
    /// True if this is no points at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
    /// The sum, unless it overflows.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }
    /// The difference, unless it would be negative.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}
impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Points of one brand that expire together (protocol, Points).
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
pub struct Lot {
    /// The time after which these points are gone.
    pub expiry: Expiry,
    /// The number of points.
    pub amount: Points,
}

/// Points of one brand that wait: until the beginning of a day they can be reversed and not spent (protocol, Pending
/// points).
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
pub struct PendingLot {
    /// The day (UTC) at whose beginning they become the account's to spend.
    pub matures: Day,
    /// The time after which they are gone.
    pub expiry: Expiry,
    /// The number of points.
    pub amount: Points,
}

impl PendingLot {
    /// The lot that they become.
    pub const fn lot(&self) -> Lot {
        Lot { expiry: self.expiry, amount: self.amount }
    }
}
