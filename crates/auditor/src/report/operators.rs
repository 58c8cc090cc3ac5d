//! The acts of each operator of a brand in its name, month by month: so that those of a stolen till are there to be
//! seen.

use std::collections::BTreeMap;

use lojal_ledger::View;
use lojal_ledger::key::OperatorKey;
use lojal_types::{Address, BrandId, GrossPoints, Month, Operation, TakenBackOf};

use super::campaigns::Gift;
use super::happened::taken_by;
use super::listing::{Cell, Rows};
use crate::verify::IN_MEMORY;

/// The names of the columns.
pub(super) const COLUMNS: &[&str] = &[
    "brand",
    "operator",
    "month",
    "decimals",
    "issues",
    "issued",
    "grants",
    "granted",
    "captures",
    "captured",
    "reversals",
    "reversed",
    "refunds",
    "refunded",
    "stamps",
    "stamped",
    "takebacks",
    "taken_back",
];

/// The number of operations of a kind, and the points or units in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    count: u64,
    sum: u128,
}

/// The acts of one operator in a month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Acts {
    issues: Tally,
    grants: Tally,
    captures: Tally,
    reversals: Tally,
    refunds: Tally,
    stamps: Tally,
    takebacks: Tally,
}

/// The acts of all operators.
#[derive(Default)]
pub(super) struct Operators(BTreeMap<(BrandId, Address, Month), Acts>);

impl Operators {
    /// Counts an operation that an account has done, with what it has given by a campaign, and the state after its
    /// block.
    pub(super) fn add(&mut self, sender: Address, operation: &Operation, gift: Option<&Gift>, after: &View) {
        let (brand, tally, amount): (_, fn(&mut Acts) -> &mut Tally, u64) = match operation {
            Operation::Issue(one) => (one.brand, |acts| &mut acts.issues, one.amount.get()),
            Operation::Grant(one) => (one.brand, |acts| &mut acts.grants, gift.map_or(0, |gift| gift.points)),
            Operation::Capture(one) => (one.brand, |acts| &mut acts.captures, one.amount.get()),
            Operation::Reverse(one) => (one.brand, |acts| &mut acts.reversals, taken_by(one, after).get()),
            Operation::Refund(one) if is_operator(after, one.brand, sender) => {
                (one.brand, |acts| &mut acts.refunds, one.amount.get())
            }
            Operation::Stamp(one) => (one.brand, |acts| &mut acts.stamps, one.amount),
            Operation::TakeBack(one) if one.of == TakenBackOf::Stamp => {
                (one.brand, |acts| &mut acts.takebacks, one.amount)
            }
            _ => return,
        };
        let month = after.tip().time_ms.month();
        let tally = tally(self.0.entry((brand, sender, month)).or_default());
        tally.count = tally.count.saturating_add(1);
        tally.sum = tally.sum.saturating_add(amount.into());
    }

    /// A row for each month in which an operator did something.
    pub(super) fn rows(&self, view: &View) -> Rows {
        let row = |((brand, operator, month), acts): (&(BrandId, Address, Month), &Acts)| {
            let decimals = view.brand(*brand).expect(IN_MEMORY).map_or(0, |brand| brand.decimals);
            let mut row = vec![
                Cell::text(brand),
                Cell::text(operator.to_text(view.network())),
                Cell::text(month),
                Cell::Number(decimals.into()),
            ];
            for Tally { count, sum } in [acts.issues, acts.grants, acts.captures, acts.reversals, acts.refunds] {
                row.extend([Cell::Number(count), Cell::points(GrossPoints::new(sum), decimals)]);
            }
            for Tally { count, sum } in [acts.stamps, acts.takebacks] {
                row.extend([Cell::Number(count), Cell::points(GrossPoints::new(sum), 0)]);
            }
            row
        };
        (COLUMNS, self.0.iter().map(row).collect())
    }
}

/// True if an account acts for a brand: members return vouchers too.
fn is_operator(view: &View, brand: BrandId, operator: Address) -> bool {
    view.get(&OperatorKey { brand, operator }).expect(IN_MEMORY).is_some()
}
