//! Records of a version of the state that have been proven against its root, for whoever has nothing else of it.

use lojal_types::{BrandId, Hash, NetworkKind, Parameters};
use thiserror::Error;

use crate::key::{BrandListKey, ParametersKey, StateKey};
use crate::records::Records;
use crate::state::Tip;
use crate::tree::{Proof, ProofError, ProvenPage};

/// The pages of a version of the state that proofs have shown. What it answers is what the state has.
#[derive(Clone, Debug)]
pub struct ProvenRecords {
    network: NetworkKind,
    tip: Tip,
    root: Hash,
    pages: Vec<ProvenPage>,
}

/// A reason that proven records don't tell something.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotProven {
    /// Neither the record under this key nor its absence has been proven.
    #[error("the answer lacks a proof that it needs")]
    Lacking(Box<[u8]>),
    /// A record that this program doesn't know, or that contradicts others.
    #[error("the state has a record that this program can't read: update it")]
    Unreadable,
}

impl ProvenRecords {
    /// None yet, of the state with this root after a block. The caller has checked that the block is final.
    pub fn new(network: NetworkKind, tip: Tip, root: Hash) -> Self {
        Self { network, tip, root, pages: Vec::new() }
    }

    /// Takes in what a proof shows that was made for a key.
    ///
    /// # Errors
    /// When it isn't a proof of this version.
    pub fn add(&mut self, key: &[u8], proof: &Proof) -> Result<(), ProofError> {
        self.pages.push(proof.check(self.root.as_bytes(), key)?);
        Ok(())
    }

    fn always<K: StateKey>(&self, key: &K) -> Result<K::Record, NotProven> {
        self.named(self.get(key)?)
    }
}

impl Records for ProvenRecords {
    type Lack = NotProven;

    fn get<K: StateKey>(&self, key: &K) -> Result<Option<K::Record>, NotProven> {
        let bytes = key.encode();
        match self.pages.iter().find_map(|page| page.get(&bytes)) {
            None => Err(NotProven::Lacking(bytes)),
            Some(None) => Ok(None),
            Some(Some(value)) => K::record(value).map(Some).ok_or(NotProven::Unreadable),
        }
    }
    fn named<T>(&self, record: Option<T>) -> Result<T, NotProven> {
        record.ok_or(NotProven::Unreadable)
    }
    fn tip(&self) -> Tip {
        self.tip
    }
    fn network(&self) -> NetworkKind {
        self.network
    }
    fn parameters(&self) -> Result<Parameters, NotProven> {
        self.always(&ParametersKey)
    }
    fn brand_ids(&self) -> Result<Vec<BrandId>, NotProven> {
        Ok(self.always(&BrandListKey)?.ids.into_inner())
    }
}

#[cfg(test)]
mod tests;
