//! The thing that a campaign is about to give (protocol, Campaigns).

use lojal_types::{Address, BrandId, CampaignId, Day, Points, Reference};

use super::payments::{Payment, cost};
use crate::record::Cost;

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
    /// The points that it costs, if it is claimed for some.
    pub(super) payment: Option<&'a Payment>,
}

impl Awarding<'_> {
    /// The memory of what it costs.
    pub(super) fn cost(&self) -> Option<Cost> {
        self.payment.map(|payment| cost(payment, self.units))
    }
}
