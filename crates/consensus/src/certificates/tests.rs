use arc_malachitebft_core_types::CommitSignature as EngineSignature;
use lojal_types::limits::VALIDATORS_MAX;
use lojal_types::{BlockId, Signature};

use super::*;
use crate::fixture::certify;

fn engine_certificate(signers: &[u8]) -> CommitCertificate<Context> {
    let signature =
        |byte: &u8| EngineSignature::new(Address(lojal_types::Address::new([*byte; 20])), Signature::new([*byte; 64]));
    CommitCertificate {
        height: Height(lojal_types::Height::new(7)),
        round: Round::new(2),
        value_id: Value(BlockId::new([9; 32])),
        commit_signatures: signers.iter().map(signature).collect(),
    }
}

#[test]
fn a_stored_certificate_comes_back_from_the_engine_as_it_was() {
    let chain = lojal_types::ChainId::new([1; 32]);
    let ours = certify(&chain, lojal_types::Height::new(7), BlockId::new([9; 32]), &[0, 2, 3]);
    assert_eq!(from_engine(&to_engine(&ours).trim_vote_extensions()), Ok(ours));
}

#[test]
fn signatures_are_in_order_of_validator_each_once() {
    let certificate = from_engine(&engine_certificate(&[3, 1, 2, 3, 1])).expect("signatures in a round");
    let validators: Vec<u8> = certificate.signatures.iter().map(|one| one.validator.as_bytes()[0]).collect();
    assert_eq!(validators, [1, 2, 3]);
}

#[test]
fn a_certificate_without_a_round_or_signatures_or_with_too_many_has_no_canonical_form() {
    let all: Vec<u8> = (0..=VALIDATORS_MAX as u8).collect();
    assert!(from_engine(&engine_certificate(&all[..VALIDATORS_MAX])).is_ok());
    let no_round = CommitCertificate { round: Round::Nil, ..engine_certificate(&[1]) };
    for wrong in [engine_certificate(&all), engine_certificate(&[]), no_round] {
        assert_eq!(from_engine(&wrong), Err(CertificateFormError(Height(lojal_types::Height::new(7)))));
    }
}
