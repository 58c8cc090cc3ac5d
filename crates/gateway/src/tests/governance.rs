//! Governance as clients read it.

use lojal_types::api::{Brand, BrandMotions, Governance, Motion, Validators};
use lojal_types::{
    Action, Approvals, Bounded, BrandAction, Height, MotionId, MotionStatus, NetworkKind, Operation, Policy, Propose,
    ProposeForBrand, Role, ScheduleVersion, SetApprovals, SetOperator, SetPolicy, SuspendBrand, Versions,
};

use super::node::{ANNA, GOVERNOR, Node, POWER, Settings, TILL, VALIDATOR, address, key};
use super::operations::brand;
use crate::app::Timeouts;

fn suspend(brand: &str) -> Operation {
    let suspend = SuspendBrand { brand: brand.parse().expect("valid") };
    Operation::Propose(Propose { actions: Bounded::from([Action::SuspendBrand(suspend)]) })
}

#[tokio::test(flavor = "multi_thread")]
async fn motions_are_shown_with_who_approves_them_and_what_became_of_them() {
    let node = Node::start().await;
    let before: Governance = node.get("/v1/governance").await.json();
    assert_eq!((before.version, before.scheduled, before.open.len(), before.closed.len()), (2, None, 0, 0));
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

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_scheduled_is_shown_and_a_node_that_does_not_know_it_says_so() {
    for (versions, text, count) in [
        (Versions::known(), "ready\n", "lojal_protocol_unknown 0"),
        (Versions::up_to(1), "ready, until block 200, which begins version 2", "lojal_protocol_unknown 1"),
    ] {
        let node =
            Node::start_as(Settings { versions, begins_with: 1, ..Settings::open() }, &[], Timeouts::default()).await;
        let action = Action::ScheduleVersion(ScheduleVersion { version: 2, height: Height::new(200) });
        node.apply(GOVERNOR, vec![Operation::Propose(Propose { actions: Bounded::from([action]) })]);
        let governance: Governance = node.get("/v1/governance").await.json();
        let scheduled = governance.scheduled.map(|one| (one.version, one.height));
        assert_eq!((governance.version, scheduled), (1, Some((2, Height::new(200)))));
        let ready = node.get("/readyz").await;
        assert!(ready.status == 200 && ready.text().starts_with(text), "{}", ready.text());
        assert!(node.get_own("/metrics").await.text().lines().any(|line| line == count), "{count}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn motions_of_a_brand_are_shown_to_those_who_act_for_it() {
    let node = Node::start().await;
    let (brand, public_key) = (brand("nordmat"), key(ANNA).public_key());
    let roles = Bounded::from([Role::Admin]);
    let appoint = Operation::SetOperator(SetOperator { brand, public_key, roles, issue_daily_max: None });
    let approvals = Operation::SetApprovals(SetApprovals { brand, needed: 2, delay_ms: 5 });
    node.apply(TILL, vec![appoint, approvals]);
    let actions = Bounded::from([BrandAction::SetPolicy(SetPolicy { brand, policy: Policy::open() })]);
    node.apply(TILL, vec![Operation::ProposeForBrand(ProposeForBrand { brand, actions })]);
    let shown: BrandMotions = node.get("/v1/brands/nordmat/motions").await.json();
    assert_eq!((shown.brand, shown.approvals), (brand, Approvals { needed: 2, delay_ms: 5 }));
    let [motion] = &shown.motions[..] else { panic!("one motion: {shown:?}") };
    let till = address(TILL).to_text(NetworkKind::Test);
    assert_eq!((motion.motion, motion.by, motion.counting), (MotionId::new(1), till, 1));
    assert_eq!((&motion.approved_by, motion.from_ms), (&vec![till], None));
    let other: BrandMotions = node.get("/v1/brands/kaffet/motions").await.json();
    assert_eq!((other.approvals, other.motions.len()), (Approvals::default(), 0));
    let one: Brand = node.get("/v1/brands/nordmat").await.json();
    assert_eq!(one.approvals.needed, 2);
    assert_eq!(node.get("/v1/brands/nobody/motions").await.refusal(), (404, "unknown_brand".into()));
}
