//! The bounds of what is taken out of a campaign: for one account, in all, and of the budget (protocol, Campaigns).

use lojal_types::{
    Address, Award, Bounded, BrandId, CampaignId, Code, GrossPoints, Month, PerMember, Period, Points, TrackId,
};

use super::ledger::enter_pool;
use super::requirements::{self, Known};
use super::{Context, authority, campaigns};
use crate::key::{CampaignKey, StandingKey};
use crate::record::{CampaignRecord, Count, Progress, Standing, Taken};
use crate::stop::Stop;

/// Something that is about to be taken out of a campaign.
pub(super) struct Taking {
    pub(super) brand: BrandId,
    pub(super) campaign: CampaignId,
    /// The units that count for the bounds.
    pub(super) units: u16,
    /// The points that are given, those for a referral included.
    pub(super) points: Points,
    /// The points that are paid.
    pub(super) paid: Points,
    /// True if the account is invited, or needn't be.
    pub(super) is_invited: bool,
}

/// Checks that a campaign gives something at all: "While it is `paused` it gives nothing (`campaign_paused`)." and "A
/// campaign with a sponsor gives nothing before the sponsor has accepted the terms as they are
/// (`sponsor_not_accepted`)" (protocol, Campaigns). "One with a recipient gives nothing while that is suspended or has
/// left." (protocol, Campaigns)
pub(super) fn gives(
    context: &mut Context<'_, '_>,
    (brand, campaign): (BrandId, CampaignId),
    record: &CampaignRecord,
) -> Result<(), Stop> {
    if record.terms.paused {
        return Err(Code::CampaignPaused.into());
    }
    if let Award::Cause { to: Some(to) } = record.terms.award {
        return authority::brand_in_force(context, to.brand).map(drop);
    }
    let Some(sponsor) = record.terms.sponsor else { return Ok(()) };
    if record.accepted != Some(record.terms.digest(&context.chain, brand, campaign)) {
        return Err(Code::SponsorNotAccepted.into());
    }
    authority::giving_brand(context, sponsor.brand).map(drop)
}

/// Counts what is taken out of a campaign, and uses up what it asks for. Answers with the account's standing, which the
/// caller writes.
pub(super) fn take(
    context: &mut Context<'_, '_>,
    taking: &Taking,
    record: CampaignRecord,
    standing: Option<Standing>,
) -> Result<Standing, Stop> {
    let Taking { brand, campaign, units, is_invited, .. } = *taking;
    let known = Known { standing: standing.as_ref(), is_invited };
    requirements::all(context, brand, &record.terms, known)?;
    let consumed = requirements::consumed(context, brand, &record.terms)?;
    let mut standing = standing.unwrap_or_default();
    if let Some(PerMember { times, per }) = record.terms.per_member {
        let until = per.last_day(context.time.day());
        let more = Taken { campaign, as_referrer: false, until, times: units };
        standing = counted(context, brand, standing, more, (times, Code::MemberMaxReached))?;
    }
    for (track, amount, through) in consumed {
        standing = use_up(standing, track, amount, (context.time.month(), through));
    }
    let after = count_in_all(taking, record)?;
    context.overlay.put(&CampaignKey { brand, campaign }, &after)?;
    Ok(standing)
}

/// "At most `stock` units in all (`sold_out`), and at most `budget` points (`budget_spent`)." (protocol, Campaigns) The
/// ledger is one line, so both are exact.
fn count_in_all(taking: &Taking, mut record: CampaignRecord) -> Result<CampaignRecord, Code> {
    record.times = record.times.saturating_add(u64::from(taking.units));
    if record.terms.stock.is_some_and(|stock| record.used_stock() > stock) {
        return Err(Code::SoldOut);
    }
    record.points = sum(record.points, taking.points);
    record.paid = sum(record.paid, taking.paid);
    let is_spent = record.terms.budget.is_some_and(|budget| record.spent() > GrossPoints::from(budget));
    if is_spent { Err(Code::BudgetSpent) } else { Ok(record) }
}

fn sum(sum: GrossPoints, more: Points) -> GrossPoints {
    sum.checked_add(more).expect("128 bits hold more than there can be operations with the largest amount")
}

/// Counts units of a campaign for an account in a period, of which those that are over leave nothing behind.
///
/// "An account takes part as often as `per_member` says in a day, a month or a year by the calendar (UTC), or
/// ever (`member_max_reached`)."
/// (protocol, Campaigns)
pub(super) fn counted(
    context: &mut Context<'_, '_>,
    brand: BrandId,
    standing: Standing,
    more: Taken,
    (most, code): (u16, Code),
) -> Result<Standing, Stop> {
    let today = context.time.day();
    let is_same = |one: &Taken| one.campaign == more.campaign && one.as_referrer == more.as_referrer;
    let mut taken: Vec<Taken> = standing.taken.iter().copied().filter(|one| one.is_live_on(today)).collect();
    let before = taken.iter().position(is_same).map_or(0, |place| taken.swap_remove(place).times);
    let times = before.checked_add(more.times).filter(|times| *times <= most).ok_or(code)?;
    taken.push(Taken { times, ..more });
    let mut bounded = Bounded::new(sorted(taken.clone()));
    if bounded.is_err() {
        // "Those of campaigns that have closed make room when it is needed" (protocol, Campaigns): they stay closed.
        let mut left = Vec::with_capacity(taken.len());
        for one in taken {
            let terms = campaigns::find(context, brand, one.campaign)?;
            if terms.is_some_and(|record| context.time < record.terms.closes_ms) {
                left.push(one);
            }
        }
        bounded = Bounded::new(sorted(left));
    }
    Ok(Standing { taken: bounded.map_err(|_| Code::StandingFull)?, ..standing })
}

fn sorted(mut taken: Vec<Taken>) -> Vec<Taken> {
    taken.sort_unstable();
    taken
}

/// The counts after units were used up: "the earliest first" (protocol, Campaigns).
fn use_up(standing: Standing, track: TrackId, amount: u64, (month, through): (Month, Option<Month>)) -> Standing {
    let mut rest = amount;
    let progress = standing.progress.iter().map(|one| {
        let counts = match one.count {
            Count::Rolling { until, .. } => until >= month && through.is_none_or(|through| until == through),
            Count::Window { .. } | Count::Places { .. } => false,
        };
        let used = if one.track == track && counts { one.left().min(rest) } else { 0 };
        rest = rest.checked_sub(used).expect("at most the rest");
        Progress { consumed: one.consumed.checked_add(used).expect("at most what was counted"), ..*one }
    });
    let progress = Bounded::new(progress.collect()).expect("as many as before");
    Standing { progress, ..standing }
}

/// Writes the standing of an account.
pub(super) fn put_standing(
    context: &mut Context<'_, '_>,
    (account, brand): (Address, BrandId),
    standing: &Standing,
) -> Result<(), Stop> {
    if account.is_household() {
        enter_pool(context, account, brand)?;
    }
    context.overlay.put(&StandingKey { account, brand }, standing)?;
    Ok(())
}

/// Counts a member that somebody has brought along: "at most `year_max` in a calendar year (`referrer_max_reached`)"
/// (protocol, Campaigns).
pub(super) fn count_referral(
    context: &mut Context<'_, '_>,
    (brand, campaign): (BrandId, CampaignId),
    standing: Standing,
    most: u16,
) -> Result<Standing, Stop> {
    let until = Period::Year.last_day(context.time.day());
    let more = Taken { campaign, as_referrer: true, until, times: 1 };
    counted(context, brand, standing, more, (most, Code::ReferrerMaxReached))
}
