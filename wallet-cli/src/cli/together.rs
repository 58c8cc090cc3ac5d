//! Commands of a brand's admins who decide together.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lojal_types::{BrandId, Day, MotionId};
use lojal_wallet::time;

use super::history::BrandTransactionsArgs;
use super::shared::{Consent, Sending};
use super::values;

/// `lojal brand`.
#[derive(Debug, Subcommand)]
pub enum BrandCommand {
    /// Say how many of its admins a brand asks for, and how long it waits with what widens, as one of them
    Approvals(ApprovalsArgs),
    /// Say when a brand leaves: it gives no more points from then on, and what is left of them expires at that time
    Close(CloseArgs),
    /// List the transactions with a brand's points, the newest first, as one of its operators
    Transactions(BrandTransactionsArgs),
    /// List the accounts that have points of a brand, as one of its operators
    Accounts {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// The place to go on from, as the list before says
        #[arg(long, value_parser = values::text)]
        cursor: Option<String>,
    },
    /// List the points of a brand that expire soon, and whose they are, as one of its operators
    Expiring {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// Those that expire with this month (1) or with one of so many from it on
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=12))]
        months: u8,
        /// The place to go on from, as the list before says
        #[arg(long, value_parser = values::text)]
        cursor: Option<String>,
    },
    /// Show what came and went of a brand's points month by month, as one of its operators
    Statistics {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// Show when the points expire that were in accounts at the end of each month
        #[arg(long)]
        by_expiry: bool,
    },
    /// Decide together with the other admins of a brand
    #[command(subcommand)]
    Motion(BrandMotionCommand),
}

/// `lojal brand approvals`.
#[derive(Debug, Args)]
pub struct ApprovalsArgs {
    /// The brand
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    /// The number of admins that a motion takes, 1 to all of them
    #[arg(long, value_name = "NUMBER")]
    pub needed: u8,
    /// The time between the approval of what widens and its effect, such as 3d, at most 7d, or none
    #[arg(long, value_name = "DURATION", value_parser = delay)]
    pub delay: u64,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub sending: Sending,
}

/// `lojal brand close`.
#[derive(Debug, Args)]
pub struct CloseArgs {
    /// The brand
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    #[command(flatten)]
    pub when: ClosingTime,
    #[command(flatten)]
    pub consent: Consent,
    #[command(flatten)]
    pub sending: Sending,
}

/// The time at which a brand leaves.
#[derive(Clone, Copy, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ClosingTime {
    /// The day at whose beginning (UTC) it leaves, such as 2027-07-01: 90 days to 5 years ahead
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub on: Option<Day>,
    /// Stay after all
    #[arg(long)]
    pub not: bool,
}

/// `lojal brand motion`.
#[derive(Debug, Subcommand)]
pub enum BrandMotionCommand {
    /// List the motions of a brand that are undecided
    List {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
    },
    /// Show a motion: what it changes, and who approves it
    Show {
        #[command(flatten)]
        motion: BrandMotionArgs,
    },
    /// Put a motion of several actions forward, and approve it by that; other commands put single ones forward
    Propose {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// A TOML file of the actions: tables of a list `actions`, each with a type and its fields
        #[arg(long, value_name = "FILE")]
        actions: PathBuf,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
    /// Approve a motion; once its wait is over, this carries it out
    Approve {
        #[command(flatten)]
        motion: BrandMotionArgs,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
    /// Take a motion back that this account has put forward, or ask that another one is stopped
    Stop {
        #[command(flatten)]
        motion: BrandMotionArgs,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
}

/// A motion of a brand.
#[derive(Clone, Copy, Debug, Args)]
pub struct BrandMotionArgs {
    /// The brand
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    /// The number of the motion
    pub motion: MotionId,
}

fn delay(text: &str) -> Result<u64, String> {
    if values::text(text)?.eq_ignore_ascii_case("none") {
        return Ok(0);
    }
    time::parse_duration_ms(text).map_err(|error| error.to_string())
}
