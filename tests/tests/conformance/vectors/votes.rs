//! Votes and proposals as they are signed, and certificates.

use arc_malachitebft_core_types::Round;
use lojal_chain::verify_certificate;
use lojal_consensus::context;
use lojal_types::{
    AddressText, BlockId, Bounded, Certificate, ChainId, CommitSignature, Height, KeyPair, Signature, Validator,
    ValidatorSet, VoteContent, VoteKind,
};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check};
use super::samples::{NETWORK, chain_id, key, named, parse, seed};

/// [`VoteKind`] by name.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Prevote,
    Precommit,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct VoteInput {
    chain_id: ChainId,
    /// The secret of the validator's key.
    seed: String,
    kind: Kind,
    height: Height,
    round: u32,
    /// `null` in a vote against every block of the round.
    block: Option<BlockId>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct VoteOutput {
    validator: AddressText,
    borsh: String,
    signing_bytes: String,
    signature: Signature,
}

#[test]
fn votes_have_their_bytes_and_signatures() {
    let vote = |kind, round, block| VoteInput {
        chain_id: chain_id(),
        seed: seed(1),
        kind,
        height: Height::new(258),
        round,
        block,
    };
    let block = Some(BlockId::new([0x11; 32]));
    let samples = vec![
        named("prevote", vote(Kind::Prevote, 0, block)),
        named("prevote for no block", vote(Kind::Prevote, 1, None)),
        named("precommit", vote(Kind::Precommit, 0, block)),
        named("precommit for no block", vote(Kind::Precommit, u32::MAX, None)),
    ];
    let about = "A consensus vote; signed are lojal/vote/v1 | chain id | canonical vote";
    check("votes.json", about, samples, |input| {
        let key = key(&input.seed);
        let kind = match input.kind {
            Kind::Prevote => VoteKind::Prevote,
            Kind::Precommit => VoteKind::Precommit,
        };
        let validator = key.address();
        let vote = VoteContent { kind, height: input.height, round: input.round, block: input.block, validator };
        let signing_bytes = vote.signing_bytes(&input.chain_id);
        VoteOutput {
            validator: validator.to_text(NETWORK),
            borsh: canonical_hex(&vote),
            signature: key.sign(&signing_bytes),
            signing_bytes: hex::encode(signing_bytes),
        }
    });
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct ProposalInput {
    chain_id: ChainId,
    /// The secret of the proposer's key.
    seed: String,
    height: Height,
    round: u32,
    block: BlockId,
    /// The earlier round in which more than two thirds prevoted for the block; `null`: none.
    prevoted_round: Option<u32>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct ProposalOutput {
    proposer: AddressText,
    borsh: String,
    signing_bytes: String,
    signature: Signature,
}

#[test]
fn proposals_have_their_bytes_and_signatures() {
    let proposal = |round, prevoted_round| ProposalInput {
        chain_id: chain_id(),
        seed: seed(1),
        height: Height::new(258),
        round,
        block: BlockId::new([0x11; 32]),
        prevoted_round,
    };
    let samples = vec![
        named("in the first round", proposal(0, None)),
        named("in a later round, of a block that nobody prevoted for", proposal(2, None)),
        named("of a block that was prevoted in the first round", proposal(1, Some(0))),
        named("largest numbers", proposal(u32::MAX, Some(u32::MAX - 1))),
    ];
    let about = "A proposer's statement; signed are lojal/proposal/v1 | chain id | canonical proposal";
    check("proposals.json", about, samples, |input| {
        let key = key(&input.seed);
        let proposal = context::Proposal {
            height: context::Height(input.height),
            round: Round::Some(input.round),
            value: context::Value(input.block),
            pol_round: input.prevoted_round.map_or(Round::Nil, Round::Some),
            address: context::Address(key.address()),
        };
        let signing_bytes = proposal.signing_bytes(&input.chain_id);
        ProposalOutput {
            proposer: key.address().to_text(NETWORK),
            borsh: canonical_hex(&proposal),
            signature: key.sign(&signing_bytes),
            signing_bytes: hex::encode(signing_bytes),
        }
    });
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct CertificateInput {
    chain_id: ChainId,
    /// The secrets of the validators that sign.
    seeds: Vec<String>,
    height: Height,
    round: u32,
    block: BlockId,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct CertificateOutput {
    certificate: Certificate<AddressText>,
    borsh: String,
}

/// A certificate by these keys, in the canonical order of the signatures.
pub(super) fn certify(keys: &[KeyPair], chain: &ChainId, height: Height, round: u32, block: BlockId) -> Certificate {
    let sign = |key: &KeyPair| {
        let kind = VoteKind::Precommit;
        let vote = VoteContent { kind, height, round, block: Some(block), validator: key.address() };
        CommitSignature { validator: vote.validator, signature: key.sign(&vote.signing_bytes(chain)) }
    };
    let mut signatures: Vec<CommitSignature> = keys.iter().map(sign).collect();
    signatures.sort_by_key(|one| one.validator);
    Certificate { height, round, block, signatures: Bounded::new(signatures).expect("1 to 64 signatures") }
}

fn set_of(keys: &[KeyPair]) -> ValidatorSet {
    let validator = |(number, key): (u8, &KeyPair)| Validator {
        name: parse(&format!("validator {number}")),
        public_key: key.public_key(),
        network_key: KeyPair::from_seed(&[0x80 + number; 32]).public_key(),
        power: 1,
    };
    ValidatorSet::new((0..).zip(keys).map(validator).collect()).expect("few validators with keys of their own")
}

#[test]
fn certificates_have_their_bytes() {
    let certificate = |seeds: &[u8], round| CertificateInput {
        chain_id: chain_id(),
        seeds: seeds.iter().map(|byte| seed(*byte)).collect(),
        height: Height::new(258),
        round,
        block: BlockId::new([0x11; 32]),
    };
    let samples =
        vec![named("one signature", certificate(&[1], 0)), named("three signatures", certificate(&[1, 2, 3], 2))];
    let about = "A certificate: precommits for one block, by rising validator address";
    check("certificates.json", about, samples, |input| {
        let keys: Vec<KeyPair> = input.seeds.iter().map(|seed| key(seed)).collect();
        let certificate = certify(&keys, &input.chain_id, input.height, input.round, input.block);
        assert_eq!(verify_certificate(&certificate, &set_of(&keys), &input.chain_id), Ok(()));
        CertificateOutput { certificate: certificate.to_text(NETWORK), borsh: canonical_hex(&certificate) }
    });
}
