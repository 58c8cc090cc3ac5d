//! Durability: after every restart a node still has every block that it had shown to anybody before, and in the end all
//! of them can be read from its disk, whatever has rotted there.

use std::collections::BTreeMap;

use lojal_types::{BlockId, Height};

use super::Finding;
use crate::history::History;

pub(super) fn check(history: &History) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (node, chain) in history.honest_chains() {
        let damaged = chain.damaged.iter();
        findings.extend(damaged.map(|height| Finding::new(node, height.get(), "its log is damaged".to_owned())));
    }
    for node in history.honest().filter(|node| !history.disk_lost.contains(node)) {
        let shown = history.commits.iter().filter(|commit| commit.node == node);
        let shown: Vec<(u64, Height, BlockId)> =
            shown.map(|commit| (commit.at_ms, commit.height, commit.block)).collect();
        let blocks: BTreeMap<Height, BlockId> = shown.iter().map(|(_, height, block)| (*height, *block)).collect();
        for boot in history.boots.iter().filter(|boot| boot.node == node) {
            let before = shown.iter().filter(|(at_ms, ..)| *at_ms < boot.at_ms);
            let Some(highest) = before.map(|(_, height, _)| *height).max() else { continue };
            if boot.height < highest {
                let what = format!("it had shown height {highest}, and started with height {}", boot.height);
                findings.push(Finding::new(node, highest.get(), what));
            }
            if blocks.get(&boot.height).is_some_and(|block| *block != boot.block) {
                let what = format!("it started with block {}, and had shown another", boot.block);
                findings.push(Finding::new(node, boot.height.get(), what));
            }
        }
    }
    findings
}
