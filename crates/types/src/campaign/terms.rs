//! Checks of campaigns' terms: the limits that they keep, and what makes them kinder.

use super::{Award, Campaign, CampaignId, Early, Period, Requirement, TakenBy};
use crate::brand::BrandId;
use crate::hash::{chain_hash, tag};
use crate::ids::{ChainId, Hash};
use crate::limits::{
    CAMPAIGN_DAYS_MAX, CAMPAIGN_EARLY_MS_MAX, CAMPAIGN_MS_MAX, CAMPAIGN_NOTICE_MS, CAMPAIGN_OVER_MS,
    CAMPAIGN_TIMES_MAX, EXPIRY_MONTHS_MAX, MONEY_MAX, PENDING_DAYS_MAX, POINTS_MAX, PRICE_MICRO_MAX, VOUCHER_DAYS_MAX,
};
use crate::time::TimeMs;
use crate::track::TrackId;

const MICRO: u128 = 1_000_000;

impl Campaign {
    /// True if a campaign that begins at a time can have these terms: "A campaign is in bounds if" what the protocol
    /// lists holds (protocol, Campaigns).
    pub fn is_in_bounds(&self, time: TimeMs) -> bool {
        self.closes_ms > time && self.keeps_limits()
    }

    /// True if the terms keep what doesn't depend on when they are set.
    pub fn keeps_limits(&self) -> bool {
        let length_ms = self.closes_ms.get().saturating_sub(self.opens_ms.get());
        let early = self.early.as_ref().is_none_or(|early| {
            (1..=CAMPAIGN_EARLY_MS_MAX).contains(&early.ms)
                && early.requires.iter().all(|one| one.keeps_limits() && !one.consumes())
        });
        let required = self.requires.iter().all(Requirement::keeps_limits);
        let counted = self.per_member.is_none_or(|bound| (1..=CAMPAIGN_TIMES_MAX).contains(&bound.times));
        (1..=CAMPAIGN_MS_MAX).contains(&length_ms)
            && early
            && required
            && counted
            && self.stock.is_none_or(|stock| stock > 0)
            && self.award.keeps_limits()
            && self.each_is_consumed_once()
            && self.price_fits()
            && self.points_are_bounded()
            && self.referral_fits()
            && self.can_be_returned()
            && self.wait_fits()
    }

    fn each_is_consumed_once(&self) -> bool {
        let mut consumed: Vec<_> = self.requires.iter().filter_map(Requirement::consumed).collect();
        let count = consumed.len();
        consumed.sort_unstable();
        consumed.dedup();
        consumed.len() == count
    }

    /// "What costs points is claimed by members, and gives none; what members claim for nothing requires a fact."
    /// (protocol, Campaigns) Each is one that only the brand's signature makes, and addresses are free.
    fn price_fits(&self) -> bool {
        if self.price.is_zero() {
            let is_cause = matches!(self.award, Award::Cause { .. });
            return !is_cause && (self.by == TakenBy::Operator || !self.requires.is_empty());
        }
        self.price.get() <= POINTS_MAX && self.by == TakenBy::Member && !self.award.is_points()
    }

    /// "Only vouchers that cost points can be `returnable`." (protocol, Campaigns)
    fn can_be_returned(&self) -> bool {
        !self.returnable || (matches!(self.award, Award::Voucher { .. }) && !self.price.is_zero())
    }

    /// "Only what gives points can have `pending_days`, at most 90." (protocol, Campaigns)
    fn wait_fits(&self) -> bool {
        self.pending_days == 0 || (self.award.is_points() && self.pending_days <= PENDING_DAYS_MAX)
    }

    /// "What gives points has a budget, and nothing else has one, or a sponsor." (protocol, Campaigns)
    fn points_are_bounded(&self) -> bool {
        let Some(budget) = self.budget else { return !self.award.is_points() && self.sponsor.is_none() };
        let owes = |price_micro: u64| u128::from(budget.get()) * u128::from(price_micro);
        let sponsored = self.sponsor.is_none_or(|sponsor| {
            (1..=PRICE_MICRO_MAX).contains(&sponsor.price_micro)
                && owes(sponsor.price_micro) <= u128::from(MONEY_MAX) * MICRO
        });
        self.award.is_points() && (1..=POINTS_MAX).contains(&budget.get()) && sponsored
    }

    /// "A referral takes points that members claim, once ever, who are new." (protocol, Campaigns)
    fn referral_fits(&self) -> bool {
        self.referral.is_none_or(|referral| {
            let once = self.per_member.is_some_and(|bound| bound.times == 1 && bound.per == Period::Ever);
            let is_new = self.requires.iter().any(|one| matches!(one, Requirement::New { .. }));
            (1..=POINTS_MAX).contains(&referral.award.get())
                && referral.year_max > 0
                && self.award.is_points()
                && self.by == TakenBy::Member
                && !self.households
                && once
                && is_new
        })
    }

    /// The time from which on somebody can take part: from then on terms only become kinder.
    pub fn begins_ms(&self) -> TimeMs {
        let early_ms = self.early.as_ref().map_or(0, |early| early.ms);
        TimeMs::default().plus_ms(self.opens_ms.get().saturating_sub(early_ms))
    }

    /// True if it gives something at a time, to everybody whom it is for.
    pub fn is_open(&self, time: TimeMs) -> bool {
        self.opens_ms <= time && time < self.closes_ms
    }

    /// The time from which on it is none any more.
    pub fn over_ms(&self) -> TimeMs {
        self.closes_ms.plus_ms(CAMPAIGN_OVER_MS)
    }

    /// True if these terms are nowhere harder for members than others that are in force: "A promise is only ever
    /// relaxed" (protocol, Programme).
    pub fn relaxes(&self, before: &Self, time: TimeMs) -> bool {
        let closes = self.closes_ms >= before.closes_ms || self.closes_ms >= time.plus_ms(CAMPAIGN_NOTICE_MS);
        let early = time >= before.opens_ms || opens_as_early(self.early.as_ref(), before.early.as_ref());
        let requires = self.requires.iter().all(|one| before.requires.iter().any(|was| one.relaxes(was)));
        self.opens_ms <= before.opens_ms
            && closes
            && early
            && requires
            && (self.by == before.by || self.by == TakenBy::Either)
            && self.price <= before.price
            && self.award.relaxes(before.award)
            && self.bounds_relax(before)
            && (self.sponsor.is_none() || self.sponsor == before.sponsor)
            && self.invited.starts_with(&before.invited)
            && (self.households || !before.households)
            && (self.returnable || !before.returnable)
            && self.pending_days <= before.pending_days
    }

    /// True if there is no less of it than before, for all, for one account and for who brings another one along.
    fn bounds_relax(&self, before: &Self) -> bool {
        let referral = before.referral.is_none_or(|was| {
            self.referral.is_some_and(|after| after.award >= was.award && after.year_max >= was.year_max)
        });
        let per_member = self
            .per_member
            .is_none_or(|after| before.per_member.is_some_and(|was| after.per == was.per && after.times >= was.times));
        let stock = self.stock.is_none_or(|stock| before.stock.is_some_and(|was| stock >= was));
        referral && per_member && stock && self.budget >= before.budget
    }

    /// The hash by which a sponsor names the terms that it accepts: "`lojal/campaign/v1` of the brand, the campaign and
    /// the terms, as if it weren't paused" (protocol, Campaigns).
    pub fn digest(&self, chain: &ChainId, brand: BrandId, campaign: CampaignId) -> Hash {
        let terms = Self { paused: false, ..self.clone() };
        let bytes = borsh::to_vec(&(brand, campaign, terms)).expect("writing to memory can't fail");
        Hash::new(chain_hash(tag::CAMPAIGN, chain, &[&bytes]))
    }

    /// The other brand that it names: the one that pays, or to which donations go; no campaign has both.
    pub fn partner(&self) -> Option<BrandId> {
        let recipient = match self.award {
            Award::Cause { to } => to.map(|to| to.brand),
            Award::Points { .. } | Award::Mark { .. } | Award::Voucher { .. } => None,
        };
        recipient.or(self.sponsor.map(|sponsor| sponsor.brand))
    }

    /// All facts that it asks for, those that open it earlier included.
    pub fn all_requirements(&self) -> impl Iterator<Item = &Requirement> {
        self.requires.iter().chain(self.early.iter().flat_map(|early| early.requires.iter()))
    }
}

/// Tells whether a campaign opens as early as before for whom it did.
fn opens_as_early(after: Option<&Early>, before: Option<&Early>) -> bool {
    let Some(before) = before else { return true };
    after.is_some_and(|after| {
        let kinder = |one: &Requirement| before.requires.iter().any(|was| one.relaxes(was));
        after.ms >= before.ms && after.requires.iter().all(kinder)
    })
}

impl Award {
    /// True for points.
    pub const fn is_points(&self) -> bool {
        matches!(self, Self::Points { .. })
    }
    fn keeps_limits(&self) -> bool {
        match *self {
            Self::Points { amount, up_to, months } => {
                let months = months.is_none_or(|months| (1..=EXPIRY_MONTHS_MAX).contains(&months));
                (1..=POINTS_MAX).contains(&up_to.get()) && !amount.is_zero() && amount <= up_to && months
            }
            Self::Mark { days, .. } => days.is_none_or(|days| (1..=CAMPAIGN_DAYS_MAX).contains(&days)),
            Self::Voucher { valid_days } => (1..=VOUCHER_DAYS_MAX).contains(&valid_days),
            Self::Cause { to } => to.is_none_or(|to| (1..=PRICE_MICRO_MAX).contains(&to.price_micro)),
        }
    }
    fn relaxes(self, before: Self) -> bool {
        match (self, before) {
            (
                Self::Points { amount, up_to, months },
                Self::Points { amount: was, up_to: was_up_to, months: was_months },
            ) => {
                let longer = months.is_none_or(|months| was_months.is_some_and(|was| months >= was));
                amount >= was && up_to >= was_up_to && longer
            }
            (Self::Mark { mark, days }, Self::Mark { mark: was, days: was_days }) => {
                mark == was && days.is_none_or(|days| was_days.is_some_and(|was| days >= was))
            }
            (Self::Voucher { valid_days }, Self::Voucher { valid_days: was }) => valid_days >= was,
            (Self::Cause { to }, Self::Cause { to: was }) => to == was,
            _ => false,
        }
    }
}

impl Requirement {
    /// The track of which it uses up what it asks for, if it does.
    pub const fn consumed(&self) -> Option<TrackId> {
        match self {
            Self::Progress { track, consume: true, .. } => Some(*track),
            _ => None,
        }
    }
    const fn consumes(&self) -> bool {
        self.consumed().is_some()
    }
    fn keeps_limits(&self) -> bool {
        match *self {
            Self::Progress { at_least, .. } => (1..=POINTS_MAX).contains(&at_least),
            Self::Level { level, .. } => level > 0,
            Self::Mark { .. } | Self::Invited => true,
            Self::New { days } | Self::Since { days } => days <= CAMPAIGN_DAYS_MAX,
        }
    }
    /// True if whoever meets another one meets this one, and pays no more for it.
    fn relaxes(&self, before: &Self) -> bool {
        match (*self, *before) {
            (
                Self::Progress { track, at_least, this_month, consume },
                Self::Progress { track: of, at_least: was, this_month: was_month, consume: consumed },
            ) => track == of && at_least <= was && (was_month || !this_month) && (consumed || !consume),
            (Self::Level { track, level }, Self::Level { track: of, level: was }) => track == of && level <= was,
            (Self::Mark { mark }, Self::Mark { mark: was }) => mark == was,
            (Self::New { days }, Self::New { days: was }) => days >= was,
            (Self::Since { days }, Self::Since { days: was }) => days <= was,
            (Self::Invited, Self::Invited) => true,
            _ => false,
        }
    }
}
