//! Opening a store: lock, checkpoint, replay.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lojal_chain::replay::{ReplayFault, SignedBlock};
use lojal_chain::{CommittedBlock, InvalidBlock, Replay, ReplayError};
use lojal_ledger::State;
use lojal_types::{Certificate, Genesis, Height};

use crate::checkpoint::CheckpointThread;
use crate::error::{DamageReason, StoreError};
use crate::forgotten::Forgotten;
use crate::index::{Checkpoint, IndexRebuilt, Trusted};
use crate::limits::FIRST_SEGMENT_AFTER_BASE;
use crate::lock::lock;
use crate::log::Position;
use crate::log::pairing::Pairing;
use crate::log::record::ProposalRecord;
use crate::log::repair;
use crate::log::scan::{Bad, Scan, Step, certificates_after};
use crate::log::segment::LogDirectory;
use crate::log::writer::LogWriter;
use crate::older::Older;
use crate::options::Options;
use crate::pages::Pages;
use crate::pieces::{BASE, Pieces, PiecesAt};
use crate::prune;
use crate::reader::Store;
use crate::sets::Sets;
use crate::shared::{Parts, Shared};
use crate::snapshots::Snapshots;
use crate::tail::Tail;
use crate::verify_ahead::VerifyAhead;
use crate::writer::Writer;

/// The number of the first segment of a log that begins with the first block.
const FIRST_SEGMENT: u32 = 1;

/// An open store.
pub struct Opened {
    /// For everybody who reads.
    pub store: Store,
    /// For the one who writes.
    pub writer: Writer,
    /// The state after the last block, for the one who executes.
    pub state: State,
    /// Undecided proposals for the next height, in the order in which they came.
    pub pending: Vec<PendingProposal>,
    /// The mark that a repair, this time or before, took away blocks after which this validator may have signed.
    pub forgotten: Option<Forgotten>,
    /// The report of what opening found and did.
    pub report: OpenReport,
}

/// An undecided proposal for the height after the last block, to be proposed or voted on again after a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingProposal {
    /// The record of the proposal.
    pub record: ProposalRecord,
    /// The block. Nobody has verified it.
    pub bytes: Arc<[u8]>,
}

/// The findings and repairs of opening a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// The last block of the checkpoint that was loaded; 0 without one.
    pub checkpoint_height: Height,
    /// The last block.
    pub height: Height,
    /// Blocks that were replayed on top of the checkpoint.
    pub replayed: u64,
    /// Bytes of an append that a crash had interrupted, cut off.
    pub torn_bytes: u64,
    /// The reason the index was rebuilt from the log, if it was.
    pub index_rebuilt: Option<IndexRebuilt>,
    /// The cut that a repair made, if there was one to make.
    pub repaired: Option<Repaired>,
}

/// The outcome of a repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// The damage, in words.
    pub damage: String,
    /// The files that hold what was cut off.
    pub aside: Vec<PathBuf>,
}

/// Opens the store in a directory, or makes a new one: locks the directory, loads the last checkpoint, verifies and
/// replays the log after it.
///
/// # Errors
/// When the directory is in use or belongs to another network, when the log is damaged (other than by a torn end,
/// which is cut off) and `options.repair` isn't set, or when the disk fails.
pub fn open(dir: &Path, genesis: &Genesis, options: Options) -> Result<Opened, StoreError> {
    let (disk, segment_bytes_max) = (options.disk.clone(), options.segment_bytes_max);
    let log = LogDirectory { path: dir.join("log"), chain_id: genesis.chain_id(), disk, segment_bytes_max };
    log.disk.create_directory(dir)?;
    log.disk.create_directory(&log.path)?;
    let lock = lock(dir)?;
    log.disk.sync_directory(dir)?;
    log.check_headers()?;
    let mut report = OpenReport::default();
    let bases = PiecesAt::heights(&log.disk, &dir.join(BASE))?;
    let after_base = bases.last().map_or(Height::GENESIS, |base| base.next());
    let first = log.first_height()?.unwrap_or(after_base);
    let sets = Sets::load(&log.disk, dir, genesis, first)?;
    let base = Pieces::newest(&log.disk, &dir.join(BASE), genesis, &sets.all())?.map(Arc::new);
    prune::tidy(&log.disk, dir, base.as_deref(), options.retain)?;
    let trusted = Trusted { genesis, sets: &sets, base: base.as_ref() };
    if !options.repair {
        check_beginning(dir, &log, &trusted)?;
    } else {
        report.repaired = repair_log(&log, trusted.first_height())?;
    }
    let Checkpoint { index, base: last, state, position, rebuilt } = Checkpoint::load(dir, &trusted, &log, &options)?;
    report.index_rebuilt = rebuilt;
    report.checkpoint_height = state.view().tip().height;
    let tail = Tail::new(state.view().clone(), position.unwrap_or(Position { segment: 1, offset: 0 }));
    let (snapshots, foundation) = (Snapshots::load(&log.disk, dir, genesis, &sets.all())?, index.foundation());
    foundation.set(trusted.base.cloned());
    let older = Older::open(&log.disk, dir, log.chain_id)?;
    let genesis = genesis.clone();
    let parts = Parts { genesis, options, log, index, sets, foundation, older, snapshots, base: last, tail, lock };
    let shared = Arc::new(Shared::new(parts));
    settle(&shared.log, position)?;
    let (state, pairing) = replay(&shared, state, position, &mut report)?;
    report.height = state.view().tip().height;
    if report.height == Height::GENESIS {
        // A new store has no index either.
        report.index_rebuilt.take_if(|rebuilt| rebuilt.aside.is_none());
    }
    let pending = pending(&pairing);
    let forgotten = Forgotten::find(&shared.log)?;
    let log = LogWriter::resume(&shared.log, &pairing, Arc::clone(&shared.log_counters))?;
    let thread = Arc::new(CheckpointThread::start(&shared, shared.options.checkpoints)?);
    let store = Store::new(Arc::clone(&shared), Arc::clone(&thread));
    Ok(Opened { store, writer: Writer::new(shared, log, thread), state, pending, forgotten, report })
}

/// Checks that a log which doesn't begin with the first block has something to rest on.
fn check_beginning(dir: &Path, log: &LogDirectory, trusted: &Trusted<'_>) -> Result<(), StoreError> {
    // Of a log that has lost its first segment, and never gave one up, reading it tells more.
    let begins_so = [FIRST_SEGMENT, FIRST_SEGMENT_AFTER_BASE].map(Some).contains(&log.numbers()?.first().copied());
    let is_first = begins_so || log.disk.exists(&dir.join(BASE))?;
    match log.first_height()?.filter(|first| is_first && *first > trusted.first_height()) {
        Some(first) => Err(StoreError::BaseMissing { directory: dir.to_owned(), first }),
        None => Ok(()),
    }
}

/// Makes the log after the checkpoint durable. A process that crashed, or whose sync failed, may have left its last
/// records where only the operating system sees them, and the replay writes checkpoints that rest on them.
fn settle(log: &LogDirectory, from: Option<Position>) -> Result<(), StoreError> {
    let Some(last) = log.numbers()?.last().copied() else { return Ok(()) };
    // Whatever comes before the last segment or the last checkpoint was durable before they were written.
    let offset = from.filter(|from| from.segment == last).map_or(0, |from| from.offset);
    log.disk.rewrite(&log.segment(last), offset)?;
    log.disk.sync_directory(&log.path)
}

/// Replays the log after the checkpoint, and cuts off a torn end.
fn replay(
    shared: &Shared,
    state: State,
    from: Option<Position>,
    report: &mut OpenReport,
) -> Result<(State, Pairing), StoreError> {
    let first = state.view().tip().height.next();
    let mut replay = Replay::from_state(state);
    let mut scan = Scan::start(&shared.log, from, first)?;
    let mut ahead = VerifyAhead::new(shared.log.chain_id);
    // What ended the reading counts once all before it is replayed, since an earlier block may be wrong.
    let mut end = None;
    loop {
        while end.is_none() && !ahead.is_full() {
            match scan.step() {
                // The base has what these did.
                Ok(Step::Block { .. }) if scan.next_height() <= first => (),
                Ok(Step::Block { pair, place }) => ahead.add(pair.block.bytes, (pair.certificate, place)),
                other => end = Some(other),
            }
        }
        let Some((block, (certificate, place))) = ahead.take() else { break };
        let height = replay.state().view().tip().height.next();
        match apply(shared.index.pages(), &mut replay, block, certificate)? {
            Ok(block) => {
                report.replayed = report.replayed.saturating_add(1);
                push(shared, &replay, Arc::new(block), place)?;
                shared.index.pages().turn_of(|give_up| replay.map_trees(give_up));
            }
            Err(error) => {
                let position = Position { segment: place.segment, offset: place.block_offset };
                reject(shared, height, position, error, report)?;
                return Ok((replay.into_state(), Pairing::new(height)));
            }
        }
    }
    if let Some(Step::Bad(bad)) = end.transpose()? {
        end_at(shared, bad, report)?;
    }
    Ok((replay.into_state(), scan.into_pairing()))
}

/// Applies the next block, whose signatures have been checked, and brings the pages that it lacks.
fn apply(
    pages: &Pages,
    replay: &mut Replay,
    checked: Result<SignedBlock, ReplayFault>,
    certificate: Certificate,
) -> Result<Result<CommittedBlock, ReplayError>, StoreError> {
    let height = replay.state().view().tip().height.next();
    let executed = match checked.map_err(|reason| ReplayError { height, reason }).and_then(|block| replay.begin(block))
    {
        Ok(mut block) => pages.check(&mut block)?,
        Err(error) => return Ok(Err(error)),
    };
    let executed = executed.map_err(|invalid| ReplayError { height, reason: invalid.into() });
    Ok(executed.and_then(|block| replay.commit(block, certificate)))
}

/// Takes a replayed block into the tail; a long log is checkpointed on the way.
fn push(
    shared: &Shared,
    replay: &Replay,
    block: Arc<CommittedBlock>,
    place: crate::log::BlockPlace,
) -> Result<(), StoreError> {
    shared.sets.keep(&block, replay.state().view().validators())?;
    let (block_bytes, replaced) = {
        let mut tail = shared.tail_mut();
        let replaced = tail.push(Arc::clone(&block), place, replay.state().view().clone());
        (tail.active.block_bytes, replaced)
    };
    shared.freeze_if_cut(&block);
    drop(replaced);
    if block_bytes >= shared.options.checkpoint_bytes {
        shared.checkpoint_with_all()?;
    }
    Ok(())
}

/// Decides what becomes of a log that can't be read on: a torn end is cut off, anything else is an error.
fn end_at(shared: &Shared, bad: Bad, report: &mut OpenReport) -> Result<(), StoreError> {
    let log = &shared.log;
    let path = log.segment(bad.position.segment);
    if !bad.maybe_torn || was_committed_after(shared, &bad)? {
        return Err(bad.into_error());
    }
    if shared.options.repair {
        // Damage of the very last record looks the same, and a repair deletes nothing.
        return cut(log, bad, report);
    }
    report.torn_bytes = log.disk.len(&path)?.saturating_sub(bad.position.offset);
    log.disk.truncate(&path, bad.position.offset)
}

/// True if a certificate lies after what is bad. A block can hold anything, even what looks like a certificate, so only
/// one with the signature of a validator of its height counts.
fn was_committed_after(shared: &Shared, bad: &Bad) -> Result<bool, StoreError> {
    let log = &shared.log;
    let path = log.segment(bad.position.segment);
    let certificates = certificates_after(&log.disk, &path, bad.position.offset, u64::MAX, bad.height)?;
    Ok(certificates.iter().any(|certificate| {
        let validators = shared.sets.deciding(certificate.height);
        certificate.signatures.iter().any(|one| {
            let message = certificate.vote_of(one.validator).signing_bytes(&log.chain_id);
            let validator = validators.get(&one.validator);
            validator.is_some_and(|validator| validator.public_key.verify(&message, &one.signature))
        })
    }))
}

/// A committed block that doesn't verify: with a repair the log ends before it.
fn reject(
    shared: &Shared,
    height: Height,
    position: Position,
    error: ReplayError,
    report: &mut OpenReport,
) -> Result<(), StoreError> {
    if matches!(error.reason, ReplayFault::Invalid(InvalidBlock::Version(_))) {
        return Err(StoreError::Upgrade(error));
    }
    let bad = Bad { height, position, reason: DamageReason::Replay(error), maybe_torn: false };
    if !shared.options.repair {
        return Err(bad.into_error());
    }
    cut(&shared.log, bad, report)
}

/// Reads the whole log, and ends it where it is damaged.
fn repair_log(log: &LogDirectory, first: Height) -> Result<Option<Repaired>, StoreError> {
    let mut scan = Scan::start(log, None, first)?;
    let bad = loop {
        match scan.step()? {
            Step::Block { .. } => (),
            Step::End => return Ok(None),
            Step::Bad(bad) => break bad,
        }
    };
    let path = log.segment(bad.position.segment);
    // What only looks torn is left to the replay, which knows the validators.
    if bad.maybe_torn && certificates_after(&log.disk, &path, bad.position.offset, u64::MAX, bad.height)?.is_empty() {
        return Ok(None);
    }
    let mut report = OpenReport::default();
    cut(log, bad, &mut report)?;
    Ok(report.repaired)
}

fn cut(log: &LogDirectory, bad: Bad, report: &mut OpenReport) -> Result<(), StoreError> {
    Forgotten::leave(log)?;
    let aside = repair::cut(log, bad.position)?;
    report.repaired = Some(Repaired { damage: bad.into_error().to_string(), aside });
    Ok(())
}

/// The proposals whose blocks are known.
fn pending(pairing: &Pairing) -> Vec<PendingProposal> {
    let with_bytes = pairing.proposals.iter().filter_map(|record| {
        let block = pairing.blocks.iter().find(|block| block.id == record.block)?;
        Some(PendingProposal { record: *record, bytes: Arc::clone(&block.bytes) })
    });
    with_bytes.collect()
}
