//! Campaigns, sponsorships, grants and claims as the samples write them.

use lojal_types::merkle::Tree;
use lojal_types::{
    AcceptSponsorship, AddressText, Award, Bounded, Campaign, CampaignId, ChainId, Claim, Early, Grant, Hash,
    Invitation, Invited, MarkId, NetworkKind, Operation, PerMember, Period, Points, Referral, Requirement, Salt,
    SetCampaign, Sponsor, TakeBack, TakenBackOf, TakenBy, TrackId,
};

use super::{Written, reference, today};
use crate::vectors::samples::{START_MS, account, chain_id, household, named, parse, time};

/// A campaign of points that operators grant and another brand pays for.
pub(in crate::vectors) fn sponsored() -> Campaign {
    Campaign {
        opens_ms: time(START_MS),
        closes_ms: time(START_MS + 8_640_000_000),
        early: None,
        requires: Bounded::default(),
        by: TakenBy::Operator,
        price: Points::ZERO,
        award: Award::Points { amount: Points::new(50), up_to: Points::new(200), months: Some(3) },
        referral: None,
        per_member: Some(PerMember { times: 5, per: Period::Year }),
        stock: None,
        budget: Some(Points::new(10_000)),
        sponsor: Some(Sponsor { brand: parse("kaffet"), price_micro: 250_000 }),
        invited: Bounded::default(),
        households: true,
        returnable: false,
        pending_days: 0,
        paused: false,
        about: Hash::new([0x78; 32]),
    }
}

/// A membership that members buy, after a stamp.
pub(in crate::vectors) fn club() -> Campaign {
    let (track, at_least) = (TrackId::new(1), 1);
    Campaign {
        requires: Bounded::from([Requirement::Progress { track, at_least, this_month: false, consume: false }]),
        by: TakenBy::Member,
        price: Points::new(40),
        award: Award::Mark { mark: MarkId::new(7), days: Some(30) },
        stock: Some(1_000),
        budget: None,
        sponsor: None,
        ..sponsored()
    }
}

/// Points for whoever is new, and for whoever has brought them along.
pub(in crate::vectors) fn welcome() -> Campaign {
    let award = Points::new(30);
    Campaign {
        requires: Bounded::from([Requirement::New { days: 60 }]),
        by: TakenBy::Member,
        award: Award::Points { amount: award, up_to: award, months: None },
        referral: Some(Referral { award, year_max: 10 }),
        per_member: Some(PerMember { times: 1, per: Period::Ever }),
        sponsor: None,
        households: false,
        ..sponsored()
    }
}

pub(in crate::vectors) fn set_campaign(campaign: u32, terms: Campaign) -> Written {
    Operation::SetCampaign(SetCampaign { brand: parse("nordmat"), campaign: CampaignId::new(campaign), terms })
}

pub(in crate::vectors) fn accept_sponsorship(chain: &ChainId, campaign: u32, terms: &Campaign) -> Written {
    let (brand, campaign) = (parse("nordmat"), CampaignId::new(campaign));
    let terms = terms.digest(chain, brand, campaign);
    Operation::AcceptSponsorship(AcceptSponsorship { brand, campaign, terms })
}

pub(in crate::vectors) fn grant(campaign: u32, to: AddressText, amount: u64, receipt: &str) -> Written {
    let (brand, campaign, reference) = (parse("nordmat"), CampaignId::new(campaign), reference(receipt));
    Operation::Grant(Grant { brand, campaign, to, amount, reference, dated: today() })
}

pub(in crate::vectors) fn claim(
    campaign: u32,
    account: AddressText,
    (quantity, price_max): (u16, u64),
    referrer: Option<AddressText>,
) -> Written {
    let (brand, campaign, price_max) = (parse("nordmat"), CampaignId::new(campaign), Points::new(price_max));
    Operation::Claim(Claim { brand, campaign, account, quantity, price_max, referrer, invitation: None })
}

/// Days of a mark that are taken back.
fn take_back_mark(from: AddressText, days: u64, receipt: &str, own: &str) -> Written {
    let (brand, of_reference, reference) = (parse("nordmat"), reference(receipt), reference(own));
    let (of, amount, of_dated, dated) = (TakenBackOf::Mark, days, today(), today());
    Operation::TakeBack(TakeBack { brand, from, of, of_reference, of_dated, amount, reference, dated })
}

/// The list of the fourth campaign: three accounts, each with a sum of its own.
fn lines() -> [Invited; 3] {
    [(4, 120), (5, 200), (6, 1)].map(|(member, amount)| {
        let account = account(member).to_canonical(NetworkKind::Test).expect("of this network");
        let (brand, campaign, salt) = (parse("nordmat"), CampaignId::new(4), Salt::new([member; 16]));
        Invited { brand, campaign, account, amount, salt }
    })
}

fn list() -> Tree {
    Tree::new(lines().iter().map(|line| line.leaf(&chain_id())).collect())
}

/// Points for those who are invited, by the second of two lists.
fn personal() -> Campaign {
    Campaign {
        requires: Bounded::from([Requirement::Invited]),
        by: TakenBy::Member,
        sponsor: None,
        invited: Bounded::from([Hash::new([0x21; 32]), Hash::new(list().root())]),
        ..sponsored()
    }
}

/// The claim of the second of them.
fn claim_of_invited() -> Written {
    let (at, line) = (1, lines()[1]);
    let path = Bounded::new(list().path(at).expect("it is there")).expect("short");
    let invitation = Some(Invitation { root: 1, amount: line.amount, salt: line.salt, path });
    let (brand, campaign, quantity, price_max) = (line.brand, line.campaign, 1, Points::ZERO);
    let (account, referrer) = (account(5), None);
    Operation::Claim(Claim { brand, campaign, account, quantity, price_max, referrer, invitation })
}

/// The operations of campaigns.
pub(in crate::vectors) fn of_campaigns() -> Vec<(String, Written)> {
    let level = Requirement::Level { track: TrackId::new(1), level: 2 };
    let early = Early { ms: 86_400_000, requires: Bounded::from([level, Requirement::Mark { mark: MarkId::new(7) }]) };
    let uses = Requirement::Progress { track: TrackId::new(2), at_least: 10, this_month: true, consume: true };
    let badge = Campaign {
        early: Some(early),
        requires: Bounded::from([uses, Requirement::Since { days: 365 }]),
        by: TakenBy::Either,
        award: Award::Mark { mark: MarkId::new(u16::MAX), days: None },
        per_member: None,
        budget: None,
        sponsor: None,
        paused: true,
        ..sponsored()
    };
    vec![
        named("set_campaign with a sponsor", set_campaign(1, sponsored())),
        named("set_campaign that costs points", set_campaign(2, club())),
        named("set_campaign with a referral", set_campaign(3, welcome())),
        named("set_campaign that opens earlier for some", set_campaign(u32::MAX, badge)),
        named("accept_sponsorship", accept_sponsorship(&chain_id(), 1, &sponsored())),
        named("grant", grant(1, account(4), 150, "gift 1")),
        named("claim", claim(2, account(4), (3, 120), None)),
        named("claim of who was brought along", claim(3, account(5), (1, 0), Some(account(4)))),
        named("claim of a household", claim(2, household(), (1, 40), None)),
        named("set_campaign for the invited", set_campaign(4, personal())),
        named("claim of who is invited", claim_of_invited()),
        named("take_back of a mark", take_back_mark(account(4), 30, "gift 2", "return 2")),
    ]
}
