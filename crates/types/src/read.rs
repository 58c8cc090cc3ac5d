//! Tokens with which somebody says to a gateway who they are, to read what not everybody may (protocol, Read tokens).

use std::fmt;
use std::io;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::address::Address;
use crate::decode::{from_text, invalid_data};
use crate::hash::tag;
use crate::ids::{ChainId, PublicKey, Signature};
use crate::key::KeyPair;
use crate::limits::{AUDIENCE_BYTES_MAX, READ_TOKEN_MS_MAX};
use crate::time::TimeMs;

/// The beginning of the text of every token, by which one that has got lost is found.
const PREFIX: &str = "ljr1_";
/// Bytes of a token but for its audience: address, key, length, time, signature.
const BYTES: usize = 20 + 32 + 4 + 8 + 64;
/// Longest text of a token, in characters.
pub const READ_TOKEN_CHARS_MAX: usize = PREFIX.len() + ((BYTES + AUDIENCE_BYTES_MAX) * 8).div_ceil(6);

/// The host that a client has dialled: "1 to 255 of the letters `a` to `z`, the digits and `-`, `.`, `:`, `_`"
/// (protocol, Read tokens).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct Audience(String);

/// A text that can be no audience.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a host has 1 to {AUDIENCE_BYTES_MAX} small letters, digits and the signs - . : _, and no port")]
pub struct AudienceError;

impl Audience {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
    fn new(text: String) -> Result<Self, AudienceError> {
        let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.:_".contains(&byte);
        let is_right = (1..=AUDIENCE_BYTES_MAX).contains(&text.len()) && text.bytes().all(is_allowed);
        if is_right { Ok(Self(text)) } else { Err(AudienceError) }
    }
}
impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl FromStr for Audience {
    type Err = AudienceError;
    fn from_str(text: &str) -> Result<Self, AudienceError> {
        Self::new(text.to_owned())
    }
}
impl BorshDeserialize for Audience {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let len = u32::deserialize_reader(reader)? as usize;
        if !(1..=AUDIENCE_BYTES_MAX).contains(&len) {
            return Err(invalid_data(AudienceError));
        }
        let mut bytes = vec![0; len];
        reader.read_exact(&mut bytes)?;
        Self::new(String::from_utf8(bytes).map_err(invalid_data)?).map_err(invalid_data)
    }
}
impl Serialize for Audience {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

/// The statement of a token. "It says who reads and never what: what somebody may read is for the state to say, at each
/// question." (protocol, Read tokens)
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ReadToken {
    /// The account that reads.
    pub account: Address,
    /// The key that signs for it.
    pub public_key: PublicKey,
    /// The gateway that it is for.
    pub audience: Audience,
    /// The time from which on it is none.
    pub until_ms: TimeMs,
}

/// A token with a signature that nobody has checked yet.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedReadToken {
    /// The statement.
    pub token: ReadToken,
    /// The signature, see [`ReadToken::signing_bytes`].
    pub signature: Signature,
}

/// A text that is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no read token: it is {PREFIX} and what `lojal token` prints after it, and nothing else")]
pub struct ReadTokenError;

impl ReadToken {
    /// The bytes that are signed: tag ‖ chain id ‖ the token.
    pub fn signing_bytes(&self, chain: &ChainId) -> Vec<u8> {
        let bytes = borsh::to_vec(self).expect("writing to memory can't fail");
        [tag::READ.as_bytes(), chain.as_bytes(), &bytes].concat()
    }
    /// Signs with the key that it names.
    pub fn sign(self, chain: &ChainId, key: &KeyPair) -> SignedReadToken {
        let signature = key.sign(&self.signing_bytes(chain));
        SignedReadToken { token: self, signature }
    }
    /// True if it is over at a time, or is one for longer than a token can be: "It ends at `until_ms`, which is at most
    /// 7 days ahead." (protocol, Read tokens)
    pub fn is_over(&self, now: TimeMs) -> bool {
        self.until_ms <= now || self.until_ms > now.plus_ms(READ_TOKEN_MS_MAX)
    }
}

impl SignedReadToken {
    /// True if the key that the token names has signed it, for a network. With a key of small order anybody can sign.
    pub fn holds(&self, chain: &ChainId) -> bool {
        let key = self.token.public_key;
        key.is_valid() && key.verify(&self.token.signing_bytes(chain), &self.signature)
    }
}
impl fmt::Display for SignedReadToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = borsh::to_vec(self).expect("writing to memory can't fail");
        write!(f, "{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}
impl FromStr for SignedReadToken {
    type Err = ReadTokenError;
    fn from_str(text: &str) -> Result<Self, ReadTokenError> {
        let encoded = text.strip_prefix(PREFIX).filter(|_| text.len() <= READ_TOKEN_CHARS_MAX).ok_or(ReadTokenError)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| ReadTokenError)?;
        borsh::from_slice(&bytes).map_err(|_| ReadTokenError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAIN: ChainId = ChainId::new([7; 32]);

    fn token(audience: &str) -> ReadToken {
        let key = KeyPair::from_seed(&[1; 32]);
        let audience = audience.parse().expect("a host");
        ReadToken { account: key.address(), public_key: key.public_key(), audience, until_ms: TimeMs::default() }
    }

    #[test]
    fn a_token_has_one_text_and_the_longest_is_read() {
        for audience in ["localhost", "::1", "gateway.example.org", &"a".repeat(AUDIENCE_BYTES_MAX)] {
            let signed = token(audience).sign(&CHAIN, &KeyPair::from_seed(&[1; 32]));
            let text = signed.to_string();
            assert!(signed.holds(&CHAIN) && !signed.holds(&ChainId::new([8; 32])));
            assert_eq!(text.parse(), Ok(signed));
            assert!(text.len() <= READ_TOKEN_CHARS_MAX);
            for wrong in
                [&text[1..], &text[..text.len() - 1], &format!("{text}="), &format!("{text}A"), &text.to_uppercase()]
            {
                assert_eq!(wrong.parse::<SignedReadToken>(), Err(ReadTokenError), "{wrong}");
            }
        }
    }

    #[test]
    fn a_host_is_written_in_one_way() {
        for wrong in ["", "Localhost", "[::1]", "a/b", "a b", "ä", &"a".repeat(AUDIENCE_BYTES_MAX + 1)] {
            assert_eq!(wrong.parse::<Audience>(), Err(AudienceError), "{wrong}");
            let bytes = borsh::to_vec(wrong).expect("in memory");
            assert!(borsh::from_slice::<Audience>(&bytes).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_token_is_one_until_its_end_and_for_seven_days_at_most() {
        let now = TimeMs::default().plus_ms(1_000);
        let until = |ms: u64| ReadToken { until_ms: TimeMs::default().plus_ms(ms), ..token("localhost") }.is_over(now);
        assert!(until(1_000) && !until(1_001));
        assert!(!until(1_000 + READ_TOKEN_MS_MAX) && until(1_001 + READ_TOKEN_MS_MAX));
    }
}
