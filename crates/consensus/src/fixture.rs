//! A small network for this crate's tests: validators with their keys, one brand with its tills.

use std::path::Path;
use std::sync::{Arc, PoisonError};

use arc_malachitebft_app_channel::app::types::codec::Codec;
use arc_malachitebft_core_consensus::{LivenessMsg, SignedConsensusMsg};
use arc_malachitebft_core_types::{
    NilOrVal, PolkaCertificate, PolkaSignature, Round, RoundCertificate, RoundCertificateType, RoundSignature,
    SignedMessage, VoteType,
};
use lojal_chain::ExecutedBlock;
use lojal_chain::replay::check_commit;
use lojal_ledger::State;
use lojal_network::{Identity, PeerId, Topic};
use lojal_signer::{Guard, GuardError};
use lojal_store::{Disk, Opened, ProposalRecord};
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    Address, Allowances, BlockId, Bounded, Certificate, ChainId, CommitSignature, Genesis, GenesisDocument, Governance,
    Height, Issue, KeyPair, Operation, Parameters, Points, Policy, Reference, Role, Signature, SignedTransaction,
    TimeMs, Transaction, Transfer, Validator, ValidatorSet, VerifiedTransaction, verify_all,
};

use crate::clock;
use crate::codec::BorshCodec;
use crate::context::{Address as EngineAddress, Context, Height as EngineHeight, Proposal, Value, Vote};
use crate::mempool::SharedState;
use crate::metrics::Metrics;
use crate::voice::Voice;
use crate::workers::Workers;

/// November 2023.
const START_MS: u64 = 1_700_000_000_000;
/// The time that transactions are valid.
const VALID_MS: u64 = 30 * 60 * 1000;
/// The number of tills that the brand has.
pub(crate) const TILLS: u8 = 11;

/// The key of the validator with a number, counted from 0.
pub(crate) fn validator_key(number: u8) -> KeyPair {
    KeyPair::from_seed(&[100 + number; 32])
}

/// The guard of a validator in this directory, made if there is none.
pub(crate) fn guard(directory: &Path, number: u8, chain: ChainId) -> Guard {
    let (key, disk) = (validator_key(number), Disk::real());
    match Guard::create(&disk, directory, &key.public_key(), false) {
        Ok(()) | Err(GuardError::Exists(_)) => {}
        Err(error) => panic!("the guard can't be made: {error}"),
    }
    Guard::open(&disk, directory, key, chain).expect("a guard in order")
}

/// The voice of a validator whose guard is in this directory.
pub(crate) fn voice(number: u8, directory: &Path, chain: ChainId) -> Voice {
    Voice::here(guard(directory, number, chain), Workers::Threads, Metrics::default())
}

pub(crate) fn identity(number: u8) -> Identity {
    Identity::from_seed([150 + number; 32])
}

pub(crate) fn peer(number: u8) -> PeerId {
    identity(number).peer_id()
}

/// The key of the till with a number, counted from 0.
pub(crate) fn till(number: u8) -> KeyPair {
    KeyPair::from_seed(&[1 + number; 32])
}

pub(crate) fn validators(count: u8) -> ValidatorSet {
    let validator = |number: u8| Validator {
        name: format!("validator-{number}").parse().expect("valid"),
        public_key: validator_key(number).public_key(),
        network_key: lojal_types::PublicKey::new(identity(number).public_key()),
        power: 1,
    };
    ValidatorSet::new((0..count).map(validator).collect()).expect("few validators with keys of their own")
}

/// The number of the validator that proposes first at a height, of four.
pub(crate) fn proposer(height: u64, round: u32) -> u8 {
    let address = validators(4).proposer(Height::new(height), round).address();
    (0..4).find(|number| validator_key(*number).address() == address).expect("one of the four")
}

/// A network whose accounts may send as much as they like.
pub(crate) fn genesis(heartbeat_ms: u64) -> Genesis {
    genesis_with(heartbeat_ms, Allowances::open())
}

fn genesis_with(heartbeat_ms: u64, allowances: Allowances) -> Genesis {
    let operator = |number| GenesisOperator::new(till(number).public_key(), Bounded::from([Role::Issue]));
    let operators = Bounded::new((0..TILLS).map(operator).collect()).expect("few operators");
    let policy = Policy {
        convertible: false,
        poolable: false,
        transfer_max: Points::new(1_000),
        reversal_window_ms: 1_000,
        ..Policy::open()
    };
    let brand = GenesisBrand {
        name: "Nordmat".parse().expect("valid"),
        ..GenesisBrand::new("nordmat".parse().expect("valid"), policy, operators)
    };
    let list = validators(4).validators().to_vec();
    let document = GenesisDocument {
        governance: Governance::of(&list, |validator| validator.network_key),
        parameters: Parameters { heartbeat_ms, allowances, ..Parameters::standard() },
        validators: Bounded::new(list).expect("four"),
        brands: Bounded::from([brand]),
        ..GenesisDocument::empty("test".parse().expect("valid"), TimeMs::new(START_MS).expect("in range"))
    };
    Genesis::new(document).expect("the document keeps the rules")
}

pub(crate) fn state() -> SharedState {
    state_with(Allowances::open())
}

pub(crate) fn state_with(allowances: Allowances) -> SharedState {
    crate::share(State::genesis(&genesis_with(3_000, allowances)))
}

pub(crate) fn chain(state: &SharedState) -> ChainId {
    state.read().unwrap_or_else(PoisonError::into_inner).view().chain_id()
}

/// A till issues one point; the number makes it different from others.
pub(crate) fn issue(chain: &ChainId, number: u64) -> SignedTransaction {
    issue_by(chain, 0, number, 1, clock::now().plus_ms(VALID_MS))
}

/// The same with a signature that nobody made.
pub(crate) fn forged(chain: &ChainId, number: u64) -> SignedTransaction {
    SignedTransaction { signature: Signature::new([1; 64]), ..issue(chain, number) }
}

/// A till issues a point in each of `count` operations.
pub(crate) fn issue_by(chain: &ChainId, by: u8, number: u64, count: u64, until: TimeMs) -> SignedTransaction {
    let issue = |index: u64| {
        let reference = [&[by][..], &number.to_be_bytes(), &index.to_be_bytes()].concat();
        Operation::Issue(Issue {
            brand: "nordmat".parse().expect("valid"),
            to: Address::new([8; 20]),
            amount: Points::new(1),
            reference: Reference::new(reference).expect("17 bytes"),
            dated: clock::now().day(),
            expiry: None,
        })
    };
    let operations = Bounded::new((0..count).map(issue).collect()).expect("1 to 100");
    let sender = till(by).address();
    Transaction { chain: chain.tag(), sender, valid_until_ms: until, nonce: number, operations }.sign(chain, &till(by))
}

pub(crate) fn verified(signed: Vec<SignedTransaction>, chain: &ChainId) -> Vec<Arc<VerifiedTransaction>> {
    verify_all(signed, chain).into_iter().map(|one| Arc::new(one.expect("the tests sign well"))).collect()
}

/// A valid block of a validator on top of a state; other numbers give other blocks.
pub(crate) fn block_by(state: &SharedState, validator: u8, number: u64) -> ExecutedBlock {
    block_at(state, validator, number, clock::now())
}

pub(crate) fn block_at(state: &SharedState, validator: u8, number: u64, time: TimeMs) -> ExecutedBlock {
    let state = state.read().unwrap_or_else(PoisonError::into_inner);
    let chain = state.view().chain_id();
    let transactions = verified(vec![issue(&chain, number)], &chain);
    let proposal = lojal_chain::propose(&state, validator_key(validator).address(), time, transactions);
    proposal.expect("points are conserved").block
}

/// The key of the member with a number, counted from 0.
pub(crate) fn member(number: u16) -> KeyPair {
    let mut seed = [200; 32];
    seed[..2].copy_from_slice(&number.to_be_bytes());
    KeyPair::from_seed(&seed)
}

/// A member transfers points to another account in each of `count` operations.
pub(crate) fn transfer_by(chain: &ChainId, by: u16, number: u64, count: u64, amount: u64) -> SignedTransaction {
    let (key, brand) = (member(by), "nordmat".parse().expect("valid"));
    let (from, to, amount) = (key.address(), Address::new([6; 20]), Points::new(amount));
    let transfer = |_| Operation::Transfer(Transfer { brand, from, to, amount });
    let operations = Bounded::new((0..count).map(transfer).collect()).expect("1 to 100");
    let valid_until_ms = clock::now().plus_ms(VALID_MS);
    Transaction { chain: chain.tag(), sender: from, valid_until_ms, nonce: number, operations }.sign(chain, &key)
}

/// A till gives points to accounts, up to a hundred.
pub(crate) fn gift(chain: &ChainId, to: &[Address], amount: u64) -> SignedTransaction {
    let give = |to: &Address| {
        let reference = Reference::new([to.as_bytes().as_slice(), &[1]].concat()).expect("21 bytes");
        let amount = Points::new(amount);
        Operation::Issue(Issue {
            brand: "nordmat".parse().expect("valid"),
            to: *to,
            amount,
            reference,
            dated: clock::now().day(),
            expiry: None,
        })
    };
    let mut transaction = issue(chain, 0).transaction;
    transaction.operations = Bounded::new(to.iter().map(give).collect()).expect("1 to 100");
    transaction.sign(chain, &till(0))
}

/// The same in a block that is committed to a state, and to no store.
pub(crate) fn give(state: &SharedState, to: &[Address], amount: u64) {
    let mut state = state.write().unwrap_or_else(PoisonError::into_inner);
    let chain = state.view().chain_id();
    let transactions = verified(vec![gift(&chain, to, amount)], &chain);
    let height = state.view().tip().height.next();
    let proposer = validator_key(proposer(height.get(), 0)).address();
    let proposal = lojal_chain::propose(&state, proposer, clock::now(), transactions).expect("points are conserved");
    let certificate = certify(&chain, height, proposal.block.id(), &[0, 1, 2]);
    let block = check_commit(&state, proposal.block, certificate).expect("a certificate of three of four");
    block.apply(&mut state).expect("points are conserved");
}

/// The record of a block that its builder proposes in a round.
pub(crate) fn record(block: &ExecutedBlock, round: u32) -> ProposalRecord {
    let header = block.header();
    ProposalRecord { height: header.height, round, valid_round: None, proposer: header.proposer, block: block.id() }
}

/// A certificate in round 0 by validators with these numbers.
pub(crate) fn certify(chain: &ChainId, height: Height, block: BlockId, signers: &[u8]) -> Certificate {
    let blank = CommitSignature { validator: Address::new([0; 20]), signature: Signature::new([0; 64]) };
    let mut certificate = Certificate { height, round: 0, block, signatures: Bounded::new(vec![blank]).expect("one") };
    let sign = |number: &u8| {
        let key = validator_key(*number);
        let signature = key.sign(&certificate.vote_of(key.address()).signing_bytes(chain));
        CommitSignature { validator: key.address(), signature }
    };
    let mut signatures: Vec<CommitSignature> = signers.iter().map(sign).collect();
    signatures.sort_unstable_by_key(|one| one.validator);
    certificate.signatures = Bounded::new(signatures).expect("1 to 64");
    certificate
}

/// Commits this many blocks to a store, one after the other.
pub(crate) fn chain_of(opened: &mut Opened, count: u64) {
    for number in 0..count {
        let state = crate::share(opened.state.clone());
        let height = opened.store.tip().height.next();
        let block = block_by(&state, proposer(height.get(), 0), number);
        let certificate = certify(&chain(&state), height, block.id(), &[0, 1, 2]);
        let block = check_commit(&opened.state, block, certificate).expect("a certificate of three of four");
        opened.writer.append_commit(block.certificate(), block.bytes()).expect("the disk works");
        let committed = Arc::new(block.apply(&mut opened.state).expect("points are conserved"));
        opened.writer.publish(committed, &opened.state).expect("the disk works");
    }
}

/// Messages of every kind that nobody signed, each with the topic that it is published on.
pub(crate) fn forgeries() -> Vec<(Topic, Vec<u8>)> {
    let signature = Signature::new([1; 64]);
    let (value, height, round) = (Value(BlockId::new([9; 32])), EngineHeight(Height::new(1)), Round::new(0));
    let address = EngineAddress(validator_key(2).address());
    let votes = [VoteType::Prevote, VoteType::Precommit].map(|kind| {
        let vote = Vote { kind, height, round, value: NilOrVal::Val(value), address };
        SignedMessage::<Context, Vote>::new(vote, signature)
    });
    let proposal = Proposal { height, round, value, pol_round: Round::Nil, address };
    let proposal = SignedConsensusMsg::<Context>::Proposal(SignedMessage::new(proposal, signature));
    let polka_signatures = vec![PolkaSignature::new(address, signature)];
    let polka = PolkaCertificate::<Context> { height, round, value_id: value, polka_signatures };
    let round_signatures = vec![RoundSignature::new(VoteType::Prevote, NilOrVal::Nil, address, signature)];
    let cert_type = RoundCertificateType::Skip;
    let skip = RoundCertificate::<Context> { height, round, cert_type, round_signatures };
    let consensus = |message: &SignedConsensusMsg<Context>| (Topic::Consensus, encoded(BorshCodec.encode(message)));
    let liveness = |message: &LivenessMsg<Context>| (Topic::Liveness, encoded(BorshCodec.encode(message)));
    let mut all = vec![consensus(&proposal)];
    all.extend(votes.iter().map(|vote| consensus(&SignedConsensusMsg::Vote(vote.clone()))));
    all.extend(votes.iter().map(|vote| liveness(&LivenessMsg::Vote(vote.clone()))));
    all.push(liveness(&LivenessMsg::PolkaCertificate(polka)));
    all.push(liveness(&LivenessMsg::SkipRoundCertificate(skip)));
    all
}

fn encoded(encoded: std::io::Result<bytes::Bytes>) -> Vec<u8> {
    encoded.expect("writing to memory can't fail").to_vec()
}
