//! Validators that come back without a part of what they knew, or without their signers.

use super::{AWAY_MS, Draw, FIRST_MS};
use crate::schedule::{Fault, FaultKind, Malice};

/// The one that keeps its disk is stopped soon after the others, and comes back some time before or after them.
pub(in crate::classes) fn all_but_one_wiped(draw: &mut Draw) -> Vec<Fault> {
    let whole = draw.node();
    let nodes = (0..draw.validators).filter(|node| *node != whole).collect();
    let index = draw.index_left();
    let wipe = draw.fault(1_000..=4_000, FaultKind::Wipe { nodes });
    let end_ms = wipe.start_ms + draw.random.between(500..=6_000);
    let stop = Fault { start_ms: wipe.start_ms + 400, end_ms, kind: FaultKind::Crash { nodes: vec![whole], index } };
    vec![wipe, stop]
}

pub(in crate::classes) fn all_but_one_restored(draw: &mut Draw) -> Vec<Fault> {
    let whole = draw.node();
    let nodes = (0..draw.validators).filter(|node| *node != whole).collect();
    vec![draw.fault(4_000..=12_000, FaultKind::Restore { nodes })]
}

pub(in crate::classes) fn restored(draw: &mut Draw) -> Vec<Fault> {
    let restores = draw.one_by_one(4, |draw| FaultKind::Restore { nodes: vec![draw.node()] });
    // Not the last one, whose validator might not have caught up in the end.
    restores.into_iter().take(3).collect()
}

pub(in crate::classes) fn signer_away(draw: &mut Draw) -> Vec<Fault> {
    let two = draw.random.some_of(draw.validators, 2);
    let away = draw.one_by_one(5, |draw| FaultKind::SignerAway { node: two[draw.random.index(2)] });
    let crashes = draw.one_by_one(3, |draw| {
        let node = two[draw.random.index(2)];
        draw.crash(vec![node])
    });
    [away, crashes].concat()
}

/// The signers come back some time before or after their validators.
pub(in crate::classes) fn signer_crash_all(draw: &mut Draw) -> Vec<Fault> {
    let crashes = draw.one_by_one(3, |draw| draw.crash((0..draw.validators).collect()));
    let with_signers = |crash: &Fault| {
        let (start_ms, validators) = (crash.start_ms, draw.validators);
        let mut away = Vec::new();
        for node in 0..validators {
            let end_ms = start_ms + draw.random.between(100..=crash.end_ms - start_ms + 800);
            away.push(Fault { start_ms, end_ms, kind: FaultKind::SignerAway { node } });
        }
        away
    };
    let away: Vec<Fault> = crashes.iter().flat_map(with_signers).collect();
    [crashes, away].concat()
}

/// All is over some time before the end, so that those that were restored have caught up by then.
pub(in crate::classes) fn restored_together(draw: &mut Draw) -> Vec<Fault> {
    let nodes = draw.random.some_of(draw.validators, draw.validators / 2);
    let others = (0..draw.validators).filter(|node| !nodes.contains(node)).collect();
    let last_ms = (draw.active_ms * 3 / 5).max(FIRST_MS + AWAY_MS);
    let start_ms = draw.random.between(FIRST_MS..=last_ms - AWAY_MS);
    let end_ms = draw.random.between(start_ms + 1_000..=last_ms);
    let restore = Fault { start_ms, end_ms, kind: FaultKind::Restore { nodes } };
    let start_ms = end_ms + draw.random.between(10..=100);
    let (end_ms, index) = (start_ms + draw.random.between(300..=2_000), draw.index_left());
    vec![restore, Fault { start_ms, end_ms, kind: FaultKind::Crash { nodes: others, index } }]
}

pub(in crate::classes) fn wiped_and_liar(draw: &mut Draw) -> Vec<Fault> {
    let mut lie = draw.liar(Malice::ClaimsFalseHeight);
    let liars: Vec<usize> = lie.iter().flat_map(|fault| fault.kind.touches()).collect();
    let others: Vec<usize> = (0..draw.validators).filter(|node| !liars.contains(node)).collect();
    let some = draw.random.some_of(others.len(), draw.validators / 2 + 1);
    let nodes = some.into_iter().map(|at| others[at]).collect();
    lie.push(draw.fault(1_000..=4_000, FaultKind::Wipe { nodes }));
    lie
}
