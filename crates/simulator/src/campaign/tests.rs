use super::*;
use crate::classes::{CLASSES, by_name};

fn report(class: &str, seed: u64, oracles: &[&str]) -> Report {
    let plan = by_name(class).expect("there is one").plan(seed, 20_000, None);
    let violation =
        |oracle: &&str| Violation { oracle: (*oracle).to_owned(), node: None, height: None, what: String::new() };
    Report { violations: oracles.iter().map(violation).collect(), height: 7, ..Report::empty(plan) }
}

#[test]
fn a_campaign_adds_up_and_its_table_has_a_column_per_oracle() {
    let program = Path::new("unused");
    let classes: Vec<&Class> = CLASSES.iter().take(2).collect();
    let names: Vec<&str> = classes.iter().map(|class| class.name).collect();
    let assignment = Assignment { program, classes, seeds: 1..3, active_ms: 20_000, jobs: 1 };
    let no_report = SubprocessError::NoReport { seed: 2, status: "signal 9".to_owned(), stderr: String::new() };
    let campaign = assignment.add_up(vec![
        (0, 1, Ok(report(names[0], 1, &[]))),
        (0, 2, Err(no_report)),
        (1, 1, Ok(report(names[1], 1, &["agreement", "agreement", "liveness"]))),
        (1, 2, Ok(report(names[1], 2, &["liveness"]))),
    ]);
    assert!(!campaign.is_clean());
    assert_eq!((campaign.failures.len(), campaign.broken.len()), (2, 1));
    assert_eq!(campaign.classes[0].runs, 1);
    let second = &campaign.classes[1];
    assert_eq!((second.runs, second.blocks), (2, 14));
    assert_eq!((second.violations["agreement"], second.violations["liveness"]), (1, 2));
    let table = campaign.table();
    let columns: Vec<usize> = table.lines().map(|line| line.matches('|').count()).collect();
    assert_eq!(columns, [11 + ORACLES.len(); 4]);
    assert!(ORACLES.iter().all(|(name, _)| table.contains(&format!(" {name} |"))));
}

#[test]
fn a_program_that_is_not_there_breaks_every_run_and_is_told() {
    let program = Path::new("/nowhere/lojal-sim");
    let classes = vec![by_name("none").expect("there is one")];
    let assignment = Assignment { program, classes, seeds: 1..4, active_ms: 20_000, jobs: 2 };
    let told = Mutex::new(0);
    let campaign = assignment.run(|_, total, _| {
        assert_eq!(total, 3);
        *told.lock().unwrap_or_else(PoisonError::into_inner) += 1;
    });
    assert_eq!(campaign.broken.len(), 3);
    assert!(!campaign.is_clean());
    assert_eq!(told.into_inner().unwrap_or_else(PoisonError::into_inner), 3);
}
