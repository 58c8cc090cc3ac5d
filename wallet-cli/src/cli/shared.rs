//! Arguments that several commands have.

use clap::Args;
use lojal_types::Reference;
use lojal_wallet::reference::ReceiptText;

use super::values::{self, Pool};

/// The pool that points come from, if it isn't the own account.
#[derive(Clone, Debug, Args)]
pub struct SourceArgs {
    /// Take the points from a household's pool: its address, or the word household if there is only one
    #[arg(long = "from", value_name = "HOUSEHOLD", value_parser = values::pool)]
    pub household: Option<Pool>,
}

/// Consent to sign without a question.
#[derive(Clone, Copy, Debug, Args)]
pub struct Consent {
    /// Don't ask whether to go on
    #[arg(long, short = 'y')]
    pub yes: bool,
}

/// The reference of an operation, if one is given.
#[derive(Clone, Debug, Args)]
#[group(multiple = false)]
pub struct OptionalReceiptArgs {
    /// The text of the receipt; only its hash goes on the ledger
    #[arg(long, value_name = "TEXT")]
    pub receipt: Option<ReceiptText>,
    /// The reference itself, as hex
    #[arg(long, value_name = "HEX", value_parser = values::reference)]
    pub reference: Option<Reference>,
}

/// The reference of an operation: exactly one of the two.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ReceiptArgs {
    /// The text of the receipt; only its hash goes on the ledger
    #[arg(long, value_name = "TEXT")]
    pub receipt: Option<ReceiptText>,
    /// The reference itself, as hex
    #[arg(long, value_name = "HEX", value_parser = values::reference)]
    pub reference: Option<Reference>,
}

/// The reference of the issue that is reversed: exactly one of the two.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct OfReceiptArgs {
    /// The text of the receipt that the points were issued for
    #[arg(long, value_name = "TEXT")]
    pub of_receipt: Option<ReceiptText>,
    /// The reference of the issue, as hex
    #[arg(long, value_name = "HEX", value_parser = values::reference)]
    pub of_reference: Option<Reference>,
}

/// The time in which a transaction can happen.
#[derive(Clone, Debug, Args)]
pub struct Validity {
    /// The time in which the transaction can happen, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub valid_for: u64,
}

/// Options of a transaction that is sent.
#[derive(Clone, Debug, Args)]
pub struct Sending {
    /// The time in which it can happen.
    #[command(flatten)]
    pub validity: Validity,
    /// Don't wait until it is final (exit code 3)
    #[arg(long)]
    pub no_wait: bool,
    /// Ask a gateway what would happen, and sign and send nothing
    #[arg(long)]
    pub dry_run: bool,
}
