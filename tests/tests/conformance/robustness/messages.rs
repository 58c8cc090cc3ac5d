//! Generated transactions, blocks, votes, certificates, validators and genesis documents.

use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::limits::VOTING_POWER_MAX;
use lojal_types::{
    AgreedKey, Allowance, Allowances, Barred, Block, Bounded, Cancelled, Certificate, Change, CommitSignature,
    GenesisDocument, Guardian, Guardians, Header, KeyPair, MemberLimit, MemberLimits, MemberRights, Money, Outcome,
    Parameters, PartnershipProposal, PartnershipTerms, Policy, Receipt, Recovery, RecoveryVote, Safeguards,
    SignedTransaction, Transaction, Validator, ValidatorSet, VoteContent, VoteKind, Waiting,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::operations::operation;
use super::values::*;

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
    let transfers = (any::<bool>(), points(), points(), option::of(points()), points());
    let uses = (any::<bool>(), any::<bool>(), any::<bool>());
    let make = |(expiry_months, issue_max, transfers, uses, reversal_window_ms)| {
        let (transferable, transfer_min, transfer_max, transfer_daily_max, opening_min) = transfers;
        let (convertible, poolable, tradeable) = uses;
        Policy {
            expiry_months,
            issue_max,
            transferable,
            transfer_min,
            transfer_max,
            transfer_daily_max,
            opening_min,
            convertible,
            poolable,
            tradeable,
            reversal_window_ms,
        }
    };
    (option::of(any::<u8>()), option::of(points()), transfers, uses, number()).prop_map(make).boxed()
}

/// Guardians in any order, with any threshold.
pub(super) fn guardians() -> BoxedStrategy<Guardians> {
    (list(guardian()), any::<u8>()).prop_map(|(guardians, threshold)| Guardians { guardians, threshold }).boxed()
}

fn guardian() -> BoxedStrategy<Guardian> {
    prop_oneof![address().prop_map(Guardian::Account), brand_id().prop_map(Guardian::Brand)].boxed()
}

pub(super) fn recovery() -> BoxedStrategy<Recovery> {
    let vote = (guardian(), public_key()).prop_map(|(guardian, new_key)| RecoveryVote { guardian, new_key }).boxed();
    let agreed = (public_key(), time()).prop_map(|(new_key, from_ms)| AgreedKey { new_key, from_ms });
    (list(vote), option::of(agreed)).prop_map(|(votes, agreed)| Recovery { votes, agreed }).boxed()
}

pub(super) fn safeguards() -> BoxedStrategy<Safeguards> {
    let change =
        prop_oneof![Just(Change::Unfreeze), guardians().prop_map(|guardians| Change::SetGuardians { guardians })];
    let waiting = (change, time(), list(guardian()));
    let waiting = waiting.prop_map(|(change, from_ms, agreed)| Waiting { change, from_ms, agreed });
    let barred = (guardian(), time()).prop_map(|(guardian, until_ms)| Barred { guardian, until_ms }).boxed();
    let cancelled = (time(), time()).prop_map(|(stopped_until_ms, until_ms)| Cancelled { stopped_until_ms, until_ms });
    (option::of(waiting), list(barred), option::of(cancelled))
        .prop_map(|(waiting, barred, cancelled)| Safeguards { waiting, barred, cancelled })
        .boxed()
}

/// Limits in any order.
pub(super) fn limits() -> BoxedStrategy<MemberLimits> {
    list((brand_id(), points()).prop_map(|(brand, month_max)| MemberLimit { brand, month_max }).boxed())
}

pub(super) fn member_rights() -> BoxedStrategy<MemberRights> {
    (member_role(), limits()).prop_map(|(role, limits)| MemberRights { role, limits }).boxed()
}

pub(super) fn terms() -> BoxedStrategy<PartnershipTerms> {
    (any::<u32>(), any::<u32>(), number(), points(), number(), time())
        .prop_map(|(rate_num, rate_den, price_micro, daily_max, owed_max, ends_ms)| PartnershipTerms {
            rate_num,
            rate_den,
            price_micro,
            daily_max,
            owed_max: Money::new(owed_max),
            ends_ms,
        })
        .boxed()
}

pub(super) fn proposal() -> BoxedStrategy<PartnershipProposal> {
    (brand_id(), terms()).prop_map(|(by, terms)| PartnershipProposal { by, terms }).boxed()
}

pub(super) fn operator() -> BoxedStrategy<GenesisOperator> {
    (public_key(), list(role()), option::of(points()))
        .prop_map(|(public_key, roles, issue_daily_max)| GenesisOperator { public_key, roles, issue_daily_max })
        .boxed()
}

pub(super) fn brand() -> BoxedStrategy<GenesisBrand> {
    let operators = vec(operator(), 0..=3).prop_map(|few| Bounded::new(few).expect("within the bounds"));
    (brand_id(), name(), any::<u8>(), policy(), operators)
        .prop_map(|(id, name, decimals, policy, operators)| GenesisBrand { id, name, decimals, policy, operators })
        .boxed()
}

pub(super) fn parameters() -> BoxedStrategy<Parameters> {
    let times = (number(), number(), number(), any::<[u8; 2]>());
    (times, any::<u32>(), any::<u32>(), allowances())
        .prop_map(|(times, block_bytes_max, block_transactions_max, allowances)| {
            let (heartbeat_ms, recovery_delay_ms, snapshot_interval_ms, days) = times;
            Parameters {
                heartbeat_ms,
                block_bytes_max,
                block_transactions_max,
                recovery_delay_ms,
                receipt_days: days[0],
                keep_months: days[1],
                snapshot_interval_ms,
                allowances,
            }
        })
        .boxed()
}

fn allowances() -> BoxedStrategy<Allowances> {
    let allowance = || (number(), any::<u32>()).prop_map(|(bytes, operations)| Allowance { bytes, operations });
    (any::<u16>(), any::<u8>(), allowance(), allowance())
        .prop_map(|(openings, households, member, operator)| Allowances { openings, households, member, operator })
        .boxed()
}

/// A document that nobody has checked.
pub(super) fn genesis_document() -> BoxedStrategy<GenesisDocument> {
    let brands = vec(brand(), 0..=3).prop_map(|few| Bounded::new(few).expect("within the bounds"));
    let governance = super::governance::table();
    (name(), network(), (time(), governance), option::of(currency()), parameters(), list(validator()), brands)
        .prop_map(|(name, network, (time_ms, governance), settlement_currency, parameters, validators, brands)| {
            GenesisDocument { name, network, time_ms, settlement_currency, parameters, governance, validators, brands }
        })
        .boxed()
}
