//! Operations that bytes choose.

use lojal_ledger::Records;
use lojal_types::limits::{HOLD_MS_MAX, TIME_MS_MAX};
use lojal_types::{
    AcceptPartnership, Address, Agree, Bounded, BrandId, CancelRecovery, Capture, Convert, CreateHousehold, Day,
    EndPartnership, FinishRecovery, Freeze, Guardian, Guardians, Hash, Hold, Invite, Issue, Join, Leave, MemberLimit,
    MemberRole, Money, Month, Operation, PartnershipTerms, Points, ProposePartnership, Redeem, Reference, Release,
    RemoveMember, RemoveOperator, Request, RequestKind, Reverse, Role, RotateKey, Salt, SetGuardians, SetMember,
    SetOperator, SetPolicy, Settle, StartRecovery, Transfer, Unfreeze,
};

use super::super::source::Source;
use super::brand_motions::decide;
use super::campaigns::give;
use super::governance::govern;
use super::market::trade;
use super::programme::count;
use super::values::*;
use super::world::{Step, TILL, World, address, brand, reference, time};

/// The steps before the first block that bytes choose: everybody has points of every brand, there is a household of two
/// with a pool, a partnership, an open hold, and an account with guardians.
pub(super) fn past() -> Vec<Step> {
    vec![
        (TILL, |world| {
            let dated = world.now().day();
            let issue = |number: u8| {
                let (brand, to) = (brand(usize::from(number % 3)), address(1 + number / 3));
                let (amount, reference) = (Points::new(5_000), reference(number));
                Operation::Issue(Issue { brand, to, amount, reference, dated, expiry: None })
            };
            (0..12).map(issue).collect()
        }),
        (1, |_| vec![Operation::CreateHousehold(CreateHousehold {})]),
        (1, |world| {
            let (household, role) = (world.households[0], MemberRole::Child);
            let limits = vec![MemberLimit { brand: brand(0), month_max: Points::new(300) }];
            let limits = Bounded::new(limits).expect("one");
            let amount = Points::new(1_000);
            let deposit = Transfer { brand: brand(0), from: address(1), to: household, amount };
            vec![
                Operation::Invite(Invite { household, member: address(2), role, limits }),
                Operation::Transfer(deposit),
            ]
        }),
        (2, |world| vec![Operation::Join(Join { household: world.households[0] })]),
        (3, |world| {
            let mut guardians = vec![Guardian::Account(address(1)), Guardian::Brand(brand(0))];
            guardians.sort_unstable();
            let guardians = Guardians { guardians: Bounded::new(guardians).expect("two"), threshold: 2 };
            let (amount, expires_ms) = (Points::new(500), world.now().plus_ms(HOLD_MS_MAX / 2));
            let kind = RequestKind::Hold { expires_ms };
            let hold = request(world, brand(0), amount, kind, 1).answer(&world.chain(), address(3));
            vec![Operation::SetGuardians(SetGuardians { guardians }), hold]
        }),
        (TILL, |world| {
            let terms = terms(world, 1, 3);
            let (from, to) = (brand(0), brand(1));
            vec![Operation::ProposePartnership(ProposePartnership { from, to, terms: terms.clone() })]
        }),
    ]
}

fn terms(world: &World, rate_num: u32, rate_den: u32) -> PartnershipTerms {
    let ends_ms = world.now().plus_ms(100 * HOLD_MS_MAX);
    let (daily_max, owed_max) = (Points::new(3_000), Money::new(4_000));
    PartnershipTerms { rate_num, rate_den, price_micro: 1_500_000, daily_max, owed_max, ends_ms }
}

/// An operation on tracks or campaigns, or on the market.
fn of_version_2(kind: usize, source: &mut Source<'_>, world: &World, sender: Address) -> Operation {
    match kind {
        41..=46 => count(kind, source, world),
        47..=51 => give(kind, source, world),
        _ => trade(kind, source, world, sender),
    }
}

/// The next operation. Often it is about the sender's own account, so that it has a chance.
pub(super) fn operation(source: &mut Source<'_>, world: &World, sender: Address) -> Operation {
    match source.below(55) {
        kind @ 0..=2 => {
            let (brand, to) = (any_brand(source), world.account(source));
            let (amount, reference, dated) = (amount(source), any_reference(source), any_day(source, world));
            // From the month before to one that no policy gives.
            let end = |months: u8| Month::new(world.now().month().get().saturating_sub(1)).plus(months);
            let expiry = (kind == 2).then(|| end(source.byte()));
            Operation::Issue(Issue { brand, to, amount, reference, dated, expiry })
        }
        3 | 4 => {
            let (brand, from) = (any_brand(source), account(source, world, sender));
            let byte = source.flag().then(|| source.byte());
            let amount = amount(source);
            match byte {
                Some(byte) => answer(world, from, request(world, brand, amount, RequestKind::Redeem, byte), byte),
                None => Operation::Redeem(Redeem { brand, from, amount, request: None }),
            }
        }
        5 | 6 => {
            let (brand, from, to) = (any_brand(source), account(source, world, sender), world.account(source));
            Operation::Transfer(Transfer { brand, from, to, amount: amount(source) })
        }
        7 => {
            let (brand, from) = (any_brand(source), world.account(source));
            let (issue_reference, reference) = (any_reference(source), any_reference(source));
            let (amount, at_least) = (amount(source), amount(source));
            let at_least = if source.flag() { amount } else { at_least };
            let (issue_dated, dated) = (any_day(source, world), any_day(source, world));
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
        }
        8 => {
            let (brand, from) = (any_brand(source), account(source, world, sender));
            let expires_ms = any_time(source, world);
            let (amount, byte) = (amount(source), source.byte());
            answer(world, from, request(world, brand, amount, RequestKind::Hold { expires_ms }, byte), byte)
        }
        9 => {
            let (brand, from) = (any_brand(source), world.account(source));
            let (hold_reference, hold_dated) = hold_reference(source, world, from, brand);
            let (amount, reference, dated) = (amount(source), any_reference(source), any_day(source, world));
            Operation::Capture(Capture { brand, from, hold_reference, hold_dated, amount, reference, dated })
        }
        10 => {
            let (brand, from) = (any_brand(source), world.account(source));
            let (hold_reference, hold_dated) = hold_reference(source, world, from, brand);
            Operation::Release(Release { brand, from, hold_reference, hold_dated })
        }
        kind @ 11..=17 => between(kind, source, world, sender),
        kind @ 18..=25 => keys(kind, source, world, sender),
        kind @ 26..=31 => household(kind, source, world),
        kind @ 32..=35 => govern(kind, source, world),
        kind @ 41..=54 => of_version_2(kind, source, world, sender),
        kind => {
            // Only what admins do can be in a motion of theirs.
            let count = if kind == 36 { source.below(3) } else { 0 };
            let others = (0..count).map(|_| of_admins(source, world, sender)).collect();
            decide(kind, source, world, others)
        }
    }
}

/// Something that an admin does for its brand.
fn of_admins(source: &mut Source<'_>, world: &World, sender: Address) -> Operation {
    match source.below(9) {
        kind @ 0..=2 => between(11 + kind, source, world, sender),
        kind @ (3 | 4) => between(13 + kind, source, world, sender),
        kind @ (5 | 6) => keys(13 + kind, source, world, sender),
        7 => keys(22, source, world, sender),
        _ => keys(24, source, world, sender),
    }
}

/// A request of which the byte makes it unlike 31 others.
fn request(world: &World, brand: BrandId, amount: Points, kind: RequestKind, byte: u8) -> Request {
    let (dated, until_ms, salt) = (world.now().day(), time(TIME_MS_MAX), Salt::new([byte % 32; 16]));
    Request { brand, amount, kind, dated, until_ms, household: None, salt }
}

/// The answer to a request, mostly as it was asked for; else too late, or with something that doesn't fit the
/// reference.
fn answer(world: &World, from: Address, asked: Request, byte: u8) -> Operation {
    let asked = match byte {
        160..=175 => Request { household: Some(from), ..asked },
        176..=183 => Request { until_ms: world.now(), ..asked },
        184..=191 => Request { dated: asked.dated.plus(2), ..asked },
        _ => asked,
    };
    let mut operation = asked.answer(&world.chain(), from);
    if let Operation::Redeem(Redeem { amount, request: Some(said), .. })
    | Operation::Hold(Hold { amount, request: said, .. }) = &mut operation
    {
        match byte {
            192..=207 => *amount = Points::new(1),
            208..=223 => said.reference = reference(byte),
            224..=231 => said.until_ms = world.now(),
            232..=239 => said.dated = said.dated.minus(1),
            240..=247 => said.for_household = !said.for_household,
            248..=255 => said.salt = Salt::new([byte; 16]),
            _ => {}
        }
    }
    operation
}

/// The reference of an open hold with its day, if there is one, and now and then another.
fn hold_reference(source: &mut Source<'_>, world: &World, from: Address, brand: BrandId) -> (Reference, Day) {
    let (byte, holds) = (source.byte(), world.state.view().holds(from, brand).expect("in memory"));
    match holds.get(usize::from(byte) % holds.len().max(1)) {
        Some(hold) if byte < 224 => (hold.reference.clone(), hold.dated),
        _ => (reference(byte % 32), world.now().day()),
    }
}

fn between(kind: usize, source: &mut Source<'_>, world: &World, sender: Address) -> Operation {
    let (from, to) = (any_brand(source), any_brand(source));
    match kind {
        11 => Operation::ProposePartnership(ProposePartnership { from, to, terms: any_terms(source, world) }),
        12 => {
            // Accepting takes the proposal's own terms.
            let key = lojal_ledger::key::PartnershipKey { from, to };
            let proposed =
                world.state.view().get(&key).expect("in memory").and_then(|one| one.proposal).map(|one| one.terms);
            let terms = proposed.unwrap_or_else(|| any_terms(source, world));
            Operation::AcceptPartnership(AcceptPartnership { from, to, terms })
        }
        13 => Operation::EndPartnership(EndPartnership { from, to }),
        14 | 15 => {
            let (account, odd, amount) = (account(source, world, sender), source.below(4), amount(source));
            // What the terms in force give, or one point more for one side.
            let key = lojal_ledger::key::PartnershipKey { from, to };
            let terms = world.state.view().get(&key).expect("in memory").and_then(|one| one.terms);
            let (burned, received) = terms.and_then(|one| one.conversion_of(amount)).unwrap_or((amount, amount));
            let more = |points: Points, is_odd| Points::new(points.get().saturating_add(u64::from(is_odd)));
            let (burned, received) = (more(burned, odd == 2), more(received, odd == 3));
            Operation::Convert(Convert { account, from, to, burned, received })
        }
        16 => {
            let (amount, reference) = (Money::new(amount(source).get()), any_reference(source));
            Operation::Settle(Settle { creditor: to, debtor: from, amount, reference })
        }
        _ => Operation::SetPolicy(SetPolicy { brand: from, policy: policy(source) }),
    }
}

/// An agreement to what waits on the account, if anything does.
fn agree(account: Address, world: &World) -> Operation {
    let waiting = world.state.view().account(account).expect("in memory").and_then(|one| one.safeguards.waiting);
    let digest = waiting.map_or(Hash::new([0; 32]), |one| one.digest(&world.chain(), &account));
    Operation::Agree(Agree { account, digest })
}

fn keys(kind: usize, source: &mut Source<'_>, world: &World, sender: Address) -> Operation {
    match kind {
        18 => {
            let roles = [Role::Issue, Role::Capture, Role::Reverse, Role::Admin];
            let roles = (0..=source.below(4)).map(|_| roles[source.below(4)]).collect();
            Operation::SetOperator(SetOperator {
                brand: any_brand(source),
                public_key: any_key(source),
                roles: Bounded::new(roles).expect("one to four"),
                issue_daily_max: source.flag().then(|| amount(source)),
            })
        }
        19 => {
            let (brand, operator) = (any_brand(source), world.account(source));
            Operation::RemoveOperator(RemoveOperator { brand, operator })
        }
        20 => Operation::RotateKey(RotateKey { new_key: any_key(source) }),
        21 => {
            let guardian = |source: &mut Source<'_>| match source.flag() {
                true => Guardian::Account(world.account(source)),
                false => Guardian::Brand(any_brand(source)),
            };
            let mut list: Vec<Guardian> = (0..source.below(4)).map(|_| guardian(source)).collect();
            list.sort_unstable();
            let guardians =
                Guardians { guardians: Bounded::new(list).expect("at most three"), threshold: source.byte() % 4 };
            Operation::SetGuardians(SetGuardians { guardians })
        }
        22 => Operation::StartRecovery(StartRecovery { account: world.account(source), new_key: any_key(source) }),
        23 => Operation::CancelRecovery(CancelRecovery {}),
        24 => Operation::FinishRecovery(FinishRecovery { account: account(source, world, sender) }),
        _ => match source.below(3) {
            0 => Operation::Unfreeze(Unfreeze {}),
            1 => Operation::Freeze(Freeze {}),
            _ => agree(account(source, world, sender), world),
        },
    }
}

fn household(kind: usize, source: &mut Source<'_>, world: &World) -> Operation {
    if kind == 26 {
        return Operation::CreateHousehold(CreateHousehold {});
    }
    let household = world.households[source.below(world.households.len())];
    match kind {
        27 => {
            let (member, role, limits) = (world.account(source), role(source), limits(source));
            Operation::Invite(Invite { household, member, role, limits })
        }
        28 => Operation::Join(Join { household }),
        29 => Operation::Leave(Leave { household }),
        30 => {
            let (member, role, limits) = (world.account(source), role(source), limits(source));
            Operation::SetMember(SetMember { household, member, role, limits })
        }
        _ => Operation::RemoveMember(RemoveMember { household, member: world.account(source) }),
    }
}

/// The sender's own, or another.
fn account(source: &mut Source<'_>, world: &World, sender: Address) -> Address {
    if source.byte() < 160 { sender } else { world.account(source) }
}
