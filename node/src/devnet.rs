//! `lojal-node devnet`: a whole network on one machine, each validator a process of its own.

mod error;
mod layout;
mod options;
mod ports;
mod session;
mod stop;
mod tour;
mod validators;

use self::layout::Layout;
use self::stop::stop_requested;
use self::validators::Validators;

pub use self::error::DevnetError;
pub use self::options::DevnetOptions;

/// Runs the network until it is told to stop.
///
/// # Errors
/// Why it could not start.
pub fn run(options: &DevnetOptions) -> Result<(), DevnetError> {
    if options.tour {
        return tour::run(options);
    }
    let layout = Layout::open_or_create(options)?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(serve(&layout))
}

async fn serve(layout: &Layout) -> Result<(), DevnetError> {
    let mut stop = std::pin::pin!(stop_requested());
    ports::check(layout)?;
    let mut validators = Validators::start(layout)?;
    lojal_print::line(format!("starting {} validators, data in {}", layout.count, layout.dir.display()));
    let result = tokio::select! {
        result = validators.wait_until_ready() => result.map(|()| true),
        () = &mut stop => Ok(false),
    };
    if matches!(result, Ok(true)) {
        session::print(layout, &validators.process_ids());
        tokio::select! {
            () = validators.watch() => {}
            () = &mut stop => {}
        }
    }
    lojal_print::line("\nstopping");
    validators.stop().await;
    result.map(|_| ())
}
