//! Falling back: a node that needs blocks which its peers keep no more takes the state of a later one, fetched as by
//! one that joins (docs/adr/0075).
//!
//! Its last block is trusted, so nobody leads it past that; and as when it catches up by blocks, it need not be of now:
//! a network that stands may wait for this node.

use std::fs;
use std::path::Path;
use std::time::Duration;

use lojal_network::{Peer, PeerId};
use lojal_store::{Disk, ImportError, Store, StoreError};
use lojal_types::Height;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::asking::Asking;
use super::way::{Trust, as_peers};
use super::{Joining, JoiningError, Made};
use crate::clock::Clock;
use crate::condition::Condition;
use crate::far_behind::FarBehind;
use crate::roster::{Addresses, Roster};
use crate::workers::Workers;

/// The time between two tries.
const PAUSE: Duration = Duration::from_secs(30);
/// The time after which the node runs as before, to see whether somebody has the blocks by now.
const PATIENCE: Duration = Duration::from_secs(600);
/// Most directories of data that were replaced.
pub const OLD_MAX: usize = 3;
/// The beginning of their names.
const OLD: &str = "data.old-";

/// The parts of a node that it falls back by; its engine and its network have ended.
pub struct Fall<'a> {
    /// Its directory.
    pub directory: &'a Path,
    /// The disk that it is on.
    pub disk: Disk,
    /// The addresses that its operator gives.
    pub addresses: Addresses,
    /// Its id on the network.
    pub own: PeerId,
    /// The data that it has.
    pub store: Store,
    /// Told how it goes.
    pub told: watch::Sender<Condition>,
    /// The clock that it takes the time from.
    pub clock: Clock,
    /// The place where the work on the disk runs.
    pub workers: Workers,
    /// Shows a line on a terminal until the next one; without it lines go to the log.
    pub draw: Option<fn(String)>,
}

impl Fall<'_> {
    /// True if the data that it has have blocks, which are kept beside those that replace them.
    pub fn keeps_old(&self) -> bool {
        let has_archive = self.directory.join("data").join("archive").exists();
        self.store.tip().height >= self.store.first_block() || has_archive
    }

    /// Those that have a part by its blocks, and those that validate now.
    ///
    /// # Errors
    /// When its disk fails.
    pub async fn peers(&self, far_behind: &FarBehind) -> Result<Vec<Peer>, JoiningError> {
        let store = self.store.clone();
        let roster = self.workers.blocking(move || store.read(Roster::of)).await?;
        let mut peers = roster.peers(&self.own, &self.addresses);
        for (id, address) in as_peers(&far_behind.validators, &self.addresses) {
            if id != self.own && peers.iter().all(|peer| peer.id != id) {
                peers.push(Peer { id, address });
            }
        }
        Ok(peers)
    }

    /// Fetches a snapshot; none if that has been in vain for so long that the node looks again whether it needs one.
    ///
    /// # Errors
    /// What doesn't pass by itself.
    pub async fn fetch(&self, asking: &Asking, next: Height) -> Result<Option<Made>, JoiningError> {
        let trust = self.trust().await?;
        let joining = Joining {
            directory: self.directory,
            disk: self.disk.clone(),
            genesis: self.store.genesis(),
            addresses: self.addresses.clone(),
            allow_stale: matches!(trust, Trust::Own(_)),
            trust,
            clock: self.clock.clone(),
            workers: self.workers,
            draw: self.draw,
        };
        let end = Instant::now() + PATIENCE;
        loop {
            self.told.send_replace(Condition::FarBehind { next, waits: false });
            let old_fits = if self.keeps_old() { check_old(self.directory) } else { Ok(()) };
            let made = match old_fits {
                Ok(()) => joining.make(asking).await,
                Err(error) => Err(error),
            };
            let reason = match made {
                Ok(made) => return Ok(Some(made)),
                Err(error) if may_pass(&error) => error,
                Err(error) => return Err(error),
            };
            self.told.send_replace(Condition::FarBehind { next, waits: true });
            if Instant::now() >= end {
                tracing::error!(%reason, "no snapshot yet: this node looks whether others have the blocks by now");
                return Ok(None);
            }
            tracing::error!(%reason, pause_s = PAUSE.as_secs(), "no snapshot yet: this node tries again");
            sleep(PAUSE).await;
        }
    }

    /// The last block that this node has.
    async fn trust(&self) -> Result<Trust, JoiningError> {
        let (store, tip) = (self.store.clone(), self.store.tip().height);
        if tip == Height::GENESIS {
            return Ok(Trust::Genesis);
        }
        let decided = self.workers.blocking(move || store.decided(tip)).await?;
        decided.map(|(header, _)| Trust::Own(Box::new(header))).ok_or(JoiningError::OwnBlock(tip))
    }
}

/// Refuses to put more data aside than are kept.
fn check_old(directory: &Path) -> Result<(), JoiningError> {
    let mut count = 0_usize;
    for entry in fs::read_dir(directory)? {
        count += usize::from(entry?.file_name().to_string_lossy().starts_with(OLD));
    }
    if count >= OLD_MAX { Err(JoiningError::TooManyOld { count, data: directory.join("data") }) } else { Ok(()) }
}

/// True if the same may work later.
fn may_pass(error: &JoiningError) -> bool {
    match error {
        JoiningError::NoWay(..)
        | JoiningError::Stale(_)
        | JoiningError::NoOffers(_)
        | JoiningError::NoEnd(_)
        | JoiningError::NoRoom { .. }
        | JoiningError::TooManyOld { .. } => true,
        JoiningError::Import(ImportError::Store(error)) | JoiningError::Store(error) => is_full(error),
        _ => false,
    }
}

/// True if the disk is full.
fn is_full(error: &StoreError) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error, StoreError::Io { source, .. } if matches!(source.kind(), StorageFull | QuotaExceeded))
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::super::asking::Notes;
    use super::*;

    #[test]
    fn so_many_old_data_are_kept_and_no_more_are_made() {
        let at = tempfile::tempdir().expect("a temporary directory");
        for number in 1..=OLD_MAX {
            check_old(at.path()).expect("there is a place");
            fs::create_dir(at.path().join(format!("{OLD}{number}"))).expect("a directory of its own");
        }
        let error = check_old(at.path()).expect_err("no place is left");
        assert!(may_pass(&error) && error.to_string().contains("data.old-N"), "{error}");
        fs::remove_dir(at.path().join("data.old-1")).expect("there");
        check_old(at.path()).expect("somebody has made room");
    }

    #[test]
    fn a_full_disk_passes_and_a_broken_one_ends_the_node() {
        let io = |kind: io::ErrorKind| {
            let (action, path, source) = ("write", "join".into(), io::Error::from(kind));
            JoiningError::Import(ImportError::Store(StoreError::Io { action, path, source }))
        };
        assert!(may_pass(&io(io::ErrorKind::StorageFull)) && !may_pass(&io(io::ErrorKind::Other)));
        assert!(may_pass(&JoiningError::NoOffers(Notes::new())) && !may_pass(&JoiningError::Network));
    }

    #[test]
    fn nobody_is_told_to_use_the_command_who_runs_a_node() {
        let none = Notes::new;
        for error in [JoiningError::NoWay(none(), None), JoiningError::NoOffers(none()), JoiningError::Stale(300)] {
            let reason = error.to_string();
            assert!(!reason.contains("--") && !reason.contains("run the node"), "{reason}");
        }
    }
}
