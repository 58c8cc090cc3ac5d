//! The facts that a ledger shows, for the comparison of two of them.

use std::collections::BTreeMap;
use std::fmt::Debug;

use lojal_types::{
    Action, Address, Approvals, BrandAction, BrandId, Campaign, CampaignId, Day, Endpoint, Expiry, Guardians, Hash,
    Height, Lot, MarkId, MemberRights, Month, MotionId, MotionStatus, Name, OfferId, Parameters, PartnershipProposal,
    PartnershipTerms, Policy, PublicKey, Recovery, Reference, Role, Safeguards, Settings, TimeMs, Totals, Track,
    TrackId, Validator, VoucherId,
};

/// Everything that can be asked of a ledger after a block, one line per thing. The model says it of itself
/// ([`Model::facts`](crate::Model::facts)); whoever has a state of the real ledger walks it and says the same of that.
/// Only what there is is noted: no empty balances, no counts of zero.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts(BTreeMap<String, String>);

impl Facts {
    /// Notes an account: the key that replaced its first one, whether it is frozen, who can bring it back, what keeps
    /// it from a thief.
    pub fn account(
        &mut self,
        account: Address,
        key: Option<PublicKey>,
        frozen: bool,
        guardians: &Guardians,
        recovery: Option<&Recovery>,
        safeguards: &Safeguards,
    ) {
        self.note(format!("account {account:?}"), &(key, frozen, guardians, recovery, safeguards));
    }

    /// Notes what an account has used up today: bytes and operations, the accounts that it opened and the households
    /// that it created, and what it took from its reserves.
    pub fn used(&mut self, account: Address, sent: (u64, u64), made: (u64, u64), reserved: &[u64]) {
        if (sent, made) != ((0, 0), (0, 0)) || reserved.iter().any(|count| *count > 0) {
            self.note(format!("used today by {account:?}"), &(sent, made, reserved));
        }
    }

    /// Notes the number of transactions that have concerned an account, and the digest over them.
    pub fn activity(&mut self, account: Address, (count, digest): (u64, [u8; 32])) {
        self.note(format!("activity of {account:?}"), &(count, Hash::new(digest)));
    }

    /// Notes the households of an account.
    pub fn memberships(&mut self, account: Address, households: &[Address]) {
        if !households.is_empty() {
            self.note(format!("memberships of {account:?}"), &households);
        }
    }

    /// Notes the lots that an account can use now, by rising expiry.
    pub fn lots(&mut self, account: Address, brand: BrandId, lots: &[Lot]) {
        if !lots.is_empty() {
            self.note(format!("lots of {account:?} of {brand}"), &amounts(lots));
        }
    }

    /// Notes the points of an account that wait, by the days on which they mature and by expiry.
    pub fn pending(&mut self, account: Address, brand: BrandId, lots: &[(Day, Expiry, u64)]) {
        if !lots.is_empty() {
            self.note(format!("pending of {account:?} of {brand}"), &lots);
        }
    }

    /// Notes a hold that has not expired.
    pub fn hold(
        &mut self,
        account: Address,
        brand: BrandId,
        (reference, dated): (&Reference, Day),
        expires: TimeMs,
        lots: &[Lot],
    ) {
        self.note(format!("hold {reference} of {account:?} of {brand}"), &(dated, expires, amounts(lots)));
    }

    /// Notes an offer that isn't over: who has made it, what is left of it, and what it wants for it.
    pub fn offer(
        &mut self,
        (account, brand, id): (Address, BrandId, OfferId),
        (by, expiry, left): (Address, Expiry, u64),
        wants: (BrandId, (u32, u32), Expiry, u64),
    ) {
        self.note(format!("offer {id} of {account:?} of {brand}"), &(by, expiry, left, wants));
    }

    /// Notes the shelf of a month with the time of its drop.
    pub fn shelf(&mut self, month: Month, drop: TimeMs) {
        self.note(format!("shelf of {month}"), &drop);
    }

    /// Notes the record of a reference: its kind, the month of its shelf, its brand.
    pub fn reference(&mut self, kind: &str, (month, brand, reference): &(Month, BrandId, Reference), what: &dyn Debug) {
        self.note(format!("{kind} {reference} of {month} of {brand}"), what);
    }

    /// Notes a household, by its members' and invitees' addresses.
    pub fn household(
        &mut self,
        household: Address,
        members: &[(Address, MemberRights)],
        invited: &[(Address, MemberRights)],
    ) {
        self.note(format!("household {household:?}"), &(members, invited));
    }

    /// Notes what a member has spent from a pool this month, of a brand that is limited.
    pub fn spent(&mut self, household: Address, member: Address, brand: BrandId, points: u64) {
        self.count(format!("spent by {member:?} from {household:?} of {brand}"), points);
    }

    /// Notes the parameters, the settings of governance, and the version with the one that is scheduled.
    pub fn network(&mut self, parameters: &Parameters, settings: Settings, version: (u32, Option<(u32, Height)>)) {
        self.note("parameters".to_owned(), parameters);
        self.note("settings".to_owned(), &(settings, version));
    }

    /// Notes a validator with its seat: the governor, the address of the node, the block that gave it.
    pub fn validator(&mut self, one: &Validator, (governor, endpoint, since): (Address, Option<&Endpoint>, Height)) {
        self.note(format!("validator {}", one.name), &(one, governor, endpoint, since));
    }

    /// Notes a node without a vote.
    pub fn follower(&mut self, name: &Name, network_key: PublicKey, sponsor: &Name, endpoint: Option<&Endpoint>) {
        self.note(format!("follower {name}"), &(network_key, sponsor, endpoint));
    }

    /// Notes a motion: by whom, what, since when and until when, who approves, which signs of life it has, its stage.
    pub fn motion(
        &mut self,
        motion: MotionId,
        (by, actions): (&Name, &[Action]),
        times: (TimeMs, TimeMs),
        (approvals, ready): (&[&Name], &[(u8, TimeMs)]),
        status: MotionStatus,
    ) {
        self.note(format!("motion {motion}"), &(by, actions, times, approvals, ready, status));
    }

    /// Notes the name of a brand, the decimals of its points, whether it is suspended, and when it leaves.
    pub fn brand_itself(&mut self, brand: BrandId, name: &Name, decimals: u8, ends: (bool, Option<TimeMs>, u8)) {
        self.note(format!("brand {brand}"), &(name, decimals, ends));
    }

    /// Notes how many of its admins a brand asks for, and its wait.
    pub fn approvals(&mut self, brand: BrandId, approvals: Approvals) {
        self.note(format!("approvals of {brand}"), &approvals);
    }

    /// Notes a motion of a brand: by whom, what, since when, from when on it happens, who approves, who wants it
    /// stopped.
    pub fn brand_motion(
        &mut self,
        (brand, motion): (BrandId, MotionId),
        (by, actions): (Address, &[BrandAction]),
        times: (TimeMs, Option<TimeMs>),
        ballots: (&[Address], &[Address]),
    ) {
        self.note(format!("motion {motion} of {brand}"), &(by, actions, times, ballots));
    }

    /// Notes a brand's policy and its totals.
    pub fn brand(&mut self, brand: BrandId, policy: &Policy, totals: &Totals) {
        self.note(format!("policy of {brand}"), policy);
        self.note(format!("totals of {brand}"), totals);
    }

    /// Notes an operator with its daily limit and what it has issued today.
    pub fn operator(&mut self, brand: BrandId, operator: Address, roles: &[Role], max: Option<u64>, issued: u64) {
        self.note(format!("operator {operator:?} of {brand}"), &(roles, max));
        self.count(format!("issued today by {operator:?} of {brand}"), issued);
    }

    /// Notes what a member has transferred today, of a brand with a cap.
    pub fn transferred(&mut self, sender: Address, brand: BrandId, points: u64) {
        self.count(format!("transferred today by {sender:?} of {brand}"), points);
    }

    /// Notes what two brands have agreed on and put forward, and what was converted today.
    pub fn partnership(
        &mut self,
        pair: (BrandId, BrandId),
        terms: Option<&PartnershipTerms>,
        proposal: Option<&PartnershipProposal>,
        converted: u64,
    ) {
        self.note(format!("partnership of {} to {}", pair.0, pair.1), &(terms, proposal));
        self.count(format!("converted today of {} to {}", pair.0, pair.1), converted);
    }

    /// Notes the terms of a track that isn't over.
    pub fn track(&mut self, brand: BrandId, track: TrackId, terms: &Track) {
        self.note(format!("track {track} of {brand}"), terms);
    }

    /// Notes since when a brand has counted anything of an account, and what the member allows it.
    pub fn relation(&mut self, account: Address, brand: BrandId, since: Option<Day>, consents: u8) {
        self.note(format!("relation of {account:?} with {brand}"), &(since, consents));
    }

    /// Notes a campaign that isn't over: its terms, what its sponsor has accepted, and what was taken out of it.
    pub fn campaign(
        &mut self,
        (brand, campaign): (BrandId, CampaignId),
        (terms, accepted): (&Campaign, Option<Hash>),
        units: (u64, u64),
        [points, reversed, paid, refunded]: [u128; 4],
    ) {
        let sums = (points, reversed, paid, refunded);
        self.note(format!("campaign {campaign} of {brand}"), &(terms, accepted, units, sums));
    }

    /// Notes the vouchers that an account can use today: by rising id, of which campaign, how often, until when.
    pub fn vouchers(&mut self, account: Address, brand: BrandId, vouchers: &[(VoucherId, CampaignId, u64, Day)]) {
        if !vouchers.is_empty() {
            self.note(format!("vouchers of {account:?} of {brand}"), &vouchers);
        }
    }

    /// Notes the marks that an account has of a brand, and the units that are counted of it by campaign.
    pub fn given(
        &mut self,
        account: Address,
        brand: BrandId,
        marks: &[(MarkId, Option<Day>)],
        taken: &[(CampaignId, bool, u64)],
    ) {
        if !(marks.is_empty() && taken.is_empty()) {
            self.note(format!("given to {account:?} by {brand}"), &(marks, taken));
        }
    }

    /// Notes what counts on a track, the level now, and the levels that are held: reached when, which, until when.
    pub fn progress(
        &mut self,
        (account, brand, track): (Address, BrandId, TrackId),
        units: u64,
        level: usize,
        mut held: Vec<(Month, usize, Month)>,
    ) {
        held.sort_unstable();
        if (units, level) != (0, 0) || !held.is_empty() {
            self.note(format!("progress of {account:?} on {track} of {brand}"), &(units, level, held));
        }
    }

    /// Notes what the first brand owes the second, in millionths of the minor unit.
    pub fn owed(&mut self, pair: (BrandId, BrandId), micro: u128) {
        if micro > 0 {
            self.note(format!("owed by {} to {}", pair.0, pair.1), &micro);
        }
    }

    /// The facts that two ledgers show differently: of each thing, this one's and the other one's.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let things: std::collections::BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let shown = |facts: &Self, thing: &String| facts.0.get(thing).cloned().unwrap_or_else(|| "nothing".to_owned());
        let differing = things.into_iter().filter(|thing| self.0.get(*thing) != other.0.get(*thing));
        differing.map(|thing| format!("{thing}: {} and {}", shown(self, thing), shown(other, thing))).collect()
    }

    fn note(&mut self, thing: String, what: &dyn Debug) {
        let before = self.0.insert(thing, format!("{what:?}"));
        debug_assert!(before.is_none(), "each thing is noted once");
    }

    fn count(&mut self, thing: String, points: u64) {
        if points > 0 {
            self.note(thing, &points);
        }
    }
}

fn amounts(lots: &[Lot]) -> Vec<String> {
    lots.iter().map(|lot| format!("{} {}", lot.expiry, lot.amount)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_said_of_both_and_what_is_nothing_is_not_noted() {
        let (account, brand) = (Address::new([1; 20]), "kaffet".parse().expect("valid"));
        let (mut one, mut other) = (Facts::default(), Facts::default());
        for facts in [&mut one, &mut other] {
            facts.memberships(account, &[]);
            facts.lots(account, brand, &[]);
            facts.transferred(account, brand, 0);
            facts.owed((brand, brand), 0);
        }
        assert_eq!(one, Facts::default());
        one.transferred(account, brand, 5);
        one.spent(account, account, brand, 7);
        other.spent(account, account, brand, 7);
        let differences = one.differences(&other);
        assert_eq!(differences.len(), 1, "{differences:?}");
        assert!(differences[0].starts_with("transferred today") && differences[0].ends_with("5 and nothing"));
    }
}
