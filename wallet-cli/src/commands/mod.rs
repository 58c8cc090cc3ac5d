//! The commands, one function each.

mod balance;
mod between;
mod brand;
mod household;
mod init;
mod keys;
mod points;
mod read;
mod recovery;
mod show;
mod till;
mod transact;
mod words;

use std::collections::BTreeMap;
use std::path::PathBuf;

use lojal_types::limits::DECIMALS_MAX;
use lojal_types::{AddressText, BrandId, Genesis, api};
use lojal_wallet::gateways::{Gateways, GatewaysError};
use lojal_wallet::home::{Home, HomeError};
use lojal_wallet::passphrase::Sources;

use crate::cli::{Cli, Command, Options};
use crate::error::CommandError;
use crate::output::Report;

/// Does what the command line says.
///
/// # Errors
/// When nothing was done.
pub fn run(cli: Cli) -> Result<Report, CommandError> {
    let mut context = Context { options: cli.options };
    // An empty variable is as good as none.
    context.options.home = context.options.home.filter(|dir| !dir.as_os_str().is_empty());
    context.options.gateways.retain(|url| !url.is_empty());
    let context = &context;
    match cli.command {
        Command::Init { genesis } => init::init(context, &genesis),
        Command::Restore { genesis, words_file, account } => {
            init::restore(context, &genesis, words_file.as_deref(), account)
        }
        Command::Address { key } => init::address(context, key),
        Command::Status => read::status(context),
        Command::Brands => read::brands(context),
        Command::Balance { address } => balance::balance(context, address),
        Command::History { address, limit, cursor } => read::history(context, address, limit, cursor.as_deref()),
        Command::Tx { id } => read::transaction(context, id),
        Command::Send { to, amount, brand, source, sending } => {
            points::send(context, to, (&amount, brand), &source, &sending)
        }
        Command::Redeem { amount, brand, receipt, reference, source, sending } => {
            points::redeem(context, (&amount, brand), points::reference(receipt, reference), &source, &sending)
        }
        Command::Request(args) => till::request(context, args),
        Command::Pay(args) => till::pay(context, &args),
        Command::Hold(args) => till::hold(context, args),
        Command::Capture(args) => till::capture(context, args),
        Command::Release(args) => till::release(context, &args),
        Command::Convert(args) => between::convert(context, &args),
        Command::Issue { to, amount, brand, reference, sending } => {
            points::issue(context, to, &amount, brand, reference, &sending)
        }
        Command::Reverse { from, amount, brand, reference, of, sending } => {
            points::reverse(context, from, &amount, brand, (reference, of), &sending)
        }
        Command::Household(command) => household::household(context, command),
        Command::RotateKey { sending } => keys::rotate_key(context, &sending),
        Command::Freeze { sending } => keys::freeze(context, &sending),
        Command::Unfreeze { sending } => keys::unfreeze(context, &sending),
        Command::Guardians(command) => keys::guardians(context, command),
        Command::Recover(command) => recovery::recover(context, command),
        Command::Policy(command) => brand::policy(context, command),
        Command::Operator(command) => brand::operator(context, command),
        Command::Partner(command) => between::partner(context, command),
        Command::Netting => between::netting(context),
        Command::Settle(args) => between::settle(context, args),
    }
}

/// What every command starts from.
struct Context {
    options: Options,
}

impl Context {
    fn home_dir(&self) -> Result<PathBuf, CommandError> {
        let default = || std::env::home_dir().map(|dir| dir.join(".lojal"));
        self.options.home.clone().or_else(default).ok_or(CommandError::NoHomeDirectory)
    }
    fn home(&self) -> Result<Home, CommandError> {
        Ok(Home::open(&self.home_dir()?)?)
    }
    /// The home, or nothing where there is none but a gateway is named: enough to look around.
    fn home_or_gateway(&self) -> Result<Option<Home>, CommandError> {
        match self.home() {
            Err(CommandError::Home(HomeError::Missing(_)) | CommandError::NoHomeDirectory)
                if !self.options.gateways.is_empty() =>
            {
                Ok(None)
            }
            home => home.map(Some),
        }
    }
    fn gateways(&self, home: Option<&Home>) -> Result<Gateways, CommandError> {
        let own = home.map(Home::gateways).unwrap_or_default();
        let urls = if self.options.gateways.is_empty() { own } else { &self.options.gateways };
        Ok(Gateways::new(urls, home.map(Home::chain_id)).map_err(GatewaysError::Client)?)
    }
    fn passphrase_sources(&self) -> Sources {
        Sources::from_environment(self.options.passphrase_file.clone())
    }
    /// The account that is asked for: the wallet's own unless another is named.
    fn account(home: Option<&Home>, address: Option<AddressText>) -> Result<AddressText, CommandError> {
        match (home, address) {
            (Some(home), Some(address)) => Ok(address.on(home.network()).map(|_| address)?),
            (None, Some(address)) => Ok(address),
            (Some(home), None) => Ok(home.address_text()),
            (None, None) => Err(CommandError::NoWallet),
        }
    }
}

/// How many decimals a brand's points have: what the gateway says, if the genesis document doesn't know better.
/// A gateway must not be able to move the point in what people type and read.
fn decimals_of(brand: &api::Brand, genesis: Option<&Genesis>) -> Result<u8, CommandError> {
    let found = brand.decimals;
    let known = genesis.and_then(|genesis| genesis.document().brands.iter().find(|known| known.id == brand.id));
    if found > DECIMALS_MAX || known.is_some_and(|known| known.decimals != found) {
        return Err(CommandError::Decimals { brand: brand.id, found });
    }
    Ok(found)
}

/// The decimals of every brand.
struct Decimals(BTreeMap<BrandId, u8>);

impl Decimals {
    fn ask(gateways: &Gateways, home: Option<&Home>) -> Result<Self, CommandError> {
        let brands = gateways.ask(|gateway| Ok(gateway.client()?.brands()?))?.brands;
        let genesis = home.map(Home::genesis);
        let decimals = brands.iter().map(|brand| Ok((brand.id, decimals_of(brand, genesis)?)));
        decimals.collect::<Result<_, CommandError>>().map(Self)
    }
    /// An unknown brand's points are shown as whole units.
    fn of(&self, brand: BrandId) -> u8 {
        self.0.get(&brand).copied().unwrap_or(0)
    }
}
