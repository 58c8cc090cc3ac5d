use super::*;
use crate::key::KeyPair;
use crate::points::Points;

fn document() -> GenesisDocument {
    let key = |seed: u8| KeyPair::from_seed(&[seed; 32]).public_key();
    let validator = Validator { name: name("nordmat"), public_key: key(1), network_key: key(2), power: 1 };
    GenesisDocument {
        name: name("a network"),
        network: Network::Test,
        time_ms: TimeMs::new(1_700_000_000_000).expect("in range"),
        parameters: Parameters { heartbeat_ms: 3000, block_bytes_max: 4_194_304, block_transactions_max: 10_000 },
        validators: Bounded::new(vec![validator]).expect("one"),
        brands: Bounded::new(vec![brand("nordmat", key(3))]).expect("one"),
    }
}

fn name(text: &str) -> Name {
    text.parse().expect("valid")
}

fn brand(id: &str, operator: PublicKey) -> GenesisBrand {
    GenesisBrand {
        id: id.parse().expect("valid"),
        name: name(id),
        decimals: 0,
        policy: Policy {
            expiry_months: Some(24),
            transferable: true,
            transfer_min: Points::new(1),
            transfer_max: Points::new(1000),
            reversal_window_ms: 1,
        },
        operators: Bounded::new(vec![operator_with(operator, vec![Role::Issue, Role::Reverse])]).expect("one"),
    }
}

fn operator_with(public_key: PublicKey, roles: Vec<Role>) -> GenesisOperator {
    GenesisOperator { public_key, roles: Bounded::new(roles).expect("one or two") }
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
}

#[test]
fn a_misspelt_field_is_refused_by_name() {
    let text = document().to_toml().replace("heartbeat_ms", "heartbeet_ms");
    let Err(GenesisError::Toml(message)) = Genesis::from_toml(&text) else { panic!("must be refused") };
    assert!(message.contains("heartbeet_ms"), "{message}");
}
