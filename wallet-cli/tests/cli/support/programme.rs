//! The answers of a gateway of these tests about a programme.

use lojal_types::api::{
    BrandCampaign, BrandTrack, CampaignState, Campaigns, Leader, Leaders, LevelEnd, MarkStanding, NextLevel, Stamped,
    Standing, Standings, TakenStanding, TrackStanding, TrackState, Tracks, UsedReference, UsedState, UsedUnits,
    Voucher, VoucherUse, Vouchers, leader_words,
};
use lojal_types::{
    Address, Award, Bounded, BrandId, Campaign, CampaignId, GrossPoints, Hash, Height, MarkId, Month, NetworkKind,
    PerMember, Period, Points, Referral, Requirement, Sponsor, TakenBy, Track, TrackId, TrackKind, TrackLevel,
    VoucherId,
};

use super::gateway::network_status;
use super::server::Answer;
use super::{genesis, key, other, receipt};

fn kaffet() -> BrandId {
    "kaffet".parse().expect("valid")
}

/// The terms of the one track, with a level at 100 and one at 300.
pub fn terms() -> Track {
    let level = |at_least: u64| TrackLevel { at_least, months: 12 };
    Track {
        kind: TrackKind::Rolling { months: 12, closes_ms: None },
        stamp_max: 50,
        levels: Bounded::from([level(100), level(300)]),
        soft: true,
        take_back_days: 30,
        about: Hash::new([7; 32]),
    }
}

/// True if a path is one of those that this file knows.
pub fn is_of(path: &str) -> bool {
    path.ends_with("/standing")
        || path.ends_with("/vouchers")
        || path.contains("/uses/")
        || path.contains("/references/claim/")
        || path.contains("/references/grant/")
        || path.contains("/references/take_back/")
        || path.ends_with("/kaffet/tracks")
        || path.ends_with("/leaders")
        || path.ends_with("/kaffet/campaigns")
        || path.contains("/stamps/")
}

/// The part of a programme that a test chooses.
#[derive(Default)]
pub struct Known {
    /// The roots of the lists of invitations that the first two campaigns have.
    pub invited: Vec<Hash>,
    /// The use that has answered every request for a voucher, if there is one.
    pub answer: Option<VoucherUse>,
}

/// The answer there: an account has the first level, and one stamp is known.
pub fn answer(path: &str, known: &Known) -> Answer {
    let (height, time_ms, track) = (Height::new(41), network_status().time_ms, TrackId::new(1));
    if let Some(text) = path.strip_prefix("/v1/accounts/").and_then(|text| text.strip_suffix("/standing")) {
        let until_ms = "2027-05".parse::<Month>().expect("a month").start();
        let track = TrackStanding {
            track,
            terms: terms(),
            units: 120,
            places: vec![],
            level: 1,
            lasts: Some(LevelEnd { until_ms, keeps: Some(100), then: 0 }),
            next: Some(NextLevel { level: 2, at_least: 300, missing: 180 }),
        };
        let marks = vec![MarkStanding { mark: MarkId::new(7), until: Some(time_ms.day()) }];
        let taken = TakenStanding { campaign: CampaignId::new(2), as_referrer: false, times: 1, until: None };
        let (brand, since, tracks, taken) = (kaffet(), Some(time_ms.day()), vec![track], vec![taken]);
        let standing = Standing { brand, since, consents: 1, tracks, marks, taken };
        let (address, standings) = (text.parse().expect("an address"), vec![standing]);
        return Answer::json(200, &Standings { address, standings, only_of: None, height, time_ms });
    }
    if let Some(text) = path.strip_prefix("/v1/accounts/").and_then(|text| text.strip_suffix("/vouchers")) {
        let (address, vouchers) = (text.parse().expect("an address"), vouchers());
        return Answer::json(200, &Vouchers { address, vouchers, only_of: None, height, time_ms });
    }
    if path.contains("/uses/") {
        let unknown = || Answer::problem(404, "unknown_reference");
        return known.answer.as_ref().map_or_else(unknown, |answer| Answer::json(200, answer));
    }
    if path.contains("/references/take_back/") || path.contains("/references/grant/") {
        // The voucher that cost nothing was given, and the rest of the second stamp was taken back.
        let is_known = path.ends_with(&voucher(6).to_string()) || path.ends_with(&receipt("back").to_string());
        return if is_known { Answer::json(200, &claimed()) } else { Answer::problem(404, "unknown_reference") };
    }
    if let Some((_, reference)) = path.split_once("/references/claim/") {
        let is_bought = reference == voucher(5).to_string();
        return if is_bought { Answer::json(200, &claimed()) } else { Answer::problem(404, "unknown_reference") };
    }
    if path.ends_with("/leaders") {
        let of_track = path.ends_with("/kaffet/tracks/1/leaders");
        return if of_track { Answer::json(200, &leaders()) } else { Answer::problem(404, "unknown_track") };
    }
    if path.ends_with("/campaigns") {
        return Answer::json(200, &campaigns(&known.invited));
    }
    if path.ends_with("/tracks") {
        let one = BrandTrack { track, terms: terms(), state: TrackState::Open, over_ms: None };
        return Answer::json(200, &Tracks { brand: kaffet(), tracks: vec![one], last: track, height, time_ms });
    }
    let is_gone = path.ends_with(&format!("/{}", receipt("gone")));
    if !is_gone && !path.ends_with(&format!("/{}", receipt("stamped"))) {
        return Answer::problem(404, "unknown_reference");
    }
    let (taken_back, left) = if is_gone { (40, 0) } else { (0, 40) };
    let (dated, until_ms) = (time_ms.day(), time_ms.plus_ms(86_400_000));
    Answer::json(200, &Stamped { dated, to: other(), track, amount: 40, place: None, taken_back, left, until_ms })
}

/// The words under which an account is listed on the one track.
pub fn name_of(account: Address) -> String {
    lojal_text::words(leader_words(&genesis().chain_id(), account, kaffet(), TrackId::new(1)))
}

/// Somebody with 300, and then the wallet's own account and another one with as much.
fn leaders() -> Leaders {
    let leader = |(rank, units, name): (u64, u64, String)| Leader { rank, units, name, account: None };
    let second = other().to_canonical(NetworkKind::Test).expect("a test address");
    let (own, second) = (name_of(key().address()), name_of(second));
    let leaders = [(1, 300, "abandon zoo".to_owned()), (2, 120, own.clone()), (2, 120, second)].map(leader);
    Leaders {
        brand: kaffet(),
        track: TrackId::new(1),
        leaders: leaders.into(),
        ranked: 40,
        own: Some(leader((2, 120, own))),
        complete: true,
        height: Height::new(41),
        time_ms: network_status().time_ms,
    }
}

/// The voucher of an account with these bytes.
pub fn voucher(byte: u8) -> VoucherId {
    VoucherId::new([byte; 16])
}

/// Of campaign 5 one that was bought and one that was given, which ends later; of campaign 6 a single use.
fn vouchers() -> Vec<Voucher> {
    let today = network_status().time_ms.day();
    let one = |byte: u8, campaign: u32, left: u16, days: u32| Voucher {
        brand: kaffet(),
        voucher: voucher(byte),
        campaign: CampaignId::new(campaign),
        left,
        until: today.plus(days),
    };
    vec![one(5, 5, 3, 10), one(6, 5, 8, 20), one(7, 6, 1, 30)]
}

/// The claim of five coffees for 2.50 each, of which two have been drunk.
fn claimed() -> UsedReference {
    let time_ms = network_status().time_ms;
    UsedReference {
        state: UsedState::Claimed,
        dated: Some(time_ms.day()),
        account: None,
        amount: Some(Points::new(1_250)),
        taken: Some(Points::ZERO),
        left: Some(Points::new(1_250)),
        units: Some(UsedUnits { amount: 5, track: None, place: None, taken_back: None, left: None }),
        until_ms: Some(time_ms.plus_ms(86_400_000)),
        transaction: None,
        ended_by: None,
        height: Height::new(41),
        time_ms,
    }
}

/// Points that members claim who are new, and operators grant, at the cost of another brand.
pub fn gifts() -> Campaign {
    let opens_ms = network_status().time_ms;
    Campaign {
        opens_ms,
        closes_ms: opens_ms.plus_ms(30 * 86_400_000),
        early: None,
        requires: Bounded::from([Requirement::New { days: 30 }]),
        by: TakenBy::Either,
        price: Points::ZERO,
        award: Award::Points { amount: Points::new(500), up_to: Points::new(2_000), months: None },
        referral: Some(Referral { award: Points::new(250), year_max: 10 }),
        per_member: Some(PerMember { times: 1, per: Period::Ever }),
        stock: Some(40),
        budget: Some(Points::new(100_000)),
        sponsor: Some(Sponsor { brand: "fjallet".parse().expect("valid"), price_micro: 2_000_000 }),
        invited: Bounded::default(),
        households: false,
        returnable: false,
        pending_days: 0,
        paused: false,
        about: Hash::new([8; 32]),
    }
}

/// A file with the terms of [`club`], at another price.
pub const CLUB: &str = "opens_ms = 1800000000000\ncloses_ms = 1802592000000\nby = \"member\"\nprice = 200\nabout = \
                        \"0808080808080808080808080808080808080808080808080808080808080808\"\n[award]\n\
                        type = \"mark\"\nmark = 7\ndays = 30\n";

/// A mark for 30 days that members buy.
pub fn club() -> Campaign {
    Campaign {
        requires: Bounded::default(),
        by: TakenBy::Member,
        price: Points::new(250),
        award: Award::Mark { mark: MarkId::new(7), days: Some(30) },
        referral: None,
        per_member: None,
        stock: None,
        budget: None,
        sponsor: None,
        ..gifts()
    }
}

/// Coffees that members buy.
fn coffees() -> Campaign {
    Campaign { award: Award::Voucher { valid_days: 30 }, returnable: true, ..club() }
}

/// A cause, to which members give 1.00 at a time.
fn trees() -> Campaign {
    Campaign { price: Points::new(100), award: Award::Cause { to: None }, ..club() }
}

/// The campaigns of kaffet; the first two have these lists of invitations.
fn campaigns(invited: &[Hash]) -> Campaigns {
    let invited = Bounded::new(invited.to_vec()).expect("a few");
    let (height, time_ms) = (Height::new(41), network_status().time_ms);
    let one = |(number, terms): (u32, Campaign)| BrandCampaign {
        campaign: CampaignId::new(number),
        digest: Hash::new([9; 32]),
        accepted: terms.sponsor.map(|_| true),
        state: CampaignState::Open,
        over_ms: terms.over_ms(),
        times: 3,
        points: GrossPoints::default(),
        reversed: GrossPoints::default(),
        paid: GrossPoints::default(),
        returned: 0,
        refunded: GrossPoints::default(),
        stock_left: terms.stock.map(|stock| stock - 3),
        budget_left: terms.budget,
        terms,
    };
    let gifts = Campaign { invited: invited.clone(), ..gifts() };
    let club = Campaign { invited, ..club() };
    let campaigns = [(1, gifts), (2, club), (5, coffees()), (8, trees())].map(one).to_vec();
    Campaigns { brand: kaffet(), campaigns, last: CampaignId::new(8), height, time_ms }
}
