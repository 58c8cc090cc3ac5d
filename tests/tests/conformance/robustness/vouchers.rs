//! Vouchers, refunds, and the records of both: their own generated values.

use lojal_ledger::HalfId;
use lojal_ledger::record::{
    Captured, Cost, Counted, GivenVoucher, Paid, Redeemed, Refunded, UsedVoucher, Voucher, Vouchers,
};
use lojal_types::{AnsweredRequest, Operation, Payment, Refund, Salt, UseVoucher, VoucherId, VoucherRequest};
use proptest::option;
use proptest::prelude::*;

use super::campaigns::campaign_id;
use super::survives;
use super::values::*;

fn voucher_id() -> BoxedStrategy<VoucherId> {
    any::<[u8; 16]>().prop_map(VoucherId::new).boxed()
}

fn salt() -> BoxedStrategy<Salt> {
    any::<[u8; 16]>().prop_map(Salt::new).boxed()
}

fn transaction() -> BoxedStrategy<HalfId> {
    transaction_id().prop_map(|id| HalfId::of(&id)).boxed()
}

pub(super) fn voucher_operation() -> BoxedStrategy<Operation> {
    let request = (reference(), day(), time(), any::<bool>(), salt());
    let request = request.prop_map(|(reference, dated, until_ms, for_household, salt)| AnsweredRequest {
        reference,
        dated,
        until_ms,
        for_household,
        salt,
    });
    let used = (brand_id(), address(), voucher_id(), any::<u16>(), request);
    let used = used.prop_map(|(brand, account, voucher, quantity, request)| {
        Operation::UseVoucher(UseVoucher { brand, account, voucher, quantity, request })
    });
    let of = prop_oneof![Just(Payment::Redeem), Just(Payment::Capture), Just(Payment::Claim)];
    let refund = ((brand_id(), address(), of), (reference(), day(), points(), reference(), day()));
    let refund = refund.prop_map(|((brand, to, of), what)| {
        let (of_reference, of_dated, amount, reference, dated) = what;
        Operation::Refund(Refund { brand, to, of, of_reference, of_dated, amount, reference, dated })
    });
    prop_oneof![used, refund].boxed()
}

fn counted() -> BoxedStrategy<Counted> {
    (address(), month()).prop_map(|(member, month)| Counted { member, month }).boxed()
}

fn paid() -> BoxedStrategy<Paid> {
    let whose = (address(), list(lot()), option::of(counted()));
    let paid = (whose, (day(), time(), points(), transaction()));
    let paid = paid.prop_map(|((from, lots, counted), rest)| {
        let (dated, refundable_until_ms, refunded, transaction) = rest;
        Paid { from, lots, counted, dated, refundable_until_ms, refunded, transaction }
    });
    paid.boxed()
}

pub(super) fn cost() -> BoxedStrategy<Cost> {
    let cost = (any::<u16>(), list(lot()), option::of(counted()), points());
    cost.prop_map(|(units, lots, counted, refunded)| Cost { units, lots, counted, refunded }).boxed()
}

#[test]
fn requests_for_vouchers_survive() {
    let request = ((brand_id(), campaign_id(), any::<u16>()), (day(), time(), option::of(address()), salt()));
    let request = request.prop_map(|((brand, campaign, quantity), rest)| {
        let (dated, until_ms, household, salt) = rest;
        VoucherRequest { brand, campaign, quantity, dated, until_ms, household, salt }
    });
    survives(request.boxed());
}

#[test]
fn vouchers_payments_and_refunds_survive() {
    let voucher = (voucher_id(), campaign_id(), any::<u16>(), day());
    let voucher = voucher.prop_map(|(voucher, campaign, left, until)| Voucher { voucher, campaign, left, until });
    survives(list(voucher.boxed()).prop_map(|vouchers| Vouchers { vouchers }).boxed());
    let given = (
        (address(), campaign_id(), voucher_id()),
        (any::<[u16; 2]>(), day(), time(), transaction(), option::of(cost())),
    );
    let given = given.prop_map(|((to, campaign, voucher), rest)| {
        let ([quantity, taken_back], dated, take_back_until_ms, transaction, cost) = rest;
        GivenVoucher { to, campaign, voucher, quantity, taken_back, dated, take_back_until_ms, transaction, cost }
    });
    survives(given.boxed());
    let used = (voucher_id(), any::<u16>(), transaction_id());
    let used = used.prop_map(|(voucher, quantity, transaction)| UsedVoucher { voucher, quantity, transaction });
    survives(used.boxed());
    let refunded = (points(), transaction());
    survives(refunded.prop_map(|(amount, transaction)| Refunded { amount, transaction }).boxed());
    let redeemed = (transaction_id(), option::of(paid()));
    survives(redeemed.prop_map(|(transaction, paid)| Redeemed { transaction, paid }).boxed());
    survives(option::of(paid()).prop_map(|paid| Captured { paid }).boxed());
}
