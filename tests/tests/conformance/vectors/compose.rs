//! Operations as the samples write them: brands as slugs, references as words. Everything here is part of the vectors'
//! inputs.

use lojal_types::{
    AcceptPartnership, AddressText, Agree, Bounded, CancelRecovery, Capture, Convert, CreateHousehold, EndPartnership,
    FinishRecovery, Freeze, Guardian, Guardians, Hash, Hold, Invite, Issue, Join, Leave, MemberLimit, MemberLimits,
    MemberRole, Money, Operation, PartnershipTerms, Points, Policy, ProposePartnership, Redeem, Reference, Release,
    RemoveMember, RemoveOperator, Reverse, Role, RotateKey, SetGuardians, SetMember, SetOperator, SetPolicy, Settle,
    StartRecovery, TimeMs, Transfer, Unfreeze,
};

use super::samples::{key, parse, seed};

/// An operation in JSON form.
pub(super) type Written = Operation<AddressText>;

/// The bytes of a word of 1 to 32 letters.
pub(super) fn reference(word: &str) -> Reference {
    parse(&hex::encode(word))
}

pub(super) fn issue(brand: &str, to: AddressText, amount: u64, receipt: &str) -> Written {
    let (brand, amount) = (parse(brand), Points::new(amount));
    Operation::Issue(Issue { brand, to, amount, reference: reference(receipt) })
}

pub(super) fn redeem(brand: &str, from: AddressText, amount: u64, request: Option<&str>) -> Written {
    let (brand, amount) = (parse(brand), Points::new(amount));
    Operation::Redeem(Redeem { brand, from, amount, reference: request.map(reference) })
}

pub(super) fn transfer(brand: &str, from: AddressText, to: AddressText, amount: u64) -> Written {
    Operation::Transfer(Transfer { brand: parse(brand), from, to, amount: Points::new(amount) })
}

/// A reversal of at least and at most so many points.
pub(super) fn reverse(
    brand: &str,
    from: AddressText,
    (at_least, amount): (u64, u64),
    receipt: &str,
    own: &str,
) -> Written {
    let (brand, at_least, amount) = (parse(brand), Points::new(at_least), Points::new(amount));
    let (issue_reference, reference) = (reference(receipt), reference(own));
    Operation::Reverse(Reverse { brand, from, amount, at_least, issue_reference, reference })
}

pub(super) fn hold(brand: &str, from: AddressText, amount: u64, request: &str, expires_ms: TimeMs) -> Written {
    let (brand, amount) = (parse(brand), Points::new(amount));
    Operation::Hold(Hold { brand, from, amount, reference: reference(request), expires_ms })
}

pub(super) fn capture(brand: &str, from: AddressText, request: &str, amount: u64, own: &str) -> Written {
    let (brand, amount) = (parse(brand), Points::new(amount));
    let (hold_reference, reference) = (reference(request), reference(own));
    Operation::Capture(Capture { brand, from, hold_reference, amount, reference })
}

pub(super) fn release(brand: &str, from: AddressText, request: &str) -> Written {
    Operation::Release(Release { brand: parse(brand), from, hold_reference: reference(request) })
}

pub(super) fn propose(from: &str, to: &str, terms: PartnershipTerms) -> Written {
    Operation::ProposePartnership(ProposePartnership { from: parse(from), to: parse(to), terms })
}

pub(super) fn accept(from: &str, to: &str, terms: PartnershipTerms) -> Written {
    Operation::AcceptPartnership(AcceptPartnership { from: parse(from), to: parse(to), terms })
}

pub(super) fn end(from: &str, to: &str) -> Written {
    Operation::EndPartnership(EndPartnership { from: parse(from), to: parse(to) })
}

pub(super) fn convert(account: AddressText, from: &str, to: &str, burned: u64, received: u64) -> Written {
    let (burned, received) = (Points::new(burned), Points::new(received));
    Operation::Convert(Convert { account, from: parse(from), to: parse(to), burned, received })
}

pub(super) fn settle(creditor: &str, debtor: &str, minor: u64, payment: &str) -> Written {
    let (creditor, debtor, amount) = (parse(creditor), parse(debtor), Money::new(minor));
    Operation::Settle(Settle { creditor, debtor, amount, reference: reference(payment) })
}

pub(super) fn set_policy(brand: &str, policy: Policy) -> Written {
    Operation::SetPolicy(SetPolicy { brand: parse(brand), policy })
}

/// Makes the key of a secret of 32 equal bytes an operator.
pub(super) fn set_operator(brand: &str, operator: u8, roles: &[Role], issue_daily_max: Option<u64>) -> Written {
    Operation::SetOperator(SetOperator {
        brand: parse(brand),
        public_key: key(&seed(operator)).public_key(),
        roles: Bounded::new(roles.to_vec()).expect("one to four roles"),
        issue_daily_max: issue_daily_max.map(Points::new),
    })
}

pub(super) fn remove_operator(brand: &str, operator: AddressText) -> Written {
    Operation::RemoveOperator(RemoveOperator { brand: parse(brand), operator })
}

/// Replaces the key by that of a secret of 32 equal bytes.
pub(super) fn rotate_key(new_key: u8) -> Written {
    Operation::RotateKey(RotateKey { new_key: key(&seed(new_key)).public_key() })
}

/// Guardians in their order, whatever order they are given in.
pub(super) fn guardians(mut list: Vec<Guardian<AddressText>>, threshold: u8) -> Guardians<AddressText> {
    list.sort_unstable();
    Guardians { guardians: Bounded::new(list).expect("at most three"), threshold }
}

pub(super) fn set_guardians(guardians: Guardians<AddressText>) -> Written {
    Operation::SetGuardians(SetGuardians { guardians })
}

/// Asks for the key of a secret of 32 equal bytes.
pub(super) fn start_recovery(account: AddressText, new_key: u8) -> Written {
    Operation::StartRecovery(StartRecovery { account, new_key: key(&seed(new_key)).public_key() })
}

pub(super) fn cancel_recovery() -> Written {
    Operation::CancelRecovery(CancelRecovery {})
}

pub(super) fn finish_recovery(account: AddressText) -> Written {
    Operation::FinishRecovery(FinishRecovery { account })
}

pub(super) fn freeze() -> Written {
    Operation::Freeze(Freeze {})
}

pub(super) fn agree(account: AddressText, digest: Hash) -> Written {
    Operation::Agree(Agree { account, digest })
}

pub(super) fn unfreeze() -> Written {
    Operation::Unfreeze(Unfreeze {})
}

pub(super) fn create_household() -> Written {
    Operation::CreateHousehold(CreateHousehold {})
}

/// Limits in the order given.
pub(super) fn limits(limits: &[(&str, u64)]) -> MemberLimits {
    let limit = |(brand, max): &(&str, u64)| MemberLimit { brand: parse(brand), month_max: Points::new(*max) };
    Bounded::new(limits.iter().map(limit).collect()).expect("at most 16 limits")
}

pub(super) fn invite(
    household: AddressText,
    member: AddressText,
    role: MemberRole,
    of_month: &[(&str, u64)],
) -> Written {
    Operation::Invite(Invite { household, member, role, limits: limits(of_month) })
}

pub(super) fn join(household: AddressText) -> Written {
    Operation::Join(Join { household })
}

pub(super) fn leave(household: AddressText) -> Written {
    Operation::Leave(Leave { household })
}

pub(super) fn set_member(
    household: AddressText,
    member: AddressText,
    role: MemberRole,
    of_month: &[(&str, u64)],
) -> Written {
    Operation::SetMember(SetMember { household, member, role, limits: limits(of_month) })
}

pub(super) fn remove_member(household: AddressText, member: AddressText) -> Written {
    Operation::RemoveMember(RemoveMember { household, member })
}
