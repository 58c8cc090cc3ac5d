//! The end of a process that runs until it is told to stop.

use std::io::{self, ErrorKind, Read};

use tokio::runtime::Builder;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{oneshot, watch};

/// Listens for the end from now on, in a thread of its own: what is told between two runtimes is heard, too.
///
/// # Errors
/// When the system refuses a thread.
pub fn listen(with_stdin: bool) -> io::Result<watch::Receiver<bool>> {
    let (told, stopped) = watch::channel(false);
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let listening = move || {
        runtime.block_on(stop_requested(with_stdin));
        told.send_replace(true);
    };
    std::thread::Builder::new().name("stop".to_owned()).spawn(listening)?;
    Ok(stopped)
}

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
