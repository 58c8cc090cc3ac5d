//! Falling back: a node that needs blocks which its peers keep no more takes the state of a later one, fetched as by
//! `lojal-node join` (docs/adr/0075). What it has goes on being served until the snapshot is whole.

use std::fs::{self, File};
use std::path::Path;

use lojal_consensus::joining::{self, Made};
use lojal_consensus::{Addresses, Clock, Condition, FarBehind, Workers};
use lojal_network::Identity;
use lojal_store::{Disk, Store, import};
use tokio::sync::watch;

use super::{JoinError, draw, reach};
use crate::config::{NodeConfig, NodeDir};

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
    /// Fetches a snapshot; none if that has been in vain for ten minutes.
    ///
    /// # Errors
    /// What doesn't pass by itself.
    pub async fn back(self, far_behind: FarBehind) -> Result<Option<Fetched>, JoinError> {
        let Self { dir, config, addresses, identity, store, told } = self;
        let lock = lojal_store::lock(dir.path())?;
        let FarBehind { next, first, .. } = far_behind;
        tracing::warn!(
            needed = %next, others_begin_with = %first,
            "this node needs blocks that its peers keep no more: it has stopped its engine, fetches a snapshot, and \
             goes on from there; what it has stays in data.old-N"
        );
        let genesis = store.genesis().clone();
        let fall = joining::Fall {
            directory: dir.path(),
            disk: Disk::real(),
            addresses,
            own: identity.peer_id(),
            store,
            told,
            clock: Clock::System,
            workers: Workers::Threads,
            draw: draw(),
        };
        let (keeps_old, peers) = (fall.keeps_old(), fall.peers(&far_behind).await?);
        let asking = reach(&genesis, config, identity, peers).await?;
        let fetched = fall.fetch(&asking, next).await;
        asking.end().await;
        Ok(fetched?.map(|made| Fetched { made, keeps_old, _lock: lock }))
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
