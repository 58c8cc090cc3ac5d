//! The blocks that a node keeps, by its operator's wish, and the snapshots that become bases for that.
//!
//! A base has to be as old as the blocks that are kept, and the snapshots that are offered are young. So some of those
//! that are offered no more wait until their time has come.

use std::fmt;
use std::str::FromStr;

use lojal_types::{Height, TimeMs};
use thiserror::Error;

use crate::limits::{BASES_LATER_MAX, RETAIN_DAYS_MAX};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// The blocks that a node keeps. Those after the snapshot before the ones that it offers are kept in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retain {
    /// All that it has.
    #[default]
    All,
    /// Those of so many days.
    Days(u32),
    /// Those from a height on.
    Since(Height),
}

/// A wish for blocks that can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the blocks to keep are \"all\", \"90 days\" (1 to {RETAIN_DAYS_MAX}), or \"since HEIGHT\"")]
pub struct NotRetain;

impl FromStr for Retain {
    type Err = NotRetain;

    fn from_str(text: &str) -> Result<Self, NotRetain> {
        let words: Vec<&str> = text.split(' ').collect();
        match words[..] {
            ["all"] => Ok(Self::All),
            [days, "days" | "day"] => {
                let days = days.parse().ok().filter(|days| (1..=RETAIN_DAYS_MAX).contains(days));
                days.map(Self::Days).ok_or(NotRetain)
            }
            ["since", height] => {
                let height = height.parse().ok().filter(|height| *height > 0);
                height.map(|height| Self::Since(Height::new(height))).ok_or(NotRetain)
            }
            _ => Err(NotRetain),
        }
    }
}

impl fmt::Display for Retain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Days(days) => write!(f, "{days} days"),
            Self::Since(height) => write!(f, "since {height}"),
        }
    }
}

impl Retain {
    /// True if the blocks up to a snapshot's need not be kept when the last block has this time.
    pub(crate) fn may_rest_on(self, (height, time): (Height, TimeMs), now: TimeMs) -> bool {
        match self {
            Self::All => false,
            Self::Days(days) => time.plus_ms(u64::from(days).saturating_mul(DAY_MS)) <= now,
            Self::Since(first) => height < first,
        }
    }

    /// True if a snapshot that is offered no more has to wait to become the base later; `last` is the time of the last
    /// one that waits.
    pub(crate) fn needs_later(self, snapshot: (Height, TimeMs), now: TimeMs, last: Option<TimeMs>) -> bool {
        match self {
            _ if self.may_rest_on(snapshot, now) => true,
            Self::All | Self::Since(_) => false,
            Self::Days(days) => {
                let apart = u64::from(days).saturating_mul(DAY_MS) / BASES_LATER_MAX;
                last.is_none_or(|last| last.plus_ms(apart) <= snapshot.1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(days: u64) -> TimeMs {
        TimeMs::new(days * DAY_MS).expect("in range")
    }

    #[test]
    fn wishes_are_read_as_they_are_written_and_nothing_else_is() {
        let most = format!("{RETAIN_DAYS_MAX} days");
        for text in ["all", "1 days", "90 days", &most, "since 1", "since 18446744073709551615"] {
            assert_eq!(text.parse::<Retain>().map(|retain| retain.to_string()).as_deref(), Ok(text));
        }
        assert_eq!("1 day".parse(), Ok(Retain::Days(1)));
        let more = format!("{} days", RETAIN_DAYS_MAX + 1);
        for text in ["", "All", "0 days", &more, "90", "days", "90  days", "-1 days", "since", "since 0", "since x"] {
            assert_eq!(text.parse::<Retain>(), Err(NotRetain), "{text}");
        }
    }

    #[test]
    fn blocks_are_given_up_when_the_wish_allows_it_and_not_a_moment_before() {
        let height = Height::new(7);
        assert!(!Retain::All.may_rest_on((height, at(0)), at(30_000)));
        assert!(Retain::Since(Height::new(8)).may_rest_on((height, at(5)), at(5)));
        assert!(!Retain::Since(height).may_rest_on((height, at(5)), at(500)));
        let days = Retain::Days(90);
        assert!(days.may_rest_on((height, at(10)), at(100)));
        assert!(!days.may_rest_on((height, at(10)), TimeMs::new(at(100).get() - 1).expect("in range")));
    }

    #[test]
    fn as_many_snapshots_wait_as_the_limit_says_and_one_is_always_old_enough_in_time() {
        let retain = Retain::Days(90);
        let (mut waiting, mut base) = (Vec::<u64>::new(), None);
        for day in 0..1_000 {
            // A snapshot a day, which is offered for two.
            let Some(gone) = u64::checked_sub(day, 2) else { continue };
            let last = waiting.last().map(|day| at(*day));
            if retain.needs_later((Height::new(gone + 1), at(gone)), at(day), last) {
                waiting.push(gone);
            }
            while waiting.first().is_some_and(|first| retain.may_rest_on((Height::new(1), at(*first)), at(day))) {
                base = Some(waiting.remove(0));
            }
            assert!(waiting.len() as u64 <= BASES_LATER_MAX, "{waiting:?}");
            let kept = day - base.unwrap_or(0);
            let most = 90 + 90 / BASES_LATER_MAX + 2;
            assert!(base.is_none() || (90..=most).contains(&kept), "{kept} days on day {day}");
        }
        assert!(base.is_some());
        assert!(!Retain::All.needs_later((Height::new(1), at(0)), at(30_000), None));
        assert!(!Retain::Since(Height::new(1)).needs_later((Height::new(1), at(0)), at(30_000), None));
    }
}
