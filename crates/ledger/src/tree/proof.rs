//! Proofs that a key has a value, or that it is absent.
//!
//! # Why a proof can't be forged
//!
//! The tags of page and branch preimages differ in their seventh byte, a branch has exactly two
//! hashes after its tag and a page a whole number of pairs. So no preimage can be read in two ways,
//! and whoever finds two preimages for one hash has broken SHA-256. Hence a root fixes its top node,
//! that node its children, and so on: for any root and key there is one path and one page that
//! verify, of one length, and that is the page of the tree that the root was computed from.
//!
//! - That page is strictly sorted, so no root at all, even one that nobody computed honestly, has two
//!   values for a key, or a value and its absence.
//! - If the root is that of a [`StateTree`](super::StateTree), as it is once more than two thirds of
//!   the voting power have executed the block, then the key can only be in that page: a value or an
//!   absence shown by it is the truth. A page cut short, a page passed off as a branch, or a branch
//!   passed off as a page has another hash.
//! - A shape that is not canonical (say a branch over so few entries that they fit in a page) also
//!   has another hash, so it can't lead to the root of a `StateTree`.
//!
//! The other checks (page size, every entry on the path to the page) follow from that for an honest
//! root. They are made all the same: they cost nothing, and a root that fails them is caught.

#[cfg(test)]
mod tests;

use borsh::io::{Error, ErrorKind, Read, Result as IoResult};
use borsh::{BorshDeserialize, BorshSerialize};

use super::node::{Hash, Node, bit, hash_branch, hash_key, hash_page, hash_value};
use super::{DEPTH_MAX, Missing, PAGE_ENTRIES_MAX};

/// Shows a key's value, or its absence, to someone who has only the state root: "A proof of membership or absence is
/// the hashes beside the path and the page." (protocol, State and proofs) Nobody else's keys or values are in it.
/// Untrusted until [`verify`](Self::verify) says so.
///
/// Decoding refuses more than [`DEPTH_MAX`] siblings and more than [`PAGE_ENTRIES_MAX`] entries.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Proof {
    /// The hashes beside the path from the top to the page, from the top down.
    #[borsh(deserialize_with = "decode_at_most::<Hash, DEPTH_MAX, _>")]
    siblings: Vec<Hash>,
    /// Key hash and value hash of every entry of the page where the key belongs.
    #[borsh(deserialize_with = "decode_at_most::<(Hash, Hash), PAGE_ENTRIES_MAX, _>")]
    page: Vec<(Hash, Hash)>,
}

/// A reason that a proof does not show what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// More siblings than a key hash has bits.
    #[error("the proof has {0} siblings, more than {DEPTH_MAX}: ask another node")]
    TooManySiblings(usize),
    /// More entries than fit in a page.
    #[error("the page of the proof has {0} entries, more than {PAGE_ENTRIES_MAX}: ask another node")]
    TooManyEntries(usize),
    /// Entries that are out of order, or twice there.
    #[error("the page of the proof is not strictly sorted: ask another node")]
    Unsorted,
    /// An entry that can't be in the page where the key belongs.
    #[error("the page of the proof holds an entry of another page: ask another node")]
    MisplacedEntry,
    /// The hashes don't add up to the root: a forged proof, or one of another height.
    #[error("the proof does not lead to the state root: check its height, or ask another node")]
    WrongRoot,
    /// The root commits to another value of the key.
    #[error("the state has another value for the key: the value is stale or forged, ask again")]
    OtherValue,
    /// The root commits to a state without the key.
    #[error("the state does not have the key: the value is stale or forged, ask again")]
    Absent,
    /// The root commits to a state with the key, whose absence was claimed.
    #[error("the state has the key, although it is said to be absent: ask again for its value")]
    Present,
}

impl Proof {
    pub(super) fn new(top: &Node, key_hash: &Hash) -> Result<Self, Missing> {
        let mut siblings = Vec::new();
        let page = top.find_page(key_hash, |sibling| siblings.push(*sibling.hash()))?;
        let page = page.entries().map(|entry| (*entry.key_hash, *entry.value_hash)).collect();
        Ok(Self { siblings, page })
    }

    /// Checks that the state with this `root` has `value` for `key`, or with `None` that it does not
    /// have the key.
    ///
    /// # Errors
    ///
    /// What is wrong. [`ProofError::OtherValue`], [`ProofError::Absent`] and [`ProofError::Present`]
    /// are themselves proven: the state is known to say otherwise.
    pub fn verify(&self, root: &[u8; 32], key: &[u8], value: Option<&[u8]>) -> Result<(), ProofError> {
        self.verify_hashes(root, &hash_key(key), value.map(hash_value))
    }

    /// As [`verify`](Self::verify), for a key and a value of which only the hashes matter.
    pub(super) fn verify_hashes(
        &self,
        root: &Hash,
        key_hash: &Hash,
        value_hash: Option<Hash>,
    ) -> Result<(), ProofError> {
        self.check_form(key_hash)?;
        if self.root(key_hash) != *root {
            return Err(ProofError::WrongRoot);
        }
        let found = self.page.iter().find(|(found, _)| found == key_hash);
        match (found, value_hash) {
            (None, None) => Ok(()),
            (Some((_, found)), Some(value_hash)) if *found == value_hash => Ok(()),
            (Some(_), Some(_)) => Err(ProofError::OtherValue),
            (None, Some(_)) => Err(ProofError::Absent),
            (Some(_), None) => Err(ProofError::Present),
        }
    }

    fn check_form(&self, key_hash: &Hash) -> Result<(), ProofError> {
        let depth = self.siblings.len();
        if depth > DEPTH_MAX {
            return Err(ProofError::TooManySiblings(depth));
        }
        if self.page.len() > PAGE_ENTRIES_MAX {
            return Err(ProofError::TooManyEntries(self.page.len()));
        }
        if !self.page.is_sorted_by(|(a, _), (b, _)| a < b) {
            return Err(ProofError::Unsorted);
        }
        let belongs = |other: &Hash| (0..depth).all(|i| bit(other, i) == bit(key_hash, i));
        if !self.page.iter().all(|(other, _)| belongs(other)) {
            return Err(ProofError::MisplacedEntry);
        }
        Ok(())
    }

    /// The root of the tree that has this page on the path of `key_hash`.
    fn root(&self, key_hash: &Hash) -> Hash {
        let pairs: Vec<u8> = self.page.iter().flat_map(|(key, value)| [*key, *value]).flatten().collect();
        let path = self.siblings.iter().enumerate().rev();
        path.fold(hash_page(&pairs), |node, (depth, sibling)| {
            if bit(key_hash, depth) { hash_branch(sibling, &node) } else { hash_branch(&node, sibling) }
        })
    }
}

/// Decodes a list: "decoding […] refuses an announced length beyond its bound before allocating" (protocol, Bytes).
fn decode_at_most<T: BorshDeserialize, const MAX: usize, R: Read>(reader: &mut R) -> IoResult<Vec<T>> {
    let len = u32::deserialize_reader(reader)? as usize;
    if len > MAX {
        let message = format!("a list of {len} items in a proof, where at most {MAX} may be");
        return Err(Error::new(ErrorKind::InvalidData, message));
    }
    (0..len).map(|_| T::deserialize_reader(reader)).collect()
}
