//! Random tracks, stamps, takings back and consents.

use lojal_types::{
    Bounded, BrandId, Hash, Operation, Role, SetConsent, SetTrack, Stamp, TakeBack, TakenBackOf, Track, TrackId,
    TrackKind, TrackLevel,
};

use super::{Workload, remember};
use crate::world::{DAY_MS, MEMBERS_WITH_POINTS, TILL};

impl Workload {
    /// True if the version in force counts more than points.
    pub(super) fn has_programme(&self) -> bool {
        self.model.version().0 >= 2
    }

    pub(super) fn set_track(&mut self, sender: usize) -> Option<Operation> {
        if !self.has_programme() {
            return None;
        }
        let brand = self.brand_of(sender, Role::Admin).filter(|brand| self.stays(*brand))?;
        let tracks = self.model.tracks_of(brand);
        let (track, terms) = match self.random.pick(&tracks) {
            Some((track, terms)) if self.random.once_in(2) || tracks.len() > 9 => (track, self.other(terms)),
            _ => (self.next_track(brand), self.track_terms()),
        };
        Some(Operation::SetTrack(SetTrack { brand, track, terms }))
    }

    fn next_track(&mut self, brand: BrandId) -> TrackId {
        let of_brand = self.model.tables.programme.tracks.iter().filter(|((of, _), _)| *of == brand);
        let last = of_brand.map(|((_, track), _)| track.get()).max().unwrap_or(0);
        TrackId::new(if self.twist() { last / 2 } else { last + 1 })
    }

    /// The terms of a new track.
    fn track_terms(&mut self) -> Track {
        let (opens_ms, length) = (self.time.plus_ms(self.random.within(0..2) * DAY_MS), self.random.within(20..90));
        let closes_ms = opens_ms.plus_ms(length * DAY_MS);
        let months = u8::try_from(self.random.within(1..4)).expect("few");
        let closes = self.random.once_in(3).then(|| self.time.plus_ms((30 + length) * DAY_MS));
        let (kind, stamp_max) = match self.random.within(0..5) {
            0 => (TrackKind::Window { opens_ms, closes_ms }, 50),
            1 => (TrackKind::Places { opens_ms, closes_ms, count: 5 }, 1),
            _ => (TrackKind::Rolling { months, closes_ms: closes }, 200),
        };
        let count = if matches!(kind, TrackKind::Rolling { .. }) { self.random.within(0..4) } else { 0 };
        let level = |number: u64| TrackLevel { at_least: number * 60, months };
        let levels = Bounded::new((1..=count).map(level).collect()).expect("at most three");
        let soft = count > 0 && self.random.once_in(2);
        let terms = Track { kind, stamp_max, levels, soft, take_back_days: 60, about: Hash::new([1; 32]) };
        if !self.twist() {
            return terms;
        }
        let wrong = [
            Track { stamp_max: 0, ..terms.clone() },
            Track { take_back_days: 401, ..terms.clone() },
            Track { soft: true, levels: Bounded::default(), ..terms.clone() },
            Track { kind: TrackKind::Rolling { months: 25, closes_ms: None }, ..terms.clone() },
            Track { kind: TrackKind::Window { opens_ms: closes_ms, closes_ms }, ..terms },
        ];
        self.random.pick(&wrong).expect("five")
    }

    /// Terms in the place of others: mostly kinder ones.
    fn other(&mut self, terms: Track) -> Track {
        let kinder = match terms.kind {
            TrackKind::Rolling { months, closes_ms } => {
                let closes_ms = closes_ms.map(|closes| closes.plus_ms(DAY_MS));
                TrackKind::Rolling { months: (months + 1).min(24), closes_ms }
            }
            TrackKind::Window { opens_ms, closes_ms } => {
                TrackKind::Window { opens_ms, closes_ms: closes_ms.plus_ms(DAY_MS) }
            }
            TrackKind::Places { opens_ms, closes_ms, count } => {
                TrackKind::Places { opens_ms, closes_ms: closes_ms.plus_ms(DAY_MS), count: (count + 1).min(64) }
            }
        };
        match self.random.within(0..6) {
            0 => Track { stamp_max: terms.stamp_max - 1, ..terms },
            1 => Track { take_back_days: terms.take_back_days.saturating_sub(5), ..terms },
            2 => Track { about: Hash::new([2; 32]), ..terms },
            _ => Track { kind: kinder, ..terms },
        }
    }

    pub(super) fn stamp(&mut self, sender: usize) -> Option<Operation> {
        if !self.has_programme() {
            return None;
        }
        let brand = self.brand_of(sender, Role::Issue)?;
        let tracks = self.model.tracks_of(brand);
        let strange = self.twist();
        let (track, terms) = self.random.pick(&tracks)?;
        let (opens, closes, count) = match terms.kind {
            TrackKind::Rolling { closes_ms, .. } => (None, closes_ms, 0),
            TrackKind::Window { opens_ms, closes_ms } => (Some(opens_ms), Some(closes_ms), 0),
            TrackKind::Places { opens_ms, closes_ms, count } => (Some(opens_ms), Some(closes_ms), count),
        };
        let is_open = opens.is_none_or(|opens| opens <= self.time) && closes.is_none_or(|closes| self.time < closes);
        if !is_open && !self.wild {
            return None;
        }
        let place = self.random.within(0..u64::from(count) + u64::from(strange) + 1);
        let place = u8::try_from(place).expect("few").min(count.saturating_sub(1) + u8::from(strange));
        let place = (count > 0 || strange).then_some(place);
        let amount = if self.twist() { self.part(terms.stamp_max) } else { self.random.within(1..terms.stamp_max + 1) };
        let track = if self.twist() { TrackId::new(9_999) } else { track };
        let to = if self.random.once_in(30) { self.stranger() } else { self.somebody() };
        let (reference, dated) = (self.reference(), self.day());
        remember(&mut self.stamps, (brand, reference.clone(), dated));
        Some(Operation::Stamp(Stamp { brand, track, to, amount, place, reference, dated }))
    }

    /// A member, or seldom one of its households.
    pub(super) fn somebody(&mut self) -> lojal_types::Address {
        let member = self.random.index(MEMBERS_WITH_POINTS / 3);
        let member = self.address(member);
        let pools = self.model.memberships(member);
        if self.random.once_in(6) { self.random.pick(&pools).unwrap_or(member) } else { member }
    }

    pub(super) fn take_back(&mut self, sender: usize) -> Option<Operation> {
        let index = self.random.index(self.stamps.len().max(1));
        let (brand, of_reference, of_dated) = self.stamps.get(index)?.clone();
        let known = self.model.tables.programme.stamps.get(&(of_dated.month(), brand, of_reference.clone())).cloned();
        let may = self.brands_of(self.address(sender), Role::Reverse).contains(&brand);
        let open = known.as_ref().is_some_and(|one| self.time.get() < one.until && one.amount > one.taken);
        if (!may || !open) && !self.wild {
            return None;
        }
        let nobody = self.anybody();
        let (mut from, left) = known.map_or((nobody, 5), |one| (one.to, one.amount - one.taken));
        if self.twist() {
            from = nobody;
        }
        let amount = if self.twist() { self.part(left) } else { self.random.within(1..left.max(1) + 1) };
        let (reference, dated) = (self.reference(), self.day());
        Some(Operation::TakeBack(TakeBack {
            brand,
            from,
            of: TakenBackOf::Stamp,
            of_reference,
            of_dated,
            amount,
            reference,
            dated,
        }))
    }

    pub(super) fn set_consent(&mut self, sender: usize) -> Option<Operation> {
        if !self.has_programme() {
            return None;
        }
        let brand = self.brand();
        let known = self.model.tables.programme.relations.contains(&(self.address(sender), brand));
        if !known && !self.wild {
            return None;
        }
        let consents = if self.twist() { 16 } else { u8::try_from(self.random.within(0..16)).expect("few") };
        Some(Operation::SetConsent(SetConsent { brand, consents }))
    }

    /// The till stamps a card.
    pub(super) fn stamping(&mut self) -> Option<(usize, Vec<Operation>)> {
        let stamp = self.stamp(TILL).filter(|_| self.can_act(TILL))?;
        Some((TILL, vec![stamp]))
    }

    /// As many rolling tracks of one brand as there can be, and one more.
    pub(super) fn too_many_tracks(&mut self) -> Option<Vec<Operation>> {
        let brand = self.brand_of(TILL, Role::Admin).filter(|_| self.has_programme())?;
        let first = self.next_track(brand).get();
        let terms = Track {
            kind: TrackKind::Rolling { months: 1, closes_ms: Some(self.time.plus_ms(31 * DAY_MS)) },
            stamp_max: 9,
            levels: Bounded::default(),
            soft: false,
            take_back_days: 1,
            about: Hash::new([3; 32]),
        };
        let set = |more| SetTrack { brand, track: TrackId::new(first + more), terms: terms.clone() };
        Some((0..5).map(|more| Operation::SetTrack(set(more))).collect())
    }
}
