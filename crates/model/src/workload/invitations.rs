//! Lists of invitations, each made anew whenever somebody needs it.

use lojal_types::merkle::Tree;
use lojal_types::{
    Address, Bounded, BrandId, Campaign, CampaignId, Claim, Hash, Invitation, Invited, Operation, Requirement, Salt,
    TakenBy,
};

use super::Workload;
use super::mistakes::Possible;
use crate::world::MEMBERS_WITH_POINTS;

/// Lists that a campaign has at most here.
const LISTS: usize = 2;

impl Workload {
    /// A list of a campaign: all members, and what each is invited to.
    fn list(&self, (brand, campaign): (BrandId, CampaignId), list: usize) -> Vec<Invited> {
        let line = |member: usize| {
            let number = u8::try_from(member + 100 * list).expect("few");
            let (account, salt) = (self.address(member), Salt::new([number; 16]));
            Invited { brand, campaign, account, amount: u64::from(number) % 40, salt }
        };
        (0..MEMBERS_WITH_POINTS).map(line).collect()
    }

    fn tree(&self, of: (BrandId, CampaignId), list: usize) -> Tree {
        Tree::new(self.list(of, list).iter().map(|line| line.leaf(&self.chain)).collect())
    }

    /// The terms with one list more, now and then, and with the fact that only the invited take part.
    pub(super) fn with_invitations(&mut self, of: (BrandId, CampaignId), terms: Campaign) -> Campaign {
        let lists = terms.invited.len();
        if terms.by == TakenBy::Operator || lists == LISTS || !self.random.once_in(3) {
            return terms;
        }
        let root = Hash::new(self.tree(of, lists).root());
        let invited = terms.invited.iter().copied().chain([root]).collect();
        let invited = Bounded::new(invited).expect("two at most");
        let is_asked = lists == 0 && terms.referral.is_none() && self.random.once_in(2);
        let asks = Bounded::new(terms.requires.iter().copied().chain([Requirement::Invited]).collect());
        let requires = asks.ok().filter(|_| is_asked).unwrap_or_else(|| terms.requires.clone());
        Campaign { invited, requires, ..terms }
    }

    /// The invitation of an account, if it has one, or now and then somebody else's.
    pub(super) fn invitation(
        &mut self,
        (brand, campaign, account): (BrandId, CampaignId, Address),
        terms: &Campaign,
    ) -> Option<Invitation> {
        let lists = terms.invited.len();
        let is_asked = terms.requires.contains(&Requirement::Invited);
        if lists == 0 || !(is_asked || self.random.once_in(2)) || self.twist() {
            return None;
        }
        let list = self.random.index(lists);
        let account = if self.twist() { self.member() } else { account };
        self.shown((brand, campaign), list, account)
    }

    fn shown(&self, of: (BrandId, CampaignId), list: usize, account: Address) -> Option<Invitation> {
        let lines = self.list(of, list);
        let at = lines.iter().position(|line| line.account == account)?;
        let Invited { amount, salt, .. } = lines[at];
        let path = Bounded::new(self.tree(of, list).path(at)?).expect("a short list");
        Some(Invitation { root: u8::try_from(list).expect("few"), amount, salt, path })
    }

    /// Claims by the invitation of somebody else.
    pub(super) fn showing_anothers_invitation(&self) -> Possible {
        self.claims(|claim, other| Claim { invitation: Some(other), ..claim })
    }

    /// Claims without an invitation, of what takes one.
    pub(super) fn coming_uninvited(&self) -> Possible {
        self.claims(|claim, _| claim)
    }

    /// Claims by members of what only the invited get, each with the invitation of another member.
    fn claims(&self, of: impl Fn(Claim, Invitation) -> Claim) -> Possible {
        let asking = self.giving().filter(|(_, _, one)| one.terms.requires.contains(&Requirement::Invited));
        let claims = asking.flat_map(|(brand, campaign, one)| {
            let can = (1..MEMBERS_WITH_POINTS).filter(|member| {
                one.terms.by != TakenBy::Operator && self.can_take(brand, campaign, &one, self.address(*member))
            });
            let claims = can.filter_map(|member| {
                let (account, price_max) = (self.address(member), one.terms.price);
                let other = self.shown((brand, campaign), 0, self.address(member - 1))?;
                let claim =
                    Claim { brand, campaign, account, quantity: 1, price_max, referrer: None, invitation: None };
                Some((account, Operation::Claim(of(claim, other))))
            });
            claims.collect::<Possible>()
        });
        claims.collect()
    }
}
