use super::*;
use crate::key::KeyPair;
use crate::operator::Role;
use crate::points::Points;

fn document() -> GenesisDocument {
    let key = |seed: u8| KeyPair::from_seed(&[seed; 32]).public_key();
    let validator = Validator { name: name("nordmat"), public_key: key(1), network_key: key(2), power: 1 };
    GenesisDocument {
        settlement_currency: Some("SEK".parse().expect("valid")),
        governance: Governance::of([&validator], |_| key(4)),
        validators: Bounded::new(vec![validator]).expect("one"),
        brands: Bounded::new(vec![brand("nordmat", key(3))]).expect("one"),
        ..GenesisDocument::empty(name("a network"), TimeMs::new(1_700_000_000_000).expect("in range"))
    }
}

fn name(text: &str) -> Name {
    text.parse().expect("valid")
}

fn brand(id: &str, operator: PublicKey) -> GenesisBrand {
    let policy =
        Policy { expiry_months: Some(24), transfer_max: Points::new(1000), reversal_window_ms: 1, ..Policy::open() };
    let operator = GenesisOperator::new(operator, Bounded::from([Role::Issue, Role::Reverse]));
    GenesisBrand::new(id.parse().expect("valid"), policy, Bounded::from([operator]))
}

fn operator_with(public_key: PublicKey, roles: Vec<Role>) -> GenesisOperator {
    GenesisOperator::new(public_key, Bounded::new(roles).expect("one to four"))
}

fn error_after(change: impl FnOnce(&mut GenesisDocument)) -> GenesisError {
    let mut changed = document();
    change(&mut changed);
    Genesis::new(changed).expect_err("the change breaks a rule")
}

#[test]
fn toml_round_trips_to_the_same_chain_id() {
    let genesis = Genesis::new(document()).expect("valid");
    assert_eq!(Genesis::from_toml(&document().to_toml()), Ok(genesis));
}

#[test]
fn any_change_is_another_chain() {
    let mut changed = document();
    changed.parameters.heartbeat_ms = 3001;
    assert_ne!(Genesis::new(changed).expect("valid").chain_id(), Genesis::new(document()).expect("valid").chain_id());
}

#[test]
fn every_broken_rule_is_named() {
    assert!(matches!(error_after(|d| d.validators = Bounded::default()), GenesisError::Validators(_)));
    assert!(matches!(error_after(|d| d.parameters.heartbeat_ms = 99), GenesisError::Parameter("heartbeat_ms", _)));
    for delay in [999, 30 * 24 * 60 * 60 * 1000 + 1] {
        let error = error_after(|d| d.parameters.recovery_delay_ms = delay);
        assert!(matches!(error, GenesisError::Parameter("recovery_delay_ms", _)));
    }
    for days in [0, 63] {
        let error = error_after(|d| d.parameters.receipt_days = days);
        assert!(matches!(error, GenesisError::Parameter("receipt_days", _)));
    }
    for months in [2, 37] {
        let error = error_after(|d| d.parameters.keep_months = months);
        assert!(matches!(error, GenesisError::Parameter("keep_months", _)));
    }
    for interval in [999, 24 * 60 * 60 * 1000 + 1] {
        let error = error_after(|d| d.parameters.snapshot_interval_ms = interval);
        assert!(matches!(error, GenesisError::Parameter("snapshot_interval_ms", _)));
    }
    for (receipt_days, keep_months, snapshot_interval_ms) in [(1, 3, 1_000), (62, 36, 24 * 60 * 60 * 1000)] {
        let parameters = Parameters { receipt_days, keep_months, snapshot_interval_ms, ..Parameters::standard() };
        assert!(Genesis::new(GenesisDocument { parameters, ..document() }).is_ok());
    }
    let allowances = |change: fn(&mut Allowances)| error_after(|d| change(&mut d.parameters.allowances));
    for (error, name) in [
        (allowances(|a| a.member.bytes = 16_383), "allowances.member"),
        (allowances(|a| a.member.operations = 99), "allowances.member"),
        (allowances(|a| a.operator.bytes = (1 << 40) + 1), "allowances.operator"),
        (allowances(|a| a.operator.operations = 99), "allowances.operator"),
        (allowances(|a| a.openings = 0), "allowances.openings"),
        (allowances(|a| a.openings = 10_001), "allowances.openings"),
        (allowances(|a| a.households = 0), "allowances.households"),
        (allowances(|a| a.households = 101), "allowances.households"),
    ] {
        assert!(matches!(error, GenesisError::Parameter(found, _) if found == name), "{error}");
    }
    let least = Allowance { bytes: 16_384, operations: 100 };
    let least = Allowances { openings: 1, households: 1, member: least, operator: least };
    for allowances in [least, Allowances::standard(), Allowances::open()] {
        let parameters = Parameters { allowances, ..Parameters::standard() };
        assert!(Genesis::new(GenesisDocument { parameters, ..document() }).is_ok());
    }
    assert!(matches!(error_after(|d| d.parameters.block_bytes_max = 32_767), GenesisError::Parameter(..)));
    assert!(matches!(error_after(|d| d.parameters.block_bytes_max = 4_194_305), GenesisError::Parameter(..)));
    assert!(matches!(error_after(|d| d.parameters.block_transactions_max = 10_001), GenesisError::Parameter(..)));
    let with_brands = |brands: Vec<GenesisBrand>| error_after(|d| d.brands = Bounded::new(brands).expect("few"));
    let good = || brand("nordmat", KeyPair::from_seed(&[3; 32]).public_key());
    assert!(matches!(with_brands(vec![good(), good()]), GenesisError::SharedBrandId(_)));
    assert!(matches!(with_brands(vec![GenesisBrand { decimals: 5, ..good() }]), GenesisError::Decimals(_)));
    let policy = Policy { expiry_months: Some(61), ..good().policy };
    assert!(matches!(with_brands(vec![GenesisBrand { policy, ..good() }]), GenesisError::Policy(..)));
    let operator = good().operators[0].clone();
    let twice = Bounded::new(vec![operator.clone(), operator.clone()]).expect("two");
    assert!(matches!(with_brands(vec![GenesisBrand { operators: twice, ..good() }]), GenesisError::Operator(_)));
    let disordered = operator_with(operator.public_key, vec![Role::Reverse, Role::Issue]);
    let disordered = Bounded::new(vec![disordered]).expect("one");
    assert!(matches!(with_brands(vec![GenesisBrand { operators: disordered, ..good() }]), GenesisError::Operator(_)));
    let beyond = GenesisOperator { issue_daily_max: Some(Points::new(POINTS_MAX + 1)), ..good().operators[0].clone() };
    let beyond = Bounded::new(vec![beyond]).expect("one");
    let beyond = with_brands(vec![GenesisBrand { operators: beyond, ..good() }]);
    assert!(matches!(beyond, GenesisError::IssueDailyMax(_)));
}

#[test]
fn brands_that_could_be_taken_for_each_other_are_refused() {
    let named = |seed: u8, id: &str, called: &str| GenesisBrand {
        name: name(called),
        ..brand(id, KeyPair::from_seed(&[seed; 32]).public_key())
    };
    let of = |(id, called): (&str, &str), (other_id, other): (&str, &str)| {
        let brands = vec![named(3, id, called), named(4, other_id, other)];
        Genesis::new(GenesisDocument { brands: Bounded::new(brands).expect("two"), ..document() }).map(drop)
    };
    let kaffet = ("kaffet", "Kaffet");
    for other in
        [("cafe", "Kaffet"), ("cafe", "KAFFÉT"), ("cafe", "K\u{430}ffet"), ("kaf-fet", "Café"), ("cafe", "Kaf fet")]
    {
        let confusable =
            GenesisError::ConfusableBrands("kaffet".parse().expect("valid"), other.0.parse().expect("valid"));
        let ordered = |error: GenesisError| match error {
            GenesisError::ConfusableBrands(one, two) => GenesisError::ConfusableBrands(one.max(two), one.min(two)),
            error => error,
        };
        assert_eq!(of(kaffet, other).map_err(ordered), Err(ordered(confusable.clone())), "{other:?}");
        assert_eq!(of(other, kaffet).map_err(ordered), Err(ordered(confusable)), "{other:?}");
    }
    assert_eq!(of(("fjallen", "Nordmat"), ("nordmat", "Fjällen")).map_err(drop), Err(()), "each called like the other");
    assert_eq!(of(kaffet, ("cafe", "Cafe")), Ok(()));
}

#[test]
fn validators_that_could_be_taken_for_each_other_are_refused() {
    let validator = |seed: u8, called: &str| {
        let key = |seed: u8| KeyPair::from_seed(&[seed; 32]).public_key();
        Validator { name: name(called), public_key: key(seed), network_key: key(seed + 1), power: 1 }
    };
    let of = |one: &str, other: &str| ValidatorSet::new(vec![validator(1, one), validator(3, other)]).map(drop);
    assert!(matches!(of("nordmat", "nordmat"), Err(ValidatorSetError::SharedName(_))));
    assert!(matches!(of("nordmat", "Nordmat"), Err(ValidatorSetError::ConfusableNames(..))));
    assert!(matches!(of("nordmat 1", "nordmat-l"), Err(ValidatorSetError::ConfusableNames(..))));
    assert_eq!(of("nordmat 1", "nordmat 2"), Ok(()));
}

#[test]
fn a_misspelt_field_is_refused_by_name() {
    let text = document().to_toml().replace("heartbeat_ms", "heartbeet_ms");
    let Err(GenesisError::Toml(message)) = Genesis::from_toml(&text) else { panic!("must be refused") };
    assert!(message.contains("heartbeet_ms"), "{message}");
}

#[test]
fn what_a_document_leaves_out_is_cautious() {
    let mut document = document();
    document.settlement_currency = None;
    let text = document.to_toml();
    let left_out = [
        "recovery_delay_ms",
        "receipt_days",
        "keep_months",
        "snapshot_interval_ms",
        "convertible",
        "poolable",
        "tradeable",
        "transfer_daily_max",
        "opening_min",
        "[parameters.allowances",
        "openings",
        "households",
        "bytes",
        "operations",
    ];
    let short: Vec<&str> = text.lines().filter(|line| !left_out.iter().any(|name| line.starts_with(name))).collect();
    let read = GenesisDocument::from_toml(&short.join("\n")).expect("they can be left out");
    assert_eq!(read.parameters.recovery_delay_ms, 259_200_000);
    assert_eq!((read.parameters.receipt_days, read.parameters.keep_months), (35, 13));
    assert_eq!(read.parameters.snapshot_interval_ms, 3_600_000);
    assert_eq!(read.parameters.allowances, Allowances::standard());
    let policy = &read.brands[0].policy;
    assert!(!policy.convertible && !policy.poolable && !policy.tradeable);
    assert_eq!((policy.transfer_daily_max, read.settlement_currency), (None, None));
}

#[test]
fn every_validator_has_one_seat_and_a_governor_of_its_own() {
    type Change<'a> = &'a dyn Fn(&mut Vec<GenesisSeat>);
    let with = |change: Change<'_>| {
        let mut changed = document();
        let mut seats = changed.governance.seats.to_vec();
        change(&mut seats);
        changed.governance.seats = Bounded::new(seats).expect("few");
        Genesis::new(changed).map(drop)
    };
    let key = |seed: u8| KeyPair::from_seed(&[seed; 32]).public_key();
    let endpoint = |text: &str| Some(Endpoint::new(text.to_owned()).expect("short"));
    assert_eq!(with(&|seats| seats[0].endpoint = endpoint("/dns/node.example.org/tcp/7900")), Ok(()));
    let wrong: [Change<'_>; 5] = [
        &|seats| seats.clear(),
        &|seats| seats[0].name = name("kaffet"),
        &|seats| seats[0].governor = PublicKey::new([2; 32]),
        &|seats| seats[0].endpoint = endpoint("node.example.org"),
        &|seats| seats.push(GenesisSeat { governor: key(5), ..seats[0].clone() }),
    ];
    for change in wrong {
        assert_eq!(with(change), Err(GenesisError::Seats));
    }
    let second = Validator { name: name("two"), public_key: key(6), network_key: key(7), power: 1 };
    let mut shared = document();
    shared.validators = Bounded::new([shared.validators.to_vec(), vec![second]].concat()).expect("two");
    shared.governance = Governance::of(shared.validators.iter(), |_| key(4));
    assert_eq!(Genesis::new(shared.clone()).map(drop), Err(GenesisError::Seats));
    shared.governance = Governance::of(shared.validators.iter(), |validator| validator.network_key);
    assert_eq!(Genesis::new(shared).map(drop), Ok(()));
}

#[test]
fn a_network_begins_with_a_version_that_is_known_and_a_lapse_within_its_limits() {
    for unknown in [0, 3] {
        assert_eq!(error_after(|d| d.governance.version = unknown), GenesisError::Version(unknown));
    }
    assert_eq!(error_after(|d| d.governance.motion_lapse_ms = 3_599_999), GenesisError::MotionLapse);
}
