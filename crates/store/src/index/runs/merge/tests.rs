use super::*;

/// The merge that comes first.
fn first_due(sizes: &[(u32, u32)]) -> Option<usize> {
    due(sizes).next()
}

/// Adds a run to runs, and merges them as the rule says.
fn add(runs: &mut Vec<(u32, u32)>, size: (u32, u32)) {
    runs.push(size);
    if let Some(from) = first_due(runs) {
        let merged = runs[from..].iter().fold((0, 0), |sum, size| (sum.0 + size.0, sum.1 + size.1));
        runs.truncate(from);
        runs.push(merged);
    }
}

#[test]
fn runs_stay_few_and_a_transaction_is_written_again_few_times() {
    // All equal, growing, shrinking, and any.
    let sizes: [fn(u32) -> u32; 4] =
        [|_| 10, |number| number + 1, |number| 2_000 - number, |number| number.wrapping_mul(2_654_435_761) % 1_000 + 1];
    for size in sizes {
        let (mut runs, mut added, mut written) = (Vec::new(), 0_u32, 0_u64);
        for number in 0..2_000 {
            let before = runs.len();
            add(&mut runs, (size(number), size(number)));
            added += size(number);
            written += u64::from(size(number));
            if runs.len() <= before {
                written += u64::from(runs[runs.len() - 1].0);
            }
            assert_eq!(runs.iter().map(|size| size.0).sum::<u32>(), added, "nothing is lost");
            assert!(runs.len() <= 1 + 17 * added.ilog2() as usize / 10, "{} runs of {added}", runs.len());
        }
        assert!(written < 12 * u64::from(added), "{written} written of {added}");
    }
}

#[test]
fn no_run_becomes_larger_than_the_limits() {
    let third = RUN_TRANSACTIONS_MAX / 4;
    assert_eq!(first_due(&[(third, 1), (2 * third, 1), (third, 1)]), Some(0));
    assert_eq!(first_due(&[(third, 1), (2 * third, 1), (third + 1, 1)]), None);
    assert_eq!(first_due(&[(1, 1), (1, 1), (1, u32::MAX - 2)]), Some(0));
    assert_eq!(first_due(&[(1, 1), (1, 1), (1, u32::MAX - 1)]), None);
    // What is too large stays as it is, and what comes after it goes on.
    assert_eq!(first_due(&[(third, 1), (4 * third, 1), (1, 1), (1, 1), (1, 1)]), Some(2));
    assert_eq!(first_due(&[]), None);
    assert_eq!(first_due(&[(1, 1)]), None);
    assert_eq!(first_due(&[(0, 0), (0, 0)]), Some(0));
}
