//! The records of vouchers, and of what was paid and refunded (protocol, Vouchers and refunds).

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::limits::{LOTS_MAX, VOUCHERS_MAX};
use lojal_types::{
    Address, Bounded, CampaignId, Day, Lot, Points, TimeMs, TransactionId, VoucherId, read_tail, write_tail,
};

use super::Counted;
use crate::half_id::HalfId;
use crate::lots::total;

/// The vouchers of an account at a brand. Those that are over may still stand here until it is next written.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Vouchers {
    /// The vouchers, by rising id.
    pub vouchers: Bounded<Voucher, 0, VOUCHERS_MAX>,
}

/// A voucher that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct Voucher {
    /// Its id.
    pub voucher: VoucherId,
    /// The campaign that gave it.
    pub campaign: CampaignId,
    /// The uses that are left; at least one.
    pub left: u16,
    /// The last day on which it can be used.
    pub until: Day,
}

impl Voucher {
    /// True if it can be used on a day.
    pub fn is_live_on(&self, day: Day) -> bool {
        day <= self.until
    }
}

/// A voucher as it was granted or claimed, and how many of its uses have been taken back or returned.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct GivenVoucher {
    /// The account.
    pub to: Address,
    /// The campaign.
    pub campaign: CampaignId,
    /// The voucher.
    pub voucher: VoucherId,
    /// The uses that it was given with.
    pub quantity: u16,
    /// The number of uses that have been taken back or returned.
    pub taken_back: u16,
    /// The day of its reference.
    pub dated: Day,
    /// The time from which on nothing of it can be taken back: fixed when it was given, not by a later policy.
    pub take_back_until_ms: TimeMs,
    /// The transaction that gave it, or has taken some of it back last: it keeps the rest from being guessed.
    pub transaction: HalfId,
    /// The points that it cost, if it was claimed for some.
    #[borsh(serialize_with = "write_tail", deserialize_with = "read_tail")]
    pub cost: Option<Cost>,
}

impl GivenVoucher {
    /// The payment for it, if it was claimed for points.
    pub fn paid(&self) -> Option<Paid> {
        let cost = self.cost.as_ref()?;
        Some(cost.paid(self.to, (self.dated, self.take_back_until_ms), self.transaction))
    }
}

/// The use of a voucher that has used a reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct UsedVoucher {
    /// The voucher.
    pub voucher: VoucherId,
    /// The number of uses.
    pub quantity: u16,
    /// The transaction.
    pub transaction: TransactionId,
}

/// The points that were paid, and how many of them have been refunded.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Paid {
    /// The account that paid.
    pub from: Address,
    /// The lots that it paid with, by rising expiry.
    pub lots: Bounded<Lot, 1, LOTS_MAX>,
    /// The household's member whose limit it counts against.
    pub counted: Option<Counted>,
    /// The day of the payment's reference.
    pub dated: Day,
    /// The time from which on nothing of it can be refunded: fixed when it was paid, not by a later policy.
    pub refundable_until_ms: TimeMs,
    /// The number of points that have been refunded.
    pub refunded: Points,
    /// The transaction that paid, or has refunded some of it last: it keeps the rest from being guessed.
    pub transaction: HalfId,
}

impl Paid {
    /// The points that were paid.
    pub fn amount(&self) -> Points {
        total(&self.lots)
    }
    /// The points that could be refunded at a time.
    pub fn refundable(&self, time: TimeMs) -> Points {
        let left = self.amount().checked_sub(self.refunded).expect("at most what was paid is refunded");
        if time < self.refundable_until_ms { left } else { Points::ZERO }
    }
}

/// The redemption that has used a reference.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Redeemed {
    /// The transaction that paid.
    pub transaction: TransactionId,
    /// The points; version 1 doesn't remember them.
    #[borsh(serialize_with = "write_tail", deserialize_with = "read_tail")]
    pub paid: Option<Paid>,
}

/// The capture that has used a reference.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Captured {
    /// The points; version 1 doesn't remember them.
    #[borsh(serialize_with = "write_tail", deserialize_with = "read_tail")]
    pub paid: Option<Paid>,
}

/// The points that a claim cost, and how many of them have been refunded. Who paid, when, and until when they can be
/// refunded is what the record says of that which they were paid for.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Cost {
    /// The number of units that were claimed; each cost the same.
    pub units: u16,
    /// The lots that were paid, by rising expiry.
    pub lots: Bounded<Lot, 1, LOTS_MAX>,
    /// The household's member whose limit it counts against.
    pub counted: Option<Counted>,
    /// The number of points that have been refunded.
    pub refunded: Points,
}

impl Cost {
    /// The points that were paid.
    pub fn amount(&self) -> Points {
        total(&self.lots)
    }
    /// The payment, from an account, of a day, that can be refunded until a time.
    pub(crate) fn paid(&self, from: Address, (dated, until_ms): (Day, TimeMs), transaction: HalfId) -> Paid {
        let Self { ref lots, counted, refunded, .. } = *self;
        Paid { from, lots: lots.clone(), counted, dated, refundable_until_ms: until_ms, refunded, transaction }
    }
}

/// The mark that a reference has been used for a refund, and what it gave back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Refunded {
    /// The number of points.
    pub amount: Points,
    /// The transaction that gave them back: it keeps the number from being guessed.
    pub transaction: HalfId,
}
