//! The network in which random histories happen: its brands, and the keys of everybody in it.

use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::limits::{BRANDS_MAX, POINTS_MAX, VALIDATORS_MAX};
use lojal_types::{
    Allowance, Allowances, Bounded, BrandId, Genesis, GenesisDocument, GenesisSeat, Governance, KeyPair, Parameters,
    Points, Policy, Role, Roles, Rules, TimeMs, Validator,
};

pub(crate) const SECOND_MS: u64 = 1_000;
pub(crate) const MINUTE_MS: u64 = 60 * SECOND_MS;
pub(crate) const HOUR_MS: u64 = 60 * MINUTE_MS;
pub(crate) const DAY_MS: u64 = 24 * HOUR_MS;

/// 2026-11-15T12:00:00Z.
const NETWORK_START_MS: u64 = 1_794_744_000_000;

/// Points live 12 months, transfers of 10 to 1000, accounts opened with 10, reversals within 60 days; convertible and
/// poolable.
pub(crate) const GROCER: usize = 0;
/// Points never expire, any transfer, no reversal; convertible, not poolable.
pub(crate) const CAFE: usize = 1;
/// Points live 1 month, no transfer, reversals within 90 days; poolable, not convertible.
pub(crate) const RESORT: usize = 2;
/// Points by the trillion, transfers up to a daily cap.
pub(crate) const BANK: usize = 3;
const BRANDS: [&str; 4] = ["nordmat", "kaffet", "fjallet", "banken"];

/// Members are the first actors; the last two of them get no points on purpose.
pub(crate) const MEMBERS: usize = 22;
pub(crate) const MEMBERS_WITH_POINTS: usize = 20;
/// Operator of every brand with every role: all tills together.
pub(crate) const TILL: usize = 22;
/// The admins of the brands, in their order.
pub(crate) const OFFICES: usize = 23;
/// Operator of the grocer that may only issue, 1000 points a day.
pub(crate) const ISSUER: usize = 27;
/// Operator of the grocer that may only reverse.
pub(crate) const RETURNS: usize = 28;
/// Operator of the grocer that may only capture and release.
pub(crate) const CASHIER: usize = 29;
/// Actors that may be appointed as operators.
pub(crate) const SPARES: std::ops::Range<u64> = 30..33;
/// The first of the governors, who follow in the order of the validators of the genesis document.
pub(crate) const GOVERNORS: usize = 33;
pub(crate) const ACTORS: usize = GOVERNORS + VALIDATORS_MAX;

pub(crate) const ALL_ROLES: [Role; 5] = [Role::Issue, Role::Capture, Role::Reverse, Role::Admin, Role::Grant];

/// The key of an actor, or a later one of the same actor.
pub(crate) fn key(seed: u64, actor: usize, number: u8) -> KeyPair {
    let mut bytes = [0x6d; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8] = u8::try_from(actor).expect("few actors");
    bytes[9] = number;
    KeyPair::from_seed(&bytes)
}

pub(crate) fn brands() -> [BrandId; 4] {
    BRANDS.map(|id| id.parse().expect("valid ids"))
}

/// The policy with which a brand starts.
pub(crate) fn policy(brand: usize) -> Policy {
    let policy = Policy { poolable: false, tradeable: true, ..Policy::open() };
    match brand {
        GROCER => Policy {
            expiry_months: Some(12),
            transfer_min: Points::new(10),
            transfer_max: Points::new(1000),
            opening_min: Points::new(10),
            poolable: true,
            reversal_window_ms: 60 * DAY_MS,
            ..policy
        },
        RESORT => Policy {
            expiry_months: Some(1),
            transferable: false,
            convertible: false,
            poolable: true,
            reversal_window_ms: 90 * DAY_MS,
            ..policy
        },
        BANK => Policy { expiry_months: Some(60), transfer_daily_max: Some(Points::new(POINTS_MAX / 1000)), ..policy },
        _ => policy,
    }
}

/// The genesis document of a network in which a [`Workload`](crate::Workload) of the same seed can happen: four
/// brands with different policies, their operators, and 5 seconds to cancel a recovery. How long references can be used
/// and are remembered, and how much an account may use up in a day, depends on the seed. What concerns consensus is the
/// caller's to change: the validators, the heartbeat, the sizes of blocks.
pub fn genesis(seed: u64, time_ms: TimeMs, validators: Vec<Validator>) -> GenesisDocument {
    let operator = |actor: usize, roles| GenesisOperator::new(key(seed, actor, 0).public_key(), roles);
    let brands = brands().into_iter().enumerate().map(|(number, id)| {
        let mut operators =
            vec![operator(TILL, Roles::all()), operator(OFFICES + number, Bounded::from([Role::Admin]))];
        if number == GROCER {
            let issuer = operator(ISSUER, Bounded::from([Role::Issue]));
            operators.push(GenesisOperator { issue_daily_max: Some(Points::new(1000)), ..issuer });
            operators.push(operator(RETURNS, Bounded::from([Role::Reverse])));
            operators.push(operator(CASHIER, Bounded::from([Role::Capture])));
        }
        GenesisBrand::new(id, policy(number), Bounded::new(operators).expect("few operators"))
    });
    let seats = validators.iter().enumerate().map(|(place, validator)| GenesisSeat {
        name: validator.name.clone(),
        governor: key(seed, GOVERNORS + place, 0).public_key(),
        endpoint: None,
    });
    let seats = Bounded::new(seats.collect()).expect("as many as validators");
    GenesisDocument {
        governance: Governance { seats, ..Governance::standard() },
        settlement_currency: Some("SEK".parse().expect("a valid currency")),
        parameters: Parameters {
            recovery_delay_ms: 5 * SECOND_MS,
            receipt_days: [35, 62, 5, 1][usize::try_from(seed % 4).expect("small")],
            keep_months: [13, 3, 36][usize::try_from(seed % 3).expect("small")],
            allowances: allowances(seed),
            ..Parameters::standard()
        },
        validators: Bounded::new(validators).expect("the caller gives at most 64 validators"),
        brands: Bounded::new(brands.collect()).expect("four brands"),
        ..GenesisDocument::empty("workload".parse().expect("a valid name"), time_ms)
    }
}

/// Those that people have, for some seeds; scarce ones of members or of operators, for others; for most such as stand
/// in nobody's way.
fn allowances(seed: u64) -> Allowances {
    let scarce = Allowance { bytes: 16 * 1024, operations: 100 };
    match seed % 8 {
        0 | 1 => Allowances::standard(),
        2 => Allowances { openings: 1, households: 1, member: scarce, ..Allowances::standard() },
        3 => Allowances { operator: scarce, ..Allowances::open() },
        _ => Allowances::open(),
    }
}

/// A network of a few validators in which a [`Workload`](crate::Workload) of the same seed can happen, from 15 November
/// 2026 on.
pub fn network(seed: u64) -> Genesis {
    let powers: [&[u64]; 4] = [&[1, 1, 1, 1], &[1], &[3, 1, 1, 1], &[5, 2, 1]];
    let powers = powers[usize::try_from(seed % 4).expect("small")];
    let validator = |(number, power): (u8, &u64)| validator(number, *power);
    let start = TimeMs::new(NETWORK_START_MS).expect("in range");
    let validators = (0..).zip(powers).map(validator).collect();
    let document = genesis(seed, start, validators);
    // Two of three networks have all rules from the beginning.
    let version = if seed.is_multiple_of(3) { 1 } else { 2 };
    Genesis::new(with_version(document, version)).expect("the document keeps the rules")
}

/// The same network, which begins with a version of the protocol, and with operators who grant if that has campaigns.
pub fn with_version(mut document: GenesisDocument, version: u32) -> GenesisDocument {
    document.governance.version = version;
    if Rules::at(version).is_some_and(|rules| rules.programme) {
        document.brands = let_grant(document.brands);
    }
    document
}

/// Lets those grant who have all roles of version 1.
fn let_grant(brands: Bounded<GenesisBrand, 0, BRANDS_MAX>) -> Bounded<GenesisBrand, 0, BRANDS_MAX> {
    let with_grant = |mut operator: GenesisOperator| {
        if operator.roles == Roles::all() {
            operator.roles = Bounded::new(ALL_ROLES.to_vec()).expect("all");
        }
        operator
    };
    let changed = brands.into_inner().into_iter().map(|brand| {
        let operators = brand.operators.into_inner().into_iter().map(with_grant).collect();
        GenesisBrand { operators: Bounded::new(operators).expect("as many as before"), ..brand }
    });
    Bounded::new(changed.collect()).expect("as many as before")
}

/// The keys of a validator and of its node; a new pair for every other number.
pub(crate) fn node_keys(number: u8) -> [KeyPair; 2] {
    [200, 201].map(|kind| {
        let mut seed = [kind; 32];
        seed[0] = number;
        KeyPair::from_seed(&seed)
    })
}

/// A validator by its number.
pub(crate) fn validator(number: u8, power: u64) -> Validator {
    let [public_key, network_key] = node_keys(number).map(|pair| pair.public_key());
    let name = format!("node {number}").parse().expect("a valid name");
    Validator { name, public_key, network_key, power }
}
