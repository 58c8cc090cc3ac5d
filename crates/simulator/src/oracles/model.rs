//! The naive model: a second implementation of the rules, which knows nothing of the ledger, comes to the same outcome
//! for every transaction of a chain, and in the end to the same balances, holds, households, keys and totals.

use lojal_chain::{CommittedBlock, Replay};
use lojal_model::Model;
use lojal_types::{Code, Outcome, VerifiedTransaction};

use super::Finding;
use super::shown::facts;
use crate::history::History;

pub(super) fn check(history: &History) -> Vec<Finding> {
    compare(history, |model, block| {
        let transactions: Vec<VerifiedTransaction> = block.transactions.iter().map(|one| (**one).clone()).collect();
        model.apply_block(block.header.time_ms, &transactions)
    })
}

/// The outcomes of a block's transactions by the model.
type Outcomes = Vec<Result<Outcome, Code>>;

/// Compares the longest honest chain with what `follow` has the model do.
pub(super) fn compare(history: &History, follow: impl Fn(&mut Model, &CommittedBlock) -> Outcomes) -> Vec<Finding> {
    let Some((node, chain)) = history.honest_chains().max_by_key(|(_, chain)| chain.blocks.len()) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    let (mut replay, mut model) = (Replay::new(&history.genesis), Model::genesis(&history.genesis));
    for (stored, height) in chain.blocks.iter().zip(1..) {
        // A chain that doesn't replay is another oracle's business.
        let Ok(block) = replay.apply(&stored.bytes, stored.certificate.clone()) else { return findings };
        let outcomes = follow(&mut model, &block);
        for (receipt, outcome) in block.receipts.iter().zip(&outcomes) {
            if Ok(receipt.outcome) != *outcome {
                let what =
                    format!("{} came to {:?}, by the model to {outcome:?}", receipt.transaction, receipt.outcome);
                findings.push(Finding::new(node, height, what));
            }
        }
    }
    let differences = facts(replay.state().view()).differences(&model.facts());
    findings.extend(differences.into_iter().map(|what| Finding::on(node, format!("differs from the model: {what}"))));
    findings
}
