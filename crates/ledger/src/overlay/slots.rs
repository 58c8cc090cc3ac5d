//! The keys that a block has touched, by the place at which each was touched first.

use std::borrow::Cow;
use std::ops::{Index, IndexMut};

use crate::key::{AccountKey, PackedKey, StateKey};
use crate::record::Account;
use crate::tree::Hash;

/// Slots that lie together: so few that their memory is used again for the next block, and many enough for few parts.
const TOGETHER: usize = 128;

/// The value of a key as the block has left it so far.
pub(super) enum Now {
    AsBefore,
    Value(Box<[u8]>),
    /// Of an account: many read it, and every transaction that concerns the account changes it.
    Account(Box<Account>),
    Gone,
}

/// A key that the block has touched. Its hash is computed once, and the tree searched once; an account's record is
/// decoded once, and encoded once.
pub(super) struct Slot<'a> {
    pub(super) key: PackedKey,
    pub(super) key_hash: Hash,
    pub(super) before: Option<Cow<'a, [u8]>>,
    /// The record before the block, of an account that somebody has read.
    pub(super) account: Option<Box<Account>>,
    pub(super) now: Now,
}

impl Slot<'_> {
    /// The account that the key leads to now.
    pub(super) fn account(&mut self) -> Option<&mut Account> {
        match &mut self.now {
            Now::Account(account) => Some(account),
            Now::AsBefore => {
                let before = self.before.as_deref()?;
                Some(self.account.get_or_insert_with(|| Box::new(decode::<AccountKey>(before))))
            }
            Now::Value(_) | Now::Gone => None,
        }
    }
}

/// The record in the bytes that the state has of it.
pub(super) fn decode<K: StateKey>(value: &[u8]) -> K::Record {
    K::record(value).expect("the state holds only records that this crate encoded")
}

/// The slots of a block, in the order in which they were touched. They never move: a block touches so many that moving
/// them, whenever there is no more room, would cost as much as much else.
#[derive(Default)]
pub(super) struct Slots<'a>(Vec<Vec<Slot<'a>>>);

impl<'a> Slots<'a> {
    /// The number of slots.
    pub(super) fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * TOGETHER + last.len())
    }
    /// Adds a slot; its place is the number of those before it.
    pub(super) fn push(&mut self, slot: Slot<'a>) {
        match self.0.last_mut() {
            Some(last) if last.len() < TOGETHER => last.push(slot),
            _ => {
                let mut together = Vec::with_capacity(TOGETHER);
                together.push(slot);
                self.0.push(together);
            }
        }
    }
    /// All of them, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Slot<'a>> {
        self.0.iter().flatten()
    }
}

impl<'a> Index<usize> for Slots<'a> {
    type Output = Slot<'a>;

    fn index(&self, place: usize) -> &Slot<'a> {
        &self.0[place / TOGETHER][place % TOGETHER]
    }
}

impl<'a> IndexMut<usize> for Slots<'a> {
    fn index_mut(&mut self, place: usize) -> &mut Slot<'a> {
        &mut self.0[place / TOGETHER][place % TOGETHER]
    }
}
