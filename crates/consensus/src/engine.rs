//! Malachite's engine: its start, with a key or without, and its end.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use arc_malachitebft_app_channel::app::config::NodeConfig;
use arc_malachitebft_app_channel::{
    Channels, ConsensusContext, EngineBuilder, EngineHandle, NetworkMsg, RequestContext, SyncContext, WalContext,
};
use arc_malachitebft_config::{ConsensusConfig, ValuePayload, ValueSyncConfig};
use arc_malachitebft_engine::network::NetworkRef;
use arc_malachitebft_engine::wal::{Msg, WalRef};
use bytesize::ByteSize;
use futures::future::BoxFuture;
use ractor::SpawnErr;
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::codec::BorshCodec;
use crate::context::{Address, Context, Height};
use crate::limits::{STATUS_INTERVAL, STOP_TIMEOUT, SYNC_BLOCKS_MAX, SYNC_BYTES_MAX};
use crate::signing::{ValidatorSigner, ValidatorVerifier};
use crate::silence::no_log;

/// The time that a node that catches up waits for one answer.
const SYNC_REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// The engine's own request queue, unused but required.
const ENGINE_REQUESTS: usize = 16;
/// The time after which it is looked again whether a log is free.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// The engine's write-ahead log.
pub enum Wal {
    /// The engine's own, in this directory: what a node uses.
    Directory(PathBuf),
    /// Another one, started for each engine: what a simulation uses, which decides what a crash leaves of it.
    Made(MakeWal),
}

/// Starts an actor over a log.
pub type MakeWal = Box<dyn Fn() -> BoxFuture<'static, Result<WalRef<Context>, SpawnErr>> + Send + Sync>;

/// A reason an engine did not start.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The write-ahead log's directory can't be used.
    #[error("can't use the directory {0} for the consensus log: {1}")]
    WalDirectory(PathBuf, std::io::Error),
    /// The engine says why.
    #[error("the consensus engine did not start: {0}")]
    Start(String),
}

pub(crate) async fn start_engine(
    address: Address,
    signer: ValidatorSigner,
    verifier: ValidatorVerifier,
    wal: &Wal,
    network: NetworkRef<Context>,
    app: mpsc::Sender<NetworkMsg<Context>>,
) -> Result<(Channels<Context>, EngineHandle), EngineError> {
    let engine = EngineBuilder::new(Context, EngineConfig::new(true))
        .with_custom_network(network, app)
        .with_default_sync(SyncContext::new(BorshCodec))
        .with_default_consensus(ConsensusContext::new_validator(address, Box::new(verifier), Box::new(signer)))
        .with_default_request(RequestContext::new(ENGINE_REQUESTS));
    let started = match wal {
        Wal::Directory(dir) => {
            std::fs::create_dir_all(dir).map_err(|e| EngineError::WalDirectory(dir.clone(), e))?;
            wait_for_log(&dir.join("wal")).await;
            engine.with_default_wal(WalContext::new(dir.join("wal"), BorshCodec)).build().await
        }
        Wal::Made(make) => {
            let wal = make().await.map_err(|e| EngineError::Start(e.to_string()))?;
            engine.with_custom_wal(wal).build().await
        }
    };
    started.map_err(|e| EngineError::Start(e.to_string()))
}

/// Starts an engine without a key, which decides by the votes of others and by what peers have decided.
pub(crate) async fn start_follower(
    address: Address,
    verifier: ValidatorVerifier,
    network: NetworkRef<Context>,
    app: mpsc::Sender<NetworkMsg<Context>>,
) -> Result<(Channels<Context>, EngineHandle), EngineError> {
    let log = no_log().await.map_err(|e| EngineError::Start(e.to_string()))?;
    EngineBuilder::new(Context, EngineConfig::new(false))
        .with_custom_network(network, app)
        .with_default_sync(SyncContext::new(BorshCodec))
        .with_default_consensus(ConsensusContext::new_full_node(address, Box::new(verifier)))
        .with_default_request(RequestContext::new(ENGINE_REQUESTS))
        .with_custom_wal(log)
        .build()
        .await
        .map_err(|e| EngineError::Start(e.to_string()))
}

/// Waits until the thread that wrote the log for an earlier engine has let go of it.
async fn wait_for_log(path: &Path) {
    let is_free = || std::fs::File::open(path).map_or(true, |log| log.try_lock().is_ok());
    let deadline = Instant::now() + STOP_TIMEOUT;
    while !is_free() && Instant::now() < deadline {
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}

/// Forgets what the engine has logged of its height: it doesn't say what was signed there.
pub(crate) async fn forget(wal: &Wal, height: Height) -> Result<(), EngineError> {
    match wal {
        Wal::Directory(dir) => {
            let path = dir.join("wal");
            wait_for_log(&path).await;
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(EngineError::WalDirectory(dir.clone(), error)),
                _ => Ok(()),
            }
        }
        Wal::Made(make) => {
            let wal = make().await.map_err(|e| EngineError::Start(e.to_string()))?;
            let reset = ractor::call!(wal, Msg::Reset, height).map_err(|e| EngineError::Start(e.to_string()))?;
            reset.map_err(|e| EngineError::Start(e.to_string()))
        }
    }
}

/// Stops the engine's actors, and with them everything that waits for answers. What its log holds unsynced, it has not
/// published.
pub(crate) async fn stop(engine: EngineHandle) {
    let stopped = engine.actor.get_cell().stop_and_wait(Some("shutdown".to_owned()), Some(STOP_TIMEOUT)).await;
    if let Err(error) = stopped {
        tracing::debug!(%error, "the engine had stopped before, or takes its time");
    }
    engine.handle.abort();
}

/// The engine's configuration. It has a network section of its own, which our network actor makes irrelevant.
struct EngineConfig {
    consensus: ConsensusConfig,
    sync: ValueSyncConfig,
}

impl EngineConfig {
    /// A disabled engine signs nothing, whether or not its address is a validator's.
    fn new(enabled: bool) -> Self {
        // Never ProposalOnly: it accepts proposals without asking the application.
        let value_payload = ValuePayload::ProposalAndParts;
        let consensus = ConsensusConfig { enabled, value_payload, ..ConsensusConfig::default() };
        let sync = ValueSyncConfig {
            status_update_interval: STATUS_INTERVAL,
            request_timeout: SYNC_REQUEST_TIMEOUT,
            max_response_size: ByteSize::b(2 * SYNC_BYTES_MAX as u64),
            batch_size: SYNC_BLOCKS_MAX,
            ..ValueSyncConfig::default()
        };
        Self { consensus, sync }
    }
}

impl NodeConfig for EngineConfig {
    fn moniker(&self) -> &'static str {
        "lojal"
    }
    fn consensus(&self) -> &ConsensusConfig {
        &self.consensus
    }
    fn consensus_mut(&mut self) -> &mut ConsensusConfig {
        &mut self.consensus
    }
    fn value_sync(&self) -> &ValueSyncConfig {
        &self.sync
    }
    fn value_sync_mut(&mut self) -> &mut ValueSyncConfig {
        &mut self.sync
    }
}
