//! Fixed-size identifiers: bytes inside, lower-case hex outside.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A text that is not the lower-case hex of the expected number of bytes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected {digits} lower-case hex digits")]
pub struct HexError {
    digits: usize,
}

fn parse_hex<const N: usize>(text: &str) -> Result<[u8; N], HexError> {
    let error = HexError { digits: 2 * N };
    if text.len() != 2 * N || text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(error);
    }
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes).map_err(|_| error)?;
    Ok(bytes)
}

/// Declares a newtype over bytes with one text form, the same in JSON, logs and commands.
macro_rules! hex_newtype {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// Wraps the bytes as they are.
            pub const fn new(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }
            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
        impl FromStr for $name {
            type Err = HexError;
            fn from_str(text: &str) -> Result<Self, HexError> {
                parse_hex(text).map(Self)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $crate::schema::hex($bytes)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::decode::from_text(deserializer)
            }
        }
    };
}

hex_newtype!(
    /// Identifies a network: the hash of its genesis document (protocol, Bytes).
    ChainId, 32
);
hex_newtype!(
    /// The first four bytes of a [`ChainId`], carried by every transaction so that one meant for another network is
    /// refused by that name and not as a bad signature.
    ChainTag, 4
);
hex_newtype!(
    /// Identifies a block: the hash of its header (protocol, Blocks and finality). The parent of the first block is the
    /// chain id.
    BlockId, 32
);
hex_newtype!(
    /// Identifies a transaction whatever its signature (protocol, Bytes).
    TransactionId, 32
);
hex_newtype!(
    /// A Merkle root or another plain hash inside a header.
    Hash, 32
);
hex_newtype!(
    /// An Ed25519 public key, 32 bytes that need not be a valid point until something is verified with them.
    PublicKey, 32
);
hex_newtype!(
    /// Random bytes that make a request for points unlike any other.
    Salt, 16
);
hex_newtype!(
    /// Identifies an offer on the market (protocol, Market).
    OfferId, 16
);
hex_newtype!(
    /// Identifies a voucher: the first 16 bytes of the hash of the transaction and the operation that gave it
    /// (protocol, Campaigns).
    VoucherId, 16
);
hex_newtype!(
    /// An Ed25519 signature.
    Signature, 64
);

impl ChainId {
    /// The short form that transactions carry: "`chain` is the first four bytes of the chain id." (protocol,
    /// Transactions)
    pub fn tag(&self) -> ChainTag {
        let [a, b, c, d, ..] = self.0;
        ChainTag([a, b, c, d])
    }
    /// The parent of the block at height 1.
    pub fn genesis_block_id(&self) -> BlockId {
        BlockId(self.0)
    }
}

/// A block's distance from genesis; the first block has height 1, the genesis state height 0.
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
    JsonSchema,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct Height(u64);

impl Height {
    /// The state before the first block.
    pub const GENESIS: Self = Self(0);

    /// Wraps a number.
    pub const fn new(height: u64) -> Self {
        Self(height)
    }
    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
    /// The height above; saturates, since 2^64 blocks are not reached.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}
impl fmt::Display for Height {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_is_lower_case_hex_of_the_exact_length() {
        let tag = ChainTag::new([0x0a, 0xff, 0x00, 0x10]);
        assert_eq!(tag.to_string(), "0aff0010");
        assert_eq!("0aff0010".parse(), Ok(tag));
        for wrong in ["0AFF0010", "0aff001", "0aff00100", "0aff00zz", ""] {
            assert!(wrong.parse::<ChainTag>().is_err(), "{wrong}");
        }
    }
}
