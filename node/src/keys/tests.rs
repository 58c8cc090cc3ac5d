use std::net::SocketAddr;

use lojal_signer::Guard;
use lojal_types::Name;
use tempfile::TempDir;

use super::*;
use crate::config::NodeConfig;

/// A validator's directory.
fn validator(at: &TempDir) -> NodeDir {
    let (dir, keys) = (NodeDir::new(at.path().join("node")), NodeKeys::random());
    let gateway: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    let listen = "/ip4/127.0.0.1/tcp/0".parse().expect("an address");
    let config = NodeConfig::new("genesis.toml".into(), listen, gateway, Vec::new());
    dir.create(&keys.entry(name(), 1), &keys, &config).expect("a directory of its own");
    dir
}

fn name() -> Name {
    "nordmat".parse().expect("valid")
}

/// The validators of a ledger on which this key is the directory's.
fn ledger(dir: &NodeDir, key: PublicKey) -> [Validator; 1] {
    let network_key = PublicKey::new(*dir.network_key().expect("made").public_key().as_bytes());
    [Validator { name: name(), public_key: key, network_key, power: 1 }]
}

/// The directory has this key and nothing else to vote with, its guard has signed nothing, and the one before is kept.
fn assert_taken_over(dir: &NodeDir, before: &PublicKey, now: &PublicKey) {
    assert_eq!(dir.validator_key().expect("there").public_key(), *now);
    assert!(next(dir).expect("readable").is_none());
    let (standing, signed) = Guard::look(&Disk::real(), &dir.guard(), now).expect("a guard");
    assert!(!standing.is_doubtful && signed.is_empty());
    assert!(Guard::file(&dir.guard(), before).exists(), "what the one before has signed is not forgotten");
    assert!(dir.path().join(format!("retired/{before}.key")).exists() && !dir.next().path().exists());
    assert_eq!(dir.entry().expect("of these keys").into_validator().public_key, *now);
}

#[test]
fn the_next_key_takes_the_place_when_the_ledger_says_so_and_not_before() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let dir = validator(&at);
    let before = dir.validator_key().expect("made").public_key();
    assert!(take_over(&dir, &ledger(&dir, before)).expect("nothing to do").is_none());
    make(&dir).expect("there is none yet");
    assert!(matches!(make(&dir), Err(ConfigError::NextKey(_))), "one at a time");
    let now = next(&dir).expect("readable").expect("made").public_key();
    assert!(take_over(&dir, &ledger(&dir, before)).expect("nothing to do").is_none());
    let kept = take_over(&dir, &ledger(&dir, now)).expect("it can be moved").expect("it is due");
    assert!(kept.exists());
    assert_taken_over(&dir, &before, &now);
    assert!(take_over(&dir, &ledger(&dir, now)).expect("nothing to do").is_none());
}

#[test]
fn what_a_crash_interrupts_is_completed_by_the_next_start() {
    // Each is what a crash leaves after so many of the moves.
    for moves in 0..=3 {
        let at = tempfile::tempdir().expect("a temporary directory");
        let dir = validator(&at);
        let before = dir.validator_key().expect("made").public_key();
        make(&dir).expect("there is none yet");
        let (next, now) = (dir.next(), next(&dir).expect("readable").expect("made").public_key());
        let retired = dir.path().join("retired");
        fs::create_dir_all(&retired).expect("the disk works");
        let all = [
            (Guard::file(&next.guard(), &now), Guard::file(&dir.guard(), &now)),
            (next.entry_path(), dir.entry_path()),
            (dir.validator_key_path(), retired.join(format!("{before}.key"))),
        ];
        for (from, to) in &all[..moves] {
            fs::rename(from, to).expect("the disk works");
        }
        take_over(&dir, &ledger(&dir, now)).expect("it can be moved").expect("it is due");
        assert_taken_over(&dir, &before, &now);
    }
}

#[test]
fn a_next_key_that_is_the_own_one_is_removed_and_no_guard_is_ever_replaced() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let dir = validator(&at);
    let before = dir.validator_key().expect("made").public_key();
    make(&dir).expect("there is none yet");
    let (aside, now) = (at.path().join("aside"), next(&dir).expect("readable").expect("made").public_key());
    copy(dir.next().path(), &aside);
    take_over(&dir, &ledger(&dir, now)).expect("it can be moved").expect("it is due");
    let guard = fs::read(Guard::file(&dir.guard(), &now)).expect("a guard");
    // Somebody brings it back from a backup.
    copy(&aside, dir.next().path());
    assert!(take_over(&dir, &ledger(&dir, now)).expect("it can be removed").is_none());
    assert_taken_over(&dir, &before, &now);
    assert_eq!(fs::read(Guard::file(&dir.guard(), &now)).expect("a guard"), guard);
}

/// Copies a directory as `cp -a` does.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the disk works");
    for entry in fs::read_dir(from).expect("a directory") {
        let path = entry.expect("readable").path();
        let to = to.join(path.file_name().expect("it has a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(&path, &to).expect("the disk works");
        }
    }
}

#[test]
fn a_key_of_another_validator_never_takes_the_place() {
    let (at, elsewhere) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    let (dir, other) = (validator(&at), validator(&elsewhere));
    let own = dir.validator_key().expect("made").public_key();
    make(&dir).expect("there is none yet");
    let [theirs] = ledger(&other, next(&dir).expect("readable").expect("made").public_key());
    assert!(take_over(&dir, &[theirs]).expect("nothing to do").is_none());
    assert_eq!(dir.validator_key().expect("there").public_key(), own);
}

#[test]
fn a_next_key_that_can_not_be_read_leaves_the_own_one_in_its_place() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let dir = validator(&at);
    let own = dir.validator_key().expect("made").public_key();
    fs::create_dir_all(dir.next().path()).expect("the disk works");
    fs::write(dir.next().validator_key_path(), "").expect("the disk works");
    assert!(next(&dir).is_err() && take_over(&dir, &ledger(&dir, own)).expect("nothing to do").is_none());
}

#[test]
fn a_follower_has_no_next_key_and_says_so() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let dir = validator(&at);
    assert!(matches!(tell(&dir), Err(ConfigError::NoNextKey(_))));
    fs::remove_file(dir.validator_key_path()).expect("the disk works");
    assert!(matches!(make(&dir), Err(ConfigError::NoVote(_))));
    assert!(matches!(tell(&dir), Err(ConfigError::NoVote(_))));
}

#[test]
fn what_a_command_left_that_did_not_come_to_its_end_is_no_next_key() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let dir = validator(&at);
    fs::create_dir_all(dir.next().guard()).expect("the disk works");
    write_new(&dir.next().entry_path(), "half of one", 0o644).expect("the disk works");
    assert!(next(&dir).expect("readable").is_none());
    make(&dir).expect("in its place");
    assert!(next(&dir).expect("readable").is_some());
}

#[test]
fn a_key_that_a_signer_has_is_not_replaced_here() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let dir = validator(&at);
    let path = dir.path().join("node.toml");
    let config = NodeConfig { signer: Some("sign.sock".into()), ..dir.config().expect("made") };
    fs::write(&path, toml::to_string(&config).expect("it has a TOML form")).expect("the disk works");
    assert!(matches!(make(&dir), Err(ConfigError::KeyElsewhere(_))));
    assert!(!dir.next().path().exists());
}
