//! Tracks, stamps and levels once more: every stamp ever is remembered, and summed up whenever somebody asks.

mod terms;

use lojal_types::{
    Address, BrandId, CampaignId, Code, Day, Expiry, Month, OfferId, Role, SetConsent, SetTrack, Stamp, TakeBack,
    TakenBackOf, Track, TrackId, TrackKind, VoucherId,
};

use self::terms::limits_hold;
use super::brand_motions::Takes;
use super::given::{Marked, Offered, Relation};
use super::market::Resting;
use super::vouchers::{Claimed, GivenVoucher, Voucher};
use super::{AMOUNT_MAX, Account, DAY_MS, Model, Shelved, ensure};
use crate::table::{End, Table};

/// A stamp as long as its reference is remembered, and longer.
#[derive(Clone, Debug)]
pub(crate) struct Stamped {
    pub(crate) to: Address,
    pub(crate) track: TrackId,
    pub(crate) month: Month,
    pub(crate) amount: u64,
    pub(crate) dated: Day,
    /// The time from which on nothing of it can be taken back.
    pub(crate) until: u64,
    pub(crate) taken: u64,
}

/// The count of one stamp.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The reference that it came by, as the number of the stamp.
    number: usize,
    /// The last month in which it counts; none while its track does.
    until: Option<Month>,
    place: Option<u8>,
    units: u64,
}

/// A level with the month in which it was reached, and the last in which it is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reached {
    pub(crate) month: Month,
    pub(crate) level: usize,
    pub(crate) until: Month,
}

type Progress = (Address, BrandId, TrackId);

/// All that is remembered of tracks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Programme {
    /// Every track ever.
    pub(crate) tracks: Table<(BrandId, TrackId), Track>,
    pub(crate) stamps: Table<Shelved, Stamped>,
    /// The units that each took.
    pub(crate) taken_back: Table<Shelved, u64>,
    pub(crate) relations: Table<(Address, BrandId), Relation>,
    /// The counts of all stamps ever.
    progress: Table<Progress, Vec<Part>>,
    /// The units that claims have used up, by the last month in which they count.
    used: Table<(Progress, Month), u64>,
    pub(crate) campaigns: Table<(BrandId, CampaignId), Offered>,
    /// The campaigns of issues.
    pub(crate) awarded: Table<Shelved, CampaignId>,
    pub(crate) marks: Table<Shelved, Marked>,
    pub(crate) vouchers: Table<(Address, BrandId), Vec<Voucher>>,
    pub(crate) given_vouchers: Table<Shelved, GivenVoucher>,
    /// The voucher, and the number of its uses.
    pub(crate) used_vouchers: Table<Shelved, (VoucherId, u64)>,
    pub(crate) claimed: Table<Shelved, Claimed>,
    /// The points that each gave back.
    pub(crate) refunded: Table<Shelved, u64>,
    reached: Table<Progress, Vec<Reached>>,
    pub(crate) offers: Table<(Address, BrandId, OfferId), Resting>,
    /// The points that wait, by the day on which they mature.
    pub(crate) pending: Table<(Address, BrandId, Day, Expiry), u64>,
}

impl Programme {
    /// Ends a transaction.
    pub(super) fn end(&mut self, how: End) {
        self.tracks.end(how);
        self.stamps.end(how);
        self.taken_back.end(how);
        self.relations.end(how);
        self.progress.end(how);
        self.used.end(how);
        self.campaigns.end(how);
        self.awarded.end(how);
        self.marks.end(how);
        self.vouchers.end(how);
        self.given_vouchers.end(how);
        self.used_vouchers.end(how);
        self.claimed.end(how);
        self.offers.end(how);
        self.refunded.end(how);
        self.reached.end(how);
        self.pending.end(how);
    }
}

impl Model {
    pub(super) fn set_track(&mut self, sender: Address, set: &SetTrack) -> Result<(), Code> {
        self.policy(set.brand)?;
        self.in_force(set.brand)?;
        self.check_admin(set.brand, sender, Takes::SeveralAndTime)?;
        let key = (set.brand, set.track);
        match self.track(set.brand, set.track) {
            Some(before) => {
                ensure(self.is_kinder(&before, &set.terms), Code::TrackPromised)?;
                ensure(limits_hold(&set.terms), Code::TrackOutOfBounds)?;
                let gets_levels = before.levels.is_empty() && !set.terms.levels.is_empty();
                ensure(!gets_levels || !self.is_used_up(set.brand, set.track), Code::TrackOutOfBounds)?;
            }
            None => {
                let of_brand = self.tables.programme.tracks.iter().filter(|((brand, _), _)| *brand == set.brand);
                let highest = of_brand.map(|((_, track), _)| track.get()).max().unwrap_or(0);
                ensure(set.track.get() > highest, Code::TrackOutOfBounds)?;
                ensure(limits_hold(&set.terms) && self.ends_in_time(&set.terms), Code::TrackOutOfBounds)?;
                let rolls = |track: &Track| matches!(track.kind, TrackKind::Rolling { .. });
                let alike =
                    self.tracks_of(set.brand).iter().filter(|(_, track)| rolls(track) == rolls(&set.terms)).count();
                ensure(alike < if rolls(&set.terms) { 4 } else { 16 }, Code::TooManyTracks)?;
            }
        }
        self.tables.programme.tracks.set(key, set.terms.clone());
        Ok(())
    }

    /// A track that isn't over.
    pub(crate) fn track(&self, brand: BrandId, track: TrackId) -> Option<Track> {
        self.tables.programme.tracks.get(&(brand, track)).filter(|track| !self.is_over(track)).cloned()
    }

    /// Those of a brand that aren't over.
    pub(crate) fn tracks_of(&self, brand: BrandId) -> Vec<(TrackId, Track)> {
        let tracks =
            self.tables.programme.tracks.iter().filter(|((of, _), track)| *of == brand && !self.is_over(track));
        tracks.map(|((_, track), terms)| (*track, terms.clone())).collect()
    }

    fn is_over(&self, track: &Track) -> bool {
        let month = u32::from(self.month.get());
        match track.kind {
            TrackKind::Rolling { closes_ms, .. } => {
                closes_ms.is_some_and(|closes| month >= u32::from(closes.month().get()) + 25)
            }
            TrackKind::Window { closes_ms, .. } | TrackKind::Places { closes_ms, .. } => {
                let last = closes_ms.plus_ms(u64::from(track.take_back_days) * DAY_MS);
                month > u32::from(last.month().get())
            }
        }
    }

    pub(super) fn stamp(&mut self, sender: Address, stamp: &Stamp) -> Result<(), Code> {
        ensure(stamp.amount > 0, Code::AmountZero)?;
        self.policy(stamp.brand)?;
        self.in_force(stamp.brand)?;
        self.check_role(stamp.brand, sender, Role::Issue)?;
        let track = self.track(stamp.brand, stamp.track).ok_or(Code::UnknownTrack)?;
        let (opens, closes, places) = match track.kind {
            TrackKind::Rolling { closes_ms, .. } => (0, closes_ms.map_or(u64::MAX, |closes| closes.get()), None),
            TrackKind::Window { opens_ms, closes_ms } => (opens_ms.get(), closes_ms.get(), None),
            TrackKind::Places { opens_ms, closes_ms, count } => (opens_ms.get(), closes_ms.get(), Some(count)),
        };
        ensure((opens..closes).contains(&self.time), Code::TrackClosed)?;
        let in_range = match (places, stamp.place) {
            (Some(count), Some(place)) => place < count,
            (None, None) => true,
            _ => false,
        };
        ensure(in_range, Code::PlaceOutOfRange)?;
        ensure(stamp.amount <= track.stamp_max, Code::StampTooLarge)?;
        let key = (self.date(stamp.dated)?, stamp.brand, stamp.reference.clone());
        self.check_fresh(&self.tables.programme.stamps, stamp.brand, &stamp.reference)?;
        self.open_by_stamp(stamp.to)?;
        let until = (self.time + u64::from(track.take_back_days) * DAY_MS).min(self.drop_of(key.0));
        let (to, month) = (stamp.to, self.month);
        let one = Stamped { to, track: stamp.track, month, amount: stamp.amount, dated: stamp.dated, until, taken: 0 };
        self.tables.programme.stamps.set(key.clone(), one);
        self.count_stamp(stamp, &track)?;
        Ok(())
    }

    pub(super) fn open_by_stamp(&mut self, to: Address) -> Result<(), Code> {
        if to.as_bytes()[19] % 2 == 1 {
            return ensure(self.tables.households.contains(&to), Code::UnknownHousehold);
        }
        if !self.tables.accounts.contains(&to) {
            self.tables.accounts.set(to, Account::default());
        }
        Ok(())
    }

    fn count_stamp(&mut self, stamp: &Stamp, track: &Track) -> Result<(), Code> {
        let key = (stamp.to, stamp.brand, stamp.track);
        let mut parts = self.tables.programme.progress.get(&key).cloned().unwrap_or_default();
        let until = match track.kind {
            TrackKind::Rolling { months, .. } => Some(Month::new(self.month.get() + u16::from(months))),
            _ => None,
        };
        let counted = stamp.place.is_some() && parts.iter().any(|part| part.place == stamp.place && part.units > 0);
        let units = if counted { 0 } else { stamp.amount };
        let together: u64 = parts.iter().filter(|part| part.until == until).map(|part| part.units).sum();
        ensure(stamp.place.is_some() || together + units <= AMOUNT_MAX, Code::StampTooLarge)?;
        parts.push(Part { number: self.number_of(stamp.brand, &stamp.reference), until, place: stamp.place, units });
        self.tables.programme.progress.set(key, parts);
        let known = self.tables.programme.relations.get(&(stamp.to, stamp.brand)).cloned();
        let known = known.unwrap_or_default().known_from(self.today());
        self.tables.programme.relations.set((stamp.to, stamp.brand), known);
        self.reach(key, track);
        Ok(())
    }

    /// A reference as a number: references of stamps that are remembered are never the same.
    fn number_of(&self, brand: BrandId, reference: &lojal_types::Reference) -> usize {
        let mut bytes = brand.as_str().as_bytes().to_vec();
        bytes.extend(reference.as_bytes());
        let hash = lojal_types::hash::hash("model", &[&bytes]);
        usize::from_be_bytes(*hash.first_chunk().expect("32 bytes"))
    }

    /// The units that count on a track now.
    pub(crate) fn units(&self, key: Progress) -> u64 {
        let parts = self.tables.programme.progress.get(&key).cloned().unwrap_or_default();
        let live = parts.iter().filter(|part| part.until.is_none_or(|until| until >= self.month));
        let used = self.tables.programme.used.iter().filter(|((of, until), _)| *of == key && *until >= self.month);
        live.map(|part| part.units).sum::<u64>() - used.map(|(_, units)| units).sum::<u64>()
    }

    /// The units that count on a track now, or of them only those that count through a month.
    pub(super) fn unused(&self, key: Progress, through: Option<Month>) -> u64 {
        let Some(through) = through else { return self.units(key) };
        self.counted_through(key, through) - self.used_through(key, through)
    }

    fn counted_through(&self, key: Progress, through: Month) -> u64 {
        let parts = self.tables.programme.progress.get(&key).cloned().unwrap_or_default();
        parts.iter().filter(|part| part.until == Some(through)).map(|part| part.units).sum()
    }

    fn used_through(&self, key: Progress, through: Month) -> u64 {
        self.tables.programme.used.get(&(key, through)).copied().unwrap_or(0)
    }

    /// True if a claim has used up something that was stamped.
    pub(crate) fn has_used(&self, key: Progress) -> bool {
        self.tables.programme.used.iter().any(|((of, month), units)| *of == key && *month >= self.month && *units > 0)
    }

    fn forget_used(&mut self, key: Progress) {
        let of = |of: &&(Progress, Month)| of.0 == key;
        let keys: Vec<_> = self.tables.programme.used.iter().map(|(key, _)| key).filter(of).copied().collect();
        for key in keys {
            self.tables.programme.used.remove(&key);
        }
    }

    /// Uses units up one by one, the earliest first.
    pub(super) fn use_up(&mut self, key: Progress, amount: u64, through: Option<Month>) {
        let (mut rest, mut month) = (amount, through.unwrap_or(self.month));
        while rest > 0 && month.get() <= self.month.get() + 24 {
            let now = rest.min(self.unused(key, Some(month)));
            let used = self.used_through(key, month) + now;
            self.tables.programme.used.set((key, month), used);
            rest -= now;
            month = month.plus(1);
        }
    }

    /// The levels of a track that are held now.
    pub(crate) fn held_now(&self, key: Progress) -> Vec<Reached> {
        let held = self.tables.programme.reached.get(&key).cloned().unwrap_or_default();
        held.into_iter().filter(|one| one.until >= self.month).collect()
    }

    fn earned(&self, key: Progress, track: &Track) -> usize {
        let units = self.units(key);
        track.levels.iter().filter(|level| units >= level.at_least).count()
    }

    /// The level of a track now: earned, held, or fallen to.
    pub(crate) fn level_now(&self, key: Progress, track: &Track) -> usize {
        let held = self.held_now(key).iter().map(|one| one.level).max();
        let ever = self.tables.programme.reached.get(&key).cloned().unwrap_or_default();
        let fallen = match ever.iter().max_by_key(|one| (one.until, one.level)) {
            Some(last) if held.is_none() && track.soft => {
                let (mut level, mut until) = (last.level, last.until.get());
                while level > 0 && until < self.month.get() {
                    level -= 1;
                    if level > 0 {
                        until += u16::from(track.levels[level - 1].months);
                    }
                }
                level
            }
            _ => 0,
        };
        self.earned(key, track).max(held.unwrap_or(0)).max(fallen)
    }

    fn reach(&mut self, key: Progress, track: &Track) {
        let earned = self.earned(key, track);
        if earned == 0 || earned < self.level_now(key, track) {
            return;
        }
        let until = Month::new(self.month.get() + u16::from(track.levels[earned - 1].months));
        let mut held = self.held_now(key);
        held.retain(|one| one.month != self.month);
        held.push(Reached { month: self.month, level: earned, until });
        if held.len() > 4 {
            let weakest = held.iter().copied().min_by_key(|one| (one.level, one.until, one.month));
            held.retain(|one| Some(*one) != weakest);
        }
        self.tables.programme.reached.set(key, held);
    }

    pub(super) fn take_back(&mut self, sender: Address, take: &TakeBack) -> Result<(), Code> {
        ensure(take.amount > 0, Code::AmountZero)?;
        self.policy(take.brand)?;
        self.in_force(take.brand)?;
        self.check_role(take.brand, sender, Role::Reverse)?;
        let own = (self.date(take.dated)?, take.brand, take.reference.clone());
        self.check_fresh(&self.tables.programme.taken_back, take.brand, &take.reference)?;
        if take.of != TakenBackOf::Stamp {
            if take.of == TakenBackOf::Mark {
                self.take_back_mark(take)?
            } else {
                self.take_back_voucher(take)?
            }
            self.tables.programme.taken_back.set(own, take.amount);
            return Ok(());
        }
        let key = (take.of_dated.month(), take.brand, take.of_reference.clone());
        let one = self.shelved(&self.tables.programme.stamps, &key).ok_or(Code::UnknownReference)?;
        ensure(one.dated == take.of_dated, Code::UnknownReference)?;
        ensure(one.to == take.from, Code::AwardToOther)?;
        ensure(self.time < one.until, Code::TakeBackWindowClosed)?;
        ensure(take.amount <= one.amount - one.taken, Code::TakeBackExceeds)?;
        self.tables.programme.stamps.set(key.clone(), Stamped { taken: one.taken + take.amount, ..one.clone() });
        self.tables.programme.taken_back.set(own, take.amount);
        if !self.tables.programme.relations.contains(&(one.to, take.brand)) {
            return Ok(());
        }
        let progress = (one.to, take.brand, one.track);
        let number = self.number_of(take.brand, &take.of_reference);
        let mut parts = self.tables.programme.progress.get(&progress).cloned().unwrap_or_default();
        for part in parts.iter_mut().filter(|part| part.number == number) {
            part.units = part.units.saturating_sub(take.amount);
        }
        let until = parts.iter().find(|part| part.number == number).and_then(|part| part.until);
        self.tables.programme.progress.set(progress, parts);
        if let Some(until) = until.filter(|until| *until >= self.month) {
            let is_left = self.used_through(progress, until) <= self.counted_through(progress, until);
            ensure(is_left, Code::InsufficientProgress)?;
        }
        let Some(track) = self.track(take.brand, one.track) else { return Ok(()) };
        let mut reached = self.tables.programme.reached.get(&progress).cloned().unwrap_or_default();
        reached.retain(|level| level.month < one.month);
        self.tables.programme.reached.set(progress, reached);
        self.reach(progress, &track);
        Ok(())
    }

    pub(super) fn set_consent(&mut self, sender: Address, set: &SetConsent) -> Result<(), Code> {
        ensure(set.consents < 16, Code::UnknownConsent)?;
        self.policy(set.brand)?;
        self.check_open(set.brand)?;
        let relation = self.tables.programme.relations.get(&(sender, set.brand)).cloned().ok_or(Code::NoRelation)?;
        self.tables.programme.relations.set((sender, set.brand), Relation { consents: set.consents, ..relation });
        Ok(())
    }

    /// Nothing is counted at the address of a household that isn't there any more.
    pub(super) fn forget_standing(&mut self, account: Address) {
        let brands: Vec<BrandId> = self.tables.brands.iter().map(|(brand, _)| *brand).collect();
        for brand in brands {
            self.tables.programme.relations.remove(&(account, brand));
            self.tables.programme.vouchers.remove(&(account, brand));
            let tracks: Vec<TrackId> = self.tables.programme.tracks.iter().map(|((_, track), _)| *track).collect();
            for track in tracks {
                self.tables.programme.progress.remove(&(account, brand, track));
                self.tables.programme.reached.remove(&(account, brand, track));
                self.forget_used((account, brand, track));
            }
        }
    }
}
