//! Customers' balances, brought along from a file: each row once, however often the import is run, and wherever it was
//! ended. It has a journal of its own, which is kept for good.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Instant;

use lojal_store::Disk;
use lojal_text::outside;
use lojal_types::{AddressText, TimeMs, api};
use lojal_wallet::{amount, clock, files};
use thiserror::Error;

use crate::book::{Book, BookError, Bounds};
use crate::claims::Claims;
use crate::customers::{Customers, CustomersError, make_private};
use crate::desk::Desk;
use crate::entry::{Entry, Id, State};
use crate::ledger::{Doubt, LedgerError};
use crate::limits::{FAULTS_TOLD_MAX, IMPORT_FILE_BYTES_MAX, IMPORT_PAUSE, IMPORTED_MAX, PROGRESS_EVERY};
use crate::rows::{self, Faults, Row};
use crate::run::{Opened, RunError};
use crate::sender;
use crate::wish::Wish;

/// The directory of the journal.
const DATA: &str = "import";

/// A reason that an import isn't whole.
#[derive(Debug, Error)]
pub enum ImportError {
    /// A file can't be read.
    #[error("{}: {}", path.display(), files::reason(source))]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// The file has lines that can't be imported.
    #[error("{} can't be imported\n{faults}", path.display())]
    Rows {
        /// The file.
        path: PathBuf,
        /// The lines.
        faults: Faults,
    },
    /// Customers' files.
    #[error(transparent)]
    Customers(#[from] CustomersError),
    /// The journal.
    #[error(transparent)]
    Run(Box<RunError>),
    /// The ledger gives no answer.
    #[error("{0}; nothing was sent: run it again later")]
    Ledger(String),
    /// The wallet doesn't act for the brand.
    #[error("{0} is no operator of the brand: `lojal operator set` makes it one; nothing was sent")]
    NoOperator(AddressText),
    /// More than a connector remembers.
    #[error(
        "one connector remembers {IMPORTED_MAX} rows, and there are as many: line {0} and others are not imported; a \
         connector with another directory can"
    )]
    TooMany(u64),
    /// Rows that the ledger has refused, or that were imported before with another amount.
    #[error("{0}")]
    Refused(String),
}

impl From<LedgerError> for ImportError {
    fn from(error: LedgerError) -> Self {
        Self::Ledger(error.to_string())
    }
}
fn of_run(error: impl Into<RunError>) -> ImportError {
    ImportError::Run(Box::new(error.into()))
}

/// Imports the rows of a file, or only looks whether they can be.
///
/// # Errors
/// See [`ImportError`]; what is done by then stays, and is found when it is run again.
pub(crate) fn import(opened: Opened, file: &Path, is_check: bool) -> Result<(), ImportError> {
    let at = |path: &Path| {
        let path = path.to_owned();
        |source| ImportError::File { path, source }
    };
    let text = files::read(file, IMPORT_FILE_BYTES_MAX).map_err(at(file))?;
    let Opened { dir, config, ledger, owner } = opened;
    let brand = ledger.ask(|client| client.brand(&config.brand))?;
    let (_, now) = ledger.now()?;
    let rows =
        rows::read(&text, &brand, now.month()).map_err(|faults| ImportError::Rows { path: file.to_owned(), faults })?;
    let customers = Customers::open(&dir, ledger.home().network())?;
    rows::check_openings(&rows, &brand, |customer| Ok(customers.find(customer)?.is_some()))?
        .map_err(|faults| ImportError::Rows { path: file.to_owned(), faults })?;
    tell_rows(&rows, &brand);
    if let Some(Doubt::NoOperator(account)) = ledger.doubt() {
        return Err(ImportError::NoOperator(account));
    }
    if is_check {
        lojal_print::line("every row can be imported; nothing was sent");
        return Ok(());
    }
    let data = dir.join(DATA);
    make_private(&data).map_err(at(&data))?;
    let book = Book::open(&Disk::real(), &data, owner, (now.day(), Bounds::for_good())).map_err(of_run)?;
    let (wake, woken) = sync_channel(1);
    let (later, _) = sync_channel(1);
    let desk = Arc::new(Desk::new(ledger, book, wake, Claims::new(customers, String::new(), later)));
    let for_sender = desk.clone();
    thread::spawn(move || sender::run(&for_sender, &woken));
    let mut import =
        Import { desk: &desk, rows: &rows, ids: Vec::new(), refused: Refused::default(), new: 0, told: Instant::now() };
    for rows in rows::opening_first(&rows, &brand) {
        import.take_in(&rows)?;
        import.wait()?;
    }
    import.tell()
}

fn tell_rows(rows: &[Row], brand: &api::Brand) {
    let sum: u128 = rows.iter().map(|row| u128::from(row.amount.get())).sum();
    let customers: std::collections::BTreeSet<&str> = rows.iter().map(|row| row.customer.as_str()).collect();
    let sum = amount::format(lojal_types::GrossPoints::new(sum), brand.decimals);
    lojal_print::line(format!("{} rows of {} customers, {sum} {} in all", rows.len(), customers.len(), brand.id));
}

/// The rows that weren't done, with the reasons, as far as they are told.
#[derive(Default)]
struct Refused {
    told: Vec<(u64, String)>,
    count: usize,
}

impl Refused {
    fn add(&mut self, line: u64, reason: String) {
        self.count += 1;
        if self.told.len() < FAULTS_TOLD_MAX {
            self.told.push((line, reason));
        }
    }
}

/// Rows as they are imported.
struct Import<'a> {
    desk: &'a Arc<Desk>,
    rows: &'a [Row],
    /// The places of the rows in the book, with their lines.
    ids: Vec<(u64, Id)>,
    refused: Refused,
    /// The number of rows that weren't done before.
    new: usize,
    told: Instant,
}

impl Import<'_> {
    /// Takes rows in, each once its customer has an account with a key on the disk.
    fn take_in(&mut self, rows: &[&Row]) -> Result<(), ImportError> {
        for row in rows {
            let customer = self.desk.claims.customers.ensure(&row.customer)?;
            let to = customer.account.to_canonical(self.desk.ledger.home().network());
            let to = to.expect("checked when it was read");
            let accepted_ms = clock::local_time().map_err(|error| of_run(RunError::Clock(error)))?;
            let entry = entry(row, customer.import_reference(row.expiry), to, accepted_ms);
            let id = entry.id();
            self.leave_room(row.line, &id)?;
            match self.take_in_one(&entry)? {
                Taken::Now => self.new += 1,
                Taken::Before => {}
                Taken::Otherwise => {
                    let reason = format!(
                        "customer {} was given another amount for this expiry by an earlier import, and gets no other",
                        outside(&row.customer)
                    );
                    self.refused.add(row.line, reason);
                    continue;
                }
            }
            self.ids.push((row.line, id));
            self.tell_progress();
        }
        Ok(())
    }
    fn leave_room(&self, line: u64, id: &Id) -> Result<(), ImportError> {
        let book = self.desk.book();
        let has_room = book.entry(id).is_some() || book.remembered() < IMPORTED_MAX;
        if has_room { Ok(()) } else { Err(ImportError::TooMany(line)) }
    }
    fn take_in_one(&mut self, entry: &Entry) -> Result<Taken, ImportError> {
        loop {
            match self.desk.take_in(entry.clone(), None) {
                Ok(true) => return Ok(Taken::Now),
                Ok(false) => return Ok(Taken::Before),
                Err(BookError::Different) => return Ok(Taken::Otherwise),
                Err(BookError::Full) => self.pause()?,
                Err(BookError::Journal(error)) => return Err(of_run(error)),
                Err(BookError::DailyMax { .. }) => {
                    return Err(of_run(RunError::Fault("a row counted for a till".into())));
                }
            }
        }
    }
    /// Waits until the outcome of every row is certain.
    fn wait(&mut self) -> Result<(), ImportError> {
        while self.desk.book().waiting() > 0 {
            self.pause()?;
        }
        Ok(())
    }
    fn pause(&mut self) -> Result<(), ImportError> {
        if let Some(fault) = self.desk.faults().borrow().clone() {
            return Err(of_run(RunError::Fault(fault)));
        }
        thread::sleep(IMPORT_PAUSE);
        self.tell_progress();
        Ok(())
    }
    fn tell_progress(&mut self) {
        if self.told.elapsed() < PROGRESS_EVERY {
            return;
        }
        self.told = Instant::now();
        let done = self.ids.len().saturating_sub(self.desk.book().waiting());
        lojal_print::note(format!("{done} of {} rows are certain", self.rows.len()));
    }
    /// Tells what became of the rows.
    fn tell(mut self) -> Result<(), ImportError> {
        let book = self.desk.book();
        for (line, id) in &self.ids {
            match book.entry(id).map(|entry| &entry.state) {
                Some(State::Done(_)) => {}
                Some(State::Failed(failed)) => self.refused.add(*line, format!("{} ({})", failed.detail, failed.code)),
                Some(State::Waiting) | None => self.refused.add(*line, "its outcome isn't known".to_owned()),
            }
        }
        drop(book);
        let Refused { told, count } = &self.refused;
        let (all, done) = (self.rows.len(), self.rows.len() - count);
        if *count == 0 {
            let before = all - self.new;
            lojal_print::line(format!("imported {all} rows: {} now, {before} before", self.new));
            return Ok(());
        }
        let lines: Vec<String> = told.iter().map(|(line, reason)| format!("line {line}: {reason}")).collect();
        let more = if told.len() < *count { format!("\nand {} more", count - told.len()) } else { String::new() };
        Err(ImportError::Refused(format!(
            "{count} of {all} rows were not imported\n{}{more}\n{done} rows are done, and stay so: put right what is \
             wrong, and run it again",
            lines.join("\n")
        )))
    }
}

/// The fate of a row that is taken in.
enum Taken {
    Now,
    /// By an earlier run.
    Before,
    /// With another amount, by an earlier import.
    Otherwise,
}

fn entry(row: &Row, reference: lojal_types::Reference, to: lojal_types::Address, accepted_ms: TimeMs) -> Entry {
    let expiry = row.expiry.map_or_else(|| "policy".to_owned(), |month| month.to_string());
    Entry {
        number: 0,
        name: format!("{} {expiry}", row.customer),
        reference,
        wish: Wish::Earn { to, amount: row.amount, expiry: row.expiry },
        dated: accepted_ms.day(),
        key: 0,
        accepted_ms,
        signed: None,
        state: State::Waiting,
    }
}
