//! The record of an issue.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{Address, CampaignId, Day, Expiry, Points, TimeMs, read_tail, write_tail};

use crate::half_id::HalfId;

/// An issue as it was made, and how much of it has been taken back.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Issued {
    /// The account that got the points.
    pub to: Address,
    /// The number of points.
    pub amount: Points,
    /// Their expiry.
    pub expiry: Expiry,
    /// The day of its reference.
    pub dated: Day,
    /// The time from which on nothing of it can be reversed: fixed by the policy at the issue, not by a later one.
    pub reversible_until_ms: TimeMs,
    /// The number of them that have been reversed.
    pub reversed: Points,
    /// The transaction that issued them, or has reversed some of them last: it keeps the rest from being guessed.
    pub transaction: HalfId,
    /// The part that those of version 1 don't have.
    #[borsh(serialize_with = "write_tail", deserialize_with = "read_tail")]
    pub besides: Option<Besides>,
}

/// The part of an issue that not all have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Besides {
    /// It waits until a day.
    Pending(Day),
    /// A campaign has given it.
    Given(CampaignId),
    /// Both.
    GivenPending(CampaignId, Day),
}

impl Besides {
    /// The part of an issue by a campaign, or until a day; none of an issue that is neither.
    pub fn of(campaign: Option<CampaignId>, matures: Option<Day>) -> Option<Self> {
        match (campaign, matures) {
            (None, None) => None,
            (None, Some(matures)) => Some(Self::Pending(matures)),
            (Some(campaign), None) => Some(Self::Given(campaign)),
            (Some(campaign), Some(matures)) => Some(Self::GivenPending(campaign, matures)),
        }
    }
}

impl Issued {
    /// The day on which they mature, if they were issued pending.
    pub fn matures(&self) -> Option<Day> {
        match self.besides? {
            Besides::Pending(matures) | Besides::GivenPending(_, matures) => Some(matures),
            Besides::Given(_) => None,
        }
    }
    /// The campaign that has given them.
    pub fn campaign(&self) -> Option<CampaignId> {
        match self.besides? {
            Besides::Given(campaign) | Besides::GivenPending(campaign, _) => Some(campaign),
            Besides::Pending(_) => None,
        }
    }
    /// The day on which they mature, as long as it hasn't come.
    pub(crate) fn pending_until(&self, today: Day) -> Option<Day> {
        self.matures().filter(|matures| today < *matures)
    }
    /// The points that earlier reversals have left of the issue.
    pub(crate) fn left(&self) -> Points {
        self.amount.checked_sub(self.reversed).expect("reversals take at most what was issued")
    }
}
