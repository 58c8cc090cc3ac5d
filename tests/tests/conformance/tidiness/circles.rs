//! The files of a crate import each other one way: those of its library and of its program that are no tests.
//!
//! A file and those above it are exempt: a parent module is the frame that its children see, so it may use its
//! children, and they may use what is written in it.

use std::collections::BTreeSet;

use super::imports::{Module, imports, modules};
use super::workspace::{assert_none, packages, root, sources};

/// Files that import each other and may, since they are one struct in two files.
const ONE_THING: [[&str; 2]; 1] = [["crates/network/src/requests.rs", "crates/network/src/swarm.rs"]];

/// The circles of files: for each one the places of its files, every one of which leads to every other.
fn circles(modules: &[Module]) -> Vec<BTreeSet<usize>> {
    let leads_to: Vec<BTreeSet<usize>> = (0..modules.len()).map(|from| reachable(modules, from)).collect();
    let circle_of = |at: usize| -> BTreeSet<usize> {
        leads_to[at].iter().copied().filter(|other| leads_to[*other].contains(&at)).collect()
    };
    let all: BTreeSet<BTreeSet<usize>> = (0..modules.len()).map(circle_of).filter(|circle| circle.len() > 1).collect();
    all.into_iter().collect()
}

/// The files to which imports lead from one, over others or at once.
fn reachable(modules: &[Module], from: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![from];
    while let Some(at) = waiting.pop() {
        let new = imports(modules, at).into_iter().filter(|(target, _)| found.insert(*target));
        waiting.extend(new.map(|(target, _)| target));
    }
    found
}

/// A line for every import inside a circle.
fn describe(modules: &[Module], circle: &BTreeSet<usize>) -> String {
    let mut lines = vec![format!("{} files import each other:", circle.len())];
    for at in circle {
        for (target, path) in imports(modules, *at).into_iter().filter(|(target, _)| circle.contains(target)) {
            lines.push(format!("    {} imports {path} of {}", modules[*at].path, modules[target].path));
        }
    }
    lines.dedup();
    lines.join("\n")
}

#[test]
fn no_files_of_a_crate_import_each_other_in_a_circle() {
    let mut findings = Vec::new();
    for package in &packages() {
        let directory = package.directory().strip_prefix(root()).expect("in the workspace").to_string_lossy();
        let modules = modules(&sources(package), &directory);
        for circle in circles(&modules) {
            let paths: Vec<&str> = circle.iter().map(|at| modules[*at].path.as_str()).collect();
            if !ONE_THING.iter().any(|pair| paths == *pair) {
                findings.push(describe(&modules, &circle));
            }
        }
    }
    let what_to_do = "move what both sides need into a file below them, so that a reader can begin somewhere";
    assert_none(&findings, what_to_do);
}
