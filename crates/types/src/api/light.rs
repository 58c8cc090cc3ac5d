//! The JSON of light clients: headers with what makes them final, and the validators that do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::AddressText;
use crate::block::Header;
use crate::hex_bytes::HexBytes;
use crate::ids::{BlockId, Hash, Height};
use crate::validator::Validator;

/// `GET /v1/light/changes`: changes of the validators.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct LightChanges {
    /// The canonical bytes of each, by rising height.
    pub changes: Vec<HexBytes>,
    /// True if there are others after the last of them.
    pub more: bool,
    /// The block up to which there are no others, unless there are more.
    pub height: Height,
}

/// `GET /v1/light/blocks/{height}`: a final header.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct LightBlock {
    /// The hash of the header.
    pub id: BlockId,
    /// The canonical bytes of the header.
    pub header: HexBytes,
    /// The canonical bytes of the certificate that makes the block final.
    pub certificate: HexBytes,
    /// The fields of the header.
    pub fields: Header<AddressText>,
}

/// `GET /v1/light/validators/{hash}`: a set of validators.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct LightValidators {
    /// The hash that headers commit to.
    pub hash: Hash,
    /// The canonical bytes of the set.
    pub set: HexBytes,
    /// The validators, in canonical order.
    pub validators: Vec<Validator>,
}
