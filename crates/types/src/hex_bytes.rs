//! Bytes of any length, in JSON as lower-case hex.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Canonical bytes of something, as JSON has them: in lower-case hex.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct HexBytes(pub Vec<u8>);

impl Serialize for HexBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for HexBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(serde::de::Error::custom("expected lower-case hex digits"));
        }
        hex::decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_one_text() {
        for bytes in [vec![], vec![0, 0xab, 0xff]] {
            let text = serde_json::to_string(&HexBytes(bytes.clone())).expect("text");
            assert_eq!(serde_json::from_str::<HexBytes>(&text).expect("its own"), HexBytes(bytes));
        }
        for wrong in ["\"0\"", "\"AB\"", "\"xy\"", "7"] {
            assert!(serde_json::from_str::<HexBytes>(wrong).is_err(), "{wrong}");
        }
    }
}
