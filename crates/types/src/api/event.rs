//! `GET /v1/events`: what happens to an account or a brand, as CloudEvents 1.0 in JSON.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::address::AddressText;
use crate::brand::BrandId;
use crate::decode::from_text;
use crate::ids::{Height, TransactionId};
use crate::operation::Operation;
use crate::points::Points;
use crate::receipt::Outcome;
use crate::time::{Month, TimeMs};

/// The beginning of the type of every event.
pub const TYPE_PREFIX: &str = "lojal.";
/// The version of CloudEvents.
pub const SPEC_VERSION: &str = "1.0";
/// The media type of an event's data.
pub const DATA_TYPE: &str = "application/json";
/// The index of reminders: above those of all transactions of a block.
pub const REMINDER_INDEX: u32 = 1 << 16;
/// The types of all events, without [`TYPE_PREFIX`].
pub const EVENT_TYPES: [&str; 55] = [
    "points.issued",
    "points.redeemed",
    "points.transferred",
    "points.reversed",
    "points.converted",
    "hold.created",
    "hold.captured",
    "hold.released",
    "partnership.proposed",
    "partnership.accepted",
    "partnership.ended",
    "settlement.recorded",
    "policy.changed",
    "operator.set",
    "operator.removed",
    "key.rotated",
    "guardians.set",
    "recovery.started",
    "recovery.cancelled",
    "recovery.finished",
    "account.frozen",
    "account.unfreezing",
    "account.agreed",
    "household.created",
    "household.invited",
    "household.joined",
    "household.left",
    "household.changed",
    "household.removed",
    "motion.proposed",
    "motion.approved",
    "motion.withdrawn",
    "motion.activated",
    "endpoint.set",
    "brand_motion.proposed",
    "brand_motion.approved",
    "brand_motion.stopped",
    "approvals.set",
    "brand.closing",
    "track.set",
    "stamp.counted",
    "stamp.taken_back",
    "campaign.set",
    "sponsorship.accepted",
    "campaign.granted",
    "campaign.claimed",
    "voucher.used",
    "points.refunded",
    "consents.set",
    "pending_days.set",
    "offer.made",
    "offer.taken",
    "offer.withdrawn",
    "transaction.failed",
    "points.expiring",
];
/// Longest text of a place, in bytes.
const PLACE_BYTES_MAX: usize = 48;

/// The place of an event on the ledger, which is its id and the same at every gateway: block, transaction and
/// operation; or the end of a block. Text form: `812-3-0`, or `812` for the end of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventPlace {
    /// The block.
    pub height: Height,
    /// The place of the transaction in the block, from 0; [`REMINDER_INDEX`] for what no transaction says.
    pub index: u32,
    /// The place of the operation in the transaction, from 0.
    pub number: u32,
}

/// A text that is no place of an event.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("expected the id of an event, such as 812-3-0, or the height of a block")]
pub struct EventPlaceError;

impl EventPlace {
    /// The end of a block: after all of its events.
    pub const fn end_of(height: Height) -> Self {
        Self { height, index: u32::MAX, number: u32::MAX }
    }
    /// True for the end of a block.
    pub fn is_end(self) -> bool {
        self == Self::end_of(self.height)
    }
}

impl fmt::Display for EventPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_end() {
            true => self.height.fmt(f),
            false => write!(f, "{}-{}-{}", self.height, self.index, self.number),
        }
    }
}
impl FromStr for EventPlace {
    type Err = EventPlaceError;
    fn from_str(text: &str) -> Result<Self, EventPlaceError> {
        let parse = || {
            let mut parts = text.split('-');
            let height = Height::new(parts.next()?.parse().ok()?);
            let place = match (parts.next(), parts.next(), parts.next()) {
                (None, None, None) => Self::end_of(height),
                (Some(index), Some(number), None) => {
                    Self { height, index: index.parse().ok()?, number: number.parse().ok()? }
                }
                _ => return None,
            };
            // There is one way to write a place.
            Some(place).filter(|place| place.to_string() == text)
        };
        if text.len() <= PLACE_BYTES_MAX { parse().ok_or(EventPlaceError) } else { Err(EventPlaceError) }
    }
}
impl Serialize for EventPlace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for EventPlace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_text(deserializer)
    }
}

/// Something that has happened, as whoever reads about an account or a brand is told.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Event {
    /// The version of CloudEvents, `1.0`.
    pub specversion: String,
    /// Its place on the ledger.
    pub id: EventPlace,
    /// The network: `/lojal/` and the first four bytes of the chain id.
    pub source: String,
    /// The kind of event, such as `lojal.points.issued`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The account or brand that was asked for.
    pub subject: String,
    /// The block's time (RFC 3339).
    pub time: String,
    /// The media type of the data, `application/json`.
    pub datacontenttype: String,
    /// The event itself.
    pub data: EventData,
}

/// The content of an event: of an operation, of a transaction that failed, or of points that will expire.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct EventData {
    /// The block.
    pub height: Height,
    /// Its time.
    pub time_ms: TimeMs,
    /// The transaction; left out for whoever may not read all of it, and if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<TransactionId>,
    /// Its sender, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender: Option<AddressText>,
    /// The operation that was applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation<AddressText>>,
    /// The receipt of a transaction that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Outcome>,
    /// The points that will expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiring: Option<Expiring>,
}

/// Points of an account that expire soon, as it has them when that is told.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Expiring {
    /// The month at whose end they do.
    pub expiry: Month,
    /// The days that were left at the time of the event: 30, 7 or 1.
    pub days: u32,
    /// The points, by brand.
    pub points: Vec<ExpiringPoints>,
    /// The block after which the account has them.
    pub as_of: Height,
}

/// The points of one brand that expire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct ExpiringPoints {
    /// The brand.
    pub brand: BrandId,
    /// The number of points.
    pub amount: Points,
}

impl<A> Operation<A> {
    /// The type of the event of this operation, without [`TYPE_PREFIX`].
    pub fn event_type(&self) -> &'static str {
        match self {
            Self::Issue(_) => "points.issued",
            Self::Redeem(_) => "points.redeemed",
            Self::Transfer(_) => "points.transferred",
            Self::Reverse(_) => "points.reversed",
            Self::Convert(_) => "points.converted",
            Self::Hold(_) => "hold.created",
            Self::Capture(_) => "hold.captured",
            Self::Release(_) => "hold.released",
            Self::ProposePartnership(_) => "partnership.proposed",
            Self::AcceptPartnership(_) => "partnership.accepted",
            Self::EndPartnership(_) => "partnership.ended",
            Self::Settle(_) => "settlement.recorded",
            Self::SetPolicy(_) => "policy.changed",
            Self::SetOperator(_) => "operator.set",
            Self::RemoveOperator(_) => "operator.removed",
            Self::RotateKey(_) => "key.rotated",
            Self::SetGuardians(_) => "guardians.set",
            Self::StartRecovery(_) => "recovery.started",
            Self::CancelRecovery(_) => "recovery.cancelled",
            Self::FinishRecovery(_) => "recovery.finished",
            Self::Freeze(_) => "account.frozen",
            Self::Unfreeze(_) => "account.unfreezing",
            Self::Agree(_) => "account.agreed",
            Self::CreateHousehold(_) => "household.created",
            Self::Invite(_) => "household.invited",
            Self::Join(_) => "household.joined",
            Self::Leave(_) => "household.left",
            Self::SetMember(_) => "household.changed",
            Self::RemoveMember(_) => "household.removed",
            Self::Propose(_) => "motion.proposed",
            Self::Approve(_) => "motion.approved",
            Self::Withdraw(_) => "motion.withdrawn",
            Self::Activate(_) => "motion.activated",
            Self::SetEndpoint(_) => "endpoint.set",
            Self::ProposeForBrand(_) => "brand_motion.proposed",
            Self::ApproveForBrand(_) => "brand_motion.approved",
            Self::StopForBrand(_) => "brand_motion.stopped",
            Self::SetApprovals(_) => "approvals.set",
            Self::CloseBrand(_) => "brand.closing",
            Self::SetTrack(_) => "track.set",
            Self::Stamp(_) => "stamp.counted",
            Self::TakeBack(_) => "stamp.taken_back",
            Self::SetCampaign(_) => "campaign.set",
            Self::AcceptSponsorship(_) => "sponsorship.accepted",
            Self::Grant(_) => "campaign.granted",
            Self::Claim(_) => "campaign.claimed",
            Self::UseVoucher(_) => "voucher.used",
            Self::Refund(_) => "points.refunded",
            Self::SetConsent(_) => "consents.set",
            Self::SetPendingDays(_) => "pending_days.set",
            Self::Offer(_) => "offer.made",
            Self::Take(_) => "offer.taken",
            Self::WithdrawOffer(_) => "offer.withdrawn",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_text_and_everything_else_is_refused() {
        let place = |height, index, number| EventPlace { height: Height::new(height), index, number };
        for (place, text) in [
            (place(812, 3, 0), "812-3-0"),
            (place(812, u32::MAX, 0), "812-4294967295-0"),
            (EventPlace::end_of(Height::new(0)), "0"),
            (EventPlace::end_of(Height::new(u64::MAX)), "18446744073709551615"),
        ] {
            assert_eq!((place.to_string().as_str(), text.parse()), (text, Ok(place)));
        }
        let long = "0".repeat(PLACE_BYTES_MAX + 1);
        let end = "1-4294967295-4294967295";
        for wrong in ["", "-", "1-", "1-0", "1-0-0-0", "01", "1-00-0", "+1", "1-0-x", "ä", end, &long] {
            assert_eq!(wrong.parse::<EventPlace>(), Err(EventPlaceError), "{wrong}");
        }
    }

    #[test]
    fn places_are_in_the_order_of_the_ledger_and_reminders_after_transactions() {
        let place = |index, number| EventPlace { height: Height::new(7), index, number };
        let end = EventPlace::end_of(Height::new(7));
        let last = u32::try_from(crate::limits::BLOCK_TRANSACTIONS_MAX).expect("few") - 1;
        let ordered = [place(0, 0), place(0, 1), place(last, 99), place(REMINDER_INDEX, 30), end];
        assert!(ordered.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(end < EventPlace { height: Height::new(8), index: 0, number: 0 });
    }
}
