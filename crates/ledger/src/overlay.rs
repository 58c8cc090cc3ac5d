//! The working set of a block: reads fall through to the state tree, writes stay here, and the writes of one
//! transaction can be taken back.

mod slots;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hint::black_box;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use lojal_types::{Activity, Address, Month};

use self::slots::{Decoded, Now, Slot, Slots, decode, stays_decoded};
use crate::key::{
    AccountKey, BLIND_BYTES, PackedKey, ShelfKey, StateKey, TableHash, blind, blinded_account, concerned_by,
    is_blinded, split_blind,
};
use crate::record::Account;
use crate::shelves::Shelves;
use crate::tree::{Change, Hash, LoadedPage, Missing, StateTree, hash_key};

/// Number of values that it is worth reading ahead for at once.
pub(crate) const READ_AHEAD: usize = 64;

/// Reads the ends of values, whose memory no cache may hold, so that the waits for them overlap. Nothing depends on it
/// but time.
pub(crate) fn read_ahead<'a>(values: impl Iterator<Item = &'a [u8]>) {
    let ends = values.map(|value| value.first().copied().unwrap_or(0) ^ value.last().copied().unwrap_or(0));
    black_box(ends.fold(0, |sum, byte| sum ^ byte));
}

/// The change that a block makes to one key.
pub(crate) struct Written<'a> {
    key_hash: Hash,
    pub(crate) key: PackedKey,
    /// The value before the block.
    pub(crate) before: Option<&'a [u8]>,
    /// The value after it; `None` if the key goes.
    pub(crate) after: Option<Cow<'a, [u8]>>,
}

impl<'a> Written<'a> {
    /// A change on top of a state.
    #[cfg(test)]
    pub(crate) fn new(base: &'a StateTree, key: PackedKey, after: Option<Box<[u8]>>) -> Self {
        let key_hash = hash_key(key.as_bytes());
        let before = base.get_hashed(&key_hash).expect("all is in memory");
        Self { key_hash, before, key, after: after.map(|after| Cow::Owned(after.into_vec())) }
    }

    /// The same as the tree takes it.
    pub(crate) fn change(&self) -> Change<'_> {
        Change::hashed(self.key_hash, self.key.as_bytes(), self.after.as_deref())
    }
}

/// A record as a slot keeps it.
fn now<K: StateKey>(record: &K::Record) -> Now {
    if stays_decoded(K::KIND) { Now::Decoded(Box::new(record.clone())) } else { Now::Value(encode(K::KIND, record)) }
}

/// The bytes of a record, with room for its blind.
fn encode(kind: u8, record: &impl Decoded) -> Box<[u8]> {
    let mut bytes = record.encoded();
    if is_blinded(kind) {
        bytes.extend([0; BLIND_BYTES]);
    }
    bytes.into_boxed_slice()
}

/// True if two values are the same but for their blinds.
fn is_same_record(kind: u8, one: &[u8], other: &[u8]) -> bool {
    let record = |value| split_blind(kind, value).map(|(record, _)| record);
    record(one) == record(other)
}

/// A place among the writes of the running transaction.
#[derive(Clone, Copy)]
pub(crate) struct Mark(usize);

pub(crate) struct Overlay<'a> {
    base: &'a StateTree,
    /// The shelves of the base that haven't been dropped.
    shelves: BTreeMap<Month, &'a StateTree>,
    table_hash: TableHash,
    /// The places of keys in `slots`, with the keys' hashes in the table: as short as they can be, since a block
    /// touches so many that they don't stay in a processor's caches.
    places: HashTable<(u32, u32)>,
    /// In the order in which the keys were touched.
    slots: Slots<'a>,
    /// The values that the running transaction has overwritten, in order.
    undo: Vec<(usize, Now)>,
    /// Pages of the base that weren't in memory and have been brought, by their hash.
    supplied: BTreeMap<Hash, LoadedPage>,
}

impl<'a> Overlay<'a> {
    /// On top of a main tree, without shelves.
    pub(crate) fn new(base: &'a StateTree) -> Self {
        let table_hash = TableHash::new(&base.root());
        Self {
            base,
            shelves: BTreeMap::new(),
            table_hash,
            places: HashTable::new(),
            slots: Slots::default(),
            undo: Vec::new(),
            supplied: BTreeMap::new(),
        }
    }

    /// On top of a whole state.
    pub(crate) fn on(base: &'a StateTree, shelves: &'a Shelves) -> Self {
        Self { shelves: shelves.iter().collect(), ..Self::new(base) }
    }

    /// Takes pages of the base that were missing.
    pub(crate) fn supply(&mut self, pages: Vec<LoadedPage>) {
        self.supplied.extend(pages.into_iter().map(|page| (*page.hash(), page)));
    }

    /// True if a page that the base lacks has been brought.
    pub(crate) fn is_supplied(&self, page: &Hash) -> bool {
        self.supplied.contains_key(page)
    }

    /// A tree of the base with the pages that have been brought.
    fn with_supplied(&self, shelf: Option<Month>, tree: &StateTree) -> StateTree {
        if self.supplied.is_empty() {
            return tree.clone();
        }
        tree.with_pages(self.supplied.values().filter(|page| page.shelf() == shelf))
    }

    /// Drops a shelf whole. Nothing of it has been touched yet.
    pub(crate) fn drop_shelf(&mut self, month: Month) -> Result<(), Missing> {
        self.remove(&ShelfKey(month))?;
        self.shelves.remove(&month);
        Ok(())
    }

    /// The shelves on which the block has written anything, as it has left them.
    pub(crate) fn written_shelves(&self) -> Result<BTreeMap<Month, StateTree>, Missing> {
        let mut changes = BTreeMap::<Month, Vec<Change<'_>>>::new();
        for Slot { key, key_hash, now, .. } in self.slots.iter() {
            let Some(month) = key.shelf() else { continue };
            let after = match now {
                Now::AsBefore | Now::Decoded(_) => continue,
                Now::Value(value) => Some(&**value),
                Now::Gone => None,
            };
            changes.entry(month).or_default().push(Change::hashed(*key_hash, key.as_bytes(), after));
        }
        let empty = StateTree::new();
        let written = changes.into_iter().map(|(month, changes)| {
            let before = self.with_supplied(Some(month), self.shelves.get(&month).copied().unwrap_or(&empty));
            Ok((month, before.apply_changes(changes)?))
        });
        written.collect()
    }

    /// The main tree after the block: the base with what has been written.
    pub(crate) fn written_tree(&self, written: &[Written<'_>]) -> Result<StateTree, Missing> {
        let in_tree = written.iter().filter(|written| written.key.shelf().is_none());
        self.with_supplied(None, self.base).apply_changes(in_tree.map(Written::change).collect())
    }

    /// The record under a key, as the transactions so far have left it.
    pub(crate) fn get<K: StateKey>(&mut self, key: &K) -> Result<Option<K::Record>, Missing> {
        let place = self.place(key)?;
        let slot = &mut self.slots[place];
        if stays_decoded(K::KIND) {
            return Ok(slot.record::<K>().cloned());
        }
        Ok(match &slot.now {
            Now::AsBefore => slot.before.as_deref().map(decode::<K>),
            Now::Value(value) => Some(decode::<K>(value)),
            Now::Decoded(_) | Now::Gone => None,
        })
    }

    /// True if there is a record under a key, as the transactions so far have left it. Other than by
    /// [`get`](Self::get), nothing is kept of a key that is only looked for.
    pub(crate) fn has<K: StateKey>(&self, key: &K) -> Result<bool, Missing> {
        let packed = PackedKey::of(key);
        if let Some(slot) = self.find(&packed) {
            return Ok(slot.has_record());
        }
        let Some(tree) = tree_of(key.shelf(), self.base, &self.shelves) else { return Ok(false) };
        Ok(value_in(tree, &self.supplied, &hash_key(packed.as_bytes()))?.is_some())
    }

    pub(crate) fn put<K: StateKey>(&mut self, key: &K, record: &K::Record) -> Result<(), Missing> {
        let place = self.place(key)?;
        self.write(place, now::<K>(record));
        Ok(())
    }

    /// Writes a record under a key that has none. Answers false, and writes nothing, if it has one.
    pub(crate) fn put_new<K: StateKey>(&mut self, key: &K, record: &K::Record) -> Result<bool, Missing> {
        let place = self.place(key)?;
        let is_new = !self.slots[place].has_record();
        if is_new {
            self.write(place, now::<K>(record));
        }
        Ok(is_new)
    }

    /// An account, to change for good: a transaction that is taken back doesn't take this back. None if there is no
    /// such account now.
    pub(crate) fn change_account(&mut self, address: Address) -> Result<Option<&mut Account>, Missing> {
        let place = self.place(&AccountKey(address))?;
        let slot = &mut self.slots[place];
        if slot.record::<AccountKey>().is_none() {
            return Ok(None);
        }
        if let Some(account) = slot.decoded.take().filter(|_| matches!(slot.now, Now::AsBefore)) {
            slot.now = Now::Decoded(account);
        }
        Ok(slot.record::<AccountKey>())
    }

    /// True if the block has written a key.
    pub(crate) fn is_written<K: StateKey>(&self, key: &K) -> bool {
        self.find(&PackedKey::of(key)).is_some_and(|slot| !matches!(slot.now, Now::AsBefore))
    }

    /// Makes sure that accounts are there to be changed.
    pub(crate) fn touch(&mut self, accounts: &[Address]) -> Result<(), Missing> {
        Missing::each(accounts.iter().map(|account| self.place(&AccountKey(*account)))).map(drop)
    }

    /// Adds the accounts that the running transaction's writes concern; some of them more than once.
    pub(crate) fn add_concerned(&self, accounts: &mut Vec<Address>) {
        for (place, _) in &self.undo {
            accounts.extend(concerned_by(self.slots[*place].key.as_bytes()));
        }
    }

    pub(crate) fn remove<K: StateKey>(&mut self, key: &K) -> Result<(), Missing> {
        let place = self.place(key)?;
        self.write(place, Now::Gone);
        Ok(())
    }

    /// Makes the running transaction's writes part of the block.
    pub(crate) fn keep(&mut self) {
        self.undo.clear();
    }

    /// Takes the running transaction's writes back.
    pub(crate) fn take_back(&mut self) {
        self.take_back_to(Mark(0));
    }

    /// Marks the running transaction's writes so far.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.undo.len())
    }

    /// Takes the running transaction's writes after a mark back.
    pub(crate) fn take_back_to(&mut self, mark: Mark) {
        for (place, before) in self.undo.drain(mark.0..).rev() {
            self.slots[place].now = before;
        }
    }

    /// Gives what the block has written its final bytes. Doing it again changes nothing. "What a block leaves as it was
    /// before it keeps its blind." (protocol, State and proofs)
    pub(crate) fn seal(&mut self) -> Result<(), Missing> {
        for place in 0..self.slots.len() {
            if place % READ_AHEAD == 0 {
                let next = (place..self.slots.len()).take(READ_AHEAD);
                read_ahead(next.filter_map(|place| self.slots[place].before.as_deref()));
            }
            let Slot { key, before, now: Now::Value(value), .. } = &self.slots[place] else { continue };
            let Some(account) = blinded_account(key.as_bytes()) else { continue };
            if before.as_deref().is_some_and(|before| is_same_record(key.kind(), before, value)) {
                self.slots[place].now = Now::AsBefore;
                continue;
            }
            let key = *key;
            let digest = self.activity_of(account)?.digest;
            let blind = blind(&digest, key.as_bytes());
            if let Now::Value(value) = &mut self.slots[place].now
                && let Some(room) = value.last_chunk_mut()
            {
                *room = blind;
            }
        }
        Ok(())
    }

    /// The keys that the block has written, each once, with their values before and after, once it is
    /// [sealed](Self::seal).
    pub(crate) fn written(&self) -> Vec<Written<'_>> {
        let written = self.slots.iter().filter_map(|Slot { key, key_hash, before, now, .. }| {
            let after = match now {
                Now::AsBefore => return None,
                Now::Value(value) => Some(Cow::Borrowed(&**value)),
                Now::Decoded(record) => Some(Cow::Owned(record.encoded())),
                Now::Gone => None,
            };
            Some(Written { key_hash: *key_hash, key: *key, before: before.as_deref(), after })
        });
        written.collect()
    }

    /// The activity of an account now.
    fn activity_of(&mut self, address: Address) -> Result<Activity, Missing> {
        let place = self.place(&AccountKey(address))?;
        Ok(self.slots[place].record::<AccountKey>().map(|account| account.activity).unwrap_or_default())
    }

    fn place<K: StateKey>(&mut self, key: &K) -> Result<usize, Missing> {
        let Self { base, shelves, table_hash, places, slots, supplied, .. } = self;
        let shelf = key.shelf();
        let key = PackedKey::of(key);
        let hash = table_hash.of(&key);
        let is_known = |(known, place): &(u32, u32)| *known == hash && slots[index(*place)].key == key;
        match places.entry(spread(hash), is_known, |(hash, _)| spread(*hash)) {
            Entry::Occupied(known) => Ok(index(known.get().1)),
            Entry::Vacant(unknown) => {
                let key_hash = hash_key(key.as_bytes());
                let before = match tree_of(shelf, base, shelves) {
                    Some(tree) => value_in(tree, supplied, &key_hash)?,
                    None => None,
                };
                let place = slots.len();
                unknown.insert((hash, u32::try_from(place).expect("a block's bytes bound the keys that it touches")));
                slots.push(Slot { key, key_hash, before, decoded: None, now: Now::AsBefore });
                Ok(place)
            }
        }
    }

    /// The slot of a key that has been touched.
    fn find(&self, key: &PackedKey) -> Option<&Slot<'a>> {
        let hash = self.table_hash.of(key);
        let is_known = |(known, place): &(u32, u32)| *known == hash && self.slots[index(*place)].key == *key;
        self.places.find(spread(hash), is_known).map(|(_, place)| &self.slots[index(*place)])
    }

    fn write(&mut self, place: usize, now: Now) {
        let before = std::mem::replace(&mut self.slots[place].now, now);
        self.undo.push((place, before));
    }
}

/// The tree that has a key, if there is one.
fn tree_of<'a>(
    shelf: Option<Month>,
    base: &'a StateTree,
    shelves: &BTreeMap<Month, &'a StateTree>,
) -> Option<&'a StateTree> {
    shelf.map_or(Some(base), |month| shelves.get(&month).copied())
}

/// The place in `slots` that the table has.
fn index(place: u32) -> usize {
    usize::try_from(place).expect("a processor of 32 bits at least")
}

/// The hash as a table takes it, which looks at both ends of 64 bits.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

/// The value of the key with this hash in a tree, whose page may have been brought.
fn value_in<'a>(
    tree: &'a StateTree,
    supplied: &BTreeMap<Hash, LoadedPage>,
    key_hash: &Hash,
) -> Result<Option<Cow<'a, [u8]>>, Missing> {
    match tree.get_hashed(key_hash) {
        Ok(value) => Ok(value.map(Cow::Borrowed)),
        Err(missing) => match missing.pages().iter().find_map(|page| supplied.get(page)) {
            Some(page) => Ok(page.get(key_hash).map(|value| Cow::Owned(value.to_vec()))),
            None => Err(missing),
        },
    }
}
