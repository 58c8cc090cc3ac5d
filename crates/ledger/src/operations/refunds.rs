//! `Refund`: points that were paid come back, with the lives that they had (protocol, Vouchers and refunds).

use lojal_types::{CampaignId, Code, Expiry, Lot, Month, Payment, Points, Refund, Role};

use super::balances::{add_outstanding, amount, change_totals};
use super::counters::{this_month, uncount_month};
use super::expired_holds::counted_open;
use super::ledger::credit;
use super::reference::{place, use_once};
use super::{Context, authority, marks, vouchers};
use crate::half_id::HalfId;
use crate::key::{CampaignKey, CapturedKey, GivenVoucherKey, HoldsKey, MarkedKey, RedeemedKey, RefundedKey, SpentKey};
use crate::lots::split;
use crate::record::{CampaignRecord, Captured, Cost, Counted, GivenVoucher, Marked, Paid, Redeemed, Refunded};
use crate::stop::{Stop, decided};
use crate::tree::Missing;

/// Gives back points that were paid.
pub(super) fn apply(context: &mut Context<'_, '_>, refund: &Refund) -> Result<(), Stop> {
    let Refund { brand, to, of, .. } = *refund;
    amount(refund.amount)?;
    authority::open_brand(context, brand)?;
    let is_owner = by_the_brand_or_by_the_owner(context, refund)?;
    if !is_owner {
        use_reference(context, refund)?;
    }
    let paid = match of {
        Payment::Redeem => of_redemption(context, refund)?,
        Payment::Capture => of_capture(context, refund)?,
        Payment::Claim => of_claim(context, refund, is_owner)?,
    };
    let lots = originals(&paid, refund.amount);
    if is_owner {
        alive(context, &lots)?;
    }
    let lots = revived(lots, context.time.month());
    change_totals(context, brand, |mut totals| {
        totals.refunded = totals.refunded.checked_add(refund.amount)?;
        totals.outstanding = totals.outstanding.checked_add(refund.amount)?;
        Some(totals)
    })?;
    add_outstanding(context, brand, &lots)?;
    credit(context, to, brand, &lots)?;
    return_to_limit(context, refund, paid.counted)
}

/// Uses the reference of a brand's refund: "A return by the owner uses none: else members could use up those of the
/// brand." (protocol, Vouchers and refunds)
fn use_reference(context: &mut Context<'_, '_>, refund: &Refund) -> Result<(), Stop> {
    let place = place(context, refund.dated)?;
    let key = |shelf| RefundedKey { shelf, brand: refund.brand, reference: refund.reference.clone() };
    let transaction = HalfId::of(&context.transaction);
    use_once(context, &place, key, &Refunded { amount: refund.amount, transaction })
}

/// "by an operator with the role *reverse*, or, of a claim of vouchers that are returnable, by the one that has them"
/// (protocol, Vouchers and refunds). Answers if it is the owner.
fn by_the_brand_or_by_the_owner(context: &mut Context<'_, '_>, refund: &Refund) -> Result<bool, Stop> {
    let Err(code) = decided(authority::operator(context, refund.brand, Role::Reverse))? else { return Ok(false) };
    let owns = decided(authority::for_itself(context, refund.to))?.is_ok();
    if owns && refund.of == Payment::Claim { Ok(true) } else { Err(code.into()) }
}

/// The payment after a refund of it, if it can be refunded: by what it was, to whom, until when, and how much.
///
/// "All refunds of a payment together are at most what was paid (`refund_exceeds_payment`), to the account that paid
/// (`award_to_other`), until an issue of the same time could be reversed (`refund_window_closed`)." (protocol, Vouchers
/// and refunds)
fn refunded(context: &Context<'_, '_>, refund: &Refund, paid: Option<Paid>) -> Result<Paid, Code> {
    let paid = paid.ok_or(Code::NotRefundable)?;
    if paid.dated != refund.of_dated {
        return Err(Code::UnknownReference);
    }
    if paid.from != refund.to {
        return Err(Code::AwardToOther);
    }
    if context.time >= paid.refundable_until_ms {
        return Err(Code::RefundWindowClosed);
    }
    let after = paid.refunded.checked_add(refund.amount).filter(|after| *after <= paid.amount());
    let refunded = after.ok_or(Code::RefundExceedsPayment)?;
    Ok(Paid { refunded, transaction: HalfId::of(&context.transaction), ..paid })
}

fn of_redemption(context: &mut Context<'_, '_>, refund: &Refund) -> Result<Paid, Stop> {
    let (shelf, brand) = (refund.of_dated.month(), refund.brand);
    let key = RedeemedKey { shelf, brand, reference: refund.of_reference.clone() };
    let Redeemed { transaction, paid } = context.overlay.get(&key)?.ok_or(Code::UnknownReference)?;
    let paid = refunded(context, refund, paid)?;
    context.overlay.put(&key, &Redeemed { transaction, paid: Some(paid.clone()) })?;
    Ok(paid)
}

fn of_capture(context: &mut Context<'_, '_>, refund: &Refund) -> Result<Paid, Stop> {
    let (shelf, brand) = (refund.of_dated.month(), refund.brand);
    let key = CapturedKey { shelf, brand, reference: refund.of_reference.clone() };
    let Captured { paid } = context.overlay.get(&key)?.ok_or(Code::UnknownReference)?;
    let paid = refunded(context, refund, paid)?;
    context.overlay.put(&key, &Captured { paid: Some(paid.clone()) })?;
    Ok(paid)
}

/// A thing that was claimed for points.
struct Bought {
    campaign: CampaignId,
    cost: Cost,
    paid: Paid,
    thing: Thing,
}

/// The thing that a claim has given, under its key.
enum Thing {
    Voucher(GivenVoucherKey, GivenVoucher),
    Mark(MarkedKey, Marked),
}

/// Finds what was claimed for points under the reference that a refund names. A grant to somebody else can have the
/// same reference, and costs nothing.
fn bought(context: &mut Context<'_, '_>, refund: &Refund) -> Result<Option<Bought>, Missing> {
    let (shelf, brand, reference) = (refund.of_dated.month(), refund.brand, || refund.of_reference.clone());
    let key = GivenVoucherKey { shelf, brand, reference: reference() };
    if let Some(given) = context.overlay.get(&key)?
        && let Some((cost, paid)) = given.cost.clone().zip(given.paid())
    {
        return Ok(Some(Bought { campaign: given.campaign, cost, paid, thing: Thing::Voucher(key, given) }));
    }
    let key = MarkedKey { shelf, brand, reference: reference() };
    let Some(marked) = context.overlay.get(&key)? else { return Ok(None) };
    let Some((cost, paid)) = marked.cost.clone().zip(marked.paid()) else { return Ok(None) };
    Ok(Some(Bought { campaign: marked.campaign, cost, paid, thing: Thing::Mark(key, marked) }))
}

/// A claim: what it has given goes back too.
fn of_claim(context: &mut Context<'_, '_>, refund: &Refund, by_owner: bool) -> Result<Paid, Stop> {
    let Bought { campaign, cost, paid, thing } = bought(context, refund)?.ok_or(Code::UnknownReference)?;
    let paid = refunded(context, refund, Some(paid))?;
    let units = whole_units(&paid, cost.units, refund.amount)?;
    let key = CampaignKey { brand: refund.brand, campaign };
    let campaign = context.overlay.get(&key)?;
    if by_owner {
        returnable(campaign.as_ref())?;
    }
    give_back(context, thing, (units, Cost { refunded: paid.refunded, ..cost }))?;
    if let Some(record) = campaign {
        return_to_campaign(context, &key, record, (units, refund.amount))?;
    }
    Ok(paid)
}

/// "Of a claim whole units are refunded (`refund_not_whole`)" (protocol, Vouchers and refunds). Each cost the same.
fn whole_units(paid: &Paid, quantity: u16, amount: Points) -> Result<u16, Code> {
    let each = paid.amount().get() / u64::from(quantity);
    let units = u16::try_from(amount.get() / each).ok().filter(|_| amount.get().is_multiple_of(each));
    units.ok_or(Code::RefundNotWhole)
}

/// "if its campaign is `returnable` (`not_returnable`)" (protocol, Vouchers and refunds)
fn returnable(of: Option<&CampaignRecord>) -> Result<(), Code> {
    if of.is_some_and(|record| record.terms.returnable) { Ok(()) } else { Err(Code::NotReturnable) }
}

/// "of vouchers those uses go that are left of it (`voucher_used`), and of a mark its days" (protocol, Vouchers and
/// refunds)
fn give_back(context: &mut Context<'_, '_>, thing: Thing, (units, cost): (u16, Cost)) -> Result<(), Stop> {
    match thing {
        Thing::Voucher(key, given) => {
            let given = GivenVoucher { cost: Some(cost), ..given };
            vouchers::give_back(context, &key, given, (units, Code::VoucherUsed))
        }
        Thing::Mark(key, marked) => {
            // One without end is claimed once.
            let days = marked.days.map_or(1, |days| days / u32::from(cost.units) * u32::from(units));
            marks::give_back(context, &key, Marked { cost: Some(cost), ..marked }, days)
        }
    }
}

/// "The units come back to the stock" (protocol, Vouchers and refunds).
fn return_to_campaign(
    context: &mut Context<'_, '_>,
    key: &CampaignKey,
    mut record: CampaignRecord,
    (units, amount): (u16, Points),
) -> Result<(), Stop> {
    record.returned = record.returned.checked_add(units.into()).expect("at most what was taken");
    record.refunded = record.refunded.checked_add(amount).expect("at most what was paid");
    context.overlay.put(key, &record)?;
    Ok(())
}

/// "The lots that were paid come back, the latest first, with the lives that they had" (protocol, Vouchers and
/// refunds).
fn originals(paid: &Paid, amount: Points) -> Vec<Lot> {
    let before = paid.refunded.checked_sub(amount).expect("this refund is a part of all");
    let latest: Vec<Lot> = paid.lots.iter().rev().copied().collect();
    let (_, left) = split(&latest, before).expect("refunds are at most what was paid");
    let (lots, _) = split(&left, amount).expect("refunds are at most what was paid");
    lots
}

/// "An owner gets none back of a month that is over (`points_expired`)" (protocol, Vouchers and refunds): nobody lets
/// points live on by buying and returning.
fn alive(context: &Context<'_, '_>, lots: &[Lot]) -> Result<(), Code> {
    let all = lots.iter().all(|lot| lot.expiry.is_live_in(context.time.month()));
    if all { Ok(()) } else { Err(Code::PointsExpired) }
}

/// "those of a month that is over live through the month after the refund" (protocol, Vouchers and refunds)
fn revived(lots: Vec<Lot>, now: Month) -> Vec<Lot> {
    let revived = |lot: Lot| match lot.expiry.is_live_in(now) {
        true => lot,
        false => Lot { expiry: Expiry::Month(now.plus(1)), ..lot },
    };
    lots.into_iter().map(revived).collect()
}

/// "What is refunded in the month of the payment is given back to the limit of the member who paid." (protocol,
/// Vouchers and refunds) What its open holds and offers count is theirs, and a member who has left since, or who came
/// back, may count nothing more.
fn return_to_limit(context: &mut Context<'_, '_>, refund: &Refund, counted: Option<Counted>) -> Result<(), Stop> {
    let Some(counted) = counted.filter(|counted| counted.month == context.time.month()) else { return Ok(()) };
    let key = SpentKey { household: refund.to, member: counted.member };
    let spent = this_month(context, &key)?.map_or(Points::ZERO, |spent| spent.of(refund.brand));
    let open = counted_open(context, &HoldsKey { account: refund.to, brand: refund.brand }, counted)?;
    let most = spent.checked_sub(open).expect("what is open is counted until it returns");
    Ok(uncount_month(context, &key, refund.brand, refund.amount.min(most))?)
}
