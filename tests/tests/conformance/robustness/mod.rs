//! Decoders take the canonical bytes of a value and nothing else (protocol, Bytes): what is encoded decodes to the same
//! value, and whatever bytes come, a decoder refuses them or has found a value whose encoding they are.

mod campaigns;
mod corpus;
mod damage;
mod governance;
mod market;
mod messages;
mod operations;
mod programme;
mod records;
mod seeds;
mod text;
mod values;
mod vouchers;

use std::collections::BTreeSet;
use std::fmt::Debug;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_tests::targets::{Decoder, decoders};
use lojal_types::Operation;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngSeed, TestRunner};

use crate::vectors::{declared_state_keys, variant_numbers};

/// The same cases every time.
fn runner(cases: u32) -> TestRunner {
    let config =
        ProptestConfig { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() };
    TestRunner::new(config)
}

/// Runs a check on generated inputs.
fn run<S: Strategy>(cases: u32, inputs: &S, check: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    if let Err(error) = runner(cases).run(inputs, check) {
        panic!("{error}");
    }
}

/// Generated values come back from their bytes, and their damaged bytes are refused or canonical, by the decoder of
/// their own type and by that of every other.
fn survives<T>(values: BoxedStrategy<T>)
where
    T: BorshSerialize + BorshDeserialize + PartialEq + Debug,
{
    let decoders = decoders();
    run(128, &(values, proptest::collection::vec(damage::damages(), 8)), |(value, damages)| {
        let encoded = borsh::to_vec(&value).expect("writing to memory can't fail");
        let decoded: T = borsh::from_slice(&encoded).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&decoded, &value, "decoding what was encoded gives another value");
        for damages in damages {
            let mut bytes = encoded.clone();
            damages.into_iter().for_each(|damage| damage.apply(&mut bytes));
            for decoder in &decoders {
                decoder.check(&bytes).map_err(TestCaseError::fail)?;
            }
        }
        Ok(())
    });
}

#[test]
fn points_months_and_lots_survive() {
    survives(values::points());
    survives(values::month());
    survives(values::time());
    survives(values::lot());
    survives(values::height());
    survives(values::day());
    survives(values::money());
}

#[test]
fn identifiers_names_and_codes_survive() {
    survives(values::address());
    survives(values::signature());
    survives(values::reference());
    survives(values::brand_id());
    survives(values::name());
    survives(values::code());
    survives(values::currency());
}

#[test]
fn operations_survive() {
    survives(operations::points_operation());
    survives(operations::hold_operation());
    survives(operations::operation_between_brands());
    survives(operations::brand_operation());
    survives(operations::key_operation());
    survives(operations::household_operation());
}

#[test]
fn guardians_rights_and_terms_survive() {
    survives(messages::guardians());
    survives(messages::recovery());
    survives(messages::member_rights());
    survives(messages::terms());
    survives(messages::proposal());
}

#[test]
fn transactions_survive() {
    survives(messages::transaction());
    survives(messages::signed_transaction());
}

#[test]
fn receipts_survive() {
    survives(messages::receipt());
}

#[test]
fn headers_and_blocks_survive() {
    survives(messages::header());
    survives(messages::block());
}

#[test]
fn votes_and_certificates_survive() {
    survives(messages::vote());
    survives(messages::certificate());
}

#[test]
fn validators_and_their_sets_survive() {
    survives(messages::validator());
    survives(messages::validator_set());
}

#[test]
fn genesis_documents_survive() {
    survives(messages::policy());
    survives(messages::parameters());
    survives(messages::operator());
    survives(messages::genesis_document());
}

#[test]
fn random_bytes_are_refused_or_canonical() {
    let decoders = decoders();
    run(2000, &proptest::collection::vec(any::<u8>(), 0..600), |bytes| {
        decoders.iter().try_for_each(|decoder| decoder.check(&bytes).map_err(TestCaseError::fail))
    });
}

#[test]
fn announced_lengths_without_bytes_are_refused() {
    for decoder in decoders() {
        for start in [vec![], vec![0], vec![1], vec![0; 8], vec![1; 32], vec![0; 77]] {
            let bytes = [start, vec![0xff; 4]].concat();
            decoder.check(&bytes).unwrap_or_else(|error| panic!("{}: {error}", decoder.name));
        }
    }
}

#[test]
fn a_decoder_that_ignores_bytes_would_be_found() {
    let sloppy = Decoder { name: "the first byte", again: |bytes| bytes.get(..1).map(<[u8]>::to_vec) };
    assert!(sloppy.check(&[1]).is_ok());
    assert!(sloppy.check(&[1, 2]).is_err());
}

#[test]
fn every_kind_of_state_key_is_among_the_decoders() {
    let decoders = decoders();
    let is_there = |name: &String| decoders.iter().any(|decoder| decoder.name.ends_with(&format!("::{name}")));
    let missing: Vec<String> = declared_state_keys().into_iter().filter(|name| !is_there(name)).collect();
    assert!(missing.is_empty(), "add the state keys {missing:?} to all() in tests/src/targets/decoders.rs");
}

#[test]
fn every_kind_of_operation_is_generated() {
    let mut runner = runner(1);
    let kinds: BTreeSet<u8> = (0..2000)
        .map(|_| operations::operation().new_tree(&mut runner).expect("nothing is filtered").current())
        .map(|operation| borsh::to_vec(&operation).expect("writing to memory can't fail")[0])
        .collect();
    let missing: Vec<u8> = variant_numbers::<Operation>().difference(&kinds).copied().collect();
    assert!(
        missing.is_empty(),
        "operations of the kinds {missing:?} are not generated: add them to \
         tests/conformance/robustness/operations.rs"
    );
}
