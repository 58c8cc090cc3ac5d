//! `Convert`: points of one brand become another's, on the terms of their partnership.

use lojal_types::{Code, Convert, Expiry, Lot, PartnershipTerms, Points};

use super::authority::Purpose;
use super::balances::{add_outstanding, amount, change_totals, remove_outstanding};
use super::counters::count_day;
use super::ledger::{credit, debit};
use super::partnership::two_brands;
use super::{Context, authority, obligations};
use crate::key::{ConvertedTodayKey, PartnershipKey};
use crate::stop::Stop;

pub(super) fn apply(context: &mut Context<'_, '_>, convert: &Convert) -> Result<(), Stop> {
    amount(convert.burned)?;
    amount(convert.received)?;
    two_brands(context, convert.from, convert.to)?;
    authority::open_brand(context, convert.from)?;
    authority::giving_brand(context, convert.to)?;
    let terms = terms_in_force(context, convert)?;
    policies_allow(context, convert)?;
    terms_give(convert, &terms)?;
    let (burned, received) = (convert.burned, convert.received);
    authority::spend(context, convert.account, convert.from, Purpose::Convert, burned)?;
    // "`daily_max` (A points per UTC day, all members together)" (protocol, Between brands)
    let key = ConvertedTodayKey { from: convert.from, to: convert.to };
    count_day(context, &key, burned, terms.daily_max, Code::ConversionDailyMaxReached)?;
    let old = debit(context, convert.account, convert.from, burned)?;
    remove_outstanding(context, convert.from, &old)?;
    change_totals(context, convert.from, |mut totals| {
        totals.converted_out = totals.converted_out.checked_add(burned)?;
        totals.outstanding = totals.outstanding.checked_sub(burned)?;
        Some(totals)
    })?;
    let new = convert_lots(context, convert, &terms, &old)?;
    change_totals(context, convert.to, |mut totals| {
        totals.issued = totals.issued.checked_add(received)?;
        totals.outstanding = totals.outstanding.checked_add(received)?;
        Some(totals)
    })?;
    add_outstanding(context, convert.to, &new)?;
    credit(context, convert.account, convert.to, &new)?;
    owe(context, convert, burned, &terms)
}

/// "Members convert from the acceptance to the end." (protocol, Between brands)
fn terms_in_force(context: &mut Context<'_, '_>, convert: &Convert) -> Result<PartnershipTerms, Stop> {
    let partnership = context.overlay.get(&PartnershipKey { from: convert.from, to: convert.to })?;
    let terms = partnership.and_then(|partnership| partnership.terms).ok_or(Code::UnknownPartnership)?;
    if context.time < terms.ends_ms { Ok(terms) } else { Err(Code::PartnershipEnded.into()) }
}

/// "Points of a brand are converted into others, and others into them, only while it is `convertible`; and those of a
/// pool only into points that are `poolable`." (protocol, Brands)
fn policies_allow(context: &mut Context<'_, '_>, convert: &Convert) -> Result<(), Stop> {
    let (from, to) = (authority::brand(context, convert.from)?, authority::brand(context, convert.to)?);
    if !from.policy.convertible || !to.policy.convertible {
        return Err(Code::PolicyForbidsConversion.into());
    }
    let in_pool = convert.account.is_household();
    if in_pool && !to.policy.poolable { Err(Code::PolicyForbidsPooling.into()) } else { Ok(()) }
}

/// "The ledger refuses it as `conversion_differs` unless the terms in force give exactly this: `received` =
/// ⌊burned · num / den⌋, and no fewer points than `burned` give as many." (protocol, Between brands)
fn terms_give(convert: &Convert, terms: &PartnershipTerms) -> Result<(), Code> {
    if terms.give(convert.burned, convert.received) { Ok(()) } else { Err(Code::ConversionDiffers) }
}

/// "Lots keep their expiry through transfers, pools and holds; a conversion gives the earlier of the old expiry and
/// what the target brand's policy would give." (protocol, Points)
///
/// "Several lots convert by cumulative rounding down, so that together they give exactly `received`." (protocol,
/// Between brands) What the first lots together give, rounded down, is what their new lots together are.
fn convert_lots(
    context: &mut Context<'_, '_>,
    convert: &Convert,
    terms: &PartnershipTerms,
    old: &[Lot],
) -> Result<Vec<Lot>, Stop> {
    let policy = authority::brand(context, convert.to)?.policy;
    let latest: Expiry = policy.expiry_of_issue_in(context.time.month());
    let (mut burned, mut received) = (Points::ZERO, Points::ZERO);
    let mut new = Vec::with_capacity(old.len());
    for lot in old {
        burned = burned.checked_add(lot.amount).expect("at most what was taken");
        let received_now = terms.received_for(burned).expect("at most what all of them give");
        let amount = received_now.checked_sub(received).expect("more points never give less");
        received = received_now;
        if !amount.is_zero() {
            new.push(Lot { expiry: lot.expiry.min(latest), amount });
        }
    }
    Ok(new)
}

/// "A then owes B `burned · price_micro` more, kept exactly, in millionths, and at most `owed_max`: a conversion that
/// would exceed it fails until A has paid." (protocol, Between brands)
fn owe(context: &mut Context<'_, '_>, convert: &Convert, burned: Points, terms: &PartnershipTerms) -> Result<(), Stop> {
    if terms.price_micro == 0 {
        return Ok(());
    }
    // 2^53 points at 10^12 millionths are less than 2^93.
    let more_micro = u128::from(burned.get()) * u128::from(terms.price_micro);
    obligations::owe(context, (convert.from, convert.to), more_micro, terms.owed_max.micro())
}
