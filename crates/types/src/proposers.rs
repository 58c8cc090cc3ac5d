//! The turns of validators as proposers, by voting power (protocol, Blocks and finality).
//!
//! A validator's turns are spread evenly over a cycle of slots. The cycle isn't kept: where the turns of one lie among
//! those of the others can be counted.

/// Slots of a cycle per validator of the set.
const SLOTS_PER_VALIDATOR: u64 = 256;

/// A cycle of slots, each of which is a validator's turn.
pub(crate) struct Cycle {
    /// The number of slots of each validator, in the set's order.
    slots: Vec<u64>,
}

impl Cycle {
    /// The cycle of validators with these powers, in the set's order. "A cycle has 256 · *n* slots: each validator has
    /// one, and the others are shared out by power, what is left over one each by the largest remainder."
    /// (protocol, Blocks and finality)
    pub(crate) fn new(powers: &[u64]) -> Self {
        let count = powers.len() as u64;
        let total: u128 = powers.iter().copied().map(u128::from).sum();
        let to_share = count * (SLOTS_PER_VALIDATOR - 1);
        let quota = |power: &u64| u128::from(*power) * u128::from(to_share);
        let whole = |power| u64::try_from(quota(power) / total).expect("no more than are shared out");
        let mut slots: Vec<u64> = powers.iter().map(|power| 1 + whole(power)).collect();
        let left = count * SLOTS_PER_VALIDATOR - slots.iter().sum::<u64>();
        let mut by_remainder: Vec<usize> = (0..powers.len()).collect();
        // Stable, so that equal remainders keep the set's order.
        by_remainder.sort_by_key(|index| std::cmp::Reverse(quota(&powers[*index]) % total));
        for index in by_remainder.into_iter().take(usize::try_from(left).expect("fewer than validators")) {
            slots[index] += 1;
        }
        Self { slots }
    }

    /// The place in the set of whoever proposes in a round of a height. "In round *r* of a height, the (*r* mod
    /// *n*)-th distinct validator from the slot (height mod 256 · *n*) on proposes, counted from 0."
    /// (protocol, Blocks and finality)
    pub(crate) fn proposer(&self, height: u64, round: u32) -> usize {
        let count = self.slots.len();
        let from = height % (count as u64 * SLOTS_PER_VALIDATOR);
        let mut next: Vec<(u64, usize)> = (0..count).map(|index| (self.next_turn(index, from), index)).collect();
        next.sort_unstable();
        next[round as usize % count].1
    }

    /// The first slot of a validator from `from` on; those of the next cycle come after all of this one.
    fn next_turn(&self, index: usize, from: u64) -> u64 {
        let (mut low, mut high) = (0, self.slots[index]);
        while low < high {
            let middle = (low + high) / 2;
            if self.slot_of(index, middle) < from {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if low < self.slots[index] {
            self.slot_of(index, low)
        } else {
            self.slots.len() as u64 * SLOTS_PER_VALIDATOR + self.slot_of(index, 0)
        }
    }

    /// The slot of a validator's turn: the number of turns before it. "Turn *j* of the *k* of the *i*-th validator of
    /// the canonical order, both from 0, stands at (*j* + (*i* + ½) / *n*) / *k* of the cycle; of those at one place
    /// the earlier validator's comes first." (protocol, Blocks and finality)
    fn slot_of(&self, index: usize, turn: u64) -> u64 {
        let (place, own) = (self.place(index, turn), self.slots[index]);
        let before = |(other, slots): (usize, &u64)| {
            // The turns of the other at (place / slots) below this one's (place / own), or at it.
            let at_it = place * slots / own;
            let last = if other < index { at_it + 1 } else { (place * slots).div_ceil(own) };
            last.saturating_sub(self.place(other, 0)).div_ceil(2 * self.slots.len() as u64)
        };
        self.slots.iter().enumerate().map(before).sum()
    }

    /// The place of a turn, times the validator's slots, in parts of which a turn has 2 *n*.
    fn place(&self, index: usize, turn: u64) -> u64 {
        2 * (self.slots.len() as u64 * turn + index as u64) + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole cycle, made by sorting.
    fn sorted(cycle: &Cycle) -> Vec<usize> {
        let turns = |(index, slots): (usize, &u64)| {
            let slots = *slots;
            (0..slots).map(move |turn| (turn, slots, index))
        };
        let mut all: Vec<(u64, u64, usize)> = cycle.slots.iter().enumerate().flat_map(turns).collect();
        let place = |turn: &(u64, u64, usize)| 2 * (cycle.slots.len() as u64 * turn.0 + turn.2 as u64) + 1;
        all.sort_by(|a, b| (place(a) * b.1).cmp(&(place(b) * a.1)).then(a.2.cmp(&b.2)));
        all.into_iter().map(|(_, _, index)| index).collect()
    }

    const SETS: [&[u64]; 8] = [
        &[1],
        &[1, 1],
        &[1, 1, 1, 1],
        &[2, 1, 1],
        &[5, 3, 3, 2, 1],
        &[1 << 40, 5, 3, 3],
        &[1 << 40, 1 << 40, 1, 1, 1, 1, 1],
        &[97, 89, 83, 79, 73, 71, 67, 61, 59, 53, 47, 43, 41, 37, 31, 29, 23, 19, 17, 13, 11, 7, 5, 3, 2],
    ];

    #[test]
    fn turns_are_as_many_as_the_power_is_worth_and_every_validator_has_one() {
        for powers in SETS {
            let (slots, count) = (Cycle::new(powers).slots, powers.len() as u64);
            assert_eq!(slots.iter().sum::<u64>(), 256 * count, "{powers:?}");
            let total: u64 = powers.iter().sum();
            for (power, slots) in powers.iter().zip(slots) {
                let share = (u128::from(255 * count) * u128::from(*power) / u128::from(total)) as u64;
                assert!(slots == 1 + share || slots == 2 + share, "{powers:?}: {power} has {slots}");
            }
        }
    }

    #[test]
    fn the_counted_turns_are_those_of_the_sorted_cycle() {
        for powers in SETS {
            let cycle = Cycle::new(powers);
            let all = sorted(&cycle);
            for height in 0..all.len() {
                assert_eq!(cycle.proposer(height as u64, 0), all[height], "{powers:?} at {height}");
                assert_eq!(cycle.proposer((height + all.len()) as u64, 0), all[height], "{powers:?} at {height}");
            }
            for height in (0..all.len()).step_by(41) {
                let mut distinct: Vec<usize> = Vec::new();
                for index in all[height..].iter().chain(&all) {
                    if !distinct.contains(index) {
                        distinct.push(*index);
                    }
                }
                let rounds = 0..powers.len() as u32;
                let proposers: Vec<usize> = rounds.map(|round| cycle.proposer(height as u64, round)).collect();
                assert_eq!(proposers, distinct, "{powers:?} at {height}");
                assert_eq!(cycle.proposer(height as u64, powers.len() as u32), distinct[0]);
            }
        }
    }

    #[test]
    fn validators_of_equal_power_take_turns_in_their_order() {
        let cycle = Cycle::new(&[7; 5]);
        for height in (0..3_000_u64).step_by(7) {
            for round in 0..7 {
                assert_eq!(cycle.proposer(height, round), ((height + u64::from(round)) % 5) as usize);
            }
        }
    }

    #[test]
    fn the_turns_of_the_weak_are_not_in_a_row() {
        let cycle = Cycle::new(&[100, 100, 1, 1, 1]);
        let all = sorted(&cycle);
        let is_weak = |index: &usize| *index >= 2;
        let twice = all.windows(2).filter(|pair| pair.iter().all(is_weak)).count();
        let turns = all.iter().filter(|index| is_weak(index)).count();
        assert_eq!((turns, twice), (22, 0));
    }

    #[test]
    fn the_largest_set_and_the_last_height_have_a_proposer() {
        let powers: Vec<u64> = (0..64).map(|index| (1 << 40) >> (index / 2)).collect();
        let cycle = Cycle::new(&powers);
        assert!(cycle.proposer(u64::MAX, u32::MAX) < 64);
    }
}
