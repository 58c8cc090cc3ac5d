use std::process::Command;

use super::*;

#[test]
fn every_bug_has_a_name_of_its_own_a_class_and_a_patch_if_it_needs_one() {
    let mut names = names();
    assert!(names.len() >= 10);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), BUGS.len());
    for bug in &BUGS {
        assert!(by_name(bug.class).is_some() || bug.class == HISTORIES, "{}", bug.name);
        let has_patch = PATCHES.iter().any(|(name, patch)| *name == bug.name && patch.contains(bug.name));
        assert_eq!(has_patch, bug.plant.is_none(), "{}", bug.name);
    }
}

/// The patches fit the source as it is, one after the other.
#[test]
fn the_patches_apply() {
    let source = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let copy = tempfile::tempdir().expect("a temporary directory");
    let touched = PATCHES.iter().flat_map(|(_, patch)| patch.lines().filter_map(|line| line.strip_prefix("+++ b/")));
    for path in touched {
        let to = copy.path().join(path);
        std::fs::create_dir_all(to.parent().expect("it is below the copy")).expect("a temporary directory");
        std::fs::copy(source.join(path), to).expect("the file is there");
    }
    for (name, patch) in PATCHES {
        let path = copy.path().join("the.patch");
        std::fs::write(&path, patch).expect("a temporary directory");
        let mut git = Command::new("git");
        git.arg("apply").arg(&path).current_dir(copy.path()).env("GIT_CEILING_DIRECTORIES", copy.path());
        let output = git.output().expect("git is there");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

fn search_for(only: Option<&str>) -> Result<Vec<Found>, PlantError> {
    search(&Search {
        program: PathBuf::from("/nowhere/lojal-sim"),
        only: only.map(str::to_owned),
        seeds: Some(1),
        source: None,
        target_dir: None,
        scratch: PathBuf::from("/nowhere"),
        jobs: 1,
    })
}

#[test]
fn what_cannot_be_planted_is_told() {
    assert!(matches!(search_for(Some("no-such-bug")), Err(PlantError::Unknown(_))));
    assert!(matches!(search_for(Some("lot-order")), Err(PlantError::NoSource(_))));
}
