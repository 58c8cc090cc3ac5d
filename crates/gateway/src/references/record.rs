//! The records of references.

use lojal_ledger::key::{
    CapturedKey, GivenVoucherKey, HeldKey, MarkedKey, RedeemedKey, RefundedKey, ReversedKey, TakenBackKey,
    UsedVoucherKey, VouchersKey,
};
use lojal_ledger::record::{GivenVoucher, Issued, Paid};
use lojal_ledger::{Missing, Records, View, answers};
use lojal_types::api::ReferenceKind;
use lojal_types::{BrandId, Day, Points};

use super::{Asked, Record};
use crate::programme::stamped;
use crate::reversals::issued;

/// The record of a reference, if it was used.
pub(super) fn record(view: &View, asked: &Asked, dated: Option<Day>) -> Result<Option<Record>, Missing> {
    let (brand, reference) = (asked.brand, || asked.reference.clone());
    Ok(match asked.kind {
        ReferenceKind::Issue => match issued(view, brand, &asked.reference, dated)? {
            Some(issued) => Some(with_left(view, brand, issued)?),
            None => None,
        },
        ReferenceKind::Grant => granted(view, asked, dated)?,
        ReferenceKind::Redeem => {
            let redeemed = view.latest(|shelf| RedeemedKey { shelf, brand, reference: reference() }, dated)?;
            redeemed.map(Record::Redeemed)
        }
        ReferenceKind::Hold => {
            let held = view.latest(|shelf| HeldKey { shelf, brand, reference: reference() }, dated)?;
            held.map(Record::Held)
        }
        ReferenceKind::Capture => {
            let used = view.latest(|shelf| CapturedKey { shelf, brand, reference: reference() }, dated)?;
            used.map(|captured| Record::Captured(captured.paid))
        }
        ReferenceKind::Reverse => {
            let reversed = view.latest(|shelf| ReversedKey { shelf, brand, reference: reference() }, dated)?;
            reversed.map(|reversed| Record::Reversed(reversed.amount))
        }
        ReferenceKind::Stamp => stamped(view, brand, &asked.reference, dated)?.map(|stamped| {
            let left = answers::stamped(view, &stamped).left;
            Record::Stamped(stamped, left)
        }),
        ReferenceKind::TakeBack => {
            let taken = view.latest(|shelf| TakenBackKey { shelf, brand, reference: reference() }, dated)?;
            taken.map(|taken| Record::TakenBack(taken.amount))
        }
        ReferenceKind::Claim => claimed(view, asked, dated)?,
        ReferenceKind::UseVoucher => {
            let used = view.latest(|shelf| UsedVoucherKey { shelf, brand, reference: reference() }, dated)?;
            used.map(Record::Used)
        }
        ReferenceKind::Refund => {
            let refunded = view.latest(|shelf| RefundedKey { shelf, brand, reference: reference() }, dated)?;
            refunded.map(|refunded| Record::Refunded(refunded.amount))
        }
    })
}

fn with_left(view: &View, brand: BrandId, issued: Issued) -> Result<Record, Missing> {
    let left = view.reversible(brand, &issued)?;
    Ok(Record::Issued(issued, left))
}

/// A mark, a voucher, or points that name their campaign. The first two have references of their own, and come first.
fn granted(view: &View, asked: &Asked, dated: Option<Day>) -> Result<Option<Record>, Missing> {
    let (brand, reference) = (asked.brand, || asked.reference.clone());
    if let Some(marked) = view.latest(|shelf| MarkedKey { shelf, brand, reference: reference() }, dated)? {
        let left = if view.tip().time_ms < marked.take_back_until_ms { marked.left() } else { 0 };
        return Ok(Some(Record::Marked(marked, left)));
    }
    if let Some(given) = view.latest(|shelf| GivenVoucherKey { shelf, brand, reference: reference() }, dated)? {
        let left = uses_left(view, brand, &given)?;
        return Ok(Some(Record::Given(given, left)));
    }
    let Some(issued) = issued(view, brand, &asked.reference, dated)? else { return Ok(None) };
    issued.campaign().map(|_| with_left(view, brand, issued)).transpose()
}

/// The uses of a voucher that could be taken back now.
fn uses_left(view: &View, brand: BrandId, given: &GivenVoucher) -> Result<u16, Missing> {
    if view.tip().time_ms >= given.take_back_until_ms {
        return Ok(0);
    }
    live_uses(view, brand, given)
}

/// The uses that are left of a voucher, if it isn't over.
fn live_uses(view: &View, brand: BrandId, given: &GivenVoucher) -> Result<u16, Missing> {
    let time = view.tip().time_ms;
    let known = view.get(&VouchersKey { account: given.to, brand })?.unwrap_or_default().vouchers;
    let live = known.iter().find(|one| one.voucher == given.voucher && one.is_live_on(time.day()));
    Ok(live.map_or(0, |one| one.left))
}

/// A claim that cost points: a voucher or a mark that says what was paid for it. A grant to somebody else can have the
/// same reference, and costs nothing.
fn claimed(view: &View, asked: &Asked, dated: Option<Day>) -> Result<Option<Record>, Missing> {
    let (brand, reference) = (asked.brand, || asked.reference.clone());
    if let Some(given) = view.latest(|shelf| GivenVoucherKey { shelf, brand, reference: reference() }, dated)?
        && let Some((cost, paid)) = given.cost.as_ref().zip(given.paid())
    {
        let left = refundable(view, (cost.units, &paid), live_uses(view, brand, &given)?);
        return Ok(Some(Record::Claimed(cost.units, paid, left)));
    }
    let marked = view.latest(|shelf| MarkedKey { shelf, brand, reference: reference() }, dated)?;
    Ok(marked.and_then(|marked| {
        let (cost, paid) = marked.cost.as_ref().zip(marked.paid())?;
        let days = marked.days.map_or(1, |days| days / u32::from(cost.units));
        let units = marked.left().checked_div(days).unwrap_or(0);
        let left = refundable(view, (cost.units, &paid), units.try_into().unwrap_or(u16::MAX));
        Some(Record::Claimed(cost.units, paid, left))
    }))
}

/// The points of a claim of units that could be refunded now: those of the units of which nothing is used or taken
/// back.
fn refundable(view: &View, (units, paid): (u16, &Paid), left: u16) -> Points {
    let each = paid.amount().get().checked_div(units.into()).unwrap_or(0);
    paid.refundable(view.tip().time_ms).min(Points::new(each.saturating_mul(left.into())))
}
