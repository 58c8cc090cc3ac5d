//! A brand's own mark on an operation, such as a receipt number.

use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::bounded::Bounded;
use crate::decode::from_text;
use crate::limits::REFERENCE_BYTES_MAX;

/// "References (1 to 32 opaque bytes) are unique per brand and kind of operation: the same receipt is never rewarded
/// twice, the same payment request never paid twice." (protocol, References) Hashed or random: it must not name a
/// person.
/// Text form: lower-case hex.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct Reference(Bounded<u8, 1, REFERENCE_BYTES_MAX>);

/// A reference of no bytes or too many, or a text that is no hex.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a reference is 1 to {REFERENCE_BYTES_MAX} bytes, written as lower-case hex")]
pub struct ReferenceError;

impl Reference {
    /// Checks the length.
    ///
    /// # Errors
    /// When there are no bytes or more than 32.
    pub fn new(bytes: Vec<u8>) -> Result<Self, ReferenceError> {
        Bounded::new(bytes).map(Self).map_err(|_| ReferenceError)
    }
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}
impl FromStr for Reference {
    type Err = ReferenceError;
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(ReferenceError);
        }
        Self::new(hex::decode(text).map_err(|_| ReferenceError)?)
    }
}
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.as_bytes()))
    }
}
impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reference({self})")
    }
}
impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_to_thirty_two_bytes_are_a_reference() {
        assert!(Reference::new(vec![]).is_err());
        assert!(Reference::new(vec![1]).is_ok());
        assert!(Reference::new(vec![1; 32]).is_ok());
        assert!(Reference::new(vec![1; 33]).is_err());
        assert_eq!("0aff".parse::<Reference>().expect("valid").as_bytes(), [0x0a, 0xff]);
        for wrong in ["", "0AFF", "0af", "zz"] {
            assert!(wrong.parse::<Reference>().is_err(), "{wrong}");
        }
    }
}
