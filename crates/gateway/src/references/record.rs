//! The records of references.

use lojal_ledger::key::{
    CapturedKey, ClaimedKey, GivenVoucherKey, HeldKey, MarkedKey, RedeemedKey, RefundedKey, ReversedKey, TakenBackKey,
    UsedVoucherKey, VouchersKey,
};
use lojal_ledger::record::{Claimed, GivenVoucher, Issued};
use lojal_ledger::{Missing, Records, View, answers};
use lojal_types::api::ReferenceKind;
use lojal_types::{BrandId, Day, Points, Reference};

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
        ReferenceKind::Claim => {
            let claimed = view.latest(|shelf| ClaimedKey { shelf, brand, reference: reference() }, dated)?;
            match claimed {
                Some(claimed) => {
                    let left = refundable(view, (brand, &asked.reference), &claimed)?;
                    Some(Record::Claimed(claimed, left))
                }
                None => None,
            }
        }
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

/// The points of a claim that could be refunded now: those of the units of which nothing is used or taken back.
fn refundable(view: &View, (brand, of): (BrandId, &Reference), claimed: &Claimed) -> Result<Points, Missing> {
    let Claimed { campaign, quantity, ref paid } = *claimed;
    let (shelf, reference) = (paid.dated.month(), || of.clone());
    let given = view.get(&GivenVoucherKey { shelf, brand, reference: reference() })?;
    // A grant to somebody else can have the same reference.
    let units = match given.filter(|given| (given.to, given.campaign) == (paid.from, campaign)) {
        Some(given) => u64::from(live_uses(view, brand, &given)?),
        None => match view.get(&MarkedKey { shelf, brand, reference: reference() })? {
            Some(marked) => {
                let days = marked.days.map_or(1, |days| days / u32::from(quantity));
                marked.left().checked_div(days).unwrap_or(0).into()
            }
            None => 0,
        },
    };
    let each = paid.amount().get().checked_div(quantity.into()).unwrap_or(0);
    Ok(paid.refundable(view.tip().time_ms).min(Points::new(each.saturating_mul(units))))
}
