//! Validity and conservation: every honest node's chain replays from genesis, by the auditor's rules, to the state that
//! the node shows; and after every block the points of all accounts add up.

use lojal_chain::{Replay, verify_certificate};
use lojal_ledger::conservation::balance_sheet;
use lojal_types::Block;

use super::Finding;
use super::sets::Sets;
use crate::history::{Chain, History};

pub(super) fn check(history: &History) -> Vec<Finding> {
    let mut findings = Vec::new();
    // Blocks that two nodes have in common need be executed once; their certificates may differ.
    let mut executed: Option<(&Chain, Sets)> = None;
    for (node, chain) in history.honest_chains() {
        let same = executed.as_ref().filter(|(other, _)| {
            other.state_root == chain.state_root
                && other.blocks.len() == chain.blocks.len()
                && other.blocks.iter().zip(&chain.blocks).all(|(one, other)| one.bytes == other.bytes)
        });
        if let Some((_, sets)) = same {
            findings.extend(certificates(history, node, chain, sets));
        } else {
            let mut sets = Sets::of_genesis(history);
            findings.extend(replayed(history, node, chain, &mut sets));
            executed = Some((chain, sets));
        }
    }
    findings
}

fn replayed(history: &History, node: usize, chain: &Chain, sets: &mut Sets) -> Vec<Finding> {
    let mut replay = Replay::new(&history.genesis);
    for (stored, height) in chain.blocks.iter().zip(1..) {
        let block = match replay.apply(&stored.bytes, stored.certificate.clone()) {
            Ok(block) => block,
            Err(error) => return vec![Finding::new(node, height, error.to_string())],
        };
        // The replay compares them too; this does not rely on it.
        let root = replay.state().view().state_root();
        if root != block.header.state_root {
            let what = format!("the header says state {}, the execution {root}", block.header.state_root);
            return vec![Finding::new(node, height, what)];
        }
        sets.after(height, replay.state().view().validators());
    }
    let root = replay.state().view().state_root();
    if root != chain.state_root {
        return vec![Finding::on(node, format!("the chain gives state {root}, the node shows {}", chain.state_root))];
    }
    Vec::new()
}

/// Each by the validators of its height.
fn certificates(history: &History, node: usize, chain: &Chain, sets: &Sets) -> Vec<Finding> {
    let chain_id = history.genesis.chain_id();
    let wrong = chain.blocks.iter().zip(1..).filter_map(|(stored, height)| {
        let block = Block::decode(&stored.bytes).ok()?;
        let certificate = &stored.certificate;
        if certificate.block != block.header.id() || certificate.height.get() != height {
            return Some(Finding::new(node, height, "the certificate is for another block".to_owned()));
        }
        let error = verify_certificate(certificate, sets.at(height), &chain_id).err()?;
        Some(Finding::new(node, height, error.to_string()))
    });
    wrong.collect()
}

/// After every block of the longest honest chain.
pub(super) fn check_conservation(history: &History) -> Vec<Finding> {
    let Some((node, chain)) = history.honest_chains().max_by_key(|(_, chain)| chain.blocks.len()) else {
        return Vec::new();
    };
    let mut replay = Replay::new(&history.genesis);
    for (block, height) in chain.blocks.iter().zip(1..) {
        if replay.apply(&block.bytes, block.certificate.clone()).is_err() {
            break;
        }
        if let Err(error) = balance_sheet(replay.state().view()) {
            return vec![Finding::new(node, height, error.to_string())];
        }
    }
    Vec::new()
}
