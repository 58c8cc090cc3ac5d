//! The parts of transactions that have used references.

use lojal_types::api::{ReferenceKind, UsedState};
use lojal_types::{Address, BrandId, Day, Operation, Payment, Points, Reference, TakenBackOf};

use super::Asked;

/// The state that an operation has given the reference, with its account, its points, if it moves any, and its day. A
/// claim doesn't name its reference and its day.
pub(super) fn part(
    operation: &Operation,
    asked: &Asked,
    claimed: impl FnOnce() -> (Reference, Day),
) -> Option<(UsedState, Address, Option<Points>, Day)> {
    let is_it = |brand: BrandId, reference: &Reference| brand == asked.brand && *reference == asked.reference;
    match (asked.kind, operation) {
        (ReferenceKind::Issue, Operation::Issue(one)) if is_it(one.brand, &one.reference) => {
            Some((UsedState::Issued, one.to, Some(one.amount), one.dated))
        }
        (ReferenceKind::Issue | ReferenceKind::Grant, Operation::Reverse(one))
            if is_it(one.brand, &one.issue_reference) =>
        {
            Some((UsedState::Reversed, one.from, Some(one.amount), one.issue_dated))
        }
        (ReferenceKind::Issue | ReferenceKind::Grant, Operation::Grant(one)) if is_it(one.brand, &one.reference) => {
            Some((UsedState::Granted, one.to, None, one.dated))
        }
        (ReferenceKind::Redeem, Operation::Redeem(one)) => {
            let request = one.request.as_ref().filter(|request| is_it(one.brand, &request.reference))?;
            Some((UsedState::Redeemed, one.from, Some(one.amount), request.dated))
        }
        (ReferenceKind::Hold, Operation::Hold(one)) if is_it(one.brand, &one.request.reference) => {
            Some((UsedState::Held, one.from, Some(one.amount), one.request.dated))
        }
        (ReferenceKind::Hold, Operation::Capture(one)) if is_it(one.brand, &one.hold_reference) => {
            Some((UsedState::Captured, one.from, Some(one.amount), one.hold_dated))
        }
        (ReferenceKind::Hold, Operation::Release(one)) if is_it(one.brand, &one.hold_reference) => {
            Some((UsedState::Released, one.from, None, one.hold_dated))
        }
        (ReferenceKind::Capture, Operation::Capture(one)) if is_it(one.brand, &one.reference) => {
            Some((UsedState::Captured, one.from, Some(one.amount), one.dated))
        }
        (ReferenceKind::Reverse, Operation::Reverse(one)) if is_it(one.brand, &one.reference) => {
            Some((UsedState::Reversed, one.from, Some(one.amount), one.dated))
        }
        (ReferenceKind::Stamp, Operation::Stamp(one)) if is_it(one.brand, &one.reference) => {
            Some((UsedState::Stamped, one.to, None, one.dated))
        }
        (ReferenceKind::Stamp, Operation::TakeBack(one))
            if one.of == TakenBackOf::Stamp && is_it(one.brand, &one.of_reference) =>
        {
            Some((UsedState::TakenBack, one.from, None, one.of_dated))
        }
        (ReferenceKind::Grant, Operation::TakeBack(one))
            if one.of != TakenBackOf::Stamp && is_it(one.brand, &one.of_reference) =>
        {
            Some((UsedState::TakenBack, one.from, None, one.of_dated))
        }
        (ReferenceKind::TakeBack, Operation::TakeBack(one)) if is_it(one.brand, &one.reference) => {
            Some((UsedState::TakenBack, one.from, None, one.dated))
        }
        (ReferenceKind::Claim | ReferenceKind::Grant, Operation::Claim(one)) => {
            let (reference, day) = claimed();
            is_it(one.brand, &reference).then_some((UsedState::Claimed, one.account, None, day))
        }
        (ReferenceKind::UseVoucher, Operation::UseVoucher(one)) if is_it(one.brand, &one.request.reference) => {
            Some((UsedState::Used, one.account, None, one.request.dated))
        }
        (ReferenceKind::Refund, Operation::Refund(one)) if is_it(one.brand, &one.reference) => {
            Some((UsedState::Refunded, one.to, Some(one.amount), one.dated))
        }
        (kind, Operation::Refund(one)) if kind == of_payment(one.of) && is_it(one.brand, &one.of_reference) => {
            Some((UsedState::Refunded, one.to, Some(one.amount), one.of_dated))
        }
        _ => None,
    }
}

fn of_payment(payment: Payment) -> ReferenceKind {
    match payment {
        Payment::Redeem => ReferenceKind::Redeem,
        Payment::Capture => ReferenceKind::Capture,
        Payment::Claim => ReferenceKind::Claim,
    }
}
