use lojal_types::NetworkKind;
use serde_json::{Value, json};

use super::*;

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).expect("valid")
}

fn seal(secret: &Secret) -> KeyFile {
    let address = secret.key().address().to_text(NetworkKind::Test);
    KeyFile::seal(address, secret, &passphrase("open sesame")).expect("random bytes")
}

fn sealed() -> KeyFile {
    seal(&Secret::Key(KeyPair::from_seed(&[7; 32])))
}

fn backup(rotation: u32) -> Secret {
    Secret::Backup { backup: Backup::from_entropy([7; 32]), rotation }
}

fn with(field: &str, value: Value) -> String {
    let mut json: Value = serde_json::from_str(&sealed().to_json()).expect("JSON");
    json[field] = value;
    json.to_string()
}

#[test]
fn a_key_comes_back_with_its_passphrase_and_only_with_it() {
    let file = KeyFile::from_json(&sealed().to_json()).expect("just written");
    let secret = file.unlock(&passphrase("open sesame")).expect("right passphrase");
    assert_eq!(secret.key().seed(), &[7; 32]);
    assert_eq!(file.public_key(), secret.key().public_key());
    let unlocked = file.unlock(&passphrase("open sesam"));
    assert!(matches!(unlocked, Err(KeystoreError::WrongPassphrase)));
}

/// A file as older programs made it: sealed with exactly these bytes.
fn sealed_with_bytes(passphrase: &str) -> KeyFile {
    let exactly = Passphrase::exactly(passphrase);
    let secret = Secret::Key(KeyPair::from_seed(&[7; 32]));
    KeyFile::seal(secret.key().address().to_text(NetworkKind::Test), &secret, &exactly).expect("random bytes")
}

#[test]
fn a_passphrase_opens_the_file_whatever_system_it_is_typed_on() {
    let file = KeyFile::seal(
        KeyPair::from_seed(&[7; 32]).address().to_text(NetworkKind::Test),
        &Secret::Key(KeyPair::from_seed(&[7; 32])),
        &passphrase("blåbärs\u{a0}kräm"),
    );
    let file = file.expect("random bytes");
    for typed in ["blåbärs kräm", "bla\u{30a}ba\u{308}rs kra\u{308}m", "\u{feff}blåbärs kräm\r\n"] {
        assert!(file.unlock(&passphrase(typed)).is_ok(), "{typed:?}");
    }
    assert!(matches!(file.unlock(&passphrase("blabars kram")), Err(KeystoreError::WrongPassphrase)));
}

#[test]
fn older_files_open_with_the_form_that_they_were_sealed_with() {
    for sealed in ["bla\u{30a}ba\u{308}r", "two  blanks", " blank before", "å\u{200b}b", "\u{feff}mark"] {
        let file = sealed_with_bytes(sealed);
        let again = Passphrase::to_unlock(sealed.to_owned()).expect("it was one");
        assert!(file.unlock(&again).is_ok(), "{sealed:?}");
    }
    let typed_elsewhere = Passphrase::to_unlock("blåbär".to_owned()).expect("valid");
    assert!(sealed_with_bytes("bla\u{30a}ba\u{308}r").unlock(&typed_elsewhere).is_ok());
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
        ("address", json!(other.address().to_text(NetworkKind::Test))),
        ("address", json!(KeyPair::from_seed(&[7; 32]).address().to_text(NetworkKind::Main))),
        ("public_key", json!(other.public_key())),
        ("ciphertext", json!(hex::encode(flipped))),
        ("nonce", json!("00".repeat(NONCE_BYTES))),
        ("salt", json!("00".repeat(SALT_BYTES))),
        ("iterations", json!(3)),
    ];
    for (field, value) in changes {
        let file = KeyFile::from_json(&with(field, value)).expect("the form holds");
        let unlocked = file.unlock(&passphrase("open sesame"));
        assert!(matches!(unlocked, Err(KeystoreError::WrongPassphrase)), "{field}");
    }
}

#[test]
fn a_backup_comes_back_with_the_rotation_of_its_key() {
    let file = KeyFile::from_json(&seal(&backup(3)).to_json()).expect("just written");
    assert_eq!((file.version, file.public_key()), (2, backup(3).key().public_key()));
    let Secret::Backup { backup: found, rotation } = file.unlock(&passphrase("open sesame")).expect("right") else {
        panic!("a backup was sealed")
    };
    assert_eq!((found.entropy(), rotation), (&[7; 32], 3));
    assert!(!file.to_json().contains(&hex::encode([7; 32])));
    let elsewhere = file.to_json().replace("\"rotation\": 3", "\"rotation\": 4");
    let file = KeyFile::from_json(&elsewhere).expect("the form holds");
    assert!(matches!(file.unlock(&passphrase("open sesame")), Err(KeystoreError::WrongPassphrase)));
}

#[test]
fn the_next_key_is_the_backups_next_or_a_random_one() {
    let next = backup(3).next().expect("far from the limit");
    assert_eq!(next.key().seed(), backup(4).key().seed());
    assert!(backup(ROTATIONS_MAX - 1).next().is_ok());
    assert!(matches!(backup(ROTATIONS_MAX).next(), Err(KeystoreError::TooManyRotations)));
    let bare = Secret::Key(KeyPair::from_seed(&[7; 32]));
    let next = bare.next().expect("random bytes");
    assert!(matches!(next, Secret::Key(_)));
    assert_ne!(next.key().seed(), bare.key().seed());
}

#[test]
fn a_rotation_belongs_into_files_of_version_2_and_stays_in_bounds() {
    let json = seal(&backup(3)).to_json();
    let with = |from: &str, to: &str| KeyFile::from_json(&json.replace(from, to)).err();
    assert_eq!(with("\"rotation\": 3", "\"rotation\": 1000"), None);
    assert_eq!(with("\"rotation\": 3", "\"rotation\": 1001"), Some(KeystoreError::Parameter("rotation")));
    assert!(matches!(with("\"version\": 2", "\"version\": 1"), Some(KeystoreError::Form(_))));
    assert!(matches!(with("\"rotation\": 3,", ""), Some(KeystoreError::Form(_))));
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
    for version in [0, 3] {
        let text = format!("{{\"version\": {version}, \"new\": true}}");
        assert_eq!(KeyFile::from_json(&text), Err(KeystoreError::Version(version)));
    }
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
