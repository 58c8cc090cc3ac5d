//! Contradictions: nobody ever signs two different votes of one kind, or two proposals, for one round with the key of
//! an honest validator, whatever its name and power, not even when it crashes in between.

use std::collections::BTreeMap;

use lojal_types::Address;

use super::Finding;
use crate::history::{History, Signed, Statement};

/// The turn in which one thing only may be said, by whoever has a key.
type Turn = (Address, u8, u64, i64);

fn turn(statement: &Statement) -> Turn {
    match &statement.content {
        Signed::Vote(vote) => {
            let kind = vote.kind as u8;
            (vote.address.0, kind, vote.height.0.get(), vote.round.as_i64())
        }
        Signed::Proposal(one) => (one.address.0, u8::MAX, one.height.0.get(), one.round.as_i64()),
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
