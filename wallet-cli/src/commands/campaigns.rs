//! The campaigns of brands: what they give their members beside issues.

use std::path::Path;

use lojal_types::{
    AcceptSponsorship, AddressText, Award, BrandId, Campaign, CampaignId, Claim, Code, Grant, Operation, Points,
    SetCampaign, TimeMs, api,
};
use lojal_wallet::amount;
use lojal_wallet::dates::{Dated, Kind};
use lojal_wallet::gateways::Gateways;

use super::bounds;
use super::campaign_words::{award_in_words, lines};
use super::context::Context;
use super::dating;
use super::decimals::Decimals;
use super::invitations::{self, invite, of_file};
use super::points::one_reference;
use super::programme::changes;
use super::transact::{Session, Wish, Words};
use crate::ask;
use crate::cli::{CampaignCommand, ClaimArgs, Consent, GrantArgs, Sending, WhichCampaign};
use crate::error::CommandError;
use crate::output::{Report, grouped};

/// Longest file with the terms of a campaign, in bytes.
const TERMS_BYTES_MAX: u64 = 64 * 1024;

/// `lojal campaign`.
pub(super) fn campaign(context: &Context, command: CampaignCommand) -> Result<Report, CommandError> {
    match command {
        CampaignCommand::List { brand } => list(context, brand),
        CampaignCommand::Show { which } => show(context, which),
        CampaignCommand::Set { which, terms, consent, sending } => set(context, which, &terms, consent, &sending),
        CampaignCommand::Invite(args) => invite(context, args),
        CampaignCommand::Pause { which, sending } => pause(context, which, true, &sending),
        CampaignCommand::Resume { which, sending } => pause(context, which, false, &sending),
        CampaignCommand::Accept { which, consent, sending } => accept(context, which, consent, &sending),
    }
}

fn of_brand(gateways: &Gateways, brand: BrandId) -> Result<api::Campaigns, CommandError> {
    Ok(gateways.ask(|gateway| Ok(gateway.client()?.campaigns(&brand)?))?)
}

pub(super) fn find(gateways: &Gateways, which: WhichCampaign) -> Result<api::BrandCampaign, CommandError> {
    let WhichCampaign { brand, campaign } = which;
    let found = of_brand(gateways, brand)?.campaigns.into_iter().find(|one| one.campaign == campaign);
    found.ok_or(CommandError::UnknownCampaign { brand, campaign })
}

fn list(context: &Context, brand: BrandId) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let campaigns = of_brand(&gateways, brand)?;
    let decimals = Decimals::ask(&gateways, home.as_ref())?.of(brand);
    let mut rows = vec![["CAMPAIGN", "STATE", "GIVES", "LEFT"].map(str::to_owned).to_vec()];
    for one in &campaigns.campaigns {
        let award = award_in_words(&one.terms.award, decimals);
        rows.push(vec![one.campaign.to_string(), state_text(one).to_owned(), award, left_text(one, decimals)]);
    }
    let text = if rows.len() == 1 { format!("{brand} has no campaigns") } else { lojal_print::table(&rows, &[0]) };
    Ok(Report::done(&campaigns, text))
}

fn show(context: &Context, which: WhichCampaign) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let gateways = context.gateways(home.as_ref())?;
    let found = find(&gateways, which)?;
    let decimals = Decimals::ask(&gateways, home.as_ref())?.of(which.brand);
    let head = format!("campaign {} of {}: {}", which.campaign, which.brand, state_text(&found));
    let left = format!("taken {} times; left: {}", found.times, left_text(&found, decimals));
    let text = format!("{head}\n{}\n{left}\ndigest of the terms: {}", in_words(&found.terms, decimals), found.digest);
    Ok(Report::done(&found, text))
}

/// A campaign in force is shown beside what becomes of it; a new one whole.
fn set(
    context: &Context,
    which: WhichCampaign,
    terms: &Path,
    consent: Consent,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let terms = read(terms)?;
    let session = Session::open(context)?;
    let WhichCampaign { brand, campaign } = which;
    let decimals = session.brand(brand)?.decimals;
    let told = of_brand(&session.gateways, brand)?;
    let before = told.campaigns.iter().find(|one| one.campaign == campaign).map(|one| &one.terms);
    in_bounds((brand, campaign, &terms), before, (told.last, session.ledger_time()))?;
    let (what, done) = match before {
        Some(before) if *before == terms => {
            let (stays, was) = ("stays as it is", "as it was");
            (format!("campaign {campaign} of {brand} {stays}"), format!("set campaign {campaign} of {brand} {was}"))
        }
        Some(before) => {
            let changes = changes(&lines(before, decimals), &lines(&terms, decimals));
            let what = format!("campaign {campaign} of {brand} becomes:\n{changes}");
            (what, format!("changed campaign {campaign} of {brand}"))
        }
        None => {
            let begins = "begins, and can only become kinder from then on";
            let what = format!("campaign {campaign} of {brand} {begins}:\n{}", in_words(&terms, decimals));
            (what, format!("began campaign {campaign} of {brand}"))
        }
    };
    ask::consent(&what, consent, sending)?;
    session.transact_for(brand, Operation::SetCampaign(SetCampaign { brand, campaign, terms }), &done, sending)
}

/// Names what is wrong with a campaign's terms before anybody is asked: the ledger says only that something is.
fn in_bounds(
    (brand, campaign, terms): (BrandId, CampaignId, &Campaign),
    before: Option<&Campaign>,
    (last, time): (CampaignId, TimeMs),
) -> Result<(), CommandError> {
    let fault = match before {
        // What members can take part in stays within its limits, and may be about to close.
        Some(before) if before.begins_ms() <= time && terms.keeps_limits() => None,
        None if campaign <= last => {
            Some(format!("campaign {campaign} of {brand} is none any more: a new one has a number above {last}"))
        }
        _ => bounds::of_campaign(terms, time).map(|fault| format!("the terms can't be so: {fault}")),
    };
    fault.map_or(Ok(()), |fault| Err(CommandError::of_code(Code::CampaignOutOfBounds, fault)))
}

/// Pausing is one admin's; where the brand asks for several, resuming is put forward.
fn pause(context: &Context, which: WhichCampaign, paused: bool, sending: &Sending) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let WhichCampaign { brand, campaign } = which;
    let terms = Campaign { paused, ..find(&session.gateways, which)?.terms };
    let done = format!("{} campaign {campaign} of {brand}", if paused { "paused" } else { "resumed" });
    let set = Operation::SetCampaign(SetCampaign { brand, campaign, terms });
    if paused { session.transact(set, &done, sending) } else { session.transact_for(brand, set, &done, sending) }
}

/// The digest is that of the terms that are shown, whatever the gateway says that it is.
fn accept(
    context: &Context,
    which: WhichCampaign,
    consent: Consent,
    sending: &Sending,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let WhichCampaign { brand, campaign } = which;
    let terms = find(&session.gateways, which)?.terms;
    let Some(sponsor) = terms.sponsor else {
        return Err(CommandError::refused("no_sponsor", "the campaign has no sponsor, and nobody has to accept it"));
    };
    let shown = in_words(&terms, session.brand(brand)?.decimals);
    let pays = format!("{} pays for campaign {campaign} of {brand}, on these terms", sponsor.brand);
    ask::consent(&format!("{pays}:\n{shown}"), consent, sending)?;
    let terms = terms.digest(&session.home.chain_id(), brand, campaign);
    let accept = Operation::AcceptSponsorship(AcceptSponsorship { brand, campaign, terms });
    session.transact_for(sponsor.brand, accept, &pays, sending)
}

/// `lojal grant`.
pub(super) fn grant(context: &Context, args: GrantArgs) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let GrantArgs { which, to, amount, reference, dated, sending } = args;
    let WhichCampaign { brand, campaign } = which;
    let account = to.to_canonical(session.home.network())?;
    let award = find(&session.gateways, which)?.terms.award;
    let decimals = if award.is_points() { session.brand(brand)?.decimals } else { 0 };
    let amount = match (amount, award) {
        (Some(text), _) => amount::parse(&text, decimals)?,
        (None, Award::Points { amount, .. }) => amount,
        (None, Award::Mark { .. } | Award::Voucher { .. } | Award::Cause { .. }) => Points::new(1),
    };
    let reference = one_reference(&session, reference.receipt, reference.reference);
    // A grant of points is an issue, and shares its references.
    let dated = dating::day(&session, Dated { brand, kind: Kind::Issue, reference: &reference }, dated)?;
    let done = format!("granted {} by campaign {campaign} of {brand} to {to}", grouped(amount, decimals));
    let grant = Grant { brand, campaign, to: account, amount: amount.get(), reference, dated };
    session.transact(Operation::Grant(grant), &done, &sending)
}

/// `lojal claim` with a campaign. The price that is shown is the most that it costs.
pub(super) fn claim(
    context: &Context,
    (brand, campaign): (BrandId, CampaignId),
    args: ClaimArgs,
) -> Result<Report, CommandError> {
    let session = Session::open(context)?;
    let ClaimArgs { quantity, household, referrer, invitation, consent, sending, .. } = args;
    let terms = find(&session.gateways, WhichCampaign { brand, campaign })?.terms;
    let decimals = session.brand(brand)?.decimals;
    let text = household.map_or_else(|| Ok(session.home.address_text()), |pool| session.pool(pool))?;
    let account = text.to_canonical(session.home.network())?;
    let args_referrer = referrer;
    let referrer = referrer.map(|one| one.to_canonical(session.home.network())).transpose()?;
    let of = invitations::of(&session.home, WhichCampaign { brand, campaign }, decimals);
    let invitation = invitation.map(|path| of_file(&path, &of, text, &terms.invited)).transpose()?;
    let sum = invitation.as_ref().map(|one| Points::new(one.amount));
    let price_max = Points::new(terms.price_for(invitation.as_ref()).get().saturating_mul(quantity.into()));
    let cost = match price_max {
        Points::ZERO => "for nothing".to_owned(),
        price => format!("for {} {brand}", grouped(price, decimals)),
    };
    let done = format!("claimed {quantity} of campaign {campaign} of {brand} for {text}, {cost}");
    let award = match (terms.award, sum) {
        // What an invitation gives stands in it, and nowhere else.
        (Award::Points { months, .. }, Some(amount)) => Award::Points { amount, up_to: amount, months },
        (award, _) => award,
    };
    let gives = award_in_words(&award, decimals);
    let along = args_referrer.map(|one| format!("; {one} has brought you along")).unwrap_or_default();
    let what = format!("claim {quantity} of campaign {campaign} of {brand} for {text}, {cost}: it {gives}{along}");
    ask::consent(&what, consent, &sending)?;
    let claim = Claim { brand, campaign, account, quantity, price_max, referrer, invitation };
    let words = |code: &str| unknown_to_brand(&session, (brand, text), code);
    session.fulfil(Wish::new(Operation::Claim(claim), &done).in_words(&words), &sending)
}

/// The refusal of somebody as not new whom the brand doesn't know at all.
fn unknown_to_brand(session: &Session<'_>, (brand, account): (BrandId, AddressText), code: &str) -> Option<Words> {
    if code != Code::NotNew.name() {
        return None;
    }
    let told = session.gateways.ask(|gateway| Ok(gateway.client()?.standing(&account)?)).ok()?;
    let is_known = told.standings.iter().any(|one| one.brand == brand && one.since.is_some());
    let text = format!("{brand} doesn't know {account} yet: it does once it has stamped or given something there");
    (!is_known).then_some(Words { text, is_final: false })
}

fn read(path: &Path) -> Result<Campaign, CommandError> {
    let text = ask::file(path, TERMS_BYTES_MAX)?;
    toml::from_str(&text).map_err(|error| {
        let error = error.to_string();
        CommandError::TrackTerms(format!("{}: {}", path.display(), error.trim_end()))
    })
}

fn in_words(terms: &Campaign, decimals: u8) -> String {
    lines(terms, decimals).iter().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}

fn state_text(campaign: &api::BrandCampaign) -> &'static str {
    match (campaign.state, campaign.accepted) {
        (api::CampaignState::Closed, _) => "closed",
        _ if campaign.terms.paused => "paused",
        (_, Some(false)) => "not accepted by its sponsor",
        (api::CampaignState::Announced, _) => "not open yet",
        (api::CampaignState::Open, _) => "open",
    }
}

fn left_text(campaign: &api::BrandCampaign, decimals: u8) -> String {
    let units = campaign.stock_left.map(|left| format!("{left} units"));
    let points = campaign.budget_left.map(|left| format!("{} points", grouped(left, decimals)));
    let left: Vec<String> = units.into_iter().chain(points).collect();
    if left.is_empty() { "no bound".to_owned() } else { left.join(", ") }
}
