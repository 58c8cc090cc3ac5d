//! The rules for what source files look like and name.

use super::dependencies::PURE;
use super::workspace::{Source, assert_none, has_word, package, packages, root, sources, sources_below};

/// Most lines of a file.
const FILE_LINES_MAX: usize = 400;
/// Most lines of a function, from its name to its last brace.
const FUNCTION_LINES_MAX: usize = 70;

/// The words that pure crates must not have: I/O, clocks, threads, randomness, logging, floats, maps without an order.
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

/// The marks of unfinished work. Put together so that this file doesn't name them.
const UNFINISHED: [&str; 6] = [
    concat!("to", "do!"),
    concat!("unim", "plemented!"),
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("#[", "ignore"),
];

const SLEEPS: [&str; 2] = [concat!("thread", "::sleep"), concat!("time", "::sleep")];

/// The directories of the programs that are in no package of the workspace.
const OTHER_PROGRAMS: [&str; 2] = ["fuzz", EXAMPLES];
const EXAMPLES: &str = "examples";

/// All Rust files of the project.
pub(super) fn all_sources() -> impl Iterator<Item = Source> {
    let others = OTHER_PROGRAMS.into_iter().flat_map(|directory| {
        let sources = sources_below(&root().join(directory));
        assert!(!sources.is_empty(), "no program is in {directory} any more: tell this test where they are");
        sources
    });
    packages().into_iter().flat_map(|package| sources(&package)).chain(others)
}

/// A line without its comment.
pub(super) fn code(line: &str) -> &str {
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
    let what_to_do = "lojal-types, lojal-ledger and lojal-chain must give the same result everywhere: take what these \
                      lines need as an argument, use BTreeMap, return an error";
    assert_none(&findings, what_to_do);
}

/// The macros that panic when their stream can't be written, and let texts from elsewhere steer a terminal.
const PRINTS: [&str; 5] = ["print!", "println!", "eprint!", "eprintln!", "dbg!"];

#[test]
fn programs_print_in_one_way_only() {
    let mut findings = Vec::new();
    // An example is a program of its user's, which has a standard library and the client only.
    for source in all_sources().filter(|source| !source.path.starts_with(EXAMPLES)) {
        for (number, line, _) in source.lines().filter(|(.., is_test)| !is_test) {
            let named = PRINTS.into_iter().filter(|word| has_word(code(line), word));
            findings.extend(named.map(|word| format!("{}:{number} uses {word}", source.path)));
        }
    }
    assert_none(&findings, "call lojal_print, which knows what a closed pipe and a full disk mean");
}

/// The ways to take an empty variable for one that is set, put together so that this file doesn't name them.
const VARIABLES: [&str; 2] = [concat!("env::", "var"), concat!("env", " = \"")];
const READS_VARIABLES: &str = "crates/text/src/environment.rs";

#[test]
fn programs_read_variables_in_one_way_only() {
    let mut findings = Vec::new();
    for source in all_sources().filter(|source| !source.path.ends_with(READS_VARIABLES)) {
        for (number, line, _) in source.lines().filter(|(.., is_test)| !is_test) {
            let named = VARIABLES.into_iter().filter(|words| code(line).contains(words));
            findings.extend(named.map(|words| format!("{}:{number} uses {words}", source.path)));
        }
    }
    assert_none(&findings, "call lojal_text::variable, for which an empty variable is none");
}

#[test]
fn source_files_are_short() {
    let too_long = |source: Source| {
        let lines = source.text.lines().count();
        // One list of names with their numbers, which can't be split.
        (lines > FILE_LINES_MAX && source.path != "crates/types/src/code.rs")
            .then(|| format!("{} has {lines} lines", source.path))
    };
    let findings: Vec<String> = all_sources().filter_map(too_long).collect();
    assert_none(&findings, &format!("split these files into modules of at most {FILE_LINES_MAX} lines"));
}

/// The functions of a file: the line on which each begins, its name, and how many lines it has. A formatted function
/// ends with the first brace that closes as far to the left as it begins; so braces in texts don't matter.
fn functions(text: &str) -> Vec<(usize, &str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let mut outermost = lines[at..].iter().enumerate().filter(|(_, other)| indent(other) == indent(line));
        // Where the head ends: with the body's brace, with the whole body, or, without a body, with a semicolon.
        let head = outermost.find(|(_, other)| other.ends_with(['{', '}', ';']));
        let last = match head {
            Some((_, opens)) if opens.ends_with('{') => outermost.find(|(_, other)| other.trim_start() == "}"),
            other => other,
        };
        let (last, _) = last.unwrap_or_else(|| panic!("{name} doesn't end: is the file formatted?"));
        found.push((at + 1, name, last + 1));
    }
    found
}

/// The words before `fn`, besides those that begin with `pub`.
const QUALIFIERS: [&str; 5] = ["const", "async", "unsafe", "extern", "\"C\""];

/// The name of the function that begins on a line.
fn function_name(line: &str) -> Option<&str> {
    let (qualifiers, rest) = line.split_once("fn ")?;
    let are_qualifiers =
        qualifiers.split_whitespace().all(|word| QUALIFIERS.contains(&word) || word.starts_with("pub"));
    let is_whole = qualifiers.is_empty() || qualifiers.ends_with(' ');
    let end = rest.find(['(', '<'])?;
    (are_qualifiers && is_whole).then(|| &rest[..end])
}

#[test]
fn functions_are_short() {
    let mut findings = Vec::new();
    for source in all_sources() {
        let long = functions(&source.text).into_iter().filter(|(.., lines)| *lines > FUNCTION_LINES_MAX);
        findings.extend(long.map(|(at, name, lines)| format!("{}:{at} {name} has {lines} lines", source.path)));
    }
    assert_none(&findings, &format!("split these into functions of at most {FUNCTION_LINES_MAX} lines"));
}

#[test]
fn functions_are_measured_from_name_to_brace() {
    let text = "trait A {
    fn without_body(
        &self,
    ) -> u8;
    fn on_one_line() {}
}
pub(crate) async fn with_braces_in_a_text<T>(
    of: T,
) where
    T: Copy,
{
    if true {
        // fn in_a_comment() {
        let text = \"}\";
    }
}
const fn short() -> u8 {
    1
}
pub unsafe extern \"C\" fn of_the_system() -> u8 {
    1
}";
    let expected = [
        (2, "without_body", 3),
        (5, "on_one_line", 1),
        (7, "with_braces_in_a_text", 10),
        (17, "short", 3),
        (20, "of_the_system", 3),
    ];
    assert_eq!(functions(text), expected);
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
