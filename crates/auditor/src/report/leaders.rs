//! The ranks on every track of those who let its brand list them (docs/api.md, Leaders).

use std::collections::BTreeMap;

use lojal_ledger::View;
use lojal_ledger::answers::Ranking;
use lojal_ledger::key::{StandingKey, StateKey};
use lojal_types::api::{is_listed, leader_words};
use lojal_types::{Address, BrandId, Operation, TrackId};

use super::levels::Levels;
use super::listing::{Cell, Rows};
use crate::verify::IN_MEMORY;

/// The names of the columns.
pub(super) const COLUMNS: &[&str] = &["brand", "track", "rank", "units", "name", "account"];

/// The consents that members have given brands last.
#[derive(Default)]
pub(super) struct Consents(BTreeMap<(Address, BrandId), u8>);

impl Consents {
    /// Counts an operation of somebody that happened.
    pub(super) fn add(&mut self, sender: Address, operation: &Operation) {
        if let Operation::SetConsent(one) = operation {
            self.0.insert((sender, one.brand), one.consents);
        }
    }

    /// Compares what was given with the standings of the state.
    ///
    /// # Errors
    /// The first difference.
    pub(super) fn check(&self, view: &View) -> Result<(), String> {
        let keys = view.tree().iter().filter_map(|entry| StandingKey::decode(entry.expect(IN_MEMORY).0));
        let written: BTreeMap<(Address, BrandId), u8> = keys
            .map(|StandingKey { account, brand }| {
                let standing = view.standing(account, brand).expect(IN_MEMORY);
                ((account, brand), standing.map_or(0, |one| one.consents))
            })
            .collect();
        for of in written.keys().chain(self.0.keys()) {
            let [given, says] = [&self.0, &written].map(|all| all.get(of).copied().unwrap_or_default());
            if given != says {
                let account = of.0.to_text(view.network());
                return Err(format!("{account} lets {} do {given}, but its standing says {says}", of.1));
            }
        }
        Ok(())
    }

    /// A row for each account that has a rank, by track.
    pub(super) fn rows(&self, view: &View, levels: &Levels) -> Rows {
        let month = view.tip().time_ms.month();
        let mut tracks = BTreeMap::<(BrandId, TrackId), Vec<(Address, u64)>>::new();
        for ((account, brand, track), units) in levels.units(month) {
            if self.0.get(&(account, brand)).is_some_and(|consents| is_listed(*consents)) {
                tracks.entry((brand, track)).or_default().push((account, units));
            }
        }
        let mut rows = Vec::new();
        for ((brand, track), units) in tracks {
            let words = |account| leader_words(&view.chain_id(), account, brand, track);
            rows.extend(Ranking::of(units).first(usize::MAX, words).into_iter().map(|one| {
                vec![
                    Cell::text(brand),
                    Cell::Number(track.get().into()),
                    Cell::Number(one.rank),
                    Cell::Number(one.units),
                    Cell::text(lojal_text::words(one.words)),
                    Cell::text(one.account.to_text(view.network())),
                ]
            }));
        }
        (COLUMNS, rows)
    }
}
