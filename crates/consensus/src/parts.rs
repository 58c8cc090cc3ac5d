//! Proposed blocks in parts: cut up to be published, and put together again from whatever order they arrive in.

use std::collections::BTreeMap;

use lojal_network::PeerId;
use lojal_store::ProposalRecord;
use lojal_types::limits::BLOCK_BYTES_MAX;
use lojal_types::{BlockId, Height, ValidatorSet};

use crate::context::{self, Part};
use crate::limits::{FUTURE_HEIGHTS_MAX, PART_BYTES, PROPOSALS_MAX, ROUND_MAX};

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
    /// What is proposed, and by whom.
    pub record: ProposalRecord,
    /// The block's bytes.
    pub bytes: Vec<u8>,
}

/// Puts proposals together, within bounds. One proposal counts per height, round and proposer: a proposer that sends
/// two different blocks in one round has the second one ignored here and is caught by its signed proposals.
#[derive(Default)]
pub struct Assembler {
    partial: BTreeMap<Key, Partial>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    height: Height,
    round: u32,
    proposer: lojal_types::Address,
}

struct Partial {
    block: BlockId,
    valid_round: Option<u32>,
    parts: Vec<Option<Vec<u8>>>,
    missing: usize,
}

impl Assembler {
    /// Takes a part and answers with the proposal if it was the last one missing. Parts that are not from the
    /// round's proposer, for heights already decided or too far ahead, or not as [`split`] makes them, are dropped.
    pub fn add(
        &mut self,
        part: Part,
        publisher: Option<PeerId>,
        tip: Height,
        validators: &ValidatorSet,
    ) -> Option<Assembled> {
        let key = Key { height: part.height.0, round: part.round, proposer: part.proposer.0 };
        if !is_plausible(&part, tip) || !is_by_proposer(&key, publisher, validators) {
            tracing::debug!(height = %key.height, round = key.round, "dropped a part of a proposal");
            return None;
        }
        if !self.partial.contains_key(&key) {
            self.make_room();
        }
        let total = part.total as usize;
        let partial = self.partial.entry(key).or_insert_with(|| Partial {
            block: part.block,
            valid_round: part.pol_round,
            parts: vec![None; total],
            missing: total,
        });
        let fits = partial.block == part.block && partial.parts.len() == total && partial.valid_round == part.pol_round;
        let place = partial.parts.get_mut(part.index as usize).filter(|place| fits && place.is_none())?;
        *place = Some(part.bytes);
        partial.missing -= 1;
        if partial.missing > 0 {
            return None;
        }
        // The emptied entry stays until its height is decided, so that repeated parts start nothing anew.
        let bytes = partial.parts.iter_mut().filter_map(Option::take).flatten().collect();
        partial.parts = Vec::new();
        let record = ProposalRecord {
            height: key.height,
            round: key.round,
            valid_round: partial.valid_round,
            proposer: key.proposer,
            block: partial.block,
        };
        Some(Assembled { record, bytes })
    }

    /// Forgets the proposals up to a decided height.
    pub fn decided(&mut self, height: Height) {
        self.partial.retain(|key, _| key.height > height);
    }

    /// Bounds the memory: the proposal furthest ahead goes first, since it is needed last.
    fn make_room(&mut self) {
        while self.partial.len() >= PROPOSALS_MAX {
            self.partial.pop_last();
        }
    }
}

fn is_plausible(part: &Part, tip: Height) -> bool {
    let ahead = part.height.0.get().saturating_sub(tip.get());
    let total = part.total as usize;
    (1..=FUTURE_HEIGHTS_MAX).contains(&ahead)
        && part.round <= ROUND_MAX
        && (1..=PARTS_MAX).contains(&total)
        && part.index < part.total
        && !part.bytes.is_empty()
        && part.bytes.len() <= PART_BYTES
}

/// "Verify `published_by` of every part": the node that published it belongs to the proposer of the round.
fn is_by_proposer(key: &Key, publisher: Option<PeerId>, validators: &ValidatorSet) -> bool {
    let proposer = validators.proposer(key.height, key.round);
    let peer = lojal_network::peer_id_of(proposer.network_key.as_bytes()).ok();
    proposer.address() == key.proposer && peer.is_some() && peer == publisher
}

#[cfg(test)]
mod tests;
