//! Falling back: a node that needs blocks which its peers keep no more takes the state of a later one, fetched as by
//! `lojal-node join` (docs/adr/0075).
//!
//! What it has goes on being served until the snapshot is whole. Its last block is trusted, so nobody leads it past
//! that; and as when it catches up by blocks, it need not be of now: a network that stands may wait for this node.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use lojal_consensus::{Addresses, Condition, FarBehind, Roster};
use lojal_network::{Identity, Peer};
use lojal_store::{Disk, ImportError, Store, StoreError, import};
use lojal_types::{Genesis, Height};
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

use super::asking::Asking;
use super::way::{self, Trust};
use super::{JoinError, Made, Making, blocking, make, reach, said};
use crate::config::{NodeConfig, NodeDir};

/// The time between two tries.
const PAUSE: Duration = Duration::from_secs(30);
/// The time after which the node runs as before, to see whether somebody has the blocks by now.
const PATIENCE: Duration = Duration::from_secs(600);
/// Most directories of data that were replaced.
const OLD_MAX: usize = 3;
/// The beginning of their names.
const OLD: &str = "data.old-";

/// The parts of a node that it falls back by; its engine and its network have ended.
pub struct Fall<'a> {
    /// Its directory.
    pub dir: &'a NodeDir,
    /// Its configuration.
    pub config: &'a NodeConfig,
    /// The addresses that its operator gives.
    pub addresses: Addresses,
    /// Its key on the network.
    pub identity: Identity,
    /// The data that it has.
    pub store: Store,
    /// Told how it goes.
    pub told: watch::Sender<Condition>,
}

/// Data that are to take the place of those that a node has.
pub struct Fetched {
    made: Made,
    /// True if the old data have blocks.
    keeps_old: bool,
    /// Nobody else replaces data in the directory.
    _lock: File,
}

impl Fall<'_> {
    /// Fetches a snapshot; none if that has been in vain for [`PATIENCE`].
    ///
    /// # Errors
    /// What doesn't pass by itself.
    pub async fn back(self, far_behind: FarBehind) -> Result<Option<Fetched>, JoinError> {
        let Self { dir, config, store, .. } = &self;
        let lock = lojal_store::lock(dir.path())?;
        let FarBehind { next, first, .. } = far_behind;
        tracing::warn!(
            needed = %next, others_begin_with = %first,
            "this node needs blocks that its peers keep no more: it has stopped its engine, fetches a snapshot, and \
             goes on from there; what it has stays in data.old-N"
        );
        let keeps_old = store.tip().height >= store.first_height() || dir.data().join("archive").exists();
        let genesis = store.genesis().clone();
        let peers = self.peers(&far_behind).await?;
        let asking = reach(&genesis, config, self.identity.clone(), peers).await?;
        let fetched = self.fetch(&genesis, &asking, (next, keeps_old)).await;
        asking.end().await;
        Ok(fetched?.map(|made| Fetched { made, keeps_old, _lock: lock }))
    }

    async fn fetch(
        &self,
        genesis: &Genesis,
        asking: &Asking,
        (next, keeps_old): (Height, bool),
    ) -> Result<Option<Made>, JoinError> {
        let trust = self.trust().await?;
        let allow_stale = matches!(trust, Trust::Own(_));
        let making = Making { dir: self.dir, genesis, addresses: self.addresses.clone(), trust, allow_stale };
        let end = Instant::now() + PATIENCE;
        loop {
            self.told.send_replace(Condition::FarBehind { next, waits: false });
            let old_fits = if keeps_old { check_old(self.dir) } else { Ok(()) };
            let made = match old_fits {
                Ok(()) => make(&making, asking).await,
                Err(error) => Err(error),
            };
            let error = match made {
                Ok(made) => return Ok(Some(made)),
                Err(error) if may_pass(&error) => error,
                Err(error) => return Err(error),
            };
            self.told.send_replace(Condition::FarBehind { next, waits: true });
            let reason = reason(&error);
            if Instant::now() >= end {
                tracing::error!(%reason, "no snapshot yet: this node looks whether others have the blocks by now");
                return Ok(None);
            }
            tracing::error!(%reason, pause_s = PAUSE.as_secs(), "no snapshot yet: this node tries again");
            sleep(PAUSE).await;
        }
    }

    /// The last block that this node has.
    async fn trust(&self) -> Result<Trust, JoinError> {
        let (store, tip) = (self.store.clone(), self.store.tip().height);
        if tip == Height::GENESIS {
            return Ok(Trust::Genesis);
        }
        let decided = blocking(move || store.decided(tip)).await?;
        decided.map(|(header, _)| Trust::Own(Box::new(header))).ok_or(JoinError::OwnBlock(tip))
    }

    /// Those that have a part by its blocks, and those that validate now.
    async fn peers(&self, far_behind: &FarBehind) -> Result<Vec<Peer>, JoinError> {
        let (store, own) = (self.store.clone(), self.identity.peer_id());
        let roster = blocking(move || store.read(Roster::of)).await?;
        let mut peers = roster.peers(&own, &self.addresses);
        for (id, address) in way::as_peers(&far_behind.validators, &self.addresses) {
            if id != own && peers.iter().all(|peer| peer.id != id) {
                peers.push(Peer { id, address });
            }
        }
        Ok(peers)
    }
}

impl Fetched {
    /// Puts them in their place. The store of the old ones is closed.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn install(self, dir: &NodeDir) -> Result<(), JoinError> {
        let Self { made: Made { height, data }, keeps_old, .. } = &self;
        let aside = import::install(&Disk::real(), dir.path(), data, true)?;
        match aside.filter(|aside| *keeps_old || !removed(aside)) {
            Some(aside) => tracing::warn!(
                %height, aside = %aside.display(),
                "fell back: the data are those after this block now; what was there before is aside, and its blocks \
                 are good for audits"
            ),
            None => tracing::warn!(%height, "fell back: the data are those after this block now"),
        }
        Ok(())
    }
}

/// Removes data without any block; false if it can't.
fn removed(aside: &Path) -> bool {
    fs::remove_dir_all(aside).is_ok()
}

/// Refuses to put more data aside than are kept.
fn check_old(dir: &NodeDir) -> Result<(), JoinError> {
    let mut count = 0_usize;
    for entry in fs::read_dir(dir.path())? {
        count += usize::from(entry?.file_name().to_string_lossy().starts_with(OLD));
    }
    if count >= OLD_MAX { Err(JoinError::TooManyOld { count, data: dir.data() }) } else { Ok(()) }
}

/// True if the same may work later.
fn may_pass(error: &JoinError) -> bool {
    match error {
        JoinError::NoWay(..)
        | JoinError::Stale(_)
        | JoinError::NoOffers(_)
        | JoinError::NoEnd(_)
        | JoinError::NoRoom { .. }
        | JoinError::TooManyOld { .. } => true,
        JoinError::Import(ImportError::Store(error)) | JoinError::Store(error) => is_full(error),
        _ => false,
    }
}

/// True if the disk is full.
fn is_full(error: &StoreError) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error, StoreError::Io { source, .. } if matches!(source.kind(), StorageFull | QuotaExceeded))
}

/// The words about an error, for whoever runs a node instead of the command.
fn reason(error: &JoinError) -> String {
    match error {
        JoinError::NoWay(notes, _) => format!("no peer shows the way to the last block{}", said(notes)),
        JoinError::NoOffers(notes) => format!("no peer has a snapshot to give{}", said(notes)),
        JoinError::Stale(seconds) => format!(
            "the last block that the peers have is {seconds} s away from this machine's clock: set the clock (chronyc \
             tracking, timedatectl), or see why the network stands"
        ),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::super::asking::Notes;
    use super::*;

    #[test]
    fn so_many_old_data_are_kept_and_no_more_are_made() {
        let at = tempfile::tempdir().expect("a temporary directory");
        let dir = NodeDir::new(at.path());
        for number in 1..=OLD_MAX {
            check_old(&dir).expect("there is a place");
            fs::create_dir(at.path().join(format!("{OLD}{number}"))).expect("a directory of its own");
        }
        let error = check_old(&dir).expect_err("no place is left");
        assert!(may_pass(&error) && error.to_string().contains("data.old-N"), "{error}");
        fs::remove_dir(at.path().join("data.old-1")).expect("there");
        check_old(&dir).expect("somebody has made room");
    }

    #[test]
    fn a_full_disk_passes_and_a_broken_one_ends_the_node() {
        let io = |kind: io::ErrorKind| {
            let (action, path, source) = ("write", "join".into(), io::Error::from(kind));
            JoinError::Import(ImportError::Store(StoreError::Io { action, path, source }))
        };
        assert!(may_pass(&io(io::ErrorKind::StorageFull)) && !may_pass(&io(io::ErrorKind::Other)));
        assert!(may_pass(&JoinError::NoOffers(Notes::new())) && !may_pass(&JoinError::Network));
    }

    #[test]
    fn nobody_is_told_to_use_the_command_who_runs_a_node() {
        for error in [JoinError::NoWay(Notes::new(), None), JoinError::NoOffers(Notes::new()), JoinError::Stale(300)] {
            let reason = reason(&error);
            assert!(!reason.contains("--") && !reason.contains("run the node"), "{reason}");
        }
    }
}
