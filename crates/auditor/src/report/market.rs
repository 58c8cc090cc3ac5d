//! The trade between members: what was offered of each brand's points for those of another, what was taken, and what
//! was paid for it.

use std::collections::{BTreeMap, BTreeSet};

use lojal_ledger::record::OpenOffer;
use lojal_ledger::{Records, View};
use lojal_types::{
    Address, BrandId, ChainId, GrossPoints, Offer, OfferId, Operation, Points, Take, Transaction, offer_id, pay_for,
};

use super::listing::{Cell, Rows};
use crate::verify::IN_MEMORY;

/// The names of the columns.
pub(super) const COLUMNS: &[&str] =
    &["brand", "decimals", "wants", "wants_decimals", "offers", "offered", "takes", "sold", "paid", "open"];

/// The brand that is offered, and the one that is wanted.
type Pair = (BrandId, BrandId);
type Named = (Address, BrandId, OfferId);

/// An offer of which something is left, whether it has ended or not.
struct Resting {
    left: Points,
    price: (u32, u32),
}

/// The sums of one pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Volume {
    offers: u64,
    offered: u128,
    takes: u64,
    sold: u128,
    paid: u128,
}

/// The sums of all pairs.
#[derive(Default)]
pub(super) struct Trades {
    resting: BTreeMap<Named, Resting>,
    pairs: BTreeMap<Pair, Volume>,
}

impl Trades {
    /// Counts the operations of a transaction that happened.
    pub(super) fn add(&mut self, transaction: &Transaction, chain: &ChainId) {
        for (operation, index) in transaction.operations.iter().zip(0_u8..) {
            match operation {
                Operation::Offer(one) => self.offer(one, offer_id(chain, &transaction.id(chain), index)),
                Operation::Take(one) => self.take(one),
                Operation::WithdrawOffer(one) => drop(self.resting.remove(&(one.from, one.brand, one.offer))),
                _ => {}
            }
        }
    }

    fn offer(&mut self, offer: &Offer, id: OfferId) {
        let volume = self.pairs.entry((offer.brand, offer.wants)).or_default();
        volume.offers = volume.offers.saturating_add(1);
        volume.offered = volume.offered.saturating_add(offer.amount.get().into());
        let (left, price) = (offer.amount, (offer.price_num, offer.price_den));
        self.resting.insert((offer.from, offer.brand, id), Resting { left, price });
    }

    /// "The payment is ⌈amount · `price_num` / `price_den`⌉" (protocol, Market).
    fn take(&mut self, take: &Take) {
        let named = (take.owner, take.brand, take.offer);
        let Some(resting) = self.resting.get_mut(&named) else { return };
        let paid = pay_for(take.amount, resting.price.0, resting.price.1).unwrap_or(Points::ZERO);
        resting.left = resting.left.checked_sub(take.amount).unwrap_or(Points::ZERO);
        if resting.left.is_zero() {
            self.resting.remove(&named);
        }
        let volume = self.pairs.entry((take.brand, take.wants)).or_default();
        volume.takes = volume.takes.saturating_add(1);
        volume.sold = volume.sold.saturating_add(take.amount.get().into());
        volume.paid = volume.paid.saturating_add(paid.get().into());
    }

    /// Compares what was counted with the offers that the ledger has.
    ///
    /// # Errors
    /// The first difference.
    pub(super) fn check(&self, view: &View) -> Result<(), String> {
        for ((owner, brand), open) in self.open_offers(view) {
            let left = self.resting.get(&(owner, brand, open.id)).map(|resting| resting.left);
            if left != Some(open.lot.amount) {
                let (id, there) = (open.id, open.lot.amount);
                return Err(format!("offer {id} of {brand} has {there} left, but its takes have left {left:?}"));
            }
        }
        Ok(())
    }

    /// The offers that haven't ended of all who have offered anything, as the ledger has them.
    fn open_offers(&self, view: &View) -> Vec<((Address, BrandId), OpenOffer)> {
        let owners: BTreeSet<_> = self.resting.keys().map(|(owner, brand, _)| (*owner, *brand)).collect();
        let of_one = |of: (Address, BrandId)| {
            let offers = Records::offers(view, of.0, of.1).expect(IN_MEMORY);
            offers.into_iter().map(move |open| (of, open))
        };
        owners.into_iter().flat_map(of_one).collect()
    }

    /// A row for each pair of brands of which anything was ever offered.
    pub(super) fn rows(&self, view: &View) -> Rows {
        let decimals = |brand: BrandId| view.brand(brand).expect(IN_MEMORY).map_or(0, |brand| brand.decimals);
        let mut open = BTreeMap::<Pair, u128>::new();
        for ((owner, brand), offer) in self.open_offers(view) {
            let left = self.resting.get(&(owner, brand, offer.id)).map_or(0, |resting| resting.left.get());
            *open.entry((brand, offer.wants)).or_default() += u128::from(left);
        }
        let row = |((brand, wants), volume): (&Pair, &Volume)| {
            let of = [*brand, *wants].map(decimals);
            let points = |points: u128, decimals| Cell::points(GrossPoints::new(points), decimals);
            vec![
                Cell::text(brand),
                Cell::Number(of[0].into()),
                Cell::text(wants),
                Cell::Number(of[1].into()),
                Cell::Number(volume.offers),
                points(volume.offered, of[0]),
                Cell::Number(volume.takes),
                points(volume.sold, of[0]),
                points(volume.paid, of[1]),
                points(open.get(&(*brand, *wants)).copied().unwrap_or_default(), of[0]),
            ]
        };
        (COLUMNS, self.pairs.iter().map(row).collect())
    }
}
