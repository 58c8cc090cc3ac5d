//! Addresses of accounts and their text form, bech32m (BIP-350) with the network's prefix (protocol, Bytes; protocol,
//! Accounts and keys).

use std::fmt;
use std::str::FromStr;

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::decode::from_text;
use crate::hash::{chain_hash, hash, tag};
use crate::ids::{ChainId, PublicKey, TransactionId};

/// An account: "An account's address is that of its first key and outlives it; a household has no key, and its address
/// comes from what created it" (protocol, Accounts and keys).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Address([u8; 20]);

/// The place of the byte that has the bit …
const LAST: usize = 19;
/// … that says that an address is a household's.
const HOUSEHOLD_BIT: u8 = 1;

fn first_bytes(digest: &[u8; 32]) -> [u8; 20] {
    *digest.first_chunk().expect("a hash is longer than an address")
}

impl Address {
    /// The address of the account whose first key is `key`.
    pub fn of_key(key: &PublicKey) -> Self {
        let digest = hash(tag::ACCOUNT, &[key.as_bytes()]);
        let mut bytes = first_bytes(&digest);
        bytes[LAST] &= !HOUSEHOLD_BIT;
        Self(bytes)
    }
    /// The address of the household that an operation of a transaction creates; `operation` counts from 0. Nobody has
    /// a key for it.
    pub fn of_household(chain: &ChainId, transaction: &TransactionId, operation: u8) -> Self {
        let digest = chain_hash(tag::HOUSEHOLD, chain, &[transaction.as_bytes(), &[operation]]);
        let mut bytes = first_bytes(&digest);
        bytes[LAST] |= HOUSEHOLD_BIT;
        Self(bytes)
    }
    /// True if it is a household's, which nobody has a key for: "The last bit of an address says its kind: it is
    /// cleared for a key's and set for a household's." (protocol, Accounts and keys)
    pub const fn is_household(&self) -> bool {
        self.0[LAST] & HOUSEHOLD_BIT != 0
    }
    /// Wraps the bytes as they are.
    pub const fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }
    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
    /// The text form on a network.
    pub fn to_text(self, network: NetworkKind) -> AddressText {
        AddressText { network, address: self }
    }
}
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", hex::encode(self.0))
    }
}

/// The kind of a network, which decides the prefix that addresses carry.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    /// The main network, `loj1…`.
    Main,
    /// Every test network, `tloj1…`.
    Test,
}

impl NetworkKind {
    /// The human-readable part of an address.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Main => "loj",
            Self::Test => "tloj",
        }
    }
}

/// Characters of the 20 bytes in bech32m, five bits each.
const DATA_CHARS: usize = 20 * 8 / 5;

/// An address as people see it: bech32m text on one network.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressText {
    network: NetworkKind,
    address: Address,
}

/// A text that is no address, or one of another network.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Not bech32m, or a wrong checksum.
    #[error("not an address: check it for typing errors ({0})")]
    Checksum(String),
    /// A valid bech32m text of something else.
    #[error("not an address: it starts with {0}1 instead of loj1 or tloj1")]
    Prefix(String),
    /// Not 20 bytes.
    #[error("not an address: it holds {0} bytes instead of 20")]
    Length(usize),
    /// Bits after the 20 bytes: a second text for an address, which nobody writes.
    #[error("not an address: it has more characters than an address; copy it again")]
    Padding,
    /// An address of the other kind of network.
    #[error("this address starts with {found}1, but addresses of this network start with {expected}1")]
    Network {
        /// The prefix that was found.
        found: &'static str,
        /// The prefix of this network.
        expected: &'static str,
    },
}

impl AddressText {
    /// The address, if the text belongs to `network`.
    ///
    /// # Errors
    /// When it has the other network's prefix.
    pub fn to_canonical(self, network: NetworkKind) -> Result<Address, AddressError> {
        if self.network == network {
            return Ok(self.address);
        }
        Err(AddressError::Network { found: self.network.prefix(), expected: network.prefix() })
    }
    /// The kind of network that its prefix names.
    pub const fn network(&self) -> NetworkKind {
        self.network
    }
    /// True if it is a household's, which nobody has a key for.
    pub const fn is_household(&self) -> bool {
        self.address.is_household()
    }
}
impl FromStr for AddressText {
    type Err = AddressError;
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let parsed = CheckedHrpstring::new::<Bech32m>(text).map_err(|e| AddressError::Checksum(e.to_string()))?;
        let prefix = parsed.hrp().to_lowercase();
        let network = [NetworkKind::Main, NetworkKind::Test]
            .into_iter()
            .find(|network| network.prefix() == prefix)
            .ok_or(AddressError::Prefix(prefix))?;
        let bytes: Vec<u8> = parsed.byte_iter().collect();
        let address = <[u8; 20]>::try_from(bytes.as_slice()).map_err(|_| AddressError::Length(bytes.len()))?;
        // 20 bytes are 32 characters exactly; the bytes don't show what a further one says.
        if parsed.data_part_ascii_no_checksum().len() != DATA_CHARS {
            return Err(AddressError::Padding);
        }
        Ok(Self { network, address: Address(address) })
    }
}
impl fmt::Display for AddressText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = Hrp::parse_unchecked(self.network.prefix());
        bech32::encode_lower_to_fmt::<Bech32m, _>(f, prefix, self.address.as_bytes()).map_err(|_| fmt::Error)
    }
}
impl fmt::Debug for AddressText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
impl Serialize for AddressText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for AddressText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips_on_both_networks() {
        let address = Address::of_key(&PublicKey::new([7; 32]));
        for network in [NetworkKind::Main, NetworkKind::Test] {
            let text = address.to_text(network).to_string();
            assert!(text.starts_with(&format!("{}1", network.prefix())), "{text}");
            assert_eq!(text.parse::<AddressText>().expect("valid").to_canonical(network), Ok(address));
        }
    }

    #[test]
    fn a_household_s_address_depends_on_chain_transaction_and_operation() {
        let of = |chain, transaction, operation| {
            Address::of_household(&ChainId::new([chain; 32]), &TransactionId::new([transaction; 32]), operation)
        };
        assert_eq!(of(1, 2, 3), of(1, 2, 3));
        assert!([of(2, 2, 3), of(1, 3, 3), of(1, 2, 4)].iter().all(|other| *other != of(1, 2, 3)));
    }

    #[test]
    fn a_typing_error_another_prefix_and_another_network_are_told_apart() {
        let text = Address::new([1; 20]).to_text(NetworkKind::Test).to_string();
        let typo = text.replacen('q', "p", 1);
        assert!(matches!(typo.parse::<AddressText>(), Err(AddressError::Checksum(_))));
        let parsed: AddressText = text.parse().expect("valid");
        assert!(matches!(parsed.to_canonical(NetworkKind::Main), Err(AddressError::Network { .. })));
        let other = bech32::encode::<Bech32m>(Hrp::parse_unchecked("bc"), &[1; 20]).expect("valid");
        assert!(matches!(other.parse::<AddressText>(), Err(AddressError::Prefix(_))));
        let short = bech32::encode::<Bech32m>(Hrp::parse_unchecked("loj"), &[1; 19]).expect("valid");
        assert!(matches!(short.parse::<AddressText>(), Err(AddressError::Length(19))));
    }

    #[test]
    fn an_address_has_no_second_text_with_bits_after_its_bytes() {
        // Address::new([1; 20]) with five zero bits more, and with five others, under right checksums.
        for text in ["tloj1qyqszqgpqyqszqgpqyqszqgpqyqszqgpq66esds", "tloj1qyqszqgpqyqszqgpqyqszqgpqyqszqgpr5fvxr0"] {
            assert_eq!(text.parse::<AddressText>(), Err(AddressError::Padding), "{text}");
        }
    }
}
