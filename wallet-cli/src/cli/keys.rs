//! Guardians and recoveries.

use clap::Subcommand;
use lojal_types::{AddressText, Guardian, PublicKey};

use super::shared::{Consent, Sending};
use super::values;

/// `lojal guardians`.
#[derive(Debug, Subcommand)]
pub enum GuardiansCommand {
    /// Show an account's guardians
    Show {
        /// The account [default: this wallet's]
        #[arg(value_parser = values::address)]
        address: Option<AddressText>,
    },
    /// Ask for up to three guardians: accounts by their address, brands by their id
    Set {
        /// The accounts and brands that can bring this account back
        #[arg(value_parser = values::guardian, num_args = 1..=3, required_unless_present = "none")]
        guardians: Vec<Guardian<AddressText>>,
        /// The number of guardians that it takes [default: more than half]
        #[arg(
            long,
            value_name = "NUMBER",
            value_parser = clap::value_parser!(u8).range(1..=3),
            conflicts_with = "none"
        )]
        threshold: Option<u8>,
        /// Have no guardians any more
        #[arg(long, conflicts_with = "guardians")]
        none: bool,
        #[command(flatten)]
        sending: Sending,
    },
    /// As a guardian: agree that what waits on an account happens at once
    Agree {
        /// The account whose owner has asked
        #[arg(value_parser = values::person)]
        account: AddressText,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
}

/// `lojal recover`.
#[derive(Debug, Subcommand)]
pub enum RecoverCommand {
    /// In a new wallet: show what the guardians of the lost account must type
    Start {
        /// The lost account
        #[arg(value_parser = values::person)]
        account: AddressText,
    },
    /// As a guardian: ask that the lost account gets the key of its owner's new wallet
    Approve {
        /// The lost account
        #[arg(value_parser = values::person)]
        account: AddressText,
        /// The key of the new wallet
        #[arg(value_parser = values::public_key)]
        new_key: PublicKey,
        #[command(flatten)]
        consent: Consent,
        #[command(flatten)]
        sending: Sending,
    },
    /// Show how far a recovery has come
    Status {
        /// The lost account [default: this wallet's]
        #[arg(value_parser = values::address)]
        account: Option<AddressText>,
    },
    /// Complete a recovery when the owner's time to cancel is over: as a guardian, or as the owner, whose new wallet
    /// takes over the account
    Finish {
        /// The lost account
        #[arg(value_parser = values::person)]
        account: AddressText,
        #[command(flatten)]
        sending: Sending,
    },
    /// As the owner, who has the old key after all: end the recovery of this wallet's account
    Cancel {
        #[command(flatten)]
        sending: Sending,
    },
}
