//! `lojal tx`, and its transactions in files.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use lojal_types::TransactionId;

use super::shared::Consent;
use super::values;

/// `lojal tx`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct TxArgs {
    /// The id of the transaction to show
    #[arg(value_parser = values::transaction_id, required = true)]
    pub id: Option<TransactionId>,
    /// A transaction in a file instead.
    #[command(subcommand)]
    pub command: Option<TxCommand>,
}

/// Transactions in files, to be signed on a machine without a network.
///
/// A transaction can happen only in the hour after it was built: that is how long it can be on its way.
#[derive(Debug, Subcommand)]
pub enum TxCommand {
    /// Write what a command would sign to a new file, and sign and send nothing
    ///
    /// lojal tx build pay.tx send tloj1… 12.50 kaffet
    ///
    /// The command is any that signs, with all its arguments. It can happen within an hour from now, or what its
    /// --valid-for says. A gateway is asked what would happen: what would be refused isn't written (exit code 1).
    Build {
        /// Write the file also if it would be refused as things are now
        #[arg(long)]
        unchecked: bool,
        /// The new file, or - for standard output
        file: PathBuf,
        /// The command, as it would follow the word lojal
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<String>,
    },
    /// Sign the transaction in a file, without any network; shows it, and asks first
    ///
    /// lojal tx sign pay.tx pay.signed
    Sign {
        /// The file, or - for standard input
        file: PathBuf,
        /// The new file, or - for standard output [default: the file's name with .signed after it]
        to: Option<PathBuf>,
        /// Consent.
        #[command(flatten)]
        consent: Consent,
    },
    /// Show the transaction in a file, without any network
    ///
    /// lojal tx decode pay.tx
    Decode {
        /// The file, or - for standard input
        file: PathBuf,
        /// The genesis document of its network, which knows the brands' decimals [default: this wallet's]
        #[arg(long, value_name = "FILE")]
        genesis: Option<PathBuf>,
    },
    /// Send the signed transaction in a file, from any machine; sent twice, it happens once
    ///
    /// lojal tx submit pay.signed --gateway `https://lojal.example.org`
    Submit {
        /// The file, or - for standard input
        file: PathBuf,
        /// Don't wait until it is final (exit code 3)
        #[arg(long)]
        no_wait: bool,
    },
}
