//! The stamps that come and go back with purchases.

use lojal_types::TrackId;
use schemars::JsonSchema;
use serde::Deserialize;

/// The stamp that comes with a purchase.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithStamp {
    /// The brand's number of the track.
    pub(crate) track: TrackId,
    /// The number of units; 1 for a place.
    #[serde(default)]
    pub(crate) amount: Option<u64>,
    /// The place, counted from 0, if the track counts places.
    #[serde(default)]
    pub(crate) place: Option<u8>,
}

/// The stamp that goes back with a purchase.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WithStampReturn {
    /// The number of units, if it isn't all that was stamped.
    #[serde(default)]
    pub(crate) amount: Option<u64>,
}
