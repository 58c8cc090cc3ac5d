//! Operations, roles and guardians in words.

use lojal_text::outside;
use lojal_types::{
    Action, AddressText, BrandAction, BrandId, Guardian, Guardians, MemberRole, Month, Offer, Operation, Points,
    Reference, Role, Roles, Take, TakenBackOf,
};
use lojal_wallet::time::{hold_end, utc};

use super::decimals::Decimals;
use super::programme::consents_text;
use crate::output::grouped;

/// An operation in words, as the account at `viewpoint` sees it.
pub(super) fn in_words(
    operation: &Operation<AddressText>,
    viewpoint: Option<AddressText>,
    decimals: &Decimals,
) -> String {
    let points = |amount: Points, brand: BrandId| format!("{} {brand}", grouped(amount, decimals.of(brand)));
    let is_own = |address: AddressText| viewpoint == Some(address);
    let of = |address: AddressText| if is_own(address) { String::new() } else { format!(" of {address}") };
    let member = |member: AddressText, household: AddressText, role: MemberRole| {
        let who = if is_own(member) { "you".to_owned() } else { member.to_string() };
        format!("{who} as {} in the household {household}", role_text(role))
    };
    match operation {
        Operation::Issue(one) => {
            let (points, until) = (points(one.amount, one.brand), good_until(one.expiry));
            let given =
                if is_own(one.to) { format!("got {points}, new") } else { format!("issued {points} to {}", one.to) };
            given + &until
        }
        Operation::Redeem(one) => format!("redeemed {}{}", points(one.amount, one.brand), of(one.from)),
        Operation::Transfer(one) => {
            let points = points(one.amount, one.brand);
            match (is_own(one.from), is_own(one.to)) {
                (true, _) => format!("sent {points} to {}", one.to),
                (false, true) => format!("got {points} from {}", one.from),
                (false, false) => format!("sent {points} from {} to {}", one.from, one.to),
            }
        }
        Operation::Reverse(one) if one.at_least == one.amount => {
            format!("took back {} from {}", points(one.amount, one.brand), one.from)
        }
        Operation::Reverse(one) => {
            let (least, most) = (points(one.at_least, one.brand), points(one.amount, one.brand));
            format!("took back {least} to {most} from {}", one.from)
        }
        Operation::Hold(one) => {
            let end = utc(hold_end(one.expires_ms));
            format!("held {}{} until {end} UTC", points(one.amount, one.brand), of(one.from))
        }
        Operation::Capture(one) => format!("took {} of what was held{}", points(one.amount, one.brand), of(one.from)),
        Operation::Refund(one) => format!("refunded {} to {}", points(one.amount, one.brand), one.to),
        Operation::Release(one) => {
            format!("released what was held of {}{}, reference {}", one.brand, of(one.from), one.hold_reference)
        }
        Operation::Convert(one) => {
            let (gone, come) = (points(one.burned, one.from), points(one.received, one.to));
            format!("got {come} for {gone}{}", of(one.account))
        }
        Operation::Offer(one) => offered(one, &points(one.amount, one.brand), &of(one.from)),
        Operation::Take(one) => traded(one, is_own(one.owner), &of(one.from), decimals),
        Operation::WithdrawOffer(one) => format!("withdrew the offer {} of {}{}", one.offer, one.brand, of(one.from)),
        Operation::RemoveOperator(one) => format!("{} doesn't act for {} any more", one.operator, one.brand),
        Operation::RotateKey(one) => format!("replaced the key by {}", one.new_key),
        Operation::SetGuardians(one) => format!("asked for the guardians: {}", guardians_text(&one.guardians)),
        Operation::StartRecovery(one) => format!("asked that {} gets the key {}", one.account, one.new_key),
        Operation::CancelRecovery(_) => "ended the recovery of the account".to_owned(),
        Operation::FinishRecovery(one) => format!("completed the recovery of {}", one.account),
        Operation::Freeze(_) => "froze the account".to_owned(),
        Operation::Unfreeze(_) => "asked to lift the freeze of the account".to_owned(),
        Operation::Agree(one) => format!("agreed to what waited on {}", one.account),
        Operation::CreateHousehold(_) => "made a household".to_owned(),
        Operation::Invite(one) => format!("invited {}", member(one.member, one.household, one.role)),
        Operation::Join(one) => format!("joined the household {}", one.household),
        Operation::Leave(one) => format!("left the household {}", one.household),
        Operation::SetMember(one) => format!("set {}", member(one.member, one.household, one.role)),
        Operation::RemoveMember(one) => format!("removed {} from the household {}", one.member, one.household),
        operation => between_brands(operation),
    }
}

fn offered(offer: &Offer<AddressText>, points: &str, of: &str) -> String {
    format!("offered {points}{of} at {} for {} of {}", offer.price_num, offer.price_den, offer.wants)
}

fn traded(take: &Take<AddressText>, is_seller: bool, of: &str, decimals: &Decimals) -> String {
    let points = |amount: Points, brand: BrandId| format!("{} {brand}", grouped(amount, decimals.of(brand)));
    let (come, gone) = (points(take.amount, take.brand), points(take.max_pay, take.wants));
    match is_seller {
        true => format!("sold {come} of an offer for {gone} at most"),
        false => format!("bought {come} for {gone} at most{of}"),
    }
}

/// The end of points that are issued with one of their own.
pub(super) fn good_until(expiry: Option<Month>) -> String {
    expiry.map_or_else(String::new, |month| format!(", good until the end of {month}"))
}

/// The reference that marks an operation, if there is one.
pub(super) fn reference_of(operation: &Operation<AddressText>) -> Option<&Reference> {
    match operation {
        Operation::Issue(one) => Some(&one.reference),
        Operation::Redeem(one) => one.request.as_ref().map(|request| &request.reference),
        Operation::Reverse(one) => Some(&one.reference),
        Operation::Hold(one) => Some(&one.request.reference),
        Operation::Capture(one) => Some(&one.reference),
        Operation::Refund(one) => Some(&one.reference),
        Operation::Release(one) => Some(&one.hold_reference),
        Operation::Settle(one) => Some(&one.reference),
        Operation::Stamp(one) => Some(&one.reference),
        Operation::TakeBack(one) => Some(&one.reference),
        Operation::Grant(one) => Some(&one.reference),
        _ => None,
    }
}

/// An operation of admins, in words.
fn between_brands(operation: &Operation<AddressText>) -> String {
    match operation {
        Operation::ProposePartnership(one) => format!("put forward terms for {} into {}", one.from, one.to),
        Operation::AcceptPartnership(one) => format!("accepted terms for {} into {}", one.from, one.to),
        Operation::EndPartnership(one) => format!("ended what {} and {} had agreed on", one.from, one.to),
        Operation::Settle(one) => {
            let sum = grouped(Points::new(one.amount.get()), 0);
            format!("confirmed that {} paid {} {sum} minor units", one.debtor, one.creditor)
        }
        Operation::SetPolicy(one) => format!("changed the policy of {}", one.brand),
        Operation::SetOperator(one) => {
            format!("the key {} acts for {}: {}", one.public_key, one.brand, roles_text(&one.roles))
        }
        Operation::ProposeForBrand(one) => {
            let actions: Vec<&str> = one.actions.iter().map(BrandAction::name).collect();
            format!("put forward for {}: {}", one.brand, actions.join(", "))
        }
        Operation::ApproveForBrand(one) => format!("approved motion {} of {}", one.motion, one.brand),
        Operation::StopForBrand(one) => format!("asked to stop motion {} of {}", one.motion, one.brand),
        Operation::SetApprovals(one) => format!("a motion of {} takes {} of its admins", one.brand, one.needed),
        Operation::CloseBrand(one) => match one.closes_ms {
            Some(closes) => format!("{} leaves at {} UTC", one.brand, utc(closes)),
            None => format!("{} stays after all", one.brand),
        },
        operation => of_programme(operation),
    }
}

/// An operation of a programme, in words.
fn of_programme(operation: &Operation<AddressText>) -> String {
    match operation {
        Operation::SetTrack(one) => format!("set track {} of {}", one.track, one.brand),
        Operation::Stamp(one) => match one.place {
            Some(place) => format!("stamped place {place} of track {} of {} for {}", one.track, one.brand, one.to),
            None => format!("stamped {} on track {} of {} for {}", one.amount, one.track, one.brand, one.to),
        },
        Operation::TakeBack(one) => {
            let of = match one.of {
                TakenBackOf::Stamp => "the stamp",
                TakenBackOf::Mark => "the mark under",
                TakenBackOf::Voucher => "the voucher under",
            };
            format!("took back {} of {of} {} of {} for {}", one.amount, one.of_reference, one.brand, one.from)
        }
        Operation::SetCampaign(one) => format!("set campaign {} of {}", one.campaign, one.brand),
        Operation::AcceptSponsorship(one) => {
            format!("agreed to pay for the points of campaign {} of {}", one.campaign, one.brand)
        }
        Operation::Grant(one) => {
            format!("granted {} by campaign {} of {} to {}", one.amount, one.campaign, one.brand, one.to)
        }
        Operation::Claim(one) => {
            let for_all = if one.quantity == 1 { String::new() } else { format!("{} of ", one.quantity) };
            let invited = if one.invitation.is_some() { ", by invitation" } else { "" };
            format!("claimed {for_all}campaign {} of {} for {}{invited}", one.campaign, one.brand, one.account)
        }
        Operation::UseVoucher(one) => {
            format!("used {} of voucher {} of {} for {}", one.quantity, one.voucher, one.brand, one.account)
        }
        Operation::SetPendingDays(one) => format!("{} days pending for what {} issues", one.days, one.brand),
        Operation::SetConsent(one) => format!("allowed {}: {}", one.brand, consents_text(one.consents)),
        operation => of_governors(operation),
    }
}

/// An operation of a governor, in words.
fn of_governors(operation: &Operation<AddressText>) -> String {
    match operation {
        Operation::Propose(one) => {
            let actions: Vec<&str> = one.actions.iter().map(Action::name).collect();
            format!("put forward: {}", actions.join(", "))
        }
        Operation::Approve(one) => format!("approved motion {}", one.motion),
        Operation::Withdraw(one) => format!("withdrew motion {}", one.motion),
        Operation::Activate(one) => format!("handed in signs of life for motion {}", one.motion),
        Operation::SetEndpoint(one) => match &one.endpoint {
            Some(endpoint) => format!("said that the validator's node is at {}", outside(endpoint)),
            None => "said no more where the validator's node is".to_owned(),
        },
        _ => operation.name().to_owned(),
    }
}

/// Roles in words.
pub(super) fn roles_text(roles: &Roles) -> String {
    let name = |role: &Role| match role {
        Role::Issue => "issue",
        Role::Capture => "capture",
        Role::Reverse => "reverse",
        Role::Admin => "admin",
        Role::Grant => "grant",
    };
    roles.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// A role in words.
pub(super) fn role_text(role: MemberRole) -> &'static str {
    match role {
        MemberRole::Admin => "admin",
        MemberRole::Adult => "adult",
        MemberRole::Child => "child",
    }
}

/// Guardians in words.
pub(super) fn guardians_text(guardians: &Guardians<AddressText>) -> String {
    let names: Vec<String> = guardians.guardians.iter().map(guardian_text).collect();
    match names.len() {
        0 => "no guardians: if the key and its words are lost, so are the points".to_owned(),
        count => format!("{} of {count}: {}", guardians.threshold, names.join(", ")),
    }
}

/// A guardian in words.
pub(super) fn guardian_text(guardian: &Guardian<AddressText>) -> String {
    match guardian {
        Guardian::Account(address) => address.to_string(),
        Guardian::Brand(brand) => format!("brand {brand}"),
    }
}
