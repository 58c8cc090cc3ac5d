//! The working set of a block: reads fall through to the state tree, writes stay here, and the writes of one
//! transaction can be taken back.

use std::collections::BTreeMap;

use crate::key::StateKey;
use crate::tree::StateTree;

/// What a block changes: new values by key, `None` for keys that go.
pub(crate) type ChangeSet = BTreeMap<Box<[u8]>, Option<Box<[u8]>>>;

#[derive(Clone)]
struct Slot {
    value: Option<Box<[u8]>>,
    written: bool,
}

pub(crate) struct Overlay<'a> {
    base: &'a StateTree,
    slots: BTreeMap<Box<[u8]>, Slot>,
    /// What the running transaction has overwritten, in order.
    undo: Vec<(Box<[u8]>, Slot)>,
}

impl<'a> Overlay<'a> {
    pub(crate) fn new(base: &'a StateTree) -> Self {
        Self { base, slots: BTreeMap::new(), undo: Vec::new() }
    }

    /// The record under a key, as the transactions so far have left it.
    pub(crate) fn get<K: StateKey>(&mut self, key: &K) -> Option<K::Record> {
        let slot = self.slot(key.encode());
        let bytes = slot.value.as_ref()?;
        Some(borsh::from_slice(bytes).expect("the state holds only records that this crate encoded"))
    }

    pub(crate) fn put<K: StateKey>(&mut self, key: &K, record: &K::Record) {
        let bytes = borsh::to_vec(record).expect("writing to memory can't fail");
        self.write(key.encode(), Some(bytes.into_boxed_slice()));
    }

    pub(crate) fn remove<K: StateKey>(&mut self, key: &K) {
        self.write(key.encode(), None);
    }

    /// Makes the running transaction's writes part of the block.
    pub(crate) fn keep(&mut self) {
        self.undo.clear();
    }

    /// Takes the running transaction's writes back.
    pub(crate) fn take_back(&mut self) {
        while let Some((key, slot)) = self.undo.pop() {
            self.slots.insert(key, slot);
        }
    }

    pub(crate) fn into_changes(self) -> ChangeSet {
        self.slots.into_iter().filter(|(_, slot)| slot.written).map(|(key, slot)| (key, slot.value)).collect()
    }

    fn slot(&mut self, key: Box<[u8]>) -> &mut Slot {
        let base = self.base;
        self.slots.entry(key).or_insert_with_key(|key| Slot { value: base.get(key).map(Box::from), written: false })
    }

    fn write(&mut self, key: Box<[u8]>, value: Option<Box<[u8]>>) {
        let slot = self.slot(key.clone());
        let before = std::mem::replace(slot, Slot { value, written: true });
        self.undo.push((key, before));
    }
}
