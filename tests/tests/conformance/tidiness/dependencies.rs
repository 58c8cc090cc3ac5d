//! Dependencies point one way (ARCHITECTURE.md, The house).

use std::collections::{BTreeMap, BTreeSet};

use super::references::read;
use super::workspace::{assert_none, package, packages};

/// Every crate and the crates of ours that it may know, all of which stand above it here.
const LAYERS: [(&str, &[&str]); 22] = [
    ("lojal-types", &[]),
    ("lojal-text", &[]),
    ("lojal-random", &[]),
    ("lojal-print", &["lojal-text"]),
    ("lojal-web", &[]),
    ("lojal-http", &["lojal-types"]),
    ("lojal-model", &["lojal-random", "lojal-types"]),
    ("lojal-ledger", &["lojal-model", "lojal-types"]),
    ("lojal-chain", &["lojal-ledger", "lojal-types"]),
    ("lojal-network", &[]),
    ("lojal-store", &["lojal-chain", "lojal-ledger", "lojal-random", "lojal-types"]),
    ("lojal-signer", &["lojal-random", "lojal-store", "lojal-types"]),
    (
        "lojal-consensus",
        &["lojal-chain", "lojal-ledger", "lojal-network", "lojal-signer", "lojal-store", "lojal-types"],
    ),
    (
        "lojal-gateway",
        &[
            "lojal-chain",
            "lojal-consensus",
            "lojal-http",
            "lojal-ledger",
            "lojal-network",
            "lojal-random",
            "lojal-store",
            "lojal-text",
            "lojal-types",
            "lojal-web",
        ],
    ),
    (
        "lojal-simulator",
        &[
            "lojal-chain",
            "lojal-consensus",
            "lojal-ledger",
            "lojal-model",
            "lojal-network",
            "lojal-print",
            "lojal-random",
            "lojal-signer",
            "lojal-store",
            "lojal-types",
        ],
    ),
    ("lojal-client", &["lojal-chain", "lojal-ledger", "lojal-text", "lojal-types"]),
    ("lojal-wallet", &["lojal-client", "lojal-print", "lojal-text", "lojal-types", "lojal-web"]),
    (
        "lojal-connector",
        &[
            "lojal-client",
            "lojal-http",
            "lojal-print",
            "lojal-random",
            "lojal-store",
            "lojal-text",
            "lojal-types",
            "lojal-wallet",
        ],
    ),
    (
        "lojal-auditor",
        &["lojal-chain", "lojal-client", "lojal-ledger", "lojal-print", "lojal-store", "lojal-text", "lojal-types"],
    ),
    (
        "lojal-node",
        &[
            "lojal-auditor",
            "lojal-chain",
            "lojal-client",
            "lojal-consensus",
            "lojal-gateway",
            "lojal-ledger",
            "lojal-network",
            "lojal-print",
            "lojal-signer",
            "lojal-store",
            "lojal-text",
            "lojal-types",
            "lojal-wallet",
        ],
    ),
    (
        "lojal-bench",
        &[
            "lojal-auditor",
            "lojal-chain",
            "lojal-client",
            "lojal-ledger",
            "lojal-print",
            "lojal-random",
            "lojal-signer",
            "lojal-store",
            "lojal-types",
        ],
    ),
    (
        "lojal-tests",
        &[
            "lojal-auditor",
            "lojal-chain",
            "lojal-client",
            "lojal-consensus",
            "lojal-gateway",
            "lojal-ledger",
            "lojal-model",
            "lojal-network",
            "lojal-node",
            "lojal-signer",
            "lojal-store",
            "lojal-text",
            "lojal-types",
            "lojal-wallet",
        ],
    ),
];

/// The crates without I/O, clock, randomness, async or logging.
pub(super) const PURE: [&str; 3] = ["lojal-types", "lojal-ledger", "lojal-chain"];

/// The dependencies that pure crates may have: encodings and their schemas, hashes, signatures, and a table that nobody
/// walks through.
const PURE_DEPENDENCIES: [&str; 15] = [
    "base64",
    "bech32",
    "borsh",
    "ed25519-dalek",
    "ed25519-zebra",
    "hashbrown",
    "hex",
    "lojal-ledger",
    "lojal-types",
    "rand_core",
    "schemars",
    "serde",
    "sha2",
    "thiserror",
    "toml",
];

fn allowed(name: &str) -> Option<&'static [&'static str]> {
    LAYERS.iter().find(|(known, _)| *known == name).map(|(_, allowed)| *allowed)
}

#[test]
fn dependencies_point_one_way() {
    let ours: BTreeSet<String> = packages().into_iter().map(|package| package.name).collect();
    let mut findings = Vec::new();
    for package in packages() {
        let Some(allowed) = allowed(&package.name) else {
            findings.push(format!("{} stands in no layer", package.name));
            continue;
        };
        for dependency in package.dependencies {
            if ours.contains(&dependency.name) && !allowed.contains(&dependency.name.as_str()) {
                let kind = dependency.kind.unwrap_or_else(|| "ordinary".to_owned());
                findings.push(format!("{} must not know {} ({kind} dependency)", package.name, dependency.name));
            }
        }
    }
    let what_to_do =
        "remove these dependencies; a new crate gets its place in LAYERS of tests/conformance/tidiness/dependencies.rs";
    assert_none(&findings, what_to_do);
}

#[test]
fn the_layers_are_those_of_the_workspace_and_have_no_cycle() {
    let ours: BTreeSet<String> = packages().into_iter().map(|package| package.name).collect();
    let mut above: Vec<&str> = Vec::new();
    for (name, allowed) in LAYERS {
        assert!(ours.contains(name), "{name} is no crate of the workspace any more: remove or rename it in LAYERS");
        for known in allowed {
            assert!(above.contains(known), "LAYERS lets {name} know {known}, which doesn't stand above it");
        }
        above.push(name);
    }
}

/// The crates of ours that each knows outside tests, without their common beginning.
fn known() -> BTreeMap<String, BTreeSet<String>> {
    let short = |name: &str| name.strip_prefix("lojal-").map(str::to_owned);
    let each = packages().into_iter().filter(|package| package.name != "lojal-tests").filter_map(|package| {
        let ordinary = package.dependencies.iter().filter(|dependency| dependency.kind.is_none());
        Some((short(&package.name)?, ordinary.filter_map(|dependency| short(&dependency.name)).collect()))
    });
    each.collect()
}

/// True if a crate knows another one, or knows one that does.
fn reaches(known: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    known[from].iter().any(|next| next == to || reaches(known, next, to))
}

#[test]
fn the_map_draws_who_knows_whom() {
    let known = known();
    let mut expected = BTreeSet::new();
    for (name, knows) in &known {
        let follows = |one: &str| knows.iter().any(|other| other != one && reaches(&known, other, one));
        expected.extend(knows.iter().filter(|one| !follows(one)).map(|one| (one.clone(), name.clone())));
    }
    let map = read("ARCHITECTURE.md");
    let diagram = map.split("```").find_map(|part| part.strip_prefix("mermaid\n")).expect("the map has a diagram");
    let mut drawn = BTreeSet::new();
    for line in diagram.lines() {
        let names: Vec<&str> = line.trim().split(" --> ").collect();
        drawn.extend(names.windows(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())));
    }
    assert_eq!(drawn, expected, "draw in ARCHITECTURE.md, The house, what each crate knows, but for what follows");
}

#[test]
fn the_pure_crates_depend_on_little() {
    let mut findings = Vec::new();
    for name in PURE {
        let dependencies = package(name).dependencies;
        let ordinary = dependencies.into_iter().filter(|dependency| dependency.kind.as_deref() != Some("dev"));
        let unknown = ordinary.filter(|dependency| !PURE_DEPENDENCIES.contains(&dependency.name.as_str()));
        findings.extend(unknown.map(|dependency| format!("{name} depends on {}", dependency.name)));
    }
    let what_to_do = "the pure crates do no I/O and stay small: do this in a crate above them, or add a dependency \
                      without I/O, clock and randomness to PURE_DEPENDENCIES of \
                      tests/conformance/tidiness/dependencies.rs";
    assert_none(&findings, what_to_do);
}
