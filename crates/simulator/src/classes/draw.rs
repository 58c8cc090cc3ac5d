//! The drawing of the schedules.

mod joining;
mod lost;
mod sets;
mod upgrade;

use super::Draw;
use crate::plan::VICTIM;
use crate::schedule::{Fault, FaultKind, IndexLeft, Malice};
pub(super) use joining::{far_behind, index_lost_pruned, join, join_crash_loop, join_liars, prune_crash};
pub(super) use lost::{
    all_but_one_restored, all_but_one_wiped, restored, restored_together, signer_away, signer_crash_all, wiped_and_liar,
};
pub(super) use sets::{follower_liar, removed_liar, set_change_crash, set_changes, set_replaced, stale_members};
pub(super) use upgrade::upgrade_mixed;

/// Nothing goes wrong before a network has begun to work.
const FIRST_MS: u64 = 3_000;
/// The time that somebody is away who will have much to ask for.
const AWAY_MS: u64 = 2_500;

impl Draw {
    /// A fault of a length in this range, somewhere in the active time.
    fn fault(&mut self, length_ms: std::ops::RangeInclusive<u64>, kind: FaultKind) -> Fault {
        let length_ms = self.random.between(length_ms);
        let last_ms = self.active_ms.saturating_sub(length_ms).max(FIRST_MS);
        let start_ms = self.random.between(FIRST_MS..=last_ms);
        Fault { start_ms, end_ms: start_ms + length_ms, kind }
    }

    /// Faults one after the other, so that never two of them are there at once.
    fn one_by_one(&mut self, count: u64, mut kind: impl FnMut(&mut Self) -> FaultKind) -> Vec<Fault> {
        let slot_ms = (self.active_ms.saturating_sub(FIRST_MS) / count).max(1_000);
        let slots = (0..count).map(|slot| {
            let first_ms = FIRST_MS + slot * slot_ms;
            let start_ms = first_ms + self.random.below(slot_ms / 4);
            let end_ms = start_ms + self.random.between(200..=slot_ms / 2);
            Fault { start_ms, end_ms, kind: kind(self) }
        });
        slots.collect()
    }

    fn node(&mut self) -> usize {
        self.random.index(self.validators)
    }

    /// One liar all the time.
    fn liar(&mut self, malice: Malice) -> Vec<Fault> {
        let node = self.node();
        vec![Fault { start_ms: FIRST_MS, end_ms: self.active_ms, kind: FaultKind::Byzantine { node, malice } }]
    }

    fn index_left(&mut self) -> IndexLeft {
        [IndexLeft::Whole, IndexLeft::AtCheckpoint, IndexLeft::Rotten, IndexLeft::Nothing][self.random.index(4)]
    }

    fn crash(&mut self, nodes: Vec<usize>) -> FaultKind {
        FaultKind::Crash { nodes, index: self.index_left() }
    }

    /// The number of validators without which the rest is no quorum.
    fn too_many(&self) -> usize {
        self.validators / 3 + 1
    }
}

pub(super) fn nothing(_: &mut Draw) -> Vec<Fault> {
    Vec::new()
}

pub(super) fn delay(draw: &mut Draw) -> Vec<Fault> {
    let max_ms = draw.random.between(50..=2_000);
    (0..2).map(|_| draw.fault(3_000..=9_000, FaultKind::Delay { node: None, min_ms: 0, max_ms })).collect()
}

pub(super) fn slow_link(draw: &mut Draw) -> Vec<Fault> {
    let node = Some(draw.node());
    vec![draw.fault(6_000..=14_000, FaultKind::Delay { node, min_ms: 500, max_ms: 4_000 })]
}

pub(super) fn loss(draw: &mut Draw) -> Vec<Fault> {
    let permille = draw.random.between(20..=330);
    (0..2).map(|_| draw.fault(3_000..=9_000, FaultKind::Loss { permille })).collect()
}

pub(super) fn duplication(draw: &mut Draw) -> Vec<Fault> {
    let permille = draw.random.between(100..=1_000);
    vec![draw.fault(8_000..=16_000, FaultKind::Duplication { permille })]
}

pub(super) fn reordering(draw: &mut Draw) -> Vec<Fault> {
    let (permille, max_ms) = (draw.random.between(50..=600), draw.random.between(20..=1_500));
    vec![draw.fault(8_000..=16_000, FaultKind::Reordering { permille, max_ms })]
}

fn group(draw: &mut Draw) -> FaultKind {
    let count = 1 + draw.random.index(draw.validators / 2);
    FaultKind::Partition { group: draw.random.some_of(draw.validators, count) }
}

pub(super) fn partition(draw: &mut Draw) -> Vec<Fault> {
    let kind = group(draw);
    vec![draw.fault(4_000..=15_000, kind)]
}

pub(super) fn one_way(draw: &mut Draw) -> Vec<Fault> {
    let pair = |draw: &mut Draw| {
        let pair = draw.random.some_of(draw.validators, 2);
        if draw.random.permille(500) {
            FaultKind::OneWay { from: pair[0], to: pair[1] }
        } else {
            FaultKind::OneWay { from: pair[1], to: pair[0] }
        }
    };
    (0..3)
        .map(|_| {
            let kind = pair(draw);
            draw.fault(3_000..=12_000, kind)
        })
        .collect()
}

pub(super) fn flapping(draw: &mut Draw) -> Vec<Fault> {
    draw.one_by_one(8, group)
}

pub(super) fn restart(draw: &mut Draw) -> Vec<Fault> {
    draw.one_by_one(5, |draw| FaultKind::Restart { node: draw.node() })
}

pub(super) fn crash_one(draw: &mut Draw) -> Vec<Fault> {
    draw.one_by_one(4, |draw| {
        let node = draw.node();
        draw.crash(vec![node])
    })
}

pub(super) fn crash_several(draw: &mut Draw) -> Vec<Fault> {
    draw.one_by_one(3, |draw| {
        let nodes = draw.random.some_of(draw.validators, 2);
        draw.crash(nodes)
    })
}

pub(super) fn crash_majority(draw: &mut Draw) -> Vec<Fault> {
    draw.one_by_one(3, |draw| {
        let count = draw.too_many() + draw.random.index(2);
        let nodes = draw.random.some_of(draw.validators, count);
        draw.crash(nodes)
    })
}

pub(super) fn crash_all(draw: &mut Draw) -> Vec<Fault> {
    draw.one_by_one(3, |draw| draw.crash((0..draw.validators).collect()))
}

pub(super) fn crash_loop(draw: &mut Draw) -> Vec<Fault> {
    let node = draw.node();
    let mut faults = draw.one_by_one(10, |draw| draw.crash(vec![node]));
    faults.iter_mut().for_each(|fault| fault.end_ms = fault.start_ms + 100);
    faults
}

pub(super) fn write_fails(draw: &mut Draw) -> Vec<Fault> {
    draw.one_by_one(3, |draw| FaultKind::WriteFails { node: draw.node(), after_bytes: draw.random.below(3_000) })
}

pub(super) fn sync_fails(draw: &mut Draw) -> Vec<Fault> {
    draw.one_by_one(3, |draw| FaultKind::SyncFails { node: draw.node() })
}

pub(super) fn disk_full(draw: &mut Draw) -> Vec<Fault> {
    let node = draw.node();
    vec![draw.fault(4_000..=12_000, FaultKind::DiskFull { node })]
}

pub(super) fn log_rot(draw: &mut Draw) -> Vec<Fault> {
    // Of one validator only: of a block that has rotted everywhere nobody has a copy.
    let node = draw.node();
    draw.one_by_one(2, |_| FaultKind::LogRot { node })
}

/// Somebody else is away meanwhile, so that it asks for what has rotted.
pub(super) fn old_rot(draw: &mut Draw) -> Vec<Fault> {
    let pair = draw.random.some_of(draw.validators, 2);
    let (rotten, away) = if draw.random.permille(500) { (pair[0], pair[1]) } else { (pair[1], pair[0]) };
    let rot = draw.one_by_one(3, |_| FaultKind::OldRot { node: rotten });
    let absence = |fault: &Fault| {
        let start_ms = fault.start_ms.saturating_sub(AWAY_MS).max(FIRST_MS);
        Fault { start_ms, end_ms: fault.end_ms, kind: FaultKind::Partition { group: vec![away] } }
    };
    let absences: Vec<Fault> = rot.iter().map(absence).collect();
    [rot, absences].concat()
}

/// A validator that has next to no pages in memory.
fn cold_node(draw: &mut Draw) -> usize {
    2 * draw.random.index(draw.validators / 2) + 1
}

pub(super) fn cold_rot(draw: &mut Draw) -> Vec<Fault> {
    let node = cold_node(draw);
    draw.one_by_one(2, |_| FaultKind::ColdRot { node })
}

pub(super) fn read_fails(draw: &mut Draw) -> Vec<Fault> {
    draw.one_by_one(4, |draw| FaultKind::ReadFails { node: cold_node(draw), after_reads: draw.random.below(50) as u32 })
}

pub(super) fn index_rot(draw: &mut Draw) -> Vec<Fault> {
    draw.one_by_one(4, |draw| FaultKind::Crash { nodes: vec![draw.node()], index: IndexLeft::Rotten })
}

pub(super) fn index_lost(draw: &mut Draw) -> Vec<Fault> {
    draw.one_by_one(3, |draw| FaultKind::Crash { nodes: vec![draw.node()], index: IndexLeft::Nothing })
}

pub(super) fn clock_slow(draw: &mut Draw) -> Vec<Fault> {
    let (node, ms) = (draw.node(), draw.random.between(500..=600_000) as i64);
    vec![draw.fault(6_000..=14_000, FaultKind::Skew { node, ms: -ms })]
}

pub(super) fn clock_fast(draw: &mut Draw) -> Vec<Fault> {
    let (node, ms) = (draw.node(), draw.random.between(500..=600_000) as i64);
    vec![draw.fault(6_000..=14_000, FaultKind::Skew { node, ms })]
}

pub(super) fn clock_jumps(draw: &mut Draw) -> Vec<Fault> {
    let (node, max_ms) = (draw.node(), draw.random.between(1_000..=60_000));
    vec![draw.fault(8_000..=15_000, FaultKind::Jumps { node, max_ms })]
}

pub(super) fn lost_gossip(draw: &mut Draw) -> Vec<Fault> {
    let permille = draw.random.between(500..=1_000);
    vec![draw.fault(8_000..=16_000, FaultKind::LostGossip { permille })]
}

pub(super) fn votes_twice(draw: &mut Draw) -> Vec<Fault> {
    draw.liar(Malice::VotesTwice)
}

pub(super) fn votes_both_ways(draw: &mut Draw) -> Vec<Fault> {
    draw.liar(Malice::VotesBothWays)
}

pub(super) fn proposes_twice(draw: &mut Draw) -> Vec<Fault> {
    draw.liar(Malice::ProposesTwice)
}

pub(super) fn engine_liar(draw: &mut Draw) -> Vec<Fault> {
    draw.liar(Malice::EngineLiar)
}

pub(super) fn withholds_parts(draw: &mut Draw) -> Vec<Fault> {
    draw.liar(Malice::WithholdsParts)
}

pub(super) fn forges_transactions(draw: &mut Draw) -> Vec<Fault> {
    draw.liar(Malice::ForgesTransactions)
}

pub(super) fn wrong_header(draw: &mut Draw) -> Vec<Fault> {
    draw.liar(Malice::WrongHeader)
}

pub(super) fn wrong_state_root(draw: &mut Draw) -> Vec<Fault> {
    draw.liar(Malice::WrongStateRoot)
}

pub(super) fn old_messages(draw: &mut Draw) -> Vec<Fault> {
    draw.liar(Malice::RepeatsOldMessages)
}

pub(super) fn garbage(draw: &mut Draw) -> Vec<Fault> {
    draw.liar(Malice::SendsGarbage)
}

/// Somebody else is down for a while, so that there is something to ask for.
pub(super) fn garbage_answers(draw: &mut Draw) -> Vec<Fault> {
    let mut faults = draw.liar(Malice::AnswersGarbage);
    let liars = faults.iter().flat_map(|fault| fault.kind.touches()).collect::<Vec<_>>();
    let others: Vec<usize> = (0..draw.validators).filter(|node| !liars.contains(node)).collect();
    faults.extend(
        draw.one_by_one(2, |draw| FaultKind::Partition { group: vec![others[draw.random.index(others.len())]] }),
    );
    faults
}

pub(super) fn oversized(draw: &mut Draw) -> Vec<Fault> {
    draw.liar(Malice::SendsTooMuch)
}

pub(super) fn flood(draw: &mut Draw) -> Vec<Fault> {
    draw.liar(Malice::FloodsTransactions)
}

pub(super) fn false_height(draw: &mut Draw) -> Vec<Fault> {
    draw.liar(Malice::ClaimsFalseHeight)
}

/// Two of seven lie, and what else may happen at the same time happens to the links and clocks of everybody.
pub(super) fn mixed(draw: &mut Draw) -> Vec<Fault> {
    const WAYS: [Malice; 12] = [
        Malice::VotesTwice,
        Malice::VotesBothWays,
        Malice::ProposesTwice,
        Malice::WithholdsParts,
        Malice::ForgesTransactions,
        Malice::WrongHeader,
        Malice::WrongStateRoot,
        Malice::RepeatsOldMessages,
        Malice::SendsGarbage,
        Malice::AnswersGarbage,
        Malice::ClaimsFalseHeight,
        Malice::IsSilent,
    ];
    let liars = draw.random.some_of(draw.validators, draw.validators / 3);
    let mut faults = Vec::new();
    for node in &liars {
        let malice = WAYS[draw.random.index(WAYS.len())];
        faults.push(Fault {
            start_ms: FIRST_MS,
            end_ms: draw.active_ms,
            kind: FaultKind::Byzantine { node: *node, malice },
        });
    }
    let honest: Vec<usize> = (0..draw.validators).filter(|node| !liars.contains(node)).collect();
    let victim = honest[draw.random.index(honest.len())];
    let index = draw.index_left();
    faults.push(draw.fault(500..=5_000, FaultKind::Crash { nodes: vec![victim], index }));
    let others = [delay, loss, duplication, reordering, one_way, flapping, clock_fast, clock_slow, lost_gossip];
    for _ in 0..2 {
        let other = others[draw.random.index(others.len())];
        faults.extend(other(draw));
    }
    faults
}

pub(super) fn beyond_f(draw: &mut Draw) -> Vec<Fault> {
    // The same two all the time: with them the other two are honest, and on different sides of a split.
    let others: Vec<usize> = (0..draw.validators).filter(|node| *node != VICTIM).collect();
    let chosen = draw.random.some_of(others.len(), 2);
    let liars: Vec<usize> = chosen.into_iter().map(|at| others[at]).collect();
    if draw.random.permille(700) {
        let lie = |node| Fault {
            start_ms: FIRST_MS,
            end_ms: draw.active_ms,
            kind: FaultKind::Byzantine { node, malice: Malice::SplitsBrains },
        };
        return liars.into_iter().map(lie).collect();
    }
    draw.one_by_one(3, |_| FaultKind::Amnesia { nodes: liars.clone() })
}
