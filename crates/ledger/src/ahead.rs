//! The pages that transactions are going to need, as far as it can be told before they are executed: nothing depends on
//! it but time.

use std::collections::BTreeMap;

use lojal_types::{
    Award, BrandId, CampaignId, Claim, Grant, IdentifiedTransaction, Month, Operation, Payment, Reference, TakenBackOf,
    TimeMs, claim_reference, referral_reference,
};

use crate::key::{
    AccountKey, CampaignKey, CapturedKey, GivenVoucherKey, HeldKey, IssuedKey, MarkedKey, PackedKey, RedeemedKey,
    RefundedKey, ReversedKey, StampedKey, StateKey, TakenBackKey, UsedVoucherKey,
};
use crate::shelves::searched_at;
use crate::state::View;
use crate::tree::{Hash, Missing, hash_key};

/// Most operations for which it is worth reading ahead at once: the pages of their accounts stay within a
/// processor's own cache, and enough of them are read for the waits for memory to overlap.
const OPERATIONS_MAX: usize = 64;

/// Brings what the first of some transactions need into the processor's caches, all together. Returns for how many of
/// them, which is as many as is worth it, and which pages they need that are not in memory.
pub(crate) fn read_ahead<'a>(
    view: &View,
    time: TimeMs,
    next: impl Iterator<Item = &'a IdentifiedTransaction>,
) -> (usize, Result<(), Missing>) {
    let (mut count, mut operations) = (0, 0);
    let mut accounts = Vec::new();
    let mut references = References::new(view, time);
    for identified in next {
        let transaction = identified.transaction();
        operations += transaction.operations.len();
        if count > 0 && operations > OPERATIONS_MAX {
            break;
        }
        count += 1;
        let named = transaction.operations.iter().flat_map(|operation| operation.accounts());
        let named = named.chain([&transaction.sender]);
        accounts.extend(named.map(|account| hash_key(PackedKey::of(&AccountKey(*account)).as_bytes())));
        for (operation, index) in transaction.operations.iter().zip(0_u8..) {
            match operation {
                Operation::Claim(one) => {
                    references.add_claim(one, &claim_reference(&view.chain_id(), &identified.id(), index));
                }
                operation => references.add(operation),
            }
        }
    }
    accounts.sort_unstable();
    accounts.dedup();
    let mut missing = view.tree().read_ahead(accounts.iter());
    for (month, shelf) in view.shelves().iter() {
        let on_shelf = references.found.iter().filter(|(of, _)| *of == month).map(|(_, key_hash)| key_hash);
        missing = Missing::both(missing, shelf.read_ahead(on_shelf)).map(drop);
    }
    (count, missing)
}

/// The references that operations look for.
struct References<'a> {
    view: &'a View,
    /// The months of the shelves that may have what is used once.
    months: Vec<Month>,
    /// The month of the block.
    month: Month,
    /// The awards of campaigns that have been looked at.
    awards: BTreeMap<(BrandId, CampaignId), Option<Award>>,
    /// The hashes of their keys, each with the month of a shelf that may have it.
    found: Vec<(Month, Hash)>,
}

impl<'a> References<'a> {
    fn new(view: &'a View, time: TimeMs) -> Self {
        let (first, last) = searched_at(time, view.parameters().receipt_days);
        let months = view.shelves().iter().map(|(month, _)| month).filter(|month| (first..=last).contains(month));
        let (awards, found) = (BTreeMap::new(), Vec::new());
        Self { view, months: months.collect(), month: time.month(), awards, found }
    }

    /// Adds the key of a record that lies on a shelf.
    fn key<K: StateKey>(&mut self, key: &K) {
        if let Some(shelf) = key.shelf() {
            self.found.push((shelf, hash_key(PackedKey::of(key).as_bytes())));
        }
    }

    /// Adds the keys that a reference which is used once may have.
    fn once<K: StateKey>(&mut self, key: impl Fn(Month) -> K) {
        for place in 0..self.months.len() {
            self.key(&key(self.months[place]));
        }
    }

    /// Adds those of an operation other than a claim, whose reference follows from its transaction.
    fn add(&mut self, operation: &Operation) {
        match operation {
            Operation::Issue(one) => {
                self.once(|shelf| IssuedKey { shelf, brand: one.brand, reference: one.reference.clone() });
            }
            Operation::Redeem(one) => {
                if let Some(request) = &one.request {
                    let (shelf, reference) = (request.dated.month(), request.reference.clone());
                    self.key(&RedeemedKey { shelf, brand: one.brand, reference });
                }
            }
            Operation::Hold(one) => {
                let (shelf, reference) = (one.request.dated.month(), one.request.reference.clone());
                self.key(&HeldKey { shelf, brand: one.brand, reference });
            }
            Operation::Reverse(one) => {
                let (shelf, reference) = (one.issue_dated.month(), one.issue_reference.clone());
                self.key(&IssuedKey { shelf, brand: one.brand, reference });
                self.once(|shelf| ReversedKey { shelf, brand: one.brand, reference: one.reference.clone() });
            }
            Operation::Capture(one) => {
                let (shelf, reference) = (one.hold_dated.month(), one.hold_reference.clone());
                self.key(&HeldKey { shelf, brand: one.brand, reference });
                self.once(|shelf| CapturedKey { shelf, brand: one.brand, reference: one.reference.clone() });
            }
            Operation::Release(one) => {
                let (shelf, reference) = (one.hold_dated.month(), one.hold_reference.clone());
                self.key(&HeldKey { shelf, brand: one.brand, reference });
            }
            _ => self.add_of_programme(operation),
        }
    }

    /// Adds those of operations of the programme.
    fn add_of_programme(&mut self, operation: &Operation) {
        match operation {
            Operation::Stamp(one) => {
                self.once(|shelf| StampedKey { shelf, brand: one.brand, reference: one.reference.clone() });
            }
            Operation::TakeBack(one) => {
                let (shelf, reference) = (one.of_dated.month(), one.of_reference.clone());
                match one.of {
                    TakenBackOf::Stamp => self.key(&StampedKey { shelf, brand: one.brand, reference }),
                    TakenBackOf::Mark => self.key(&MarkedKey { shelf, brand: one.brand, reference }),
                    TakenBackOf::Voucher => self.key(&GivenVoucherKey { shelf, brand: one.brand, reference }),
                }
                self.once(|shelf| TakenBackKey { shelf, brand: one.brand, reference: one.reference.clone() });
            }
            Operation::Grant(one) => self.add_grant(one),
            Operation::UseVoucher(one) => {
                let (shelf, reference) = (one.request.dated.month(), one.request.reference.clone());
                self.key(&UsedVoucherKey { shelf, brand: one.brand, reference });
            }
            Operation::Refund(one) => {
                let (shelf, reference) = (one.of_dated.month(), one.of_reference.clone());
                match one.of {
                    Payment::Redeem => self.key(&RedeemedKey { shelf, brand: one.brand, reference }),
                    Payment::Capture => self.key(&CapturedKey { shelf, brand: one.brand, reference }),
                    Payment::Claim => {
                        self.key(&GivenVoucherKey { shelf, brand: one.brand, reference: reference.clone() });
                        self.key(&MarkedKey { shelf, brand: one.brand, reference });
                    }
                }
                self.once(|shelf| RefundedKey { shelf, brand: one.brand, reference: one.reference.clone() });
            }
            _ => {}
        }
    }

    fn add_grant(&mut self, grant: &Grant) {
        let Grant { brand, reference, .. } = grant;
        let (brand, reference) = (*brand, || reference.clone());
        match self.award(brand, grant.campaign) {
            Some(Award::Points { .. }) => self.once(|shelf| IssuedKey { shelf, brand, reference: reference() }),
            Some(Award::Mark { .. }) => self.once(|shelf| MarkedKey { shelf, brand, reference: reference() }),
            Some(Award::Voucher { .. }) => {
                self.once(|shelf| GivenVoucherKey { shelf, brand, reference: reference() });
            }
            Some(Award::Cause { .. }) | None => {}
        }
    }

    /// Adds those of a claim with this reference: nothing has them yet, but they get a place.
    fn add_claim(&mut self, claim: &Claim, reference: &Reference) {
        let (brand, shelf) = (claim.brand, self.month);
        let Some(award) = self.award(brand, claim.campaign) else { return };
        match award {
            Award::Points { .. } => self.key(&IssuedKey { shelf, brand, reference: reference.clone() }),
            Award::Mark { .. } => self.key(&MarkedKey { shelf, brand, reference: reference.clone() }),
            Award::Voucher { .. } => self.key(&GivenVoucherKey { shelf, brand, reference: reference.clone() }),
            Award::Cause { .. } => return,
        }
        if claim.referrer.is_some() {
            self.key(&IssuedKey { shelf, brand, reference: referral_reference(reference) });
        }
    }

    /// The award of a campaign. None if that can't be told from memory.
    fn award(&mut self, brand: BrandId, campaign: CampaignId) -> Option<Award> {
        let view = self.view;
        let found = || view.get(&CampaignKey { brand, campaign }).ok().flatten().map(|record| record.terms.award);
        *self.awards.entry((brand, campaign)).or_insert_with(found)
    }
}
