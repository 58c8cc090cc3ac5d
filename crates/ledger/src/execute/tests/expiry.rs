//! The end of a month (protocol, Points).

use lojal_types::{Code, Outcome, Points, Policy, TimeMs};

use crate::DryRun;
use crate::conservation::balance_sheet;
use crate::fixture::*;
use crate::key::{BalanceKey, OutstandingKey};

/// The last millisecond before a month.
fn eve_of(text: &str) -> TimeMs {
    time(start_of(text).get() - 1)
}

fn outstanding(ledger: &Ledger, id: &str, expiry: &str) -> Option<u64> {
    ledger
        .view()
        .get(&OutstandingKey { brand: brand(id), expiry: expiry_of(expiry) })
        .expect("in memory")
        .map(Points::get)
}

/// The lots as the record holds them, dead ones included.
fn recorded(ledger: &Ledger, member: u8, id: &str) -> Vec<lojal_types::Lot> {
    let key = BalanceKey { account: address(member), brand: brand(id) };
    ledger.view().get(&key).expect("in memory").map(|balance| balance.lots.to_vec()).unwrap_or_default()
}

#[test]
fn points_live_to_the_last_millisecond_of_their_month_over_the_end_of_a_year() {
    let mut ledger = Ledger::new();
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(TILL, issue(RESORT, ANNA, 8, "pass")); // lives to the end of January
    assert_eq!(ledger.lots(ANNA, RESORT), [lot("2027-01", 8)]);
    ledger.pass_to(start_of("2027-01"));
    assert_eq!(
        ledger.totals(RESORT),
        Sums { issued: 8, outstanding: 8, ..Sums::default() },
        "the end of another month"
    );
    let until = start_of("2027-02").plus_ms(HOUR_MS / 2);
    let in_time = ledger.sign_until(ANNA, until, vec![redeem(RESORT, ANNA, 3)]);
    let late = ledger.sign_until(ANNA, until, vec![redeem(RESORT, ANNA, 3)]);
    assert_eq!(ledger.block(eve_of("2027-02"), &[in_time]), [Ok(Outcome::Applied)]);
    assert_eq!(ledger.block(start_of("2027-02"), &[late]), [Ok(failed(0, Code::PointsExpired))]);
    assert_eq!(ledger.totals(RESORT), Sums { issued: 8, redeemed: 3, expired: 5, ..Sums::default() });
}

#[test]
fn the_first_block_of_a_month_moves_what_is_outstanding_to_expired_without_touching_accounts() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(RESORT, ANNA, 8, "a")); // until 2026-12
    ledger.apply(TILL, issue(RESORT, BO, 9, "b"));
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(TILL, issue(RESORT, BO, 1, "c")); // until 2027-01
    assert_eq!(outstanding(&ledger, RESORT, "2026-12"), Some(17));
    ledger.pass_to(start_of("2027-01"));
    assert_eq!(ledger.totals(RESORT), Sums { issued: 18, outstanding: 1, expired: 17, ..Sums::default() });
    assert_eq!(outstanding(&ledger, RESORT, "2026-12"), None);
    assert_eq!(outstanding(&ledger, RESORT, "2027-01"), Some(1));
    // The dead lots still stand in the records, but no read shows them.
    assert_eq!(recorded(&ledger, ANNA, RESORT), [lot("2026-12", 8)]);
    assert_eq!(ledger.lots(ANNA, RESORT), []);
    assert_eq!(ledger.lots(BO, RESORT), [lot("2027-01", 1)]);
    let sheet = balance_sheet(ledger.view()).expect("adds up");
    let resort = sheet.iter().find(|one| one.brand == brand(RESORT)).expect("listed");
    assert_eq!(resort.liability, [(expiry_of("2027-01"), Points::new(1))]);
    assert_eq!(resort.holders, 1, "whoever holds dead lots only is no holder");
}

#[test]
fn dead_lots_vanish_when_the_balance_is_touched() {
    let mut ledger = Ledger::new();
    for (member, receipt) in [(ANNA, "a"), (BO, "b"), (CLEO, "c")] {
        ledger.apply(TILL, issue(GROCER, member, 20, receipt)); // until 2027-11
    }
    ledger.pass_to(start_of("2026-12"));
    for (member, receipt) in [(ANNA, "d"), (BO, "e"), (CLEO, "f")] {
        ledger.apply(TILL, issue(GROCER, member, 20, receipt)); // until 2027-12
    }
    ledger.pass_to(start_of("2027-12"));
    assert_eq!(recorded(&ledger, ANNA, GROCER), [lot("2027-11", 20), lot("2027-12", 20)]);
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 15));
    assert_eq!(recorded(&ledger, ANNA, GROCER), [lot("2027-12", 5)], "spending");
    assert_eq!(recorded(&ledger, BO, GROCER), [lot("2027-12", 35)], "receiving");
    ledger.fails(CLEO, redeem(GROCER, CLEO, 21), Code::PointsExpired);
    assert_eq!(recorded(&ledger, CLEO, GROCER).len(), 2, "a failure touches nothing");
    ledger.apply(CLEO, redeem(GROCER, CLEO, 20));
    assert_eq!(recorded(&ledger, CLEO, GROCER), [], "and the whole record with the last live lot");
    assert_eq!(
        ledger.totals(GROCER),
        Sums { issued: 120, outstanding: 40, redeemed: 20, expired: 60, ..Sums::default() }
    );
}

#[test]
fn a_shortage_is_named_after_what_caused_it() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(RESORT, ANNA, 10, "a"));
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(TILL, issue(RESORT, ANNA, 10, "b"));
    ledger.pass_to(start_of("2027-01"));
    ledger.fails(ANNA, redeem(RESORT, ANNA, 11), Code::PointsExpired);
    ledger.fails(ANNA, redeem(RESORT, ANNA, 20), Code::PointsExpired);
    ledger.fails(ANNA, redeem(RESORT, ANNA, 21), Code::InsufficientPoints);
    ledger.apply(ANNA, redeem(RESORT, ANNA, 10));
}

#[test]
fn points_without_expiry_outlive_the_others() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(CAFE, ANNA, 5, "cup"));
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "bread"));
    assert_eq!(ledger.lots(ANNA, CAFE), [lot("never", 5)]);
    ledger.pass_to(start_of("2126-01"));
    assert_eq!(ledger.totals(CAFE), Sums { issued: 5, outstanding: 5, ..Sums::default() });
    assert_eq!(ledger.totals(GROCER), Sums { issued: 5, expired: 5, ..Sums::default() });
    ledger.apply(ANNA, redeem(CAFE, ANNA, 5));
}

#[test]
fn a_network_that_stood_still_for_seven_years_expires_every_month_at_once() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 1, "2026-11"));
    for month in ["2026-12", "2027-01", "2027-02", "2027-03"] {
        ledger.pass_to(start_of(month));
        ledger.apply(TILL, issue(GROCER, ANNA, 10, month));
        ledger.apply(TILL, issue(RESORT, BO, 7, month));
    }
    assert_eq!(ledger.totals(RESORT), Sums { issued: 28, outstanding: 14, expired: 14, ..Sums::default() });
    ledger.pass_to(start_of("2034-03"));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 41, expired: 41, ..Sums::default() });
    assert_eq!(ledger.totals(RESORT), Sums { issued: 28, expired: 28, ..Sums::default() });
    assert_eq!((ledger.lots(ANNA, GROCER), ledger.lots(BO, RESORT)), (vec![], vec![]));
    // Life goes on.
    ledger.apply(TILL, issue(GROCER, ANNA, 3, "new"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2035-03", 3)]);
}

#[test]
fn the_longest_life_expires_after_any_pause() {
    for (pause_until, live) in [("2031-11", true), ("2031-12", false), ("2040-01", false)] {
        let mut ledger = Ledger::with_grocer_expiry(60);
        ledger.apply(TILL, issue(GROCER, ANNA, 5, "first"));
        assert_eq!(ledger.lots(ANNA, GROCER), [lot("2031-11", 5)]);
        ledger.pass_to(start_of(pause_until));
        let (outstanding, expired) = if live { (5, 0) } else { (0, 5) };
        let expected = Sums { issued: 5, outstanding, expired, ..Sums::default() };
        assert_eq!(ledger.totals(GROCER), expected, "{pause_until}");
    }
}

#[test]
fn a_balance_holds_a_lot_for_each_of_61_months_and_one_without_end_at_most() {
    let mut ledger = Ledger::with_grocer_expiry(60);
    ledger.apply(TILL, issue(GROCER, ANNA, 1, "0"));
    let mut month = ledger.now().month();
    for n in 1..=65_u64 {
        month = month.plus(1);
        ledger.pass_to(start_of(&month.to_string()));
        ledger.apply(TILL, issue(GROCER, ANNA, 1, &n.to_string()));
        assert_eq!(ledger.balance(ANNA, GROCER), (n + 1).min(61));
        assert_eq!(recorded(&ledger, ANNA, GROCER).len() as u64, (n + 1).min(61));
    }
    assert_eq!(ledger.totals(GROCER), Sums { issued: 66, outstanding: 61, expired: 5, ..Sums::default() });
}

#[test]
fn a_reversal_after_the_issue_s_lot_has_expired_takes_nothing_of_younger_lots() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(RESORT, ANNA, 10, "old")); // until 2026-12
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(TILL, issue(RESORT, ANNA, 4, "young")); // until 2027-01
    ledger.pass_to(start_of("2027-01"));
    ledger.fails(TILL, reverse(RESORT, ANNA, 5, "old", "return"), Code::PointsExpired);
    ledger.fails(TILL, reverse_between(RESORT, ANNA, (1, 10), "old", "return"), Code::PointsExpired);
    ledger.apply(TILL, reverse(RESORT, ANNA, 4, "young", "return"));
    assert_eq!(ledger.totals(RESORT), Sums { issued: 14, expired: 10, reversed: 4, ..Sums::default() });
}

#[test]
fn an_executor_without_transactions_already_shows_the_new_month() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(RESORT, ANNA, 8, "a"));
    let until = start_of("2027-01").plus_ms(HOUR_MS / 2);
    let spend = ledger.sign_until(ANNA, until, vec![redeem(RESORT, ANNA, 8)]);
    // A wallet's transaction that a node checks before the first block of the month.
    let answer = DryRun::new(&ledger.state, start_of("2027-01")).validate(&spend);
    assert_eq!(answer, Err(Code::PointsExpired.into()));
    assert_eq!(ledger.totals(RESORT), Sums { issued: 8, outstanding: 8, ..Sums::default() });
}

#[test]
fn points_issued_with_an_earlier_end_of_their_own_are_spent_first_and_are_gone_after_it() {
    let mut ledger = Ledger::new(); // it is November 2026, and the grocer gives 12 months
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "of the policy"));
    ledger.apply(TILL, issue_until("2026-12", GROCER, ANNA, 30, "brought along"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2026-12", 30), lot("2027-11", 50)]);
    ledger.apply(ANNA, redeem(GROCER, ANNA, 10));
    ledger.pass_to(eve_of("2027-01"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2026-12", 20), lot("2027-11", 50)]);
    ledger.pass_to(start_of("2027-01"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 50)]);
    let expected = Sums { issued: 80, outstanding: 50, redeemed: 10, expired: 20, ..Sums::default() };
    assert_eq!(ledger.totals(GROCER), expected);
}

#[test]
fn an_end_of_their_own_is_this_month_at_the_earliest_and_that_of_the_policy_at_the_latest() {
    let mut ledger = Ledger::new();
    for wrong in ["2026-10", "1970-01", "2027-12", "7431-04"] {
        ledger.fails(TILL, issue_until(wrong, GROCER, ANNA, 1, wrong), Code::IssueExpiryOutOfRange);
    }
    for right in ["2026-11", "2027-11"] {
        ledger.apply(TILL, issue_until(right, GROCER, ANNA, 1, right));
    }
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2026-11", 1), lot("2027-11", 1)]);
}

#[test]
fn points_without_end_can_get_one_at_most_60_months_ahead_so_that_lots_have_a_bound() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, set_policy(GROCER, Policy { expiry_months: None, ..policy_of(GROCER) }));
    ledger.apply(TILL, issue(GROCER, ANNA, 1, "without end"));
    let now = ledger.now().month();
    for months in 0..=60 {
        let end = now.plus(months).to_string();
        ledger.apply(TILL, issue_until(&end, GROCER, ANNA, 1, &end));
    }
    ledger.fails(TILL, issue_until("2031-12", GROCER, ANNA, 1, "late"), Code::IssueExpiryOutOfRange);
    assert_eq!(recorded(&ledger, ANNA, GROCER).len(), 62);
    ledger.pass_to(start_of("2031-12"));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 62, outstanding: 1, expired: 61, ..Sums::default() });
}

#[test]
fn a_reversal_of_points_with_an_end_of_their_own_takes_lots_of_that_end_alone() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "of the policy"));
    ledger.apply(TILL, issue_until("2026-12", GROCER, ANNA, 30, "brought along"));
    ledger.apply(TILL, reverse(GROCER, ANNA, 20, "brought along", "a mistake"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2026-12", 10), lot("2027-11", 50)]);
    ledger.apply(ANNA, redeem(GROCER, ANNA, 10));
    ledger.fails(TILL, reverse(GROCER, ANNA, 10, "brought along", "too late"), Code::InsufficientPoints);
}
