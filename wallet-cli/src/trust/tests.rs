use lojal_types::{BlockId, Height, HexBytes, TimeMs};

use super::*;

fn seal(height: u64, block: u8) -> Seal {
    let bytes = HexBytes(vec![block]);
    let (block, time_ms) = (BlockId::new([block; 32]), TimeMs::new(height).expect("within bounds"));
    let (header, certificate, validators) = (bytes.clone(), bytes.clone(), Some(bytes));
    Seal { height: Height::new(height), block, time_ms, header, certificate, validators }
}

#[test]
fn the_latest_block_is_kept_and_none_before_it_is_taken_for_it() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let see = |seal: &Seal| super::see(home.path(), "http://a", seal).expect("writable");
    assert!(matches!(see(&seal(5, 1)), Seen::Latest));
    assert!(matches!(see(&seal(5, 1)), Seen::Latest));
    assert!(matches!(see(&seal(9, 2)), Seen::Latest));
    let Seen::Refused(ClientError::Behind { reason, .. }) = see(&seal(8, 3)) else { panic!("it is behind") };
    assert!(reason.contains("block 8") && reason.contains("block 9"), "{reason}");
    assert_eq!(kept(home.path()).expect("readable"), Some(seal(9, 2)));
}

#[test]
fn a_file_that_is_there_and_cannot_be_read_is_an_error_and_stays_as_it_is() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let path = home.path().join(FILE);
    assert_eq!(kept(home.path()).expect("none is none"), None);
    let whole = serde_json::to_string(&seal(9, 2)).expect("JSON");
    for text in ["", "{", "null", &whole[..whole.len() - 9]] {
        std::fs::write(&path, text).expect("writable");
        let error = super::see(home.path(), "http://a", &seal(3, 4)).expect_err("damaged").to_string();
        assert!(error.contains("trusted.json") && error.contains("--pin"), "{text}: {error}");
        assert_eq!(std::fs::read_to_string(&path).expect("there"), text);
    }
    std::fs::remove_file(&path).and_then(|()| std::fs::create_dir(&path)).expect("writable");
    let error = kept(home.path()).expect_err("a directory").to_string();
    assert!(error.contains("no regular file"), "{error}");
}

#[test]
fn a_block_that_cannot_be_kept_is_told_and_evidence_that_cannot_be_kept_is_no_excuse() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let gone = home.path().join("gone");
    assert!(super::see(&gone, "http://a", &seal(3, 4)).is_err());
    super::see(home.path(), "http://a", &seal(5, 1)).expect("writable");
    std::fs::create_dir(home.path().join("evidence-5.json")).expect("writable");
    let seen = super::see(home.path(), "http://a", &seal(5, 2)).expect("it is refused");
    let Seen::Refused(ClientError::Untrue { reason, .. }) = seen else { panic!("one of them is false") };
    assert!(reason.contains("can't be kept"), "{reason}");
}

#[test]
fn whoever_is_behind_is_told_with_the_file_and_the_cure() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let behind = || ClientError::Behind { url: "http://a".to_owned(), reason: "early".to_owned() };
    assert_eq!(with_cure(home.path(), behind()), behind(), "there is no file to blame");
    super::see(home.path(), "http://a", &seal(9, 2)).expect("writable");
    let told = with_cure(home.path(), behind()).to_string();
    assert!(told.contains("early") && told.contains("trusted.json") && told.contains("--pin"), "{told}");
}

#[test]
fn two_blocks_at_one_height_are_evidence() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let see = |seal: &Seal| super::see(home.path(), "http://a", seal).expect("writable");
    see(&seal(5, 1));
    let Seen::Refused(ClientError::Untrue { reason, .. }) = see(&seal(5, 2)) else { panic!("one of them is false") };
    assert!(reason.contains("evidence-5.json"), "{reason}");
    let text = std::fs::read_to_string(home.path().join("evidence-5.json")).expect("written");
    assert_eq!(serde_json::from_str::<[Seal; 2]>(&text).expect("both"), [seal(5, 1), seal(5, 2)]);
    assert_eq!(kept(home.path()).expect("readable"), Some(seal(5, 1)));
}

#[test]
fn the_last_block_of_some_validators_is_not_kept_since_nobody_could_go_on_from_it() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let see = |seal: &Seal| super::see(home.path(), "http://a", seal).expect("writable");
    see(&seal(5, 1));
    assert!(matches!(see(&Seal { validators: None, ..seal(6, 2) }), Seen::Latest));
    assert_eq!(kept(home.path()).expect("readable"), Some(seal(5, 1)));
}

#[test]
fn a_file_of_before_has_no_validators_and_is_read() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let old = serde_json::json!({
        "height": 5, "block": "01".repeat(32), "time_ms": 5, "header": "01", "certificate": "01"
    });
    std::fs::write(home.path().join(FILE), old.to_string()).expect("writable");
    assert_eq!(kept(home.path()).expect("readable"), Some(Seal { validators: None, ..seal(5, 1) }));
}
