//! Campaigns once more: everything that was ever taken out of them is remembered, and counted whenever somebody asks.

mod facts;
mod gifts;
mod terms;

use std::collections::{BTreeMap, BTreeSet};

use lojal_types::{
    AcceptSponsorship, Address, Award, BrandId, Campaign, CampaignId, Claim, Code, Day, Grant, MarkId, Period, Policy,
    Reference, Requirement, Role, SetCampaign, TakeBack, TakenBy, TrackId, TrackKind, claim_reference,
    referral_reference,
};

use self::facts::Member;
use self::terms::{is_kinder, limits_hold};
use super::brand_motions::Takes;
use super::given::{Marked, Offered, Relation, Took};
use super::vouchers::Claimed;
use super::{AMOUNT_MAX, Act, DAY_MS, Model, Shelved, check_amount, count, ensure};

/// Marks with their last days, and units by campaign, own ones and of who was brought along.
pub(crate) type Given = (Vec<(MarkId, Option<Day>)>, Vec<(CampaignId, bool, u64)>);

/// A thing that somebody is about to be given.
struct Gift<'g> {
    act: Act,
    brand: BrandId,
    campaign: CampaignId,
    to: Address,
    units: u64,
    points: u64,
    reference: &'g Reference,
    dated: Day,
}

impl Model {
    pub(super) fn today(&self) -> Day {
        Day::new(u32::try_from(self.time / DAY_MS).expect("times end in the year 6999")).expect("a day")
    }

    /// A campaign that isn't over.
    pub(crate) fn campaign(&self, brand: BrandId, campaign: CampaignId) -> Option<Offered> {
        let known = self.tables.programme.campaigns.get(&(brand, campaign)).cloned();
        known.filter(|one| self.time < one.terms.closes_ms.get() + 400 * DAY_MS)
    }

    /// Those of a brand that aren't over.
    pub(crate) fn campaigns_of(&self, brand: BrandId) -> Vec<(CampaignId, Offered)> {
        let ids = self.tables.programme.campaigns.iter().filter(|((of, _), _)| *of == brand).map(|((_, id), _)| *id);
        ids.filter_map(|id| Some((id, self.campaign(brand, id)?))).collect()
    }

    /// True if a campaign that hasn't closed uses up units of a track.
    pub(super) fn is_used_up(&self, brand: BrandId, track: TrackId) -> bool {
        let uses =
            |fact: &Requirement| matches!(*fact, Requirement::Progress { track: of, consume: true, .. } if of == track);
        let open = self.campaigns_of(brand).into_iter().filter(|(_, one)| self.time < one.terms.closes_ms.get());
        open.flat_map(|(_, one)| one.terms.requires.to_vec()).any(|fact| uses(&fact))
    }

    pub(super) fn set_campaign(&mut self, sender: Address, set: &SetCampaign) -> Result<(), Code> {
        self.policy(set.brand)?;
        self.in_force(set.brand)?;
        self.check_stays(set.brand)?;
        let before = self.campaign(set.brand, set.campaign);
        let pauses = before.as_ref().is_some_and(|one| Campaign { paused: true, ..one.terms.clone() } == set.terms);
        self.check_admin(set.brand, sender, if pauses { Takes::One } else { Takes::SeveralAndTime })?;
        let Some(before) = before else {
            let of_brand = self.tables.programme.campaigns.iter().filter(|((brand, _), _)| *brand == set.brand);
            let highest = of_brand.map(|((_, campaign), _)| campaign.get()).max().unwrap_or(0);
            ensure(set.campaign.get() > highest, Code::CampaignOutOfBounds)?;
            self.check_new_terms(set.brand, &set.terms)?;
            ensure(self.campaigns_of(set.brand).len() < 256, Code::TooManyCampaigns)?;
            let none = Offered {
                terms: set.terms.clone(),
                accepted: None,
                times: 0,
                points: 0,
                reversed: 0,
                paid: 0,
                returned: 0,
                refunded: 0,
            };
            self.tables.programme.campaigns.set((set.brand, set.campaign), none);
            return Ok(());
        };
        let begins = before.terms.opens_ms.get().saturating_sub(before.terms.early.as_ref().map_or(0, |one| one.ms));
        if self.time < begins {
            self.check_new_terms(set.brand, &set.terms)?;
        } else {
            ensure(self.time < before.terms.closes_ms.get(), Code::CampaignPromised)?;
            ensure(is_kinder(&before.terms, &set.terms, self.time), Code::CampaignPromised)?;
            ensure(limits_hold(&set.terms), Code::CampaignOutOfBounds)?;
        }
        let after = Offered { terms: set.terms.clone(), ..before };
        self.tables.programme.campaigns.set((set.brand, set.campaign), after);
        Ok(())
    }

    fn check_new_terms(&self, brand: BrandId, terms: &Campaign) -> Result<(), Code> {
        ensure(limits_hold(terms) && terms.closes_ms.get() > self.time, Code::CampaignOutOfBounds)?;
        let recipient = match terms.award {
            Award::Cause { to } => to.map(|to| to.brand),
            _ => None,
        };
        for other in terms.sponsor.map(|sponsor| sponsor.brand).into_iter().chain(recipient) {
            self.policy(other)?;
            ensure(other != brand, Code::SameBrand)?;
        }
        let early = terms.early.iter().flat_map(|early| early.requires.iter());
        for one in terms.requires.iter().chain(early) {
            let track = |id| self.track(brand, id).ok_or(Code::UnknownTrack);
            let fits = match *one {
                Requirement::Progress { track: id, this_month, consume, .. } => {
                    let track = track(id)?;
                    let rolls = matches!(track.kind, TrackKind::Rolling { .. });
                    (rolls || (!this_month && !consume)) && (track.levels.is_empty() || !consume)
                }
                Requirement::Level { track: id, level } => usize::from(level) <= track(id)?.levels.len(),
                _ => true,
            };
            ensure(fits, Code::CampaignOutOfBounds)?;
        }
        Ok(())
    }

    pub(super) fn accept_sponsorship(&mut self, sender: Address, accept: &AcceptSponsorship) -> Result<(), Code> {
        let AcceptSponsorship { brand, campaign, terms } = *accept;
        self.policy(brand)?;
        self.in_force(brand)?;
        let one = self.campaign(brand, campaign).ok_or(Code::UnknownCampaign)?;
        let sponsor = one.terms.sponsor.ok_or(Code::SponsorTermsDiffer)?;
        self.in_force(sponsor.brand)?;
        self.check_stays(sponsor.brand)?;
        self.check_admin(sponsor.brand, sender, Takes::SeveralAndTime)?;
        ensure(one.terms.digest(&self.chain, brand, campaign) == terms, Code::SponsorTermsDiffer)?;
        self.tables.programme.campaigns.set((brand, campaign), Offered { accepted: Some(terms), ..one });
        Ok(())
    }

    pub(super) fn grant(&mut self, act: Act, grant: &Grant) -> Result<(), Code> {
        let Grant { brand, campaign, to, amount, dated, .. } = *grant;
        let sender = act.sender;
        let policy = self.giving(brand)?;
        let one = self.campaign(brand, campaign).ok_or(Code::UnknownCampaign)?;
        let own = self.check_role(brand, sender, Role::Grant);
        if let (Err(code), sponsor) = (own, one.terms.sponsor) {
            let of_sponsor = sponsor.is_some_and(|sponsor| self.check_role(sponsor.brand, sender, Role::Grant).is_ok());
            ensure(of_sponsor, code)?;
        }
        let known = self.tables.programme.relations.get(&(to, brand)).cloned();
        let member = Member { known: known.as_ref(), account: to, is_invited: true };
        self.check_gives(brand, campaign, &one, member)?;
        ensure(one.terms.by != TakenBy::Member, Code::NotGranted)?;
        let (most, is_points) = match one.terms.award {
            Award::Points { up_to, .. } => (up_to.get(), true),
            Award::Mark { days: Some(_), .. } | Award::Voucher { .. } => (100, false),
            Award::Cause { .. } => (0, false),
            Award::Mark { days: None, .. } => (1, false),
        };
        ensure((1..=most).contains(&amount), Code::GrantOutOfRange)?;
        ensure(one.terms.households || !is_household(to), Code::NotForHouseholds)?;
        let (units, points) = if is_points { (1, amount) } else { (amount, 0) };
        let gift = Gift { act, brand, campaign, to, units, points, reference: &grant.reference, dated };
        self.use_reference(&one.terms, &policy, &gift)?;
        let limit = self.tables.operators.get(&(brand, sender)).and_then(|operator| operator.issue_daily_max);
        if let Some(max) = limit.filter(|_| own.is_ok() && is_points) {
            let key = (brand, sender, self.time / DAY_MS);
            count(&mut self.tables.issued_on, key, amount, max, Code::IssueDailyMaxReached)?;
        }
        self.take_out(
            (brand, campaign),
            one.clone(),
            (to, Some(known.unwrap_or_default().known_from(self.today())), true),
            (units, u128::from(points), 0),
        )?;
        self.hand_over(&one.terms, &policy, &gift)
    }

    pub(super) fn claim(&mut self, act: Act, claim: &Claim) -> Result<(), Code> {
        let Claim { brand, campaign, account, quantity, price_max, referrer, ref invitation } = *claim;
        let policy = self.giving(brand)?;
        let one = self.campaign(brand, campaign).ok_or(Code::UnknownCampaign)?;
        let household = self.tables.households.get(&account);
        let is_member = household.is_some_and(|household| household.members.contains_key(&act.sender));
        ensure(act.sender == account || is_member, Code::NotOwner)?;
        let known = self.tables.programme.relations.get(&(account, brand)).cloned();
        let sum = self.invited_to((brand, campaign, account), &one.terms, invitation.as_ref())?;
        let member = Member { known: known.as_ref(), account, is_invited: sum.is_some() };
        self.check_gives(brand, campaign, &one, member)?;
        ensure(one.terms.by != TakenBy::Operator, Code::NotClaimed)?;
        ensure(one.terms.households || !is_household(account), Code::NotForHouseholds)?;
        let is_endless = matches!(one.terms.award, Award::Mark { days: None, .. });
        let most = if one.terms.price.is_zero() || is_endless { 1 } else { 100 };
        ensure((1..=most).contains(&quantity), Code::QuantityOutOfRange)?;
        let each = sum.map_or(one.terms.price.get(), |sum| sum.min(one.terms.price.get()));
        let price = u128::from(each) * u128::from(quantity);
        let price = u64::try_from(price).map_err(|_| Code::AmountTooLarge)?;
        ensure(price <= price_max.get(), Code::PriceAboveMax)?;
        ensure(price <= AMOUNT_MAX, Code::AmountTooLarge)?;
        let referral = self.check_referral(claim, &one.terms, known.as_ref())?;
        let award = match one.terms.award {
            Award::Points { amount, .. } => sum.unwrap_or(amount.get()),
            _ => 0,
        };
        let points = u128::from(award) + u128::from(referral);
        ensure(u64::try_from(points).is_ok(), Code::AmountTooLarge)?;
        let took = (u64::from(quantity), points, price);
        self.take_out((brand, campaign), one.clone(), (account, known, sum.is_some()), took)?;
        let mut paid = None;
        if price > 0 {
            check_amount(price)?;
            let counted = self.spend(act.sender, account, brand, price, false)?;
            if matches!(one.terms.award, Award::Cause { .. }) {
                self.donate(brand, one.terms.award, account, price)?;
            } else {
                let lots = self.take(account, brand, price)?;
                self.change_totals(brand, |totals| totals.redeemed += u128::from(price));
                paid = Some((lots, counted));
            }
        }
        let reference = claim_reference(&self.chain, &act.transaction, act.index);
        let (units, dated) = (u64::from(quantity), self.today());
        let gift = Gift { act, brand, campaign, to: account, units, points: award, reference: &reference, dated };
        self.use_reference(&one.terms, &policy, &gift)?;
        if let Some((lots, counted)) = paid {
            let key = (self.date(dated)?, brand, reference.clone());
            if let Some(paid) = self.paid(&policy, (key.0, dated), account, lots, counted) {
                let claimed = Claimed { campaign, quantity: units, paid };
                self.tables.programme.claimed.set(key, claimed);
            }
        }
        self.hand_over(&one.terms, &policy, &gift)?;
        let Some(referrer) = referrer else { return Ok(()) };
        let reference = referral_reference(&reference);
        let theirs = Gift { to: referrer, points: referral, reference: &reference, ..gift };
        self.use_reference(&one.terms, &policy, &theirs)?;
        let most = one.terms.referral.map_or(0, |referral| u64::from(referral.year_max));
        let until = period_end(Period::Year, dated);
        let took = Took { campaign, as_referrer: true, until, units: 1 };
        self.count_took((referrer, brand), took, most, Code::ReferrerMaxReached)?;
        self.hand_over(&one.terms, &policy, &theirs)
    }

    fn giving(&self, brand: BrandId) -> Result<Policy, Code> {
        let policy = self.policy(brand)?;
        self.in_force(brand)?;
        self.check_stays(brand)?;
        Ok(policy)
    }

    fn check_gives(&self, brand: BrandId, campaign: CampaignId, one: &Offered, member: Member<'_>) -> Result<(), Code> {
        let (opens, closes) = (one.terms.opens_ms.get(), one.terms.closes_ms.get());
        let early = one.terms.early.as_ref().is_some_and(|early| {
            self.time + early.ms >= opens && early.requires.iter().all(|fact| self.lacks(brand, fact, member).is_none())
        });
        ensure(self.time < closes && (self.time >= opens || early), Code::CampaignNotOpen)?;
        ensure(!one.terms.paused, Code::CampaignPaused)?;
        if let Award::Cause { to: Some(to) } = one.terms.award {
            self.policy(to.brand)?;
            return self.in_force(to.brand);
        }
        let Some(sponsor) = one.terms.sponsor else { return Ok(()) };
        let digest = one.terms.digest(&self.chain, brand, campaign);
        ensure(one.accepted == Some(digest), Code::SponsorNotAccepted)?;
        self.in_force(sponsor.brand)?;
        self.check_stays(sponsor.brand)
    }

    /// Counts what is taken: for the account, of what it asks for, and in all.
    fn take_out(
        &mut self,
        (brand, campaign): (BrandId, CampaignId),
        one: Offered,
        (account, known, is_invited): (Address, Option<Relation>, bool),
        (units, points, paid): (u64, u128, u64),
    ) -> Result<(), Code> {
        for fact in one.terms.requires.iter() {
            let member = Member { known: known.as_ref(), account, is_invited };
            self.lacks(brand, fact, member).map_or(Ok(()), Err)?;
        }
        let relation = known.unwrap_or_default();
        self.tables.programme.relations.set((account, brand), relation);
        if let Some(bound) = one.terms.per_member {
            let until = period_end(bound.per, self.today());
            let took = Took { campaign, as_referrer: false, until, units };
            self.count_took((account, brand), took, bound.times.into(), Code::MemberMaxReached)?;
        }
        for fact in one.terms.requires.iter() {
            if let Requirement::Progress { track, at_least, this_month, consume: true } = *fact {
                let through = this_month.then(|| self.through(brand, track)).flatten();
                self.use_up((account, brand, track), at_least, through);
            }
        }
        let times = one.times + units;
        ensure(one.terms.stock.is_none_or(|stock| times - one.returned <= stock), Code::SoldOut)?;
        let given = one.points + points;
        let back = if one.terms.sponsor.is_some() { 0 } else { one.reversed };
        let spent = given - back;
        ensure(one.terms.budget.is_none_or(|budget| spent <= u128::from(budget.get())), Code::BudgetSpent)?;
        let after = Offered { times, points: given, paid: one.paid + u128::from(paid), ..one };
        self.tables.programme.campaigns.set((brand, campaign), after);
        Ok(())
    }

    fn count_took(&mut self, key: (Address, BrandId), new: Took, most: u64, code: Code) -> Result<(), Code> {
        let mut relation = self.tables.programme.relations.get(&key).cloned().expect("it was just looked at");
        let same = |one: &&Took| (one.campaign, one.as_referrer) == (new.campaign, new.as_referrer);
        let before: u64 =
            relation.took.iter().filter(same).filter(|one| self.lasts(one.until)).map(|one| one.units).sum();
        ensure(before + new.units <= most, code)?;
        relation.took.push(new);
        let is_needed = |one: &&Took| {
            let open = self.campaign(key.1, one.campaign).is_some_and(|of| self.time < of.terms.closes_ms.get());
            self.lasts(one.until) && open
        };
        let needed: BTreeSet<_> =
            relation.took.iter().filter(is_needed).map(|one| (one.campaign, one.as_referrer)).collect();
        ensure(needed.len() <= 64, Code::StandingFull)?;
        self.tables.programme.relations.set(key, relation);
        Ok(())
    }

    /// The marks that somebody has today, and the units that are counted of it by campaign.
    pub(crate) fn given_to(&self, relation: &Relation) -> Given {
        let marks = relation.marks.iter().filter(|(_, until)| self.lasts(**until)).map(|(mark, until)| (*mark, *until));
        let mut taken = BTreeMap::<(CampaignId, bool), u64>::new();
        for one in relation.took.iter().filter(|one| self.lasts(one.until)) {
            *taken.entry((one.campaign, one.as_referrer)).or_default() += one.units;
        }
        (
            marks.collect(),
            taken.into_iter().map(|((campaign, as_referrer), units)| (campaign, as_referrer, units)).collect(),
        )
    }

    pub(super) fn take_back_mark(&mut self, take: &TakeBack) -> Result<(), Code> {
        let key = (take.of_dated.month(), take.brand, take.of_reference.clone());
        let one = self.shelved(&self.tables.programme.marks, &key).ok_or(Code::UnknownReference)?;
        ensure(one.dated == take.of_dated, Code::UnknownReference)?;
        ensure(one.to == take.from, Code::AwardToOther)?;
        ensure(self.time < one.until, Code::TakeBackWindowClosed)?;
        let left = u64::from(one.days.unwrap_or(1) - one.taken);
        ensure(take.amount <= left, Code::TakeBackExceeds)?;
        let days = u32::try_from(take.amount).expect("at most what was given");
        self.take_days(&key, &one, days);
        Ok(())
    }

    pub(super) fn take_days(&mut self, key: &Shelved, one: &Marked, days: u32) {
        self.tables.programme.marks.set(key.clone(), Marked { taken: one.taken + days, ..one.clone() });
        let relation = (one.to, key.1);
        let Some(mut known) = self.tables.programme.relations.get(&relation).cloned() else { return };
        let until = known.marks.get(&one.mark).copied().filter(|until| self.lasts(*until));
        match (until, one.days) {
            (Some(Some(until)), Some(_)) => drop(known.marks.insert(one.mark, Some(until.minus(days)))),
            (Some(None), None) => drop(known.marks.remove(&one.mark)),
            _ => {}
        }
        self.tables.programme.relations.set(relation, known);
    }

    /// Gives points that were reversed back to the campaign that they came from.
    pub(super) fn back_to_campaign(&mut self, issue: &Shelved, amount: u64) {
        let Some(campaign) = self.tables.programme.awarded.get(issue).copied() else { return };
        let Some(one) = self.tables.programme.campaigns.get(&(issue.1, campaign)).cloned() else { return };
        let after = Offered { reversed: one.reversed + u128::from(amount), ..one };
        self.tables.programme.campaigns.set((issue.1, campaign), after);
    }
}

fn is_household(address: Address) -> bool {
    address.as_bytes()[19] % 2 == 1
}

/// The last day of the period that a day is in, day by day; none of all time.
fn period_end(per: Period, day: Day) -> Option<Day> {
    let year = |day: Day| day.month().get() / 12;
    let is_last = |day: Day| match per {
        Period::Day => true,
        Period::Month => day.plus(1).month() != day.month(),
        Period::Year | Period::Ever => year(day.plus(1)) != year(day),
    };
    let days = (0..367).map(|more| day.plus(more));
    if per == Period::Ever { None } else { days.into_iter().find(|day| is_last(*day)) }
}
