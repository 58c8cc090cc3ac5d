//! Operations as the samples write them: brands as slugs, references as words. Everything here is part of the vectors'
//! inputs.

mod brand_motions;
mod campaigns;
mod governance;
mod market;
mod programme;
mod vouchers;

use std::collections::BTreeMap;

use lojal_types::limits::REFERENCE_BYTES_MAX;
use lojal_types::{
    AcceptPartnership, AddressText, Agree, AnsweredRequest, Bounded, CancelRecovery, Capture, ChainId, Convert,
    CreateHousehold, Day, EndPartnership, FinishRecovery, Freeze, Guardian, Guardians, Hash, Hold, Invite, Issue, Join,
    Leave, MemberLimit, MemberLimits, MemberRole, Money, Operation, PartnershipTerms, Payment, Points, Policy,
    ProposePartnership, Redeem, Reference, Refund, Release, RemoveMember, RemoveOperator, Request, Reverse, Role,
    RotateKey, Salt, SetGuardians, SetMember, SetOperator, SetPolicy, Settle, StartRecovery, TimeMs, Transfer,
    Unfreeze,
};

pub(super) use self::brand_motions::{brand_actions, motion_of_first, of_admins_together};
pub(super) use self::campaigns::{
    accept_sponsorship, claim, club, grant, of_campaigns, set_campaign, sponsored, welcome,
};
pub(super) use self::governance::{actions, of_governors};
pub(super) use self::market::{of_market, offer, take, take_of, withdraw_offer};
pub(super) use self::programme::{
    harder_track, of_programme, rolling, set_consent, set_pending_days, stamp, take_back, track,
};
pub(super) use self::vouchers::{coffees, meals, of_vouchers, refund, use_voucher};
use super::samples::{START_MS, address, key, parse, seed, time};

/// An operation in JSON form.
pub(super) type Written = Operation<AddressText>;

/// The end of the requests.
const REQUEST_END_MS: u64 = 4_102_444_800_000;

/// The day of every reference that has no other.
pub(super) fn today() -> Day {
    time(START_MS).day()
}

/// The bytes of a word of 1 to 32 letters.
pub(super) fn reference(word: &str) -> Reference {
    parse(&hex::encode(word))
}

pub(super) fn issue(brand: &str, to: AddressText, amount: u64, receipt: &str) -> Written {
    let (brand, amount) = (parse(brand), Points::new(amount));
    Operation::Issue(Issue { brand, to, amount, reference: reference(receipt), dated: today(), expiry: None })
}

/// An issue whose points expire with a month of their own.
pub(super) fn issue_until(month: &str, brand: &str, to: AddressText, amount: u64, receipt: &str) -> Written {
    let (brand, amount, expiry) = (parse(brand), Points::new(amount), Some(parse(month)));
    Operation::Issue(Issue { brand, to, amount, reference: reference(receipt), dated: today(), expiry })
}

pub(super) fn redeem(brand: &str, from: AddressText, amount: u64, request: Option<&str>) -> Written {
    let (brand, amount) = (parse(brand), Points::new(amount));
    Operation::Redeem(Redeem { brand, from, amount, request: request.map(named_request) })
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
    let (issue_dated, dated) = (today(), today());
    Operation::Reverse(Reverse { brand, from, amount, at_least, issue_reference, issue_dated, reference, dated })
}

pub(super) fn hold(brand: &str, from: AddressText, amount: u64, request: &str, expires_ms: TimeMs) -> Written {
    let (brand, amount) = (parse(brand), Points::new(amount));
    Operation::Hold(Hold { brand, from, amount, expires_ms, request: named_request(request) })
}

/// A till's request with a word of at most 16 letters as its random bytes, and, until [`refer`], as its reference.
fn named_request(word: &str) -> AnsweredRequest {
    let mut salt = [0; 16];
    salt[..word.len()].copy_from_slice(word.as_bytes());
    let (until_ms, salt) = (time(REQUEST_END_MS), Salt::new(salt));
    AnsweredRequest { reference: reference(word), dated: today(), until_ms, for_household: false, salt }
}

/// Puts the references of requests on a network in the place of their words, which are shorter.
pub(super) fn refer(chain: &ChainId, operations: &mut [&mut Written]) {
    let mut references = BTreeMap::new();
    for operation in operations.iter_mut() {
        let Some(asked) = asked(operation) else { continue };
        let said = answered(operation).expect("it answers one");
        if said.reference.as_bytes().len() < REFERENCE_BYTES_MAX {
            let word = std::mem::replace(&mut said.reference, asked.reference(chain));
            references.insert(word, said.reference.clone());
        }
    }
    for operation in operations {
        if let Operation::Capture(Capture { hold_reference: named, .. })
        | Operation::Release(Release { hold_reference: named, .. })
        | Operation::Refund(Refund { of: Payment::Redeem, of_reference: named, .. }) = operation
        {
            *named = references.get(named).unwrap_or(named).clone();
        }
    }
}

/// The request that an operation answers.
fn asked(operation: &Written) -> Option<Request> {
    let Ok(operation) = operation.clone().try_map(|text| Ok::<_, std::convert::Infallible>(address(text)));
    match operation {
        Operation::Redeem(redeem) => redeem.asked(),
        Operation::Hold(hold) => Some(hold.asked()),
        _ => None,
    }
}

fn answered(operation: &mut Written) -> Option<&mut AnsweredRequest> {
    match operation {
        Operation::Redeem(redeem) => redeem.request.as_mut(),
        Operation::Hold(hold) => Some(&mut hold.request),
        _ => None,
    }
}

/// The answer to a request that has another end.
pub(super) fn asked_until(until_ms: TimeMs, mut operation: Written) -> Written {
    answered(&mut operation).expect("it answers one").until_ms = until_ms;
    operation
}

/// The answer to a request that names the household whose pool pays.
pub(super) fn for_household(mut operation: Written) -> Written {
    answered(&mut operation).expect("it answers one").for_household = true;
    operation
}

/// A redemption of other points than the request asks for whose reference it takes.
pub(super) fn squatted(chain: &ChainId, mut operation: Written, amount: u64) -> Written {
    refer(chain, &mut [&mut operation]);
    let Operation::Redeem(redeem) = &mut operation else { panic!("another operation") };
    redeem.amount = Points::new(amount);
    operation
}

pub(super) fn capture(brand: &str, from: AddressText, request: &str, amount: u64, own: &str) -> Written {
    let (brand, amount) = (parse(brand), Points::new(amount));
    let (hold_reference, reference) = (reference(request), reference(own));
    let (hold_dated, dated) = (today(), today());
    Operation::Capture(Capture { brand, from, hold_reference, hold_dated, amount, reference, dated })
}

pub(super) fn release(brand: &str, from: AddressText, request: &str) -> Written {
    let (brand, hold_reference, hold_dated) = (parse(brand), reference(request), today());
    Operation::Release(Release { brand, from, hold_reference, hold_dated })
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
