//! The waiting transactions themselves: senders are served in turn, within limits.
//!
//! A transaction's turn is that of its sender's last one, or that which its lane has reached, and its cost more: what a
//! sender has waiting already puts off its own next ones and nobody else's. So a lane need only be read from its start,
//! and its end is what is furthest beyond a fair share.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use lojal_ledger::{Beside, Usage};
use lojal_types::{Address, Code, TimeMs, TransactionId, VerifiedTransaction};

use super::lane::{Lane, Line, Position, cost_of, places_of, work_of};
use super::queue::Queue;
use super::turns::{Turns, Weights};
use crate::limits::{MEMBER_SHARE, MEMPOOL_PLACES_MAX, OPERATOR_SHARE, SENDER_PLACES_MIN};

/// Waiting transactions in their lanes, with the indexes that their limits take. Nothing depends on the order of a hash
/// map.
pub struct Pool {
    places_max: usize,
    lanes: BTreeMap<Lane, Line>,
    queues: HashMap<Address, Queue>,
    by_id: HashMap<TransactionId, Waiting>,
    /// By the end of their validity, and by arrival.
    by_expiry: BTreeMap<(TimeMs, u64), TransactionId>,
    places: usize,
    arrivals: u64,
    evicted: u64,
}

struct Waiting {
    transaction: Arc<VerifiedTransaction>,
    position: Position,
}

/// The amount of what waits that is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Most transactions.
    pub transactions: usize,
    /// Most operations in them.
    pub operations: usize,
    /// Most work that they may be together (see [`work_of`]).
    pub work: usize,
    /// Most bytes of them.
    pub bytes: usize,
}

impl Room {
    /// Room for everything.
    pub const UNBOUNDED: Self =
        Self { transactions: usize::MAX, operations: usize::MAX, work: usize::MAX, bytes: usize::MAX };
}

impl Default for Pool {
    fn default() -> Self {
        Self::with_places(MEMPOOL_PLACES_MAX)
    }
}

impl Pool {
    /// An empty pool that has so many places.
    fn with_places(places_max: usize) -> Self {
        let (queues, by_id) = (HashMap::new(), HashMap::new());
        let (lanes, by_expiry) = (BTreeMap::new(), BTreeMap::new());
        Self { places_max, lanes, queues, by_id, by_expiry, places: 0, arrivals: 0, evicted: 0 }
    }

    /// Adds a transaction behind those of its sender, who waits in the lane given, or in that of a brand if one is
    /// known from before. When it is full, what would be served last of the lane furthest over its share makes room.
    ///
    /// # Errors
    /// When it waits already, its sender has too much waiting, or it would itself be served last of all.
    pub fn insert(&mut self, transaction: Arc<VerifiedTransaction>, own: bool, lane: Lane) -> Result<(), Code> {
        let (id, sender) = (transaction.id(), transaction.transaction().sender);
        if self.by_id.contains_key(&id) {
            return Err(Code::DuplicateTransaction);
        }
        let lane = self.move_to(sender, lane);
        let queue = self.queues.get(&sender);
        let places = places_of(&transaction);
        let with_it = queue.map_or(0, |queue| queue.places) + places;
        if with_it > self.share(lane) {
            return Err(Code::QuotaExceeded);
        }
        let before = queue.map_or(0, Queue::turn);
        let turn = self.turn_after(before, lane, &transaction);
        self.make_room(lane, turn, places)?;
        self.arrivals += 1;
        let position = Position { turn, arrival: self.arrivals };
        self.by_expiry.insert((transaction.transaction().valid_until_ms, self.arrivals), id);
        let queue = self.queues.entry(sender).or_insert_with(|| Queue::new(lane));
        queue.push(position, Arc::clone(&transaction));
        self.by_id.insert(id, Waiting { transaction: Arc::clone(&transaction), position });
        self.lanes.entry(lane).or_default().insert(position, transaction, own);
        self.places += places;
        Ok(())
    }

    /// The transaction with an id.
    pub fn get(&self, id: &TransactionId) -> Option<Arc<VerifiedTransaction>> {
        Some(self.by_id.get(id)?.transaction.clone())
    }

    /// Takes a transaction out that is in a block: whoever comes anew to its lane is served from its turn on.
    pub fn serve(&mut self, id: &TransactionId) {
        if let Some(waiting) = self.by_id.get(id)
            && let Some(queue) = self.queues.get(&waiting.transaction.transaction().sender)
            && let Some(line) = self.lanes.get_mut(&queue.lane)
        {
            line.serve(waiting.position.turn);
            self.remove(id);
        }
    }

    /// Takes a transaction out, as if it had never come.
    pub fn remove(&mut self, id: &TransactionId) {
        let Some(Waiting { transaction, position }) = self.by_id.remove(id) else { return };
        self.places -= places_of(&transaction);
        self.by_expiry.remove(&(transaction.transaction().valid_until_ms, position.arrival));
        let sender = transaction.transaction().sender;
        let Some(queue) = self.queues.get_mut(&sender) else { return };
        let lane = queue.lane;
        queue.remove(&position);
        if queue.is_empty() {
            self.queues.remove(&sender);
        }
        self.take_seat(lane, &position);
    }

    /// Takes out what can't be in a block at `time` or later.
    pub fn expire(&mut self, time: TimeMs) {
        while let Some(((valid_until, _), id)) = self.by_expiry.first_key_value()
            && *valid_until <= time
        {
            let id = *id;
            self.remove(&id);
        }
    }

    /// The first transactions, as many as there is room for.
    pub fn first(&self, room: Room) -> Vec<Arc<VerifiedTransaction>> {
        take(Turns::new(&self.lanes, |line| &line.seats), room)
    }

    /// The first transactions of this node's own clients, with at most so many bytes together.
    pub fn first_own(&self, bytes_max: usize) -> Vec<Arc<VerifiedTransaction>> {
        take(Turns::new(&self.lanes, |line| &line.own), Room { bytes: bytes_max, ..Room::UNBOUNDED })
    }

    /// The amounts that what waits of a transaction's sender is going to take of those that it wants itself.
    ///
    /// # Errors
    /// When it waits itself.
    pub fn beside(&self, transaction: &VerifiedTransaction) -> Result<Beside, Code> {
        if self.by_id.contains_key(&transaction.id()) {
            return Err(Code::DuplicateTransaction);
        }
        let queue = self.queues.get(&transaction.transaction().sender);
        Ok(queue.map(|queue| queue.beside(transaction)).unwrap_or_default())
    }

    /// The amounts that what waits of a sender is going to take of its allowance.
    pub fn usage_of(&self, sender: &Address) -> Usage {
        self.queues.get(sender).map(Queue::usage).unwrap_or_default()
    }

    /// The number of transactions that wait.
    pub fn len(&self) -> usize {
        self.by_id.len()
    }
    /// True if none waits.
    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }
    /// The number of transactions that wait in each lane that isn't empty.
    pub fn lanes(&self) -> Vec<(Lane, usize)> {
        self.lanes.iter().map(|(lane, line)| (*lane, line.seats.len())).collect()
    }
    /// The number of transactions that have made room for others since the start.
    pub fn evicted(&self) -> u64 {
        self.evicted
    }

    /// The lane of a sender, who moves with all that waits if it is only now known for an operator.
    fn move_to(&mut self, sender: Address, lane: Lane) -> Lane {
        match self.queues.get(&sender) {
            None => return lane,
            Some(queue) if queue.lane != Lane::Members || lane == Lane::Members => return queue.lane,
            Some(_) => {}
        }
        let Some(queue) = self.queues.remove(&sender) else { return lane };
        let mut moved = Queue::new(lane);
        for (from, transaction) in queue.seats {
            let own = self.take_seat(Lane::Members, &from);
            let position = Position { turn: self.turn_after(moved.turn(), lane, &transaction), ..from };
            if let Some(waiting) = self.by_id.get_mut(&transaction.id()) {
                waiting.position = position;
            }
            moved.push(position, Arc::clone(&transaction));
            self.lanes.entry(lane).or_default().insert(position, transaction, own);
        }
        self.queues.insert(sender, moved);
        lane
    }

    /// Takes a transaction out of its lane; true if a client of this node submitted it.
    fn take_seat(&mut self, lane: Lane, position: &Position) -> bool {
        let Some(line) = self.lanes.get_mut(&lane) else { return false };
        let own = line.remove(position);
        if line.seats.is_empty() {
            self.lanes.remove(&lane);
        }
        own
    }

    /// The turn of a transaction whose sender's last one has the turn `before`.
    fn turn_after(&self, before: u64, lane: Lane, transaction: &VerifiedTransaction) -> u64 {
        let begins = self.lanes.get(&lane).map_or(0, Line::turn).max(before);
        begins.saturating_add(cost_of(transaction))
    }

    /// Most places that one sender may have now: a part of those that are free, or that are its lane's by right.
    fn share(&self, lane: Lane) -> usize {
        let free = self.places_max - self.places;
        let by_right = Weights::of(&self.lanes, Some(lane)).part(lane, self.places_max);
        let left = free.max(by_right.saturating_sub(self.places_in(lane)));
        let part = if lane == Lane::Members { MEMBER_SHARE } else { OPERATOR_SHARE };
        (left / part).max(SENDER_PLACES_MIN)
    }

    fn places_in(&self, lane: Lane) -> usize {
        self.lanes.get(&lane).map_or(0, |line| line.places)
    }

    /// Makes room for a transaction that takes so many places and is to have this turn.
    fn make_room(&mut self, lane: Lane, turn: u64, places: usize) -> Result<(), Code> {
        let lacking = (self.places + places).saturating_sub(self.places_max);
        if lacking == 0 {
            return Ok(());
        }
        let from = self.lane_that_yields_to(lane, places);
        let mut freed = 0;
        let mut evicted = Vec::new();
        let last_first = self.lanes.get(&from).into_iter().flat_map(|line| line.seats.iter().rev());
        for (position, transaction) in last_first {
            if freed >= lacking || (from == lane && position.turn <= turn) {
                break;
            }
            freed += places_of(transaction);
            evicted.push(transaction.id());
        }
        if freed < lacking {
            return Err(Code::MempoolFull);
        }
        self.evicted += evicted.len() as u64;
        evicted.iter().for_each(|id| self.remove(id));
        Ok(())
    }

    /// The lane with the most places by its weight; or the lane itself that wants them, if it would have as many.
    fn lane_that_yields_to(&self, lane: Lane, places: usize) -> Lane {
        let weights = Weights::of(&self.lanes, Some(lane));
        let weighed = |lane: Lane, places: usize| weights.weighed(lane, places as u64);
        let largest = self.lanes.iter().max_by_key(|(lane, line)| weighed(**lane, line.places));
        let would_have = weighed(lane, self.places_in(lane) + places);
        let larger = largest.filter(|(other, line)| weighed(**other, line.places) > would_have);
        larger.map_or(lane, |(other, _)| *other)
    }
}

fn take<'a>(
    transactions: impl Iterator<Item = &'a Arc<VerifiedTransaction>>,
    room: Room,
) -> Vec<Arc<VerifiedTransaction>> {
    let (mut operations, mut work, mut bytes) = (0_usize, 0_usize, 0_usize);
    transactions
        .take(room.transactions)
        .take_while(|transaction| {
            operations = operations.saturating_add(transaction.transaction().operations.len());
            work = work.saturating_add(work_of(transaction));
            bytes = bytes.saturating_add(transaction.bytes().len());
            operations <= room.operations && work <= room.work && bytes <= room.bytes
        })
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests;
