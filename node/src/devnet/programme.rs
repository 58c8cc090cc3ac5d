//! The programmes of two brands of the template, which their operators begin as any do.

use lojal_client::Client;
use lojal_types::api::TransactionState;
use lojal_types::{Bounded, BrandId, Hash, Operation, Outcome, SetTrack, Track, TrackId, TrackKind, TrackLevel, hash};

use super::error::DevnetError;
use super::layout::Layout;
use super::signing::sign;

/// The number of a brand's first track.
pub const FIRST: TrackId = TrackId::new(1);
/// The small print of the coffee bar's card.
const CARD: &str = "A stamp for each cup. A card is full with ten stamps; each counts for its month and six more.";
/// The small print of the ski resort's levels.
const SLOPES: &str = "A unit for each krona. Three levels, held for a year after the month in which they were reached; \
                      a level that isn't kept falls by one at a time.";

/// Begins the tracks that haven't begun, on networks whose version has them.
///
/// # Errors
/// When a wallet can't be read, or a track doesn't begin.
pub fn begin(layout: &Layout) -> Result<(), DevnetError> {
    let client = Client::new(&layout.url(0))?;
    let has_programme = lojal_types::Rules::at(client.governance()?.version).is_some_and(|rules| rules.programme);
    if !has_programme {
        return Ok(());
    }
    for (id, terms) in [("kaffet", card()), ("fjallen", slopes())] {
        let brand: BrandId = id.parse().expect("a valid brand id");
        if layout.genesis.document().brands.iter().all(|one| one.id != brand) || client.tracks(&brand)?.last >= FIRST {
            continue;
        }
        let key = layout.key(id)?;
        let set = Operation::SetTrack(SetTrack { brand, track: FIRST, terms });
        let signed = sign(&layout.genesis.chain_id(), (key.address(), &key), vec![set]);
        match client.submit(&signed, true)?.state {
            TransactionState::Committed { receipt: Outcome::Applied, .. } => {}
            other => return Err(DevnetError::NoTrack { brand: id, reason: format!("it is {other:?}") }),
        }
    }
    Ok(())
}

/// The coffee bar's stamp card.
fn card() -> Track {
    Track {
        kind: TrackKind::Rolling { months: 6, closes_ms: None },
        stamp_max: 10,
        levels: Bounded::from([TrackLevel { at_least: 10, months: 1 }]),
        soft: false,
        take_back_days: 7,
        about: about(CARD),
    }
}

/// The ski resort's levels.
pub fn slopes() -> Track {
    let level = |at_least: u64| TrackLevel { at_least, months: 12 };
    Track {
        kind: TrackKind::Rolling { months: 12, closes_ms: None },
        stamp_max: 100_000,
        levels: Bounded::from([level(1_000), level(3_000), level(8_000)]),
        soft: true,
        take_back_days: 30,
        about: about(SLOPES),
    }
}

fn about(text: &str) -> Hash {
    Hash::new(hash::hash("", &[text.as_bytes()]))
}
