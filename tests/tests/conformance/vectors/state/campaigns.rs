//! Campaigns, and the references of what they have given.

use std::sync::Arc;

use lojal_ledger::HalfId;
use lojal_ledger::key::{CampaignKey, CampaignListKey, MarkedKey};
use lojal_ledger::record::{self, ListedCampaign};
use lojal_types::{
    AddressText, BrandId, Campaign, CampaignId, Day, GrossPoints, Hash, MarkId, Reference, TimeMs, TransactionId,
};
use serde::{Deserialize, Serialize};

use super::vouchers::{Cost, Paid};
use super::{Output, bounded, output};
use crate::vectors::compose::{club, reference, sponsored};
use crate::vectors::samples::{START_MS, account, address, named, parse, time};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Entry {
    CampaignList { brand: BrandId, last: CampaignId, campaigns: Vec<Listed> },
    Campaign(Box<Taken>),
    Marked(Marked),
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    campaign: CampaignId,
    over_ms: TimeMs,
}

/// A campaign with what was taken out of it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Taken {
    brand: BrandId,
    campaign: CampaignId,
    terms: Campaign,
    accepted: Option<Hash>,
    times: u64,
    points: GrossPoints,
    reversed: GrossPoints,
    paid: GrossPoints,
    returned: u64,
    refunded: GrossPoints,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Marked {
    brand: BrandId,
    reference: Reference,
    dated: Day,
    to: AddressText,
    campaign: CampaignId,
    mark: MarkId,
    days: Option<u32>,
    taken_back: u32,
    take_back_until_ms: TimeMs,
    transaction: TransactionId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cost: Option<Cost>,
}

pub(super) fn build(entry: &Entry) -> Output {
    match entry {
        Entry::CampaignList { brand, last, campaigns } => {
            let listed = campaigns.iter().map(|&Listed { campaign, over_ms }| ListedCampaign { campaign, over_ms });
            let campaigns = bounded(&listed.collect::<Vec<_>>());
            output(&CampaignListKey(*brand), &record::CampaignList { last: *last, campaigns })
        }
        Entry::Campaign(one) => {
            let record = record::CampaignRecord {
                terms: Arc::new(one.terms.clone()),
                accepted: one.accepted,
                times: one.times,
                points: one.points,
                reversed: one.reversed,
                paid: one.paid,
                returned: one.returned,
                refunded: one.refunded,
            };
            output(&CampaignKey { brand: one.brand, campaign: one.campaign }, &record)
        }
        Entry::Marked(one) => {
            let key = MarkedKey { shelf: one.dated.month(), brand: one.brand, reference: one.reference.clone() };
            let record = record::Marked {
                to: address(one.to),
                campaign: one.campaign,
                mark: one.mark,
                days: one.days,
                taken_back: one.taken_back,
                dated: one.dated,
                take_back_until_ms: one.take_back_until_ms,
                transaction: HalfId::of(&one.transaction),
                cost: one.cost.as_ref().map(Cost::build),
            };
            output(&key, &record)
        }
    }
}

pub(super) fn samples() -> Vec<(String, Entry)> {
    let brand: BrandId = parse("nordmat");
    let (dated, transaction) = (time(START_MS).day(), TransactionId::new([0x33; 32]));
    let sum = GrossPoints::new;
    let listed = Listed { campaign: CampaignId::new(1), over_ms: time(START_MS + 43_200_000_000) };
    let taken = |number, terms, accepted, times, [points, reversed, paid]: [GrossPoints; 3]| {
        let campaign = CampaignId::new(number);
        let (returned, refunded) = (times / 3, sum(paid.get() / 3));
        let one = Taken { brand, campaign, terms, accepted, times, points, reversed, paid, returned, refunded };
        Entry::Campaign(Box::new(one))
    };
    let marked = |word, days, taken_back, cost| {
        let (to, campaign, mark) = (account(4), CampaignId::new(2), MarkId::new(7));
        let (reference, take_back_until_ms) = (reference(word), time(START_MS + 5_184_000_000));
        Entry::Marked(Marked {
            brand,
            reference,
            dated,
            to,
            campaign,
            mark,
            days,
            taken_back,
            take_back_until_ms,
            transaction,
            cost,
        })
    };
    let given = [sum(150), sum(50), sum(0)];
    let accepted = Some(Hash::new([0x79; 32]));
    vec![
        named(
            "the campaigns of a brand",
            Entry::CampaignList { brand, last: CampaignId::new(3), campaigns: vec![listed] },
        ),
        named("campaign", taken(1, sponsored(), accepted, 1, given)),
        named("campaign that costs points", taken(2, club(), None, 3, [sum(0), sum(0), sum(120)])),
        named("marked", marked("gift 2", Some(60), 30, None)),
        named("marked without end", marked("gift 3", None, 0, None)),
        named("marked for points", marked("claim 2", Some(60), 30, Some(Cost::of(2, Paid::of_anna(30))))),
    ]
}
