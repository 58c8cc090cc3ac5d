//! The command line.

mod between;
mod book;
mod brand;
mod campaign;
mod carry;
mod govern;
mod history;
mod household;
mod keys;
mod listen;
mod market;
mod profile;
mod programme;
mod read;
mod receipt;
mod setup;
mod shared;
mod statement;
mod till;
mod together;
pub mod values;
mod voucher;
mod watch;
mod web;
mod webhook;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use lojal_client::Pin;
use lojal_types::{AddressText, BrandId, Day, Month, Reference};
use lojal_wallet::label::Label;

pub use between::{ConvertArgs, PartnerCommand, ProposeArgs, SettleArgs, TermsArgs};
pub use brand::{OperatorCommand, PolicyArgs, PolicyCommand, SetOperatorArgs};
pub use campaign::{CampaignCommand, GrantArgs, InviteArgs, WhichCampaign};
pub use carry::{TxArgs, TxCommand};
pub use govern::{GovernCommand, ProposeMotionArgs, Signs};
pub use history::{BrandTransactionsArgs, HistoryArgs};
pub use household::{HouseholdCommand, HouseholdOption, RightsArgs};
pub use keys::{GuardiansCommand, RecoverCommand};
pub use listen::ListenArgs;
pub use market::{MarketCommand, OfferArgs, OffersArgs, TakeArgs, WithdrawArgs};
pub use profile::{ConfigCommand, ContactCommand, ProfileCommand, Setting};
pub use programme::{
    ConsentArgs, LeadersArgs, PresentationCommand, ProgrammeCommand, ShowArgs, StampArgs, TakeBackArgs, TrackCommand,
};
pub use receipt::ReceiptCommand;
pub use setup::{KeyCommand, SetupCommand};
pub use shared::{Consent, OfReceiptArgs, OptionalReceiptArgs, ReceiptArgs, Sending, SourceArgs, Validity};
pub use statement::{Format, StatementArgs};
pub use till::{CaptureArgs, ClaimArgs, HoldArgs, HoldTime, PayArgs, ReferenceOfArgs, ReleaseArgs, RequestArgs};
pub use together::{ApprovalsArgs, BrandCommand, BrandMotionArgs, BrandMotionCommand, CloseArgs};
pub use values::{Pool, ProfileOrDefault};
pub use voucher::{OwnerArgs, RefundArgs, ReturnArgs, UseArgs, VoucherCommand};
pub use watch::WatchArgs;
pub use web::WebCommand;
pub use webhook::WebhookCommand;

const AFTER_HELP: &str = "Tables are as wide as the variable COLUMNS says, or else as the terminal is; in files and \
                          pipes, without COLUMNS, there is a tab between two cells, and no comma in numbers. NO_COLOR \
                          keeps colours away. An empty variable counts as unset.\n\n\
                          Exit codes: 0 done; 1 refused or failed: nothing happened; 2 the command was not understood; \
                          3 the outcome is open: ask for it by the transaction's id; 4 a gateway, its \
                          pages, or a receipt, said what can't be true; 5 no gateway could be reached: nothing was \
                          sent; 6 done, but the result could not be written to standard output.";

/// A wallet for loyalty points.
#[derive(Debug, Parser)]
#[command(name = "lojal", version, after_help = AFTER_HELP)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub options: Options,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub struct Options {
    /// The wallet's directory [env: LOJAL_HOME] [default: ~/.lojal]
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// The profile whose wallet to use, as lojal profile add names it [env: LOJAL_PROFILE]
    #[arg(long, global = true, value_name = "NAME", conflicts_with = "home")]
    pub profile: Option<Label>,
    /// A gateway to use instead of the wallet's own; can be repeated, the first one is preferred [env: LOJAL_GATEWAY]
    #[arg(long = "gateway", global = true, value_name = "URL", value_delimiter = ',', value_parser = values::url)]
    pub gateways: Vec<String>,
    /// Read the passphrase from this file [env: LOJAL_PASSPHRASE_FILE, LOJAL_PASSPHRASE]
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Believe what gateways say without proofs
    #[arg(long, global = true)]
    pub trust: bool,
    /// A gateway of somebody else, to be asked whether it has the same block as what is proven; can be repeated, and
    /// kept with lojal config set witnesses
    #[arg(long = "witness", global = true, value_name = "URL", value_delimiter = ',', value_parser = values::url,
          conflicts_with = "trust")]
    pub witnesses: Vec<String>,
    /// Begin at a block from somebody whom you trust, HEIGHT:ID as `lojal light` prints it, instead of at genesis
    #[arg(long, global = true, value_name = "PIN", value_parser = values::pin, conflicts_with = "trust")]
    pub pin: Option<Pin>,
    /// Print one JSON document, and nothing else
    #[arg(long, global = true)]
    pub json: bool,
    /// The contacts that the command line names.
    #[arg(skip)]
    pub named: Vec<(Label, AddressText)>,
}

impl Options {
    /// Takes from other options what these don't say.
    fn fill(&mut self, outer: &Self) {
        if self.home.is_none() && self.profile.is_none() {
            (self.home, self.profile) = (outer.home.clone(), outer.profile.clone());
        }
        if self.gateways.is_empty() {
            self.gateways.clone_from(&outer.gateways);
        }
        if self.witnesses.is_empty() {
            self.witnesses.clone_from(&outer.witnesses);
        }
        self.passphrase_file = self.passphrase_file.take().or_else(|| outer.passphrase_file.clone());
        self.pin = self.pin.or(outer.pin);
        self.trust |= outer.trust;
        self.json |= outer.json;
    }
}

/// A command, with its arguments.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a wallet with a new key, and show the words that bring it back
    Init {
        /// The genesis document of the network, from somebody you trust
        #[arg(long, value_name = "FILE")]
        genesis: PathBuf,
        /// Write the words to this new file instead of showing them; - prints them to stdout
        #[arg(long, value_name = "FILE")]
        words_out: Option<PathBuf>,
    },
    /// Bring a wallet back from its words
    Restore {
        /// The genesis document of the network, from somebody you trust
        #[arg(long, value_name = "FILE")]
        genesis: PathBuf,
        /// Read the words from this file instead of asking for them
        #[arg(long, value_name = "FILE")]
        words_file: Option<PathBuf>,
        /// The account, if it was recovered to this wallet's key [default: the account of the words' first key]
        #[arg(long, value_name = "ADDRESS", value_parser = values::person)]
        account: Option<AddressText>,
    },
    /// Show this wallet's address
    ///
    /// lojal address --qr
    Address {
        /// Show the public key instead
        #[arg(long)]
        key: bool,
        /// Show it as a QR code, too, for whoever is to send points here
        #[arg(long)]
        qr: bool,
    },
    /// Print a token with which this wallet's account is read for a week, for other programs
    ///
    /// curl -H "Authorization: Bearer $(lojal token)" GATEWAY/v1/accounts/$(lojal address)
    Token,
    /// Delete the tokens that are kept, so that reading takes the passphrase again
    Lock,
    /// Show the network's status
    Status,
    /// Show who has decided what is final from genesis on, checked by this wallet, and the last block as a pin
    Light,
    /// List the brands
    Brands,
    /// Show what an account holds, and what the pools of its households do
    Balance {
        /// The account [default: this wallet's]
        #[arg(value_parser = values::address)]
        address: Option<AddressText>,
    },
    /// Send points to another account
    Send {
        /// The account that gets them
        #[arg(value_parser = values::address)]
        to: AddressText,
        /// The amount, such as 12.50
        #[arg(allow_negative_numbers = true)]
        amount: String,
        /// The brand of the points, such as kaffet
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        #[command(flatten)]
        source: SourceArgs,
        #[command(flatten)]
        sending: Sending,
    },
    /// Give points back to their brand for what it offers
    Redeem {
        /// The amount, such as 12.50
        #[arg(allow_negative_numbers = true)]
        amount: String,
        /// The brand of the points, such as kaffet
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        #[command(flatten)]
        source: SourceArgs,
        #[command(flatten)]
        sending: Sending,
    },
    /// Ask a member for points, as a till of their brand
    Request(RequestArgs),
    /// Show what has answered a till's request, by its reference
    Payment {
        /// The reference that lojal request printed, as hex
        #[arg(value_parser = values::reference)]
        reference: Reference,
    },
    /// Show what a reference was used for, and what became of that: for a till that has lost an answer
    Reference(ReferenceOfArgs),
    /// Get the account that a brand has kept for you, for this wallet, which has none yet; or take part in a campaign
    ///
    /// lojal claim kaffet 3
    Claim(ClaimArgs),
    /// Pay what a till asks for
    Pay(PayArgs),
    /// Hold points ready for their brand, which can take them until a time
    Hold(HoldArgs),
    /// Take held points, as an operator of their brand
    Capture(CaptureArgs),
    /// Let go of held points, as an operator of their brand, or as their owner once the hold has expired
    Release(ReleaseArgs),
    /// Turn points into another brand's
    Convert(ConvertArgs),
    /// Give new points to an account, as an operator of their brand
    Issue {
        /// The account that gets them
        #[arg(value_parser = values::address)]
        to: AddressText,
        /// The amount, such as 12.50
        #[arg(allow_negative_numbers = true)]
        amount: String,
        /// The brand of the points, such as kaffet
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        #[command(flatten)]
        reference: ReceiptArgs,
        /// The day on the receipt, such as 2027-03-14 [default: the one that it was first sent with, or today (UTC)]
        #[arg(long, value_name = "DAY", value_parser = values::day)]
        dated: Option<Day>,
        /// The last month of the points, such as 2027-03, if they are to expire earlier [default: as the policy says]
        #[arg(long, value_name = "MONTH", value_parser = values::month)]
        expires: Option<Month>,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
    /// Take back what is left of an issue after a returned purchase, as an operator of the brand
    Reverse {
        /// The account that had got the points
        #[arg(value_parser = values::address)]
        from: AddressText,
        /// The amount at most, such as 12.50
        #[arg(allow_negative_numbers = true)]
        amount: String,
        /// The brand of the points, such as kaffet
        #[arg(value_parser = values::brand)]
        brand: BrandId,
        /// The amount at least: if there are fewer points, nothing is taken [default: all of them]
        #[arg(long, value_name = "AMOUNT")]
        at_least: Option<String>,
        #[command(flatten)]
        reference: ReceiptArgs,
        /// The day on the receipt, such as 2027-03-14 [default: the one that it was first sent with, or today (UTC)]
        #[arg(long, value_name = "DAY", value_parser = values::day)]
        dated: Option<Day>,
        #[command(flatten)]
        of: OfReceiptArgs,
        /// The day on the receipt of the issue, such as 2027-03-14 [default: as the ledger knows it]
        #[arg(long, value_name = "DAY", value_parser = values::day)]
        of_dated: Option<Day>,
        #[command(flatten)]
        sending: Sending,
    },
    /// List an account's transactions, the newest first, and what came back or expired without one
    ///
    /// With --brand, --kind or --since the wallet reads the whole history as far as it has to, checks that none is
    /// missing, and leaves out what isn't wanted by itself.
    History(HistoryArgs),
    /// Send what happens to an account or a brand to a program on this machine, as a gateway's webhooks would
    ///
    /// lojal listen --brand nordmat --forward `http://127.0.0.1:3000/lojal`
    ///
    /// Each event is sent once, signed, with the same body and headers as docs/webhooks.md says; what isn't taken is
    /// told, and not sent again: go back to it with --after.
    Listen(ListenArgs),
    /// Make an account's books for a time: what was there, what came and went, what is there, what expires
    ///
    /// lojal statement --from 2027-01-01 --to 2027-12-31 --format csv > 2027.csv
    Statement(StatementArgs),
    /// Tell what happens to an account or a brand as it happens, until stopped
    ///
    /// One line for each event; with --json one document. Where a gateway fails it goes on at the next one.
    Watch(WatchArgs),
    /// Show a transaction and what became of it (exit code 3 while it waits), or carry one in a file to be signed
    Tx(TxArgs),
    /// Keep a transaction with its proof, and verify one that was kept
    #[command(subcommand)]
    Receipt(ReceiptCommand),
    /// Verify the pages for browsers that a gateway serves
    #[command(subcommand)]
    Web(WebCommand),
    /// The household that shares a pool of points
    #[command(subcommand)]
    Household(HouseholdCommand),
    /// Replace this wallet's key; the address stays
    RotateKey {
        #[command(flatten)]
        validity: Validity,
        /// Ask a gateway what would happen, and sign and send nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// Stop everything that goes out of this account, for a stolen phone or card
    Freeze {
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
    /// Ask to lift the freeze: it takes a while, unless the guardians agree
    Unfreeze {
        #[command(flatten)]
        sending: Sending,
    },
    /// Show and choose those who can bring this account back if its key is lost
    #[command(subcommand)]
    Guardians(GuardiansCommand),
    /// Bring a lost account back with its guardians
    #[command(subcommand)]
    Recover(RecoverCommand),
    /// Show and change the rules for a brand's points
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Show and change those who act for a brand
    #[command(subcommand)]
    Operator(OperatorCommand),
    /// Have a gateway send what happens to a brand to an address of yours, as an admin of the brand
    #[command(subcommand)]
    Webhook(WebhookCommand),
    /// Agree on the terms on which one brand's points become another's
    #[command(subcommand)]
    Partner(PartnerCommand),
    /// The programmes of brands.
    #[command(flatten)]
    Programme(ProgrammeCommand),
    /// The market.
    #[command(flatten)]
    Market(MarketCommand),
    /// Vouchers, and points that are given back.
    #[command(flatten)]
    Voucher(VoucherCommand),
    /// Decide for a brand together with its other admins
    #[command(subcommand)]
    Brand(BrandCommand),
    /// Govern the network, as those who run it do
    #[command(subcommand)]
    Govern(GovernCommand),
    /// Show what the brands owe each other
    Netting,
    /// Confirm that another brand has paid what it owed, as an admin of the creditor
    Settle(SettleArgs),
    /// Print the JSON Schema of what a command prints with --json, or list the commands
    ///
    /// lojal schema household create
    Schema {
        /// The words of the command
        command: Vec<String>,
    },
    /// The wallet itself.
    #[command(flatten)]
    Setup(SetupCommand),
}
