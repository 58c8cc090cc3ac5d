//! Comments cite what is there: sections by their names, sentences word for word, decisions by their numbers. So
//! whoever searches for a rule finds what enforces it, and a rule that changes shows where.

use std::collections::{BTreeMap, BTreeSet};

use super::comments::comments;
use super::dependencies::PURE;
use super::references::{documents, read, source_paths};
use super::sources::all_sources;
use super::workspace::{assert_none, has_word, package, root, sources};

/// The documents whose sections comments cite, by what comments call them.
const CITED: [(&str, &str); 2] = [("protocol", "docs/protocol.md"), ("ARCHITECTURE.md", "ARCHITECTURE.md")];

/// The publishers whose papers have sections of their own.
const OUTSIDE: [&str; 7] = ["RFC", "arXiv", "ZIP", "BIP", "SLIP", "UAX", "UTS"];

/// Fewest words of a quotation in the core that can only be that of a rule.
const QUOTATION_WORDS_MIN: usize = 4;

/// The texts that can be cited.
struct Library {
    /// The words of every section, by document and name.
    sections: BTreeMap<(&'static str, String), String>,
    decisions: BTreeSet<String>,
}

impl Library {
    fn of_the_repository() -> Self {
        let each = CITED.into_iter().flat_map(|(called, path)| {
            sections(&read(path)).into_iter().map(move |(name, text)| ((called, name), text))
        });
        Self { sections: each.collect(), decisions: decisions() }
    }

    /// The words of the section whose citation a text goes on with, after the document's name.
    fn section(&self, called: &'static str, text: &str) -> Option<&str> {
        let of_document = self.sections.iter().filter(|((document, _), _)| *document == called);
        let is_whole = |rest: &str| !rest.starts_with(|letter: char| letter.is_alphanumeric());
        let mut named = of_document.filter(|((_, name), _)| text.strip_prefix(name.as_str()).is_some_and(is_whole));
        named.next().map(|(_, words)| words.as_str())
    }

    /// The faults of a comment's citations.
    fn findings(&self, comment: &str) -> Vec<String> {
        let mut findings = Vec::new();
        let mut cited = Vec::new();
        for (called, after) in citations(comment) {
            match self.section(called, after) {
                Some(words) => cited.push(words),
                None => findings.push(format!("cites a section that isn't there: {called}, {}", beginning(after))),
            }
        }
        if !cited.is_empty() {
            let lost = quotations(comment).filter(|quoted| !cited.iter().any(|words| stands_in(quoted, words)));
            findings.extend(lost.map(|quoted| format!("quotes what the section doesn't say: {quoted}")));
        }
        findings
            .extend(signs(comment).map(|before| format!("cites a section by its number, not by its name: {before}§")));
        findings.extend(self.lost_decisions(comment));
        findings
    }

    fn lost_decisions<'a>(&'a self, text: &'a str) -> impl Iterator<Item = String> + 'a {
        let numbers = ["ADR ", "adr/"].into_iter().flat_map(|before| text.split(before).skip(1));
        let numbers =
            numbers.filter_map(|after| after.get(..4)).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
        let lost = numbers.filter(|number| !self.decisions.contains(*number));
        lost.map(|number| format!("names the decision {number}, which docs/adr doesn't have"))
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn beginning(text: &str) -> String {
    text.split(' ').take(4).collect::<Vec<_>>().join(" ")
}

/// The sections of a document: their names without numbers, and their words.
fn sections(document: &str) -> Vec<(String, String)> {
    let of_one = |section: &str| {
        let (heading, text) = section.split_once('\n').unwrap_or((section, ""));
        let name = heading.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        (name.trim().to_owned(), one_line(text))
    };
    document.split("\n## ").skip(1).map(of_one).collect()
}

/// The numbers of the decisions that there are.
fn decisions() -> BTreeSet<String> {
    let entries = std::fs::read_dir(root().join("docs/adr")).expect("docs/adr is a folder");
    let names = entries.map(|entry| entry.expect("a readable folder").file_name().to_string_lossy().into_owned());
    names.filter_map(|name| name.get(..4).map(str::to_owned)).collect()
}

/// The citations of a comment: the document, and what follows its name.
fn citations(comment: &str) -> impl Iterator<Item = (&'static str, &str)> {
    CITED.into_iter().flat_map(move |(called, _)| {
        let places = comment.match_indices(called);
        places.filter_map(move |(at, _)| {
            let (before, after) = (&comment[..at], comment[at + called.len()..].strip_prefix(", ")?);
            let is_whole = !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '/');
            // "of the protocol, which …" cites nothing.
            let is_citation = before.ends_with('(') || after.starts_with(char::is_uppercase);
            (is_whole && is_citation).then_some((called, after))
        })
    })
}

/// The citations of a document: as in a comment, or with the section's name in quotation marks.
fn citations_of_document(text: &str) -> impl Iterator<Item = (&'static str, &str)> {
    let quoted = CITED.into_iter().flat_map(move |(called, path)| {
        let places = text.split(path).skip(1).filter_map(|after| after.strip_prefix(", \""));
        places.map(move |after| (called, after))
    });
    citations(text).chain(quoted)
}

/// The documents in `docs` that a comment names.
fn named_documents(comment: &str) -> impl Iterator<Item = &str> {
    source_paths(comment).into_iter().filter(|path| path.starts_with("docs/") && path.ends_with(".md"))
}

/// The texts between quotation marks.
fn quotations(comment: &str) -> impl Iterator<Item = &str> {
    comment.split('"').skip(1).step_by(2)
}

/// True if a text has a quotation word for word, but for what "[…]" leaves out.
fn stands_in(quoted: &str, words: &str) -> bool {
    let mut rest = Some(words);
    for part in quoted.split("[…]").map(str::trim) {
        rest = rest.filter(|_| !part.is_empty()).and_then(|rest| rest.split_once(part)).map(|(_, after)| after);
    }
    rest.is_some()
}

/// The text before every section sign that isn't somebody else's.
fn signs(text: &str) -> impl Iterator<Item = String> {
    let each = text.match_indices('§').map(|(at, _)| {
        let mut words: Vec<&str> = text[..at].split_whitespace().rev().take(3).collect();
        words.reverse();
        words
    });
    let is_outside = |words: &[&str]| words.iter().any(|word| OUTSIDE.iter().any(|paper| has_word(word, paper)));
    each.filter(move |words| !is_outside(words)).map(|words| words.join(" "))
}

#[test]
fn comments_cite_sections_sentences_and_decisions_that_are_there() {
    let library = Library::of_the_repository();
    let mut findings = Vec::new();
    for source in all_sources() {
        for comment in comments(&source.text) {
            let mut wrong = library.findings(&comment.text);
            let lost = named_documents(&comment.text).filter(|path| !root().join(path).exists());
            wrong.extend(lost.map(|path| format!("names {path}, which isn't there")));
            findings.extend(wrong.into_iter().map(|what| format!("{}:{} {what}", source.path, comment.line)));
        }
    }
    let what_to_do = "cite the protocol as \"its sentence, word for word\" (protocol, Name of the section), with […] \
                      for what is left out; where the rule has changed, see that the code does what it says now";
    assert_none(&findings, what_to_do);
}

#[test]
fn what_the_core_quotes_is_cited() {
    let mut findings = Vec::new();
    for source in PURE.into_iter().flat_map(|name| sources(&package(name))).filter(|source| !source.is_test) {
        let uncited = |text: &str| citations(text).next().is_none();
        for comment in comments(&source.text).into_iter().filter(|comment| uncited(&comment.text)) {
            let long = quotations(&comment.text).filter(|it| it.split(' ').count() >= QUOTATION_WORDS_MIN);
            findings.extend(long.map(|quoted| format!("{}:{} quotes {quoted}", source.path, comment.line)));
        }
    }
    assert_none(&findings, "say where this stands: (protocol, Name of the section)");
}

#[test]
fn documents_cite_sections_by_their_names_and_decisions_that_are_there() {
    let library = Library::of_the_repository();
    let mut findings = Vec::new();
    for document in documents() {
        let text = one_line(&read(document));
        findings.extend(signs(&text).map(|before| format!("{document}: {before}§")));
        findings.extend(library.lost_decisions(&text).map(|what| format!("{document} {what}")));
        let lost = citations_of_document(&text).filter(|(called, after)| library.section(called, after).is_none());
        findings.extend(lost.map(|(called, after)| format!("{document} cites {called}, {}", beginning(after))));
    }
    assert_none(&findings, "numbers of sections change: name the section; and name decisions that are there");
}

/// A library with one section of each document and one decision.
fn small_library() -> Library {
    let protocol = sections(
        "# Title\n\n## 5. Holds\n\n- `Hold`: a hold ends on\n  a whole minute. It is\nopen before.\n\n## 6. \
         Brands\n\nNone.\n",
    );
    let architecture = sections("\n## The state\n\nA map.\n");
    let protocol = protocol.into_iter().map(|(name, text)| (("protocol", name), text));
    let architecture = architecture.into_iter().map(|(name, text)| (("ARCHITECTURE.md", name), text));
    Library { sections: protocol.chain(architecture).collect(), decisions: BTreeSet::from(["0016".to_owned()]) }
}

#[test]
fn what_is_there_can_be_cited() {
    let library = small_library();
    let right = [
        "\"a hold ends on a whole minute\" (protocol, Holds), and more.",
        "\"`Hold`: a hold […] is open before.\" (protocol, Holds)",
        "(\"None.\", protocol, Brands.)",
        "Both (protocol, Brands; protocol, Holds): \"None.\" and \"It is open before.\"",
        "Pages (ARCHITECTURE.md, The state) of RFC 9162 §2.1.1 (ADR 0016, docs/adr/0016-of-something.md).",
        "Somebody breaks the protocol, and says \"anything\".",
    ];
    for comment in right {
        assert_eq!(library.findings(comment), Vec::<String>::new(), "{comment}");
    }
}

#[test]
fn citations_of_documents_are_found() {
    let text = "See docs/protocol.md, \"Holds\", (protocol, Brands) and ARCHITECTURE.md, \"The state\".";
    let found: Vec<(&str, &str)> = citations_of_document(text).map(|(called, after)| (called, &after[..5])).collect();
    assert_eq!(found, [("protocol", "Brand"), ("protocol", "Holds"), ("ARCHITECTURE.md", "The s")]);
    assert_eq!(named_documents("as docs/a.md says, in docs/.").collect::<Vec<_>>(), ["docs/a.md"]);
}

#[test]
fn what_is_not_there_is_found() {
    let library = small_library();
    let wrong = [
        ("\"a hold ends on the minute\" (protocol, Holds)", "quotes"),
        ("\"None.\" (protocol, Holds)", "quotes"),
        ("\"It is open before. […] a hold ends\" (protocol, Holds)", "quotes"),
        ("\"a hold ends […]\" (protocol, Holds)", "quotes"),
        ("\"a hold ends\" (protocol, Holding)", "cites a section that isn't there"),
        ("\"a hold ends\" (protocol, holds)", "cites a section that isn't there"),
        ("(ARCHITECTURE.md, The house)", "cites a section that isn't there"),
        ("as it stands there (protocol §5)", "cites a section by its number"),
        ("as it was decided (ADR 0017)", "names the decision 0017"),
    ];
    for (comment, what) in wrong {
        let findings = library.findings(comment);
        assert!(findings.len() == 1 && findings[0].starts_with(what), "{comment}: {findings:?}");
    }
}
