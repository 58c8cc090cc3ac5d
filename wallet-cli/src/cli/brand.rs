//! What a brand's admins decide.

use clap::{Args, Subcommand};
use lojal_types::{AddressText, BrandId, PublicKey, Role};
use lojal_wallet::time;

use super::shared::{Consent, Sending};

/// `lojal policy`.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Show a brand's policy
    Show {
        /// The brand
        brand: BrandId,
    },
    /// Change a brand's policy, as one of its admins; what is not named stays
    Set {
        /// The brand
        brand: BrandId,
        #[command(flatten)]
        changes: PolicyArgs,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
}

/// What changes in a policy.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct PolicyArgs {
    /// Whole months that new points live, 1 to 60, or never for points that never expire
    #[arg(long, value_name = "MONTHS|never", value_parser = months_or_never)]
    pub expiry_months: Option<Maybe<u8>>,
    /// Most that one operation may issue, or none for no cap
    #[arg(long, value_name = "AMOUNT|none")]
    pub issue_max: Option<String>,
    /// Whether members may transfer points to each other
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    pub transferable: Option<bool>,
    /// Smallest transfer
    #[arg(long, value_name = "AMOUNT")]
    pub transfer_min: Option<String>,
    /// Largest transfer
    #[arg(long, value_name = "AMOUNT")]
    pub transfer_max: Option<String>,
    /// Most that one member may transfer in a day, or none for no cap
    #[arg(long, value_name = "AMOUNT|none")]
    pub transfer_daily_max: Option<String>,
    /// Whether the points may be converted from and into other brands' points
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    pub convertible: Option<bool>,
    /// Whether the points may be put into a household's pool; whoever hands over a household hands over its pool, so
    /// pooled points can be passed on even where transferring is off
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    pub poolable: Option<bool>,
    /// Whether the points may be traded for other brands' points
    #[arg(long, value_name = "yes|no", value_parser = yes_or_no)]
    pub tradeable: Option<bool>,
    /// How long after an issue it can be reversed, such as 30d, or 0s for never
    #[arg(long, value_name = "DURATION", value_parser = time::parse_duration_ms)]
    pub reversal_window: Option<u64>,
}

/// A value, or that there shall be none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Maybe<T>(pub Option<T>);

fn months_or_never(text: &str) -> Result<Maybe<u8>, String> {
    if text == "never" {
        return Ok(Maybe(None));
    }
    text.parse().map(|months| Maybe(Some(months))).map_err(|_| "write a number of months, or never".to_owned())
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err("write yes or no".to_owned()),
    }
}

/// `lojal operator`.
#[derive(Debug, Subcommand)]
pub enum OperatorCommand {
    /// List a brand's operators
    List {
        /// The brand
        brand: BrandId,
    },
    /// Make somebody an operator, or change what an operator may do, as an admin of the brand
    Set(SetOperatorArgs),
    /// End an operator's authority, as an admin of the brand
    Remove {
        /// The brand
        brand: BrandId,
        /// The operator's account
        operator: AddressText,
        #[command(flatten)]
        sending: Sending,
    },
}

/// `lojal operator set`.
#[derive(Debug, Args)]
pub struct SetOperatorArgs {
    /// The brand
    pub brand: BrandId,
    /// The operator's first key, as `lojal address --key` shows it there
    pub public_key: PublicKey,
    /// What it may do, such as issue,capture
    #[arg(long, value_name = "issue|capture|reverse|admin", value_delimiter = ',', required = true, value_parser = role)]
    pub roles: Vec<Role>,
    /// How many points it may issue in a day (UTC) [default: any number]
    #[arg(long, value_name = "AMOUNT")]
    pub issue_daily_max: Option<String>,
    #[command(flatten)]
    pub sending: Sending,
}

fn role(text: &str) -> Result<Role, String> {
    match text {
        "issue" => Ok(Role::Issue),
        "capture" => Ok(Role::Capture),
        "reverse" => Ok(Role::Reverse),
        "admin" => Ok(Role::Admin),
        _ => Err("a role is issue, capture, reverse or admin".to_owned()),
    }
}
