//! The commands.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use lojal_text::{outside, typed};
use lojal_types::{BrandId, Name, Points};
use lojal_wallet::clock::{self, ClockError};
use lojal_wallet::home::{Home, HomeError};
use thiserror::Error;

use crate::claims::CustomerDocument;
use crate::config::{Config, ConfigError};
use crate::customers::{Customers, CustomersError};
use crate::import::{self, ImportError};
use crate::journal::JournalError;
use crate::keys::{Keys, KeysError, Role};
use crate::run::{self, RunError};

/// The exit code of a fault.
const FAULT: u8 = 1;
/// The exit code where the directory must be put right first.
const CONFIGURATION: u8 = 4;

/// Plain REST for tills that can't sign: holds an operator's key, and rewards, asks and returns for them.
#[derive(Debug, Parser)]
#[command(name = "lojal-connect", version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a directory for a connector, with its connect.toml explained.
    Init(InitOptions),
    /// Serve tills until it is stopped.
    Run {
        #[command(flatten)]
        at: Place,
        /// The file with the wallet's passphrase, in the place of the one in connect.toml.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Work with the API keys of tills.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Work with customers who have no wallet.
    #[command(subcommand)]
    Members(MembersCommand),
    /// Print connect.toml with every key there is, explained.
    Example,
}

/// The directory of a connector.
#[derive(Debug, Args)]
struct Place {
    /// The connector's directory.
    #[arg(long)]
    dir: PathBuf,
}

#[derive(Debug, Args)]
struct InitOptions {
    #[command(flatten)]
    at: Place,
    /// The brand whose points it deals with.
    #[arg(long)]
    brand: BrandId,
    /// The wallet of an operator of the brand: its directory, as `lojal init` has made it.
    #[arg(long, value_name = "DIR")]
    wallet: PathBuf,
    /// The address where it serves tills.
    #[arg(long, default_value = "127.0.0.1:7810")]
    listen: SocketAddr,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make an API key, and print it: it is shown this once.
    Add(AddOptions),
    /// List the API keys, without themselves.
    List(Place),
    /// Take an API key's rights away, from the next request on.
    Revoke {
        #[command(flatten)]
        at: Place,
        /// The number of the key, which the list has.
        #[arg(long)]
        id: u32,
    },
}

#[derive(Debug, Subcommand)]
enum MembersCommand {
    /// Bring the balances of customers along, each row of a file once, however often it is run.
    Import {
        #[command(flatten)]
        at: Place,
        /// The balances as CSV, with the columns customer, amount and expiry.
        file: PathBuf,
        /// Only look whether every row can be imported.
        #[arg(long)]
        check: bool,
        /// The file with the wallet's passphrase, in the place of the one in connect.toml.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// List the customers, their accounts, and whose those are.
    List(Place),
}

#[derive(Debug, Args)]
struct AddOptions {
    #[command(flatten)]
    at: Place,
    /// The name of the till, for whoever reads the list.
    #[arg(long, value_parser = name)]
    name: Name,
    /// The things that it may do: earn, pay, capture, return, read, claim, grant.
    #[arg(long, value_delimiter = ',', required = true)]
    roles: Vec<Role>,
    /// Most points that it may give in a day (UTC), in the brand's smallest unit.
    #[arg(long, value_name = "POINTS")]
    earn_daily_max: Option<u64>,
    /// Most points of holds that it may take in a day.
    #[arg(long, value_name = "POINTS")]
    capture_daily_max: Option<u64>,
    /// Most points that it may take back in a day.
    #[arg(long, value_name = "POINTS")]
    return_daily_max: Option<u64>,
}

/// A reason a command failed.
#[derive(Debug, Error)]
pub enum CommandError {
    /// See [`ConfigError`].
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// See [`HomeError`].
    #[error(transparent)]
    Home(#[from] HomeError),
    /// See [`KeysError`].
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// See [`ClockError`].
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// See [`RunError`].
    #[error(transparent)]
    Run(Box<RunError>),
    /// See [`ImportError`].
    #[error(transparent)]
    Import(#[from] ImportError),
    /// See [`CustomersError`].
    #[error(transparent)]
    Customers(#[from] CustomersError),
    /// A key that would be shown to nobody.
    #[error("the key would be lost, and none was made: {0}")]
    Shown(std::io::Error),
}

impl CommandError {
    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Run(error) | Self::Import(ImportError::Run(error)) => code_of(error),
            Self::Config(_) | Self::Home(_) | Self::Import(ImportError::NoOperator(_)) => CONFIGURATION,
            Self::Keys(_) | Self::Clock(_) | Self::Shown(_) | Self::Import(_) | Self::Customers(_) => FAULT,
        }
    }
}

fn code_of(error: &RunError) -> u8 {
    match error {
        RunError::Fault(_)
        | RunError::System(..)
        | RunError::Customers(_)
        | RunError::Journal(JournalError::Disk(_) | JournalError::Locked(_)) => FAULT,
        _ => CONFIGURATION,
    }
}

impl Cli {
    /// Does what the command line says.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn execute(self) -> Result<(), CommandError> {
        match self.command {
            Command::Init(options) => init(options),
            Command::Run { at, passphrase_file } => {
                run::run(&at.dir, passphrase_file).map_err(|error| CommandError::Run(Box::new(error)))
            }
            Command::Key(KeyCommand::Add(options)) => add(options),
            Command::Key(KeyCommand::List(at)) => list(&at),
            Command::Key(KeyCommand::Revoke { at, id }) => {
                keys(&at)?.revoke(id, clock::local_time()?.day())?;
                lojal_print::line(format!("API key {id} is none any more, from the next request on"));
                Ok(())
            }
            Command::Members(MembersCommand::Import { at, file, check, passphrase_file }) => {
                let opened = run::open(&at.dir, passphrase_file).map_err(|error| CommandError::Run(Box::new(error)))?;
                import::import(opened, &file, check)?;
                Ok(())
            }
            Command::Members(MembersCommand::List(at)) => members(&at),
            Command::Example => {
                lojal_print::document(Config::example().to_explained_toml().trim_end());
                Ok(())
            }
        }
    }
}

fn init(options: InitOptions) -> Result<(), CommandError> {
    let InitOptions { at: Place { dir }, brand, wallet, listen } = options;
    // Wherever it is started from later.
    let wallet = std::path::absolute(&wallet).map_err(|source| ConfigError::File { path: wallet, source })?;
    let home = Home::open(&wallet)?;
    Config { brand, wallet, listen, passphrase_file: None, tls: None, claim_url: None }.create(&dir)?;
    let shown = dir.display();
    lojal_print::line(format!(
        "made a connector in {shown} for {brand}, whose operator {} signs\nnext: lojal-connect key add --dir {shown} \
         --name \"till 1\" --roles earn,pay,capture,return,read\nthen: lojal-connect run --dir {shown}",
        home.address_text()
    ));
    Ok(())
}

/// A name, in the one form of its spellings.
fn name(text: &str) -> Result<Name, String> {
    let name = typed(text).map_err(|error| error.to_string())?;
    name.parse().map_err(|error: lojal_types::name::NameError| error.to_string())
}

/// The keys of a directory that has a connector.
fn keys(at: &Place) -> Result<Keys, CommandError> {
    Config::read(&at.dir)?;
    Ok(Keys::new(&at.dir))
}

fn add(options: AddOptions) -> Result<(), CommandError> {
    let AddOptions { at, name, mut roles, earn_daily_max, capture_daily_max, return_daily_max } = options;
    roles.sort_unstable();
    roles.dedup();
    let limits = [(Role::Earn, earn_daily_max), (Role::Capture, capture_daily_max), (Role::Return, return_daily_max)];
    let limits = limits.into_iter().filter_map(|(role, max)| Some((role, Points::new(max?))));
    let daily_max: BTreeMap<Role, Points> = limits.collect();
    let keys = keys(&at)?;
    lojal_print::check_once().map_err(CommandError::Shown)?;
    let (id, text) = keys.add(name, roles, daily_max, clock::local_time()?.day())?;
    lojal_print::note(format!("API key {id}, shown this once:"));
    lojal_print::insist();
    lojal_print::document(&text);
    Ok(())
}

fn members(at: &Place) -> Result<(), CommandError> {
    let home = Home::open(&at.dir.join(Config::read(&at.dir)?.wallet))?;
    let mut rows = vec![["customer", "account", "state"].map(str::to_owned).to_vec()];
    for found in Customers::open(&at.dir, home.network())?.all(|_| true)? {
        let account = found.account.to_string();
        rows.push(vec![outside(&found.customer), account, CustomerDocument::of(found).state.to_owned()]);
    }
    lojal_print::line(lojal_print::table(&rows, &[]));
    Ok(())
}

fn list(at: &Place) -> Result<(), CommandError> {
    let head = ["id", "name", "roles", "most in a day", "made", "revoked"].map(str::to_owned).to_vec();
    let mut rows = vec![head];
    for key in keys(at)?.all()? {
        let roles: Vec<String> = key.roles.iter().map(Role::to_string).collect();
        let limits: Vec<String> = key.daily_max.iter().map(|(role, max)| format!("{role} {max}")).collect();
        rows.push(vec![
            key.id.to_string(),
            outside(&key.name),
            roles.join(" "),
            limits.join(", "),
            key.made.to_string(),
            key.revoked.map(|day| day.to_string()).unwrap_or_default(),
        ]);
    }
    lojal_print::line(lojal_print::table(&rows, &[0]));
    Ok(())
}
