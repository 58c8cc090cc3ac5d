//! Households and what their members may spend (protocol, Households).

use lojal_types::{Address, Code, KeyPair, MemberRights, MemberRole, Operation, Outcome, VerifiedTransaction};

use crate::fixture::*;
use crate::key::{HoldsKey, SpentKey, account_of};

/// Anna's household with 500 of the grocer's points: Bo is an adult who may spend 50 of them a month, Cleo a child who
/// may spend 20.
fn family() -> (Ledger, Address) {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 1000, "first"));
    let members: [NewMember<'_>; 2] =
        [(BO, MemberRole::Adult, &[(GROCER, 50)]), (CLEO, MemberRole::Child, &[(GROCER, 20)])];
    for (member, receipt) in [(BO, "bo"), (CLEO, "cleo")] {
        ledger.apply(TILL, issue(CAFE, member, 10, receipt));
    }
    let household = ledger.household(ANNA, &members);
    ledger.apply(ANNA, deposit(GROCER, ANNA, household, 500));
    (ledger, household)
}

fn spent(ledger: &Ledger, household: Address, member: u8) -> u64 {
    ledger.view().spent_this_month(household, address(member), brand(GROCER)).expect("in memory").get()
}

#[test]
fn a_household_is_an_account_that_nobody_signs_for() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "a"));
    let create = ledger.sign(ANNA, vec![create_household(), create_household()]);
    ledger.block(ledger.next_time(), std::slice::from_ref(&create));
    let of_index = |index| Address::of_household(&ledger.genesis.chain_id(), &create.id(), index);
    let mut expected = vec![of_index(0), of_index(1)];
    expected.sort_unstable();
    assert_eq!(ledger.view().memberships(address(ANNA)).expect("in memory"), expected);
    assert!(ledger.view().account(of_index(0)).expect("in memory").is_some() && of_index(0).is_household());
    assert!(!address(ANNA).is_household());
    let until = ledger.now().plus_ms(HOUR_MS / 2);
    let forged = ledger.sign_with(&key(ANNA), of_index(0), until, vec![redeem(GROCER, ANNA, 1)]);
    assert_eq!(ledger.block(ledger.next_time(), &[forged]), [Err(Code::WrongKey)]);
}

#[test]
fn joining_takes_an_invitation_and_the_invitee_s_own_signature() {
    let (mut ledger, household) = family();
    ledger.fails(TILL, join(household), Code::NotInvited);
    ledger.apply(ANNA, invite(household, TILL, MemberRole::Child, &[]));
    let invited = ledger.view().household(household).expect("in memory").expect("there").invited;
    assert_eq!(invited, [(address(TILL), MemberRights { role: MemberRole::Child, limits: limits(&[]) })]);
    // The last invitation counts, and the same one isn't given twice.
    ledger.apply(ANNA, invite(household, TILL, MemberRole::Adult, &[(CAFE, 5)]));
    ledger.fails(ANNA, invite(household, TILL, MemberRole::Adult, &[(CAFE, 5)]), Code::AlreadyInvited);
    let twice = vec![invite(household, ISSUER, MemberRole::Adult, &[]); 2];
    assert_eq!(ledger.run(ANNA, twice), failed(1, Code::AlreadyInvited));
    ledger.apply(TILL, join(household));
    let view = ledger.view().household(household).expect("in memory").expect("there");
    assert_eq!((view.members.len(), view.invited.len()), (4, 0));
    let (_, rights) = view.members.iter().find(|(member, _)| *member == address(TILL)).expect("joined");
    assert_eq!(*rights, MemberRights { role: MemberRole::Adult, limits: limits(&[(CAFE, 5)]) });
    assert_eq!(ledger.view().memberships(address(TILL)).expect("in memory"), [household]);
    ledger.fails(TILL, join(household), Code::NotInvited);
}

#[test]
fn a_withdrawn_invitation_is_none() {
    let (mut ledger, household) = family();
    ledger.apply(ANNA, invite(household, TILL, MemberRole::Adult, &[]));
    ledger.apply(ANNA, remove_member(household, TILL));
    ledger.fails(TILL, join(household), Code::NotInvited);
}

#[test]
fn an_adult_spends_within_the_limit_of_the_month_and_freely_what_is_not_listed() {
    let (mut ledger, household) = family();
    ledger.apply(TILL, to(household, issue(RESORT, ANNA, 100, "pass")));
    ledger.apply(BO, of(household, redeem(GROCER, BO, 30)));
    ledger.fails(BO, of(household, transfer(GROCER, BO, BO, 21)), Code::MemberLimitReached);
    ledger.apply(BO, of(household, transfer(GROCER, BO, BO, 20)));
    assert_eq!((spent(&ledger, household, BO), ledger.balance(BO, GROCER)), (50, 20));
    ledger.fails(BO, of(household, redeem(GROCER, BO, 1)), Code::MemberLimitReached);
    ledger.apply(BO, of(household, redeem(RESORT, BO, 100)));
    // A new month, a new limit.
    ledger.pass_to(start_of("2026-12"));
    assert_eq!(spent(&ledger, household, BO), 0);
    ledger.apply(BO, of(household, redeem(GROCER, BO, 50)));
    assert_eq!(ledger.pool(household, GROCER), 400);
}

#[test]
fn limits_are_per_member() {
    let (mut ledger, household) = family();
    ledger.apply(BO, of(household, redeem(GROCER, BO, 50)));
    ledger.apply(CLEO, of(household, redeem(GROCER, CLEO, 20)));
    ledger.apply(ANNA, of(household, redeem(GROCER, ANNA, 400)));
    ledger.fails(CLEO, of(household, redeem(GROCER, CLEO, 1)), Code::MemberLimitReached);
}

#[test]
fn a_child_redeems_and_holds_and_never_transfers_or_converts() {
    let (mut ledger, household) = family();
    let expires = ledger.now().plus_ms(HOUR_MS);
    ledger.apply(CLEO, of(household, redeem(GROCER, CLEO, 5)));
    ledger.apply(CLEO, of(household, hold(GROCER, CLEO, 10, "till 7", expires)));
    ledger.fails(CLEO, of(household, transfer(GROCER, CLEO, CLEO, 10)), Code::ChildMayNot);
    // But its own points are its own.
    ledger.apply(CLEO, transfer(CAFE, CLEO, BO, 1));
}

#[test]
fn what_a_hold_of_this_month_returns_is_given_back_to_the_limit() {
    let (mut ledger, household) = family();
    let expires = ledger.now().plus_ms(DAY_MS);
    ledger.apply(BO, of(household, hold(GROCER, BO, 30, "till 7", expires)));
    ledger.apply(BO, of(household, hold(GROCER, BO, 20, "till 8", expires)));
    assert_eq!(spent(&ledger, household, BO), 50);
    ledger.apply(CASHIER, of(household, capture(GROCER, BO, "till 7", 10, "own")));
    assert_eq!(spent(&ledger, household, BO), 30, "twenty came back");
    // The other expires, which is seen before the limit is looked at.
    ledger.pass_to(expires.plus_ms(MINUTE_MS));
    ledger.fails(BO, of(household, redeem(GROCER, BO, 41)), Code::MemberLimitReached);
    ledger.apply(BO, of(household, redeem(GROCER, BO, 40)));
    assert_eq!(spent(&ledger, household, BO), 50);
}

#[test]
fn what_a_hold_of_an_earlier_month_returns_changes_no_limit() {
    let (mut ledger, household) = family();
    let expires = start_of("2026-12").plus_ms(10 * DAY_MS);
    ledger.pass_to(time(start_of("2026-12").get() - DAY_MS));
    ledger.apply(BO, of(household, hold(GROCER, BO, 30, "till 7", expires)));
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(BO, of(household, redeem(GROCER, BO, 45)));
    ledger.apply(CASHIER, of(household, release(GROCER, BO, "till 7")));
    assert_eq!(spent(&ledger, household, BO), 45);
    ledger.fails(BO, of(household, redeem(GROCER, BO, 6)), Code::MemberLimitReached);
}

#[test]
fn what_is_counted_of_a_member_goes_with_it_and_its_holds_give_nothing_back_to_a_limit() {
    let (mut ledger, household) = family();
    let expires = ledger.now().plus_ms(DAY_MS);
    ledger.apply(CLEO, of(household, hold(GROCER, CLEO, 15, "till 7", expires)));
    ledger.apply(CLEO, of(household, redeem(GROCER, CLEO, 5)));
    ledger.apply(BO, of(household, redeem(GROCER, BO, 50)));
    ledger.apply(CLEO, leave(household));
    ledger.fails(CLEO, of(household, redeem(GROCER, CLEO, 1)), Code::NotOwner);
    assert!(ledger.view().get(&SpentKey { household, member: address(CLEO) }).expect("in memory").is_none());
    // A new invitation says what it may spend from then on.
    ledger.apply(ANNA, invite(household, CLEO, MemberRole::Child, &[(GROCER, 8)]));
    ledger.apply(CLEO, join(household));
    ledger.apply(CLEO, of(household, redeem(GROCER, CLEO, 8)));
    ledger.apply(CASHIER, of(household, release(GROCER, CLEO, "till 7")));
    assert_eq!((spent(&ledger, household, CLEO), spent(&ledger, household, BO)), (8, 50));
    ledger.fails(CLEO, of(household, redeem(GROCER, CLEO, 1)), Code::MemberLimitReached);
}

#[test]
fn what_comes_back_to_a_limit_entirely_leaves_no_count() {
    let (mut ledger, household) = family();
    ledger.apply(BO, of(household, hold(GROCER, BO, 30, "till 7", ledger.now().plus_ms(DAY_MS))));
    let key = SpentKey { household, member: address(BO) };
    let holds = HoldsKey { account: household, brand: brand(GROCER) };
    assert!(
        ledger.view().get(&key).expect("in memory").is_some()
            && ledger.view().get(&holds).expect("in memory").is_some()
    );
    ledger.apply(CASHIER, of(household, release(GROCER, BO, "till 7")));
    assert!(
        ledger.view().get(&key).expect("in memory").is_none()
            && ledger.view().get(&holds).expect("in memory").is_none()
    );
}

#[test]
fn a_member_who_leaves_takes_nothing_and_keeps_its_own() {
    let (mut ledger, household) = family();
    ledger.apply(BO, leave(household));
    assert_eq!((ledger.pool(household, GROCER), ledger.balance(BO, CAFE)), (500, 10));
    assert_eq!(ledger.view().memberships(address(BO)).expect("in memory"), []);
    ledger.fails(BO, of(household, redeem(GROCER, BO, 1)), Code::NotOwner);
}

#[test]
fn what_a_member_holds_for_a_till_stays_held_when_the_member_goes() {
    let (mut ledger, household) = family();
    ledger.apply(BO, of(household, hold(GROCER, BO, 30, "till 7", ledger.now().plus_ms(DAY_MS))));
    ledger.apply(ANNA, remove_member(household, BO));
    ledger.apply(CASHIER, of(household, capture(GROCER, BO, "till 7", 10, "own")));
    assert_eq!(ledger.pool(household, GROCER), 490);
}

#[test]
fn the_last_admin_goes_last_and_from_an_empty_pool_only() {
    let (mut ledger, household) = family();
    ledger.fails(ANNA, leave(household), Code::LastHouseholdAdmin);
    ledger.apply(ANNA, remove_member(household, BO));
    ledger.apply(CLEO, leave(household));
    ledger.fails(ANNA, leave(household), Code::LastHouseholdAdmin);
    ledger.apply(ANNA, of(household, redeem(GROCER, ANNA, 500)));
    ledger.apply(ANNA, leave(household));
    assert!(ledger.view().household(household).expect("in memory").is_none(), "dissolved");
    ledger.fails(BO, deposit(CAFE, BO, household, 1), Code::PolicyForbidsPooling);
    ledger.fails(ANNA, deposit(GROCER, ANNA, household, 10), Code::UnknownHousehold);
}

#[test]
fn an_admin_can_go_when_there_is_another() {
    let (mut ledger, household) = family();
    ledger.apply(ANNA, set_member(household, BO, MemberRole::Admin, &[]));
    ledger.apply(ANNA, leave(household));
    ledger.apply(BO, of(household, redeem(GROCER, BO, 500)));
    ledger.fails(BO, set_member(household, BO, MemberRole::Child, &[]), Code::LastHouseholdAdmin);
}

#[test]
fn a_pool_of_dead_points_and_expired_holds_is_empty() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(GROCER, ANNA, 5, "a"));
    let household = ledger.household(ANNA, &[]);
    ledger.apply(TILL, to(household, issue(RESORT, ANNA, 10, "pass"))); // until 2026-12
    ledger.pass_to(time(start_of("2027-01").get() - DAY_MS));
    ledger.apply(ANNA, of(household, hold(RESORT, ANNA, 4, "lift", start_of("2027-01").plus_ms(DAY_MS))));
    ledger.pass_to(start_of("2027-01"));
    ledger.fails(ANNA, leave(household), Code::LastHouseholdAdmin);
    ledger.pass_to(start_of("2027-01").plus_ms(DAY_MS));
    ledger.apply(ANNA, leave(household));
    assert_eq!(ledger.totals(RESORT), Sums { issued: 10, expired: 10, ..Sums::default() });
}

#[test]
fn a_dissolved_household_leaves_nothing_behind() {
    let (mut ledger, household) = family();
    ledger.apply(TILL, to(household, issue(RESORT, ANNA, 10, "pass"))); // until 2026-12
    ledger.apply(ANNA, invite(household, TILL, MemberRole::Adult, &[]));
    ledger.apply(BO, of(household, redeem(GROCER, BO, 30)));
    ledger.apply(CLEO, of(household, redeem(GROCER, CLEO, 20)));
    ledger.pass_to(time(start_of("2027-01").get() - DAY_MS));
    ledger.apply(BO, of(household, hold(GROCER, BO, 50, "till 7", start_of("2027-01").plus_ms(DAY_MS))));
    ledger.apply(ANNA, of(household, redeem(GROCER, ANNA, 400)));
    ledger.pass_to(start_of("2027-01").plus_ms(DAY_MS));
    ledger.apply(BO, of(household, redeem(GROCER, BO, 50)));
    ledger.apply(BO, leave(household));
    ledger.apply(CLEO, leave(household));
    let about = |ledger: &Ledger| {
        let keys = in_memory(ledger.view().tree().iter()).map(|(key, _)| key);
        keys.filter(|key| account_of(key) == Some(household.as_bytes())).count()
    };
    assert_eq!(about(&ledger), 5, "account, household, its admin, an invitation, and a balance of dead lots");
    ledger.apply(ANNA, leave(household));
    assert_eq!(about(&ledger), 0);
    assert!(ledger.view().memberships(address(ANNA)).expect("in memory").is_empty());
    ledger.fails(ANNA, leave(household), Code::UnknownHousehold);
}

#[test]
fn households_that_a_crowd_makes_and_dissolves_again_and_again_leave_the_state_as_it_was() {
    let mut ledger = Ledger::new();
    let crowd: Vec<KeyPair> = (0..400).map(crowd_key).collect();
    for (part, keys) in crowd.chunks(100).enumerate() {
        let points =
            |(number, key): (usize, &KeyPair)| to(key.address(), issue(GROCER, ANNA, 1, &format!("{part} {number}")));
        assert_eq!(ledger.run(TILL, keys.iter().enumerate().map(points).collect()), Outcome::Applied);
    }
    let before = records(ledger.view());
    let a_day = ledger.view().parameters().allowances.households;
    for _ in 0..a_day {
        let creating = everyone(&mut ledger, &crowd, |_| create_household());
        let created = records(ledger.view());
        assert_eq!(created.len(), before.len() + 4 * crowd.len(), "account, household, member and memberships");
        let chain = ledger.genesis.chain_id();
        let households: Vec<Address> = creating.iter().map(|one| Address::of_household(&chain, &one.id(), 0)).collect();
        everyone(&mut ledger, &crowd, |number| leave(households[number]));
        assert_eq!(records(ledger.view()), before);
    }
    // Their transactions stay in every log, so there is an end to it, too.
    let until = ledger.now().plus_ms(HOUR_MS / 2);
    let sign = |key: &KeyPair| ledger.sign_with(key, key.address(), until, vec![create_household()]);
    let more: Vec<VerifiedTransaction> = crowd.iter().map(sign).collect();
    let answers = ledger.block(ledger.next_time(), &more);
    assert!(answers.iter().all(|answer| *answer == Ok(failed(0, Code::HouseholdsSpent))), "{answers:?}");
    assert_eq!(records(ledger.view()), before);
}

/// A block in which everyone of a crowd does the same.
fn everyone(
    ledger: &mut Ledger,
    crowd: &[KeyPair],
    operation: impl Fn(usize) -> Operation,
) -> Vec<VerifiedTransaction> {
    let until = ledger.now().plus_ms(HOUR_MS / 2);
    let sign = |(number, key): (usize, &KeyPair)| ledger.sign_with(key, key.address(), until, vec![operation(number)]);
    let transactions: Vec<VerifiedTransaction> = crowd.iter().enumerate().map(sign).collect();
    let answers = ledger.block(ledger.next_time(), &transactions);
    assert!(answers.iter().all(|answer| *answer == Ok(Outcome::Applied)), "{answers:?}");
    transactions
}

#[test]
fn pooling_needs_its_own_permission_and_taking_out_needs_that_of_a_transfer() {
    let (mut ledger, household) = family();
    ledger.apply(TILL, issue(RESORT, ANNA, 50, "pass"));
    ledger.fails(ANNA, transfer(RESORT, ANNA, BO, 5), Code::PolicyForbidsTransfer);
    ledger.apply(ANNA, deposit(RESORT, ANNA, household, 50));
    ledger.fails(ANNA, of(household, transfer(RESORT, ANNA, ANNA, 5)), Code::PolicyForbidsTransfer);
    ledger.apply(ANNA, of(household, redeem(RESORT, ANNA, 5)));
    ledger.fails(BO, deposit(CAFE, BO, household, 5), Code::PolicyForbidsPooling);
    // From pool to pool it takes both.
    let other = ledger.household(BO, &[]);
    ledger.apply(ANNA, of(household, to(other, transfer(GROCER, ANNA, ANNA, 10))));
    let between = of(household, to(other, transfer(RESORT, ANNA, ANNA, 5)));
    ledger.fails(ANNA, between, Code::PolicyForbidsTransfer);
}

#[test]
fn anybody_can_give_to_a_pool_and_lots_keep_their_expiry_in_it() {
    let (mut ledger, household) = family();
    ledger.pass_to(start_of("2026-12"));
    ledger.apply(TILL, issue(GROCER, TILL, 30, "gift"));
    ledger.apply(TILL, deposit(GROCER, TILL, household, 30));
    assert_eq!(
        ledger.view().lots(household, brand(GROCER)).expect("in memory"),
        [lot("2027-11", 500), lot("2027-12", 30)]
    );
    ledger.apply(ANNA, of(household, transfer(GROCER, ANNA, BO, 510)));
    assert_eq!(ledger.lots(BO, GROCER), [lot("2027-11", 500), lot("2027-12", 10)]);
}

#[test]
fn a_member_can_be_in_several_households_up_to_16() {
    let (mut ledger, _) = family();
    ledger.create_households(BO, 15);
    assert_eq!(ledger.view().memberships(address(BO)).expect("in memory").len(), 16);
    ledger.fails(BO, create_household(), Code::TooManyMemberships);
}

#[test]
fn a_brand_takes_back_from_a_pool_what_it_issued_to_it() {
    let (mut ledger, household) = family();
    ledger.apply(TILL, to(household, issue(GROCER, ANNA, 40, "family shopping")));
    ledger.apply(TILL, of(household, reverse(GROCER, ANNA, 40, "family shopping", "return")));
    assert_eq!(ledger.totals(GROCER), Sums { issued: 1040, outstanding: 1000, reversed: 40, ..Sums::default() });
}

#[test]
fn nothing_is_credited_at_a_household_s_address_before_the_household_is_created() {
    let mut ledger = Ledger::new();
    ledger.apply(TILL, issue(CAFE, ANNA, 50, "a"));
    ledger.apply(TILL, issue(GROCER, ANNA, 50, "b"));
    let create = ledger.sign(ANNA, vec![create_household()]);
    let household = Address::of_household(&ledger.genesis.chain_id(), &create.id(), 0);
    let failed = |code| Ok(Outcome::Failed { operation: 0, code });
    // The café's points are not poolable, the grocer's are.
    for (operations, code) in [
        (vec![to(household, transfer(CAFE, ANNA, ANNA, 20))], Code::PolicyForbidsPooling),
        (vec![to(household, transfer(GROCER, ANNA, ANNA, 20))], Code::UnknownHousehold),
    ] {
        let early = ledger.sign(ANNA, operations);
        assert_eq!(ledger.block(ledger.next_time(), &[early]), [failed(code)]);
    }
    // Nor does a brand lay points there.
    let early = ledger.sign(TILL, vec![to(household, issue(CAFE, ANNA, 2, "c"))]);
    let answers = ledger.block(ledger.next_time(), &[early, create]);
    assert_eq!(answers, [failed(Code::UnknownHousehold), Ok(Outcome::Applied)]);
    assert!(ledger.view().household(household).expect("in memory").expect("there").brands.is_empty());
    ledger.apply(ANNA, to(household, transfer(GROCER, ANNA, ANNA, 20)));
    assert_eq!(ledger.view().household(household).expect("in memory").expect("there").brands, [brand(GROCER)]);
}
