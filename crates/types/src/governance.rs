//! The governance of the network by those who run it (protocol, Governance): seats, motions, and what they decide.

mod action;

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::action::{
    Action, AddValidator, AllowFollower, CancelVersion, DisallowFollower, RegisterBrand, ReinstateBrand,
    RemoveValidator, ScheduleVersion, SetBrandAdmins, SetKeys, SetParameters, SetPower, SetSettings, SuspendBrand,
};
use crate::bounded::Bounded;
use crate::code::Code;
use crate::hash::{chain_hash, tag};
use crate::ids::{ChainId, Hash, Height, PublicKey, Signature};
use crate::limits::MOTION_ACTIONS_MAX;
use crate::name::Name;
use crate::time::TimeMs;

/// The actions of a motion, in the order in which they happen.
pub type Actions = Bounded<Action, 1, MOTION_ACTIONS_MAX>;

/// A file with the actions of a motion.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionsDocument {
    actions: Actions,
}

/// Reads the actions of a motion from TOML: `[[actions]]` tables with a `type` and its fields.
///
/// # Errors
/// When it is no TOML, or has wrong fields.
pub fn actions_from_toml(text: &str) -> Result<Actions, toml::de::Error> {
    toml::from_str(text).map(|document: ActionsDocument| document.actions)
}

/// The number of a motion, counted from 1 over the life of the network.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
#[serde(transparent)]
pub struct MotionId(u64);

impl MotionId {
    /// Wraps a number.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }
    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
    /// The one after it; saturates, since 2^64 motions are not reached.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
impl FromStr for MotionId {
    type Err = ParseIntError;
    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Self)
    }
}
impl fmt::Display for MotionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The stage of a motion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum MotionStatus {
    /// Too few have approved it yet.
    Open,
    /// Enough have approved it; it waits for signs of life.
    Approved {
        /// The block in which the last of them did.
        height: Height,
    },
    /// It has happened.
    Enacted {
        /// The block in which it did.
        height: Height,
    },
    /// Its time ran out.
    Lapsed,
    /// Its proposer has taken it back.
    Withdrawn,
    /// Enough had approved it, but it couldn't happen any more; nothing of it did.
    Failed {
        /// The reason.
        code: Code,
    },
}

impl MotionStatus {
    /// True if it can still be approved, withdrawn or activated.
    pub fn is_undecided(&self) -> bool {
        matches!(self, Self::Open | Self::Approved { .. })
    }
}

/// The digest by which governors name what they approve: "The digest is `lojal/motion/v1` of the actions, so nobody
/// approves of other actions than those that were shown." (protocol, Governance)
pub fn digest_of(chain: &ChainId, actions: &Actions) -> Hash {
    let bytes = borsh::to_vec(actions).expect("writing to memory can't fail");
    Hash::new(chain_hash(tag::MOTION, chain, &[&bytes]))
}

/// The proof that somebody holds both keys of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeProof {
    /// The signature of the key that signs votes.
    pub by_validator: Signature,
    /// The signature of the node's key on the peer-to-peer network.
    pub by_network: Signature,
}

impl NodeProof {
    /// The bytes that both keys sign: "`lojal/node/v1` ‖ chain id ‖ { name, `public_key`, `network_key` }" (protocol,
    /// Governance).
    pub fn signing_bytes(chain: &ChainId, name: &Name, public_key: &PublicKey, network_key: &PublicKey) -> Vec<u8> {
        let bytes = borsh::to_vec(&(name, public_key, network_key)).expect("writing to memory can't fail");
        [tag::NODE.as_bytes(), chain.as_bytes(), &bytes].concat()
    }
    /// True if both keys have signed.
    pub fn holds(&self, chain: &ChainId, name: &Name, public_key: &PublicKey, network_key: &PublicKey) -> bool {
        let bytes = Self::signing_bytes(chain, name, public_key, network_key);
        public_key.verify(&bytes, &self.by_validator) && network_key.verify(&bytes, &self.by_network)
    }
}

/// The content of a sign of life: a node that is about to be needed says that it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Readiness {
    /// The motion.
    pub motion: MotionId,
    /// The digest of its actions.
    pub digest: Hash,
    /// The place of the action among them, counted from 0.
    pub index: u8,
    /// The time at which the node signed.
    pub time_ms: TimeMs,
}

impl Readiness {
    /// The bytes that are signed: "`lojal/ready/v1` ‖ chain id ‖ { motion: u64, digest, index: u8, time: u64 }"
    /// (protocol, Governance).
    pub fn signing_bytes(&self, chain: &ChainId) -> Vec<u8> {
        let bytes = borsh::to_vec(self).expect("writing to memory can't fail");
        [tag::READY.as_bytes(), chain.as_bytes(), &bytes].concat()
    }
}

/// A sign of life of the node that an action names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOfLife {
    /// The place of the action in its motion, counted from 0.
    pub index: u8,
    /// The time at which the node signed.
    pub time_ms: TimeMs,
    /// The signature of its key over the [`Readiness`].
    pub signature: Signature,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::KeyPair;

    #[test]
    fn a_proof_holds_for_both_keys_their_name_and_their_network_only() {
        let (chain, other) = (ChainId::new([1; 32]), ChainId::new([2; 32]));
        let [validator, network, stranger] = [1, 2, 3].map(|seed| KeyPair::from_seed(&[seed; 32]));
        let (name, alias): (Name, Name) = ("one".parse().expect("valid"), "two".parse().expect("valid"));
        let (public, peer) = (validator.public_key(), network.public_key());
        let bytes = NodeProof::signing_bytes(&chain, &name, &public, &peer);
        let proof = NodeProof { by_validator: validator.sign(&bytes), by_network: network.sign(&bytes) };
        assert!(proof.holds(&chain, &name, &public, &peer));
        assert!(!proof.holds(&other, &name, &public, &peer));
        assert!(!proof.holds(&chain, &alias, &public, &peer));
        assert!(!proof.holds(&chain, &name, &stranger.public_key(), &peer));
        assert!(!proof.holds(&chain, &name, &public, &stranger.public_key()));
        let swapped = NodeProof { by_validator: proof.by_network, by_network: proof.by_validator };
        assert!(!swapped.holds(&chain, &name, &public, &peer));
    }

    #[test]
    fn actions_are_read_from_toml() {
        let text = "[[actions]]\ntype = \"suspend_brand\"\nbrand = \"kaffet\"\n\n[[actions]]\ntype = \"set_settings\"\n\
                    settings = { motion_lapse_ms = 3600000 }\n";
        let (brand, settings) =
            ("kaffet".parse().expect("valid"), crate::seat::Settings { motion_lapse_ms: 3_600_000 });
        let expected = Actions::from([
            Action::SuspendBrand(SuspendBrand { brand }),
            Action::SetSettings(SetSettings { settings }),
        ]);
        assert_eq!(actions_from_toml(text), Ok(expected));
        assert!(actions_from_toml("actions = []").is_err());
        assert!(actions_from_toml(&text.replace("suspend_brand", "suspend")).is_err());
    }

    #[test]
    fn a_digest_depends_on_every_action_and_on_the_network() {
        let actions = |height| {
            Actions::from([
                Action::CancelVersion(CancelVersion {}),
                Action::ScheduleVersion(ScheduleVersion { version: 2, height: Height::new(height) }),
            ])
        };
        let chain = ChainId::new([1; 32]);
        assert_eq!(digest_of(&chain, &actions(7)), digest_of(&chain, &actions(7)));
        assert_ne!(digest_of(&chain, &actions(7)), digest_of(&chain, &actions(8)));
        assert_ne!(digest_of(&chain, &actions(7)), digest_of(&ChainId::new([2; 32]), &actions(7)));
    }
}
