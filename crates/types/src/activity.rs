//! The activity of an account: how many transactions have concerned it, and a digest over them (protocol, Activity).

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::hash::{hash, tag};
use crate::ids::{Hash, Height, TransactionId};
use crate::receipt::Outcome;

/// The transactions that have concerned an account: "the number of transactions that have concerned it, and a digest
/// over them in the order of the chain" (protocol, Activity).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
pub struct Activity {
    /// The number of transactions.
    pub count: u64,
    /// The digest; zeros before the first.
    pub digest: Hash,
}

impl Default for Activity {
    fn default() -> Self {
        Self { count: 0, digest: Hash::new([0; 32]) }
    }
}

impl Activity {
    /// The same after one transaction more.
    pub fn with(&self, id: &TransactionId, height: Height, outcome: &Outcome) -> Self {
        let (mut bytes, room) = ([0; OUTCOME_BYTES_MAX], OUTCOME_BYTES_MAX);
        let mut rest = &mut bytes[..];
        BorshSerialize::serialize(outcome, &mut rest).expect("no outcome is longer");
        let outcome_bytes = room - rest.len();
        let height = height.get().to_le_bytes();
        let parts: [&[u8]; 4] = [self.digest.as_bytes(), id.as_bytes(), &height, &bytes[..outcome_bytes]];
        Self { count: self.count.saturating_add(1), digest: Hash::new(hash(tag::ACTIVITY, &parts)) }
    }
}

/// Most bytes of an outcome.
const OUTCOME_BYTES_MAX: usize = 4;

/// An item of a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// The number that the history says it has, counted from 1.
    pub number: u64,
    /// The transaction's id.
    pub id: TransactionId,
    /// The block that it is in.
    pub height: Height,
    /// The outcome of the transaction.
    pub outcome: Outcome,
}

/// A fault of a history that somebody has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryFault {
    /// An item that isn't in a final block, or has no number.
    NotFinal,
    /// A page that leaves some out, and can't be told from one that leaves others out.
    Partial,
    /// A number that doesn't come next.
    Number {
        /// The number that comes next.
        expected: u64,
        /// The number of the item.
        found: u64,
    },
    /// A transaction after one of a later block.
    Order {
        /// The number of the item.
        number: u64,
    },
    /// Items that don't lead to what comes after them.
    End {
        /// The number of transactions up to there, as the items have it.
        count: u64,
    },
    /// A transaction with another one's id.
    Content {
        /// The number of the item.
        number: u64,
    },
    /// An end that isn't the beginning, or a beginning that isn't the end.
    Start {
        /// The number of transactions before the oldest item.
        count: u64,
    },
}

impl fmt::Display for HistoryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinal => write!(f, "it has a transaction that isn't final or has no number"),
            Self::Partial => write!(f, "it leaves transactions out"),
            Self::Number { expected, found } => write!(f, "it has number {found} where number {expected} belongs"),
            Self::Order { number } => write!(f, "number {number} is older than the one before it"),
            Self::End { count } => write!(f, "the transactions up to number {count} aren't those that are counted"),
            Self::Content { number } => write!(f, "number {number} isn't the transaction of its id"),
            Self::Start { count } => write!(f, "it ends with {count} transactions before it"),
        }
    }
}

impl Activity {
    /// The activity after some more items, the oldest first, as far as they follow each other.
    ///
    /// # Errors
    /// The first fault.
    pub fn fold(self, items: impl IntoIterator<Item = Item>) -> Result<Self, HistoryFault> {
        let (mut activity, mut height) = (self, Height::GENESIS);
        for item in items {
            let expected = activity.count.saturating_add(1);
            if item.number != expected {
                return Err(HistoryFault::Number { expected, found: item.number });
            }
            if item.height < height {
                return Err(HistoryFault::Order { number: item.number });
            }
            height = item.height;
            activity = activity.with(&item.id, item.height, &item.outcome);
        }
        Ok(activity)
    }
}

/// Checks a part of an account's history, the oldest item first. "Whoever has a part of a history, the activity before
/// it and the activity after it sees that it is complete: that nothing is missing, added, moved or changed." (protocol,
/// Activity)
///
/// # Errors
/// The first fault.
pub fn check(before: Activity, items: impl IntoIterator<Item = Item>, after: Activity) -> Result<(), HistoryFault> {
    let folded = before.fold(items)?;
    if folded == after { Ok(()) } else { Err(HistoryFault::End { count: folded.count }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code::Code;

    fn item(number: u64) -> Item {
        let outcome = match number % 3 {
            0 => Outcome::Failed { operation: 99, code: Code::WrongKey },
            _ => Outcome::Applied,
        };
        let id = TransactionId::new([u8::try_from(number).expect("few items"); 32]);
        Item { number, id, height: Height::new(number / 2 + 1), outcome }
    }

    fn after(items: &[Item]) -> Activity {
        let with = |activity: Activity, item: &Item| activity.with(&item.id, item.height, &item.outcome);
        items.iter().fold(Activity::default(), with)
    }

    #[test]
    fn a_history_folds_whole_and_from_any_place_to_any_other() {
        let items: Vec<Item> = (1..=20).map(item).collect();
        for start in 0..=20 {
            for end in start..=20 {
                let part = items[start..end].iter().copied();
                assert_eq!(check(after(&items[..start]), part, after(&items[..end])), Ok(()));
            }
        }
    }

    #[test]
    fn nothing_can_be_left_out_of_a_history_put_into_it_moved_or_changed() {
        let items: Vec<Item> = (1..=6).map(item).collect();
        let end = after(&items);
        let renumbered = |mut list: Vec<Item>| {
            (1..).zip(&mut list).for_each(|(number, item)| item.number = number);
            list
        };
        for at in 0..6 {
            let without = [&items[..at], &items[at + 1..]].concat();
            let twice = [&items[..=at], &items[at..]].concat();
            let other_outcome = Outcome::Failed { operation: 0, code: Code::WrongKey };
            let change = |change: fn(&mut Item)| {
                let mut changed = items.clone();
                change(&mut changed[at]);
                changed
            };
            let mut lies = vec![without, twice, change(|item| item.id = TransactionId::new([0; 32]))];
            lies.push(change(|item| item.height = Height::new(9)));
            let mut failed = items.clone();
            failed[at].outcome = other_outcome;
            lies.push(failed);
            if at > 0 {
                let mut swapped = items.clone();
                swapped.swap(at - 1, at);
                lies.push(swapped);
            }
            for lie in lies {
                assert!(check(Activity::default(), lie.iter().copied(), end).is_err());
                assert!(check(Activity::default(), renumbered(lie), end).is_err());
            }
        }
        assert_eq!(check(Activity::default(), items[..5].to_vec(), end), Err(HistoryFault::End { count: 5 }));
        let number = HistoryFault::Number { expected: 1, found: 2 };
        assert_eq!(check(Activity::default(), items[1..].to_vec(), end), Err(number));
    }

    #[test]
    fn outcomes_fit_into_the_bytes_that_are_there_for_them() {
        for outcome in [Outcome::Applied, Outcome::Failed { operation: u8::MAX, code: Code::WrongKey }] {
            assert!(borsh::to_vec(&outcome).expect("writing to memory can't fail").len() <= OUTCOME_BYTES_MAX);
        }
    }
}
