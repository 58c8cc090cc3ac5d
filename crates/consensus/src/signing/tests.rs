use arc_malachitebft_core_types::{NilOrVal, Round, VoteType};
use lojal_types::{BlockId, VoteContent, VoteKind};

use super::*;
use crate::context::{Address, Height, Value};
use crate::fixture::{validator_key, voice};
use crate::voice::VoiceError;

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

/// A signer with a guard of its own that has signed nothing yet.
fn signer() -> ValidatorSigner {
    let dir = tempfile::tempdir().expect("a temporary directory");
    ValidatorSigner::new(EngineVoice::new(voice(0, dir.path(), CHAIN)).0)
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
    assert!(signer().sign_proposal(proposal(Round::Nil)).await.is_err());
    let signature = validator_key(0).sign(&proposal(Round::Nil).signing_bytes(&CHAIN));
    assert!(!is_valid_proposal(CHAIN, &proposal(Round::Nil), &signature).await, "a liar would");
}

#[tokio::test]
async fn the_engine_gets_what_was_signed_before_and_no_second_proposal() {
    let signer = signer();
    let first = signer.sign_vote(vote(VoteType::Prevote, NilOrVal::Nil)).await.expect("a vote in a round");
    let other = vote(VoteType::Prevote, NilOrVal::Val(Value(BlockId::new([9; 32]))));
    let again = signer.sign_vote(other).await.expect("the earlier one");
    assert_eq!((again.message, again.signature), (first.message, first.signature));
    let signed = signer.sign_proposal(proposal(Round::new(2))).await.expect("a proposal");
    assert!(is_valid_proposal(CHAIN, &signed.message, &signed.signature).await);
    let other = Proposal { value: Value(BlockId::new([8; 32])), ..proposal(Round::new(2)) };
    assert_eq!(signer.sign_proposal(other).await.expect("held back").signature, UNSIGNED);
}

#[tokio::test]
async fn a_statement_without_a_signature_tells_why_and_ends_the_voice() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (engine_voice, mut lost) = EngineVoice::new(voice(0, dir.path(), CHAIN));
    let signer = ValidatorSigner::new(engine_voice);
    signer.sign_vote(vote(VoteType::Precommit, NilOrVal::Nil)).await.expect("a vote in a round");
    let below = Vote { height: Height(lojal_types::Height::new(6)), ..vote(VoteType::Prevote, NilOrVal::Nil) };
    assert!(signer.sign_vote(below).await.is_err());
    assert!(matches!(lost.recv().await, Some(VoiceError::Below(height)) if height == lojal_types::Height::new(7)));
}
