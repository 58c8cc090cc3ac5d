//! The actions of motions: one struct per action.

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::NodeProof;
use crate::bounded::Bounded;
use crate::brand::BrandId;
use crate::endpoint::Endpoint;
use crate::genesis::{GenesisBrand, Parameters};
use crate::ids::{Height, PublicKey};
use crate::limits::BRAND_ADMINS_MAX;
use crate::name::Name;
use crate::rules::Rules;
use crate::seat::Settings;
use crate::validator::Validator;

/// One step of a motion. The numbers of the kinds are part of the bytes: 1 the network, 16 brands.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[borsh(use_discriminant = true)]
#[serde(tag = "type", rename_all = "snake_case")]
#[repr(u8)]
pub enum Action {
    /// See [`AddValidator`].
    AddValidator(AddValidator) = 1,
    /// See [`RemoveValidator`].
    RemoveValidator(RemoveValidator) = 2,
    /// See [`SetKeys`].
    SetKeys(SetKeys) = 3,
    /// See [`SetPower`].
    SetPower(SetPower) = 4,
    /// See [`AllowFollower`].
    AllowFollower(AllowFollower) = 5,
    /// See [`DisallowFollower`].
    DisallowFollower(DisallowFollower) = 6,
    /// See [`SetParameters`].
    SetParameters(SetParameters) = 7,
    /// See [`SetSettings`].
    SetSettings(SetSettings) = 8,
    /// See [`ScheduleVersion`].
    ScheduleVersion(ScheduleVersion) = 9,
    /// See [`CancelVersion`].
    CancelVersion(CancelVersion) = 10,
    /// See [`RegisterBrand`].
    RegisterBrand(RegisterBrand) = 16,
    /// See [`SuspendBrand`].
    SuspendBrand(SuspendBrand) = 17,
    /// See [`ReinstateBrand`].
    ReinstateBrand(ReinstateBrand) = 18,
    /// See [`SetBrandAdmins`].
    SetBrandAdmins(SetBrandAdmins) = 19,
}

impl Action {
    /// The action's name, as in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::AddValidator(_) => "add_validator",
            Self::RemoveValidator(_) => "remove_validator",
            Self::SetKeys(_) => "set_keys",
            Self::SetPower(_) => "set_power",
            Self::AllowFollower(_) => "allow_follower",
            Self::DisallowFollower(_) => "disallow_follower",
            Self::SetParameters(_) => "set_parameters",
            Self::SetSettings(_) => "set_settings",
            Self::ScheduleVersion(_) => "schedule_version",
            Self::CancelVersion(_) => "cancel_version",
            Self::RegisterBrand(_) => "register_brand",
            Self::SuspendBrand(_) => "suspend_brand",
            Self::ReinstateBrand(_) => "reinstate_brand",
            Self::SetBrandAdmins(_) => "set_brand_admins",
        }
    }
    /// True if a motion under these rules can have the action.
    pub fn is_known_to(&self, rules: &Rules) -> bool {
        match self {
            Self::AddValidator(_) | Self::RemoveValidator(_) | Self::SetKeys(_) | Self::SetPower(_) => {
                rules.set_changes
            }
            Self::AllowFollower(_) | Self::DisallowFollower(_) => rules.followers,
            Self::ScheduleVersion(_) | Self::CancelVersion(_) => rules.version_changes,
            Self::RegisterBrand(one) => one.brand.is_known_to(rules),
            Self::SetParameters(_)
            | Self::SetSettings(_)
            | Self::SuspendBrand(_)
            | Self::ReinstateBrand(_)
            | Self::SetBrandAdmins(_) => true,
        }
    }
}

/// A node gets a vote, and whoever runs it a seat.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddValidator {
    /// The validator.
    pub validator: Validator,
    /// The first key of the account that speaks for it.
    pub governor: PublicKey,
    /// The proof that both keys of the validator are somebody's.
    pub proof: NodeProof,
    /// The address at which its node is reached.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
}

/// A validator loses its vote and its seat.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveValidator {
    /// The validator's name.
    pub name: Name,
}

/// A validator gets other keys.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetKeys {
    /// The validator's name.
    pub name: Name,
    /// The key that signs its votes and proposals from then on.
    pub public_key: PublicKey,
    /// The key of its node on the peer-to-peer network from then on.
    pub network_key: PublicKey,
    /// The proof that both keys are somebody's.
    pub proof: NodeProof,
}

/// A validator's vote gets another weight.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetPower {
    /// The validator's name.
    pub name: Name,
    /// The weight of its vote.
    pub power: u64,
}

/// A node without a vote may follow the network.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowFollower {
    /// The name by which people know it.
    pub name: Name,
    /// The key of its node on the peer-to-peer network.
    pub network_key: PublicKey,
    /// The name of the validator that answers for it; it goes with that one's seat.
    pub sponsor: Name,
    /// The address at which it is reached.
    #[serde(default)]
    pub endpoint: Option<Endpoint>,
}

/// A follower may follow no more.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DisallowFollower {
    /// The follower's name.
    pub name: Name,
}

/// The network gets other parameters.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetParameters {
    /// The parameters from the next block on; what has begun keeps those with which it began.
    pub parameters: Parameters,
}

/// Governance gets other settings.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetSettings {
    /// The settings from then on.
    pub settings: Settings,
}

/// The network gets another version of the protocol at a height.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScheduleVersion {
    /// The version: the one after that which is in force.
    pub version: u32,
    /// The first block of that version.
    pub height: Height,
}

/// The version that was scheduled doesn't come.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancelVersion {}

/// A brand joins.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterBrand {
    /// The brand as it starts.
    pub brand: GenesisBrand,
}

/// A brand can issue no more for a while.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspendBrand {
    /// The brand.
    pub brand: BrandId,
}

/// A brand that was suspended is so no more.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReinstateBrand {
    /// The brand.
    pub brand: BrandId,
}

/// A brand gets these admins and no others, such as after it has lost its keys.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetBrandAdmins {
    /// The brand.
    pub brand: BrandId,
    /// The first keys of the admins' accounts, sorted, each once.
    pub admins: Bounded<PublicKey, 1, BRAND_ADMINS_MAX>,
    /// The number of them that a motion of the brand takes from then on.
    pub needed: u8,
}
