//! `Issue`, `Redeem`, `Transfer` and `Reverse` (protocol, Points).

use lojal_types::limits::{POINTS_MAX, REVERSAL_WINDOW_MS_MAX};
use lojal_types::{Code, Outcome, Points, Policy};

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
    assert!(ledger.view().account(address(ANNA)).expect("in memory").is_none());
    ledger.apply(ISSUER, issue(GROCER, ANNA, 500, "first"));
    assert!(ledger.view().account(address(ANNA)).expect("in memory").is_some());
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 500)]);
    assert_eq!(ledger.totals(GROCER), Sums { issued: 500, outstanding: 500, ..Sums::default() });
}

#[test]
fn issues_of_one_month_are_one_lot() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "a"));
    ledger.apply(TILL, issue(GROCER, ANNA, 6, "b"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 11)]);
}

#[test]
fn a_brand_has_up_to_the_largest_number_of_points_in_use_and_not_one_more() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(CAFE, ANNA, POINTS_MAX - 1, "nearly all"));
    ledger.fails(TILL, issue(CAFE, BO, 2, "too many"), Code::AmountTooLarge);
    ledger.apply(TILL, issue(CAFE, BO, 1, "the last"));
    ledger.fails(TILL, issue(CAFE, BO, 1, "beyond"), Code::AmountTooLarge);
    // The limit is on what is in use: redeeming makes room.
    ledger.apply(ANNA, redeem(CAFE, ANNA, POINTS_MAX - 1));
    ledger.apply(TILL, issue(CAFE, BO, POINTS_MAX - 1, "beyond"));
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
    assert_eq!(ledger.totals(GROCER), Sums { issued: 180, outstanding: 100, redeemed: 80, ..Sums::default() });
    ledger.apply(ANNA, redeem(GROCER, ANNA, 100));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 180, redeemed: 180, ..Sums::default() });
    let emptied = crate::key::BalanceKey { account: address(ANNA), brand: brand(GROCER) };
    assert!(ledger.view().get(&emptied).expect("in memory").is_none(), "an empty balance leaves no record");
}

#[test]
fn transferred_lots_keep_their_expiry_and_join_the_receiver_s() {
    let mut ledger = three_lots();
    ledger.apply(TILL, issue(GROCER, BO, 5, "of his own"));
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 120));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2028-01", 60)]);
    assert_eq!(ledger.lots(BO, GROCER), [lot("2027-11", 50), lot("2027-12", 60), lot("2028-01", 15)]);
    assert_eq!(
        ledger.totals(GROCER),
        Sums { issued: 185, outstanding: 185, ..Sums::default() },
        "a transfer changes no total"
    );
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
fn a_reversal_takes_points_with_the_expiry_of_the_issue_and_no_others() {
    let mut ledger = three_lots();
    ledger.apply(RETURNS, reverse(GROCER, ANNA, 20, "december", "return 1"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 50), lot("2027-12", 40), lot("2028-01", 70)]);
    // Forty of the issue are left, but ten with its expiry; the others were issued for other purchases.
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 80));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-12", 10), lot("2028-01", 70)]);
    ledger.fails(RETURNS, reverse(GROCER, ANNA, 11, "december", "return 2"), Code::InsufficientPoints);
    ledger.apply(RETURNS, reverse_between(GROCER, ANNA, (1, 40), "december", "return 2"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2028-01", 70)]);
    let expected = Sums { issued: 180, outstanding: 150, reversed: 30, ..Sums::default() };
    assert_eq!(ledger.totals(GROCER), expected);
}

/// The points that a reversal took, by the ledger's record.
fn taken(ledger: &Ledger, own: &str) -> Option<u64> {
    let key = |shelf| crate::key::ReversedKey { shelf, brand: brand(GROCER), reference: reference(own) };
    ledger.view().latest(key, None).expect("in memory").map(|reversed| reversed.amount.get())
}

#[test]
fn a_reversal_takes_as_much_as_there_is_between_its_bounds_and_says_how_much() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    ledger.apply(ANNA, redeem(GROCER, ANNA, 70));
    ledger.fails(TILL, reverse_between(GROCER, ANNA, (31, 100), "first", "return"), Code::InsufficientPoints);
    assert_eq!(taken(&ledger, "return"), None);
    ledger.apply(TILL, reverse_between(GROCER, ANNA, (30, 100), "first", "return"));
    assert_eq!(taken(&ledger, "return"), Some(30));
    // What a friend has sent of the same month is one and the same; but never more than was issued.
    ledger.apply(TILL, issue(GROCER, BO, 500, "bo"));
    ledger.apply(BO, transfer(GROCER, BO, ANNA, 500));
    ledger.apply(TILL, reverse_between(GROCER, ANNA, (1, 10_000), "first", "again"));
    assert_eq!(taken(&ledger, "again"), Some(70));
    ledger.fails(TILL, reverse_between(GROCER, ANNA, (1, 10_000), "first", "more"), Code::ReversalExceedsIssue);
    assert_eq!(ledger.balance(ANNA, GROCER), 430);
}

#[test]
fn a_reversal_is_content_with_something_and_with_no_more_than_it_takes() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    for at_least in [0, 41, u64::MAX] {
        let wrong = reverse_between(GROCER, ANNA, (at_least, 40), "first", "return");
        ledger.fails(TILL, wrong, Code::AtLeastOutOfRange);
    }
    ledger.apply(TILL, reverse_between(GROCER, ANNA, (40, 40), "first", "return"));
}

#[test]
fn no_policy_reopens_or_shortens_the_window_of_an_issue_that_was_made() {
    let mut ledger = Ledger::new();
    let window = |reversal_window_ms| Policy { reversal_window_ms, ..policy_of(GROCER) };
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    ledger.pass_to(ledger.now().plus_ms(GROCER_REVERSAL_MS));
    let attack = vec![
        set_policy(GROCER, window(REVERSAL_WINDOW_MS_MAX)),
        reverse(GROCER, ANNA, 100, "first", "return"),
        set_policy(GROCER, policy_of(GROCER)),
    ];
    assert_eq!(ledger.run(TILL, attack), failed(1, Code::ReversalWindowClosed));
    ledger.fails(TILL, set_policy(GROCER, window(u64::MAX)), Code::PolicyOutOfBounds);
    // Nor does a shorter one take away what a till was promised.
    ledger.apply(TILL, issue(GROCER, ANNA, 7, "second"));
    ledger.apply(TILL, set_policy(GROCER, window(0)));
    ledger.apply(TILL, reverse(GROCER, ANNA, 7, "second", "return"));
    ledger.apply(TILL, issue(GROCER, ANNA, 7, "third"));
    ledger.fails(TILL, reverse(GROCER, ANNA, 7, "third", "return 3"), Code::ReversalWindowClosed);
}

#[test]
fn a_typo_that_is_reversed_kills_no_brand() {
    let mut ledger = Ledger::new();
    for round in 0..3 {
        let (receipt, own) = (format!("typo {round}"), format!("return {round}"));
        ledger.apply(TILL, issue(GROCER, ANNA, POINTS_MAX, &receipt));
        ledger.fails(TILL, issue(GROCER, BO, 1, "more"), Code::AmountTooLarge);
        ledger.apply(TILL, reverse(GROCER, ANNA, POINTS_MAX, &receipt, &own));
    }
    ledger.apply(TILL, issue(GROCER, BO, 1, "more"));
    let totals = ledger.view().totals(brand(GROCER)).expect("in memory").expect("there");
    assert_eq!(totals.issued.get(), 3 * u128::from(POINTS_MAX) + 1);
    assert_eq!((totals.reversed.get(), totals.outstanding.get()), (3 * u128::from(POINTS_MAX), 1));
}

#[test]
fn what_is_held_counts_against_the_bound_and_what_is_redeemed_does_not() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, POINTS_MAX, "most"));
    ledger.apply(ANNA, hold(GROCER, ANNA, POINTS_MAX, "till 7", ledger.now().plus_ms(HOUR_MS)));
    ledger.fails(TILL, issue(GROCER, BO, 1, "more"), Code::AmountTooLarge);
    ledger.apply(CASHIER, capture(GROCER, ANNA, "till 7", POINTS_MAX, "own"));
    ledger.apply(TILL, issue(GROCER, BO, POINTS_MAX, "more"));
    assert_eq!(ledger.balance(BO, GROCER), POINTS_MAX);
}

#[test]
fn one_operation_issues_at_most_what_the_policy_says() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, set_policy(GROCER, Policy { issue_max: Some(Points::new(100)), ..policy_of(GROCER) }));
    ledger.fails(TILL, issue(GROCER, ANNA, 101, "first"), Code::IssueTooLarge);
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "second"));
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
    assert_eq!(ledger.totals(GROCER), Sums { issued: 100, redeemed: 70, reversed: 30, ..Sums::default() });
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
    assert_eq!(at(&mut ledger, GROCER_REVERSAL_MS - 1, "in time"), [Ok(Outcome::Applied)]);
    let closed = failed(0, Code::ReversalWindowClosed);
    assert_eq!(at(&mut ledger, GROCER_REVERSAL_MS + 1, "late"), [Ok(closed)]);
}

#[test]
fn the_reversal_window_is_closed_one_millisecond_later() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "first"));
    let late = ledger.now().plus_ms(GROCER_REVERSAL_MS);
    ledger.pass_to(ledger.now().plus_ms(GROCER_REVERSAL_MS - 1));
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
    assert_eq!(ledger.totals(GROCER), Sums { issued: 100, redeemed: 60, reversed: 40, ..Sums::default() });
}

#[test]
fn without_a_reversal_window_not_even_the_transaction_of_the_issue_can_reverse_it() {
    let mut ledger = Ledger::new();
    let both = vec![issue(CAFE, ANNA, 100, "first"), reverse(CAFE, ANNA, 40, "first", "return")];
    assert_eq!(ledger.run(TILL, both), failed(1, Code::ReversalWindowClosed));
    assert_eq!(ledger.totals(CAFE), Sums::default());
}
