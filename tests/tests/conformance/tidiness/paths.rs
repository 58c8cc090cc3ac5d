//! No file tells on which machine it was written.

use super::workspace::{assert_none, files, root};

/// Beginnings of absolute paths that only somebody's machine has. Put together so that this file doesn't name them.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

/// Tells whether a path begins in the line: after nothing that would make it the middle of another one.
fn begins_path(line: &str, path: &str) -> bool {
    let is_middle = |letter: char| letter.is_alphanumeric() || "._-/}".contains(letter);
    line.match_indices(path).any(|(at, _)| !line[..at].chars().next_back().is_some_and(is_middle))
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    let mut findings = Vec::new();
    for name in files() {
        // What is no text has no lines to look at.
        let Ok(text) = std::fs::read_to_string(root().join(name)) else { continue };
        for (at, line) in text.lines().enumerate() {
            let named = MACHINE_PATHS.into_iter().filter(|path| begins_path(line, path));
            findings.extend(named.map(|path| format!("{name}:{} names {path}", at + 1)));
        }
    }
    assert_none(&findings, "write paths relative to the workspace, or as options with a portable default");
}

#[test]
fn paths_are_told_from_the_middle_of_others() {
    let path = MACHINE_PATHS[0];
    assert!(begins_path(&format!("see {path}x"), path));
    assert!(begins_path(&format!("{path}x"), path));
    assert!(!begins_path(&format!("https://example.org{path}x"), path));
    assert!(!begins_path(&format!("{{dir}}{path}x"), path));
}
