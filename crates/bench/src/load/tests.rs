use super::*;

fn body(transactions: u32) -> Body {
    Body { bytes: Vec::new(), transactions, operations: transactions }
}

fn load(rate_per_s: Option<f64>) -> Load<'static> {
    Load {
        urls: &[],
        processes: &[],
        connections: 1,
        duration: Duration::from_secs(1),
        rate_per_s,
        interval: Duration::from_secs(1),
    }
}

#[test]
fn bodies_are_due_at_the_rate_of_their_transactions() {
    let bodies = [body(100), body(50), body(1)];
    let due: Vec<u128> = due_times(&load(Some(100.0)), &bodies).iter().map(Duration::as_millis).collect();
    assert_eq!(due, [0, 1000, 1500]);
    assert!(due_times(&load(None), &bodies).is_empty());
}

#[test]
fn a_load_without_bodies_ends_at_once_with_nothing() {
    let run = run(&Load { urls: &["http://127.0.0.1:1".to_owned()], ..load(None) }, &[]).expect("nothing to fail");
    assert_eq!((run.applied, run.refused, run.intervals.len()), (0, 0, 1));
}
