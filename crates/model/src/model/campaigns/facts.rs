//! The facts that campaigns ask for once more.

use lojal_types::merkle::root_of_path;
use lojal_types::{
    Address, Award, BrandId, Campaign, CampaignId, Claim, Code, Day, Hash, Invitation, Invited, Month, Requirement,
    TrackId, TrackKind,
};

use super::super::given::Relation;
use super::super::{Model, ensure};
use super::is_household;

/// An account, what a brand knows of it, and whether it is invited or needn't be.
#[derive(Clone, Copy)]
pub(super) struct Member<'a> {
    pub(super) known: Option<&'a Relation>,
    pub(super) account: Address,
    pub(super) is_invited: bool,
}

impl Model {
    /// Tells whether a fact holds of an account, which the brand knows from today on if it hasn't before.
    pub(crate) fn has_fact(&self, brand: BrandId, fact: &Requirement, account: Address) -> bool {
        let known = self.tables.programme.relations.get(&(account, brand)).cloned();
        let known = known.unwrap_or_default().known_from(self.today());
        self.lacks(brand, fact, Member { known: Some(&known), account, is_invited: true }).is_none()
    }

    /// The code of a fact that doesn't hold.
    pub(super) fn lacks(
        &self,
        brand: BrandId,
        fact: &Requirement,
        Member { known, account, is_invited }: Member<'_>,
    ) -> Option<Code> {
        let since = known.and_then(|relation| relation.since);
        let known_for = since.map(|since| self.today().get() - since.get());
        let units = |track, through| match (self.track(brand, track), known) {
            (Some(_), Some(_)) => self.unused((account, brand, track), through),
            _ => 0,
        };
        let (holds, code) = match *fact {
            Requirement::Progress { track, at_least, this_month, .. } => {
                let through = this_month.then(|| self.through(brand, track)).flatten();
                let is_asked = !this_month || through.is_some();
                (is_asked && units(track, through) >= at_least, Code::ProgressMissing)
            }
            Requirement::Level { track, level } => {
                let terms = self.track(brand, track).filter(|_| known.is_some());
                let now = terms.map_or(0, |terms| self.level_now((account, brand, track), &terms));
                (now >= usize::from(level), Code::LevelMissing)
            }
            Requirement::Mark { mark } => {
                let has = |relation: &Relation| relation.marks.get(&mark).is_some_and(|until| self.lasts(*until));
                (known.is_some_and(has), Code::MarkMissing)
            }
            Requirement::New { days } => (known_for.is_some_and(|days_known| days_known <= days.into()), Code::NotNew),
            Requirement::Since { days } => {
                (known_for.is_some_and(|days_known| days_known >= days.into()), Code::TooNew)
            }
            Requirement::Invited => (is_invited, Code::InvitationMissing),
        };
        (!holds).then_some(code)
    }

    /// The sum of an invitation.
    pub(super) fn invited_to(
        &self,
        (brand, campaign, account): (BrandId, CampaignId, Address),
        terms: &Campaign,
        invitation: Option<&Invitation>,
    ) -> Result<Option<u64>, Code> {
        let Some(Invitation { root, amount, salt, path }) = invitation else { return Ok(None) };
        let leaf = Invited { brand, campaign, account, amount: *amount, salt: *salt }.leaf(&self.chain);
        let hash = root_of_path(leaf, path);
        let is_listed = terms.invited.get(usize::from(*root)) == Some(&Hash::new(hash));
        let fits = match terms.award {
            Award::Points { up_to, .. } => *amount > 0 && *amount <= up_to.get(),
            Award::Cause { .. } => *amount > 0,
            _ => true,
        };
        ensure(is_listed && fits, Code::InvitationInvalid)?;
        Ok(Some(*amount))
    }

    pub(in crate::model) fn lasts(&self, until: Option<Day>) -> bool {
        until.is_none_or(|until| until >= self.today())
    }

    /// The month through which a stamp of now counts on a rolling track.
    pub(super) fn through(&self, brand: BrandId, track: TrackId) -> Option<Month> {
        match self.track(brand, track)?.kind {
            TrackKind::Rolling { months, .. } => Some(Month::new(self.month.get() + u16::from(months))),
            _ => None,
        }
    }

    pub(super) fn check_referral(
        &self,
        claim: &Claim,
        terms: &Campaign,
        known: Option<&Relation>,
    ) -> Result<u64, Code> {
        let Some(referrer) = claim.referrer else { return Ok(0) };
        let referral = terms.referral.ok_or(Code::NoReferrerAward)?;
        let people = !is_household(claim.account) && !is_household(referrer);
        ensure(people && referrer != claim.account, Code::ReferrerRelated)?;
        let (own, theirs) = (self.memberships(claim.account), self.memberships(referrer));
        ensure(!own.iter().any(|household| theirs.contains(household)), Code::ReferrerRelated)?;
        let theirs = self.tables.programme.relations.get(&(referrer, claim.brand));
        let (first, second) = (theirs.and_then(|one| one.since), known.and_then(|one| one.since));
        let is_older = first.zip(second).is_some_and(|(first, second)| first < second);
        ensure(is_older, Code::ReferrerNotOlder)?;
        Ok(referral.award.get())
    }
}
