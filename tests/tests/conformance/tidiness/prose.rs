//! Lines that fit, and doc comments that begin with what a thing is or does.

use super::comments::comments;
use super::references::{documents, read};
use super::workspace::{assert_none, tracked};

/// Most columns of a line.
const COLUMNS_MAX: usize = 120;

/// Words that a doc comment doesn't begin with: they ask, and a comment tells.
const QUESTION_WORDS: [&str; 9] = ["What", "Which", "Where", "Whether", "Who", "Whose", "How", "When", "Why"];

/// The numbers of the lines of a text that are too long and could be shorter, with their columns.
fn long_lines<'a>(lines: impl Iterator<Item = &'a str>, is_exempt: impl Fn(&str) -> bool) -> Vec<(usize, usize)> {
    let measured = lines.enumerate().map(|(at, line)| (at + 1, line.chars().count(), line));
    let long = measured.filter(|(_, columns, line)| *columns > COLUMNS_MAX && !is_exempt(line));
    long.map(|(number, columns, _)| (number, columns)).collect()
}

/// The lines of a document that a writer can break: code in fences is left empty.
fn outside_of_fences(document: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    document.lines().map(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        inside ^= is_fence;
        if inside || is_fence { "" } else { line }
    })
}

/// True for a row of a table, for indented code, and for one word alone, which may be a link.
fn cannot_be_broken(line: &str) -> bool {
    let text = line.trim_start();
    let words = text.trim_start_matches("- ").split_whitespace();
    text.starts_with('|') || line.starts_with("    ") || words.count() == 1
}

/// The line, and the first word, of each doc comment that begins with a question word of its own: a quoted rule may.
fn asking_comments(source: &str) -> Vec<(usize, &'static str)> {
    let lines: Vec<&str> = source.lines().collect();
    let is_documentation =
        |line: usize| ["///", "//!"].iter().any(|mark| lines[line - 1].trim_start().starts_with(mark));
    let of_things = comments(source).into_iter().filter(|comment| is_documentation(comment.line));
    let asking = of_things.filter_map(|comment| {
        let first = comment
            .text
            .split_whitespace()
            .next()?
            .trim_start_matches(['*', '_', '('])
            .trim_end_matches(|letter: char| !letter.is_alphabetic());
        Some((comment.line, QUESTION_WORDS.into_iter().find(|word| *word == first)?))
    });
    asking.collect()
}

#[test]
fn lines_of_sources_fit() {
    let mut findings = Vec::new();
    for path in tracked("*.rs") {
        let long = long_lines(read(&path).lines(), |_| false);
        findings.extend(long.into_iter().map(|(number, columns)| format!("{path}:{number} has {columns} columns")));
    }
    assert_none(&findings, &format!("break these lines so that each has at most {COLUMNS_MAX} columns"));
}

#[test]
fn lines_of_documents_fit() {
    let mut findings = Vec::new();
    for path in documents() {
        let long = long_lines(outside_of_fences(&read(&path)), cannot_be_broken);
        findings.extend(long.into_iter().map(|(number, columns)| format!("{path}:{number} has {columns} columns")));
    }
    let what_to_do =
        format!("wrap these paragraphs to {COLUMNS_MAX} columns; tables, code and lone links may be longer");
    assert_none(&findings, &what_to_do);
}

#[test]
fn documentation_begins_with_what_a_thing_is_or_does() {
    let mut findings = Vec::new();
    for path in tracked("*.rs") {
        let asking = asking_comments(&read(&path));
        findings.extend(asking.into_iter().map(|(number, word)| format!("{path}:{number} begins with {word}")));
    }
    assert_none(&findings, "begin these comments with a noun phrase or a verb that says what the thing is or does");
}

#[test]
fn long_lines_and_asking_comments_are_told_from_others() {
    let long = "µ ".repeat(61);
    let document =
        format!("{long}\n| {long} |\n\n    {long}\n```\n{long}\n```\n- {}\n{}\n", "a".repeat(130), "µ".repeat(120));
    assert_eq!(long_lines(outside_of_fences(&document), cannot_be_broken), [(1, 122)]);
    assert_eq!(long_lines(document.lines(), |_| false).len(), 5);
    let source = "//! How it is.

/// The thing.
/// What it is.
fn a() {}
// Why not.
/// \"What works is a.\"
fn q() {}
/// *Whether* so.
fn b() {
    c(\"/// Who\");
}
";
    assert_eq!(asking_comments(source), [(1, "How"), (9, "Whether")]);
}
