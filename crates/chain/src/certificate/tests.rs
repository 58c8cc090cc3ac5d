use lojal_types::limits::{VALIDATORS_MAX, VOTING_POWER_MAX};
use lojal_types::{BlockId, Bounded, Certificate, ChainId, CommitSignature, Height, KeyPair, VoteContent, VoteKind};

use super::{CertificateError, verify_certificate};
use crate::fixture::{certify, certify_in_order, key, validator_key, validator_set};

const CHAIN: ChainId = ChainId::new([1; 32]);
const HEIGHT: Height = Height::new(7);
const BLOCK: BlockId = BlockId::new([2; 32]);

fn by(signers: &[usize]) -> Certificate {
    certify(&CHAIN, HEIGHT, BLOCK, signers)
}

fn check(certificate: &Certificate, powers: &[u64]) -> Result<(), CertificateError> {
    verify_certificate(certificate, &validator_set(powers), &CHAIN)
}

fn too_little(power: u64, total: u64) -> Result<(), CertificateError> {
    Err(CertificateError::Quorum { power, total })
}

/// The certificate with its signatures changed.
fn with_signatures(certificate: Certificate, change: impl FnOnce(&mut Vec<CommitSignature>)) -> Certificate {
    let mut signatures = certificate.signatures.to_vec();
    change(&mut signatures);
    Certificate { signatures: Bounded::new(signatures).expect("one to 64 signatures"), ..certificate }
}

#[test]
fn a_quorum_is_more_than_two_thirds_of_equal_validators() {
    assert_eq!(check(&by(&[0]), &[1]), Ok(()));
    assert_eq!(check(&by(&[0, 1]), &[1; 3]), too_little(2, 3));
    assert_eq!(check(&by(&[0, 1, 2]), &[1; 3]), Ok(()));
    assert_eq!(check(&by(&[1, 3]), &[1; 4]), too_little(2, 4));
    assert_eq!(check(&by(&[1, 2, 3]), &[1; 4]), Ok(()));
    assert_eq!(check(&by(&[0, 1, 2, 3]), &[1; 6]), too_little(4, 6));
    assert_eq!(check(&by(&[0, 1, 2, 3, 4]), &[1; 6]), Ok(()));
}

#[test]
fn a_quorum_is_counted_in_voting_power_and_not_in_heads() {
    let powers = [3, 2, 1];
    assert_eq!(check(&by(&[0, 2]), &powers), too_little(4, 6));
    assert_eq!(check(&by(&[0, 1]), &powers), Ok(()));
    let powers = [100, 1, 1, 1, 1];
    assert_eq!(check(&by(&[0]), &powers), Ok(()));
    assert_eq!(check(&by(&[1, 2, 3, 4]), &powers), too_little(4, 104));
}

#[test]
fn the_largest_set_can_certify() {
    let powers = [VOTING_POWER_MAX; VALIDATORS_MAX];
    let numbers: Vec<usize> = (0..VALIDATORS_MAX).collect();
    assert_eq!(check(&by(&numbers), &powers), Ok(()));
    assert_eq!(check(&by(&numbers[..43]), &powers), Ok(()));
    assert_eq!(check(&by(&numbers[..42]), &powers), too_little(42 * VOTING_POWER_MAX, 64 * VOTING_POWER_MAX));
}

#[test]
fn a_stranger_s_signature_is_refused_even_beside_a_quorum() {
    let mut keys: Vec<KeyPair> = (0..3).map(validator_key).chain([key(9)]).collect();
    keys.sort_by_key(KeyPair::address);
    let certificate = certify_in_order(&CHAIN, HEIGHT, BLOCK, keys);
    assert_eq!(check(&certificate, &[1; 3]), Err(CertificateError::Stranger(key(9).address())));
}

#[test]
fn a_validator_counts_once() {
    let certificate = certify_in_order(&CHAIN, HEIGHT, BLOCK, vec![validator_key(0), validator_key(0)]);
    assert_eq!(check(&certificate, &[1; 2]), Err(CertificateError::Order));
}

#[test]
fn signatures_out_of_order_are_refused() {
    let certificate = with_signatures(by(&[0, 1, 2]), |signatures| signatures.reverse());
    assert_eq!(check(&certificate, &[1; 3]), Err(CertificateError::Order));
    let certificate = with_signatures(by(&[0, 1, 2]), |signatures| signatures.swap(1, 2));
    assert_eq!(check(&certificate, &[1; 3]), Err(CertificateError::Order));
}

#[test]
fn a_wrong_signature_is_named_even_beside_a_quorum() {
    for wrong in 0..4 {
        let certificate = with_signatures(by(&[0, 1, 2, 3]), |signatures| {
            signatures[wrong].signature = signatures[(wrong + 1) % 4].signature;
        });
        let expected = CertificateError::Signature(certificate.signatures[wrong].validator);
        assert_eq!(check(&certificate, &[1; 4]), Err(expected));
    }
}

#[test]
fn signatures_for_another_height_round_or_block_do_not_hold() {
    let right = by(&[0, 1, 2]);
    let first = CertificateError::Signature(right.signatures[0].validator);
    for other in [
        Certificate { height: Height::new(8), ..right.clone() },
        Certificate { round: 1, ..right.clone() },
        Certificate { block: BlockId::new([3; 32]), ..right.clone() },
    ] {
        assert_eq!(check(&other, &[1; 3]), Err(first.clone()));
    }
    assert_eq!(check(&right, &[1; 3]), Ok(()));
}

#[test]
fn signatures_for_another_chain_do_not_hold() {
    let right = by(&[0, 1, 2]);
    let first = CertificateError::Signature(right.signatures[0].validator);
    assert_eq!(verify_certificate(&right, &validator_set(&[1; 3]), &ChainId::new([2; 32])), Err(first));
}

#[test]
fn prevotes_and_votes_against_every_block_make_nothing_final() {
    let right = by(&[0, 1, 2]);
    let signed_as = |change: fn(VoteContent) -> VoteContent| {
        with_signatures(right.clone(), |signatures| {
            let mut keys: Vec<KeyPair> = (0..3).map(validator_key).collect();
            keys.sort_by_key(KeyPair::address);
            for (one, key) in signatures.iter_mut().zip(keys) {
                one.signature = key.sign(&change(right.vote_of(one.validator)).signing_bytes(&CHAIN));
            }
        })
    };
    let first = CertificateError::Signature(right.signatures[0].validator);
    assert_eq!(check(&signed_as(|vote| vote), &[1; 3]), Ok(()));
    let prevotes = signed_as(|vote| VoteContent { kind: VoteKind::Prevote, ..vote });
    assert_eq!(check(&prevotes, &[1; 3]), Err(first.clone()));
    let against = signed_as(|vote| VoteContent { block: None, ..vote });
    assert_eq!(check(&against, &[1; 3]), Err(first));
}

#[test]
fn a_signature_for_one_validator_does_not_hold_for_another_name() {
    // The vote names its validator, so a quorum can't be made of one validator's signature under other addresses.
    let certificate = with_signatures(by(&[0, 1, 2]), |signatures| {
        signatures.iter_mut().for_each(|one| {
            let vote = by(&[0]).vote_of(validator_key(0).address());
            one.signature = validator_key(0).sign(&vote.signing_bytes(&CHAIN));
        });
    });
    assert!(matches!(check(&certificate, &[1; 3]), Err(CertificateError::Signature(_))));
}
