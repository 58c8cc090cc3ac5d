//! The sums that all points that a brand ever issued are in now (protocol, Points).

use std::fmt;
use std::io;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::decode::{from_text, invalid_data};
use crate::points::Points;
use crate::tail::{read_tail, write_tail};

/// A sum of points over all of a brand's time, which only grows: "What was issued in all has no bound" (protocol,
/// Points), but 128 bits hold 2^75 times the largest amount. "Sums over all of a brand's time: `u128`, in JSON a string
/// of decimal digits without leading zeros." (protocol, Bytes) JSON numbers aren't exact that far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct GrossPoints(u128);

/// A text that is no sum of points.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a total is a whole number in decimal digits, without leading zeros")]
pub struct GrossPointsError;

impl GrossPoints {
    /// Wraps a number.
    pub const fn new(points: u128) -> Self {
        Self(points)
    }
    /// The number.
    pub const fn get(self) -> u128 {
        self.0
    }
    /// The sum with an amount, unless it overflows.
    pub fn checked_add(self, amount: Points) -> Option<Self> {
        self.0.checked_add(u128::from(amount.get())).map(Self)
    }
}
impl From<Points> for GrossPoints {
    fn from(points: Points) -> Self {
        Self(u128::from(points.get()))
    }
}
impl FromStr for GrossPoints {
    type Err = GrossPointsError;
    fn from_str(text: &str) -> Result<Self, GrossPointsError> {
        let is_canonical = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        let number = text.parse().ok().filter(|_| is_canonical);
        number.map(Self).ok_or(GrossPointsError)
    }
}
impl fmt::Display for GrossPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl Serialize for GrossPoints {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for GrossPoints {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

/// A brand's totals: issued + refunded = outstanding + pending + held + redeemed + donated + converted out + expired +
/// reversed.
///
/// Version 1 has no donations, refunds and pending points: where there are none, the bytes end with the rest. So totals
/// stand last in whatever is written of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Totals {
    /// Ever issued, for other brands' points included.
    pub issued: GrossPoints,
    /// In accounts, not expired.
    pub outstanding: Points,
    /// Set aside by holds and offers.
    pub held: Points,
    /// Given back for what the brand offers.
    pub redeemed: GrossPoints,
    /// Turned into other brands' points.
    pub converted_out: GrossPoints,
    /// Gone with their month: breakage.
    pub expired: GrossPoints,
    /// Taken back by the brand.
    pub reversed: GrossPoints,
    /// Given for causes.
    #[serde(default)]
    pub donated: GrossPoints,
    /// Given back of what was redeemed.
    #[serde(default)]
    pub refunded: GrossPoints,
    /// Given, and not yet in accounts to spend.
    #[serde(default)]
    pub pending: Points,
}

/// The part of the totals that version 1 doesn't have: donated, refunded and pending.
pub type LaterTotals = (GrossPoints, GrossPoints, Points);

impl Totals {
    /// The part that version 1 doesn't have; none if nothing is in it.
    pub fn later(&self) -> Option<LaterTotals> {
        let later = (self.donated, self.refunded, self.pending);
        Some(later).filter(|later| *later != Default::default())
    }
    /// The same totals with another such part, or with nothing in it.
    pub fn with_later(self, later: Option<LaterTotals>) -> Self {
        let (donated, refunded, pending) = later.unwrap_or_default();
        Self { donated, refunded, pending, ..self }
    }
}

/// The part of the totals that every version has.
#[derive(BorshSerialize, BorshDeserialize)]
struct First {
    issued: GrossPoints,
    outstanding: Points,
    held: Points,
    redeemed: GrossPoints,
    converted_out: GrossPoints,
    expired: GrossPoints,
    reversed: GrossPoints,
}

impl BorshSerialize for Totals {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        let Self { issued, outstanding, held, redeemed, converted_out, expired, reversed, .. } = *self;
        First { issued, outstanding, held, redeemed, converted_out, expired, reversed }.serialize(writer)?;
        write_tail(&self.later(), writer)
    }
}
impl BorshDeserialize for Totals {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let first = First::deserialize_reader(reader)?;
        let First { issued, outstanding, held, redeemed, converted_out, expired, reversed } = first;
        let later: Option<LaterTotals> = read_tail(reader)?;
        if later == Some(Default::default()) {
            return Err(invalid_data("totals end before donations, refunds and pending points if there are none"));
        }
        let first = Self { issued, outstanding, held, redeemed, converted_out, expired, reversed, ..Self::default() };
        Ok(first.with_later(later))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_is_a_string_of_digits_in_json_and_exact_beyond_what_json_numbers_are() {
        for number in [0, 1, 1 << 53, u128::MAX] {
            let json = serde_json::to_string(&GrossPoints::new(number)).expect("has a JSON form");
            assert_eq!(json, format!("\"{number}\""));
            assert_eq!(serde_json::from_str::<GrossPoints>(&json).expect("just written"), GrossPoints::new(number));
        }
    }

    #[test]
    fn a_total_has_one_text() {
        for wrong in ["", "+1", "-1", "01", "00", " 1", "1.0", "1e3", "340282366920938463463374607431768211456"] {
            assert_eq!(wrong.parse::<GrossPoints>(), Err(GrossPointsError), "{wrong}");
            assert!(serde_json::from_str::<GrossPoints>(&format!("\"{wrong}\"")).is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<GrossPoints>("1").is_err(), "a number");
    }

    #[test]
    fn totals_without_donations_refunds_and_pending_points_have_the_bytes_of_version_1() {
        let totals = Totals { issued: GrossPoints::new(7), outstanding: Points::new(7), ..Totals::default() };
        let bytes = borsh::to_vec(&totals).expect("in memory");
        assert_eq!(bytes.len(), 5 * 16 + 2 * 8);
        assert_eq!(borsh::from_slice::<Totals>(&bytes).expect("just written"), totals);
        let later = Totals { refunded: GrossPoints::new(1), ..totals };
        let longer = borsh::to_vec(&later).expect("in memory");
        assert_eq!((longer.len(), borsh::from_slice::<Totals>(&longer).expect("just written")), (136, later));
        let zeros: Vec<u8> = bytes.iter().copied().chain([0; 40]).collect();
        assert!(borsh::from_slice::<Totals>(&zeros).is_err(), "one form of the same totals");
    }

    #[test]
    fn totals_are_added_up_without_wrapping() {
        let most = GrossPoints::new(u128::MAX - 1);
        assert_eq!(most.checked_add(Points::new(1)), Some(GrossPoints::new(u128::MAX)));
        assert_eq!(most.checked_add(Points::new(2)), None);
    }
}
