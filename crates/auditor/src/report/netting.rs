//! The debts of brands to each other: what was converted, at the price that was agreed on then, and what was settled.

use std::collections::{BTreeMap, BTreeSet};

use lojal_ledger::View;
use lojal_types::{BrandId, GrossPoints, Operation};

use super::campaigns::Gift;
use super::listing::{Cell, Rows};
use crate::verify::IN_MEMORY;

/// The names of the columns.
pub(super) const COLUMNS: &[&str] = &[
    "debtor",
    "creditor",
    "currency",
    "decimals",
    "conversions",
    "burned",
    "converted_micro",
    "sponsored_micro",
    "donated_micro",
    "settled_micro",
    "owed_micro",
    "net_micro",
];

/// A debtor and a creditor: points of the first became points of the second, it paid for new ones, or its members
/// donated.
type Pair = (BrandId, BrandId);

/// The sums of one direction between two brands; money in millionths of a minor unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Debt {
    conversions: u64,
    burned: u128,
    converted: u128,
    sponsored: u128,
    donated: u128,
    settled: u128,
}

/// The sums of all brands.
#[derive(Default)]
pub(super) struct Debts {
    /// The prices of a point, in millionths of a minor unit, of the terms that were accepted last.
    prices: BTreeMap<Pair, u64>,
    debts: BTreeMap<Pair, Debt>,
}

impl Debts {
    /// Counts an operation that happened.
    pub(super) fn add(&mut self, operation: &Operation) {
        match operation {
            Operation::AcceptPartnership(one) => {
                self.prices.insert((one.from, one.to), one.terms.price_micro);
            }
            // "A then owes B `burned · price_micro` more, kept exactly, in millionths" (protocol, Between brands)
            Operation::Convert(one) => {
                let pair = (one.from, one.to);
                let (burned, price) = (u128::from(one.burned.get()), self.prices.get(&pair).copied().unwrap_or(0));
                let debt = self.debts.entry(pair).or_default();
                debt.conversions = debt.conversions.saturating_add(1);
                debt.burned = debt.burned.saturating_add(burned);
                debt.converted = debt.converted.saturating_add(burned.saturating_mul(price.into()));
            }
            Operation::Settle(one) => {
                let debt = self.debts.entry((one.debtor, one.creditor)).or_default();
                debt.settled = debt.settled.saturating_add(one.amount.micro());
            }
            _ => {}
        }
    }

    /// Counts what a campaign has given on account of a sponsor, and what it has taken for a recipient.
    pub(super) fn give(&mut self, gift: &Gift) {
        if let Some((sponsor, micro)) = gift.debt() {
            let debt = self.debts.entry((sponsor, gift.brand)).or_default();
            debt.sponsored = debt.sponsored.saturating_add(micro);
        }
        if let Some((recipient, micro)) = gift.donation() {
            let debt = self.debts.entry((gift.brand, recipient)).or_default();
            debt.donated = debt.donated.saturating_add(micro);
        }
    }

    /// Compares what was counted with what the ledger says that brands owe.
    ///
    /// # Errors
    /// The first difference.
    pub(super) fn check(&self, view: &View) -> Result<(), String> {
        let written = view.debts().expect(IN_MEMORY).into_iter().flat_map(|(one, other)| [(one, other), (other, one)]);
        let pairs: BTreeSet<Pair> = self.debts.keys().copied().chain(written).collect();
        for (debtor, creditor) in pairs {
            let Debt { converted, sponsored, donated, settled, .. } =
                self.debts.get(&(debtor, creditor)).copied().unwrap_or_default();
            let owed = owed(view, (debtor, creditor));
            let incurred = converted.checked_add(sponsored).and_then(|sum| sum.checked_add(donated));
            if settled.checked_add(owed) != incurred {
                return Err(format!(
                    "{debtor} came to owe {creditor} {converted} by conversions, {sponsored} as a sponsor and \
                     {donated} by donations, and {settled} were settled, in millionths of a minor unit, but the \
                     ledger says that {owed} are owed"
                ));
            }
        }
        Ok(())
    }

    /// A row for each direction between two brands in which points were converted or paid for.
    pub(super) fn rows(&self, view: &View) -> Rows {
        let currency = view.settlement_currency().map_or(Cell::Empty, Cell::text);
        let row = |((debtor, creditor), debt): (&Pair, &Debt)| {
            let brand = view.brand(*debtor).expect(IN_MEMORY);
            let decimals = brand.map_or(0, |brand| brand.decimals);
            let (owed, owed_back) = (owed(view, (*debtor, *creditor)), owed(view, (*creditor, *debtor)));
            vec![
                Cell::text(debtor),
                Cell::text(creditor),
                currency.clone(),
                Cell::Number(decimals.into()),
                Cell::Number(debt.conversions),
                Cell::points(GrossPoints::new(debt.burned), decimals),
                Cell::Micro(debt.converted),
                Cell::Micro(debt.sponsored),
                Cell::Micro(debt.donated),
                Cell::Micro(debt.settled),
                Cell::Micro(owed),
                Cell::Micro(owed.saturating_sub(owed_back)),
            ]
        };
        (COLUMNS, self.debts.iter().map(row).collect())
    }
}

/// The millionths that one brand owes another, as the ledger says.
fn owed(view: &View, (debtor, creditor): Pair) -> u128 {
    view.owed(debtor, creditor).expect(IN_MEMORY).in_micro()
}
