//! `Grant` and `Claim`: an operator gives what a campaign gives, or a member takes it (protocol, Campaigns).

use std::sync::Arc;

use lojal_types::limits::CAMPAIGN_UNITS_MAX;
use lojal_types::{
    Address, Award, BrandId, Campaign, Claim, Code, Grant, Points, Role, TakenBy, claim_reference, referral_reference,
};

use super::authority::{self, Purpose};
use super::awarding::Awarding;
use super::awards;
use super::balances::amount;
use super::payments::Payment;
use super::reference::place;
use super::requirements::{self, Known};
use super::taking::{Taking, gives, put_standing, take};
use super::{Context, campaigns, donations, invitations, issue, redeem, referrals};
use crate::key::{OperatorKey, StandingKey};
use crate::record::Operator;
use crate::stop::Stop;

/// Gives an account what a campaign gives.
pub(super) fn grant(context: &mut Context<'_, '_>, grant: &Grant) -> Result<(), Stop> {
    let Grant { brand, campaign, to, .. } = *grant;
    let of = authority::giving_brand(context, brand)?;
    let record = campaigns::known(context, brand, campaign)?;
    let own = granter(context, brand, &record.terms)?;
    let standing = context.overlay.get(&StandingKey { account: to, brand })?;
    requirements::open(context, brand, &record.terms, Known { standing: standing.as_ref(), is_invited: true })?;
    gives(context, (brand, campaign), &record)?;
    by(&record.terms, TakenBy::Operator)?;
    let (units, points) = grant_in_range(&record.terms.award, grant.amount)?;
    takes_part(&record.terms, to)?;
    let place = place(context, grant.dated)?;
    let terms = Arc::clone(&record.terms);
    let (reference, dated) = (&grant.reference, grant.dated);
    let awarding = Awarding { brand, campaign, to, units, points, reference, dated, payment: None };
    awards::remember(context, &place, &of.policy, &terms, &awarding)?;
    if let Some(operator) = own.filter(|_| !points.is_zero()) {
        issue::within_daily_limit(context, (brand, points), &operator)?;
    }
    // Whom the brand hasn't known before it knows from this day on.
    let known = standing.unwrap_or_default().known_on(context.time.day());
    let taking = Taking { brand, campaign, units, points, paid: Points::ZERO, is_invited: true };
    let standing = take(context, &taking, record, Some(known))?;
    let standing = awards::give(context, &of.policy, &terms, &awarding, standing)?;
    put_standing(context, (to, brand), &standing)
}

/// Takes what a campaign gives, for the sender or for its household.
pub(super) fn claim(context: &mut Context<'_, '_>, claim: &Claim) -> Result<(), Stop> {
    let Claim { brand, campaign, account, quantity, .. } = *claim;
    let of = authority::giving_brand(context, brand)?;
    let record = campaigns::known(context, brand, campaign)?;
    authority::for_itself(context, account)?;
    let standing = context.overlay.get(&StandingKey { account, brand })?;
    let sum = invitations::shown(context, claim, &record.terms)?;
    let known = Known { standing: standing.as_ref(), is_invited: sum.is_some() };
    requirements::open(context, brand, &record.terms, known)?;
    gives(context, (brand, campaign), &record)?;
    by(&record.terms, TakenBy::Member)?;
    takes_part(&record.terms, account)?;
    quantity_in_range(&record.terms, quantity)?;
    let terms = Arc::clone(&record.terms);
    let price = price_accepted(terms.price_for(claim.invitation.as_ref()), claim)?;
    let award = invitations::award(&terms, sum);
    let referral = referrals::due(context, claim, &terms, standing.as_ref())?;
    let points = referral.map_or(Some(award), |award_too| award.checked_add(award_too)).ok_or(Code::AmountTooLarge)?;
    let taking = Taking { brand, campaign, units: quantity, points, paid: price, is_invited: sum.is_some() };
    let standing = take(context, &taking, record, standing)?;
    let paid = pay(context, claim, &terms, price)?;
    if matches!(terms.award, Award::Cause { .. }) {
        // It leaves no reference: nothing comes back of it.
        return put_standing(context, (account, brand), &standing);
    }
    let dated = context.time.day();
    let place = place(context, dated)?.alone();
    let reference = claim_reference(&context.chain, &context.transaction, context.index);
    let (payment, reference) = (paid.as_ref(), &reference);
    let own = Awarding { brand, campaign, to: account, units: quantity, points: award, reference, dated, payment };
    awards::remember(context, &place, &of.policy, &terms, &own)?;
    let standing = awards::give(context, &of.policy, &terms, &own, standing)?;
    put_standing(context, (account, brand), &standing)?;
    if let (Some(to), Some(points)) = (claim.referrer, referral) {
        let reference = referral_reference(reference);
        let theirs = Awarding { to, points, reference: &reference, payment: None, ..own };
        awards::remember(context, &place, &of.policy, &terms, &theirs)?;
        referrals::give(context, &of.policy, &terms, &theirs)?;
    }
    Ok(())
}

/// "by an operator with the role *grant*, of the brand or of its sponsor" (protocol, Campaigns). Answers with that of
/// the brand itself, whose daily limit counts.
fn granter(context: &mut Context<'_, '_>, brand: BrandId, terms: &Campaign) -> Result<Option<Operator>, Stop> {
    let operator = context.sender;
    let own = context.overlay.get(&OperatorKey { brand, operator })?;
    let is_own = own.as_ref().is_some_and(|operator| operator.roles.contains(&Role::Grant));
    if is_own {
        return Ok(own);
    }
    if let Some(sponsor) = terms.sponsor {
        let of_sponsor = context.overlay.get(&OperatorKey { brand: sponsor.brand, operator })?;
        if of_sponsor.is_some_and(|operator| operator.roles.contains(&Role::Grant)) {
            return Ok(None);
        }
    }
    Err(if own.is_some() { Code::RoleMissing } else { Code::NotOperator }.into())
}

/// "It is granted or claimed as `by` says (`not_granted`, `not_claimed`)." (protocol, Campaigns)
fn by(terms: &Campaign, side: TakenBy) -> Result<(), Code> {
    match (terms.by, side) {
        (TakenBy::Member, TakenBy::Operator) => Err(Code::NotGranted),
        (TakenBy::Operator, TakenBy::Member) => Err(Code::NotClaimed),
        _ => Ok(()),
    }
}

/// "A grant of points is of 1 to `up_to` of them; any other is of 1 to 100 units, and of 1 of a mark without end
/// (`grant_out_of_range`)." (protocol, Campaigns) Answers with the units and the points.
fn grant_in_range(award: &Award, amount: u64) -> Result<(u16, Points), Code> {
    let units_max = match *award {
        Award::Points { up_to, .. } => {
            let in_range = (1..=up_to.get()).contains(&amount);
            return if in_range { Ok((1, Points::new(amount))) } else { Err(Code::GrantOutOfRange) };
        }
        Award::Mark { days: Some(_), .. } | Award::Voucher { .. } => CAMPAIGN_UNITS_MAX,
        Award::Cause { .. } => 0,
        Award::Mark { days: None, .. } => 1,
    };
    let units = u16::try_from(amount).ok().filter(|units| (1..=units_max).contains(units));
    Ok((units.ok_or(Code::GrantOutOfRange)?, Points::ZERO))
}

/// "Households take part only if it says so (`not_for_households`)." (protocol, Campaigns)
fn takes_part(terms: &Campaign, account: Address) -> Result<(), Code> {
    if account.is_household() && !terms.households { Err(Code::NotForHouseholds) } else { Ok(()) }
}

/// "A claim is of 1 to 100 units of what has a price, and of 1 of anything else and of a mark without end
/// (`quantity_out_of_range`)." (protocol, Campaigns)
fn quantity_in_range(terms: &Campaign, quantity: u16) -> Result<(), Code> {
    let is_endless = matches!(terms.award, Award::Mark { days: None, .. });
    let most = if terms.price.is_zero() || is_endless { 1 } else { CAMPAIGN_UNITS_MAX };
    if (1..=most).contains(&quantity) { Ok(()) } else { Err(Code::QuantityOutOfRange) }
}

/// "It costs `price` for each, together at most the claim's `price_max` (`price_above_max`)" (protocol, Campaigns).
fn price_accepted(each: Points, claim: &Claim) -> Result<Points, Code> {
    let price = each.get().checked_mul(u64::from(claim.quantity)).map(Points::new);
    let price = price.ok_or(Code::AmountTooLarge)?;
    if price > claim.price_max {
        return Err(Code::PriceAboveMax);
    }
    if !price.is_zero() {
        amount(price)?;
    }
    Ok(price)
}

/// Takes what a claim costs: "these points are redeemed, by the rules of `Redeem`; those for a cause are donated"
/// (protocol, Campaigns). Answers with what can be refunded.
fn pay(context: &mut Context<'_, '_>, claim: &Claim, terms: &Campaign, price: Points) -> Result<Option<Payment>, Stop> {
    if price.is_zero() {
        return Ok(None);
    }
    let Claim { brand, account: from, .. } = *claim;
    let counted = authority::spend(context, from, brand, Purpose::Redeem, price)?;
    if let Award::Cause { to } = terms.award {
        donations::give(context, (from, brand), price, to)?;
        return Ok(None);
    }
    let lots = redeem::take(context, from, brand, price)?;
    Ok(Some(Payment { from, lots, counted }))
}
