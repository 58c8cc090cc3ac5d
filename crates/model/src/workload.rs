//! Random transactions of all kinds, most of which succeed.

mod between;
mod brand_motions;
mod brands;
mod bundles;
mod campaigns;
mod choices;
mod given_mistakes;
mod governance;
mod households;
mod invitations;
mod keys;
mod market;
mod mistakes;
mod points;
mod programme;
mod seats;
#[cfg(test)]
mod tests;
mod vouchers;

use std::collections::VecDeque;

use lojal_types::{
    Address, Bounded, BrandId, ChainId, Code, Day, Genesis, KeyPair, Operation, Outcome, Reference, Request,
    SignedTransaction, TimeMs, Transaction, VerifiedTransaction,
};

use crate::Model;
use crate::world::{self, ACTORS, GOVERNORS, HOUR_MS, MEMBERS, OFFICES, SECOND_MS, TILL};
use lojal_random::Random;

/// The number of keys that an actor changes between.
const KEYS: u8 = 4;
/// The number of transactions, issues and holds that are remembered to come back to.
const REMEMBERED: usize = 64;
/// The number of times that an operation for a sender is tried, before it is something else.
const ATTEMPTS: usize = 8;

/// Makes an operation for a sender; none if nothing of the kind can be done as things stand.
type Make = fn(&mut Workload, usize) -> Option<Operation>;

/// The operations of members, with their weights.
const MEMBERS_DO: [(u64, Make); 25] = [
    (12, Workload::redeem),
    (16, Workload::transfer),
    (10, Workload::hold),
    (8, Workload::convert),
    (2, Workload::release),
    (2, Workload::rotate),
    (3, Workload::set_guardians),
    (4, Workload::start_recovery),
    (4, Workload::finish_recovery),
    (3, Workload::agree),
    (1, Workload::freeze),
    (2, Workload::create_household),
    (5, Workload::invite),
    (8, Workload::join),
    (1, Workload::leave),
    (2, Workload::set_member),
    (1, Workload::remove_member),
    (1, Workload::unfreeze),
    (2, Workload::set_consent),
    (8, Workload::claim),
    (6, Workload::use_voucher),
    (2, Workload::refund),
    (10, Workload::offer),
    (12, Workload::take),
    (2, Workload::withdraw_offer),
];

/// The operations of operators, with their weights.
const OPERATORS_DO: [(u64, Make); 27] = [
    (20, Workload::issue),
    (5, Workload::reverse),
    (12, Workload::capture),
    (4, Workload::release),
    (4, Workload::propose),
    (5, Workload::accept),
    (1, Workload::end),
    (4, Workload::settle),
    (2, Workload::set_policy),
    (4, Workload::set_operator),
    (1, Workload::remove_operator),
    (3, Workload::set_approvals),
    (2, Workload::close_brand),
    (3, Workload::approve_for),
    (1, Workload::stop_for),
    (2, Workload::start_recovery),
    (2, Workload::agree),
    (1, Workload::rotate),
    (4, Workload::set_track),
    (14, Workload::stamp),
    (7, Workload::take_back),
    (5, Workload::set_campaign),
    (4, Workload::accept_sponsorship),
    (10, Workload::grant),
    (3, Workload::take_back_mark),
    (2, Workload::take_back_voucher),
    (5, Workload::refund),
];

/// The operations of governors, with their weights.
const GOVERNORS_DO: [(u64, Make); 5] = [
    (6, Workload::put_forward),
    (8, Workload::approve),
    (1, Workload::withdraw),
    (2, Workload::set_endpoint),
    (3, Workload::activate),
];

/// A stream of random transactions that follows the ledger, so that what it makes goes on making sense: about eight of
/// ten succeed if the model is up to date, and the tenth tries something that nobody should do. The same seed, genesis
/// and blocks give the same stream.
pub struct Workload {
    random: Random,
    seed: u64,
    chain: ChainId,
    model: Model,
    keys: Vec<Vec<KeyPair>>,
    brands: [BrandId; 4],
    /// The time at which the transaction in the making is expected to be in a block.
    time: TimeMs,
    /// True if the transaction in the making may be wrong.
    wild: bool,
    /// True if governors change nodes as often as anything else.
    nodes: bool,
    references: u64,
    transactions: VecDeque<SignedTransaction>,
    issues: VecDeque<(BrandId, Reference, Day)>,
    holds: VecDeque<(BrandId, Reference, Day)>,
    requests: VecDeque<Request>,
    stamps: VecDeque<(BrandId, Reference, Day)>,
}

impl Workload {
    /// A stream for the network of [`genesis`](crate::genesis) of the same seed.
    pub fn new(seed: u64, genesis: &Genesis) -> Self {
        let keys = (0..ACTORS).map(|actor| (0..KEYS).map(|number| world::key(seed, actor, number)).collect());
        Self {
            random: Random::new(seed),
            seed,
            chain: genesis.chain_id(),
            model: Model::genesis(genesis),
            keys: keys.collect(),
            brands: world::brands(),
            time: genesis.document().time_ms,
            wild: false,
            nodes: false,
            references: 0,
            transactions: VecDeque::new(),
            issues: VecDeque::new(),
            holds: VecDeque::new(),
            requests: VecDeque::new(),
            stamps: VecDeque::new(),
        }
    }

    /// The same for a ledger without nodes of its own, whose governors can change validators as they like, and do.
    pub fn of_nodes(self) -> Self {
        Self { nodes: true, ..self }
    }

    /// The model of what has been committed so far.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Follows a committed block; see [`Model::apply_block`].
    pub fn commit(&mut self, time: TimeMs, transactions: &[VerifiedTransaction]) -> Vec<Result<Outcome, Code>> {
        self.model.apply_block(time, transactions)
    }

    /// Begins a block to follow transaction by transaction; see [`Model::begin`].
    pub fn begin(&mut self, time: TimeMs) {
        self.model.begin(time);
    }

    /// Follows the next transaction of a block.
    ///
    /// # Errors
    ///
    /// As of [`Model::push`].
    pub fn push(&mut self, transaction: &VerifiedTransaction) -> Result<Outcome, Code> {
        self.model.push(transaction)
    }

    /// The next transaction, for a block at about this time: not before the last one that was committed.
    pub fn next(&mut self, time: TimeMs) -> SignedTransaction {
        self.time = time;
        self.wild = self.random.once_in(9);
        if self.random.once_in(50)
            && let Some(index) = self.transactions.len().checked_sub(1 + self.random.index(REMEMBERED / 2))
        {
            return self.transactions[index].clone();
        }
        let (sender, operations) = self.what();
        let sender_address = self.address(sender);
        let transaction = Transaction {
            chain: self.chain.tag(),
            sender: sender_address,
            valid_until_ms: self.valid_until(),
            nonce: self.random.number(),
            operations: Bounded::new(operations).expect("1 to 100 operations"),
        };
        let wrong_key = self.twist() && self.random.once_in(3);
        let signed = transaction.sign(&self.chain, self.signing_key(sender, wrong_key));
        remember(&mut self.transactions, signed.clone());
        signed
    }

    /// The sender of a transaction, and its operations.
    fn what(&mut self) -> (usize, Vec<Operation>) {
        if let Some(bundle) = self.random.once_in(25).then(|| self.bundle()).flatten() {
            return bundle;
        }
        if self.wild
            && self.random.once_in(3)
            && let Some(mistake) = (0..ATTEMPTS).find_map(|_| self.mistake())
        {
            return mistake;
        }
        if let Some(errand) = self.random.once_in(8).then(|| self.errand()).flatten() {
            return errand;
        }
        if let Some(stamping) = self.random.once_in(6).then(|| self.stamping()).flatten() {
            return stamping;
        }
        if let Some(sponsoring) = self.random.once_in(8).then(|| self.sponsoring()).flatten() {
            return sponsoring;
        }
        if let Some(present) = self.random.once_in(8).then(|| self.present()).flatten() {
            return present;
        }
        if let Some(sweep) = self.random.once_in(15).then(|| self.sweep()).flatten() {
            return sweep;
        }
        if let Some(back) = self.random.once_in(12).then(|| self.back()).flatten() {
            return back;
        }
        if let Some(ballot) = self.random.once_in(15).then(|| self.brand_ballot()).flatten() {
            return ballot;
        }
        let seldom = if self.nodes { 5 } else { 30 };
        if let Some(ballot) = self.random.once_in(seldom).then(|| self.ballot()).flatten() {
            return ballot;
        }
        for _ in 0..ATTEMPTS {
            let sender = self.sender();
            let Some(first) = self.operation(sender) else { continue };
            let more = if self.random.once_in(4) { self.random.within(1..4) } else { 0 };
            let more: Vec<Operation> = (0..more).filter_map(|_| self.operation(sender)).collect();
            return (sender, [vec![first], more].concat());
        }
        // There is always something to give.
        let gift = self.gift();
        (TILL, vec![gift])
    }

    fn sender(&mut self) -> usize {
        let members = u64::try_from(MEMBERS).expect("few");
        let sender = match self.random.within(0..21) {
            0..12 => self.random.within(0..members),
            12..17 => return TILL,
            17 => self.random.within(23..27),
            18 => self.random.within(27..30),
            19 => return self.governor().unwrap_or(GOVERNORS),
            _ => self.random.within(0..u64::try_from(GOVERNORS).expect("few")),
        };
        usize::try_from(sender).expect("few actors")
    }

    fn operation(&mut self, sender: usize) -> Option<Operation> {
        let is_known = self.model.tables.accounts.get(&self.address(sender)).cloned();
        if !self.twist() {
            let account = is_known?;
            if account.recovery.is_some() {
                return self.random.once_in(8).then(|| self.cancel_recovery());
            }
            if account.safeguards.cancelled.is_some_and(|one| self.time < one.stopped_until_ms) {
                return None;
            }
            if account.frozen && account.safeguards.waiting.is_some() {
                return None;
            }
            if account.frozen {
                return self.random.once_in(3).then(|| self.unfreeze(sender)).flatten();
            }
        } else if self.random.once_in(12) {
            return Some(self.cancel_recovery());
        }
        let does_everything = self.twist();
        let group = if sender < MEMBERS { 0 } else { 1 + usize::from(sender >= GOVERNORS) };
        let groups: [&[(u64, Make)]; 3] = [&MEMBERS_DO, &OPERATORS_DO, &GOVERNORS_DO];
        let group = if does_everything { self.random.index(groups.len()) } else { group };
        let make = weighted(&mut self.random, groups[group]);
        let operation = make(self, sender)?;
        if self.is_too_late(&operation) && !self.random.once_in(30) {
            return None;
        }
        self.by_motion(sender, operation)
    }

    fn valid_until(&mut self) -> TimeMs {
        let ms = match self.random.within(0..12) {
            _ if self.twist() => self.random.pick(&[0, 1, HOUR_MS, HOUR_MS + 1]).expect("four"),
            0 => self.random.within(2 * SECOND_MS..10 * SECOND_MS),
            _ => self.random.within(30 * SECOND_MS..HOUR_MS - 10 * SECOND_MS),
        };
        self.time.plus_ms(ms)
    }

    /// The key that signs for an account as things stand, or another one.
    fn signing_key(&self, actor: usize, wrong: bool) -> &KeyPair {
        let (address, keys) = (self.address(actor), &self.keys[actor]);
        let signs = keys.iter().position(|key| self.model.signs_for(&key.public_key(), address)).unwrap_or(0);
        if wrong { &keys[(signs + 1) % keys.len()] } else { &keys[signs] }
    }

    fn address(&self, actor: usize) -> Address {
        self.keys[actor][0].address()
    }

    /// Decides whether to do something wrong at this point.
    fn twist(&mut self) -> bool {
        self.wild && self.random.once_in(3)
    }

    /// The place of the office of a brand among the actors.
    fn office(brand: usize) -> usize {
        OFFICES + brand
    }
}

fn remember<T>(list: &mut VecDeque<T>, one: T) {
    list.push_back(one);
    if list.len() > REMEMBERED {
        list.pop_front();
    }
}

fn weighted(random: &mut Random, choices: &[(u64, Make)]) -> Make {
    let mut left = random.within(0..choices.iter().map(|(weight, _)| weight).sum());
    for (weight, make) in choices {
        if left < *weight {
            return *make;
        }
        left -= weight;
    }
    choices[0].1
}
