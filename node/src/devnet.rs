//! `lojal-node devnet`: a whole network on one machine, each node a process of its own.

mod error;
mod followers;
mod governors;
mod layout;
mod nodes;
mod options;
mod ports;
mod programme;
mod session;
mod signing;
mod stop;
mod tour;

use self::layout::Layout;
use self::nodes::Nodes;
use self::stop::stop_requested;

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
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(serve(&layout, options.genesis.is_none()))
}

async fn serve(layout: &Layout, is_of_template: bool) -> Result<(), DevnetError> {
    let mut stop = std::pin::pin!(stop_requested());
    ports::check(layout)?;
    let mut nodes = Nodes::start_validators(layout)?;
    lojal_print::line(format!("starting {}, data in {}", layout.in_words(), layout.dir.display()));
    let result = tokio::select! {
        result = start_all(&mut nodes, layout, is_of_template) => result.map(|()| true),
        () = &mut stop => Ok(false),
    };
    if matches!(result, Ok(true)) {
        session::print(layout, &nodes.process_ids());
        tokio::select! {
            () = nodes.watch() => {}
            () = &mut stop => {}
        }
    }
    lojal_print::line("\nstopping");
    nodes.stop().await;
    result.map(|_| ())
}

/// Waits for the validators, has the brands of the built-in template begin their programmes and the governors let the
/// followers in, and starts these.
async fn start_all(nodes: &mut Nodes, layout: &Layout, is_of_template: bool) -> Result<(), DevnetError> {
    nodes.wait_until_ready().await?;
    let asked = layout.clone();
    // The client blocks.
    let prepare = move || {
        if is_of_template {
            programme::begin(&asked)?;
        }
        if asked.followers > 0 { followers::let_in(&asked) } else { Ok(()) }
    };
    tokio::task::spawn_blocking(prepare).await.map_err(std::io::Error::other)??;
    if layout.followers == 0 {
        return Ok(());
    }
    nodes.start_followers(layout)?;
    nodes.wait_until_ready().await
}
