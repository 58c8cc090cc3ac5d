//! Finality: what a node told a client is final is on every honest chain that is long enough, at that height and with
//! that outcome. And no transaction is on a chain twice.

use std::collections::BTreeMap;

use lojal_types::{Block, TransactionId};

use super::Finding;
use crate::history::{Chain, History};

/// The places of the transactions of a chain.
#[derive(Default)]
struct Places {
    /// The height of each.
    heights: BTreeMap<TransactionId, u64>,
    /// Those that are there again: the first height, and the second.
    twice: Vec<(TransactionId, u64, u64)>,
}

fn places(history: &History, chain: &Chain) -> Places {
    let chain_id = history.genesis.chain_id();
    let mut places = Places::default();
    for (stored, height) in chain.blocks.iter().zip(1..) {
        let Ok(block) = Block::decode(&stored.bytes) else { continue };
        for signed in block.transactions.iter() {
            let id = signed.transaction.id(&chain_id);
            if let Some(first) = places.heights.insert(id, height) {
                places.twice.push((id, first, height));
            }
        }
    }
    places
}

pub(super) fn check(history: &History) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut first_told = BTreeMap::new();
    let honest = history.answers.iter().filter(|answer| !history.byzantine.contains(&answer.node));
    let answers: Vec<_> = honest.collect();
    for answer in &answers {
        let told = first_told.entry(answer.id).or_insert(**answer);
        if (told.height, told.outcome) != (answer.height, answer.outcome) {
            let what = format!("{} was said to be at height {} with another outcome or place", answer.id, told.height);
            findings.push(Finding::new(answer.node, answer.height.get(), what));
        }
    }
    for (node, chain) in history.honest_chains() {
        let heights = places(history, chain).heights;
        for answer in &answers {
            let height = answer.height.get();
            if height <= chain.blocks.len() as u64 && heights.get(&answer.id) != Some(&height) {
                let what = format!("{}, which validator {} called final, is not there", answer.id, answer.node);
                findings.push(Finding::new(node, height, what));
            }
        }
    }
    findings
}

pub(super) fn check_once(history: &History) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (node, chain) in history.honest_chains() {
        for (id, first, second) in places(history, chain).twice {
            findings.push(Finding::new(node, second, format!("{id} again, first at {first}")));
        }
    }
    findings
}
