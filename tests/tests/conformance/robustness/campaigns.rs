//! Campaigns, what is taken out of them, and the records of both: their own generated values.

use std::sync::Arc;

use lojal_ledger::HalfId;
use lojal_ledger::record::{CampaignList, CampaignRecord, ListedCampaign, Marked};
use lojal_types::merkle::Step;
use lojal_types::{
    AcceptSponsorship, Award, Campaign, CampaignId, Claim, Early, Grant, GrossPoints, Invitation, MarkId, Operation,
    PerMember, Period, Recipient, Referral, Requirement, Salt, SetCampaign, Sponsor, TakenBy, TrackId,
};
use proptest::option;
use proptest::prelude::*;

use super::survives;
use super::values::*;
use super::vouchers::cost;

pub(super) fn campaign_id() -> BoxedStrategy<CampaignId> {
    any::<u32>().prop_map(CampaignId::new).boxed()
}

pub(super) fn mark_id() -> BoxedStrategy<MarkId> {
    any::<u16>().prop_map(MarkId::new).boxed()
}

fn requirement() -> BoxedStrategy<Requirement> {
    let track = || any::<u16>().prop_map(TrackId::new);
    prop_oneof![
        (track(), number(), any::<bool>(), any::<bool>()).prop_map(|(track, at_least, this_month, consume)| {
            Requirement::Progress { track, at_least, this_month, consume }
        }),
        (track(), any::<u8>()).prop_map(|(track, level)| Requirement::Level { track, level }),
        mark_id().prop_map(|mark| Requirement::Mark { mark }),
        any::<u16>().prop_map(|days| Requirement::New { days }),
        any::<u16>().prop_map(|days| Requirement::Since { days }),
        Just(Requirement::Invited),
    ]
    .boxed()
}

fn award() -> BoxedStrategy<Award> {
    let recipient = (brand_id(), any::<u64>()).prop_map(|(brand, price_micro)| Recipient { brand, price_micro });
    prop_oneof![
        (points(), points(), option::of(any::<u8>())).prop_map(|(amount, up_to, months)| Award::Points {
            amount,
            up_to,
            months
        }),
        (mark_id(), option::of(any::<u16>())).prop_map(|(mark, days)| Award::Mark { mark, days }),
        any::<u16>().prop_map(|valid_days| Award::Voucher { valid_days }),
        option::of(recipient).prop_map(|to| Award::Cause { to }),
    ]
    .boxed()
}

fn per_member() -> BoxedStrategy<PerMember> {
    let per = prop_oneof![Just(Period::Day), Just(Period::Month), Just(Period::Year), Just(Period::Ever)];
    (any::<u16>(), per).prop_map(|(times, per)| PerMember { times, per }).boxed()
}

fn campaign() -> BoxedStrategy<Campaign> {
    let early = (any::<u64>(), list(requirement())).prop_map(|(ms, requires)| Early { ms, requires });
    let by = prop_oneof![Just(TakenBy::Operator), Just(TakenBy::Member), Just(TakenBy::Either)];
    let when = (time(), time(), option::of(early), list(requirement()), by);
    let referral = (points(), any::<u16>()).prop_map(|(award, year_max)| Referral { award, year_max });
    let sponsor = (brand_id(), any::<u64>()).prop_map(|(brand, price_micro)| Sponsor { brand, price_micro });
    let bounds = (option::of(per_member()), option::of(number()), option::of(points()), option::of(sponsor));
    let what = (points(), award(), option::of(referral), any::<[bool; 3]>(), (any::<u8>(), list(hash()), hash()));
    let terms = (when, bounds, what).prop_map(|(when, bounds, what)| {
        let (opens_ms, closes_ms, early, requires, by) = when;
        let (per_member, stock, budget, sponsor) = bounds;
        let (price, award, referral, [households, returnable, paused], (pending_days, invited, about)) = what;
        Campaign {
            opens_ms,
            closes_ms,
            early,
            requires,
            by,
            price,
            award,
            referral,
            per_member,
            stock,
            budget,
            sponsor,
            invited,
            households,
            returnable,
            pending_days,
            paused,
            about,
        }
    });
    terms.boxed()
}

fn invitation() -> BoxedStrategy<Invitation> {
    let step = (any::<bool>(), hash()).prop_map(|(is_left, other)| Step { is_left, other });
    let invitation = (any::<u8>(), number(), any::<[u8; 16]>(), list(step.boxed()));
    let invitation =
        invitation.prop_map(|(root, amount, salt, path)| Invitation { root, amount, salt: Salt::new(salt), path });
    invitation.boxed()
}

pub(super) fn set_campaign() -> BoxedStrategy<Operation> {
    let set = (brand_id(), campaign_id(), campaign());
    set.prop_map(|(brand, campaign, terms)| Operation::SetCampaign(SetCampaign { brand, campaign, terms })).boxed()
}

pub(super) fn accept_sponsorship() -> BoxedStrategy<Operation> {
    let accept = (brand_id(), campaign_id(), hash());
    let accept = accept.prop_map(|(brand, campaign, terms)| AcceptSponsorship { brand, campaign, terms });
    accept.prop_map(Operation::AcceptSponsorship).boxed()
}

pub(super) fn campaign_operation() -> BoxedStrategy<Operation> {
    let of = || (brand_id(), campaign_id(), address());
    let grant = (of(), (number(), reference(), day())).prop_map(|((brand, campaign, to), what)| {
        let (amount, reference, dated) = what;
        Operation::Grant(Grant { brand, campaign, to, amount, reference, dated })
    });
    let claim =
        (of(), (any::<u16>(), points(), option::of(address()), option::of(invitation()))).prop_map(|(of, what)| {
            let ((brand, campaign, account), (quantity, price_max, referrer, invitation)) = (of, what);
            Operation::Claim(Claim { brand, campaign, account, quantity, price_max, referrer, invitation })
        });
    prop_oneof![set_campaign(), accept_sponsorship(), grant, claim].boxed()
}

#[test]
fn campaigns_and_what_they_have_given_survive() {
    survives(campaign());
    let listed = (campaign_id(), time()).prop_map(|(campaign, over_ms)| ListedCampaign { campaign, over_ms });
    let listed = (campaign_id(), list(listed.boxed()));
    survives(listed.prop_map(|(last, campaigns)| CampaignList { last, campaigns }).boxed());
    let gross = || any::<u128>().prop_map(GrossPoints::new);
    let record = (campaign(), option::of(hash()), any::<[u64; 2]>(), [(); 4].map(|()| gross()));
    let record = record.prop_map(|(terms, accepted, [times, returned], sums)| {
        let [points, reversed, paid, refunded] = sums;
        CampaignRecord { terms: Arc::new(terms), accepted, times, points, reversed, paid, returned, refunded }
    });
    survives(record.boxed());
    let transaction = || transaction_id().prop_map(|id| HalfId::of(&id));
    let what = (address(), campaign_id(), mark_id(), option::of(any::<u32>()));
    let marked = (what, (any::<u32>(), day(), time(), transaction(), option::of(cost())));
    let marked = marked.prop_map(|((to, campaign, mark, days), rest)| {
        let (taken_back, dated, take_back_until_ms, transaction, cost) = rest;
        Marked { to, campaign, mark, days, taken_back, dated, take_back_until_ms, transaction, cost }
    });
    survives(marked.boxed());
}
