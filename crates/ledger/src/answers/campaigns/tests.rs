use lojal_types::{GrossPoints, MarkId, Period};

use super::*;
use crate::answers;
use crate::fixture::*;

fn shown(ledger: &Ledger) -> api::BrandCampaign {
    let found = campaigns(ledger.view(), &ledger.genesis.chain_id(), brand(GROCER)).expect("in memory");
    <[_; 1]>::try_from(found.campaigns).expect("one campaign")[0].clone()
}

#[test]
fn what_is_left_of_a_campaign_is_told_and_what_is_reversed_comes_back() {
    let mut ledger = Ledger::with_campaigns();
    let terms = Campaign { stock: Some(3), ..gifts(ledger.now(), (50, 100)) };
    ledger.apply(TILL, set_campaign(GROCER, 1, terms.clone()));
    ledger.apply(TILL, grant(GROCER, 1, ANNA, 30, "first"));
    let one = shown(&ledger);
    assert_eq!((&one.terms, one.digest), (&terms, ledger.digest_of(GROCER, 1, &terms)));
    assert_eq!((one.accepted, one.state), (None, api::CampaignState::Open));
    assert_eq!((one.times, one.points, one.stock_left), (1, GrossPoints::new(30), Some(2)));
    assert_eq!(one.budget_left, Some(Points::new(70)));
    ledger.pass_to(terms.closes_ms);
    assert_eq!(shown(&ledger).state, api::CampaignState::Closed);
}

#[test]
fn a_sponsor_is_told_to_have_accepted_the_terms_as_they_are() {
    let mut ledger = Ledger::with_campaigns();
    let terms = Campaign { sponsor: sponsor(CAFE, 1_000_000), ..gifts(ledger.now(), (50, 100)) };
    ledger.apply(TILL, set_campaign(GROCER, 1, terms));
    assert_eq!(shown(&ledger).accepted, Some(false));
    let digest = shown(&ledger).digest;
    ledger.apply(TILL, accept_sponsorship(GROCER, 1, digest));
    assert_eq!(shown(&ledger).accepted, Some(true));
}

#[test]
fn a_standing_has_the_marks_that_last_and_the_units_that_count() {
    let mut ledger = Ledger::with_campaigns();
    let terms = Campaign { by: lojal_types::TakenBy::Operator, price: Points::ZERO, ..club(ledger.now(), 0, Some(10)) };
    let terms = Campaign { per_member: each(2, Period::Month), ..terms };
    ledger.apply(TILL, set_campaign(GROCER, 1, terms));
    ledger.apply(TILL, grant(GROCER, 1, ANNA, 1, "first"));
    let anna = |ledger: &Ledger| {
        let standings = answers::standings(ledger.view(), address(ANNA)).expect("in memory").standings;
        <[_; 1]>::try_from(standings).expect("one brand")[0].clone()
    };
    let first = anna(&ledger);
    let until = first.marks[0].until.expect("of ten days");
    assert_eq!((first.marks[0].mark, first.marks.len()), (MarkId::new(1), 1));
    assert_eq!((first.taken[0].times, first.taken[0].as_referrer), (1, false));
    ledger.pass_to(until.plus(1).start());
    assert!(anna(&ledger).marks.is_empty());
}
