//! Changes of the validators, and what goes wrong around them.

use std::collections::BTreeSet;

use super::{Draw, FIRST_MS};
use super::{clock_slow, crash_one, delay, duplication, lost_gossip, one_way, partition, reordering, restart};
use crate::change::{Change, Step};
use crate::schedule::{ChangeMoment, Fault, FaultKind, Malice};

/// The time from the start to the first change.
const FIRST_CHANGE_MS: u64 = 1_500;
/// The time that the last change has.
const LAST_CHANGE_MS: u64 = 5_000;
/// The fewest validators that are left.
const VALIDATORS_MIN: usize = 3;
/// The node that always stays: whoever was away knows it.
const ANCHOR: usize = 0;

impl Draw {
    /// Motions at random, each of which fits if those before it have happened.
    fn change(&mut self, count: u64) {
        let mut seated: BTreeSet<usize> = (0..self.seats).collect();
        let last_ms = self.active_ms.saturating_sub(LAST_CHANGE_MS).max(FIRST_CHANGE_MS);
        let slot_ms = (last_ms - FIRST_CHANGE_MS) / count;
        for number in 0..count {
            let at_ms = FIRST_CHANGE_MS + number * slot_ms + self.random.below(slot_ms.max(1));
            let wanted = if self.random.permille(300) { self.random.between(2..=4) } else { 1 };
            let (mut steps, mut touched) = (Vec::new(), BTreeSet::new());
            for _ in 0..wanted {
                steps.extend(self.step(&mut seated, &mut touched));
            }
            if !steps.is_empty() {
                self.changes.push(Change { at_ms, steps });
            }
        }
    }

    /// A step about nodes that no other step of its motion touches; none if what was drawn doesn't fit.
    fn step(&mut self, seated: &mut BTreeSet<usize>, touched: &mut BTreeSet<usize>) -> Option<Step> {
        let free = |node: &usize| !touched.contains(node);
        let outside: Vec<usize> = (0..self.validators).filter(|node| !seated.contains(node)).filter(free).collect();
        let inside: Vec<usize> = seated.iter().copied().filter(free).collect();
        let may_go: Vec<usize> = inside.iter().copied().filter(|node| *node != ANCHOR).collect();
        let step = match self.random.below(10) {
            0..4 => Step::Add { node: self.random.pick(&outside)?, power: self.random.between(1..=3) },
            4..6 if seated.len() > VALIDATORS_MIN => Step::Remove { node: self.random.pick(&may_go)? },
            6..8 => Step::Hand { from: self.random.pick(&may_go)?, to: self.random.pick(&outside)? },
            _ => Step::SetPower { node: self.random.pick(&inside)?, power: self.random.between(1..=3) },
        };
        touched.extend(step.named());
        match &step {
            Step::Add { node, .. } => drop(seated.insert(*node)),
            Step::Remove { node } => drop(seated.remove(node)),
            Step::Hand { from, to } => {
                seated.remove(from);
                seated.insert(*to);
            }
            Step::SetPower { .. } | Step::Upgrade { .. } | Step::Follow { .. } => {}
        }
        Some(step)
    }
}

/// Many changes, and two of the usual faults.
pub(in crate::classes) fn set_changes(draw: &mut Draw) -> Vec<Fault> {
    let count = draw.random.between(5..=8);
    draw.change(count);
    let usual = [delay, duplication, reordering, one_way, partition, lost_gossip, crash_one, restart, clock_slow];
    let two = draw.random.some_of(usual.len(), 2);
    two.into_iter().flat_map(|at| usual[at](draw)).collect()
}

/// Some or all nodes lose their power around each change.
pub(in crate::classes) fn set_change_crash(draw: &mut Draw) -> Vec<Fault> {
    let count = draw.random.between(3..=5);
    draw.change(count);
    let times: Vec<u64> = draw.changes.iter().map(|change| change.at_ms).collect();
    let crash = |start_ms: u64| {
        let count = 1 + draw.random.index(draw.validators);
        let nodes = draw.random.some_of(draw.validators, count);
        let moment = [ChangeMoment::Asked, ChangeMoment::Decided, ChangeMoment::Next][draw.random.index(3)];
        let (delay_ms, down_ms) = (draw.random.between(0..=80), draw.random.between(200..=2_500));
        let kind = FaultKind::ChangeCrash { nodes, moment, delay_ms, down_ms, index: draw.index_left() };
        Fault { start_ms, end_ms: start_ms + 9_000, kind }
    };
    times.into_iter().map(crash).collect()
}

/// All validators but one, which is away meanwhile, are replaced by other nodes, at once or two by two.
pub(in crate::classes) fn set_replaced(draw: &mut Draw) -> Vec<Fault> {
    let behind = draw.random.index(draw.seats);
    let (_, first_ms) = draw.replace_all_but(behind);
    let end_ms = draw.active_ms.max(first_ms) + draw.random.below(4_000);
    let kind = if draw.random.coin() { draw.crash(vec![behind]) } else { FaultKind::Partition { group: vec![behind] } };
    vec![Fault { start_ms: FIRST_MS, end_ms, kind }]
}

/// The same, and those that were replaced are gone when the one that was away comes back: it knows nobody who is there.
pub(in crate::classes) fn stale_members(draw: &mut Draw) -> Vec<Fault> {
    let behind = draw.random.index(draw.seats);
    let (old, first_ms) = draw.replace_all_but(behind);
    let gone_ms = draw.active_ms.max(first_ms + 8_000);
    let back_ms = gone_ms + draw.random.between(200..=3_000);
    let end_ms = back_ms + 12_000 + draw.random.below(4_000);
    let (away, gone) = (draw.crash(vec![behind]), draw.crash(old));
    vec![Fault { start_ms: FIRST_MS, end_ms: back_ms, kind: away }, Fault { start_ms: gone_ms, end_ms, kind: gone }]
}

impl Draw {
    /// Has all validators but one replaced by other nodes, at once or two by two; returns those that are, and when the
    /// first motion comes.
    fn replace_all_but(&mut self, behind: usize) -> (Vec<usize>, u64) {
        let old: Vec<usize> = (0..self.seats).filter(|node| *node != behind).collect();
        let new: Vec<usize> = (self.seats..self.validators).collect();
        let joins = || new.iter().map(|node| Step::Add { node: *node, power: 1 });
        let goes = || old.iter().map(|node| Step::Remove { node: *node });
        let hand = |(from, to): (&usize, &usize)| Step::Hand { from: *from, to: *to };
        let motions: Vec<Vec<Step>> = match self.random.below(3) {
            0 => vec![joins().chain(goes()).collect()],
            1 => vec![old.iter().zip(&new).map(hand).collect()],
            _ => {
                let rest = joins().skip(2).chain(goes().skip(2)).collect();
                vec![old.iter().zip(&new).take(2).map(hand).collect(), rest]
            }
        };
        let first_ms = FIRST_MS + self.random.between(200..=1_000);
        for (steps, number) in motions.into_iter().zip(0..) {
            self.changes.push(Change { at_ms: first_ms + number * 3_000, steps });
        }
        (old, first_ms)
    }
}

/// A validator that lies is removed, and another one passes on what it says from then on.
pub(in crate::classes) fn removed_liar(draw: &mut Draw) -> Vec<Fault> {
    const WAYS: [Malice; 6] = [
        Malice::Lingers,
        Malice::Lingers,
        Malice::Lingers,
        Malice::VotesTwice,
        Malice::SendsGarbage,
        Malice::FloodsTransactions,
    ];
    let two = draw.random.some_of(draw.seats - 1, 2);
    let (removed, accomplice) = (two[0] + 1, two[1] + 1);
    let removal_ms = FIRST_MS + draw.random.between(500..=2_500);
    draw.changes.push(Change { at_ms: removal_ms, steps: vec![Step::Remove { node: removed }] });
    let (other_ms, power) = (FIRST_MS + draw.random.below(4_000), draw.random.between(1..=2));
    draw.changes.push(Change { at_ms: other_ms, steps: vec![Step::Add { node: draw.seats, power }] });
    let malice = WAYS[draw.random.index(WAYS.len())];
    let lie = |node, malice| Fault {
        start_ms: FIRST_MS,
        end_ms: draw.active_ms,
        kind: FaultKind::Byzantine { node, malice },
    };
    vec![lie(removed, malice), lie(accomplice, Malice::Lingers)]
}

/// Two nodes follow, and one of them asks for too much, and says what it may not, for as long as it does.
pub(in crate::classes) fn follower_liar(draw: &mut Draw) -> Vec<Fault> {
    let (honest, liar) = (draw.seats, draw.seats + 1);
    let steps = vec![Step::Follow { node: honest }, Step::Follow { node: liar }];
    draw.changes.push(Change { at_ms: FIRST_CHANGE_MS, steps });
    let kind = FaultKind::Byzantine { node: liar, malice: Malice::FollowsTooMuch };
    let lie = Fault { start_ms: FIRST_MS + draw.random.below(3_000), end_ms: draw.active_ms, kind };
    let usual = [delay, duplication, reordering, crash_one, restart];
    let other = usual[draw.random.index(usual.len())];
    [vec![lie], other(draw)].concat()
}
