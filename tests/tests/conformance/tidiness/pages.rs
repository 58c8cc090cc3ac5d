//! The pages in the browser are those that their sources make, although no build of Rust makes them: whoever changes
//! `web/src` builds them again.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::workspace::{assert_none, root};

/// All that the pages are built from, as in web/scripts/seal.js.
const SOURCES: [&str; 9] = [
    "clients/typescript/package-lock.json",
    "clients/typescript/src",
    "web/package-lock.json",
    "web/page.html",
    "web/public",
    "web/scripts/seal.js",
    "web/src",
    "web/tsconfig.json",
    "web/vite.config.ts",
];

/// The directory of the pages, and the list by which the gateway carries them.
const DIST: &str = "web/dist";
const LIST: &str = "crates/web/src/list.rs";

/// Most lines of a file, and most columns of a line.
const FILE_LINES_MAX: usize = 400;
const COLUMNS_MAX: usize = 120;

/// The ways round the types, and round the one place that makes scripts of texts.
const LOOSE: [&str; 5] = [": any", "as any", "<any>", "@ts-ignore", "dangerouslySetInnerHTML"];

const HOW_TO_BUILD: &str = "build the pages again: cd web && npm ci && npm run build";

/// `web/dist/build.json`.
#[derive(Deserialize)]
struct Build {
    source: String,
    files: BTreeMap<String, String>,
}

fn build() -> Build {
    let text = std::fs::read_to_string(root().join(DIST).join("build.json")).expect("the pages are in the repository");
    serde_json::from_str(&text).expect("the build has written it")
}

/// The files at a path or below it, by their names.
fn below(path: &str) -> Vec<String> {
    let whole = root().join(path);
    if whole.is_file() {
        return vec![path.to_owned()];
    }
    let entries = std::fs::read_dir(&whole).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names.iter().flat_map(|name| below(&format!("{path}/{name}"))).collect()
}

fn sha256(path: &str) -> String {
    hex::encode(Sha256::digest(std::fs::read(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))))
}

#[test]
fn the_pages_are_those_that_their_sources_make() {
    let mut lines = String::new();
    for path in SOURCES.iter().flat_map(|path| below(path)) {
        writeln!(lines, "{}  {path}", sha256(&path)).expect("writing to memory can't fail");
    }
    assert_eq!(build().source, hex::encode(Sha256::digest(lines)), "{HOW_TO_BUILD}");
}

#[test]
fn the_pages_are_those_that_the_build_has_made_and_the_gateway_carries_all_of_them() {
    let found = below(DIST).into_iter().filter_map(|path| {
        let name = Path::new(&path).strip_prefix(DIST).ok()?.to_string_lossy().into_owned();
        (name != "build.json").then(|| (name, sha256(&path)))
    });
    let (found, built): (BTreeMap<String, String>, _) = (found.collect(), build().files);
    assert_eq!(found, built, "{HOW_TO_BUILD}");
    let list = std::fs::read_to_string(root().join(LIST)).expect("the build has written it");
    let named = list.lines().filter_map(|line| line.trim().strip_prefix("(\"")?.split_once('"'));
    let named: Vec<&str> = named.map(|(name, _)| name).collect();
    assert_eq!(named, found.keys().collect::<Vec<_>>(), "{HOW_TO_BUILD}");
}

#[test]
fn the_sources_of_the_pages_are_short_and_strict() {
    let mut findings = Vec::new();
    for path in ["web/src", "web/test", "web/scripts"].iter().flat_map(|path| below(path)) {
        let text = std::fs::read_to_string(root().join(&path)).unwrap_or_default();
        if text.lines().count() > FILE_LINES_MAX {
            findings.push(format!("{path} has {} lines", text.lines().count()));
        }
        let is_script = path.ends_with(".ts") || path.ends_with(".tsx");
        for (at, line) in text.lines().enumerate() {
            if line.chars().count() > COLUMNS_MAX {
                findings.push(format!("{path}:{} has {} columns", at + 1, line.chars().count()));
            }
            let loose = LOOSE.iter().filter(|it| is_script && line.contains(**it));
            findings.extend(loose.map(|it| format!("{path}:{} says {it}", at + 1)));
        }
    }
    assert_none(&findings, "split files and lines; say what type a value has");
}
