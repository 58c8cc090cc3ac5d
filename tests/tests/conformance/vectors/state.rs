//! The keys and records of the state, one of each kind.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;

use lojal_ledger::key::{
    AccountKey, BalanceKey, BrandKey, BrandListKey, IssuedKey, OperatorKey, OutstandingKey, ParametersKey, RecentKey,
    RedeemedKey, ReversedKey, StateKey, TotalsKey, ValidatorsKey,
};
use lojal_ledger::record;
use lojal_types::{
    AddressText, Bounded, BrandId, Expiry, Hash, Lot, Name, Parameters, Points, Policy, PublicKey, Reference, Role,
    TimeMs, Validator, ValidatorSet,
};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check};
use super::samples::{START_MS, account, address, key, named, parse, seed, time};
use super::validators::validator;

/// An entry of the state in words: the variant is the kind of the key. A new kind gets a variant here, an arm in
/// [`build`], and a sample.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Entry {
    Parameters {
        record: Parameters,
    },
    Validators {
        record: Vec<Validator>,
    },
    BrandList {
        ids: Vec<BrandId>,
    },
    Recent {
        minute: u64,
        count: u64,
        digest: Hash,
    },
    Brand {
        id: BrandId,
        name: Name,
        decimals: u8,
        policy: Policy,
    },
    Totals {
        brand: BrandId,
        issued: Points,
        outstanding: Points,
        redeemed: Points,
        expired: Points,
        reversed: Points,
    },
    Outstanding {
        brand: BrandId,
        expiry: Expiry,
        points: Points,
    },
    Operator {
        brand: BrandId,
        operator: AddressText,
        roles: Vec<Role>,
    },
    Issued {
        brand: BrandId,
        reference: Reference,
        to: AddressText,
        amount: Points,
        expiry: Expiry,
        time_ms: TimeMs,
        reversed: Points,
    },
    Redeemed {
        brand: BrandId,
        reference: Reference,
    },
    Reversed {
        brand: BrandId,
        reference: Reference,
    },
    Account {
        account: AddressText,
        rotated_key: Option<PublicKey>,
    },
    Balance {
        account: AddressText,
        brand: BrandId,
        lots: Vec<Lot>,
    },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    key: String,
    record: String,
}

fn output<K: StateKey>(key: &K, record: &K::Record) -> Output
where
    K::Record: PartialEq + Debug,
{
    let bytes = key.encode();
    assert_eq!(K::decode(&bytes).expect("the key decodes").encode(), bytes, "key -> bytes -> key");
    assert!(K::decode(&[&bytes[..], &[0]].concat()).is_none(), "a key decodes with a trailing byte");
    Output { key: hex::encode(bytes), record: canonical_hex(record) }
}

fn bounded<T: Clone, const MIN: usize, const MAX: usize>(items: &[T]) -> Bounded<T, MIN, MAX> {
    Bounded::new(items.to_vec()).expect("the vectors keep to the bounds")
}

fn build(entry: &Entry) -> Output {
    match entry {
        Entry::Parameters { record } => output(&ParametersKey, record),
        Entry::Validators { record } => {
            output(&ValidatorsKey, &ValidatorSet::new(record.clone()).expect("the validators keep the rules"))
        }
        Entry::BrandList { ids } => output(&BrandListKey, &record::BrandList { ids: bounded(ids) }),
        Entry::Recent { minute, count, digest } => {
            output(&RecentKey(*minute), &record::RecentDigest { count: *count, digest: *digest })
        }
        Entry::Brand { id, name, decimals, policy } => {
            let (name, policy) = (name.clone(), policy.clone());
            output(&BrandKey(*id), &record::Brand { name, decimals: *decimals, policy })
        }
        Entry::Totals { brand, issued, outstanding, redeemed, expired, reversed } => {
            let (issued, outstanding, redeemed) = (*issued, *outstanding, *redeemed);
            let (expired, reversed) = (*expired, *reversed);
            output(&TotalsKey(*brand), &record::Totals { issued, outstanding, redeemed, expired, reversed })
        }
        Entry::Outstanding { brand, expiry, points } => {
            output(&OutstandingKey { brand: *brand, expiry: *expiry }, points)
        }
        Entry::Operator { brand, operator, roles } => {
            let key = OperatorKey { brand: *brand, operator: address(*operator) };
            output(&key, &record::Operator { roles: bounded(roles) })
        }
        Entry::Issued { brand, reference, to, amount, expiry, time_ms, reversed } => {
            let key = IssuedKey { brand: *brand, reference: reference.clone() };
            let (to, amount, expiry) = (address(*to), *amount, *expiry);
            output(&key, &record::Issued { to, amount, expiry, time_ms: *time_ms, reversed: *reversed })
        }
        Entry::Redeemed { brand, reference } => {
            output(&RedeemedKey { brand: *brand, reference: reference.clone() }, &record::Used)
        }
        Entry::Reversed { brand, reference } => {
            output(&ReversedKey { brand: *brand, reference: reference.clone() }, &record::Used)
        }
        Entry::Account { account, rotated_key } => {
            output(&AccountKey(address(*account)), &record::Account { rotated_key: *rotated_key })
        }
        Entry::Balance { account, brand, lots } => {
            let key = BalanceKey { account: address(*account), brand: *brand };
            output(&key, &record::Balance { lots: bounded(lots) })
        }
    }
}

fn samples() -> Vec<(String, Entry)> {
    let brand: BrandId = parse("nordmat");
    let reference = |text: &str| parse(&hex::encode(text));
    let points = Points::new;
    let lot = |expiry: &str, amount| Lot { expiry: parse(expiry), amount: points(amount) };
    let anna = account(4);
    let policy = Policy {
        expiry_months: Some(24),
        transferable: true,
        transfer_min: points(1),
        transfer_max: points(100_000),
        reversal_window_ms: 60_000,
    };
    let (issued, outstanding, redeemed, expired, reversed) = (points(15), points(1), points(2), points(4), points(8));
    let issue = Entry::Issued {
        brand,
        reference: reference("receipt 1"),
        to: anna,
        amount: points(500),
        expiry: parse("2028-11"),
        time_ms: time(START_MS),
        reversed: points(100),
    };
    let parameters = Parameters { heartbeat_ms: 3000, block_bytes_max: 4_194_304, block_transactions_max: 10_000 };
    let rotated = Entry::Account { account: anna, rotated_key: Some(key(&seed(6)).public_key()) };
    vec![
        named("parameters", Entry::Parameters { record: parameters }),
        named("validators", Entry::Validators { record: vec![validator(1, 1), validator(2, 2)] }),
        named("no brands", Entry::BrandList { ids: vec![] }),
        named("brands", Entry::BrandList { ids: vec![parse("fjallen"), brand] }),
        named("recent", Entry::Recent { minute: START_MS / 60_000, count: 2, digest: Hash::new([0x77; 32]) }),
        named("brand", Entry::Brand { id: brand, name: parse("Nordmat"), decimals: 2, policy }),
        named("totals", Entry::Totals { brand, issued, outstanding, redeemed, expired, reversed }),
        named("outstanding", Entry::Outstanding { brand, expiry: parse("2028-11"), points: points(1) }),
        named("outstanding for ever", Entry::Outstanding { brand, expiry: Expiry::Never, points: points(1) }),
        named("operator", Entry::Operator { brand, operator: account(11), roles: vec![Role::Issue, Role::Reverse] }),
        named("issued", issue),
        named("redeemed", Entry::Redeemed { brand, reference: reference("request 1") }),
        named("reversed", Entry::Reversed { brand, reference: reference("return 1") }),
        named("account", Entry::Account { account: anna, rotated_key: None }),
        named("account with another key", rotated),
        named("balance", Entry::Balance { account: anna, brand, lots: vec![lot("2026-12", 5), lot("never", 70)] }),
    ]
}

#[test]
fn state_keys_and_records_have_their_bytes() {
    let about =
        "An entry of the state in words -> its key (the first byte is the kind) and its record, in canonical bytes";
    check("state.json", about, samples(), build);
}

#[test]
fn every_kind_of_state_key_has_a_vector() {
    let kind = |entry: &Entry| {
        let json = serde_json::to_value(entry).expect("has a JSON form");
        json["kind"].as_str().expect("the tag is text").to_owned()
    };
    let shown: BTreeSet<String> = samples().iter().map(|(_, entry)| kind(entry)).collect();
    let kind_of_key = |name: &String| snake_case(name.strip_suffix("Key").unwrap_or(name));
    let missing: Vec<String> =
        declared_state_keys().into_iter().filter(|name| !shown.contains(&kind_of_key(name))).collect();
    assert!(
        missing.is_empty(),
        "the state keys {missing:?} have no vector: add them to Entry and samples() in \
         tests/conformance/vectors/state.rs"
    );
}

/// The names of the types that the ledger uses as state keys, from its sources.
pub(crate) fn declared_state_keys() -> BTreeSet<String> {
    let names = declared_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/ledger/src"));
    assert!(!names.is_empty(), "no `impl StateKey for` found in crates/ledger/src: tell this function where they are");
    names
}

fn declared_in(directory: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(directory).expect("the sources of the ledger are in crates/ledger/src") {
        let path = entry.expect("a readable directory").path();
        if path.is_dir() {
            names.extend(declared_in(&path));
        } else {
            let text = std::fs::read_to_string(&path).expect("a text file");
            let declared = text.lines().filter_map(|line| line.strip_prefix("impl StateKey for ")?.split_once(' '));
            names.extend(declared.map(|(name, _)| name.to_owned()));
        }
    }
    names
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
