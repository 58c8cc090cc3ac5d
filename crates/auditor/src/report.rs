//! Reports for those who settle and audit: counted again from the blocks of a chain that was verified from genesis on,
//! and compared with what the ledger has written of it. The same blocks give the same bytes, whoever asks.

mod liability;
mod listing;

use clap::ValueEnum;
use lojal_chain::CommittedBlock;
use lojal_ledger::View;
use lojal_types::{Genesis, Height, Operation, Outcome, Transaction};

pub use self::listing::{Cell, Format, Listing};
use crate::progress::Progress;
use crate::source::Source;
use crate::verify::brand_reports;
use crate::walk::{Scope, VerifyError, Walk};

/// A kind of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// The points of every brand: where they are, and in which month they expire
    Liability,
}

impl Kind {
    /// The name, as the command line has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Liability => "liability",
        }
    }
}

/// Everything that the blocks of a chain have brought about, counted from the operations in them.
#[derive(Default)]
pub struct Recount {
    liability: liability::Flows,
}

/// Walks through a chain from genesis on, as far as the scope says, and makes a report of it.
///
/// # Errors
/// The first thing that is wrong with the chain, which may be that the ledger has written something else than what is
/// counted here; or that blocks can't be read.
pub fn report(
    genesis: &Genesis,
    source: &mut Source,
    scope: &Scope,
    kind: Kind,
    progress: &mut Progress,
) -> Result<Listing, VerifyError> {
    let walk = Walk::begin(genesis, source, scope)?;
    if walk.base() > Height::GENESIS {
        let reason = format!(
            "the source begins with a snapshot at height {}, and a report counts every block from genesis on; read a \
             node that has them all, or an export of it",
            walk.base()
        );
        return Err(VerifyError::Unreadable { height: Height::GENESIS.next(), reason });
    }
    let mut recount = Recount::default();
    let view = walk.run(progress, &mut |_, block, after| {
        recount.block(&applied(block), after);
        Ok(())
    })?;
    recount.check(&view)?;
    recount.listing(kind, &view)
}

/// The transactions of a block whose operations have happened.
fn applied(block: &CommittedBlock) -> Vec<&Transaction> {
    let both = block.transactions.iter().zip(&block.receipts);
    let applied = both.filter(|(_, receipt)| receipt.outcome == Outcome::Applied);
    applied.map(|(transaction, _)| transaction.transaction()).collect()
}

impl Recount {
    /// Counts what the next block has brought about: by its transactions that were applied, and with the state after
    /// it.
    pub fn block(&mut self, applied: &[&Transaction], after: &View) {
        for transaction in applied {
            for operation in transaction.operations.iter() {
                self.operation(operation, after);
            }
        }
    }

    fn operation(&mut self, operation: &Operation, after: &View) {
        self.liability.add(operation, after);
    }

    /// Compares what was counted with what the ledger has written.
    ///
    /// # Errors
    /// The first difference.
    pub fn check(&self, view: &View) -> Result<(), VerifyError> {
        let found = self.liability.check(&brand_reports(view)?);
        found.map_err(|difference| VerifyError::discrepancy(view.tip().height, difference))
    }

    /// The report of a kind.
    ///
    /// # Errors
    /// When points don't add up.
    pub fn listing(&self, kind: Kind, view: &View) -> Result<Listing, VerifyError> {
        let (columns, rows) = match kind {
            Kind::Liability => liability::rows(&brand_reports(view)?),
        };
        let tip = view.tip();
        let (chain_id, height, block, time_ms) = (view.chain_id(), tip.height, tip.block, tip.time_ms);
        Ok(Listing { kind: kind.name(), chain_id, height, block, time_ms, columns, rows })
    }
}

#[cfg(test)]
mod tests;
