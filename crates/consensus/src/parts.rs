//! Proposed blocks in parts: cut up to be published, and put together again from whatever order they arrive in.

use std::collections::{BTreeMap, BTreeSet};

use arc_malachitebft_core_consensus::HIDDEN_LOCK_ROUND;
use arc_malachitebft_core_types::Round;
use lojal_network::PeerId;
use lojal_store::ProposalRecord;
use lojal_types::limits::BLOCK_BYTES_MAX;
use lojal_types::{Address, Height, Validator, ValidatorSet};

use crate::context::{self, Part};
use crate::limits::{FUTURE_HEIGHTS_MAX, PART_BYTES, PROPOSALS_PER_PUBLISHER_MAX, ROUNDS_APART_MAX};

/// Most parts that a block of the largest size has.
const PARTS_MAX: usize = BLOCK_BYTES_MAX.div_ceil(PART_BYTES);

/// Cuts a proposal into parts.
pub fn split(record: &ProposalRecord, bytes: &[u8]) -> Vec<Part> {
    let chunks = bytes.chunks(PART_BYTES);
    let total = u32::try_from(chunks.len()).expect("a block has at most 32 parts");
    chunks
        .zip(0..)
        .map(|(chunk, index)| Part {
            height: context::Height(record.height),
            round: record.round,
            pol_round: record.valid_round,
            proposer: context::Address(record.proposer),
            block: record.block,
            total,
            index,
            bytes: chunk.to_vec(),
        })
        .collect()
}

/// A proposal whose parts have all arrived. Nobody has looked inside yet.
#[derive(Clone, Debug)]
pub struct Assembled {
    /// The record of the proposal, with its proposer.
    pub record: ProposalRecord,
    /// The block's bytes.
    pub bytes: Vec<u8>,
}

/// Puts proposals together, within bounds. One proposal counts per height, round and publisher: a proposer that sends
/// two different blocks in one round has the second one ignored here and is caught by its signed proposals.
///
/// A block is published by the round's proposer. In the late rounds in which the engine makes every validator pass on
/// what it has locked, any validator may publish it.
pub struct Assembler {
    own: Address,
    /// The last decided height, and the round that the engine is in at the one after it.
    tip: Height,
    round: u32,
    /// Proposals whose bytes are kept: incomplete, or complete before their parent is decided.
    partial: BTreeMap<Key, Partial>,
    /// The blocks that have been complete once, so that repeated parts start nothing anew.
    complete: BTreeSet<Key>,
}

/// In an order that keeps a publisher's proposals together, the least recent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    publisher: PeerId,
    height: Height,
    round: u32,
}

struct Partial {
    record: ProposalRecord,
    parts: Vec<Option<Vec<u8>>>,
    missing: usize,
}

impl Assembler {
    /// An empty one for a validator whose last block is `tip`.
    pub fn new(own: Address, tip: Height) -> Self {
        Self { own, tip, round: 0, partial: BTreeMap::new(), complete: BTreeSet::new() }
    }

    /// Takes a part and answers with the proposal if it was the last one missing and the proposal is for the next
    /// height; what is complete before that comes from [`Assembler::due`]. Parts that the publisher has no right to
    /// publish, for heights or rounds long over or too far ahead, or not as [`split`] makes them, are dropped.
    /// `validators` are those of the next height.
    pub fn add(&mut self, part: Part, publisher: Option<PeerId>, validators: &ValidatorSet) -> Option<Assembled> {
        let (height, round) = (part.height.0, part.round);
        let is_next = height == self.tip.next();
        let is_of_validator = |publisher: &PeerId| match is_next {
            true => is_rightful(publisher, part.proposer.0, (height, round), validators),
            // Its validators may be others, and who proposes is judged when it is the next one.
            false => validators.validators().iter().any(|one| is_node_of(publisher, one)),
        };
        let Some(publisher) = publisher.filter(|_| self.is_plausible(&part)).filter(is_of_validator) else {
            tracing::debug!(%height, round, "dropped a part of a proposal");
            return None;
        };
        let key = Key { publisher, height, round };
        if self.complete.contains(&key) {
            return None;
        }
        if !self.partial.contains_key(&key) {
            self.make_room(publisher);
        }
        let partial = self.partial.entry(key).or_insert_with(|| Partial::new(&part));
        if !partial.take(part) || partial.missing > 0 {
            return None;
        }
        self.complete.insert(key);
        if is_next { self.partial.remove(&key).map(Partial::assemble) } else { None }
    }

    /// The proposals for the next height that were complete before it was the next one.
    pub fn due(&mut self) -> Vec<Assembled> {
        let next = self.tip.next();
        let due = self.partial.extract_if(.., |key, partial| key.height == next && partial.missing == 0);
        due.map(|(_, partial)| partial.assemble()).collect()
    }

    /// True if the first proposer of the next height has begun to publish a block.
    pub fn has_begun(&self) -> bool {
        let is_first = |key: &Key| key.height == self.tip.next() && key.round == 0;
        self.partial.keys().chain(&self.complete).any(is_first)
    }

    /// The engine has entered a round of the next height: what is too long over is forgotten.
    pub fn started_round(&mut self, round: u32) {
        self.round = round;
        let (next, first) = (self.tip.next(), round.saturating_sub(ROUNDS_APART_MAX));
        self.forget(|key| key.height == next && key.round < first);
    }

    /// A height is decided: its proposals are forgotten, and of those for the next one, which these validators decide,
    /// whatever its publisher had no right to publish.
    pub fn decided(&mut self, height: Height, validators: &ValidatorSet) {
        (self.tip, self.round) = (height, 0);
        self.forget(|key| key.height <= height);
        let next = height.next();
        let is_usurped = |key: &Key, partial: &Partial| {
            key.height == next && !is_rightful(&key.publisher, partial.record.proposer, (next, key.round), validators)
        };
        let usurped: Vec<Key> =
            self.partial.iter().filter(|(key, partial)| is_usurped(key, partial)).map(|(key, _)| *key).collect();
        self.forget(|key| usurped.contains(key));
    }

    fn forget(&mut self, is_over: impl Fn(&Key) -> bool) {
        self.partial.retain(|key, _| !is_over(key));
        self.complete.retain(|key| !is_over(key));
    }

    /// Bounds the memory that one publisher can take: its least recent proposal goes.
    fn make_room(&mut self, publisher: PeerId) {
        let of_publisher = || self.partial.keys().filter(move |key| key.publisher == publisher);
        if of_publisher().count() >= PROPOSALS_PER_PUBLISHER_MAX
            && let Some(key) = of_publisher().next().copied()
        {
            self.partial.remove(&key);
        }
    }

    fn is_plausible(&self, part: &Part) -> bool {
        let height = part.height.0;
        let ahead = height.get().saturating_sub(self.tip.get());
        let round = if height == self.tip.next() { self.round } else { 0 };
        let total = part.total as usize;
        (1..=FUTURE_HEIGHTS_MAX).contains(&ahead)
            && part.round.abs_diff(round) <= ROUNDS_APART_MAX
            && part.proposer.0 != self.own
            && (1..=PARTS_MAX).contains(&total)
            && part.index < part.total
            && !part.bytes.is_empty()
            && part.bytes.len() <= PART_BYTES
    }
}

impl Partial {
    fn new(part: &Part) -> Self {
        let record = ProposalRecord {
            height: part.height.0,
            round: part.round,
            valid_round: part.pol_round,
            proposer: part.proposer.0,
            block: part.block,
        };
        let total = part.total as usize;
        Self { record, parts: vec![None; total], missing: total }
    }

    /// Takes a part unless it is here already, or is one of another proposal.
    fn take(&mut self, part: Part) -> bool {
        let of_this = self.record.block == part.block
            && self.record.valid_round == part.pol_round
            && self.parts.len() == part.total as usize;
        let Some(place) = self.parts.get_mut(part.index as usize).filter(|place| of_this && place.is_none()) else {
            return false;
        };
        *place = Some(part.bytes);
        self.missing -= 1;
        true
    }

    fn assemble(self) -> Assembled {
        Assembled { record: self.record, bytes: self.parts.into_iter().flatten().flatten().collect() }
    }
}

/// True if a proposal names the round's proposer, and whoever published it may do so: that proposer, and in late
/// rounds, when the engine lets everybody say which block is locked, any validator.
fn is_rightful(publisher: &PeerId, named: Address, (height, round): (Height, u32), validators: &ValidatorSet) -> bool {
    let proposer = validators.proposer(height, round);
    let all_may = Round::new(round) >= HIDDEN_LOCK_ROUND;
    let is_publisher = |one: &Validator| is_node_of(publisher, one);
    proposer.address() == named
        && (is_publisher(proposer) || all_may && validators.validators().iter().any(is_publisher))
}

fn is_node_of(peer: &PeerId, validator: &Validator) -> bool {
    lojal_network::peer_id_of(validator.network_key.as_bytes()).is_ok_and(|id| id == *peer)
}

#[cfg(test)]
mod tests;
