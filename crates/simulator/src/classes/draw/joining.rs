//! Blocks that are given up, and nodes that need them, or whose data are lost: they take the state of a later block
//! from the others.

use super::{Draw, FIRST_MS};
use super::{delay, duplication, lost_gossip, one_way, reordering};
use crate::schedule::{Fault, FaultKind, IndexLeft, Malice};

/// The time between two snapshots where somebody joins: two of them go by before the blocks after one are given up, and
/// a node has to come to the network, to fetch one and to start by then.
const SNAPSHOT_MS: u64 = 4_000;
/// The same where nobody joins.
const SHORT_MS: u64 = 1_000;
/// The time by which there are snapshots.
const HAVE_SNAPSHOTS_MS: u64 = 6_000;
/// The time that a join has, and most of what it takes beyond that.
const JOIN_MS: u64 = 12_000;
const MORE_MS: u64 = 4_000;
/// The time for which somebody lies after a node that was away has come back: longer than that node waits.
const LIE_MS: u64 = 40_000;
/// Most changes of a disk before a power cut of one that joins: a join makes some fifty.
const JOIN_CUT_MAX: u64 = 90;
/// Most changes of a disk before a power cut of one that runs, and of one that starts.
const RUN_CUT_MAX: u64 = 200;
const START_CUT_MAX: u64 = 60;
/// Power cuts, one at each start.
const CUTS: std::ops::RangeInclusive<u64> = 3..=8;
/// The time that a node is away until the others have given up the block that it needs.
const AWAY_MS: std::ops::RangeInclusive<u64> = 16_000..=20_000;

impl Draw {
    /// Snapshots are cut, and these nodes give up blocks.
    fn prune(&mut self, interval_ms: u64, nodes: impl IntoIterator<Item = usize>) {
        self.snapshot_ms = Some(interval_ms);
        self.pruning = nodes.into_iter().collect();
    }

    /// Some nodes give up blocks, or all.
    fn prune_some(&mut self, interval_ms: u64) {
        let count = self.random.index(self.validators + 1);
        let some = self.random.some_of(self.validators, count);
        self.prune(interval_ms, some);
    }

    fn join(&mut self, node: usize, cuts: Vec<u32>) -> Fault {
        let start_ms = self.random.between(HAVE_SNAPSHOTS_MS..=self.active_ms.max(HAVE_SNAPSHOTS_MS + 1) - 1);
        let end_ms = start_ms + JOIN_MS + self.random.below(MORE_MS);
        Fault { start_ms, end_ms, kind: FaultKind::Join { node, cuts } }
    }

    fn cuts(&mut self, first_max: u64, later_max: u64) -> Vec<u32> {
        let count = self.random.between(CUTS);
        (0..count).map(|cut| self.random.below(if cut == 0 { first_max } else { later_max }) as u32).collect()
    }
}

pub(in crate::classes) fn join(draw: &mut Draw) -> Vec<Fault> {
    draw.prune_some(SNAPSHOT_MS);
    let node = draw.node();
    let usual = [delay, duplication, reordering, one_way, lost_gossip];
    let other = usual[draw.random.index(usual.len())];
    [vec![draw.join(node, Vec::new())], other(draw)].concat()
}

/// Two of seven give false snapshots.
pub(in crate::classes) fn join_liars(draw: &mut Draw) -> Vec<Fault> {
    draw.prune_some(SNAPSHOT_MS);
    let three = draw.random.some_of(draw.validators, 3);
    let at = draw.random.index(3);
    let join = draw.join(three[at], Vec::new());
    let liars = three.into_iter().enumerate().filter(|(number, _)| *number != at);
    let lie = |(_, node)| {
        let kind = FaultKind::Byzantine { node, malice: Malice::GivesFalseSnapshots };
        Fault { start_ms: FIRST_MS, end_ms: join.end_ms, kind }
    };
    liars.map(lie).chain([join.clone()]).collect()
}

pub(in crate::classes) fn join_crash_loop(draw: &mut Draw) -> Vec<Fault> {
    draw.prune_some(SNAPSHOT_MS);
    let node = draw.node();
    let cuts = draw.cuts(JOIN_CUT_MAX, JOIN_CUT_MAX);
    vec![draw.join(node, cuts)]
}

/// One of seven is away for too long, and in half of the runs another one lies about where its blocks begin.
pub(in crate::classes) fn far_behind(draw: &mut Draw) -> Vec<Fault> {
    draw.prune(SNAPSHOT_MS, 0..draw.validators);
    let two = draw.random.some_of(draw.validators, 2);
    let (behind, liar) = if draw.random.coin() { (two[0], two[1]) } else { (two[1], two[0]) };
    let end_ms = FIRST_MS + draw.random.between(AWAY_MS);
    let kind = if draw.random.coin() { draw.crash(vec![behind]) } else { FaultKind::Partition { group: vec![behind] } };
    let mut faults = vec![Fault { start_ms: FIRST_MS, end_ms, kind }];
    if draw.random.coin() {
        let kind = FaultKind::Byzantine { node: liar, malice: Malice::ClaimsFalseBeginning };
        faults.push(Fault { start_ms: FIRST_MS, end_ms: end_ms + LIE_MS, kind });
    }
    faults
}

/// Snapshots are cut and blocks given up all the time, and the power goes in the middle of that, and of the start after
/// it.
pub(in crate::classes) fn prune_crash(draw: &mut Draw) -> Vec<Fault> {
    draw.prune(SHORT_MS, 0..draw.validators);
    draw.one_by_one(3, |draw| {
        let cuts = draw.cuts(RUN_CUT_MAX, START_CUT_MAX);
        FaultKind::PowerCuts { node: draw.node(), cuts, index: draw.index_left() }
    })
}

/// The index is lost when there are no first blocks to make it of again; and in the end the base, too.
pub(in crate::classes) fn index_lost_pruned(draw: &mut Draw) -> Vec<Fault> {
    draw.prune(SNAPSHOT_MS, 0..draw.validators);
    let node = draw.node();
    let crash = |start_ms: u64, kind: FaultKind| Fault { start_ms, end_ms: start_ms + 500, kind };
    let first_ms = 3 * SNAPSHOT_MS + draw.random.below(SNAPSHOT_MS);
    let lost = FaultKind::Crash { nodes: vec![draw.node()], index: IndexLeft::Nothing };
    let rotten = FaultKind::Crash { nodes: vec![draw.node()], index: IndexLeft::Rotten };
    let base_ms = first_ms + 6_000 + draw.random.below(SNAPSHOT_MS);
    vec![crash(first_ms, lost), crash(first_ms + 3_000, rotten), crash(base_ms, FaultKind::BaseRot { node })]
}
