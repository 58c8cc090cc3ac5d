use super::*;
use crate::schedule::FaultKind;

const ACTIVE_MS: u64 = 20_000;

#[test]
fn every_class_has_a_name_of_its_own_and_draws_plans_that_can_be_run() {
    let mut names: Vec<&str> = CLASSES.iter().map(|class| class.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), CLASSES.len());
    assert!(CLASSES.len() >= 25);
    for class in &CLASSES {
        for seed in 0..50 {
            let plan = class.plan(seed, ACTIVE_MS, None);
            plan.check().expect("the plan can be run");
            assert_eq!(plan, class.plan(seed, ACTIVE_MS, None), "{} {seed}", class.name);
        }
    }
}

#[test]
fn never_do_more_validators_lie_than_consensus_bears_unless_that_is_the_point() {
    for class in &CLASSES {
        for seed in 0..50 {
            let plan = class.plan(seed, ACTIVE_MS, None);
            let liars: std::collections::BTreeSet<usize> = plan.byzantine().collect();
            assert_eq!(3 * liars.len() >= plan.validators, class.beyond_f, "{} {seed}", class.name);
        }
    }
}

#[test]
fn other_seeds_draw_other_schedules() {
    for class in CLASSES.iter().filter(|class| !matches!(class.name, "none" | "same-everywhere")) {
        let schedules: Vec<Vec<Fault>> = (0..20).map(|seed| class.plan(seed, ACTIVE_MS, None).faults).collect();
        let differ = schedules.iter().any(|schedule| schedule != &schedules[0]);
        assert!(differ, "{}", class.name);
    }
}

#[test]
fn every_kind_of_fault_is_in_some_class() {
    let mut kinds = std::collections::BTreeSet::new();
    for class in &CLASSES {
        for seed in 0..50 {
            for fault in class.plan(seed, ACTIVE_MS, None).faults {
                let json = serde_json::to_value(&fault.kind).expect("it has a JSON form");
                let malice = if let FaultKind::Byzantine { malice, .. } = fault.kind {
                    format!("{malice:?}")
                } else {
                    String::new()
                };
                kinds.insert(format!("{} {malice}", json["type"]));
            }
        }
    }
    assert_eq!(kinds.len(), 27 + 20, "{kinds:?}");
}
