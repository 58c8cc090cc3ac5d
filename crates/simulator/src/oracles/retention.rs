//! Retention: in the end a node has every block from the first that it keeps to its last, and those after each snapshot
//! that it offers, so that whoever takes one can go on; and what it has given up others have shown before.

use super::Finding;
use crate::history::History;

pub(super) fn check(history: &History) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (node, chain) in history.honest_chains() {
        let height = chain.blocks.len() as u64 + 1;
        if height < chain.first {
            findings.push(Finding::new(node, height, "it never had this block, and nobody has shown it".to_owned()));
        }
        let last = chain.tip.max(chain.first - 1);
        if height >= chain.first && height <= last {
            findings.push(Finding::new(node, last, format!("it has no more than {} blocks", height - 1)));
        }
        if let Some(offer) = chain.offers.iter().find(|offer| **offer + 1 < chain.first) {
            let what = format!("it offers the state after this block, and its blocks begin with {}", chain.first);
            findings.push(Finding::new(node, *offer, what));
        }
    }
    findings
}
