//! Lists of a brand's accounts, and the sums beside them.

use lojal_types::Outcome;

use super::*;
use crate::fixture::*;
use crate::sums::{brands, sums};

const BOUNDS: Bounds = Bounds { pages: 1_000, accounts: 1_000 };

/// All of the list, asked for by so much at once.
fn all(ledger: &Ledger, id: &str, until: Option<&str>, bounds: Bounds) -> Vec<Holder> {
    let (mut found, mut from) = (Vec::new(), Some(0));
    while let Some(place) = from {
        let page = holders(ledger.view(), brand(id), until.map(month), place, bounds).expect("in memory");
        assert!(page.holders.len() <= bounds.accounts);
        found.extend(page.holders);
        from = page.next;
    }
    found
}

fn seeds(holders: &[Holder], most: u8) -> Vec<u8> {
    let is_listed = |seed: &u8| holders.iter().any(|one| one.account == address(*seed));
    (1..=most).filter(is_listed).collect()
}

#[test]
fn every_account_with_points_of_the_brand_is_listed_once_wherever_the_list_is_cut() {
    let mut ledger = Ledger::new();
    let issues = (50..120_u8).map(|seed| issue(GROCER, seed, u64::from(seed), &format!("r{seed}"))).collect();
    assert_eq!(ledger.run(TILL, issues), Outcome::Applied);
    ledger.apply(TILL, issue(CAFE, ANNA, 9, "coffee"));
    let whole = all(&ledger, GROCER, None, BOUNDS);
    assert_eq!(seeds(&whole, 150), (50..120).collect::<Vec<u8>>());
    assert_eq!(whole.len(), 70);
    assert!(whole.iter().all(|one| one.lots == ledger.view().lots(one.account, brand(GROCER)).expect("in memory")));
    assert!(whole.is_sorted_by_key(|one| one.account.as_bytes()[..4].to_vec()), "by the beginning of the address");
    for bounds in [Bounds { pages: 1, accounts: 16 }, Bounds { pages: 3, accounts: 16 }, Bounds { pages: 2, ..BOUNDS }]
    {
        assert_eq!(all(&ledger, GROCER, None, bounds), whole, "{bounds:?}");
    }
    assert_eq!(seeds(&all(&ledger, CAFE, None, BOUNDS), 150), [ANNA]);
}

#[test]
fn who_has_spent_all_is_not_listed_and_who_has_set_all_aside_is() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 40, "one"));
    ledger.apply(TILL, issue(GROCER, BO, 60, "two"));
    ledger.apply(ANNA, redeem(GROCER, ANNA, 40));
    let until = ledger.now().plus_ms(HOUR_MS);
    ledger.apply(BO, hold(GROCER, BO, 60, "held", until));
    let [held] = &all(&ledger, GROCER, None, BOUNDS)[..] else { panic!("not one") };
    assert_eq!((held.account, held.total(), held.held), (address(BO), Points::ZERO, Points::new(60)));
    ledger.pass_to(until.plus_ms(2 * HOUR_MS));
    let [back] = &all(&ledger, GROCER, None, BOUNDS)[..] else { panic!("not one") };
    assert_eq!((back.account, back.total(), back.held), (address(BO), Points::new(60), Points::ZERO));
}

#[test]
fn what_expires_by_a_month_is_listed_alone_and_adds_up_to_the_sums() {
    let mut ledger = Ledger::new();
    let start = ledger.now().month();
    ledger.apply(TILL, issue(RESORT, ANNA, 40, "one"));
    ledger.pass_to(start_of(&start.plus(1).to_string()));
    ledger.apply(TILL, issue(RESORT, ANNA, 7, "two"));
    ledger.apply(TILL, issue(RESORT, BO, 5, "three"));
    let months = [start.plus(1), start.plus(2)].map(|month| month.to_string());
    let first = all(&ledger, RESORT, Some(&months[0]), BOUNDS);
    assert_eq!(first.iter().map(|one| (one.account, one.total().get())).collect::<Vec<_>>(), [(address(ANNA), 40)]);
    let both = all(&ledger, RESORT, Some(&months[1]), BOUNDS);
    assert_eq!(both.iter().map(|one| one.total().get()).sum::<u64>(), 52);
    assert!(all(&ledger, RESORT, Some(&start.to_string()), BOUNDS).is_empty());
    let month = ledger.now().month();
    let of = |id| sums(ledger.view().tree(), brand(id), month).expect("in memory");
    let resort = of(RESORT).expect("a brand");
    let lot = |at: usize, points| (expiry_of(&months[at]), Points::new(points));
    assert_eq!(resort.by_expiry, [lot(0, 40), lot(1, 12)]);
    assert_eq!(resort.totals, ledger.view().totals(brand(RESORT)).expect("in memory").expect("a brand"));
    assert_eq!((of(GROCER).expect("a brand").by_expiry, of("nobody")), (vec![], None));
    let mut ids = [CAFE, GROCER, RESORT].map(brand);
    ids.sort_unstable();
    assert_eq!(brands(ledger.view().tree()).expect("in memory"), ids);
}

#[test]
fn who_lets_a_brand_list_them_is_found_wherever_the_state_is_cut() {
    let mut ledger = Ledger::with_programme();
    ledger.apply(TILL, set_track(GROCER, 1, rolling(12, &[])));
    for (seed, consents) in [(ANNA, 9), (BO, 2)] {
        ledger.apply(TILL, stamp(GROCER, 1, seed, 5, &format!("stamp {seed}")));
        ledger.apply(seed, set_consent(GROCER, consents));
    }
    let (mut found, mut from) = (Vec::new(), Some(0));
    while let Some(place) = from {
        let (_, listed) = look_through(ledger.view(), place, 1).expect("in memory");
        found.extend(listed.accounts);
        from = listed.next;
    }
    assert_eq!(found, [(address(ANNA), brand(GROCER))]);
    let standings = standings_of(ledger.view(), brand(GROCER), &[address(BO), address(CLEO)]).expect("in memory");
    assert_eq!(standings.iter().map(|(_, one)| one.is_some()).collect::<Vec<_>>(), [true, false]);
}
