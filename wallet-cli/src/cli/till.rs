//! Commands at a till.

use std::path::PathBuf;

use clap::Args;
use lojal_types::api::ReferenceKind;
use lojal_types::limits::{CAMPAIGN_UNITS_MAX, HOLD_MS_MAX, OFFER_MS_MAX};
use lojal_types::{AddressText, BrandId, CampaignId, Day, TimeMs};
use lojal_wallet::time;

use super::shared::{Consent, OptionalReceiptArgs, ReceiptArgs, Sending, SourceArgs};
use super::values::{self, Pool};

/// `lojal request`.
#[derive(Debug, Args)]
pub struct RequestArgs {
    /// The amount, such as 12.50; with --voucher the brand
    #[arg(allow_negative_numbers = true)]
    pub amount: String,
    /// The brand of the points, such as kaffet
    #[arg(value_parser = values::brand, required_unless_present = "voucher", conflicts_with = "voucher")]
    pub brand: Option<BrandId>,
    /// Ask for a voucher of this campaign instead of points
    #[arg(long, value_name = "CAMPAIGN", conflicts_with = "hold")]
    pub voucher: Option<CampaignId>,
    /// The number of uses of the voucher
    #[arg(long, value_name = "N", default_value_t = 1, requires = "voucher",
          value_parser = clap::value_parser!(u16).range(1..=i64::from(CAMPAIGN_UNITS_MAX)))]
    pub uses: u16,
    /// Ask the member to hold the points, so that the till can take some or all of them later
    #[arg(long)]
    pub hold: bool,
    /// The time in which the till can take held points, such as 2h
    #[arg(long, value_name = "DURATION", requires = "hold", default_value = "1d", value_parser = hold_duration)]
    pub hold_for: u64,
    /// The time in which the request can be paid, such as 90s or 10m
    #[arg(long, value_name = "DURATION", default_value = "10m", value_parser = duration)]
    pub pay_within: u64,
    /// The time from which on it can't be paid any more (UTC), such as 2027-03-01T18:30
    #[arg(long, value_name = "TIME", conflicts_with = "pay_within", value_parser = time::parse_time)]
    pub until: Option<TimeMs>,
    /// Wait until it is paid, and say by whom; in --json the text to be shown goes to stderr
    #[arg(long)]
    pub wait: bool,
    /// The household whose pool is to pay, or whose voucher is to be used
    #[arg(long, value_name = "ADDRESS", value_parser = values::household)]
    pub household: Option<AddressText>,
}

/// `lojal reference`.
#[derive(Debug, Args)]
pub struct ReferenceOfArgs {
    /// The kind of its use: issue, redeem, hold, capture, reverse, stamp, take_back, grant, claim, use_voucher, refund
    #[arg(value_parser = values::reference_kind)]
    pub kind: ReferenceKind,
    /// The brand, such as kaffet
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    /// The reference.
    #[command(flatten)]
    pub reference: ReceiptArgs,
    /// The day on the receipt, such as 2027-03-14, which spares looking for others
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub dated: Option<Day>,
}

/// `lojal pay`.
#[derive(Debug, Args)]
pub struct PayArgs {
    /// The text that the till shows, lojal:pay1…; - reads it from stdin
    pub request: String,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub sending: Sending,
}

/// `lojal claim`.
#[derive(Debug, Args)]
pub struct ClaimArgs {
    /// The text that the brand shows, lojal:claim1…, or a member, lojal:refer1…; - reads it from stdin; or the brand
    /// whose campaign it is
    pub offer: String,
    /// The number of the campaign to take part in
    #[arg(value_name = "NUMBER")]
    pub campaign: Option<CampaignId>,
    /// The number of units, where they have a price
    #[arg(long, value_name = "N", default_value_t = 1, requires = "campaign")]
    pub quantity: u16,
    /// The household that takes part: its address, or the word household if there is only one
    #[arg(long = "for", value_name = "HOUSEHOLD", value_parser = values::pool, requires = "campaign")]
    pub household: Option<Pool>,
    /// The member who has brought you along
    #[arg(long, value_name = "ADDRESS", value_parser = values::address, requires = "campaign")]
    pub referrer: Option<AddressText>,
    /// The file with your invitation, as the brand gave it
    #[arg(long, value_name = "FILE", requires = "campaign")]
    pub invitation: Option<PathBuf>,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub sending: Sending,
}

/// `lojal hold`.
#[derive(Debug, Args)]
pub struct HoldArgs {
    /// The amount, such as 12.50
    #[arg(allow_negative_numbers = true)]
    pub amount: String,
    /// The brand of the points, such as kaffet
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    #[command(flatten)]
    pub time: HoldTime,
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub sending: Sending,
}

/// The end of a hold: exactly one of the two.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct HoldTime {
    /// The time in which the brand can take them, such as 2h or 3d
    #[arg(long = "for", value_name = "DURATION", value_parser = hold_duration)]
    pub duration_ms: Option<u64>,
    /// The time from which on the brand can't take them any more (UTC), such as 2027-03-01 or 2027-03-01T18:30
    #[arg(long, value_name = "TIME", value_parser = time::parse_time)]
    pub until: Option<TimeMs>,
}

/// Some time: what lasts none is over before anybody sees it.
fn duration(text: &str) -> Result<u64, String> {
    let ms = time::parse_duration_ms(text).map_err(|error| error.to_string())?;
    if ms > 0 { Ok(ms) } else { Err("that is no time at all: write at least 1s".to_owned()) }
}

fn hold_duration(text: &str) -> Result<u64, String> {
    let ms = duration(text)?;
    let longest = || format!("a hold lasts at most {}", time::format_duration(HOLD_MS_MAX));
    if ms <= HOLD_MS_MAX { Ok(ms) } else { Err(longest()) }
}

pub(super) fn offer_duration(text: &str) -> Result<u64, String> {
    let ms = duration(text)?;
    let longest = || format!("an offer lasts at most {}", time::format_duration(OFFER_MS_MAX));
    if ms <= OFFER_MS_MAX { Ok(ms) } else { Err(longest()) }
}

/// `lojal capture`.
#[derive(Debug, Args)]
pub struct CaptureArgs {
    /// The text that the member shows, lojal:hold1…; - reads it from stdin
    pub ticket: String,
    /// The amount to take [default: all of them]
    #[arg(allow_negative_numbers = true)]
    pub amount: Option<String>,
    #[command(flatten)]
    pub reference: OptionalReceiptArgs,
    /// The day on the receipt, such as 2027-03-14 [default: the one that it was first sent with, or today (UTC)]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub dated: Option<Day>,
    #[command(flatten)]
    pub sending: Sending,
}

/// `lojal release`.
#[derive(Debug, Args)]
pub struct ReleaseArgs {
    /// The text that the member shows, lojal:hold1…; - reads it from stdin
    pub ticket: String,
    #[command(flatten)]
    pub sending: Sending,
}
