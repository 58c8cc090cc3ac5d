//! The way through a chain: every block from genesis on, or from a source's base, checked and executed again.

use lojal_chain::replay::ReplayFault;
use lojal_chain::{CommittedBlock, InvalidBlock, Pin, Replay, ReplayError, SignedBlock};
use lojal_ledger::View;
use lojal_ledger::conservation::{BrandSheet, balance_sheet};
use lojal_store::VerifyAhead;
use lojal_types::{Certificate, ChainId, Genesis, Height};
use serde::Serialize;
use thiserror::Error;

use crate::progress::Progress;
use crate::source::{Source, SourceError};

/// The number of blocks after which the whole state is added up; what a block changes is added up after every block
/// anyway.
pub const SHEET_INTERVAL_BLOCKS: u64 = 1000;

/// The first thing that is wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize)]
#[error("height {height}: {reason}")]
pub struct Discrepancy {
    /// The height of the block; 0 for genesis itself.
    pub height: Height,
    /// The transaction of the block, from 0, if it is one of them.
    pub transaction: Option<usize>,
    /// The description of what is wrong.
    pub reason: String,
}

/// A reason an audit did not end well.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// The chain is wrong.
    #[error(transparent)]
    Discrepancy(#[from] Discrepancy),
    /// Blocks from `height` on that can't be read, so that it remains unknown whether the chain is wrong there.
    #[error("nothing is known from height {height} on: {reason}")]
    Unreadable {
        /// The first height that could not be read.
        height: Height,
        /// The reason, and what to do.
        reason: String,
    },
}

impl VerifyError {
    /// The first thing that is wrong is at `height`.
    pub(crate) fn discrepancy(height: Height, reason: impl ToString) -> Self {
        Self::Discrepancy(Discrepancy { height, transaction: None, reason: reason.to_string() })
    }
    fn of_replay(ReplayError { height, reason: fault }: ReplayError) -> Self {
        let reason = fault.to_string();
        match fault {
            // "An auditor stops at such a block and says so. The remedy is a newer program." (protocol, Staying
            // compatible) This one can't tell right from wrong.
            ReplayFault::Invalid(InvalidBlock::Version(_)) => Self::Unreadable { height, reason },
            ReplayFault::Invalid(InvalidBlock::Transaction(index, _)) => {
                Self::Discrepancy(Discrepancy { height, transaction: Some(index), reason })
            }
            _ => Self::discrepancy(height, reason),
        }
    }
    /// The meaning of a source's error at `height` for the audit.
    pub fn of_source(height: Height, error: SourceError) -> Self {
        match error {
            SourceError::Damaged(reason) => Self::discrepancy(height, reason),
            SourceError::Unreadable(reason) => Self::Unreadable { height, reason },
        }
    }
}

/// The part of a chain that an audit takes in, and the blocks that have to be in it.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The last height; without it, the source's end.
    pub to: Option<Height>,
    /// Blocks that the chain has to have. Whoever holds old keys of more than two thirds of the power can sign another
    /// past, and nothing in it shows that; a pin that comes from elsewhere does.
    pub pins: Vec<Pin>,
}

/// Somebody who is shown each block: the state before it, the block, and the state after it.
pub type Visit<'v> = dyn FnMut(&View, &CommittedBlock, &View) -> Result<(), VerifyError> + 'v;

/// A chain that is about to be walked through.
pub struct Walk<'a> {
    source: &'a mut Source,
    scope: &'a Scope,
    chain: ChainId,
    base: Height,
    replay: Replay,
}

impl<'a> Walk<'a> {
    /// Opens the chain of `source` at its beginning.
    ///
    /// # Errors
    /// When it is another network's, or begins beyond the scope.
    pub fn begin(genesis: &Genesis, source: &'a mut Source, scope: &'a Scope) -> Result<Self, VerifyError> {
        let chain = genesis.chain_id();
        if let Some(other) = source.chain_id().filter(|found| *found != chain) {
            let reason = format!("these are blocks of chain {other}, but the genesis document is that of {chain}");
            return Err(VerifyError::discrepancy(Height::GENESIS, reason));
        }
        let replay = begin(genesis, source)?;
        let base = replay.state().view().tip().height;
        if let Some(to) = scope.to.filter(|to| *to < base) {
            let reason =
                format!("the source begins with a snapshot at height {base}; ask for that height or a later one");
            return Err(VerifyError::Unreadable { height: to, reason });
        }
        scope.check_reach(base)?;
        Ok(Self { source, scope, chain, base, replay })
    }

    /// The height of the snapshot that it begins with; 0 if it begins with genesis.
    pub fn base(&self) -> Height {
        self.base
    }

    /// Walks through the chain as far as the scope says, and shows each block when it is verified. Answers with the
    /// state at the end.
    ///
    /// # Errors
    /// The first discrepancy, which may be that a pin is another block's; that the blocks up to the end of the scope,
    /// or to one of its pins, can't be read; or the first that `visit` returns.
    pub fn run(self, progress: &mut Progress, visit: &mut Visit<'_>) -> Result<View, VerifyError> {
        let Self { source, scope, chain, base, mut replay } = self;
        check_claim(source, replay.state().view())?;
        scope.check_pins(replay.state().view())?;
        // What a node committed after it made its claim is left for the next audit, so that this one ends.
        let claimed = source.claim().map(|claim| claim.height);
        let last = scope.to.into_iter().chain(claimed).min();
        let mut ahead = VerifyAhead::new(chain);
        let mut reading = Reading { source, base, next: base.next(), last, end: None };
        while let Some((block, certificate)) = reading.next(&mut ahead) {
            let before = replay.state().view().clone();
            let committed = replay.apply_checked(block, certificate).map_err(VerifyError::of_replay)?;
            let after = replay.state().view();
            progress.block(&committed);
            check_claim(reading.source, after)?;
            scope.check_pins(after)?;
            visit(&before, &committed, after)?;
            if committed.header.height.get().is_multiple_of(SHEET_INTERVAL_BLOCKS) {
                sheet(after)?;
            }
        }
        reading.end.unwrap_or(Ok(()))?;
        let view = replay.state().view();
        check_end(view.tip().height, scope.to, claimed)?;
        scope.check_end(view.tip().height)?;
        Ok(view.clone())
    }
}

impl Scope {
    /// Pins that an audit which begins at `base` can't come to, or not before its end, would be no check at all.
    fn check_reach(&self, base: Height) -> Result<(), VerifyError> {
        for pin in &self.pins {
            let reason = if pin.height < base {
                format!("the source begins with a snapshot at height {base}, and can't show what the block of {pin} is")
            } else if self.to.is_some_and(|to| pin.height > to) {
                format!("the audit ends before the block of {pin}; ask for a later height, or leave it or the pin out")
            } else {
                continue;
            };
            return Err(VerifyError::Unreadable { height: pin.height, reason });
        }
        Ok(())
    }

    /// Compares the last block of a version of the state with the pin of its height, if there is one.
    fn check_pins(&self, view: &View) -> Result<(), VerifyError> {
        let tip = view.tip();
        match self.pins.iter().find(|pin| pin.height == tip.height && pin.block != tip.block) {
            Some(Pin { block, .. }) => {
                let reason = format!("the pin says that the block is {block}, but it is {}", tip.block);
                Err(VerifyError::discrepancy(tip.height, reason))
            }
            None => Ok(()),
        }
    }

    /// A chain that ends before a pin is perhaps not the pin's.
    fn check_end(&self, end: Height) -> Result<(), VerifyError> {
        match self.pins.iter().find(|pin| pin.height > end) {
            Some(pin) => {
                let reason = format!("the chain ends at height {end}, before the block of {pin}");
                Err(VerifyError::Unreadable { height: end.next(), reason })
            }
            None => Ok(()),
        }
    }
}

/// The beginning of an audit: genesis, or the base of the source, whose points have to add up as well.
fn begin(genesis: &Genesis, source: &Source) -> Result<Replay, VerifyError> {
    let base = source.base(genesis).map_err(|error| VerifyError::of_source(Height::GENESIS.next(), error))?;
    match base {
        Some(state) => {
            sheet(state.view())?;
            Ok(Replay::from_state(state))
        }
        None => Ok(Replay::new(genesis)),
    }
}

/// The blocks of a source on their way to the one who replays them.
struct Reading<'s> {
    source: &'s mut Source,
    /// The height that it begins after.
    base: Height,
    /// The height of the block that is read next, and of the last that is wanted.
    next: Height,
    last: Option<Height>,
    /// The way the reading ended, once it has. It counts when all before it is replayed: an earlier block may be wrong.
    end: Option<Result<(), VerifyError>>,
}

impl Reading<'_> {
    /// The next block with its certificate; reads on as far as there is room.
    fn next(
        &mut self,
        ahead: &mut VerifyAhead<Certificate>,
    ) -> Option<(Result<SignedBlock, ReplayFault>, Certificate)> {
        while self.end.is_none() && !ahead.is_full() {
            if self.last.is_some_and(|last| self.next > last) {
                self.end = Some(Ok(()));
                break;
            }
            match self.source.next(self.next) {
                Ok(Some(archived)) if self.next == self.base.next() && archived.certificate.height > self.next => {
                    let (height, first) = (self.next, archived.certificate.height);
                    let reason = format!(
                        "the source begins at height {first}; verify one that has the blocks before, or the data \
                         directory of a node that has the base which they rest on"
                    );
                    self.end = Some(Err(VerifyError::Unreadable { height, reason }));
                }
                Ok(Some(archived)) => {
                    self.next = self.next.next();
                    ahead.add(archived.bytes, archived.certificate);
                }
                Ok(None) => self.end = Some(Ok(())),
                Err(error) => self.end = Some(Err(VerifyError::of_source(self.next, error))),
            }
        }
        ahead.take()
    }
}

/// Compares what a node says of the height that has just been verified with what is so.
fn check_claim(source: &Source, view: &View) -> Result<(), VerifyError> {
    let tip = view.tip();
    let Some(claim) = source.claim() else { return Ok(()) };
    if claim.height != tip.height {
        return Ok(());
    }
    let state_root = view.state_root();
    if claim.state_root != state_root {
        let reason = format!("the node says that the state root is {}, but it is {state_root}", claim.state_root);
        return Err(VerifyError::discrepancy(tip.height, reason));
    }
    if claim.time_ms != tip.time_ms {
        let (said, is) = (claim.time_ms.get(), tip.time_ms.get());
        let reason = format!("the node says that the block's time is {said} ms, but it is {is} ms");
        return Err(VerifyError::discrepancy(tip.height, reason));
    }
    Ok(())
}

/// A chain may end anywhere, but not before the height that was asked for, or that the node claims to have.
fn check_end(end: Height, to: Option<Height>, claimed: Option<Height>) -> Result<(), VerifyError> {
    let asked = to.unwrap_or(end);
    if let Some(claimed) = claimed
        && end < claimed.min(to.unwrap_or(claimed))
    {
        let reason = format!("the node says that it is at height {claimed}, but it has no block here");
        return Err(VerifyError::discrepancy(end.next(), reason));
    }
    if end < asked {
        let reason = format!("the chain ends at height {end}; ask for that height or an earlier one, or for none");
        return Err(VerifyError::Unreadable { height: end.next(), reason });
    }
    Ok(())
}

/// Adds up every account of a state.
pub(crate) fn sheet(view: &View) -> Result<Vec<BrandSheet>, VerifyError> {
    balance_sheet(view).map_err(|error| VerifyError::discrepancy(view.tip().height, error))
}
