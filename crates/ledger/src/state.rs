//! The state of the ledger after a block, and its beginning at genesis.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{
    Address, BlockId, Bounded, BrandId, ChainId, Currency, Genesis, Hash, Height, MotionId, NetworkKind, Parameters,
    PublicKey, Receipt, Rules, TimeMs, Totals, ValidatorSet,
};

use crate::activity::Concerned;
use crate::execution::Execution;
use crate::founding::{found_brand, found_seat};
use crate::key::{
    AccountKey, BrandKey, BrandListKey, ParametersKey, ProtocolKey, RegisterKey, SettingsKey, StateKey, TotalsKey,
    ValidatorsKey,
};
use crate::overlay::{Overlay, Written};
use crate::recent::RecentIds;
use crate::record::{Account, Brand, BrandList, Protocol, Register, Seat};
use crate::shelves::{ShelfProof, Shelves};
use crate::tree::StateTree;

/// The last block of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Tip {
    /// Its height; 0 before the first block.
    pub height: Height,
    /// Its id; before the first block the chain id.
    pub block: BlockId,
    /// Its time; before the first block that of genesis.
    pub time_ms: TimeMs,
}

/// The whole state of the ledger, owned by whoever executes blocks.
#[derive(Clone)]
pub struct State {
    view: View,
    recent: RecentIds,
}

/// One version of the state to read from; cheap to clone, and unaffected by later blocks.
#[derive(Clone)]
pub struct View {
    chain_id: ChainId,
    network: NetworkKind,
    settlement_currency: Option<Currency>,
    tip: Tip,
    tree: StateTree,
    shelves: Shelves,
}

impl State {
    /// The state before the first block.
    pub fn genesis(genesis: &Genesis) -> Self {
        let document = genesis.document();
        let tip =
            Tip { height: Height::GENESIS, block: genesis.chain_id().genesis_block_id(), time_ms: document.time_ms };
        let empty = StateTree::new();
        let mut overlay = Overlay::new(&empty);
        overlay.put(&ParametersKey, &document.parameters);
        overlay.put(&ValidatorsKey, genesis.validators());
        let mut ids: Vec<BrandId> = document.brands.iter().map(|brand| brand.id).collect();
        ids.sort_unstable();
        overlay.put(&BrandListKey, &BrandList { ids: Bounded::new(ids).expect("as many as in the document") });
        for brand in document.brands.iter() {
            found_brand(&mut overlay, brand);
        }
        overlay.put(&ProtocolKey, &Protocol { version: document.governance.version, scheduled: None });
        overlay.put(&SettingsKey, &document.governance.settings());
        let (next, open, closed) = (MotionId::new(1), Bounded::default(), Bounded::default());
        overlay.put(&RegisterKey, &Register { next, open, closed });
        for seat in document.governance.seats.iter() {
            let (governor, endpoint) = (Address::of_key(&seat.governor), seat.endpoint.clone());
            found_seat(&mut overlay, &seat.name, &Seat { governor, endpoint, since: Height::GENESIS });
        }
        let tree = empty.apply_changes(overlay.into_written().iter().map(Written::change).collect());
        Self::restore(genesis, tip, (tree, Shelves::default()), RecentIds::default())
    }

    /// A state from the parts that a checkpoint keeps. The caller has checked the tree's root, that the shelves are the
    /// tree's, and the ids.
    pub fn restore(genesis: &Genesis, tip: Tip, (tree, shelves): (StateTree, Shelves), recent: RecentIds) -> Self {
        let settlement_currency = genesis.document().settlement_currency;
        let (chain_id, network) = (genesis.chain_id(), genesis.network());
        Self { view: View { chain_id, network, settlement_currency, tip, tree, shelves }, recent }
    }

    /// Makes a decided block's execution the state. Answers with the receipts, and the accounts that the transactions
    /// concern.
    pub fn apply(&mut self, execution: Execution, tip: Tip) -> (Vec<Receipt>, Concerned) {
        let Execution { tree, shelves, added_ids, receipts, concerned } = execution;
        self.recent.apply(added_ids, crate::recent::first_minute(tip.time_ms));
        (self.view.tip, self.view.tree, self.view.shelves) = (tip, tree, shelves);
        (receipts, concerned)
    }

    /// The version to read from.
    pub fn view(&self) -> &View {
        &self.view
    }
    /// The remembered transaction ids.
    pub fn recent(&self) -> &RecentIds {
        &self.recent
    }
}

impl View {
    /// The network's id.
    pub fn chain_id(&self) -> ChainId {
        self.chain_id
    }
    /// The kind of network, which decides the prefix that addresses carry.
    pub fn network(&self) -> NetworkKind {
        self.network
    }
    /// The currency in which brands settle, if genesis names one.
    pub fn settlement_currency(&self) -> Option<Currency> {
        self.settlement_currency
    }
    /// The last block.
    pub fn tip(&self) -> Tip {
        self.tip
    }
    /// The tree behind it.
    pub fn tree(&self) -> &StateTree {
        &self.tree
    }
    /// The shelves, each a tree of its own to which the tree commits.
    pub fn shelves(&self) -> &Shelves {
        &self.shelves
    }
    /// All keys and values: those of the tree and then those of each shelf, in the order of the key hashes.
    pub fn entries(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.tree.iter().chain(self.shelves.iter().flat_map(|(_, shelf)| shelf.iter()))
    }
    /// The root of the state.
    pub fn state_root(&self) -> Hash {
        Hash::new(self.tree.root())
    }
    /// A proof of what lies under a key of a shelf; none for another key.
    pub fn prove_on_shelf(&self, key: &[u8]) -> Option<ShelfProof> {
        ShelfProof::new(&self.tree, &self.shelves, key)
    }
    /// The record under a key.
    pub fn get<K: StateKey>(&self, key: &K) -> Option<K::Record> {
        let tree = match key.shelf() {
            None => &self.tree,
            Some(month) => self.shelves.get(month)?,
        };
        let value = tree.get(&key.encode())?;
        Some(K::record(value).expect("the state holds only records that this crate encoded"))
    }
    /// Network-wide settings.
    pub fn parameters(&self) -> Parameters {
        self.get(&ParametersKey).expect("written at genesis and never removed")
    }
    /// The validators that decide the next block.
    pub fn validators(&self) -> ValidatorSet {
        self.get(&ValidatorsKey).expect("written at genesis and never removed")
    }
    /// The version of the last block, and the one that is scheduled.
    pub fn protocol(&self) -> Protocol {
        self.get(&ProtocolKey).expect("written at genesis and never removed")
    }
    /// The version of the next block.
    pub fn next_version(&self) -> u32 {
        self.protocol().version_at(self.tip.height.next())
    }
    /// The rules of the next block; the latest that this program knows if it doesn't know that version, whose blocks it
    /// neither makes nor takes.
    pub fn rules(&self) -> &'static Rules {
        Rules::at(self.next_version()).unwrap_or(Rules::latest())
    }
    /// All brands' ids, sorted.
    pub fn brand_ids(&self) -> Vec<BrandId> {
        self.get(&BrandListKey).expect("written at genesis and never removed").ids.to_vec()
    }
    /// A brand.
    pub fn brand(&self, id: BrandId) -> Option<Brand> {
        self.get(&BrandKey(id))
    }
    /// A brand's totals.
    pub fn totals(&self, id: BrandId) -> Option<Totals> {
        self.get(&TotalsKey(id))
    }
    /// An account.
    pub fn account(&self, address: Address) -> Option<Account> {
        self.get(&AccountKey(address)).map(|account| account.at(self.tip().time_ms))
    }
    /// True if `key` signs for `address`.
    pub fn signs_for(&self, key: &PublicKey, address: Address) -> bool {
        self.account(address).is_some_and(|account| account.is_signed_by(key, address))
    }
}

impl Account {
    /// True if `key` signs for this account, whose address is `address`. Nobody signs for a household, whose address no
    /// key has.
    pub(crate) fn is_signed_by(&self, key: &PublicKey, address: Address) -> bool {
        match &self.rotated_key {
            Some(rotated) => rotated == key,
            None => Address::of_key(key) == address,
        }
    }
}
