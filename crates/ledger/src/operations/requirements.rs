//! The facts that a campaign asks for (protocol, Campaigns).

use lojal_types::{BrandId, Campaign, Code, Month, Requirement, TrackId, TrackKind};

use super::{Context, tracks};
use crate::record::Standing;
use crate::stop::Stop;

/// All that facts are about: what the brand has counted of an account, and whether it is invited.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) standing: Option<&'a Standing>,
    /// True of a grant, too: "A grant takes no invitation." (protocol, Campaigns)
    pub(super) is_invited: bool,
}

/// "It is open from `opens_ms` on, or `early.ms` sooner for an account of which all of `early.requires` holds, until
/// `closes_ms` (`campaign_not_open`)." (protocol, Campaigns)
pub(super) fn open(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    terms: &Campaign,
    known: Known<'_>,
) -> Result<(), Stop> {
    if terms.is_open(context.time) {
        return Ok(());
    }
    let is_early = (terms.begins_ms()..terms.opens_ms).contains(&context.time);
    let Some(early) = terms.early.as_ref().filter(|_| is_early) else { return Err(Code::CampaignNotOpen.into()) };
    for one in early.requires.iter() {
        if missing(context, brand, one, known)?.is_some() {
            return Err(Code::CampaignNotOpen.into());
        }
    }
    Ok(())
}

/// "All that it `requires` holds of the account" (protocol, Campaigns): of the one that takes part, and never of a
/// household's members.
pub(super) fn all(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    terms: &Campaign,
    known: Known<'_>,
) -> Result<(), Stop> {
    for one in terms.requires.iter() {
        if let Some(code) = missing(context, brand, one, known)? {
            return Err(code.into());
        }
    }
    Ok(())
}

/// The code of a fact that doesn't hold. "By a claim nobody becomes known to a brand." (protocol,
/// Campaigns) What members do by themselves, a thousand addresses can do.
fn missing(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    requirement: &Requirement,
    Known { standing, is_invited }: Known<'_>,
) -> Result<Option<Code>, Stop> {
    let (month, today) = (context.time.month(), context.time.day());
    let since = standing.and_then(|standing| standing.since);
    let known_for = since.map(|since| today.get().saturating_sub(since.get()));
    let (holds, code) = match *requirement {
        Requirement::Progress { track, at_least, this_month, .. } => {
            let units = match tracks::find(context, brand, track)?.zip(standing) {
                Some((terms, standing)) if this_month => {
                    standing.units_through(track, end_of_stamps(&terms.kind, month))
                }
                Some((_, standing)) => standing.units(track, month),
                None => 0,
            };
            (units >= at_least, Code::ProgressMissing)
        }
        Requirement::Level { track, level } => {
            let now = tracks::find(context, brand, track)?.zip(standing);
            let now = now.map_or(0, |(terms, standing)| standing.level(track, &terms, month).level);
            (now >= level, Code::LevelMissing)
        }
        Requirement::Mark { mark } => {
            (standing.is_some_and(|standing| standing.has_mark(mark, today)), Code::MarkMissing)
        }
        Requirement::New { days } => (known_for.is_some_and(|known| known <= u32::from(days)), Code::NotNew),
        Requirement::Since { days } => (known_for.is_some_and(|known| known >= u32::from(days)), Code::TooNew),
        Requirement::Invited => (is_invited, Code::InvitationMissing),
    };
    Ok((!holds).then_some(code))
}

/// The month through which a stamp of this month counts on a rolling track.
fn end_of_stamps(kind: &TrackKind, month: Month) -> Month {
    match kind {
        TrackKind::Rolling { months, .. } => month.plus(*months),
        TrackKind::Window { .. } | TrackKind::Places { .. } => month,
    }
}

/// The units that a campaign uses up: of a track, through which month alone if only those of the running month count.
pub(super) fn consumed(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    terms: &Campaign,
) -> Result<Vec<(TrackId, u64, Option<Month>)>, Stop> {
    let mut consumed = Vec::new();
    for one in terms.requires.iter() {
        let Requirement::Progress { track, at_least, this_month, consume: true } = *one else { continue };
        let kind = tracks::known(context, brand, track)?.kind;
        let through = this_month.then(|| end_of_stamps(&kind, context.time.month()));
        consumed.push((track, at_least, through));
    }
    Ok(consumed)
}
