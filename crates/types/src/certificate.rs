//! Consensus votes as they are signed, and the certificate that makes a block final (protocol, Blocks and finality).

use borsh::{BorshDeserialize, BorshSerialize};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::{Address, AddressText, NetworkKind};
use crate::bounded::Bounded;
use crate::hash::tag;
use crate::ids::{BlockId, ChainId, Height, Signature};
use crate::limits::VALIDATORS_MAX;

/// The two votes of a round (Tendermint, <https://arxiv.org/abs/1807.04938>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum VoteKind {
    /// The voter holds this block for valid.
    Prevote = 1,
    /// The voter saw that more than two thirds do.
    Precommit = 2,
}

/// The content that a validator signs when it votes; `block` is `None` for a vote against every block of the round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct VoteContent {
    /// The kind of the vote.
    pub kind: VoteKind,
    /// The height voted on.
    pub height: Height,
    /// The round of that height.
    pub round: u32,
    /// The block voted for.
    pub block: Option<BlockId>,
    /// The voter.
    pub validator: Address,
}

impl VoteContent {
    /// The bytes that are signed: "A validator signs its vote as `lojal/vote/v1` ‖ chain id ‖ { kind (1 prevote, 2
    /// precommit), height, round, block or none, validator }." (protocol, Blocks and finality)
    pub fn signing_bytes(&self, chain: &ChainId) -> Vec<u8> {
        let bytes = borsh::to_vec(self).expect("writing to memory can't fail");
        [tag::VOTE.as_bytes(), chain.as_bytes(), &bytes].concat()
    }
}

/// One precommit of a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommitSignature<A = Address> {
    /// The validator that signed.
    pub validator: A,
    /// The signature over the precommit's [`VoteContent`].
    pub signature: Signature,
}

/// Precommits for one block, which nobody has checked yet. "A certificate is { height, round, block, signatures by
/// rising validator address }" (protocol, Blocks and finality).
///
/// "Certificates of one block differ between nodes and are part of no hash." (protocol, Blocks and finality)
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, JsonSchema, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate<A = Address> {
    /// The height of the block.
    pub height: Height,
    /// The round in which it was decided.
    pub round: u32,
    /// The block.
    pub block: BlockId,
    /// The precommits, by rising validator address, each validator once.
    pub signatures: Bounded<CommitSignature<A>, 1, VALIDATORS_MAX>,
}

impl Certificate {
    /// The vote that `validator` must have signed for its part in this certificate.
    pub fn vote_of(&self, validator: Address) -> VoteContent {
        VoteContent {
            kind: VoteKind::Precommit,
            height: self.height,
            round: self.round,
            block: Some(self.block),
            validator,
        }
    }
    /// The form that JSON shows.
    pub fn to_text(&self, network: NetworkKind) -> Certificate<AddressText> {
        let signatures = self
            .signatures
            .iter()
            .map(|one| CommitSignature { validator: one.validator.to_text(network), signature: one.signature })
            .collect();
        Certificate {
            height: self.height,
            round: self.round,
            block: self.block,
            signatures: Bounded::new(signatures).expect("as many signatures as before"),
        }
    }
}
