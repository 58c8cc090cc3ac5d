//! Partnerships, `Convert` and `Settle` (protocol, Between brands).

use lojal_types::limits::PRICE_MICRO_MAX;
use lojal_types::{Code, ExactMoney, Money, PartnershipProposal, PartnershipTerms, Points, Policy};

use crate::fixture::*;

fn agree(ledger: &mut Ledger, from: &str, to: &str, terms: &PartnershipTerms) {
    let accepting = if to == CAFE { BARISTA } else { TILL };
    ledger.apply(TILL, propose(from, to, terms));
    ledger.apply(accepting, accept(from, to, terms));
}

/// Anna has 1000 of the grocer's points, which become the café's on these terms.
fn ledger(terms: &PartnershipTerms) -> Ledger {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 1000, "first"));
    agree(&mut ledger, GROCER, CAFE, terms);
    ledger
}

fn money(minor: u64, micro: u32) -> ExactMoney {
    ExactMoney { minor: Money::new(minor), micro }
}

fn owed(ledger: &Ledger, debtor: &str, creditor: &str) -> ExactMoney {
    ledger.view().owed(brand(debtor), brand(creditor)).expect("in memory")
}

#[test]
fn a_partnership_exists_when_both_brands_have_signed_the_same_terms() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 1000, "first"));
    let (first, second) = (terms(1, 2), terms(1, 3));
    ledger.apply(BARISTA, propose(GROCER, CAFE, &first));
    ledger.fails(ANNA, convert(ANNA, GROCER, CAFE, 10, 5), Code::UnknownPartnership);
    let [listed] = &ledger.view().partnerships().expect("in memory")[..] else { panic!("one pair") };
    assert_eq!(
        (&listed.terms, &listed.proposal),
        (&None, &Some(PartnershipProposal { by: brand(CAFE), terms: first }))
    );
    // The grocer answers with other terms, to which the café agrees.
    ledger.apply(TILL, propose(GROCER, CAFE, &second));
    ledger.apply(BARISTA, accept(GROCER, CAFE, &second));
    let listed = ledger.view().partnership(brand(GROCER), brand(CAFE)).expect("in memory").expect("agreed");
    assert_eq!((listed.terms, listed.proposal), (Some(second), None));
    assert_eq!(
        ledger.view().partnership(brand(CAFE), brand(GROCER)).expect("in memory"),
        None,
        "one direction is not the other"
    );
}

#[test]
fn terms_stay_in_force_until_others_are_accepted() {
    let mut ledger = ledger(&terms(1, 2));
    ledger.apply(TILL, propose(GROCER, CAFE, &terms(1, 5)));
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 10, 5));
    ledger.apply(BARISTA, accept(GROCER, CAFE, &terms(1, 5)));
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 10, 2));
    assert_eq!(ledger.balance(ANNA, CAFE), 7);
}

#[test]
fn either_brand_ends_a_partnership_at_once_and_what_is_owed_stays_owed() {
    for ending in [TILL, BARISTA] {
        let mut ledger = ledger(&terms(1, 2));
        ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 10, 5));
        ledger.apply(ending, end(GROCER, CAFE));
        ledger.fails(ANNA, convert(ANNA, GROCER, CAFE, 10, 5), Code::UnknownPartnership);
        assert_eq!(ledger.view().partnerships().expect("in memory"), []);
        assert_eq!(owed(&ledger, GROCER, CAFE), money(10, 0));
        ledger.apply(BARISTA, settle(CAFE, GROCER, 10, "payment"));
    }
}

#[test]
fn a_conversion_burns_issues_and_adds_to_what_is_owed() {
    let mut ledger = ledger(&PartnershipTerms { price_micro: 1_500_000, ..terms(2, 5) });
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 100, 40));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 1000, outstanding: 900, converted_out: 100, ..Sums::default() });
    assert_eq!(ledger.totals(CAFE), Sums { issued: 40, outstanding: 40, ..Sums::default() });
    assert_eq!(owed(&ledger, GROCER, CAFE), money(150, 0));
    let listed = ledger.view().partnership(brand(GROCER), brand(CAFE)).expect("in memory").expect("agreed");
    assert_eq!(listed.converted_today, Points::new(100));
}

#[test]
fn dust_below_one_unit_is_not_taken_from_the_member() {
    let mut ledger = ledger(&terms(2, 5));
    // 9 give 3.6: three come, for which eight suffice.
    ledger.fails(ANNA, convert(ANNA, GROCER, CAFE, 9, 3), Code::ConversionDiffers);
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 8, 3));
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(ANNA, CAFE)), (992, 3));
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 990, 396));
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(ANNA, CAFE)), (2, 399));
}

#[test]
fn a_conversion_gives_what_it_says_or_nothing() {
    for ((num, den), burned, received) in [((2, 5), 100, 40), ((2, 5), 8, 3), ((5, 2), 9, 22), ((3, 1), 1, 3)] {
        let mut ledger = ledger(&terms(num, den));
        let differs = |ledger: &mut Ledger, burned, received| {
            ledger.fails(ANNA, convert(ANNA, GROCER, CAFE, burned, received), Code::ConversionDiffers);
        };
        differs(&mut ledger, burned + 1, received);
        differs(&mut ledger, burned, received + 1);
        if burned > 1 {
            differs(&mut ledger, burned - 1, received);
        }
        differs(&mut ledger, burned, received - 1);
        assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(ANNA, CAFE)), (1000, 0));
        ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, burned, received));
        assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(ANNA, CAFE)), (1000 - burned, received));
    }
}

#[test]
fn a_conversion_signed_by_terms_that_are_others_in_its_block_is_refused_whole() {
    let mut ledger = ledger(&terms(1, 2));
    // More would come, and fewer: neither is what was signed.
    for (num, den) in [(1, 1), (1, 5)] {
        agree(&mut ledger, GROCER, CAFE, &terms(1, 2));
        let signed = ledger.sign(ANNA, vec![convert(ANNA, GROCER, CAFE, 10, 5)]);
        agree(&mut ledger, GROCER, CAFE, &terms(num, den));
        let time = ledger.next_time();
        assert_eq!(ledger.block(time, &[signed]), [Ok(failed(0, Code::ConversionDiffers))]);
        assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(ANNA, CAFE)), (1000, 0));
    }
}

#[test]
fn converted_lots_keep_the_earlier_expiry() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 10, "november")); // until 2027-11
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(TILL, issue(GROCER, ANNA, 10, "december")); // until 2027-12
    ledger.apply(TILL, set_policy(RESORT, Policy { convertible: true, expiry_months: Some(12), ..policy_of(RESORT) }));
    agree(&mut ledger, GROCER, CAFE, &terms(1, 1));
    agree(&mut ledger, CAFE, RESORT, &terms(1, 1));
    // The café's points never expire, but these do.
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 15, 15));
    assert_eq!(ledger.lots(ANNA, CAFE), [lot("2027-11", 10), lot("2027-12", 5)]);
    ledger.apply(TILL, issue(CAFE, ANNA, 3, "cup"));
    ledger.apply(ANNA, convert(ANNA, CAFE, RESORT, 18, 18));
    assert_eq!(ledger.lots(ANNA, RESORT), [lot("2027-11", 10), lot("2027-12", 8)], "never became the resort's policy");
}

#[test]
fn several_lots_convert_to_exactly_what_all_of_them_give() {
    let mut ledger = Ledger::new();
    for month in ["2026-12", "2027-01", "2027-02", "2027-03"] {
        ledger.pass_to(start_of(month));
        ledger.apply(TILL, issue(GROCER, ANNA, 3, month));
    }
    agree(&mut ledger, GROCER, CAFE, &terms(1, 2));
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 12, 6));
    // 1.5 each: 1, 2, 1, 2.
    let expected = [lot("2027-12", 1), lot("2028-01", 2), lot("2028-02", 1), lot("2028-03", 2)];
    assert_eq!(ledger.lots(ANNA, CAFE), expected);
}

#[test]
fn the_daily_cap_is_everybody_s_together_and_starts_again_at_midnight_utc() {
    let mut ledger = ledger(&PartnershipTerms { daily_max: Points::new(100), ..terms(1, 1) });
    ledger.apply(TILL, issue(GROCER, BO, 1000, "bo"));
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 60, 60));
    ledger.fails(BO, convert(BO, GROCER, CAFE, 41, 41), Code::ConversionDailyMaxReached);
    ledger.apply(BO, convert(BO, GROCER, CAFE, 40, 40));
    ledger.pass_to(time(START_MS / DAY_MS * DAY_MS + DAY_MS));
    ledger.apply(BO, convert(BO, GROCER, CAFE, 100, 100));
}

#[test]
fn conversions_stop_where_a_brand_owes_as_much_as_was_agreed_until_it_has_paid() {
    let mut ledger = ledger(&PartnershipTerms { owed_max: Money::new(100), ..terms(1, 1) });
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 60, 60));
    ledger.fails(ANNA, convert(ANNA, GROCER, CAFE, 41, 41), Code::ObligationTooLarge);
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 40, 40));
    ledger.fails(ANNA, convert(ANNA, GROCER, CAFE, 1, 1), Code::ObligationTooLarge);
    ledger.apply(BARISTA, settle(CAFE, GROCER, 30, "payment"));
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 30, 30));
    assert_eq!(ledger.view().owed(brand(GROCER), brand(CAFE)).expect("in memory").minor, Money::new(100));
    // New terms bound what is owed from the earlier ones too.
    agree(&mut ledger, GROCER, CAFE, &PartnershipTerms { owed_max: Money::new(50), ..terms(1, 1) });
    ledger.fails(ANNA, convert(ANNA, GROCER, CAFE, 1, 1), Code::ObligationTooLarge);
}

#[test]
fn a_household_converts_into_its_own_pool() {
    let mut ledger = ledger(&terms(1, 2));
    ledger.apply(TILL, set_policy(CAFE, Policy { poolable: true, ..policy_of(CAFE) }));
    ledger.apply(TILL, issue(CAFE, BO, 1, "hello"));
    let household = ledger.household(ANNA, &[(BO, lojal_types::MemberRole::Adult, &[(GROCER, 50)])]);
    ledger.apply(ANNA, deposit(GROCER, ANNA, household, 100));
    ledger.apply(BO, of(household, convert(BO, GROCER, CAFE, 50, 25)));
    assert_eq!((ledger.pool(household, GROCER), ledger.pool(household, CAFE)), (50, 25));
    ledger.fails(BO, of(household, convert(BO, GROCER, CAFE, 2, 1)), Code::MemberLimitReached);
}

#[test]
fn obligations_are_exact_to_the_millionth_and_only_whole_units_are_settled() {
    let mut ledger = ledger(&PartnershipTerms { price_micro: 333_333, ..terms(1, 1) });
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 10, 10));
    assert_eq!(owed(&ledger, GROCER, CAFE), money(3, 333_330));
    ledger.fails(BARISTA, settle(CAFE, GROCER, 4, "payment"), Code::SettlementExceedsDebt);
    ledger.apply(BARISTA, settle(CAFE, GROCER, 3, "payment"));
    assert_eq!(owed(&ledger, GROCER, CAFE), money(0, 333_330));
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 3, 3));
    assert_eq!(owed(&ledger, GROCER, CAFE), money(1, 333_329), "the rest is not forgotten");
}

#[test]
fn a_settlement_is_the_creditor_s_word_once_per_reference() {
    let mut ledger = ledger(&terms(1, 1));
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 10, 10));
    ledger.fails(CASHIER, settle(CAFE, GROCER, 5, "payment"), Code::NotOperator);
    ledger.apply(BARISTA, settle(CAFE, GROCER, 5, "payment"));
    ledger.fails(BARISTA, settle(CAFE, GROCER, 5, "payment"), Code::DuplicateReference);
    ledger.apply(BARISTA, settle(CAFE, GROCER, 5, "payment 2"));
    assert_eq!(owed(&ledger, GROCER, CAFE), money(0, 0));
}

#[test]
fn the_netting_statement_shows_every_pair_both_ways_and_the_difference() {
    let mut ledger = ledger(&PartnershipTerms { price_micro: 500_000, ..terms(1, 1) });
    assert_eq!(ledger.view().netting().expect("in memory"), []);
    agree(&mut ledger, CAFE, GROCER, &terms(1, 1));
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 101, 101));
    ledger.apply(ANNA, convert(ANNA, CAFE, GROCER, 20, 20));
    let [pair] = &ledger.view().netting().expect("in memory")[..] else { panic!("one pair") };
    assert_eq!((pair.first, pair.second), (brand(CAFE), brand(GROCER)), "by their ids");
    assert_eq!((pair.first_owes, pair.second_owes), (money(20, 0), money(50, 500_000)));
    assert_eq!((pair.net, pair.net_debtor), (money(30, 500_000), Some(brand(GROCER))));
    assert_eq!(ledger.view().settlement_currency().map(|currency| currency.to_string()), Some("SEK".to_owned()));
    // Settling everything leaves the pair in the statement, at nothing.
    ledger.apply(BARISTA, settle(CAFE, GROCER, 50, "a"));
    ledger.apply(TILL, settle(GROCER, CAFE, 20, "b"));
    let [pair] = &ledger.view().netting().expect("in memory")[..] else { panic!("one pair") };
    assert_eq!((pair.net, pair.net_debtor), (money(0, 500_000), Some(brand(GROCER))));
}

#[test]
fn a_partnership_without_a_price_leaves_no_obligation() {
    let mut ledger = ledger(&PartnershipTerms { price_micro: 0, ..terms(1, 1) });
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 10, 10));
    assert_eq!(ledger.view().netting().expect("in memory"), []);
}

#[test]
fn what_is_owed_is_bounded_and_a_settlement_makes_room() {
    let mut ledger = ledger(&PartnershipTerms { price_micro: PRICE_MICRO_MAX, ..terms(1, 1) });
    ledger.apply(TILL, issue(GROCER, ANNA, 20_000_000_000, "many"));
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 9_007_199_254, 9_007_199_254));
    ledger.fails(ANNA, convert(ANNA, GROCER, CAFE, 1, 1), Code::ObligationTooLarge);
    ledger.apply(BARISTA, settle(CAFE, GROCER, 1_000_000, "payment"));
    ledger.apply(ANNA, convert(ANNA, GROCER, CAFE, 1, 1));
}

#[test]
fn a_partnership_ends_at_its_end() {
    let ends_ms = time(START_MS + DAY_MS);
    let mut ledger = ledger(&PartnershipTerms { ends_ms, ..terms(1, 1) });
    ledger.pass_to(time(ends_ms.get() - 2));
    let in_time = ledger.sign(ANNA, vec![convert(ANNA, GROCER, CAFE, 1, 1)]);
    let late = ledger.sign(ANNA, vec![convert(ANNA, GROCER, CAFE, 1, 1)]);
    assert_eq!(ledger.block(time(ends_ms.get() - 1), &[in_time]), [Ok(lojal_types::Outcome::Applied)]);
    assert_eq!(ledger.block(ends_ms, &[late]), [Ok(failed(0, Code::PartnershipEnded))]);
}
