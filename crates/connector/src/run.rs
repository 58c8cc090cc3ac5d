//! The connector at work, from its directory to its end.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;

use lojal_store::Disk;
use lojal_types::BrandId;
use lojal_wallet::clock::{self, ClockError};
use lojal_wallet::home::{Home, HomeError};
use lojal_wallet::passphrase::{PassphraseError, Purpose, Sources};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::book::{Book, Bounds};
use crate::claims::Claims;
use crate::config::{Config, ConfigError};
use crate::customers::{Customers, CustomersError, make_private};
use crate::desk::Desk;
use crate::handover;
use crate::journal::{JournalError, Owner};
use crate::keys::{Keys, KeysError};
use crate::ledger::{Doubt, Ledger};
use crate::limits::LATER_MAX;
use crate::routes;
use crate::sender;
use crate::server::{self, Served};

/// The threads that serve tills; whoever waits for a disk or a gateway waits elsewhere.
const THREADS: usize = 2;
/// The directory of the journal.
const DATA: &str = "data";

/// A reason that a connector doesn't start, or has ended.
#[derive(Debug, Error)]
pub enum RunError {
    /// See [`ConfigError`].
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// See [`HomeError`].
    #[error(transparent)]
    Home(#[from] HomeError),
    /// See [`PassphraseError`].
    #[error(transparent)]
    Passphrase(#[from] PassphraseError),
    /// See [`ClockError`].
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// See [`JournalError`].
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// See [`KeysError`].
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// See [`CustomersError`].
    #[error(transparent)]
    Customers(#[from] CustomersError),
    /// Nothing could be given or taken.
    #[error("the network has no brand {0}: put the id of one into `brand` of connect.toml (lojal brands lists them)")]
    UnknownBrand(BrandId),
    /// The system refuses threads, sockets or files.
    #[error("{0}: {1}")]
    System(String, io::Error),
    /// It can't go on.
    #[error("{0}; start again: it goes on with what is on the disk")]
    Fault(String),
}

/// A connector's directory, wallet and ledger.
pub(crate) struct Opened {
    pub(crate) dir: PathBuf,
    pub(crate) config: Config,
    pub(crate) ledger: Ledger,
    /// The owner of the journals.
    pub(crate) owner: Owner,
}

/// Opens the connector of a directory, with the key that signs.
///
/// # Errors
/// See [`RunError`].
pub(crate) fn open(dir: &Path, passphrase_file: Option<PathBuf>) -> Result<Opened, RunError> {
    let config = Config::read(dir)?;
    let home = Home::open(&dir.join(&config.wallet))?;
    let passphrase_file = passphrase_file.or_else(|| config.passphrase_file.as_ref().map(|path| dir.join(path)));
    if let Some(path) = passphrase_file.as_deref().filter(|path| others_may_read(path)) {
        lojal_print::note(format!("warning: others can read {}: chmod 600 it", path.display()));
    }
    let key = home.unlock(&Sources::from_environment(passphrase_file).read(Purpose::Unlock)?)?;
    let owner = Owner { chain: home.chain_id(), brand: config.brand, account: home.address() };
    let ledger = Ledger::new(home, key, config.brand)?;
    for url in ledger.exposed() {
        lojal_print::note(format!("warning: {url} is asked without encryption: others can read it; use https://"));
    }
    Ok(Opened { dir: dir.to_owned(), config, ledger, owner })
}

/// Serves tills until it is told to stop.
///
/// # Errors
/// See [`RunError`].
pub(crate) fn run(dir: &Path, passphrase_file: Option<PathBuf>) -> Result<(), RunError> {
    // Broken, it would refuse every till.
    Keys::new(dir).all()?;
    let Opened { config, ledger, owner, .. } = open(dir, passphrase_file)?;
    let receipt_days = u32::from(ledger.home().genesis().document().parameters.receipt_days);
    let today = clock::local_time()?.day();
    let data = dir.join(DATA);
    make_private(&data).map_err(|error| RunError::System(data.display().to_string(), error))?;
    let book = Book::open(&Disk::real(), &data, owner, (today, Bounds::of(receipt_days)))?;
    let customers = Customers::open(dir, ledger.home().network())?;
    let tls = config.certificate(dir)?.map(Arc::new);
    warn(&config, &ledger)?;
    let system = |what: &str| {
        let what = what.to_owned();
        |error| RunError::System(what, error)
    };
    let runtime = Builder::new_multi_thread().worker_threads(THREADS).enable_all().build();
    let runtime = runtime.map_err(system("no threads for the server"))?;
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(config.listen).await;
        let listener = listener.map_err(system(&format!("can't listen on {}", config.listen)))?;
        let address = listener.local_addr().map_err(system("a listener without an address"))?;
        let (wake, woken) = sync_channel(1);
        let (later, told) = sync_channel(LATER_MAX);
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = config.claim_url.clone().unwrap_or_else(|| format!("{scheme}://{address}"));
        let waiting = book.waiting();
        let desk = Arc::new(Desk::new(ledger, book, wake, Claims::new(customers, url, later)));
        let (for_sender, for_claims) = (desk.clone(), desk.clone());
        let sender = tokio::task::spawn_blocking(move || sender::run(&for_sender, &woken));
        tokio::task::spawn_blocking(move || handover::run(&for_claims, &told));
        // Whoever reads that it is ready may stop it at once.
        let stopped = stopped(desk.faults(), sender);
        tell_ready((address, tls.is_some()), &config, waiting);
        let mut fault = None;
        let stop = async { fault = stopped.await };
        let served = Served { router: routes::router(desk.clone(), Keys::new(dir)), tls };
        server::serve(listener, served, stop).await;
        fault.map_or(Ok(()), |fault| Err(RunError::Fault(fault)))
    });
    // Whoever still waits for a gateway finds what became of it after the next start.
    runtime.shutdown_background();
    served
}

/// Warns of what others could read, and of what the ledger would refuse.
///
/// # Errors
/// [`RunError::UnknownBrand`] when nothing could be done at all.
fn warn(config: &Config, ledger: &Ledger) -> Result<(), RunError> {
    if config.tls.is_none() && !config.listen.ip().is_loopback() {
        lojal_print::note(format!(
            "warning: {} can be reached from other machines, without encryption: whoever reads along has the API keys; \
             give it a certificate (`tls` of connect.toml), or put a proxy that speaks TLS in front",
            config.listen
        ));
    }
    match ledger.doubt() {
        Some(Doubt::UnknownBrand) => return Err(RunError::UnknownBrand(config.brand)),
        Some(Doubt::NoOperator(account)) => lojal_print::note(format!(
            "warning: {account} is no operator of {}: `lojal operator set` makes it one",
            config.brand
        )),
        None => {}
    }
    Ok(())
}

/// True for a file that is there and that not its owner alone may read.
fn others_may_read(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

fn tell_ready((address, has_tls): (SocketAddr, bool), config: &Config, waiting: usize) {
    let scheme = if has_tls { "https" } else { "http" };
    let queue = if waiting == 0 { String::new() } else { format!("; {waiting} wait to be sent") };
    lojal_print::line(format!("ready: {scheme}://{address} for tills of {}{queue}", config.brand));
}

/// The moment at which the process is told to stop, which is heard from now on; with a reason when it can't go on.
fn stopped(
    mut faults: watch::Receiver<Option<String>>,
    sender: JoinHandle<()>,
) -> impl Future<Output = Option<String>> {
    let mut terminate = signal(SignalKind::terminate()).expect("the system lets a process handle SIGTERM");
    let mut interrupt = signal(SignalKind::interrupt()).expect("the system lets a process handle SIGINT");
    async move {
        tokio::select! {
            _ = terminate.recv() => None,
            _ = interrupt.recv() => None,
            fault = faults.wait_for(Option::is_some) => fault.ok().and_then(|fault| fault.clone()),
            _ = sender => Some("what waits can't be sent any more".to_owned()),
        }
    }
}
