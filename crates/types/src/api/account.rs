//! Answers about one account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Household, Today};
use crate::address::AddressText;
use crate::brand::BrandId;
use crate::day::Day;
use crate::guardian::{Guardians, Recovery};
use crate::hex_bytes::HexBytes;
use crate::ids::{Height, PublicKey};
use crate::points::{Lot, PendingLot, Points};
use crate::reference::Reference;
use crate::safeguard::Safeguards;
use crate::time::TimeMs;

/// A part of the state with its proof. `GET /v1/accounts/{address}/proof`: all that is needed to make the answers of
/// `GET /v1/accounts/{address}` and `GET /v1/accounts/{address}/standing` oneself, and to know that they are true.
/// `GET /v1/brands/{id}/campaigns/proof`: the same for `GET /v1/brands/{id}/campaigns`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ProvenState {
    /// The bytes of the header of the block after which the state is so.
    pub header: HexBytes,
    /// The bytes of the certificate that makes that block final.
    pub certificate: HexBytes,
    /// Proofs against the state root of the header.
    pub proofs: Vec<ProvenKey>,
}

/// A proof of what the state has under a key.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ProvenKey {
    /// The key (protocol, State and proofs).
    pub key: HexBytes,
    /// The bytes of the proof.
    pub proof: HexBytes,
}

/// `GET /v1/accounts/{address}`.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Account {
    /// The account.
    pub address: AddressText,
    /// True if the ledger knows it, as it does from the first points that it receives.
    pub exists: bool,
    /// The key that signs for it, once it has replaced its first one.
    pub rotated_key: Option<PublicKey>,
    /// True if its owner has frozen it.
    #[serde(default)]
    pub frozen: bool,
    /// The guardians who can bring it back.
    #[serde(default)]
    pub guardians: Guardians<AddressText>,
    /// The recovery that is under way.
    #[serde(default)]
    pub recovery: Option<Recovery<AddressText>>,
    /// The safeguards that keep it from a thief who has its key: a change that waits, barred guardians, a cancelled
    /// agreement.
    #[serde(default)]
    pub safeguards: Safeguards<AddressText>,
    /// Its members, if it is a household.
    #[serde(default)]
    pub household: Option<Household>,
    /// The households that it is a member of.
    #[serde(default)]
    pub memberships: Vec<AddressText>,
    /// The points that it has, by brand; brands of which it holds nothing are left out.
    pub balances: Vec<Balance>,
    /// The holds for brands that have not expired, by brand; not part of its balances.
    #[serde(default)]
    pub holds: Vec<Hold>,
    /// The part of its allowances that it has used up; null for an address that the ledger doesn't know, and for a
    /// household, which sends nothing.
    #[serde(default)]
    pub today: Option<Today>,
    /// The brands whose points these are, for an operator who sees nothing else of the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_of: Option<Vec<BrandId>>,
    /// The block after which this is so.
    pub height: Height,
}

impl Account {
    /// An account of which nothing is known, after a block.
    pub fn unknown(address: AddressText, height: Height) -> Self {
        Self {
            address,
            exists: false,
            rotated_key: None,
            frozen: false,
            guardians: Guardians::default(),
            recovery: None,
            safeguards: Safeguards::default(),
            household: None,
            memberships: Vec::new(),
            balances: Vec::new(),
            holds: Vec::new(),
            today: None,
            only_of: None,
            height,
        }
    }
}

/// `GET /v1/accounts/{address}/recovery`: the keys and guardians of an account.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct AccountRecovery {
    /// The account.
    pub address: AddressText,
    /// True if the ledger knows it.
    pub exists: bool,
    /// The key that signs for it, once it has replaced its first one.
    pub rotated_key: Option<PublicKey>,
    /// True if its owner has frozen it.
    pub frozen: bool,
    /// The guardians who can bring it back.
    pub guardians: Guardians<AddressText>,
    /// The recovery that is under way.
    pub recovery: Option<Recovery<AddressText>>,
    /// The safeguards that keep it from a thief who has its key.
    pub safeguards: Safeguards<AddressText>,
    /// The block after which this is so.
    pub height: Height,
    /// Its time.
    pub time_ms: TimeMs,
}

/// The points that an account has of one brand.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Balance {
    /// The brand of the points.
    pub brand: BrandId,
    /// The sum of the lots.
    pub total: Points,
    /// The points by expiry, the earliest first.
    pub lots: Vec<Lot>,
    /// The points that wait, in none of these, by the day on which they can be spent, the earliest first.
    #[serde(default)]
    pub pending: Vec<PendingLot>,
}

/// Points that wait for a brand to take them.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Hold {
    /// The brand of the points.
    pub brand: BrandId,
    /// The till's request.
    pub reference: Reference,
    /// The request's day, which a capture or release names.
    pub dated: Day,
    /// The sum of the lots.
    pub total: Points,
    /// The points by expiry, the earliest first.
    pub lots: Vec<Lot>,
    /// The time from which on they are their owner's again.
    pub expires_ms: TimeMs,
}
