//! A small network for this crate's tests: validators with their keys, one brand with its till, and a member.

use std::sync::Arc;

use lojal_ledger::State;
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    Address, BlockId, Bounded, Certificate, ChainId, CommitSignature, Genesis, GenesisDocument, Governance, Height,
    Issue, KeyPair, Operation, Parameters, Points, Policy, Redeem, Reference, Role, TimeMs, Transaction, Validator,
    ValidatorSet, VerifiedTransaction,
};

use crate::block::{ExecutedBlock, Proposal, propose};

/// 2026-11-30T23:59:45Z: a month ends after a few blocks.
pub(crate) const START_MS: u64 = 1_796_083_185_000;
/// Half an hour.
const VALID_MS: u64 = 30 * 60 * 1000;
const TILL: u8 = 11;
const MEMBER: u8 = 12;

/// The limits of blocks in most tests: the ones of the protocol.
pub(crate) fn parameters() -> Parameters {
    Parameters { recovery_delay_ms: 1000, ..Parameters::standard() }
}

pub(crate) fn key(seed: u8) -> KeyPair {
    KeyPair::from_seed(&[seed; 32])
}

pub(crate) fn member() -> Address {
    key(MEMBER).address()
}

/// The key of the validator with a number, counted from 0.
pub(crate) fn validator_key(number: usize) -> KeyPair {
    key(100 + u8::try_from(number).expect("few validators"))
}

fn network_key(number: usize) -> KeyPair {
    let mut seed = [0xff; 32];
    seed[0] = u8::try_from(number).expect("few validators");
    KeyPair::from_seed(&seed)
}

pub(crate) fn time(ms: u64) -> TimeMs {
    TimeMs::new(ms).expect("the tests stay in range")
}

pub(crate) fn validators(powers: &[u64]) -> Vec<Validator> {
    let validator = |(number, power): (usize, &u64)| Validator {
        name: format!("validator {number}").parse().expect("a valid name"),
        public_key: validator_key(number).public_key(),
        network_key: network_key(number).public_key(),
        power: *power,
    };
    powers.iter().enumerate().map(validator).collect()
}

/// A network whose validators have these powers.
pub(crate) fn genesis(powers: &[u64], parameters: Parameters) -> Genesis {
    let till = GenesisOperator::new(key(TILL).public_key(), Bounded::from([Role::Issue, Role::Reverse]));
    let policy = Policy {
        expiry_months: Some(1),
        transfer_max: Points::new(1000),
        convertible: false,
        poolable: false,
        reversal_window_ms: 1000,
        ..Policy::open()
    };
    let brand = GenesisBrand {
        name: "Nordmat".parse().expect("a valid name"),
        ..GenesisBrand::new("nordmat".parse().expect("a valid id"), policy, Bounded::from([till]))
    };
    let list = validators(powers);
    let document = GenesisDocument {
        parameters,
        governance: Governance::of(&list, |validator| validator.network_key),
        validators: Bounded::new(list).expect("few validators"),
        brands: Bounded::from([brand]),
        ..GenesisDocument::empty("test".parse().expect("a valid name"), time(START_MS))
    };
    Genesis::new(document).expect("the document keeps the rules")
}

/// A transaction of the brand's till or of the member.
fn sign(
    chain: &ChainId,
    seed: u8,
    valid_until_ms: TimeMs,
    nonce: u64,
    operations: Vec<Operation>,
) -> Arc<VerifiedTransaction> {
    let operations = Bounded::new(operations).expect("1 to 100 operations");
    let sender = key(seed).address();
    let transaction = Transaction { chain: chain.tag(), sender, valid_until_ms, nonce, operations };
    Arc::new(transaction.sign(chain, &key(seed)).verify(chain).expect("just signed for this chain"))
}

/// The till gives the member one point, `count` times in one transaction; `number` makes it different from others.
pub(crate) fn issues(state: &State, number: u64, count: u64) -> Arc<VerifiedTransaction> {
    let issue = |index: u64| {
        Operation::Issue(Issue {
            brand: "nordmat".parse().expect("a valid id"),
            to: member(),
            amount: Points::new(1),
            reference: Reference::new([number.to_be_bytes(), index.to_be_bytes()].concat()).expect("16 bytes"),
            dated: state.view().tip().time_ms.day(),
            expiry: None,
        })
    };
    let until = state.view().tip().time_ms.plus_ms(VALID_MS);
    sign(&state.view().chain_id(), TILL, until, number, (0..count).map(issue).collect())
}

/// The member gives points back.
pub(crate) fn redeem(state: &State, number: u64, points: u64) -> Arc<VerifiedTransaction> {
    let until = state.view().tip().time_ms.plus_ms(VALID_MS);
    redeem_until(state, number, points, until)
}

pub(crate) fn redeem_until(state: &State, number: u64, points: u64, until: TimeMs) -> Arc<VerifiedTransaction> {
    let redeem = Operation::Redeem(Redeem {
        brand: "nordmat".parse().expect("a valid id"),
        from: member(),
        amount: Points::new(points),
        request: None,
    });
    sign(&state.view().chain_id(), MEMBER, until, number, vec![redeem])
}

/// A block of validator 0, one second after the last one.
pub(crate) fn next_block(state: &State, candidates: Vec<Arc<VerifiedTransaction>>) -> ExecutedBlock {
    let now = state.view().tip().time_ms.plus_ms(1000);
    let Proposal { block, refused } =
        propose(state, validator_key(0).address(), now, candidates).expect("points are conserved");
    assert!(refused.is_empty(), "{refused:?}");
    block
}

/// A certificate in round 0 by the validators with these numbers.
pub(crate) fn certify(chain: &ChainId, height: Height, block: BlockId, signers: &[usize]) -> Certificate {
    certify_in_order(chain, height, block, {
        let mut keys: Vec<KeyPair> = signers.iter().map(|number| validator_key(*number)).collect();
        keys.sort_by_key(KeyPair::address);
        keys
    })
}

/// A certificate by keys in the order given, whoever they belong to.
pub(crate) fn certify_in_order(chain: &ChainId, height: Height, block: BlockId, keys: Vec<KeyPair>) -> Certificate {
    let blank = CommitSignature { validator: Address::new([0; 20]), signature: key(0).sign(b"") };
    let mut certificate = Certificate { height, round: 0, block, signatures: Bounded::new(vec![blank]).expect("one") };
    let sign = |key: &KeyPair| {
        let message = certificate.vote_of(key.address()).signing_bytes(chain);
        CommitSignature { validator: key.address(), signature: key.sign(&message) }
    };
    let signatures = keys.iter().map(sign).collect();
    certificate.signatures = Bounded::new(signatures).expect("one to 64 signatures");
    certificate
}

pub(crate) fn certificate_of(state: &State, block: &ExecutedBlock, signers: &[usize]) -> Certificate {
    certify(&state.view().chain_id(), block.header().height, block.id(), signers)
}

pub(crate) fn validator_set(powers: &[u64]) -> ValidatorSet {
    ValidatorSet::new(validators(powers)).expect("the validators keep the rules")
}
