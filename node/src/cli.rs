//! The commands.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use lojal_network::Multiaddr;
use lojal_print::OutputLost;
use lojal_text::outside;
use lojal_types::Name;
use thiserror::Error;

use crate::backup::{self, BackupOptions, CopyError, RestoreOptions};
use crate::card::{self, CardOptions};
use crate::check::{self, CheckOptions};
use crate::config::{self, ConfigError, NodeConfig, NodeDir, NodeKeys, read_genesis};
use crate::devnet::{self, DevnetError, DevnetOptions};
use crate::guard::{self, GuardCommand};
use crate::join::{self, JoinError, JoinOptions};
use crate::keys::{self, KeyCommand};
use crate::replay::{self, ReplayOptions, ReplayRefused};
use crate::run::{self, RunError, RunOptions, guard_needs_somebody};
use crate::sign::{self, SignError, SignOptions};
use crate::status::{self, StatusError, StatusOptions};
use crate::typed_name::name;

/// The voting power of a new validator's entry.
const POWER: u64 = 1;

/// A node of a lojal network: a validator's, or a follower, a gateway without a vote.
#[derive(Debug, Parser)]
#[command(name = "lojal-node", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the node of a directory until it is stopped: a validator's if its key is there or with a signer, else a
    /// follower.
    Run(RunOptions),
    /// Fetch the state of a late block from the other nodes, for a node that has no data yet: then it needs no earlier
    /// blocks.
    Join(JoinOptions),
    /// Run a development network: validators as processes of this machine, with wallets to try.
    Devnet(DevnetOptions),
    /// Make a directory for a new validator, and print its entry for the genesis document; or for a follower.
    Init(InitOptions),
    /// Print a validator's entry for the genesis document once more.
    Entry {
        /// The validator's directory.
        #[arg(long)]
        dir: PathBuf,
    },
    /// Print node.toml with every key there is, explained.
    Example,
    /// Look at keys, guard, disk, ports, peers: that all is as the node needs it. Exits with 5 if something isn't.
    Check(CheckOptions),
    /// Print the motion that makes the node of a directory a validator of a running network, or a follower, for its
    /// governors.
    Card(CardOptions),
    /// Give the validator another key, while its node runs.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Show a running node: its height, its peers, its vote, its disk.
    Status(StatusOptions),
    /// Copy a node's data, also while it runs, into a directory: without keys, and without its guard.
    Backup(BackupOptions),
    /// Put a backup into a node's directory, everything checked.
    Restore(RestoreOptions),
    /// Make the blocks that were fetched back to the first one a part of the block log: the next start executes all of
    /// them, and then the node has every history. Only while it is stopped.
    Replay(ReplayOptions),
    /// Hold a validator's key and its guard, and sign over a Unix socket, until it is stopped.
    Sign(SignOptions),
    /// Work with the guard, which remembers what was signed with a validator's key.
    #[command(subcommand)]
    Guard(GuardCommand),
    /// Work with genesis documents.
    #[command(subcommand)]
    Genesis(GenesisCommand),
}

#[derive(Debug, clap::Args)]
struct InitOptions {
    /// The directory to make.
    #[arg(long)]
    dir: PathBuf,
    /// The name of the validator on the network.
    #[arg(long, value_parser = name, required_unless_present = "follower")]
    name: Option<Name>,
    /// Make the directory of a follower, without a validator's key: a gateway that has all blocks and no vote.
    #[arg(long, conflicts_with = "name")]
    follower: bool,
    /// The address where it takes connections of other nodes.
    #[arg(long, default_value = "/ip4/0.0.0.0/tcp/7900")]
    listen: Multiaddr,
    /// The address where it serves HTTP.
    #[arg(long, default_value = "127.0.0.1:7800")]
    gateway: SocketAddr,
}

#[derive(Debug, Subcommand)]
enum GenesisCommand {
    /// Check a genesis document and print its chain id.
    Check {
        /// The document.
        file: PathBuf,
    },
}

/// A reason a command failed.
#[derive(Debug, Error)]
pub enum CommandError {
    /// See [`ConfigError`].
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// See [`RunError`].
    #[error(transparent)]
    Run(Box<RunError>),
    /// See [`JoinError`].
    #[error(transparent)]
    Join(Box<JoinError>),
    /// See [`SignError`].
    #[error(transparent)]
    Sign(Box<SignError>),
    /// See [`DevnetError`].
    #[error(transparent)]
    Devnet(Box<DevnetError>),
    /// See [`StatusError`].
    #[error(transparent)]
    Status(#[from] StatusError),
    /// See [`OutputLost`].
    #[error(transparent)]
    Output(#[from] OutputLost),
    /// See [`CopyError`].
    #[error(transparent)]
    Copy(Box<CopyError>),
    /// See [`ReplayRefused`].
    #[error(transparent)]
    Replay(Box<ReplayRefused>),
    /// A check that found something.
    #[error("the check found {0} things; each says what to do")]
    Found(usize),
}

/// The exit code of a fault.
const FAULT: u8 = 1;
/// The exit code of a program that is too old for the network.
const TOO_OLD: u8 = 3;
/// The exit code where the node's directory must be put right first.
const CONFIGURATION: u8 = 4;
/// The exit code of a check that found something.
const FOUND: u8 = 5;

impl CommandError {
    /// The code to exit with. A usage that is wrong has 2, and is told before there is a command.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Config(ConfigError::Guard(error)) if !guard_needs_somebody(error) => FAULT,
            Self::Config(_) => CONFIGURATION,
            Self::Run(error) if error.is_of_old_program() => TOO_OLD,
            Self::Run(error) if error.is_configuration() => CONFIGURATION,
            Self::Join(error) if error.is_configuration() => CONFIGURATION,
            Self::Copy(error) if error.is_configuration() => CONFIGURATION,
            Self::Replay(error) if error.is_configuration() => CONFIGURATION,
            Self::Sign(error) => match &**error {
                SignError::Config(_) => CONFIGURATION,
                SignError::Guard(error) if guard_needs_somebody(error) => CONFIGURATION,
                _ => FAULT,
            },
            Self::Status(StatusError::Config(_) | StatusError::NoAdmin) => CONFIGURATION,
            Self::Found(_) => FOUND,
            Self::Run(_) | Self::Join(_) | Self::Devnet(_) | Self::Status(_) => FAULT,
            Self::Copy(_) | Self::Replay(_) | Self::Output(_) => FAULT,
        }
    }
}

impl Cli {
    /// Executes the command.
    ///
    /// # Errors
    /// Why it failed, and what to do next.
    pub fn execute(self) -> Result<(), CommandError> {
        match self.command {
            Command::Run(options) => run::run(&options).map_err(|error| CommandError::Run(Box::new(error))),
            Command::Join(options) => join::join(&options).map_err(|error| CommandError::Join(Box::new(error))),
            Command::Devnet(options) => devnet::run(&options).map_err(|error| CommandError::Devnet(Box::new(error))),
            Command::Init(options) => init(options),
            Command::Entry { dir } => {
                lojal_print::document(NodeDir::new(dir).entry()?.to_toml().trim_end());
                Ok(())
            }
            Command::Example => {
                lojal_print::document(config::example().to_explained_toml().trim_end());
                Ok(())
            }
            Command::Check(options) => match check::check(&options)? {
                0 => Ok(()),
                found => Err(CommandError::Found(found)),
            },
            Command::Card(options) => Ok(card::execute(options)?),
            Command::Status(options) => Ok(status::status(&options)?),
            Command::Backup(options) => backup::back_up(&options).map_err(|error| CommandError::Copy(Box::new(error))),
            Command::Restore(options) => backup::restore(&options).map_err(|error| CommandError::Copy(Box::new(error))),
            Command::Replay(options) => replay::replay(&options).map_err(|error| CommandError::Replay(Box::new(error))),
            Command::Sign(options) => sign::sign(&options).map_err(|error| CommandError::Sign(Box::new(error))),
            Command::Key(command) => Ok(keys::execute(&command)?),
            Command::Guard(command) => Ok(guard::execute(command)?),
            Command::Genesis(GenesisCommand::Check { file }) => check_genesis(&file),
        }
    }
}

fn init(options: InitOptions) -> Result<(), CommandError> {
    let dir = NodeDir::new(&options.dir);
    let InitOptions { name, listen, gateway, .. } = options;
    let config = NodeConfig::new("genesis.toml".into(), listen, gateway, Vec::new());
    let Some(name) = name else { return init_follower(&dir, &config) };
    let keys = NodeKeys::random();
    let entry = keys.entry(name, POWER);
    dir.create(&entry, &keys, &config)?;
    let (made, genesis) = (dir.path().display(), dir.path().join("genesis.toml"));
    lojal_print::insist();
    lojal_print::document(&format!(
        "# made {made}; put this into the genesis document:\n\n{}\n# then put the finished document into {}\n\
         # and a [[peers]] entry (validator, address) for every other validator into node.toml.\n\
         # lojal-node entry --dir {made} prints the entry again.",
        entry.to_toml(),
        genesis.display(),
    ));
    if lojal_print::finish().is_err() {
        lojal_print::note(format!("made {made}; lojal-node entry --dir {made} prints the entry again"));
    }
    Ok(())
}

fn init_follower(dir: &NodeDir, config: &NodeConfig) -> Result<(), CommandError> {
    dir.create_follower(&config::random_key(), config)?;
    let (made, genesis) = (dir.path().display(), dir.path().join("genesis.toml"));
    lojal_print::note(format!(
        "made {made}, a follower's; put the network's genesis document into {}, and a [[peers]] entry (validator, \
         address) into node.toml for every validator whose address the ledger doesn't have. Then have its governors \
         approve the motion that this prints:\n\
         \x20   lojal-node card --dir {made} --follower NAME --sponsor VALIDATOR > follower.toml\n\
         \x20   lojal govern propose --actions follower.toml",
        genesis.display(),
    ));
    Ok(())
}

fn check_genesis(file: &std::path::Path) -> Result<(), CommandError> {
    let genesis = read_genesis(file)?;
    let document = genesis.document();
    lojal_print::line(format!(
        "{}: {} validators, {} brands",
        outside(&document.name),
        document.validators.len(),
        document.brands.len()
    ));
    lojal_print::line(format!("chain id {}", genesis.chain_id()));
    Ok(())
}
