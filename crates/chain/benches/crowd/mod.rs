//! A network with many accounts, each with one lot of one brand.

use std::sync::Arc;

use lojal_chain::{ExecutedBlock, propose};
use lojal_ledger::key::{AccountKey, BalanceKey, OutstandingKey, StateKey, TotalsKey};
use lojal_ledger::recent::RecentIds;
use lojal_ledger::record::{Account, Balance};
use lojal_ledger::{Shelves, State, StateTree};
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    Activity, Address, Allowances, Bounded, BrandId, Certificate, CommitSignature, Expiry, Genesis, GenesisDocument,
    Governance, KeyPair, Lot, Operation, Parameters, Points, Policy, Role, SignedTransaction, TimeMs, Totals,
    Transaction, Transfer, Validator, VerifiedTransaction, verify_all,
};

/// A key of the state and its value.
type Entry = (Box<[u8]>, Box<[u8]>);

/// The points that each account has.
const POINTS: u64 = 1_000_000;

pub fn key(number: u32) -> KeyPair {
    let mut seed = [1; 32];
    seed[..4].copy_from_slice(&number.to_le_bytes());
    KeyPair::from_seed(&seed)
}

fn brand() -> BrandId {
    "nordmat".parse().expect("a valid id")
}

pub fn validator() -> KeyPair {
    KeyPair::from_seed(&[200; 32])
}

/// One validator, one brand, whose points never expire.
pub fn genesis() -> Genesis {
    let policy = Policy { transfer_max: Points::new(POINTS), convertible: false, poolable: false, ..Policy::open() };
    let till = GenesisOperator::new(KeyPair::from_seed(&[201; 32]).public_key(), Bounded::from([Role::Issue]));
    let name: lojal_types::Name = "Nordmat".parse().expect("a valid name");
    let validator = Validator {
        name: name.clone(),
        public_key: validator().public_key(),
        network_key: KeyPair::from_seed(&[202; 32]).public_key(),
        power: 1,
    };
    let document = GenesisDocument {
        governance: Governance::of([&validator], |validator| validator.network_key),
        parameters: Parameters { recovery_delay_ms: 1000, allowances: Allowances::open(), ..Parameters::standard() },
        validators: Bounded::from([validator]),
        brands: Bounded::from([GenesisBrand {
            name: name.clone(),
            ..GenesisBrand::new(brand(), policy, Bounded::from([till]))
        }]),
        ..GenesisDocument::empty(name, TimeMs::new(1_800_000_000_000).expect("in range"))
    };
    Genesis::new(document).expect("the document keeps the rules")
}

/// A state with so many accounts, of which only the first ones, the senders, have a key.
pub struct Crowd {
    pub genesis: Genesis,
    pub state: State,
    pub entries: Vec<Entry>,
    accounts: u32,
    senders: Vec<KeyPair>,
    nonce: u64,
}

fn address(senders: &[KeyPair], number: u32) -> Address {
    senders.get(number as usize).map_or_else(
        || {
            let mut bytes = [0xaa; 20];
            bytes[..4].copy_from_slice(&number.to_le_bytes());
            Address::new(bytes)
        },
        KeyPair::address,
    )
}

fn bytes(record: &impl borsh::BorshSerialize) -> Box<[u8]> {
    borsh::to_vec(record).expect("writing to memory can't fail").into()
}

impl Crowd {
    pub fn new(accounts: u32, senders: u32) -> Self {
        let genesis = genesis();
        let senders: Vec<KeyPair> = (0..senders).map(key).collect();
        let start = State::genesis(&genesis);
        let mut entries: Vec<Entry> = start
            .view()
            .tree()
            .iter()
            .map(|entry| entry.expect("in memory"))
            .map(|(key, value)| (key.into(), value.into()))
            .collect();
        let lot = Lot { expiry: Expiry::Never, amount: Points::new(POINTS) };
        let balance = Balance { lots: Bounded::new(vec![lot]).expect("one lot"), ..Balance::default() };
        let activity = Activity { count: 1, ..Activity::default() };
        let account = bytes(&Account { activity, ..Account::default() });
        for number in 0..accounts {
            let address = address(&senders, number);
            entries.push((AccountKey(address).encode(), account.clone()));
            let key = BalanceKey { account: address, brand: brand() };
            entries.push((key.encode(), key.value(&balance, &activity.digest)));
        }
        let all = Points::new(POINTS * u64::from(accounts));
        entries.push((OutstandingKey { brand: brand(), expiry: Expiry::Never }.encode(), bytes(&all)));
        let totals = Totals { issued: all.into(), outstanding: all, ..Totals::default() };
        entries.push((TotalsKey(brand()).encode(), bytes(&totals)));
        let tree = StateTree::from_entries(entries.iter().map(|(key, value)| (key, value)));
        let state = State::restore(&genesis, start.view().tip(), (tree, Shelves::default()), RecentIds::default())
            .expect("in memory");
        Self { genesis, state, entries, accounts, senders, nonce: 0 }
    }

    /// Transfers of one sender each to accounts all over the state.
    pub fn signed(&mut self, count: u32, operations: u32) -> Vec<SignedTransaction> {
        (0..count).map(|number| self.transfer(number, operations)).collect()
    }

    fn transfer(&mut self, number: u32, operations: u32) -> SignedTransaction {
        let chain = self.genesis.chain_id();
        let sender = &self.senders[number as usize % self.senders.len()];
        let from = sender.address();
        let step = self.accounts / 10_007 * 2 + 1;
        let transfer = |index: u32| {
            let to = (self.accounts / 2 + number * 7_919 + index * step) % self.accounts;
            let to = address(&self.senders, to);
            Operation::Transfer(Transfer { brand: brand(), from, to, amount: Points::new(5) })
        };
        self.nonce += 1;
        let transaction = Transaction {
            chain: chain.tag(),
            sender: from,
            valid_until_ms: self.state.view().tip().time_ms.plus_ms(60_000),
            nonce: self.nonce,
            operations: Bounded::new((0..operations).map(transfer).collect()).expect("1 to 100"),
        };
        transaction.sign(&chain, sender)
    }

    /// The same, with their signatures checked.
    pub fn verified(&mut self, count: u32, operations: u32) -> Vec<Arc<VerifiedTransaction>> {
        let chain = self.genesis.chain_id();
        let verified = verify_all(self.signed(count, operations), &chain).into_iter();
        verified.map(|one| Arc::new(one.expect("just signed for this chain"))).collect()
    }

    /// The next block, in which every transaction succeeds.
    pub fn propose(&self, transactions: &[Arc<VerifiedTransaction>]) -> ExecutedBlock {
        let now = self.state.view().tip().time_ms.plus_ms(1_000);
        let proposal = propose(&self.state, validator().address(), now, transactions.iter().cloned());
        let proposal = proposal.expect("points are conserved");
        assert_eq!(proposal.block.transactions().len(), transactions.len());
        proposal.block
    }

    pub fn certify(&self, block: &ExecutedBlock) -> Certificate {
        let blank = CommitSignature { validator: validator().address(), signature: validator().sign(b"") };
        let mut certificate = Certificate {
            height: block.header().height,
            round: 0,
            block: block.id(),
            signatures: Bounded::new(vec![blank]).expect("one"),
        };
        let message = certificate.vote_of(blank.validator).signing_bytes(&self.genesis.chain_id());
        let signature = CommitSignature { signature: validator().sign(&message), ..blank };
        certificate.signatures = Bounded::new(vec![signature]).expect("one");
        certificate
    }
}
