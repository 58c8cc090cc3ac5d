//! The fuzzer's targets as ordinary tests: every entry of the corpus in `fuzz/corpus`, and seeded mutations of it.

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use lojal_tests::targets::{TARGETS, Target, applied_operations, chain};
use lojal_types::Operation;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::strategy::ValueTree;

use super::damage::{Damage, damages};
use super::{runner, seeds};
use crate::vectors::writing;

/// The environment variable with which the seeds are written instead of only compared.
const WRITE_VARIABLE: &str = "LOJAL_WRITE_CORPUS";
/// The command that writes them.
const HOW_TO_WRITE: &str = "LOJAL_WRITE_CORPUS=1 cargo test -p lojal-tests --test conformance corpus";
/// Most bytes of the whole corpus, and of one entry: a repository isn't the place for what a fuzzer finds in a week.
const CORPUS_BYTES_MAX: usize = 1024 * 1024;
const ENTRY_BYTES_MAX: usize = 32 * 1024;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in the workspace").join("fuzz")
}

/// The names in a directory, in order.
fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    entries.map(|entry| entry.expect("a readable directory").file_name().to_string_lossy().into_owned()).collect()
}

/// The entries of a target's corpus by their names, in order.
fn corpus(target: &Target) -> Vec<(String, Vec<u8>)> {
    let directory = fuzz().join("corpus").join(target.name);
    let read = |name: String| {
        let bytes = fs::read(directory.join(&name)).expect("a readable file");
        (name, bytes)
    };
    names(&directory).into_iter().map(read).collect()
}

#[test]
fn every_target_has_a_fuzzer_a_corpus_and_a_word_in_the_readme_and_nothing_else_has() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(targets.len(), TARGETS.len(), "two targets share a name");
    assert_eq!(names(&fuzz().join("corpus")), targets, "left: directories of fuzz/corpus; right: the targets");
    let programs = names(&fuzz().join("fuzz_targets"));
    let expected: BTreeSet<String> = targets.iter().map(|name| format!("{name}.rs")).collect();
    assert_eq!(programs, expected, "left: files of fuzz/fuzz_targets; right: the targets");
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).expect("fuzz/Cargo.toml is there");
    let readme = fs::read_to_string(fuzz().join("README.md")).expect("fuzz/README.md is there");
    for name in &targets {
        let program = fs::read_to_string(fuzz().join("fuzz_targets").join(format!("{name}.rs"))).expect("readable");
        assert!(program.contains(&format!("targets::{name}(data)")), "fuzz_targets/{name}.rs drives another target");
        assert!(manifest.contains(&format!("name = \"{name}\"\n")), "fuzz/Cargo.toml has no program {name}");
        assert!(readme.contains(&format!("| `{name}` |")), "fuzz/README.md doesn't say what {name} checks");
    }
}

#[test]
fn the_corpus_is_small_and_no_target_is_without_entries() {
    let mut total = 0;
    for target in &TARGETS {
        let entries = corpus(target);
        assert!(!entries.is_empty(), "fuzz/corpus/{} is empty; write it with\n  {HOW_TO_WRITE}", target.name);
        for (name, bytes) in entries {
            assert!(bytes.len() <= ENTRY_BYTES_MAX, "{}/{name} has {} bytes: shorten it", target.name, bytes.len());
            total += bytes.len();
        }
    }
    assert!(total <= CORPUS_BYTES_MAX, "the corpus has {total} bytes: remove what reaches nothing new");
}

#[test]
fn the_seeds_of_the_corpus_are_those_that_are_made_from_the_vectors() {
    if writing() {
        // The vectors that the seeds are made from are just being written.
        return;
    }
    let is_writing = std::env::var_os(WRITE_VARIABLE).is_some_and(|value| value == "1");
    for target in &TARGETS {
        let directory = fuzz().join("corpus").join(target.name);
        let seeds = seeds::of(target.name);
        assert!(!seeds.is_empty(), "there are no seeds for {}: add some to robustness/seeds", target.name);
        for (name, bytes) in seeds {
            let path = directory.join(format!("seed-{name}"));
            if is_writing {
                fs::create_dir_all(&directory).expect("a writable directory");
                fs::write(&path, &bytes).expect("a writable directory");
            }
            let found = fs::read(&path).unwrap_or_default();
            assert!(found == bytes, "{} is not the seed; write it with\n  {HOW_TO_WRITE}", path.display());
        }
    }
}

#[test]
fn the_corpus_of_execute_applies_every_kind_of_operation() {
    let target = TARGETS.iter().find(|target| target.name == "execute").expect("there is this target");
    let applied: BTreeSet<&str> = corpus(target).iter().flat_map(|(_, bytes)| applied_operations(bytes)).collect();
    let kinds = chain().committed.iter().flat_map(|block| &block.transactions);
    let kinds = kinds.flat_map(|one| one.transaction().operations.iter().map(Operation::name).collect::<Vec<_>>());
    let missing: BTreeSet<&str> = kinds.filter(|name| !applied.contains(name)).collect();
    assert!(missing.is_empty(), "no entry applies {missing:?}: add seeds that do, or what the fuzzer finds");
}

/// Damages, and perhaps the end of another entry instead of one's own.
type Mutation = (Vec<Damage>, Option<(Index, Index)>);

fn mutation() -> impl Strategy<Value = Mutation> {
    (damages(), option::weighted(0.25, any::<(Index, Index)>()))
}

/// A mutation of one entry, given all of the same target.
fn mutate(entry: &[u8], all: &[(String, Vec<u8>)], (damages, splice): Mutation) -> Vec<u8> {
    let mut bytes = entry.to_vec();
    if let Some((other, at)) = splice {
        let other = &all[other.index(all.len())].1;
        let from = at.index(other.len().max(1)).min(other.len());
        bytes.truncate(at.index(bytes.len().max(1)));
        bytes.extend(&other[from..]);
    }
    damages.into_iter().for_each(|damage| damage.apply(&mut bytes));
    bytes
}

/// Runs a target on bytes; if it fails, they are kept and named.
fn run(target: &Target, entry: &str, bytes: &[u8]) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| (target.run)(bytes))).map_err(|_| {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{entry}", target.name));
        fs::write(&kept, bytes).expect("a writable directory");
        format!("{} fails on {entry} or a mutation of it: the bytes are in {}", target.name, kept.display())
    })
}

/// Plays a target's corpus, and its mutations, which are the same every time.
fn play(target: &Target) -> Result<(), String> {
    let entries = corpus(target);
    let mut runner = runner(1);
    for (name, bytes) in &entries {
        run(target, name, bytes)?;
        for _ in 0..target.mutations {
            let mutation = mutation().new_tree(&mut runner).expect("nothing is filtered").current();
            run(target, name, &mutate(bytes, &entries, mutation))?;
        }
    }
    Ok(())
}

#[test]
fn no_entry_of_the_corpus_and_no_mutation_of_one_breaks_a_target() {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let work = || {
        while let Some(target) = TARGETS.get(next.fetch_add(1, Ordering::SeqCst)) {
            if let Err(failure) = play(target) {
                failures.lock().expect("nobody panics with it").push(failure);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get) {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().expect("nobody panics with it");
    assert!(
        failures.is_empty(),
        "put these bytes into the corpus when they are repaired:\n  {}",
        failures.join("\n  ")
    );
}

#[test]
fn a_target_that_fails_would_be_found() {
    let fails = |data: &[u8]| assert_ne!(data.first(), Some(&7), "a seven");
    let target = Target { name: "a-test-of-the-test", run: fails, mutations: 0 };
    assert!(run(&target, "six", &[6]).is_ok());
    let failure = run(&target, "seven", &[7, 8]).expect_err("it asserts");
    let kept = failure.rsplit(' ').next().expect("a path");
    assert_eq!(fs::read(kept).ok(), Some(vec![7, 8]), "{failure}");
}
