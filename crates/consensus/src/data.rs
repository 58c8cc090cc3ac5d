//! The questions and answers of the data protocol (protocol, Between nodes).

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_chain::SetChange;
use lojal_chain::snapshot::Offer;
use lojal_types::{Bounded, Certificate, Header, Height};

use crate::limits::{BLOCKS_BACK_MAX, CHANGES_MAX, OFFERS_MAX};

/// A question of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Question {
    /// The last block.
    Head,
    /// The changes of the validators after a height.
    Changes {
        /// The height.
        after: Height,
    },
    /// The header of a block.
    Header {
        /// Its height.
        height: Height,
    },
    /// The snapshots that there are.
    Offers,
    /// The manifest of a snapshot.
    Manifest {
        /// The height of its block.
        height: Height,
    },
    /// A chunk of a snapshot.
    Chunk {
        /// The height of its block.
        height: Height,
        /// The chunk's number.
        number: u32,
    },
    /// A part of the ids of a snapshot.
    Recent {
        /// The height of its block.
        height: Height,
        /// The part's number.
        number: u32,
    },
    /// Decided blocks up to one, the newest first.
    Blocks {
        /// The height of the last of them, which comes first.
        end: Height,
    },
}

/// An answer, which need not be believed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Answer {
    /// There is nothing to answer with.
    Nothing,
    /// The header that was asked for, or that of the last block.
    Head(Box<Head>),
    /// Changes of the validators.
    Changes(Changes),
    /// Snapshots, the newest first.
    Offers(Bounded<Offer, 0, OFFERS_MAX>),
    /// A manifest, a chunk, or a part of the ids.
    Bytes(Vec<u8>),
    /// Blocks that follow each other downwards.
    Blocks(Bounded<DecidedBlock, 0, BLOCKS_BACK_MAX>),
}

/// A block, and the certificate that makes it final.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct DecidedBlock {
    /// The canonical bytes of the block.
    pub block: Vec<u8>,
    /// The certificate of the node that answers.
    pub certificate: Certificate,
}

/// A header, and the certificate that makes it final.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Head {
    /// The header.
    pub header: Header,
    /// The certificate of the node that answers; another one may have other signatures.
    pub certificate: Certificate,
}

/// Changes of the validators by rising height.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Changes {
    /// The first ones after the height that was asked for.
    pub changes: Bounded<SetChange, 0, CHANGES_MAX>,
    /// True if there are others after the last of them.
    pub more: bool,
}

impl Question {
    /// True if guests may ask it, who have no part on the network.
    pub(crate) fn is_for_guests(self) -> bool {
        matches!(self, Self::Head | Self::Changes { .. } | Self::Header { .. })
    }

    /// Reads canonical bytes.
    ///
    /// # Errors
    /// When they are no question.
    pub fn decode(bytes: &[u8]) -> Result<Self, std::io::Error> {
        borsh::from_slice(bytes)
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory can't fail")
    }
}

impl Answer {
    /// Reads canonical bytes.
    ///
    /// # Errors
    /// When they are no answer.
    pub fn decode(bytes: &[u8]) -> Result<Self, std::io::Error> {
        borsh::from_slice(bytes)
    }

    /// The canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("writing to memory can't fail")
    }
}
