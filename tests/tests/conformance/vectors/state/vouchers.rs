//! Vouchers, what was paid for them, and refunds.

use lojal_ledger::HalfId;
use lojal_ledger::key::{ClaimedKey, GivenVoucherKey, RefundedKey, UsedVoucherKey, VouchersKey};
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
    Claimed {
        brand: BrandId,
        reference: Reference,
        campaign: CampaignId,
        quantity: u16,
        paid: Paid,
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
        let counted = |one: Counted| record::Counted { member: address(one.member), month: one.month };
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
            };
            output(&key, &record)
        }
        Entry::UsedVoucher { brand, reference, dated, voucher, quantity, transaction } => {
            let key = UsedVoucherKey { shelf: dated.month(), brand: *brand, reference: reference.clone() };
            let (voucher, quantity, transaction) = (*voucher, *quantity, *transaction);
            output(&key, &record::UsedVoucher { voucher, quantity, transaction })
        }
        Entry::Claimed { brand, reference, campaign, quantity, paid } => {
            let key = ClaimedKey { shelf: paid.dated.month(), brand: *brand, reference: reference.clone() };
            output(&key, &record::Claimed { campaign: *campaign, quantity: *quantity, paid: paid.build() })
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
    let given = Given {
        brand,
        reference: reference("gift 4"),
        dated,
        to: account(4),
        campaign,
        voucher,
        quantity: 5,
        taken_back: 1,
        take_back_until_ms: time(START_MS + 5_184_000_000),
        transaction,
    };
    let used = Entry::UsedVoucher { brand, reference: reference("till 9"), dated, voucher, quantity: 2, transaction };
    let claimed =
        Entry::Claimed { brand, reference: reference("claim 1"), campaign, quantity: 3, paid: Paid::of_anna(20) };
    let (back, amount) = (reference("refund 1"), Points::new(20));
    vec![
        named("vouchers", Entry::Vouchers { account: account(4), brand, vouchers: vec![one] }),
        named("voucher that was granted", Entry::GivenVoucher(given)),
        named("voucher that was used", used),
        named("claim that cost points", claimed),
        named("refunded", Entry::Refunded { brand, reference: back, dated, amount, transaction }),
    ]
}
