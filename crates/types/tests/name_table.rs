//! The table of names is what the crates with Unicode's own tables gave when it was frozen.
//!
//! Nodes must judge names alike whichever crates they were built with, so nothing but this test reads those crates.
//! With newer ones it says so and compares nothing: what a name may be is a rule of the protocol, and changes with its
//! version only. To write the table anew: `LOJAL_WRITE_NAME_TABLE=1 cargo test -p lojal-types --test name_table`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use unicode_normalization::char::{canonical_combining_class, compose, decompose_canonical};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};
use unicode_security::confusable_detection::skeleton;
use unicode_security::{GeneralSecurityProfile, UNICODE_VERSION};

const WRITE_VARIABLE: &str = "LOJAL_WRITE_NAME_TABLE";
const LINE_CHARS: usize = 117;
/// The unified ideographs, and the signs that repeat or stand for one. Unicode lists the uncommon among them one by
/// one; the table takes all.
const HAN: [(u32, u32); 2] = [(0x3005, 0x3007), (0x4e00, 0x9fff)];

fn is_letter(c: char) -> bool {
    matches!(
        c.general_category(),
        GeneralCategory::UppercaseLetter
            | GeneralCategory::LowercaseLetter
            | GeneralCategory::TitlecaseLetter
            | GeneralCategory::ModifierLetter
            | GeneralCategory::OtherLetter
    )
}

fn is_mark(c: char) -> bool {
    matches!(c.general_category(), GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark)
}

/// Tells whether a character belongs to a script in everyday use (UTS #39, Identifier_Status) and is in its composed
/// form (UAX #15).
fn is_allowed(c: char) -> bool {
    if c.script() == Script::Han || c == '\u{3006}' {
        return HAN.iter().any(|(first, last)| (*first..=*last).contains(&u32::from(c)));
    }
    GeneralSecurityProfile::identifier_allowed(c) && is_nfc_quick(std::iter::once(c)) != IsNormalized::No
}

fn is_allowed_letter(c: char) -> bool {
    is_allowed(c) && (is_letter(c) || c.script() == Script::Han)
}

fn is_allowed_mark(c: char) -> bool {
    is_allowed(c) && is_mark(c)
}

/// The name of a script; those that are written together are one, and what goes with all has none.
fn script(c: char) -> &'static str {
    match c.script() {
        Script::Common | Script::Inherited => "",
        Script::Han | Script::Hiragana | Script::Katakana | Script::Bopomofo | Script::Hangul => "East Asian",
        other => other.full_name(),
    }
}

fn beyond_ascii() -> impl Iterator<Item = char> {
    '\u{80}'..=char::MAX
}

fn ranges(of: fn(char) -> bool) -> BTreeMap<&'static str, Vec<(u32, u32)>> {
    let mut found: BTreeMap<&'static str, Vec<(u32, u32)>> = BTreeMap::new();
    for c in beyond_ascii().filter(|c| of(*c)) {
        let number = u32::from(c);
        let ranges = found.entry(script(c)).or_default();
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    found
}

fn decomposed(c: char) -> Vec<char> {
    let mut parts = Vec::new();
    decompose_canonical(c, |part| parts.push(part));
    parts
}

/// Syllables of Hangul are letters here: what they are made of is in no name.
fn is_hangul_syllable(c: char) -> bool {
    (0xac00..=0xd7a3).contains(&u32::from(c))
}

/// The characters that those of names are made of.
fn alphabet() -> BTreeSet<char> {
    let is_in_names = |c: &char| c.is_ascii_alphanumeric() || is_allowed_letter(*c) || is_allowed_mark(*c);
    ('\0'..=char::MAX).filter(is_in_names).filter(|c| !is_hangul_syllable(*c)).flat_map(decomposed).collect()
}

/// The pairs of characters that compose to another one, as far as names can be taken apart into them.
fn compositions(alphabet: &BTreeSet<char>) -> Vec<(char, char, char)> {
    let composed = beyond_ascii().filter(|c| !is_hangul_syllable(*c)).filter_map(|c| {
        let parts = decomposed(c);
        let (last, rest) = parts.split_last()?;
        let first: Vec<char> = rest.iter().copied().nfc().collect();
        let [first] = first[..] else { return None };
        let is_made_of_it = parts.iter().all(|part| alphabet.contains(part)) && compose(first, *last) == Some(c);
        is_made_of_it.then_some((c, first, *last))
    });
    composed.collect()
}

/// Tells whether names are compared without the character: accents, and what is neither letter nor digit.
fn is_dropped(c: char) -> bool {
    c.script() == Script::Inherited || (!is_letter(c) && !c.is_numeric() && !is_mark(c))
}

/// The text that a character looks like, with small letters for capitals of ASCII. A letter that looks like a sign of
/// another kind is itself.
fn look(c: char) -> String {
    let prototype = |text: &str| skeleton(text).filter(|part| !is_dropped(*part)).collect::<String>();
    let look = prototype(&prototype(&c.to_string()).to_ascii_lowercase());
    if look.is_empty() && !is_dropped(c) && !script(c).is_empty() { c.to_string() } else { look }
}

fn looks(alphabet: &BTreeSet<char>) -> Vec<(char, String)> {
    let is_dropped_itself = |c: char| c.script() == Script::Inherited;
    let rows = alphabet.iter().map(|c| (*c, if is_dropped_itself(*c) { String::new() } else { look(*c) }));
    rows.filter(|(c, look)| c.to_string() != *look).collect()
}

fn small_letters(alphabet: &BTreeSet<char>) -> Vec<(char, char)> {
    let small = |c: char| c.to_lowercase().flat_map(decomposed).find(|part| !is_dropped(*part));
    alphabet.iter().filter_map(|c| Some((*c, small(*c)?))).filter(|(c, small)| c != small).collect()
}

/// Rows, as many on a line as fit.
fn lines(rows: impl IntoIterator<Item = String>, indent: &str) -> String {
    let mut lines = String::new();
    let mut line = indent.to_owned();
    for row in rows {
        if line.len() + row.len() > LINE_CHARS {
            lines += &format!("{}\n", line.trim_end());
            line = indent.to_owned();
        }
        line += &format!("{row}, ");
    }
    lines + line.trim_end() + "\n"
}

fn list(about: &str, declaration: &str, rows: impl IntoIterator<Item = String>) -> String {
    format!("\n/// {about}\npub(super) const {declaration} = &[\n{}];\n", lines(rows, "    "))
}

fn scripts(about: &str, name: &str, of: fn(char) -> bool) -> String {
    let script = |(script, ranges): (&str, Vec<(u32, u32)>)| {
        let rows = ranges.into_iter().map(|(first, last)| format!("({first:#x}, {last:#x})"));
        format!("    (\"{script}\", &[\n{}    ]),\n", lines(rows, "        "))
    };
    let scripts: String = ranges(of).into_iter().map(script).collect();
    format!("\n/// {about}\npub(super) const {name}: &[(&str, &[(u32, u32)])] = &[\n{scripts}];\n")
}

/// The files of the table, by name.
fn build() -> [(&'static str, String); 3] {
    let (major, minor, patch) = UNICODE_VERSION;
    let alphabet = alphabet();
    let number = |c: char| u32::from(c);
    let head = |what: &str| {
        format!(
            "//! {what} (protocol, Names), frozen: `tests/name_table.rs` wrote this file\n\
             //! from the tables of Unicode {major}.{minor}.{patch}. Characters are numbers, so that none of them\n\
             //! turns around what stands beside it.\n"
        )
    };
    let classes = alphabet.iter().map(|c| (*c, canonical_combining_class(*c))).filter(|(_, class)| *class != 0);
    let letters = [
        head("The characters of names"),
        scripts("The letters beyond ASCII, by script: first and last of each range.", "LETTERS", is_allowed_letter),
        scripts("The marks, by script: first and last of each range.", "MARKS", is_allowed_mark),
    ];
    let compositions = [
        head("The compositions of letters and marks"),
        list(
            "The combining classes of marks, where they aren't 0 (UAX #44, Canonical_Combining_Class).",
            "CLASSES: &[(u32, u8)]",
            classes.map(|(c, class)| format!("({:#x}, {class})", number(c))),
        ),
        list(
            "The characters that are composed of two others, with those two (UAX #15).",
            "COMPOSITIONS: &[(u32, u32, u32)]",
            compositions(&alphabet)
                .iter()
                .map(|(c, a, b)| format!("({:#x}, {:#x}, {:#x})", number(*c), number(*a), number(*b))),
        ),
    ];
    let escaped = |c: char| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() };
    let looks = [
        head("The looks of the characters of names"),
        list(
            "The small letters of capitals.",
            "SMALL: &[(u32, u32)]",
            small_letters(&alphabet).iter().map(|(c, small)| format!("({:#x}, {:#x})", number(*c), number(*small))),
        ),
        list(
            "The looks of characters (UTS #39, confusables), where they are others; accents look like nothing.",
            "LOOKS: &[(u32, &str)]",
            looks(&alphabet)
                .iter()
                .map(|(c, look)| format!("({:#x}, \"{}\")", number(*c), look.chars().map(escaped).collect::<String>())),
        ),
    ];
    [("letters.rs", letters.concat()), ("compositions.rs", compositions.concat()), ("looks.rs", looks.concat())]
}

#[test]
fn the_frozen_table_is_what_unicode_says() {
    let (major, minor, patch) = UNICODE_VERSION;
    for (file, built) in build() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/name").join(file);
        if std::env::var_os(WRITE_VARIABLE).is_some_and(|value| value == "1") {
            std::fs::write(&path, &built).expect("writable");
        }
        let frozen = std::fs::read_to_string(&path).expect("the table is there");
        if !frozen.contains(&format!("{major}.{minor}.{patch}.")) {
            println!("the table of names is of another Unicode than {major}.{minor}.{patch}: nothing to compare");
            return;
        }
        let different = built.lines().zip(frozen.lines()).find(|(built, frozen)| built != frozen);
        assert!(built == frozen, "{file} isn't what the crates give: {different:?}; write it with {WRITE_VARIABLE}=1");
    }
}
