use std::collections::BTreeSet;

use proptest::prelude::*;
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::compose::is_composed;
use super::compositions::COMPOSITIONS;
use super::look::looks;
use super::*;

fn parsed(text: &str) -> Result<Name, NameError> {
    text.parse()
}

/// Every letter and mark of the tables, and ASCII's.
fn characters() -> Vec<char> {
    let beyond = [LETTERS, MARKS].into_iter().flatten().flat_map(|(_, ranges)| *ranges);
    let beyond = beyond.flat_map(|(first, last)| *first..=*last).filter_map(char::from_u32);
    ('A'..='Z').chain('a'..='z').chain(beyond).collect()
}

#[test]
fn names_of_every_script_in_everyday_use_are_names() {
    let names = [
        "Nordmat",
        "Fjällen",
        "Kaffet & Co.",
        "7-Eleven",
        "L'Oréal",
        "McDonald’s",
        "O2",
        "A",
        "9",
        "H&M (Stockholm)",
        "Кофейня",
        "Café Кофе",
        "Καφές",
        "עברית",
        "قهوة",
        "हिन्दी",
        "தமிழ்",
        "ไทย",
        "日本語のテスト",
        "카페 ABC",
        "Nguyễn",
        "Ẹ́kọ́",
        "Paral·lel",
        "ქართული",
        "Հայերեն",
    ];
    for name in names {
        assert_eq!(parsed(name).map(|name| name.to_string()), Ok(name.to_owned()));
    }
}

#[test]
fn what_nobody_sees_or_what_steers_a_line_is_in_no_name() {
    for hidden in
        "\u{202e}\u{2067}\u{200b}\u{feff}\u{200d}\u{ad}\u{2028}\u{34f}\u{3164}\u{fe0f}\u{e0061}\u{a0}\0\t\n\u{7f}"
            .chars()
    {
        for name in
            [format!("Kaf{hidden}fet"), format!("{hidden}Kaffet"), format!("Kaffet{hidden}"), hidden.to_string()]
        {
            assert_eq!(parsed(&name), Err(NameError::Character(hidden)), "{name:?}");
        }
    }
    for other in "_\"<>\\|{}*#€½Ⅷ①😀ﬁａ".chars() {
        assert_eq!(parsed(&format!("a{other}")), Err(NameError::Character(other)));
    }
    assert!(NameError::Character('\u{202e}').to_string().starts_with("U+202E "));
}

#[test]
fn blanks_stand_singly_and_inside() {
    for name in [" ", " a", "a ", "a  b"] {
        assert_eq!(parsed(name), Err(NameError::Blank), "{name:?}");
    }
    assert!(parsed("a b c").is_ok());
}

#[test]
fn a_name_is_one_to_sixty_four_bytes_with_a_letter_or_digit() {
    assert_eq!(parsed(""), Err(NameError::Length));
    assert!(parsed(&"a".repeat(64)).is_ok());
    assert_eq!(parsed(&"a".repeat(65)), Err(NameError::Length));
    assert_eq!(parsed(&"å".repeat(33)), Err(NameError::Length));
    for name in ["-", "& &", "()"] {
        assert_eq!(parsed(name), Err(NameError::Letter), "{name}");
    }
}

#[test]
fn one_script_stands_beside_latin() {
    assert_eq!(parsed("Кафе Καφέ"), Err(NameError::Scripts("Cyrillic", "Greek")));
    assert_eq!(parsed("ab עב कख"), Err(NameError::Scripts("Hebrew", "Devanagari")));
    assert!(parsed("漢字かなカナ한글").is_ok(), "they are written together");
}

#[test]
fn marks_follow_letters_and_are_few() {
    for name in ["\u{301}a", "a \u{327}", "1\u{301}", "x\u{300}\u{300}\u{300}\u{300}\u{300}"] {
        assert_eq!(parsed(name), Err(NameError::Marks), "{name:?}");
    }
    assert!(parsed("x\u{300}\u{300}\u{300}\u{300}").is_ok());
}

#[test]
fn a_name_has_one_form() {
    for name in ["Cafe\u{301}", "e\u{302}\u{323}", "ê\u{323}", "क\u{93c}ख\u{301}\u{93c}", "ক\u{9c7}\u{9be}"] {
        assert_eq!(parsed(name).err(), Some(NameError::Form), "{name:?}");
        assert!(parsed(&name.nfc().collect::<String>()).is_ok() || name.contains('\u{93c}'), "{name:?}");
    }
}

#[test]
fn a_name_that_is_refused_is_refused_in_every_encoding() {
    for text in ["Kaf\u{202e}fet", "Cafe\u{301}", " "] {
        let bytes = borsh::to_vec(text).expect("in memory");
        assert!(borsh::from_slice::<Name>(&bytes).is_err(), "{text:?}");
        assert!(serde_json::from_value::<Name>(text.into()).is_err(), "{text:?}");
    }
}

#[test]
fn names_that_look_alike_are_found_and_others_are_not() {
    let is_confusable = |one: &str, other: &str| confusable([(0, one), (1, other)].into_iter()).is_some();
    let alike = ["Kaffet", "KAFFET", "kaffet", "Kaffét", "Kaf-fet", "Kaf fet", "Kаffet", "КAFFET", "Kaffe\u{327}t"];
    for other in alike {
        assert!(is_confusable("Kaffet", other), "{other}");
    }
    for (one, other) in [
        ("Ikea", "lkea"),
        ("Ikea", "1kea"),
        ("Ikea", "IKEA"),
        ("Nordmat", "N0rdmat"),
        ("Nordmat", "Nordrnat"),
        ("Fjällen", "Fjallen"),
        ("Nord/Mat", "Nordmat!"),
        ("Søren", "Soren"),
        ("Νίκη", "ΝΊΚΗ"),
        ("Οίκος", "Oίκος"),
    ] {
        assert!(is_confusable(one, other) && is_confusable(other, one), "{one} {other}");
    }
    for (one, other) in
        [("Kaffet", "Kaffe"), ("Nordmat", "Sydmat"), ("a-1", "a-2"), ("b10", "b11"), ("カフェ", "カレー")]
    {
        assert!(!is_confusable(one, other), "{one} {other}");
    }
    assert_eq!(confusable([(7, "kaffet"), (7, "Kaffet"), (9, "te")].into_iter()), None, "of one owner");
}

#[test]
fn every_pair_of_a_letter_and_a_mark_is_composed_as_unicode_says() {
    let composed = COMPOSITIONS.iter().flat_map(|(whole, first, _)| [*whole, *first]).filter_map(char::from_u32);
    let marks: BTreeSet<char> = COMPOSITIONS.iter().filter_map(|(.., mark)| char::from_u32(*mark)).collect();
    for letter in composed.collect::<BTreeSet<char>>() {
        for mark in &marks {
            let text = String::from_iter([letter, *mark]);
            assert_eq!(is_composed(&text), is_nfc(&text), "{text:?}");
        }
    }
}

/// Marks of several combining classes and scripts.
const COMBINING: [char; 8] = ['\u{300}', '\u{301}', '\u{323}', '\u{327}', '\u{302}', '\u{31b}', '\u{93c}', '\u{651}'];

proptest! {
    #[test]
    fn letters_and_marks_are_composed_as_unicode_says(
        text in prop::collection::vec(prop::sample::select(characters()), 1..6),
        marks in prop::collection::vec(prop::sample::select(COMBINING.to_vec()), 1..5)
    ) {
        let text: String = text.into_iter().chain(marks).collect();
        prop_assert_eq!(is_composed(&text), is_nfc(&text), "{:?}", text);
        let composed: String = text.nfc().collect();
        prop_assert!(composed.chars().any(|c| kind(c).is_none()) || is_composed(&composed), "{:?}", composed);
    }
    #[test]
    fn what_a_text_looks_like_looks_the_same_in_its_other_form(
        text in prop::collection::vec(prop::sample::select(characters()), 1..8)
    ) {
        let text: String = text.into_iter().collect();
        prop_assert_eq!(looks(&text), looks(&text.nfd().nfc().collect::<String>()));
    }
}
