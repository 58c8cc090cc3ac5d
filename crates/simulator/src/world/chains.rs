//! The chains that nodes have in the end.

use std::collections::BTreeMap;

use lojal_store::{Lookup, StoreError, StoredBlock};
use lojal_types::Height;

use super::{Node, World};
use crate::history::Chain;

impl World {
    /// Reads the chains of the nodes that run.
    pub fn read_chains(&self) {
        for number in 0..self.nodes() {
            let chain = self.node(number).map(|node| read_chain(&node));
            let chain = chain.transpose();
            match chain {
                Ok(chain) => {
                    let mut history = self.history();
                    let whole = chain.map(|chain| completed(chain, &history.record));
                    history.chains[number] = whole;
                }
                Err(error) => self.stopped(number, format!("its chain can't be read: {error}")),
            }
        }
    }
}

fn read_chain(node: &Node) -> Result<Chain, StoreError> {
    let (first, tip) = (node.store.first_height().get(), node.store.tip().height.get());
    let block = |height| node.store.block(Height::new(height)).map(Lookup::found).transpose();
    let blocks = (first..=tip).filter_map(block);
    let is_damaged = |height: &Height| !node.store.is_whole(*height).is_ok_and(|is_whole| is_whole);
    Ok(Chain {
        first,
        tip,
        offers: node.store.snapshots().iter().map(|pieces| pieces.height().get()).collect(),
        damaged: (first..=tip).map(Height::new).filter(is_damaged).collect(),
        blocks: blocks.collect::<Result<_, _>>()?,
        changes: node.store.set_changes(Height::GENESIS, usize::MAX),
        state_root: node.store.view().state_root(),
        evidence: node.metrics.counts().evidence,
    })
}

/// A chain from its first block on: in place of those that a node has given up, or never had, stand those that honest
/// nodes have shown. As long as one of them is missing, so is all after it.
fn completed(chain: Chain, record: &BTreeMap<u64, StoredBlock>) -> Chain {
    let before: Vec<StoredBlock> = (1..chain.first).map_while(|height| record.get(&height).cloned()).collect();
    let is_whole = before.len() as u64 + 1 == chain.first;
    let own = if is_whole { chain.blocks } else { Vec::new() };
    Chain { blocks: [before, own].concat(), ..chain }
}
