//! Between brands: partnerships, what was converted, and what is owed.

use lojal_ledger::key::{ConvertedTodayKey, CreditorsKey, ObligationKey, PartnersKey, PartnershipKey, SettledKey};
use lojal_ledger::record::{self, Used};
use lojal_types::limits::{MONEY_MAX, POINTS_MAX};
use lojal_types::{BrandId, ExactMoney, Money, PartnershipProposal, PartnershipTerms, Points, Reference, TimeMs};
use serde::{Deserialize, Serialize};

use super::{Output, bounded, output};
use crate::vectors::compose::reference;
use crate::vectors::samples::{START_MS, named, parse, time};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Entry {
    Partnership {
        from: BrandId,
        to: BrandId,
        terms: Option<PartnershipTerms>,
        proposal: Option<PartnershipProposal>,
    },
    Partners {
        brand: BrandId,
        ids: Vec<BrandId>,
    },
    ConvertedToday {
        from: BrandId,
        to: BrandId,
        on_day_of_ms: TimeMs,
        points: Points,
    },
    /// The record has the sum in millionths.
    Obligation {
        debtor: BrandId,
        creditor: BrandId,
        owed: ExactMoney,
    },
    Creditors {
        brand: BrandId,
        ids: Vec<BrandId>,
    },
    Settled {
        creditor: BrandId,
        reference: Reference,
    },
}

pub(super) fn build(entry: &Entry) -> Output {
    match entry {
        Entry::Partnership { from, to, terms, proposal } => {
            let (terms, proposal) = (terms.clone(), proposal.clone());
            output(&PartnershipKey { from: *from, to: *to }, &record::Partnership { terms, proposal })
        }
        Entry::Partners { brand, ids } => output(&PartnersKey(*brand), &record::BrandList { ids: bounded(ids) }),
        Entry::ConvertedToday { from, to, on_day_of_ms, points } => {
            let key = ConvertedTodayKey { from: *from, to: *to };
            output(&key, &record::DayCount { day: on_day_of_ms.day(), points: *points })
        }
        Entry::Obligation { debtor, creditor, owed } => {
            let key = ObligationKey { debtor: *debtor, creditor: *creditor };
            output(&key, &record::Obligation { owed_micro: owed.in_micro() })
        }
        Entry::Creditors { brand, ids } => output(&CreditorsKey(*brand), &record::BrandList { ids: bounded(ids) }),
        Entry::Settled { creditor, reference } => {
            output(&SettledKey { creditor: *creditor, reference: reference.clone() }, &Used)
        }
    }
}

pub(super) fn samples() -> Vec<(String, Entry)> {
    let (from, to): (BrandId, BrandId) = (parse("nordmat"), parse("kaffet"));
    let terms = |rate_num| PartnershipTerms {
        rate_num,
        rate_den: 3,
        price_micro: 1_500_000,
        daily_max: Points::new(POINTS_MAX),
        owed_max: Money::new(1_000),
        ends_ms: time(START_MS + 86_400_000),
    };
    let partnership = |terms, proposal| Entry::Partnership { from, to, terms, proposal };
    let proposal = || Some(PartnershipProposal { by: to, terms: terms(2) });
    let owed = |minor, micro| Entry::Obligation {
        debtor: from,
        creditor: to,
        owed: ExactMoney { minor: Money::new(minor), micro },
    };
    let converted = Entry::ConvertedToday { from, to, on_day_of_ms: time(START_MS), points: Points::new(99) };
    vec![
        named("partnership", partnership(Some(terms(1)), None)),
        named("partnership and other terms", partnership(Some(terms(1)), proposal())),
        named("proposal of a partnership", partnership(None, proposal())),
        named("partners", Entry::Partners { brand: from, ids: vec![parse("fjallen"), to] }),
        named("converted today", converted),
        named("obligation", owed(48, 500_000)),
        named("obligation of the most money", owed(MONEY_MAX, 0)),
        named("obligation that is settled", owed(0, 0)),
        named("creditors", Entry::Creditors { brand: from, ids: vec![to] }),
        named("settled", Entry::Settled { creditor: to, reference: reference("payment 1") }),
    ]
}
