//! The hash over everything that happens in a run: two runs with the same hash did the same.

use sha2::{Digest, Sha256};

/// Hashes events as they happen.
#[derive(Clone, Default)]
pub struct Trace {
    hasher: Sha256,
    events: u64,
}

impl Trace {
    /// Something happened at a time: a name for what, numbers, and bytes.
    pub fn event(&mut self, at_us: u64, name: &str, numbers: &[u64], bytes: &[u8]) {
        self.events += 1;
        self.hasher.update(at_us.to_le_bytes());
        self.hasher.update([name.len() as u8]);
        self.hasher.update(name);
        self.hasher.update([numbers.len() as u8]);
        for number in numbers {
            self.hasher.update(number.to_le_bytes());
        }
        self.hasher.update((bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
    }

    /// The number of events.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// The hash so far, in hex.
    pub fn hash(&self) -> String {
        hex::encode(self.hasher.clone().finalize())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_differs_changes_the_hash() {
        let of = |at_us, name, numbers: &[u64], bytes: &[u8]| {
            let mut trace = Trace::default();
            trace.event(at_us, name, numbers, bytes);
            trace.hash()
        };
        let all = [
            of(1, "a", &[1], b"x"),
            of(2, "a", &[1], b"x"),
            of(1, "b", &[1], b"x"),
            of(1, "a", &[2], b"x"),
            of(1, "a", &[1, 1], b"x"),
            of(1, "a", &[1], b"y"),
            Trace::default().hash(),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert_eq!(of(1, "a", &[1], b"x"), all[0]);
    }
}
