//! The answers about campaigns.

use std::sync::Arc;

use lojal_types::{BrandId, Campaign, CampaignId, ChainId, Points, TimeMs, api};

use crate::key::{CampaignKey, CampaignListKey};
use crate::record::CampaignRecord;
use crate::records::Records;

/// The campaigns of a brand that aren't over, with what is left of them; of a chain, whose digests name their terms.
///
/// # Errors
/// When records that it needs are not known.
pub fn campaigns<R: Records>(records: &R, chain: &ChainId, brand: BrandId) -> Result<api::Campaigns, R::Lack> {
    let list = records.get(&CampaignListKey(brand))?.unwrap_or_default();
    let tip = records.tip();
    let mut campaigns = Vec::with_capacity(list.campaigns.len());
    for one in list.campaigns.iter().filter(|one| tip.time_ms < one.over_ms) {
        let campaign = one.campaign;
        let record = records.named(records.get(&CampaignKey { brand, campaign })?)?;
        campaigns.push(shown(record, chain, (brand, campaign), tip.time_ms));
    }
    Ok(api::Campaigns { brand, campaigns, last: list.last, height: tip.height, time_ms: tip.time_ms })
}

fn shown(
    record: CampaignRecord,
    chain: &ChainId,
    (brand, campaign): (BrandId, CampaignId),
    time: TimeMs,
) -> api::BrandCampaign {
    let digest = record.terms.digest(chain, brand, campaign);
    let spent = record.spent().get();
    let points_left = |budget: Points| u64::try_from(u128::from(budget.get()).saturating_sub(spent)).unwrap_or(0);
    let terms = &record.terms;
    api::BrandCampaign {
        campaign,
        digest,
        accepted: terms.sponsor.map(|_| record.accepted == Some(digest)),
        state: state(terms, time),
        over_ms: terms.over_ms(),
        times: record.times,
        points: record.points,
        reversed: record.reversed,
        paid: record.paid,
        returned: record.returned,
        refunded: record.refunded,
        stock_left: terms.stock.map(|stock| stock.saturating_sub(record.used_stock())),
        budget_left: terms.budget.map(|budget| Points::new(points_left(budget))),
        terms: Arc::unwrap_or_clone(record.terms),
    }
}

fn state(terms: &Campaign, time: TimeMs) -> api::CampaignState {
    match terms {
        _ if terms.is_open(time) => api::CampaignState::Open,
        _ if time < terms.opens_ms => api::CampaignState::Announced,
        _ => api::CampaignState::Closed,
    }
}

#[cfg(test)]
mod tests;
