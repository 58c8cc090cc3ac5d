//! Commands about campaigns.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lojal_types::{AddressText, BrandId, CampaignId, Day};

use super::shared::{Consent, ReceiptArgs, Sending};
use super::values;

/// `lojal campaign`.
#[derive(Debug, Subcommand)]
pub enum CampaignCommand {
    /// List the campaigns of a brand that aren't over, and what is left of them
    List {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
    },
    /// Show the terms of a campaign, and what has been taken out of it
    Show {
        #[command(flatten)]
        which: WhichCampaign,
    },
    /// Begin a campaign, or make one kinder, as an admin of the brand
    ///
    /// lojal campaign set kaffet 3 welcome.toml
    Set {
        #[command(flatten)]
        which: WhichCampaign,
        /// A TOML file with all of its terms, as docs/wallet.md shows them
        #[arg(value_name = "FILE")]
        terms: PathBuf,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
    /// Make a list of those who are invited to a campaign, each to a sum of its own
    ///
    /// The list is a table (CSV) with the columns address and amount: the points that the account gets, or those that a
    /// unit costs it. The ledger learns the root of the list, and of nobody who is on it before they claim.
    Invite(InviteArgs),
    /// Let a campaign give nothing until it is resumed, at once, as an admin of the brand
    Pause {
        #[command(flatten)]
        which: WhichCampaign,
        #[command(flatten)]
        sending: Sending,
    },
    /// Let a paused campaign give again, as an admin of the brand
    Resume {
        #[command(flatten)]
        which: WhichCampaign,
        #[command(flatten)]
        sending: Sending,
    },
    /// Agree to pay for the points of another brand's campaign, on its terms as they are shown, as an admin of its
    /// sponsor
    Accept {
        #[command(flatten)]
        which: WhichCampaign,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
}

/// `lojal campaign invite`.
#[derive(Debug, Args)]
pub struct InviteArgs {
    #[command(flatten)]
    pub which: WhichCampaign,
    /// The table
    #[arg(value_name = "FILE", required_unless_present = "root_of")]
    pub table: Option<PathBuf>,
    /// The new file for the invitations, a line each
    #[arg(long, value_name = "FILE", required_unless_present = "root_of")]
    pub out: Option<PathBuf>,
    /// Make no list, and tell the root of the one that is in this file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["table", "out"])]
    pub root_of: Option<PathBuf>,
}

/// A campaign, by its brand and its number.
#[derive(Clone, Copy, Debug, Args)]
pub struct WhichCampaign {
    /// The brand
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    /// The number of the campaign
    #[arg(value_name = "NUMBER")]
    pub campaign: CampaignId,
}

/// `lojal grant`.
#[derive(Debug, Args)]
pub struct GrantArgs {
    #[command(flatten)]
    pub which: WhichCampaign,
    /// The account
    #[arg(value_parser = values::address)]
    pub to: AddressText,
    /// The points, such as 12.50, or the number of units of anything else [default: what a claim gives]
    pub amount: Option<String>,
    #[command(flatten)]
    pub reference: ReceiptArgs,
    /// The day on the receipt, such as 2027-03-14 [default: the one that it was first sent with, or today (UTC)]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub dated: Option<Day>,
    #[command(flatten)]
    pub sending: Sending,
}
