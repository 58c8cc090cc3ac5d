//! The JSON of governance: who runs the network, and what they decide.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::AddressText;
use crate::endpoint::Endpoint;
use crate::genesis::Parameters;
use crate::governance::{Actions, MotionId, MotionStatus, SignOfLife};
use crate::ids::{Hash, Height, PublicKey};
use crate::name::Name;
use crate::seat::Settings;
use crate::time::TimeMs;

/// `GET /v1/node/readiness`: the signs of life of this node that a motion waits for.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Readiness {
    /// The motion.
    pub motion: MotionId,
    /// The signs of life, by rising index of the action.
    pub signs: Vec<SignOfLife>,
}

/// `GET /v1/validators`: the validators that decide the next block, in canonical order, and the followers, by name.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Validators {
    /// They, with their seats.
    pub validators: Vec<Validator>,
    /// The sum of their powers; more than two thirds of it decide.
    pub total_power: u64,
    /// The nodes that follow without a vote.
    pub followers: Vec<Follower>,
    /// The block after which this is so.
    pub height: Height,
}

/// A validator with its seat.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[schemars(rename = "SeatedValidator")]
pub struct Validator {
    /// The name by which people know it.
    pub name: Name,
    /// Its address.
    pub address: AddressText,
    /// The key that signs its votes.
    pub public_key: PublicKey,
    /// The key of its node on the peer-to-peer network.
    pub network_key: PublicKey,
    /// The weight of its vote.
    pub power: u64,
    /// The account that speaks for it.
    pub governor: AddressText,
    /// The address at which its node is reached, as its governor says.
    pub endpoint: Option<Endpoint>,
    /// The block that gave the seat; 0 for genesis.
    pub since: Height,
}

/// A node that follows without a vote.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Follower {
    /// The name by which people know it.
    pub name: Name,
    /// Its key on the peer-to-peer network.
    pub network_key: PublicKey,
    /// The validator that answers for it.
    pub sponsor: Name,
    /// The address at which it is reached.
    pub endpoint: Option<Endpoint>,
}

/// `GET /v1/governance`: what is decided about the network as a whole, and the motions.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Governance {
    /// The version of the protocol of the last block.
    pub version: u32,
    /// The version that is scheduled.
    pub scheduled: Option<ScheduledVersion>,
    /// The parameters in force from the next block on.
    pub parameters: Parameters,
    /// The settings of governance.
    pub settings: Settings,
    /// The motions that are undecided, by number.
    pub open: Vec<Motion>,
    /// The last motions that were decided, the latest first.
    pub closed: Vec<Motion>,
    /// The block after which this is so.
    pub height: Height,
}

/// A version that begins at a height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ScheduledVersion {
    /// The version.
    pub version: u32,
    /// Its first block.
    pub height: Height,
}

/// `GET /v1/governance/{id}`: a motion.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Motion {
    /// Its number.
    pub motion: MotionId,
    /// The validator that has put it forward.
    pub by: Name,
    /// The actions.
    pub actions: Actions,
    /// Their digest, which whoever approves repeats.
    pub digest: Hash,
    /// The time at which it was put forward.
    pub created_ms: TimeMs,
    /// The time from which on it is lapsed, if it isn't decided before.
    pub lapses_ms: TimeMs,
    /// The validators that approve it, by name.
    pub approvals: Vec<Name>,
    /// The power of those of them that are validators now.
    pub approving_power: u64,
    /// The sum of all powers now; more than two thirds of it decide.
    pub total_power: u64,
    /// The stage that it has reached.
    #[serde(flatten)]
    pub stage: MotionStatus,
}
