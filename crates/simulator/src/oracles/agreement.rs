//! Agreement: no two honest nodes ever show different blocks, states or receipts of one height.

use std::collections::BTreeMap;

use lojal_types::{Block, BlockId, Hash};

use super::Finding;
use crate::history::History;

pub(super) fn check(history: &History) -> Vec<Finding> {
    let mut seen: BTreeMap<u64, (usize, BlockId, Hash, Hash)> = BTreeMap::new();
    let mut findings = Vec::new();
    let mut compare = |node: usize, height: u64, block: BlockId, state_root: Hash, receipts_root: Hash| {
        let first = seen.entry(height).or_insert((node, block, state_root, receipts_root));
        if (first.1, first.2, first.3) != (block, state_root, receipts_root) {
            let what = format!("block {block}, but validator {} has {}", first.0, first.1);
            findings.push(Finding::new(node, height, what));
        }
    };
    for commit in history.commits.iter().filter(|commit| !history.byzantine.contains(&commit.node)) {
        compare(commit.node, commit.height.get(), commit.block, commit.state_root, commit.receipts_root);
    }
    for (node, chain) in history.honest_chains() {
        for (stored, height) in chain.blocks.iter().zip(1..) {
            if let Ok(Block { header, .. }) = Block::decode(&stored.bytes) {
                compare(node, height, header.id(), header.state_root, header.receipts_root);
            }
        }
    }
    findings
}
