//! The memory of what was paid, which a refund brings back (protocol, Vouchers and refunds).

use lojal_types::{Address, Bounded, Day, Lot, Points, Policy};

use super::Context;
use super::issue::reversible_until;
use super::reference::Place;
use crate::half_id::HalfId;
use crate::record::{Counted, Paid};

/// Points that were taken for something.
pub(super) struct Payment {
    pub(super) from: Address,
    pub(super) lots: Vec<Lot>,
    pub(super) counted: Option<Counted>,
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
        lots: Bounded::new(payment.lots).expect("at least one lot, and no more than a balance has"),
        counted: payment.counted,
        dated,
        refundable_until_ms: reversible_until(context, place, policy),
        refunded: Points::ZERO,
        transaction: HalfId::of(&context.transaction),
    })
}
