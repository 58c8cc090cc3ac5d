use std::collections::BTreeSet;

use super::*;

fn states(faults: Faults, work: impl Fn(&Disk, &Path)) -> BTreeSet<Vec<(String, Vec<u8>)>> {
    let crashed = |seed| {
        let (dir, simulated) = (tempfile::tempdir().expect("a temporary directory"), SimulatedDisk::new());
        fs::write(dir.path().join("old"), b"old").expect("a temporary directory");
        simulated.set_faults(faults.clone());
        work(&simulated.disk(), dir.path());
        simulated.crash(seed).expect("the real disk works");
        let mut names = Disk::real().names(dir.path()).expect("a directory");
        names.sort();
        let read = |name: String| (name.clone(), fs::read(dir.path().join(name)).expect("a file"));
        names.into_iter().map(read).collect()
    };
    (0..60).map(crashed).collect()
}

fn files(list: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
    list.iter().map(|(name, content)| ((*name).to_owned(), content.to_vec())).collect()
}

const OLD: (&str, &[u8]) = ("old", b"old");

#[test]
fn what_was_synced_survives_every_crash_and_what_was_not_survives_some() {
    let append = |disk: &Disk, dir: &Path, is_synced: bool| {
        let mut file = disk.open_to_append(&dir.join("old")).expect("there");
        file.append(&[b"er"]).expect("no fault");
        if is_synced {
            file.sync().expect("no fault");
        }
    };
    let synced = states(Faults::default(), |disk, dir| append(disk, dir, true));
    assert_eq!(synced, BTreeSet::from([files(&[("old", b"older")])]));
    let unsynced = states(Faults::default(), |disk, dir| append(disk, dir, false));
    for left in [&b"old"[..], b"olde", b"older", b"old\0\0"] {
        assert!(unsynced.contains(&files(&[("old", left)])), "{left:?}");
    }
    assert!(unsynced.iter().all(|state| state[0].1.starts_with(b"old")));
    let lies = Faults { sync_lies: true, ..Faults::default() };
    assert!(states(lies, |disk, dir| append(disk, dir, true)).contains(&files(&[OLD])));
}

#[test]
fn names_that_were_not_synced_are_there_or_not() {
    let made = states(Faults::default(), |disk, dir| {
        disk.create(&dir.join("new")).and_then(|mut file| file.sync()).expect("no fault");
    });
    assert_eq!(made, BTreeSet::from([files(&[OLD]), files(&[("new", b""), OLD])]));
    let renamed = states(Faults::default(), |disk, dir| {
        disk.rename(&dir.join("old"), &dir.join("new")).expect("no fault");
    });
    assert_eq!(renamed, BTreeSet::from([files(&[OLD]), files(&[("new", b"old")])]));
    let removed = states(Faults::default(), |disk, dir| {
        disk.remove(&dir.join("old")).expect("no fault");
        disk.sync_directory(dir).expect("no fault");
    });
    assert_eq!(removed, BTreeSet::from([files(&[])]));
}

#[test]
fn after_a_failed_sync_only_what_is_written_again_is_durable() {
    let fails = Faults { sync_fails_after: Some(0), ..Faults::default() };
    let append = |disk: &Disk, dir: &Path| {
        let mut file = disk.open_to_append(&dir.join("old")).expect("there");
        file.append(&[&[b'x'; 600]]).expect("no fault");
        file.sync().expect_err("it fails");
        file.sync().expect("it claims to work");
    };
    assert!(states(fails.clone(), append).len() > 1);
    let again = states(fails, |disk, dir| {
        append(disk, dir);
        disk.rewrite(&dir.join("old"), 3).expect("no fault");
    });
    let whole = [&b"old"[..], &[b'x'; 600]].concat();
    assert_eq!(again, BTreeSet::from([files(&[("old", &whole)])]));
}

#[test]
fn a_file_cut_off_without_a_sync_is_whole_or_cut() {
    let cut = states(Faults { power_fails_after: Some(1), ..Faults::default() }, |disk, dir| {
        disk.truncate(&dir.join("old"), 1).expect_err("the power is cut before the sync");
        disk.len(&dir.join("old")).expect_err("the power is off");
    });
    assert_eq!(cut, BTreeSet::from([files(&[OLD]), files(&[("old", b"o")])]));
}

#[test]
fn a_full_disk_stays_full_and_other_faults_happen_once() {
    let (dir, simulated) = (tempfile::tempdir().expect("a temporary directory"), SimulatedDisk::new());
    let (disk, path) = (simulated.disk(), dir.path().join("file"));
    let mut file = disk.create(&path).expect("no fault");
    simulated.set_faults(Faults { full_after_bytes: Some(3), ..Faults::default() });
    assert!(file.append(&[b"four"]).is_err() && file.append(&[b"4"]).is_err());
    assert!(disk.create(&dir.path().join("other")).is_err());
    assert_eq!(fs::read(&path).expect("a file"), b"fou");
    simulated.set_faults(Faults { write_fails_after_bytes: Some(1), read_fails_after: Some(0), ..Faults::default() });
    assert!(file.append(&[b"five"]).is_err() && file.append(&[b"5"]).is_ok());
    assert!(disk.read_whole(&path).is_err());
    assert_eq!(disk.read_whole(&path).expect("it happens once").as_deref(), Some(&b"fouf5"[..]));
    assert_eq!(simulated.faults(), Faults::default());
}

#[test]
fn what_is_not_durable_in_a_directory_that_gets_another_name_goes_with_it() {
    let mut left = BTreeSet::new();
    for seed in 0..40 {
        let (dir, simulated) = (tempfile::tempdir().expect("a temporary directory"), SimulatedDisk::new());
        let (disk, before, after) = (simulated.disk(), dir.path().join("before"), dir.path().join("after"));
        disk.create_directory(&before).expect("no fault");
        disk.write_whole(&before.join("gone"), b"gone").expect("no fault");
        disk.remove(&before.join("gone")).expect("no fault");
        disk.create(&before.join("new")).expect("no fault").append(&[b"new"]).expect("no fault");
        disk.rename(&before, &after).expect("no fault");
        simulated.crash(seed).expect("the real disk works");
        assert!(!before.exists());
        let mut names = Disk::real().names(&after).expect("a directory");
        names.sort();
        left.insert(names.join(" "));
    }
    assert_eq!(left, ["", "gone", "gone new", "new"].map(str::to_owned).into());
}
