//! The reasons that a transaction in a file isn't signed or sent.

use lojal_types::{AddressText, ChainId, Code, TimeMs};
use lojal_wallet::carried::CarriedError;
use lojal_wallet::time::utc;
use thiserror::Error;

/// A transaction in a file isn't signed or sent, and this is why.
#[derive(Debug, Error)]
pub enum CarryError {
    /// A file that has no transaction.
    #[error("{0}: {1}")]
    Carried(String, CarriedError),
    /// A transaction of another network.
    #[error("this is for network {found}, and not for {expected}: name the wallet of that network with --home")]
    OtherNetwork {
        /// The network that it is for.
        found: ChainId,
        /// The wallet's.
        expected: ChainId,
    },
    /// A transaction that another account or key signs.
    #[error(
        "this transaction is of {sender}, and of the key that signed for it when it was built; this wallet is that of \
         {own}: sign it there, or build it again"
    )]
    OtherSigner {
        /// The account that it is of.
        sender: AddressText,
        /// The wallet's.
        own: AddressText,
    },
    /// A transaction whose time is over.
    #[error(
        "nothing was signed or sent: this could happen before {} UTC, which is over by this machine's clock; build it \
         again, a transaction has an hour at most",
        utc(*.0)
    )]
    WindowOver(TimeMs),
    /// A transaction that can happen for longer than the ledger takes.
    #[error(
        "nothing was signed: this could happen until {} UTC, more than an hour from now by this machine's clock: set \
         the clock if it is late, otherwise build it again",
        utc(*.0)
    )]
    TooLongValid(TimeMs),
}

impl CarryError {
    /// The stable name.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Carried(..) => "bad_transaction_file",
            Self::OtherNetwork { .. } => "wrong_network",
            Self::OtherSigner { .. } => "other_signer",
            Self::WindowOver(_) => Code::TransactionExpired.name(),
            Self::TooLongValid(_) => "wrong_clock",
        }
    }
}
