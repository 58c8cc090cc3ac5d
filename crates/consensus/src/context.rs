//! The engine's view of our types: thin wrappers, so that its traits can be implemented on them.
//!
//! The value that consensus decides is a block's id; the block itself travels in parts (ARCHITECTURE.md, A
//! transaction's way).

use std::fmt;
use std::sync::Arc;

use arc_malachitebft_core_types as engine;
use borsh::{BorshDeserialize, BorshSerialize};
use engine::{NilOrVal, Round, SignedExtension, VoteType};
use lojal_signer::{ProposalContent, Statement};
use lojal_types::{BlockId, ChainId, PublicKey, Signature, VoteContent, VoteKind};

/// The engine's context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Context;

/// A block's height.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Height(pub lojal_types::Height);

impl fmt::Display for Height {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl engine::Height for Height {
    const ZERO: Self = Self(lojal_types::Height::GENESIS);
    const INITIAL: Self = Self(lojal_types::Height::new(1));
    fn increment_by(&self, n: u64) -> Self {
        Self(lojal_types::Height::new(self.0.get().saturating_add(n)))
    }
    fn decrement_by(&self, n: u64) -> Option<Self> {
        self.0.get().checked_sub(n).map(|height| Self(lojal_types::Height::new(height)))
    }
    fn as_u64(&self) -> u64 {
        self.0.get()
    }
}

/// A validator's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Address(pub lojal_types::Address);

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}
impl engine::Address for Address {}

/// The value that consensus decides: a block's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Value(pub BlockId);

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl engine::Value for Value {
    type Id = Self;
    fn id(&self) -> Self {
        *self
    }
}

/// Ed25519 as the protocol has it. The engine never sees a private key: it asks the [`Signing`](crate::signing) side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ed25519;

impl engine::SigningScheme for Ed25519 {
    type DecodingError = &'static str;
    type Signature = Signature;
    type PublicKey = PublicKey;
    type PrivateKey = ();
    fn decode_signature(bytes: &[u8]) -> Result<Signature, &'static str> {
        bytes.try_into().map(Signature::new).map_err(|_| "a signature has 64 bytes")
    }
    fn encode_signature(signature: &Signature) -> Vec<u8> {
        signature.as_bytes().to_vec()
    }
    fn decode_public_key(bytes: &[u8]) -> Result<PublicKey, &'static str> {
        bytes.try_into().map(PublicKey::new).map_err(|_| "a public key has 32 bytes")
    }
    fn encode_public_key(key: &PublicKey) -> Vec<u8> {
        key.as_bytes().to_vec()
    }
}

/// A validator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineValidator {
    address: Address,
    key: PublicKey,
    power: u64,
}

impl engine::Validator<Context> for EngineValidator {
    fn address(&self) -> &Address {
        &self.address
    }
    fn public_key(&self) -> &PublicKey {
        &self.key
    }
    fn voting_power(&self) -> u64 {
        self.power
    }
}

/// The validators of a height. The engine clones it freely, hence the `Arc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineValidatorSet(Arc<Set>);

#[derive(Debug, PartialEq, Eq)]
struct Set {
    ours: lojal_types::ValidatorSet,
    validators: Vec<EngineValidator>,
}

impl EngineValidatorSet {
    /// Wraps a set, in its canonical order.
    pub fn new(ours: lojal_types::ValidatorSet) -> Self {
        let validators = ours
            .validators()
            .iter()
            .map(|one| EngineValidator { address: Address(one.address()), key: one.public_key, power: one.power })
            .collect();
        Self(Arc::new(Set { ours, validators }))
    }
}
impl engine::ValidatorSet<Context> for EngineValidatorSet {
    fn count(&self) -> usize {
        self.0.validators.len()
    }
    fn total_voting_power(&self) -> u64 {
        self.0.ours.total_power()
    }
    fn get_by_address(&self, address: &Address) -> Option<&EngineValidator> {
        self.0.validators.iter().find(|validator| validator.address == *address)
    }
    fn get_by_index(&self, index: usize) -> Option<&EngineValidator> {
        self.0.validators.get(index)
    }
}

/// A proposer's statement: this block, in this round.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Proposal {
    /// The height.
    pub height: Height,
    /// The round.
    pub round: Round,
    /// The block.
    pub value: Value,
    /// The earlier round in which more than two thirds prevoted for it, if any.
    pub pol_round: Round,
    /// The proposer.
    pub address: Address,
}

impl Proposal {
    /// The content that the protocol signs for this proposal.
    pub fn content(&self) -> ProposalContent {
        ProposalContent {
            height: self.height.0,
            round: self.round.as_u32(),
            block: self.value.0,
            valid_round: self.pol_round.as_u32(),
            validator: self.address.0,
        }
    }
    /// The bytes that are signed.
    pub fn signing_bytes(&self, chain: &ChainId) -> Vec<u8> {
        Statement::Proposal(self.content()).signing_bytes(chain)
    }
}
impl engine::Proposal<Context> for Proposal {
    fn height(&self) -> Height {
        self.height
    }
    fn round(&self) -> Round {
        self.round
    }
    fn value(&self) -> &Value {
        &self.value
    }
    fn take_value(self) -> Value {
        self.value
    }
    fn pol_round(&self) -> Round {
        self.pol_round
    }
    fn validator_address(&self) -> &Address {
        &self.address
    }
}

/// A vote. Vote extensions are not used, so a vote has no place for one.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Vote {
    /// Prevote or precommit.
    pub kind: VoteType,
    /// The height.
    pub height: Height,
    /// The round.
    pub round: Round,
    /// The block, or none.
    pub value: NilOrVal<Value>,
    /// The voter.
    pub address: Address,
}

impl Vote {
    /// The content that the protocol signs for this vote; `None` for a vote outside of any round, which nobody signs.
    pub fn content(&self) -> Option<VoteContent> {
        let kind = match self.kind {
            VoteType::Prevote => VoteKind::Prevote,
            VoteType::Precommit => VoteKind::Precommit,
        };
        let block = match self.value {
            NilOrVal::Nil => None,
            NilOrVal::Val(value) => Some(value.0),
        };
        let round = self.round.as_u32()?;
        Some(VoteContent { kind, height: self.height.0, round, block, validator: self.address.0 })
    }
    /// The vote with a content.
    pub fn from_content(content: &VoteContent) -> Self {
        let kind = match content.kind {
            VoteKind::Prevote => VoteType::Prevote,
            VoteKind::Precommit => VoteType::Precommit,
        };
        let value = content.block.map_or(NilOrVal::Nil, |block| NilOrVal::Val(Value(block)));
        let (height, round) = (Height(content.height), Round::new(content.round));
        Self { kind, height, round, value, address: Address(content.validator) }
    }
}
impl engine::Vote<Context> for Vote {
    fn height(&self) -> Height {
        self.height
    }
    fn round(&self) -> Round {
        self.round
    }
    fn value(&self) -> &NilOrVal<Value> {
        &self.value
    }
    fn take_value(self) -> NilOrVal<Value> {
        self.value
    }
    fn vote_type(&self) -> VoteType {
        self.kind
    }
    fn validator_address(&self) -> &Address {
        &self.address
    }
    fn extension(&self) -> Option<&SignedExtension<Context>> {
        None
    }
    fn take_extension(&mut self) -> Option<SignedExtension<Context>> {
        None
    }
    fn extend(self, _: SignedExtension<Context>) -> Self {
        self
    }
}

/// One part of a proposed block. Every part names its block, so parts can arrive in any order.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Part {
    /// The height.
    pub height: Height,
    /// The round in which the block is proposed.
    pub round: u32,
    /// The earlier round in which more than two thirds prevoted for it, if any.
    pub pol_round: Option<u32>,
    /// The proposer of the round, who publishes the part.
    pub proposer: Address,
    /// The block's id.
    pub block: BlockId,
    /// The number of parts of the block.
    pub total: u32,
    /// The index of this one among them, from 0.
    pub index: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
}
impl engine::ProposalPart<Context> for Part {
    fn is_first(&self) -> bool {
        self.index == 0
    }
    fn is_last(&self) -> bool {
        self.index.checked_add(1) == Some(self.total)
    }
}

impl engine::Context for Context {
    type Address = Address;
    type Height = Height;
    type ProposalPart = Part;
    type Proposal = Proposal;
    type Validator = EngineValidator;
    type ValidatorSet = EngineValidatorSet;
    type Timeouts = engine::LinearTimeouts;
    type Value = Value;
    type Vote = Vote;
    type Extension = ();
    type SigningScheme = Ed25519;

    fn select_proposer<'a>(&self, set: &'a EngineValidatorSet, height: Height, round: Round) -> &'a EngineValidator {
        let round = round.as_u32().unwrap_or_default();
        &set.0.validators[set.0.ours.proposer_index(height.0, round)]
    }
    fn new_proposal(&self, height: Height, round: Round, value: Value, pol_round: Round, address: Address) -> Proposal {
        Proposal { height, round, value, pol_round, address }
    }
    fn new_prevote(&self, height: Height, round: Round, value: NilOrVal<Value>, address: Address) -> Vote {
        Vote { kind: VoteType::Prevote, height, round, value, address }
    }
    fn new_precommit(&self, height: Height, round: Round, value: NilOrVal<Value>, address: Address) -> Vote {
        Vote { kind: VoteType::Precommit, height, round, value, address }
    }
}
