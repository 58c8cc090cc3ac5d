//! Generated transactions, blocks, votes, certificates, validators and genesis documents.

use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::limits::VOTING_POWER_MAX;
use lojal_types::{
    Block, Bounded, Certificate, CommitSignature, GenesisDocument, Header, Issue, KeyPair, Operation, Outcome,
    Parameters, Policy, Receipt, Redeem, Reverse, RotateKey, SignedTransaction, Transaction, Transfer, Validator,
    ValidatorSet, VoteContent, VoteKind,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::values::*;

/// Any operation. A new kind gets an arm here; a test fails until it has one.
pub(super) fn operation() -> BoxedStrategy<Operation> {
    let issue = (brand_id(), address(), points(), reference())
        .prop_map(|(brand, to, amount, reference)| Operation::Issue(Issue { brand, to, amount, reference }));
    let redeem = (brand_id(), address(), points(), option::of(reference()))
        .prop_map(|(brand, from, amount, reference)| Operation::Redeem(Redeem { brand, from, amount, reference }));
    let transfer = (brand_id(), address(), address(), points())
        .prop_map(|(brand, from, to, amount)| Operation::Transfer(Transfer { brand, from, to, amount }));
    let reverse = (brand_id(), address(), points(), reference(), reference()).prop_map(
        |(brand, from, amount, issue_reference, reference)| {
            Operation::Reverse(Reverse { brand, from, amount, issue_reference, reference })
        },
    );
    let rotate_key = public_key().prop_map(|new_key| Operation::RotateKey(RotateKey { new_key }));
    prop_oneof![issue, redeem, transfer, reverse, rotate_key].boxed()
}

pub(super) fn transaction() -> BoxedStrategy<Transaction> {
    (chain_tag(), address(), time(), number(), list(operation()))
        .prop_map(|(chain, sender, valid_until_ms, nonce, operations)| Transaction {
            chain,
            sender,
            valid_until_ms,
            nonce,
            operations,
        })
        .boxed()
}

pub(super) fn signed_transaction() -> BoxedStrategy<SignedTransaction> {
    (transaction(), public_key(), signature())
        .prop_map(|(transaction, public_key, signature)| SignedTransaction { transaction, public_key, signature })
        .boxed()
}

pub(super) fn receipt() -> BoxedStrategy<Receipt> {
    let failed = (any::<u8>(), code()).prop_map(|(operation, code)| Outcome::Failed { operation, code });
    let outcome = prop_oneof![Just(Outcome::Applied), failed];
    (transaction_id(), outcome).prop_map(|(transaction, outcome)| Receipt { transaction, outcome }).boxed()
}

pub(super) fn header() -> BoxedStrategy<Header> {
    let place = (any::<u32>(), chain_id(), height(), time(), block_id());
    let roots = (hash(), hash(), hash(), hash(), hash());
    (place, roots, address())
        .prop_map(|((version, chain_id, height, time_ms, parent), roots, proposer)| {
            let (transactions_root, receipts_root, state_root, validators_hash, next_validators_hash) = roots;
            Header {
                version,
                chain_id,
                height,
                time_ms,
                parent,
                transactions_root,
                receipts_root,
                state_root,
                validators_hash,
                next_validators_hash,
                proposer,
            }
        })
        .boxed()
}

pub(super) fn block() -> BoxedStrategy<Block> {
    let transactions = vec(signed_transaction(), 0..=3).prop_map(|few| Bounded::new(few).expect("within the bounds"));
    (header(), transactions).prop_map(|(header, transactions)| Block { header, transactions }).boxed()
}

pub(super) fn vote() -> BoxedStrategy<VoteContent> {
    let kind = select(vec![VoteKind::Prevote, VoteKind::Precommit]);
    (kind, height(), any::<u32>(), option::of(block_id()), address())
        .prop_map(|(kind, height, round, block, validator)| VoteContent { kind, height, round, block, validator })
        .boxed()
}

pub(super) fn certificate() -> BoxedStrategy<Certificate> {
    let signed =
        (address(), signature()).prop_map(|(validator, signature)| CommitSignature { validator, signature }).boxed();
    (height(), any::<u32>(), block_id(), list(signed))
        .prop_map(|(height, round, block, signatures)| Certificate { height, round, block, signatures })
        .boxed()
}

/// A validator as it stands in a document that nobody has checked.
pub(super) fn validator() -> BoxedStrategy<Validator> {
    (name(), public_key(), public_key(), number())
        .prop_map(|(name, public_key, network_key, power)| Validator { name, public_key, network_key, power })
        .boxed()
}

/// A set that keeps the rules; several validators often have the same power.
pub(super) fn validator_set() -> BoxedStrategy<ValidatorSet> {
    let powers = vec(prop_oneof![1..=3_u64, 1..=VOTING_POWER_MAX], 1..=6);
    let make = |(secret, powers): (u8, Vec<u64>)| {
        let key = |number: u8, of: u8| {
            KeyPair::from_seed(&[[secret; 30].as_slice(), &[number, of]].concat().try_into().expect("32 bytes"))
        };
        let validator = |(number, power): (u8, u64)| Validator {
            name: format!("validator {number}").parse().expect("a valid name"),
            public_key: key(number, 0).public_key(),
            network_key: key(number, 1).public_key(),
            power,
        };
        ValidatorSet::new((0..).zip(powers).map(validator).collect()).expect("names and keys are distinct")
    };
    (any::<u8>(), powers).prop_map(make).boxed()
}

pub(super) fn policy() -> BoxedStrategy<Policy> {
    (option::of(any::<u8>()), any::<bool>(), points(), points(), number())
        .prop_map(|(expiry_months, transferable, transfer_min, transfer_max, reversal_window_ms)| Policy {
            expiry_months,
            transferable,
            transfer_min,
            transfer_max,
            reversal_window_ms,
        })
        .boxed()
}

pub(super) fn operator() -> BoxedStrategy<GenesisOperator> {
    (public_key(), list(role())).prop_map(|(public_key, roles)| GenesisOperator { public_key, roles }).boxed()
}

fn brand() -> BoxedStrategy<GenesisBrand> {
    let operators = vec(operator(), 0..=3).prop_map(|few| Bounded::new(few).expect("within the bounds"));
    (brand_id(), name(), any::<u8>(), policy(), operators)
        .prop_map(|(id, name, decimals, policy, operators)| GenesisBrand { id, name, decimals, policy, operators })
        .boxed()
}

pub(super) fn parameters() -> BoxedStrategy<Parameters> {
    (number(), any::<u32>(), any::<u32>())
        .prop_map(|(heartbeat_ms, block_bytes_max, block_transactions_max)| Parameters {
            heartbeat_ms,
            block_bytes_max,
            block_transactions_max,
        })
        .boxed()
}

/// A document that nobody has checked.
pub(super) fn genesis_document() -> BoxedStrategy<GenesisDocument> {
    let brands = vec(brand(), 0..=3).prop_map(|few| Bounded::new(few).expect("within the bounds"));
    (name(), network(), time(), parameters(), list(validator()), brands)
        .prop_map(|(name, network, time_ms, parameters, validators, brands)| GenesisDocument {
            name,
            network,
            time_ms,
            parameters,
            validators,
            brands,
        })
        .boxed()
}
