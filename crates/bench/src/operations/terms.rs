//! The tracks and campaigns of every brand: the same ones, so that whichever is drawn costs the same.

use lojal_types::{
    Award, Bounded, Campaign, CampaignId, Hash, MarkId, PerMember, Period, Points, Requirement, TakenBy, TimeMs, Track,
    TrackId, TrackKind, TrackLevel,
};

/// The track of what members buy, which has levels.
pub const LEVELS: TrackId = TrackId::new(1);
/// The track of what members do in a challenge.
pub const CHALLENGE: TrackId = TrackId::new(2);
/// A badge for ever, which operators grant once.
pub const BADGE: CampaignId = CampaignId::new(1);
/// A membership of 30 days, which operators grant.
pub const MEMBERSHIP: CampaignId = CampaignId::new(2);
/// Points that operators grant.
pub const GIFT: CampaignId = CampaignId::new(3);
/// Points that members claim who have been counted often enough.
pub const REWARD: CampaignId = CampaignId::new(4);
/// The same, with a list of those who are invited to more.
pub const TO_INVITED: CampaignId = CampaignId::new(5);
/// A coffee for points.
pub const COFFEE: CampaignId = CampaignId::new(6);

/// The units that reach the first level, and with which rewards are claimed.
pub const FIRST_LEVEL: u64 = 10;
/// Most points that an invitation gives.
pub const INVITED_POINTS_MAX: u64 = 100;
/// The points that a coffee costs.
pub const COFFEE_PRICE: Points = Points::new(100);
/// Most points of a gift.
pub const GIFT_MAX: u64 = 100;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;
/// The days for which tracks and campaigns are open.
const OPEN_DAYS: u64 = 90;
/// Points that a campaign can give in all.
const BUDGET: Points = Points::new(1_000_000_000_000);

/// The tracks from a time on.
pub fn tracks(time: TimeMs) -> [(TrackId, Track); 2] {
    let level = |at_least, months| TrackLevel { at_least, months };
    let levels = Track {
        kind: TrackKind::Rolling { months: 12, closes_ms: None },
        stamp_max: 1_000,
        levels: Bounded::from([level(FIRST_LEVEL, 3), level(5 * FIRST_LEVEL, 6), level(20 * FIRST_LEVEL, 12)]),
        soft: true,
        take_back_days: 30,
        about: Hash::new([7; 32]),
    };
    let kind = TrackKind::Window { opens_ms: time, closes_ms: time.plus_ms(OPEN_DAYS * DAY_MS) };
    let challenge = Track { kind, levels: Bounded::default(), soft: false, ..levels.clone() };
    [(LEVELS, levels), (CHALLENGE, challenge)]
}

/// The campaigns from a time on; those with this root are on the list of invitations.
pub fn campaigns(time: TimeMs, root: Hash) -> [(CampaignId, Campaign); 6] {
    let each = |times, per| Some(PerMember { times, per });
    let gift = gift(time);
    let award = Award::Mark { mark: MarkId::new(1), days: None };
    let badge = Campaign { award, budget: None, per_member: each(1, Period::Ever), ..gift.clone() };
    let award = Award::Mark { mark: MarkId::new(2), days: Some(30) };
    let membership = Campaign { award, per_member: each(12, Period::Year), ..badge.clone() };
    let counted = Requirement::Progress { track: LEVELS, at_least: FIRST_LEVEL, this_month: false, consume: false };
    let (amount, up_to) = (Points::new(50), Points::new(INVITED_POINTS_MAX));
    let reward = Campaign {
        requires: Bounded::from([counted]),
        by: TakenBy::Member,
        award: Award::Points { amount, up_to, months: None },
        per_member: each(1, Period::Month),
        ..gift.clone()
    };
    let to_invited = Campaign { invited: Bounded::from([root]), ..reward.clone() };
    let coffee = Campaign {
        by: TakenBy::Member,
        price: COFFEE_PRICE,
        award: Award::Voucher { valid_days: 30 },
        per_member: each(5, Period::Month),
        returnable: true,
        ..badge.clone()
    };
    [
        (BADGE, badge),
        (MEMBERSHIP, membership),
        (GIFT, gift),
        (REWARD, reward),
        (TO_INVITED, to_invited),
        (COFFEE, coffee),
    ]
}

/// Points that operators grant, out of a large budget.
fn gift(time: TimeMs) -> Campaign {
    Campaign {
        opens_ms: time,
        closes_ms: time.plus_ms(OPEN_DAYS * DAY_MS),
        early: None,
        requires: Bounded::default(),
        by: TakenBy::Operator,
        price: Points::ZERO,
        award: Award::Points { amount: Points::new(1), up_to: Points::new(GIFT_MAX), months: None },
        referral: None,
        per_member: None,
        stock: None,
        budget: Some(BUDGET),
        sponsor: None,
        invited: Bounded::default(),
        households: false,
        returnable: false,
        pending_days: 0,
        paused: false,
        about: Hash::new([8; 32]),
    }
}
