//! The debts of brands to their members: points by the month in which they expire, and where all that were issued are.

use std::collections::{BTreeMap, BTreeSet};

use lojal_ledger::View;
use lojal_types::{BrandId, Expiry, GrossPoints, Operation, Points};

use super::campaigns::Gift;
use super::happened::taken_by;
use super::listing::{Cell, Rows};
use crate::verify::BrandReport;

/// The names of the columns.
pub(super) const COLUMNS: &[&str] = &[
    "brand",
    "decimals",
    "expiry",
    "outstanding",
    "held",
    "pending",
    "issued",
    "redeemed",
    "converted_out",
    "expired",
    "reversed",
    "donated",
    "refunded",
    "holders",
];

/// The expiry of the row that has all of a brand's points.
const ALL: &str = "all";

/// The points of a brand that operations have made and taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Flow {
    issued: u128,
    redeemed: u128,
    converted_out: u128,
    reversed: u128,
    donated: u128,
    refunded: u128,
}

/// The same of all brands.
#[derive(Default)]
pub(super) struct Flows(BTreeMap<BrandId, Flow>);

impl Flows {
    /// Counts an operation that happened, with the state after its block.
    pub(super) fn add(&mut self, operation: &Operation, after: &View) {
        match operation {
            Operation::Issue(one) => add(&mut self.of(one.brand).issued, one.amount),
            Operation::Redeem(one) => add(&mut self.of(one.brand).redeemed, one.amount),
            Operation::Capture(one) => add(&mut self.of(one.brand).redeemed, one.amount),
            Operation::Refund(one) => add(&mut self.of(one.brand).refunded, one.amount),
            Operation::Reverse(one) => add(&mut self.of(one.brand).reversed, taken_by(one, after)),
            Operation::Convert(one) => {
                add(&mut self.of(one.from).converted_out, one.burned);
                add(&mut self.of(one.to).issued, one.received);
            }
            _ => {}
        }
    }

    /// Counts what a campaign has given and taken.
    pub(super) fn give(&mut self, gift: &Gift) {
        add(&mut self.of(gift.brand).issued, Points::new(gift.points));
        let flow = self.of(gift.brand);
        let paid = if gift.is_donated { &mut flow.donated } else { &mut flow.redeemed };
        add(paid, Points::new(gift.paid));
    }

    fn of(&mut self, brand: BrandId) -> &mut Flow {
        self.0.entry(brand).or_default()
    }

    /// Compares what was counted with the brands' totals. What expired is what is left of what was issued: it adds up,
    /// which every state is checked for.
    ///
    /// # Errors
    /// The first difference.
    pub(super) fn check(&self, brands: &[BrandReport]) -> Result<(), String> {
        for brand in brands {
            let flow = self.0.get(&brand.id).copied().unwrap_or_default();
            let totals = &brand.totals;
            let pairs = [
                ("issued", flow.issued, totals.issued),
                ("redeemed", flow.redeemed, totals.redeemed),
                ("converted out", flow.converted_out, totals.converted_out),
                ("reversed", flow.reversed, totals.reversed),
                ("donated", flow.donated, totals.donated),
                ("refunded", flow.refunded, totals.refunded),
            ];
            if let Some((what, counted, total)) = pairs.into_iter().find(|(_, counted, total)| *counted != total.get())
            {
                let id = brand.id;
                return Err(format!("operations have {what} {counted} points of {id}, but its total says {total}"));
            }
        }
        Ok(())
    }
}

fn add(sum: &mut u128, points: Points) {
    *sum = sum.saturating_add(points.get().into());
}

/// A row for all points of each brand, and one for each month in which some of them expire.
pub(super) fn rows(brands: &[BrandReport]) -> Rows {
    (COLUMNS, brands.iter().flat_map(of_brand).collect())
}

fn of_brand(brand: &BrandReport) -> Vec<Vec<Cell>> {
    let points = |points: GrossPoints| Cell::points(points, brand.decimals);
    let begin = |expiry: String| vec![Cell::text(brand.id), Cell::Number(brand.decimals.into()), Cell::Text(expiry)];
    let totals = &brand.totals;
    let mut all = begin(ALL.to_owned());
    all.extend([totals.outstanding, totals.held, totals.pending].map(|sum| points(sum.into())));
    all.extend([totals.issued, totals.redeemed, totals.converted_out, totals.expired, totals.reversed].map(points));
    all.extend([totals.donated, totals.refunded].map(points));
    all.push(Cell::Number(brand.holders));
    let lots = brand.liability.iter().chain(&brand.held_by_month).chain(&brand.pending_by_month);
    let expiries: BTreeSet<Expiry> = lots.map(|lot| lot.expiry).collect();
    let months = expiries.into_iter().map(|expiry| {
        let mut row = begin(expiry.to_string());
        for lots in [&brand.liability, &brand.held_by_month, &brand.pending_by_month] {
            let lot = lots.iter().find(|lot| lot.expiry == expiry);
            row.push(points(lot.map_or(Points::ZERO, |lot| lot.amount).into()));
        }
        row.resize(COLUMNS.len(), Cell::Empty);
        row
    });
    [all].into_iter().chain(months).collect()
}
