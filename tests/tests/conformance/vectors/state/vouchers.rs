//! Vouchers, what was paid for them, and refunds.

use lojal_ledger::HalfId;
use lojal_ledger::key::{GivenVoucherKey, RefundedKey, UsedVoucherKey, VouchersKey};
use lojal_ledger::record;
use lojal_types::{
    AddressText, BrandId, CampaignId, Day, Lot, Month, Points, Reference, TimeMs, TransactionId, VoucherId,
};
use serde::{Deserialize, Serialize};

use super::{Output, bounded, output};
use crate::vectors::compose::reference;
use crate::vectors::samples::{START_MS, account, address, named, parse, time};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Entry {
    Vouchers {
        account: AddressText,
        brand: BrandId,
        vouchers: Vec<Voucher>,
    },
    GivenVoucher(Given),
    UsedVoucher {
        brand: BrandId,
        reference: Reference,
        dated: Day,
        voucher: VoucherId,
        quantity: u16,
        transaction: TransactionId,
    },
    Refunded {
        brand: BrandId,
        reference: Reference,
        dated: Day,
        amount: Points,
        transaction: TransactionId,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Voucher {
    voucher: VoucherId,
    campaign: CampaignId,
    left: u16,
    until: Day,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Given {
    brand: BrandId,
    reference: Reference,
    dated: Day,
    to: AddressText,
    campaign: CampaignId,
    voucher: VoucherId,
    quantity: u16,
    taken_back: u16,
    take_back_until_ms: TimeMs,
    transaction: TransactionId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cost: Option<Cost>,
}

/// The points that a claim has cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cost {
    units: u16,
    lots: Vec<Lot>,
    counted: Option<Counted>,
    refunded: Points,
}

impl Cost {
    /// A payment as what it was for units.
    pub(super) fn of(units: u16, Paid { lots, counted, refunded, .. }: Paid) -> Self {
        Self { units, lots, counted, refunded }
    }
    /// The record that it is.
    pub(super) fn build(&self) -> record::Cost {
        let counted = self.counted.map(counted);
        record::Cost { units: self.units, lots: bounded(&self.lots), counted, refunded: self.refunded }
    }
}

/// A payment that is remembered.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paid {
    from: AddressText,
    lots: Vec<Lot>,
    counted: Option<Counted>,
    dated: Day,
    refundable_until_ms: TimeMs,
    refunded: Points,
    transaction: TransactionId,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Counted {
    member: AddressText,
    month: Month,
}

impl Paid {
    /// A payment of 60 points, of which some were refunded.
    pub(super) fn of_anna(refunded: u64) -> Self {
        let lot = |expiry: &str, amount| Lot { expiry: parse(expiry), amount: Points::new(amount) };
        let (month, transaction) = (time(START_MS).month(), TransactionId::new([0x33; 32]));
        Self {
            from: account(4),
            lots: vec![lot("2027-03", 20), lot("never", 40)],
            counted: (refunded > 0).then(|| Counted { member: account(5), month }),
            dated: time(START_MS).day(),
            refundable_until_ms: time(START_MS + 5_184_000_000),
            refunded: Points::new(refunded),
            transaction,
        }
    }
    /// The record that it is.
    pub(super) fn build(&self) -> record::Paid {
        record::Paid {
            from: address(self.from),
            lots: bounded(&self.lots),
            counted: self.counted.map(counted),
            dated: self.dated,
            refundable_until_ms: self.refundable_until_ms,
            refunded: self.refunded,
            transaction: HalfId::of(&self.transaction),
        }
    }
}

fn counted(one: Counted) -> record::Counted {
    record::Counted { member: address(one.member), month: one.month }
}

pub(super) fn build(entry: &Entry) -> Output {
    match entry {
        Entry::Vouchers { account, brand, vouchers } => {
            let one = |&Voucher { voucher, campaign, left, until }: &Voucher| record::Voucher {
                voucher,
                campaign,
                left,
                until,
            };
            let vouchers = bounded(&vouchers.iter().map(one).collect::<Vec<_>>());
            output(&VouchersKey { account: address(*account), brand: *brand }, &record::Vouchers { vouchers })
        }
        Entry::GivenVoucher(one) => {
            let key = GivenVoucherKey { shelf: one.dated.month(), brand: one.brand, reference: one.reference.clone() };
            let record = record::GivenVoucher {
                to: address(one.to),
                campaign: one.campaign,
                voucher: one.voucher,
                quantity: one.quantity,
                taken_back: one.taken_back,
                dated: one.dated,
                take_back_until_ms: one.take_back_until_ms,
                transaction: HalfId::of(&one.transaction),
                cost: one.cost.as_ref().map(Cost::build),
            };
            output(&key, &record)
        }
        Entry::UsedVoucher { brand, reference, dated, voucher, quantity, transaction } => {
            let key = UsedVoucherKey { shelf: dated.month(), brand: *brand, reference: reference.clone() };
            let (voucher, quantity, transaction) = (*voucher, *quantity, *transaction);
            output(&key, &record::UsedVoucher { voucher, quantity, transaction })
        }
        Entry::Refunded { brand, reference, dated, amount, transaction } => {
            let key = RefundedKey { shelf: dated.month(), brand: *brand, reference: reference.clone() };
            output(&key, &record::Refunded { amount: *amount, transaction: HalfId::of(transaction) })
        }
    }
}

pub(super) fn samples() -> Vec<(String, Entry)> {
    let (brand, campaign) = (parse("nordmat"), CampaignId::new(4));
    let (dated, transaction) = (time(START_MS).day(), TransactionId::new([0x33; 32]));
    let voucher = VoucherId::new([0x7a; 16]);
    let one = Voucher { voucher, campaign, left: 2, until: dated.plus(30) };
    let given = |word, cost| Given {
        brand,
        reference: reference(word),
        dated,
        to: account(4),
        campaign,
        voucher,
        quantity: 5,
        taken_back: 1,
        take_back_until_ms: time(START_MS + 5_184_000_000),
        transaction,
        cost,
    };
    let used = Entry::UsedVoucher { brand, reference: reference("till 9"), dated, voucher, quantity: 2, transaction };
    let cost = Some(Cost::of(5, Paid::of_anna(12)));
    let (back, amount) = (reference("refund 1"), Points::new(20));
    vec![
        named("vouchers", Entry::Vouchers { account: account(4), brand, vouchers: vec![one] }),
        named("voucher that was granted", Entry::GivenVoucher(given("gift 4", None))),
        named("voucher that was claimed for points", Entry::GivenVoucher(given("claim 1", cost))),
        named("voucher that was used", used),
        named("refunded", Entry::Refunded { brand, reference: back, dated, amount, transaction }),
    ]
}
