//! The arguments of `lojal watch`.

use std::num::NonZeroU64;

use clap::Args;
use lojal_types::api::EventPlace;
use lojal_types::{AddressText, BrandId};

use super::values;

/// The events to be told.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// The account [default: this wallet's]
    #[arg(value_parser = values::address)]
    pub address: Option<AddressText>,
    /// A brand instead of an account, as one of its operators
    #[arg(long, value_parser = values::brand, conflicts_with = "address")]
    pub brand: Option<BrandId>,
    /// Only these types, such as points.issued, or groups of them, such as points; with commas between them
    #[arg(long, value_name = "TYPES", value_delimiter = ',', value_parser = values::text)]
    pub types: Vec<String>,
    /// Begin after the event of this id, or after the block of this height [default: now]
    #[arg(long, value_name = "ID")]
    pub after: Option<EventPlace>,
    /// End after so many events
    #[arg(long, value_name = "NUMBER")]
    pub count: Option<NonZeroU64>,
}
