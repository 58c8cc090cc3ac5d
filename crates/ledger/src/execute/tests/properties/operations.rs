//! The operations that wishes take as things stand.

use lojal_types::{
    Address, BrandId, Hold, MemberRole, Operation, PartnershipTerms, Points, Policy, PublicKey, Reverse, Role, TimeMs,
};

use super::super::model::{Model, ModelHold};
use super::ACTORS;
use super::wishes::{Amount, Source, Target, Wish};
use crate::fixture::{self, *};

fn id_of(index: usize) -> &'static str {
    BRANDS.get(index).copied().unwrap_or("nobody")
}

/// One of several by a number, but nothing for every fourth number.
fn pick<T>(several: Vec<T>, number: usize) -> Option<T> {
    let count = several.len();
    if number % 4 == 3 || count == 0 { None } else { several.into_iter().nth(number % count) }
}

/// A household, those of the sender first, or the address of somebody who is none.
fn pool(model: &Model, sender: u8, number: usize) -> Address {
    let own = model.memberships(address(sender));
    let others = model.households.keys().filter(|household| !own.contains(household)).copied();
    let household = if own.is_empty() { pick(others.collect(), number) } else { pick(own, number) };
    household.unwrap_or(address(ACTORS[number % ACTORS.len()]))
}

/// A household that has invited the sender, or any.
fn inviting(model: &Model, sender: u8, number: usize) -> Address {
    let invites = model.households.iter().filter(|(_, household)| household.invited.contains_key(&address(sender)));
    pick(invites.map(|(one, _)| *one).collect(), number).unwrap_or_else(|| pool(model, sender, number))
}

/// A pair of brands for which something holds, or the pair that was wished for.
fn pair(wished: (usize, usize), pairs: impl Iterator<Item = (BrandId, BrandId)>) -> (String, String) {
    let suitable = pick(pairs.collect(), wished.0 + 3 * wished.1);
    let text = |(from, to): (BrandId, BrandId)| (from.to_string(), to.to_string());
    suitable.map_or((id_of(wished.0).to_owned(), id_of(wished.1).to_owned()), text)
}

/// Somebody who can probably do what is wished for.
pub(super) fn somebody_suited(model: &Model, wish: &Wish, anybody: u8) -> u8 {
    let invited = |actor: &&u8| model.households.values().any(|one| one.invited.contains_key(&address(**actor)));
    match wish {
        Wish::Issue { amount: Amount::AllAnd(_), .. } => ISSUER,
        Wish::Accept { .. } if anybody != TILL => BARISTA,
        Wish::Reverse { .. } if anybody == RETURNS => RETURNS,
        Wish::Capture { .. } | Wish::Release { .. } if anybody == CASHIER => CASHIER,
        Wish::Issue { .. }
        | Wish::Reverse { .. }
        | Wish::Capture { .. }
        | Wish::Release { .. }
        | Wish::Propose { .. }
        | Wish::Accept { .. }
        | Wish::End { .. }
        | Wish::Settle { .. }
        | Wish::SetPolicy { .. }
        | Wish::SetOperator { .. }
        | Wish::RemoveOperator { .. } => TILL,
        Wish::StartRecovery { .. } | Wish::FinishRecovery { .. } => [BO, CLEO][usize::from(anybody % 2)],
        Wish::Join { .. } => ACTORS.iter().find(invited).copied().unwrap_or(anybody),
        Wish::Invite { .. } | Wish::SetMember { .. } | Wish::RemoveMember { .. } => ANNA,
        _ => anybody,
    }
}

fn source_address(model: &Model, sender: u8, source: &Source) -> Address {
    match source {
        Source::Own => address(sender),
        Source::Actor(actor) => address(ACTORS[*actor]),
        Source::Pool(index) => pool(model, sender, *index),
    }
}

fn target_address(model: &Model, sender: u8, target: &Target) -> Address {
    match target {
        Target::Actor(actor) => address(ACTORS[*actor]),
        Target::Pool(index) => pool(model, sender, *index),
    }
}

fn exact(amount: &Amount, all: u64) -> u64 {
    match amount {
        Amount::Exactly(amount) => *amount,
        Amount::AllAnd(more) => all.saturating_add_signed(*more),
    }
}

/// What an account holds, in the model.
fn held(model: &Model, account: Address, id: &str) -> u64 {
    id.parse::<BrandId>().map_or(0, |id| model.balance(account, id).iter().map(|(_, amount)| amount).sum())
}

/// The operation that a wish takes at a time.
pub(super) fn operation(model: &Model, sender: u8, time: TimeMs, wish: &Wish) -> Operation {
    match wish {
        Wish::Issue { brand, to: target, amount, receipt } => {
            let target = target_address(model, sender, target);
            let amount = exact(amount, held(model, target, id_of(*brand)));
            to(target, issue(id_of(*brand), sender, amount, &format!("receipt {receipt}")))
        }
        Wish::Redeem { brand, from, amount, request } => {
            let from = source_address(model, sender, from);
            let (id, amount) = (id_of(*brand), exact(amount, held(model, from, id_of(*brand))));
            match request {
                Some(request) => of(from, redeem_for(id, sender, amount, &format!("request {request}"))),
                None => of(from, redeem(id, sender, amount)),
            }
        }
        Wish::Transfer { brand, from, to: target, amount } => {
            let from = source_address(model, sender, from);
            let amount = exact(amount, held(model, from, id_of(*brand)));
            to(target_address(model, sender, target), of(from, transfer(id_of(*brand), sender, sender, amount)))
        }
        Wish::Reverse { brand, from, amount, issue, own } => {
            reversal(model, sender, *brand, *from, amount, *issue, *own)
        }
        Wish::Hold { brand, from, amount, request, ms } => {
            let from = source_address(model, sender, from);
            let amount = exact(amount, held(model, from, id_of(*brand)));
            of(from, hold(id_of(*brand), sender, amount, &format!("hold {request}"), time.plus_ms(*ms)))
        }
        Wish::Capture { hold, from, amount, own } => {
            let hold = recent_hold(model, *hold);
            let amount = exact(amount, hold.lots.iter().map(|(_, amount)| amount).sum());
            let operation = capture(hold.brand.as_str(), sender, "none", amount, &format!("capture {own}"));
            of_hold(&hold, *from, operation)
        }
        Wish::Release { hold, from } => {
            let hold = recent_hold(model, *hold);
            of_hold(&hold, *from, release(hold.brand.as_str(), sender, "none"))
        }
        Wish::Convert { account, from, to, amount, min } => {
            let account = source_address(model, sender, account);
            let agreed = model.partnerships.iter().filter(|(_, one)| one.terms.is_some()).map(|(pair, _)| *pair);
            let (from, to) = pair((*from, *to), agreed);
            let amount = exact(amount, held(model, account, &from));
            of(account, convert(sender, &from, &to, amount, *min))
        }
        Wish::Rotate { key: 0 } => rotate(PublicKey::new([2; 32])),
        Wish::Rotate { key: number } => rotate(key(later_key(sender, *number)).public_key()),
        _ => brand_operation(model, wish).unwrap_or_else(|| account_operation(model, sender, wish)),
    }
}

fn reversal(
    model: &Model,
    sender: u8,
    brand: usize,
    from: Option<usize>,
    amount: &Amount,
    issue: usize,
    own: u8,
) -> Operation {
    let brand = fixture::brand(id_of(brand));
    let issues = model.issues(brand);
    let nothing = (reference("nothing"), address(sender), 0);
    let (issue_reference, receiver, rest) = issues.get(issue % (issues.len() + 1)).unwrap_or(&nothing);
    Operation::Reverse(Reverse {
        brand,
        from: from.map_or(*receiver, |from| address(ACTORS[from])),
        amount: Points::new(exact(amount, *rest)),
        issue_reference: issue_reference.clone(),
        reference: reference(&format!("return {own}")),
    })
}

/// An open hold, one of the last that are over, or one that never was.
fn recent_hold(model: &Model, number: usize) -> ModelHold {
    let never = Hold {
        brand: brand(CAFE),
        from: address(ANNA),
        amount: Points::new(1),
        reference: reference("never"),
        expires_ms: time(1),
    };
    let (over, open): (Vec<_>, Vec<_>) = model.holds.iter().partition(|hold| hold.over);
    let open = pick(open, number).or_else(|| over.into_iter().nth_back(number));
    open.cloned().unwrap_or_else(|| ModelHold::of(&never))
}

fn of_hold(hold: &ModelHold, from: Option<usize>, operation: Operation) -> Operation {
    let account = from.map_or(hold.from, |from| address(ACTORS[from]));
    let mut operation = of(account, operation);
    match &mut operation {
        Operation::Capture(one) => one.hold_reference = hold.reference.clone(),
        Operation::Release(one) => one.hold_reference = hold.reference.clone(),
        _ => {}
    }
    operation
}

/// How many kinds of terms there are.
pub(super) const TERMS: usize = 8;

fn terms_number(number: usize) -> PartnershipTerms {
    let daily = |max, terms| PartnershipTerms { daily_max: Points::new(max), ..terms };
    match number {
        0 => terms(1, 1),
        1 => terms(1, 10),
        2 => PartnershipTerms { price_micro: 333_333, ..terms(7, 3) },
        3 => daily(40, terms(2, 3)),
        4 => PartnershipTerms { ends_ms: time(START_MS + 90 * DAY_MS), ..terms(3, 2) },
        5 => PartnershipTerms { price_micro: 1_000_000_000_000, ..terms(u32::MAX, 1) },
        6 => PartnershipTerms { price_micro: 0, ..terms(1, u32::MAX) },
        _ => terms(0, 1),
    }
}

fn policy_number(id: &str, number: usize) -> Policy {
    let policy = policy_of(id);
    match number {
        0 => Policy { transfer_daily_max: Some(Points::new(70)), ..policy },
        1 => Policy { expiry_months: Some(2), convertible: true, poolable: true, ..policy },
        2 => Policy { expiry_months: None, convertible: true, poolable: true, transferable: true, ..policy },
        3 => Policy { transfer_min: Points::new(0), ..policy },
        4 => Policy { convertible: false, poolable: false, ..policy },
        _ => policy,
    }
}

fn roles_number(number: usize) -> &'static [Role] {
    match number {
        0 => &ALL_ROLES,
        1 => &[Role::Issue],
        2 => &[Role::Capture, Role::Admin],
        3 => &[Role::Reverse, Role::Capture],
        _ => &[Role::Admin],
    }
}

fn brand_operation(model: &Model, wish: &Wish) -> Option<Operation> {
    Some(match wish {
        Wish::Propose { from, to, terms } => propose(id_of(*from), id_of(*to), &terms_number(*terms)),
        Wish::Accept { from, to, terms } => {
            let proposals = model.partnerships.iter().filter(|(_, one)| one.proposal.is_some());
            let (from, to) = pair((*from, *to), proposals.map(|(pair, _)| *pair));
            let proposed = model.partnerships.get(&(brand(&from), brand(&to)));
            let proposed = proposed.and_then(|one| one.proposal.as_ref());
            let proposed = proposed.map(|(_, terms)| terms.clone());
            let terms = terms.map(terms_number).or(proposed).unwrap_or_else(|| terms_number(0));
            accept(&from, &to, &terms)
        }
        Wish::End { from, to } => end(id_of(*from), id_of(*to)),
        Wish::Settle { creditor, debtor, amount, payment } => {
            let owing = model.incurred.keys().copied().filter(|pair| model.owed(*pair) > 0);
            let (debtor, creditor) = pair((*debtor, *creditor), owing);
            let owed = model.owed((brand(&debtor), brand(&creditor))) / 1_000_000;
            let amount = exact(amount, u64::try_from(owed).expect("obligations are bounded"));
            settle(&creditor, &debtor, amount, &format!("payment {payment}"))
        }
        Wish::SetPolicy { brand, variant } => set_policy(id_of(*brand), policy_number(id_of(*brand), *variant)),
        Wish::SetOperator { brand, operator, roles, max } => {
            let roles = if ACTORS[*operator] == TILL { 0 } else { *roles };
            set_operator(id_of(*brand), ACTORS[*operator], roles_number(roles), *max)
        }
        Wish::RemoveOperator { brand, operator } => remove_operator(id_of(*brand), ACTORS[*operator]),
        _ => return None,
    })
}

fn rights_number(number: usize) -> (MemberRole, &'static [(&'static str, u64)]) {
    match number {
        0 => (MemberRole::Admin, &[]),
        1 => (MemberRole::Adult, &[]),
        2 => (MemberRole::Adult, &[(RESORT, 20), (GROCER, 60)]),
        3 => (MemberRole::Child, &[(GROCER, 30)]),
        4 => (MemberRole::Child, &[(RESORT, 500), (CAFE, 500), (GROCER, 500)]),
        _ => (MemberRole::Adult, &[(GROCER, 1), (GROCER, 2)]),
    }
}

fn guardians_number(sender: u8, number: usize) -> Operation {
    match number {
        0 => set_guardians(&[BO], &[], 1),
        1 => set_guardians(&[ANNA, BO], &[], 2),
        2 => set_guardians(&[CLEO, BO], &[GROCER], 2),
        3 => set_guardians(&[], &[CAFE], 1),
        4 => set_guardians(&[], &[], 0),
        5 => set_guardians(&[sender], &[], 1),
        6 => set_guardians(&[BO, BO], &[], 1),
        7 => set_guardians(&[BO], &["nobody"], 1),
        _ => set_guardians(&[BO], &[], 2),
    }
}

fn account_operation(model: &Model, sender: u8, wish: &Wish) -> Operation {
    let pool = |index| pool(model, sender, index);
    match wish {
        Wish::SetGuardians { variant } => guardians_number(sender, *variant),
        Wish::StartRecovery { account, key } => start_recovery(ACTORS[*account], later_key(ACTORS[*account], *key)),
        Wish::CancelRecovery => cancel_recovery(),
        Wish::FinishRecovery { account } => finish_recovery(ACTORS[*account]),
        // Without the till next to nothing would happen any more.
        Wish::Freeze if sender != TILL => freeze(),
        Wish::Freeze => unfreeze(),
        Wish::Unfreeze => unfreeze(),
        Wish::Invite { household, member, rights } => {
            let (role, limits) = rights_number(*rights);
            invite(pool(*household), ACTORS[*member], role, limits)
        }
        Wish::Join { household } => join(inviting(model, sender, *household)),
        Wish::Leave { household } => leave(pool(*household)),
        Wish::SetMember { household, member, rights } => {
            let (role, limits) = rights_number(*rights);
            set_member(pool(*household), ACTORS[*member], role, limits)
        }
        Wish::RemoveMember { household, member } => remove_member(pool(*household), ACTORS[*member]),
        _ => create_household(),
    }
}

/// The seeds of an account's later keys; numbers 0 and 1 are the first one once more.
pub(super) fn later_key(account: u8, number: u8) -> u8 {
    if number <= 1 { account } else { account + 50 * number }
}
