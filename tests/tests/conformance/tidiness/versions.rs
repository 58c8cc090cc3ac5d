//! Rules that differ between versions of the protocol are asked for by name.

use super::sources::{all_sources, code};
use super::workspace::assert_none;

/// The file that knows which version has which rules.
const RULES: &str = "crates/types/src/rules.rs";

const COMPARISONS: [&str; 6] = ["==", "!=", "<=", ">=", "<", ">"];

/// True if a line of code compares a version with a number.
fn compares_version(line: &str) -> bool {
    let code: String = code(line).chars().filter(|sign| !sign.is_whitespace()).collect();
    let is_number = |sign: char| sign.is_ascii_digit();
    code.match_indices("version").any(|(at, name)| {
        let (before, after) = (&code[..at], code[at + name.len()..].trim_start_matches("()"));
        let before = before.trim_end_matches(|sign: char| sign.is_ascii_alphabetic() || "._".contains(sign));
        let follows = |sign: &str| after.strip_prefix(sign).is_some_and(|rest| rest.starts_with(is_number));
        let precedes = |sign: &str| before.strip_suffix(sign).is_some_and(|rest| rest.ends_with(is_number));
        COMPARISONS.into_iter().any(|sign| follows(sign) || precedes(sign))
    })
}

#[test]
fn no_code_compares_versions_but_the_rules_themselves() {
    let mut findings = Vec::new();
    for source in all_sources().filter(|source| source.path != RULES) {
        let compares = source.lines().filter(|(_, line, is_test)| !is_test && compares_version(line));
        findings.extend(compares.map(|(number, ..)| format!("{}:{number} compares a version", source.path)));
    }
    assert_none(&findings, "give the rule a name in crates/types/src/rules.rs, and ask for that");
}

#[test]
fn comparisons_of_versions_are_told_from_other_code() {
    for line in ["if header.version >= 2 {", "version == 1", "2 < self.version", "if view.next_version() > 1 {"] {
        assert!(compares_version(line), "{line}");
    }
    for line in ["version: 1,", "let version = 2;", "header.version != VERSION", "// version >= 2", "Version<2>"] {
        assert!(!compares_version(line), "{line}");
    }
}
