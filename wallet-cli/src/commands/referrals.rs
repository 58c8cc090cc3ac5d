//! Referrals: a link by which somebody claims what a brand gives to who is new, and names who has brought them along.

use lojal_types::{Address, AddressText, Award, BrandId, CampaignId, Code, Points, api};
use lojal_wallet::uri::Referral;
use schemars::JsonSchema;
use serde::Serialize;

use super::campaigns::{self, find};
use super::context::Context;
use super::decimals::Decimals;
use crate::cli::{ClaimArgs, WhichCampaign};
use crate::error::CommandError;
use crate::output::{Report, grouped};

/// A link for whoever is to be brought along.
#[derive(Serialize, JsonSchema)]
pub(super) struct Refers {
    /// The link, as a text and for a QR code.
    referral: String,
    /// The brand.
    brand: BrandId,
    /// The campaign.
    campaign: CampaignId,
    /// The account of who brings somebody along.
    referrer: AddressText,
    /// The points for whoever claims it.
    for_member: Points,
    /// The points for who has brought them along.
    for_referrer: Points,
    /// Most members that one brings along in a calendar year (UTC).
    year_max: u16,
}

/// `lojal refer`.
pub(super) fn refer(context: &Context, which: WhichCampaign, qr: bool) -> Result<Report, CommandError> {
    let home = context.home()?;
    let gateways = context.gateways(Some(&home))?;
    let WhichCampaign { brand, campaign } = which;
    let api::BrandCampaign { terms, state, .. } = find(&gateways, which)?;
    if state == api::CampaignState::Closed {
        let text = format!("campaign {campaign} of {brand} has closed, and nobody can claim it any more");
        return Err(CommandError::of_code(Code::CampaignNotOpen, text));
    }
    let (Some(referral), Award::Points { amount, .. }) = (terms.referral, terms.award) else {
        return Err(CommandError::refused(
            "no_referral",
            "this campaign gives nothing for bringing somebody along: lojal campaign show says what it gives",
        ));
    };
    let decimals = Decimals::ask(&gateways, Some(&home))?.of(brand);
    let link = Referral { chain: home.chain_id().tag(), brand, campaign, referrer: home.address() }.to_uri();
    if !context.options.json {
        let (theirs, own) = (grouped(amount, decimals), grouped(referral.award, decimals));
        let year_max = referral.year_max;
        lojal_print::note(format!(
            "whoever is new at {brand} and runs lojal claim with this gets {theirs} points, and you {own}, for \
             {year_max} members a year at most"
        ));
    }
    let (referrer, for_referrer, year_max) = (home.address_text(), referral.award, referral.year_max);
    let document =
        Refers { referral: link.clone(), brand, campaign, referrer, for_member: amount, for_referrer, year_max };
    let mut report = Report::done(&document, link.clone());
    report.qr = qr.then_some(link);
    Ok(report)
}

/// `lojal claim` with such a link.
pub(super) fn claim(context: &Context, referral: &Referral, args: ClaimArgs) -> Result<Report, CommandError> {
    let home = context.home()?;
    referral.check(home.chain_id().tag())?;
    let referrer: Address = referral.referrer;
    let referrer = Some(referrer.to_text(home.network()));
    campaigns::claim(context, (referral.brand, referral.campaign), ClaimArgs { referrer, ..args })
}
