//! The things that the model remembers of campaigns and of what accounts have been given.

use std::collections::BTreeMap;

use lojal_types::{Address, Campaign, CampaignId, Day, Hash, MarkId};

/// A campaign, with the terms that its sponsor has accepted and all that was taken out of it.
#[derive(Clone, Debug)]
pub(crate) struct Offered {
    pub(crate) terms: Campaign,
    pub(crate) accepted: Option<Hash>,
    pub(crate) times: u64,
    pub(crate) points: u128,
    pub(crate) reversed: u128,
    pub(crate) paid: u128,
    pub(crate) returned: u64,
    pub(crate) refunded: u128,
}

/// A mark as long as its reference is remembered, and longer.
#[derive(Clone, Debug)]
pub(crate) struct Marked {
    pub(crate) to: Address,
    pub(crate) campaign: CampaignId,
    pub(crate) mark: MarkId,
    pub(crate) days: Option<u32>,
    pub(crate) dated: Day,
    pub(crate) until: u64,
    pub(crate) taken: u32,
}

/// The units of a campaign that somebody has taken in a period that ends on a day, or brought others along for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    pub(crate) campaign: CampaignId,
    pub(crate) as_referrer: bool,
    pub(crate) until: Option<Day>,
    pub(crate) units: u64,
}

/// An account's own at one brand: the day of the first stamp or grant, the consents, the marks with their last days, and
/// all that it has ever taken out of campaigns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Relation {
    pub(crate) since: Option<Day>,
    pub(crate) consents: u8,
    pub(crate) marks: BTreeMap<MarkId, Option<Day>>,
    pub(crate) took: Vec<Took>,
}

impl Relation {
    pub(super) fn known_from(self, day: Day) -> Self {
        Self { since: Some(self.since.unwrap_or(day)), ..self }
    }
}
