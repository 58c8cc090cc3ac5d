//! The forms of codes: numbers, names, explanations, bytes and JSON.

use std::fmt;
use std::io;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use super::Code;
use super::table::{FIRST, GOVERNANCE, MARKET, POINTS, PROGRAMME, TABLE};
use crate::decode::{from_text, invalid_data};

/// Every code with its name and what it tells a person, by number.
pub(super) fn rows() -> impl Iterator<Item = &'static (Code, &'static str, &'static str)> {
    FIRST.iter().chain(&POINTS).chain(&TABLE).chain(&PROGRAMME).chain(&MARKET).chain(&GOVERNANCE)
}

impl Code {
    /// All codes, by number.
    pub fn all() -> impl Iterator<Item = Self> {
        rows().map(|(code, ..)| *code)
    }
    /// The stable number.
    pub const fn number(self) -> u16 {
        self as u16
    }
    /// The stable name.
    pub fn name(self) -> &'static str {
        self.row().1
    }
    /// The code's meaning: what happened and what to do next, in one sentence.
    pub fn explanation(self) -> &'static str {
        self.row().2
    }
    fn row(self) -> &'static (Self, &'static str, &'static str) {
        rows().find(|(code, ..)| *code == self).expect("a test asserts that every code has a row")
    }
    pub(super) fn from_number(number: u16) -> Option<Self> {
        Self::all().find(|code| code.number() == number)
    }
}
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
/// A text that names no code.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0} is no code; docs/codes.md lists them")]
pub struct CodeError(String);

impl FromStr for Code {
    type Err = CodeError;
    fn from_str(name: &str) -> Result<Self, CodeError> {
        Self::all().find(|code| code.name() == name).ok_or_else(|| CodeError(name.to_owned()))
    }
}
impl BorshSerialize for Code {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        BorshSerialize::serialize(&self.number(), writer)
    }
}
impl BorshDeserialize for Code {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let number = u16::deserialize_reader(reader)?;
        Self::from_number(number).ok_or_else(|| invalid_data(format!("unknown code {number}")))
    }
}
impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

#[cfg(test)]
mod tests;
