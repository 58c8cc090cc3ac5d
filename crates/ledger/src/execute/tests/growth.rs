//! Random histories of 26 months by the same crowd at the same load: the state grows until the longest-lived points
//! have expired once, and no more after that.

mod crowd;

use std::collections::BTreeSet;

use lojal_types::Outcome;

use self::crowd::Crowd;
use crate::fixture::{HOUR_MS, MINUTE_MS};
use crate::key::{CapturedKey, HeldKey, IssuedKey, RedeemedKey, ReversedKey, SettledKey, StateKey};
use crate::state::View;

const MONTHS: usize = 26;
/// The grocer's points live 12 months after the one in which they are issued: after as many and one more, each month
/// takes as much away as it brings.
const FULL: usize = 14;
const TRANSACTIONS: usize = 3;

/// The kinds of references, which have no end.
const REFERENCES: [u8; 6] =
    [IssuedKey::KIND, RedeemedKey::KIND, ReversedKey::KIND, HeldKey::KIND, CapturedKey::KIND, SettledKey::KIND];

/// The entries of a state and their bytes, references left out.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    entries: usize,
    bytes: usize,
}

fn size(view: &View) -> Size {
    let counted = view.tree().iter().filter(|(key, _)| !REFERENCES.contains(&key[0]));
    counted.fold(Size::default(), |size, (key, value)| Size {
        entries: size.entries + 1,
        bytes: size.bytes + key.len() + value.len(),
    })
}

/// The sizes at the ends of months, and what happened.
#[derive(Default)]
struct History {
    sizes: Vec<Size>,
    applied: usize,
    failed: usize,
    kinds: BTreeSet<&'static str>,
    /// The number of households dissolved by the ends of months.
    dissolved: Vec<usize>,
}

fn history(seed: u64) -> History {
    let (mut crowd, mut history, mut dissolved) = (Crowd::new(seed), History::default(), 0);
    while history.sizes.len() < MONTHS {
        let before = crowd.ledger.now();
        // Eight hours from one block to the next.
        let time = before.plus_ms(8 * HOUR_MS + crowd.random.within(0..MINUTE_MS));
        if before.month() != time.month() {
            history.sizes.push(size(crowd.ledger.view()));
            history.dissolved.push(dissolved);
        }
        let transactions: Vec<_> = (0..TRANSACTIONS).map(|_| crowd.next(time)).collect();
        let households = crowd.households();
        for (transaction, answer) in transactions.iter().zip(crowd.ledger.block(time, &transactions)) {
            if answer == Ok(Outcome::Applied) {
                history.applied += 1;
                history.kinds.extend(transaction.transaction().operations.iter().map(|one| one.name()));
            } else {
                history.failed += 1;
            }
        }
        let left = crowd.households();
        dissolved += households.iter().filter(|one| !left.contains(one)).count();
    }
    history
}

/// The means over some months.
fn mean(sizes: &[Size]) -> Size {
    let sum = |of: fn(&Size) -> usize| sizes.iter().map(of).sum::<usize>() / sizes.len();
    Size { entries: sum(|size| size.entries), bytes: sum(|size| size.bytes) }
}

#[test]
fn the_state_of_a_crowd_stops_growing_after_its_longest_lived_points_have_expired() {
    for seed in 0..2 {
        let History { sizes, applied, failed, kinds, dissolved } = history(seed);
        assert!(kinds.len() >= 26 && applied > failed, "seed {seed}: {applied} of {kinds:?}, {failed} failed");
        let half = FULL + (MONTHS - FULL) / 2;
        let (first, second) = (mean(&sizes[FULL..half]), mean(&sizes[half..]));
        // Means over half a year go up and down by less than a tenth: holds, invitations and members come and go.
        // One entry that stayed behind for each household that was dissolved would be more than that.
        let slack = |of: usize| of / 10;
        let between = (dissolved[MONTHS - 1] - dissolved[FULL]) / 2;
        assert!(between > slack(first.entries), "seed {seed}: {between} households dissolved in half a year");
        assert!(second.entries <= first.entries + slack(first.entries), "seed {seed}: {first:?}, then {second:?}");
        assert!(second.bytes <= first.bytes + slack(first.bytes), "seed {seed}: {first:?}, then {second:?}");
    }
}
