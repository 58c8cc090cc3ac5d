//! Households.

use lojal_types::limits::POINTS_MAX;
use lojal_types::{Address, Code, Invite, MemberRole, Operation, Outcome};

use super::Failing;
use crate::fixture::*;

const NOWHERE: Address = Address::new([9; 20]);

/// Anna's household, with Bo as an adult who may spend 50 of the grocer's points a month.
fn family(ledger: &mut Ledger) -> Address {
    ledger.household(ANNA, &[(BO, MemberRole::Adult, &[(GROCER, 50)])])
}

fn dissolved(ledger: &mut Ledger) -> Address {
    let household = ledger.household(ANNA, &[]);
    ledger.apply(ANNA, leave(household));
    household
}

pub(super) const FAILURES: &[(Code, Failing)] = &[
    (Code::TooManyMemberships, |ledger| {
        ledger.create_households(ANNA, 16);
        (ANNA, create_household())
    }),
    (Code::HouseholdsSpent, |ledger| {
        assert_eq!(ledger.run(ANNA, vec![create_household(); 4]), Outcome::Applied);
        (ANNA, create_household())
    }),
    (Code::UnknownHousehold, |_| (ANNA, invite(NOWHERE, BO, MemberRole::Adult, &[]))),
    (Code::UnknownHousehold, |_| (ANNA, invite(address(ANNA), BO, MemberRole::Adult, &[]))),
    (Code::UnknownHousehold, |ledger| (ANNA, invite(dissolved(ledger), BO, MemberRole::Adult, &[]))),
    (Code::NotMember, |ledger| (TILL, invite(family(ledger), CLEO, MemberRole::Adult, &[]))),
    (Code::NotHouseholdAdmin, |ledger| (BO, invite(family(ledger), CLEO, MemberRole::Adult, &[]))),
    (Code::InvalidLimits, |ledger| (ANNA, invite(family(ledger), CLEO, MemberRole::Admin, &[(GROCER, 1)]))),
    (Code::InvalidLimits, |ledger| (ANNA, invite(family(ledger), CLEO, MemberRole::Child, &[(GROCER, 1), (CAFE, 1)]))),
    (Code::InvalidLimits, |ledger| {
        (ANNA, invite(family(ledger), CLEO, MemberRole::Child, &[(GROCER, POINTS_MAX + 1)]))
    }),
    (Code::UnknownBrand, |ledger| (ANNA, invite(family(ledger), CLEO, MemberRole::Child, &[("nobody", 1)]))),
    (Code::UnknownBrand, |ledger| (ANNA, set_member(family(ledger), BO, MemberRole::Child, &[("nobody", 1)]))),
    (Code::HouseholdHasNoKey, |ledger| {
        let (household, other) = (family(ledger), ledger.household(BO, &[]));
        let (role, limits) = (MemberRole::Adult, Default::default());
        (ANNA, Operation::Invite(Invite { household, member: other, role, limits }))
    }),
    (Code::AlreadyMember, |ledger| (ANNA, invite(family(ledger), BO, MemberRole::Adult, &[]))),
    (Code::AlreadyInvited, |ledger| {
        let household = family(ledger);
        ledger.apply(ANNA, invite(household, CLEO, MemberRole::Child, &[(GROCER, 1)]));
        (ANNA, invite(household, CLEO, MemberRole::Child, &[(GROCER, 1)]))
    }),
    (Code::TooManyInvitations, |ledger| {
        let household = family(ledger);
        let invitations = (60..76).map(|seed| invite(household, seed, MemberRole::Adult, &[])).collect();
        assert_eq!(ledger.run(ANNA, invitations), Outcome::Applied);
        (ANNA, invite(household, 76, MemberRole::Adult, &[]))
    }),
    (Code::UnknownHousehold, |_| (ANNA, join(NOWHERE))),
    (Code::UnknownHousehold, |ledger| {
        let household = ledger.household(ANNA, &[]);
        ledger.apply(ANNA, invite(household, BO, MemberRole::Adult, &[]));
        ledger.apply(ANNA, leave(household));
        (BO, join(household))
    }),
    (Code::NotInvited, |ledger| (TILL, join(family(ledger)))),
    (Code::TooManyMembers, |ledger| {
        let household = family(ledger);
        for member in 60..74 {
            ledger.apply(TILL, issue(CAFE, member, 1, &format!("welcome {member}")));
            ledger.apply(ANNA, invite(household, member, MemberRole::Adult, &[]));
            ledger.apply(member, join(household));
        }
        ledger.apply(ANNA, invite(household, TILL, MemberRole::Adult, &[]));
        (TILL, join(household))
    }),
    (Code::TooManyMemberships, |ledger| {
        ledger.create_households(BO, 16);
        let household = ledger.household(ANNA, &[]);
        ledger.apply(ANNA, invite(household, BO, MemberRole::Adult, &[]));
        (BO, join(household))
    }),
    (Code::UnknownHousehold, |_| (ANNA, leave(NOWHERE))),
    (Code::UnknownHousehold, |ledger| (ANNA, leave(dissolved(ledger)))),
    (Code::NotMember, |ledger| (TILL, leave(family(ledger)))),
    (Code::LastHouseholdAdmin, |ledger| (ANNA, leave(family(ledger)))),
    (Code::LastHouseholdAdmin, |ledger| {
        let household = ledger.household(ANNA, &[]);
        ledger.apply(ANNA, deposit(GROCER, ANNA, household, 10));
        (ANNA, leave(household))
    }),
    // All that the pool has waits for a till.
    (Code::LastHouseholdAdmin, |ledger| {
        let household = ledger.household(ANNA, &[]);
        ledger.apply(ANNA, deposit(GROCER, ANNA, household, 10));
        ledger.apply(ANNA, of(household, hold(GROCER, ANNA, 10, "till 7", ledger.now().plus_ms(HOUR_MS))));
        (ANNA, leave(household))
    }),
    (Code::UnknownHousehold, |_| (ANNA, set_member(NOWHERE, BO, MemberRole::Adult, &[]))),
    (Code::NotMember, |ledger| (TILL, set_member(family(ledger), BO, MemberRole::Adult, &[]))),
    (Code::NotHouseholdAdmin, |ledger| (BO, set_member(family(ledger), BO, MemberRole::Admin, &[]))),
    (Code::InvalidLimits, |ledger| (ANNA, set_member(family(ledger), BO, MemberRole::Admin, &[(GROCER, 1)]))),
    (Code::UnknownMember, |ledger| (ANNA, set_member(family(ledger), CLEO, MemberRole::Adult, &[]))),
    (Code::LastHouseholdAdmin, |ledger| (ANNA, set_member(family(ledger), ANNA, MemberRole::Adult, &[]))),
    (Code::UnknownHousehold, |_| (ANNA, remove_member(NOWHERE, BO))),
    (Code::NotMember, |ledger| (TILL, remove_member(family(ledger), BO))),
    (Code::NotHouseholdAdmin, |ledger| (BO, remove_member(family(ledger), ANNA))),
    (Code::UnknownMember, |ledger| (ANNA, remove_member(family(ledger), CLEO))),
    (Code::LastHouseholdAdmin, |ledger| (ANNA, remove_member(family(ledger), ANNA))),
    (Code::MemberLimitReached, |ledger| {
        let household = family(ledger);
        ledger.apply(ANNA, deposit(GROCER, ANNA, household, 100));
        (BO, of(household, redeem(GROCER, BO, 51)))
    }),
    // A child spends listed brands only.
    (Code::MemberLimitReached, |ledger| {
        let household = ledger.household(ANNA, &[(BO, MemberRole::Child, &[(CAFE, 50)])]);
        ledger.apply(ANNA, deposit(GROCER, ANNA, household, 100));
        (BO, of(household, redeem(GROCER, BO, 1)))
    }),
    (Code::NotOwner, |ledger| {
        let household = family(ledger);
        ledger.apply(ANNA, deposit(GROCER, ANNA, household, 100));
        (TILL, of(household, redeem(GROCER, TILL, 1)))
    }),
    (Code::UnknownHousehold, |ledger| {
        let household = dissolved(ledger);
        (ANNA, deposit(GROCER, ANNA, household, 10))
    }),
];
