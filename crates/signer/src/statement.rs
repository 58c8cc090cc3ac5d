//! The statements that a validator signs.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::hash::tag;
use lojal_types::{Address, BlockId, ChainId, Height, Signature, VoteContent, VoteKind};

/// A vote or a proposal. Whoever holds the key builds the bytes from this, and signs nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Statement {
    /// A proposal.
    Proposal(ProposalContent),
    /// A prevote or precommit.
    Vote(VoteContent),
}

/// The content that a proposer signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProposalContent {
    /// The height.
    pub height: Height,
    /// The round; a proposal outside of any round is never signed.
    pub round: Option<u32>,
    /// The block.
    pub block: BlockId,
    /// The earlier round in which more than two thirds prevoted for it, if any.
    pub valid_round: Option<u32>,
    /// The proposer.
    pub validator: Address,
}

/// A statement with its signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Signed {
    /// The statement.
    pub statement: Statement,
    /// The signature over its bytes.
    pub signature: Signature,
}

/// The place of a statement within its height, of which only one may ever be signed: the round, and in it the step:
/// proposal, prevote, precommit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// The round.
    pub round: u32,
    /// 0 for a proposal, 1 for a prevote, 2 for a precommit.
    pub step: u8,
}

impl Statement {
    /// The height that it is about.
    pub fn height(&self) -> Height {
        match self {
            Self::Proposal(proposal) => proposal.height,
            Self::Vote(vote) => vote.height,
        }
    }
    /// Its place within the height; `None` outside of any round, where nobody signs.
    pub fn slot(&self) -> Option<Slot> {
        match self {
            Self::Proposal(proposal) => Some(Slot { round: proposal.round?, step: 0 }),
            Self::Vote(vote) => Some(Slot { round: vote.round, step: vote.kind as u8 }),
        }
    }
    /// The validator that says it.
    pub fn validator(&self) -> Address {
        match self {
            Self::Proposal(proposal) => proposal.validator,
            Self::Vote(vote) => vote.validator,
        }
    }
    /// The bytes that are signed. "The proposer signs `lojal/proposal/v1` ‖ chain id ‖ […] Numbers are little-endian.
    /// Both rounds are written as optional: one byte 1 and a u32." (protocol, Blocks and finality)
    pub fn signing_bytes(&self, chain: &ChainId) -> Vec<u8> {
        match self {
            Self::Vote(vote) => vote.signing_bytes(chain),
            Self::Proposal(proposal) => {
                let bytes = borsh::to_vec(proposal).expect("writing to memory can't fail");
                [tag::PROPOSAL.as_bytes(), chain.as_bytes(), &bytes].concat()
            }
        }
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proposal(proposal) => {
                let round = proposal.round.unwrap_or_default();
                write!(f, "the proposal of block {} at height {}, round {round}", proposal.block, proposal.height)
            }
            Self::Vote(vote) => {
                let kind = if vote.kind == VoteKind::Prevote { "prevote" } else { "precommit" };
                match vote.block {
                    Some(block) => write!(f, "the {kind} for block {block}")?,
                    None => write!(f, "the {kind} for no block")?,
                }
                write!(f, " at height {}, round {}", vote.height, vote.round)
            }
        }
    }
}
