//! The log, on standard error.

use std::fmt;
use std::io::IsTerminal;
use std::sync::{Mutex, PoisonError};

use lojal_network::Warnings;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::{Format, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// The filter of the log unless `RUST_LOG` says otherwise. A full queue of the gossip library prints whole messages,
/// and the network says the same in one line. A timer of an engine that has ended says so as an error.
const DEFAULT: &str = "info,libp2p_gossipsub=error,arc_malachitebft=warn,arc_malachitebft_engine::util::ticker=off,\
                       informalsystems_malachitebft=warn,ractor=warn";
/// The prefix of the names of this program's own crates. They see to it themselves that nobody fills the log.
const OWN: &str = "lojal";

/// Starts it.
pub fn start() {
    let wanted = lojal_text::text_variable(EnvFilter::DEFAULT_ENV).filter(|wanted| !wanted.trim().is_empty());
    let filter = wanted.and_then(|wanted| EnvFilter::try_new(wanted).ok()).unwrap_or_else(|| EnvFilter::new(DEFAULT));
    let colours = std::io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours)
        .with_writer(std::io::stderr)
        // It would panic where standard error can't be written, as on a full disk.
        .log_internal_errors(false)
        .event_format(Seldom::default())
        .init();
}

/// Lines of which every place in a library that warns, or tells of an error, gets one a minute, with the number of
/// times that it stands for: libraries know no peers, and one peer could have them say the same thousands of times.
#[derive(Default)]
struct Seldom {
    lines: Format,
    warnings: Mutex<Warnings<&'static str>>,
}

impl<S, N> FormatEvent<S, N> for Seldom
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, context: &FmtContext<'_, S, N>, mut to: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let place = event.metadata();
        if place.target().starts_with(OWN) || *place.level() > Level::WARN {
            return self.lines.format_event(context, to, event);
        }
        // Whole after every statement, so a panic elsewhere doesn't spoil it.
        let mut warnings = self.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(count) = warnings.count(place.target(), place.name()) else { return Ok(()) };
        drop(warnings);
        let mut line = String::new();
        self.lines.format_event(context, Writer::new(&mut line), event)?;
        writeln!(to, "{} count={count}", line.trim_end())
    }
}

#[cfg(test)]
mod tests;
