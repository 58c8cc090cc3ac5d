//! Lines that fit, and doc comments that begin with what a thing is or does.

use super::comments::comments;
use super::references::{documents, read};
use super::workspace::{assert_none, files_ending};

/// Most columns of a line.
const COLUMNS_MAX: usize = 120;

/// The endings of the files that are programs or configuration.
const SOURCES: [&str; 12] = [
    ".rs",
    ".ts",
    ".py",
    ".toml",
    ".yml",
    ".sh",
    ".conf",
    "Caddyfile",
    "justfile",
    ".gitignore",
    ".ci/run",
    ".ci/long",
];

/// Words that a doc comment doesn't begin with: they ask, and a comment tells.
const QUESTION_WORDS: [&str; 10] = ["what", "which", "where", "whether", "who", "whom", "whose", "how", "when", "why"];

/// Words that make no difference to a question that stands behind them.
const PREPOSITIONS: [&str; 20] = [
    "about", "after", "against", "at", "before", "by", "for", "from", "in", "into", "of", "on", "over", "since", "to",
    "under", "until", "up", "with", "without",
];

/// Beginnings of clauses that are neither a thing nor a verb.
const CLAUSES: [&str; 4] = ["That ", "There if ", "So many ", "So much "];

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

/// The beginning of a comment, if it is a question or a clause, by words of its own: a quoted rule may begin like that.
fn wrong_beginning(comment: &str) -> Option<String> {
    let comment = comment.trim_start_matches(['*', '_', '(']);
    if let Some(clause) = CLAUSES.into_iter().find(|clause| comment.starts_with(clause)) {
        return Some(clause.trim_end().to_owned());
    }
    let word = |word: &str| word.trim_end_matches(|letter: char| !letter.is_alphabetic()).to_lowercase();
    let words: Vec<String> = comment.split_whitespace().take(4).map(word).collect();
    let before = words.iter().take_while(|word| PREPOSITIONS.contains(&word.as_str())).count();
    let asks = words.get(before).is_some_and(|word| QUESTION_WORDS.contains(&word.as_str()));
    asks.then(|| words[..=before].join(" "))
}

/// The line and the beginning of each doc comment that doesn't begin with what a thing is or does.
fn wrong_beginnings(source: &str) -> Vec<(usize, String)> {
    let lines: Vec<&str> = source.lines().collect();
    let is_documentation =
        |line: usize| ["///", "//!"].iter().any(|mark| lines[line - 1].trim_start().starts_with(mark));
    let of_things = comments(source).into_iter().filter(|comment| is_documentation(comment.line));
    of_things.filter_map(|comment| Some((comment.line, wrong_beginning(&comment.text)?))).collect()
}

#[test]
fn lines_of_sources_fit() {
    let mut findings = Vec::new();
    for path in files_ending(&SOURCES) {
        let long = long_lines(read(path).lines(), |_| false);
        findings.extend(long.into_iter().map(|(number, columns)| format!("{path}:{number} has {columns} columns")));
    }
    assert_none(&findings, &format!("break these lines so that each has at most {COLUMNS_MAX} columns"));
}

#[test]
fn lines_of_documents_fit() {
    let mut findings = Vec::new();
    for path in documents() {
        let long = long_lines(outside_of_fences(&read(path)), cannot_be_broken);
        findings.extend(long.into_iter().map(|(number, columns)| format!("{path}:{number} has {columns} columns")));
    }
    let what_to_do =
        format!("wrap these paragraphs to {COLUMNS_MAX} columns; tables, code and lone links may be longer");
    assert_none(&findings, &what_to_do);
}

#[test]
fn documentation_begins_with_what_a_thing_is_or_does() {
    let mut findings = Vec::new();
    for path in files_ending(&[".rs"]) {
        let wrong = wrong_beginnings(&read(path));
        findings.extend(wrong.into_iter().map(|(number, words)| format!("{path}:{number} begins with {words}")));
    }
    assert_none(&findings, "begin these comments with a noun phrase or a verb that says what the thing is or does");
}

#[test]
fn long_lines_and_wrong_beginnings_are_told_from_others() {
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
    assert_eq!(wrong_beginnings(source), [(1, "how".to_owned()), (9, "whether".to_owned())]);
    let wrong = ["By whom.", "From when on it ends.", "Up to where it goes.", "That it is so.", "There if it is so."];
    assert!(wrong.iter().all(|comment| wrong_beginning(comment).is_some()));
    let right = ["By whoever asks.", "In the order of what is there.", "There is none.", "To.", "The one who asks."];
    assert!(right.iter().all(|comment| wrong_beginning(comment).is_none()));
}
