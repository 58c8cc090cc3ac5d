//! Policies, operators and their limits.

use lojal_types::limits::POINTS_MAX;
use lojal_types::{Code, Operation, Policy, PublicKey, Role};

use super::Failing;
use crate::fixture::*;

pub(super) const FAILURES: &[(Code, Failing)] = &[
    (Code::UnknownBrand, |_| (TILL, set_policy("nobody", policy_of(GROCER)))),
    (Code::NotOperator, |_| (ANNA, set_policy(GROCER, policy_of(GROCER)))),
    (Code::NotOperator, |_| (BARISTA, set_policy(GROCER, policy_of(GROCER)))),
    (Code::RoleMissing, |_| (ISSUER, set_policy(GROCER, policy_of(GROCER)))),
    (Code::PolicyOutOfBounds, |_| (TILL, set_policy(GROCER, Policy { expiry_months: Some(61), ..policy_of(GROCER) }))),
    (Code::UnknownBrand, |_| (TILL, set_operator("nobody", 20, &[Role::Issue], None))),
    (Code::NotOperator, |_| (ANNA, set_operator(GROCER, ANNA, &[Role::Issue], None))),
    (Code::RoleMissing, |_| (ISSUER, set_operator(GROCER, ISSUER, &ALL_ROLES, None))),
    (Code::InvalidKey, |_| {
        let Operation::SetOperator(mut set) = set_operator(GROCER, 20, &[Role::Issue], None) else { unreachable!() };
        set.public_key = PublicKey::new([2; 32]);
        (TILL, Operation::SetOperator(set))
    }),
    (Code::RolesOutOfOrder, |_| (TILL, set_operator(GROCER, 20, &[Role::Reverse, Role::Issue], None))),
    (Code::RolesOutOfOrder, |_| (TILL, set_operator(GROCER, 20, &[Role::Issue, Role::Issue], None))),
    (Code::AmountTooLarge, |_| (TILL, set_operator(GROCER, 20, &[Role::Issue], Some(POINTS_MAX + 1)))),
    // The grocer starts with four.
    (Code::TooManyOperators, |ledger| {
        let more = (60..120).map(|seed| set_operator(GROCER, seed, &[Role::Issue], None)).collect();
        assert_eq!(ledger.run(TILL, more), lojal_types::Outcome::Applied);
        (TILL, set_operator(GROCER, 120, &[Role::Issue], None))
    }),
    (Code::LastAdmin, |_| (TILL, set_operator(GROCER, TILL, &[Role::Issue], None))),
    (Code::UnknownBrand, |_| (TILL, remove_operator("nobody", ISSUER))),
    (Code::NotOperator, |_| (ANNA, remove_operator(GROCER, ISSUER))),
    (Code::RoleMissing, |_| (ISSUER, remove_operator(GROCER, ISSUER))),
    (Code::UnknownOperator, |_| (TILL, remove_operator(GROCER, ANNA))),
    (Code::LastAdmin, |_| (TILL, remove_operator(GROCER, TILL))),
    (Code::MotionNeeded, |ledger| {
        ledger.let_brand_ask_for(GROCER, 2, 0);
        (TILL, set_policy(GROCER, Policy::open()))
    }),
    (Code::MotionNeeded, |ledger| {
        ledger.apply(TILL, set_approvals(GROCER, 1, DAY_MS));
        (TILL, set_policy(GROCER, Policy::open()))
    }),
    (Code::MotionWaits, |ledger| {
        ledger.apply(TILL, set_approvals(GROCER, 1, DAY_MS));
        let motion = ledger.propose_for(TILL, GROCER, vec![set_policy(GROCER, Policy::open())]);
        (TILL, ledger.approval_of(GROCER, motion))
    }),
    (Code::AlreadyApproved, |ledger| {
        ledger.let_brand_ask_for(GROCER, 2, 0);
        let motion = ledger.propose_for(TILL, GROCER, vec![set_policy(GROCER, Policy::open())]);
        (TILL, ledger.approval_of(GROCER, motion))
    }),
    (Code::MotionDiffers, |ledger| {
        ledger.let_brand_ask_for(GROCER, 2, 0);
        let motion = ledger.propose_for(TILL, GROCER, vec![set_policy(GROCER, Policy::open())]);
        (BOSS, approve_for(GROCER, motion, lojal_types::Hash::new([7; 32])))
    }),
    (Code::UnknownMotion, |_| (TILL, stop_for(GROCER, lojal_types::MotionId::new(1)))),
    (Code::RoleMissing, |_| (ISSUER, stop_for(GROCER, lojal_types::MotionId::new(1)))),
    (Code::NotOperator, |_| (ANNA, propose_for(GROCER, vec![set_policy(GROCER, policy_of(GROCER))]))),
    (Code::UnknownBrand, |_| (TILL, propose_for("nobody", vec![set_policy(GROCER, policy_of(GROCER))]))),
    (Code::ApprovalsOutOfBounds, |_| (TILL, set_approvals(GROCER, 2, 0))),
    (Code::ApprovalsOutOfBounds, |_| (TILL, set_approvals(GROCER, 0, 0))),
    (Code::ActionOfOtherBrand, |_| (TILL, propose_for(GROCER, vec![set_policy(CAFE, policy_of(CAFE))]))),
    (Code::BrandClosing, |ledger| {
        ledger.apply(TILL, close_brand(GROCER, Some(ledger.leaving_at())));
        (TILL, issue(GROCER, ANNA, 1, "new"))
    }),
    (Code::BrandClosed, |ledger| {
        let closes = ledger.leaving_at();
        ledger.apply(TILL, close_brand(GROCER, Some(closes)));
        ledger.pass_to(closes);
        (ANNA, redeem(GROCER, ANNA, 1))
    }),
    (Code::ClosingOutOfRange, |ledger| (TILL, close_brand(GROCER, Some(ledger.next_time())))),
    (Code::ClosingOutOfRange, |_| (TILL, close_brand(GROCER, None))),
    (Code::UnknownBrand, |_| (TILL, close_brand("nobody", None))),
    (Code::RoleMissing, |_| (ISSUER, close_brand(GROCER, None))),
    (Code::IssueDailyMaxReached, |_| (ISSUER, issue(GROCER, ANNA, 1001, "new"))),
    (Code::IssueDailyMaxReached, |ledger| {
        ledger.apply(ISSUER, issue(GROCER, ANNA, 900, "new"));
        (ISSUER, issue(GROCER, BO, 101, "newer"))
    }),
];
