//! The memory of what was paid, which a refund brings back (protocol, Vouchers and refunds).

use lojal_types::limits::LOTS_MAX;
use lojal_types::{Address, Bounded, Day, Lot, Points, Policy};

use super::Context;
use super::issue::reversible_until;
use super::reference::Place;
use crate::half_id::HalfId;
use crate::record::{Cost, Counted, Paid};

/// Points that were taken for something.
pub(super) struct Payment {
    pub(super) from: Address,
    pub(super) lots: Vec<Lot>,
    pub(super) counted: Option<Counted>,
}

/// The memory of what a claim of units cost, beside what it has given.
pub(super) fn cost(payment: &Payment, units: u16) -> Cost {
    Cost { units, lots: all(&payment.lots), counted: payment.counted, refunded: Points::ZERO }
}

fn all(lots: &[Lot]) -> Bounded<Lot, 1, LOTS_MAX> {
    Bounded::new(lots.to_vec()).expect("at least one lot, and no more than a balance has")
}

/// The memory of a payment; none under rules without refunds.
///
/// "From version 2 on the ledger remembers which lots were paid, by whom, and against whose limit." (protocol, Vouchers
/// and refunds)
pub(super) fn remembered(
    context: &Context<'_, '_>,
    place: &Place,
    policy: &Policy,
    dated: Day,
    payment: Payment,
) -> Option<Paid> {
    context.rules.programme.then(|| Paid {
        from: payment.from,
        lots: all(&payment.lots),
        counted: payment.counted,
        dated,
        refundable_until_ms: reversible_until(context, place, policy),
        refunded: Points::ZERO,
        transaction: HalfId::of(&context.transaction),
    })
}
