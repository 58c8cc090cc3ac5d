//! The keys that a block has touched, by the place at which each was touched first.

use std::any::Any;
use std::borrow::Cow;
use std::ops::{Index, IndexMut};

use borsh::BorshSerialize;

use crate::key::{
    AccountKey, BrandKey, CampaignKey, HeldUntilKey, OperatorKey, OutstandingKey, PackedKey, StateKey, TotalsKey,
    TrackKey,
};
use crate::tree::Hash;

/// Slots that lie together: so few that their memory is used again for the next block, and many enough for few parts.
const TOGETHER: usize = 128;

/// The value of a key as the block has left it so far.
pub(super) enum Now {
    AsBefore,
    Value(Box<[u8]>),
    /// Of a kind that [stays decoded](stays_decoded).
    Decoded(Box<dyn Decoded>),
    Gone,
}

/// A record of some kind.
pub(super) trait Decoded: Any + Send + Sync {
    /// The bytes that the state has of it.
    fn encoded(&self) -> Vec<u8>;
}

impl<R: BorshSerialize + Any + Send + Sync> Decoded for R {
    fn encoded(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory can't fail")
    }
}

/// True of records that stay decoded while a block is executed: accounts, which every transaction that concerns them
/// changes, and those that many transactions of a block share. None of them is blinded, or lies on a shelf.
pub(super) const fn stays_decoded(kind: u8) -> bool {
    matches!(
        kind,
        AccountKey::KIND
            | BrandKey::KIND
            | OperatorKey::KIND
            | TotalsKey::KIND
            | OutstandingKey::KIND
            | HeldUntilKey::KIND
            | TrackKey::KIND
            | CampaignKey::KIND
    )
}

/// A key that the block has touched. Its hash is computed once, and the tree searched once; a record that stays decoded
/// is decoded once, and encoded once.
pub(super) struct Slot<'a> {
    pub(super) key: PackedKey,
    pub(super) key_hash: Hash,
    pub(super) before: Option<Cow<'a, [u8]>>,
    /// The record before the block, if it stays decoded and somebody has read it.
    pub(super) decoded: Option<Box<dyn Decoded>>,
    pub(super) now: Now,
}

impl Slot<'_> {
    /// True if the key leads to a record now.
    pub(super) fn has_record(&self) -> bool {
        match &self.now {
            Now::AsBefore => self.before.is_some(),
            Now::Value(_) | Now::Decoded(_) => true,
            Now::Gone => false,
        }
    }
    /// The record that the key leads to now, of a kind that stays decoded.
    pub(super) fn record<K: StateKey>(&mut self) -> Option<&mut K::Record> {
        let decoded = match &mut self.now {
            Now::Decoded(decoded) => decoded,
            Now::AsBefore => {
                let before = self.before.as_deref()?;
                self.decoded.get_or_insert_with(|| Box::new(decode::<K>(before)))
            }
            Now::Value(_) | Now::Gone => return None,
        };
        let record: &mut dyn Any = &mut **decoded;
        Some(record.downcast_mut().expect("a key has records of one kind"))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{is_blinded, shelf_of};

    #[test]
    fn what_stays_decoded_has_no_blind_and_lies_on_no_shelf() {
        assert!((0..=u8::MAX).filter(|kind| stays_decoded(*kind)).all(|kind| !is_blinded(kind)));
        assert!((0..=u8::MAX).filter(|kind| stays_decoded(*kind)).all(|kind| shelf_of(&[kind; 3]).is_none()));
        assert_eq!((0..=u8::MAX).filter(|kind| stays_decoded(*kind)).count(), 8);
    }
}
