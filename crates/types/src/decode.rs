//! Functions shared by hand-written decoders.

use std::fmt::Display;
use std::io;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

/// Reads a JSON or TOML string and parses it. The value has no other text: a second spelling is refused.
pub(crate) fn from_text<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: Display> + Display,
    D: Deserializer<'de>,
{
    let text = <String as Deserialize>::deserialize(deserializer)?;
    let value: T = text.parse().map_err(de::Error::custom)?;
    let expected = value.to_string();
    if expected == text {
        return Ok(value);
    }
    Err(de::Error::custom(format_args!("a second spelling of {expected}")))
}

/// The error of a borsh decoder whose bytes break a rule.
pub(crate) fn invalid_data(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}
