//! The signer: serves a key and its guard over a Unix socket, one node at a time.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::error::GuardError;
use crate::frames::{PROTOCOL, Reply, Request, receive, send};
use crate::guard::Guard;
use crate::limits::{ANSWER_TIME, CONNECTIONS_MAX, IDLE_MAX};

/// A reason a signer ended or didn't start.
#[derive(Debug, Error)]
pub enum ServerError {
    /// See [`GuardError`].
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The socket can't be made.
    #[error("can't listen on {0}: {1}; choose another place with --socket")]
    Listen(PathBuf, io::Error),
    /// There is something else in the socket's place.
    #[error("{0} is no socket; choose another place with --socket")]
    Occupied(PathBuf),
    /// The socket fails.
    #[error("the socket failed: {0}")]
    Socket(io::Error),
}

/// A socket that listens, and whom it serves.
pub struct Listening {
    listener: UnixListener,
    /// The users whose processes are served.
    uids: Vec<u32>,
}

/// A guard that is served; clones are of the same one.
#[derive(Clone)]
pub struct Served(Arc<Mutex<Guard>>);

impl Served {
    /// Shares a guard.
    pub fn new(guard: Guard) -> Self {
        Self(Arc::new(Mutex::new(guard)))
    }

    /// A guard whose file failed refuses by itself, so a panic elsewhere doesn't spoil it.
    pub fn lock(&self) -> MutexGuard<'_, Guard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listening {
    /// Listens on a socket that only the own user can connect to, or another user's node if one is named. A socket that
    /// an earlier signer left is replaced: whoever holds the guard is the only signer.
    ///
    /// # Errors
    /// When the socket can't be made.
    pub fn bind(path: &Path, node_uid: Option<u32>) -> Result<Self, ServerError> {
        match fs::symlink_metadata(path) {
            Ok(found) if !found.file_type().is_socket() => return Err(ServerError::Occupied(path.to_owned())),
            _ => {}
        }
        let listen = || -> io::Result<UnixListener> {
            // Made beside its place, so that it is never there with other permissions.
            let beside = path.with_extension("new");
            match fs::remove_file(&beside) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let listener = UnixListener::bind(&beside)?;
            let mode = if node_uid.is_some() { 0o666 } else { 0o600 };
            fs::set_permissions(&beside, Permissions::from_mode(mode))?;
            fs::rename(&beside, path)?;
            Ok(listener)
        };
        let listener = listen().map_err(|error| ServerError::Listen(path.to_owned(), error))?;
        let own = rustix::process::geteuid().as_raw();
        Ok(Self { listener, uids: [own].into_iter().chain(node_uid).collect() })
    }

    /// Serves the guard until `shutdown`, or until the guard fails.
    ///
    /// # Errors
    /// When the guard or the socket fails.
    pub async fn serve(self, guard: &Served, shutdown: impl Future<Output = ()>) -> Result<(), ServerError> {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut served: Option<JoinHandle<Result<(), GuardError>>> = None;
        let refused = Arc::new(tokio::sync::Semaphore::new(CONNECTIONS_MAX - 1));
        loop {
            let ended = async {
                match served.as_mut() {
                    Some(served) => served.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = &mut shutdown => {
                    if let Some(served) = served {
                        served.abort();
                        // It has ended, or ends without another answer.
                        let _ = served.await;
                    }
                    return Ok(());
                }
                result = ended => {
                    served = None;
                    result.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
                    tracing::info!("the node is gone");
                }
                accepted = self.listener.accept() => {
                    let (stream, _) = accepted.map_err(ServerError::Socket)?;
                    if !self.is_allowed(&stream) {
                        tracing::warn!("a process of another user tried to connect");
                    } else if served.is_none() {
                        tracing::info!("a node has connected");
                        served = Some(tokio::spawn(converse(stream, guard.clone())));
                    } else if let Ok(place) = Arc::clone(&refused).try_acquire_owned() {
                        tracing::warn!("a second node tried to connect, and is refused: never run two with one key");
                        tokio::spawn(async move {
                            refuse(stream).await;
                            drop(place);
                        });
                    }
                }
            }
        }
    }

    fn is_allowed(&self, stream: &UnixStream) -> bool {
        stream.peer_cred().is_ok_and(|peer| self.uids.contains(&peer.uid()))
    }
}

/// Tells somebody that another node is served.
async fn refuse(mut stream: UnixStream) {
    // Whoever is gone need not be told.
    let _ = timeout(ANSWER_TIME, send(&mut stream, &Reply::Busy)).await;
}

/// Answers one node until it is gone, says nothing for too long, or says what no node says.
///
/// # Errors
/// When the guard fails.
pub async fn converse(mut stream: impl AsyncRead + AsyncWrite + Unpin, guard: Served) -> Result<(), GuardError> {
    let mut is_welcome = false;
    loop {
        let request = match timeout(IDLE_MAX, receive(&mut stream)).await {
            Ok(Ok(Some(request))) => request,
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the node says what can't be read");
                return Ok(());
            }
            Err(_) => {
                tracing::warn!("the node says nothing any more");
                return Ok(());
            }
        };
        let (reply, fault) = answer(&mut guard.lock(), request, &mut is_welcome);
        let sent = timeout(ANSWER_TIME, send(&mut stream, &reply)).await;
        if let Some(fault) = fault {
            return Err(fault);
        }
        if !is_welcome || !matches!(sent, Ok(Ok(()))) {
            return Ok(());
        }
    }
}

/// The reply to a request, and the fault with which the signer ends.
fn answer(guard: &mut Guard, request: Request, is_welcome: &mut bool) -> (Reply, Option<GuardError>) {
    let done = match request {
        Request::Hello { protocol, .. } if protocol != PROTOCOL => return (Reply::OtherProtocol(PROTOCOL), None),
        Request::Hello { chain, .. } if chain != guard.chain() => return (Reply::OtherChain(guard.chain()), None),
        Request::Hello { .. } => {
            *is_welcome = true;
            return (Reply::Welcome { key: guard.public_key(), standing: guard.standing() }, None);
        }
        _ if !*is_welcome => return (Reply::Refused, None),
        Request::Ask => Ok(Reply::Standing(guard.standing())),
        Request::Enter => {
            guard.enter();
            Ok(Reply::Standing(guard.standing()))
        }
        Request::Sign(statement) => guard.sign(&statement).map(Reply::Answer),
        Request::Live(readiness) => Ok(Reply::Alive(guard.live(&readiness))),
        Request::Settle(height) => guard.settle(height).map(|()| Reply::Standing(guard.standing())),
    };
    match done {
        Ok(reply) => (reply, None),
        Err(GuardError::Misuse(what)) => {
            tracing::error!(what, "the node asks for what is never signed");
            (Reply::Refused, None)
        }
        Err(fault) => (Reply::Fault, Some(fault)),
    }
}

#[cfg(test)]
mod tests;
