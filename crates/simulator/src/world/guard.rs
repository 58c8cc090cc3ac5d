//! The guards of the validators, which lie beside their data.

use std::io;
use std::path::PathBuf;

use lojal_consensus::{Metrics, Voice, Workers};
use lojal_signer::{Guard, GuardError};
use lojal_store::{Faults, SimulatedDisk};

use super::{Place, World};
use crate::people;
use crate::plan::Plant;

impl World {
    /// Opens the guard of a validator that is about to run. One that has never run has none yet.
    pub(super) fn open_guard(&self, number: usize, place: &Place, metrics: Metrics) -> Result<Voice, GuardError> {
        if let Some(signer) = &place.signer {
            return Ok(self.voice_elsewhere(number, signer.exchange(), metrics));
        }
        let (key, (directory, disk)) = (people::validator(number), self.place_of_guard(place));
        if !directory.exists() {
            Guard::create(&disk.disk(), &directory, &key.public_key(), false)?;
        }
        let guard = Guard::open(&disk.disk(), &directory, key, self.chain())?;
        Ok(Voice::here(guard, Workers::Tasks, metrics))
    }

    fn place_of_guard(&self, place: &Place) -> (PathBuf, SimulatedDisk) {
        match self.plant() {
            Some(Plant::GuardInData) => (place.directory.join("guard"), place.disk.clone()),
            _ => place.guard.clone(),
        }
    }
}

impl Place {
    /// The power of the guard's disk is cut.
    pub(super) fn cut_guard(&self) {
        self.guard.1.set_faults(Faults { power_is_off: true, ..Faults::default() });
    }

    /// The guard is as the power cut has left it.
    pub(super) fn uncut_guard(&mut self) -> io::Result<()> {
        if self.guard.1.faults().power_is_off {
            self.guard.1.set_faults(Faults::default());
            let seed = self.random.number();
            self.guard.1.crash(seed)?;
        }
        Ok(())
    }

    /// The guard is lost.
    pub(super) fn lose_guard(&mut self) -> io::Result<()> {
        self.guard.1 = SimulatedDisk::new();
        match std::fs::remove_dir_all(&self.guard.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}
