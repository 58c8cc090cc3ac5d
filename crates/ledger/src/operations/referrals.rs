//! Referrals: points for whoever has brought a member along (protocol, Campaigns).

use lojal_types::{Address, Campaign, Claim, Code, Points, Policy};

use super::Context;
use super::awarding::Awarding;
use super::awards::give_points;
use super::taking::{count_referral, put_standing};
use crate::key::{MembershipsKey, StandingKey};
use crate::record::Standing;
use crate::stop::Stop;

/// The points for whoever has brought the member of a claim along; nothing if it names nobody.
pub(super) fn due(
    context: &mut Context<'_, '_>,
    claim: &Claim,
    terms: &Campaign,
    standing: Option<&Standing>,
) -> Result<Option<Points>, Stop> {
    let Some(referrer) = claim.referrer else { return Ok(None) };
    let referral = terms.referral.ok_or(Code::NoReferrerAward)?;
    unrelated(context, claim.account, referrer)?;
    let theirs = context.overlay.get(&StandingKey { account: referrer, brand: claim.brand })?;
    known_for_longer(theirs.as_ref(), standing)?;
    Ok(Some(referral.award))
}

/// "Whoever it is the brand has known since an earlier day (`referrer_not_older`)." (protocol, Campaigns)
fn known_for_longer(theirs: Option<&Standing>, own: Option<&Standing>) -> Result<(), Code> {
    let since = |standing: Option<&Standing>| standing.and_then(|standing| standing.since);
    let is_older = since(theirs).zip(since(own)).is_some_and(|(theirs, own)| theirs < own);
    if is_older { Ok(()) } else { Err(Code::ReferrerNotOlder) }
}

/// "It is another person, and of none of the member's households (`referrer_related`)." (protocol, Campaigns)
fn unrelated(context: &mut Context<'_, '_>, account: Address, referrer: Address) -> Result<(), Stop> {
    if account == referrer || account.is_household() || referrer.is_household() {
        return Err(Code::ReferrerRelated.into());
    }
    let own = context.overlay.get(&MembershipsKey(account))?.unwrap_or_default();
    let theirs = context.overlay.get(&MembershipsKey(referrer))?.unwrap_or_default();
    let is_shared = own.households.iter().any(|household| theirs.households.contains(household));
    if is_shared { Err(Code::ReferrerRelated.into()) } else { Ok(()) }
}

/// Gives whoever has brought somebody along the points for it.
pub(super) fn give(
    context: &mut Context<'_, '_>,
    policy: &Policy,
    terms: &Campaign,
    theirs: &Awarding<'_>,
) -> Result<(), Stop> {
    let Awarding { brand, campaign, to, .. } = *theirs;
    let standing = context.overlay.get(&StandingKey { account: to, brand })?.ok_or(Code::ReferrerNotOlder)?;
    let most = terms.referral.map_or(0, |referral| referral.year_max);
    let standing = count_referral(context, (brand, campaign), standing, most)?;
    put_standing(context, (to, brand), &standing)?;
    give_points(context, policy, terms, theirs)
}
