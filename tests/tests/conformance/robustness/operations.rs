//! Generated operations, by group. A new kind gets a line here; a test fails until it has one.

use lojal_types::{
    AcceptPartnership, Agree, AnsweredRequest, ApproveForBrand, BrandAction, CancelRecovery, Capture, CloseBrand,
    Convert, CreateHousehold, EndPartnership, FinishRecovery, Freeze, Hold, Invite, Issue, Join, Leave, Month,
    MotionId, Operation, ProposeForBrand, ProposePartnership, Redeem, Release, RemoveMember, RemoveOperator, Reverse,
    RotateKey, SetApprovals, SetGuardians, SetMember, SetOperator, SetPolicy, Settle, StartRecovery, StopForBrand,
    Transfer, Unfreeze,
};
use proptest::option;
use proptest::prelude::*;

use super::campaigns::{accept_sponsorship, campaign_operation, set_campaign};
use super::governance::governor_operation;
use super::market::market_operation;
use super::messages::{guardians, limits, policy, terms};
use super::programme::{programme_operation, set_pending_days, set_track};
use super::values::*;
use super::vouchers::voucher_operation;

/// Any operation.
pub(super) fn operation() -> BoxedStrategy<Operation> {
    // As often as a group has kinds.
    prop_oneof![
        4 => points_operation(),
        3 => hold_operation(),
        5 => operation_between_brands(),
        8 => brand_operation(),
        8 => key_operation(),
        6 => household_operation(),
        5 => governor_operation(),
        4 => programme_operation(),
        4 => campaign_operation(),
        2 => voucher_operation(),
        3 => market_operation(),
    ]
    .boxed()
}

pub(super) fn points_operation() -> BoxedStrategy<Operation> {
    let issue = (brand_id(), address(), points(), (reference(), day()), option::of(any::<u16>().prop_map(Month::new)))
        .prop_map(|(brand, to, amount, (reference, dated), expiry)| {
            Operation::Issue(Issue { brand, to, amount, reference, dated, expiry })
        });
    let redeem = (brand_id(), address(), points(), option::of(answered()))
        .prop_map(|(brand, from, amount, request)| Operation::Redeem(Redeem { brand, from, amount, request }));
    let transfer = (brand_id(), address(), address(), points())
        .prop_map(|(brand, from, to, amount)| Operation::Transfer(Transfer { brand, from, to, amount }));
    let dated = || (reference(), day());
    let reverse = (brand_id(), address(), points(), points(), dated(), dated()).prop_map(
        |(brand, from, amount, at_least, (issue_reference, issue_dated), (reference, dated))| {
            Operation::Reverse(Reverse {
                brand,
                from,
                amount,
                at_least,
                issue_reference,
                issue_dated,
                reference,
                dated,
            })
        },
    );
    prop_oneof![issue, redeem, transfer, reverse].boxed()
}

/// The words of an answer on its request.
fn answered() -> BoxedStrategy<AnsweredRequest> {
    let parts = (reference(), day(), time(), any::<bool>(), salt());
    let answered = parts.prop_map(|(reference, dated, until_ms, for_household, salt)| AnsweredRequest {
        reference,
        dated,
        until_ms,
        for_household,
        salt,
    });
    answered.boxed()
}

pub(super) fn hold_operation() -> BoxedStrategy<Operation> {
    let hold =
        (brand_id(), address(), points(), time(), answered()).prop_map(|(brand, from, amount, expires_ms, request)| {
            Operation::Hold(Hold { brand, from, amount, expires_ms, request })
        });
    let dated = || (reference(), day());
    let capture = (brand_id(), address(), dated(), points(), dated()).prop_map(
        |(brand, from, (hold_reference, hold_dated), amount, (reference, dated))| {
            Operation::Capture(Capture { brand, from, hold_reference, hold_dated, amount, reference, dated })
        },
    );
    let release = (brand_id(), address(), dated()).prop_map(|(brand, from, (hold_reference, hold_dated))| {
        Operation::Release(Release { brand, from, hold_reference, hold_dated })
    });
    prop_oneof![hold, capture, release].boxed()
}

pub(super) fn operation_between_brands() -> BoxedStrategy<Operation> {
    let propose = (brand_id(), brand_id(), terms())
        .prop_map(|(from, to, terms)| Operation::ProposePartnership(ProposePartnership { from, to, terms }));
    let accept = (brand_id(), brand_id(), terms())
        .prop_map(|(from, to, terms)| Operation::AcceptPartnership(AcceptPartnership { from, to, terms }));
    let end = (brand_id(), brand_id()).prop_map(|(from, to)| Operation::EndPartnership(EndPartnership { from, to }));
    let convert =
        (address(), brand_id(), brand_id(), points(), points()).prop_map(|(account, from, to, burned, received)| {
            Operation::Convert(Convert { account, from, to, burned, received })
        });
    let settle = (brand_id(), brand_id(), money(), reference()).prop_map(|(creditor, debtor, amount, reference)| {
        Operation::Settle(Settle { creditor, debtor, amount, reference })
    });
    prop_oneof![propose, accept, end, convert, settle].boxed()
}

pub(super) fn brand_operation() -> BoxedStrategy<Operation> {
    let set_policy =
        (brand_id(), policy()).prop_map(|(brand, policy)| Operation::SetPolicy(SetPolicy { brand, policy }));
    let set_operator = (brand_id(), public_key(), list(role()), option::of(points())).prop_map(
        |(brand, public_key, roles, issue_daily_max)| {
            Operation::SetOperator(SetOperator { brand, public_key, roles, issue_daily_max })
        },
    );
    let remove_operator = (brand_id(), address())
        .prop_map(|(brand, operator)| Operation::RemoveOperator(RemoveOperator { brand, operator }));
    let motion = || (brand_id(), number().prop_map(MotionId::new));
    let set_approvals = (brand_id(), any::<u8>(), number())
        .prop_map(|(brand, needed, delay_ms)| Operation::SetApprovals(SetApprovals { brand, needed, delay_ms }));
    let propose = (brand_id(), list(brand_action()))
        .prop_map(|(brand, actions)| Operation::ProposeForBrand(ProposeForBrand { brand, actions }));
    let approve = (motion(), hash())
        .prop_map(|((brand, motion), digest)| Operation::ApproveForBrand(ApproveForBrand { brand, motion, digest }));
    let stop = motion().prop_map(|(brand, motion)| Operation::StopForBrand(StopForBrand { brand, motion }));
    let close = close_brand();
    prop_oneof![set_policy, set_operator, remove_operator, set_approvals, propose, approve, stop, close].boxed()
}

fn close_brand() -> BoxedStrategy<Operation> {
    let close = (brand_id(), option::of(time()));
    close.prop_map(|(brand, closes_ms)| Operation::CloseBrand(CloseBrand { brand, closes_ms })).boxed()
}

/// Any action of a brand's motion.
pub(super) fn brand_action() -> BoxedStrategy<BrandAction> {
    let set_approvals = (brand_id(), any::<u8>(), number())
        .prop_map(|(brand, needed, delay_ms)| Operation::SetApprovals(SetApprovals { brand, needed, delay_ms }));
    let set_policy =
        (brand_id(), policy()).prop_map(|(brand, policy)| Operation::SetPolicy(SetPolicy { brand, policy }));
    let set_operator = (brand_id(), public_key(), list(role()), option::of(points())).prop_map(
        |(brand, public_key, roles, issue_daily_max)| {
            Operation::SetOperator(SetOperator { brand, public_key, roles, issue_daily_max })
        },
    );
    let remove_operator = (brand_id(), address())
        .prop_map(|(brand, operator)| Operation::RemoveOperator(RemoveOperator { brand, operator }));
    let any = prop_oneof![
        set_track(),
        set_campaign(),
        accept_sponsorship(),
        set_pending_days(),
        set_approvals,
        set_policy,
        set_operator,
        remove_operator,
        close_brand(),
        operation_between_brands(),
        key_operation()
    ];
    any.prop_filter_map("only what admins do", BrandAction::of).boxed()
}

pub(super) fn key_operation() -> BoxedStrategy<Operation> {
    prop_oneof![
        public_key().prop_map(|new_key| Operation::RotateKey(RotateKey { new_key })),
        guardians().prop_map(|guardians| Operation::SetGuardians(SetGuardians { guardians })),
        (address(), public_key())
            .prop_map(|(account, new_key)| Operation::StartRecovery(StartRecovery { account, new_key })),
        Just(Operation::CancelRecovery(CancelRecovery {})),
        address().prop_map(|account| Operation::FinishRecovery(FinishRecovery { account })),
        (address(), hash()).prop_map(|(account, digest)| Operation::Agree(Agree { account, digest })),
        Just(Operation::Freeze(Freeze {})),
        Just(Operation::Unfreeze(Unfreeze {})),
    ]
    .boxed()
}

pub(super) fn household_operation() -> BoxedStrategy<Operation> {
    let invite = (address(), address(), member_role(), limits())
        .prop_map(|(household, member, role, limits)| Operation::Invite(Invite { household, member, role, limits }));
    let set_member = (address(), address(), member_role(), limits()).prop_map(|(household, member, role, limits)| {
        Operation::SetMember(SetMember { household, member, role, limits })
    });
    let remove_member = (address(), address())
        .prop_map(|(household, member)| Operation::RemoveMember(RemoveMember { household, member }));
    prop_oneof![
        Just(Operation::CreateHousehold(CreateHousehold {})),
        invite,
        address().prop_map(|household| Operation::Join(Join { household })),
        address().prop_map(|household| Operation::Leave(Leave { household })),
        set_member,
        remove_member,
    ]
    .boxed()
}
