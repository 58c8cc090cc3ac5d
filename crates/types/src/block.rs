//! Blocks and their headers (protocol, Blocks and finality).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::address::{Address, AddressText, NetworkKind};
use crate::bounded::Bounded;
use crate::hash::{chain_hash, tag};
use crate::ids::{BlockId, ChainId, Hash, Height};
use crate::limits::{BLOCK_BYTES_MAX, BLOCK_TRANSACTIONS_MAX};
use crate::merkle;
use crate::receipt::Receipt;
use crate::time::TimeMs;
use crate::transaction::SignedTransaction;

/// The part of a block whose hash is the block's id.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header<A = Address> {
    /// The protocol's version.
    pub version: u32,
    /// The network.
    pub chain_id: ChainId,
    /// One more than the parent's.
    pub height: Height,
    /// Later than the parent's.
    pub time_ms: TimeMs,
    /// The block before; for the first block the chain id.
    pub parent: BlockId,
    /// RFC 9162 root over the signed transactions.
    pub transactions_root: Hash,
    /// RFC 9162 root over the receipts, in the order of the transactions.
    pub receipts_root: Hash,
    /// The root of the state after this block.
    pub state_root: Hash,
    /// The validators that decide this block.
    pub validators_hash: Hash,
    /// The validators that decide the next one.
    pub next_validators_hash: Hash,
    /// The validator that built the block.
    pub proposer: A,
}

impl Header {
    /// The block's id.
    pub fn id(&self) -> BlockId {
        let bytes = borsh::to_vec(self).expect("writing to memory can't fail");
        BlockId::new(chain_hash(tag::BLOCK, &self.chain_id, &[&bytes]))
    }
    /// The form that JSON shows.
    pub fn to_text(self, network: NetworkKind) -> Header<AddressText> {
        Header {
            version: self.version,
            chain_id: self.chain_id,
            height: self.height,
            time_ms: self.time_ms,
            parent: self.parent,
            transactions_root: self.transactions_root,
            receipts_root: self.receipts_root,
            state_root: self.state_root,
            validators_hash: self.validators_hash,
            next_validators_hash: self.next_validators_hash,
            proposer: self.proposer.to_text(network),
        }
    }
}

/// A block as it travels. Nobody has checked it yet.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Block {
    /// The header.
    pub header: Header,
    /// The transactions, in order of execution.
    pub transactions: Bounded<SignedTransaction, 0, BLOCK_TRANSACTIONS_MAX>,
}

/// Bytes that are no block.
#[derive(Debug, Error)]
pub enum BlockDecodeError {
    /// Longer than the limit.
    #[error("{0} bytes are more than a block can have")]
    TooLarge(usize),
    /// Not canonical.
    #[error("not the canonical encoding of a block: {0}")]
    Malformed(std::io::Error),
}

impl Block {
    /// Decodes canonical bytes.
    ///
    /// # Errors
    /// When they are too many or not the canonical encoding of a block.
    pub fn decode(bytes: &[u8]) -> Result<Self, BlockDecodeError> {
        if bytes.len() > BLOCK_BYTES_MAX {
            return Err(BlockDecodeError::TooLarge(bytes.len()));
        }
        borsh::from_slice(bytes).map_err(BlockDecodeError::Malformed)
    }
    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory can't fail")
    }
    /// True if the transactions are those that the header, and so the block's id, commits to. If not, the bytes say
    /// nothing about the block of that id: somebody on the way has changed them.
    pub fn is_whole(&self) -> bool {
        let encoded: Vec<Vec<u8>> = self.transactions.iter().map(SignedTransaction::encode).collect();
        transactions_root(encoded.iter().map(Vec::as_slice)) == self.header.transactions_root
    }
}

/// The root over transactions, given as the canonical bytes of each.
pub fn transactions_root<'a>(encoded: impl Iterator<Item = &'a [u8]>) -> Hash {
    Hash::new(merkle::root(encoded))
}

/// The root over receipts.
pub fn receipts_root(receipts: &[Receipt]) -> Hash {
    let mut bytes = Vec::new();
    let leaf = |receipt: &Receipt| {
        bytes.clear();
        borsh::to_writer(&mut bytes, receipt).expect("writing to memory can't fail");
        merkle::leaf(&bytes)
    };
    Hash::new(merkle::root_of_leaves(receipts.iter().map(leaf)))
}
