//! A node at a glance, for its own people.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ChainId, Height, PublicKey};
use crate::name::Name;
use crate::time::TimeMs;

/// `GET /v1/node` at a node's own address: the node at one moment.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Node {
    /// The version of the node's program.
    pub version: String,
    /// The version of the protocol that is in force.
    pub protocol_version: u32,
    /// The network.
    pub chain_id: ChainId,
    /// The last final block.
    pub height: Height,
    /// Its time.
    pub time_ms: TimeMs,
    /// The time since this node committed it, or since its start if it hasn't committed any, in milliseconds.
    pub block_age_ms: u64,
    /// The round of consensus at the next height.
    pub round: u32,
    /// The validator that proposes in it.
    pub proposer: Name,
    /// Null if the node has caught up, or else the reason that it hasn't.
    pub not_ready: Option<String>,
    /// True while it votes, and doesn't only follow.
    pub is_signing: bool,
    /// The guard of what it signs.
    pub guard: GuardState,
    /// The key that takes the place of its validator's own once governors say so; null if there is none.
    pub next_key: Option<PublicKey>,
    /// The other nodes that have a part on the network, by name.
    pub peers: Vec<PeerState>,
    /// The peers that are connected right now, also those that have no part any more.
    pub connected: usize,
    /// The transactions that wait for a block.
    pub mempool: usize,
    /// The things that should not happen, counted since the node's start.
    pub trouble: Trouble,
    /// The last checkpoint of the state.
    pub checkpoint: CheckpointState,
    /// The height of the newest snapshot; null if there is none.
    pub snapshot: Option<Height>,
    /// The first height whose block this node has or will have.
    pub first_height: Height,
    /// The bytes of its block log.
    pub log_bytes: u64,
    /// The bytes that are free on the disk of the block log; null if the system doesn't say.
    pub disk_free_bytes: Option<u64>,
}

/// The guard of what a validator signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct GuardState {
    /// True if it, or the signer that has it, has answered last time.
    pub is_up: bool,
    /// The highest height at which it has signed.
    pub height: Height,
    /// The statements that it did not sign as they were asked for, since the node's start.
    pub refusals: u64,
}

/// Another node, as this one knows it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct PeerState {
    /// Its name on the ledger.
    pub name: Name,
    /// The part that it has on the network.
    pub role: PeerRole,
    /// True if it is connected right now.
    pub is_connected: bool,
    /// The last block that it said it has; null if it hasn't said anything since this node's start.
    pub height: Option<Height>,
}

/// The part that another node has on the network, by the last block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeerRole {
    /// It decides the next block, with others.
    Validator,
    /// It follows, until a motion that is approved makes it a validator.
    Candidate,
    /// It follows.
    Follower,
}

/// The things that should not happen, counted since a node's start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Trouble {
    /// Double votes and double proposals that it saw.
    pub evidence: u64,
    /// Proposed blocks that it refused.
    pub blocks_invalid: u64,
    /// Rounds that ended without a decision.
    pub rounds_failed: u64,
    /// Heights at which its block log is damaged now.
    pub damaged_blocks: u64,
}

/// The last checkpoint of a node's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct CheckpointState {
    /// Its height.
    pub height: Height,
    /// The time since it was written, or since the node's start, in milliseconds.
    pub age_ms: u64,
}
