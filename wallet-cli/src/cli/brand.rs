//! Commands of a brand's admins.

use clap::{Args, Subcommand};
use lojal_types::limits::PENDING_DAYS_MAX;
use lojal_types::{AddressText, BrandId, PublicKey, Role};
use lojal_wallet::time;

use super::shared::{Consent, Sending};
use super::values;

/// `lojal policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Show a brand's policy
    Show {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
    },
    /// Change a brand's policy, as one of its admins; what is not named stays
    Set {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        #[command(flatten)]
        changes: PolicyArgs,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
    /// Say for how many days what is issued from now on can be reversed and not spent, as one of the brand's admins
    Pending {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// The days, 1 to 90, or 0 for points that can be spent at once
        #[arg(value_name = "DAYS", value_parser = clap::value_parser!(u8).range(0..=i64::from(PENDING_DAYS_MAX)))]
        days: u8,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
}

/// The changes of a policy.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct PolicyArgs {
    /// Whole months that new points live, 1 to 60, or never for points that never expire
    #[arg(long, value_name = "MONTHS|never", value_parser = months_or_never)]
    pub expiry_months: Option<Maybe<u8>>,
    /// Most that one operation may issue, or none for no cap
    #[arg(long, value_name = "AMOUNT|none", value_parser = amount_or_none)]
    pub issue_max: Option<Maybe<String>>,
    /// Let members transfer points to each other
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    pub transferable: Option<bool>,
    /// Smallest transfer
    #[arg(long, value_name = "AMOUNT")]
    pub transfer_min: Option<String>,
    /// Largest transfer
    #[arg(long, value_name = "AMOUNT")]
    pub transfer_max: Option<String>,
    /// Most that one member may transfer in a day, or none for no cap
    #[arg(long, value_name = "AMOUNT|none", value_parser = amount_or_none)]
    pub transfer_daily_max: Option<Maybe<String>>,
    /// Fewest points that an address without an account can be sent or issued
    #[arg(long, value_name = "AMOUNT")]
    pub opening_min: Option<String>,
    /// Let the points be converted from and into other brands' points
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    pub convertible: Option<bool>,
    /// Let the points be put into a household's pool; whoever hands over a household hands over its pool, so pooled
    /// points can be passed on even where transferring is off
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    pub poolable: Option<bool>,
    /// Let the points be traded for other brands' points
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    pub tradeable: Option<bool>,
    /// The time after an issue in which it can be reversed, such as 30d, or never
    #[arg(long, value_name = "DURATION", value_parser = window)]
    pub reversal_window: Option<u64>,
}

/// A value, or that there shall be none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maybe<T>(pub Option<T>);

/// As the policy shows it, too: `24 months`, `for ever`.
fn months_or_never(text: &str) -> Result<Maybe<u8>, String> {
    let word = values::text(text)?.to_lowercase();
    if ["never", "for ever"].contains(&word.as_str()) {
        return Ok(Maybe(None));
    }
    let months = word.strip_suffix(" months").unwrap_or(&word).parse();
    months.map(|months| Maybe(Some(months))).map_err(|_| "write a number of months, or never".to_owned())
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    values::choice(text, &[("yes", true), ("no", false)], "write yes or no")
}

/// As the policy shows it, too: `never`.
fn window(text: &str) -> Result<u64, String> {
    if values::text(text)?.eq_ignore_ascii_case("never") {
        return Ok(0);
    }
    time::parse_duration_ms(text).map_err(|error| error.to_string())
}

/// As the policy shows it, too: `no cap`.
fn amount_or_none(text: &str) -> Result<Maybe<String>, String> {
    let word = values::text(text)?;
    let is_none = ["none", "no cap"].contains(&word.to_lowercase().as_str());
    Ok(Maybe((!is_none).then_some(word)))
}

/// `lojal operator`.
#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// List a brand's operators
    List {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
    },
    /// Make somebody an operator, or change what an operator may do, as an admin of the brand
    Set(SetOperatorArgs),
    /// End an operator's authority, as an admin of the brand
    Remove {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// The operator's account
        #[arg(value_parser = values::person)]
        operator: AddressText,
        #[command(flatten)]
        sending: Sending,
    },
}

/// `lojal operator set`.
#[derive(Debug, Args)]
pub struct SetOperatorArgs {
    /// The brand
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    /// The operator's first key, as `lojal address --key` shows it there
    #[arg(value_parser = values::public_key)]
    pub public_key: PublicKey,
    /// The roles that it has, such as issue,capture
    #[arg(
        long,
        value_name = "issue|capture|reverse|admin|grant",
        value_delimiter = ',',
        required = true,
        value_parser = role
    )]
    pub roles: Vec<Role>,
    /// The largest amount that it may issue in a day (UTC) [default: any amount]
    #[arg(long, value_name = "AMOUNT")]
    pub issue_daily_max: Option<String>,
    #[command(flatten)]
    pub sending: Sending,
}

fn role(text: &str) -> Result<Role, String> {
    let roles = [
        ("issue", Role::Issue),
        ("capture", Role::Capture),
        ("reverse", Role::Reverse),
        ("admin", Role::Admin),
        ("grant", Role::Grant),
    ];
    values::choice(text, &roles, "a role is issue, capture, reverse, admin or grant")
}
