use std::fs;
use std::path::PathBuf;

use lojal_chain::light::LightState;
use tempfile::TempDir;

use super::{CHANGES as CHANGES_DIRECTORY, *};
use crate::backup::{self, BackupError};
use crate::testing::{CHANGES_EVERY, Chain, append, assert_same, open_small, options, validator};
use crate::{Opened, open};

/// Changes of the chains here, each after `CHANGES_EVERY` blocks; some blocks follow the last one.
const CHANGES: usize = 3;

fn chain() -> Chain {
    Chain::of(CHANGES * CHANGES_EVERY + 2)
}

/// A store with a chain whose last checkpoint was written after so many blocks.
fn store(chain: &Chain, checkpoint: usize) -> TempDir {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut opened = open_small(dir.path(), &chain.genesis, options()).expect("new");
    for (block, number) in chain.blocks.iter().zip(1..) {
        append(&mut opened, block);
        if number == checkpoint {
            opened.store.checkpoint().expect("the disk works");
        }
    }
    dir
}

fn reopen(dir: &TempDir, chain: &Chain) -> Result<Opened, StoreError> {
    open_small(dir.path(), &chain.genesis, options())
}

fn height_of(change: usize) -> Height {
    Height::new((change * CHANGES_EVERY) as u64)
}

fn path(dir: &TempDir, change: usize) -> PathBuf {
    file(&dir.path().join("changes"), height_of(change))
}

/// Asserts that all changes are there and lead from genesis to the last one.
fn assert_way(opened: &Opened, chain: &Chain) {
    let changes = opened.store.set_changes(Height::GENESIS, usize::MAX);
    let heights: Vec<Height> = changes.iter().map(|change| change.header.height).collect();
    assert_eq!(heights, (1..=CHANGES).map(height_of).collect::<Vec<_>>());
    let mut way = LightState::genesis(&chain.genesis);
    for change in &changes {
        way.advance(change).expect("it leads on");
    }
    assert_eq!(way.validators(), chain.state.view().validators());
}

#[test]
fn changes_are_known_after_a_restart_and_say_who_decides_at_which_height() {
    let chain = chain();
    let opened = reopen(&store(&chain, 0), &chain).expect("it stopped");
    assert_same(&opened, &chain);
    assert_way(&opened, &chain);
    let sets = &opened.store.shared().sets;
    for block in &chain.blocks {
        let header = &block.header;
        let key = |set: &ValidatorSet| set.validators()[0].public_key;
        let changes = (header.height.get() as usize - 1) / CHANGES_EVERY;
        assert_eq!(key(&sets.deciding(header.height)), validator(changes)[0].public_key(), "height {}", header.height);
        let named = opened.store.validators_of(&header.validators_hash).expect("they decided a block");
        assert_eq!(named, sets.deciding(header.height));
    }
    assert_eq!(opened.store.validators_of(&Hash::new([0; 32])), None);
}

#[test]
fn changes_are_answered_from_a_height_on_and_no_more_than_are_asked_for() {
    let chain = chain();
    let opened = reopen(&store(&chain, 0), &chain).expect("it stopped");
    let heights = |after: Height, count| -> Vec<Height> {
        opened.store.set_changes(after, count).iter().map(|change| change.header.height).collect()
    };
    assert_eq!(heights(Height::GENESIS, 2), [height_of(1), height_of(2)]);
    assert_eq!(heights(height_of(1), 9), [height_of(2), height_of(3)]);
    assert_eq!(heights(height_of(3), 9), []);
    assert_eq!(heights(Height::new(u64::MAX), 9), []);
}

#[test]
fn a_change_that_is_lost_or_damaged_is_made_again_from_the_log() {
    let chain = chain();
    let damages: [fn(PathBuf); 3] = [
        |path| fs::remove_file(path).expect("it is there"),
        |path| fs::write(path, b"").expect("it is there"),
        |path| {
            let mut bytes = fs::read(&path).expect("it is there");
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
            fs::write(path, bytes).expect("it is there");
        },
    ];
    for (damage, change) in damages.into_iter().zip(1..=CHANGES) {
        // Before the checkpoint, after which nothing is replayed, and after it.
        for checkpoint in [0, CHANGES * CHANGES_EVERY + 1] {
            let dir = store(&chain, checkpoint);
            damage(path(&dir, change));
            let opened = reopen(&dir, &chain).expect("the log has all");
            assert_eq!(opened.report.index_rebuilt.is_some(), checkpoint > 0, "change {change}");
            assert_same(&opened, &chain);
            assert_way(&opened, &chain);
            drop(opened);
            let opened = reopen(&dir, &chain).expect("it stopped");
            assert_eq!(opened.report.index_rebuilt, None, "once is enough");
            assert_way(&opened, &chain);
        }
    }
}

#[test]
fn a_damaged_change_that_the_log_does_not_have_stops_the_start_and_stays_where_it_is() {
    let chain = chain();
    let dir = store(&chain, 0);
    fs::write(path(&dir, 1), b"").expect("it is there");
    let load = |first| Sets::load(&Disk::real(), dir.path(), &chain.genesis, first).map(|_| ());
    let error = load(height_of(1).next()).expect_err("the log begins after it");
    assert!(matches!(error, StoreError::ChangesDamaged { height, .. } if height == height_of(1)), "{error}");
    assert!((1..=CHANGES).all(|change| path(&dir, change).exists()), "nothing is lost");
    load(height_of(1)).expect("the log has it");
    assert!((1..=CHANGES).all(|change| !path(&dir, change).exists()), "all that doesn't lead on is set aside");
}

#[test]
fn there_is_no_backup_with_a_damaged_change_and_nothing_is_made_of_one() {
    let chain = chain();
    let dir = store(&chain, 0);
    let [good, bad, made] = ["good", "bad", "made"].map(|name| dir.path().join(name));
    backup::write(dir.path(), &chain.genesis, &good).expect("all is there");
    let is_damage = |error: &BackupError| matches!(error, BackupError::ChangeDamaged { .. });
    for directory in [&good, &dir.path().to_owned()] {
        let path = file(&directory.join(CHANGES_DIRECTORY), height_of(2));
        let bytes = fs::read(&path).expect("it is there");
        fs::write(&path, &bytes[1..]).expect("it is there");
    }
    assert!(is_damage(&backup::read(&good, &chain.genesis, &made).expect_err("it is damaged")));
    assert!(is_damage(&backup::write(dir.path(), &chain.genesis, &bad).expect_err("it is damaged")));
}

#[test]
fn damage_right_before_the_validators_change_is_no_torn_end() {
    let chain = chain();
    let last = CHANGES * CHANGES_EVERY;
    let dir = tempfile::tempdir().expect("a temporary directory");
    let places: Vec<_> = {
        // All in one segment: a torn end is one in the last.
        let mut opened = open(dir.path(), &chain.genesis, options()).expect("new");
        chain.write_to(&mut opened);
        let place = |height: u64| opened.store.place(Height::new(height)).expect("readable").expect("committed").1;
        (last as u64..=last as u64 + 1).map(place).collect()
    };
    let [changing, first_of_others] = &places[..] else { unreachable!("two heights") };
    assert_eq!(changing.segment, first_of_others.segment);
    let segment = dir.path().join(format!("log/{:08}.log", changing.segment));
    let mut bytes = fs::read(&segment).expect("it is there");
    // The block that changes the validators, and its certificate: only the new ones have signed after that.
    let from = usize::try_from(changing.block_offset).expect("small") + 9;
    let to = usize::try_from(changing.end_offset).expect("small");
    bytes[from..to].fill(0);
    fs::write(&segment, bytes).expect("it is there");
    let error = open(dir.path(), &chain.genesis, options()).err().expect("a committed block is gone");
    let damaged = Height::new(last as u64);
    assert!(matches!(error, StoreError::Damaged { height, .. } if height == damaged), "{error}");
}
