//! Light: the changes of the validators that a node keeps lead a light client from genesis to the node's last block,
//! and none is missing.

use lojal_chain::LightState;
use lojal_types::Block;

use super::Finding;
use crate::history::{Chain, History};

pub(super) fn check(history: &History) -> Vec<Finding> {
    let findings = history.honest_chains().filter_map(|(node, chain)| {
        let (height, what) = follow(history, chain).err()?;
        Some(Finding::new(node, height, what))
    });
    findings.collect()
}

/// Goes from change to change, and from the last one to the last block.
fn follow(history: &History, chain: &Chain) -> Result<(), (u64, String)> {
    let mut light = LightState::genesis(&history.genesis);
    let mut headers = Vec::new();
    for stored in &chain.blocks {
        // What is no block is another oracle's business.
        let Ok(Block { header, .. }) = Block::decode(&stored.bytes) else { return Ok(()) };
        headers.push(header);
    }
    let changed = headers.iter().filter(|header| header.next_validators_hash != header.validators_hash);
    let (changed, kept): (Vec<u64>, Vec<u64>) = (
        changed.map(|header| header.height.get()).collect(),
        chain.changes.iter().map(|change| change.header.height.get()).collect(),
    );
    if changed != kept {
        let height = changed.iter().chain(&kept).find(|height| changed.contains(height) != kept.contains(height));
        let what = format!("it keeps the changes of the blocks {kept:?}, and its blocks {changed:?} have some");
        return Err((height.copied().unwrap_or_default(), what));
    }
    for change in &chain.changes {
        let error = |error| (change.header.height.get(), format!("a light client doesn't take the change: {error}"));
        light.advance(change).map_err(error)?;
    }
    let last = headers.last().zip(chain.blocks.last()).filter(|(header, _)| header.height > light.height());
    if let Some((header, stored)) = last {
        let error = |error| (header.height.get(), format!("a light client doesn't take the last block: {error}"));
        light.check(header, &stored.certificate).map_err(error)?;
    }
    Ok(())
}
