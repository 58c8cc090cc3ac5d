//! Dependencies point one way (ARCHITECTURE.md, The house).

use std::collections::BTreeSet;

use super::workspace::{assert_none, package, packages};

/// Every crate and the crates of ours that it may know, all of which stand above it here.
const LAYERS: [(&str, &[&str]); 18] = [
    ("lojal-types", &[]),
    ("lojal-text", &[]),
    ("lojal-random", &[]),
    ("lojal-print", &["lojal-text"]),
    ("lojal-model", &["lojal-random", "lojal-types"]),
    ("lojal-ledger", &["lojal-model", "lojal-types"]),
    ("lojal-chain", &["lojal-ledger", "lojal-types"]),
    ("lojal-network", &[]),
    ("lojal-store", &["lojal-chain", "lojal-ledger", "lojal-random", "lojal-types"]),
    ("lojal-consensus", &["lojal-chain", "lojal-ledger", "lojal-network", "lojal-store", "lojal-types"]),
    (
        "lojal-gateway",
        &[
            "lojal-chain",
            "lojal-consensus",
            "lojal-ledger",
            "lojal-network",
            "lojal-random",
            "lojal-store",
            "lojal-types",
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
            "lojal-store",
            "lojal-types",
        ],
    ),
    ("lojal-client", &["lojal-text", "lojal-types"]),
    ("lojal-wallet", &["lojal-client", "lojal-print", "lojal-text", "lojal-types"]),
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
            "lojal-store",
            "lojal-text",
            "lojal-types",
            "lojal-wallet",
        ],
    ),
    ("lojal-bench", &["lojal-auditor", "lojal-client", "lojal-print", "lojal-random", "lojal-types"]),
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
            "lojal-store",
            "lojal-text",
            "lojal-types",
            "lojal-wallet",
        ],
    ),
];

/// The crates without I/O, clock, randomness, async or logging.
pub(super) const PURE: [&str; 3] = ["lojal-types", "lojal-ledger", "lojal-chain"];

/// The dependencies that pure crates may have: encodings, hashes, signatures, and a table that nobody walks through.
const PURE_DEPENDENCIES: [&str; 13] = [
    "bech32",
    "borsh",
    "ed25519-dalek",
    "ed25519-zebra",
    "hashbrown",
    "hex",
    "lojal-ledger",
    "lojal-types",
    "rand_core",
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
