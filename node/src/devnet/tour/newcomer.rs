//! The node of a brand that joins the tour's network: made, let in and started as anybody's is.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use lojal_types::{Action, Endpoint, Height, Name, PublicKey};

use super::error::TourError;
use crate::card;
use crate::config::{ConfigError, NodeDir, NodeKeys};
use crate::devnet::layout::Layout;

/// The time that it may take until a snapshot has come, and how often it is tried meanwhile.
const PATIENCE: Duration = Duration::from_secs(120);
const INTERVAL: Duration = Duration::from_millis(500);
/// The time that it may take to stop before it is killed.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);

/// The node, which stops when this is dropped.
pub struct Newcomer {
    dir: PathBuf,
    endpoint: Endpoint,
    /// The URL of its gateway.
    pub url: String,
    process: Option<Child>,
}

impl Newcomer {
    /// Makes its directory, with keys of its own.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn create(layout: &Layout, name: &Name) -> Result<Self, ConfigError> {
        let (dir, keys) = (layout.node(layout.count), NodeKeys::random());
        let config = layout.config_of_newcomer()?;
        NodeDir::new(&dir).create(&keys.entry(name.clone(), 1), &keys, &config)?;
        Ok(Self { dir, endpoint: layout.endpoint(layout.count), url: layout.url(layout.count), process: None })
    }

    /// The action that makes it a validator, for which this governor speaks.
    ///
    /// # Errors
    /// When its files can't be read.
    pub fn addition(&self, governor: PublicKey) -> Result<Action, ConfigError> {
        card::addition(&NodeDir::new(&self.dir), governor, Some(self.endpoint.clone())).map(Action::AddValidator)
    }

    /// Fetches the state after a late block; tries again while nobody has one to give.
    ///
    /// # Errors
    /// When none has come in time.
    pub fn join(&self) -> Result<Height, TourError> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let output = self.command("join")?.output().map_err(|error| self.error("join", &error.to_string()))?;
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            let height = told.split("the state after block ").nth(1).and_then(|rest| rest.split(';').next());
            if let Some(height) = height.and_then(|height| height.parse().ok()).filter(|_| output.status.success()) {
                return Ok(Height::new(height));
            }
            if Instant::now() > deadline {
                return Err(self.error("join", &output.status.to_string()));
            }
            thread::sleep(INTERVAL);
        }
    }

    /// Starts it. It stops when this process ends, too, whatever ends it.
    ///
    /// # Errors
    /// When its process can't be started.
    pub fn start(&mut self) -> Result<(), TourError> {
        let mut run = self.command("run")?;
        let process = run.arg("--stop-with-stdin").stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        self.process = Some(process.map_err(|error| self.error("start", &error.to_string()))?);
        Ok(())
    }

    /// A command on its directory, whose log goes where those of the other nodes' go.
    fn command(&self, name: &'static str) -> Result<Command, TourError> {
        let log = File::options().create(true).append(true).open(self.dir.join("node.log"));
        let log = log.map_err(|error| self.error(name, &error.to_string()))?;
        let program = std::env::current_exe().map_err(|error| self.error(name, &error.to_string()))?;
        let mut command = Command::new(program);
        command.arg(name).arg("--dir").arg(&self.dir).stdin(Stdio::null()).stderr(log);
        Ok(command)
    }

    fn error(&self, what: &'static str, why: &str) -> TourError {
        TourError::Node { what, why: why.to_owned(), log: self.dir.join("node.log") }
    }
}

impl Drop for Newcomer {
    fn drop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        drop(process.stdin.take());
        let deadline = Instant::now() + STOP_TIMEOUT;
        while process.try_wait().is_ok_and(|status| status.is_none()) {
            if Instant::now() > deadline {
                // It is killed as a last resort; one that has just ended needs no killing.
                let _ = process.kill();
                let _ = process.wait();
            }
            thread::sleep(INTERVAL / 10);
        }
    }
}
