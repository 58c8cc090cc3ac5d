//! A small network for this crate's tests: three brands with different policies, their operators, and members.

mod brand_motions;
mod campaigns;
mod days;
mod genesis;
mod governance;
mod invitations;
mod market;
mod operations;
mod programme;
mod vouchers;

use std::collections::BTreeMap;

use lojal_types::{
    Activity, Address, Allowances, BlockId, Bounded, BrandId, Code, Day, Expiry, Genesis, GrossPoints, KeyPair, Lot,
    MemberRole, Month, Name, Operation, Outcome, Points, Reference, TimeMs, Totals, Transaction, TransactionId,
    VerifiedTransaction,
};

pub(crate) use self::brand_motions::*;
pub(crate) use self::campaigns::*;
use self::genesis::genesis;
pub(crate) use self::genesis::*;
pub(crate) use self::governance::*;
pub(crate) use self::invitations::*;
pub(crate) use self::market::*;
pub(crate) use self::operations::*;
pub(crate) use self::programme::*;
pub(crate) use self::vouchers::*;

use crate::conservation::balance_sheet;
use crate::execute::BlockExecutor;
use crate::key::{AccountKey, RecentKey, StateKey, split_blind};
use crate::recent::{RecentMinute, first_minute};
use crate::record::Account;
pub(crate) use crate::records::Records;
use crate::state::{State, Tip, View};
use crate::stop::decided;
use crate::tree::Missing;

/// 2026-11-15T12:00:00Z, when the ledger starts.
pub(crate) const START_MS: u64 = 1_794_744_000_000;
pub(crate) const SECOND_MS: u64 = 1_000;
pub(crate) const MINUTE_MS: u64 = 60 * SECOND_MS;
pub(crate) const HOUR_MS: u64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: u64 = 24 * HOUR_MS;

/// Points live 12 months, transfers of 10 to 1000, reversals within 60 days; convertible and poolable.
pub(crate) const GROCER: &str = "nordmat";
/// Points never expire, any transfer, no reversal; convertible, not poolable.
pub(crate) const CAFE: &str = "kaffet";
/// Points live 1 month, no transfer, reversals within 90 days; poolable, not convertible.
pub(crate) const RESORT: &str = "fjallet";
pub(crate) const BRANDS: [&str; 3] = [GROCER, CAFE, RESORT];
pub(crate) const GROCER_REVERSAL_MS: u64 = 60 * DAY_MS;
/// The time that an owner has to cancel a recovery.
pub(crate) const RECOVERY_DELAY_MS: u64 = 72 * HOUR_MS;
pub(crate) const RESORT_REVERSAL_MS: u64 = 90 * DAY_MS;

/// Members, by the seed of their first key.
pub(crate) const ANNA: u8 = 1;
pub(crate) const BO: u8 = 2;
pub(crate) const CLEO: u8 = 3;
/// Operator of every brand with every role.
pub(crate) const TILL: u8 = 11;
/// Operator of the grocer that may only issue, 1000 points a day.
pub(crate) const ISSUER: u8 = 12;
/// Operator of the grocer that may only reverse.
pub(crate) const RETURNS: u8 = 13;
/// Operator of the grocer that may only capture and release.
pub(crate) const CASHIER: u8 = 14;
/// Operator of the café with every role.
pub(crate) const BARISTA: u8 = 15;
/// The first of the governors, who follow in the order of the validators.
pub(crate) const GOVERNOR: u8 = 150;
/// The powers of validators that there are in most tests.
pub(crate) const POWERS: [u64; 4] = [1; 4];

pub(crate) fn key(seed: u8) -> KeyPair {
    KeyPair::from_seed(&[seed; 32])
}

/// The keys of many accounts.
pub(crate) fn crowd_key(number: u16) -> KeyPair {
    let mut seed = [0; 32];
    seed[..2].copy_from_slice(&number.to_be_bytes());
    KeyPair::from_seed(&seed)
}

pub(crate) fn address(seed: u8) -> Address {
    key(seed).address()
}

pub(crate) fn brand(id: &str) -> BrandId {
    id.parse().expect("the tests use valid ids")
}

pub(crate) fn reference(text: &str) -> Reference {
    Reference::new(text.as_bytes().to_vec()).expect("the tests use short references")
}

pub(crate) fn time(ms: u64) -> TimeMs {
    TimeMs::new(ms).expect("the tests stay in range")
}

pub(crate) fn month(text: &str) -> Month {
    text.parse().expect("the tests use valid months")
}

/// The first millisecond of a month such as `2027-03`.
pub(crate) fn start_of(text: &str) -> TimeMs {
    let wanted = month(text);
    let mut ms = START_MS / DAY_MS * DAY_MS;
    while time(ms).month() < wanted {
        ms += DAY_MS;
    }
    time(ms)
}

/// A lot that expires with a month such as `2027-03`, or `never`.
pub(crate) fn lot(expiry: &str, amount: u64) -> Lot {
    Lot { expiry: expiry_of(expiry), amount: Points::new(amount) }
}

pub(crate) fn expiry_of(text: &str) -> Expiry {
    text.parse().expect("the tests use valid expiries")
}

pub(crate) fn failed(operation: u8, code: Code) -> Outcome {
    Outcome::Failed { operation, code }
}

/// A new member of a household, with its role and its limits.
pub(crate) type NewMember<'a> = (u8, MemberRole, &'a [(&'a str, u64)]);

/// A ledger that grows block by block, with conservation checked over the whole state after each.
#[derive(Clone)]
pub(crate) struct Ledger {
    pub(crate) genesis: Genesis,
    pub(crate) state: State,
    /// The ids of all transactions in blocks, in order, with the minutes in which their validity ends.
    included: Vec<(u64, TransactionId)>,
    nonce: u64,
    /// The references of requests by their names.
    requests: BTreeMap<Reference, Reference>,
    /// The days of references, by the names of requests: of each the first on which it was signed.
    days: BTreeMap<Reference, Day>,
}

impl Ledger {
    pub(crate) fn new() -> Self {
        Self::with_grocer_expiry(12)
    }

    pub(crate) fn with_grocer_expiry(months: u8) -> Self {
        Self::of(genesis(months, (35, 13), Allowances::standard()))
    }

    /// With other days in which references can be used, and other months for which they are remembered.
    pub(crate) fn with_days(receipt_days: u8, keep_months: u8) -> Self {
        Self::of(genesis(12, (receipt_days, keep_months), Allowances::standard()))
    }

    /// With other amounts that accounts may use up in a day.
    pub(crate) fn with_allowances(allowances: Allowances) -> Self {
        Self::of(genesis(12, (35, 13), allowances))
    }

    fn of(genesis: Genesis) -> Self {
        let state = State::genesis(&genesis);
        let (included, requests, days) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Self { genesis, state, included, nonce: 0, requests, days }
    }

    pub(crate) fn view(&self) -> &View {
        self.state.view()
    }

    /// The time of the last block.
    pub(crate) fn now(&self) -> TimeMs {
        self.view().tip().time_ms
    }

    /// The time of the block that the other methods make when they aren't given one.
    pub(crate) fn next_time(&self) -> TimeMs {
        self.now().plus_ms(SECOND_MS)
    }

    /// A transaction of a member or operator with its first key, valid for half an hour.
    pub(crate) fn sign(&mut self, sender: u8, operations: Vec<Operation>) -> VerifiedTransaction {
        let until = self.now().plus_ms(HOUR_MS / 2);
        self.sign_until(sender, until, operations)
    }

    pub(crate) fn sign_until(
        &mut self,
        sender: u8,
        valid_until_ms: TimeMs,
        operations: Vec<Operation>,
    ) -> VerifiedTransaction {
        self.sign_with(&key(sender), address(sender), valid_until_ms, operations)
    }

    pub(crate) fn sign_with(
        &mut self,
        key: &KeyPair,
        sender: Address,
        valid_until_ms: TimeMs,
        operations: Vec<Operation>,
    ) -> VerifiedTransaction {
        self.nonce += 1;
        let chain = self.genesis.chain_id();
        let operations = operations.into_iter().map(|operation| self.resolve(operation)).collect();
        let operations = Bounded::new(operations).expect("1 to 100 operations");
        let transaction = Transaction { chain: chain.tag(), sender, valid_until_ms, nonce: self.nonce, operations };
        transaction.sign(&chain, key).verify(&chain).expect("just signed for this chain")
    }

    /// The reference of the last request with a name that was answered; the name itself if none was.
    pub(crate) fn request(&self, name: &Reference) -> Reference {
        self.requests.get(name).unwrap_or(name).clone()
    }

    /// Makes a block; the answers are in the order of the transactions, with the code of those that it can't contain.
    pub(crate) fn block(&mut self, time: TimeMs, transactions: &[VerifiedTransaction]) -> Vec<Result<Outcome, Code>> {
        let mut executor = BlockExecutor::new(&self.state, time);
        let push = |one| decided(executor.push(one)).expect("in memory").map(|receipt| receipt.outcome);
        let answers = transactions.iter().map(push).collect::<Vec<_>>();
        let execution = executor.finish().expect("points are conserved");
        self.included.extend(&execution.added_ids);
        let height = self.view().tip().height.next();
        let mut id = [0; 32];
        id[..8].copy_from_slice(&height.get().to_be_bytes());
        self.state.apply(execution, Tip { height, block: BlockId::new(id), time_ms: time });
        balance_sheet(self.view()).expect("every account adds up to the totals");
        answers
    }

    /// The minutes of recent transactions that the state records.
    pub(crate) fn recent_minutes(&self) -> Vec<RecentMinute> {
        let mut minutes = BTreeMap::<u64, Vec<TransactionId>>::new();
        for (minute, id) in &self.included {
            minutes.entry(*minute).or_default().push(*id);
        }
        let remembered = minutes.split_off(&first_minute(self.now()));
        remembered.into_iter().map(|(minute, ids)| RecentMinute { minute, ids }).collect()
    }

    /// A block without transactions.
    pub(crate) fn pass_to(&mut self, time: TimeMs) {
        self.block(time, &[]);
    }

    /// A block of one transaction.
    pub(crate) fn run(&mut self, sender: u8, operations: Vec<Operation>) -> Outcome {
        let transaction = self.sign(sender, operations);
        self.block(self.next_time(), &[transaction])[0].expect("the transaction can be in a block")
    }

    /// A block of one transaction that must succeed.
    pub(crate) fn apply(&mut self, sender: u8, operation: Operation) {
        assert_eq!(self.run(sender, vec![operation]), Outcome::Applied);
    }

    /// Guardians that are there: the delay is over.
    pub(crate) fn guard(&mut self, owner: u8, set: Operation) {
        self.apply(owner, set);
        self.pass_to(self.now().plus_ms(RECOVERY_DELAY_MS));
    }

    /// The digest of what waits on an account.
    pub(crate) fn digest(&self, account: u8) -> lojal_types::Hash {
        let record = self.view().account(address(account)).expect("in memory").expect("there");
        let waiting = record.safeguards.waiting.expect("something waits");
        waiting.digest(&self.genesis.chain_id(), &address(account))
    }

    /// A block of one transaction of one operation that must fail.
    pub(crate) fn fails(&mut self, sender: u8, operation: Operation, code: Code) {
        let before = records(self.view());
        assert_eq!(self.run(sender, vec![operation]), failed(0, code));
        assert_eq!(records(self.view()), before, "nothing changes");
    }

    pub(crate) fn lots(&self, member: u8, id: &str) -> Vec<Lot> {
        self.view().lots(address(member), brand(id)).expect("in memory")
    }

    pub(crate) fn balance(&self, member: u8, id: &str) -> u64 {
        self.lots(member, id).iter().map(|lot| lot.amount.get()).sum()
    }

    /// The sums that all of a brand's points are in.
    pub(crate) fn totals(&self, id: &str) -> Sums {
        Sums::of(&self.view().totals(brand(id)).expect("in memory").expect("every brand has totals"))
    }

    /// Creates a household of `admin` with these other members.
    pub(crate) fn household(&mut self, admin: u8, members: &[NewMember<'_>]) -> Address {
        let transaction = self.sign(admin, vec![create_household()]);
        let address = Address::of_household(&self.genesis.chain_id(), &transaction.id(), 0);
        assert_eq!(self.block(self.next_time(), &[transaction]), [Ok(Outcome::Applied)]);
        for (member, role, limits) in members {
            self.apply(admin, invite(address, *member, *role, limits));
            self.apply(*member, join(address));
        }
        address
    }

    /// The points of a brand in a pool.
    pub(crate) fn pool(&self, household: Address, id: &str) -> u64 {
        self.view().lots(household, brand(id)).expect("in memory").iter().map(|lot| lot.amount.get()).sum()
    }
}

/// A brand's totals, as tests write them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) issued: u64,
    pub(crate) outstanding: u64,
    pub(crate) held: u64,
    pub(crate) redeemed: u64,
    pub(crate) converted_out: u64,
    pub(crate) expired: u64,
    pub(crate) reversed: u64,
    pub(crate) donated: u64,
    pub(crate) refunded: u64,
    pub(crate) pending: u64,
}

impl Sums {
    fn of(totals: &Totals) -> Self {
        let small = |gross: GrossPoints| u64::try_from(gross.get()).expect("tests issue less than 64 bits");
        Self {
            issued: small(totals.issued),
            outstanding: totals.outstanding.get(),
            held: totals.held.get(),
            redeemed: small(totals.redeemed),
            converted_out: small(totals.converted_out),
            expired: small(totals.expired),
            reversed: small(totals.reversed),
            donated: small(totals.donated),
            refunded: small(totals.refunded),
            pending: totals.pending.get(),
        }
    }
}

/// All of it, which is in memory.
pub(crate) fn in_memory<T>(all: impl Iterator<Item = Result<T, Missing>>) -> impl Iterator<Item = T> {
    all.map(|one| one.expect("in memory"))
}

/// Every entry of a state but what every transaction in a block changes: the digests of recent ids, and in its sender's
/// account the amounts that it has used up and its activity.
pub(crate) fn records(view: &View) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let entries = in_memory(view.entries()).filter(|(key, _)| RecentKey::decode(key).is_none());
    let time = view.tip().time_ms;
    entries.map(|(key, value)| (key.to_vec(), as_shown(key, value, time))).collect()
}

/// An account as it is at a time, which its record follows when it is next written; anything else without its blind.
fn as_shown(key: &[u8], value: &[u8], time: TimeMs) -> Vec<u8> {
    if AccountKey::decode(key).is_none() {
        return split_blind(key[0], value).expect("long enough for its blind").0.to_vec();
    }
    let account: Account = borsh::from_slice(value).expect("the ledger wrote it");
    let apart = Account { used: None, activity: Activity::default(), ..account.at(time) };
    borsh::to_vec(&apart).expect("writing to memory can't fail")
}
