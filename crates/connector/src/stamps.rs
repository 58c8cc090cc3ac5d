//! Stamps, by which something is counted for members beside points, as tills ask for them.

use lojal_types::limits::POINTS_MAX as UNITS_MAX;
use lojal_types::{Address, AddressText, Day, Reference, TrackId};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::desk::{Accepted, Desk, invalid, named, still_queued};
use crate::entry::Entry;
use crate::keys::ApiKey;
use crate::problem::Failure;
use crate::wish::{Count, Kind, Uncount, Wish};
use crate::with_stamp::WithStamp;

/// Something to be counted for a member.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stamp {
    member: AddressText,
    /// The brand's number of the track.
    track: TrackId,
    /// The number of units; 1 for a place.
    #[serde(default)]
    amount: Option<u64>,
    /// The place, counted from 0, if the track counts places.
    #[serde(default)]
    place: Option<u8>,
    reference: String,
    #[serde(default)]
    dated: Option<Day>,
}

/// Something that is counted no more.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StampReturn {
    /// The reference of the stamp.
    of: String,
    /// The number of units, if it isn't all that was stamped.
    #[serde(default)]
    amount: Option<u64>,
    reference: String,
    #[serde(default)]
    dated: Option<Day>,
}

impl WithStamp {
    /// The thing that it counts.
    pub(crate) fn count(&self) -> Result<Count, Failure> {
        count(self.track, self.amount, self.place)
    }
}

impl Desk {
    /// Counts something for a member: now, or when a gateway answers.
    pub(crate) fn stamp(&self, key: &ApiKey, stamp: &Stamp) -> Result<Accepted, Failure> {
        let named = named(&stamp.reference)?;
        let (to, count) = (self.member(stamp.member)?, count(stamp.track, stamp.amount, stamp.place)?);
        let dated = self.day(Kind::Stamp, &named.1, stamp.dated)?;
        self.accept(key, named, Wish::Stamp { to, count }, dated)
    }
    /// Takes back what was counted, which takes a gateway.
    pub(crate) fn take_back(&self, key: &ApiKey, back: &StampReturn) -> Result<Accepted, Failure> {
        let (named, (_, of)) = (named(&back.reference)?, named(&back.of)?);
        let dated = self.day(Kind::TakeBack, &named.1, back.dated)?;
        let first = self.first(Kind::TakeBack, &named.1);
        let first = first.as_ref().and_then(|wish| Some((wish.member(), wish.uncount()?)));
        let (from, uncount) = self.uncount(first, of, back.amount)?;
        self.accept(key, named, Wish::TakeBack { from, uncount }, dated)
    }
    /// The units that go back, and of which account: as the first time, or as the ledger has the stamp.
    pub(crate) fn uncount(
        &self,
        first: Option<(Address, &Uncount)>,
        of: Reference,
        amount: Option<u64>,
    ) -> Result<(Address, Uncount), Failure> {
        let amount = amount.map(units).transpose()?;
        if let Some((from, first)) = first {
            let amount = amount.unwrap_or(first.amount);
            return Ok((from, Uncount { amount, of, of_dated: first.of_dated }));
        }
        let is_queued = [Kind::Stamp, Kind::Earn].into_iter().any(|kind| {
            let book = self.book();
            let stamps = |entry: &Entry| entry.wish.count().is_some();
            book.entry(&(kind, of.clone())).is_some_and(|entry| entry.is_waiting() && stamps(entry))
        });
        if is_queued {
            return Err(still_queued());
        }
        let brand = self.ledger.brand();
        let stamped = self
            .ledger
            .ask_reference(|client| client.stamp(&brand, &of, None))?
            .ok_or_else(Failure::unknown_reference)?;
        let amount = amount.unwrap_or(stamped.amount);
        Ok((self.member(stamped.to)?, Uncount { amount, of, of_dated: stamped.dated }))
    }
}

/// The thing that is counted: units, or a place.
fn count(track: TrackId, amount: Option<u64>, place: Option<u8>) -> Result<Count, Failure> {
    let amount = match (amount, place) {
        (None, None) => return Err(invalid("a stamp has an amount, or the place that it counts, from 0 on")),
        (None, Some(_)) => 1,
        (Some(amount), _) => units(amount)?,
    };
    Ok(Count { track, amount, place })
}

/// A number of units that there can be.
fn units(amount: u64) -> Result<u64, Failure> {
    if (1..=UNITS_MAX).contains(&amount) {
        return Ok(amount);
    }
    Err(invalid(&format!("the amount of a stamp is a whole number of the track's units, from 1 to {UNITS_MAX}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_counts_units_or_a_place() {
        let track = TrackId::new(3);
        let counted = |amount, place| count(track, amount, place).expect("it can be counted");
        assert_eq!(counted(Some(40), None), Count { track, amount: 40, place: None });
        assert_eq!(counted(None, Some(0)), Count { track, amount: 1, place: Some(0) });
        assert_eq!(counted(Some(UNITS_MAX), None).amount, UNITS_MAX);
        for (amount, place) in [(None, None), (Some(0), None), (Some(UNITS_MAX + 1), None), (Some(0), Some(4))] {
            let refused = count(track, amount, place).expect_err("nothing to count");
            assert_eq!(refused.problem().code, "invalid_parameter");
        }
    }
}
