//! The context of every command: the wallet, the gateways, the account that is asked for.

use std::path::PathBuf;
use std::rc::Rc;

use lojal_print::Progress;
use lojal_types::AddressText;
use lojal_wallet::gateways::{Gateways, GatewaysError};
use lojal_wallet::home::{Home, HomeError};
use lojal_wallet::passphrase::{Sources, Unlocker};
use lojal_wallet::tokens::Tokens;

use crate::cli::Options;
use crate::error::CommandError;
use crate::place;

/// The context of every command.
pub(super) struct Context {
    pub(super) options: Options,
    /// The wallet's passphrase, which is asked for once.
    pub(super) unlocker: Rc<Unlocker>,
    /// The file that gets the transaction of the command, which is not to be signed; none where it is to be.
    pub(super) build: Option<Build>,
}

/// The file that gets a transaction.
pub(super) struct Build {
    pub(super) file: PathBuf,
    /// True if nobody is asked what would happen.
    pub(super) is_unchecked: bool,
}

impl Context {
    pub(super) fn new(options: Options) -> Self {
        let sources = Sources::from_environment(options.passphrase_file.clone());
        Self { options, unlocker: Rc::new(Unlocker::new(sources)), build: None }
    }
    /// The wallet's directory.
    pub(super) fn home_dir(&self) -> Result<PathBuf, CommandError> {
        place::home_dir(self.options.home.as_ref(), self.options.profile.as_ref())
    }
    /// The wallet.
    pub(super) fn home(&self) -> Result<Home, CommandError> {
        Ok(Home::open(&self.home_dir()?)?)
    }
    /// The home, or nothing where there is none but a gateway is named: enough to look around.
    pub(super) fn home_or_gateway(&self) -> Result<Option<Home>, CommandError> {
        match self.home() {
            Err(CommandError::Home(HomeError::Missing(_)) | CommandError::NoHomeDirectory)
                if !self.options.gateways.is_empty() =>
            {
                Ok(None)
            }
            home => home.map(Some),
        }
    }
    /// The witnesses to ask: those that are named, or the wallet's own; none if there are none.
    pub(super) fn witnesses(&self, home: &Home) -> Result<Option<Gateways>, CommandError> {
        let named = &self.options.witnesses;
        let urls = if named.is_empty() { &home.settings().witnesses } else { named };
        if urls.is_empty() {
            return Ok(None);
        }
        let witnesses = Gateways::new(urls, Some(home.chain_id())).map_err(GatewaysError::Client)?;
        self.warn_of_exposed(&witnesses);
        Ok(Some(witnesses))
    }
    /// The gateways to use: those that are named, or the wallet's own.
    pub(super) fn gateways(&self, home: Option<&Home>) -> Result<Gateways, CommandError> {
        let own = home.map(Home::gateways).unwrap_or_default();
        let urls = if self.options.gateways.is_empty() { own } else { &self.options.gateways };
        let gateways = Gateways::new(urls, home.map(Home::chain_id)).map_err(GatewaysError::Client)?;
        self.warn_of_exposed(&gateways);
        Ok(match home {
            Some(home) => gateways.read_by(home, Tokens::new(home.dir(), self.unlocker.clone())),
            None => gateways,
        })
    }
    /// Tells a person whom the names of the command line stand for.
    pub(super) fn tell_names(&self) {
        for (name, address) in self.options.named.iter().filter(|_| !self.options.json) {
            lojal_print::note(format!("{name} is {address}"));
        }
    }
    /// Tells a person which gateways are asked without encryption.
    pub(super) fn warn_of_exposed(&self, gateways: &Gateways) {
        for gateway in gateways.iter().filter(|gateway| gateway.is_exposed() && !self.options.json) {
            lojal_print::note(format!(
                "warning: {} is asked without encryption: others on the way can read it, ask in your name, and change \
                 the answers; use https://",
                gateway.url()
            ));
        }
    }
    /// The progress of what takes long, for a person.
    pub(super) fn progress(&self) -> Progress {
        Progress::new(!self.options.json)
    }
    /// The places that a passphrase can come from.
    pub(super) fn passphrase_sources(&self) -> Sources {
        Sources::from_environment(self.options.passphrase_file.clone())
    }
    /// The account that is asked for: the wallet's own unless another is named.
    pub(super) fn account(home: Option<&Home>, address: Option<AddressText>) -> Result<AddressText, CommandError> {
        match (home, address) {
            (Some(home), Some(address)) => Ok(address.to_canonical(home.network()).map(|_| address)?),
            (None, Some(address)) => Ok(address),
            (Some(home), None) => Ok(home.address_text()),
            (None, None) => Err(CommandError::NoWallet),
        }
    }
}
