use super::*;

fn at(ms: u64) -> TimeMs {
    TimeMs::new(ms).expect("in range")
}

const LOCAL_MS: u64 = 1_800_000_000_000;

#[test]
fn the_later_time_counts_as_long_as_the_ledger_is_a_little_ahead_at_most() {
    let local = at(LOCAL_MS);
    for (ledger, expected) in [
        (at(0), local),
        (at(LOCAL_MS - 1), local),
        (at(LOCAL_MS + 1), at(LOCAL_MS + 1)),
        (local.plus_ms(LEDGER_AHEAD_MS_MAX), local.plus_ms(LEDGER_AHEAD_MS_MAX)),
    ] {
        assert_eq!(signing_time(local, ledger, "http://one"), Ok(expected));
    }
}

#[test]
fn a_ledger_further_ahead_is_an_error_that_names_both_times_and_the_gateway() {
    let error = signing_time(at(LOCAL_MS), at(LOCAL_MS + LEDGER_AHEAD_MS_MAX + 1), "http://one").expect_err("ahead");
    let text = error.to_string();
    for words in ["clock says 2027-01-15 08:00:00 UTC", "http://one says", "08:02:00 UTC", "another gateway"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn a_day_is_this_machines_unless_the_ledger_would_not_take_it() {
    const DAY_MS: u64 = 24 * 60 * 60 * 1000;
    let dated = |local_ms| today(at(local_ms), at(LOCAL_MS), "http://one");
    for days in [0, 1] {
        assert_eq!(dated(LOCAL_MS + days * DAY_MS), Ok(at(LOCAL_MS + days * DAY_MS).day()));
    }
    assert!(matches!(dated(LOCAL_MS + 2 * DAY_MS), Err(ClockError::DayAhead { .. })));
    assert!(matches!(dated(LOCAL_MS - DAY_MS), Err(ClockError::LedgerAhead { .. })));
}

#[test]
fn a_time_is_over_only_after_the_margin() {
    let edge = LOCAL_MS + CLOCK_MARGIN_MS;
    for (local_ms, expected) in [(LOCAL_MS, false), (edge - 1, false), (edge, true)] {
        assert_eq!(is_over(at(LOCAL_MS), at(local_ms)), expected);
    }
}
