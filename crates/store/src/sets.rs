//! The changes of the validators, each in a file of its own beside the log: they say who decides at which height even
//! where the log can't be read.
//!
//! A file is named by the height of its block and holds the change in its canonical bytes. It is written before the
//! block is shown to anybody, so a checkpoint never knows of a change that is not there, and never again.

use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock, RwLockReadGuard};

use lojal_chain::CommittedBlock;
use lojal_chain::light::{LightState, SetChange};
use lojal_types::{Genesis, Hash, Height, ValidatorSet};

use crate::disk::Disk;
use crate::error::StoreError;

/// The directory of the changes in a data directory.
pub(crate) const CHANGES: &str = "changes";
/// The ending of a file whose change doesn't lead on from those before it.
const WRONG: &str = "wrong";

/// The changes of the validators that are known, from genesis on.
pub(crate) struct Sets {
    disk: Disk,
    directory: PathBuf,
    genesis: Genesis,
    known: RwLock<Vec<Arc<SetChange>>>,
}

impl Sets {
    /// Reads the changes of a data directory and checks the way from genesis. What doesn't lead on is set aside, since
    /// replaying its block writes it anew: the log has it, which begins with this block.
    pub(crate) fn load(disk: &Disk, data: &Path, genesis: &Genesis, first: Height) -> Result<Self, StoreError> {
        let directory = data.join(CHANGES);
        disk.create_directory(&directory)?;
        disk.sync_directory(data)?;
        let (known, wrong) = read(disk, &directory, genesis)?;
        if let Some((height, path)) = wrong.first().filter(|(height, _)| *height < first) {
            return Err(StoreError::ChangesDamaged { path: path.clone(), height: *height, first });
        }
        for (height, path) in wrong {
            let path_now = path.with_extension(WRONG);
            tracing::error!(%height, path = %path_now.display(), "a change of the validators is wrong, and set aside");
            disk.rename(&path, &path_now)?;
        }
        Ok(Self { disk: disk.clone(), directory, genesis: genesis.clone(), known: RwLock::new(known) })
    }

    /// Keeps the change that a committed block makes, if it makes one: when this returns, it is durable.
    pub(crate) fn keep(&self, block: &CommittedBlock, next: &ValidatorSet) -> Result<(), StoreError> {
        let header = &block.header;
        let is_change = header.validators_hash != header.next_validators_hash;
        if !is_change || self.has(header.height) {
            return Ok(());
        }
        let (header, certificate) = (header.clone(), block.certificate.clone());
        let change = SetChange { header, certificate, next: next.clone() };
        let change = Arc::new(change);
        write(&self.disk, &self.directory, &[Arc::clone(&change)])?;
        let mut known = self.known.write().expect(UNPOISONED);
        let place = known.partition_point(|one| one.header.height < block.header.height);
        known.insert(place, change);
        Ok(())
    }
    /// True if the change that the block of this height makes has been kept.
    fn has(&self, height: Height) -> bool {
        self.known().binary_search_by_key(&height, |one| one.header.height).is_ok()
    }

    /// The number of changes that are known up to a height.
    pub(crate) fn count_to(&self, height: Height) -> u64 {
        self.known().partition_point(|one| one.header.height <= height) as u64
    }

    /// The validators that decide the block of a height, as far as changes up to there are known.
    pub(crate) fn deciding(&self, height: Height) -> ValidatorSet {
        let known = self.known();
        let before = known.partition_point(|one| one.header.height < height);
        before.checked_sub(1).map_or_else(|| self.genesis.validators().clone(), |last| known[last].next.clone())
    }

    /// The validators that a header names by their hash.
    pub(crate) fn of_hash(&self, hash: &Hash) -> Option<ValidatorSet> {
        if self.genesis.validators().hash(&self.genesis.chain_id()) == *hash {
            return Some(self.genesis.validators().clone());
        }
        let known = self.known();
        known.iter().find(|one| one.header.next_validators_hash == *hash).map(|one| one.next.clone())
    }

    /// All changes.
    pub(crate) fn all(&self) -> Vec<Arc<SetChange>> {
        self.known().clone()
    }

    /// The first changes above a height, in order.
    pub(crate) fn after(&self, height: Height, count_max: usize) -> Vec<Arc<SetChange>> {
        let known = self.known();
        let from = known.partition_point(|one| one.header.height <= height);
        known.iter().skip(from).take(count_max).cloned().collect()
    }

    fn known(&self) -> RwLockReadGuard<'_, Vec<Arc<SetChange>>> {
        self.known.read().expect(UNPOISONED)
    }
}

const UNPOISONED: &str = "nobody panics while holding this lock";

/// Changes that lead on from genesis, and the heights and files of those that don't.
type Way = (Vec<Arc<SetChange>>, Vec<(Height, PathBuf)>);

/// Reads the changes in a directory.
pub(crate) fn read(disk: &Disk, directory: &Path, genesis: &Genesis) -> Result<Way, StoreError> {
    let mut way = LightState::genesis(genesis);
    let (mut known, mut wrong) = (Vec::new(), Vec::new());
    if !disk.exists(directory)? {
        return Ok((known, wrong));
    }
    for height in heights(disk, directory)? {
        let path = file(directory, height);
        let change = disk.read_whole(&path)?.and_then(|bytes| borsh::from_slice::<SetChange>(&bytes).ok());
        match change.filter(|change| change.header.height == height && way.advance(change).is_ok()) {
            Some(change) => known.push(Arc::new(change)),
            None => wrong.push((height, path)),
        }
    }
    Ok((known, wrong))
}

/// Writes changes into a directory, durably.
pub(crate) fn write(disk: &Disk, directory: &Path, changes: &[Arc<SetChange>]) -> Result<(), StoreError> {
    disk.create_directory(directory)?;
    changes.iter().try_for_each(|change| {
        let bytes = borsh::to_vec(&**change).expect("writing to memory doesn't fail");
        disk.write_whole(&file(directory, change.header.height), &bytes)
    })
}

fn file(directory: &Path, height: Height) -> PathBuf {
    directory.join(format!("{:020}", height.get()))
}

/// The heights of the files, ascending.
fn heights(disk: &Disk, directory: &Path) -> Result<Vec<Height>, StoreError> {
    let names = disk.names(directory)?;
    let is_number = |name: &&String| name.len() == 20 && name.bytes().all(|byte| byte.is_ascii_digit());
    let mut heights: Vec<Height> =
        names.iter().filter(is_number).filter_map(|name| name.parse().ok().map(Height::new)).collect();
    heights.sort_unstable();
    Ok(heights)
}

#[cfg(test)]
mod tests;
