use super::*;

fn file(content: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("passphrase");
    std::fs::write(&path, content).expect("writable");
    (dir, path)
}

fn read(sources: &Sources) -> Result<String, PassphraseError> {
    sources.read(Purpose::Unlock).map(|passphrase| passphrase.0[0].to_string())
}

#[test]
fn the_option_comes_before_the_variables_and_a_file_before_a_text() {
    let (_first_dir, first) = file(b"first\n");
    let (_second_dir, second) = file(b"second\r\n");
    let mut sources = Sources { option_file: Some(first), variable_file: Some(second), variable: Some("third".into()) };
    assert_eq!(read(&sources).expect("there"), "first");
    sources.option_file = None;
    assert_eq!(read(&sources).expect("there"), "second");
    sources.variable_file = None;
    assert_eq!(read(&sources).expect("there"), "third");
}

#[test]
fn a_file_gives_the_same_passphrase_whichever_editor_wrote_it() {
    for content in ["a b", "a b ", "a b\n\n", "\u{feff}a b\r\n"] {
        let (_dir, path) = file(content.as_bytes());
        assert_eq!(read(&Sources { option_file: Some(path), ..Sources::default() }).expect("there"), "a b");
    }
}

#[test]
fn what_an_older_file_may_have_been_sealed_with_is_tried_last_and_seals_nothing_new() {
    let forms = |text: &str| {
        let passphrase = Passphrase::to_unlock(text.to_owned()).expect("valid");
        passphrase.forms().map(|form| String::from_utf8(form.to_vec()).expect("a text")).collect::<Vec<_>>()
    };
    assert_eq!(forms("plain"), ["plain"]);
    assert_eq!(forms("a\u{30a} "), ["å", "a\u{30a}", "a\u{30a} "]);
    assert_eq!(forms("å"), ["å", "a\u{30a}"]);
    assert_eq!(forms("  "), ["  "]);
    for blank in ["  ", "\u{feff}"] {
        assert!(matches!(Passphrase::new(blank.to_owned()), Err(PassphraseError::Typed(TypedError::Empty))));
    }
    assert!(matches!(Passphrase::new("a\u{200b}b".to_owned()), Err(PassphraseError::Typed(TypedError::Unseen(_)))));
}

#[test]
fn a_named_file_that_is_missing_or_no_text_is_not_skipped() {
    let (dir, not_text) = file(&[0xff, 0xfe]);
    for path in [dir.path().join("missing"), not_text] {
        let sources = Sources { option_file: Some(path), variable: Some("x".into()), ..Sources::default() };
        assert!(matches!(read(&sources), Err(PassphraseError::File { .. })));
    }
}

#[test]
fn the_longest_passphrase_fits_and_an_empty_or_longer_one_is_refused() {
    assert!(Passphrase::new("x".repeat(PASSPHRASE_BYTES_MAX)).is_ok());
    assert!(matches!(Passphrase::new("x".repeat(PASSPHRASE_BYTES_MAX + 1)), Err(PassphraseError::Length)));
    assert!(matches!(Passphrase::new(String::new()), Err(PassphraseError::Length)));
    let (_dir, path) = file(format!("{}\r\n", "x".repeat(PASSPHRASE_BYTES_MAX)).as_bytes());
    assert!(read(&Sources { option_file: Some(path), ..Sources::default() }).is_ok());
}

#[test]
fn a_passphrase_is_never_shown() {
    let passphrase = Passphrase::new("open sesame".to_owned()).expect("valid");
    assert!(!format!("{passphrase:?}").contains("sesame"));
}

#[test]
fn a_new_passphrase_has_ten_characters_and_an_old_one_as_many_as_it_has() {
    for (text, is_enough) in
        [("123456789", false), ("  123456789  ", false), ("ååååååååå", false), ("åååååååååå", true)]
    {
        let sources = Sources { variable: Some(text.into()), ..Sources::default() };
        let made = sources.read(Purpose::Create);
        assert_eq!(made.is_ok(), is_enough, "{text}");
        assert!(is_enough || matches!(made, Err(PassphraseError::Short)));
        assert!(sources.read(Purpose::Unlock).is_ok(), "{text}");
    }
}
