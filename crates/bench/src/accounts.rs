//! Members and operators with keys that everybody can compute: good for a measurement, and for nothing else.

use std::thread;

use lojal_types::{Address, KeyPair};

/// The number of threads that derive keys and sign, before a measurement begins.
pub const PREPARATION_THREADS: usize = 2;

/// Accounts of a kind. The key of one is derived when it signs: those of ten million would take gigabytes.
pub struct Accounts {
    kind: &'static [u8; 6],
    addresses: Vec<Address>,
}

impl Accounts {
    /// The first `count` members.
    pub fn members(count: usize) -> Self {
        Self::of(b"member", count)
    }
    /// The first `count` operators.
    pub fn operators(count: usize) -> Self {
        Self::of(b"operat", count)
    }
    fn of(kind: &'static [u8; 6], count: usize) -> Self {
        let share = count.div_ceil(PREPARATION_THREADS).max(1);
        let derive = |from: usize| (from..count.min(from + share)).map(|index| key(kind, index).address()).collect();
        let addresses = thread::scope(|scope| {
            let starts = (0..count).step_by(share);
            let threads: Vec<_> = starts.map(|from| scope.spawn(move || -> Vec<Address> { derive(from) })).collect();
            let parts = threads.into_iter().map(|one| one.join().expect("deriving a key doesn't panic"));
            parts.flatten().collect()
        });
        Self { kind, addresses }
    }
    /// The number of accounts.
    pub fn len(&self) -> usize {
        self.addresses.len()
    }
    /// The key of one, by its place below [`Self::len`].
    pub fn key(&self, index: usize) -> KeyPair {
        key(self.kind, index)
    }
    /// The address of one, by its place below [`Self::len`].
    pub fn address(&self, index: usize) -> Address {
        self.addresses[index]
    }
}

/// A key of a kind, by its place.
pub fn key(kind: &[u8; 6], index: usize) -> KeyPair {
    let mut seed = *b"lojal-bench: never a real key...";
    seed[..6].copy_from_slice(kind);
    seed[24..].copy_from_slice(&(index as u64).to_le_bytes());
    KeyPair::from_seed(&seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_the_same_every_time_and_all_different() {
        let (few, more) = (Accounts::members(3), Accounts::members(5));
        assert_eq!((few.len(), more.len()), (3, 5));
        for index in 0..3 {
            assert_eq!(few.address(index), more.address(index));
            assert_eq!(few.key(index).address(), few.address(index));
        }
        let mut addresses: Vec<Address> = (0..5).map(|index| more.address(index)).collect();
        addresses.push(Accounts::operators(1).address(0));
        addresses.sort_unstable();
        addresses.dedup();
        assert_eq!(addresses.len(), 6);
        assert_eq!(Accounts::members(0).len(), 0);
    }
}
