//! Mistakes that take more than a random wrong field: each needs something to be so on the ledger.

use lojal_types::{
    Address, Bounded, BrandId, Convert, FinishRecovery, Guardian, Guardians, Invite, Issue, Join, MemberRights,
    MemberRole, Operation, Points, Policy, Redeem, Reference, Release, RemoveMember, RemoveOperator, Request,
    RequestKind, Role, Salt, SetGuardians, StartRecovery, Transfer,
};

use super::Workload;
use crate::world::{MEMBERS, TILL};

/// Everybody who can make a mistake as things stand, and how.
pub(super) type Possible = Vec<(Address, Operation)>;

const MISTAKES: [fn(&Workload) -> Possible; 39] = [
    Workload::spending_dead_points,
    Workload::pooling_what_must_not_be,
    Workload::transferring_what_must_not_be,
    Workload::transferring_too_little,
    Workload::issuing_beyond_a_limit,
    Workload::removing_a_stranger,
    Workload::removing_no_operator,
    Workload::recovering_what_is_decided,
    Workload::converting_too_much,
    Workload::releasing_too_early,
    Workload::recovering_too_early,
    Workload::converting_too_late,
    Workload::converting_by_other_terms,
    Workload::owing_too_much,
    Workload::inviting_without_right,
    Workload::inviting_in_vain,
    Workload::joining_what_is_full,
    Workload::spending_beyond_a_limit,
    Workload::being_a_child,
    Workload::giving_to_no_household,
    Workload::recovering_while_barred,
    Workload::naming_who_cannot_sign,
    Workload::opening_with_too_little,
    Workload::holding_too_little,
    Workload::reversing_from_somebody_else,
    Workload::reversing_more_than_is_left,
    Workload::taking_back_what_is_used_up,
    Workload::accepting_other_terms,
    Workload::giving_more_than_the_budget,
    Workload::granting_too_much_at_once,
    Workload::claiming_for_a_pool_that_may_not,
    Workload::bringing_one_more_along,
    Workload::bringing_oneself_along,
    Workload::showing_anothers_invitation,
    Workload::coming_uninvited,
    Workload::taking_in_vain,
    Workload::taking_too_little_or_too_much,
    Workload::using_more_than_is_left,
    Workload::refunding_in_vain,
];

impl Workload {
    /// One of the mistakes that can be made as things stand.
    pub(super) fn mistake(&mut self) -> Option<(usize, Vec<Operation>)> {
        if self.random.once_in(12) {
            let brand = self.random.index(self.brands.len());
            return Some((Self::office(brand), self.removing_all_admins(brand)));
        }
        let possible = MISTAKES[self.random.index(MISTAKES.len())](self);
        let (sender, operation) = self.random.pick(&possible)?;
        let sender = (0..self.keys.len()).find(|actor| self.address(*actor) == sender)?;
        Some((sender, vec![operation]))
    }

    /// An office removes the others and then itself.
    fn removing_all_admins(&self, brand: usize) -> Vec<Operation> {
        let (office, brand) = (self.address(Self::office(brand)), self.brands[brand]);
        let operators = self.model.tables.operators.iter().filter(|((of, _), _)| *of == brand);
        let admins = operators.filter(|(_, operator)| operator.roles.contains(&Role::Admin));
        let others = admins.map(|((_, address), _)| *address).filter(|address| *address != office).take(99);
        let remove = |operator| Operation::RemoveOperator(RemoveOperator { brand, operator });
        others.chain([office]).map(remove).collect()
    }

    fn spending_dead_points(&self) -> Possible {
        let dead = self.model.tables.lots.iter().filter(|((_, _, expiry), _)| !expiry.is_live_in(self.time.month()));
        let redeem = |((from, brand, _), amount): (&(Address, BrandId, _), &u64)| {
            let amount = Points::new(self.model.balance(*from, *brand) + *amount);
            (*from, Operation::Redeem(Redeem { brand: *brand, from: *from, amount, request: None }))
        };
        dead.map(redeem).collect()
    }

    /// To an address that is a household's by its last bit, and that nothing was ever created at.
    fn giving_to_no_household(&self) -> Possible {
        let accounts = self.model.tables.accounts.iter().map(|(account, _)| *account);
        let brands = self.brands.iter().copied();
        let purses = accounts.flat_map(|account| brands.clone().map(move |brand| (account, brand)));
        let rich = purses.filter(|(from, brand)| self.model.balance(*from, *brand) > 0);
        let transfers = rich.filter_map(|(from, brand)| {
            let mut bytes = *from.as_bytes();
            bytes[19] |= 1;
            let (to, amount) = (Address::new(bytes), self.model.tables.policies.get(&brand)?.transfer_min);
            Some((from, Operation::Transfer(Transfer { brand, from, to, amount })))
        });
        transfers.collect()
    }

    /// A household as somebody's guardian, and as another household's member.
    fn naming_who_cannot_sign(&self) -> Possible {
        let household = self.model.tables.households.iter().map(|(address, _)| *address).next();
        let Some(household) = household else { return Possible::new() };
        let list = Bounded::new(vec![Guardian::Account(household)]).expect("one");
        let guardians = Guardians { guardians: list, threshold: 1 };
        let owners = (0..MEMBERS).map(|member| self.address(member));
        let naming = owners.map(|owner| {
            let guardians = guardians.clone();
            (owner, Operation::SetGuardians(SetGuardians { guardians }))
        });
        naming.chain(self.invitations(|role| role == MemberRole::Admin, |_| household)).collect()
    }

    /// By guardians whose votes the owner has cancelled.
    fn recovering_while_barred(&self) -> Possible {
        let new_key = self.keys[TILL][0].public_key();
        let accounts = self.model.tables.accounts.iter();
        let barred = accounts.flat_map(|(address, account)| {
            let guardians = account.safeguards.barred.iter().filter_map(|one| one.guardian.account());
            guardians
                .map(|guardian| (*guardian, Operation::StartRecovery(StartRecovery { account: *address, new_key })))
        });
        barred.collect()
    }

    /// Every member of every household, with its rights.
    fn members(&self) -> impl Iterator<Item = (Address, Address, &MemberRights)> {
        let households = self.model.tables.households.iter();
        households
            .flat_map(|(pool, household)| household.members.iter().map(|(member, rights)| (*pool, *member, rights)))
    }

    fn pooling_what_must_not_be(&self) -> Possible {
        let brands = self.model.tables.policies.iter().filter(|(_, policy)| !policy.poolable);
        let deposits = brands.flat_map(|(brand, policy)| {
            let amount = policy.transfer_min;
            let from_members = self.members().filter(move |(_, member, _)| self.model.balance(*member, *brand) > 0);
            from_members.map(move |(pool, from, _)| {
                (from, Operation::Transfer(Transfer { brand: *brand, from, to: pool, amount }))
            })
        });
        deposits.collect()
    }

    fn transferring_too_little(&self) -> Possible {
        let strict = |(_, policy): &(&BrandId, &Policy)| policy.transferable && policy.transfer_min.get() > 1;
        let brands = self.model.tables.policies.iter().filter(strict);
        let transfers = brands.flat_map(|(brand, policy)| {
            let (to, amount) = (self.address(TILL), Points::new(policy.transfer_min.get() - 1));
            let accounts = self.model.tables.accounts.iter().map(|(account, _)| *account);
            let others = accounts.filter(move |account| *account != to);
            others.map(move |from| (from, Operation::Transfer(Transfer { brand: *brand, from, to, amount })))
        });
        transfers.collect()
    }

    /// By a till, for members who were never given anything.
    fn opening_with_too_little(&self) -> Possible {
        let strict = self.model.tables.policies.iter().filter(|(_, policy)| policy.opening_min.get() > 1);
        let issues = strict.filter_map(|(brand, policy)| {
            let reference = Reference::new(self.random.clone().number().to_be_bytes().to_vec()).ok()?;
            let (to, amount) = (self.address(MEMBERS - 1), Points::new(policy.opening_min.get() - 1));
            let (brand, dated) = (*brand, self.time.day());
            Some((self.address(TILL), Operation::Issue(Issue { brand, to, amount, reference, dated, expiry: None })))
        });
        issues.collect()
    }

    fn holding_too_little(&self) -> Possible {
        let strict = self.model.tables.policies.iter().filter(|(_, policy)| policy.transfer_min.get() > 1);
        let holds = strict.flat_map(|(brand, policy)| {
            let (kind, until_ms) = (RequestKind::Hold { expires_ms: self.time.plus_ms(1) }, self.time.plus_ms(1));
            let (amount, dated, salt) =
                (Points::new(policy.transfer_min.get() - 1), self.time.day(), Salt::new([9; 16]));
            let request = Request { brand: *brand, amount, kind, dated, until_ms, household: None, salt };
            let accounts = self.model.tables.accounts.iter().map(|(account, _)| *account);
            accounts.map(move |account| (account, request.answer(&self.chain, account)))
        });
        holds.collect()
    }

    fn transferring_what_must_not_be(&self) -> Possible {
        let brands = self.model.tables.policies.iter().filter(|(_, policy)| !policy.transferable);
        let transfers = brands.flat_map(|(brand, policy)| {
            let accounts = self.model.tables.accounts.iter().map(|(account, _)| *account);
            let rich = accounts.filter(move |account| self.model.balance(*account, *brand) > 0);
            rich.map(move |from| {
                let (to, amount) = (self.address(TILL), policy.transfer_min);
                (from, Operation::Transfer(Transfer { brand: *brand, from, to, amount }))
            })
        });
        transfers.collect()
    }

    fn issuing_beyond_a_limit(&self) -> Possible {
        let operators = self.model.tables.operators.iter().filter(|(_, one)| one.roles.contains(&Role::Issue));
        let issues = operators.filter_map(|((brand, operator), one)| {
            let left = one.issue_daily_max?.saturating_sub(self.model.issued_today(*brand, *operator));
            let reference = Reference::new(self.random.clone().number().to_be_bytes().to_vec()).ok()?;
            let (to, amount) = (self.address(0), Points::new(left + 1));
            let dated = self.time.day();
            Some((*operator, Operation::Issue(Issue { brand: *brand, to, amount, reference, dated, expiry: None })))
        });
        issues.collect()
    }

    fn removing_a_stranger(&self) -> Possible {
        let admins = self.members().filter(|(_, _, rights)| rights.role == MemberRole::Admin);
        let removals = admins.map(|(household, admin, _)| {
            (admin, Operation::RemoveMember(RemoveMember { household, member: self.address(TILL) }))
        });
        removals.collect()
    }

    fn releasing_too_early(&self) -> Possible {
        let running = self.holds.iter().filter_map(|(brand, reference, day)| {
            let held = self.model.tables.held.get(&(day.month(), *brand, reference.clone()))?;
            let open = self.model.tables.holds.contains(&(held.from, *brand, held.number));
            let (hold_reference, hold_dated) = (reference.clone(), *day);
            let release = Release { brand: *brand, from: held.from, hold_reference, hold_dated };
            (open && held.expires > self.time.get()).then_some((held.from, Operation::Release(release)))
        });
        running.collect()
    }

    fn recovering_too_early(&self) -> Possible {
        let accounts = self.model.tables.accounts.iter().filter(|(_, account)| {
            let recovery = account.recovery.as_ref();
            recovery.is_some_and(|recovery| recovery.agreed.is_none_or(|agreed| agreed.from_ms > self.time))
        });
        let by_guardians = accounts.flat_map(|(address, account)| {
            let guardians = account.guardians.guardians.iter().filter_map(|guardian| guardian.account());
            let finish = FinishRecovery { account: *address };
            guardians.map(move |guardian| (*guardian, Operation::FinishRecovery(finish.clone())))
        });
        by_guardians.collect()
    }

    /// A conversion by the terms of all members who have points, for partnerships for which something holds.
    fn conversions(&self, amount: u64, pairs: impl Iterator<Item = (BrandId, BrandId)>) -> Possible {
        let accounts = || self.model.tables.accounts.iter().map(|(account, _)| *account);
        let conversions = pairs.flat_map(|(from, to)| {
            let terms = self.model.tables.partnerships.get(&(from, to)).and_then(|one| one.terms.as_ref());
            let exchange = terms.and_then(|terms| terms.conversion_of(Points::new(amount)));
            let rich = accounts().filter(move |account| self.model.balance(*account, from) >= amount);
            rich.filter_map(move |account| {
                let (burned, received) = exchange?;
                Some((account, Operation::Convert(Convert { account, from, to, burned, received })))
            })
        });
        conversions.collect()
    }

    fn converting_too_late(&self) -> Possible {
        let partnerships = self.model.tables.partnerships.iter();
        let ended = partnerships.filter(|(_, one)| one.terms.as_ref().is_some_and(|terms| terms.ends_ms <= self.time));
        self.conversions(5, ended.map(|(pair, _)| *pair))
    }

    fn removing_no_operator(&self) -> Possible {
        let operator = self.address(0);
        let removals = self.brands.iter().enumerate().map(|(place, brand)| {
            let remove = RemoveOperator { brand: *brand, operator };
            (self.address(Self::office(place)), Operation::RemoveOperator(remove))
        });
        removals.collect()
    }

    fn recovering_what_is_decided(&self) -> Possible {
        let new_key = self.keys[0][1].public_key();
        let accounts = self.model.tables.accounts.iter();
        let decided = accounts.filter(|(_, one)| one.recovery.as_ref().is_some_and(|one| one.agreed.is_some()));
        let votes = decided.flat_map(|(account, one)| {
            let guardians = one.guardians.guardians.iter().filter_map(|guardian| guardian.account());
            let start = StartRecovery { account: *account, new_key };
            guardians.map(move |guardian| (*guardian, Operation::StartRecovery(start.clone())))
        });
        votes.collect()
    }

    fn converting_too_much(&self) -> Possible {
        let partnerships = self.model.tables.partnerships.iter();
        let capped = partnerships.filter(|(_, one)| one.terms.as_ref().is_some_and(|terms| terms.daily_max.get() < 60));
        self.conversions(60, capped.map(|(pair, _)| *pair))
    }

    /// One point more than the terms give, for one point more than that takes.
    fn converting_by_other_terms(&self) -> Possible {
        let partnerships = self.model.tables.partnerships.iter();
        let running = partnerships.filter(|(_, one)| one.terms.as_ref().is_some_and(|terms| terms.ends_ms > self.time));
        let right = self.conversions(20, running.map(|(pair, _)| *pair));
        let one_more = |points: Points| Points::new(points.get() + 1);
        let wrong = right.into_iter().flat_map(|(sender, operation)| {
            let Operation::Convert(convert) = operation else { return Vec::new() };
            let more = Convert { received: one_more(convert.received), ..convert.clone() };
            let dearer = Convert { burned: one_more(convert.burned), ..convert };
            vec![(sender, Operation::Convert(more)), (sender, Operation::Convert(dearer))]
        });
        wrong.collect()
    }

    fn owing_too_much(&self) -> Possible {
        let partnerships = self.model.tables.partnerships.iter();
        let dear =
            partnerships.filter(|(_, one)| one.terms.as_ref().is_some_and(|terms| terms.price_micro > 1_000_000));
        self.conversions(10_000_000_000, dear.map(|(pair, _)| *pair))
    }

    /// Members with a role in a household who invite somebody.
    fn invitations(&self, by: impl Fn(MemberRole) -> bool, guest: impl Fn(Address) -> Address) -> Possible {
        let members = self.members().filter(|(_, _, rights)| by(rights.role));
        let invitations = members.map(|(household, member, _)| {
            let (role, limits) = (MemberRole::Adult, Default::default());
            (member, Operation::Invite(Invite { household, member: guest(member), role, limits }))
        });
        invitations.collect()
    }

    fn inviting_without_right(&self) -> Possible {
        self.invitations(|role| role != MemberRole::Admin, |_| self.address(0))
    }

    /// Members, and those who have the same invitation already.
    fn inviting_in_vain(&self) -> Possible {
        let admins = self.members().filter(|(.., rights)| rights.role == MemberRole::Admin);
        let invitations = admins.flat_map(|(household, admin, _)| {
            let invited = self.model.tables.households.get(&household).into_iter().flat_map(|one| &one.invited);
            invited.map(move |(guest, rights)| {
                let (member, role, limits) = (*guest, rights.role, rights.limits.clone());
                (admin, Operation::Invite(Invite { household, member, role, limits }))
            })
        });
        self.invitations(|role| role == MemberRole::Admin, |member| member).into_iter().chain(invitations).collect()
    }

    fn joining_what_is_full(&self) -> Possible {
        let full = self.model.tables.households.iter().filter(|(_, household)| household.members.len() >= 16);
        let joins = full.flat_map(|(address, household)| {
            household.invited.keys().map(|guest| (*guest, Operation::Join(Join { household: *address })))
        });
        joins.collect()
    }

    fn spending_beyond_a_limit(&self) -> Possible {
        let spending = self.members().flat_map(|(from, member, rights)| {
            // A limit is looked at before the pool's points are.
            let beyond = rights.limits.iter().map(move |limit| {
                let left = limit.month_max.get().saturating_sub(self.model.spent_this_month(from, member, limit.brand));
                let (brand, amount) = (limit.brand, Points::new(left + 1));
                (member, Operation::Redeem(Redeem { brand, from, amount, request: None }))
            });
            beyond.collect::<Vec<_>>()
        });
        spending.collect()
    }

    fn being_a_child(&self) -> Possible {
        let children = self.members().filter(|(_, _, rights)| rights.role == MemberRole::Child);
        let gifts = children.map(|(from, child, _)| {
            let (brand, amount) = (self.brands[0], Points::new(10));
            (child, Operation::Transfer(Transfer { brand, from, to: child, amount }))
        });
        gifts.collect()
    }
}
