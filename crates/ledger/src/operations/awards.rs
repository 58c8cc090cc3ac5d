//! The things that campaigns give: new points, marks and vouchers (protocol, Campaigns).

use lojal_types::limits::MONEY_MAX;
use lojal_types::{Award, Campaign, Expiry, Month, Policy};

use super::allowance::open_by_stamp;
use super::awarding::Awarding;
use super::obligations::owe;
use super::reference::Place;
use super::{Context, issue, marks, vouchers};
use crate::half_id::HalfId;
use crate::key::AwardedKey;
use crate::record::{Awarded, Standing};
use crate::stop::Stop;

/// Most that one brand owes another by campaigns, in millionths: as much as there can be of money.
pub(super) const OWED_MICRO_MAX: u128 = MONEY_MAX as u128 * 1_000_000;

/// Uses the reference under which it is given: "Points are an issue that names its campaign, with the reference among
/// those of the brand's issues." (protocol, Campaigns)
pub(super) fn remember(
    context: &mut Context<'_, '_>,
    place: &Place,
    policy: &Policy,
    terms: &Campaign,
    awarding: &Awarding<'_>,
) -> Result<(), Stop> {
    match terms.award {
        Award::Points { months, .. } => {
            let expiry = expiry_of(policy, months, context.time.month());
            issue::remember(context, place, policy, &issue_of(awarding, expiry))?;
            let Awarding { brand, campaign, reference, .. } = *awarding;
            let key = AwardedKey { shelf: awarding.dated.month(), brand, reference: reference.clone() };
            let transaction = HalfId::of(&context.transaction);
            context.overlay.put(&key, &Awarded { campaign, transaction })?;
            Ok(())
        }
        Award::Mark { mark, days } => {
            let Awarding { brand, campaign, to, units, reference, dated, .. } = *awarding;
            let days = days_of(days, units);
            marks::remember(context, place, policy, &marks::Given { brand, campaign, to, mark, days, reference, dated })
        }
        Award::Voucher { .. } => vouchers::remember(context, place, policy, awarding),
        // A claim of it happens once, since its transaction does.
        Award::Cause { .. } => Ok(()),
    }
}

/// Gives it. Answers with the account's standing, which the caller writes. "A `Grant` opens accounts as an `Issue` or a
/// `Stamp` does." (protocol, Campaigns)
pub(super) fn give(
    context: &mut Context<'_, '_>,
    policy: &Policy,
    terms: &Campaign,
    awarding: &Awarding<'_>,
    standing: Standing,
) -> Result<Standing, Stop> {
    match terms.award {
        Award::Points { .. } => {
            give_points(context, policy, terms, awarding)?;
            Ok(standing)
        }
        Award::Mark { mark, days } => {
            open_by_stamp(context, awarding.to)?;
            Ok(marks::give(standing, mark, days_of(days, awarding.units), context.time.day())?)
        }
        Award::Voucher { valid_days } => {
            open_by_stamp(context, awarding.to)?;
            vouchers::give(context, awarding, valid_days)?;
            Ok(standing)
        }
        Award::Cause { .. } => Ok(standing),
    }
}

/// Gives points, which the sponsor pays for, if there is one: "Its debt to the brand grows by `price_micro` for every
/// point" (protocol, Campaigns).
pub(super) fn give_points(
    context: &mut Context<'_, '_>,
    policy: &Policy,
    terms: &Campaign,
    awarding: &Awarding<'_>,
) -> Result<(), Stop> {
    let Award::Points { months, .. } = terms.award else { return Ok(()) };
    let expiry = expiry_of(policy, months, context.time.month());
    issue::pay_out(context, policy, &issue_of(awarding, expiry))?;
    let Some(sponsor) = terms.sponsor else { return Ok(()) };
    // 2^53 points at 10^12 millionths are less than 2^93.
    let more_micro = u128::from(awarding.points.get()) * u128::from(sponsor.price_micro);
    owe(context, (sponsor.brand, awarding.brand), more_micro, OWED_MICRO_MAX)
}

fn issue_of<'a>(awarding: &Awarding<'a>, expiry: Expiry) -> issue::New<'a> {
    let Awarding { brand, to, points, reference, dated, .. } = *awarding;
    issue::New { brand, to, amount: points, expiry, reference, dated }
}

/// "They live as long as the policy says, or `months` if that is less." (protocol, Campaigns)
fn expiry_of(policy: &Policy, months: Option<u8>, now: Month) -> Expiry {
    let given = policy.expiry_of_issue_in(now);
    months.map_or(given, |months| given.min(Expiry::Month(now.plus(months))))
}

pub(super) fn days_of(days: Option<u16>, units: u16) -> Option<u32> {
    // 1100 days and 100 units are few.
    days.map(|days| u32::from(days).saturating_mul(units.into()))
}
