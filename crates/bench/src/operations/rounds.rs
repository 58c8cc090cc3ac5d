//! All kinds of block in turns, again and again: what slows the machine down for a while slows all of them.

use lojal_ledger::State;
use lojal_types::VerifiedTransaction;
use serde::Serialize;

use super::Extent;
use super::blocks::{Blocks, Kind};
use super::economy::Economy;
use super::states::States;
use super::timing::{execute, written};
use crate::error::BenchError;

/// The places of the two states that are compared among all cases.
const WITHOUT: usize = 0;
const WITH: usize = 1 + Kind::ALL.len() / 2;
/// The rounds in which every case comes at every place as often as any other.
pub const FAIR_ROUNDS: usize = 2 * (Kind::ALL.len() + 2);

/// The times of a kind of operation: medians over the rounds, each of one operation's share of its block.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Timed {
    /// The kind.
    pub kind: Kind,
    /// The rules alone, in microseconds: from admission to the receipt.
    pub rules_us: f64,
    /// The whole execution of the block, with its tree.
    pub block_us: f64,
    /// Entries of the state that it leaves changed; what a block changes once, for all, counts once.
    pub written: f64,
}

/// The times of the same transfers on two states.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Beside {
    /// The one in which nobody has a record of a programme.
    pub without: Timed,
    /// The one in which everybody has one of every brand.
    pub with: Timed,
}

/// A block that takes part in every round, and its times so far.
struct Case<'a> {
    kind: Kind,
    state: &'a State,
    /// The place of its transactions among those of the round.
    transactions: usize,
    rules_us: Vec<f64>,
    block_us: Vec<f64>,
    written: f64,
}

/// Measures all kinds on the state that has everything, and transfers on the others.
pub fn run(economy: &Economy, states: &States, extent: Extent) -> Result<(Vec<Timed>, Beside), BenchError> {
    let blocks = Blocks::new(economy, states, extent.block);
    let mut cases = cases(states);
    for round in 0..extent.rounds {
        // The transfers of the two states that are compared are the same ones, and those of the kinds are others.
        let drawn: Vec<Vec<VerifiedTransaction>> = (0..)
            .zip(Kind::ALL.into_iter().chain([Kind::Transfer]))
            .map(|(place, kind)| blocks.draw(kind, round * (Kind::ALL.len() + 1) + place))
            .collect();
        for place in order(round, cases.len()) {
            let case = &mut cases[place];
            case.measure(&drawn[case.transactions], states, round == 0)?;
        }
    }
    let (with, without) = (cases.remove(WITH), cases.remove(WITHOUT));
    Ok((cases.iter().map(Case::timed).collect(), Beside { without: without.timed(), with: with.timed() }))
}

/// The kinds, and far from each other the two states that are compared: neither of them finds the transactions of the
/// other in the processor's caches.
fn cases(states: &States) -> Vec<Case<'_>> {
    let case = |kind, state, transactions| Case {
        kind,
        state,
        transactions,
        rules_us: Vec::new(),
        block_us: Vec::new(),
        written: 0.0,
    };
    let compared = |state| case(Kind::Transfer, state, Kind::ALL.len());
    let mut cases: Vec<Case<'_>> =
        (0..).zip(Kind::ALL).map(|(place, kind)| case(kind, &states.market, place)).collect();
    cases.insert(WITHOUT, compared(&states.points));
    cases.insert(WITH, compared(&states.programme));
    cases
}

/// The order of a round: each place comes first once forwards and once backwards, and so on for all places, so that
/// none always comes after the same one.
fn order(round: usize, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.rotate_left(round / 2 % count);
    if !round.is_multiple_of(2) {
        order.reverse();
    }
    order
}

impl Case<'_> {
    fn measure(
        &mut self,
        transactions: &[VerifiedTransaction],
        states: &States,
        is_first: bool,
    ) -> Result<(), BenchError> {
        let executed = execute(self.state, states.time, self.kind.name(), transactions)?;
        let each_us = |all: std::time::Duration| all.as_secs_f64() * 1e6 / transactions.len() as f64;
        self.rules_us.push(each_us(executed.rules));
        self.block_us.push(each_us(executed.block));
        if is_first {
            let written = written(self.state, executed.execution, states.time)?;
            self.written = written as f64 / transactions.len() as f64;
        }
        Ok(())
    }
    fn timed(&self) -> Timed {
        let (rules_us, block_us) = (median(&self.rules_us), median(&self.block_us));
        Timed { kind: self.kind, rules_us, block_us, written: self.written }
    }
}

/// The middle one of some times, or between the two in the middle.
fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    f64::midpoint(times[(times.len() - 1) / 2], times[times.len() / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_one_whatever_the_order() {
        assert_eq!(median(&[9.0, 1.0, 5.0]), 5.0);
        assert_eq!(median(&[2.0]), 2.0);
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
    }

    #[test]
    fn every_case_comes_once_in_a_round_and_at_every_place_as_often_as_any_other() {
        let count = FAIR_ROUNDS / 2;
        let mut seen = vec![vec![0; count]; count];
        for round in 0..FAIR_ROUNDS {
            let order = order(round, count);
            order.iter().enumerate().for_each(|(place, case)| seen[*case][place] += 1);
            let distance = |one: usize| order.iter().position(|case| *case == one).expect("it is there");
            assert!(distance(WITH).abs_diff(distance(WITHOUT)) > 2, "{order:?}");
        }
        assert!(seen.iter().flatten().all(|times| *times == 2), "{seen:?}");
    }
}
