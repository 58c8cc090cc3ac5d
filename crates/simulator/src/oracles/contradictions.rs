//! Contradictions: no honest validator ever signs two different votes of one kind, or two proposals, for one round,
//! not even when it crashes in between.

use std::collections::BTreeMap;

use super::Finding;
use crate::history::{History, Signed, Statement};

/// The turn in which one thing only may be said.
type Turn = (usize, u8, u64, i64);

fn turn(statement: &Statement) -> Turn {
    match &statement.content {
        Signed::Vote(vote) => {
            let kind = vote.kind as u8;
            (statement.node, kind, vote.height.0.get(), vote.round.as_i64())
        }
        Signed::Proposal(proposal) => (statement.node, u8::MAX, proposal.height.0.get(), proposal.round.as_i64()),
    }
}

pub(super) fn check(history: &History) -> Vec<Finding> {
    let mut said: BTreeMap<Turn, &Statement> = BTreeMap::new();
    let mut findings = Vec::new();
    let remembers = |one: &&Statement| !history.byzantine.contains(&one.node) && !history.forgetful.contains(&one.node);
    for statement in history.statements.iter().filter(remembers) {
        let turn = turn(statement);
        let first = said.entry(turn).or_insert(statement);
        if first.content != statement.content {
            let what = format!(
                "at {} ms it signed {:?}, at {} ms {:?}",
                first.at_ms, first.content, statement.at_ms, statement.content
            );
            findings.push(Finding::new(statement.node, turn.2, what));
        }
    }
    findings
}
