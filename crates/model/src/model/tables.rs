//! Everything that the model remembers and a failing transaction must leave as it was.

use lojal_types::{Address, BrandId, Expiry, Month, Policy, Reference};

use super::{Account, Held, Hold, Household, Issued, Operator, Partnership, Totals};
use crate::table::Table;

#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    pub(crate) policies: Table<BrandId, Policy>,
    pub(crate) operators: Table<(BrandId, Address), Operator>,
    pub(crate) accounts: Table<Address, Account>,
    /// Dead lots stay until their owner's points of that brand move.
    pub(crate) lots: Table<(Address, BrandId, Expiry), u64>,
    pub(crate) totals: Table<BrandId, Totals>,
    pub(crate) issues: Table<(BrandId, Reference), Issued>,
    pub(crate) redeemed: Table<(BrandId, Reference), ()>,
    pub(crate) reversed: Table<(BrandId, Reference), ()>,
    /// Of an account and a brand, by their number.
    pub(crate) holds: Table<(Address, BrandId, u64), Hold>,
    pub(crate) held: Table<(BrandId, Reference), Held>,
    pub(crate) captured: Table<(BrandId, Reference), ()>,
    /// What operators with a limit issued, by day.
    pub(crate) issued_on: Table<(BrandId, Address, u64), u64>,
    /// What members transferred of brands with a cap, by day.
    pub(crate) transferred_on: Table<(Address, BrandId, u64), u64>,
    pub(crate) converted_on: Table<(BrandId, BrandId, u64), u64>,
    /// What members (second) of households (first) spent of limited brands, by month.
    pub(crate) spent_in: Table<(Address, Address, BrandId, Month), u64>,
    pub(crate) partnerships: Table<(BrandId, BrandId), Partnership>,
    /// What debtors owe creditors: everything ever burned times its price, and everything settled, in millionths.
    pub(crate) incurred: Table<(BrandId, BrandId), u128>,
    pub(crate) settled: Table<(BrandId, BrandId), u128>,
    pub(crate) settlements: Table<(BrandId, Reference), ()>,
    pub(crate) households: Table<Address, Household>,
}

impl Tables {
    pub(super) fn keep(&mut self) {
        let Self {
            policies,
            operators,
            accounts,
            lots,
            totals,
            issues,
            redeemed,
            reversed,
            holds,
            held,
            captured,
            issued_on,
            transferred_on,
            converted_on,
            spent_in,
            partnerships,
            incurred,
            settled,
            settlements,
            households,
        } = self;
        policies.keep();
        operators.keep();
        accounts.keep();
        lots.keep();
        totals.keep();
        issues.keep();
        [redeemed, reversed, captured, settlements].into_iter().for_each(Table::keep);
        holds.keep();
        held.keep();
        issued_on.keep();
        transferred_on.keep();
        converted_on.keep();
        spent_in.keep();
        partnerships.keep();
        [incurred, settled].into_iter().for_each(Table::keep);
        households.keep();
    }

    pub(super) fn take_back(&mut self) {
        let Self {
            policies,
            operators,
            accounts,
            lots,
            totals,
            issues,
            redeemed,
            reversed,
            holds,
            held,
            captured,
            issued_on,
            transferred_on,
            converted_on,
            spent_in,
            partnerships,
            incurred,
            settled,
            settlements,
            households,
        } = self;
        policies.take_back();
        operators.take_back();
        accounts.take_back();
        lots.take_back();
        totals.take_back();
        issues.take_back();
        [redeemed, reversed, captured, settlements].into_iter().for_each(Table::take_back);
        holds.take_back();
        held.take_back();
        issued_on.take_back();
        transferred_on.take_back();
        converted_on.take_back();
        spent_in.take_back();
        partnerships.take_back();
        [incurred, settled].into_iter().for_each(Table::take_back);
        households.take_back();
    }
}
