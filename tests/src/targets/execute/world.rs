//! The ledger that the bytes act on, and what they choose from.

use std::sync::{Arc, LazyLock, OnceLock};

use lojal_chain::propose;
use lojal_chain::replay::commit;
use lojal_ledger::State;
use lojal_ledger::key::{RecentKey, StateKey};
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::limits::{POINTS_MAX, VALIDITY_WINDOW_MS_MAX};
use lojal_types::{
    Address, Allowance, Allowances, Bounded, BrandId, ChainId, Genesis, GenesisDocument, Governance, KeyPair,
    Operation, Parameters, Points, Policy, Reference, Role, Roles, TimeMs, Transaction, Validator, VerifiedTransaction,
};

use super::super::source::Source;

/// 2026-11-30T12:00:00Z: half a day before the end of a month.
const START_MS: u64 = 1_796_040_000_000;
const MINUTE_MS: u64 = 60_000;
pub(super) const DAY_MS: u64 = 24 * 60 * MINUTE_MS;
/// Members, by the seeds of their keys.
pub(super) const MEMBERS: [u8; 4] = [1, 2, 3, 4];
/// An account that the ledger doesn't know.
pub(super) const STRANGER: u8 = 9;
/// An operator of every brand with every role.
pub(super) const TILL: u8 = 11;
/// An operator of the first brand that may issue a little.
pub(super) const ISSUER: u8 = 12;
const VALIDATOR: u8 = 200;
/// The accounts that speak for the validator that decides alone, and for the other one.
pub(super) const GOVERNORS: [u8; 2] = [16, 17];
/// The first two are real, convertible and poolable; the third lets nothing happen; the fourth isn't there.
pub(super) const BRANDS: [&str; 4] = ["nordmat", "kaffet", "fjallet", "nobody"];

pub(super) fn key(seed: u8) -> KeyPair {
    KeyPair::from_seed(&[seed; 32])
}

pub(super) fn validator() -> KeyPair {
    key(VALIDATOR)
}

pub(super) fn address(seed: u8) -> Address {
    static ADDRESSES: LazyLock<Vec<Address>> = LazyLock::new(|| (0..=u8::MAX).map(|one| key(one).address()).collect());
    ADDRESSES[usize::from(seed)]
}

pub(super) fn brand(index: usize) -> BrandId {
    BRANDS[index].parse().expect("a valid id")
}

pub(super) fn time(ms: u64) -> TimeMs {
    TimeMs::new(ms).expect("within the years that the target goes through")
}

/// The accounts with a key.
pub(super) fn accounts() -> impl Iterator<Item = Address> {
    MEMBERS.into_iter().chain([STRANGER, TILL, ISSUER]).chain(GOVERNORS).map(address)
}

pub(super) fn is_of_recent_transactions(key: &[u8]) -> bool {
    RecentKey::decode(key).is_some()
}

/// A sender, and what it does given the world so far.
pub(super) type Step = (u8, fn(&World) -> Vec<Operation>);

/// The ledger, and the households on it.
#[derive(Clone)]
pub(super) struct World {
    pub(super) state: State,
    pub(super) households: Vec<Address>,
    /// Everything that was in a block, in order.
    pub(super) included: Vec<Arc<VerifiedTransaction>>,
    nonce: u64,
}

impl World {
    /// A ledger with a past, made once: the first caller's steps have happened.
    pub(super) fn after(past: fn() -> Vec<Step>) -> Self {
        static PAST: OnceLock<World> = OnceLock::new();
        let world = PAST.get_or_init(|| {
            let state = State::genesis(&genesis());
            let mut world = World { state, households: Vec::new(), included: Vec::new(), nonce: 0 };
            for (seed, operations) in past() {
                let operations = operations(&world);
                world.run(seed, operations);
            }
            world
        });
        Self { nonce: 1_000, ..world.clone() }
    }

    pub(super) fn chain(&self) -> ChainId {
        self.state.view().chain_id()
    }
    pub(super) fn now(&self) -> TimeMs {
        self.state.view().tip().time_ms
    }

    /// One transaction in a block of its own, which must succeed.
    fn run(&mut self, seed: u8, operations: Vec<Operation>) {
        self.nonce += 1;
        let chain = self.chain();
        let transaction = Transaction {
            chain: chain.tag(),
            sender: address(seed),
            valid_until_ms: self.now().plus_ms(30 * MINUTE_MS),
            nonce: self.nonce,
            operations: Bounded::new(operations).expect("1 to 100"),
        };
        let verified = Arc::new(transaction.sign(&chain, &key(seed)).verify(&chain).expect("just signed"));
        let time = self.now().plus_ms(1000);
        let block = propose(&self.state, validator().address(), time, [verified.clone()]).expect("conserved").block;
        let certificate = super::certificate(&chain, &block);
        let committed = commit(&mut self.state, block, certificate).expect("a good block");
        let outcome = committed.receipts.first().map(|receipt| receipt.outcome);
        assert_eq!(outcome, Some(lojal_types::Outcome::Applied), "the past happened: {verified:?}");
        self.learn(&[verified]);
    }

    /// The time of the next block: a moment later, or as much as two months.
    pub(super) fn later(&self, source: &mut Source<'_>) -> TimeMs {
        let steps = [1000, 1, MINUTE_MS, 61 * MINUTE_MS, DAY_MS, 4 * DAY_MS, 31 * DAY_MS, 62 * DAY_MS];
        self.now().plus_ms(steps[source.below(steps.len())])
    }

    /// The time until which a transaction of a block at `time` is valid: mostly long enough.
    pub(super) fn until(&self, source: &mut Source<'_>, time: TimeMs) -> TimeMs {
        match source.below(16) {
            0 => time,
            1 => time.plus_ms(1),
            2 => time.plus_ms(VALIDITY_WINDOW_MS_MAX),
            3 => time.plus_ms(VALIDITY_WINDOW_MS_MAX + 1),
            minutes => time.plus_ms(minutes as u64 * MINUTE_MS),
        }
    }

    /// Mostly a new one.
    pub(super) fn nonce(&mut self, source: &mut Source<'_>) -> u64 {
        self.nonce += 1;
        if source.below(16) == 0 { u64::from(source.byte()) } else { self.nonce }
    }

    /// Any account: a member's mostly, an operator's, a household's, a stranger's.
    pub(super) fn account(&self, source: &mut Source<'_>) -> Address {
        match source.byte() {
            byte @ 0..=159 => address(MEMBERS[usize::from(byte % 4)]),
            160..=199 => address(TILL),
            200..=204 => address(ISSUER),
            205..=207 => address(GOVERNORS[0]),
            208..=209 => address(GOVERNORS[1]),
            210..=214 => address(STRANGER),
            byte => self.households[usize::from(byte) % self.households.len()],
        }
    }

    /// The key that signs for an account, and seldom another.
    pub(super) fn key_of(&self, source: &mut Source<'_>, account: Address) -> KeyPair {
        let choice = source.byte();
        if choice >= 248 {
            return key(choice);
        }
        let rotated = self.state.view().account(account).expect("in memory").and_then(|account| account.rotated_key);
        let signs = |seed: &u8| match rotated {
            Some(rotated) => key(*seed).public_key() == rotated,
            None => address(*seed) == account,
        };
        key((0..=u8::MAX).find(signs).unwrap_or(STRANGER))
    }

    /// Remembers transactions, and the households that they may have made.
    pub(super) fn learn(&mut self, included: &[Arc<VerifiedTransaction>]) {
        self.included.extend_from_slice(included);
        for transaction in included {
            for (operation, index) in transaction.transaction().operations.iter().zip(0..) {
                if matches!(operation, Operation::CreateHousehold(_)) && self.households.len() < 8 {
                    self.households.push(Address::of_household(&self.chain(), &transaction.id(), index));
                }
            }
        }
    }
}

pub(super) fn reference(number: u8) -> Reference {
    Reference::new(vec![number]).expect("one byte")
}

fn policy(index: usize) -> Policy {
    Policy {
        expiry_months: [Some(2), None, Some(1)][index],
        transferable: index < 2,
        transfer_min: Points::new([10, 1, 1][index]),
        transfer_max: Points::new([1_000, POINTS_MAX, 1_000][index]),
        transfer_daily_max: [Some(Points::new(2_000)), None, None][index],
        convertible: index < 2,
        poolable: index < 2,
        tradeable: index < 2,
        reversal_window_ms: [60 * DAY_MS, 0, 60 * DAY_MS][index],
        ..Policy::open()
    }
}

/// So scarce that a history of a few kilobytes can use them up.
const ALLOWANCES: Allowances = Allowances {
    openings: 2,
    households: 2,
    member: Allowance { bytes: 16 * 1024, operations: 100 },
    operator: Allowance { bytes: 64 * 1024, operations: 400 },
};

fn genesis() -> Genesis {
    let till = GenesisOperator::new(key(TILL).public_key(), Roles::all());
    let issuer = GenesisOperator {
        issue_daily_max: Some(Points::new(500)),
        ..GenesisOperator::new(key(ISSUER).public_key(), Bounded::from([Role::Issue]))
    };
    let brand = |index: usize| {
        let operators = if index == 0 { vec![till.clone(), issuer.clone()] } else { vec![till.clone()] };
        GenesisBrand::new(brand(index), policy(index), Bounded::new(operators).expect("one or two"))
    };
    // The first decides alone; what the second proposes waits for the first.
    let validator = |(seed, name, power): (u8, &str, u64)| Validator {
        name: name.parse().expect("a valid name"),
        public_key: key(seed).public_key(),
        network_key: key(seed + 1).public_key(),
        power,
    };
    let validators = [(VALIDATOR, "one", 5), (VALIDATOR + 2, "two", 2)].map(validator);
    let governor = |validator: &Validator| key(GOVERNORS[usize::from(validator.power == 2)]).public_key();
    let document = GenesisDocument {
        governance: Governance { version: 2, ..Governance::of(&validators, governor) },
        settlement_currency: Some("SEK".parse().expect("a currency")),
        parameters: Parameters { recovery_delay_ms: 60_000, allowances: ALLOWANCES, ..Parameters::standard() },
        validators: Bounded::from(validators),
        brands: Bounded::new((0..3).map(brand).collect()).expect("three"),
        ..GenesisDocument::empty("hostile input".parse().expect("a valid name"), time(START_MS))
    };
    Genesis::new(document).expect("the document keeps the rules")
}
