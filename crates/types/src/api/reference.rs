//! The use of a reference, and what became of it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::TransactionStatus;
use crate::address::AddressText;
use crate::day::Day;
use crate::ids::Height;
use crate::points::Points;
use crate::time::TimeMs;
use crate::track::TrackId;

/// A kind of operation whose reference can be used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReferenceKind {
    /// Points that are issued for a receipt.
    Issue,
    /// Points that are paid for a request.
    Redeem,
    /// Points that are held for a request.
    Hold,
    /// Points that the brand takes of a hold.
    Capture,
    /// Points that are taken back for a receipt.
    Reverse,
    /// Something that is counted for a receipt.
    Stamp,
    /// Something that is counted no more, or a mark that goes, for a receipt.
    TakeBack,
    /// Something that a campaign gives, by an operator.
    Grant,
    /// Something that a member takes out of a campaign for points.
    Claim,
    /// A voucher that is used for a request.
    UseVoucher,
    /// Points that were paid and are given back for a receipt.
    Refund,
}

/// A text that is no kind.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "a reference is of one of these kinds: issue, redeem, hold, capture, reverse, stamp, take_back, grant, claim, \
     use_voucher, refund"
)]
pub struct ReferenceKindError;

impl ReferenceKind {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Issue,
        Self::Redeem,
        Self::Hold,
        Self::Capture,
        Self::Reverse,
        Self::Stamp,
        Self::TakeBack,
        Self::Grant,
        Self::Claim,
        Self::UseVoucher,
        Self::Refund,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Redeem => "redeem",
            Self::Hold => "hold",
            Self::Capture => "capture",
            Self::Reverse => "reverse",
            Self::Stamp => "stamp",
            Self::TakeBack => "take_back",
            Self::Grant => "grant",
            Self::Claim => "claim",
            Self::UseVoucher => "use_voucher",
            Self::Refund => "refund",
        }
    }
}
impl fmt::Display for ReferenceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
impl FromStr for ReferenceKind {
    type Err = ReferenceKindError;
    fn from_str(text: &str) -> Result<Self, ReferenceKindError> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(ReferenceKindError)
    }
}

/// The state of a reference's use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UsedState {
    /// Points were issued, and not all of them have been taken back.
    Issued,
    /// Points were taken back: under a receipt of its own, or all that were issued.
    Reversed,
    /// Points were paid.
    Redeemed,
    /// Points are held.
    Held,
    /// Points were held, and the time is over.
    Expired,
    /// The brand has taken points that were held.
    Captured,
    /// The brand, or the owner, has let go of points that were held.
    Released,
    /// Points were held until the brand took them or let go of them, and this node can't tell which.
    Closed,
    /// Something was stamped, and not all of it has been taken back.
    Stamped,
    /// A stamp or a mark was taken back: under a receipt of its own, or all of it.
    TakenBack,
    /// Something was granted that isn't points, and not all of it has been taken back.
    Granted,
    /// Something was claimed for points.
    Claimed,
    /// A voucher was used.
    Used,
    /// Points were given back: under a receipt of its own, or all that were paid.
    Refunded,
}

/// The units of a stamp, a voucher, a claim or a use of a voucher, the days of a mark, or those of a taking back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct UsedUnits {
    /// The number of units that were stamped, given, claimed or used, of days that were given, or of those that were
    /// taken back; 1 for a place and for a mark without end.
    pub amount: u64,
    /// The track of a stamp; else null.
    pub track: Option<TrackId>,
    /// The place that a stamp has counted; null if its track counts none, the place had been counted before, or it
    /// isn't a stamp.
    pub place: Option<u8>,
    /// Of a stamp or a mark those that have been taken back; else null.
    pub taken_back: Option<u64>,
    /// Of a stamp or a mark those that could be taken back now; else null.
    pub left: Option<u64>,
}

/// `GET /v1/brands/{id}/references/{kind}/{reference}`: the use of a reference, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct UsedReference {
    /// The state of its use.
    pub state: UsedState,
    /// The day of the reference; null if the node doesn't have the transaction, and the state doesn't know the day.
    pub dated: Option<Day>,
    /// The account that got the points or the mark, whose points they were, or that was stamped; null if the node
    /// doesn't have the transaction, and the state doesn't know it.
    pub account: Option<AddressText>,
    /// The number of points; null likewise, and of what has units.
    pub amount: Option<Points>,
    /// Of an issue those that have been taken back, of a hold that was captured those that the brand took, of a payment
    /// those that have been refunded; else null.
    pub taken: Option<Points>,
    /// Of an issue those that a reversal could take now, of a payment those that a refund could give back now; else
    /// null.
    pub left: Option<Points>,
    /// The units of a stamp, a voucher, a claim or a use of a voucher, the days of a mark, or those of a taking back;
    /// null of what has points alone.
    pub units: Option<UsedUnits>,
    /// The time from which on nothing of an issue, a stamp or a grant can be taken back, and nothing of a payment
    /// refunded; the end of a hold; else null.
    pub until_ms: Option<TimeMs>,
    /// The transaction that has used the reference; null if the node doesn't have it.
    pub transaction: Option<TransactionStatus>,
    /// The transaction that has ended a hold, taken back some of an issue, a stamp or a grant, or refunded some of a
    /// payment last; null if there is none, or the node doesn't have it.
    pub ended_by: Option<TransactionStatus>,
    /// The block after which this is so.
    pub height: Height,
    /// Its time.
    pub time_ms: TimeMs,
}
