//! Records about the network as a whole.

use lojal_ledger::key::{BrandListKey, HoldEndsKey, ParametersKey, RecentKey, ShelfKey, ValidatorsKey};
use lojal_ledger::record::{BrandList, RecentDigest, Shelf};
use lojal_types::{BrandId, Hash, Month, Parameters, TimeMs, Validator, ValidatorSet};
use serde::{Deserialize, Serialize};

use super::{Output, bounded, output};
use crate::vectors::samples::{START_MS, named, parse};
use crate::vectors::validators::validator;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Entry {
    Parameters { record: Parameters },
    Validators { record: Vec<Validator> },
    BrandList { ids: Vec<BrandId> },
    Recent { minute: u64, count: u64, digest: Hash },
    HoldEnds { hour: u64, ids: Vec<BrandId> },
    Shelf { month: Month, root: Hash, count: u64, drop_ms: TimeMs },
}

pub(super) fn build(entry: &Entry) -> Output {
    match entry {
        Entry::Parameters { record } => output(&ParametersKey, record),
        Entry::Validators { record } => {
            output(&ValidatorsKey, &ValidatorSet::new(record.clone()).expect("the validators keep the rules"))
        }
        Entry::BrandList { ids } => output(&BrandListKey, &BrandList { ids: bounded(ids) }),
        Entry::Recent { minute, count, digest } => {
            output(&RecentKey(*minute), &RecentDigest { count: *count, digest: *digest })
        }
        Entry::Shelf { month, root, count, drop_ms } => {
            output(&ShelfKey(*month), &Shelf { root: *root, count: *count, drop_ms: *drop_ms })
        }
        Entry::HoldEnds { hour, ids } => output(&HoldEndsKey(*hour), &BrandList { ids: bounded(ids) }),
    }
}

pub(super) fn samples() -> Vec<(String, Entry)> {
    let parameters = Parameters::standard();
    let (month, drop_ms) = (parse("2026-11"), parse::<Month>("2028-01").start());
    vec![
        named("parameters", Entry::Parameters { record: parameters }),
        named("validators", Entry::Validators { record: vec![validator(1, 1), validator(2, 2)] }),
        named("no brands", Entry::BrandList { ids: vec![] }),
        named("brands", Entry::BrandList { ids: vec![parse("fjallen"), parse("nordmat")] }),
        named("recent", Entry::Recent { minute: START_MS / 60_000, count: 2, digest: Hash::new([0x77; 32]) }),
        named("shelf", Entry::Shelf { month, root: Hash::new([0x88; 32]), count: 3, drop_ms }),
        named(
            "hold ends",
            Entry::HoldEnds { hour: START_MS / 3_600_000, ids: vec![parse("kaffet"), parse("nordmat")] },
        ),
    ]
}
