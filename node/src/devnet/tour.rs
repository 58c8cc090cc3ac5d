//! `lojal-node devnet --tour`: a family's month on a network of its own, told as it happens. Every step is a real
//! transaction, signed with a real key and submitted to a real gateway, and every answer is compared with what it
//! must be.

mod allowance;
mod books;
mod campaigns;
mod cast;
mod consortium;
mod earning;
mod error;
mod family;
mod hotel;
mod levels;
mod market;
mod newcomer;
mod partners;
mod phone;
mod returns;
mod stage;
mod tables;
mod words;

use std::path::PathBuf;

use self::cast::Cast;
use self::stage::Stage;
use super::error::DevnetError;
use super::layout::Layout;
use super::nodes::Nodes;
use super::options::DevnetOptions;
use super::ports;
use super::stop::stop_requested;

pub use self::error::TourError;

/// Starts a network, plays the tour, and stops everything. A temporary directory goes with it, unless something went
/// wrong.
///
/// # Errors
/// Why the network could not start, or which answer was not as expected.
pub fn run(options: &DevnetOptions) -> Result<(), DevnetError> {
    if let Some(dir) = &options.dir {
        return run_in(dir.clone(), options);
    }
    // An empty TMPDIR is none, and not this directory.
    let below = Some(std::env::temp_dir()).filter(|dir| !dir.as_os_str().is_empty());
    let below = below.unwrap_or_else(|| PathBuf::from("/tmp"));
    let temporary = tempfile::Builder::new().prefix("lojal-tour-").tempdir_in(below)?;
    let result = run_in(temporary.path().join("network"), options);
    if !matches!(result, Ok(()) | Err(DevnetError::Interrupted | DevnetError::PortTaken { .. })) {
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
    ports::check(layout)?;
    let mut nodes = Nodes::start_validators(layout)?;
    lojal_print::line(format!("starting {}, data in {}", layout.in_words(), layout.dir.display()));
    let result = tokio::select! {
        result = start_and_play(&mut nodes, stage, cast, layout) => result,
        () = &mut stop => Err(DevnetError::Interrupted),
    };
    lojal_print::line("\nstopping");
    nodes.stop().await;
    result
}

async fn start_and_play(nodes: &mut Nodes, stage: Stage, cast: Cast, layout: &Layout) -> Result<(), DevnetError> {
    nodes.wait_until_ready().await?;
    // The client blocks, so the tour has a thread of its own.
    let network = layout.clone();
    let played =
        tokio::task::spawn_blocking(move || play(stage, cast, &network)).await.map_err(std::io::Error::other)?;
    played.map_err(|error| DevnetError::Tour { error: Box::new(error), dir: layout.dir.clone() })
}

/// The month, chapter by chapter.
fn play(mut stage: Stage, cast: Cast, layout: &Layout) -> Result<(), TourError> {
    stage.introduce(&cast);
    earning::play(&mut stage, &cast)?;
    let household = family::play(&mut stage, &cast)?;
    partners::play(&mut stage, &cast, household)?;
    hotel::play(&mut stage, &cast, household)?;
    allowance::play(&mut stage, &cast, household)?;
    returns::play(&mut stage, &cast)?;
    levels::play(&mut stage, &cast)?;
    phone::play(&mut stage, &cast, household)?;
    books::play(&mut stage, &cast, household)?;
    let gifts = campaigns::play(&mut stage, &cast, household)?;
    market::play(&mut stage, &cast, household, &gifts.eva)?;
    consortium::play(&mut stage, &cast, layout, gifts.annas)?;
    tables::play(&mut stage)?;
    stage.conclude();
    Ok(())
}
