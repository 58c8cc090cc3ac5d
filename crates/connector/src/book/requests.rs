//! The requests of one kind that tills have made, each with an id and a till's reference of its own.

use std::collections::BTreeMap;

use lojal_types::Reference;

/// Requests, the oldest of which are forgotten first.
#[derive(Debug)]
pub(super) struct Requests<T> {
    by_id: BTreeMap<Reference, T>,
    by_name: BTreeMap<String, Reference>,
    /// In the order in which they were made, with their tills' references.
    by_number: BTreeMap<u64, (Reference, String)>,
}

impl<T> Requests<T> {
    pub(super) fn new() -> Self {
        Self { by_id: BTreeMap::new(), by_name: BTreeMap::new(), by_number: BTreeMap::new() }
    }
    pub(super) fn get(&self, id: &Reference) -> Option<&T> {
        self.by_id.get(id)
    }
    /// The one under a till's reference.
    pub(super) fn named(&self, name: &str) -> Option<&T> {
        self.by_name.get(name).and_then(|id| self.by_id.get(id))
    }
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.by_id.values()
    }
    /// Puts one in the place of the one before with its id.
    pub(super) fn set(&mut self, (number, name, id): (u64, String, Reference), request: T) {
        self.by_name.insert(name.clone(), id.clone());
        self.by_number.insert(number, (id.clone(), name));
        self.by_id.insert(id, request);
    }
    /// Forgets those that are old, and of the others the oldest until there are so many at most.
    pub(super) fn forget(&mut self, most: usize, is_old: impl Fn(&T) -> bool) {
        let (by_id, by_name) = (&mut self.by_id, &mut self.by_name);
        self.by_number.retain(|_, (id, name)| {
            let stays = by_id.len() <= most && by_id.get(id).is_some_and(|request| !is_old(request));
            if !stays {
                by_id.remove(id);
                by_name.remove(name);
            }
            stays
        });
    }
}
