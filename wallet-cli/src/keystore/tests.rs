use lojal_types::Network;
use serde_json::{Value, json};

use super::*;

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).expect("valid")
}

fn sealed() -> KeyFile {
    let key = KeyPair::from_seed(&[7; 32]);
    KeyFile::seal(key.address().text(Network::Test), &key, &passphrase("open sesame")).expect("random bytes")
}

fn with(field: &str, value: Value) -> String {
    let mut json: Value = serde_json::from_str(&sealed().to_json()).expect("JSON");
    json[field] = value;
    json.to_string()
}

#[test]
fn a_key_comes_back_with_its_passphrase_and_only_with_it() {
    let file = KeyFile::from_json(&sealed().to_json()).expect("just written");
    let key = file.unlock(&passphrase("open sesame")).expect("right passphrase");
    assert_eq!(key.seed(), &[7; 32]);
    assert_eq!(file.public_key(), key.public_key());
    assert_eq!(file.unlock(&passphrase("open sesame ")).err(), Some(KeystoreError::WrongPassphrase));
}

#[test]
fn two_files_of_one_key_share_nothing_secret() {
    let (first, second) = (sealed(), sealed());
    assert_ne!(first.salt, second.salt);
    assert_ne!(first.nonce, second.nonce);
    assert_ne!(first.ciphertext, second.ciphertext);
    assert!(!first.to_json().contains(&hex::encode([7; 32])));
}

#[test]
fn a_changed_file_does_not_open() {
    let other = KeyPair::from_seed(&[8; 32]);
    let mut flipped = hex::decode(sealed().ciphertext).expect("hex");
    flipped[0] ^= 1;
    let changes = [
        ("address", json!(other.address().text(Network::Test))),
        ("address", json!(KeyPair::from_seed(&[7; 32]).address().text(Network::Main))),
        ("public_key", json!(other.public_key())),
        ("ciphertext", json!(hex::encode(flipped))),
        ("nonce", json!("00".repeat(NONCE_BYTES))),
        ("salt", json!("00".repeat(SALT_BYTES))),
        ("iterations", json!(3)),
    ];
    for (field, value) in changes {
        let file = KeyFile::from_json(&with(field, value)).expect("the form holds");
        assert_eq!(file.unlock(&passphrase("open sesame")).err(), Some(KeystoreError::WrongPassphrase), "{field}");
    }
}

#[test]
fn parameters_are_read_up_to_their_bounds_and_not_beyond() {
    let cases = [
        ("memory_kib", MEMORY_KIB_MIN, MEMORY_KIB_MAX),
        ("iterations", ITERATIONS_MIN, ITERATIONS_MAX),
        ("parallelism", 1, PARALLELISM_MAX),
    ];
    for (field, min, max) in cases {
        for right in [min, max] {
            assert!(KeyFile::from_json(&with(field, json!(right))).is_ok(), "{field} {right}");
        }
        for wrong in [min - 1, max + 1] {
            let read = KeyFile::from_json(&with(field, json!(wrong)));
            assert_eq!(read, Err(KeystoreError::Parameter(field)), "{field} {wrong}");
        }
    }
}

#[test]
fn what_is_no_key_file_or_a_later_one_is_told_apart() {
    assert_eq!(KeyFile::from_json("{\"version\": 2, \"new\": true}"), Err(KeystoreError::Version(2)));
    for wrong in ["", "{}", "[]", "{\"version\": 1}"] {
        assert!(matches!(KeyFile::from_json(wrong), Err(KeystoreError::Form(_))), "{wrong}");
    }
    let cases = [
        ("salt", json!("00")),
        ("nonce", json!("zz".repeat(NONCE_BYTES))),
        ("ciphertext", json!("00".repeat(CIPHERTEXT_BYTES + 1))),
        ("cipher", json!("rot13")),
        ("derivation", json!("md5")),
        ("more", json!(1)),
    ];
    for (field, value) in cases {
        assert!(matches!(KeyFile::from_json(&with(field, value)), Err(KeystoreError::Form(_))), "{field}");
    }
}
