//! `lojal-node devnet --tour`: a family's month on a network of its own, told as it happens. Every step is a real
//! transaction, signed with a real key and submitted to a real gateway, and every answer is compared with what it
//! must be.

mod allowance;
mod books;
mod cast;
mod earning;
mod family;
mod hotel;
mod partners;
mod phone;
mod returns;
mod stage;
mod words;

use std::path::{Path, PathBuf};

use lojal_auditor::verify::VerifyError;
use lojal_client::ClientError;
use lojal_types::{Code, TimeMs};
use thiserror::Error;

use self::cast::Cast;
use self::stage::Stage;
use super::layout::Layout;
use super::validators::Validators;
use super::{DevnetError, DevnetOptions, stop_requested};

/// The heartbeat of a tour's network: its clock must run although nothing happens.
pub const HEARTBEAT_MS: u64 = 500;
/// How long owners have to cancel a recovery on a tour, instead of 72 hours.
pub const RECOVERY_DELAY_MS: u64 = 2_000;

/// Where a tour took an unexpected turn.
#[derive(Debug, Error)]
pub enum TourError {
    /// A gateway refused, or didn't answer.
    #[error("unexpected answer when {0}: {1}")]
    Gateway(String, Box<ClientError>),
    /// A transaction failed that should have been applied.
    #[error("unexpected outcome when {0}: {1}, {why}", why = .1.explanation())]
    Failed(String, Code),
    /// A transaction that did not become final while the gateway waited for it.
    #[error("no outcome when {0}: the gateway answers that the transaction is still {1}")]
    NotFinal(String, &'static str),
    /// A transaction that should have been refused.
    #[error("{what}: this should have been refused with {expected}, but {answer}")]
    NotRefused {
        /// What was tried.
        what: String,
        /// Why it must not work.
        expected: Code,
        /// What came instead.
        answer: String,
    },
    /// Something read is not as it must be.
    #[error("{what} should be {expected}, but {url} answers {found}")]
    Different {
        /// What was read.
        what: String,
        /// What it must be.
        expected: String,
        /// Who was asked.
        url: String,
        /// What it is.
        found: String,
    },
    /// A gateway that does not get there.
    #[error("{url} did not reach {goal} in time")]
    Late {
        /// Who was asked.
        url: String,
        /// What was waited for.
        goal: Goal,
    },
    /// The auditor finds fault.
    #[error("the auditor does not confirm the ledger: {0}")]
    Audit(#[from] VerifyError),
}

/// What a tour waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// A block.
    Height(lojal_types::Height),
    /// A time of the ledger's own clock.
    Time(TimeMs),
}

impl std::fmt::Display for Goal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Height(height) => write!(f, "block {height}"),
            Self::Time(time) => write!(f, "the ledger time {} ms", time.get()),
        }
    }
}

/// Starts a network, plays the tour, and stops everything. A temporary directory goes with it, unless something went
/// wrong.
///
/// # Errors
/// Why the network could not start, or which answer was not as expected.
pub fn run(options: &DevnetOptions) -> Result<(), DevnetError> {
    if let Some(dir) = &options.dir {
        return run_in(dir.clone(), options);
    }
    let temporary = tempfile::Builder::new().prefix("lojal-tour-").tempdir()?;
    let result = run_in(temporary.path().join("network"), options);
    if !matches!(result, Ok(()) | Err(DevnetError::Interrupted)) {
        // The error names what is in it.
        let _path = temporary.keep();
    }
    result
}

fn run_in(dir: PathBuf, options: &DevnetOptions) -> Result<(), DevnetError> {
    let layout = Layout::create_for_tour(dir, options)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let result = runtime.block_on(serve(&layout));
    // A tour that was interrupted may still wait for an answer that nobody needs.
    runtime.shutdown_background();
    result
}

async fn serve(layout: &Layout) -> Result<(), DevnetError> {
    let mut stop = std::pin::pin!(stop_requested());
    let (cast, stage) = (Cast::of(layout)?, Stage::of(layout)?);
    let mut validators = Validators::start(layout)?;
    println!("starting {} validators, data in {}", layout.count, layout.dir.display());
    let result = tokio::select! {
        result = start_and_play(&mut validators, stage, cast, &layout.dir) => result,
        () = &mut stop => Err(DevnetError::Interrupted),
    };
    println!("\nstopping");
    validators.stop().await;
    result
}

async fn start_and_play(validators: &mut Validators, stage: Stage, cast: Cast, dir: &Path) -> Result<(), DevnetError> {
    validators.wait_until_ready().await?;
    // The client blocks, so the tour has a thread of its own.
    let played = tokio::task::spawn_blocking(move || play(stage, cast)).await.map_err(std::io::Error::other)?;
    played.map_err(|error| DevnetError::Tour { error: Box::new(error), dir: dir.to_owned() })
}

/// The month, chapter by chapter.
fn play(mut stage: Stage, cast: Cast) -> Result<(), TourError> {
    stage.introduce(&cast);
    earning::play(&mut stage, &cast)?;
    let household = family::play(&mut stage, &cast)?;
    partners::play(&mut stage, &cast, household)?;
    hotel::play(&mut stage, &cast, household)?;
    allowance::play(&mut stage, &cast, household)?;
    returns::play(&mut stage, &cast)?;
    phone::play(&mut stage, &cast, household)?;
    books::play(&mut stage, &cast, household)?;
    stage.conclude();
    Ok(())
}
