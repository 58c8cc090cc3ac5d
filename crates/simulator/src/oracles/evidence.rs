//! Evidence: whoever says two contradicting things to everybody is noticed; and nobody is accused while everybody keeps
//! to the protocol. Two certificates for different blocks of one height name those who signed both.

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{Address, BlockId};

use super::Finding;
use crate::history::History;
use crate::people;

/// After so many contradictions that everybody was told, somebody must have noticed one: a node forgets those of a
/// height that it has left, or that it has not reached.
const EQUIVOCATIONS_MIN: u64 = 20;

pub(super) fn check(history: &History) -> Vec<Finding> {
    let counted: u64 = history.honest_chains().map(|(_, chain)| chain.evidence).sum();
    if history.byzantine.is_empty() && history.forgetful.is_empty() && counted > 0 {
        return vec![Finding::general(format!("{counted} pieces of evidence against validators that are all honest"))];
    }
    let rebooted = history.boots.len() > history.nodes;
    if history.equivocations >= EQUIVOCATIONS_MIN && counted == 0 && !rebooted {
        let what = format!("{} contradictions were told to everybody, and nobody noticed", history.equivocations);
        return vec![Finding::general(what)];
    }
    Vec::new()
}

/// By height, the validators whose signatures stand in certificates of different blocks.
pub(super) fn guilty_by_certificates(history: &History) -> BTreeMap<u64, Vec<usize>> {
    let mut signers: BTreeMap<(u64, BlockId), BTreeSet<Address>> = BTreeMap::new();
    for (_, chain) in history.honest_chains() {
        for (block, height) in chain.blocks.iter().zip(1..) {
            let certificate = &block.certificate;
            let of_block = signers.entry((height, certificate.block)).or_default();
            of_block.extend(certificate.signatures.iter().map(|one| one.validator));
        }
    }
    let mut guilty = BTreeMap::new();
    for ((height, block), some) in &signers {
        let others = signers.iter().filter(|((at, other), _)| at == height && other != block);
        for (_, others) in others {
            let both: Vec<usize> = (0..history.nodes)
                .filter(|number| {
                    let address = people::validator(*number).address();
                    some.contains(&address) && others.contains(&address)
                })
                .collect();
            if !both.is_empty() {
                guilty.insert(*height, both);
            }
        }
    }
    guilty
}
