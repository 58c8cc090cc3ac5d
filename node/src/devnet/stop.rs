//! The end of a development network.

use tokio::signal::unix::{SignalKind, signal};

/// Returns on SIGINT or SIGTERM.
pub async fn stop_requested() {
    let mut terminate = signal(SignalKind::terminate()).expect("the system lets a process handle SIGTERM");
    let mut interrupt = signal(SignalKind::interrupt()).expect("the system lets a process handle SIGINT");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
