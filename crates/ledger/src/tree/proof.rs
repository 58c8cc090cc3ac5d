//! Proofs that a key has a value, or that it is absent.
//!
//! # Why a proof can't be forged
//!
//! The tags of page and branch preimages differ in their seventh byte, a branch has exactly two
//! hashes after its tag and a page a whole number of labels with hashes. So no preimage can be read in two ways,
//! and whoever finds two preimages for one hash has broken SHA-256. Hence a root fixes its top node,
//! that node its children, and so on: for any root and key there is one path and one page that
//! verify, of one length, and that is the page of the tree that the root was computed from. The hash of an entry
//! fixes its key hash and its value in the same way, and so its key.
//!
//! - An entry that is not shown is known by its label, which follows from its key. So it isn't the one that is asked
//!   for unless it has that one's label, and a page that hides one of those is refused.
//! - What is shown is strictly sorted, so no root at all, even one that nobody computed honestly, has two
//!   values for a key, or a value and its absence.
//! - If the root is that of a [`StateTree`](super::StateTree), as it is once more than two thirds of
//!   the voting power have executed the block, then the key can only be in that page: a value or an
//!   absence shown by it is the truth. A page cut short, a page passed off as a branch, or a branch
//!   passed off as a page has another hash.
//! - A shape that is not canonical (say a branch over so few entries that they fit in a page) also
//!   has another hash, so it can't lead to the root of a `StateTree`.
//!
//! The other checks (page size, every entry that is shown on the path to the page) follow from that for an honest
//! root. They are made all the same: they cost nothing, and a root that fails them is caught.
//!
//! # Why it tells nothing of others
//!
//! Of an entry that it hides, a proof has the label and the hash. The label of one that is about an account is the
//! beginning of its address, whatever else is in its key; and its hash, unlike that of a key or of a value alone, can't
//! be tried out by who doesn't know the record's blind.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use borsh::io::{Error, ErrorKind, Read, Result as IoResult};
use borsh::{BorshDeserialize, BorshSerialize};

use super::hash::{Hash, Label, bit, hash_branch, hash_entry, hash_key, hash_page, label_of};
use super::node::{Entry, Node};
use super::{DEPTH_MAX, Missing, PAGE_ENTRIES_MAX};

/// Most bytes of a key that a proof shows, and of a value: more than any has.
const KEY_BYTES_MAX: usize = 256;
const VALUE_BYTES_MAX: usize = 64 * 1024;

/// Shows a key's value, or its absence, to someone who has only the state root: "A proof of membership or absence is
/// the hashes beside the path, and of each entry of the page key and value if it has the label of the key that is
/// asked for, and else label and hash." (protocol, State and proofs) So it has what else there is of the same account
/// on that page, and nobody else's keys or values. Untrusted until [`verify`](Self::verify) says so.
///
/// Decoding refuses more than [`DEPTH_MAX`] siblings and more than [`PAGE_ENTRIES_MAX`] entries.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Proof {
    /// The hashes beside the path from the top to the page, from the top down.
    #[borsh(deserialize_with = "decode_at_most::<Hash, DEPTH_MAX, _>")]
    siblings: Vec<Hash>,
    /// The entries of the page where the key belongs, in the order of their key hashes.
    #[borsh(deserialize_with = "decode_at_most::<Slot, PAGE_ENTRIES_MAX, _>")]
    page: Vec<Slot>,
}

/// The knowledge that a proof gives of an entry.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
enum Slot {
    Hidden {
        label: Label,
        hash: Hash,
    },
    Shown {
        #[borsh(deserialize_with = "decode_at_most::<u8, KEY_BYTES_MAX, _>")]
        key: Vec<u8>,
        #[borsh(deserialize_with = "decode_at_most::<u8, VALUE_BYTES_MAX, _>")]
        value: Vec<u8>,
    },
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
    /// An entry that may be the one that was asked for, and isn't shown.
    #[error("the proof hides an entry that it has to show: ask another node")]
    Hidden,
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
    /// Of a key with this hash and label.
    pub(super) fn new(top: &Node, key_hash: &Hash, label: Label) -> Result<Self, Missing> {
        let mut siblings = Vec::new();
        let page = top.find_page(key_hash, |sibling| siblings.push(*sibling.hash()))?;
        let page = page.entries().map(|entry| Slot::of(&entry, label)).collect();
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
        let page = self.check(root, key)?;
        match (page.get(key).ok_or(ProofError::Hidden)?, value) {
            (None, None) => Ok(()),
            (Some(found), Some(value)) if found == value => Ok(()),
            (Some(_), Some(_)) => Err(ProofError::OtherValue),
            (None, Some(_)) => Err(ProofError::Absent),
            (Some(_), None) => Err(ProofError::Present),
        }
    }

    /// Checks that the state with this `root` has this page on the path of `key`.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub fn check(&self, root: &[u8; 32], key: &[u8]) -> Result<ProvenPage, ProofError> {
        let key_hash = hash_key(key);
        let entries: Vec<(Label, Hash)> = self.page.iter().map(Slot::labelled).collect();
        self.check_form(&key_hash)?;
        if self.root(&key_hash, &entries) != *root {
            return Err(ProofError::WrongRoot);
        }
        let hidden = self.page.iter().filter_map(|slot| match slot {
            Slot::Hidden { label, .. } => Some(*label),
            Slot::Shown { .. } => None,
        });
        Ok(ProvenPage {
            path: key_hash,
            depth: self.siblings.len(),
            hidden: hidden.collect(),
            shown: self.shown().map(|(key, value)| (key.into(), value.into())).collect(),
        })
    }

    /// The keys and values that it shows.
    fn shown(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.page.iter().filter_map(|slot| match slot {
            Slot::Shown { key, value } => Some((key.as_slice(), value.as_slice())),
            Slot::Hidden { .. } => None,
        })
    }

    fn check_form(&self, key_hash: &Hash) -> Result<(), ProofError> {
        let depth = self.siblings.len();
        if depth > DEPTH_MAX {
            return Err(ProofError::TooManySiblings(depth));
        }
        if self.page.len() > PAGE_ENTRIES_MAX {
            return Err(ProofError::TooManyEntries(self.page.len()));
        }
        let shown: Vec<Hash> = self.shown().map(|(key, _)| hash_key(key)).collect();
        if !shown.is_sorted_by(|one, next| one < next) {
            return Err(ProofError::Unsorted);
        }
        let belongs = |other: &Hash| (0..depth).all(|i| bit(other, i) == bit(key_hash, i));
        if !shown.iter().all(belongs) {
            return Err(ProofError::MisplacedEntry);
        }
        Ok(())
    }

    /// The root of the tree that has a page of these entries on the path of `key_hash`.
    fn root(&self, key_hash: &Hash, entries: &[(Label, Hash)]) -> Hash {
        let page = hash_page(entries.iter().map(|(label, hash)| (*label, hash)));
        let path = self.siblings.iter().enumerate().rev();
        path.fold(
            page,
            |node, (depth, sibling)| {
                if bit(key_hash, depth) { hash_branch(sibling, &node) } else { hash_branch(&node, sibling) }
            },
        )
    }
}

/// A page of a state, as far as a proof has shown it.
#[derive(Clone, Debug)]
pub struct ProvenPage {
    /// A key hash on whose path it lies, and the number of branches above it.
    path: Hash,
    depth: usize,
    hidden: Vec<Label>,
    shown: BTreeMap<Box<[u8]>, Box<[u8]>>,
}

impl ProvenPage {
    /// The value of a key, or that the state doesn't have the key; nothing if the page doesn't tell.
    pub fn get(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        let key_hash = hash_key(key);
        let is_here = (0..self.depth).all(|depth| bit(&self.path, depth) == bit(&key_hash, depth));
        let is_told = is_here && !self.hidden.contains(&label_of(key, &key_hash));
        is_told.then(|| self.shown.get(key).map(|value| &**value))
    }
}

impl Slot {
    /// All of an entry with this label, and nothing of another one.
    fn of(entry: &Entry<'_>, label: Label) -> Self {
        if entry.label() == label {
            Self::Shown { key: entry.key.to_vec(), value: entry.value.to_vec() }
        } else {
            Self::Hidden { label: entry.label(), hash: *entry.hash }
        }
    }

    fn labelled(&self) -> (Label, Hash) {
        match self {
            Self::Hidden { label, hash } => (*label, *hash),
            Self::Shown { key, value } => {
                let key_hash = hash_key(key);
                (label_of(key, &key_hash), hash_entry(&key_hash, value))
            }
        }
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
