//! The thing that a campaign is about to give (protocol, Campaigns).

use lojal_types::{Address, BrandId, CampaignId, Day, Points, Reference};

/// A thing that is about to be given.
#[derive(Clone, Copy)]
pub(super) struct Awarding<'a> {
    pub(super) brand: BrandId,
    pub(super) campaign: CampaignId,
    pub(super) to: Address,
    /// The units of what isn't points.
    pub(super) units: u16,
    /// The points, if it gives any.
    pub(super) points: Points,
    pub(super) reference: &'a Reference,
    pub(super) dated: Day,
}
