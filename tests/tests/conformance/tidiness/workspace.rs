//! The workspace as cargo and the disk show it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde::Deserialize;

/// The output of `cargo metadata`, as far as the tests need it.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) dependencies: Vec<Dependency>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// `None`: an ordinary one; otherwise `dev` or `build`.
    pub(super) kind: Option<String>,
}

impl Package {
    pub(super) fn directory(&self) -> &Path {
        self.manifest_path.parent().expect("a manifest lies in a directory")
    }
}

/// The workspace's directory.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in the workspace")
}

static FILES: LazyLock<Vec<String>> = LazyLock::new(|| files_of_git().unwrap_or_else(files_of_the_disk));

/// The files of the project, from its directory: those that git has or would add, or where there is no git, those that
/// lie there.
pub(super) fn files() -> impl Iterator<Item = &'static str> {
    let files = FILES.iter().map(String::as_str);
    assert!(FILES.iter().any(|file| file == "Cargo.toml"), "{} has no files of ours", root().display());
    files.filter(|file| root().join(file).is_file())
}

/// The files of the project whose names end in one of some ways.
pub(super) fn files_ending(ends: &[&str]) -> impl Iterator<Item = &'static str> {
    files().filter(|file| ends.iter().any(|end| file.ends_with(end)))
}

/// `None` where there is no git, or the project is no checkout.
fn files_of_git() -> Option<Vec<String>> {
    let arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let output = Command::new("git").args(arguments).current_dir(root()).output().ok()?;
    let names = String::from_utf8(output.stdout).expect("names of ours are UTF-8");
    let names: Vec<String> = names.split_terminator('\0').map(str::to_owned).collect();
    (output.status.success() && !names.is_empty()).then_some(names)
}

fn files_of_the_disk() -> Vec<String> {
    let mut paths = Vec::new();
    walk(root(), &mut paths);
    paths.iter().map(|path| from_root(path)).collect()
}

/// The files in a directory and below it, but for those that its `.gitignore` names as `/name`.
fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
    let ignored = std::fs::read_to_string(directory.join(".gitignore")).unwrap_or_default();
    for entry in std::fs::read_dir(directory).expect("a readable directory") {
        let path = entry.expect("a readable directory").path();
        let name = path.file_name().unwrap_or_default();
        let is_ignored =
            name == ".git" || ignored.lines().any(|line| line.strip_prefix('/').is_some_and(|it| name == it));
        match path.is_dir() {
            _ if is_ignored => {}
            true => walk(&path, found),
            false => found.push(path),
        }
    }
}

fn from_root(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().into_owned()
}

/// The members of the workspace.
pub(super) fn packages() -> Vec<Package> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("the cargo that built this test can be run");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout).expect("cargo metadata answers with JSON");
    metadata.packages
}

/// The member with a name.
pub(super) fn package(name: &str) -> Package {
    packages().into_iter().find(|package| package.name == name).unwrap_or_else(|| {
        panic!("no crate {name} in the workspace: if it was renamed, rename it in tests/conformance/tidiness")
    })
}

/// A Rust source file.
pub(super) struct Source {
    /// The path from the workspace's directory.
    pub(super) path: String,
    pub(super) text: String,
    /// True if all of it is compiled for tests only.
    pub(super) is_test: bool,
}

impl Source {
    /// Lines with their numbers, and whether each is compiled for tests only.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str, bool)> {
        let lines: Vec<&str> = self.text.lines().collect();
        let inline =
            lines.windows(2).position(|pair| pair[0].trim() == "#[cfg(test)]" && pair[1].ends_with("mod tests {"));
        let first_of_tests = if self.is_test { 0 } else { inline.unwrap_or(usize::MAX) };
        lines.into_iter().enumerate().map(move |(at, line)| (at + 1, line, at >= first_of_tests))
    }
}

/// All Rust files of a package, by path.
pub(super) fn sources(package: &Package) -> Vec<Source> {
    sources_below(package.directory())
}

/// All Rust files of a directory that is laid out as a package's, by path.
pub(super) fn sources_below(directory: &Path) -> Vec<Source> {
    let mut paths = Vec::new();
    walk(directory, &mut paths);
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    paths.sort();
    let read = |path: &PathBuf| std::fs::read_to_string(path).expect("sources are text files");
    let texts: Vec<(PathBuf, String)> = paths.iter().map(|path| (path.clone(), read(path))).collect();
    let tests: BTreeSet<PathBuf> = texts.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    let in_tests = directory.join("tests");
    let source = |(path, text): (PathBuf, String)| {
        let is_test = path.starts_with(&in_tests)
            || tests.iter().any(|module| path.starts_with(module) || path == module.with_extension("rs"));
        Source { path: from_root(&path), text, is_test }
    };
    texts.into_iter().map(source).collect()
}

/// The modules that a file declares for tests only, as paths without extension.
fn test_modules(path: &Path, text: &str) -> Vec<PathBuf> {
    let owns_directory = path.file_name().is_some_and(|name| name == "mod.rs" || name == "lib.rs" || name == "main.rs");
    let directory = if owns_directory { path.with_file_name("") } else { path.with_extension("") };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let declared = lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]").filter_map(|pair| {
        let (_, name) = pair[1].strip_suffix(';')?.split_once("mod ")?;
        Some(directory.join(name))
    });
    declared.collect()
}

/// Fails with all findings, if there are any.
pub(super) fn assert_none(findings: &[String], what_to_do: &str) {
    assert!(findings.is_empty(), "{what_to_do}:\n  {}", findings.join("\n  "));
}

/// Tells whether a line has a word that isn't a part of a longer one.
pub(super) fn has_word(line: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    let begins = word.starts_with(is_part);
    let ends = word.ends_with(is_part);
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back().is_some_and(is_part);
        let after = line[at + word.len()..].chars().next().is_some_and(is_part);
        let is_inside_another = (begins && before) || (ends && after);
        !is_inside_another
    })
}

#[test]
fn the_files_of_the_project_are_found_without_git_too() {
    let on_disk: BTreeSet<String> = files_of_the_disk().into_iter().collect();
    assert!(!on_disk.iter().any(|file| file.starts_with("target/") || file.starts_with(".git/")));
    let lost: Vec<String> = files().filter(|file| !on_disk.contains(*file)).map(str::to_owned).collect();
    assert_none(&lost, "git has these files, and a walk over the directories doesn't find them");
    for end in [".rs", ".md", ".toml", ".yml", ".ci/run"] {
        assert!(files_ending(&[end]).next().is_some(), "no file ends in {end}");
    }
}

#[test]
fn words_are_found_whole() {
    assert!(has_word("use rand::Rng;", "rand::"));
    assert!(!has_word("use crate::brand::Name;", "rand::"));
    assert!(has_word("let x: f64 = 0;", "f64"));
    assert!(!has_word("let if64 = 0;", "f64") && !has_word("f64x", "f64"));
    assert!(has_word("x.unwrap()", ".unwrap()"));
}
