//! Abuses of campaigns and tracks, and what is left of each (protocol, Programme and Campaigns).

use lojal_types::{
    Bounded, Campaign, Code, MarkId, MemberRole, Operation, Outcome, Period, Points, Referral, Requirement, Role,
    TakenBy,
};

use crate::fixture::*;

/// Points for whoever the brand has first stamped or granted something within 30 days, once.
fn welcome(ledger: &Ledger) -> Campaign {
    let new = Requirement::New { days: 30 };
    Campaign { per_member: each(1, Period::Ever), ..claims(ledger.now(), 100, 1000, new) }
}

/// A ledger with a stamp track, and some campaigns of the grocer from number 1 on.
fn ledger(terms: impl Fn(&Ledger) -> Vec<Campaign>) -> Ledger {
    let mut ledger = Ledger::with_campaigns();
    ledger.apply(TILL, set_track(GROCER, 1, rolling(12, &[(100, 12)])));
    for (number, terms) in (1..).zip(terms(&ledger)) {
        ledger.apply(TILL, set_campaign(GROCER, number, terms));
    }
    ledger
}

fn bought(account: lojal_types::Address) -> Operation {
    claim_for(GROCER, 2, account, (1, 1), None)
}

#[test]
fn what_members_can_ask_for_without_a_word_of_the_brand_is_no_campaign() {
    let mut ledger = ledger(|_| Vec::new());
    let free = Campaign { requires: Bounded::default(), ..welcome(&ledger) };
    ledger.fails(TILL, set_campaign(GROCER, 1, free), Code::CampaignOutOfBounds);
    let kept = welcome(&ledger);
    ledger.apply(TILL, set_campaign(GROCER, 1, kept.clone()));
    let freed = Campaign { requires: Bounded::default(), ..kept };
    ledger.fails(TILL, set_campaign(GROCER, 1, freed), Code::CampaignOutOfBounds);
}

#[test]
fn a_thousand_addresses_that_buy_something_for_a_point_are_no_new_members() {
    let mut ledger = ledger(|ledger| vec![welcome(ledger), club(ledger.now(), 1, Some(30))]);
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "of Anna"));
    for member in [BO, CLEO] {
        ledger.apply(ANNA, transfer(GROCER, ANNA, member, 12));
        ledger.apply(member, bought(address(member)));
        assert!(ledger.is_in_club(member, GROCER), "what it has paid for it has");
        ledger.fails(member, claim(GROCER, 1, member), Code::NotNew);
    }
    ledger.apply(TILL, stamp(GROCER, 1, BO, 1, "of Bo"));
    ledger.apply(BO, claim(GROCER, 1, BO));
    assert_eq!((ledger.balance(BO, GROCER), ledger.balance(CLEO, GROCER)), (111, 11));
}

#[test]
fn who_has_bought_something_brings_nobody_along_before_the_brand_knows_it() {
    let referral = Some(Referral { award: Points::new(50), year_max: 9 });
    let mut ledger = ledger(|ledger| vec![Campaign { referral, ..welcome(ledger) }, club(ledger.now(), 1, None)]);
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "of Anna"));
    ledger.apply(ANNA, bought(address(ANNA)));
    ledger.pass_to(ledger.now().plus_ms(DAY_MS));
    ledger.apply(TILL, stamp(GROCER, 1, BO, 1, "of Bo"));
    let by_anna = claim_for(GROCER, 1, address(BO), (1, 0), Some(address(ANNA)));
    ledger.fails(BO, by_anna, Code::ReferrerNotOlder);
}

#[test]
fn a_pool_is_free_to_make_and_known_to_nobody() {
    let with_pools = |terms: Campaign| Campaign { households: true, ..terms };
    let mut ledger = ledger(|ledger| vec![with_pools(welcome(ledger)), with_pools(club(ledger.now(), 1, Some(30)))]);
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "of Anna"));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 1, "of Anna"));
    for _ in 0..2 {
        let pool = ledger.household(ANNA, &[]);
        ledger.apply(ANNA, deposit(GROCER, ANNA, pool, 12));
        ledger.apply(ANNA, bought(pool));
        ledger.fails(ANNA, claim_for(GROCER, 1, pool, (1, 0), None), Code::NotNew);
    }
    let pool = ledger.household(ANNA, &[]);
    ledger.apply(TILL, set_campaign(GROCER, 3, welcome(&ledger)));
    ledger.apply(TILL, stamp_for(GROCER, 1, pool, (1, None), "of the pool"));
    ledger.fails(ANNA, claim_for(GROCER, 3, pool, (1, 0), None), Code::NotForHouseholds);
}

#[test]
fn nobody_refers_oneself_or_those_at_home_and_two_never_refer_each_other() {
    let referral = Some(Referral { award: Points::new(50), year_max: 1 });
    let mut ledger = ledger(|ledger| vec![Campaign { referral, ..welcome(ledger) }]);
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 1, "of Anna"));
    ledger.pass_to(ledger.now().plus_ms(DAY_MS));
    for (member, receipt) in [(BO, "of Bo"), (CLEO, "of Cleo")] {
        ledger.apply(TILL, stamp(GROCER, 1, member, 1, receipt));
    }
    let by = |member, referrer| claim_for(GROCER, 1, address(member), (1, 0), Some(address(referrer)));
    ledger.fails(ANNA, by(ANNA, ANNA), Code::ReferrerRelated);
    ledger.fails(ANNA, by(ANNA, BO), Code::ReferrerNotOlder);
    ledger.apply(BO, by(BO, ANNA));
    ledger.fails(CLEO, by(CLEO, ANNA), Code::ReferrerMaxReached);
    let home = ledger.household(CLEO, &[(BO, MemberRole::Adult, &[])]);
    ledger.fails(CLEO, by(CLEO, BO), Code::ReferrerRelated);
    ledger.apply(BO, leave(home));
    ledger.fails(CLEO, by(CLEO, BO), Code::ReferrerNotOlder);
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(CLEO, GROCER)), (50, 0), "once, by one");
}

#[test]
fn what_is_bought_for_a_level_and_returned_takes_the_level_along_also_when_the_points_are_spent() {
    let gold = Requirement::Level { track: lojal_types::TrackId::new(1), level: 1 };
    let mut ledger = ledger(|ledger| vec![claims(ledger.now(), 5, 1000, gold)]);
    let purchase = vec![issue(GROCER, ANNA, 100, "shoes"), stamp(GROCER, 1, ANNA, 100, "shoes")];
    assert_eq!(ledger.run(TILL, purchase), Outcome::Applied);
    ledger.apply(ANNA, claim(GROCER, 1, ANNA));
    ledger.apply(ANNA, transfer(GROCER, ANNA, BO, 105));
    let all = [reverse(GROCER, ANNA, 100, "shoes", "return"), take_back(GROCER, ANNA, 100, "shoes", "return")];
    assert_eq!(ledger.run(TILL, all.to_vec()), failed(0, Code::InsufficientPoints), "together or not at all");
    ledger.apply(TILL, all[1].clone());
    assert_eq!(ledger.level(ANNA, GROCER, 1).0, 0);
    ledger.fails(ANNA, claim(GROCER, 1, ANNA), Code::LevelMissing);
    assert_eq!(ledger.balance(BO, GROCER), 105, "the loss is the points of that purchase, and of one claim");
}

#[test]
fn a_level_that_is_lost_and_reached_again_gives_its_award_no_second_time() {
    let gold = Requirement::Level { track: lojal_types::TrackId::new(1), level: 1 };
    let once = each(1, Period::Ever);
    let mut ledger = ledger(|ledger| vec![Campaign { per_member: once, ..claims(ledger.now(), 50, 1000, gold) }]);
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 100, "first"));
    ledger.apply(ANNA, claim(GROCER, 1, ANNA));
    ledger.apply(TILL, take_back(GROCER, ANNA, 100, "first", "return"));
    assert_eq!(ledger.level(ANNA, GROCER, 1).0, 0);
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 100, "second"));
    assert_eq!(ledger.level(ANNA, GROCER, 1).0, 1);
    ledger.fails(ANNA, claim(GROCER, 1, ANNA), Code::MemberMaxReached);
}

#[test]
fn a_stolen_key_of_a_till_gives_no_more_than_its_day_and_the_budget() {
    let mut ledger = ledger(|ledger| vec![gifts(ledger.now(), (60, 100)), gifts(ledger.now(), (1000, 5000))]);
    ledger.apply(TILL, set_operator(GROCER, CASHIER, &[Role::Grant], Some(150)));
    ledger.fails(CASHIER, issue(GROCER, BO, 1, "points"), Code::RoleMissing);
    ledger.fails(CASHIER, stamp(GROCER, 1, BO, 100, "units"), Code::RoleMissing);
    ledger.fails(CASHIER, grant(GROCER, 1, BO, 61, "1"), Code::GrantOutOfRange);
    ledger.apply(CASHIER, grant(GROCER, 1, BO, 60, "1"));
    ledger.fails(CASHIER, grant(GROCER, 1, BO, 41, "2"), Code::BudgetSpent);
    ledger.apply(CASHIER, grant(GROCER, 2, BO, 90, "3"));
    ledger.fails(CASHIER, grant(GROCER, 2, BO, 1, "4"), Code::IssueDailyMaxReached);
    assert_eq!(ledger.balance(BO, GROCER), 150);
}

#[test]
fn claims_that_are_refused_leave_nothing_behind() {
    let mut ledger = ledger(|ledger| vec![welcome(ledger), club(ledger.now(), 5, None)]);
    ledger.apply(TILL, issue(GROCER, ANNA, 4, "of Anna"));
    ledger.fails(ANNA, claim(GROCER, 1, ANNA), Code::NotNew);
    ledger.fails(ANNA, claim_for(GROCER, 2, address(ANNA), (1, 5), None), Code::InsufficientPoints);
    let standing = ledger.view().standing(address(ANNA), brand(GROCER)).expect("in memory");
    assert_eq!(standing, None);
}

#[test]
fn a_mark_that_was_extended_is_taken_back_grant_by_grant_and_never_twice() {
    let by_operator = |terms: Campaign| Campaign { by: TakenBy::Operator, price: Points::ZERO, ..terms };
    let mut ledger = ledger(|ledger| vec![by_operator(club(ledger.now(), 1, Some(30)))]);
    for receipt in ["first", "second"] {
        ledger.apply(TILL, grant(GROCER, 1, ANNA, 1, receipt));
    }
    let until = |ledger: &Ledger| {
        ledger.standing(ANNA, GROCER).marks.iter().find(|one| one.mark == MarkId::new(1)).map(|one| one.until)
    };
    let today = ledger.now().day();
    assert_eq!(until(&ledger), Some(Some(today.plus(60))));
    ledger.apply(RETURNS, take_back_mark(GROCER, ANNA, 30, "first", "back 1"));
    ledger.fails(RETURNS, take_back_mark(GROCER, ANNA, 1, "first", "back 2"), Code::TakeBackExceeds);
    ledger.fails(RETURNS, take_back_mark(GROCER, ANNA, 30, "second", "back 1"), Code::DuplicateReference);
    assert_eq!(until(&ledger), Some(Some(today.plus(30))));
}

#[test]
fn a_gift_that_is_reversed_twice_comes_back_to_the_budget_once() {
    let mut ledger = ledger(|ledger| vec![gifts(ledger.now(), (60, 60))]);
    ledger.apply(TILL, grant(GROCER, 1, ANNA, 60, "gift"));
    ledger.apply(TILL, issue(GROCER, ANNA, 60, "bread"));
    ledger.apply(RETURNS, reverse(GROCER, ANNA, 60, "gift", "return"));
    ledger.fails(RETURNS, reverse(GROCER, ANNA, 60, "gift", "again"), Code::ReversalExceedsIssue);
    ledger.apply(RETURNS, reverse(GROCER, ANNA, 60, "bread", "bread back"));
    ledger.apply(TILL, grant(GROCER, 1, ANNA, 60, "gift 2"));
    ledger.fails(TILL, grant(GROCER, 1, ANNA, 1, "gift 3"), Code::BudgetSpent);
    assert_eq!(ledger.campaign(GROCER, 1).reversed.get(), 60);
}

#[test]
fn a_stopped_account_is_given_something_and_takes_nothing() {
    let mut ledger = ledger(|ledger| vec![gifts(ledger.now(), (60, 100)), club(ledger.now(), 1, None)]);
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "of Anna"));
    ledger.apply(ANNA, freeze());
    ledger.apply(TILL, grant(GROCER, 1, ANNA, 5, "gift"));
    ledger.fails(ANNA, bought(address(ANNA)), Code::AccountFrozen);
    ledger.fails(ANNA, set_consent(GROCER, 1), Code::AccountFrozen);
    assert_eq!(ledger.balance(ANNA, GROCER), 55);
}

/// The café pays for 100 points of the grocer's first campaign, and has accepted that; the barista can grant.
fn sponsored() -> Ledger {
    let paid = |ledger: &Ledger| Campaign { sponsor: sponsor(CAFE, 1_000_000), ..gifts(ledger.now(), (60, 100)) };
    let mut ledger = ledger(|ledger| vec![paid(ledger), gifts(ledger.now(), (60, 100))]);
    let digest = ledger.digest_of(GROCER, 1, &ledger.terms(GROCER, 1));
    ledger.apply(TILL, set_operator(CAFE, BARISTA, &[Role::Admin, Role::Grant], None));
    ledger.apply(BARISTA, accept_sponsorship(GROCER, 1, digest));
    ledger
}

#[test]
fn nothing_is_given_at_the_expense_of_a_sponsor_that_is_suspended_or_leaves() {
    let mut ledger = sponsored();
    ledger.apply(TILL, grant(GROCER, 1, ANNA, 10, "1"));
    ledger.enact(vec![suspend(CAFE)]);
    ledger.fails(TILL, grant(GROCER, 1, ANNA, 10, "2"), Code::BrandSuspended);
    ledger.enact(vec![reinstate(CAFE)]);
    ledger.apply(TILL, grant(GROCER, 1, ANNA, 10, "2"));
    let leaves = close_brand(CAFE, Some(ledger.leaving_at()));
    ledger.apply(BARISTA, leaves);
    ledger.fails(TILL, grant(GROCER, 1, ANNA, 10, "3"), Code::BrandClosing);
    let owed = ledger.view().owed(brand(CAFE), brand(GROCER)).expect("in memory");
    assert_eq!(owed.in_micro(), 20_000_000, "what it owes it owes still");
}

#[test]
fn who_grants_for_a_sponsor_grants_by_what_the_sponsor_pays_for_and_nothing_else() {
    let mut ledger = sponsored();
    ledger.fails(BARISTA, grant(GROCER, 2, BO, 10, "2"), Code::NotOperator);
    ledger.apply(BARISTA, grant(GROCER, 1, BO, 60, "1"));
    ledger.fails(BARISTA, grant(GROCER, 1, BO, 41, "3"), Code::BudgetSpent);
    let terms = ledger.terms(GROCER, 1);
    ledger.apply(TILL, set_campaign(GROCER, 1, Campaign { sponsor: None, ..terms.clone() }));
    ledger.fails(BARISTA, grant(GROCER, 1, BO, 1, "4"), Code::NotOperator);
    ledger.fails(TILL, set_campaign(GROCER, 1, terms), Code::CampaignPromised);
    ledger.apply(TILL, grant(GROCER, 1, BO, 40, "5"));
    let owed = ledger.view().owed(brand(CAFE), brand(GROCER)).expect("in memory");
    assert_eq!(owed.in_micro(), 60_000_000, "no more than it has accepted");
}

#[test]
fn a_stamp_card_gets_no_levels_that_its_claims_would_take_along() {
    let card = |ledger: &Ledger| claims(ledger.now(), 5, 100, progress(10, true));
    let mut ledger = Ledger::with_campaigns();
    ledger.apply(TILL, set_track(GROCER, 1, rolling(12, &[])));
    let terms = card(&ledger);
    ledger.apply(TILL, set_campaign(GROCER, 1, terms.clone()));
    ledger.fails(TILL, set_track(GROCER, 1, rolling(12, &[(5, 12)])), Code::TrackOutOfBounds);
    ledger.apply(TILL, set_track(GROCER, 1, rolling(13, &[])));
    ledger.pass_to(terms.closes_ms);
    ledger.apply(TILL, set_track(GROCER, 1, rolling(13, &[(5, 12)])));
    ledger.fails(TILL, set_campaign(GROCER, 2, card(&ledger)), Code::CampaignOutOfBounds);
}
