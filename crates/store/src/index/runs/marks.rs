//! Marks in the postings of a run: the activity of an account before one of its transactions, so that a page of a
//! history can say what was before it, and nobody has to go through the whole history for that.
//!
//! ```text
//! 0             4             12                          44
//! +-------------+-------------+---------------------------+
//! | posting     | count       | digest                    |   by rising posting
//! +-------------+-------------+---------------------------+
//! ```
//!
//! The first posting of an account in a run has one, unless it is the account's first transaction of all. Of those
//! after it about one in [`HISTORY_MARK_STEP`] has one, and never more than twice as many in a row have none.

use lojal_types::{Activity, Hash};

use crate::limits::HISTORY_MARK_STEP;
use crate::placed::Mark;

pub(super) const MARK_BYTES: usize = 44;

pub(super) type MarkEntry = [u8; MARK_BYTES];

pub(super) fn encode(mark: &Mark) -> MarkEntry {
    let mut entry = [0; MARK_BYTES];
    entry[..4].copy_from_slice(&mark.posting.to_le_bytes());
    entry[4..12].copy_from_slice(&mark.before.count.to_le_bytes());
    entry[12..].copy_from_slice(mark.before.digest.as_bytes());
    entry
}

pub(super) fn decode(entry: &MarkEntry) -> Mark {
    let [p0, p1, p2, p3, rest @ ..] = *entry;
    let [c0, c1, c2, c3, c4, c5, c6, c7, digest @ ..] = rest;
    let count = u64::from_le_bytes([c0, c1, c2, c3, c4, c5, c6, c7]);
    Mark { posting: u32::from_le_bytes([p0, p1, p2, p3]), before: Activity { count, digest: Hash::new(digest) } }
}

/// Leaves out marks of one account that stand close to each other, as those of the first postings of small runs do once
/// these are one.
pub(super) struct Thinner {
    /// The account's first posting, and the last one with a mark.
    first: u32,
    last: u32,
    /// A mark that is needed only if the next one is far away.
    close: Option<Mark>,
}

impl Thinner {
    /// Begins the account whose first posting this is.
    pub(super) fn new(first: u32) -> Self {
        Self { first, last: first, close: None }
    }
    /// Takes the next mark; answers with those that stay, in order.
    pub(super) fn next(&mut self, mark: Mark) -> impl Iterator<Item = Mark> {
        let needed = self.needed_before(mark.posting);
        let is_far = mark.posting == self.first || mark.posting.saturating_sub(self.last) >= HISTORY_MARK_STEP;
        if is_far {
            self.last = mark.posting;
        } else {
            self.close = Some(mark);
        }
        needed.into_iter().chain(is_far.then_some(mark))
    }
    /// Ends the account whose postings end here; answers with a mark that stays.
    pub(super) fn end(mut self, end: u32) -> Option<Mark> {
        self.needed_before(end)
    }
    fn needed_before(&mut self, next: u32) -> Option<Mark> {
        let is_needed = next.saturating_sub(self.last) > 2 * HISTORY_MARK_STEP;
        let needed = self.close.take().filter(|_| is_needed)?;
        self.last = needed.posting;
        Some(needed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(posting: u32) -> Mark {
        Mark { posting, before: Activity { count: posting.into(), digest: Hash::new([7; 32]) } }
    }

    /// The postings of the marks that stay of an account whose postings are from 1000 up to `end`.
    fn thinned(marks: &[u32], end: u32) -> Vec<u32> {
        let mut thinner = Thinner::new(1000);
        let mut kept: Vec<Mark> = marks.iter().flat_map(|at| thinner.next(mark(*at)).collect::<Vec<_>>()).collect();
        kept.extend(thinner.end(end));
        kept.iter().map(|mark| mark.posting).collect()
    }

    #[test]
    fn a_mark_keeps_its_bytes() {
        let mark = Mark { posting: 7, before: Activity { count: u64::MAX, digest: Hash::new([3; 32]) } };
        assert_eq!(decode(&encode(&mark)), mark);
    }

    #[test]
    fn marks_that_stand_close_go_and_no_gap_is_longer_than_two_steps() {
        let step = HISTORY_MARK_STEP;
        assert_eq!(thinned(&[], 1500), Vec::<u32>::new());
        assert_eq!(thinned(&[1000, 1001, 1002], 1003), [1000]);
        assert_eq!(thinned(&[1001, 1000 + step], 1000 + 2 * step), [1000 + step]);
        assert_eq!(thinned(&[1000, 1003, 1001 + 2 * step], 1002 + 2 * step), [1000, 1003, 1001 + 2 * step]);
        assert_eq!(thinned(&[1000, 1003], 1000 + 2 * step), [1000]);
        assert_eq!(thinned(&[1000, 1003], 1001 + 2 * step), [1000, 1003]);
        // Many short runs, one after the other.
        let every_third: Vec<u32> = (0..500).map(|number| 1000 + 3 * number).collect();
        let kept = thinned(&every_third, 2500);
        assert!(kept.len() < 30);
        let ends = [&kept[1..], &[2500]].concat();
        assert!(kept.iter().zip(ends).all(|(one, next)| next - one <= 2 * step));
    }
}
