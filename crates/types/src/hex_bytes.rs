//! Bytes of any length, in JSON as lower-case hex.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Canonical bytes of something, as JSON has them: in lower-case hex.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct HexBytes(pub Vec<u8>);

impl Serialize for HexBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Two signs at once: encoding into a growing text takes several times as long.
        let mut text = vec![0; self.0.len() * 2];
        hex::encode_to_slice(&self.0, &mut text).expect("two signs for each byte");
        serializer.serialize_str(str::from_utf8(&text).expect("hex is ASCII"))
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
