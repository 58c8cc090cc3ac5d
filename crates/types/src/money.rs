//! Money between brands (protocol, Bytes): whole minor units of the network's settlement currency, and millionths of
//! them where sums must stay exact.

use std::fmt;
use std::io;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::decode::{from_text, invalid_data};

/// The settlement currency of a network: three upper-case letters (ISO 4217), such as `SEK`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, BorshSerialize)]
pub struct Currency([u8; 3]);

/// A text that is no currency code.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a currency is three upper-case letters, such as SEK")]
pub struct CurrencyError;

impl Currency {
    fn new(letters: [u8; 3]) -> Result<Self, CurrencyError> {
        if letters.iter().all(u8::is_ascii_uppercase) { Ok(Self(letters)) } else { Err(CurrencyError) }
    }
    /// The code as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("checked to be ASCII when made")
    }
}
impl FromStr for Currency {
    type Err = CurrencyError;
    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        Self::new(text.as_bytes().try_into().map_err(|_| CurrencyError)?)
    }
}
impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
impl BorshDeserialize for Currency {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        Self::new(<[u8; 3]>::deserialize_reader(reader)?).map_err(invalid_data)
    }
}
impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

/// A sum of money in minor units of the settlement currency (öre, cents).
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
pub struct Money(u64);

impl Money {
    /// Wraps a number of minor units.
    pub const fn new(minor: u64) -> Self {
        Self(minor)
    }
    /// The number of minor units.
    pub const fn get(self) -> u64 {
        self.0
    }
    /// The sum in millionths of a minor unit.
    pub fn micro(self) -> u128 {
        u128::from(self.0) * MICRO
    }
}
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

const MICRO: u128 = 1_000_000;

/// An exact sum: whole minor units and millionths of one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExactMoney {
    /// Whole minor units; what can be settled.
    pub minor: Money,
    /// The rest, in millionths of a minor unit: 0 to 999999.
    pub micro: u32,
}

impl ExactMoney {
    /// A sum given in millionths of a minor unit; `None` beyond 64 bits of minor units.
    pub fn from_micro(micro: u128) -> Option<Self> {
        let minor = u64::try_from(micro / MICRO).ok()?;
        let rest = u32::try_from(micro % MICRO).expect("less than a million");
        Some(Self { minor: Money(minor), micro: rest })
    }
    /// The sum in millionths of a minor unit.
    pub fn in_micro(self) -> u128 {
        self.minor.micro() + u128::from(self.micro)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_is_three_upper_case_letters_in_text_and_bytes() {
        let currency: Currency = "SEK".parse().expect("valid");
        assert_eq!(currency.to_string(), "SEK");
        assert_eq!(borsh::from_slice::<Currency>(b"SEK").ok(), Some(currency));
        assert!(borsh::from_slice::<Currency>(b"SeK").is_err());
        for wrong in ["sek", "SE", "SEKK", "S3K", "", "ÖK"] {
            assert!(wrong.parse::<Currency>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn exact_sums_survive_the_way_through_millionths() {
        for micro in [0, 1, 999_999, 1_000_000, 123_456_789_012, u128::from(u64::MAX) * MICRO + 999_999] {
            assert_eq!(ExactMoney::from_micro(micro).map(ExactMoney::in_micro), Some(micro));
        }
        assert_eq!(ExactMoney::from_micro((u128::from(u64::MAX) + 1) * MICRO), None);
    }
}
