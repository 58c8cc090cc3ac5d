//! Documents name files and metrics that are there.

use std::collections::BTreeSet;
use std::path::Path;

use super::workspace::{assert_none, files_ending, package, root, sources};

/// The documents of the project, from its directory.
pub(super) fn documents() -> impl Iterator<Item = &'static str> {
    files_ending(&[".md"])
}

pub(super) fn read(document: &str) -> String {
    std::fs::read_to_string(root().join(document)).unwrap_or_else(|error| panic!("{document}: {error}"))
}

/// The targets of a document's links that lie in this repository, without the place in them.
fn links(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let inside = targets.filter(|target| !target.contains("://") && !target.starts_with('#'));
    inside.map(|target| target.split('#').next().unwrap_or(target)).collect()
}

/// The words of a text that can only be paths of source files or of their folders.
pub(super) fn source_paths(text: &str) -> BTreeSet<&str> {
    let is_path = |letter: char| letter.is_ascii_alphanumeric() || "_-./".contains(letter);
    let words = text.split(|letter: char| !is_path(letter)).map(|word| word.trim_end_matches(['.', '/']));
    let is_source =
        |word: &&str| word.contains("/src/") || ["crates/", "tests/", "docs/"].iter().any(|it| word.starts_with(it));
    words.filter(is_source).collect()
}

/// The names of metrics in a text.
fn metrics(text: &str) -> BTreeSet<&str> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = text.split(|letter: char| !is_name(letter));
    words.filter(|word| word.starts_with("lojal_") && !word.starts_with("lojal_client")).collect()
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut findings = Vec::new();
    for document in documents() {
        let text = read(document);
        let folder = Path::new(document).parent().unwrap_or(Path::new(""));
        let lost = links(&text).into_iter().filter(|target| !root().join(folder).join(target).exists());
        findings.extend(lost.map(|target| format!("{document} links to {target}")));
    }
    assert_none(&findings, "correct these links, or write the files that they lead to");
}

#[test]
fn the_map_names_paths_that_are_there() {
    let mut findings = Vec::new();
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"] {
        let text = read(document);
        let is_there = |path: &str| root().join(path).exists() || root().join("crates").join(path).exists();
        let lost = source_paths(&text).into_iter().filter(|path| !is_there(path));
        findings.extend(lost.map(|path| format!("{document} names {path}")));
    }
    assert_none(&findings, "say where these are now; a path begins at the workspace or in crates/");
}

#[test]
fn the_metrics_that_operators_are_told_to_watch_are_written() {
    let gateway = sources(&package("lojal-gateway"));
    let written: String = gateway.iter().filter(|source| !source.is_test).map(|source| source.text.as_str()).collect();
    let mut findings = Vec::new();
    for document in ["docs/operations.md", "examples/alerts.yml", "deploy/dashboard.json"] {
        let text = read(document);
        let lost = metrics(&text).into_iter().filter(|name| !written.contains(&format!("\"{name}\"")));
        findings.extend(lost.map(|name| format!("{document} names {name}")));
    }
    assert_none(&findings, "no gateway writes these metrics: correct their names, or write them");
}

#[test]
fn operators_are_told_to_watch_what_the_example_alerts_on() {
    let table = read("docs/operations.md");
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `lojal_")?.split_once('`'));
    let watched: BTreeSet<String> = rows.map(|(name, _)| format!("lojal_{name}")).collect();
    let rules = read("examples/alerts.yml");
    let expressions: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("expr: ")).collect();
    let alerted: BTreeSet<String> = expressions.iter().flat_map(|text| metrics(text)).map(str::to_owned).collect();
    assert!(!watched.is_empty());
    assert_eq!(watched, alerted, "the table of docs/operations.md and examples/alerts.yml name the same metrics");
}

#[test]
fn links_paths_and_metrics_are_told_from_other_words() {
    assert_eq!(links("see [a](docs/a.md#top), [b](https://b.example) and [c](#here)"), ["docs/a.md"]);
    let paths = source_paths("`ledger/src/tree`, crates/types. In `index/runs` there are a/b.");
    assert_eq!(paths, BTreeSet::from(["crates/types", "ledger/src/tree"]));
    assert_eq!(metrics("`lojal_ready` of lojal-node"), BTreeSet::from(["lojal_ready"]));
}
