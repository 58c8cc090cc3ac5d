//! The places of all stored pages by their hashes, in memory: 16 bytes each, and about a quarter more for room.
//!
//! An entry is one number: from its highest bit on 75 bits that the page's hash gives, its place in its file in units
//! of [`UNIT_BYTES`] (36), the number of the file (12), how much there is to read (4), and whether it is in
//! no version any more that checkpoints have (1).
//!
//! The bits of the hash depend on a secret of the process, so that nobody can make up pages that meet. Those that meet
//! all the same each have an entry, and who asks for one reads what lies there.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard};

/// Bytes to which the places of pages are aligned in their files.
pub(crate) const UNIT_BYTES: u64 = 16;
/// Most files of pages at the same time.
pub(super) const FILES_MAX: u16 = (1 << FILE_BITS) - 1;
/// The bytes of the page's length, which stands before it.
pub(crate) const LENGTH_BYTES: usize = 4;
/// Bytes that are read at once are a multiple of so many, up to [`READ_MAX`].
const READ_STEP: u64 = 512;
/// The greatest number of such steps, which says that there may be more.
const STEPS_MAX: u64 = (1 << STEP_BITS) - 1;
/// Bytes that are read at first of the largest pages.
const READ_MAX: u64 = STEPS_MAX * READ_STEP;

const LEAVING: u128 = 1;
const STEPS_AT: u32 = 1;
const STEP_BITS: u32 = 4;
const FILE_AT: u32 = STEPS_AT + STEP_BITS;
const FILE_BITS: u32 = 12;
const UNIT_AT: u32 = FILE_AT + FILE_BITS;
const UNIT_BITS: u32 = 36;
const KEY_AT: u32 = UNIT_AT + UNIT_BITS;
const KEY_BITS: u32 = u128::BITS - KEY_AT;

const SHARD_BITS: u32 = 8;
const UNPOISONED: &str = "nobody panics while holding this lock";

/// The place of a page: the number of a file, a byte of it, and how many of them to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) file: u16,
    pub(crate) offset: u64,
    pub(super) read_bytes: u64,
    /// True if all of the page is in what is read.
    pub(super) is_all: bool,
}

impl Place {
    /// The place of a page of so many bytes; none if a file is too large for it.
    pub(crate) fn new(file: u16, offset: u64, page_bytes: u32) -> Option<Self> {
        let is_in = offset.is_multiple_of(UNIT_BYTES) && offset / UNIT_BYTES < 1 << UNIT_BITS;
        let steps = u64::from(page_bytes).saturating_add(LENGTH_BYTES as u64).div_ceil(READ_STEP).min(STEPS_MAX);
        is_in.then_some(Self { file, offset, read_bytes: steps * READ_STEP, is_all: steps < STEPS_MAX })
    }
}

/// The knowledge that a table has of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry(u128);

impl Entry {
    fn new(key: Key, place: &Place) -> Self {
        let units = u128::from(place.offset / UNIT_BYTES) << UNIT_AT;
        let steps = u128::from(place.read_bytes / READ_STEP) << STEPS_AT;
        Self(key.0 << KEY_AT | units | u128::from(place.file) << FILE_AT | steps)
    }

    pub(super) fn place(self) -> Place {
        let part = |at: u32, bits: u32| (self.0 >> at & ((1 << bits) - 1)) as u64;
        let read_bytes = part(STEPS_AT, STEP_BITS) * READ_STEP;
        let file = part(FILE_AT, FILE_BITS) as u16;
        Place { file, offset: part(UNIT_AT, UNIT_BITS) * UNIT_BYTES, read_bytes, is_all: read_bytes < READ_MAX }
    }

    pub(super) fn key(self) -> Key {
        Key(self.0 >> KEY_AT)
    }

    /// True if it isn't in the state any more that was written last.
    pub(super) fn is_leaving(self) -> bool {
        self.0 & LEAVING != 0
    }

    pub(super) fn leaving(self) -> Self {
        Self(self.0 | LEAVING)
    }

    /// True if it is the same page in the same place.
    fn is_at(self, other: Self) -> bool {
        (self.0 ^ other.0) & !LEAVING == 0
    }
}

/// The bits that a page's hash gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(u128);

/// The entries of a part of all pages, next to the place that their keys say.
#[derive(Default)]
pub(super) struct Shard {
    slots: Vec<u128>,
    len: usize,
}

impl Shard {
    /// The entries of pages with this key.
    pub(super) fn entries(&self, key: Key) -> impl Iterator<Item = Entry> {
        self.from(key.0 << KEY_AT).map(|slot| Entry(self.slots[slot])).filter(move |entry| entry.key() == key)
    }

    pub(super) fn insert(&mut self, entry: Entry) {
        // A quarter larger as soon as only an eighth is free.
        if self.len + self.len / 7 + 1 >= self.slots.len() {
            let slots = vec![0; self.slots.len() + self.slots.len() / 4 + 16];
            let before = std::mem::replace(&mut self.slots, slots);
            before.into_iter().filter(|slot| *slot != 0).for_each(|slot| self.place(slot));
        }
        self.place(entry.0);
        self.len += 1;
    }

    /// Puts another entry in the place of one with the same key; false if that isn't there.
    pub(super) fn replace(&mut self, entry: Entry, with: Entry) -> bool {
        let slot = self.find(entry);
        if let Some(slot) = slot {
            self.slots[slot] = with.0;
        }
        slot.is_some()
    }

    /// False if it isn't there.
    pub(super) fn remove(&mut self, entry: Entry) -> bool {
        let Some(mut hole) = self.find(entry) else { return false };
        let count = self.slots.len();
        let mut next = hole;
        loop {
            next = (next + 1) % count;
            let slot = self.slots[next];
            if slot == 0 {
                break;
            }
            // It stays where it is if its search begins after the hole.
            let from_home = (next + count - self.home(slot)) % count;
            if from_home >= (next + count - hole) % count {
                self.slots[hole] = slot;
                hole = next;
            }
        }
        self.slots[hole] = 0;
        self.len -= 1;
        true
    }

    fn find(&self, entry: Entry) -> Option<usize> {
        self.from(entry.0).find(|slot| Entry(self.slots[*slot]).is_at(entry))
    }

    fn place(&mut self, entry: u128) {
        let (count, home) = (self.slots.len(), self.home(entry));
        let slot = (0..count).map(|step| (home + step) % count).find(|slot| self.slots[*slot] == 0);
        self.slots[slot.expect("an eighth is free")] = entry;
    }

    /// The slots from where an entry belongs to the next free one.
    fn from(&self, entry: u128) -> impl Iterator<Item = usize> {
        let count = self.slots.len();
        let home = if count == 0 { 0 } else { self.home(entry) };
        (0..count).map(move |step| (home + step) % count).take_while(|slot| self.slots[*slot] != 0)
    }

    /// The slot where an entry belongs, by the 64 bits of its key after those that say the shard.
    fn home(&self, entry: u128) -> usize {
        let bits = u128::from((entry >> (u128::BITS - SHARD_BITS - u64::BITS)) as u64);
        ((bits * self.slots.len() as u128) >> u64::BITS) as usize
    }
}

/// All entries.
pub(super) struct Table {
    secret: RandomState,
    key_bits: u32,
    shards: Box<[Mutex<Shard>]>,
}

impl Table {
    pub(super) fn new() -> Self {
        Self::with_keys_of(KEY_BITS)
    }

    /// A table in which pages meet if so many bits are the same.
    pub(super) fn with_keys_of(key_bits: u32) -> Self {
        let shards = (0..1 << SHARD_BITS).map(|_| Mutex::default()).collect();
        Self { secret: RandomState::new(), key_bits, shards }
    }

    /// The entry of a page.
    pub(super) fn entry(&self, hash: &[u8; 32], place: &Place) -> Entry {
        Entry::new(self.key(hash), place)
    }

    pub(super) fn key(&self, hash: &[u8; 32]) -> Key {
        let secret = u128::from(self.secret.hash_one(hash)) << (KEY_BITS - u64::BITS);
        let open = u128::from(u16::from_le_bytes([hash[0], hash[1]]) >> (u16::BITS + u64::BITS - KEY_BITS));
        Key((secret | open) >> (KEY_BITS - self.key_bits) << (KEY_BITS - self.key_bits))
    }

    /// The part where a key is.
    pub(super) fn shard(&self, key: Key) -> MutexGuard<'_, Shard> {
        self.shards[(key.0 >> (KEY_BITS - SHARD_BITS)) as usize].lock().expect(UNPOISONED)
    }

    /// The number of entries, and the bytes that they take.
    pub(super) fn size(&self) -> (u64, u64) {
        self.shards.iter().fold((0, 0), |(entries, bytes), shard| {
            let shard = shard.lock().expect(UNPOISONED);
            (entries + shard.len as u64, bytes + (shard.slots.capacity() * size_of::<u128>()) as u64)
        })
    }
}

#[cfg(test)]
mod tests;
