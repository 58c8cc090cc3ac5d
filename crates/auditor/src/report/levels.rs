//! The counts of brands beside points: stamps once more, and the levels that they have reached (protocol, Programme).

use std::collections::{BTreeMap, BTreeSet};

use lojal_ledger::View;
use lojal_ledger::key::{StandingKey, StateKey};
use lojal_types::limits::HELD_LEVELS_MAX;
use lojal_types::{
    Address, BrandId, Campaign, CampaignId, Month, Operation, Reference, Requirement, Stamp, TakeBack, TakenBackOf,
    TimeMs, Track, TrackId, TrackKind,
};

use super::listing::{Cell, Rows};
use crate::verify::IN_MEMORY;

/// The names of the columns.
pub(super) const COLUMNS: &[&str] = &["brand", "track", "level", "accounts"];

/// A stamp that can still be taken back.
#[derive(Clone, Copy, Debug)]
struct Stamped {
    track: TrackId,
    month: Month,
    /// The last month in which its units count; none if they count as long as the track.
    until: Option<Month>,
    /// The place that it has counted, as a bit; none if it had been counted before.
    place: u64,
    /// The time from which on it can't be taken back.
    final_ms: TimeMs,
}

/// A level that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    reached: Month,
    level: u8,
    until: Month,
}

/// The count of one account on one track.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Progress {
    /// The units by the last month in which they count.
    units: BTreeMap<Option<Month>, u64>,
    /// The places, a bit each.
    places: u64,
    held: Vec<Held>,
}

/// The counts of all accounts.
#[derive(Default)]
pub(super) struct Levels {
    month: Option<Month>,
    tracks: BTreeMap<(BrandId, TrackId), Track>,
    campaigns: BTreeMap<(BrandId, CampaignId), Campaign>,
    progress: BTreeMap<(Address, BrandId, TrackId), Progress>,
    /// By brand, month of the reference's day, and reference.
    stamps: BTreeMap<(BrandId, Month, Reference), Stamped>,
}

impl Levels {
    /// Begins a block, and forgets what is over.
    pub(super) fn begin(&mut self, time: TimeMs) {
        let month = time.month();
        if self.month.replace(month) == Some(month) {
            return;
        }
        self.stamps.retain(|_, stamped| stamped.final_ms > time);
        let tracks = &self.tracks;
        self.progress
            .retain(|(_, brand, track), _| tracks.get(&(*brand, *track)).is_some_and(|t| !t.is_over_in(month)));
    }

    /// Counts an operation that happened at a time.
    pub(super) fn add(&mut self, operation: &Operation, time: TimeMs) {
        match operation {
            Operation::SetTrack(one) => {
                self.tracks.insert((one.brand, one.track), one.terms.clone());
            }
            Operation::Stamp(one) => self.stamp(one, time),
            Operation::TakeBack(one) if one.of == TakenBackOf::Stamp => self.take_back(one, time),
            Operation::SetCampaign(one) => {
                self.campaigns.insert((one.brand, one.campaign), one.terms.clone());
            }
            Operation::Grant(one) => self.use_up(one.to, (one.brand, one.campaign), time.month()),
            Operation::Claim(one) => self.use_up(one.account, (one.brand, one.campaign), time.month()),
            _ => {}
        }
    }

    fn stamp(&mut self, stamp: &Stamp, time: TimeMs) {
        let Some(track) = self.tracks.get(&(stamp.brand, stamp.track)) else { return };
        let month = time.month();
        let progress = self.progress.entry((stamp.to, stamp.brand, stamp.track)).or_default();
        let (mut until, mut place) = (None, 0);
        match track.kind {
            // "A stamp in month *m* of a rolling track of *n* months counts through month *m + n*." (protocol,
            // Programme)
            TrackKind::Rolling { months, .. } => until = Some(month.plus(months)),
            TrackKind::Window { .. } => {}
            // "A place counts once" (protocol, Programme)
            TrackKind::Places { .. } => place = stamp.place.map_or(0, |place| 1_u64 << place) & !progress.places,
        }
        if !matches!(track.kind, TrackKind::Places { .. }) {
            let units = progress.units.entry(until).or_default();
            *units = units.saturating_add(stamp.amount);
        }
        progress.places |= place;
        progress.reach(track, month);
        let stamped = Stamped { track: stamp.track, month, until, place, final_ms: track.takes_back_until(time) };
        self.stamps.insert((stamp.brand, stamp.dated.month(), stamp.reference.clone()), stamped);
    }

    /// "A stamp that is taken back counts no more. The levels that were reached in the month of the stamp or later go"
    /// (protocol, Programme).
    fn take_back(&mut self, take: &TakeBack, time: TimeMs) {
        let key = (take.brand, take.of_dated.month(), take.of_reference.clone());
        let Some(stamped) = self.stamps.get(&key) else { return };
        let Some(progress) = self.progress.get_mut(&(take.from, take.brand, stamped.track)) else { return };
        if let Some(units) = progress.units.get_mut(&stamped.until) {
            *units = units.saturating_sub(take.amount);
        }
        progress.places &= !stamped.place;
        progress.held.retain(|one| one.reached < stamped.month);
        if let Some(track) = self.tracks.get(&(take.brand, stamped.track)) {
            progress.reach(track, time.month());
        }
    }

    /// "With `consume` as many units are used up, the earliest first." (protocol, Campaigns)
    fn use_up(&mut self, account: Address, campaign: (BrandId, CampaignId), month: Month) {
        let Some(terms) = self.campaigns.get(&campaign) else { return };
        for one in terms.requires.iter() {
            let Requirement::Progress { track, at_least, this_month, consume: true } = *one else { continue };
            let rolls = self.tracks.get(&(campaign.0, track)).map(|track| track.kind);
            let Some(TrackKind::Rolling { months, .. }) = rolls else { continue };
            let from = if this_month { month.plus(months) } else { month };
            if let Some(progress) = self.progress.get_mut(&(account, campaign.0, track)) {
                let mut rest = at_least;
                for units in progress.units.range_mut(Some(from)..).map(|(_, units)| units) {
                    let used = rest.min(*units);
                    (*units, rest) = (units.saturating_sub(used), rest.saturating_sub(used));
                }
            }
        }
    }

    /// Compares what was counted with the standings of the state, on all tracks that aren't over.
    ///
    /// # Errors
    /// The first difference.
    pub(super) fn check(&self, view: &View) -> Result<(), String> {
        let month = view.tip().time_ms.month();
        let standings = view.tree().iter().filter_map(|entry| StandingKey::decode(entry.expect(IN_MEMORY).0));
        let written = standings.map(|key| (key.account, key.brand));
        let counted = self.progress.keys().map(|(account, brand, _)| (*account, *brand));
        for (account, brand) in written.chain(counted).collect::<BTreeSet<_>>() {
            // "A household can be stamped like an account; what is counted of it is its own and goes with it."
            // (protocol, Programme)
            if view.account(account).expect(IN_MEMORY).is_none() {
                continue;
            }
            let standing = view.standing(account, brand).expect(IN_MEMORY);
            for (id, track) in view.tracks(brand).expect(IN_MEMORY) {
                let standing = standing.as_ref();
                let says = standing.map_or((0, 0), |one| (one.units(id, month), one.level(id, &track, month).level));
                let counted = self.progress.get(&(account, brand, id));
                let counts = counted.map_or((0, 0), |one| (one.units_in(month), one.level_in(month, &track)));
                if counts != says {
                    let account = account.to_text(view.network());
                    return Err(format!(
                        "stamps give {account} {} units and level {} on track {id} of {brand}, but its standing says \
                         {} and {}",
                        counts.0, counts.1, says.0, says.1
                    ));
                }
            }
        }
        Ok(())
    }

    /// The units that count in a month, by account and track that isn't over.
    pub(super) fn units(&self, month: Month) -> impl Iterator<Item = ((Address, BrandId, TrackId), u64)> {
        let is_over = move |of: &(BrandId, TrackId)| self.tracks.get(of).is_none_or(|track| track.is_over_in(month));
        let live = self.progress.iter().filter(move |((_, brand, track), _)| !is_over(&(*brand, *track)));
        live.map(move |(of, progress)| (*of, progress.units_in(month)))
    }

    /// A row for each level of each track that isn't over; level 0 has those of whom something counts that reaches no
    /// level.
    pub(super) fn rows(&self, view: &View) -> Rows {
        let month = view.tip().time_ms.month();
        let mut accounts = BTreeMap::<(BrandId, TrackId, u8), u64>::new();
        for brand in view.brand_ids().iter().copied() {
            for (track, terms) in view.tracks(brand).expect(IN_MEMORY) {
                let levels = u8::try_from(terms.levels.len()).expect("at most 8");
                accounts.extend((0..=levels).map(|level| ((brand, track, level), 0)));
            }
        }
        for ((account, brand, track), progress) in &self.progress {
            let Some(terms) = self.tracks.get(&(*brand, *track)) else { continue };
            let level = progress.level_in(month, terms);
            let has_something = level > 0 || progress.units_in(month) > 0;
            if has_something && view.account(*account).expect(IN_MEMORY).is_some() {
                *accounts.entry((*brand, *track, level)).or_default() += 1;
            }
        }
        let row = |((brand, track, level), accounts): ((BrandId, TrackId, u8), u64)| {
            vec![
                Cell::text(brand),
                Cell::Number(track.get().into()),
                Cell::Number(level.into()),
                Cell::Number(accounts),
            ]
        };
        (COLUMNS, accounts.into_iter().map(row).collect())
    }
}

impl Progress {
    /// The units or places that count in a month.
    fn units_in(&self, month: Month) -> u64 {
        let live = self.units.iter().filter(|(until, _)| until.is_none_or(|until| until >= month));
        live.map(|(_, units)| *units).fold(self.places.count_ones().into(), u64::saturating_add)
    }

    /// "The level is the best of what the units that count now reach and what is held." (protocol, Programme)
    fn level_in(&self, month: Month, track: &Track) -> u8 {
        let reached = track.level_of(self.units_in(month));
        let held = self.held.iter().filter(|one| one.until >= month).map(|one| one.level).max();
        reached.max(held.unwrap_or_else(|| self.fallen_to(month, track)))
    }

    /// "When the last that is held has ended, a soft track falls by one level at a time, each for its months; any other
    /// falls to what the units reach." (protocol, Programme)
    fn fallen_to(&self, month: Month, track: &Track) -> u8 {
        let last = self.held.iter().max_by_key(|one| (one.until, one.level)).filter(|_| track.soft);
        let Some(Held { mut level, mut until, .. }) = last.copied() else { return 0 };
        while level > 0 && until < month {
            level -= 1;
            until = until.plus(track.months_of(level));
        }
        level
    }

    /// "If what the units that count now reach is the level, it is held from then on, through as many months after this
    /// one as the level has: one a month; of more than 4 the weakest goes." (protocol, Programme)
    fn reach(&mut self, track: &Track, month: Month) {
        let level = track.level_of(self.units_in(month));
        if level == 0 || level < self.level_in(month, track) {
            return;
        }
        self.held.retain(|one| one.reached != month && one.until >= month);
        self.held.push(Held { reached: month, level, until: month.plus(track.months_of(level)) });
        if self.held.len() > HELD_LEVELS_MAX {
            let weakest = self.held.iter().copied().min_by_key(|one| (one.level, one.until, one.reached));
            self.held.retain(|one| Some(*one) != weakest);
        }
    }
}
