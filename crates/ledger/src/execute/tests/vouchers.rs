//! Vouchers, donations and refunds (protocol, Vouchers and refunds).

use lojal_types::{Campaign, Code, Expiry, Grant, MemberRole, Operation, Payment, Reference, VoucherId};

use crate::fixture::*;
use crate::key::{GivenVoucherKey, StateKey, VouchersKey};

/// Anna has 50 of the grocer's points until 2027-11 and 60 until 2027-12, of a ledger in which coffees cost 20.
fn ledger() -> Ledger {
    let mut ledger = Ledger::with_campaigns();
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "november"));
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(TILL, issue(GROCER, ANNA, 60, "december"));
    let terms = coffees(ledger.now(), 20);
    ledger.apply(TILL, set_campaign(GROCER, 1, terms));
    ledger
}

fn buy(ledger: &mut Ledger, quantity: u16) -> (Reference, VoucherId) {
    let price = u64::from(quantity) * 20;
    ledger.claimed(ANNA, claim_for(GROCER, 1, address(ANNA), (quantity, price), None))
}

#[test]
fn a_voucher_is_bought_and_each_use_answers_a_request_once() {
    let mut ledger = ledger();
    let (_, id) = buy(&mut ledger, 2);
    assert_eq!(ledger.balance(ANNA, GROCER), 70);
    let voucher = ledger.vouchers(address(ANNA))[0];
    assert_eq!((voucher.voucher, voucher.left, voucher.until), (id, 2, ledger.now().day().plus(30)));
    let asked = ledger.voucher_request(1, 1, 7);
    let answer = ledger.use_voucher(&asked, address(ANNA), id);
    ledger.apply(ANNA, answer.clone());
    assert_eq!(ledger.vouchers(address(ANNA))[0].left, 1);
    ledger.fails(ANNA, answer, Code::DuplicateReference);
    let again = ledger.use_voucher(&ledger.voucher_request(1, 1, 8), address(ANNA), id);
    ledger.apply(ANNA, again);
    let (account, brand) = (address(ANNA), brand(GROCER));
    assert!(ledger.view().get(&VouchersKey { account, brand }).expect("in memory").is_none(), "nothing is left behind");
    let late = ledger.use_voucher(&ledger.voucher_request(1, 1, 9), address(ANNA), id);
    ledger.fails(ANNA, late, Code::UnknownVoucher);
}

#[test]
fn a_request_for_another_campaign_or_for_more_is_not_answered_by_a_voucher() {
    let mut ledger = ledger();
    let (_, id) = buy(&mut ledger, 1);
    for (campaign, quantity, code) in [(2, 1, Code::RequestMismatch), (1, 2, Code::VoucherExceeded)] {
        let asked = ledger.voucher_request(campaign, quantity, 7);
        let answer = ledger.use_voucher(&asked, address(ANNA), id);
        ledger.fails(ANNA, answer, code);
    }
}

#[test]
fn a_voucher_can_be_used_through_its_last_day() {
    let mut ledger = ledger();
    let (_, id) = buy(&mut ledger, 2);
    let until = ledger.vouchers(address(ANNA))[0].until;
    ledger.pass_to(until.start());
    let asked = ledger.voucher_request(1, 1, 7);
    ledger.apply(ANNA, ledger.use_voucher(&asked, address(ANNA), id));
    ledger.pass_to(until.plus(1).start());
    assert!(ledger.vouchers(address(ANNA)).is_empty());
    let late = ledger.use_voucher(&ledger.voucher_request(1, 1, 8), address(ANNA), id);
    ledger.fails(ANNA, late, Code::VoucherOver);
}

#[test]
fn an_account_has_at_most_32_vouchers_and_those_that_are_over_make_room() {
    let mut ledger = ledger();
    ledger.apply(TILL, set_campaign(GROCER, 2, gift_of_coffee(ledger.now())));
    for number in 0..32 {
        ledger.apply(TILL, grant(GROCER, 2, ANNA, 1, &format!("gift {number}")));
    }
    ledger.fails(TILL, grant(GROCER, 2, ANNA, 1, "one more"), Code::TooManyVouchers);
    ledger.pass_to(ledger.vouchers(address(ANNA))[0].until.plus(1).start());
    ledger.apply(TILL, grant(GROCER, 2, ANNA, 1, "one more"));
    assert_eq!(ledger.vouchers(address(ANNA)).len(), 1);
}

#[test]
fn the_uses_that_are_left_of_a_voucher_are_taken_back() {
    let mut ledger = ledger();
    ledger.apply(TILL, set_campaign(GROCER, 2, gift_of_coffee(ledger.now())));
    ledger.apply(TILL, grant(GROCER, 2, ANNA, 3, "gift"));
    let id = ledger.vouchers(address(ANNA))[0].voucher;
    ledger.apply(ANNA, ledger.use_voucher(&ledger.voucher_request(2, 1, 7), address(ANNA), id));
    ledger.fails(TILL, take_back_voucher(ANNA, 3, "gift", "return"), Code::TakeBackExceeds);
    ledger.apply(TILL, take_back_voucher(ANNA, 2, "gift", "return"));
    assert!(ledger.vouchers(address(ANNA)).is_empty());
    ledger.fails(TILL, take_back_voucher(ANNA, 1, "gift", "again"), Code::TakeBackExceeds);
}

#[test]
fn a_household_has_vouchers_that_its_members_use() {
    let mut ledger = ledger();
    ledger.apply(TILL, issue(GROCER, BO, 1, "of bo"));
    let family = ledger.household(ANNA, &[(BO, MemberRole::Child, &[(GROCER, 100)])]);
    let terms = Campaign { households: true, ..coffees(ledger.now(), 20) };
    ledger.apply(TILL, set_campaign(GROCER, 2, terms));
    ledger.apply(ANNA, deposit(GROCER, ANNA, family, 60));
    let (_, id) = ledger.claimed(BO, claim_for(GROCER, 2, family, (2, 40), None));
    let mut asked = ledger.voucher_request(2, 1, 7);
    asked.household = Some(family);
    ledger.fails(BO, ledger.use_voucher(&asked, family, VoucherId::new([1; 16])), Code::UnknownVoucher);
    ledger.apply(BO, ledger.use_voucher(&asked, family, id));
    assert_eq!(ledger.vouchers(family)[0].left, 1);
}

#[test]
fn a_refund_brings_back_the_original_lots_the_latest_first() {
    let mut ledger = ledger();
    ledger.apply(ANNA, redeem_for(GROCER, ANNA, 80, "till 7"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-12", 30)]);
    ledger.apply(RETURNS, refund(Payment::Redeem, ANNA, "till 7", 40, "return 1"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 10), lot("2027-12", 60)]);
    ledger.fails(RETURNS, refund(Payment::Redeem, ANNA, "till 7", 41, "return 2"), Code::RefundExceedsPayment);
    ledger.fails(RETURNS, refund(Payment::Redeem, ANNA, "till 7", 1, "return 1"), Code::DuplicateReference);
    ledger.fails(RETURNS, refund(Payment::Redeem, BO, "till 7", 1, "return 2"), Code::AwardToOther);
    ledger.apply(RETURNS, refund(Payment::Redeem, ANNA, "till 7", 40, "return 2"));
    assert_eq!(ledger.lots(ANNA, GROCER), [lot("2027-11", 50), lot("2027-12", 60)]);
    let sums = Sums { issued: 110, outstanding: 110, redeemed: 80, refunded: 80, ..Sums::default() };
    assert_eq!(ledger.totals(GROCER), sums);
}

#[test]
fn points_of_a_month_that_is_over_come_back_for_another_one() {
    let mut ledger = ledger();
    ledger.pass_to(start_of("2027-11"));
    ledger.apply(ANNA, redeem_for(GROCER, ANNA, 50, "till 7"));
    ledger.pass_to(start_of("2027-12"));
    ledger.apply(RETURNS, refund(Payment::Redeem, ANNA, "till 7", 50, "return"));
    let through = |month: &str| Expiry::Month(month.parse().expect("a month"));
    let lots: Vec<_> = ledger.lots(ANNA, GROCER).iter().map(|lot| (lot.expiry, lot.amount.get())).collect();
    assert_eq!(lots, [(through("2027-12"), 60), (through("2028-01"), 50)]);
}

#[test]
fn a_capture_is_refunded_and_the_limit_of_who_paid_is_given_back_in_the_same_month() {
    let mut ledger = ledger();
    ledger.apply(TILL, issue(GROCER, BO, 1, "of bo"));
    let family = ledger.household(ANNA, &[(BO, MemberRole::Adult, &[(GROCER, 50)])]);
    ledger.apply(ANNA, deposit(GROCER, ANNA, family, 100));
    let end = ledger.now().plus_ms(DAY_MS);
    ledger.apply(BO, of(family, hold(GROCER, ANNA, 50, "till 7", end)));
    ledger.apply(CASHIER, of(family, capture(GROCER, ANNA, "till 7", 50, "take")));
    ledger.fails(BO, of(family, redeem(GROCER, ANNA, 1)), Code::MemberLimitReached);
    let (payment, today) = (reference("take"), ledger.now().day());
    ledger.apply(RETURNS, refund_of(Payment::Capture, family, (payment.clone(), today), 20, "return 1"));
    ledger.fails(BO, of(family, redeem(GROCER, ANNA, 21)), Code::MemberLimitReached);
    ledger.apply(BO, of(family, redeem(GROCER, ANNA, 20)));
    ledger.apply(BO, leave(family));
    ledger.apply(RETURNS, refund_of(Payment::Capture, family, (payment, today), 30, "return 2"));
    assert_eq!(ledger.pool(family, GROCER), 80);
}

#[test]
fn a_claim_is_refunded_by_whole_units_which_come_back_to_the_stock() {
    let mut ledger = ledger();
    let terms = Campaign { stock: Some(3), ..coffees(ledger.now(), 20) };
    ledger.apply(TILL, set_campaign(GROCER, 2, terms));
    let (claim, id) = ledger.claimed(ANNA, claim_for(GROCER, 2, address(ANNA), (3, 60), None));
    let payment = (claim, ledger.now().day());
    let back = |amount, own: &str| refund_of(Payment::Claim, address(ANNA), payment.clone(), amount, own);
    ledger.fails(ANNA, back(30, "return"), Code::RefundNotWhole);
    ledger.apply(ANNA, ledger.use_voucher(&ledger.voucher_request(2, 1, 7), address(ANNA), id));
    ledger.fails(ANNA, back(60, "return"), Code::VoucherUsed);
    ledger.fails(ANNA, claim_for(GROCER, 2, address(ANNA), (1, 20), None), Code::SoldOut);
    ledger.apply(ANNA, back(40, "return"));
    assert_eq!(ledger.balance(ANNA, GROCER), 90);
    let record = ledger.campaign(GROCER, 2);
    assert_eq!((record.times, record.returned, record.paid.get(), record.refunded.get()), (3, 2, 60, 40));
    ledger.apply(ANNA, claim_for(GROCER, 2, address(ANNA), (2, 40), None));
    ledger.fails(ANNA, claim_for(GROCER, 2, address(ANNA), (1, 20), None), Code::SoldOut);
}

#[test]
fn members_return_what_is_returnable_and_brands_refund_the_rest() {
    let mut ledger = ledger();
    let terms = Campaign { returnable: false, ..coffees(ledger.now(), 20) };
    ledger.apply(TILL, set_campaign(GROCER, 2, terms));
    let (claim, _) = ledger.claimed(ANNA, claim_for(GROCER, 2, address(ANNA), (1, 20), None));
    let payment = (claim, ledger.now().day());
    let back = || refund_of(Payment::Claim, address(ANNA), payment.clone(), 20, "return");
    ledger.fails(ANNA, back(), Code::NotReturnable);
    ledger.apply(RETURNS, back());
    assert!(ledger.vouchers(address(ANNA)).is_empty());
    ledger.apply(ANNA, redeem_for(GROCER, ANNA, 10, "till 7"));
    ledger.fails(ANNA, refund(Payment::Redeem, ANNA, "till 7", 10, "own"), Code::NotOperator);
}

#[test]
fn a_membership_that_is_refunded_ends_earlier() {
    let mut ledger = ledger();
    let terms = club(ledger.now(), 20, Some(30));
    ledger.apply(TILL, set_campaign(GROCER, 2, terms));
    let (claim, _) = ledger.claimed(ANNA, claim_for(GROCER, 2, address(ANNA), (2, 40), None));
    let payment = (claim, ledger.now().day());
    ledger.apply(RETURNS, refund_of(Payment::Claim, address(ANNA), payment.clone(), 20, "return 1"));
    let until = ledger.standing(ANNA, GROCER).marks[0].until;
    assert_eq!(until, Some(ledger.now().day().plus(30)));
    ledger.apply(RETURNS, refund_of(Payment::Claim, address(ANNA), payment, 20, "return 2"));
    ledger.pass_to(ledger.now().day().plus(1).start());
    assert!(!ledger.is_in_club(ANNA, GROCER));
}

#[test]
fn what_is_donated_is_counted_and_owed_to_the_recipient() {
    let mut ledger = ledger();
    ledger.apply(TILL, set_campaign(GROCER, 2, meals(ledger.now(), 5, Some(CAFE))));
    let (claim, _) = ledger.claimed(ANNA, claim_for(GROCER, 2, address(ANNA), (4, 20), None));
    let sums = Sums { issued: 110, outstanding: 90, donated: 20, ..Sums::default() };
    assert_eq!(ledger.totals(GROCER), sums);
    let record = ledger.campaign(GROCER, 2);
    assert_eq!((record.times, record.paid.get()), (4, 20));
    let owed = ledger.view().owed(brand(GROCER), brand(CAFE)).expect("in memory");
    assert_eq!(owed.in_micro(), 20 * 250_000);
    let today = ledger.now().day();
    let key = GivenVoucherKey { shelf: today.month(), brand: brand(GROCER), reference: claim.clone() };
    assert!(ledger.view().get(&key).expect("in memory").is_none(), "{:?}", key.encode());
    let back = refund_of(Payment::Claim, address(ANNA), (claim, today), 5, "return");
    ledger.fails(RETURNS, back, Code::UnknownReference);
}

#[test]
fn what_version_1_took_can_not_be_refunded_later() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 100, "points"));
    ledger.apply(ANNA, redeem_for(GROCER, ANNA, 40, "till 7"));
    let reference = ledger.request(&reference("till 7"));
    let key = crate::key::RedeemedKey { shelf: ledger.now().month(), brand: brand(GROCER), reference };
    let redeemed = ledger.view().get(&key).expect("in memory").expect("it was paid");
    assert_eq!(redeemed.paid, None);
    assert_eq!(borsh::to_vec(&redeemed).expect("in memory").len(), 32, "the bytes of version 1");
}

#[test]
fn a_refund_is_in_time_as_long_as_an_issue_of_the_same_time_could_be_reversed() {
    let mut ledger = ledger();
    ledger.apply(ANNA, redeem_for(GROCER, ANNA, 10, "till 7"));
    ledger.pass_to(ledger.now().plus_ms(GROCER_REVERSAL_MS));
    ledger.fails(RETURNS, refund(Payment::Redeem, ANNA, "till 7", 10, "return"), Code::RefundWindowClosed);
}

#[test]
fn a_refund_gives_a_member_who_came_back_nothing_that_its_open_holds_count() {
    let mut ledger = ledger();
    ledger.apply(TILL, issue(GROCER, BO, 1, "of bo"));
    let family = ledger.household(ANNA, &[(BO, MemberRole::Adult, &[(GROCER, 100)])]);
    ledger.apply(ANNA, deposit(GROCER, ANNA, family, 110));
    ledger.apply(BO, of(family, redeem_for(GROCER, BO, 50, "till 7")));
    ledger.apply(ANNA, remove_member(family, BO));
    ledger.apply(ANNA, invite(family, BO, MemberRole::Adult, &[(GROCER, 100)]));
    ledger.apply(BO, join(family));
    let end = ledger.now().plus_ms(HOUR_MS);
    ledger.apply(BO, of(family, hold(GROCER, BO, 50, "till 8", end)));
    let payment = (ledger.request(&reference("till 7")), ledger.now().day());
    ledger.apply(RETURNS, refund_of(Payment::Redeem, family, payment, 50, "return"));
    ledger.fails(BO, of(family, redeem(GROCER, BO, 51)), Code::MemberLimitReached);
    ledger.pass_to(end.plus_ms(MINUTE_MS));
    ledger.apply(BO, of(family, redeem(GROCER, BO, 100)));
    assert_eq!(ledger.pool(family, GROCER), 10);
}

#[test]
fn nobody_lets_points_live_on_by_buying_and_returning() {
    let mut ledger = ledger();
    ledger.pass_to(start_of("2027-11"));
    ledger.apply(TILL, set_campaign(GROCER, 2, coffees(ledger.now(), 20)));
    let (claim, _) = ledger.claimed(ANNA, claim_for(GROCER, 2, address(ANNA), (1, 20), None));
    let payment = (claim, ledger.now().day());
    ledger.pass_to(start_of("2027-12"));
    let back = || refund_of(Payment::Claim, address(ANNA), payment.clone(), 20, "return");
    ledger.fails(ANNA, back(), Code::PointsExpired);
    ledger.apply(RETURNS, back());
    assert_eq!(ledger.lots(ANNA, GROCER)[1].amount.get(), 20, "the brand can");
}

#[test]
fn members_use_up_no_references_of_the_brand() {
    let mut ledger = ledger();
    let (claim, _) = buy(&mut ledger, 2);
    let payment = (claim, ledger.now().day());
    let back = || refund_of(Payment::Claim, address(ANNA), payment.clone(), 20, "return 1");
    ledger.apply(ANNA, back());
    ledger.apply(RETURNS, back());
    assert_eq!(ledger.balance(ANNA, GROCER), 110);
}

#[test]
fn a_refund_takes_nothing_that_was_given_to_somebody_else_under_the_same_reference() {
    let mut ledger = ledger();
    ledger.apply(TILL, set_campaign(GROCER, 2, club(ledger.now(), 20, Some(30))));
    ledger.apply(TILL, set_campaign(GROCER, 3, gift_of_coffee(ledger.now())));
    let (claim, _) = ledger.claimed(ANNA, claim_for(GROCER, 2, address(ANNA), (1, 20), None));
    let Operation::Grant(gift) = grant(GROCER, 3, BO, 1, "gift") else { panic!("another operation") };
    let gift = Grant { reference: claim.clone(), dated: ledger.now().day(), ..gift };
    ledger.apply(TILL, Operation::Grant(gift));
    let payment = (claim, ledger.now().day());
    ledger.apply(RETURNS, refund_of(Payment::Claim, address(ANNA), payment, 20, "return"));
    assert_eq!(ledger.vouchers(address(BO)).len(), 1);
    ledger.pass_to(ledger.now().day().plus(1).start());
    assert!(!ledger.is_in_club(ANNA, GROCER));
}
