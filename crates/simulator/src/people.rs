//! The participants of a simulated network: validators, a brand, its tills, and its members.

use lojal_network::{Identity, PeerId};
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    Allowances, Bounded, BrandId, ChainId, Genesis, KeyPair, Name, NodeProof, Points, Policy, PublicKey, Roles, TimeMs,
    Validator,
};
use sha2::{Digest, Sha256};

use crate::plan::Plan;

/// The time at which the ledger of every simulated network starts: on 1 March 2026, a month without peculiarities, and
/// ten seconds before a whole minute, at which holds end.
pub const START_MS: u64 = 1_772_323_250_000;
/// The time that an idle network waits before it makes an empty block.
pub const HEARTBEAT_MS: u64 = 1_000;
/// Tills of the brand.
pub const TILLS: usize = 3;
/// Members of the brand.
pub const MEMBERS: usize = 8;

/// Somebody's key.
fn key(role: &str, number: usize) -> KeyPair {
    KeyPair::from_seed(&Sha256::digest(format!("{role} {number}")).into())
}

/// A validator's key.
pub fn validator(number: usize) -> KeyPair {
    key("validator", number)
}

/// A till's key.
pub fn till(number: usize) -> KeyPair {
    key("till", number)
}

/// A member's key.
pub fn member(number: usize) -> KeyPair {
    key("member", number)
}

/// A validator's name on the network.
pub fn identity(number: usize) -> Identity {
    Identity::from_seed(Sha256::digest(format!("network {number}")).into())
}

/// The key of a validator's node on the network, as others check what it signs.
fn network_keys(number: usize) -> KeyPair {
    key("network", number)
}

/// The key of a node on the network, as others know it.
pub fn network_key(number: usize) -> PublicKey {
    PublicKey::new(identity(number).public_key())
}

/// The proof that a validator's keys are somebody's who runs it under a name.
pub fn proof(chain: &ChainId, name: &Name, number: usize) -> NodeProof {
    let (validator, network) = (validator(number), network_keys(number));
    let bytes = NodeProof::signing_bytes(chain, name, &validator.public_key(), &network.public_key());
    NodeProof { by_validator: validator.sign(&bytes), by_network: network.sign(&bytes) }
}

/// A node as a validator.
pub fn as_validator(number: usize, name: Name, power: u64) -> Validator {
    Validator { name, public_key: validator(number).public_key(), network_key: network_key(number), power }
}

/// A validator's id on the network.
pub fn peer(number: usize) -> PeerId {
    identity(number).peer_id()
}

/// The brand.
pub fn brand() -> BrandId {
    "simulation".parse().expect("a valid id")
}

/// The genesis of a network of this many validators: the brands of the naive model's random histories, and one of the
/// simulator's own.
pub fn genesis(plan: &Plan) -> Genesis {
    let Plan { seed, validators, snapshot_ms, .. } = *plan;
    let validator =
        |number: usize| as_validator(number, format!("validator-{number}").parse().expect("a valid name"), 1);
    let time = TimeMs::new(START_MS).expect("in range");
    let document = lojal_model::genesis(seed, time, (0..validators).map(validator).collect());
    // Two of three networks have campaigns and the market, unless they get them on the way.
    let version = if seed.is_multiple_of(3) || plan.upgrades() { 1 } else { 2 };
    let mut document = lojal_model::with_version(document, version);
    document.parameters.heartbeat_ms = HEARTBEAT_MS;
    if let Some(interval_ms) = snapshot_ms {
        document.parameters.snapshot_interval_ms = interval_ms;
    }
    // Its few people do in minutes what others do in months.
    document.parameters.allowances = Allowances::open();
    let brands = document.brands.into_inner().into_iter().chain([own_brand()]).collect();
    document.brands = Bounded::new(brands).expect("few brands");
    Genesis::new(document).expect("the document keeps the rules")
}

fn own_brand() -> GenesisBrand {
    let operator = |number| GenesisOperator::new(till(number).public_key(), Roles::all());
    let operators = Bounded::new((0..TILLS).map(operator).collect()).expect("few operators");
    let policy = Policy {
        expiry_months: Some(12),
        convertible: false,
        transfer_max: Points::new(1_000_000),
        reversal_window_ms: 60_000,
        ..Policy::open()
    };
    let name = "Simulation".parse().expect("a valid name");
    GenesisBrand { name, ..GenesisBrand::new(brand(), policy, operators) }
}
