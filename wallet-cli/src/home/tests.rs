use lojal_types::{Bounded, Governance, Parameters, TimeMs, Validator};

use super::*;
use crate::backup::Backup;

fn genesis_toml(network: NetworkKind) -> String {
    let key = |seed: u8| KeyPair::from_seed(&[seed; 32]).public_key();
    let name: lojal_types::Name = "nordmat".parse().expect("valid");
    let validator = Validator { name: name.clone(), public_key: key(1), network_key: key(2), power: 1 };
    GenesisDocument {
        network,
        governance: Governance::of([&validator], |_| key(3)),
        parameters: Parameters { recovery_delay_ms: 60_000, ..Parameters::standard() },
        validators: Bounded::new(vec![validator]).expect("one"),
        ..GenesisDocument::empty(name, TimeMs::new(1_700_000_000_000).expect("in range"))
    }
    .to_toml()
}

fn passphrase() -> Passphrase {
    Passphrase::new("open sesame".to_owned()).expect("valid")
}

fn urls() -> Vec<String> {
    vec!["http://localhost:8080".to_owned()]
}

fn key() -> KeyPair {
    KeyPair::from_seed(&[7; 32])
}

pub(crate) fn create(dir: &Path) -> Result<Home, HomeError> {
    Home::create(dir, &key(), &passphrase(), &urls(), &genesis_toml(NetworkKind::Test))
}

pub(crate) fn temporary() -> (tempfile::TempDir, PathBuf) {
    let parent = tempfile::tempdir().expect("a temporary directory");
    let dir = parent.path().join("deep/home");
    (parent, dir)
}

#[test]
fn a_home_is_opened_as_it_was_made() {
    let (_parent, dir) = temporary();
    create(&dir).expect("made");
    let home = Home::open(&dir).expect("there");
    assert_eq!(home.address(), key().address());
    assert_eq!(home.address_text().to_string(), key().address().to_text(NetworkKind::Test).to_string());
    assert_eq!(home.chain_id(), Genesis::from_toml(&genesis_toml(NetworkKind::Test)).expect("valid").chain_id());
    assert_eq!(home.gateways(), urls());
    assert_eq!(home.unlock(&passphrase()).expect("right").seed(), key().seed());
    let wrong = home.unlock(&Passphrase::new("x".to_owned()).expect("valid")).expect_err("wrong");
    assert!(matches!(wrong, HomeError::Key { source: KeystoreError::WrongPassphrase, .. }));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_a_home() {
    use std::os::unix::fs::PermissionsExt;
    let (_parent, dir) = temporary();
    create(&dir).expect("made");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&dir), 0o700);
    for name in [KEY, GENESIS, SETTINGS] {
        assert_eq!(mode(&dir.join(name)), 0o600, "{name}");
    }
}

#[test]
fn a_key_is_never_overwritten() {
    let (_parent, dir) = temporary();
    create(&dir).expect("made");
    let before = fs::read(dir.join(KEY)).expect("there");
    let other = KeyPair::from_seed(&[8; 32]);
    let again = Home::create(&dir, &other, &passphrase(), &urls(), &genesis_toml(NetworkKind::Test));
    assert!(matches!(again, Err(HomeError::Exists(_))));
    assert_eq!(fs::read(dir.join(KEY)).expect("there"), before);
}

#[test]
fn nothing_is_made_of_wrong_input() {
    let (_parent, dir) = temporary();
    let toml = genesis_toml(NetworkKind::Test);
    let with = |urls: &[String], toml: &str| Home::create(&dir, &key(), &passphrase(), urls, toml);
    assert!(matches!(with(&urls(), "nonsense"), Err(HomeError::Content { .. })));
    assert!(matches!(with(&[], &toml), Err(HomeError::GatewayCount(0))));
    assert!(matches!(with(&vec![urls()[0].clone(); GATEWAYS_MAX + 1], &toml), Err(HomeError::GatewayCount(17))));
    assert!(matches!(with(&["nonsense".to_owned()], &toml), Err(HomeError::Gateway(_))));
    assert!(!dir.exists());
    assert!(matches!(Home::open(&dir), Err(HomeError::Missing(_))));
}

#[test]
fn a_home_whose_files_do_not_fit_together_is_not_opened() {
    let (_parent, dir) = temporary();
    create(&dir).expect("made");
    fs::write(dir.join(GENESIS), genesis_toml(NetworkKind::Main)).expect("writable");
    let error = Home::open(&dir).expect_err("a key of another network").to_string();
    assert!(error.contains("tloj1") && error.contains("loj1"), "{error}");
    fs::write(dir.join(GENESIS), genesis_toml(NetworkKind::Test)).expect("writable");
    let other = KeyPair::from_seed(&[8; 32]);
    let stranger =
        KeyFile::seal(other.address().to_text(NetworkKind::Test), &Secret::Key(other), &passphrase()).expect("sealed");
    fs::write(dir.join(KEY_NEXT), stranger.to_json()).expect("writable");
    assert!(matches!(Home::open(&dir), Err(HomeError::Content { .. })));
}

#[test]
fn a_rotation_keeps_the_address_and_the_old_key() {
    let (_parent, dir) = temporary();
    let mut home = create(&dir).expect("made");
    let next = home.begin_rotation(&passphrase()).expect("begun");
    assert_ne!(next.public_key(), key().public_key());
    assert_eq!(home.unlock(&passphrase()).expect("right").public_key(), key().public_key(), "the old key still signs");
    home.finish_rotation().expect("finished");
    let reopened = Home::open(&dir).expect("there");
    assert_eq!(reopened.address(), key().address());
    assert_eq!(reopened.unlock(&passphrase()).expect("right").seed(), next.seed());
    assert_eq!(reopened.next_public_key(), None);
    let old = read_key(&dir.join(KEY_OLD)).expect("readable").expect("kept");
    assert_eq!(old.unlock(&passphrase()).expect("right").key().seed(), key().seed());
}

#[test]
fn a_rotation_that_was_cut_short_goes_on_with_the_same_key() {
    let (_parent, dir) = temporary();
    let first = create(&dir).expect("made").begin_rotation(&passphrase()).expect("begun");
    let mut home = Home::open(&dir).expect("there");
    assert_eq!(home.next_public_key(), Some(first.public_key()));
    assert_eq!(home.begin_rotation(&passphrase()).expect("begun").seed(), first.seed());
    home.abandon_rotation().expect("abandoned");
    assert_eq!(Home::open(&dir).expect("there").next_public_key(), None);
    assert_ne!(home.begin_rotation(&passphrase()).expect("begun").seed(), first.seed());
}

fn create_backed(dir: &Path, rotation: u32) -> Home {
    let backup = Backup::from_entropy([7; 32]);
    let account = backup.key(0).address();
    let secret = Secret::Backup { backup, rotation };
    Home::create_for(account, dir, &secret, &passphrase(), &urls(), &genesis_toml(NetworkKind::Test)).expect("made")
}

#[test]
fn a_home_with_a_backup_rotates_to_the_backups_next_key_every_time() {
    let (_parent, dir) = temporary();
    let mut home = create_backed(&dir, 0);
    let backup = Backup::from_entropy([7; 32]);
    assert_eq!(home.public_key(), backup.key(0).public_key());
    for rotation in 1..=2 {
        let next = home.begin_rotation(&passphrase()).expect("begun");
        assert_eq!(next.seed(), backup.key(rotation).seed());
        home.finish_rotation().expect("finished");
        home = Home::open(&dir).expect("there");
        assert_eq!((home.public_key(), home.address()), (next.public_key(), backup.key(0).address()));
    }
    let first = home.begin_rotation(&passphrase()).expect("begun");
    home.abandon_rotation().expect("abandoned");
    assert_eq!(home.begin_rotation(&passphrase()).expect("begun").seed(), first.seed());
}

#[test]
fn a_home_adopts_the_account_that_was_recovered_to_its_key() {
    let (_parent, dir) = temporary();
    let mut home = create_backed(&dir, 0);
    home.begin_rotation(&passphrase()).expect("begun");
    let lost = key().address();
    home.adopt(lost, &passphrase()).expect("adopted");
    let reopened = Home::open(&dir).expect("there");
    assert_eq!((reopened.address(), reopened.next_public_key()), (lost, None));
    assert_eq!(reopened.public_key(), Backup::from_entropy([7; 32]).key(0).public_key());
    assert!(reopened.unlock(&passphrase()).is_ok());
    assert!(dir.join(KEY_OLD).exists());
}
