//! `lojal-sim` as its users run it: every run is a process of its own.

use std::path::Path;
use std::process::{Command, Output};

use lojal_simulator::change::{Change, Step};
use lojal_simulator::classes::{CLASSES, by_name};
use lojal_simulator::plan::{Plan, Plant};
use lojal_simulator::run::Report;
use lojal_simulator::schedule::{Fault, FaultKind};
use lojal_simulator::subprocess;

/// Enough for a few faults; the rest of a run is recovery.
const ACTIVE_MS: u64 = 10_000;

fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_lojal-sim"))
}

fn run(plan: &Plan) -> Report {
    subprocess::run(program(), plan, None).expect("a run gives a report")
}

fn plan(class: &str, seed: u64) -> Plan {
    by_name(class).expect("there is such a class").plan(seed, ACTIVE_MS, None)
}

fn lojal_sim(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).output().expect("the program is there")
}

#[test]
fn the_same_seed_gives_the_same_trace_and_another_seed_another() {
    let plan = |seed| plan("mixed", seed);
    let first = run(&plan(1));
    assert!(first.events > 1_000);
    for _ in 0..2 {
        let again = run(&plan(1));
        assert_eq!((&again.trace, again.events), (&first.trace, first.events));
        assert_eq!(Report { real_ms: 0, ..again }, Report { real_ms: 0, ..first.clone() });
    }
    assert_ne!(run(&plan(2)).trace, first.trace);
}

/// One seed of each class of this half: so two tests share the processors.
fn assert_clean(is_in_half: impl Fn(usize) -> bool) {
    for (index, class) in CLASSES.iter().enumerate().filter(|(index, _)| is_in_half(*index)) {
        let report = run(&plan(class.name, 100 + index as u64));
        assert_eq!(report.violations, [], "class {} seed {}", class.name, report.plan.seed);
        assert!(report.transactions > 0 && report.answers > 0, "class {}", class.name);
        let joins = matches!(class.name, "join" | "join-liars" | "join-crash-loop" | "far-behind");
        let has_joined = report.joins.iter().any(|join| join.contains("it has the state after block"));
        assert!(has_joined || !joins, "class {}: {:?}", class.name, report.joins);
    }
}

#[test]
fn nothing_is_wrong_with_a_run_of_every_other_class() {
    assert_clean(|index| index % 2 == 0);
}

#[test]
fn nothing_is_wrong_with_a_run_of_the_other_classes() {
    assert_clean(|index| index % 2 == 1);
}

#[test]
fn a_network_goes_over_to_the_next_version_and_the_old_program_ends_before_it() {
    let report = run(&plan("upgrade-mixed", 2));
    assert_eq!(report.violations, []);
    assert!(report.stops.iter().any(|stop| stop.contains("begins version 2 of the protocol")), "{:?}", report.stops);
}

#[test]
fn of_eight_followers_under_load_one_fetches_from_validators_and_the_others_from_followers() {
    const FOLLOWERS: std::ops::Range<usize> = 4..12;
    let follow = FOLLOWERS.map(|node| Step::Follow { node }).collect();
    // Clients wait a hundredth of a second at most: blocks come faster than followers hear of them.
    let plan = Plan {
        spares: FOLLOWERS.len(),
        pause_ms_max: 10,
        changes: vec![Change { at_ms: 500, steps: follow }],
        ..by_name("none").expect("there is such a class").plan(2, 2 * ACTIVE_MS, None)
    };
    let report = run(&plan);
    assert_eq!(report.violations, []);
    let (validators, followers) = report.given.split_at(FOLLOWERS.start);
    let (of_validators, of_followers): (u64, u64) = (validators.iter().sum(), followers.iter().sum());
    // All fetch the first few dozen blocks of validators, before they are connected to each other.
    assert!(of_validators <= 2 * report.height, "{of_validators} of {} blocks, {:?}", report.height, report.given);
    assert!(of_followers >= 6 * report.height, "{of_followers} of {} blocks, {:?}", report.height, report.given);
    assert!(validators.iter().all(|given| *given <= report.height), "{:?}", report.given);
}

#[test]
fn bugs_in_the_simulators_own_layers_are_found() {
    for (plant, class) in [(Plant::SkippedSync, "crash-all"), (Plant::HastyAnswers, "none")] {
        let found = (1..=3).any(|seed| {
            let plan = by_name(class).expect("there is one").plan(seed, ACTIVE_MS, Some(plant));
            !run(&plan).violations.is_empty()
        });
        assert!(found, "{plant:?}");
    }
}

#[test]
fn a_conspiracy_of_half_the_validators_is_noticed() {
    let reports: Vec<Report> = [2, 4].map(|seed| run(&plan("beyond-f", seed))).into();
    for report in &reports {
        assert_eq!(report.violations, []);
        assert!(report.evidence > 0 || !report.detections.is_empty(), "seed {}", report.plan.seed);
    }
}

#[test]
fn exit_codes_and_messages_tell_clean_from_failed_from_misused() {
    let clean = lojal_sim(&["run", "--faults", "none", "--seconds", "10", "--json"]);
    assert_eq!(clean.status.code(), Some(0));
    let report: Report = serde_json::from_slice(&clean.stdout).expect("a report in JSON");
    assert_eq!((report.plan.seed, report.violations.len()), (1, 0));

    let failed = lojal_sim(&["run", "--faults", "none", "--seconds", "10", "--plant", "hasty-answers"]);
    assert_eq!(failed.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&failed.stdout).contains("VIOLATION of finality"));

    for (arguments, message) in [
        (&["run", "--faults", "no-such"][..], "there is no class"),
        (&["run", "--faults", "all"], "one run has one class"),
        (&["run", "--seconds", "5"], "5 is not in 10..=3600"),
        (&["run", "--plan", "/nowhere/plan.json"], "can't use /nowhere/plan.json"),
        (&["campaign", "--runs", "0"], "0 is not in"),
        (&["planted", "--bug", "no-such"], "there is no bug"),
        (&["planted", "--bug", "lot-order"], "--source"),
        (&["no-such"], "unrecognized subcommand"),
        (&[], "Usage"),
    ] {
        let misused = lojal_sim(arguments);
        assert_eq!(misused.status.code(), Some(2), "{arguments:?}");
        let told = String::from_utf8_lossy(&misused.stderr).into_owned();
        assert!(told.contains(message), "{arguments:?}: {told}");
    }
}

#[test]
fn a_plan_that_makes_no_sense_is_refused() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let path = directory.path().join("plan.json");
    let good = plan("crash-one", 1);
    let stranger = Fault { kind: FaultKind::Restart { node: 4 }, ..good.faults[0].clone() };
    let backwards = Fault { end_ms: 0, ..good.faults[0].clone() };
    let spoilt = [
        ("a validator that does not exist", Plan { faults: vec![stranger], ..good.clone() }),
        ("ends before it begins", Plan { faults: vec![backwards], ..good.clone() }),
        ("there must be 1 to 32", Plan { validators: 0, ..good.clone() }),
        ("`pruning` names a node", Plan { pruning: [4].into(), ..good.clone() }),
        ("a second to a day", Plan { snapshot_ms: Some(999), ..good.clone() }),
    ];
    for (message, plan) in spoilt {
        std::fs::write(&path, serde_json::to_vec(&plan).expect("a plan has a JSON form")).expect("it can be written");
        let refused = lojal_sim(&["run", "--plan", path.to_str().expect("a path in text")]);
        assert_eq!(refused.status.code(), Some(2));
        let told = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(told.contains(message), "{told}");
    }
    std::fs::write(&path, "{\"seed\": ").expect("it can be written");
    assert_eq!(lojal_sim(&["run", "--plan", path.to_str().expect("a path in text")]).status.code(), Some(2));
}

#[test]
fn the_classes_are_listed() {
    let listed = String::from_utf8(lojal_sim(&["classes"]).stdout).expect("text");
    assert!(CLASSES.iter().all(|class| listed.contains(class.name) && listed.contains(class.what)));
}
