//! Everything that the model remembers and a failing transaction must leave as it was.

use lojal_types::{
    Address, Approvals, BrandId, Expiry, Month, MotionId, Name, Parameters, Policy, Reference, Settings, Validator,
};

use super::governance::{Follower, Motion, Seat};
use super::programme::Programme;
use super::vouchers::Paid;
use super::{Account, Brand, BrandMotion, Held, Hold, Household, Issued, Operator, Partnership, Shelved, Sums};
use crate::table::{End, Table};

#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    /// The parameters from the next block on.
    pub(crate) parameters: Table<(), Parameters>,
    pub(crate) settings: Table<(), Settings>,
    /// The version in force, and the one that is scheduled with its first block.
    pub(crate) version: Table<(), (u32, Option<(u32, u64)>)>,
    pub(crate) validators: Table<Name, Validator>,
    pub(crate) seats: Table<Name, Seat>,
    pub(crate) followers: Table<Name, Follower>,
    /// Every motion ever.
    pub(crate) motions: Table<MotionId, Motion>,
    pub(crate) brands: Table<BrandId, Brand>,
    pub(crate) approvals: Table<BrandId, Approvals>,
    /// Every motion of brands ever.
    pub(crate) brand_motions: Table<(BrandId, MotionId), BrandMotion>,
    pub(crate) policies: Table<BrandId, Policy>,
    pub(crate) operators: Table<(BrandId, Address), Operator>,
    pub(crate) accounts: Table<Address, Account>,
    /// The days on which each account was opened by a member's transfer, once for each.
    pub(crate) opened: Table<Address, Vec<u64>>,
    /// The days on which households were created, by their first members.
    pub(crate) created: Table<Address, Vec<u64>>,
    /// Dead lots stay until their owner's points of that brand move.
    pub(crate) lots: Table<(Address, BrandId, Expiry), u64>,
    pub(crate) totals: Table<BrandId, Sums>,
    /// The times at which what was used with a day of a month is forgotten.
    pub(crate) shelves: Table<Month, u64>,
    pub(crate) issues: Table<Shelved, Issued>,
    pub(crate) redeemed: Table<Shelved, Option<Paid>>,
    /// The points that each took.
    pub(crate) reversed: Table<Shelved, u64>,
    /// Of an account and a brand, by their number.
    pub(crate) holds: Table<(Address, BrandId, u64), Hold>,
    pub(crate) held: Table<Shelved, Held>,
    pub(crate) captured: Table<Shelved, Option<Paid>>,
    /// The points that operators with a limit issued, by day.
    pub(crate) issued_on: Table<(BrandId, Address, u64), u64>,
    /// The points that members transferred of brands with a cap, by day.
    pub(crate) transferred_on: Table<(Address, BrandId, u64), u64>,
    pub(crate) converted_on: Table<(BrandId, BrandId, u64), u64>,
    /// The points that members (second) of households (first) spent of limited brands, by month.
    pub(crate) spent_in: Table<(Address, Address, BrandId, Month), u64>,
    pub(crate) partnerships: Table<(BrandId, BrandId), Partnership>,
    /// The debts that brands (first) ever incurred to others (second): everything burned times its price, in
    /// millionths.
    pub(crate) incurred: Table<(BrandId, BrandId), u128>,
    pub(crate) settled: Table<(BrandId, BrandId), u128>,
    pub(crate) settlements: Table<(BrandId, Reference), ()>,
    pub(crate) households: Table<Address, Household>,
    pub(crate) programme: Programme,
}

impl Tables {
    /// Ends a transaction, in every table.
    pub(super) fn end(&mut self, how: End) {
        let Self {
            parameters,
            settings,
            version,
            validators,
            seats,
            followers,
            motions,
            brands,
            approvals,
            brand_motions,
            policies,
            operators,
            accounts,
            opened,
            created,
            lots,
            totals,
            shelves,
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
            programme,
        } = self;
        parameters.end(how);
        settings.end(how);
        version.end(how);
        validators.end(how);
        seats.end(how);
        followers.end(how);
        motions.end(how);
        brands.end(how);
        approvals.end(how);
        brand_motions.end(how);
        policies.end(how);
        operators.end(how);
        accounts.end(how);
        [opened, created].into_iter().for_each(|table| table.end(how));
        lots.end(how);
        totals.end(how);
        shelves.end(how);
        issues.end(how);
        [redeemed, captured].into_iter().for_each(|table| table.end(how));
        reversed.end(how);
        settlements.end(how);
        holds.end(how);
        held.end(how);
        issued_on.end(how);
        transferred_on.end(how);
        converted_on.end(how);
        spent_in.end(how);
        partnerships.end(how);
        [incurred, settled].into_iter().for_each(|table| table.end(how));
        households.end(how);
        programme.end(how);
    }
}
