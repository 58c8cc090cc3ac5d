//! The things that campaigns give: new points, marks and vouchers (protocol, Campaigns).

use lojal_types::limits::MONEY_MAX;
use lojal_types::{Award, Campaign, Expiry, Policy};

use super::allowance::open_by_stamp;
use super::awarding::Awarding;
use super::obligations::owe;
use super::reference::Place;
use super::{Context, issue, marks, vouchers};
use crate::pending::{lives_from, maturity};
use crate::record::Standing;
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
            issue::remember(context, place, policy, &issue_of(context, policy, terms, (awarding, months)))
        }
        Award::Mark { mark, days } => {
            let Awarding { brand, campaign, to, units, reference, dated, .. } = *awarding;
            let days = days_of(days, units);
            let cost = awarding.cost();
            let given = marks::Given { brand, campaign, to, mark, days, reference, dated, cost };
            marks::remember(context, place, policy, given)
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
    issue::pay_out(context, policy, &issue_of(context, policy, terms, (awarding, months)))?;
    let Some(sponsor) = terms.sponsor else { return Ok(()) };
    // 2^53 points at 10^12 millionths are less than 2^93.
    let more_micro = u128::from(awarding.points.get()) * u128::from(sponsor.price_micro);
    owe(context, (sponsor.brand, awarding.brand), more_micro, OWED_MICRO_MAX)
}

/// The issue that points of a campaign are: "They live as long as the policy says, or `months` if that is less; from
/// the day on which they mature, if the campaign has `pending_days`." (protocol, Campaigns)
fn issue_of<'a>(
    context: &Context<'_, '_>,
    policy: &Policy,
    terms: &Campaign,
    (awarding, months): (&Awarding<'a>, Option<u8>),
) -> issue::New<'a> {
    let Awarding { brand, campaign, to, points, reference, dated, .. } = *awarding;
    let matures = maturity(context.time.day(), terms.pending_days);
    let from = lives_from(context.time, matures);
    let given = policy.expiry_of_issue_in(from);
    let expiry = months.map_or(given, |months| given.min(Expiry::Month(from.plus(months))));
    issue::New { brand, campaign: Some(campaign), to, amount: points, expiry, matures, reference, dated }
}

pub(super) fn days_of(days: Option<u16>, units: u16) -> Option<u32> {
    // 1100 days and 100 units are few.
    days.map(|days| u32::from(days).saturating_mul(units.into()))
}
