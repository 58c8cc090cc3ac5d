//! Commands that set the wallet up beside the ledger: its key file, its manual, its completions.

use std::path::PathBuf;

use clap::Subcommand;
use clap_complete::Shell;

use super::profile::{ConfigCommand, ContactCommand, ProfileCommand};

/// Commands that ask no gateway for anything but the way of a key.
#[derive(Debug, Subcommand)]
pub enum SetupCommand {
    /// Make a key before there is a network, or carry this wallet's key to another device, encrypted
    #[command(subcommand)]
    Key(KeyCommand),
    /// Keep several wallets apart by names
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// Keep an address book: its names stand wherever an address can
    #[command(subcommand)]
    Contact(ContactCommand),
    /// Show and change the settings of this wallet
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print what makes a shell complete this program's commands and options
    ///
    /// lojal completions bash > ~/.local/share/bash-completion/completions/lojal
    ///
    /// lojal completions zsh > ~/.zfunc/_lojal     (and before compinit in ~/.zshrc: fpath+=~/.zfunc)
    ///
    /// lojal completions fish > ~/.config/fish/completions/lojal.fish
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual pages of this program and all its commands
    ///
    /// lojal man ~/.local/share/man/man1 && man lojal-send
    Man {
        /// The directory, which is made if it isn't there; pages in it are replaced
        dir: PathBuf,
    },
}

/// `lojal key`.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Make the words of a wallet before its network is there, and print the public key that they begin with
    ///
    /// lojal key new governor.words
    ///
    /// The key goes into the genesis document, for a validator's governor or a brand's operator. Once the network runs,
    /// lojal restore --words-file makes the wallet.
    New {
        /// The new file that the words go to
        words: PathBuf,
    },
    /// Write the key to a new file, encrypted under this wallet's passphrase
    ///
    /// lojal key export anna.key
    ///
    /// Whoever has the file and the passphrase has the points. It brings back what it was on the day it was written: if
    /// the key is replaced later, only the file of a wallet with words still finds the way to the new one.
    Export {
        /// The new file, or - for standard output
        file: PathBuf,
    },
    /// Make a wallet of an exported key; takes the passphrase that it was exported under
    ///
    /// lojal key import anna.key --genesis genesis.toml --gateway `https://lojal.example.org`
    Import {
        /// The file
        file: PathBuf,
        /// The genesis document of the network, from somebody you trust
        #[arg(long, value_name = "FILE")]
        genesis: PathBuf,
    },
}
