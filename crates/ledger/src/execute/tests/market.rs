//! `Offer`, `Take` and `WithdrawOffer` (protocol, Market).

use lojal_types::{Code, MemberRole, Offer, OfferId, Operation, Outcome, Points, Policy, TimeMs};

use crate::fixture::*;
use crate::key::{HoldsKey, SpentKey};

/// Anna has 500 of the grocer's points until 2027-11, Bo 400 of the café's.
fn ledger() -> Ledger {
    let mut ledger = Ledger::with_market();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    ledger.apply(TILL, issue(CAFE, BO, 400, "first"));
    ledger
}

fn in_days(ledger: &Ledger, days: u64) -> TimeMs {
    ledger.now().plus_ms(days * DAY_MS)
}

/// Anna offers 100 of the grocer's points for a third as many of the café's.
fn with_offer() -> (Ledger, OfferId) {
    let mut ledger = ledger();
    let offer = offer(address(ANNA), (100, "2027-11"), (1, 3), in_days(&ledger, 5));
    let id = ledger.make_offer(ANNA, &offer);
    (ledger, id)
}

#[test]
fn an_offer_sets_points_aside_for_nobody_else() {
    let (mut ledger, id) = with_offer();
    assert_eq!(ledger.totals(GROCER), Sums { issued: 500, outstanding: 400, held: 100, ..Sums::default() });
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 400)]);
    assert_eq!(ledger.offers(address(ANNA))[0].id, id);
    ledger.fails(ANNA, redeem(GROCER, ANNA, 401), Code::InsufficientPoints);
}

#[test]
fn a_take_moves_the_points_one_way_and_the_payment_the_other_with_their_expiries() {
    let (mut ledger, id) = with_offer();
    ledger.apply(BO, take(address(ANNA), id, address(BO), (100, 34)));
    assert_eq!(ledger.lots(BO, GROCER), [lot("2027-11", 100)]);
    assert_eq!(ledger.lots(ANNA, CAFE), [lot("never", 34)]);
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(BO, CAFE)), (400, 366));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 500, outstanding: 500, ..Sums::default() });
    assert_eq!(ledger.totals(CAFE), Sums { issued: 400, outstanding: 400, ..Sums::default() });
    let key = HoldsKey { account: address(ANNA), brand: brand(GROCER) };
    assert!(ledger.view().get(&key).expect("in memory").is_none(), "nothing is left behind");
    ledger.fails(BO, take(address(ANNA), id, address(BO), (1, 1)), Code::UnknownOffer);
}

#[test]
fn a_part_leaves_the_rest_and_each_payment_rounds_up() {
    let (mut ledger, id) = with_offer();
    ledger.apply(BO, take(address(ANNA), id, address(BO), (50, 17)));
    ledger.fails(BO, take(address(ANNA), id, address(BO), (49, 16)), Code::AboveMaxPay);
    ledger.apply(BO, take(address(ANNA), id, address(BO), (49, 20)));
    assert_eq!(ledger.balance(ANNA, CAFE), 17 + 17);
    assert_eq!(ledger.offers(address(ANNA))[0].lot, lot("2027-11", 1));
    ledger.apply(BO, take(address(ANNA), id, address(BO), (1, 1)));
    assert_eq!(ledger.offers(address(ANNA)), []);
}

#[test]
fn several_takes_in_one_transaction_are_all_or_none() {
    let (mut ledger, id) = with_offer();
    let second = offer(address(ANNA), (60, "2027-11"), (1, 1), in_days(&ledger, 5));
    let second = ledger.make_offer(ANNA, &second);
    let sweep = |last: u64| {
        let takes = [(id, 40, 14), (id, 60, 20), (second, last, 60)];
        Vec::from(takes.map(|(id, amount, pay)| take(address(ANNA), id, address(BO), (amount, pay))))
    };
    assert_eq!(ledger.run(BO, sweep(61)), failed(2, Code::TakeExceedsOffer));
    assert_eq!(ledger.balance(BO, GROCER), 0);
    assert_eq!(ledger.run(BO, sweep(60)), Outcome::Applied);
    assert_eq!((ledger.balance(BO, GROCER), ledger.balance(ANNA, CAFE)), (160, 94));
}

#[test]
fn less_than_the_smallest_part_is_taken_only_as_the_rest() {
    let mut ledger = ledger();
    let offered = offer(address(ANNA), (100, "2027-11"), (1, 1), in_days(&ledger, 5));
    let id = ledger.make_offer(ANNA, &Offer { min_take: Points::new(70), ..offered });
    ledger.fails(BO, take(address(ANNA), id, address(BO), (69, 69)), Code::TakeTooSmall);
    ledger.apply(BO, take(address(ANNA), id, address(BO), (70, 70)));
    ledger.fails(BO, take(address(ANNA), id, address(BO), (29, 29)), Code::TakeTooSmall);
    ledger.apply(BO, take(address(ANNA), id, address(BO), (30, 30)));
}

#[test]
fn a_payment_takes_the_earliest_of_the_lots_that_live_long_enough() {
    let mut ledger = Ledger::with_market();
    ledger.apply(TILL, issue(CAFE, ANNA, 500, "first"));
    for (month, amount) in [("2026-12", 30), ("2027-03", 20), ("2027-05", 10)] {
        ledger.apply(TILL, issue_until(month, GROCER, BO, amount, month));
    }
    let offered = offer(address(ANNA), (100, "never"), (1, 4), in_days(&ledger, 5));
    let offered = Offer { brand: brand(CAFE), wants: brand(GROCER), wants_until: expiry_of("2027-03"), ..offered };
    let id = ledger.make_offer(ANNA, &offered);
    let Operation::Take(taken) = take(address(ANNA), id, address(BO), (100, 25)) else { unreachable!() };
    let taken = lojal_types::Take { brand: brand(CAFE), wants: brand(GROCER), expiry: expiry_of("never"), ..taken };
    ledger.apply(BO, Operation::Take(taken.clone()));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-03", 20), lot("2027-05", 5)]);
    assert_eq!(ledger.lots(BO, GROCER), [lot("2026-12", 30), lot("2027-05", 5)]);
    // What is left would be enough, but not for long enough.
    let id = ledger.make_offer(ANNA, &offered);
    let again = lojal_types::Take { offer: id, amount: Points::new(40), ..taken };
    ledger.fails(BO, Operation::Take(again), Code::InsufficientPoints);
}

#[test]
fn an_offer_that_is_withdrawn_or_has_ended_returns_once_as_it_was() {
    for ends in [false, true] {
        let (mut ledger, id) = with_offer();
        if ends {
            ledger.pass_to(in_days(&ledger, 6));
            assert_eq!(ledger.totals(GROCER), Sums { issued: 500, outstanding: 500, ..Sums::default() });
            assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 500)], "nothing has touched it");
            assert_eq!(ledger.offers(address(ANNA)), []);
            ledger.fails(BO, take(address(ANNA), id, address(BO), (100, 34)), Code::OfferOver);
        }
        ledger.apply(ANNA, withdraw_offer(address(ANNA), id));
        assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 500)]);
        assert_eq!(ledger.totals(GROCER), Sums { issued: 500, outstanding: 500, ..Sums::default() });
        ledger.fails(ANNA, withdraw_offer(address(ANNA), id), Code::UnknownOffer);
        ledger.fails(BO, take(address(ANNA), id, address(BO), (100, 34)), Code::UnknownOffer);
    }
}

#[test]
fn an_offer_can_be_taken_to_the_millisecond_before_its_minute() {
    let (ledger, id) = with_offer();
    let ends = ledger.offers(address(ANNA))[0].ends_ms;
    assert_eq!(ends, in_days(&ledger, 5).to_whole_minute().expect("long before the year 6999"));
    for (at, outcome) in [(ends.get() - 1, Outcome::Applied), (ends.get(), failed(0, Code::OfferOver))] {
        let mut ledger = ledger.clone();
        ledger.pass_to(time(ends.get() - 2));
        let transaction = ledger.sign(BO, vec![take(address(ANNA), id, address(BO), (100, 34))]);
        assert_eq!(ledger.block(time(at), &[transaction]), [Ok(outcome)]);
    }
}

#[test]
fn offered_points_expire_with_their_month_and_no_later() {
    let mut ledger = Ledger::with_market();
    ledger.apply(TILL, issue_until("2026-12", GROCER, ANNA, 100, "first"));
    ledger.apply(TILL, issue(CAFE, BO, 400, "first"));
    ledger.pass_to(time(start_of("2027-01").get() - 2 * DAY_MS));
    let id = ledger.make_offer(ANNA, &offer(address(ANNA), (80, "2026-12"), (1, 1), in_days(&ledger, 20)));
    assert_eq!(ledger.offers(address(ANNA))[0].ends_ms, start_of("2027-01"));
    ledger.pass_to(start_of("2027-01"));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 100, expired: 100, ..Sums::default() });
    let Operation::Take(late) = take(address(ANNA), id, address(BO), (80, 80)) else { unreachable!() };
    let late = lojal_types::Take { expiry: expiry_of("2026-12"), ..late };
    ledger.fails(BO, Operation::Take(late), Code::OfferOver);
    ledger.apply(ANNA, withdraw_offer(address(ANNA), id));
    assert_eq!(ledger.balance(ANNA, GROCER), 0);
    assert_eq!(ledger.totals(GROCER), Sums { issued: 100, expired: 100, ..Sums::default() });
}

#[test]
fn an_offer_ends_when_one_of_its_brands_leaves() {
    for leaving in [GROCER, CAFE] {
        let mut ledger = ledger();
        let closes = ledger.leaving_at();
        ledger.apply(TILL, close_brand(leaving, Some(closes)));
        ledger.pass_to(time(closes.get() - 3 * DAY_MS));
        let id = ledger.make_offer(ANNA, &offer(address(ANNA), (100, "2027-11"), (1, 3), in_days(&ledger, 20)));
        assert_eq!(ledger.offers(address(ANNA))[0].ends_ms, closes);
        ledger.pass_to(closes);
        ledger.fails(BO, take(address(ANNA), id, address(BO), (100, 34)), Code::BrandClosed);
        let left = if leaving == GROCER { 0 } else { 500 };
        assert_eq!((ledger.balance(ANNA, GROCER), ledger.totals(GROCER).outstanding), (left, left));
    }
}

#[test]
fn offers_of_a_frozen_account_and_of_one_in_recovery_stop_and_go_on_when_it_does() {
    let (mut ledger, id) = with_offer();
    ledger.apply(ANNA, freeze());
    ledger.fails(BO, take(address(ANNA), id, address(BO), (100, 34)), Code::OfferSuspended);
    ledger.fails(ANNA, withdraw_offer(address(ANNA), id), Code::AccountFrozen);
    ledger.apply(ANNA, unfreeze());
    ledger.pass_to(ledger.now().plus_ms(RECOVERY_DELAY_MS));
    ledger.apply(BO, take(address(ANNA), id, address(BO), (50, 17)));
    ledger.guard(ANNA, set_guardians(&[BO], &[], 1));
    let until = in_days(&ledger, 5);
    let id = ledger.make_offer(ANNA, &offer(address(ANNA), (100, "2027-11"), (1, 3), until));
    ledger.apply(BO, start_recovery(ANNA, 77));
    ledger.fails(BO, take(address(ANNA), id, address(BO), (100, 34)), Code::OfferSuspended);
}

#[test]
fn what_a_member_offers_of_a_pool_stops_with_the_member_and_any_adult_withdraws_it() {
    let mut ledger = Ledger::with_market();
    ledger.apply(TILL, set_policy(CAFE, Policy { tradeable: true, poolable: true, ..policy_of(CAFE) }));
    for (id, member) in [(GROCER, ANNA), (CAFE, BO), (CAFE, CLEO), (GROCER, CLEO)] {
        ledger.apply(TILL, issue(id, member, 400, &format!("for {member}")));
    }
    let pool = ledger.household(ANNA, &[(BO, MemberRole::Adult, &[(GROCER, 150)])]);
    ledger.apply(ANNA, deposit(GROCER, ANNA, pool, 300));
    let until = in_days(&ledger, 5);
    let id = ledger.make_offer(BO, &offer(pool, (100, "2027-11"), (1, 1), until));
    let spent =
        |ledger: &Ledger| ledger.view().spent_this_month(pool, address(BO), brand(GROCER)).expect("in memory").get();
    assert_eq!(spent(&ledger), 100);
    ledger.fails(BO, Operation::Offer(offer(pool, (51, "2027-11"), (1, 1), until)), Code::MemberLimitReached);
    ledger.apply(CLEO, take(pool, id, address(CLEO), (40, 40)));
    assert_eq!(ledger.pool(pool, CAFE), 40);
    ledger.apply(ANNA, set_member(pool, BO, MemberRole::Child, &[(GROCER, 150)]));
    ledger.fails(CLEO, take(pool, id, address(CLEO), (60, 60)), Code::OfferSuspended);
    ledger.apply(ANNA, set_member(pool, BO, MemberRole::Adult, &[(GROCER, 150)]));
    ledger.apply(BO, freeze());
    ledger.fails(CLEO, take(pool, id, address(CLEO), (60, 60)), Code::OfferSuspended);
    ledger.apply(ANNA, withdraw_offer(pool, id));
    assert_eq!((ledger.pool(pool, GROCER), spent(&ledger)), (260, 40), "what returns is given back to the limit");
}

#[test]
fn what_ends_in_the_month_is_given_back_to_the_limit_at_its_minute() {
    let mut ledger = Ledger::with_market();
    ledger.apply(TILL, set_policy(CAFE, Policy { tradeable: true, poolable: true, ..policy_of(CAFE) }));
    ledger.apply(TILL, issue(GROCER, ANNA, 400, "first"));
    ledger.apply(TILL, issue(GROCER, BO, 1, "second"));
    let pool = ledger.household(ANNA, &[(BO, MemberRole::Adult, &[(GROCER, 150)])]);
    ledger.apply(ANNA, deposit(GROCER, ANNA, pool, 300));
    let until = in_days(&ledger, 2);
    ledger.make_offer(BO, &offer(pool, (150, "2027-11"), (1, 1), until));
    ledger.pass_to(in_days(&ledger, 3));
    let key = SpentKey { household: pool, member: address(BO) };
    assert!(ledger.view().get(&key).expect("in memory").is_some(), "nothing has touched it");
    assert_eq!(ledger.view().spent_this_month(pool, address(BO), brand(GROCER)), Ok(Points::ZERO));
    ledger.apply(BO, of(pool, redeem(GROCER, BO, 150)));
    ledger.fails(BO, of(pool, redeem(GROCER, BO, 1)), Code::MemberLimitReached);
}

#[test]
fn offers_and_payments_count_for_the_daily_cap() {
    let (mut ledger, id) = with_offer();
    for brand in [GROCER, CAFE] {
        let transfer_daily_max = Some(Points::new(50));
        ledger.apply(TILL, set_policy(brand, Policy { tradeable: true, transfer_daily_max, ..policy_of(brand) }));
    }
    let until = in_days(&ledger, 5);
    let more = |amount| Operation::Offer(offer(address(ANNA), (amount, "2027-11"), (1, 1), until));
    ledger.fails(ANNA, more(51), Code::TransferDailyMaxReached);
    ledger.apply(ANNA, more(50));
    ledger.fails(ANNA, transfer(GROCER, ANNA, BO, 10), Code::TransferDailyMaxReached);
    ledger.apply(BO, transfer(CAFE, BO, ANNA, 17));
    ledger.fails(BO, take(address(ANNA), id, address(BO), (100, 34)), Code::TransferDailyMaxReached);
    ledger.apply(BO, take(address(ANNA), id, address(BO), (99, 33)));
}

#[test]
fn a_suspended_brands_offers_are_taken_and_withdrawn_and_no_new_ones_are_made() {
    for suspended in [GROCER, CAFE] {
        let (mut ledger, id) = with_offer();
        ledger.enact(vec![suspend(suspended)]);
        let until = in_days(&ledger, 5);
        let new = Operation::Offer(offer(address(ANNA), (50, "2027-11"), (1, 1), until));
        ledger.fails(ANNA, new, Code::BrandSuspended);
        ledger.apply(BO, take(address(ANNA), id, address(BO), (50, 17)));
        ledger.apply(ANNA, withdraw_offer(address(ANNA), id));
    }
}

#[test]
fn sixteen_offers_of_one_brand_are_open_at_once_and_those_that_have_ended_make_room() {
    let mut ledger = ledger();
    let until = in_days(&ledger, 1);
    let one = Operation::Offer(offer(address(ANNA), (10, "2027-11"), (1, 1), until));
    assert_eq!(ledger.run(ANNA, vec![one.clone(); 17]), failed(16, Code::TooManyOffers));
    assert_eq!(ledger.run(ANNA, vec![one.clone(); 16]), Outcome::Applied);
    ledger.fails(ANNA, one, Code::TooManyOffers);
    ledger.pass_to(in_days(&ledger, 2));
    let later = in_days(&ledger, 1);
    ledger.make_offer(ANNA, &offer(address(ANNA), (10, "2027-11"), (1, 1), later));
    assert_eq!(ledger.offers(address(ANNA)).len(), 1);
    assert_eq!(ledger.balance(ANNA, GROCER), 490);
}

#[test]
fn a_pool_with_an_offer_is_not_left_without_an_owner() {
    let mut ledger = Ledger::with_market();
    ledger.apply(TILL, set_policy(CAFE, Policy { tradeable: true, poolable: true, ..policy_of(CAFE) }));
    ledger.apply(TILL, issue(GROCER, ANNA, 400, "first"));
    let pool = ledger.household(ANNA, &[]);
    ledger.apply(ANNA, deposit(GROCER, ANNA, pool, 100));
    let until = in_days(&ledger, 5);
    let id = ledger.make_offer(ANNA, &offer(pool, (100, "2027-11"), (1, 1), until));
    ledger.fails(ANNA, leave(pool), Code::LastHouseholdAdmin);
    ledger.apply(ANNA, withdraw_offer(pool, id));
    ledger.apply(ANNA, of(pool, redeem(GROCER, ANNA, 100)));
    ledger.apply(ANNA, leave(pool));
}

#[test]
fn version_1_has_no_market() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    let until = in_days(&ledger, 5);
    let offer = Operation::Offer(offer(address(ANNA), (100, "2027-11"), (1, 1), until));
    let transaction = ledger.sign(ANNA, vec![offer]);
    assert_eq!(ledger.block(ledger.next_time(), &[transaction]), [Err(Code::UnknownInVersion)]);
}
