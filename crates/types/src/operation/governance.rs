//! The operations by which those who run the network govern it.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bounded::Bounded;
use crate::endpoint::Endpoint;
use crate::governance::{Actions, MotionId, SignOfLife};
use crate::ids::Hash;
use crate::limits::MOTION_ACTIONS_MAX;

/// A governor puts a motion forward, and approves it by that.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Propose {
    /// The actions that happen together or not at all.
    pub actions: Actions,
}

/// A governor approves a motion.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approve {
    /// The motion.
    pub motion: MotionId,
    /// The digest of its actions, so that nobody approves of others than those that were shown.
    pub digest: Hash,
}

/// The governor who has put a motion forward takes it back.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdraw {
    /// The motion.
    pub motion: MotionId,
}

/// A governor shows that the nodes run that an approved motion needs.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Activate {
    /// The motion.
    pub motion: MotionId,
    /// The signs of life of those nodes.
    pub signs: Bounded<SignOfLife, 1, MOTION_ACTIONS_MAX>,
}

/// A governor says where its validator's node is reached.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetEndpoint {
    /// The address; none if it isn't said.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
}
