//! The offers of the market by their two brands: a view that the gateway keeps, and that says where to look. What an
//! offer is, and whether it can be taken, is read from the state at each question.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lojal_chain::CommittedBlock;
use lojal_ledger::holders::{Offers, offers_of};
use lojal_ledger::record::OpenOffer;
use lojal_store::Store;
use lojal_types::{Address, BrandId, Expiry, OfferId, Operation, Outcome, TimeMs};

use crate::limits::BOOK_OFFERS_MAX;

const HOUR_MS: u64 = 3_600_000;

/// All books; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Books(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    /// By the brand that is offered and the one that is wanted, the cheapest first.
    offers: BTreeMap<(BrandId, BrandId), BTreeSet<Listed>>,
    /// The same offers by whose they are.
    by_owner: BTreeMap<(Address, BrandId), Vec<(BrandId, Listed)>>,
    count: usize,
    /// The hour of the last block, counted from 1970.
    hour: u64,
    /// True once everything that there was at the start has been looked through.
    is_complete: bool,
}

/// An offer in its place in a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    price: (u32, u32),
    expiry: Expiry,
    pub(crate) owner: Address,
    offer: OfferId,
    ends_ms: TimeMs,
}

impl Ord for Listed {
    fn cmp(&self, other: &Self) -> Ordering {
        let [(num, den), (other_num, other_den)] = [self.price, other.price];
        let price = (u64::from(num) * u64::from(other_den)).cmp(&(u64::from(other_num) * u64::from(den)));
        let rest = (other.expiry, self.owner, self.offer).cmp(&(self.expiry, other.owner, other.offer));
        price.then(rest)
    }
}
impl PartialOrd for Listed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Books {
    /// The owners of the cheapest offers of a book, each once, and whether there may be more.
    pub(crate) fn owners(&self, pair: (BrandId, BrandId), most: usize) -> (Vec<Address>, bool) {
        let table = self.lock();
        let mut owners = Vec::new();
        for one in table.offers.get(&pair).into_iter().flatten() {
            if owners.contains(&one.owner) {
                continue;
            }
            if owners.len() == most {
                return (owners, true);
            }
            owners.push(one.owner);
        }
        (owners, !table.is_complete)
    }

    /// Takes in the offers that were found in a part of the state, which may be the last one.
    pub(crate) fn found(&self, accounts: Vec<Offers>, is_last: bool) {
        let mut table = self.lock();
        accounts.into_iter().for_each(|(of, offers)| table.set(of, listed(of.0, offers)));
        table.is_complete |= is_last;
    }

    /// Looks at the accounts whose offers a block has changed.
    pub(crate) async fn follow(&self, store: &Store, block: &CommittedBlock) {
        let changed = changed(block);
        self.lock().drop_ended(block.header.time_ms);
        if changed.is_empty() {
            return;
        }
        let (books, store) = (self.clone(), store.clone());
        let read = move || match store.read(|view| offers_of(view, changed.iter().copied())) {
            Ok(all) => {
                let mut table = books.lock();
                all.into_iter().for_each(|(of, offers)| table.set(of, listed(of.0, offers)));
            }
            Err(error) => tracing::warn!(%error, "offers can't be read"),
        };
        // A panic in it is told by the runtime; the books are looked through again at the next start.
        let _ = tokio::task::spawn_blocking(read).await;
    }

    /// The maps are whole after every statement, so a panic elsewhere doesn't spoil them.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// Puts the offers of an account in the place of those that were listed of it.
    fn set(&mut self, of: (Address, BrandId), offers: Vec<(BrandId, Listed)>) {
        for (wants, listed) in self.by_owner.remove(&of).unwrap_or_default() {
            self.remove((of.1, wants), &listed);
        }
        let room = BOOK_OFFERS_MAX.saturating_sub(self.count);
        let offers: Vec<_> = offers.into_iter().take(room).collect();
        for (wants, listed) in &offers {
            self.offers.entry((of.1, *wants)).or_default().insert(*listed);
            self.count += 1;
        }
        if !offers.is_empty() {
            self.by_owner.insert(of, offers);
        }
    }

    fn remove(&mut self, pair: (BrandId, BrandId), listed: &Listed) {
        let Some(book) = self.offers.get_mut(&pair) else { return };
        if book.remove(listed) {
            self.count -= 1;
        }
        if book.is_empty() {
            self.offers.remove(&pair);
        }
    }

    /// Forgets offers that have ended, once for each hour that begins.
    fn drop_ended(&mut self, time: TimeMs) {
        let hour = time.get() / HOUR_MS;
        if std::mem::replace(&mut self.hour, hour) == hour {
            return;
        }
        let ended = self.by_owner.iter().filter(|(_, offers)| offers.iter().any(|(_, one)| one.ends_ms <= time));
        let ended: Vec<(Address, BrandId)> = ended.map(|(of, _)| *of).collect();
        for of in ended {
            let left = self.by_owner.get(&of).into_iter().flatten().filter(|(_, one)| time < one.ends_ms);
            let left = left.copied().collect();
            self.set(of, left);
        }
    }
}

/// The accounts whose offers a block has changed, each with the brand of their points.
fn changed(block: &CommittedBlock) -> BTreeSet<(Address, BrandId)> {
    let applied = block.transactions.iter().zip(&block.receipts);
    let applied = applied.filter(|(_, receipt)| receipt.outcome == Outcome::Applied);
    let operations = applied.flat_map(|(verified, _)| verified.transaction().operations.iter());
    let changed = operations.filter_map(|operation| match operation {
        Operation::Offer(one) => Some((one.from, one.brand)),
        Operation::Take(one) => Some((one.owner, one.brand)),
        Operation::WithdrawOffer(one) => Some((one.from, one.brand)),
        _ => None,
    });
    changed.collect()
}

/// The offers of an account in their places.
fn listed(owner: Address, offers: Vec<OpenOffer>) -> Vec<(BrandId, Listed)> {
    let offers = offers.into_iter().map(|one| {
        let price = (one.price_num, one.price_den);
        let listed = Listed { price, expiry: one.lot.expiry, owner, offer: one.id, ends_ms: one.ends_ms };
        (one.wants, listed)
    });
    offers.collect()
}

#[cfg(test)]
mod tests {
    use lojal_types::Month;

    use super::*;

    fn one(price: (u32, u32), month: u16, number: u8) -> Listed {
        let (expiry, offer) = (Expiry::Month(Month::new(month)), OfferId::new([number; 16]));
        Listed { price, expiry, owner: Address::new([number; 20]), offer, ends_ms: TimeMs::default() }
    }

    #[test]
    fn the_cheapest_offer_is_first_and_of_one_price_what_lives_longest() {
        let rising = [one((1, 3), 700, 1), one((1, 2), 702, 2), one((2, 4), 701, 3), one((2, 3), 700, 4)];
        assert!(rising.windows(2).all(|pair| pair[0] < pair[1]), "{rising:?}");
        let (same, other) = (one((1, 2), 700, 1), one((1, 2), 700, 2));
        assert!(same < other && same.cmp(&same) == Ordering::Equal);
    }

    #[test]
    fn a_book_has_the_last_offers_of_each_account_and_nothing_is_left_of_those_before() {
        let (sell, buy) = ("nordmat".parse().expect("valid"), "kaffet".parse().expect("valid"));
        let books = Books::default();
        let owner = Address::new([1; 20]);
        books.lock().set((owner, sell), vec![(buy, one((1, 2), 700, 1)), (buy, one((1, 3), 700, 1))]);
        books.lock().set((Address::new([2; 20]), sell), vec![(buy, one((1, 4), 700, 2))]);
        assert_eq!(books.owners((sell, buy), 9), (vec![Address::new([2; 20]), owner], true), "not looked through yet");
        assert_eq!(books.owners((sell, buy), 1), (vec![Address::new([2; 20])], true));
        books.lock().set((owner, sell), Vec::new());
        books.lock().is_complete = true;
        assert_eq!(books.owners((sell, buy), 9), (vec![Address::new([2; 20])], false));
        books.lock().drop_ended(TimeMs::default().plus_ms(HOUR_MS));
        assert_eq!(books.owners((sell, buy), 9), (Vec::new(), false));
        let table = books.lock();
        assert!(table.offers.is_empty() && table.by_owner.is_empty() && table.count == 0);
    }
}
