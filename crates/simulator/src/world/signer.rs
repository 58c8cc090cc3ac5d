//! The signers of the validators whose keys are in processes of their own.

use lojal_consensus::{Metrics, Voice};
use lojal_signer::server::{Served, converse};
use lojal_signer::{Client, Exchange, Guard, GuardError};
use tokio::task::JoinHandle;

use super::World;
use crate::people;

/// The place of a signer, and the signer if it runs.
#[derive(Default)]
pub(super) struct SignerProcess {
    exchange: Exchange,
    task: Option<JoinHandle<()>>,
}

impl World {
    /// Moves a validator's key into a signer, before it has ever run.
    pub fn sign_elsewhere(&self, number: usize) {
        self.place(number).signer = Some(SignerProcess::default());
        self.start_signer(number).expect("the directory of the run can be written");
    }

    /// The voice of a validator whose key is elsewhere.
    pub(super) fn voice_elsewhere(&self, number: usize, exchange: Exchange, metrics: Metrics) -> Voice {
        let client = Client::in_memory(exchange, self.chain(), people::validator(number).public_key());
        Voice::elsewhere(client, metrics)
    }

    /// A signer loses its power, and what of its guard was not synced.
    pub fn stop_signer(&self, number: usize) {
        let mut place = self.place(number);
        place.cut_guard();
        let task = place.signer.as_mut().and_then(|signer| signer.task.take());
        if let Some(task) = task {
            task.abort();
        }
    }

    /// A signer starts.
    pub fn start_signer(&self, number: usize) -> Result<(), GuardError> {
        let mut place = self.place(number);
        place.uncut_guard().expect("the directory of the run can be written");
        let (directory, disk) = place.guard.clone();
        let key = people::validator(number);
        if !directory.exists() {
            Guard::create(&disk.disk(), &directory, &key.public_key(), false)?;
        }
        let guard = Guard::open(&disk.disk(), &directory, key, self.chain())?;
        let Some(signer) = &mut place.signer else { return Ok(()) };
        let (served, mut calls) = (Served::new(guard), signer.exchange.listen());
        signer.task = Some(tokio::spawn(async move {
            while let Some(stream) = calls.recv().await {
                // A guard that fails ends the signer.
                if converse(stream, served.clone()).await.is_err() {
                    return;
                }
            }
        }));
        Ok(())
    }
}

impl SignerProcess {
    /// The place where it listens.
    pub(super) fn exchange(&self) -> Exchange {
        self.exchange.clone()
    }
}
