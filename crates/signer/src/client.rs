//! A node's side of the signer's socket. No call takes longer than [`ANSWER_TIME`]; after any fault the connection is
//! made anew with the next one.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use lojal_types::{ChainId, Height, PublicKey, Readiness, Signature};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};
use tokio::net::UnixStream;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::frames::{PROTOCOL, Reply, Request, receive, send};
use crate::guard::Standing;
use crate::limits::{ANSWER_TIME, FRAME_BYTES_MAX};
use crate::memory::Answer;
use crate::statement::Statement;

/// A node's signer.
#[derive(Debug)]
pub struct Client {
    way: Way,
    chain: ChainId,
    key: PublicKey,
    connection: Option<Connection>,
}

#[derive(Clone, Debug)]
enum Way {
    Socket(PathBuf),
    Memory(Exchange),
}

#[derive(Debug)]
enum Connection {
    Socket(UnixStream),
    Memory(DuplexStream),
}

/// A place in memory where a signer takes connections, for simulations; clones are of the same one.
#[derive(Clone, Debug, Default)]
pub struct Exchange(Arc<Mutex<Option<mpsc::UnboundedSender<DuplexStream>>>>);

impl Exchange {
    /// A signer listens from now on, in the place of an earlier one.
    pub fn listen(&self) -> mpsc::UnboundedReceiver<DuplexStream> {
        let (sender, receiver) = mpsc::unbounded_channel();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        receiver
    }

    fn connect(&self) -> std::io::Result<DuplexStream> {
        let (node, signer) = tokio::io::duplex(FRAME_BYTES_MAX);
        let listener = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_heard = listener.is_some_and(|listener| listener.send(signer).is_ok());
        if is_heard { Ok(node) } else { Err(std::io::ErrorKind::ConnectionRefused.into()) }
    }
}

/// A reason a signer gives no signature.
#[derive(Debug, Error)]
#[error("the signer {place}: {problem}")]
pub struct ClientError {
    place: String,
    problem: Problem,
}

#[derive(Debug, Error)]
enum Problem {
    #[error("it doesn't answer ({0}); start it with lojal-node sign")]
    Away(std::io::Error),
    #[error("it doesn't answer in time; look at its log")]
    Slow,
    #[error("it serves another node: never run two with one key; stop the other one")]
    Busy,
    #[error(
        "it holds the key {found}, and this node is the validator with the key {expected}; point signer in node.toml \
         to the right socket"
    )]
    OtherKey { found: PublicKey, expected: PublicKey },
    #[error("it signs for the network {0}; give it the genesis document of this one")]
    OtherChain(ChainId),
    #[error("it can't sign, since {0}; look at its log")]
    Refused(&'static str),
}

impl Client {
    /// A client for the signer of a validator; nothing is connected yet.
    pub fn new(socket: PathBuf, chain: ChainId, key: PublicKey) -> Self {
        Self { way: Way::Socket(socket), chain, key, connection: None }
    }

    /// A client for a signer in the same process.
    pub fn in_memory(exchange: Exchange, chain: ChainId, key: PublicKey) -> Self {
        Self { way: Way::Memory(exchange), chain, key, connection: None }
    }

    /// The key that the signer must hold.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// The standing of the signer's guard.
    ///
    /// # Errors
    /// When the signer doesn't answer.
    pub async fn ask(&mut self) -> Result<Standing, ClientError> {
        self.standing(Request::Ask).await
    }

    /// An engine begins to ask for signatures.
    ///
    /// # Errors
    /// When the signer doesn't answer.
    pub async fn enter(&mut self) -> Result<Standing, ClientError> {
        self.standing(Request::Enter).await
    }

    /// The validator is past every height at which it can have signed.
    ///
    /// # Errors
    /// When the signer doesn't answer.
    pub async fn settle(&mut self, height: Height) -> Result<Standing, ClientError> {
        self.standing(Request::Settle(height)).await
    }

    /// Has a statement signed.
    ///
    /// # Errors
    /// When the signer doesn't answer.
    pub async fn sign(&mut self, statement: Statement) -> Result<Answer, ClientError> {
        match self.call(Request::Sign(statement)).await? {
            Reply::Answer(answer) => Ok(answer),
            _ => Err(self.error(MIXED_UP)),
        }
    }

    /// Has a sign of life signed.
    ///
    /// # Errors
    /// When the signer doesn't answer.
    pub async fn live(&mut self, readiness: Readiness) -> Result<Signature, ClientError> {
        match self.call(Request::Live(readiness)).await? {
            Reply::Alive(signature) => Ok(signature),
            _ => Err(self.error(MIXED_UP)),
        }
    }

    async fn standing(&mut self, request: Request) -> Result<Standing, ClientError> {
        match self.call(request).await? {
            Reply::Standing(standing) => Ok(standing),
            _ => Err(self.error(MIXED_UP)),
        }
    }

    /// An answer that comes too late must not be taken for that to the next question: the connection goes with it.
    async fn call(&mut self, request: Request) -> Result<Reply, ClientError> {
        let called = timeout(ANSWER_TIME, self.exchange(request)).await;
        called.unwrap_or(Err(Problem::Slow)).map_err(|problem| self.error(problem))
    }

    async fn exchange(&mut self, request: Request) -> Result<Reply, Problem> {
        let old = match self.connection.take() {
            // A signer that was started again since knows nothing of an old connection.
            Some(mut stream) => stream.ask(&request).await.ok().map(|reply| (stream, reply)),
            None => None,
        };
        let (stream, reply) = match old {
            Some(answered) => answered,
            None => {
                let mut stream = self.connect().await?;
                let reply = stream.ask(&request).await?;
                (stream, reply)
            }
        };
        match reply {
            Reply::Refused => return Err(Problem::Refused("it refuses the question")),
            Reply::Fault => return Err(Problem::Refused("its guard can't be kept")),
            Reply::Busy => return Err(Problem::Busy),
            _ => self.connection = Some(stream),
        }
        Ok(reply)
    }

    async fn connect(&self) -> Result<Connection, Problem> {
        let connected = match &self.way {
            Way::Socket(path) => UnixStream::connect(path).await.map(Connection::Socket),
            Way::Memory(exchange) => exchange.connect().map(Connection::Memory),
        };
        let mut stream = connected.map_err(Problem::Away)?;
        let hello = Request::Hello { protocol: PROTOCOL, chain: self.chain };
        match stream.ask(&hello).await? {
            Reply::Welcome { key, .. } if key == self.key => Ok(stream),
            Reply::Welcome { key: found, .. } => Err(Problem::OtherKey { found, expected: self.key }),
            Reply::Busy => Err(Problem::Busy),
            Reply::OtherChain(chain) => Err(Problem::OtherChain(chain)),
            Reply::OtherProtocol(_) => Err(Problem::Refused("it is of another version than this node")),
            _ => Err(MIXED_UP),
        }
    }

    fn error(&self, problem: Problem) -> ClientError {
        let place = match &self.way {
            Way::Socket(path) => format!("on {}", path.display()),
            Way::Memory(_) => "in this process".to_owned(),
        };
        ClientError { place, problem }
    }
}

const MIXED_UP: Problem = Problem::Refused("it gives the answer to another question");

impl Connection {
    async fn ask(&mut self, request: &Request) -> Result<Reply, Problem> {
        match self {
            Self::Socket(stream) => converse(stream, request).await,
            Self::Memory(stream) => converse(stream, request).await,
        }
    }
}

/// Asks, and reads the reply. One that is busy may say so and be gone before the question is written.
async fn converse(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), request: &Request) -> Result<Reply, Problem> {
    let said = send(stream, request).await;
    match receive(stream).await {
        Ok(Some(reply)) => Ok(reply),
        Ok(None) => Err(Problem::Away(said.err().unwrap_or_else(|| std::io::ErrorKind::ConnectionReset.into()))),
        Err(error) => Err(Problem::Away(error)),
    }
}
