//! The keys and records of the state, at least one of each kind.

mod accounts;
mod between;
mod brand_motions;
mod brands;
mod campaigns;
mod governance;
mod households;
mod network;
mod programme;
mod vouchers;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::Path;

use lojal_ledger::key::StateKey;
use lojal_types::{Activity, Bounded};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check};

/// An entry of the state in words: the variant within its group is the kind of the key. A new kind gets a variant in
/// its group's file, an arm in `build` there, and a sample.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Entry {
    Network(network::Entry),
    Brand(brands::Entry),
    Account(accounts::Entry),
    Between(between::Entry),
    Household(households::Entry),
    Governance(governance::Entry),
    BrandMotion(brand_motions::Entry),
    Programme(programme::Entry),
    Campaign(campaigns::Entry),
    Voucher(vouchers::Entry),
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
    let value = key.value(record, &Activity::default().digest);
    assert_eq!(K::record(&value).as_ref(), Some(record), "record -> value -> record");
    assert!(hex::encode(&value).starts_with(&canonical_hex(record)), "a record begins with its canonical bytes");
    Output { key: hex::encode(bytes), record: hex::encode(value) }
}

fn bounded<T: Clone, const MIN: usize, const MAX: usize>(items: &[T]) -> Bounded<T, MIN, MAX> {
    Bounded::new(items.to_vec()).expect("the vectors keep to the bounds")
}

fn build(entry: &Entry) -> Output {
    match entry {
        Entry::Network(entry) => network::build(entry),
        Entry::Brand(entry) => brands::build(entry),
        Entry::Account(entry) => accounts::build(entry),
        Entry::Between(entry) => between::build(entry),
        Entry::Household(entry) => households::build(entry),
        Entry::Governance(entry) => governance::build(entry),
        Entry::BrandMotion(entry) => brand_motions::build(entry),
        Entry::Programme(entry) => programme::build(entry),
        Entry::Campaign(entry) => campaigns::build(entry),
        Entry::Voucher(entry) => vouchers::build(entry),
    }
}

fn samples() -> Vec<(String, Entry)> {
    fn of<T>(samples: Vec<(String, T)>, group: fn(T) -> Entry) -> impl Iterator<Item = (String, Entry)> {
        samples.into_iter().map(move |(name, entry)| (name, group(entry)))
    }
    of(network::samples(), Entry::Network)
        .chain(of(brands::samples(), Entry::Brand))
        .chain(of(accounts::samples(), Entry::Account))
        .chain(of(between::samples(), Entry::Between))
        .chain(of(households::samples(), Entry::Household))
        .chain(of(governance::samples(), Entry::Governance))
        .chain(of(brand_motions::samples(), Entry::BrandMotion))
        .chain(of(programme::samples(), Entry::Programme))
        .chain(of(campaigns::samples(), Entry::Campaign))
        .chain(of(vouchers::samples(), Entry::Voucher))
        .collect()
}

/// The first bytes of the keys of all samples, with their names.
pub(super) fn kinds() -> BTreeSet<(u8, String)> {
    let kind = |entry: &Entry| {
        let first = hex::decode(build(entry).key).expect("written as hex above")[0];
        (first, name_of_kind(entry))
    };
    samples().iter().map(|(_, entry)| kind(entry)).collect()
}

fn name_of_kind(entry: &Entry) -> String {
    let json = serde_json::to_value(entry).expect("has a JSON form");
    json["kind"].as_str().expect("the tag is text").to_owned()
}

#[test]
fn state_keys_and_records_have_their_bytes() {
    let about = "An entry of the state in words -> its key (the first byte is the kind) and its record, in canonical \
                 bytes, with the blind that it has where the account's digest of activity is zeros";
    check("state.json", about, samples(), build);
}

#[test]
fn every_kind_of_state_key_has_a_vector() {
    let shown: BTreeSet<String> = samples().iter().map(|(_, entry)| name_of_kind(entry)).collect();
    let kind_of_key = |name: &String| snake_case(name.strip_suffix("Key").unwrap_or(name));
    let missing: Vec<String> =
        declared_state_keys().into_iter().filter(|name| !shown.contains(&kind_of_key(name))).collect();
    assert!(
        missing.is_empty(),
        "the state keys {missing:?} have no vector: add them to Entry and samples() of their group in \
         tests/conformance/vectors/state"
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
