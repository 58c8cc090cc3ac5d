use arc_malachitebft_core_types::{NilOrVal, Round, VoteType};
use lojal_types::{BlockId, VoteContent, VoteKind};

use super::*;
use crate::context::{Address, Height, Value};
use crate::fixture::validator_key;

const CHAIN: ChainId = ChainId::new([1; 32]);
const OTHER_CHAIN: ChainId = ChainId::new([2; 32]);

fn vote(kind: VoteType, value: NilOrVal<Value>) -> Vote {
    let address = Address(validator_key(0).address());
    Vote { kind, height: Height(lojal_types::Height::new(7)), round: Round::new(2), value, address }
}

fn proposal(round: Round) -> Proposal {
    Proposal {
        height: Height(lojal_types::Height::new(7)),
        round,
        value: Value(BlockId::new([9; 32])),
        pol_round: Round::Nil,
        address: Address(validator_key(0).address()),
    }
}

fn signer() -> ValidatorSigner {
    ValidatorSigner::new(validator_key(0), CHAIN)
}

async fn is_valid_vote(chain: ChainId, vote: &Vote, signature: &Signature) -> bool {
    let key = validator_key(0).public_key();
    let verifier = ValidatorVerifier::new(chain);
    verifier.verify_signed_vote(vote, signature, &key).await.expect("it can be checked").is_valid()
}

async fn is_valid_proposal(chain: ChainId, proposal: &Proposal, signature: &Signature) -> bool {
    let key = validator_key(0).public_key();
    let verifier = ValidatorVerifier::new(chain);
    verifier.verify_signed_proposal(proposal, signature, &key).await.expect("it can be checked").is_valid()
}

#[tokio::test]
async fn the_engines_votes_are_signed_as_the_protocol_lays_down() {
    let block = BlockId::new([9; 32]);
    for (kind, ours) in [(VoteType::Prevote, VoteKind::Prevote), (VoteType::Precommit, VoteKind::Precommit)] {
        for (value, block) in [(NilOrVal::Nil, None), (NilOrVal::Val(Value(block)), Some(block))] {
            let vote = vote(kind, value);
            let (height, validator) = (lojal_types::Height::new(7), validator_key(0).address());
            let content = VoteContent { kind: ours, height, round: 2, block, validator };
            assert_eq!(vote.content(), Some(content));
            let signed = signer().sign_vote(vote.clone()).await.expect("a vote in a round");
            assert_eq!(signed.signature, validator_key(0).sign(&content.signing_bytes(&CHAIN)));
            assert!(is_valid_vote(CHAIN, &vote, &signed.signature).await);
        }
    }
}

#[tokio::test]
async fn votes_and_proposals_of_another_chain_are_worth_nothing() {
    let vote = signer().sign_vote(vote(VoteType::Precommit, NilOrVal::Nil)).await.expect("a vote in a round");
    assert!(!is_valid_vote(OTHER_CHAIN, &vote.message, &vote.signature).await);
    let proposal = signer().sign_proposal(proposal(Round::new(2))).await.expect("a proposal");
    assert!(is_valid_proposal(CHAIN, &proposal.message, &proposal.signature).await);
    assert!(!is_valid_proposal(OTHER_CHAIN, &proposal.message, &proposal.signature).await);
}

#[tokio::test]
async fn a_signature_covers_every_field() {
    let signed = signer().sign_vote(vote(VoteType::Prevote, NilOrVal::Nil)).await.expect("a vote in a round");
    let good = signed.message.clone();
    let changed = [
        Vote { kind: VoteType::Precommit, ..good.clone() },
        Vote { height: Height(lojal_types::Height::new(8)), ..good.clone() },
        Vote { round: Round::new(3), ..good.clone() },
        Vote { value: NilOrVal::Val(Value(BlockId::new([0; 32]))), ..good.clone() },
        Vote { address: Address(validator_key(1).address()), ..good.clone() },
    ];
    for vote in changed {
        assert!(!is_valid_vote(CHAIN, &vote, &signed.signature).await, "{vote:?}");
    }
    let signed = signer().sign_proposal(proposal(Round::new(2))).await.expect("a proposal");
    let good = signed.message.clone();
    let changed = [
        Proposal { height: Height(lojal_types::Height::new(8)), ..good.clone() },
        Proposal { round: Round::new(3), ..good.clone() },
        Proposal { value: Value(BlockId::new([0; 32])), ..good.clone() },
        Proposal { pol_round: Round::new(1), ..good.clone() },
        Proposal { address: Address(validator_key(1).address()), ..good.clone() },
    ];
    for proposal in changed {
        assert!(!is_valid_proposal(CHAIN, &proposal, &signed.signature).await, "{proposal:?}");
    }
}

#[tokio::test]
async fn nothing_outside_of_a_round_is_signed_or_counts() {
    let roundless = Vote { round: Round::Nil, ..vote(VoteType::Prevote, NilOrVal::Nil) };
    assert!(signer().sign_vote(roundless.clone()).await.is_err());
    assert!(!is_valid_vote(CHAIN, &roundless, &Signature::new([0; 64])).await);
    let signed = signer().sign_proposal(proposal(Round::Nil)).await.expect("a liar would");
    assert!(!is_valid_proposal(CHAIN, &signed.message, &signed.signature).await);
}
