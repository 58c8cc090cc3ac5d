//! A small real chain for tests: one validator, one brand, blocks of issues and transfers.

mod histories;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lojal_chain::replay::{ReplayFault, commit, execute_bytes};
use lojal_chain::{CommittedBlock, InvalidBlock, propose};
use lojal_ledger::State;
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    Action, Activate, Bounded, Certificate, CommitSignature, Genesis, GenesisDocument, Governance, Issue, KeyPair,
    MotionId, NodeProof, Operation, Outcome, Parameters, Points, Policy, Propose, Readiness, Reference, Role, SetKeys,
    SignOfLife, TimeMs, Transaction, Transfer, Validator, VerifiedTransaction,
};

pub(crate) use self::histories::assert_history_since;
use self::histories::{assert_brand, assert_history};
use crate::archive::ArchivedBlock;
use crate::log::record::ProposalRecord;
use crate::{Lookup, Opened, Options, SimulatedDisk, Store, StoreError, Use, open};

pub(crate) const START_MS: u64 = 1_700_000_000_000;

/// The height of the first block that changes the validator's keys, and the number of blocks to the next such one.
pub(crate) const CHANGES_EVERY: usize = 5;

/// The keys of the validator after so many changes; after three it has those of the beginning again.
pub(crate) fn validator(changes: usize) -> [KeyPair; 2] {
    let changes = u8::try_from(changes % 3).expect("few");
    [1_u8, 2].map(|kind| {
        let mut seed = [kind; 32];
        seed[0] = kind.wrapping_add(changes);
        seed[1] = seed[1].wrapping_add(changes);
        KeyPair::from_seed(&seed)
    })
}

/// The account that speaks for the validator.
fn governor() -> KeyPair {
    KeyPair::from_seed(&[4; 32])
}

pub(crate) fn operator() -> KeyPair {
    KeyPair::from_seed(&[3; 32])
}

pub(crate) fn member(number: u8) -> KeyPair {
    KeyPair::from_seed(&[number.wrapping_add(100); 32])
}

/// Genesis of a network of this name.
pub(crate) fn genesis(name: &str) -> Genesis {
    genesis_with(name, Parameters::standard())
}

fn genesis_with(name: &str, parameters: Parameters) -> Genesis {
    let [public_key, network_key] = validator(0).map(|key| key.public_key());
    let validator = Validator { name: "one".parse().expect("valid"), public_key, network_key, power: 1 };
    let operator = GenesisOperator::new(operator().public_key(), Bounded::from([Role::Issue]));
    let policy = Policy {
        expiry_months: Some(24),
        convertible: false,
        poolable: false,
        transfer_max: Points::new(1_000_000),
        reversal_window_ms: 1,
        ..Policy::open()
    };
    let name: lojal_types::Name = name.parse().expect("valid");
    let brand = GenesisBrand {
        name: name.clone(),
        ..GenesisBrand::new("nordmat".parse().expect("valid"), policy, Bounded::from([operator]))
    };
    let document = GenesisDocument {
        parameters,
        governance: Governance::of([&validator], |_| governor().public_key()),
        validators: Bounded::from([validator]),
        brands: Bounded::from([brand]),
        ..GenesisDocument::empty(name, TimeMs::new(START_MS).expect("in range"))
    };
    Genesis::new(document).expect("valid")
}

/// A chain that is kept in memory, to compare with.
pub(crate) struct Chain {
    pub(crate) genesis: Genesis,
    pub(crate) state: State,
    pub(crate) blocks: Vec<Arc<CommittedBlock>>,
    nonce: u64,
    /// The time between two blocks.
    step_ms: u64,
}

impl Chain {
    pub(crate) fn new() -> Self {
        let genesis = genesis("a network");
        Self { state: State::genesis(&genesis), genesis, blocks: Vec::new(), nonce: 0, step_ms: 20_000 }
    }

    /// A chain of `blocks` blocks.
    pub(crate) fn of(blocks: usize) -> Self {
        let mut chain = Self::new();
        (0..blocks).for_each(|_| chain.grow());
        chain
    }

    /// A chain of `blocks` blocks whose state is cut after every third: 2, 5, 8 and so on.
    pub(crate) fn cut_often(blocks: usize) -> Self {
        let genesis = genesis_with("a network", Parameters { snapshot_interval_ms: 60_000, ..Parameters::standard() });
        let mut chain = Self { state: State::genesis(&genesis), genesis, ..Self::new() };
        (0..blocks).for_each(|_| chain.grow());
        chain
    }

    /// A chain of `blocks` blocks, ten days from each to the next, whose state is cut after every block.
    pub(crate) fn of_months(blocks: usize) -> Self {
        let chain = Self { step_ms: 10 * 24 * 60 * 60 * 1_000, ..Self::cut_often(0) };
        (0..blocks).fold(chain, |mut chain, _| {
            chain.grow();
            chain
        })
    }

    fn signed(&mut self, key: &KeyPair, operation: Operation, time_ms: u64) -> Arc<VerifiedTransaction> {
        self.nonce += 1;
        let chain_id = self.genesis.chain_id();
        let transaction = Transaction {
            chain: chain_id.tag(),
            sender: key.address(),
            valid_until_ms: TimeMs::new(time_ms + 60_000).expect("in range"),
            nonce: self.nonce,
            operations: Bounded::new(vec![operation]).expect("one"),
        };
        Arc::new(transaction.sign(&chain_id, key).verify(&chain_id).expect("signed"))
    }

    /// The key of the validator that decides the next block.
    pub(crate) fn validator(&self) -> KeyPair {
        let [key, _] = validator(self.blocks.len() / CHANGES_EVERY);
        key
    }

    /// The motion by which the validator gets other keys, or the sign of life with which it happens.
    fn change(&mut self, height: usize, time_ms: u64) -> Option<Arc<VerifiedTransaction>> {
        let (changes, chain) = (height.div_ceil(CHANGES_EVERY), self.genesis.chain_id());
        let [key, network] = validator(changes);
        let operation = if height % CHANGES_EVERY == CHANGES_EVERY - 1 {
            let (name, public_key, network_key) =
                ("one".parse().expect("valid"), key.public_key(), network.public_key());
            let bytes = NodeProof::signing_bytes(&chain, &name, &public_key, &network_key);
            let proof = NodeProof { by_validator: key.sign(&bytes), by_network: network.sign(&bytes) };
            let action = Action::SetKeys(SetKeys { name, public_key, network_key, proof });
            Operation::Propose(Propose { actions: Bounded::from([action]) })
        } else if height.is_multiple_of(CHANGES_EVERY) {
            let motion = MotionId::new(changes as u64);
            let digest = self.state.view().motion(motion).expect("in memory").expect("proposed").digest;
            let time_ms = TimeMs::new(time_ms).expect("in range");
            let readiness = Readiness { motion, digest, index: 0, time_ms };
            let sign = SignOfLife { index: 0, time_ms, signature: key.sign(&readiness.signing_bytes(&chain)) };
            Operation::Activate(Activate { motion, signs: Bounded::from([sign]) })
        } else {
            return None;
        };
        Some(self.signed(&governor(), operation, time_ms))
    }

    /// The transactions of the next block: three issues, a transfer, one that fails, and in some what changes the
    /// validator's keys.
    fn transactions(&mut self, time_ms: u64) -> Vec<Arc<VerifiedTransaction>> {
        let brand = "nordmat".parse().expect("valid");
        let height = self.blocks.len() as u64 + 1;
        let mut transactions = Vec::new();
        for number in 0..3 {
            let reference = Reference::new([height.to_le_bytes(), [number; 8]].concat()).expect("short");
            let to = member((height as u8).wrapping_mul(3).wrapping_add(number) % 20).address();
            let dated = TimeMs::new(time_ms).expect("in range").day();
            let issue = Issue { brand, to, amount: Points::new(100), reference, dated, expiry: None };
            transactions.push(self.signed(&operator(), Operation::Issue(issue), time_ms));
        }
        let sender = member((height as u8).wrapping_mul(3) % 20);
        for amount in [10, 900_000] {
            let to = member(7).address();
            let transfer = Transfer { brand, from: sender.address(), to, amount: Points::new(amount) };
            transactions.push(self.signed(&sender, Operation::Transfer(transfer), time_ms));
        }
        transactions.extend(self.change(self.blocks.len() + 1, time_ms));
        transactions
    }

    /// A block on top of the chain with its proposal; blocks of other variants are other blocks.
    pub(crate) fn proposal(&mut self, variant: u64) -> (ProposalRecord, Arc<[u8]>) {
        let time_ms = START_MS + self.step_ms * (self.blocks.len() as u64 + 1) + variant;
        let transactions = self.transactions(time_ms);
        let time = TimeMs::new(time_ms).expect("in range");
        let proposal = propose(&self.state, self.validator().address(), time, transactions).expect("conserved");
        let block = proposal.block;
        let record = ProposalRecord {
            height: block.header().height,
            round: u32::try_from(variant).expect("small"),
            valid_round: None,
            proposer: self.validator().address(),
            block: block.id(),
        };
        (record, Arc::clone(block.bytes()))
    }

    /// The block after the last one, but not on the chain yet, with its certificate.
    pub(crate) fn next(&mut self) -> ArchivedBlock {
        let (record, bytes) = self.proposal(0);
        ArchivedBlock { bytes, certificate: self.certify(&record) }
    }

    /// The certificate of a block on top of the chain.
    pub(crate) fn certify(&self, record: &ProposalRecord) -> Certificate {
        certify(record, &self.genesis, &self.validator())
    }

    /// Appends a block, executed anew.
    pub(crate) fn push(&mut self, block: &ArchivedBlock) -> Arc<CommittedBlock> {
        let executed = execute_bytes(&self.state, &block.bytes).expect("valid");
        let committed = Arc::new(commit(&mut self.state, executed, block.certificate.clone()).expect("certified"));
        self.blocks.push(Arc::clone(&committed));
        committed
    }

    pub(crate) fn grow(&mut self) {
        let next = self.next();
        self.push(&next);
    }

    /// Commits all blocks to a store that has none of them yet, as a node that catches up does.
    pub(crate) fn write_to(&self, opened: &mut Opened) {
        let from = usize::try_from(opened.store.tip().height.get()).expect("small");
        for block in &self.blocks[from..] {
            append(opened, block);
        }
    }
}

/// Commits one block to a store.
pub(crate) fn append(opened: &mut Opened, block: &Arc<CommittedBlock>) {
    append_if_writable(opened, block).expect("the disk works");
}

/// Commits one block to a store, unless that fails.
pub(crate) fn append_if_writable(opened: &mut Opened, block: &Arc<CommittedBlock>) -> Result<(), StoreError> {
    let executed = loop {
        match execute_bytes(&opened.state, &block.bytes) {
            Err(ReplayFault::Invalid(InvalidBlock::Missing(missing))) => {
                let pages = opened.store.pages().load(missing.pages())?;
                opened.state.take_pages(&pages);
            }
            executed => break executed.expect("valid"),
        }
    };
    opened.writer.append_commit(&block.certificate, &block.bytes)?;
    let committed = commit(&mut opened.state, executed, block.certificate.clone()).expect("certified");
    opened.store.pages().turn(&mut opened.state);
    opened.writer.publish(Arc::new(committed), &opened.state)
}

/// The certificate of a block that one validator decides.
fn certify(record: &ProposalRecord, genesis: &Genesis, key: &KeyPair) -> Certificate {
    let nobody = CommitSignature { validator: key.address(), signature: lojal_types::Signature::new([0; 64]) };
    let mut certificate = Certificate {
        height: record.height,
        round: record.round,
        block: record.block,
        signatures: Bounded::new(vec![nobody]).expect("one"),
    };
    let signature = key.sign(&certificate.vote_of(key.address()).signing_bytes(&genesis.chain_id()));
    certificate.signatures = Bounded::new(vec![CommitSignature { signature, ..nobody }]).expect("one");
    certificate
}

/// No checkpoint but those that a test asks for.
pub(crate) fn options() -> Options {
    Options { checkpoint_bytes: u64::MAX, checkpoint_interval: Duration::from_secs(3600), ..Options::default() }
}

/// The same on a simulated disk.
pub(crate) fn on(disk: &SimulatedDisk) -> Options {
    Options { disk: disk.disk(), ..options() }
}

pub(crate) fn repairing() -> Options {
    Options { repair: true, ..options() }
}

/// Opens a store with segments of a few blocks.
pub(crate) fn open_small(dir: &Path, genesis: &Genesis, options: Options) -> Result<Opened, StoreError> {
    open(dir, genesis, Options { segment_bytes_max: 4_000, ..options })
}

/// Copies a data directory as a crash would leave it.
pub(crate) fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a temporary directory");
    for entry in std::fs::read_dir(from).expect("a temporary directory") {
        let entry = entry.expect("a temporary directory");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a temporary directory");
        }
    }
}

/// Asserts that a store has the first `height` blocks of a chain and nothing more.
pub(crate) fn assert_prefix(opened: &Opened, chain: &Chain, height: usize) -> Result<(), StoreError> {
    let store = &opened.store;
    assert_eq!(store.tip().height.get(), height as u64);
    for block in &chain.blocks[..height] {
        let stored = store.block(block.header.height)?.found().expect("committed");
        assert_eq!((&stored.bytes, &stored.certificate), (&block.bytes, &block.certificate));
        assert_placed(store, block)?;
        for ((transaction, receipt), index) in block.transactions.iter().zip(&block.receipts).zip(0..) {
            let placed = store.transaction(&transaction.id())?.expect("committed");
            assert_eq!((placed.height, placed.index, placed.outcome), (block.header.height, index, receipt.outcome));
        }
    }
    for account in (0..20).map(member).chain([operator()]) {
        assert_history(opened, &chain.blocks[..height], account.address())?;
    }
    for block in &chain.blocks[height..] {
        assert_eq!(store.block(block.header.height)?, Lookup::NotYet);
        assert_eq!(store.transaction(&block.transactions[0].id())?, None);
    }
    Ok(())
}

/// Everything that a store answers, compared with the chain.
pub(crate) fn assert_same(opened: &Opened, chain: &Chain) {
    let store = &opened.store;
    assert_eq!(store.tip(), chain.state.view().tip());
    assert_eq!(store.view().state_root(), chain.state.view().state_root());
    assert_eq!(opened.state.view().state_root(), chain.state.view().state_root());
    assert_eq!(opened.state.recent(), chain.state.recent());
    for block in &chain.blocks {
        let stored = store.block(block.header.height).expect("readable").found().expect("committed");
        assert_eq!(stored.bytes, block.bytes);
        assert_eq!(stored.certificate, block.certificate);
        assert_placed(store, block).expect("readable");
        for ((transaction, receipt), index) in block.transactions.iter().zip(&block.receipts).zip(0..) {
            let placed = store.transaction(&transaction.id()).expect("readable").expect("committed");
            assert_eq!((placed.height, placed.index), (block.header.height, index));
            assert_eq!(placed.outcome, receipt.outcome);
        }
    }
    assert_eq!(store.block(chain.state.view().tip().height.next()).expect("readable"), Lookup::NotYet);
    for number in 0..20 {
        assert_history(opened, &chain.blocks, member(number).address()).expect("readable");
    }
    assert_history(opened, &chain.blocks, operator().address()).expect("readable");
    assert_brand(store, &chain.blocks).expect("readable");
    assert_uses(store, &chain.blocks);
}

/// Asserts that the transactions of a block are found by its height, in its order.
fn assert_placed(store: &Store, block: &CommittedBlock) -> Result<(), StoreError> {
    let height = block.header.height;
    let in_block = store.placed_in(height)?;
    assert_eq!(in_block.iter().map(|placed| placed.height).collect::<Vec<_>>(), vec![height; in_block.len()]);
    assert!(in_block.iter().map(|placed| placed.id).eq(block.transactions.iter().map(|one| one.id())));
    Ok(())
}

/// Asserts that the transactions are found that have used a receipt.
fn assert_uses(store: &Store, blocks: &[Arc<CommittedBlock>]) {
    let transactions = blocks.iter().flat_map(|block| block.transactions.iter().zip(&block.receipts));
    for (transaction, receipt) in transactions.filter(|(_, receipt)| receipt.outcome == Outcome::Applied) {
        for operation in transaction.transaction().operations.iter() {
            let Operation::Issue(issue) = operation else { continue };
            let used = store.used(Use::Issue, issue.brand, &issue.reference).expect("readable");
            assert_eq!(used.map(|placed| placed.id), Some(receipt.transaction));
        }
    }
}
