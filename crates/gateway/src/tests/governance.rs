//! Governance as clients read it.

use lojal_types::api::{Brand, Governance, Motion, Validators};
use lojal_types::{Action, Bounded, Height, MotionId, MotionStatus, NetworkKind, Operation, Propose, SuspendBrand};

use super::node::{GOVERNOR, Node, POWER, VALIDATOR, address};

fn suspend(brand: &str) -> Operation {
    let suspend = SuspendBrand { brand: brand.parse().expect("valid") };
    Operation::Propose(Propose { actions: Bounded::from([Action::SuspendBrand(suspend)]) })
}

#[tokio::test(flavor = "multi_thread")]
async fn motions_are_shown_with_who_approves_them_and_what_became_of_them() {
    let node = Node::start().await;
    let before: Governance = node.get("/v1/governance").await.json();
    assert_eq!((before.version, before.scheduled, before.open.len(), before.closed.len()), (1, None, 0, 0));
    // The one validator decides alone.
    node.apply(GOVERNOR, vec![suspend("kaffet")]);
    let after: Governance = node.get("/v1/governance").await.json();
    let motion: Motion = node.get("/v1/governance/1").await.json();
    assert_eq!(after.closed, std::slice::from_ref(&motion));
    assert_eq!((motion.motion, motion.stage), (MotionId::new(1), MotionStatus::Enacted { height: after.height }));
    assert_eq!((motion.approving_power, motion.total_power), (POWER, POWER));
    let brand: Brand = node.get("/v1/brands/kaffet").await.json();
    assert!(brand.suspended);
    assert_eq!(node.get("/v1/governance/2").await.refusal(), (404, "unknown_motion".into()));
    assert_eq!(node.get("/v1/governance/01").await.refusal(), (400, "invalid_parameter".into()));
    assert_eq!(node.get("/v1/governance/x").await.refusal(), (400, "invalid_parameter".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn validators_are_shown_with_their_governors() {
    let node = Node::start().await;
    let all: Validators = node.get("/v1/validators").await.json();
    assert_eq!((all.total_power, all.height), (POWER, Height::GENESIS));
    let [one] = all.validators.as_slice() else { panic!("one validator: {all:?}") };
    assert_eq!(one.address, address(VALIDATOR).to_text(NetworkKind::Test));
    assert_eq!(one.governor, address(GOVERNOR).to_text(NetworkKind::Test));
    assert_eq!((one.power, one.since, one.endpoint.clone()), (POWER, Height::GENESIS, None));
}
