//! The transactions of one sender that wait, in the order in which they came.

use std::collections::BTreeMap;
use std::sync::Arc;

use lojal_ledger::{Beside, Claim, Usage};
use lojal_types::limits::POINTS_MAX;
use lojal_types::{Address, BrandId, Operation, Points, VerifiedTransaction};

use super::lane::{Lane, Position, Seats, places_of};

pub(super) struct Queue {
    pub(super) lane: Lane,
    pub(super) places: usize,
    pub(super) seats: Seats,
    /// The points that they are going to take, by account and brand.
    claims: BTreeMap<(Address, BrandId), u128>,
    /// The amounts that they are going to take of their sender's allowance.
    usage: Usage,
}

impl Queue {
    pub(super) fn new(lane: Lane) -> Self {
        Self { lane, places: 0, seats: Seats::new(), claims: BTreeMap::new(), usage: Usage::default() }
    }
    pub(super) fn is_empty(&self) -> bool {
        self.seats.is_empty()
    }
    /// The turn of the last one.
    pub(super) fn turn(&self) -> u64 {
        self.seats.last_key_value().map_or(0, |(position, _)| position.turn)
    }
    /// Adds a transaction behind the others.
    pub(super) fn push(&mut self, position: Position, transaction: Arc<VerifiedTransaction>) {
        self.places += places_of(&transaction);
        self.usage.add(&Usage::of(&transaction));
        for (key, amount) in spent_by(&transaction) {
            *self.claims.entry(key).or_default() += amount;
        }
        self.seats.insert(position, transaction);
    }
    pub(super) fn remove(&mut self, position: &Position) {
        let Some(transaction) = self.seats.remove(position) else { return };
        self.places -= places_of(&transaction);
        self.usage.take_away(&Usage::of(&transaction));
        for (key, amount) in spent_by(&transaction) {
            let Some(claimed) = self.claims.get_mut(&key) else { continue };
            *claimed -= amount;
            if *claimed == 0 {
                self.claims.remove(&key);
            }
        }
    }
    /// The amounts that they are going to take of their sender's allowance.
    pub(super) fn usage(&self) -> Usage {
        self.usage
    }
    /// All that they are going to take of what another transaction wants.
    pub(super) fn beside(&self, transaction: &VerifiedTransaction) -> Beside {
        let mut wanted: Vec<_> = spent_by(transaction).map(|(key, _)| key).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let claim = |(account, brand)| {
            let claimed = *self.claims.get(&(account, brand))?;
            let amount = u64::try_from(claimed).unwrap_or(POINTS_MAX).min(POINTS_MAX);
            Some(Claim { account, brand, amount: Points::new(amount) })
        };
        Beside { usage: self.usage, claims: wanted.into_iter().filter_map(claim).collect() }
    }
}

/// The points that a transaction takes out of accounts.
fn spent_by(transaction: &VerifiedTransaction) -> impl Iterator<Item = ((Address, BrandId), u128)> {
    let spent = transaction.transaction().operations.iter().filter_map(Operation::spends);
    spent.map(|(account, brand, amount)| ((*account, brand), u128::from(amount.get())))
}
