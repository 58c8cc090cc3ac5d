use super::*;
use crate::classes::by_name;
use crate::oracles::Violation;
use crate::schedule::FaultKind;

fn violation(oracle: &str) -> Violation {
    Violation { oracle: oracle.to_owned(), node: None, height: None, what: String::new() }
}

/// A run that fails when it contains both faults.
fn failing_with(plan: &Plan, both: &[Fault]) -> Report {
    let fails = both.iter().all(|fault| plan.faults.contains(fault));
    let violations = if fails { vec![violation("agreement")] } else { Vec::new() };
    Report { violations, ..Report::empty(plan.clone()) }
}

#[test]
fn what_has_no_part_in_a_failure_is_dropped() {
    let class = by_name("mixed").expect("there is one");
    let mut plan = class.plan(1, 20_000, None);
    plan.faults = (0..13)
        .map(|number| Fault { start_ms: number, end_ms: 100, kind: FaultKind::Loss { permille: number } })
        .collect();
    let both = [plan.faults[3].clone(), plan.faults[11].clone()];
    let mut runs = 0;
    let report = shrink(failing_with(&plan, &both), |plan| {
        runs += 1;
        Some(failing_with(plan, &both))
    });
    assert_eq!(report.plan.faults, both);
    assert!(runs <= RUNS_MAX, "{runs}");
}

#[test]
fn another_failure_or_no_report_does_not_count() {
    let class = by_name("delay").expect("there is one");
    let plan = class.plan(1, 20_000, None);
    let failed = Report { violations: vec![violation("agreement")], ..Report::empty(plan.clone()) };
    let other = |plan: &Plan| Some(Report { violations: vec![violation("stops")], ..Report::empty(plan.clone()) });
    assert_eq!(shrink(failed.clone(), other).plan, plan);
    assert_eq!(shrink(failed, |_| None).plan, plan);
}
