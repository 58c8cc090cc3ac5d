//! Governors, motions and their actions; those on validators, followers and versions under rules that no version has.

use lojal_types::{
    Action, AddValidator, AllowFollower, CancelVersion, Code, DisallowFollower, Hash, Height, MotionStatus, Operation,
    Parameters, Policy, PublicKey, ScheduleVersion, SetParameters,
};

use super::Failing;
use crate::fixture::*;

pub(super) const FAILURES: &[(Code, Failing)] = &[
    (Code::NotGovernor, |_| (TILL, propose_motion(vec![suspend(GROCER)]))),
    (Code::NotGovernor, |ledger| {
        let motion = ledger.put_forward(vec![suspend(GROCER)]);
        (TILL, approve(motion, ledger.motion(motion).digest))
    }),
    (Code::NotGovernor, |ledger| {
        let motion = ledger.put_forward(vec![suspend(GROCER)]);
        (TILL, withdraw(motion))
    }),
    (Code::NotGovernor, |_| (TILL, set_endpoint("/ip4/192.0.2.7/tcp/7900"))),
    (Code::UnknownMotion, |_| (GOVERNOR, approve(1, Hash::new([0; 32])))),
    (Code::UnknownMotion, |_| (GOVERNOR, withdraw(1))),
    (Code::MotionClosed, |ledger| {
        let motion = ledger.enact(vec![suspend(GROCER)]);
        (GOVERNOR + 3, approve(motion, ledger.motion(motion).digest))
    }),
    (Code::MotionClosed, |ledger| {
        let motion = ledger.put_forward(vec![suspend(GROCER)]);
        ledger.apply(GOVERNOR, withdraw(motion));
        (GOVERNOR, withdraw(motion))
    }),
    (Code::MotionDiffers, |ledger| {
        let motion = ledger.put_forward(vec![suspend(GROCER)]);
        let other = ledger.put_forward(vec![suspend(CAFE)]);
        (GOVERNOR + 1, approve(motion, ledger.motion(other).digest))
    }),
    (Code::AlreadyApproved, |ledger| {
        let motion = ledger.put_forward(vec![suspend(GROCER)]);
        (GOVERNOR, approve(motion, ledger.motion(motion).digest))
    }),
    (Code::TooManyMotions, |ledger| {
        for _ in 0..8 {
            ledger.put_forward(vec![suspend(GROCER)]);
        }
        (GOVERNOR, propose_motion(vec![suspend(GROCER)]))
    }),
    (Code::NotProposer, |ledger| {
        let motion = ledger.put_forward(vec![suspend(GROCER)]);
        (GOVERNOR + 1, withdraw(motion))
    }),
    (Code::NothingToActivate, |ledger| {
        let motion = ledger.put_forward(vec![suspend(GROCER)]);
        let sign = ledger.sign_of_life(motion, 0, 0, ledger.now());
        (GOVERNOR, activate(motion, vec![sign]))
    }),
    (Code::EndpointInvalid, |_| (GOVERNOR, set_endpoint("192.0.2.7:7900"))),
    (Code::ParameterOutOfBounds, |_| (GOVERNOR, propose_motion(vec![set_lapse(3_599_999)]))),
    (Code::ParameterOutOfBounds, |ledger| {
        let parameters = Parameters { receipt_days: 63, ..ledger.view().parameters().clone() };
        (GOVERNOR, propose_motion(vec![Action::SetParameters(SetParameters { parameters })]))
    }),
    (Code::ParameterOutOfBounds, |_| {
        let mut brand = new_brand("extra");
        brand.decimals = 5;
        (GOVERNOR, propose_motion(vec![register(brand)]))
    }),
    (Code::PolicyOutOfBounds, |_| {
        let mut brand = new_brand("extra");
        brand.policy = Policy { expiry_months: Some(61), ..brand.policy };
        (GOVERNOR, propose_motion(vec![register(brand)]))
    }),
    (Code::BrandExists, |_| (GOVERNOR, propose_motion(vec![register(new_brand(GROCER))]))),
    // The look of a name that there is.
    (Code::BrandExists, |_| {
        let mut brand = new_brand("extra");
        brand.name = "KAFFÉT".parse().expect("a valid name");
        (GOVERNOR, propose_motion(vec![register(brand)]))
    }),
    (Code::TooManyBrands, |ledger| {
        for tens in 0..37 {
            let brands = (0..7).filter(|one| tens * 7 + one < 253).map(|one| {
                let mut brand = new_brand(&format!("b{}", tens * 7 + one));
                brand.operators = Default::default();
                register(brand)
            });
            ledger.enact(brands.collect());
        }
        assert_eq!(ledger.view().brand_ids().len(), 256);
        (GOVERNOR, propose_motion(vec![register(new_brand("extra"))]))
    }),
    (Code::UnknownBrand, |_| (GOVERNOR, propose_motion(vec![suspend("nobody")]))),
    (Code::UnknownBrand, |_| (GOVERNOR, propose_motion(vec![reinstate("nobody")]))),
    (Code::UnknownBrand, |_| (GOVERNOR, propose_motion(vec![set_admins("nobody", &[ANNA])]))),
    (Code::BrandNotSuspended, |_| (GOVERNOR, propose_motion(vec![reinstate(GROCER)]))),
    (Code::ParameterOutOfBounds, |_| {
        let Action::SetBrandAdmins(mut set) = set_admins(GROCER, &[ANNA]) else { unreachable!() };
        set.admins = lojal_types::Bounded::new(vec![set.admins[0]; 2]).expect("two");
        (GOVERNOR, propose_motion(vec![Action::SetBrandAdmins(set)]))
    }),
    (Code::InvalidKey, |_| {
        let Action::SetBrandAdmins(mut set) = set_admins(GROCER, &[ANNA]) else { unreachable!() };
        set.admins = lojal_types::Bounded::from([PublicKey::new([2; 32])]);
        (GOVERNOR, propose_motion(vec![Action::SetBrandAdmins(set)]))
    }),
    (Code::TooManyOperators, |ledger| {
        let more = (60..120).map(|seed| set_operator(GROCER, seed, &[lojal_types::Role::Issue], None)).collect();
        assert_eq!(ledger.run(TILL, more), lojal_types::Outcome::Applied);
        (GOVERNOR, propose_motion(vec![set_admins(GROCER, &[TILL, 120])]))
    }),
    (Code::BrandSuspended, |ledger| suspended(ledger, (TILL, issue(GROCER, ANNA, 1, "new")))),
    (Code::BrandSuspended, |ledger| suspended(ledger, (TILL, reverse(GROCER, ANNA, 1, "first", "back")))),
    (Code::BrandSuspended, |ledger| suspended(ledger, (TILL, set_policy(GROCER, policy_of(GROCER))))),
    (Code::BrandSuspended, |ledger| {
        suspended(ledger, (TILL, set_operator(GROCER, 20, &[lojal_types::Role::Issue], None)))
    }),
    (Code::BrandSuspended, |ledger| suspended(ledger, (TILL, propose(GROCER, CAFE, &terms(1, 1))))),
    (Code::BrandSuspended, |ledger| {
        ledger.apply(BARISTA, propose(CAFE, GROCER, &terms(1, 1)));
        suspended(ledger, (TILL, accept(CAFE, GROCER, &terms(1, 1))))
    }),
    (Code::BrandSuspended, |ledger| {
        ledger.apply(BARISTA, propose(CAFE, GROCER, &terms(1, 1)));
        ledger.apply(TILL, accept(CAFE, GROCER, &terms(1, 1)));
        suspended(ledger, (BO, convert(BO, CAFE, GROCER, 1, 1)))
    }),
    (Code::BrandSuspended, |ledger| suspended(ledger, (GOVERNOR, propose_motion(vec![suspend(GROCER)])))),
];

/// The sender and the operation that must fail, after the grocer was suspended.
fn suspended(ledger: &mut Ledger, attempt: (u8, Operation)) -> (u8, Operation) {
    ledger.enact(vec![suspend(GROCER)]);
    attempt
}

/// Those of motions on nodes and versions.
pub(super) const FAILURES_OF_NODES: &[(Code, Failing)] = &[
    (Code::UnknownValidator, |_| (GOVERNOR, propose_motion(vec![remove_validator(9)]))),
    (Code::UnknownValidator, |_| (GOVERNOR, propose_motion(vec![set_power(9, 1)]))),
    (Code::UnknownValidator, |ledger| (GOVERNOR, propose_motion(vec![ledger.set_keys(9, 10)]))),
    (Code::UnknownValidator, |_| (GOVERNOR, propose_motion(vec![allow_follower("one", 20, 9)]))),
    (Code::ValidatorExists, |ledger| (GOVERNOR, propose_motion(vec![ledger.add_validator(1, 1)]))),
    // Its governor speaks for another one.
    (Code::ValidatorExists, |ledger| {
        let Action::AddValidator(add) = ledger.add_validator(5, 1) else { unreachable!() };
        let add = AddValidator { governor: key(GOVERNOR).public_key(), ..add };
        (GOVERNOR, propose_motion(vec![Action::AddValidator(add)]))
    }),
    (Code::InvalidKey, |ledger| {
        let Action::AddValidator(add) = ledger.add_validator(5, 1) else { unreachable!() };
        let add = AddValidator { governor: PublicKey::new([2; 32]), ..add };
        (GOVERNOR, propose_motion(vec![Action::AddValidator(add)]))
    }),
    (Code::ValidatorSetInvalid, |_| (GOVERNOR, propose_motion((0..4).map(remove_validator).collect()))),
    (Code::ValidatorSetInvalid, |_| (GOVERNOR, propose_motion(vec![set_power(1, 0)]))),
    (Code::ValidatorSetInvalid, |ledger| (GOVERNOR, propose_motion(vec![ledger.set_keys(1, 2)]))),
    (Code::NodeProofInvalid, |ledger| {
        let Action::AddValidator(add) = ledger.add_validator(5, 1) else { unreachable!() };
        let add = AddValidator { proof: ledger.proof(&node(5), 6), ..add };
        (GOVERNOR, propose_motion(vec![Action::AddValidator(add)]))
    }),
    (Code::NodeProofInvalid, |ledger| {
        let Action::SetKeys(mut set) = ledger.set_keys(1, 5) else { unreachable!() };
        set.proof = ledger.proof(&node(2), 5);
        (GOVERNOR, propose_motion(vec![Action::SetKeys(set)]))
    }),
    (Code::EndpointInvalid, |ledger| {
        let Action::AddValidator(add) = ledger.add_validator(5, 1) else { unreachable!() };
        let add = AddValidator { endpoint: Some(endpoint("nowhere")), ..add };
        (GOVERNOR, propose_motion(vec![Action::AddValidator(add)]))
    }),
    (Code::UnknownFollower, |_| {
        let name = "nobody".parse().expect("a valid name");
        (GOVERNOR, propose_motion(vec![Action::DisallowFollower(DisallowFollower { name })]))
    }),
    (Code::FollowerExists, |ledger| {
        ledger.enact(vec![allow_follower("one", 20, 0)]);
        (GOVERNOR, propose_motion(vec![allow_follower("ONE", 21, 0)]))
    }),
    (Code::FollowerExists, |_| (GOVERNOR, propose_motion(vec![allow_follower("one", 0, 0)]))),
    (Code::TooManyFollowers, |ledger| {
        for eight in 0..8 {
            let more = (eight * 8..eight * 8 + 8).map(|number| allow_follower(&format!("f{number}"), 20 + number, 0));
            ledger.enact(more.collect());
        }
        (GOVERNOR, propose_motion(vec![allow_follower("one more", 200, 0)]))
    }),
    (Code::VersionNotNext, |_| (GOVERNOR, propose_motion(vec![schedule(3, 1_000)]))),
    (Code::VersionNotNext, |_| (GOVERNOR, propose_motion(vec![Action::CancelVersion(CancelVersion {})]))),
    (Code::VersionTooSoon, |ledger| {
        let next = ledger.view().tip().height.next().get();
        (GOVERNOR, propose_motion(vec![schedule(2, next + 99)]))
    }),
    (Code::SignOfLifeInvalid, |ledger| {
        let motion = approved_addition(ledger);
        let sign = ledger.sign_of_life(motion, 0, 6, ledger.now());
        (GOVERNOR, activate(motion, vec![sign]))
    }),
    (Code::SignOfLifeInvalid, |ledger| {
        let motion = approved_addition(ledger);
        let sign = ledger.sign_of_life(motion, 1, 5, ledger.now());
        (GOVERNOR, activate(motion, vec![sign]))
    }),
    (Code::SignOfLifeStale, |ledger| {
        let motion = approved_addition(ledger);
        let old = time(ledger.next_time().get() - 10 * MINUTE_MS - 1);
        let sign = ledger.sign_of_life(motion, 0, 5, old);
        (GOVERNOR, activate(motion, vec![sign]))
    }),
    (Code::SignOfLifeStale, |ledger| {
        let motion = approved_addition(ledger);
        let ahead = ledger.next_time().plus_ms(2_001);
        let sign = ledger.sign_of_life(motion, 0, 5, ahead);
        (GOVERNOR, activate(motion, vec![sign]))
    }),
    (Code::NotGovernor, |ledger| {
        let motion = approved_addition(ledger);
        let sign = ledger.sign_of_life(motion, 0, 5, ledger.now());
        (ANNA, activate(motion, vec![sign]))
    }),
];

fn allow_follower(name: &str, number: u8, sponsor: u8) -> Action {
    let (name, sponsor) = (name.parse().expect("a valid name"), node(sponsor));
    let network_key = node_keys(number)[1].public_key();
    Action::AllowFollower(AllowFollower { name, network_key, sponsor, endpoint: None })
}

fn schedule(version: u32, height: u64) -> Action {
    Action::ScheduleVersion(ScheduleVersion { version, height: Height::new(height) })
}

/// A motion that waits for the sign of life of node 5.
fn approved_addition(ledger: &mut Ledger) -> u64 {
    let motion = ledger.enact(vec![ledger.add_validator(5, 1)]);
    assert!(matches!(ledger.status(motion), MotionStatus::Approved { .. }));
    motion
}
