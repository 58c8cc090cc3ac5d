//! The end of a process that runs until it is told to stop.

use std::io::{ErrorKind, Read};

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

/// Returns on SIGINT, SIGTERM or, if asked for, when standard input closes.
pub async fn stop_requested(with_stdin: bool) {
    let mut terminate = signal(SignalKind::terminate()).expect("the system lets a process handle SIGTERM");
    let mut interrupt = signal(SignalKind::interrupt()).expect("the system lets a process handle SIGINT");
    tokio::select! {
        _ = terminate.recv() => tracing::info!("SIGTERM"),
        _ = interrupt.recv() => tracing::info!("SIGINT"),
        () = stdin_closed(), if with_stdin => tracing::info!("standard input has closed"),
    }
}

/// Reads in a thread of its own that ends with the process: nothing can break off a read of standard input, and a
/// runtime would wait for it when the node ends for another reason.
async fn stdin_closed() {
    let (closed, is_closed) = oneshot::channel();
    std::thread::spawn(move || {
        let (mut stdin, mut bytes) = (std::io::stdin(), [0; 64]);
        while stdin.read(&mut bytes).map_or_else(|error| error.kind() == ErrorKind::Interrupted, |count| count > 0) {}
        // A node that ends already doesn't listen any more.
        let _ = closed.send(());
    });
    // The thread tells before it ends.
    let _ = is_closed.await;
}
