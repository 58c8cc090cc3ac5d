use lojal_random::Random;
use lojal_store::{Faults, SimulatedDisk};
use lojal_types::{KeyPair, VoteKind};

use super::*;
use crate::testing::{CHAIN, Seen, any, key, new_guard, open, precommit, prevote, proposal, vote};

const OTHER_CHAIN: ChainId = ChainId::new([2; 32]);

fn real() -> (tempfile::TempDir, Disk, PathBuf) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let directory = dir.path().join("guard");
    (dir, Disk::real(), directory)
}

fn signature(guard: &mut Guard, statement: Statement) -> Signed {
    match guard.sign(&statement).expect("the disk works") {
        Answer::Signed(signed) => signed,
        other => panic!("{statement}: {other:?}"),
    }
}

#[test]
fn what_was_signed_is_remembered_through_restarts_and_signed_alike() {
    let (_dir, disk, directory) = real();
    let mut guard = new_guard(&disk, &directory);
    let first = signature(&mut guard, prevote(4, 0, 1));
    drop(guard);
    let mut guard = open(&disk, &directory);
    assert_eq!(guard.standing().height, Height::new(4));
    assert_eq!(signature(&mut guard, prevote(4, 0, 1)), first);
    assert!(!guard.standing().has_strayed);
    assert_eq!(guard.sign(&prevote(4, 0, 2)).expect("the disk works"), Answer::Instead(first));
    assert!(guard.standing().has_strayed, "the engine's own log won't say that");
    assert_eq!(guard.sign(&prevote(3, 0, 2)).expect("the disk works"), Answer::Below(Height::new(4)));
    drop(guard);
    let mut guard = open(&disk, &directory);
    assert!(guard.standing().has_strayed);
    signature(&mut guard, prevote(5, 0, 1));
    assert!(!guard.standing().has_strayed);
}

#[test]
fn an_engine_of_a_later_start_is_held_to_the_lock_of_the_earlier_one() {
    let (_dir, disk, directory) = real();
    let mut guard = new_guard(&disk, &directory);
    signature(&mut guard, precommit(4, 0, 1));
    signature(&mut guard, prevote(4, 1, 2));
    drop(guard);
    let mut guard = open(&disk, &directory);
    let answer = guard.sign(&prevote(4, 2, 2)).expect("the disk works");
    let Answer::Instead(signed) = answer else { panic!("{answer:?}") };
    assert_eq!(signed.statement, vote(VoteKind::Prevote, 4, 2, None));
    assert_eq!(guard.sign(&prevote(4, 2, 2)).expect("the disk works"), Answer::Instead(signed));
    assert_eq!(guard.sign(&proposal(4, 3, 1)).map(|answer| matches!(answer, Answer::Signed(_))).ok(), Some(true));
    assert_eq!(guard.sign(&proposal(4, 3, 2)).expect("the disk works"), Answer::Withheld);
}

#[test]
fn nothing_is_signed_for_others_or_outside_of_rounds() {
    let (_dir, disk, directory) = real();
    let mut guard = new_guard(&disk, &directory);
    let (Statement::Vote(good), Statement::Proposal(proposed)) = (prevote(1, 0, 1), proposal(1, 0, 1)) else {
        panic!("a vote and a proposal")
    };
    let validator = KeyPair::from_seed(&[8; 32]).address();
    let foreign = Statement::Vote(lojal_types::VoteContent { validator, ..good });
    let roundless = Statement::Proposal(crate::ProposalContent { round: None, ..proposed });
    for statement in [foreign, roundless] {
        assert!(matches!(guard.sign(&statement), Err(GuardError::Misuse(_))));
    }
    assert_eq!(guard.standing(), Standing::default());
    signature(&mut guard, prevote(1, 0, 1));
}

#[test]
fn a_guard_that_is_missing_another_keys_or_another_networks_is_named() {
    let (_dir, disk, directory) = real();
    assert!(matches!(Guard::open(&disk, &directory, key(), CHAIN), Err(GuardError::Missing(_))));
    drop(new_guard(&disk, &directory));
    let again = Guard::create(&disk, &directory, &key().public_key(), false);
    assert!(matches!(again, Err(GuardError::Exists(_))));
    let other = Guard::open(&disk, &directory, key(), OTHER_CHAIN);
    assert!(matches!(other, Err(GuardError::OtherChain { found: CHAIN, .. })));
    let other_key = KeyPair::from_seed(&[8; 32]);
    let place = path_of(&directory, &other_key.public_key());
    std::fs::rename(path_of(&directory, &key().public_key()), place).expect("a directory of ours");
    assert!(matches!(Guard::open(&disk, &directory, other_key, CHAIN), Err(GuardError::OtherKey(_))));
}

#[test]
fn a_second_process_with_the_key_is_refused_and_a_look_is_not() {
    let (_dir, disk, directory) = real();
    let mut guard = new_guard(&disk, &directory);
    let signed = signature(&mut guard, prevote(4, 0, 1));
    assert!(matches!(Guard::open(&disk, &directory, key(), CHAIN), Err(GuardError::Locked(_))));
    let adopted = Guard::adopt(&disk, &directory, &key().public_key(), Adoption::Moved);
    assert!(matches!(adopted, Err(GuardError::Locked(_))));
    let (standing, statements) = Guard::look(&disk, &directory, &key().public_key()).expect("readable");
    assert_eq!((standing.height, statements), (Height::new(4), vec![signed]));
    drop(guard);
    open(&disk, &directory);
}

#[test]
fn a_copy_is_refused_until_somebody_says_what_it_is() {
    for (adoption, is_doubtful) in [(Adoption::Moved, false), (Adoption::Copied, true)] {
        let (dir, disk, directory) = real();
        signature(&mut new_guard(&disk, &directory), prevote(4, 0, 1));
        let (from, elsewhere) = (path_of(&directory, &key().public_key()), dir.path().join("elsewhere"));
        std::fs::create_dir(&elsewhere).expect("a directory of ours");
        std::fs::copy(&from, path_of(&elsewhere, &key().public_key())).expect("a directory of ours");
        assert!(matches!(Guard::open(&disk, &elsewhere, key(), CHAIN), Err(GuardError::Copied(_))));
        let standing = Guard::adopt(&disk, &elsewhere, &key().public_key(), adoption).expect("it is there");
        assert_eq!((standing.height, standing.is_doubtful), (Height::new(4), is_doubtful));
        let mut guard = open(&disk, &elsewhere);
        assert_eq!(guard.standing().is_doubtful, is_doubtful);
        guard.settle(Height::new(9)).expect("the disk works");
        assert_eq!(guard.standing(), Standing { height: Height::new(9), ..Standing::default() });
        drop(guard);
        assert_eq!(open(&disk, &elsewhere).standing().height, Height::new(9));
        // Renamed, it is the same file.
        let renamed = dir.path().join("renamed");
        std::fs::rename(&elsewhere, &renamed).expect("a directory of ours");
        open(&disk, &renamed);
    }
}

#[test]
fn damage_is_told_and_a_newer_version_is_left_alone() {
    let (_dir, disk, directory) = real();
    let mut guard = new_guard(&disk, &directory);
    for round in 0..20 {
        signature(&mut guard, prevote(4, round, 1));
    }
    drop(guard);
    let path = path_of(&directory, &key().public_key());
    let whole = std::fs::read(&path).expect("just written");
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    std::fs::write(&path, damaged).expect("a file of ours");
    assert!(matches!(Guard::open(&disk, &directory, key(), CHAIN), Err(GuardError::Damaged { .. })));
    let file = disk.identity(&path).expect("it is there");
    let newer = Header { version: VERSION + 1, key: key().public_key(), chain: None, file };
    std::fs::write(&path, framed::write(&Record::Header(newer))).expect("a file of ours");
    assert!(matches!(Guard::open(&disk, &directory, key(), CHAIN), Err(GuardError::Version { found: 2, .. })));
    std::fs::write(&path, []).expect("a file of ours");
    assert!(matches!(Guard::open(&disk, &directory, key(), CHAIN), Err(GuardError::Damaged { offset: 0, .. })));
}

#[test]
fn a_guard_doesnt_grow_without_end() {
    let (_dir, disk, directory) = real();
    let mut guard = new_guard(&disk, &directory);
    let path = path_of(&directory, &key().public_key());
    let statements = GUARD_BYTES_MAX / 100;
    for height in 1..=statements {
        signature(&mut guard, prevote(height, 0, 1));
        assert!(std::fs::metadata(&path).expect("it is there").len() <= GUARD_BYTES_MAX);
    }
    drop(guard);
    assert_eq!(open(&disk, &directory).standing().height, Height::new(statements));
}

#[test]
fn after_a_failed_write_or_sync_nothing_is_signed_until_the_guard_is_opened_again() {
    let full = Faults { full_after_bytes: Some(20), ..Faults::default() };
    let cut = Faults { write_fails_after_bytes: Some(20), ..Faults::default() };
    let unsynced = Faults { sync_fails_after: Some(0), ..Faults::default() };
    for faults in [full, cut, unsynced] {
        let (dir, simulated) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new());
        let mut guard = new_guard(&simulated.disk(), dir.path());
        simulated.set_faults(faults.clone());
        let error = guard.sign(&prevote(4, 0, 1)).expect_err("the disk refuses");
        assert!(error.to_string().contains("nothing is signed"), "{error}");
        simulated.set_faults(Faults::default());
        assert!(matches!(guard.sign(&prevote(4, 0, 1)), Err(GuardError::Poisoned)), "{faults:?}");
        assert!(matches!(guard.settle(Height::new(9)), Err(GuardError::Poisoned)));
        drop(guard);
        signature(&mut open(&simulated.disk(), dir.path()), prevote(4, 0, 1));
    }
}

#[test]
fn a_full_disk_at_the_start_is_told_and_leaves_the_guard_as_it_is() {
    let (dir, simulated) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new());
    let first = signature(&mut new_guard(&simulated.disk(), dir.path()), prevote(4, 0, 1));
    simulated.set_faults(Faults { full_after_bytes: Some(0), ..Faults::default() });
    let opened = Guard::open(&simulated.disk(), dir.path(), key(), CHAIN);
    assert!(matches!(opened, Err(GuardError::Disk(_))));
    simulated.set_faults(Faults::default());
    assert_eq!(signature(&mut open(&simulated.disk(), dir.path()), prevote(4, 0, 1)), first);
}

/// Asks for statements until the disk fails; what is answered has left.
fn live(guard: &mut Guard, seen: &mut Seen, random: &mut Random, label: &str) {
    for _ in 0..random.below(12) {
        let statement = any(random);
        let is_new_engine = random.below(4) == 0;
        if is_new_engine {
            guard.enter();
        }
        match guard.sign(&statement) {
            Ok(Answer::Signed(signed) | Answer::Instead(signed)) => seen.leaves(signed, is_new_engine, label),
            Ok(Answer::Withheld | Answer::Below(_)) => {}
            Err(_) => return,
        }
    }
}

#[test]
fn no_sequence_of_requests_faults_crashes_and_restarts_makes_two_contradicting_signatures() {
    for seed in 0..400 {
        let (dir, simulated) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new());
        let (mut random, mut seen) = (Random::new(seed), Seen::default());
        drop(new_guard(&simulated.disk(), dir.path()));
        for life in 0..6 {
            let label = format!("seed {seed}, life {life}");
            let none = Faults::default();
            let faults = match random.below(5) {
                0 => Faults { sync_fails_after: Some(random.below(8) as u32), ..none },
                1 => Faults { write_fails_after_bytes: Some(random.below(1_500)), ..none },
                2 | 3 => Faults { power_fails_after: Some(random.below(30) as u32), ..none },
                _ => none,
            };
            simulated.set_faults(faults);
            // A start can fail at any place, too.
            if let Ok(mut guard) = Guard::open(&simulated.disk(), dir.path(), key(), CHAIN) {
                live(&mut guard, &mut seen, &mut random, &label);
            }
            let is_off = simulated.faults().power_is_off;
            simulated.set_faults(Faults::default());
            if is_off || random.coin() {
                simulated.crash(random.number()).expect("the real disk works");
            }
        }
        open(&simulated.disk(), dir.path());
    }
}

#[test]
fn a_power_cut_at_any_operation_takes_no_signature_that_has_left() {
    for operations in 0..60 {
        for seed in 0..6 {
            let (dir, simulated) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new());
            drop(new_guard(&simulated.disk(), dir.path()));
            simulated.set_faults(Faults { power_fails_after: Some(operations), ..Faults::default() });
            let mut left = Vec::new();
            if let Ok(mut guard) = Guard::open(&simulated.disk(), dir.path(), key(), CHAIN) {
                for statement in (1..10).flat_map(|height| [prevote(height, 0, 1), precommit(height, 0, 1)]) {
                    let Ok(Answer::Signed(signed)) = guard.sign(&statement) else { break };
                    left.push(signed);
                }
            }
            simulated.set_faults(Faults::default());
            simulated.crash(seed).expect("the real disk works");
            let mut guard = open(&simulated.disk(), dir.path());
            let Some(last) = left.last() else { continue };
            let (height, label) = (guard.standing().height, format!("{operations} operations, seed {seed}"));
            // A record that was being written may be there, too; its signature has never left.
            assert!(height == last.statement.height() || height == last.statement.height().next(), "{label}");
            if height == last.statement.height() {
                assert_eq!(signature(&mut guard, last.statement), *last, "{label}");
            }
        }
    }
}

#[test]
fn a_guard_that_isnt_synced_would_be_found_out() {
    let contradicts = |seed: &u64| {
        let (dir, simulated) = (tempfile::tempdir().expect("temporary"), SimulatedDisk::new());
        let mut guard = new_guard(&simulated.disk(), dir.path());
        simulated.set_faults(Faults { sync_lies: true, ..Faults::default() });
        let first = signature(&mut guard, prevote(4, 0, 1));
        drop(guard);
        simulated.set_faults(Faults::default());
        simulated.crash(*seed).expect("the real disk works");
        open(&simulated.disk(), dir.path()).sign(&prevote(4, 0, 2)).expect("the disk works") != Answer::Instead(first)
    };
    assert!((0..20).filter(contradicts).count() > 5);
}
