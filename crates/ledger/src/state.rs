//! The state of the ledger after a block, and its beginning at genesis.

use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{
    Address, BlockId, BrandId, ChainId, Currency, Genesis, Hash, Height, Month, NetworkKind, Parameters, PublicKey,
    Receipt, Rules, TimeMs, Totals, ValidatorSet,
};

use crate::activity::Concerned;
use crate::execution::Execution;
use crate::founding::found;
use crate::fundamentals::Fundamentals;
use crate::key::{BrandKey, StateKey, TotalsKey};
use crate::overlay::Overlay;
use crate::recent::RecentIds;
use crate::record::{Account, Brand, Protocol};
use crate::shelves::{ShelfProof, Shelves};
use crate::tree::{LoadedPage, Missing, StateTree};

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

/// The whole state of the ledger, owned by whoever executes blocks; cheap to clone, but ids that are remembered while a
/// clone is there are copied.
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
    fundamentals: Arc<Fundamentals>,
}

impl State {
    /// The state before the first block.
    pub fn genesis(genesis: &Genesis) -> Self {
        let document = genesis.document();
        let tip =
            Tip { height: Height::GENESIS, block: genesis.chain_id().genesis_block_id(), time_ms: document.time_ms };
        let empty = StateTree::new();
        let nothing_missing = "an empty tree lacks no page";
        let mut overlay = Overlay::new(&empty);
        found(&mut overlay, genesis).expect(nothing_missing);
        overlay.seal().expect(nothing_missing);
        let tree = overlay.written_tree(&overlay.written()).expect(nothing_missing);
        Self::restore(genesis, tip, (tree, Shelves::default()), RecentIds::default()).expect(nothing_missing)
    }

    /// A state from the parts that a checkpoint keeps. The caller has checked the tree's root, that the shelves are the
    /// tree's, and the ids.
    ///
    /// # Errors
    /// When pages of the network's own records are not in memory.
    pub fn restore(
        genesis: &Genesis,
        tip: Tip,
        (tree, shelves): (StateTree, Shelves),
        recent: RecentIds,
    ) -> Result<Self, Missing> {
        let settlement_currency = genesis.document().settlement_currency;
        let (chain_id, network) = (genesis.chain_id(), genesis.network());
        let fundamentals = Fundamentals::of(&tree)?;
        let view = View { chain_id, network, settlement_currency, tip, tree, shelves, fundamentals };
        Ok(Self { view, recent })
    }

    /// Makes a decided block's execution the state. Answers with the receipts, and the accounts that the transactions
    /// concern.
    pub fn apply(&mut self, execution: Execution, tip: Tip) -> (Vec<Receipt>, Concerned) {
        self.view = self.view.after(&execution, tip);
        let Execution { added_ids, receipts, concerned, .. } = execution;
        self.recent.apply(added_ids, crate::recent::first_minute(tip.time_ms));
        (receipts, concerned)
    }

    /// Gives pages up, or takes pages that were missing: each tree, that of a month's shelf or the main one, becomes
    /// what `f` makes of it, which is the same version.
    ///
    /// # Panics
    /// If it is another version.
    pub fn map_trees(&mut self, f: impl FnMut(Option<Month>, &StateTree) -> StateTree) {
        self.view = self.view.map_trees(f);
    }
    /// Takes pages that were missing, as far as they are its.
    pub fn take_pages(&mut self, pages: &[LoadedPage]) {
        // Mostly there are none, and then no tree need be gone through.
        if !pages.is_empty() {
            self.view = self.view.with_pages(pages);
        }
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
    /// The same version as it reads at a later time.
    pub(crate) fn at(&self, time_ms: TimeMs) -> Self {
        Self { tip: Tip { time_ms, ..self.tip }, ..self.clone() }
    }
    /// The version that the execution of a block on top of this one leads to.
    pub(crate) fn after(&self, execution: &Execution, tip: Tip) -> Self {
        let Execution { tree, shelves, fundamentals, .. } = execution;
        let (tree, shelves, fundamentals) = (tree.clone(), shelves.clone(), fundamentals.clone());
        Self { tip, tree, shelves, fundamentals, ..self.clone() }
    }
    /// The tree behind it.
    pub fn tree(&self) -> &StateTree {
        &self.tree
    }
    /// The shelves, each a tree of its own to which the tree commits.
    pub fn shelves(&self) -> &Shelves {
        &self.shelves
    }
    /// The same version with these pages in memory, as far as they are its.
    #[must_use]
    pub fn with_pages(&self, pages: &[LoadedPage]) -> Self {
        self.map_trees(|shelf, tree| tree.with_pages(pages.iter().filter(|page| page.shelf() == shelf)))
    }
    fn map_trees(&self, mut f: impl FnMut(Option<Month>, &StateTree) -> StateTree) -> Self {
        let mut same = |month, tree: &StateTree| {
            let mapped = f(month, tree);
            assert_eq!(mapped.root(), tree.root(), "pages come and go, and the version stays");
            mapped
        };
        let tree = same(None, &self.tree);
        let shelves = self.shelves.map(|month, tree| same(Some(month), tree));
        Self { tree, shelves, ..self.clone() }
    }
    /// All keys and values: those of the tree and then those of each shelf, in the order of the key hashes; an error
    /// for each page that is not in memory.
    pub fn entries(&self) -> impl Iterator<Item = Result<(&[u8], &[u8]), Missing>> {
        self.tree.iter().chain(self.shelves.iter().flat_map(|(_, shelf)| shelf.iter()))
    }
    /// The root of the state.
    pub fn state_root(&self) -> Hash {
        Hash::new(self.tree.root())
    }
    /// A proof of what lies under a key of a shelf; none for another key.
    ///
    /// # Errors
    /// When pages that it needs are not in memory.
    pub fn prove_on_shelf(&self, key: &[u8]) -> Result<Option<ShelfProof>, Missing> {
        ShelfProof::new(&self.tree, &self.shelves, key)
    }
    /// The record under a key.
    ///
    /// # Errors
    /// When its page is not in memory.
    pub fn get<K: StateKey>(&self, key: &K) -> Result<Option<K::Record>, Missing> {
        let tree = match key.shelf() {
            None => &self.tree,
            Some(month) => match self.shelves.get(month) {
                Some(shelf) => shelf,
                None => return Ok(None),
            },
        };
        let record = |value| K::record(value).expect("the state holds only records that this crate encoded");
        Ok(tree.get(&key.encode())?.map(record))
    }
    /// Network-wide settings.
    pub fn parameters(&self) -> &Parameters {
        &self.fundamentals.parameters
    }
    /// The validators that decide the next block.
    pub fn validators(&self) -> &ValidatorSet {
        &self.fundamentals.validators
    }
    /// The version of the last block, and the one that is scheduled.
    pub fn protocol(&self) -> &Protocol {
        &self.fundamentals.protocol
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
    pub fn brand_ids(&self) -> &[BrandId] {
        &self.fundamentals.brand_ids
    }
    pub(crate) fn fundamentals(&self) -> &Arc<Fundamentals> {
        &self.fundamentals
    }
    /// A brand.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    pub fn brand(&self, id: BrandId) -> Result<Option<Brand>, Missing> {
        self.get(&BrandKey(id))
    }
    /// A brand's totals.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    pub fn totals(&self, id: BrandId) -> Result<Option<Totals>, Missing> {
        self.get(&TotalsKey(id))
    }
    /// True if `key` signs for `address`.
    ///
    /// # Errors
    /// As of [`get`](Self::get).
    pub fn signs_for(&self, key: &PublicKey, address: Address) -> Result<bool, Missing> {
        Ok(self.account(address)?.is_some_and(|account| account.is_signed_by(key, address)))
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
