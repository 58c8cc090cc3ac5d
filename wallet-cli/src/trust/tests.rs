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
    assert_eq!(kept(home.path()), Some(seal(9, 2)));
    std::fs::write(home.path().join(FILE), "{").expect("writable");
    assert!(matches!(see(&seal(3, 4)), Seen::Latest), "what can't be read is as good as none");
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
    assert_eq!(kept(home.path()), Some(seal(5, 1)));
}

#[test]
fn the_last_block_of_some_validators_is_not_kept_since_nobody_could_go_on_from_it() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let see = |seal: &Seal| super::see(home.path(), "http://a", seal).expect("writable");
    see(&seal(5, 1));
    assert!(matches!(see(&Seal { validators: None, ..seal(6, 2) }), Seen::Latest));
    assert_eq!(kept(home.path()), Some(seal(5, 1)));
}

#[test]
fn a_file_of_before_has_no_validators_and_is_read() {
    let home = tempfile::tempdir().expect("a temporary directory");
    let old = serde_json::json!({
        "height": 5, "block": "01".repeat(32), "time_ms": 5, "header": "01", "certificate": "01"
    });
    std::fs::write(home.path().join(FILE), old.to_string()).expect("writable");
    assert_eq!(kept(home.path()), Some(Seal { validators: None, ..seal(5, 1) }));
}
