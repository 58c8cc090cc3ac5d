//! `SetCampaign` and `AcceptSponsorship`: an admin begins a campaign, makes one kinder or pauses one, and its sponsor
//! agrees to pay (protocol, Campaigns).

use std::sync::Arc;

use lojal_types::{AcceptSponsorship, BrandId, Campaign, CampaignId, Code, Requirement, SetCampaign, TrackKind};

use super::authority::Weight;
use super::partnership::two_brands;
use super::{Context, authority, tracks};
use crate::key::{CampaignKey, CampaignListKey};
use crate::record::{CampaignList, CampaignRecord, ListedCampaign};
use crate::stop::Stop;
use crate::tree::Missing;

pub(super) fn set(context: &mut Context<'_, '_>, set: &SetCampaign) -> Result<(), Stop> {
    let SetCampaign { brand, campaign, terms } = set;
    authority::giving_brand(context, *brand)?;
    let known = find(context, *brand, *campaign)?;
    authority::admin(context, *brand, weight(known.as_ref(), terms))?;
    let mut list = without_over(context, *brand)?;
    let record = match known {
        Some(record) => {
            changes(context, *brand, &record.terms, terms)?;
            CampaignRecord { terms: Arc::new(terms.clone()), ..record }
        }
        None => {
            number_rises(&list, *campaign)?;
            terms_in_bounds(context, *brand, terms)?;
            list.last = *campaign;
            CampaignRecord::new(terms.clone())
        }
    };
    put(&mut list, *campaign, terms)?;
    context.overlay.put(&CampaignListKey(*brand), &list)?;
    context.overlay.put(&CampaignKey { brand: *brand, campaign: *campaign }, &record)?;
    Ok(())
}

/// `AcceptSponsorship`: "by an admin of the sponsor, which widens (Brands): the sponsor pays for what is given on these
/// terms. They are named by their digest" (protocol, Campaigns)
pub(super) fn accept(context: &mut Context<'_, '_>, accept: &AcceptSponsorship) -> Result<(), Stop> {
    let AcceptSponsorship { brand, campaign, terms } = *accept;
    authority::brand_in_force(context, brand)?;
    let record = known(context, brand, campaign)?;
    let sponsor = record.terms.sponsor.ok_or(Code::SponsorTermsDiffer)?;
    authority::giving_brand(context, sponsor.brand)?;
    authority::admin(context, sponsor.brand, Weight::Widens)?;
    if record.terms.digest(&context.chain, brand, campaign) != terms {
        return Err(Code::SponsorTermsDiffer.into());
    }
    context.overlay.put(&CampaignKey { brand, campaign }, &CampaignRecord { accepted: Some(terms), ..record })?;
    Ok(())
}

/// A campaign that isn't over.
pub(super) fn known(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    campaign: CampaignId,
) -> Result<CampaignRecord, Stop> {
    Ok(find(context, brand, campaign)?.ok_or(Code::UnknownCampaign)?)
}

/// A campaign, if there is one with a number that isn't over: "400 days after its end a campaign is none any more
/// (`unknown_campaign`), and its number isn't used again." (protocol, Campaigns)
pub(super) fn find(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    campaign: CampaignId,
) -> Result<Option<CampaignRecord>, Missing> {
    let time = context.time;
    Ok(context.overlay.get(&CampaignKey { brand, campaign })?.filter(|record| time < record.terms.over_ms()))
}

/// "Pausing is one admin's, at once; everything else widens" (protocol, Campaigns).
fn weight(known: Option<&CampaignRecord>, terms: &Campaign) -> Weight {
    let pauses = known.is_some_and(|record| Campaign { paused: true, ..(*record.terms).clone() } == *terms);
    if pauses { Weight::Narrows } else { Weight::Widens }
}

/// The list of a brand's campaigns, of which those that are over leave nothing behind: "The next `SetCampaign` of the
/// brand removes its record." (protocol, Campaigns)
fn without_over(context: &mut Context<'_, '_>, brand: BrandId) -> Result<CampaignList, Missing> {
    let mut list = context.overlay.get(&CampaignListKey(brand))?.unwrap_or_default();
    let over: Vec<ListedCampaign> = list.campaigns.iter().copied().filter(|one| one.over_ms <= context.time).collect();
    for one in over {
        context.overlay.remove(&CampaignKey { brand, campaign: one.campaign })?;
        list.campaigns = list.campaigns.without(&one);
    }
    Ok(list)
}

/// Lists a campaign with the time from which on it is none any more: "At most 256 campaigns of a brand aren't over
/// (`too_many_campaigns`)." (protocol, Campaigns)
fn put(list: &mut CampaignList, campaign: CampaignId, terms: &Campaign) -> Result<(), Code> {
    if let Some(before) = list.campaigns.iter().copied().find(|one| one.campaign == campaign) {
        list.campaigns = list.campaigns.without(&before);
    }
    let listed = ListedCampaign { campaign, over_ms: terms.over_ms() };
    list.campaigns = list.campaigns.with_sorted(listed).map_err(|_| Code::TooManyCampaigns)?;
    Ok(())
}

/// "A new campaign has a higher number than all that the brand has ever had, from 1 on (`campaign_out_of_bounds`)."
/// (protocol, Campaigns)
fn number_rises(list: &CampaignList, campaign: CampaignId) -> Result<(), Code> {
    if campaign > list.last { Ok(()) } else { Err(Code::CampaignOutOfBounds) }
}

/// "A campaign is in bounds if" what the protocol lists holds (protocol, Campaigns), which takes the tracks that it
/// asks about, and the brand that pays or that donations go to.
fn terms_in_bounds(context: &mut Context<'_, '_>, brand: BrandId, terms: &Campaign) -> Result<(), Stop> {
    if !terms.is_in_bounds(context.time) {
        return Err(Code::CampaignOutOfBounds.into());
    }
    if let Some(partner) = terms.partner() {
        two_brands(context, brand, partner)?;
    }
    terms.all_requirements().try_for_each(|one| track_has(context, brand, one))
}

/// "the tracks that it asks about are there (`unknown_track`), with the levels; `this_month` and `consume` are asked of
/// rolling tracks alone, and `consume` of those without levels" (protocol, Campaigns): what is used up would take
/// levels along.
fn track_has(context: &mut Context<'_, '_>, brand: BrandId, requirement: &Requirement) -> Result<(), Stop> {
    let fits = match *requirement {
        Requirement::Progress { track, this_month, consume, .. } => {
            let track = tracks::known(context, brand, track)?;
            let rolls = matches!(track.kind, TrackKind::Rolling { .. });
            (rolls || !(this_month || consume)) && (track.levels.is_empty() || !consume)
        }
        Requirement::Level { track, level } => usize::from(level) <= tracks::known(context, brand, track)?.levels.len(),
        Requirement::Mark { .. } | Requirement::New { .. } | Requirement::Since { .. } | Requirement::Invited => true,
    };
    if fits { Ok(()) } else { Err(Code::CampaignOutOfBounds.into()) }
}

/// "Until somebody can take part, a campaign can become anything that is in bounds. From then on it becomes no harder,
/// and stays within its limits. When it has closed it stays as it is (`campaign_promised`)." (protocol, Campaigns)
fn changes(context: &mut Context<'_, '_>, brand: BrandId, before: &Campaign, terms: &Campaign) -> Result<(), Stop> {
    if context.time < before.begins_ms() {
        return terms_in_bounds(context, brand, terms);
    }
    if before.closes_ms <= context.time || !terms.relaxes(before, context.time) {
        return Err(Code::CampaignPromised.into());
    }
    if terms.keeps_limits() { Ok(()) } else { Err(Code::CampaignOutOfBounds.into()) }
}
