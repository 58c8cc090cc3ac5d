use arc_malachitebft_core_types::{
    NilOrVal, PolkaSignature, Round, RoundCertificateType, RoundSignature, SignedMessage, VoteType,
};
use lojal_store::Options;
use lojal_types::{BlockId, ChainId, Signature};
use tempfile::TempDir;

use super::*;
use crate::context::{Proposal, Value, Vote};
use crate::fixture::{chain_of, genesis, peer, validator_key};

/// The height that comes next.
const NEXT: u64 = 3;

struct Bench {
    forgery: Forgery,
    chain: ChainId,
    _dir: TempDir,
}

fn bench() -> Bench {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut opened = lojal_store::open(dir.path(), &genesis(3_000), Options::default()).expect("a new store");
    chain_of(&mut opened, NEXT - 1);
    let chain = opened.store.genesis().chain_id();
    Bench { forgery: Forgery::new(opened.store, ValidatorVerifier::new(chain)), chain, _dir: dir }
}

fn vote(by: u8, kind: VoteType, height: u64) -> Vote {
    let value = NilOrVal::Val(Value(BlockId::new([9; 32])));
    let address = Address(validator_key(by).address());
    Vote { kind, height: Height(lojal_types::Height::new(height)), round: Round::new(0), value, address }
}

impl Bench {
    fn sign(&self, key: u8, vote: &Vote) -> Signature {
        validator_key(key).sign(&vote.content().expect("it has a round").signing_bytes(&self.chain))
    }

    /// A prevote certificate of these validators; the last signature is of another key.
    fn polka(&self, height: u64, signers: &[u8], keys: &[u8]) -> PolkaCertificate<Context> {
        let sign = |(by, key): (&u8, &u8)| {
            let vote = vote(*by, VoteType::Prevote, height);
            PolkaSignature::new(vote.address, self.sign(*key, &vote))
        };
        PolkaCertificate {
            height: Height(lojal_types::Height::new(height)),
            round: Round::new(0),
            value_id: Value(BlockId::new([9; 32])),
            polka_signatures: signers.iter().zip(keys).map(sign).collect(),
        }
    }

    fn skip(&self, height: u64, signers: &[u8], keys: &[u8]) -> RoundCertificate<Context> {
        let sign = |(by, key): (&u8, &u8)| {
            let vote = vote(*by, VoteType::Prevote, height);
            RoundSignature::new(vote.kind, vote.value, vote.address, self.sign(*key, &vote))
        };
        RoundCertificate {
            height: Height(lojal_types::Height::new(height)),
            round: Round::new(0),
            cert_type: RoundCertificateType::Skip,
            round_signatures: signers.iter().zip(keys).map(sign).collect(),
        }
    }
}

#[test]
fn a_vote_of_any_height_that_its_voter_did_not_sign_is_forged() {
    let mut bench = bench();
    for height in [1, NEXT, NEXT + 1, 1_000_000] {
        for kind in [VoteType::Prevote, VoteType::Precommit] {
            let vote = vote(0, kind, height);
            let signed = |key| SignedMessage::new(vote.clone(), bench.sign(key, &vote));
            let (good, bad) = (signed(0), signed(1));
            for publisher in [0, 1] {
                assert!(!bench.forgery.is_vote(peer(publisher), &good), "whoever passes it on");
                assert!(bench.forgery.is_vote(peer(publisher), &bad));
            }
        }
    }
    let outside = Vote { round: Round::Nil, ..vote(0, VoteType::Prevote, NEXT) };
    assert!(bench.forgery.is_vote(peer(0), &SignedMessage::new(outside, Signature::new([1; 64]))));
}

#[test]
fn a_voter_that_is_nobody_is_made_up_by_a_validator_but_may_be_one_at_another_height_or_for_a_follower() {
    let mut bench = bench();
    let by = |height| {
        let vote = vote(7, VoteType::Precommit, height);
        let signature = bench.sign(7, &vote);
        SignedMessage::new(vote, signature)
    };
    let (next, later) = (by(NEXT), by(NEXT + 1));
    assert!(bench.forgery.is_vote(peer(0), &next));
    assert!(!bench.forgery.is_vote(peer(0), &later));
    assert!(!bench.forgery.is_vote(peer(7), &next));
}

#[test]
fn a_proposal_that_its_proposer_did_not_sign_is_forged() {
    let mut bench = bench();
    let proposal = |by: u8| Proposal {
        height: Height(lojal_types::Height::new(NEXT)),
        round: Round::new(0),
        value: Value(BlockId::new([9; 32])),
        pol_round: Round::Nil,
        address: Address(validator_key(by).address()),
    };
    let chain = bench.chain;
    let signed =
        |by, key: u8| SignedMessage::new(proposal(by), validator_key(key).sign(&proposal(by).signing_bytes(&chain)));
    assert!(!bench.forgery.is_proposal(peer(0), &signed(0, 0)));
    assert!(bench.forgery.is_proposal(peer(0), &signed(0, 1)));
    assert!(bench.forgery.is_proposal(peer(0), &signed(7, 7)));
}

#[tokio::test]
async fn a_certificate_holds_with_good_signatures_of_enough_validators_each_once() {
    let mut bench = bench();
    assert!(!bench.forgery.is_polka(&bench.polka(NEXT, &[0, 1, 2], &[0, 1, 2])).await);
    assert!(!bench.forgery.is_round(&bench.skip(NEXT, &[0, 1], &[0, 1])).await);
    let bad: [(&[u8], &[u8]); 5] =
        [(&[0, 1, 2], &[0, 1, 3]), (&[0, 1], &[0, 7]), (&[0, 1, 1], &[0, 1, 1]), (&[0, 1, 7], &[0, 1, 7]), (&[], &[])];
    for (signers, keys) in bad {
        assert!(bench.forgery.is_polka(&bench.polka(NEXT, signers, keys)).await, "{signers:?}");
        assert!(bench.forgery.is_round(&bench.skip(NEXT, signers, keys)).await, "{signers:?}");
        assert!(!bench.forgery.is_polka(&bench.polka(NEXT + 1, signers, keys)).await, "whose validators aren't known");
    }
    assert!(bench.forgery.is_polka(&bench.polka(NEXT, &[0, 1], &[0, 1])).await, "too few");
    assert!(bench.forgery.is_round(&bench.skip(NEXT, &[0], &[0])).await, "too few");
}
