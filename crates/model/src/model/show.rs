//! The facts that the model shows after a block.

use lojal_types::{
    Address, BrandId, Day, Expiry, GrossPoints, Height, Lot, Month, Name, PartnershipProposal, Points, TimeMs, Totals,
};

use super::vouchers::Paid;
use super::{DAY_MS, Hold, Model, Resting, Sums};
use crate::facts::Facts;

/// A payment: who paid, its lots, whose limit of which month, its day, until when it can be refunded, and how much was.
type PaidShown = (Address, Vec<String>, Option<(Address, Month)>, Day, TimeMs, u64);

fn typed(lots: &[(Expiry, u64)]) -> Vec<Lot> {
    lots.iter().map(|(expiry, amount)| Lot { expiry: *expiry, amount: Points::new(*amount) }).collect()
}

impl Model {
    /// The lots that an account can use, the earliest first, with those of expired holds.
    pub fn lots(&self, account: Address, brand: BrandId) -> Vec<(Expiry, u64)> {
        let mut lots: std::collections::BTreeMap<Expiry, u64> =
            self.recorded_lots(account, brand).into_iter().collect();
        for (expiry, amount) in self.ended(account, brand).flat_map(|hold| &hold.lots) {
            *lots.entry(*expiry).or_insert(0) += amount;
        }
        for offer in self.ended_offers(account, brand) {
            *lots.entry(offer.expiry).or_insert(0) += offer.left;
        }
        lots.into_iter().filter(|(expiry, _)| self.is_live(brand, *expiry)).collect()
    }

    /// The holds of an account whose time is over.
    fn ended(&self, account: Address, brand: BrandId) -> impl Iterator<Item = &Hold> {
        let holds = self.tables.holds.range((account, brand, 0)..=(account, brand, u64::MAX));
        holds.map(|(_, hold)| hold).filter(|hold| hold.expires <= self.time)
    }

    /// The points that an account can use.
    pub fn balance(&self, account: Address, brand: BrandId) -> u64 {
        self.lots(account, brand).iter().map(|(_, amount)| amount).sum()
    }

    /// The points that a member has spent of a limited brand from a pool this month.
    pub fn spent_this_month(&self, household: Address, member: Address, brand: BrandId) -> u64 {
        let counted = self.tables.spent_in.get(&(household, member, brand, self.month)).copied().unwrap_or(0);
        let ended = self.ended(household, brand).filter(|hold| hold.counted == Some((member, self.month)));
        let held = ended.flat_map(|hold| &hold.lots).map(|(_, amount)| amount).sum::<u64>();
        counted - held - self.returned_to(member, household, brand)
    }

    /// The points that a member has transferred today; counted while the brand has a daily cap.
    pub fn transferred_today(&self, sender: Address, brand: BrandId) -> u64 {
        self.tables.transferred_on.get(&(sender, brand, self.time / DAY_MS)).copied().unwrap_or(0)
    }

    /// The points that were converted today from one brand to another.
    pub fn converted_today(&self, pair: (BrandId, BrandId)) -> u64 {
        self.tables.converted_on.get(&(pair.0, pair.1, self.time / DAY_MS)).copied().unwrap_or(0)
    }

    /// The points that an operator has issued today; counted while it has a daily limit.
    pub fn issued_today(&self, brand: BrandId, operator: Address) -> u64 {
        self.tables.issued_on.get(&(brand, operator, self.time / DAY_MS)).copied().unwrap_or(0)
    }

    /// The time of the last block.
    pub fn time(&self) -> TimeMs {
        TimeMs::default().plus_ms(self.time)
    }

    /// A brand's totals.
    pub fn totals(&self, brand: BrandId) -> Totals {
        let lots = self.tables.lots.iter().filter(|((_, of, _), _)| *of == brand);
        let lots = lots.map(|((_, _, expiry), amount)| (*expiry, *amount));
        let holds = self.tables.holds.iter().filter(|((_, of, _), _)| *of == brand).map(|(_, hold)| hold);
        let (open, ended): (Vec<&Hold>, Vec<&Hold>) = holds.partition(|hold| self.time < hold.expires);
        let offers = self.tables.programme.offers.iter().filter(|((_, of, _), _)| *of == brand).map(|(_, offer)| offer);
        let (over, resting): (Vec<&Resting>, Vec<&Resting>) = offers.partition(|offer| self.has_ended(offer));
        let held = open.iter().flat_map(|hold| &hold.lots).map(|(_, amount)| amount).sum::<u64>();
        let held = held + resting.iter().map(|offer| offer.left).sum::<u64>();
        let all = lots.chain(ended.iter().flat_map(|hold| hold.lots.iter().copied()));
        let all = all.chain(over.iter().map(|offer| (offer.expiry, offer.left)));
        let outstanding = all.filter(|(expiry, _)| self.is_live(brand, *expiry)).map(|(_, amount)| amount).sum();
        let sums = self.tables.totals.get(&brand).copied().unwrap_or_default();
        let Sums { issued, redeemed, converted_out, expired, reversed, donated, refunded } = sums;
        Totals {
            issued: GrossPoints::new(issued),
            outstanding: Points::new(outstanding),
            held: Points::new(held),
            redeemed: GrossPoints::new(redeemed),
            converted_out: GrossPoints::new(converted_out),
            expired: GrossPoints::new(expired),
            reversed: GrossPoints::new(reversed),
            donated: GrossPoints::new(donated),
            refunded: GrossPoints::new(refunded),
            pending: Points::new(self.all_pending(brand)),
        }
    }

    /// Everything that the model can be asked.
    pub fn facts(&self) -> Facts {
        let mut facts = Facts::default();
        let brands: Vec<BrandId> = self.tables.policies.iter().map(|(brand, _)| *brand).collect();
        for (address, account) in self.tables.accounts.iter() {
            let recovery = account.recovery.as_ref();
            facts.account(*address, account.key, account.frozen, &account.guardians, recovery, &account.safeguards);
            let used = self.used_today(*address);
            let made = (used.opened as u64, used.households as u64);
            facts.activity(*address, self.activity(*address));
            facts.used(*address, (used.bytes, used.operations), made, &used.reserved);
            facts.memberships(*address, &self.memberships(*address));
            for brand in &brands {
                facts.lots(*address, *brand, &typed(&self.lots(*address, *brand)));
                facts.pending(*address, *brand, &self.pending(*address, *brand));
            }
        }
        for ((account, brand, _), hold) in self.tables.holds.iter().filter(|(_, hold)| self.time < hold.expires) {
            let expires = TimeMs::default().plus_ms(hold.expires);
            facts.hold(*account, *brand, (&hold.reference, hold.dated), expires, &typed(&hold.lots));
        }
        for ((account, brand, id), one) in
            self.tables.programme.offers.iter().filter(|(_, offer)| !self.has_ended(offer))
        {
            let wants = (one.wants, (one.num, one.den), one.wants_until, one.min_take);
            facts.offer((*account, *brand, *id), (one.by, one.expiry, one.left), wants);
        }
        for (address, household) in self.tables.households.iter() {
            let members: Vec<_> = household.members.clone().into_iter().collect();
            let invited: Vec<_> = household.invited.clone().into_iter().collect();
            facts.household(*address, &members, &invited);
        }
        self.note_counts(&mut facts);
        self.note_references(&mut facts);
        self.note_programme(&mut facts);
        self.note_brands(&mut facts, &brands);
        self.note_governance(&mut facts);
        facts
    }

    fn note_governance(&self, facts: &mut Facts) {
        let (version, scheduled) = self.version();
        let scheduled = scheduled.map(|(next, height)| (next, Height::new(height)));
        let (parameters, settings) = (self.tables.parameters.get(&()), self.tables.settings.get(&()));
        let set = "set at genesis";
        facts.network(parameters.expect(set), *settings.expect(set), (version, scheduled));
        for (name, validator) in self.tables.validators.iter() {
            let seat = self.tables.seats.get(name).expect("every validator has one");
            facts.validator(validator, (seat.governor, seat.endpoint.as_ref(), Height::new(seat.since)));
        }
        for (name, one) in self.tables.followers.iter() {
            facts.follower(name, one.network_key, &one.sponsor, one.endpoint.as_ref());
        }
        let at = |ms: u64| TimeMs::default().plus_ms(ms);
        for (id, one) in self.known_motions() {
            let approvals: Vec<&Name> = one.approvals.iter().collect();
            let ready: Vec<(u8, TimeMs)> = one.ready.iter().map(|(index, ms)| (*index, at(*ms))).collect();
            let times = (at(one.created), at(one.lapses));
            facts.motion(id, (&one.by, &one.actions), times, (&approvals, &ready), one.status);
        }
    }

    fn note_counts(&self, facts: &mut Facts) {
        let today = self.time / DAY_MS;
        for ((household, member, brand, month), _) in self.tables.spent_in.iter() {
            if *month == self.month {
                facts.spent(*household, *member, *brand, self.spent_this_month(*household, *member, *brand));
            }
        }
        for ((sender, brand, day), points) in self.tables.transferred_on.iter() {
            if *day == today {
                facts.transferred(*sender, *brand, *points);
            }
        }
    }

    fn note_references(&self, facts: &mut Facts) {
        for (month, drop) in self.tables.shelves.iter().filter(|(month, _)| self.is_kept(**month)) {
            facts.shelf(*month, TimeMs::default().plus_ms(*drop));
        }
        for (key, one) in self.tables.issues.iter().filter(|(key, _)| self.is_kept(key.0)) {
            let (until, amounts) = (TimeMs::default().plus_ms(one.until), [one.amount, one.reversed]);
            facts.reference("issued", key, &(one.to, one.dated, until, one.expiry, amounts));
        }
        for (key, one) in self.tables.held.iter().filter(|(key, _)| self.is_kept(key.0)) {
            let expires = TimeMs::default().plus_ms(one.expires);
            facts.reference("held", key, &(one.from, one.dated, expires, one.closed));
        }
        for (key, taken) in self.tables.reversed.iter().filter(|(key, _)| self.is_kept(key.0)) {
            facts.reference("reversed", key, taken);
        }
        for (kind, table) in [("redeemed", &self.tables.redeemed), ("captured", &self.tables.captured)] {
            for (key, paid) in table.iter().filter(|(key, _)| self.is_kept(key.0)) {
                facts.reference(kind, key, &paid.as_ref().map(paid_of));
            }
        }
    }

    fn note_programme(&self, facts: &mut Facts) {
        for (brand, _) in self.tables.brands.iter() {
            for (track, terms) in self.tracks_of(*brand) {
                facts.track(*brand, track, &terms);
            }
        }
        for (key, one) in self.tables.programme.stamps.iter().filter(|(key, _)| self.is_kept(key.0)) {
            let until = TimeMs::default().plus_ms(one.until);
            facts.reference("stamped", key, &(one.to, one.track, one.month, one.dated, until, one.amount - one.taken));
        }
        for (key, taken) in self.tables.programme.taken_back.iter().filter(|(key, _)| self.is_kept(key.0)) {
            facts.reference("taken back", key, taken);
        }
        self.note_campaigns(facts);
        for ((account, brand), relation) in self.tables.programme.relations.iter() {
            facts.relation(*account, *brand, relation.since, relation.consents);
            let (marks, taken) = self.given_to(relation);
            facts.given(*account, *brand, &marks, &taken);
            for (track, terms) in self.tracks_of(*brand) {
                let key = (*account, *brand, track);
                let held = self.held_now(key).into_iter().map(|one| (one.month, one.level, one.until)).collect();
                facts.progress(key, self.units(key), self.level_now(key, &terms), held);
            }
        }
    }

    fn note_campaigns(&self, facts: &mut Facts) {
        for (brand, _) in self.tables.brands.iter() {
            for (campaign, one) in self.campaigns_of(*brand) {
                let sums = [one.points, one.reversed, one.paid, one.refunded];
                facts.campaign((*brand, campaign), (&one.terms, one.accepted), (one.times, one.returned), sums);
            }
        }
        for (key, campaign) in self.tables.programme.awarded.iter().filter(|(key, _)| self.is_kept(key.0)) {
            facts.reference("awarded", key, campaign);
        }
        for (key, one) in self.tables.programme.marks.iter().filter(|(key, _)| self.is_kept(key.0)) {
            let until = TimeMs::default().plus_ms(one.until);
            facts.reference("marked", key, &(one.to, one.campaign, one.mark, one.days, one.dated, until, one.taken));
        }
        self.note_vouchers(facts);
    }

    fn note_vouchers(&self, facts: &mut Facts) {
        let programme = &self.tables.programme;
        for ((account, brand), _) in programme.vouchers.iter() {
            let mut vouchers = self.vouchers(*account, *brand);
            vouchers.sort_by_key(|one| one.id);
            let shown = vouchers.iter().map(|one| (one.id, one.campaign, one.left, one.until));
            facts.vouchers(*account, *brand, &Vec::from_iter(shown));
        }
        for (key, one) in programme.given_vouchers.iter().filter(|(key, _)| self.is_kept(key.0)) {
            let until = TimeMs::default().plus_ms(one.until);
            let uses = (one.quantity, one.gone);
            facts.reference("voucher", key, &(one.to, one.campaign, one.id, uses, one.dated, until));
        }
        for (key, used) in programme.used_vouchers.iter().filter(|(key, _)| self.is_kept(key.0)) {
            facts.reference("voucher used", key, used);
        }
        for (key, one) in programme.claimed.iter().filter(|(key, _)| self.is_kept(key.0)) {
            facts.reference("claimed", key, &(one.campaign, one.quantity, paid_of(&one.paid)));
        }
        for (key, amount) in programme.refunded.iter().filter(|(key, _)| self.is_kept(key.0)) {
            facts.reference("refunded", key, amount);
        }
    }

    fn note_brands(&self, facts: &mut Facts, brands: &[BrandId]) {
        for (brand, one) in self.tables.brands.iter() {
            let closes = one.closes.map(|ms| TimeMs::default().plus_ms(ms));
            facts.brand_itself(*brand, &one.name, one.decimals, (one.suspended, closes, one.pending_days));
            facts.approvals(*brand, self.approvals(*brand));
            for (motion, one) in self.open_for(*brand) {
                let at = |ms: u64| TimeMs::default().plus_ms(ms);
                let [approved, stopped] = [&one.approved_by, &one.stopped_by].map(|list| Vec::from_iter(list.clone()));
                let times = (at(one.created), one.from.map(at));
                facts.brand_motion((*brand, motion), (one.by, &one.actions), times, (&approved, &stopped));
            }
        }
        for (brand, policy) in self.tables.policies.iter() {
            facts.brand(*brand, policy, &self.totals(*brand));
        }
        for ((brand, address), operator) in self.tables.operators.iter() {
            let issued = self.issued_today(*brand, *address);
            facts.operator(*brand, *address, &operator.roles, operator.issue_daily_max, issued);
        }
        for (pair, partnership) in self.tables.partnerships.iter() {
            let proposal = partnership.proposal.clone().map(|(by, terms)| PartnershipProposal { by, terms });
            let converted = self.converted_today(*pair);
            facts.partnership(*pair, partnership.terms.as_ref(), proposal.as_ref(), converted);
        }
        for debtor in brands {
            for creditor in brands {
                facts.owed((*debtor, *creditor), self.owed((*debtor, *creditor)));
            }
        }
    }
}

/// A payment as both ledgers show it.
fn paid_of(paid: &Paid) -> PaidShown {
    let lots = paid.lots.iter().map(|(expiry, amount)| format!("{expiry} {amount}")).collect();
    (paid.from, lots, paid.counted, paid.dated, TimeMs::default().plus_ms(paid.until), paid.refunded)
}
