//! Loading a checkpoint, and checking that it is one of this log.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use borsh::BorshDeserialize;
use lojal_chain::verify_certificate;
use lojal_ledger::recent::{RecentError, RecentIds};
use lojal_ledger::shelves::ShelvesError;
use lojal_ledger::{Missing, Shelves, State, StateTree};
use lojal_types::{Genesis, Hash, Header, Height, ValidatorSet};

use super::import::START;
use super::keys;
use super::redo::Changes;
use super::runs::FileInfos;
use super::{Base, Digest, INDEX_VERSION, Index, Meta, guarded, is_held, move_aside, path_in};
use crate::error::{DamageReason, IndexError, StoreError};
use crate::forgotten::Forgotten;
use crate::log::Position;
use crate::log::read::read_pair;
use crate::log::scan::{Scan, Step};
use crate::log::segment::LogDirectory;
use crate::options::Options;
use crate::pace::StateRate;
use crate::pieces::Pieces;
use crate::sets::Sets;
use crate::trust::Trust;

/// The open index, and the state to replay the log on.
pub(crate) struct Checkpoint {
    pub(crate) index: Index,
    pub(crate) base: Base,
    pub(crate) state: State,
    /// The place where the log goes on; none at the beginning.
    pub(crate) position: Option<Position>,
    /// The reason it has no checkpoint, unless it is new or has one.
    pub(crate) rebuilt: Option<IndexRebuilt>,
}

/// The reason an index is made again out of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRebuilt {
    /// The fault of the old one.
    pub reason: String,
    /// The place of the old one now, if there was one.
    pub aside: Option<PathBuf>,
}

/// All that a start trusts, besides what it checks.
pub(crate) struct Trusted<'a> {
    pub(crate) genesis: &'a Genesis,
    pub(crate) sets: &'a Sets,
    /// The snapshot on which the log rests, unless it begins with the first block.
    pub(crate) base: Option<&'a Arc<Pieces>>,
}

impl Trusted<'_> {
    /// The height of the first block that has to be in the log.
    pub(crate) fn first_height(&self) -> Height {
        self.base.map_or(Height::GENESIS, |base| base.height()).next()
    }
}

/// The content of a checkpoint that holds.
struct Loaded {
    state: State,
    /// None if the log begins after it.
    position: Option<Position>,
    digest: Digest,
}

/// A reason there is no checkpoint to start from.
enum Fault {
    /// The index is of no use.
    Unusable(String),
    /// The node can't start.
    Fatal(StoreError),
}

impl From<IndexError> for Fault {
    fn from(error: IndexError) -> Self {
        match error {
            // Nothing is wrong with the index then, and a new one would fare no better.
            IndexError::Sled(sled::Error::Io(source))
                if matches!(
                    source.kind(),
                    ErrorKind::PermissionDenied
                        | ErrorKind::StorageFull
                        | ErrorKind::QuotaExceeded
                        | ErrorKind::ReadOnlyFilesystem
                        | ErrorKind::OutOfMemory
                ) =>
            {
                Self::Fatal(IndexError::Sled(sled::Error::Io(source)).into())
            }
            error if is_held(&error) => Self::Fatal(error.into()),
            error => Self::Unusable(error.to_string()),
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Index(error) => error.into(),
            StoreError::PageGone => Self::Unusable("a page of its state is missing".to_owned()),
            StoreError::PageDamaged { path, offset } => {
                Self::Unusable(format!("a page of its state is damaged, at byte {offset} of {}", path.display()))
            }
            error => Self::Fatal(error),
        }
    }
}

impl Checkpoint {
    /// Opens the index and loads its checkpoint. An index that is damaged, or isn't of this log, is moved aside.
    pub(crate) fn load(
        directory: &Path,
        trusted: &Trusted<'_>,
        log: &LogDirectory,
        options: &Options,
    ) -> Result<Self, StoreError> {
        let genesis = trusted.genesis;
        let rebuilt = match open(directory, trusted, log, options) {
            Ok((index, loaded)) => return Ok(Self::new(index, loaded, genesis, None)),
            Err(Fault::Fatal(error)) => {
                // The process refuses to start, but doesn't die of the index. If the attempts were not counted anew,
                // refusing often enough would have the index given up, and with it what it knows of a damaged log.
                if let Err(error) = Trust::in_directory(&log.disk, directory).survive() {
                    tracing::error!(%error, "the attempts to open the index can't be counted anew");
                }
                return Err(error);
            }
            Err(Fault::Unusable(reason)) => IndexRebuilt { reason, aside: move_aside(&log.disk, directory)? },
        };
        let mut index = Index::create(&log.disk, directory, options.state_cache_bytes)?;
        let loaded = match trusted.base {
            Some(base) => Some(from_base(&mut index, trusted, base)?),
            None => None,
        };
        Ok(Self::new(index, loaded, genesis, Some(rebuilt)))
    }

    fn new(index: Index, loaded: Option<Loaded>, genesis: &Genesis, rebuilt: Option<IndexRebuilt>) -> Self {
        match loaded {
            Some(Loaded { state, position, digest }) => {
                let base = Base::of(state.view(), digest, StateRate::UNKNOWN);
                Self { index, base, state, position, rebuilt }
            }
            None => Self { index, base: Base::empty(), state: State::genesis(genesis), position: None, rebuilt },
        }
    }
}

/// Makes an empty index out of a base, and loads it.
fn from_base(index: &mut Index, trusted: &Trusted<'_>, base: &Arc<Pieces>) -> Result<Loaded, StoreError> {
    let validators = trusted.sets.deciding(base.height());
    let meta = index.import(base, (&validators, trusted.sets.count_to(base.height())))?;
    let damaged = |reason| StoreError::SnapshotDamaged { path: base.path(), reason };
    let loaded = index.load(trusted.genesis, &meta, base.header(), false).map_err(|fault| match fault {
        Fault::Fatal(error) => error,
        Fault::Unusable(reason) => damaged(reason),
    })?;
    index.open_months(loaded.state.view())?;
    if trusted.sets.deciding(base.height().next()) != *loaded.state.view().validators() {
        return Err(damaged("the change of the validators that its block makes is missing".to_owned()));
    }
    Ok(loaded)
}

fn open(
    directory: &Path,
    trusted: &Trusted<'_>,
    log: &LogDirectory,
    options: &Options,
) -> Result<(Index, Option<Loaded>), Fault> {
    let Trusted { genesis, sets, base } = *trusted;
    if !log.disk.exists(&path_in(directory))? {
        return Err(unusable("there was none"));
    }
    let trust = Trust::in_directory(&log.disk, directory);
    let (was_marked, was_wrong) = (trust.is_unverified()?, trust.is_wrong()?);
    let mut index = Index::open(&log.disk, directory, options.state_cache_bytes)?;
    if index.get::<u32>(&[keys::CREATED])? != Some(INDEX_VERSION) {
        return Err(unusable("it is empty or was written by another version of this program"));
    }
    let Some(meta) = index.last_checkpoint()? else {
        index.settle()?;
        let loaded = match base {
            Some(base) => Some(from_base(&mut index, trusted, base)?),
            None => None,
        };
        return Ok((index, loaded));
    };
    index.base.set(base.cloned());
    if meta.chain_id != genesis.chain_id() {
        return Err(unusable("it belongs to another chain"));
    }
    index.open_files(&meta)?;
    if was_marked {
        if index.digest(meta.tip.height)? != meta.digest {
            return Err(unusable("entries are missing or changed"));
        }
        index.runs.verify()?;
    }
    let header = match index.check_block(&meta, log)? {
        Some(header) => header,
        None if meta.position == START => return Err(unusable("it is not of the base that the log rests on")),
        None if options.repair => {
            // The log has lost its end without a trace of damage.
            Forgotten::leave(log)?;
            return Err(unusable("it is ahead of the log, or the log is damaged"));
        }
        None => return Err(lost(log, trusted.first_height(), meta.tip.height)?),
    };
    let loaded = index.load(genesis, &meta, &header, was_wrong)?;
    if meta.position == START {
        // The process may have died before it came to that.
        index.open_months(loaded.state.view())?;
    }
    // Validators may come back to what they were, so the number counts, too; an index from before has none.
    let are_fewer = index.get::<u64>(&[keys::SET_CHANGES])?.is_some_and(|count| sets.count_to(meta.tip.height) < count);
    if are_fewer || sets.deciding(meta.tip.height.next()) != *loaded.state.view().validators() {
        return Err(unusable("a change of the validators before its checkpoint is missing"));
    }
    index.settle()?;
    Ok((index, Some(loaded)))
}

fn unusable(reason: &str) -> Fault {
    Fault::Unusable(reason.to_owned())
}

/// The block of a checkpoint is not where it was: the log is damaged, unless it has the block elsewhere.
fn lost(log: &LogDirectory, first: Height, checkpoint: Height) -> Result<Fault, StoreError> {
    let mut scan = Scan::start(log, None, first)?;
    let reason = loop {
        match scan.step()? {
            Step::Block { .. } if scan.next_height() > checkpoint => {
                return Ok(unusable("the block of its checkpoint is not where it says"));
            }
            Step::Block { .. } => (),
            Step::End => break DamageReason::Short { checkpoint },
            // What looks like an interrupted append was a block of the checkpoint.
            Step::Bad(bad) if bad.maybe_torn => break DamageReason::Short { checkpoint },
            Step::Bad(bad) => return Ok(Fault::Fatal(bad.into_error())),
        }
    };
    let Position { segment, offset } = scan.position();
    Ok(Fault::Fatal(StoreError::Damaged { height: scan.next_height(), segment, offset, reason }))
}

impl Index {
    /// The record of the last checkpoint, whose changes are completed if they were only begun; none if none has been
    /// finished yet.
    pub(super) fn last_checkpoint(&self) -> Result<Option<Meta>, StoreError> {
        if let Some(changes) = Changes::load(&self.disk, &self.redo)? {
            self.redo(changes)?;
        }
        Ok(self.get::<Meta>(&[keys::META])?)
    }

    /// Makes what there is durable, deletes files that no checkpoint lists, and takes the mark away.
    pub(super) fn settle(&self) -> Result<(), StoreError> {
        self.persist()?;
        self.runs.clean()?;
        self.trust.settle()
    }

    /// Finds the checkpoint's block in the log and checks that it is final; none if there is no whole block there.
    fn check_block(&self, meta: &Meta, log: &LogDirectory) -> Result<Option<Header>, Fault> {
        let Meta { tip, position, .. } = meta;
        if *position == START {
            let base = self.base.get().filter(|base| base.header().id() == tip.block);
            return Ok(base.map(|base| base.header().clone()));
        }
        let entry = self.block(tip.height)?.filter(|entry| entry.id == tip.block && entry.place.end() == *position);
        let entry = entry.ok_or(unusable("the block of its checkpoint is missing"))?;
        let path = log.segment(position.segment);
        if !log.disk.exists(&path)? || log.disk.len(&path)? < position.offset {
            return Ok(None);
        }
        let (bytes, certificate) = match read_pair(log, tip.height, tip.block, &entry.place) {
            Err(StoreError::Damaged { .. }) => return Ok(None),
            read => read?,
        };
        let header = Header::deserialize(&mut &*bytes).map_err(|_| unusable("its block is malformed"))?;
        let validators = self.parts(&[keys::VALIDATORS])?;
        let validators: ValidatorSet =
            borsh::from_slice(&validators).map_err(|_| unusable("its validators are malformed"))?;
        if validators.hash(&meta.chain_id) != header.validators_hash || header.time_ms != tip.time_ms {
            return Err(unusable("its validators or its time are not those of its block"));
        }
        verify_certificate(&certificate, &validators, &meta.chain_id)
            .map_err(|error| Fault::Unusable(format!("the block of its checkpoint is not final: {error}")))?;
        Ok(Some(header))
    }

    /// Loads the state, without its pages but for those that are needed at once, and checks it against the header of
    /// its block.
    fn load(&self, genesis: &Genesis, meta: &Meta, header: &Header, checks_pages: bool) -> Result<Loaded, Fault> {
        let (pages, tip) = (&self.runs.pages, meta.tip);
        let (mut tree, shelves) = self.runs.trees(pages, checks_pages)?;
        if Hash::new(tree.root()) != header.state_root {
            return Err(unusable("its state is not that of its block"));
        }
        let restored = pages.ask(&mut tree, |tree| match Shelves::restore(tree, tip.time_ms, shelves.clone()) {
            Err(ShelvesError::Missing(missing)) => Err(missing),
            restored => Ok(restored),
        });
        let shelves = restored?.map_err(|error| Fault::Unusable(error.to_string()))?;
        let minutes = self.recent(&mut tree, (tip.height, tip.time_ms))?;
        let restored =
            pages.ask(&mut tree, |tree| match RecentIds::restore(&minutes, tree, tip.time_ms, &meta.chain_id) {
                Err(RecentError::Missing(missing)) => Err(missing),
                restored => Ok(restored),
            });
        let recent = restored?.map_err(|error| Fault::Unusable(error.to_string()))?;
        let restore = |tree: &StateTree| -> Result<State, Missing> {
            State::restore(genesis, tip, (tree.clone(), shelves.clone()), RecentIds::default())
        };
        pages.ask(&mut tree, restore)?;
        let lacking = |missing: Missing| Fault::Unusable(missing.to_string());
        let state = State::restore(genesis, tip, (tree, shelves), recent).map_err(lacking)?;
        let position = Some(meta.position).filter(|position| *position != START);
        Ok(Loaded { state, position, digest: meta.digest })
    }

    /// Opens the files that the checkpoint lists.
    pub(super) fn open_files(&self, meta: &Meta) -> Result<(), StoreError> {
        let list = self.parts(&[keys::FILES])?;
        if Digest::of(&[keys::FILES], &list) != meta.files {
            return Err(IndexError::Inconsistent("the list of its files is not that of its checkpoint").into());
        }
        let infos: FileInfos =
            borsh::from_slice(&list).map_err(|_| IndexError::Inconsistent("the list of the files is malformed"))?;
        if !infos.is_ordered(meta.tip.height) {
            return Err(IndexError::Inconsistent("the files don't follow each other").into());
        }
        self.runs.open(&infos)
    }

    /// A value that was written in parts.
    fn parts(&self, prefix: &[u8]) -> Result<Vec<u8>, IndexError> {
        let mut whole = Vec::new();
        self.each(prefix, |_, value| {
            whole.extend(value);
            Ok(())
        })?;
        Ok(whole)
    }

    /// The digest of where the blocks up to a height are, and of the ends of months.
    fn digest(&self, checkpoint: Height) -> Result<Digest, IndexError> {
        const MALFORMED: IndexError = IndexError::Inconsistent("an entry is malformed");
        let mut digest = Digest::default();
        self.each(&[keys::BLOCK], |key, value| {
            let height = key.get(1..).and_then(|height| height.try_into().ok()).ok_or(MALFORMED)?;
            add_up_to(&mut digest, checkpoint, Height::new(u64::from_be_bytes(height)), key, value);
            Ok(())
        })?;
        self.each(&[keys::MONTH_END], |key, value| {
            digest.add(key, value);
            Ok(())
        })?;
        Ok(digest)
    }

    /// Goes through all entries whose key starts with `prefix`, in order.
    pub(super) fn each(
        &self,
        prefix: &[u8],
        mut f: impl FnMut(&[u8], &[u8]) -> Result<(), IndexError>,
    ) -> Result<(), IndexError> {
        let mut entries = self.db.scan_prefix(prefix);
        while let Some((key, value)) = guarded(|| entries.next().transpose())? {
            f(&key, &value)?;
        }
        Ok(())
    }
}

/// Adds an entry to the digest, unless it lies above the checkpoint, written ahead by one that was not finished.
fn add_up_to(digest: &mut Digest, checkpoint: Height, height: Height, key: &[u8], value: &[u8]) {
    if height <= checkpoint {
        digest.add(key, value);
    }
}
