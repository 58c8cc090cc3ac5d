//! Generated motions, and operations of governors.

use lojal_types::{
    Action, Activate, AddValidator, AllowFollower, Approve, CancelVersion, DisallowFollower, Endpoint, GenesisSeat,
    Governance, MotionId, NodeProof, Operation, Propose, RegisterBrand, ReinstateBrand, RemoveValidator,
    ScheduleVersion, SetBrandAdmins, SetEndpoint, SetKeys, SetParameters, SetPower, SetSettings, Settings, SignOfLife,
    SuspendBrand, Withdraw,
};
use proptest::option;
use proptest::prelude::*;

use super::messages::{brand, parameters, validator};
use super::values::*;

/// Valid or not.
pub(super) fn endpoint() -> BoxedStrategy<Endpoint> {
    let texts = prop_oneof![Just("/ip4/192.0.2.7/tcp/7900".to_owned()), "[ -~]{1,128}"];
    texts.prop_map(|text| Endpoint::new(text).expect("1 to 128 bytes")).boxed()
}

fn proof() -> BoxedStrategy<NodeProof> {
    (signature(), signature()).prop_map(|(by_validator, by_network)| NodeProof { by_validator, by_network }).boxed()
}

/// Any action of a motion.
pub(super) fn action() -> BoxedStrategy<Action> {
    let add = (validator(), public_key(), proof(), option::of(endpoint())).prop_map(
        |(validator, governor, proof, endpoint)| {
            Action::AddValidator(AddValidator { validator, governor, proof, endpoint })
        },
    );
    let keys = (name(), public_key(), public_key(), proof()).prop_map(|(name, public_key, network_key, proof)| {
        Action::SetKeys(SetKeys { name, public_key, network_key, proof })
    });
    let allow =
        (name(), public_key(), name(), option::of(endpoint())).prop_map(|(name, network_key, sponsor, endpoint)| {
            Action::AllowFollower(AllowFollower { name, network_key, sponsor, endpoint })
        });
    let schedule = (any::<u32>(), height())
        .prop_map(|(version, height)| Action::ScheduleVersion(ScheduleVersion { version, height }));
    let admins = (brand_id(), list(public_key()), any::<u8>())
        .prop_map(|(brand, admins, needed)| Action::SetBrandAdmins(SetBrandAdmins { brand, admins, needed }));
    prop_oneof![
        add,
        name().prop_map(|name| Action::RemoveValidator(RemoveValidator { name })),
        keys,
        (name(), number()).prop_map(|(name, power)| Action::SetPower(SetPower { name, power })),
        allow,
        name().prop_map(|name| Action::DisallowFollower(DisallowFollower { name })),
        parameters().prop_map(|parameters| Action::SetParameters(SetParameters { parameters })),
        number().prop_map(|ms| Action::SetSettings(SetSettings { settings: Settings { motion_lapse_ms: ms } })),
        schedule,
        Just(Action::CancelVersion(CancelVersion {})),
        brand().prop_map(|brand| Action::RegisterBrand(RegisterBrand { brand })),
        brand_id().prop_map(|brand| Action::SuspendBrand(SuspendBrand { brand })),
        brand_id().prop_map(|brand| Action::ReinstateBrand(ReinstateBrand { brand })),
        admins,
    ]
    .boxed()
}

/// Any operation of a governor.
pub(super) fn governor_operation() -> BoxedStrategy<Operation> {
    let motion = || number().prop_map(MotionId::new);
    let sign = (any::<u8>(), time(), signature()).prop_map(|(index, time_ms, signature)| SignOfLife {
        index,
        time_ms,
        signature,
    });
    prop_oneof![
        list(action()).prop_map(|actions| Operation::Propose(Propose { actions })),
        (motion(), hash()).prop_map(|(motion, digest)| Operation::Approve(Approve { motion, digest })),
        motion().prop_map(|motion| Operation::Withdraw(Withdraw { motion })),
        (motion(), list(sign.boxed())).prop_map(|(motion, signs)| Operation::Activate(Activate { motion, signs })),
        option::of(endpoint()).prop_map(|endpoint| Operation::SetEndpoint(SetEndpoint { endpoint })),
    ]
    .boxed()
}

/// The table of a document that nobody has checked.
pub(super) fn table() -> BoxedStrategy<Governance> {
    let seat = (name(), public_key(), option::of(endpoint())).prop_map(|(name, governor, endpoint)| GenesisSeat {
        name,
        governor,
        endpoint,
    });
    (any::<u32>(), number(), list(seat.boxed()))
        .prop_map(|(version, motion_lapse_ms, seats)| Governance { version, motion_lapse_ms, seats })
        .boxed()
}
