use lojal_types::{Expiry, Points, Totals};

use super::*;
use crate::fixture::in_memory;
use crate::key::TotalsKey;
use crate::tree::StateTree;

const MINUTES_OF_30_DAYS: u64 = 30 * 24 * 60;
const BRANDS: [&str; 4] = ["fjallet", "havshotell", "kaffet", "nordmat"];
const HOLDS: u64 = 100_000;
const NOON: u64 = 1_794_744_000_000;

fn time(ms: u64) -> TimeMs {
    TimeMs::new(ms).expect("long before the year 6999")
}

fn brands() -> [BrandId; 4] {
    BRANDS.map(|id| id.parse().expect("valid ids"))
}

fn lot(number: u64) -> Lot {
    let month = time(NOON).month().plus(u8::try_from(number / 4 % 12).expect("less than 12"));
    Lot { expiry: Expiry::Month(month), amount: Points::new(1) }
}

/// A state in which holds of one point each end all over the next 30 days.
fn state_with_holds() -> StateTree {
    let empty = StateTree::new();
    let mut overlay = Overlay::new(&empty);
    for (number, brand) in (0..HOLDS).zip(brands().into_iter().cycle()) {
        let end = time(NOON + (1 + number * 7919 % MINUTES_OF_30_DAYS) * MINUTE_MS);
        add(&mut overlay, brand, end, &[lot(number)]).expect("in memory");
    }
    for brand in brands() {
        let held = Points::new(HOLDS / 4);
        overlay.put(&TotalsKey(brand), &Totals { issued: held.into(), held, ..Default::default() }).expect("in memory");
    }
    overlay.written_tree(&overlay.written()).expect("in memory")
}

#[test]
fn after_a_halt_of_30_days_the_ends_of_100_000_holds_touch_an_entry_per_brand_and_hour_at_most() {
    let state = state_with_holds();
    let mut overlay = Overlay::new(&state);
    let later = time(NOON + (MINUTES_OF_30_DAYS + 1) * MINUTE_MS);
    end_holds(&mut overlay, time(NOON), later).expect("in memory");
    let written = overlay.written();
    // An hour's list and its entry of each brand, and each brand's totals and what is outstanding of it by expiry: less
    // than a block of 20,000 operations writes, whatever the number of holds.
    let most = 721 * (1 + BRANDS.len()) + BRANDS.len() * 13;
    assert!(written.len() <= most, "{} entries", written.len());
    let after = overlay.written_tree(&written).expect("in memory");
    let mut overlay = Overlay::new(&after);
    for brand in brands() {
        let totals = overlay.get(&TotalsKey(brand)).expect("in memory").expect("every brand has totals");
        let ended = u128::from(totals.outstanding.get()) + totals.expired.get();
        assert_eq!((totals.held, ended), (Points::ZERO, u128::from(HOLDS / 4)));
        assert!(totals.expired.get() > 0, "a month has ended in the meantime");
    }
    assert!(in_memory(after.iter()).all(|(key, _)| ![5, 27].contains(&key[0])), "nothing is held any more");
}

#[test]
fn what_ends_later_in_the_hour_stays_held() {
    let empty = StateTree::new();
    let mut overlay = Overlay::new(&empty);
    let [fjallet, ..] = brands();
    let held = Points::new(2);
    overlay.put(&TotalsKey(fjallet), &Totals { issued: held.into(), held, ..Default::default() }).expect("in memory");
    for minutes in [1, 2] {
        add(&mut overlay, fjallet, time(NOON + minutes * MINUTE_MS), &[lot(0)]).expect("in memory");
    }
    end_holds(&mut overlay, time(NOON), time(NOON + 2 * MINUTE_MS - 1)).expect("in memory");
    assert_eq!(held_until(&mut overlay, fjallet, NOON / MINUTE_MS / 60).expect("in memory").len(), 1);
    assert_eq!(overlay.get(&TotalsKey(fjallet)).expect("in memory").expect("there").held, Points::new(1));
    remove(&mut overlay, fjallet, time(NOON + 2 * MINUTE_MS), &[lot(0)]).expect("in memory");
    assert_eq!(overlay.get(&HoldEndsKey(NOON / MINUTE_MS / 60)), Ok(None));
}
