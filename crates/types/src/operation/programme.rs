//! The operations of programmes: brands count more than points, and members allow it (protocol, Programme).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::brand::BrandId;
use crate::day::Day;
use crate::reference::Reference;
use crate::track::{Track, TrackId};

/// An admin of a brand begins a track, or makes one kinder.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetTrack {
    /// The brand.
    pub brand: BrandId,
    /// The track: one that there is, or a higher number than any before.
    pub track: TrackId,
    /// Its terms.
    pub terms: Track,
}

/// A brand's operator counts something for an account.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamp<A = Address> {
    /// The brand.
    pub brand: BrandId,
    /// The track.
    pub track: TrackId,
    /// The account.
    pub to: A,
    /// The number of units.
    pub amount: u64,
    /// The place, counted from 0, if the track counts places.
    #[serde(default)]
    pub place: Option<u8>,
    /// The receipt; a brand stamps once per reference.
    pub reference: Reference,
    /// The day on the receipt.
    pub dated: Day,
}

impl<A> Stamp<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<Stamp<B>, E> {
        let Self { brand, track, to, amount, place, reference, dated } = self;
        Ok(Stamp { brand, track, to: f(to)?, amount, place, reference, dated })
    }
}

/// The thing that is taken back.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum TakenBackOf {
    /// A stamp.
    #[default]
    Stamp,
    /// A mark that was granted or claimed.
    Mark,
    /// A voucher that was granted or claimed.
    Voucher,
}

/// A brand's operator takes back all or part of a stamp, and the levels that it has helped to reach; or of a
/// mark or a voucher.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TakeBack<A = Address> {
    /// The brand.
    pub brand: BrandId,
    /// The account that was stamped, or got the mark or the voucher.
    pub from: A,
    /// The thing that is taken back.
    #[serde(default)]
    pub of: TakenBackOf,
    /// The reference of the stamp, the grant or the claim.
    pub of_reference: Reference,
    /// The day of that reference.
    pub of_dated: Day,
    /// The number of units of a stamp, of days of a mark, 1 for a mark without end, or of uses of a voucher.
    pub amount: u64,
    /// The reference of this operation; a brand takes back once per reference.
    pub reference: Reference,
    /// The day of this operation's reference.
    pub dated: Day,
}

impl<A> TakeBack<A> {
    pub(super) fn try_map<B, E>(self, mut f: impl FnMut(A) -> Result<B, E>) -> Result<TakeBack<B>, E> {
        let Self { brand, from, of, of_reference, of_dated, amount, reference, dated } = self;
        Ok(TakeBack { brand, from: f(from)?, of, of_reference, of_dated, amount, reference, dated })
    }
}

/// A member says what a brand may do with what it has counted of it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetConsent {
    /// The brand.
    pub brand: BrandId,
    /// The sum of what is allowed: 1 to be listed by rank, 2 profiling, 4 sharing with partners, 8 reminders.
    pub consents: u8,
}
