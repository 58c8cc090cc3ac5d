//! The order in which lanes and senders are served.
//!
//! Each lane has its transactions in turn. Between the lanes, whichever has had the least of a block so far, by its
//! weight, comes next; of those that have had as much, the one whose first transaction has waited longest.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, btree_map};
use std::sync::Arc;

use lojal_types::VerifiedTransaction;

use super::lane::{Lane, Line, Position, Seats, cost_of};
use crate::limits::BRANDS_PER_MEMBERS;

/// The weights of the lanes: 1 for each brand, and for the members at least a third of all brands together.
#[derive(Clone, Copy)]
pub(super) struct Weights {
    brands: usize,
    members: usize,
}

impl Weights {
    /// The weights while these lanes aren't empty, and another one with them.
    pub(super) fn of(lanes: &BTreeMap<Lane, Line>, joining: Option<Lane>) -> Self {
        let joins = |lane: Lane| joining == Some(lane) && !lanes.contains_key(&lane);
        let has_members = lanes.contains_key(&Lane::Members) || joins(Lane::Members);
        let count = lanes.len() + usize::from(joining.is_some_and(joins));
        let brands = count - usize::from(has_members);
        let members = if has_members { brands.div_ceil(BRANDS_PER_MEMBERS).max(1) } else { 0 };
        Self { brands, members }
    }
    /// The part of a number that a lane may have when all want more than theirs.
    pub(super) fn part(self, lane: Lane, of: usize) -> usize {
        let weight = if lane == Lane::Members { self.members } else { 1 };
        of * weight / (self.brands + self.members).max(1)
    }
    /// An amount of a lane as it compares with that of others: the greater the weight, the less it counts.
    pub(super) fn weighed(self, lane: Lane, amount: u64) -> u64 {
        if lane == Lane::Members { amount } else { amount.saturating_mul(self.members.max(1) as u64) }
    }
}

/// The transactions that wait, in the order in which they are served.
pub(super) struct Turns<'a> {
    lanes: Vec<Ahead<'a>>,
    /// The amount that each lane has had, the arrival of its first transaction, and its place in `lanes`.
    next: BinaryHeap<Reverse<(u64, u64, usize)>>,
    weights: Weights,
}

/// The rest of a lane.
struct Ahead<'a> {
    lane: Lane,
    rest: btree_map::Iter<'a, Position, Arc<VerifiedTransaction>>,
    first: Option<&'a Arc<VerifiedTransaction>>,
    served: u64,
}

impl<'a> Turns<'a> {
    /// Takes turns among the transactions that are asked for of each lane: all, or some.
    pub(super) fn new(lanes: &'a BTreeMap<Lane, Line>, seats_of: fn(&'a Line) -> &'a Seats) -> Self {
        let ahead = |(lane, line): (&Lane, &'a Line)| Ahead {
            lane: *lane,
            rest: seats_of(line).iter(),
            first: None,
            served: 0,
        };
        let (weights, lanes) = (Weights::of(lanes, None), lanes.iter().map(ahead).collect::<Vec<_>>());
        let mut turns = Self { next: BinaryHeap::with_capacity(lanes.len()), lanes, weights };
        (0..turns.lanes.len()).for_each(|index| turns.advance(index));
        turns
    }

    /// Goes on to the next transaction of a lane, if there is one.
    fn advance(&mut self, index: usize) {
        let Ahead { rest, first, served, .. } = &mut self.lanes[index];
        if let Some((position, transaction)) = rest.next() {
            *first = Some(transaction);
            self.next.push(Reverse((*served, position.arrival, index)));
        }
    }
}

impl<'a> Iterator for Turns<'a> {
    type Item = &'a Arc<VerifiedTransaction>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((_, _, index)) = self.next.pop()?;
        let Ahead { lane, first, served, .. } = &mut self.lanes[index];
        let transaction = first.take()?;
        *served = served.saturating_add(self.weights.weighed(*lane, cost_of(transaction)));
        self.advance(index);
        Some(transaction)
    }
}
