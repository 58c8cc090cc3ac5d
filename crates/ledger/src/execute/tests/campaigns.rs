//! `SetCampaign`, `AcceptSponsorship`, `Grant` and `Claim` (protocol, Campaigns).

use lojal_types::{
    Award, Bounded, Campaign, Code, Early, MarkId, MemberRole, Outcome, Period, Points, Referral, Requirement, Role,
    TakenBy, TrackId,
};

use crate::fixture::*;
use crate::key::{CampaignKey, CampaignListKey, IssuedKey, MarkedKey, StateKey};

fn ledger(terms: impl Fn(&Ledger) -> Campaign) -> Ledger {
    let mut ledger = Ledger::with_campaigns();
    ledger.apply(TILL, set_track(GROCER, 1, rolling(3, &[])));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 10, "first"));
    let terms = terms(&ledger);
    ledger.apply(TILL, set_campaign(GROCER, 1, terms));
    ledger
}

#[test]
fn a_budget_is_spent_to_the_last_point_and_what_is_reversed_comes_back() {
    let mut ledger = ledger(|ledger| gifts(ledger.now(), (60, 100)));
    ledger.apply(TILL, grant(GROCER, 1, ANNA, 60, "gift 1"));
    assert_eq!(ledger.run(TILL, vec![grant(GROCER, 1, BO, 41, "gift 2")]), failed(0, Code::BudgetSpent));
    ledger.apply(TILL, grant(GROCER, 1, BO, 40, "gift 2"));
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(BO, GROCER)), (60, 40));
    ledger.apply(RETURNS, reverse(GROCER, ANNA, 25, "gift 1", "return"));
    let record = ledger.campaign(GROCER, 1);
    assert_eq!((record.points.get(), record.reversed.get(), record.times), (100, 25, 2));
    ledger.apply(TILL, grant(GROCER, 1, CLEO, 25, "gift 3"));
    assert_eq!(ledger.run(TILL, vec![grant(GROCER, 1, CLEO, 1, "gift 4")]), failed(0, Code::BudgetSpent));
}

#[test]
fn a_grant_shares_the_references_of_issues_and_names_its_campaign() {
    let mut ledger = ledger(|ledger| gifts(ledger.now(), (60, 100)));
    ledger.apply(TILL, grant(GROCER, 1, ANNA, 5, "receipt"));
    assert_eq!(ledger.run(TILL, vec![issue(GROCER, BO, 5, "receipt")]), failed(0, Code::DuplicateReference));
    assert_eq!(ledger.run(TILL, vec![grant(GROCER, 1, BO, 5, "receipt")]), failed(0, Code::DuplicateReference));
    let (shelf, reference) = (ledger.now().month(), reference("receipt"));
    let issued = ledger.view().get(&IssuedKey { shelf, brand: brand(GROCER), reference }).expect("in memory");
    assert_eq!(issued.expect("an issue").campaign().expect("it names it").get(), 1);
}

#[test]
fn an_account_takes_part_as_often_as_it_may_by_the_calendar() {
    for (per, days) in [(Period::Day, 1), (Period::Month, 16), (Period::Year, 47)] {
        let mut ledger =
            ledger(|ledger| Campaign { per_member: each(2, per), ..claims(ledger.now(), 1, 100, known()) });
        // It is the 15th of November 2026.
        (0..2).for_each(|_| ledger.apply(ANNA, claim(GROCER, 1, ANNA)));
        assert_eq!(ledger.run(ANNA, vec![claim(GROCER, 1, ANNA)]), failed(0, Code::MemberMaxReached), "{per:?}");
        let end = ledger.now().day().plus(days).start();
        ledger.pass_to(end);
        ledger.apply(ANNA, claim(GROCER, 1, ANNA));
        assert_eq!(ledger.balance(ANNA, GROCER), 3, "{per:?}");
    }
    let mut ledger =
        ledger(|ledger| Campaign { per_member: each(1, Period::Ever), ..claims(ledger.now(), 1, 100, known()) });
    ledger.apply(ANNA, claim(GROCER, 1, ANNA));
    ledger.pass_to(ledger.now().plus_ms(99 * DAY_MS));
    assert_eq!(ledger.run(ANNA, vec![claim(GROCER, 1, ANNA)]), failed(0, Code::MemberMaxReached));
}

#[test]
fn a_campaign_that_is_made_longer_lets_nobody_in_twice() {
    let once =
        |ledger: &Ledger| Campaign { per_member: each(1, Period::Ever), ..claims(ledger.now(), 1, 100, known()) };
    let mut ledger = ledger(once);
    let terms = ledger.terms(GROCER, 1);
    ledger.apply(ANNA, claim(GROCER, 1, ANNA));
    let longer = Campaign { closes_ms: terms.closes_ms.plus_ms(200 * DAY_MS), ..terms };
    ledger.apply(TILL, set_campaign(GROCER, 1, longer.clone()));
    ledger.pass_to(longer.opens_ms.plus_ms(299 * DAY_MS));
    assert_eq!(ledger.run(ANNA, vec![claim(GROCER, 1, ANNA)]), failed(0, Code::MemberMaxReached));
    ledger.pass_to(longer.closes_ms);
    let even_longer = Campaign { closes_ms: longer.closes_ms.plus_ms(DAY_MS), ..longer };
    assert_eq!(ledger.run(TILL, vec![set_campaign(GROCER, 1, even_longer)]), failed(0, Code::CampaignPromised));
}

#[test]
fn a_stamp_card_is_used_up_the_earliest_units_first_and_a_return_takes_no_more_than_is_left() {
    let mut ledger = ledger(|ledger| claims(ledger.now(), 5, 100, progress(10, true)));
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 6, "december"));
    ledger.apply(ANNA, claim(GROCER, 1, ANNA));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 6, "those of November are used up");
    assert_eq!(ledger.run(ANNA, vec![claim(GROCER, 1, ANNA)]), failed(0, Code::ProgressMissing));
    let gone = take_back(GROCER, ANNA, 1, "first", "return");
    assert_eq!(ledger.run(TILL, vec![gone]), failed(0, Code::InsufficientProgress));
    ledger.apply(TILL, take_back(GROCER, ANNA, 6, "december", "return"));
    assert_eq!(ledger.units(ANNA, GROCER, 1), 0);
}

#[test]
fn only_stamps_of_this_month_count_where_a_campaign_says_so() {
    let this_month = Requirement::Progress { track: TrackId::new(1), at_least: 5, this_month: true, consume: false };
    let mut ledger = ledger(|ledger| claims(ledger.now(), 5, 100, this_month));
    ledger.apply(ANNA, claim(GROCER, 1, ANNA));
    ledger.pass_to(start_of("2026-12"));
    assert_eq!(ledger.run(ANNA, vec![claim(GROCER, 1, ANNA)]), failed(0, Code::ProgressMissing));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 5, "december"));
    ledger.apply(ANNA, claim(GROCER, 1, ANNA));
}

#[test]
fn a_membership_is_bought_renewed_and_paid_back_day_by_day() {
    let mut ledger = ledger(|ledger| club(ledger.now(), 40, Some(30)));
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "points"));
    ledger.apply(ANNA, claim_for(GROCER, 1, address(ANNA), (2, 80), None));
    assert_eq!(ledger.balance(ANNA, GROCER), 420);
    let until = ledger.standing(ANNA, GROCER).marks[0].until.expect("it ends");
    assert_eq!(until, ledger.now().day().plus(60));
    ledger.pass_to(until.start());
    assert!(ledger.is_in_club(ANNA, GROCER), "on its last day");
    ledger.apply(ANNA, claim_for(GROCER, 1, address(ANNA), (1, 40), None));
    ledger.pass_to(until.plus(30).start());
    assert!(ledger.is_in_club(ANNA, GROCER));
    ledger.pass_to(until.plus(31).start());
    assert!(!ledger.is_in_club(ANNA, GROCER));
    let record = ledger.campaign(GROCER, 1);
    assert_eq!((record.times, record.paid.get(), record.points.get()), (3, 120, 0));
    assert_eq!(ledger.view().totals(brand(GROCER)).expect("in memory").expect("it is there").redeemed.get(), 120);
}

#[test]
fn days_of_a_granted_mark_are_taken_back_and_one_without_end_goes() {
    let by_operator = |terms: Campaign| Campaign { by: TakenBy::Operator, price: Points::ZERO, ..terms };
    let mut ledger = ledger(|ledger| by_operator(club(ledger.now(), 1, Some(30))));
    ledger.apply(TILL, grant(GROCER, 1, ANNA, 2, "paid"));
    ledger.apply(RETURNS, take_back_mark(GROCER, ANNA, 45, "paid", "back"));
    let today = ledger.now().day();
    assert_eq!(ledger.standing(ANNA, GROCER).marks[0].until, Some(today.plus(15)));
    let more = take_back_mark(GROCER, ANNA, 16, "paid", "more");
    assert_eq!(ledger.run(RETURNS, vec![more]), failed(0, Code::TakeBackExceeds));
    ledger.apply(RETURNS, take_back_mark(GROCER, ANNA, 15, "paid", "more"));
    assert!(ledger.is_in_club(ANNA, GROCER), "today is paid for");
    let endless = by_operator(club(ledger.now(), 1, None));
    ledger.apply(TILL, set_campaign(GROCER, 2, endless));
    assert_eq!(ledger.run(TILL, vec![grant(GROCER, 2, BO, 2, "badge")]), failed(0, Code::GrantOutOfRange));
    ledger.apply(TILL, grant(GROCER, 2, BO, 1, "badge"));
    ledger.pass_to(ledger.now().plus_ms(50 * DAY_MS));
    assert!(ledger.is_in_club(BO, GROCER));
    ledger.apply(RETURNS, take_back_mark(GROCER, BO, 1, "badge", "gone"));
    assert!(!ledger.is_in_club(BO, GROCER));
    let (shelf, reference) = (start_of("2026-11").month(), reference("badge"));
    let marked = ledger.view().get(&MarkedKey { shelf, brand: brand(GROCER), reference }).expect("in memory");
    assert_eq!(marked.expect("remembered").taken_back, 1);
}

#[test]
fn both_sides_of_a_referral_get_their_points_once_or_neither_does() {
    let award = Points::new(20);
    let mut ledger = ledger(|ledger| Campaign {
        referral: Some(Referral { award, year_max: 1 }),
        per_member: each(1, Period::Ever),
        ..claims(ledger.now(), 30, 120, Requirement::New { days: 30 })
    });
    ledger.pass_to(ledger.now().plus_ms(DAY_MS));
    for member in [BO, CLEO] {
        ledger.apply(TILL, stamp(GROCER, 1, member, 1, &format!("of {member}")));
    }
    let by_anna = |member| claim_for(GROCER, 1, address(member), (1, 0), Some(address(ANNA)));
    let oneself = claim_for(GROCER, 1, address(BO), (1, 0), Some(address(BO)));
    assert_eq!(ledger.run(BO, vec![oneself]), failed(0, Code::ReferrerRelated));
    let younger = claim_for(GROCER, 1, address(ANNA), (1, 0), Some(address(BO)));
    assert_eq!(ledger.run(ANNA, vec![younger]), failed(0, Code::ReferrerNotOlder));
    ledger.apply(BO, by_anna(BO));
    assert_eq!((ledger.balance(BO, GROCER), ledger.balance(ANNA, GROCER)), (30, 20));
    assert_eq!(ledger.run(BO, vec![by_anna(BO)]), failed(0, Code::MemberMaxReached));
    assert_eq!(ledger.run(CLEO, vec![by_anna(CLEO)]), failed(0, Code::ReferrerMaxReached));
    assert_eq!(ledger.balance(CLEO, GROCER), 0, "neither");
    ledger.apply(CLEO, claim(GROCER, 1, CLEO));
    assert_eq!(ledger.campaign(GROCER, 1).points.get(), 80);
}

#[test]
fn who_shares_a_household_brings_nobody_along() {
    let award = Points::new(20);
    let mut ledger = ledger(|ledger| Campaign {
        referral: Some(Referral { award, year_max: 9 }),
        per_member: each(1, Period::Ever),
        ..claims(ledger.now(), 30, 120, Requirement::New { days: 30 })
    });
    ledger.apply(TILL, issue(CAFE, BO, 5, "of Bo"));
    ledger.household(ANNA, &[(BO, MemberRole::Adult, &[])]);
    ledger.pass_to(ledger.now().plus_ms(DAY_MS));
    ledger.apply(TILL, stamp(GROCER, 1, BO, 1, "of Bo"));
    let claim = claim_for(GROCER, 1, address(BO), (1, 0), Some(address(ANNA)));
    assert_eq!(ledger.run(BO, vec![claim]), failed(0, Code::ReferrerRelated));
}

#[test]
fn a_sponsor_owes_for_every_point_on_the_terms_that_it_has_accepted() {
    let terms = |ledger: &Ledger| Campaign { sponsor: sponsor(CAFE, 1_500_000), ..gifts(ledger.now(), (60, 100)) };
    let mut ledger = ledger(terms);
    let terms = ledger.terms(GROCER, 1);
    let owed = |ledger: &Ledger| ledger.view().owed(brand(CAFE), brand(GROCER)).expect("in memory").in_micro();
    assert_eq!(ledger.run(TILL, vec![grant(GROCER, 1, ANNA, 10, "1")]), failed(0, Code::SponsorNotAccepted));
    let digest = ledger.digest_of(GROCER, 1, &terms);
    ledger.apply(BARISTA, accept_sponsorship(GROCER, 1, digest));
    ledger.apply(TILL, grant(GROCER, 1, ANNA, 10, "1"));
    assert_eq!(owed(&ledger), 15_000_000);
    ledger.apply(TILL, set_campaign(GROCER, 1, Campaign { paused: true, ..terms.clone() }));
    assert_eq!(ledger.run(TILL, vec![grant(GROCER, 1, ANNA, 10, "2")]), failed(0, Code::CampaignPaused));
    ledger.apply(TILL, set_campaign(GROCER, 1, terms.clone()));
    ledger.apply(TILL, grant(GROCER, 1, ANNA, 10, "2"));
    let larger = Campaign { budget: Some(Points::new(200)), ..terms };
    ledger.apply(TILL, set_campaign(GROCER, 1, larger.clone()));
    assert_eq!(ledger.run(TILL, vec![grant(GROCER, 1, ANNA, 10, "3")]), failed(0, Code::SponsorNotAccepted));
    assert_eq!(ledger.run(BARISTA, vec![accept_sponsorship(GROCER, 1, digest)]), failed(0, Code::SponsorTermsDiffer));
    let digest = ledger.digest_of(GROCER, 1, &larger);
    ledger.apply(BARISTA, accept_sponsorship(GROCER, 1, digest));
    for number in 0..3 {
        ledger.apply(TILL, grant(GROCER, 1, ANNA, 60, &format!("more {number}")));
    }
    ledger.apply(RETURNS, reverse(GROCER, ANNA, 60, "more 0", "return"));
    assert_eq!(owed(&ledger), 300_000_000, "its debt stays");
    assert_eq!(ledger.run(TILL, vec![grant(GROCER, 1, ANNA, 1, "last")]), failed(0, Code::BudgetSpent));
}

#[test]
fn some_members_come_in_earlier() {
    let mut ledger = ledger(|ledger| {
        let early = Early { ms: 2 * DAY_MS, requires: Bounded::from([progress(10, false)]) };
        let opens_ms = ledger.now().plus_ms(3 * DAY_MS);
        Campaign { early: Some(early), ..claims(opens_ms, 5, 100, known()) }
    });
    ledger.apply(TILL, stamp(GROCER, 1, BO, 1, "of Bo"));
    assert_eq!(ledger.run(ANNA, vec![claim(GROCER, 1, ANNA)]), failed(0, Code::CampaignNotOpen), "too early for all");
    ledger.pass_to(ledger.now().plus_ms(DAY_MS + HOUR_MS));
    ledger.apply(ANNA, claim(GROCER, 1, ANNA));
    assert_eq!(ledger.run(BO, vec![claim(GROCER, 1, BO)]), failed(0, Code::CampaignNotOpen));
    ledger.pass_to(ledger.now().plus_ms(2 * DAY_MS));
    ledger.apply(BO, claim(GROCER, 1, BO));
}

#[test]
fn a_household_takes_part_as_itself_if_the_campaign_lets_it() {
    let mut ledger = ledger(|ledger| Campaign { households: true, ..claims(ledger.now(), 5, 100, progress(3, false)) });
    ledger.apply(TILL, issue(CAFE, BO, 5, "of Bo"));
    let family = ledger.household(ANNA, &[(BO, MemberRole::Adult, &[])]);
    let claim = claim_for(GROCER, 1, family, (1, 0), None);
    assert_eq!(ledger.run(BO, vec![claim.clone()]), failed(0, Code::ProgressMissing), "Anna's stamps are her own");
    ledger.apply(TILL, stamp_for(GROCER, 1, family, (3, None), "of the family"));
    ledger.apply(BO, claim.clone());
    let lots = ledger.view().lots(family, brand(GROCER)).expect("in memory");
    assert_eq!(lots.iter().map(|lot| lot.amount.get()).sum::<u64>(), 5);
    ledger.apply(TILL, issue(GROCER, CLEO, 5, "of Cleo"));
    assert_eq!(ledger.run(CLEO, vec![claim]), failed(0, Code::NotOwner));
}

#[test]
fn a_promise_is_only_ever_relaxed_from_the_time_on_that_somebody_can_take_part() {
    let mut ledger = ledger(|ledger| gifts(ledger.now().plus_ms(DAY_MS), (60, 100)));
    let terms = ledger.terms(GROCER, 1);
    let smaller = Campaign { budget: Some(Points::new(99)), ..terms.clone() };
    ledger.apply(TILL, set_campaign(GROCER, 1, smaller));
    ledger.apply(TILL, set_campaign(GROCER, 1, terms.clone()));
    ledger.pass_to(terms.opens_ms);
    let now = ledger.now();
    let points = |amount: u64, up_to: u64| Award::Points {
        amount: Points::new(amount),
        up_to: Points::new(up_to),
        months: None,
    };
    let harder = [
        Campaign { budget: Some(Points::new(99)), ..terms.clone() },
        Campaign { award: points(1, 59), ..terms.clone() },
        Campaign { award: Award::Mark { mark: MarkId::new(1), days: None }, budget: None, ..terms.clone() },
        Campaign { requires: Bounded::from([known()]), ..terms.clone() },
        Campaign { per_member: each(9, Period::Day), ..terms.clone() },
        Campaign { stock: Some(9), ..terms.clone() },
        Campaign { sponsor: sponsor(CAFE, 1), ..terms.clone() },
        Campaign { closes_ms: now.plus_ms(7 * DAY_MS - 1), ..terms.clone() },
        Campaign { opens_ms: terms.opens_ms.plus_ms(1), ..terms.clone() },
    ];
    for terms in harder {
        let answer = ledger.run(TILL, vec![set_campaign(GROCER, 1, terms.clone())]);
        assert_eq!(answer, failed(0, Code::CampaignPromised), "{terms:?}");
    }
    let kinder = [
        Campaign { award: points(2, 70), ..terms.clone() },
        Campaign { award: points(2, 70), households: true, budget: Some(Points::new(101)), ..terms.clone() },
        Campaign {
            award: points(2, 70),
            households: true,
            budget: Some(Points::new(101)),
            closes_ms: now.plus_ms(8 * DAY_MS),
            ..terms
        },
    ];
    for terms in kinder {
        assert_eq!(ledger.run(TILL, vec![set_campaign(GROCER, 1, terms)]), Outcome::Applied);
    }
}

#[test]
fn one_admin_pauses_at_once_and_nothing_else() {
    let mut ledger = ledger(|ledger| gifts(ledger.now(), (60, 100)));
    ledger.apply(TILL, set_operator(GROCER, BOSS, &[Role::Admin], None));
    ledger.apply(TILL, set_approvals(GROCER, 2, 0));
    let terms = ledger.terms(GROCER, 1);
    let larger = Campaign { budget: Some(Points::new(200)), ..terms.clone() };
    assert_eq!(ledger.run(TILL, vec![set_campaign(GROCER, 1, larger)]), failed(0, Code::MotionNeeded));
    ledger.apply(TILL, set_campaign(GROCER, 1, Campaign { paused: true, ..terms.clone() }));
    assert_eq!(ledger.run(TILL, vec![set_campaign(GROCER, 1, terms)]), failed(0, Code::MotionNeeded));
}

#[test]
fn a_campaign_that_is_over_leaves_nothing_behind_and_its_number_is_never_used_again() {
    let mut ledger = ledger(|ledger| gifts(ledger.now(), (60, 100)));
    let closes = ledger.terms(GROCER, 1).closes_ms;
    ledger.pass_to(closes.plus_ms(400 * DAY_MS));
    assert_eq!(ledger.run(TILL, vec![grant(GROCER, 1, ANNA, 1, "late")]), failed(0, Code::UnknownCampaign));
    let again = gifts(ledger.now(), (60, 100));
    assert_eq!(ledger.run(TILL, vec![set_campaign(GROCER, 1, again.clone())]), failed(0, Code::CampaignOutOfBounds));
    ledger.apply(TILL, set_campaign(GROCER, 2, again));
    let brand = brand(GROCER);
    let list = ledger.view().get(&CampaignListKey(brand)).expect("in memory").expect("it has one");
    assert_eq!(list.campaigns.iter().map(|one| one.campaign.get()).collect::<Vec<_>>(), [2]);
    let key = CampaignKey { brand, campaign: lojal_types::CampaignId::new(1) };
    assert!(records(ledger.view()).iter().all(|(bytes, _)| bytes[..] != key.encode()[..]));
}
