//! Claims that show an invitation (protocol, Campaigns).

use lojal_types::{Award, Bounded, Campaign, Code, Early, Invitation, Period, Points, Requirement, Salt, TakenBy};

use crate::fixture::*;

/// Points by invitation: 5 for everybody who may claim, up to 60 for the invited, once each.
fn personal(ledger: &Ledger, list: &List) -> Campaign {
    let award = Award::Points { amount: Points::new(5), up_to: Points::new(60), months: None };
    let once = each(1, Period::Ever);
    let invited = Bounded::from([list.root()]);
    Campaign { award, per_member: once, invited, ..claims(ledger.now(), 5, 1_000, Requirement::Invited) }
}

/// Members whom another brand knows.
fn ledger() -> Ledger {
    let mut ledger = Ledger::with_campaigns();
    for member in [ANNA, BO, CLEO, BARISTA] {
        ledger.apply(TILL, issue(CAFE, member, 1, &format!("{member}")));
    }
    ledger
}

#[test]
fn each_of_the_invited_gets_its_own_sum_once_and_nobody_else_gets_anything() {
    let mut ledger = ledger();
    let list = ledger.list(GROCER, 1, &[(ANNA, 12), (BO, 60), (CLEO, 61), (BARISTA, 0)]);
    ledger.apply(TILL, set_campaign(GROCER, 1, personal(&ledger, &list)));
    let of = |account| claim_invited(GROCER, 1, account, 0, list.invitation(0, account));
    // The brand has never heard of them, and its list is word enough.
    ledger.apply(ANNA, of(ANNA));
    ledger.apply(BO, of(BO));
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(BO, GROCER)), (12, 60));
    assert_eq!(ledger.run(ANNA, vec![of(ANNA)]), failed(0, Code::MemberMaxReached));
    assert_eq!(ledger.campaign(GROCER, 1).points.get(), 72);
    for account in [CLEO, BARISTA] {
        assert_eq!(
            ledger.run(account, vec![of(account)]),
            failed(0, Code::InvitationInvalid),
            "more than the terms say"
        );
    }
    assert_eq!(ledger.run(CLEO, vec![claim(GROCER, 1, CLEO)]), failed(0, Code::InvitationMissing));
    let annas = list.invitation(0, ANNA);
    for wrong in [
        Invitation { root: 1, ..annas.clone() },
        Invitation { amount: 60, ..annas.clone() },
        Invitation { salt: Salt::new([9; 16]), ..annas.clone() },
        Invitation { path: Bounded::default(), ..annas.clone() },
        list.invitation(0, BO),
    ] {
        let claim = claim_invited(GROCER, 1, ANNA, 0, wrong);
        assert_eq!(ledger.run(ANNA, vec![claim]), failed(0, Code::InvitationInvalid));
    }
}

#[test]
fn an_invitation_is_of_one_campaign() {
    let mut ledger = ledger();
    let list = ledger.list(GROCER, 1, &[(ANNA, 12), (BO, 1)]);
    for campaign in [1, 2] {
        ledger.apply(TILL, set_campaign(GROCER, campaign, personal(&ledger, &list)));
    }
    let claim = claim_invited(GROCER, 2, ANNA, 0, list.invitation(0, ANNA));
    assert_eq!(ledger.run(ANNA, vec![claim]), failed(0, Code::InvitationInvalid));
}

#[test]
fn where_nobody_has_to_be_invited_who_is_gets_a_sum_of_its_own() {
    let mut ledger = ledger();
    let list = ledger.list(GROCER, 1, &[(ANNA, 12), (BO, 1)]);
    let terms = Campaign { requires: Bounded::from([known()]), ..personal(&ledger, &list) };
    ledger.apply(TILL, set_track(GROCER, 1, rolling(3, &[])));
    for member in [ANNA, CLEO] {
        ledger.apply(TILL, stamp(GROCER, 1, member, 1, &format!("of {member}")));
    }
    ledger.apply(TILL, set_campaign(GROCER, 1, terms));
    ledger.apply(ANNA, claim_invited(GROCER, 1, ANNA, 0, list.invitation(0, ANNA)));
    ledger.apply(CLEO, claim(GROCER, 1, CLEO));
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(CLEO, GROCER)), (12, 5));
    // An invitation is no other fact.
    let bos = claim_invited(GROCER, 1, BO, 0, list.invitation(0, BO));
    assert_eq!(ledger.run(BO, vec![bos]), failed(0, Code::TooNew));
}

#[test]
fn who_is_invited_pays_its_own_price_or_the_lower_one_of_everybody() {
    let mut ledger = ledger();
    let list = ledger.list(GROCER, 1, &[(ANNA, 30), (BO, 0), (CLEO, 99)]);
    let terms = Campaign { invited: Bounded::from([list.root()]), ..club(ledger.now(), 40, Some(30)) };
    ledger.apply(TILL, set_campaign(GROCER, 1, terms.clone()));
    for member in [ANNA, BO, CLEO] {
        ledger.apply(TILL, issue(GROCER, member, 100, &format!("to {member}")));
    }
    let of = |account, price_max| claim_invited(GROCER, 1, account, price_max, list.invitation(0, account));
    assert_eq!(ledger.run(ANNA, vec![of(ANNA, 29)]), failed(0, Code::PriceAboveMax));
    ledger.apply(ANNA, of(ANNA, 30));
    ledger.apply(BO, of(BO, 0));
    ledger.apply(CLEO, of(CLEO, 40));
    assert_eq!([ANNA, BO, CLEO].map(|member| ledger.balance(member, GROCER)), [70, 100, 60]);
    ledger.apply(TILL, set_campaign(GROCER, 1, Campaign { price: Points::new(20), ..terms }));
    ledger.apply(ANNA, of(ANNA, 20));
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.campaign(GROCER, 1).paid.get()), (50, 90));
}

#[test]
fn a_donation_is_never_of_nothing() {
    let mut ledger = ledger();
    let list = ledger.list(GROCER, 1, &[(ANNA, 0), (BO, 3)]);
    let award = Award::Cause { to: None };
    let terms = Campaign { award, invited: Bounded::from([list.root()]), ..club(ledger.now(), 40, None) };
    ledger.apply(TILL, set_campaign(GROCER, 1, terms));
    ledger.apply(TILL, issue(GROCER, BO, 100, "receipt"));
    let of = |account| claim_invited(GROCER, 1, account, 40, list.invitation(0, account));
    assert_eq!(ledger.run(ANNA, vec![of(ANNA)]), failed(0, Code::InvitationInvalid));
    ledger.apply(BO, of(BO));
    assert_eq!(ledger.campaign(GROCER, 1).paid.get(), 3);
}

#[test]
fn the_invited_come_in_earlier_and_a_grant_takes_no_invitation() {
    let mut ledger = ledger();
    let list = ledger.list(GROCER, 1, &[(ANNA, 12), (BO, 1)]);
    let opens_ms = ledger.now().plus_ms(2 * DAY_MS);
    let early = Some(Early { ms: 3 * DAY_MS, requires: Bounded::from([Requirement::Invited]) });
    let (requires, by) = (Bounded::from([known()]), TakenBy::Either);
    let closes_ms = opens_ms.plus_ms(DAY_MS);
    let personal = personal(&ledger, &list);
    let terms = Campaign { opens_ms, closes_ms, early, requires, by, ..personal.clone() };
    ledger.apply(TILL, set_campaign(GROCER, 1, terms));
    ledger.apply(TILL, set_track(GROCER, 1, rolling(3, &[])));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 1, "first"));
    assert_eq!(ledger.run(ANNA, vec![claim(GROCER, 1, ANNA)]), failed(0, Code::CampaignNotOpen));
    ledger.apply(ANNA, claim_invited(GROCER, 1, ANNA, 0, list.invitation(0, ANNA)));
    ledger.apply(TILL, set_campaign(GROCER, 2, Campaign { by, ..personal }));
    ledger.apply(TILL, grant(GROCER, 2, CLEO, 9, "gift"));
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(CLEO, GROCER)), (12, 9));
}

#[test]
fn a_list_stays_where_it_is_and_others_come_after_it() {
    let mut ledger = ledger();
    let [first, second] = [(ANNA, 12), (BO, 8)].map(|line| ledger.list(GROCER, 1, &[line]));
    let terms = personal(&ledger, &first);
    ledger.apply(TILL, set_campaign(GROCER, 1, terms.clone()));
    for lists in [vec![], vec![second.root()], vec![second.root(), first.root()]] {
        let invited = Bounded::new(lists).expect("two at most");
        let set = set_campaign(GROCER, 1, Campaign { invited, ..terms.clone() });
        assert_eq!(ledger.run(TILL, vec![set]), failed(0, Code::CampaignPromised));
    }
    let invited = Bounded::from([first.root(), second.root()]);
    ledger.apply(TILL, set_campaign(GROCER, 1, Campaign { invited, ..terms }));
    ledger.apply(ANNA, claim_invited(GROCER, 1, ANNA, 0, first.invitation(0, ANNA)));
    // A list of one line has no path.
    ledger.apply(BO, claim_invited(GROCER, 1, BO, 0, second.invitation(1, BO)));
    assert_eq!((ledger.balance(ANNA, GROCER), ledger.balance(BO, GROCER)), (12, 8));
}
