//! Answers about brands.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::brand::{Approvals, BrandId, Policy};
use crate::name::Name;
use crate::time::TimeMs;
use crate::totals::Totals;

/// `GET /v1/brands`, one entry, and `GET /v1/brands/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Brand {
    /// Its id.
    pub id: BrandId,
    /// The name by which people know it.
    pub name: Name,
    /// Decimals in which its points are displayed.
    pub decimals: u8,
    /// The rules of what can be done with its points.
    pub policy: Policy,
    /// True if the validators have suspended it.
    #[serde(default)]
    pub suspended: bool,
    /// The number of its admins that it asks for, and its wait.
    #[serde(default)]
    pub approvals: Approvals,
    /// The time at which it leaves, or has left: what is left of its points expires then.
    #[serde(default)]
    pub closes_ms: Option<TimeMs>,
    /// The days that what it issues is pending.
    #[serde(default)]
    pub pending_days: u8,
    /// The sums that all the points that it ever issued are in now.
    pub totals: Totals,
}

/// `GET /v1/brands`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Brands {
    /// All brands, by id.
    pub brands: Vec<Brand>,
}
