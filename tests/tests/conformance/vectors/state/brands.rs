//! Brands: their policies, operators, totals, and the references that they have used.

use lojal_ledger::HalfId;
use lojal_ledger::key::{
    BrandKey, CapturedKey, ClosingsKey, HeldKey, HeldUntilKey, IssuedKey, IssuedTodayKey, OperatorKey, OperatorListKey,
    OutstandingKey, PendingKey, RedeemedKey, ReversedKey, TotalsKey,
};
use lojal_ledger::record;
use lojal_types::{
    AddressText, BrandId, CampaignId, Day, Expiry, GrossPoints, Lot, Month, Name, Points, Policy, Reference, Role,
    TimeMs, TransactionId,
};
use serde::{Deserialize, Serialize};

use super::vouchers::Paid;
use super::{Output, bounded, output};
use crate::vectors::compose::reference;
use crate::vectors::samples::{START_MS, account, address, named, parse, time};

/// A reference of a brand.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Totals {
    brand: BrandId,
    #[serde(flatten)]
    totals: lojal_types::Totals,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Issued {
    brand: BrandId,
    reference: Reference,
    dated: Day,
    to: AddressText,
    amount: Points,
    expiry: Expiry,
    reversible_until_ms: TimeMs,
    reversed: Points,
    transaction: TransactionId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    campaign: Option<CampaignId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    matures: Option<Day>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Held {
    brand: BrandId,
    reference: Reference,
    from: AddressText,
    dated: Day,
    expires_ms: TimeMs,
    closed: bool,
    transaction: TransactionId,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeldLot {
    minute: u8,
    expiry: Expiry,
    amount: Points,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Closing {
    closes_ms: TimeMs,
    brand: BrandId,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Entry {
    Brand {
        id: BrandId,
        name: Name,
        decimals: u8,
        policy: Policy,
        suspended: bool,
        closes_ms: Option<TimeMs>,
        #[serde(default, skip_serializing_if = "is_nothing")]
        pending_days: u8,
    },
    Pending {
        brand: BrandId,
        matures: Day,
        lots: Vec<Lot>,
    },
    Closings {
        brands: Vec<Closing>,
    },
    Totals(Totals),
    Outstanding {
        brand: BrandId,
        expiry: Expiry,
        points: Points,
    },
    Operator {
        brand: BrandId,
        operator: AddressText,
        roles: Vec<Role>,
        issue_daily_max: Option<Points>,
    },
    OperatorList {
        brand: BrandId,
        operators: Vec<AddressText>,
    },
    IssuedToday {
        brand: BrandId,
        operator: AddressText,
        on_day_of_ms: TimeMs,
        points: Points,
    },
    Issued(Issued),
    Redeemed {
        shelf: Month,
        brand: BrandId,
        reference: Reference,
        transaction: TransactionId,
        paid: Option<Paid>,
    },
    Reversed {
        shelf: Month,
        brand: BrandId,
        reference: Reference,
        amount: Points,
        transaction: TransactionId,
    },
    HeldUntil {
        brand: BrandId,
        hour: u64,
        lots: Vec<HeldLot>,
    },
    Held(Held),
    Captured {
        shelf: Month,
        brand: BrandId,
        reference: Reference,
        paid: Option<Paid>,
    },
}

pub(super) fn build(entry: &Entry) -> Output {
    match entry {
        Entry::Brand { id, name, decimals, policy, suspended, closes_ms, pending_days } => {
            let (name, policy) = (name.clone(), policy.clone());
            let (decimals, suspended, closes_ms, pending_days) = (*decimals, *suspended, *closes_ms, *pending_days);
            let record = record::Brand { name, decimals, policy, suspended, closes_ms, pending_days };
            output(&BrandKey(*id), &record)
        }
        Entry::Pending { brand, matures, lots } => {
            output(&PendingKey { brand: *brand, matures: *matures }, &record::Pending { lots: bounded(lots) })
        }
        Entry::Closings { brands } => {
            let closing = |one: &Closing| record::Closing { closes_ms: one.closes_ms, brand: one.brand };
            let brands: Vec<_> = brands.iter().map(closing).collect();
            output(&ClosingsKey, &record::Closings { brands: bounded(&brands) })
        }
        Entry::Totals(Totals { brand, totals }) => output(&TotalsKey(*brand), totals),
        Entry::Outstanding { brand, expiry, points } => {
            output(&OutstandingKey { brand: *brand, expiry: *expiry }, points)
        }
        Entry::Operator { brand, operator, roles, issue_daily_max } => {
            let key = OperatorKey { brand: *brand, operator: address(*operator) };
            output(&key, &record::Operator { roles: bounded(roles), issue_daily_max: *issue_daily_max })
        }
        Entry::OperatorList { brand, operators } => {
            let operators: Vec<_> = operators.iter().map(|text| address(*text)).collect();
            output(&OperatorListKey(*brand), &record::OperatorList { operators: bounded(&operators) })
        }
        Entry::IssuedToday { brand, operator, on_day_of_ms, points } => {
            let key = IssuedTodayKey { brand: *brand, operator: address(*operator) };
            output(&key, &record::DayCount { day: on_day_of_ms.day(), points: *points })
        }
        Entry::Issued(issued) => build_issued(issued),
        Entry::Redeemed { shelf, brand, reference, transaction, paid } => {
            let key = RedeemedKey { shelf: *shelf, brand: *brand, reference: reference.clone() };
            output(&key, &record::Redeemed { transaction: *transaction, paid: paid.as_ref().map(Paid::build) })
        }
        Entry::Reversed { shelf, brand, reference, amount, transaction } => {
            let key = ReversedKey { shelf: *shelf, brand: *brand, reference: reference.clone() };
            output(&key, &record::Reversed { amount: *amount, transaction: HalfId::of(transaction) })
        }
        Entry::HeldUntil { brand, hour, lots } => build_held_until(*brand, *hour, lots),
        Entry::Held(held) => build_held(held),
        Entry::Captured { shelf, brand, reference, paid } => {
            let key = CapturedKey { shelf: *shelf, brand: *brand, reference: reference.clone() };
            output(&key, &record::Captured { paid: paid.as_ref().map(Paid::build) })
        }
    }
}

fn build_held_until(brand: BrandId, hour: u64, lots: &[HeldLot]) -> Output {
    let lot = |lot: &HeldLot| record::HeldLot { minute: lot.minute, expiry: lot.expiry, amount: lot.amount };
    let lots: Vec<_> = lots.iter().map(lot).collect();
    output(&HeldUntilKey { brand, hour }, &record::HeldUntil { lots: bounded(&lots) })
}

fn build_held(held: &Held) -> Output {
    let Held { brand, ref reference, from, dated, expires_ms, closed, transaction } = *held;
    let record = record::Held { from: address(from), dated, expires_ms, closed, transaction };
    output(&HeldKey { shelf: dated.month(), brand, reference: reference.clone() }, &record)
}

fn build_issued(issued: &Issued) -> Output {
    let Issued { brand, ref reference, dated, to, amount, expiry, reversible_until_ms, reversed, .. } = *issued;
    let (to, transaction) = (address(to), HalfId::of(&issued.transaction));
    let besides = record::Besides::of(issued.campaign, issued.matures);
    let record = record::Issued { to, amount, expiry, dated, reversible_until_ms, reversed, transaction, besides };
    output(&IssuedKey { shelf: dated.month(), brand, reference: reference.clone() }, &record)
}

fn issued(brand: BrandId, to: AddressText, transaction: TransactionId) -> Issued {
    Issued {
        brand,
        reference: reference("receipt 1"),
        dated: time(START_MS).day(),
        to,
        amount: Points::new(500),
        expiry: parse("2028-11"),
        reversible_until_ms: time(START_MS + 60_000),
        reversed: Points::new(100),
        transaction,
        campaign: None,
        matures: None,
    }
}

/// Nothing that waits is not written.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_nothing(days: &u8) -> bool {
    *days == 0
}

fn entry_of_brand(policy: Policy, closes_ms: Option<TimeMs>, pending_days: u8) -> Entry {
    let (id, name) = (parse("nordmat"), parse("Nordmat"));
    Entry::Brand { id, name, decimals: 2, policy, suspended: false, closes_ms, pending_days }
}

fn leaving() -> Entry {
    let closing = |brand, days: u64| Closing { closes_ms: time(START_MS + days * 86_400_000), brand: parse(brand) };
    Entry::Closings { brands: vec![closing("nordmat", 100), closing("kaffet", 200)] }
}

/// Brands and the sums of their points.
fn brands() -> Vec<(String, Entry)> {
    let brand: BrandId = parse("nordmat");
    let points = Points::new;
    let policy = Policy {
        expiry_months: Some(24),
        transfer_max: points(100_000),
        transfer_daily_max: Some(points(200_000)),
        reversal_window_ms: 60_000,
        ..Policy::open()
    };
    let gross = |points: u128| GrossPoints::new(points << 64);
    let totals = lojal_types::Totals {
        issued: GrossPoints::new((60 << 64) + 3),
        outstanding: points(1),
        held: points(2),
        redeemed: gross(4),
        converted_out: gross(8),
        expired: gross(16),
        reversed: gross(32),
        donated: GrossPoints::default(),
        refunded: GrossPoints::default(),
        pending: Points::ZERO,
    };
    let later = lojal_types::Totals { donated: gross(64), refunded: gross(2), ..totals };
    let waits = lojal_types::Totals { issued: GrossPoints::new((60 << 64) + 10), pending: points(7), ..totals };
    let matures = time(START_MS).day().plus(14);
    let lot = |expiry: &str, amount| Lot { expiry: parse(expiry), amount: points(amount) };
    vec![
        named("brand", entry_of_brand(policy.clone(), None, 0)),
        named("brand whose issues are pending", entry_of_brand(policy.clone(), None, 14)),
        named("brand that leaves", entry_of_brand(policy, Some(time(START_MS + 8_640_000_000)), 0)),
        named("brands that leave", leaving()),
        named("totals", Entry::Totals(Totals { brand, totals })),
        named("totals with donations and refunds", Entry::Totals(Totals { brand, totals: later })),
        named("totals with pending points", Entry::Totals(Totals { brand, totals: waits })),
        named("pending", Entry::Pending { brand, matures, lots: vec![lot("2028-12", 3), lot("never", 4)] }),
    ]
}

pub(super) fn samples() -> Vec<(String, Entry)> {
    let brand: BrandId = parse("nordmat");
    let points = Points::new;
    let anna = account(4);
    let (campaign, matures) = (Some(CampaignId::new(1)), Some(time(START_MS).day().plus(14)));
    let transaction = TransactionId::new([0x99; 32]);
    let held = |closed| {
        let (from, dated, expires_ms) = (anna, time(START_MS).day(), time(START_MS + 60_000));
        Entry::Held(Held { brand, reference: reference("till 1"), from, dated, expires_ms, closed, transaction })
    };
    let part = |minute, expiry: &str, amount| HeldLot { minute, expiry: parse(expiry), amount: points(amount) };
    let lots = vec![part(0, "2028-11", 1), part(0, "never", 70), part(59, "2028-11", 5)];
    let held_until = Entry::HeldUntil { brand, hour: START_MS / 3_600_000, lots };
    let operator = |roles: &[Role], issue_daily_max| Entry::Operator {
        brand,
        operator: account(11),
        roles: roles.to_vec(),
        issue_daily_max,
    };
    let mut operators = vec![account(11), account(12)];
    operators.sort_unstable();
    let shelf = time(START_MS).month();
    let redeemed = |word, paid| Entry::Redeemed { shelf, brand, reference: reference(word), transaction, paid };
    let captured = |word, paid| Entry::Captured { shelf, brand, reference: reference(word), paid };
    let (taken, amount) = (reference("return 1"), points(100));
    let reversed = Entry::Reversed { shelf, brand, reference: taken, amount, transaction };
    let issued_today =
        Entry::IssuedToday { brand, operator: account(12), on_day_of_ms: time(START_MS), points: points(600) };
    let mut samples = brands();
    samples.extend([
        named("outstanding", Entry::Outstanding { brand, expiry: parse("2028-11"), points: points(1) }),
        named("outstanding for ever", Entry::Outstanding { brand, expiry: Expiry::Never, points: points(1) }),
        named("operator", operator(&[Role::Issue, Role::Reverse], None)),
        named("operator with a daily limit", operator(&[Role::Issue], Some(points(600)))),
        named("operators", Entry::OperatorList { brand, operators }),
        named("issued today", issued_today),
        named("issued", Entry::Issued(issued(brand, anna, transaction))),
        named("issued pending", Entry::Issued(Issued { matures, ..issued(brand, anna, transaction) })),
        named("issued by a campaign", Entry::Issued(Issued { campaign, ..issued(brand, anna, transaction) })),
        named(
            "issued by a campaign, pending",
            Entry::Issued(Issued { campaign, matures, ..issued(brand, anna, transaction) }),
        ),
        named("redeemed", redeemed("request 1", Some(Paid::of_anna(0)))),
        named("redeemed under version 1", redeemed("request 2", None)),
        named("reversed", reversed),
        named("held", held(false)),
        named("held before", held(true)),
        named("held until", held_until),
        named("captured", captured("take 1", Some(Paid::of_anna(5)))),
        named("captured under version 1", captured("take 2", None)),
    ]);
    samples
}
