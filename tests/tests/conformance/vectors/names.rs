//! The texts that can be names, and the names that could be taken for each other (protocol, Names).

use lojal_types::Name;
use lojal_types::hash::hash;
use lojal_types::name::{NameError, looks};
use serde::{Deserialize, Serialize};

use super::golden::check;
use super::samples::named;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
enum Input {
    /// A text, perhaps a name.
    Text(String),
    /// All characters from the first to the last, as numbers, each alone and after the letter `a`.
    Characters(u32, u32),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Output {
    /// The looks of a name, as it is written and in small letters.
    Looks([String; 2]),
    /// The rule that a text breaks which is no name.
    Broken { broken: String },
    /// The number of the characters that can be in a name, and SHA-256 over each of those: its number as a u32 in
    /// little-endian bytes, a byte 1 if it can also stand alone and else 0, its two looks with a byte 0 after each.
    Table { characters: u32, sha256: String },
}

fn rule(error: &NameError) -> &'static str {
    match error {
        NameError::Length => "length",
        NameError::Character(_) => "character",
        NameError::Blank => "blank",
        NameError::Marks => "marks",
        NameError::Letter => "letter",
        NameError::Scripts(..) => "scripts",
        NameError::Form => "form",
    }
}

fn build(input: &Input) -> Output {
    match input {
        Input::Text(text) => match text.parse::<Name>() {
            Ok(name) => Output::Looks(looks(name.as_str())),
            Err(error) => Output::Broken { broken: rule(&error).to_owned() },
        },
        Input::Characters(first, last) => table(*first, *last),
    }
}

fn table(first: u32, last: u32) -> Output {
    let mut characters = 0;
    let mut bytes = Vec::new();
    for c in (first..=last).filter_map(char::from_u32) {
        let is_in_names = !matches!(format!("a{c}").parse::<Name>(), Err(NameError::Character(_) | NameError::Blank));
        if !is_in_names {
            continue;
        }
        characters += 1;
        bytes.extend(u32::from(c).to_le_bytes());
        bytes.push(u8::from(c.to_string().parse::<Name>().is_ok()));
        for look in looks(&c.to_string()) {
            bytes.extend([look.as_bytes(), &[0]].concat());
        }
    }
    Output::Table { characters, sha256: hex::encode(hash("", &[&bytes])) }
}

#[test]
fn names_are_judged_and_compared_by_the_frozen_tables() {
    let text = |text: &str| Input::Text(text.to_owned());
    let samples = vec![
        named("a word", text("Nordmat")),
        named("in capitals", text("KAFFET")),
        named("with accents", text("Fjällen")),
        named("with signs and digits", text("7-Eleven & Söner (Åre)")),
        named("digits that look like letters", text("N0rdmat 1")),
        named("a letter that looks like two", text("Malmö")),
        named("Cyrillic that looks Latin", text("Каffet")),
        named("Greek in capitals", text("ΝΊΚΗ")),
        named("Greek", text("Νίκη")),
        named("kana, kanji and hangul", text("カフェ 喫茶 카페")),
        named("marks that compose with nothing", text("Ẹ́kọ́")),
        named("vowel signs", text("தமிழ்")),
        named("64 bytes", text(&"a".repeat(64))),
        named("65 bytes", text(&"a".repeat(65))),
        named("nothing", text("")),
        named("a blank", text(" ")),
        named("two blanks", text("Nord  mat")),
        named("a blank at the end", text("Nordmat ")),
        named("signs alone", text("-")),
        named("a right-to-left override", text("Kaf\u{202e}fet")),
        named("an isolate", text("\u{2067}Kaffet")),
        named("a zero-width space", text("Kaf\u{200b}fet")),
        named("a byte order mark", text("\u{feff}Kaffet")),
        named("a no-break space", text("Nord\u{a0}mat")),
        named("a mark apart from its letter", text("Cafe\u{301}")),
        named("marks out of order", text("e\u{302}\u{323}")),
        named("a mark first", text("\u{301}a")),
        named("five marks in a row", text("x\u{300}\u{300}\u{300}\u{300}\u{300}")),
        named("three scripts", text("Кафе Καφέ")),
        named("every character", Input::Characters(0, u32::from(char::MAX))),
        named("Latin, Greek and Cyrillic", Input::Characters(0, 0x52f)),
    ];
    let about = "texts -> what a name looks like as it is written and in small letters, or the rule that the text \
                 breaks; characters -> how many can be in a name, and the digest of what they look like";
    check("names.json", about, samples, build);
}
