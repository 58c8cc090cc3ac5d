//! Conservation, for every brand, after every block: "issued (converted in included) + refunded = outstanding +
//! pending + held + redeemed + donated + converted out + expired + reversed", "outstanding = the sum of all accounts'
//! live lots, by expiry, those of ended holds and waits included", "pending = the sum of all accounts' lots that
//! wait, by day and expiry", "held = the sum of all open holds' and offers' lots, by the minute of their end and by
//! expiry", and "issued, redeemed, donated, refunded, converted out, expired and reversed never fall" (protocol,
//! Points).
//!
//! Checked from what a block changed after every block, and over the whole state by the auditor, by code that shares
//! nothing with the operations that keep the totals.

mod accounts;
mod brand_motions;
mod campaigns;
mod closings;
mod fault;
mod obligations;
mod operators;
mod pending;
mod refunds;
mod seats;
mod shelves;
mod standings;
mod vouchers;

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{BrandId, Expiry, GrossPoints, Lot, Month, Points, TimeMs, Totals};

pub use self::fault::{ConservationError, ShelfFault};
use self::pending::Waits;
use crate::key::{BalanceKey, HeldUntilKey, HoldEndsKey, HoldsKey, OutstandingKey, PendingKey, StateKey, TotalsKey};
use crate::overlay::{READ_AHEAD, Written, read_ahead};
use crate::record::HeldLot;
use crate::records::Records;
use crate::state::View;
use crate::tree::Missing;

/// Points by brand and expiry, as differences.
type Sums = BTreeMap<(BrandId, Expiry), i128>;
/// Points by brand, minute of the end of holds, and expiry, as differences.
type HoldSums = BTreeMap<(BrandId, u64, Expiry), i128>;

/// The points that changed in a block, or stand in a state, by brand.
struct Tally {
    /// The time of the block or state: it says which holds are open and which lots live.
    time: TimeMs,
    /// The brands that have left by then, none of whose lots live.
    closed: BTreeSet<BrandId>,
    in_accounts: Sums,
    outstanding: Sums,
    outstanding_by_brand: BTreeMap<BrandId, i128>,
    in_holds: HoldSums,
    held_until: HoldSums,
    held_by_brand: BTreeMap<BrandId, i128>,
    /// Number of times that an hour lists a brand, less the number of times that something of the brand is held until
    /// then.
    listed: BTreeMap<(BrandId, u64), i128>,
    /// A brand, and a minute that is over until which something of the brand is still held.
    held_too_long: Option<(BrandId, u64)>,
    waits: Waits,
}

impl Tally {
    fn new(time: TimeMs, closed: BTreeSet<BrandId>) -> Self {
        Self {
            time,
            closed,
            in_accounts: Sums::new(),
            outstanding: Sums::new(),
            outstanding_by_brand: BTreeMap::new(),
            in_holds: HoldSums::new(),
            held_until: HoldSums::new(),
            held_by_brand: BTreeMap::new(),
            listed: BTreeMap::new(),
            held_too_long: None,
            waits: Waits::default(),
        }
    }

    fn is_live(&self, brand: BrandId, expiry: Expiry) -> bool {
        expiry.is_live_in(self.time.month()) && !self.closed.contains(&brand)
    }

    fn add(&mut self, key: &[u8], value: &[u8], sign: i128) {
        if let Some((key, balance)) = read::<BalanceKey>(key, value) {
            self.add_to_account(key.brand, &balance.lots, sign);
            self.add_waiting(key.brand, &balance.pending, sign);
        }
        if let Some((key, pending)) = read::<PendingKey>(key, value) {
            self.add_pending(key, &pending.lots, sign);
        }
        if let Some((key, record)) = read::<HoldsKey>(key, value) {
            for hold in record.holds.iter() {
                self.add_set_aside(key.brand, hold.expires_ms, &hold.lots, sign);
            }
            for offer in record.offers.iter() {
                self.add_set_aside(key.brand, offer.ends_ms, &[offer.lot], sign);
            }
        }
        if let Some((key, held)) = read::<HeldUntilKey>(key, value) {
            self.add_held_until(key, &held.lots, sign);
        }
        if let Some((HoldEndsKey(hour), list)) = read::<HoldEndsKey>(key, value) {
            for brand in list.ids.iter() {
                *self.listed.entry((*brand, hour)).or_default() += sign;
            }
        }
        if let Some((key, outstanding)) = read::<OutstandingKey>(key, value) {
            let change = sign * i128::from(outstanding.get());
            *self.outstanding_by_brand.entry(key.brand).or_default() += change;
            // What leaves a month that is over, or a brand that has left, has become breakage, and the accounts' lots
            // of it count no more; whatever still stands there is found.
            if self.is_live(key.brand, key.expiry) || change > 0 {
                *self.outstanding.entry((key.brand, key.expiry)).or_default() += change;
            }
        }
    }

    fn add_to_account(&mut self, brand: BrandId, lots: &[Lot], sign: i128) {
        for lot in lots {
            if !self.is_live(brand, lot.expiry) {
                continue;
            }
            *self.in_accounts.entry((brand, lot.expiry)).or_default() += sign * i128::from(lot.amount.get());
        }
    }

    /// The lots of a hold or an offer that has ended are its account's, wherever they still stand.
    fn add_set_aside(&mut self, brand: BrandId, end: TimeMs, lots: &[Lot], sign: i128) {
        if end <= self.time {
            return self.add_to_account(brand, lots, sign);
        }
        for lot in lots {
            let key = (brand, minute_of(end), lot.expiry);
            *self.in_holds.entry(key).or_default() += sign * i128::from(lot.amount.get());
        }
    }

    fn add_held_until(&mut self, HeldUntilKey { brand, hour }: HeldUntilKey, lots: &[HeldLot], sign: i128) {
        *self.listed.entry((brand, hour)).or_default() -= sign;
        for lot in lots {
            let minute = hour.saturating_mul(60).saturating_add(u64::from(lot.minute));
            let points = sign * i128::from(lot.amount.get());
            *self.held_by_brand.entry(brand).or_default() += points;
            if minute > minute_of(self.time) {
                *self.held_until.entry((brand, minute, lot.expiry)).or_default() += points;
            } else if sign > 0 {
                self.held_too_long = Some((brand, minute));
            } else {
                // What is held no longer because its time has come belongs to accounts that weren't touched for it.
                let lot = Lot { expiry: lot.expiry, amount: lot.amount };
                self.add_to_account(brand, &[lot], -sign);
            }
        }
    }

    /// Accounts hold what is outstanding, and open holds and offers what is held until their ends.
    fn accounts_add_up(&self) -> Result<(), ConservationError> {
        same(&self.in_accounts, &self.outstanding)?;
        self.waits.add_up()?;
        if let Some((brand, minute)) = self.held_too_long {
            return Err(ConservationError::HeldTooLong { brand, minute });
        }
        for key in self.in_holds.keys().chain(self.held_until.keys()) {
            let at = |sums: &HoldSums| sums.get(key).copied().unwrap_or_default();
            let (in_holds, held) = (at(&self.in_holds), at(&self.held_until));
            if in_holds != held {
                let (brand, minute, expiry) = *key;
                return Err(ConservationError::Holds { brand, minute, expiry, in_holds, held });
            }
        }
        match self.listed.iter().find(|(_, count)| **count != 0) {
            Some(((brand, hour), _)) => Err(ConservationError::HourListed { brand: *brand, hour: *hour }),
            None => Ok(()),
        }
    }

    /// Checks that the tally of a brand is the change of its totals; from nothing to the totals, for a whole state.
    fn settle(&mut self, brand: BrandId, before: &Totals, after: &Totals) -> Result<(), ConservationError> {
        let change = |of: fn(&Totals) -> Points| i128::from(of(after).get()) - i128::from(of(before).get());
        let total = change(|totals| totals.outstanding);
        let by_expiry = self.outstanding_by_brand.remove(&brand).unwrap_or_default();
        if by_expiry != total {
            return Err(ConservationError::Outstanding { brand, by_expiry, total });
        }
        self.waits.settle(brand, change(|totals| totals.pending))?;
        let held = change(|totals| totals.held);
        let by_end = self.held_by_brand.remove(&brand).unwrap_or_default();
        if by_end == held { Ok(()) } else { Err(ConservationError::Held { brand, by_end, held }) }
    }

    /// Checks that the tally is empty: whatever is left changed without a change of the totals.
    fn nothing_is_left(self) -> Result<(), ConservationError> {
        let changed = |sums: BTreeMap<BrandId, i128>| sums.into_iter().find(|(_, points)| *points != 0);
        if let Some((brand, by_expiry)) = changed(self.outstanding_by_brand) {
            return Err(ConservationError::Outstanding { brand, by_expiry, total: 0 });
        }
        self.waits.nothing_is_left()?;
        match changed(self.held_by_brand) {
            Some((brand, by_end)) => Err(ConservationError::Held { brand, by_end, held: 0 }),
            None => Ok(()),
        }
    }
}

fn minute_of(time: TimeMs) -> u64 {
    time.get() / 60_000
}

/// Checks what one block of a time has written, by which these brands have left.
pub(crate) fn check_block(
    written: &[Written<'_>],
    time: TimeMs,
    closed: BTreeSet<BrandId>,
) -> Result<(), ConservationError> {
    let mut tally = Tally::new(time, closed);
    let mut totals = Vec::new();
    for (place, Written { key, before, after, .. }) in written.iter().enumerate() {
        if place % READ_AHEAD == 0 {
            read_ahead(written[place..].iter().take(READ_AHEAD).filter_map(|one| one.before));
        }
        let key = key.as_bytes();
        for (value, sign) in [(*before, -1), (after.as_deref(), 1)] {
            let Some(value) = value else { continue };
            tally.add(key, value, sign);
        }
        let Some(TotalsKey(brand)) = TotalsKey::decode(key) else { continue };
        let before = before.and_then(|value| read::<TotalsKey>(key, value)).map(|(_, before)| before);
        let after = after.as_deref().and_then(|value| read::<TotalsKey>(key, value));
        let (_, after) = after.ok_or(ConservationError::TotalsGone(brand))?;
        totals.push((brand, before.unwrap_or_default(), after));
    }
    shelves::check_block(written, time).map_err(of_shelf)?;
    accounts::check_block(written)?;
    standings::check_block(written, time)?;
    campaigns::check_block(written)?;
    vouchers::check_block(written, time)?;
    obligations::check_block(written)?;
    tally.accounts_add_up()?;
    for (brand, before, after) in totals {
        balanced(brand, &after)?;
        nothing_fell(brand, &before, &after)?;
        tally.settle(brand, &before, &after)?;
    }
    refunds::check_block(written)?;
    tally.nothing_is_left()
}

/// One brand of a balance sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrandSheet {
    /// The brand.
    pub brand: BrandId,
    /// Its totals.
    pub totals: Totals,
    /// The points outstanding by expiry: the brand's liability, the earliest first.
    pub liability: Vec<(Expiry, Points)>,
    /// The points set aside by open holds and offers by expiry, the earliest first; those of a month that is over
    /// become breakage when the hold ends, unless the brand takes it.
    pub held: Vec<(Expiry, Points)>,
    /// The points that wait by expiry, the earliest first.
    pub pending: Vec<(Expiry, Points)>,
    /// Accounts that hold its points, those to which only ended holds and waits give any included.
    pub holders: u64,
}

/// Adds up every account of a state and compares the sums with the totals, for every brand.
///
/// # Errors
/// The first brand whose points don't add up.
pub fn balance_sheet(view: &View) -> Result<Vec<BrandSheet>, ConservationError> {
    let closed: BTreeSet<BrandId> = view.closed_brands()?.into_iter().collect();
    let mut tally = Tally::new(view.tip().time_ms, closed.clone());
    let mut holders = BTreeMap::<BrandId, u64>::new();
    for entry in view.tree().iter() {
        let (key, value) = entry?;
        tally.add(key, value, 1);
        if let Some(brand) = held_by_its_account(view, key, value)?.filter(|brand| !closed.contains(brand)) {
            *holders.entry(brand).or_default() += 1;
        }
    }
    shelves::check(view)?;
    standings::check(view)?;
    campaigns::check(view)?;
    refunds::check(view)?;
    vouchers::check(view)?;
    operators::check(view)?;
    seats::check(view)?;
    brand_motions::check(view)?;
    closings::check(view)?;
    tally.accounts_add_up()?;
    // Points of a brand that isn't listed are points that nobody issued.
    let holding = tally.outstanding_by_brand.keys().chain(tally.held_by_brand.keys()).copied();
    let brands: BTreeSet<BrandId> = view.brand_ids().iter().copied().chain(holding).collect();
    let by_expiry = |sums: &Sums, brand| {
        let points = |points: i128| Points::new(u64::try_from(points).expect("a sum of points that add up"));
        sums.iter().filter(|((of, _), _)| *of == brand).map(|((_, expiry), sum)| (*expiry, points(*sum))).collect()
    };
    let mut set_aside = Sums::new();
    for ((brand, _, expiry), points) in &tally.in_holds {
        *set_aside.entry((*brand, *expiry)).or_default() += points;
    }
    let mut sheets = Vec::new();
    for brand in brands {
        let totals = view.totals(brand)?.unwrap_or_default();
        balanced(brand, &totals)?;
        tally.settle(brand, &Totals::default(), &totals)?;
        let (liability, held) = (by_expiry(&tally.outstanding, brand), by_expiry(&set_aside, brand));
        let pending = by_expiry(&tally.waits.by_expiry(), brand);
        let holders = holders.get(&brand).copied().unwrap_or_default();
        sheets.push(BrandSheet { brand, totals, liability, held, pending, holders });
    }
    accounts::check(view)?;
    Ok(sheets)
}

/// The brand of which an entry gives its account points: a balance, or ended holds and offers of an account whose
/// balance has none.
fn held_by_its_account(view: &View, key: &[u8], value: &[u8]) -> Result<Option<BrandId>, Missing> {
    let time = view.tip().time_ms;
    if let Some((BalanceKey { brand, .. }, mut balance)) = read::<BalanceKey>(key, value) {
        balance.mature(time.day());
        return Ok((!balance.live(time.month()).is_empty()).then_some(brand));
    }
    let Some((HoldsKey { account, brand }, record)) = read::<HoldsKey>(key, value) else { return Ok(None) };
    let holds = record.holds.iter().filter(|hold| hold.expires_ms <= time).flat_map(|hold| hold.lots.iter());
    let offers = record.offers.iter().filter(|offer| offer.ends_ms <= time).map(|offer| &offer.lot);
    let gives = holds.chain(offers).any(|lot| lot.expiry.is_live_in(time.month()));
    let balance = Records::balance(view, account, brand)?;
    Ok((gives && balance.live(time.month()).is_empty()).then_some(brand))
}

fn of_shelf((month, fault): (Month, ShelfFault)) -> ConservationError {
    ConservationError::Shelf { month, fault }
}

fn read<K: StateKey>(key: &[u8], value: &[u8]) -> Option<(K, K::Record)> {
    Some((K::decode(key)?, K::record(value)?))
}

fn balanced(brand: BrandId, totals: &Totals) -> Result<(), ConservationError> {
    let Totals { issued, outstanding, held, redeemed, converted_out, expired, reversed, donated, refunded, pending } =
        totals;
    let in_use = [*outstanding, *pending, *held].map(GrossPoints::from);
    let parts = in_use.into_iter().chain([*redeemed, *donated, *converted_out, *expired, *reversed]);
    let sum = { parts }.try_fold(0_u128, |sum, part| sum.checked_add(part.get()));
    let all = issued.get().checked_add(refunded.get());
    if sum.is_some() && sum == all && refunded <= redeemed { Ok(()) } else { Err(ConservationError::Totals(brand)) }
}

/// Checks that no total that can only grow has fallen: issued points stay issued, and spent ones never come back.
fn nothing_fell(brand: BrandId, before: &Totals, after: &Totals) -> Result<(), ConservationError> {
    let growing = [
        ("issued", before.issued, after.issued),
        ("redeemed", before.redeemed, after.redeemed),
        ("converted out", before.converted_out, after.converted_out),
        ("expired", before.expired, after.expired),
        ("reversed", before.reversed, after.reversed),
        ("donated", before.donated, after.donated),
        ("refunded", before.refunded, after.refunded),
    ];
    match growing.into_iter().find(|(_, before, after)| after < before) {
        Some((total, ..)) => Err(ConservationError::Fallen { brand, total }),
        None => Ok(()),
    }
}

fn same(held: &Sums, outstanding: &Sums) -> Result<(), ConservationError> {
    for (brand, expiry) in held.keys().chain(outstanding.keys()).copied() {
        let at = |sums: &Sums| sums.get(&(brand, expiry)).copied().unwrap_or_default();
        if at(held) != at(outstanding) {
            let (held, outstanding) = (at(held), at(outstanding));
            return Err(ConservationError::Lots { brand, expiry, held, outstanding });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
