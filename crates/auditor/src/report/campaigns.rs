//! The gifts of campaigns: what was granted and claimed on the terms that were in force then (protocol, Campaigns).

use std::collections::BTreeMap;

use lojal_ledger::View;
use lojal_ledger::key::{GivenVoucherKey, IssuedKey, MarkedKey};
use lojal_ledger::record::Cost;
use lojal_types::{
    Award, BrandId, Campaign, CampaignId, Claim, GrossPoints, Operation, Payment, Recipient, Refund, Reverse, Sponsor,
};

use super::happened::taken_by;
use super::listing::{Cell, Rows};
use crate::verify::IN_MEMORY;

/// The names of the columns.
pub(super) const COLUMNS: &[&str] = &[
    "brand",
    "campaign",
    "decimals",
    "grants",
    "claims",
    "units",
    "points",
    "reversed",
    "paid",
    "returned",
    "refunded",
    "stock",
    "budget",
    "sponsor",
    "sponsored_micro",
    "recipient",
    "donated_micro",
];

/// The things that one operation takes out of a campaign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gift {
    pub(super) brand: BrandId,
    /// The units that count for the stock.
    units: u64,
    /// The points that it gives, those for a referral included.
    pub(super) points: u64,
    /// The points that it costs.
    pub(super) paid: u64,
    pub(super) sponsor: Option<Sponsor>,
    /// True if what is paid is donated.
    pub(super) is_donated: bool,
    /// The brand that donations go to.
    recipient: Option<Recipient>,
}

impl Gift {
    /// The debt of the sponsor for it, in millionths: "Its debt to the brand grows by `price_micro` for every point"
    /// (protocol, Campaigns).
    pub(super) fn debt(&self) -> Option<(BrandId, u128)> {
        let sponsor = self.sponsor.filter(|_| self.points > 0)?;
        Some((sponsor.brand, u128::from(self.points).saturating_mul(sponsor.price_micro.into())))
    }
    /// The debt to the recipient for it, in millionths: "What the brand owes to the recipient grows by `price_micro`
    /// for every point" (protocol, Campaigns).
    pub(super) fn donation(&self) -> Option<(BrandId, u128)> {
        let to = self.recipient?;
        Some((to.brand, u128::from(self.paid).saturating_mul(to.price_micro.into())))
    }
}

/// The sums of what was taken out of a campaign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sums {
    grants: u64,
    claims: u64,
    units: u64,
    points: u128,
    reversed: u128,
    paid: u128,
    returned: u64,
    refunded: u128,
    sponsored: u128,
    donated: u128,
}

/// The campaigns of all brands, with the terms that were set last.
#[derive(Default)]
pub(super) struct Campaigns(BTreeMap<(BrandId, CampaignId), (Campaign, Sums)>);

impl Campaigns {
    /// Counts an operation that happened, with the state after its block. Answers with what it has given.
    pub(super) fn add(&mut self, operation: &Operation, after: &View) -> Option<Gift> {
        match operation {
            Operation::SetCampaign(one) => {
                let sums = self.0.get(&(one.brand, one.campaign)).map(|(_, sums)| *sums).unwrap_or_default();
                self.0.insert((one.brand, one.campaign), (one.terms.clone(), sums));
                None
            }
            Operation::Grant(one) => {
                let (terms, sums) = self.0.get_mut(&(one.brand, one.campaign))?;
                let (units, points) = match terms.award {
                    // "A grant or claim of points is one unit." (protocol, Campaigns)
                    Award::Points { .. } => (1, one.amount),
                    Award::Mark { .. } | Award::Voucher { .. } | Award::Cause { .. } => (one.amount, 0),
                };
                sums.grants = sums.grants.saturating_add(1);
                let (brand, sponsor) = (one.brand, terms.sponsor);
                let gift = Gift { brand, units, points, paid: 0, sponsor, is_donated: false, recipient: None };
                sums.give(&gift);
                Some(gift)
            }
            Operation::Claim(one) => {
                let (terms, sums) = self.0.get_mut(&(one.brand, one.campaign))?;
                sums.claims = sums.claims.saturating_add(1);
                let gift = claimed(one, terms);
                sums.give(&gift);
                Some(gift)
            }
            Operation::Reverse(one) => {
                self.reverse(one, after);
                None
            }
            Operation::Refund(one) if one.of == Payment::Claim => {
                self.refund(one, after);
                None
            }
            _ => None,
        }
    }

    /// Counts points that were reversed, if a campaign has given them.
    fn reverse(&mut self, reverse: &Reverse, after: &View) {
        let (shelf, brand, reference) = (reverse.issue_dated.month(), reverse.brand, reverse.issue_reference.clone());
        let issued = after.get(&IssuedKey { shelf, brand, reference }).expect(IN_MEMORY);
        let Some(campaign) = issued.and_then(|issued| issued.campaign()) else { return };
        if let Some((_, sums)) = self.0.get_mut(&(brand, campaign)) {
            sums.reversed = sums.reversed.saturating_add(taken_by(reverse, after).get().into());
        }
    }

    /// Counts points that were refunded of a claim, and the units that have come back for them.
    fn refund(&mut self, refund: &Refund, after: &View) {
        let Some((campaign, cost)) = cost_of(refund, after) else { return };
        let (amount, all) = (u128::from(refund.amount.get()), u128::from(cost.amount().get()));
        let units = (amount * u128::from(cost.units)).checked_div(all).unwrap_or(0);
        if let Some((_, sums)) = self.0.get_mut(&(refund.brand, campaign)) {
            sums.returned = sums.returned.saturating_add(u64::try_from(units).unwrap_or(u64::MAX));
            sums.refunded = sums.refunded.saturating_add(amount);
        }
    }

    /// Compares what was counted with the records of campaigns that aren't over.
    ///
    /// # Errors
    /// The first difference.
    pub(super) fn check(&self, view: &View) -> Result<(), String> {
        for brand in view.brand_ids().iter().copied() {
            for (campaign, record) in view.campaigns(brand).expect(IN_MEMORY) {
                let sums = self.0.get(&(brand, campaign)).map(|(_, sums)| *sums).unwrap_or_default();
                let pairs = [
                    ("units given", sums.units.into(), record.times.into()),
                    ("points given", sums.points, record.points.get()),
                    ("points reversed", sums.reversed, record.reversed.get()),
                    ("points paid", sums.paid, record.paid.get()),
                    ("units returned", sums.returned.into(), record.returned.into()),
                    ("points refunded", sums.refunded, record.refunded.get()),
                ];
                if let Some((what, counted, says)) = pairs.into_iter().find(|(_, counted, says)| counted != says) {
                    return Err(format!(
                        "operations make {counted} {what} by campaign {campaign} of {brand}, but its record says {says}"
                    ));
                }
            }
        }
        Ok(())
    }

    /// A row for each campaign that there ever was.
    pub(super) fn rows(&self, view: &View) -> Rows {
        let row = |((brand, campaign), (terms, sums)): (&(BrandId, CampaignId), &(Campaign, Sums))| {
            let decimals = view.brand(*brand).expect(IN_MEMORY).map_or(0, |brand| brand.decimals);
            let points = |points: u128| Cell::points(GrossPoints::new(points), decimals);
            vec![
                Cell::text(brand),
                Cell::Number(campaign.get().into()),
                Cell::Number(decimals.into()),
                Cell::Number(sums.grants),
                Cell::Number(sums.claims),
                Cell::Number(sums.units),
                points(sums.points),
                points(sums.reversed),
                points(sums.paid),
                Cell::Number(sums.returned),
                points(sums.refunded),
                terms.stock.map_or(Cell::Empty, Cell::Number),
                terms.budget.map_or(Cell::Empty, |budget| points(budget.get().into())),
                terms.sponsor.map_or(Cell::Empty, |sponsor| Cell::text(sponsor.brand)),
                Cell::Micro(sums.sponsored),
                recipient_of(terms).map_or(Cell::Empty, |to| Cell::text(to.brand)),
                Cell::Micro(sums.donated),
            ]
        };
        (COLUMNS, self.0.iter().map(row).collect())
    }
}

/// The things that a claim takes: "It costs `price` for each" (protocol, Campaigns), and whoever has brought the member
/// along gets points too.
fn claimed(claim: &Claim, terms: &Campaign) -> Gift {
    let sum = claim.invitation.as_ref().map(|invitation| invitation.amount);
    let award = match terms.award {
        Award::Points { amount, .. } => sum.unwrap_or(amount.get()),
        Award::Mark { .. } | Award::Voucher { .. } | Award::Cause { .. } => 0,
    };
    let referral = terms.referral.filter(|_| claim.referrer.is_some()).map_or(0, |referral| referral.award.get());
    Gift {
        brand: claim.brand,
        units: claim.quantity.into(),
        points: award.saturating_add(referral),
        // "a unit of anything else costs what it says, or `price` if that is less" (protocol, Campaigns)
        paid: sum.map_or(terms.price.get(), |sum| sum.min(terms.price.get())).saturating_mul(claim.quantity.into()),
        sponsor: terms.sponsor,
        is_donated: matches!(terms.award, Award::Cause { .. }),
        recipient: recipient_of(terms),
    }
}

/// The campaign of a claim that was refunded, and what the claim had cost.
fn cost_of(refund: &Refund, after: &View) -> Option<(CampaignId, Cost)> {
    let (shelf, brand, reference) = (refund.of_dated.month(), refund.brand, || refund.of_reference.clone());
    let given = after.get(&GivenVoucherKey { shelf, brand, reference: reference() }).expect(IN_MEMORY);
    // A grant to somebody else can have the same reference, and costs nothing.
    let of_voucher = given.and_then(|given| Some((given.campaign, given.cost?)));
    of_voucher.or_else(|| {
        let marked = after.get(&MarkedKey { shelf, brand, reference: reference() }).expect(IN_MEMORY)?;
        Some((marked.campaign, marked.cost?))
    })
}

fn recipient_of(terms: &Campaign) -> Option<Recipient> {
    match terms.award {
        Award::Cause { to } => to,
        Award::Points { .. } | Award::Mark { .. } | Award::Voucher { .. } => None,
    }
}

impl Sums {
    fn give(&mut self, gift: &Gift) {
        self.units = self.units.saturating_add(gift.units);
        self.points = self.points.saturating_add(gift.points.into());
        self.paid = self.paid.saturating_add(gift.paid.into());
        self.sponsored = self.sponsored.saturating_add(gift.debt().map_or(0, |(_, micro)| micro));
        self.donated = self.donated.saturating_add(gift.donation().map_or(0, |(_, micro)| micro));
    }
}
