//! Mistakes about what was given: more than is left, of others, or by terms that nobody has accepted.

use lojal_types::{
    AcceptSponsorship, Address, Award, BrandId, CampaignId, Claim, Day, Grant, Hash, Operation, Points, Reference,
    Reverse, TakeBack, TakenBackOf, TakenBy,
};

use super::Workload;
use super::campaigns::left_of_budget;
use super::mistakes::Possible;
use crate::model::Offered;
use crate::world::{MEMBERS_WITH_POINTS, OFFICES, TILL};

impl Workload {
    /// A reference that nothing has used, for as long as nothing else is drawn.
    fn fresh(&self) -> (Reference, Day) {
        let bytes = self.random.clone().number().to_be_bytes().to_vec();
        (Reference::new(bytes).expect("8 bytes"), self.time.day())
    }

    /// Reversals by the till of issues that can be reversed: from whom, and how many points.
    fn reversals(&self, of: impl Fn(Address, u64) -> (Address, u64)) -> Possible {
        let reversals = self.issues.iter().filter_map(|(brand, issue_reference, issue_dated)| {
            let key = (issue_dated.month(), *brand, issue_reference.clone());
            let issued = self.model.tables.issues.get(&key).filter(|one| self.time.get() < one.until)?;
            let (from, points) = of(issued.to, issued.amount - issued.reversed);
            let (brand, amount, (reference, dated)) = (*brand, Points::new(points), self.fresh());
            let (issue_reference, issue_dated, at_least) = (issue_reference.clone(), *issue_dated, amount);
            let reverse = Reverse { brand, from, amount, at_least, issue_reference, issue_dated, reference, dated };
            Some((self.address(TILL), Operation::Reverse(reverse)))
        });
        reversals.collect()
    }

    pub(super) fn reversing_from_somebody_else(&self) -> Possible {
        let (one, other) = (self.address(0), self.address(1));
        self.reversals(|to, _| (if to == one { other } else { one }, 1))
    }

    pub(super) fn reversing_more_than_is_left(&self) -> Possible {
        self.reversals(|to, left| (to, left + 1))
    }

    /// Of stamp cards that were full.
    pub(super) fn taking_back_what_is_used_up(&self) -> Possible {
        let stamps = self.model.tables.programme.stamps.iter().filter(|((_, brand, _), one)| {
            let is_used = self.model.has_used((one.to, *brand, one.track));
            is_used && one.taken < one.amount && self.time.get() < one.until
        });
        let returns = stamps.map(|((_, brand, of_reference), one)| {
            let (brand, from, of, of_reference) = (*brand, one.to, TakenBackOf::Stamp, of_reference.clone());
            let (of_dated, amount, (reference, dated)) = (one.dated, one.amount - one.taken, self.fresh());
            let take = TakeBack { brand, from, of, of_reference, of_dated, amount, reference, dated };
            (self.address(TILL), Operation::TakeBack(take))
        });
        returns.collect()
    }

    /// All campaigns that give something to whom they are for, with their brands.
    pub(super) fn giving(&self) -> impl Iterator<Item = (BrandId, CampaignId, Offered)> {
        let all = self.all_campaigns();
        all.filter(|(brand, campaign, one)| {
            let digest = Some(one.terms.digest(&self.chain, *brand, *campaign));
            let is_paid_for = one.terms.sponsor.is_none() || one.accepted == digest;
            one.terms.is_open(self.time) && !one.terms.paused && is_paid_for
        })
    }

    fn all_campaigns(&self) -> impl Iterator<Item = (BrandId, CampaignId, Offered)> {
        let of = |brand: &BrandId| {
            let brand = *brand;
            self.model.campaigns_of(brand).into_iter().map(move |(campaign, one)| (brand, campaign, one))
        };
        self.brands.iter().flat_map(of)
    }

    /// Terms that there aren't, or that nobody was asked to accept.
    pub(super) fn accepting_other_terms(&self) -> Possible {
        let accepts = self.all_campaigns().map(|(brand, campaign, one)| {
            let place = one.terms.sponsor.and_then(|sponsor| self.brands.iter().position(|id| *id == sponsor.brand));
            let terms = Hash::new([9; 32]);
            let accept = AcceptSponsorship { brand, campaign, terms };
            (self.address(OFFICES + place.unwrap_or(0)), Operation::AcceptSponsorship(accept))
        });
        accepts.collect()
    }

    pub(super) fn giving_more_than_the_budget(&self) -> Possible {
        let granted = self.giving().filter(|(_, _, one)| one.terms.by != TakenBy::Member);
        let grants = granted.flat_map(|(brand, campaign, one)| {
            let more = left_of_budget(&one).saturating_add(1);
            let up_to = if let Award::Points { up_to, .. } = one.terms.award { up_to.get() } else { 0 };
            let members = (0..MEMBERS_WITH_POINTS).map(|member| self.address(member));
            let can = members.filter(|to| more <= up_to && self.can_take(brand, campaign, &one, *to));
            let (reference, dated) = self.fresh();
            let grant = |to| Grant { brand, campaign, to, amount: more, reference: reference.clone(), dated };
            can.map(|to| (self.address(TILL), Operation::Grant(grant(to)))).collect::<Possible>()
        });
        grants.collect()
    }

    /// Grants of more than one can have.
    pub(super) fn granting_too_much_at_once(&self) -> Possible {
        let granted = self.giving().filter(|(_, _, one)| one.terms.by != TakenBy::Member);
        let grants = granted.map(|(brand, campaign, one)| {
            let most = if let Award::Points { up_to, .. } = one.terms.award { up_to.get() } else { 100 };
            let (to, (reference, dated)) = (self.address(0), self.fresh());
            (self.address(TILL), Operation::Grant(Grant { brand, campaign, to, amount: most + 1, reference, dated }))
        });
        grants.collect()
    }

    /// Claims for households of what isn't for them.
    pub(super) fn claiming_for_a_pool_that_may_not(&self) -> Possible {
        let claimed = self.giving().filter(|(_, _, one)| one.terms.by != TakenBy::Operator && !one.terms.households);
        let claims = claimed.flat_map(|(brand, campaign, one)| {
            let pools = (0..MEMBERS_WITH_POINTS).flat_map(|member| {
                let own = self.address(member);
                self.model.memberships(own).into_iter().map(move |pool| (own, pool))
            });
            let price_max = one.terms.price;
            let claim =
                |account| Claim { brand, campaign, account, quantity: 1, price_max, referrer: None, invitation: None };
            pools.map(|(own, pool)| (own, Operation::Claim(claim(pool)))).collect::<Possible>()
        });
        claims.collect()
    }

    /// Claims that name somebody whom the brand has known for longer, and that work, mostly.
    pub(super) fn bringing_along(&self) -> Vec<(usize, Operation)> {
        let referring = self.giving().filter(|(_, _, one)| one.terms.referral.is_some());
        let claims = referring.flat_map(|(brand, campaign, one)| {
            let since = |member: usize| {
                let relations = &self.model.tables.programme.relations;
                relations.get(&(self.address(member), brand)).and_then(|known| known.since)
            };
            let new = (0..MEMBERS_WITH_POINTS).filter(|member| {
                since(*member).is_some() && self.can_take(brand, campaign, &one, self.address(*member))
            });
            let claims = new.filter_map(|member| {
                let older = (0..MEMBERS_WITH_POINTS).find(|other| {
                    self.can_act(member) && since(*other).is_some_and(|known| Some(known) < since(member))
                })?;
                let (account, referrer) = (self.address(member), Some(self.address(older)));
                let (quantity, price_max, invitation) = (1, Points::ZERO, None);
                let claim = Claim { brand, campaign, account, quantity, price_max, referrer, invitation };
                Some((member, Operation::Claim(claim)))
            });
            claims.collect::<Vec<_>>()
        });
        claims.collect()
    }

    pub(super) fn bringing_oneself_along(&self) -> Possible {
        let referring: Vec<_> = self.giving().filter(|(_, _, one)| one.terms.referral.is_some()).collect();
        let claims = referring.iter().flat_map(|(brand, campaign, _)| {
            (0..MEMBERS_WITH_POINTS).map(|member| {
                let (account, price_max) = (self.address(member), Points::ZERO);
                let (brand, campaign, quantity, referrer) = (*brand, *campaign, 1, Some(account));
                let claim = Claim { brand, campaign, account, quantity, price_max, referrer, invitation: None };
                (account, Operation::Claim(claim))
            })
        });
        claims.collect()
    }

    /// By referrers who have brought along as many as they may.
    pub(super) fn bringing_one_more_along(&self) -> Possible {
        let members = || (0..MEMBERS_WITH_POINTS).map(|member| self.address(member));
        let referring = self.giving().filter(|(_, _, one)| one.terms.referral.is_some());
        let claims = referring.flat_map(|(brand, campaign, one)| {
            let brought = |account: &Address| {
                let known = self.model.tables.programme.relations.get(&(*account, brand));
                let taken = known.map(|known| self.model.given_to(known).1).unwrap_or_default();
                taken.iter().any(|(of, as_referrer, _)| *of == campaign && *as_referrer)
            };
            let busy: Vec<Address> = members().filter(brought).collect();
            let new = members().filter(|account| self.can_take(brand, campaign, &one, *account));
            let pairs = new.flat_map(|account| busy.iter().map(move |referrer| (account, Some(*referrer))));
            let price_max = Points::ZERO;
            let claim = |account, referrer| Claim {
                brand,
                campaign,
                account,
                quantity: 1,
                price_max,
                referrer,
                invitation: None,
            };
            pairs.map(|(account, referrer)| (account, Operation::Claim(claim(account, referrer)))).collect::<Possible>()
        });
        claims.collect()
    }
}
