//! Profiles, contacts and settings.

use clap::{Subcommand, ValueEnum};
use lojal_types::AddressText;
use lojal_wallet::label::Label;

use super::values;

/// `lojal profile`.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// Give a name to the wallet in a directory, which needs not be there yet
    ///
    /// lojal profile add till --home /var/lib/till-7
    ///
    /// Without --home the directory is ~/.lojal-NAME. Then --profile NAME means that wallet in every command.
    Add {
        /// The name
        name: Label,
    },
    /// Take the wallet of a profile from now on where none is named
    ///
    /// lojal profile use till
    Use {
        /// The name, or default for the wallet in ~/.lojal
        #[arg(value_parser = values::profile_or_default)]
        name: values::ProfileOrDefault,
    },
    /// List the profiles
    List,
    /// Forget a profile; the wallet stays where it is
    Remove {
        /// The name
        name: Label,
    },
}

/// `lojal contact`.
#[derive(Debug, Subcommand)]
pub enum ContactCommand {
    /// Give a name to an address, which can then stand wherever an address is
    ///
    /// lojal contact add bo tloj1… && lojal send bo 12.50 kaffet
    Add {
        /// The name
        name: Label,
        /// The address
        #[arg(value_parser = values::address)]
        address: AddressText,
        /// Let the name stand for this address even if it stands for another one
        #[arg(long)]
        replace: bool,
    },
    /// List the contacts
    List,
    /// Forget a contact
    Remove {
        /// The name
        name: Label,
    },
}

/// `lojal config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show the settings of this wallet, or one of them
    Get {
        /// The setting
        setting: Option<Setting>,
    },
    /// Change a setting of this wallet
    ///
    /// lojal config set gateways `https://lojal.example.org,https://lojal.example.net`
    Set {
        /// The setting
        setting: Setting,
        /// The value: addresses with commas between them, none for no witnesses; yes or no for trust
        value: String,
    },
}

/// A setting of a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Setting {
    /// The gateways, the preferred one first
    Gateways,
    /// Gateways of others, which are asked whether they have the same blocks
    Witnesses,
    /// Belief in what gateways say without proofs: yes or no
    Trust,
}
