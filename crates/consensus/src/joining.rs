//! Taking the state of a late block from peers instead of executing every block: what a node does that joins, and one
//! that needs blocks which nobody keeps any more (docs/adr/0063, docs/adr/0075).
//!
//! Nobody is believed. The changes of the validators lead from genesis, and if there is a pin through its block, to a
//! header that is final now; an earlier header of the same way says what the state was after its block; a manifest is
//! proven by that, and each piece by the manifest. What has come is kept, so that a join that was interrupted goes on
//! where it was.

mod asking;
mod falling;
mod fetch;
mod offers;
mod progress;
mod way;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lojal_chain::Pin;
use lojal_store::{Disk, Import, ImportError, StoreError};
use lojal_types::{Genesis, Height, TimeMs};
use thiserror::Error;
use tokio::time::sleep;

use self::fetch::{Fetch, FetchEnd};
use self::progress::Progress;
use crate::clock::Clock;
use crate::roster::Addresses;
use crate::workers::Workers;

pub use self::asking::{Asking, Notes, Useless};
pub use self::falling::{Fall, OLD_MAX};
pub use self::offers::{Chosen, Offers};
pub use self::way::{Trust, Way, as_peers, find, follow};

/// Most times that another snapshot is tried.
const ATTEMPTS_MAX: usize = 5;
/// The bits of a number of bytes that are less than a MiB.
const MIB_BITS: u32 = 20;

/// A reason that no snapshot could be taken.
#[derive(Debug, Error)]
pub enum JoiningError {
    /// The network has stopped.
    #[error("the peer-to-peer network has stopped; its reason stands in the log")]
    Network,
    /// Nobody leads from genesis to a block of now, past the pin if there is one.
    #[error("no peer shows the way to the last block{}", said(.0))]
    NoWay(Notes, Option<Pin>),
    /// The last block is not of now.
    #[error(
        "the last block that the peers have is {0} s away from this machine's clock: set the clock (chronyc tracking, \
         timedatectl), or see why the network stands"
    )]
    Stale(u64),
    /// Nobody has a snapshot.
    #[error("no peer has a snapshot to give{}", said(.0))]
    NoOffers(Notes),
    /// The disk is too full.
    #[error(
        "the snapshot, and the index that is made of it, need {needed} MiB of the disk, and {free} MiB are free: make \
         room, and try again; what has come is kept"
    )]
    NoRoom {
        /// The MiB that are needed.
        needed: u64,
        /// The MiB that are free.
        free: u64,
    },
    /// Data that were replaced before are in the way.
    #[error(
        "{count} directories {}.old-N have data that were replaced before, and no more are kept: move one elsewhere, \
         if its blocks are wanted for audits, or delete it", data.display()
    )]
    TooManyOld {
        /// The number of directories.
        count: usize,
        /// The node's data.
        data: PathBuf,
    },
    /// The block from which on it would be led can't be read.
    #[error("the own block {0} can't be read: move the data away, and run lojal-node join")]
    OwnBlock(Height),
    /// No snapshot could be fetched to its end.
    #[error("no snapshot came to its end; what has come is kept, so try again{}", said(.0))]
    NoEnd(Notes),
    /// See [`ImportError`].
    #[error(transparent)]
    Import(#[from] ImportError),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The operating system refuses something basic.
    #[error("the operating system refused: {0}")]
    System(#[from] std::io::Error),
}

/// The words of the peers, one a line.
pub fn said(notes: &Notes) -> String {
    if notes.is_empty() {
        return "; no peer was reached".to_owned();
    }
    notes.iter().map(|(peer, said)| format!("\n  {peer} {said}")).collect()
}

/// The things that data are made by.
pub struct Joining<'a> {
    /// The node's directory.
    pub directory: &'a Path,
    /// The disk that it is on.
    pub disk: Disk,
    /// The genesis document.
    pub genesis: &'a Genesis,
    /// Addresses of other nodes; they go before those that the ledger has.
    pub addresses: Addresses,
    /// The block that is trusted.
    pub trust: Trust,
    /// True if the last block need not be of now.
    pub allow_stale: bool,
    /// The clock that it takes the time from.
    pub clock: Clock,
    /// The place where the work on the disk runs.
    pub workers: Workers,
    /// Shows a line on a terminal until the next one; without it lines go to the log.
    pub draw: Option<fn(String)>,
}

/// Data that are whole, and not yet those of the node.
#[derive(Debug)]
pub struct Made {
    /// The height of their snapshot.
    pub height: Height,
    /// The place where they are.
    pub data: PathBuf,
}

impl Joining<'_> {
    /// Fetches the state of a late block, and makes data of it.
    ///
    /// # Errors
    /// The reason that it couldn't.
    pub async fn make(&self, asking: &Asking) -> Result<Made, JoiningError> {
        let way = find(asking, &self.addresses, (self.genesis, &self.trust)).await?;
        check_time(&way, self.clock.now(), self.allow_stale)?;
        let mut offers = Offers::after(match &self.trust {
            Trust::Own(own) => own.height,
            Trust::Genesis | Trust::Pin(_) => Height::GENESIS,
        });
        for _ in 0..ATTEMPTS_MAX {
            let offer = offers.choose(asking, self.genesis, &way).await?;
            let key = offer.key;
            let import = match self.begin(&way, &offer).await {
                Ok(import) => Arc::new(import),
                Err(error @ ImportError::Store(_)) => return Err(error.into()),
                Err(lie) => {
                    offers.lies(key, &lie.to_string());
                    continue;
                }
            };
            let height = import.manifest().header().height;
            match self.fetch(asking, &import, offer).await? {
                FetchEnd::Whole => match self.workers.blocking(move || import.finish()).await {
                    Ok(data) => return Ok(Made { height, data }),
                    // They are asked for again.
                    Err(ImportError::Missing(_)) => {}
                    Err(error) => return Err(error.into()),
                },
                FetchEnd::Lie => offers.lies(key, "its pieces have other sizes than it says"),
                FetchEnd::Doubt => offers.doubt(key),
                FetchEnd::NoSource { notes, liars } => {
                    offers.unfinished(notes, liars);
                    // Others may be reached by then.
                    sleep(offers::PAUSE).await;
                }
            }
        }
        Err(JoiningError::NoEnd(offers.into_notes()))
    }

    async fn begin(&self, way: &Way, offer: &Chosen) -> Result<Import, ImportError> {
        let (disk, directory, changes) = (self.disk.clone(), self.directory.to_owned(), way.changes.clone());
        let (genesis, certificate) = (self.genesis.clone(), offer.certificate.clone());
        let manifest = offer.manifest_bytes.clone();
        let start = move || Import::start(&disk, &directory, &genesis, &changes, (&manifest, &certificate));
        self.workers.blocking(start).await
    }

    async fn fetch(
        &self,
        asking: &Asking,
        import: &Arc<Import>,
        Chosen { peers, is_sure, .. }: Chosen,
    ) -> Result<FetchEnd, JoiningError> {
        let manifest = import.manifest();
        let progress = Progress::start(manifest.header().height, manifest.bytes(), self.draw);
        let import = (Arc::clone(import), self.workers);
        let fetch = Fetch::new(asking, import, (peers, is_sure), &progress)?;
        check_room(fetch.room(), self.disk.free_bytes(self.directory))?;
        fetch.run().await
    }
}

/// Refuses to begin what the disk has no room for.
fn check_room(needed: u64, free: Option<u64>) -> Result<(), JoiningError> {
    match free.filter(|free| *free < needed) {
        Some(free) => Err(JoiningError::NoRoom { needed: needed >> MIB_BITS, free: free >> MIB_BITS }),
        None => Ok(()),
    }
}

fn check_time(way: &Way, now: TimeMs, allow_stale: bool) -> Result<(), JoiningError> {
    const APART_MAX_MS: u64 = 120_000;
    let apart_ms = way.head.time_ms.get().abs_diff(now.get());
    if apart_ms <= APART_MAX_MS || allow_stale { Ok(()) } else { Err(JoiningError::Stale(apart_ms / 1_000)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_without_room_is_told_of_before_anything_is_fetched() {
        assert!(check_room(3 << 20, Some(3 << 20)).is_ok() && check_room(3 << 20, None).is_ok());
        let told = check_room(3 << 20, Some(2 << 20)).expect_err("a MiB is missing").to_string();
        assert!(told.contains("need 3 MiB") && told.contains("2 MiB are free"), "{told}");
    }
}
