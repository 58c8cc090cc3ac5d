//! No file tells on which machine it was written.

use std::process::Command;

use super::workspace::{assert_none, root};

/// Beginnings of absolute paths that only somebody's machine has. Put together so that this file doesn't name them.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/Us", "ers/")];

/// Tracked files and those that will be, or `None` where there is no git.
fn files_of_git() -> Option<Vec<String>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(arguments).current_dir(root()).output().ok()?;
    if !output.status.success() {
        return None;
    }
    let names = String::from_utf8(output.stdout).ok()?;
    Some(names.split_terminator('\0').map(str::to_owned).collect())
}

/// Tells whether a path begins in the line: after nothing that would make it the middle of another one.
fn begins_path(line: &str, path: &str) -> bool {
    let is_middle = |letter: char| letter.is_alphanumeric() || "._-/}".contains(letter);
    line.match_indices(path).any(|(at, _)| !line[..at].chars().next_back().is_some_and(is_middle))
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    let Some(files) = files_of_git() else {
        eprintln!("skipped: the workspace is no git checkout, or git isn't there");
        return;
    };
    let mut findings = Vec::new();
    for name in files {
        // A file that is deleted but still in the index, or not a text, has no lines to look at.
        let Ok(text) = std::fs::read_to_string(root().join(&name)) else { continue };
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
