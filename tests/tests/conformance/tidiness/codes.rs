//! Codes that no test of the ledger provokes are tested where they are given.

use super::sources::{all_sources, code};
use super::workspace::{assert_none, has_word, root};

/// The file that lists, for the ledger's tests, the codes that are given before a transaction reaches it.
const LIST: &str = "crates/model/src/model.rs";

/// The names in that list.
fn codes_before_the_ledger() -> Vec<String> {
    let text = std::fs::read_to_string(root().join(LIST)).unwrap_or_else(|error| panic!("{LIST}: {error}"));
    let (_, list) = text
        .split_once("const BEFORE_THE_LEDGER")
        .unwrap_or_else(|| panic!("{LIST} has no BEFORE_THE_LEDGER any more: tell this test where the list is"));
    let (list, _) = list.split_once("];\n").expect("a list ends");
    list.lines()
        .filter_map(|line| line.trim().strip_prefix("Code::")?.strip_suffix(','))
        .map(|name| format!("Code::{name}"))
        .collect()
}

#[test]
fn every_code_given_before_the_ledger_is_named_by_a_test_outside_of_it() {
    let codes = codes_before_the_ledger();
    let mut unnamed = codes.clone();
    for source in all_sources().filter(|source| !source.path.starts_with("crates/ledger/")) {
        for (.., line, _) in source.lines().filter(|(.., is_test)| *is_test) {
            unnamed.retain(|name| !has_word(code(line), name));
        }
    }
    assert_eq!(codes.len(), 6, "{LIST} lists other codes than it did: {codes:?}; correct this number");
    let findings: Vec<String> = unnamed.iter().map(|name| format!("no test names {name}")).collect();
    let what_to_do =
        "the ledger's table of codes leaves these to the crates that give them: add a test there that provokes them";
    assert_none(&findings, what_to_do);
}
