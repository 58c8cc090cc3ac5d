//! Motions as the samples write them.

use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    Action, Activate, AddValidator, AllowFollower, Approve, Bounded, CancelVersion, DisallowFollower, Endpoint, Hash,
    Height, MotionId, NodeProof, Operation, Parameters, Policy, Propose, PublicKey, RegisterBrand, ReinstateBrand,
    RemoveValidator, Role, ScheduleVersion, SetBrandAdmins, SetEndpoint, SetKeys, SetParameters, SetPower, SetSettings,
    Settings, SignOfLife, Signature, SuspendBrand, Withdraw,
};

use super::Written;
use crate::vectors::samples::{START_MS, key, named, parse, seed, time};
use crate::vectors::validators::validator;

/// At least one action of every kind, and one for every field that can be left out.
///
/// A new kind of action is added here; tests fail until it is.
pub(in crate::vectors) fn actions() -> Vec<(String, Action)> {
    let proof = NodeProof { by_validator: Signature::new([0x11; 64]), by_network: Signature::new([0x22; 64]) };
    let governor = key(&seed(8)).public_key();
    let add = |endpoint| Action::AddValidator(AddValidator { validator: validator(5, 1), governor, proof, endpoint });
    let other = validator(6, 1);
    let (public_key, network_key) = (other.public_key, other.network_key);
    let allow = |endpoint| {
        let (name, sponsor) = (parse("follower"), parse("validator 1"));
        Action::AllowFollower(AllowFollower { name, network_key, sponsor, endpoint })
    };
    let (one, nordmat) = (parse("validator 1"), parse("nordmat"));
    let mut admins: Vec<PublicKey> = [13, 14].map(|secret| key(&seed(secret)).public_key()).to_vec();
    admins.sort_unstable();
    let height = Height::new(1_000);
    vec![
        named("add_validator", add(endpoint())),
        named("add_validator without an endpoint", add(None)),
        named("remove_validator", Action::RemoveValidator(RemoveValidator { name: parse("validator 1") })),
        named("set_keys", Action::SetKeys(SetKeys { name: one, public_key, network_key, proof })),
        named("set_power", Action::SetPower(SetPower { name: parse("validator 1"), power: 3 })),
        named("allow_follower", allow(endpoint())),
        named("allow_follower without an endpoint", allow(None)),
        named("disallow_follower", Action::DisallowFollower(DisallowFollower { name: parse("follower") })),
        named("set_parameters", Action::SetParameters(SetParameters { parameters: Parameters::standard() })),
        named("set_settings", Action::SetSettings(SetSettings { settings: Settings { motion_lapse_ms: 86_400_000 } })),
        named("schedule_version", Action::ScheduleVersion(ScheduleVersion { version: 2, height })),
        named("cancel_version", Action::CancelVersion(CancelVersion {})),
        named("register_brand", Action::RegisterBrand(RegisterBrand { brand: brand() })),
        named("suspend_brand", Action::SuspendBrand(SuspendBrand { brand: nordmat })),
        named("reinstate_brand", Action::ReinstateBrand(ReinstateBrand { brand: nordmat })),
        named(
            "set_brand_admins",
            Action::SetBrandAdmins(SetBrandAdmins {
                brand: nordmat,
                admins: Bounded::new(admins).expect("two"),
                needed: 2,
            }),
        ),
    ]
}

fn endpoint() -> Option<Endpoint> {
    Endpoint::new("/dns/node.example.org/tcp/7900".to_owned()).ok()
}

fn brand() -> GenesisBrand {
    let operator = GenesisOperator::new(key(&seed(13)).public_key(), Bounded::from([Role::Admin]));
    let brand = GenesisBrand::new(parse("blomman"), Policy::open(), Bounded::from([operator]));
    GenesisBrand { name: parse("Blomman"), decimals: 1, ..brand }
}

/// The operations of governors.
pub(in crate::vectors) fn of_governors() -> Vec<(String, Written)> {
    let propose =
        |actions: Vec<Action>| Operation::Propose(Propose { actions: Bounded::new(actions).expect("1 to 8") });
    let (motion, digest) = (MotionId::new(7), Hash::new([0x99; 32]));
    let sign = SignOfLife { index: 0, time_ms: time(START_MS), signature: Signature::new([0x33; 64]) };
    let several = actions().into_iter().skip(4).step_by(4).map(|(_, action)| action).collect();
    vec![
        named("propose", propose(vec![Action::SuspendBrand(SuspendBrand { brand: parse("nordmat") })])),
        named("propose several", propose(several)),
        named("approve", Operation::Approve(Approve { motion, digest })),
        named("withdraw", Operation::Withdraw(Withdraw { motion })),
        named("activate", Operation::Activate(Activate { motion, signs: Bounded::from([sign]) })),
        named("set_endpoint", Operation::SetEndpoint(SetEndpoint { endpoint: endpoint() })),
        named("set_endpoint to none", Operation::SetEndpoint(SetEndpoint { endpoint: None })),
    ]
}
