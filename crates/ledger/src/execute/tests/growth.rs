//! Random histories of 26 months by the same crowd at the same load: the state grows until the longest-lived points
//! have expired once and the first shelf is dropped, and no more after that.

mod crowd;

use std::collections::BTreeMap;

use lojal_types::Outcome;

use self::crowd::Crowd;
use crate::fixture::{CAFE, HOUR_MS, MINUTE_MS, in_memory};
use crate::key::{SettledKey, StateKey};
use crate::state::View;

const MONTHS: usize = 26;
/// The grocer's points live 12 months after the one in which they are issued: after as many and one more, each month
/// takes as much away as it brings.
const FULL: usize = 14;
const TRANSACTIONS: usize = 4;
/// The operations of the programme and the market, of which vouchers and offers also lapse by themselves.
const PROGRAMME: [&str; 11] = [
    "stamp",
    "take_back",
    "set_consent",
    "set_campaign",
    "grant",
    "claim",
    "use_voucher",
    "refund",
    "offer",
    "take",
    "withdraw_offer",
];

/// A number of entries and their bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Size {
    entries: usize,
    bytes: usize,
}

/// The size of the tree, settlements left out, which have no end.
fn size(view: &View) -> Size {
    sum(in_memory(view.tree().iter()).filter(|(key, _)| key[0] != SettledKey::KIND))
}

/// The size of all shelves.
fn size_of_shelves(view: &View) -> Size {
    sum(view.shelves().iter().flat_map(|(_, shelf)| in_memory(shelf.iter())))
}

fn sum<'a>(entries: impl Iterator<Item = (&'a [u8], &'a [u8])>) -> Size {
    entries.fold(Size::default(), |size, (key, value)| Size {
        entries: size.entries + 1,
        bytes: size.bytes + key.len() + value.len(),
    })
}

/// The sizes at the ends of months, and what happened.
#[derive(Default)]
struct History {
    sizes: Vec<Size>,
    /// Those of the shelves.
    shelves: Vec<Size>,
    applied: usize,
    failed: usize,
    /// The number of operations of each kind that happened.
    kinds: BTreeMap<&'static str, usize>,
    /// The vouchers that were over at the ends of months.
    lapsed: usize,
    /// The ends of months at which points of the café's waited.
    waits: usize,
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
            history.shelves.push(size_of_shelves(crowd.ledger.view()));
            history.dissolved.push(dissolved);
            history.lapsed += crowd.lapsed_vouchers();
            history.waits += usize::from(crowd.ledger.totals(CAFE).pending > 0);
        }
        let transactions: Vec<_> = (0..TRANSACTIONS).map(|_| crowd.next(time)).collect();
        let households = crowd.households();
        for (transaction, answer) in transactions.iter().zip(crowd.ledger.block(time, &transactions)) {
            if answer == Ok(Outcome::Applied) {
                history.applied += 1;
                for operation in transaction.transaction().operations.iter() {
                    *history.kinds.entry(operation.name()).or_default() += 1;
                }
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
    for seed in 1..3 {
        let History { sizes, shelves, applied, failed, kinds, lapsed, waits, dissolved } = history(seed);
        assert!(kinds.len() >= 34 && applied > failed, "seed {seed}: {applied} of {kinds:?}, {failed} failed");
        assert!(PROGRAMME.iter().all(|kind| kinds.contains_key(kind)), "seed {seed}: {kinds:?}");
        let of = |kind: &str| kinds.get(kind).copied().unwrap_or_default();
        assert!(waits > MONTHS / 2, "seed {seed}: {waits} ends of months at which points waited");
        assert!(lapsed > 0 && of("offer") > of("take") + of("withdraw_offer"), "seed {seed}: {lapsed} of {kinds:?}");
        let half = FULL + (MONTHS - FULL) / 2;
        let (first, second) = (mean(&sizes[FULL..half]), mean(&sizes[half..]));
        // Means over half a year go up and down by less than a tenth: holds, invitations and members come and go.
        // One entry that stayed behind for each household that was dissolved would be more than that.
        let slack = |of: usize| of / 10;
        let between = (dissolved[MONTHS - 1] - dissolved[FULL]) / 2;
        assert!(between > slack(first.entries), "seed {seed}: {between} households dissolved in half a year");
        assert!(second.entries <= first.entries + slack(first.entries), "seed {seed}: {first:?}, then {second:?}");
        assert!(second.bytes <= first.bytes + slack(first.bytes), "seed {seed}: {first:?}, then {second:?}");
        // The fifteenth shelf is begun when the first one goes.
        let (first, second) = (mean(&shelves[FULL..half]), mean(&shelves[half..]));
        assert!(first.entries > 100, "seed {seed}: {first:?}");
        assert!(second.entries <= first.entries + slack(first.entries), "seed {seed}: {first:?}, then {second:?}");
        assert!(second.bytes <= first.bytes + slack(first.bytes), "seed {seed}: {first:?}, then {second:?}");
    }
}
