//! The errors of commands: a stable code, a message that says what to do, an exit code.

use std::path::PathBuf;

use lojal_client::ClientError;
use lojal_types::address::AddressError;
use lojal_types::brand::PolicyError;
use lojal_types::partnership::TermsError;
use lojal_types::{
    AddressText, BrandId, CampaignId, Day, Height, MotionId, Reference, TrackId, TransactionId, VoucherId,
};
use lojal_wallet::amount::AmountError;
use lojal_wallet::backup::WordsError;
use lojal_wallet::clock::ClockError;
use lojal_wallet::contacts::ContactsError;
use lojal_wallet::files;
use lojal_wallet::gateways::{GatewaysError, is_lie, is_unreached, is_without_connection};
use lojal_wallet::home::HomeError;
use lojal_wallet::hook::SecretError;
use lojal_wallet::invitations::InvitationsError;
use lojal_wallet::label::Label;
use lojal_wallet::passphrase::PassphraseError;
use lojal_wallet::random::RandomError;
use lojal_wallet::terms::TermsTextError;
use lojal_wallet::tokens::TokensError;
use lojal_wallet::uri::UriError;
use thiserror::Error;

mod carry;
mod codes;
mod document;
mod market;
mod pages;
mod refusal;

pub use carry::CarryError;
pub use document::ErrorDocument;
pub use market::MarketError;
pub use pages::{Difference, PagesError};
pub use refusal::Refusal;

/// Nothing was done, and this is why.
#[derive(Debug, Error)]
pub enum CommandError {
    /// The wallet's home.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The passphrase.
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// Making a key or a random number.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// Words that are no backup.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// The place where words or a scanned text should come from.
    #[error("{0}: {reason}", reason = files::reason(.1))]
    Input(String, std::io::Error),
    /// Nobody to ask for the words.
    #[error("there is no terminal to ask for the words: give --words-file")]
    NoWords,
    /// Words of another wallet.
    #[error(
        "these words don't give the key that signs for {account}: if it was recovered to another wallet, use that \
         wallet's words; if these words' wallet took over another account, name it with --account"
    )]
    OtherWords {
        /// The account.
        account: AddressText,
    },
    /// A key file of before the key was replaced.
    #[error(
        "the key in this file doesn't sign for {account} any more: export it again where the key was replaced, or \
         bring the wallet back with its words"
    )]
    OldKeyFile {
        /// The account.
        account: AddressText,
    },
    /// A text of a till or a member.
    #[error(transparent)]
    Uri(#[from] UriError),
    /// Nobody to ask whether to go on.
    #[error("{0}\nnothing was done: there is no terminal to ask whether to go on; if all of this is right, add --yes")]
    NotConfirmed(String),
    /// Somebody said no.
    #[error("nothing was done")]
    Declined,
    /// The till asks for points of another pool.
    #[error("the till asks for points from the pool of {0}: leave --from out, or ask for another request")]
    OtherPool(AddressText),
    /// An account that has no such voucher.
    #[error("there is no voucher {0} here, or it is used up or over: lojal vouchers shows those that there are")]
    UnknownVoucher(VoucherId),
    /// The reference was sent with another day.
    #[error("this reference was first sent with the day {0}, which stays: leave --dated out")]
    OtherDay(Day),
    /// The ledger knows the reference, and this wallet doesn't.
    #[error(
        "this receipt has been used already, by another till or long ago: nothing was sent; `lojal reference` tells \
         what for"
    )]
    UsedBefore,
    /// The ledger doesn't know the issue that is to be reversed.
    #[error(
        "no issue is known under this receipt: look at the receipt and the brand, try again in a moment if the issue \
         has just been made, and give --of-dated if several have the same receipt"
    )]
    UnknownIssue,
    /// The ledger doesn't know the stamp that is to be taken back.
    #[error(
        "no stamp is known under this receipt: look at the receipt and the brand, try again in a moment if it has just \
         been stamped, and give --of-dated if several have the same receipt"
    )]
    UnknownStamp,
    /// A brand has no track with the number.
    #[error("{brand} has no track {track}, or it is over: lojal track list {brand} shows those that there are")]
    UnknownTrack {
        /// The brand.
        brand: BrandId,
        /// The number.
        track: TrackId,
    },
    /// A brand has no campaign with the number.
    #[error(
        "{brand} has no campaign {campaign}, or it is over: lojal campaign list {brand} shows those that there are"
    )]
    UnknownCampaign {
        /// The brand.
        brand: BrandId,
        /// The number.
        campaign: CampaignId,
    },
    /// A list of invitations that can't be made, or an invitation that isn't there.
    #[error("{path}: {1}", path = .0.display())]
    Invitations(PathBuf, InvitationsError),
    /// Terms of a track or a campaign that can't be read.
    #[error("{0}; docs/wallet.md shows such a file")]
    TrackTerms(String),
    /// The ledger takes no reference of the day.
    #[error("--dated {day} isn't taken: the ledger takes references of {oldest} to {latest} (UTC)")]
    DayOutOfRange {
        /// The day.
        day: Day,
        /// The first day of which references are taken.
        oldest: Day,
        /// The last.
        latest: Day,
    },
    /// The request's day would be too old before its end.
    #[error("a request can be answered for at most {receipt_days} days: see --until and --pay-within")]
    RequestTooLong {
        /// The days that the network takes references for.
        receipt_days: u32,
    },
    /// Not a member of exactly one household.
    #[error(
        "this wallet is a member of {0} households: name one by its address; `lojal household show` needs one, too"
    )]
    HouseholdCount(usize),
    /// No such terms between brands.
    #[error("{from} and {to} have nothing to {purpose} in this direction: `lojal partner list` shows what there is")]
    NoTerms {
        /// The brand whose points are burned.
        from: BrandId,
        /// The brand that issues points for them.
        to: BrandId,
        /// The purpose that they were needed for.
        purpose: &'static str,
    },
    /// A conversion that gives nothing.
    #[error("{0} give not a single point of {1}: convert more")]
    ConversionTooSmall(String, BrandId),
    /// A conversion that gives fewer points than the member wants at least.
    #[error("the terms give {gives}, fewer than {least}: nothing was signed")]
    ConversionBelowMin {
        /// The points that come.
        gives: String,
        /// The fewest that must come.
        least: String,
    },
    /// A rate or a price that the ledger can't express.
    #[error(transparent)]
    TermsText(#[from] TermsTextError),
    /// Terms outside their limits.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// A policy outside its limits.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// Actions or signs of life that can't be read, or are too many.
    #[error("{0}")]
    Motion(String),
    /// No motion that is remembered.
    #[error("no motion has the number {0} (any more): `lojal govern list` shows those that there are")]
    UnknownMotion(MotionId),
    /// No motion of a brand that is remembered.
    #[error(
        "no motion of {brand} has the number {motion} (any more): `lojal brand motion list {brand}` shows those that \
         there are"
    )]
    UnknownBrandMotion {
        /// The brand.
        brand: BrandId,
        /// The number.
        motion: MotionId,
    },
    /// A pin that is not the block which the wallet knows.
    #[error(
        "--pin names another block of height {0} than the one that this wallet knows: ask whoever gave you the pin; \
         if it is right, the network was not the one that this wallet took it for"
    )]
    OtherPin(Height),
    /// Something that can't be done as things are.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Arguments that contradict a rule.
    #[error("{0}")]
    Usage(&'static str),
    /// The gateways.
    #[error(transparent)]
    Gateways(#[from] GatewaysError),
    /// No token to read with.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// Nothing was sent, because of the gateways.
    #[error("nothing was sent: {0}")]
    NotSent(GatewaysError),
    /// A transaction that is neither waiting nor on the ledger.
    #[error(
        "the gateway doesn't know this transaction: check its id; one that is in no block an hour after it was signed \
         never happened and never will"
    )]
    UnknownTransaction,
    /// A gateway that has no blocks of the beginning.
    #[error(
        "this gateway has blocks from height {0} on, and the books begin before that: name a gateway with all blocks \
         with --gateway"
    )]
    HistoryCut(Height),
    /// A reference of a request that nothing has answered.
    #[error(
        "nothing has answered a request with this reference: check the reference, or ask again once somebody has paid"
    )]
    Unanswered,
    /// An account that this wallet may not read, at least not with proofs.
    #[error("{0}\nan operator sees with --trust what concerns the brand, which proves nothing")]
    NotProven(GatewaysError),
    /// A node that gives no sign of life.
    #[error("{0}: {1}")]
    Node(String, Box<ClientError>),
    /// A transaction or payment that a gateway says is final, and none proves yet.
    #[error("{0}\nnothing is final before it is proven: ask again in a moment, or another gateway with --gateway")]
    NotProvenYet(GatewaysError),
    /// A transaction about which a gateway was caught lying.
    #[error("{1}\nit is unknown whether transaction {0} happened: ask another gateway with `lojal tx {0}`")]
    Lied(TransactionId, Box<GatewaysError>),
    /// A saved receipt that doesn't hold.
    #[error("this receipt proves nothing: {0}")]
    FalseReceipt(String),
    /// A presentation that doesn't hold.
    #[error("this presentation shows nothing: {0}")]
    FalsePresentation(String),
    /// Something that this wallet can't show.
    #[error("there is nothing to show: {0}")]
    NotShown(String),
    /// Pages of a gateway that aren't those which this program carries.
    #[error(transparent)]
    Pages(#[from] PagesError),
    /// A reference that the ledger knows no use of.
    #[error(
        "the ledger knows no use of this reference: nothing was done under it, unless what was sent is still on its \
         way; check kind, brand and receipt, and ask again once the time is over in which it could happen"
    )]
    NotUsed,
    /// An amount that is none.
    #[error(transparent)]
    Amount(#[from] AmountError),
    /// An address of another kind of network.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// This machine's clock, or the gateway's.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// No profile of this name.
    #[error("there is no profile {0}: lojal profile list shows those that there are")]
    UnknownProfile(Label),
    /// A contact that isn't kept or removed.
    #[error(transparent)]
    Contacts(#[from] ContactsError),
    /// A command line within another one.
    #[error("{0}")]
    CommandLine(String),
    /// A transaction in a file that isn't signed or sent.
    #[error(transparent)]
    Carry(#[from] CarryError),
    /// Points that can't be bought like this.
    #[error(transparent)]
    Market(#[from] MarketError),
    /// No secret to sign webhooks with.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// No home directory.
    #[error("it is unknown where your home directory is: name the wallet's directory with --home")]
    NoHomeDirectory,
    /// Neither a wallet nor an account.
    #[error("name an account, or make a wallet with `lojal init`")]
    NoWallet,
    /// A wallet without a gateway.
    #[error("name at least one gateway with --gateway URL")]
    NoGateway,
    /// A gateway that would change the meaning of amounts.
    #[error(
        "the gateway says that {brand} points have {found} decimals, which is not what this wallet's genesis document \
         says: use another gateway"
    )]
    Decimals {
        /// The brand.
        brand: BrandId,
        /// The number of decimals that the gateway says.
        found: u8,
    },
    /// A request whose time passed without an answer.
    #[error("nobody paid: the time of the request is over, and it can't be paid any more; make a new one")]
    NotPaid,
    /// A request for a voucher whose time passed without an answer.
    #[error("no voucher was used: the time of the request is over, and it can't be answered any more; make a new one")]
    NoneUsed,
    /// A request of which the ledger hasn't come to the end.
    #[error(
        "the time of the request is over by this machine's clock, but the ledger hasn't come so far: ask with \
         `lojal payment {0}`"
    )]
    StillOpen(Reference),
    /// A dry run that came to its end: no error, and nothing was done.
    #[error("nothing was signed or sent")]
    Rehearsed {
        /// The effect that it would have, for programs.
        json: serde_json::Value,
        /// The same for people.
        text: String,
    },
    /// A dry run of something that couldn't be done.
    #[error("it would not be done: {message} ({code})\nnothing was signed or sent")]
    WouldNotBeDone {
        /// The stable name of the reason.
        code: String,
        /// The reason.
        message: String,
    },
    /// A transaction that didn't happen; the message says if it still could.
    #[error(
        "not done: {message} ({code})\ntransaction {id}{}",
        height.map(|height| format!(", final in block {height}")).unwrap_or_default()
    )]
    NotDone {
        /// The stable name of the reason.
        code: String,
        /// The reason.
        message: String,
        /// The transaction.
        id: TransactionId,
        /// The block that says so, if there is one.
        height: Option<Height>,
    },
}

impl CommandError {
    /// 2 for what was typed wrongly, whatever there is on the ledger or in this wallet, 3 for what is still open, 4 for
    /// a gateway or a receipt that was caught lying, and for pages that were changed, 5 where no gateway could be
    /// reached, 1 for everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Amount(_) | Self::Address(_) | Self::NoGateway | Self::NoWallet => 2,
            Self::HouseholdCount(_) | Self::TermsText(_) | Self::Terms(_) | Self::Policy(_) | Self::Usage(_) => 2,
            Self::Invitations(_, error) if error.is_of_facts() => 1,
            Self::Motion(_) | Self::TrackTerms(_) | Self::Invitations(..) => 2,
            Self::CommandLine(_) | Self::UnknownProfile(_) => 2,
            Self::OtherDay(_) | Self::DayOutOfRange { .. } | Self::RequestTooLong { .. } => 2,
            Self::StillOpen(_) | Self::NotProvenYet(_) => 3,
            Self::Gateways(error) if is_lie(error) => 4,
            Self::FalseReceipt(_)
            | Self::FalsePresentation(_)
            | Self::Lied(..)
            | Self::Pages(PagesError::Changed { .. }) => 4,
            Self::Gateways(error) | Self::NotSent(error) if is_unreached(error) => 5,
            Self::Node(_, error) if is_without_connection(error) => 5,
            _ => 1,
        }
    }
}
