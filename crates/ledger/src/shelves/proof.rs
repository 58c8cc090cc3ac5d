//! Proofs of what lies on a shelf.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{Shelves, shelf_in};
use crate::key::{ShelfKey, StateKey, shelf_of};
use crate::record::Shelf;
use crate::tree::{Missing, Proof, ProofError, StateTree};

/// Shows the record of a reference, or its absence, to someone who has only the state root: "A proof of a record on a
/// shelf is that of the shelf's record, and a proof in the shelf's tree." (protocol, State and proofs) Untrusted until
/// [`verify`](Self::verify) says so.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ShelfProof {
    /// The shelf's record, or its absence, in the state.
    in_state: Proof,
    /// The record, with a proof against its root; none if there is no such shelf.
    shelf: Option<(Shelf, Proof)>,
}

impl ShelfProof {
    /// A proof for a key of a shelf; none for another key.
    pub(crate) fn new(main: &StateTree, shelves: &Shelves, key: &[u8]) -> Result<Option<Self>, Missing> {
        let Some(month) = shelf_of(key) else { return Ok(None) };
        let shelf = match (shelf_in(main, month)?, shelves.get(month)) {
            (Some(shelf), Some(tree)) => Some((shelf, tree.prove(key)?)),
            _ => None,
        };
        Ok(Some(Self { in_state: main.prove(&ShelfKey(month).encode())?, shelf }))
    }

    /// Checks that the state with this `root` has `value` for `key`, or with `None` that it does not have the key.
    ///
    /// # Errors
    ///
    /// As of [`Proof::verify`].
    pub fn verify(&self, root: &[u8; 32], key: &[u8], value: Option<&[u8]>) -> Result<(), ProofError> {
        let month = shelf_of(key).ok_or(ProofError::MisplacedEntry)?;
        let shelf_key = ShelfKey(month).encode();
        let Some((shelf, on_shelf)) = &self.shelf else {
            self.in_state.verify(root, &shelf_key, None)?;
            return value.map_or(Ok(()), |_| Err(ProofError::Absent));
        };
        let record = borsh::to_vec(shelf).expect("writing to memory can't fail");
        self.in_state.verify(root, &shelf_key, Some(&record))?;
        on_shelf.verify(shelf.root.as_bytes(), key, value)
    }
}
