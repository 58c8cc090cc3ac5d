//! The runs that have to become one, in a checkpoint or beside several.

use std::ops::Range;

use lojal_types::Height;

use super::merge;
use super::run::RunInfo;

/// The merge that comes next: all runs from one on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Nothing,
    Now(usize),
    Beside(usize),
}

/// The merge that comes next while some runs are being merged. One of at most `now_bytes_max` bytes is a part of the
/// checkpoint; without that bound every one is. Small ones don't wait for a large one that goes on.
pub(super) fn next(runs: &[RunInfo], merging: &[RunInfo], now_bytes_max: Option<u64>) -> Due {
    let after = place(runs, merging).end;
    let sizes: Vec<(u32, u32)> = runs[after..].iter().map(|info| (info.transactions, info.postings)).collect();
    let mut due = merge::due(&sizes).map(|from| from.saturating_add(after));
    let is_small = |from: &usize| now_bytes_max.is_none_or(|max| bytes_of(&runs[*from..]) <= max);
    match due.next() {
        None => Due::Nothing,
        Some(from) if is_small(&from) => Due::Now(from),
        Some(from) if merging.is_empty() => Due::Beside(from),
        Some(_) => due.find(is_small).map_or(Due::Nothing, Due::Now),
    }
}

/// The places of the runs that are being merged.
pub(super) fn place(runs: &[RunInfo], merging: &[RunInfo]) -> Range<usize> {
    let from = merging.first().and_then(|first| runs.iter().position(|run| run == first));
    from.map_or(0..0, |from| from..from.saturating_add(merging.len()))
}

/// The number of runs at the beginning in which no block from a height on is, and that aren't being merged.
pub(super) fn gone(infos: &[RunInfo], merging: &[RunInfo], needed: Height) -> usize {
    infos.iter().take_while(|info| info.last < needed && !merging.contains(info)).count()
}

/// The bytes of runs, and of the one that they become.
pub(super) fn bytes_of(runs: &[RunInfo]) -> u64 {
    runs.iter().map(RunInfo::stream_bytes).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs of so many transactions.
    fn runs(sizes: &[u32]) -> Vec<RunInfo> {
        let run = |(height, transactions): (u64, &u32)| {
            let height = Height::new(height);
            RunInfo { first: height, last: height, transactions: *transactions, accounts: 0, postings: 0, marks: 0 }
        };
        (1..).zip(sizes).map(run).collect()
    }

    #[test]
    fn a_large_merge_goes_beside_and_the_small_ones_after_it_do_not_wait_for_it() {
        let large = Some(bytes_of(&runs(&[50])));
        let all = runs(&[900, 1_000, 1_000]);
        assert_eq!(next(&all, &[], large), Due::Beside(0));
        assert_eq!(next(&all, &[], None), Due::Now(0), "nothing goes beside a checkpoint that has no pace");
        let later = runs(&[900, 1_000, 1_000, 10, 10]);
        assert_eq!(next(&later, &later[..3], large), Due::Nothing);
        let later = runs(&[900, 1_000, 1_000, 10, 10, 10]);
        assert_eq!(next(&later, &later[..3], large), Due::Now(3));
        let later = runs(&[900, 1_000, 1_000, 30, 40, 10, 10, 10]);
        assert_eq!(next(&later, &later[..3], large), Due::Now(5), "the first that is due is too large, the next isn't");
        assert_eq!(place(&later, &later[1..3]), 1..3);
        assert_eq!(place(&later, &[]), 0..0);
    }

    #[test]
    fn runs_go_from_the_first_on_once_nothing_in_them_is_needed_or_being_merged() {
        let all = runs(&[10, 10, 10, 10]);
        assert_eq!(gone(&all, &[], Height::new(1)), 0);
        assert_eq!(gone(&all, &[], Height::new(3)), 2);
        assert_eq!(gone(&all, &all[1..2], Height::new(3)), 1);
        assert_eq!(gone(&all, &[], Height::new(9)), 4);
    }
}
