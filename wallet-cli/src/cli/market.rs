//! Commands about the market.

use clap::{Args, Subcommand};
use lojal_types::{AddressText, BrandId, Expiry, OfferId};

use super::shared::{Consent, Sending, SourceArgs};
use super::till::offer_duration;
use super::values;

/// The commands of the market.
#[derive(Debug, Subcommand)]
pub enum MarketCommand {
    /// Offer points for those of another brand, until somebody takes them
    ///
    /// lojal offer 100 nordmat 25 kaffet
    Offer(OfferArgs),
    /// Show this account's offers; or, of two brands, what is offered of the first for the second
    ///
    /// lojal offers nordmat kaffet
    Offers(OffersArgs),
    /// Take points that others offer, the cheapest first, and pay with those of another brand
    ///
    /// lojal take 50 nordmat kaffet
    Take(TakeArgs),
    /// Take back what is left of an offer
    Withdraw(WithdrawArgs),
}

/// `lojal offer`.
#[derive(Debug, Args)]
pub struct OfferArgs {
    /// The amount, such as 100
    #[arg(allow_negative_numbers = true)]
    pub amount: String,
    /// The brand of the points, such as nordmat
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    /// The price of all of them together, such as 25
    #[arg(allow_negative_numbers = true)]
    pub price: String,
    /// The brand in whose points it is paid, such as kaffet
    #[arg(value_parser = values::brand)]
    pub wants: BrandId,
    /// The time for which it stands, such as 2h or 3d, at most 30d
    #[arg(long = "for", value_name = "DURATION", default_value = "7d", value_parser = offer_duration)]
    pub duration_ms: u64,
    /// The month with which the points that are offered end, such as 2027-03, or never [default: the first that has
    /// enough]
    #[arg(long, value_name = "MONTH", value_parser = values::expiry)]
    pub ending: Option<Expiry>,
    /// Be paid only in points that live through this month at least, such as 2027-03, or never [default: this month]
    #[arg(long, value_name = "MONTH", value_parser = values::expiry)]
    pub paid_until: Option<Expiry>,
    /// Sell at least so many at once, or all that is left [default: any number]
    #[arg(long, value_name = "AMOUNT")]
    pub at_least: Option<String>,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub sending: Sending,
}

/// `lojal offers`.
#[derive(Debug, Args)]
pub struct OffersArgs {
    /// The brand of the points that are offered
    #[arg(value_parser = values::brand, requires = "buy")]
    pub sell: Option<BrandId>,
    /// The brand of the points that they are paid with
    #[arg(value_parser = values::brand)]
    pub buy: Option<BrandId>,
    /// The account whose offers to show [default: this wallet's]
    #[arg(long = "of", value_name = "ADDRESS", value_parser = values::address, conflicts_with = "sell")]
    pub address: Option<AddressText>,
}

/// `lojal take`.
#[derive(Debug, Args)]
pub struct TakeArgs {
    /// The amount to get, such as 50
    #[arg(allow_negative_numbers = true)]
    pub amount: String,
    /// The brand of the points to get, such as nordmat
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    /// The brand of the points to pay with, such as kaffet
    #[arg(value_parser = values::brand)]
    pub wants: BrandId,
    /// Pay no more than so much for all of them, such as 12.50
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    pub max_pay: Option<String>,
    /// Take only points that live through this month at least, such as 2027-03, or never
    #[arg(long, value_name = "MONTH", value_parser = values::expiry, conflicts_with = "offer")]
    pub lives_through: Option<Expiry>,
    /// The offer, as lojal offers shows it [default: the cheapest, as many as it takes]
    #[arg(long, value_name = "OFFER", value_parser = values::offer)]
    pub offer: Option<OfferId>,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub sending: Sending,
}

/// `lojal withdraw`.
#[derive(Debug, Args)]
pub struct WithdrawArgs {
    /// The offer, as lojal offers shows it
    #[arg(value_parser = values::offer)]
    pub offer: OfferId,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub sending: Sending,
}
