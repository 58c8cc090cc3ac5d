//! The records of campaigns (protocol, Campaigns).

use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::limits::CAMPAIGNS_MAX;
use lojal_types::{Bounded, Campaign, CampaignId, GrossPoints, Hash, TimeMs};

/// The campaigns of a brand.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CampaignList {
    /// The highest number that a campaign of the brand has ever had.
    pub last: CampaignId,
    /// The campaigns that have a record, by number. Those that are over may still stand here.
    pub campaigns: Bounded<ListedCampaign, 0, CAMPAIGNS_MAX>,
}

/// A campaign that has a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct ListedCampaign {
    /// Its number.
    pub campaign: CampaignId,
    /// The time from which on it is none any more.
    pub over_ms: TimeMs,
}

/// A campaign, and what has been taken out of it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CampaignRecord {
    /// Its terms, which rules hold on to while the record changes.
    pub terms: Arc<Campaign>,
    /// The digest of the terms that its sponsor has accepted.
    pub accepted: Option<Hash>,
    /// The units that were granted and claimed.
    pub times: u64,
    /// The points that it has given, those for referrals included.
    pub points: GrossPoints,
    /// Those of them that were reversed.
    pub reversed: GrossPoints,
    /// The points that were paid for it.
    pub paid: GrossPoints,
    /// The units that were returned.
    pub returned: u64,
    /// The points that were refunded for them.
    pub refunded: GrossPoints,
}

impl CampaignRecord {
    /// The record of a campaign out of which nothing has been taken.
    pub(crate) fn new(terms: Campaign) -> Self {
        let none = GrossPoints::default();
        Self {
            terms: Arc::new(terms),
            accepted: None,
            times: 0,
            points: none,
            reversed: none,
            paid: none,
            returned: 0,
            refunded: none,
        }
    }
    /// The units of which the stock is a bound: those that weren't returned.
    pub fn used_stock(&self) -> u64 {
        self.times.saturating_sub(self.returned)
    }
    /// The points of which the budget is a bound: those that weren't reversed, and with a sponsor, whose debt stays,
    /// all.
    pub fn spent(&self) -> GrossPoints {
        match self.terms.sponsor {
            Some(_) => self.points,
            None => {
                let left = self.points.get().checked_sub(self.reversed.get());
                GrossPoints::new(left.expect("at most what was given is reversed"))
            }
        }
    }
}
