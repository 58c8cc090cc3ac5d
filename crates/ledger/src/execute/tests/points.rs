//! `Issue`, `Redeem`, `Transfer` and `Reverse` (protocol §5 and §6).

use lojal_types::limits::POINTS_MAX;
use lojal_types::{Code, Outcome};

use crate::fixture::*;

/// Anna gets points of the grocer in three months running: 50 until 2027-11, 60 until 2027-12, 70 until 2028-01.
fn three_lots() -> Ledger {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "november"));
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(TILL, issue(GROCER, ANNA, 60, "december"));
    ledger.pass_to(start_of("2027-01"));
    ledger.apply(TILL, issue(GROCER, ANNA, 70, "january"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 50), lot("2027-12", 60), lot("2028-01", 70)]);
    ledger
}

#[test]
fn an_issue_opens_the_account_and_is_outstanding() {
    let mut ledger = Ledger::new();
    assert!(ledger.view().account(address(ANNA)).is_none());
    ledger.apply(ISSUER, issue(GROCER, ANNA, 500, "first"));
    assert!(ledger.view().account(address(ANNA)).is_some());
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 500)]);
    assert_eq!(ledger.totals(GROCER), [500, 500, 0, 0, 0]);
}

#[test]
fn issues_of_one_month_are_one_lot() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "a"));
    ledger.apply(TILL, issue(GROCER, ANNA, 6, "b"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 11)]);
}

#[test]
fn a_brand_can_issue_up_to_the_largest_total_and_not_one_point_more() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(CAFE, ANNA, POINTS_MAX - 1, "nearly all"));
    ledger.fails(TILL, issue(CAFE, BO, 2, "too many"), Code::AmountTooLarge);
    ledger.apply(TILL, issue(CAFE, BO, 1, "the last"));
    // The limit is on all that was ever issued: redeeming makes no room.
    ledger.apply(ANNA, redeem(CAFE, ANNA, POINTS_MAX - 1));
    ledger.fails(TILL, issue(CAFE, BO, 1, "beyond"), Code::AmountTooLarge);
    // Other brands have their own.
    ledger.apply(TILL, issue(GROCER, BO, POINTS_MAX, "all at once"));
}

#[test]
fn a_reference_is_unique_per_brand_and_kind_only() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "7"));
    ledger.apply(TILL, issue(CAFE, ANNA, 50, "7"));
    ledger.apply(ANNA, redeem_for(GROCER, ANNA, 1, "7"));
    ledger.apply(ANNA, redeem_for(CAFE, ANNA, 1, "7"));
    ledger.apply(TILL, reverse(GROCER, ANNA, 1, "7", "7"));
    ledger.fails(TILL, issue(GROCER, BO, 1, "7"), Code::DuplicateReference);
    ledger.fails(ANNA, redeem_for(GROCER, ANNA, 1, "7"), Code::DuplicateReference);
    ledger.fails(TILL, reverse(GROCER, ANNA, 1, "7", "7"), Code::DuplicateReference);
}

#[test]
fn a_payment_request_is_paid_once_whoever_pays_it() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(CAFE, ANNA, 5, "a"));
    ledger.apply(TILL, issue(CAFE, BO, 5, "b"));
    ledger.apply(ANNA, redeem_for(CAFE, ANNA, 5, "till 7"));
    ledger.fails(BO, redeem_for(CAFE, BO, 5, "till 7"), Code::DuplicateReference);
    // Without a request nothing is used up.
    ledger.apply(BO, redeem(CAFE, BO, 1));
    ledger.apply(BO, redeem(CAFE, BO, 1));
}

#[test]
fn a_reference_of_an_operation_that_failed_can_still_be_used() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "first"));
    ledger.fails(TILL, issue(GROCER, ANNA, u64::MAX, "second"), Code::AmountTooLarge);
    ledger.apply(TILL, issue(GROCER, ANNA, 1, "second"));
    ledger.fails(ANNA, redeem_for(GROCER, ANNA, 52, "till 7"), Code::InsufficientPoints);
    ledger.apply(ANNA, redeem_for(GROCER, ANNA, 51, "till 7"));
    ledger.fails(TILL, reverse(GROCER, ANNA, 1, "first", "return"), Code::InsufficientPoints);
    ledger.apply(TILL, issue(GROCER, ANNA, 1, "third"));
    ledger.apply(TILL, reverse(GROCER, ANNA, 1, "first", "return"));
}

#[test]
fn redeeming_takes_the_earliest_lot_first_down_to_nothing() {
    let mut ledger = three_lots();
    ledger.apply(ANNA, redeem(GROCER, ANNA, 80));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-12", 30), lot("2028-01", 70)]);
    assert_eq!(ledger.totals(GROCER), [180, 100, 80, 0, 0]);
    ledger.apply(ANNA, redeem(GROCER, ANNA, 100));
    assert_eq!(ledger.totals(GROCER), [180, 0, 180, 0, 0]);
    let emptied = crate::key::BalanceKey { account: address(ANNA), brand: brand(GROCER) };
    assert!(ledger.view().get(&emptied).is_none(), "an empty balance leaves no record");
}

#[test]
fn transferred_lots_keep_their_expiry_and_join_the_receiver_s() {
    let mut ledger = three_lots();
    ledger.apply(TILL, issue(GROCER, BO, 5, "of his own"));
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 120));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2028-01", 60)]);
    assert_eq!(ledger.lots(BO, GROCER), [lot("2027-11", 50), lot("2027-12", 60), lot("2028-01", 15)]);
    assert_eq!(ledger.totals(GROCER), [185, 185, 0, 0, 0], "a transfer changes no total");
    // Nothing launders an old point into a young one, however often it moves.
    ledger.pass_to(start_of("2027-11"));
    ledger.apply(BO, transfer(GROCER, BO, CLEO, 50));
    ledger.apply(CLEO, transfer(GROCER, CLEO, ANNA, 50));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 50), lot("2028-01", 60)]);
    ledger.pass_to(start_of("2027-12"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2028-01", 60)]);
}

#[test]
fn the_smallest_and_the_largest_transfer_are_allowed() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 5000, "first"));
    ledger.fails(ANNA, transfer(GROCER, ANNA, BO, 9), Code::TransferTooSmall);
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 10));
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 1000));
    ledger.fails(ANNA, transfer(GROCER, ANNA, BO, 1001), Code::TransferTooLarge);
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(BO, GROCER)), (3990, 1010));
}

#[test]
fn points_that_can_not_be_transferred_can_still_be_redeemed() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(RESORT, ANNA, 5, "pass"));
    ledger.fails(ANNA, transfer(RESORT, ANNA, BO, 5), Code::PolicyForbidsTransfer);
    ledger.apply(ANNA, redeem(RESORT, ANNA, 5));
}

#[test]
fn an_operator_is_a_member_like_any_other_with_its_own_points() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(CAFE, TILL, 5, "own cup"));
    ledger.apply(TILL, transfer(CAFE, TILL, BO, 2));
    ledger.apply(TILL, redeem(CAFE, TILL, 3));
    ledger.fails(TILL, redeem(CAFE, BO, 1), Code::NotOwner);
}

#[test]
fn a_reversal_takes_the_lot_of_the_issue_first_and_then_the_earliest_others() {
    let mut ledger = three_lots();
    ledger.apply(RETURNS, reverse(GROCER, ANNA, 20, "december", "return 1"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 50), lot("2027-12", 40), lot("2028-01", 70)]);
    // Forty of the issue are left, but ten of its lot: the rest comes from the earliest.
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 80));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-12", 10), lot("2028-01", 70)]);
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "late"));
    ledger.apply(RETURNS, reverse(GROCER, ANNA, 40, "december", "return 2"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2028-01", 45)]);
    assert_eq!(ledger.totals(GROCER), [185, 125, 0, 0, 60]);
}

#[test]
fn a_reversal_prefers_its_lot_to_earlier_ones() {
    let mut ledger = three_lots();
    ledger.apply(TILL, reverse(GROCER, ANNA, 70, "january", "return"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 50), lot("2027-12", 60)]);
}

#[test]
fn reversals_of_one_issue_take_together_at_most_what_it_gave() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "second"));
    ledger.apply(TILL, reverse(GROCER, ANNA, 60, "first", "return 1"));
    ledger.fails(TILL, reverse(GROCER, ANNA, 41, "first", "return 2"), Code::ReversalExceedsIssue);
    ledger.apply(TILL, reverse(GROCER, ANNA, 40, "first", "return 2"));
    ledger.fails(TILL, reverse(GROCER, ANNA, 1, "first", "return 3"), Code::ReversalExceedsIssue);
    assert_eq!(ledger.balance(ANNA, GROCER), 100, "the other issue is untouched");
}

#[test]
fn a_reversal_that_finds_too_little_takes_nothing_and_can_come_again_for_less() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    ledger.apply(ANNA, redeem(GROCER, ANNA, 70));
    ledger.fails(TILL, reverse(GROCER, ANNA, 31, "first", "return"), Code::InsufficientPoints);
    ledger.apply(TILL, reverse(GROCER, ANNA, 30, "first", "return"));
    assert_eq!(ledger.totals(GROCER), [100, 0, 70, 0, 30]);
}

#[test]
fn a_reversal_takes_no_points_of_other_brands_and_none_that_moved_on() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    ledger.apply(TILL, issue(CAFE, ANNA, 100, "first"));
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 100));
    ledger.fails(TILL, reverse(GROCER, ANNA, 1, "first", "return"), Code::InsufficientPoints);
    ledger.fails(TILL, reverse(GROCER, BO, 1, "first", "return"), Code::IssueToOther);
}

#[test]
fn the_reversal_window_is_open_to_its_last_millisecond() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    let issued = ledger.now();
    let at = |ledger: &mut Ledger, ms: u64, own: &str| {
        ledger.pass_to(issued.plus_ms(ms - 1));
        let reversal = ledger.sign(TILL, vec![reverse(GROCER, ANNA, 1, "first", own)]);
        ledger.block(issued.plus_ms(ms), &[reversal])
    };
    assert_eq!(at(&mut ledger, GROCER_REVERSAL_MS, "in time"), [Ok(Outcome::Applied)]);
    let closed = failed(0, Code::ReversalWindowClosed);
    assert_eq!(at(&mut ledger, GROCER_REVERSAL_MS + 2, "late"), [Ok(closed)]);
}

#[test]
fn the_reversal_window_is_closed_one_millisecond_later() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    let late = ledger.now().plus_ms(GROCER_REVERSAL_MS + 1);
    ledger.pass_to(ledger.now().plus_ms(GROCER_REVERSAL_MS));
    let reversal = ledger.sign(TILL, vec![reverse(GROCER, ANNA, 1, "first", "return")]);
    assert_eq!(ledger.block(late, &[reversal]), [Ok(failed(0, Code::ReversalWindowClosed))]);
}

#[test]
fn an_issue_can_be_reversed_and_spent_in_the_transaction_and_block_of_its_issue() {
    let mut ledger = Ledger::new();
    let both = vec![issue(GROCER, ANNA, 100, "first"), reverse(GROCER, ANNA, 40, "first", "return")];
    let both = ledger.sign(TILL, both);
    let spend = ledger.sign(ANNA, vec![redeem(GROCER, ANNA, 60)]);
    assert_eq!(ledger.block(ledger.next_time(), &[both, spend]), [Ok(Outcome::Applied); 2]);
    assert_eq!(ledger.totals(GROCER), [100, 0, 60, 0, 40]);
}

#[test]
fn without_a_reversal_window_not_even_the_transaction_of_the_issue_can_reverse_it() {
    let mut ledger = Ledger::new();
    let both = vec![issue(CAFE, ANNA, 100, "first"), reverse(CAFE, ANNA, 40, "first", "return")];
    assert_eq!(ledger.run(TILL, both), failed(1, Code::ReversalWindowClosed));
    assert_eq!(ledger.totals(CAFE), [0; 5]);
}
