//! The validator's voice: whoever holds its key, in this process or in another one, and signs what the guard lets it.

use std::sync::Arc;

use lojal_signer::server::Served;
use lojal_signer::{Answer, Client, ClientError, Guard, GuardError, Standing, Statement};
use lojal_types::{Address, Height, PublicKey, Readiness, Signature};
use thiserror::Error;
use tokio::sync::{Mutex, mpsc};

use crate::metrics::Metrics;
use crate::workers::Workers;

/// The holder of a validator's key; clones are of the same one. A guard may wait for its disk, so even a look at it is
/// taken where nobody else waits.
#[derive(Clone)]
pub struct Voice {
    key: PublicKey,
    address: Address,
    holder: Holder,
    metrics: Metrics,
}

#[derive(Clone)]
enum Holder {
    /// This process.
    Here(Served, Workers),
    /// A signer in another one, which may be away.
    Elsewhere(Arc<Mutex<Client>>),
}

/// A reason there is no signature.
#[derive(Debug, Error)]
pub enum VoiceError {
    /// The guard of this process can't be kept: the node ends.
    #[error(transparent)]
    Guard(#[from] GuardError),
    /// The signer is away, or signs nothing for this node: the node follows the others.
    #[error(transparent)]
    Signer(#[from] ClientError),
    /// The guard knows more than this node: it has to catch up first.
    #[error("this validator has signed at height {0} already")]
    Below(Height),
}

impl Voice {
    /// A key in this process.
    pub fn here(guard: Guard, workers: Workers, metrics: Metrics) -> Self {
        let key = guard.public_key();
        let address = Address::of_key(&key);
        Self { key, address, holder: Holder::Here(Served::new(guard), workers), metrics }
    }

    /// A key in a signer's process.
    pub fn elsewhere(client: Client, metrics: Metrics) -> Self {
        let key = client.key();
        let address = Address::of_key(&key);
        Self { key, address, holder: Holder::Elsewhere(Arc::new(Mutex::new(client))), metrics }
    }

    /// The public key.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// The address of the validator.
    pub fn address(&self) -> Address {
        self.address
    }

    /// The standing of the guard.
    pub(crate) async fn ask(&self) -> Result<Standing, VoiceError> {
        self.note(match self.holder.clone() {
            Holder::Here(guard, workers) => Ok(workers.blocking(move || guard.lock().standing()).await),
            Holder::Elsewhere(client) => client.lock().await.ask().await.map_err(VoiceError::from),
        })
    }

    /// An engine begins, which may not know what an earlier one has signed.
    pub(crate) async fn enter(&self) -> Result<Standing, VoiceError> {
        self.note(match self.holder.clone() {
            Holder::Here(guard, workers) => {
                let enter = move || {
                    let mut guard = guard.lock();
                    guard.enter();
                    guard.standing()
                };
                Ok(workers.blocking(enter).await)
            }
            Holder::Elsewhere(client) => client.lock().await.enter().await.map_err(VoiceError::from),
        })
    }

    /// The validator is past every height at which it can have signed.
    pub(crate) async fn settle(&self, height: Height) -> Result<Standing, VoiceError> {
        self.note(match self.holder.clone() {
            Holder::Here(guard, workers) => {
                let settle = move || {
                    let mut guard = guard.lock();
                    guard.settle(height).map(|()| guard.standing())
                };
                workers.blocking(settle).await.map_err(VoiceError::from)
            }
            Holder::Elsewhere(client) => client.lock().await.settle(height).await.map_err(VoiceError::from),
        })
    }

    /// Has a statement signed, or what may be signed in its place; the guard has it on the disk before this returns.
    async fn sign(&self, statement: Statement) -> Result<Answer, VoiceError> {
        let answer = match self.holder.clone() {
            Holder::Here(guard, workers) => {
                workers.blocking(move || guard.lock().sign(&statement)).await.map_err(VoiceError::from)
            }
            Holder::Elsewhere(client) => client.lock().await.sign(statement).await.map_err(VoiceError::from),
        };
        self.metrics.record_signer(answer.is_ok());
        match answer? {
            Answer::Below(height) => {
                self.metrics.record_guard_refusal();
                Err(VoiceError::Below(height))
            }
            answer @ (Answer::Instead(_) | Answer::Withheld) => {
                self.metrics.record_guard_refusal();
                Ok(answer)
            }
            answer @ Answer::Signed(_) => {
                self.metrics.record_guard_height(statement.height());
                Ok(answer)
            }
        }
    }

    /// Has a sign of life signed.
    pub(crate) async fn live(&self, readiness: Readiness) -> Result<Signature, VoiceError> {
        match self.holder.clone() {
            Holder::Here(guard, workers) => Ok(workers.blocking(move || guard.lock().live(&readiness)).await),
            Holder::Elsewhere(client) => client.lock().await.live(readiness).await.map_err(VoiceError::from),
        }
    }

    fn note(&self, standing: Result<Standing, VoiceError>) -> Result<Standing, VoiceError> {
        self.metrics.record_signer(standing.is_ok());
        if let Ok(standing) = &standing {
            self.metrics.record_guard_height(standing.height);
        }
        standing
    }
}

/// The voice of one engine: the first statement that gets no signature ends it.
pub(crate) struct EngineVoice {
    voice: Voice,
    lost: mpsc::Sender<VoiceError>,
}

impl EngineVoice {
    /// The voice, and what tells of its loss.
    pub(crate) fn new(voice: Voice) -> (Self, mpsc::Receiver<VoiceError>) {
        let (lost, is_lost) = mpsc::channel(1);
        (Self { voice, lost }, is_lost)
    }

    /// See [`Voice::sign`]; `None` once the voice is lost.
    pub(crate) async fn sign(&self, statement: Statement) -> Option<Answer> {
        match self.voice.sign(statement).await {
            Ok(answer) => Some(answer),
            Err(error) => {
                // The first loss counts, and the engine ends with it.
                let _ = self.lost.try_send(error);
                None
            }
        }
    }
}
