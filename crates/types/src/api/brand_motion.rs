//! The JSON of the motions of a brand's admins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::AddressText;
use crate::brand::{Approvals, BrandId};
use crate::governance::MotionId;
use crate::ids::{Hash, Height};
use crate::operation::BrandActions;
use crate::time::TimeMs;

/// `GET /v1/brands/{id}/motions`: what a brand's admins are about to decide.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct BrandMotions {
    /// The brand.
    pub brand: BrandId,
    /// The number of its admins that it asks for, and its wait.
    pub approvals: Approvals,
    /// The motions that are undecided, by number.
    pub motions: Vec<BrandMotion>,
    /// The block after which this is so.
    pub height: Height,
}

/// A motion of a brand's admins that is undecided.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct BrandMotion {
    /// Its number, of this brand.
    pub motion: MotionId,
    /// The admin who has put it forward.
    pub by: AddressText,
    /// The actions.
    pub actions: BrandActions<AddressText>,
    /// The digest of the brand and the actions, which whoever approves repeats.
    pub digest: Hash,
    /// The time at which it was put forward.
    pub created_ms: TimeMs,
    /// The time from which on it is lapsed, if it isn't decided before.
    pub lapses_ms: TimeMs,
    /// The admins who approve it.
    pub approved_by: Vec<AddressText>,
    /// The number of them who count now: none whose account is stopped.
    pub counting: usize,
    /// The admins who want it stopped.
    pub stopped_by: Vec<AddressText>,
    /// The time from which on an approval carries it out, once enough have approved it and it has to wait.
    pub from_ms: Option<TimeMs>,
}
