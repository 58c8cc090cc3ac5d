//! Commands about what brands count beside points.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lojal_types::{AddressText, Audience, BrandId, Day, TrackId};

use super::campaign::{CampaignCommand, GrantArgs, WhichCampaign};
use super::shared::{Consent, OfReceiptArgs, ReceiptArgs, Sending};
use super::values;

/// The commands of a programme.
#[derive(Debug, Subcommand)]
pub enum ProgrammeCommand {
    /// Show the levels that an account has reached at brands, until when, and what keeps them or reaches the next
    Standing {
        /// The brand [default: all]
        #[arg(value_parser = values::brand)]
        brand: Option<BrandId>,
        /// The account [default: this wallet's]
        #[arg(long = "of", value_name = "ADDRESS", value_parser = values::address)]
        address: Option<AddressText>,
    },
    /// Show who has the most on a track, of those who let the brand list them, and this account's rank
    ///
    /// lojal leaders fjallen 1
    Leaders(LeadersArgs),
    /// Sign what this account is at a brand, its levels and marks, for a shop that asks for it; it lasts 10 minutes
    ///
    /// lojal show fjallen --to skishop.example
    Show(ShowArgs),
    /// Verify what somebody shows of an account
    #[command(subcommand)]
    Presentation(PresentationCommand),
    /// Make a link for somebody to bring along, which `lojal claim` takes: both get points
    ///
    /// lojal refer nordmat 2 --qr
    Refer {
        #[command(flatten)]
        which: WhichCampaign,
        /// Show it as a QR code, too
        #[arg(long)]
        qr: bool,
    },
    /// Say what a brand may do with what it counts of this account; what isn't named it may not
    Consent(ConsentArgs),
    /// Show and set what a brand counts beside points
    #[command(subcommand)]
    Track(TrackCommand),
    /// Show and set what a brand gives its members beside points for purchases
    #[command(subcommand)]
    Campaign(CampaignCommand),
    /// Give an account what a campaign gives, as an operator of the brand or of its sponsor
    Grant(GrantArgs),
    /// Count something for an account, as an operator of the brand
    Stamp(StampArgs),
    /// Take back what was counted or given for a returned purchase, as an operator of the brand
    Takeback(TakeBackArgs),
}

/// `lojal leaders`.
#[derive(Debug, Args)]
pub struct LeadersArgs {
    /// The brand
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    /// The track
    pub track: TrackId,
    /// The number of ranks, at most 100
    #[arg(long, value_name = "NUMBER", default_value = "10", value_parser = clap::value_parser!(u32).range(1..=100))]
    pub limit: u32,
    /// The account whose rank is shown [default: this wallet's]
    #[arg(long = "of", value_name = "ADDRESS", value_parser = values::address)]
    pub address: Option<AddressText>,
}

/// `lojal show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The brand
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    /// The shop that it is for, in small letters, digits and - . : _
    #[arg(long = "to", value_name = "AUDIENCE")]
    pub audience: Audience,
    /// The number that the shop asks for, 32 hex digits [default: a random one]
    #[arg(long, value_name = "HEX", value_parser = values::nonce)]
    pub nonce: Option<[u8; 16]>,
    /// Write it into this new file [default: print it]
    #[arg(long, value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// `lojal presentation`.
#[derive(Debug, Subcommand)]
pub enum PresentationCommand {
    /// Verify what somebody shows, without an account or a gateway (exit code 4 if it shows nothing)
    Verify {
        /// The file, or - for standard input
        file: PathBuf,
        /// The shop that it has to be for [default: whoever it names]
        #[arg(long = "to", value_name = "AUDIENCE")]
        audience: Option<Audience>,
        /// The number that it has to have, 32 hex digits [default: any]
        #[arg(long, value_name = "HEX", value_parser = values::nonce)]
        nonce: Option<[u8; 16]>,
        /// The genesis document of the network, from somebody you trust [default: this wallet's]
        #[arg(long, value_name = "FILE")]
        genesis: Option<PathBuf>,
    },
}

/// `lojal consent`.
#[derive(Debug, Args)]
pub struct ConsentArgs {
    /// The brand
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    #[command(flatten)]
    pub allowed: Allowed,
    #[command(flatten)]
    pub sending: Sending,
}

/// All that a member can allow.
#[derive(Clone, Copy, Debug, Args)]
#[group(required = true, multiple = true)]
pub struct Allowed {
    /// To be listed by rank, for everybody to see, under two words that whoever knows the address knows
    #[arg(long)]
    pub ranks: bool,
    /// Profiling
    #[arg(long)]
    pub profiling: bool,
    /// Sharing with partners
    #[arg(long)]
    pub sharing: bool,
    /// Reminders
    #[arg(long)]
    pub reminders: bool,
    /// Nothing
    #[arg(long, conflicts_with_all = ["ranks", "profiling", "sharing", "reminders"])]
    pub none: bool,
}

impl Allowed {
    /// The sum of it, as the ledger has it.
    pub fn sum(self) -> u8 {
        let all = [(self.ranks, 1), (self.profiling, 2), (self.sharing, 4), (self.reminders, 8)];
        all.iter().filter(|(is_allowed, _)| *is_allowed).fold(0, |sum, (_, bit)| sum | bit)
    }
}

/// `lojal track`.
#[derive(Debug, Subcommand)]
pub enum TrackCommand {
    /// List the tracks of a brand that aren't over
    List {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
    },
    /// Show the terms of a track
    Show {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// The number of the track
        track: TrackId,
    },
    /// Begin a track, or make one kinder, as an admin of the brand
    ///
    /// lojal track set kaffet --terms stamps.toml
    Set {
        /// The brand
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// The number of the track [default: a new one]
        track: Option<TrackId>,
        /// A TOML file with all of its terms, as docs/wallet.md shows them
        #[arg(long, value_name = "FILE")]
        terms: PathBuf,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
}

/// `lojal stamp`.
#[derive(Debug, Args)]
pub struct StampArgs {
    /// The brand
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    /// The number of the track
    pub track: TrackId,
    /// The account
    #[arg(value_parser = values::address)]
    pub to: AddressText,
    /// The number of units
    #[arg(default_value_t = 1)]
    pub amount: u64,
    /// The place, counted from 0, where a track counts places
    #[arg(long)]
    pub place: Option<u8>,
    #[command(flatten)]
    pub reference: ReceiptArgs,
    /// The day on the receipt, such as 2027-03-14 [default: the one that it was first sent with, or today (UTC)]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub dated: Option<Day>,
    #[command(flatten)]
    pub sending: Sending,
}

/// `lojal takeback`.
#[derive(Debug, Args)]
pub struct TakeBackArgs {
    /// The brand
    #[arg(value_parser = values::brand)]
    pub brand: BrandId,
    /// The account that was stamped
    #[arg(value_parser = values::address)]
    pub from: AddressText,
    /// The number of units [default: all that is left of the stamp], with --voucher of uses, or with --mark of days, 1
    /// of one without end
    pub amount: Option<u64>,
    /// Take back a mark that a campaign gave, not a stamp
    #[arg(long, requires_all = ["amount", "of_dated"])]
    pub mark: bool,
    /// Take back uses of a voucher that a campaign gave, not a stamp
    #[arg(long, requires_all = ["amount", "of_dated"], conflicts_with = "mark")]
    pub voucher: bool,
    #[command(flatten)]
    pub reference: ReceiptArgs,
    /// The day on the receipt, such as 2027-03-14 [default: the one that it was first sent with, or today (UTC)]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub dated: Option<Day>,
    #[command(flatten)]
    pub of: OfReceiptArgs,
    /// The day on the receipt of the stamp, such as 2027-03-14 [default: as the ledger knows it]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub of_dated: Option<Day>,
    #[command(flatten)]
    pub sending: Sending,
}
