//! Campaigns, grants and claims.

use lojal_types::{Bounded, Campaign, Code, Period, Points, Referral, Requirement, TakenBy, TrackId};

use super::Failing;
use crate::fixture::*;

/// Makes the ledger one of version 2 in which the grocer grants points by the first campaign, and has stamped Anna, who
/// has 500 points.
fn prepare(ledger: &mut Ledger) {
    *ledger = Ledger::with_campaigns();
    ledger.apply(TILL, issue(GROCER, ANNA, 500, "first"));
    ledger.apply(TILL, set_track(GROCER, 1, rolling(3, &[(100, 2)])));
    ledger.apply(TILL, stamp(GROCER, 1, ANNA, 50, "stamp"));
    let terms = gifts(ledger.now(), (60, 100));
    ledger.apply(TILL, set_campaign(GROCER, 1, terms));
}

/// The same with a second campaign.
fn with(ledger: &mut Ledger, terms: impl Fn(Campaign) -> Campaign) {
    prepare(ledger);
    let terms = terms(claims(ledger.now(), 5, 100, known()));
    ledger.apply(TILL, set_campaign(GROCER, 2, terms));
}

/// The same with a fact that has to hold.
fn asking(ledger: &mut Ledger, fact: Requirement) {
    with(ledger, |terms| Campaign { requires: Bounded::from([fact]), ..terms });
}

/// The same with a campaign by which a member brings one other along.
fn bringing(ledger: &mut Ledger) {
    with(ledger, |terms| Campaign {
        referral: Some(Referral { award: Points::new(5), year_max: 1 }),
        per_member: each(1, Period::Ever),
        requires: Bounded::from([Requirement::New { days: 30 }]),
        ..terms
    });
}

pub(super) const FAILURES: &[(Code, Failing)] = &[
    (Code::CampaignOutOfBounds, |ledger| {
        prepare(ledger);
        (TILL, set_campaign(GROCER, 2, gifts(ledger.now(), (0, 100))))
    }),
    (Code::CampaignOutOfBounds, |ledger| {
        prepare(ledger);
        (TILL, set_campaign(GROCER, 0, gifts(ledger.now(), (60, 100))))
    }),
    (Code::CampaignOutOfBounds, |ledger| {
        prepare(ledger);
        let free_for_all = Campaign { requires: Bounded::default(), ..claims(ledger.now(), 5, 100, known()) };
        (TILL, set_campaign(GROCER, 2, free_for_all))
    }),
    (Code::CampaignOutOfBounds, |ledger| {
        prepare(ledger);
        (TILL, set_campaign(GROCER, 2, claims(ledger.now(), 5, 100, progress(10, true))))
    }),
    (Code::UnknownTrack, |ledger| {
        prepare(ledger);
        let fact = Requirement::Level { track: TrackId::new(9), level: 1 };
        (TILL, set_campaign(GROCER, 2, claims(ledger.now(), 5, 100, fact)))
    }),
    (Code::SameBrand, |ledger| {
        prepare(ledger);
        let terms = Campaign { sponsor: sponsor(GROCER, 1), ..gifts(ledger.now(), (60, 100)) };
        (TILL, set_campaign(GROCER, 2, terms))
    }),
    (Code::TooManyCampaigns, |ledger| {
        prepare(ledger);
        let terms = gifts(ledger.now(), (60, 100));
        let more: Vec<_> = (2..257).map(|number| set_campaign(GROCER, number, terms.clone())).collect();
        for some in more.chunks(50) {
            assert_eq!(ledger.run(TILL, some.to_vec()), lojal_types::Outcome::Applied);
        }
        (TILL, set_campaign(GROCER, 257, terms))
    }),
    (Code::CampaignPromised, |ledger| {
        prepare(ledger);
        let terms = ledger.terms(GROCER, 1);
        (TILL, set_campaign(GROCER, 1, Campaign { budget: Some(Points::new(99)), ..terms }))
    }),
    (Code::UnknownCampaign, |ledger| {
        prepare(ledger);
        (ANNA, claim(GROCER, 9, ANNA))
    }),
    (Code::CampaignNotOpen, |ledger| {
        prepare(ledger);
        ledger.pass_to(ledger.now().plus_ms(101 * DAY_MS));
        (TILL, grant(GROCER, 1, ANNA, 1, "late"))
    }),
    (Code::CampaignPaused, |ledger| {
        with(ledger, |terms| Campaign { paused: true, ..terms });
        (ANNA, claim(GROCER, 2, ANNA))
    }),
    (Code::SponsorNotAccepted, |ledger| {
        with(ledger, |terms| Campaign { sponsor: sponsor(CAFE, 1), ..terms });
        (ANNA, claim(GROCER, 2, ANNA))
    }),
    (Code::SponsorTermsDiffer, |ledger| {
        prepare(ledger);
        let digest = ledger.digest_of(GROCER, 1, &ledger.terms(GROCER, 1));
        (BARISTA, accept_sponsorship(GROCER, 1, digest))
    }),
    (Code::NotGranted, |ledger| {
        with(ledger, |terms| terms);
        (TILL, grant(GROCER, 2, ANNA, 1, "gift"))
    }),
    (Code::NotClaimed, |ledger| {
        prepare(ledger);
        (ANNA, claim(GROCER, 1, ANNA))
    }),
    (Code::GrantOutOfRange, |ledger| {
        prepare(ledger);
        (TILL, grant(GROCER, 1, ANNA, 61, "gift"))
    }),
    (Code::RoleMissing, |ledger| {
        prepare(ledger);
        (ISSUER, grant(GROCER, 1, ANNA, 1, "gift"))
    }),
    (Code::NotOperator, |ledger| {
        prepare(ledger);
        (BARISTA, grant(GROCER, 1, ANNA, 1, "gift"))
    }),
    (Code::ProgressMissing, |ledger| {
        asking(ledger, progress(51, false));
        (ANNA, claim(GROCER, 2, ANNA))
    }),
    (Code::LevelMissing, |ledger| {
        asking(ledger, Requirement::Level { track: TrackId::new(1), level: 1 });
        (ANNA, claim(GROCER, 2, ANNA))
    }),
    (Code::MarkMissing, |ledger| {
        asking(ledger, Requirement::Mark { mark: lojal_types::MarkId::new(1) });
        (ANNA, claim(GROCER, 2, ANNA))
    }),
    (Code::NotNew, |ledger| {
        asking(ledger, Requirement::New { days: 3 });
        ledger.pass_to(ledger.now().plus_ms(4 * DAY_MS));
        (ANNA, claim(GROCER, 2, ANNA))
    }),
    (Code::TooNew, |ledger| {
        asking(ledger, Requirement::Since { days: 1 });
        (ANNA, claim(GROCER, 2, ANNA))
    }),
    (Code::InvitationMissing, |ledger| {
        asking(ledger, Requirement::Invited);
        (ANNA, claim(GROCER, 2, ANNA))
    }),
    (Code::InvitationInvalid, |ledger| {
        let list = ledger.list(GROCER, 2, &[(ANNA, 5), (BO, 5)]);
        with(ledger, |terms| Campaign { invited: Bounded::from([list.root()]), ..terms });
        ledger.apply(TILL, issue(GROCER, BO, 1, "second"));
        (BO, claim_invited(GROCER, 2, BO, 0, list.invitation(0, ANNA)))
    }),
    (Code::MemberMaxReached, |ledger| {
        with(ledger, |terms| Campaign { per_member: each(1, Period::Ever), ..terms });
        ledger.apply(ANNA, claim(GROCER, 2, ANNA));
        (ANNA, claim(GROCER, 2, ANNA))
    }),
    (Code::SoldOut, |ledger| {
        with(ledger, |terms| Campaign { stock: Some(1), ..terms });
        ledger.apply(ANNA, claim(GROCER, 2, ANNA));
        (ANNA, claim(GROCER, 2, ANNA))
    }),
    (Code::BudgetSpent, |ledger| {
        with(ledger, |terms| Campaign { budget: Some(Points::new(9)), ..terms });
        ledger.apply(ANNA, claim(GROCER, 2, ANNA));
        (ANNA, claim(GROCER, 2, ANNA))
    }),
    (Code::PriceAboveMax, |ledger| {
        prepare(ledger);
        ledger.apply(TILL, set_campaign(GROCER, 2, club(ledger.now(), 40, Some(30))));
        (ANNA, claim_for(GROCER, 2, address(ANNA), (1, 39), None))
    }),
    (Code::InsufficientPoints, |ledger| {
        prepare(ledger);
        ledger.apply(TILL, set_campaign(GROCER, 2, club(ledger.now(), 501, Some(30))));
        (ANNA, claim_for(GROCER, 2, address(ANNA), (1, 501), None))
    }),
    (Code::NoReferrerAward, |ledger| {
        with(ledger, |terms| terms);
        (ANNA, claim_for(GROCER, 2, address(ANNA), (1, 0), Some(address(BO))))
    }),
    (Code::ReferrerNotOlder, |ledger| {
        bringing(ledger);
        (ANNA, claim_for(GROCER, 2, address(ANNA), (1, 0), Some(address(BO))))
    }),
    (Code::ReferrerRelated, |ledger| {
        bringing(ledger);
        (ANNA, claim_for(GROCER, 2, address(ANNA), (1, 0), Some(address(ANNA))))
    }),
    (Code::ReferrerMaxReached, |ledger| {
        bringing(ledger);
        ledger.pass_to(ledger.now().plus_ms(DAY_MS));
        let new = [BO, CLEO].map(|member| stamp(GROCER, 1, member, 1, &format!("of {member}")));
        new.into_iter().for_each(|stamp| ledger.apply(TILL, stamp));
        ledger.apply(BO, claim_for(GROCER, 2, address(BO), (1, 0), Some(address(ANNA))));
        (CLEO, claim_for(GROCER, 2, address(CLEO), (1, 0), Some(address(ANNA))))
    }),
    (Code::InsufficientProgress, |ledger| {
        prepare(ledger);
        ledger.apply(TILL, set_track(GROCER, 2, rolling(3, &[])));
        let fact = Requirement::Progress { track: TrackId::new(2), at_least: 5, this_month: false, consume: true };
        ledger.apply(TILL, set_campaign(GROCER, 2, claims(ledger.now(), 5, 100, fact)));
        ledger.apply(TILL, stamp(GROCER, 2, ANNA, 5, "card"));
        ledger.apply(ANNA, claim(GROCER, 2, ANNA));
        (TILL, take_back(GROCER, ANNA, 1, "card", "return"))
    }),
    (Code::NotForHouseholds, |ledger| {
        with(ledger, |terms| terms);
        let family = ledger.household(ANNA, &[]);
        (ANNA, claim_for(GROCER, 2, family, (1, 0), None))
    }),
    (Code::QuantityOutOfRange, |ledger| {
        with(ledger, |terms| terms);
        (ANNA, claim_for(GROCER, 2, address(ANNA), (2, 0), None))
    }),
    (Code::StandingFull, |ledger| {
        prepare(ledger);
        for number in 1..34 {
            let award = lojal_types::Award::Mark { mark: lojal_types::MarkId::new(number), days: None };
            let badge = Campaign { award, by: TakenBy::Operator, budget: None, ..gifts(ledger.now(), (1, 1)) };
            let campaign = u32::from(number) + 1;
            ledger.apply(TILL, set_campaign(GROCER, campaign, badge));
            if number < 33 {
                ledger.apply(TILL, grant(GROCER, campaign, ANNA, 1, &format!("badge {number}")));
            }
        }
        (TILL, grant(GROCER, 34, ANNA, 1, "badge 33"))
    }),
    (Code::BrandSuspended, |ledger| {
        prepare(ledger);
        ledger.enact(vec![suspend(GROCER)]);
        (TILL, grant(GROCER, 1, ANNA, 1, "gift"))
    }),
    (Code::AwardToOther, |ledger| {
        prepare(ledger);
        let badge = Campaign { by: TakenBy::Operator, price: Points::ZERO, ..club(ledger.now(), 1, Some(30)) };
        ledger.apply(TILL, set_campaign(GROCER, 2, badge));
        ledger.apply(TILL, grant(GROCER, 2, ANNA, 1, "badge"));
        (TILL, take_back_mark(GROCER, BO, 1, "badge", "return"))
    }),
];
