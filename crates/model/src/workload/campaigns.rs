//! Random campaigns, sponsorships, grants and claims.

use lojal_types::limits::MARKS_MAX;
use lojal_types::{
    AcceptSponsorship, Address, Award, Bounded, BrandId, Campaign, CampaignId, Claim, Early, Grant, Hash, MarkId,
    Operation, PerMember, Period, Points, Recipient, Referral, Requirement, Role, SetCampaign, Sponsor, TakeBack,
    TakenBackOf, TakenBy, TrackKind,
};

use super::{ATTEMPTS, Workload, remember};
use crate::model::Offered;
use crate::world::{DAY_MS, MEMBERS_WITH_POINTS, TILL};

const PERIODS: [Period; 4] = [Period::Day, Period::Month, Period::Year, Period::Ever];

impl Workload {
    pub(super) fn set_campaign(&mut self, sender: usize) -> Option<Operation> {
        if !self.has_programme() {
            return None;
        }
        let brand = self.brand_of(sender, Role::Admin).filter(|brand| self.stays(*brand))?;
        let campaigns = self.model.campaigns_of(brand);
        let (campaign, terms) = match self.random.pick(&campaigns) {
            Some((campaign, one)) if self.random.once_in(2) || campaigns.len() > 12 => {
                (campaign, self.other_campaign(one.terms))
            }
            _ => (self.next_campaign(brand), self.campaign_terms(brand)),
        };
        let terms = self.with_invitations((brand, campaign), terms);
        Some(Operation::SetCampaign(SetCampaign { brand, campaign, terms }))
    }

    pub(super) fn next_campaign(&mut self, brand: BrandId) -> CampaignId {
        let of_brand = self.model.tables.programme.campaigns.iter().filter(|((of, _), _)| *of == brand);
        let last = of_brand.map(|((_, campaign), _)| campaign.get()).max().unwrap_or(0);
        CampaignId::new(if self.twist() { last / 2 } else { last + 1 })
    }

    /// The terms of a new campaign.
    fn campaign_terms(&mut self, brand: BrandId) -> Campaign {
        let opens_ms = self.time.plus_ms(self.random.within(0..3) * DAY_MS / 2);
        let closes_ms = opens_ms.plus_ms(self.random.within(10..200) * DAY_MS);
        let by = self.random.pick(&[TakenBy::Operator, TakenBy::Member, TakenBy::Either]).expect("three");
        let facts: Vec<Requirement> = (0..self.random.within(0..3)).map(|_| self.fact(brand)).collect();
        let early =
            self.random.once_in(6).then(|| Early { ms: 2 * DAY_MS, requires: Bounded::from([self.mark_fact()]) });
        let per_member = self.random.once_in(2).then(|| self.bound());
        let gives_points = self.random.once_in(2);
        let months = self.random.once_in(2).then_some(2);
        let amount = Points::new(self.random.within(10..60));
        let days = self.random.once_in(2).then_some(30);
        let award = match gives_points {
            true => {
                // Some give all of a budget at once.
                let up_to = Points::new(if self.random.once_in(3) { 4_000 } else { 80 });
                Award::Points { amount, up_to, months }
            }
            false => self.other_award(brand, days),
        };
        let is_cause = matches!(award, Award::Cause { .. });
        let by = if is_cause { TakenBy::Member } else { by };
        let most = if self.random.once_in(2) { 200 } else { 3_000 };
        let budget = gives_points.then(|| Points::new(self.random.within(60..most)));
        let others: Vec<BrandId> = self.brands.iter().copied().filter(|other| *other != brand).collect();
        let sponsor = (gives_points && self.random.once_in(2))
            .then(|| Sponsor { brand: self.random.pick(&others).expect("three"), price_micro: 250_000 });
        let price =
            if !gives_points && by == TakenBy::Member { self.random.within(u64::from(is_cause)..30) } else { 0 };
        let returnable = matches!(award, Award::Voucher { .. }) && price > 0 && self.random.once_in(2);
        let mut terms = Campaign {
            opens_ms,
            closes_ms,
            early,
            requires: Bounded::new(facts).expect("at most two"),
            by,
            price: Points::new(price),
            award,
            referral: None,
            per_member,
            stock: self.random.once_in(4).then_some(3),
            budget,
            sponsor,
            invited: Bounded::default(),
            households: self.random.once_in(2),
            returnable,
            pending_days: if gives_points { self.some_days() } else { 0 },
            paused: self.random.once_in(20),
            about: Hash::new([4; 32]),
        };
        if gives_points && by == TakenBy::Member && self.random.once_in(2) {
            terms.referral = Some(Referral { award: Points::new(15), year_max: 1 });
            terms.per_member = Some(PerMember { times: 1, per: Period::Ever });
            terms.requires = Bounded::from([Requirement::New { days: 400 }]);
            terms.households = false;
        }
        let is_free_for_all = by != TakenBy::Operator && terms.price.is_zero() && terms.requires.is_empty();
        if is_free_for_all && !self.twist() {
            terms.requires = Bounded::from([Requirement::Since { days: 0 }]);
        }
        if self.twist() { self.wrong(terms) } else { terms }
    }

    /// An award that isn't points.
    fn other_award(&mut self, brand: BrandId, days: Option<u16>) -> Award {
        match self.random.within(0..4) {
            0 => Award::Mark { mark: MarkId::new(self.small(4)), days },
            1 => {
                let others: Vec<BrandId> = self.brands.iter().copied().filter(|other| *other != brand).collect();
                let other = self.random.pick(&others).expect("three");
                let to = self.random.once_in(2).then_some(Recipient { brand: other, price_micro: 250_000 });
                Award::Cause { to }
            }
            _ => {
                let most = if self.random.once_in(3) { 20 } else { 400 };
                Award::Voucher { valid_days: 1 + self.small(most) }
            }
        }
    }

    /// Terms outside their limits.
    fn wrong(&mut self, terms: Campaign) -> Campaign {
        let nobody = Sponsor { brand: "nobody".parse().expect("a valid id"), price_micro: 1 };
        let mut wrong = vec![
            Campaign { closes_ms: terms.opens_ms, ..terms.clone() },
            Campaign { stock: Some(0), ..terms.clone() },
            Campaign { award: Award::Voucher { valid_days: 0 }, ..terms.clone() },
            Campaign { returnable: true, ..terms.clone() },
            Campaign { budget: Some(Points::ZERO), ..terms.clone() },
            Campaign { sponsor: Some(nobody), ..terms.clone() },
            Campaign { referral: Some(Referral { award: Points::new(1), year_max: 0 }), ..terms.clone() },
            Campaign { per_member: Some(PerMember { times: 0, per: Period::Day }), ..terms.clone() },
        ];
        if self.waits() {
            wrong.push(Campaign { pending_days: 91, ..terms });
        }
        self.random.pick(&wrong).expect("eight, or nine")
    }

    fn bound(&mut self) -> PerMember {
        PerMember { times: 1 + self.small(3), per: self.random.pick(&PERIODS).expect("four") }
    }

    fn mark_fact(&mut self) -> Requirement {
        Requirement::Mark { mark: MarkId::new(self.small(4)) }
    }

    fn fact(&mut self, brand: BrandId) -> Requirement {
        let tracks = self.model.tracks_of(brand);
        match (self.random.pick(&tracks), self.random.within(0..6)) {
            (Some((track, terms)), 0..3) => {
                let rolls = matches!(terms.kind, TrackKind::Rolling { .. });
                let (month, uses) = (self.random.once_in(3), self.random.once_in(2));
                let consume = uses && rolls && terms.levels.is_empty();
                let at_least = self.random.within(1..if rolls && !consume { 60 } else { 3 });
                Requirement::Progress { track, at_least, this_month: month && rolls, consume }
            }
            (Some((track, terms)), 3) if !terms.levels.is_empty() => Requirement::Level { track, level: 1 },
            (_, 4) => self.mark_fact(),
            (_, 5) => Requirement::New { days: 2 + self.small(60) },
            _ => Requirement::Since { days: self.small(3) },
        }
    }

    /// Terms in the place of others: mostly kinder ones.
    fn other_campaign(&mut self, terms: Campaign) -> Campaign {
        let longer = terms.closes_ms.plus_ms(DAY_MS);
        match self.random.within(0..9) {
            0 => Campaign { paused: !terms.paused, ..terms },
            1 => Campaign { paused: false, ..terms },
            2 => Campaign { budget: terms.budget.and_then(|budget| budget.checked_add(Points::new(500))), ..terms },
            3 => Campaign { stock: terms.stock.map(|stock| stock + 2), ..terms },
            4 => Campaign { requires: without_first(&terms.requires), ..terms },
            5 => Campaign { price: Points::new(terms.price.get() / 2), closes_ms: longer, ..terms },
            6 => Campaign { closes_ms: self.time.plus_ms(self.random.within(5..12) * DAY_MS), ..terms },
            7 => Campaign { price: Points::new(terms.price.get() + 1), ..terms },
            8 if self.waits() => Campaign { pending_days: self.some_days(), ..terms },
            _ => Campaign { closes_ms: longer, ..terms },
        }
    }

    pub(super) fn accept_sponsorship(&mut self, sender: usize) -> Option<Operation> {
        let own = self.brands_of(self.address(sender), Role::Admin);
        let chain = self.chain;
        let brands: Vec<BrandId> = self.brands.to_vec();
        let all = brands.iter().flat_map(|brand| self.model.campaigns_of(*brand).into_iter().map(|one| (*brand, one)));
        let asked = all.filter(|(brand, (campaign, one))| {
            let is_asked = one.terms.sponsor.is_some_and(|sponsor| own.contains(&sponsor.brand));
            is_asked && one.accepted != Some(one.terms.digest(&chain, *brand, *campaign))
        });
        let asked: Vec<(BrandId, CampaignId, Campaign)> =
            asked.map(|(brand, (campaign, one))| (brand, campaign, one.terms)).collect();
        let (brand, campaign, terms) = self.random.pick(&asked)?;
        let mut terms = terms.digest(&chain, brand, campaign);
        if self.twist() {
            terms = Hash::new([9; 32]);
        }
        Some(Operation::AcceptSponsorship(AcceptSponsorship { brand, campaign, terms }))
    }

    /// A campaign of some brands that gives something, mostly.
    fn offered(&mut self, brands: &[BrandId], by: TakenBy) -> Option<(BrandId, CampaignId, Offered)> {
        let brand = self.random.pick(brands).filter(|brand| self.stays(*brand))?;
        let mut campaigns = self.model.campaigns_of(brand);
        if !self.wild {
            let (time, chain) = (self.time, self.chain);
            campaigns.retain(|(campaign, one)| {
                let terms = &one.terms;
                let digest = Some(terms.digest(&chain, brand, *campaign));
                let is_left = terms.stock.is_none_or(|stock| one.times - one.returned < stock)
                    && terms.budget.is_none_or(|budget| one.points + 80 <= u128::from(budget.get()));
                let side = terms.by == by || terms.by == TakenBy::Either;
                let accepted = terms.sponsor.is_none() || one.accepted == digest;
                terms.is_open(time) && side && is_left && accepted && !terms.paused
            });
        }
        let (campaign, one) = self.random.pick(&campaigns)?;
        Some((brand, campaign, one))
    }

    pub(super) fn grant(&mut self, sender: usize) -> Option<Operation> {
        if !self.has_programme() {
            return None;
        }
        let own = self.brands_of(self.address(sender), Role::Grant);
        let (brand, campaign, one) = self.offered(&own, TakenBy::Operator)?;
        let to = if self.random.once_in(25) { self.stranger() } else { self.somebody() };
        let can_take = self.can_take(brand, campaign, &one, to);
        if !(can_take || self.wild || self.random.once_in(25)) {
            return None;
        }
        let amount = match one.terms.award {
            _ if self.twist() => self.part(200),
            // All that is left, or a point more.
            Award::Points { up_to, .. } if self.random.once_in(4) => {
                (left_of_budget(&one) + self.random.within(0..2)).clamp(1, up_to.get())
            }
            Award::Points { up_to, .. } => self.random.within(1..up_to.get() + 1),
            Award::Mark { days: Some(_), .. } | Award::Voucher { .. } => self.random.within(1..3),
            Award::Mark { days: None, .. } | Award::Cause { .. } => 1,
        };
        let (reference, dated) = (self.reference(), self.day());
        if matches!(one.terms.award, Award::Points { .. }) {
            remember(&mut self.issues, (brand, reference.clone(), dated));
        }
        Some(Operation::Grant(Grant { brand, campaign, to, amount, reference, dated }))
    }

    /// True if a brand is in force and doesn't leave, or that is no matter.
    pub(super) fn stays(&self, brand: BrandId) -> bool {
        let is_suspended = self.model.tables.brands.get(&brand).is_some_and(|brand| brand.suspended);
        self.wild || (self.model.closing(brand).is_none() && !is_suspended)
    }

    /// Tells whether somebody could take something out of a campaign, as far as that is worth finding out.
    pub(super) fn can_take(&self, brand: BrandId, campaign: CampaignId, one: &Offered, account: Address) -> bool {
        let known = self.model.tables.programme.relations.get(&(account, brand));
        let facts = one.terms.requires.iter().all(|fact| self.model.has_fact(brand, fact, account));
        let times = known.map_or(0, |relation| {
            let (_, taken) = self.model.given_to(relation);
            taken.iter().filter(|(of, referrer, _)| *of == campaign && !referrer).map(|(.., units)| *units).sum()
        });
        facts && one.terms.per_member.is_none_or(|bound| times < u64::from(bound.times))
    }

    pub(super) fn claim(&mut self, sender: usize) -> Option<Operation> {
        if !self.has_programme() {
            return None;
        }
        let brands = self.brands.to_vec();
        let (brand, campaign, one) = self.offered(&brands, TakenBy::Member)?;
        let own = self.address(sender);
        let pools = self.model.memberships(own);
        let pool = self.random.pick(&pools).filter(|_| one.terms.households && self.random.once_in(2));
        let account = pool.unwrap_or(own);
        let price = one.terms.price.get();
        let is_endless = matches!(one.terms.award, Award::Mark { days: None, .. });
        let quantity = if price > 0 && !is_endless { 1 + self.small(2) } else { 1 };
        let quantity = if self.twist() { quantity + 1 } else { quantity };
        let costs = price * u64::from(quantity);
        let can_pay = costs == 0 || self.model.balance(account, brand) >= costs;
        let is_known =
            one.terms.requires.is_empty() || self.model.tables.programme.relations.contains(&(account, brand));
        let can = is_known && can_pay && self.can_take(brand, campaign, &one, account);
        if !(can || self.wild || self.random.once_in(25)) {
            return None;
        }
        let campaign = if self.twist() { CampaignId::new(9_999) } else { campaign };
        let price_max = Points::new(if self.twist() { costs / 2 } else { costs });
        let asks = one.terms.referral.is_some() && self.random.once_in(2);
        let referrer = (asks || self.twist()).then(|| self.referrer(brand, account));
        let invitation = self.invitation((brand, campaign, account), &one.terms);
        Some(Operation::Claim(Claim { brand, campaign, account, quantity, price_max, referrer, invitation }))
    }

    /// One badge more for a member than there can be, each by a campaign of its own.
    pub(super) fn too_many_marks(&mut self) -> Option<Vec<Operation>> {
        let brand = self.brand_of(TILL, Role::Admin).filter(|_| self.has_programme())?;
        let (first, to) = (self.next_campaign(brand).get(), self.member());
        let badge = Campaign {
            opens_ms: self.time,
            closes_ms: self.time.plus_ms(DAY_MS),
            early: None,
            requires: Bounded::default(),
            by: TakenBy::Operator,
            price: Points::ZERO,
            referral: None,
            per_member: None,
            stock: None,
            budget: None,
            sponsor: None,
            paused: false,
            ..self.campaign_terms(brand)
        };
        let mut operations = Vec::new();
        for (number, campaign) in (100..).zip(first..).take(MARKS_MAX + 1) {
            let terms = Campaign { award: Award::Mark { mark: MarkId::new(number), days: None }, ..badge.clone() };
            let campaign = CampaignId::new(campaign);
            operations.push(Operation::SetCampaign(SetCampaign { brand, campaign, terms }));
            let (reference, dated) = (self.reference(), self.time.day());
            operations.push(Operation::Grant(Grant { brand, campaign, to, amount: 1, reference, dated }));
        }
        Some(operations)
    }

    /// A mark that is taken back.
    pub(super) fn take_back_mark(&mut self, sender: usize) -> Option<Operation> {
        let own = self.brands_of(self.address(sender), Role::Reverse);
        let known = self.model.tables.programme.marks.iter().filter(|((_, brand, _), _)| own.contains(brand));
        let known: Vec<_> = known.map(|(key, one)| (key.clone(), one.clone())).collect();
        let ((_, brand, of_reference), one) = self.random.pick(&known)?;
        let left = u64::from(one.days.unwrap_or(1) - one.taken);
        if (left == 0 || self.time.get() >= one.until) && !self.wild {
            return None;
        }
        let from = if self.twist() { self.anybody() } else { one.to };
        let amount = if self.twist() { self.part(left) } else { self.random.within(1..left.max(1) + 1) };
        let (of_dated, reference, dated) = (self.day_or_other(one.dated), self.reference(), self.day());
        let of = TakenBackOf::Mark;
        Some(Operation::TakeBack(TakeBack { brand, from, of, of_reference, of_dated, amount, reference, dated }))
    }

    /// True if an actor's account isn't stopped.
    pub(super) fn can_act(&self, actor: usize) -> bool {
        let account = self.model.tables.accounts.get(&self.address(actor));
        account.is_some_and(|account| !account.frozen && account.recovery.is_none())
    }

    /// An office agrees to pay for another brand's points.
    pub(super) fn sponsoring(&mut self) -> Option<(usize, Vec<Operation>)> {
        let office = Self::office(self.random.index(self.brands.len()));
        let accept = self.accept_sponsorship(office).filter(|_| self.can_act(office))?;
        let accept = self.by_motion(office, accept)?;
        Some((office, vec![accept]))
    }

    /// The till gives a present, or a member takes one.
    pub(super) fn present(&mut self) -> Option<(usize, Vec<Operation>)> {
        if self.random.once_in(3) && self.can_act(TILL) {
            let grant = self.grant(TILL)?;
            return Some((TILL, vec![grant]));
        }
        if self.random.once_in(2) {
            let along = self.bringing_along();
            if let Some((member, claim)) = self.random.pick(&along) {
                return Some((member, vec![claim]));
            }
        }
        let first = self.random.index(MEMBERS_WITH_POINTS);
        (0..ATTEMPTS).find_map(|more| {
            let member = (first + more) % MEMBERS_WITH_POINTS;
            let claim = self.claim(member).filter(|_| self.can_act(member))?;
            Some((member, vec![claim]))
        })
    }

    /// A member whom a brand has known for longer than another one, mostly.
    fn referrer(&mut self, brand: BrandId, account: Address) -> Address {
        let known_from =
            |of: Address| self.model.tables.programme.relations.get(&(of, brand)).and_then(|one| one.since);
        let members: Vec<Address> = (0..MEMBERS_WITH_POINTS).map(|member| self.address(member)).collect();
        let own = known_from(account);
        let older: Vec<Address> =
            members.into_iter().filter(|of| known_from(*of).zip(own).is_some_and(|(since, own)| since < own)).collect();
        self.random.pick(&older).filter(|_| !self.wild).unwrap_or_else(|| self.member())
    }
}

/// The points that are left of a budget.
pub(super) fn left_of_budget(one: &Offered) -> u64 {
    let budget = one.terms.budget.map_or(0, |budget| u128::from(budget.get()));
    let back = if one.terms.sponsor.is_some() { 0 } else { one.reversed };
    u64::try_from((budget + back).saturating_sub(one.points)).unwrap_or(u64::MAX)
}

fn without_first<const MOST: usize>(facts: &[Requirement]) -> Bounded<Requirement, 0, MOST> {
    Bounded::new(facts.iter().skip(1).copied().collect()).expect("fewer than before")
}
