//! Comments of a Rust source file, told from texts that look like them.

/// A comment: neighbouring lines of one kind put together, without their marks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Comment {
    /// The line on which it begins.
    pub(super) line: usize,
    /// Its words, single blanks between them.
    pub(super) text: String,
}

/// One line of a comment, with its mark.
struct Line<'a> {
    number: usize,
    text: &'a str,
    /// True if nothing stands before it.
    is_alone: bool,
}

impl Line<'_> {
    /// The mark, and what follows it.
    fn split(&self) -> (&str, &str) {
        let mark = ["///", "//!"].into_iter().find(|mark| self.text.starts_with(mark)).unwrap_or("//");
        self.text.split_at(mark.len())
    }
    fn continues(&self, before: &Self) -> bool {
        before.number + 1 == self.number && before.is_alone && self.is_alone && before.split().0 == self.split().0
    }
}

/// All comments of a source file.
pub(super) fn comments(source: &str) -> Vec<Comment> {
    let lines = lines(source);
    let mut found: Vec<Comment> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let words = line.split().1.split_whitespace().collect::<Vec<_>>().join(" ");
        let before = at.checked_sub(1).map(|at| &lines[at]);
        match found.last_mut() {
            Some(comment) if before.is_some_and(|before| line.continues(before)) => {
                if !comment.text.is_empty() && !words.is_empty() {
                    comment.text.push(' ');
                }
                comment.text.push_str(&words);
            }
            _ => found.push(Comment { line: line.number, text: words }),
        }
    }
    found
}

/// The lines of all comments.
fn lines(source: &str) -> Vec<Line<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = source[at..].chars().next() {
        let rest = &source[at..];
        let length = no_code(rest);
        if rest.starts_with("//") {
            let before = &source[..at];
            let begun = before.rsplit('\n').next().unwrap_or(before);
            let (number, is_alone) = (before.matches('\n').count() + 1, begun.trim().is_empty());
            found.push(Line { number, text: &rest[..length], is_alone });
        }
        at += length.max(next.len_utf8());
    }
    found
}

/// The number of bytes of comment or literal that a source goes on with; none if it is code.
pub(super) fn no_code(rest: &str) -> usize {
    let letter = rest.chars().next();
    match letter {
        Some('/') if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
        Some('/') if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
        Some('r') => raw_text(rest).unwrap_or(0),
        Some('"') => 1 + closing(&rest[1..], '"'),
        Some('\'') if rest[1..].starts_with('\\') => 1 + closing(&rest[1..], '\''),
        // A letter in quotes; otherwise it is a lifetime.
        Some('\'') => rest.char_indices().nth(2).filter(|(_, third)| *third == '\'').map_or(0, |(at, _)| at + 1),
        _ => 0,
    }
}

/// The number of bytes of the raw text that begins here.
fn raw_text(rest: &str) -> Option<usize> {
    let rest = rest.strip_prefix('r')?;
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let text = rest[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let length = text.find(&end).map_or(text.len(), |at| at + end.len());
    Some(1 + hashes + 1 + length)
}

/// The number of bytes that a literal has left, its end included.
fn closing(rest: &str, end: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == end => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[test]
fn comments_are_put_together_and_told_from_texts() {
    let source = r##"//! A file.
//!
//! With two paragraphs.
fn f<'a>() -> &'a str {
    // One
    // sentence.
    let quote = ('"', '\'', "\" // no comment"); // trailing
    // another
    r#"// " none"# // behind a raw text
}
/// A doc
// and not.
"##;
    let found = comments(source);
    let found: Vec<(usize, &str)> = found.iter().map(|comment| (comment.line, comment.text.as_str())).collect();
    let expected = [
        (1, "A file. With two paragraphs."),
        (5, "One sentence."),
        (7, "trailing"),
        (8, "another"),
        (9, "behind a raw text"),
        (11, "A doc"),
        (12, "and not."),
    ];
    assert_eq!(found, expected);
}
