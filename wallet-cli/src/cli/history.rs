//! The arguments of `lojal history` and of a brand's lists.

use clap::Args;
use lojal_types::{AddressText, BrandId, Day, OPERATION_NAMES};

use super::values;

/// `lojal history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The account [default: this wallet's]
    #[arg(value_parser = values::address)]
    pub address: Option<AddressText>,
    /// The number of transactions at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub limit: u32,
    /// The place to go on from, as the page before says
    #[arg(long, value_parser = values::text)]
    pub cursor: Option<String>,
    /// Only transactions with points of this brand
    #[arg(long, value_parser = values::brand)]
    pub brand: Option<BrandId>,
    #[command(flatten)]
    pub wanted: WantedArgs,
}

/// The transactions that are wanted.
#[derive(Clone, Debug, Args)]
pub struct WantedArgs {
    /// Only transactions with an operation of this kind, such as redeem
    #[arg(long, value_name = "KIND", value_parser = kind)]
    pub kind: Option<&'static str>,
    /// Only transactions since this day (UTC), such as 2027-03-14
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub since: Option<Day>,
}

/// `lojal brand transactions`.
#[derive(Debug, Args)]
pub struct BrandTransactionsArgs {
    /// The brand
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    /// Only transactions that concern this account
    #[arg(long, value_name = "ACCOUNT", value_parser = values::address)]
    pub account: Option<AddressText>,
    #[command(flatten)]
    pub wanted: WantedArgs,
    /// The number of transactions at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub limit: u32,
    /// The place to go on from, as the page before says
    #[arg(long, value_parser = values::text)]
    pub cursor: Option<String>,
}

/// A kind of operation, with blanks or hyphens between its words, too.
fn kind(value: &str) -> Result<&'static str, String> {
    let word = values::text(value)?.to_lowercase().replace([' ', '-'], "_");
    let found = OPERATION_NAMES.iter().find(|name| **name == word);
    found.copied().ok_or_else(|| format!("no operation is called so: write one of {}", OPERATION_NAMES.join(", ")))
}
