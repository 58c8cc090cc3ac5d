//! What source files may look like and name.

use super::dependencies::PURE;
use super::workspace::{Source, assert_none, has_word, package, packages, sources};

/// The length that a file should keep to, and the one at which this test fails.
const LINES_WANTED: usize = 400;
const LINES_MAX: usize = 450;

/// What the pure crates must not name: I/O, clocks, threads, randomness, logging, floats, maps without an order.
const IMPURE: [&str; 27] = [
    "tokio",
    "async",
    "std::fs",
    "fs::",
    "std::net",
    "net::",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant",
    "rand::",
    "getrandom",
    "OsRng",
    "tracing",
    "log::",
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "dbg!",
    "f32",
    "f64",
    "HashMap",
    "HashSet",
    ".unwrap()",
    "RandomState",
];

/// What is left unfinished. Put together so that this file doesn't name them.
const UNFINISHED: [&str; 6] = [
    concat!("to", "do!"),
    concat!("unim", "plemented!"),
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("#[", "ignore"),
];

const SLEEPS: [&str; 2] = [concat!("thread", "::sleep"), concat!("time", "::sleep")];

fn all_sources() -> impl Iterator<Item = Source> {
    packages().into_iter().flat_map(|package| sources(&package))
}

/// A line without its comment.
fn code(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code)
}

#[test]
fn the_pure_crates_name_no_io_clock_randomness_logging_float_or_unordered_map() {
    let mut findings = Vec::new();
    for source in PURE.into_iter().flat_map(|name| sources(&package(name))) {
        for (number, line, _) in source.lines().filter(|(.., is_test)| !is_test) {
            let named = IMPURE.into_iter().filter(|word| has_word(code(line), word));
            findings.extend(named.map(|word| format!("{}:{number} names {word}", source.path)));
        }
    }
    let what_to_do = "lojal-types, lojal-ledger and lojal-chain must give the same result everywhere: take what these lines \
                      need as an argument, use BTreeMap, return an error";
    assert_none(&findings, what_to_do);
}

#[test]
fn source_files_are_short() {
    let too_long = |source: Source| {
        let lines = source.text.lines().count();
        (lines > LINES_MAX).then(|| format!("{} has {lines} lines", source.path))
    };
    let findings: Vec<String> = all_sources().filter_map(too_long).collect();
    assert_none(&findings, &format!("split these files into modules of at most {LINES_WANTED} lines"));
}

#[test]
fn nothing_is_left_unfinished() {
    let mut findings = Vec::new();
    for source in all_sources() {
        for (number, line, _) in source.lines() {
            let named = UNFINISHED.into_iter().filter(|word| has_word(line, word));
            findings.extend(named.map(|word| format!("{}:{number} says {word}", source.path)));
        }
    }
    assert_none(&findings, "finish these, or write down in docs what is not there");
}

#[test]
fn tests_wait_for_conditions_and_never_sleep() {
    let mut findings = Vec::new();
    for source in all_sources() {
        for (number, line, _) in source.lines().filter(|(.., is_test)| *is_test) {
            let named = SLEEPS.into_iter().filter(|word| has_word(code(line), word));
            findings.extend(named.map(|word| format!("{}:{number} calls {word}", source.path)));
        }
    }
    assert_none(&findings, "await a channel, a notification, a connection or a process instead");
}

#[test]
fn test_code_is_told_from_product_code() {
    let types = sources(&package("lojal-types"));
    let find = |name: &str| types.iter().find(|source| source.path.ends_with(name));
    let product = find("src/genesis.rs").expect("lojal-types has genesis.rs");
    assert!(!product.is_test);
    assert!(find("src/genesis/tests.rs").expect("genesis.rs has tests beside it").is_test);
    let inline = find("src/time.rs").expect("lojal-types has time.rs");
    assert!(inline.lines().next().is_some_and(|(.., is_test)| !is_test), "begins with product code");
    assert!(inline.lines().last().is_some_and(|(.., is_test)| is_test), "ends with its tests");
}
