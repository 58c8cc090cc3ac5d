//! Reports for those who settle and audit: counted again from the blocks of a chain that was verified from genesis on,
//! and compared with what the ledger has written of it. The same blocks give the same bytes, whoever asks.

mod campaigns;
mod happened;
mod leaders;
mod levels;
mod liability;
mod listing;
mod market;
mod netting;
mod operators;

use clap::ValueEnum;
use lojal_chain::CommittedBlock;
use lojal_ledger::View;
use lojal_types::{Genesis, Height, Outcome, Transaction};

use self::campaigns::Campaigns;
use self::happened::happened;
use self::leaders::Consents;
use self::levels::Levels;
use self::liability::Flows;
pub use self::listing::{Cell, Format, Listing};
use self::market::Trades;
use self::netting::Debts;
use self::operators::Operators;
use crate::progress::Progress;
use crate::source::Source;
use crate::verify::brand_reports;
use crate::walk::{Scope, VerifyError, Walk};

/// A kind of report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// The points of every brand: where they are, and in which month they expire
    Liability,
    /// The debts of every brand to every other, exactly
    Netting,
    /// The units and points that campaigns have given, beside their stock and budget
    Campaigns,
    /// The points and stamps that each operator of a brand has issued, captured, reversed or taken back, by month
    Operators,
    /// The number of accounts that have each level of each track in the month of the block
    Levels,
    /// The ranks on each track of those who let its brand list them
    Leaders,
    /// The points that members have offered and sold each other, by pair of brands
    Market,
}

impl Kind {
    /// The name, as the command line has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Liability => "liability",
            Self::Netting => "netting",
            Self::Campaigns => "campaigns",
            Self::Operators => "operators",
            Self::Levels => "levels",
            Self::Leaders => "leaders",
            Self::Market => "market",
        }
    }
    /// The names of the columns of its rows.
    pub const fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Liability => liability::COLUMNS,
            Self::Netting => netting::COLUMNS,
            Self::Campaigns => campaigns::COLUMNS,
            Self::Operators => operators::COLUMNS,
            Self::Levels => levels::COLUMNS,
            Self::Leaders => leaders::COLUMNS,
            Self::Market => market::COLUMNS,
        }
    }
}

/// Everything that the blocks of a chain have brought about, counted from the operations in them.
#[derive(Default)]
pub struct Recount {
    flows: Flows,
    debts: Debts,
    campaigns: Campaigns,
    operators: Operators,
    levels: Levels,
    consents: Consents,
    trades: Trades,
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
    let view = walk.run(progress, &mut |before, block, after| {
        recount.block(before, &applied(block), after);
        Ok(())
    })?;
    recount.listing(kind, &view)
}

/// The transactions of a block whose operations have happened.
fn applied(block: &CommittedBlock) -> Vec<&Transaction> {
    let both = block.transactions.iter().zip(&block.receipts);
    let applied = both.filter(|(_, receipt)| receipt.outcome == Outcome::Applied);
    applied.map(|(transaction, _)| transaction.transaction()).collect()
}

impl Recount {
    /// Counts what the next block has brought about: by its transactions that were applied, with the states before and
    /// after it.
    pub fn block(&mut self, before: &View, applied: &[&Transaction], after: &View) {
        let time = after.tip().time_ms;
        self.levels.begin(time);
        applied.iter().for_each(|transaction| self.trades.add(transaction, &after.chain_id()));
        happened(before, applied, after, &mut |sender, operation| {
            self.flows.add(operation, after);
            self.debts.add(operation);
            let gift = self.campaigns.add(operation, after);
            if let Some(gift) = &gift {
                self.flows.give(gift);
                self.debts.give(gift);
            }
            self.operators.add(sender, operation, gift.as_ref(), after);
            self.levels.add(operation, time);
            self.consents.add(sender, operation);
        });
    }

    /// Compares all that was counted with what the ledger has written, and makes the report of a kind.
    ///
    /// # Errors
    /// The first difference.
    pub fn listing(&self, kind: Kind, view: &View) -> Result<Listing, VerifyError> {
        let brands = brand_reports(view)?;
        let compared = self.flows.check(&brands).and_then(|()| self.debts.check(view));
        let compared = compared.and_then(|()| self.campaigns.check(view)).and_then(|()| self.levels.check(view));
        let compared = compared.and_then(|()| self.trades.check(view)).and_then(|()| self.consents.check(view));
        compared.map_err(|difference| VerifyError::discrepancy(view.tip().height, difference))?;
        let (columns, rows) = match kind {
            Kind::Liability => liability::rows(&brands),
            Kind::Netting => self.debts.rows(view),
            Kind::Campaigns => self.campaigns.rows(view),
            Kind::Operators => self.operators.rows(view),
            Kind::Levels => self.levels.rows(view),
            Kind::Leaders => self.consents.rows(view, &self.levels),
            Kind::Market => self.trades.rows(view),
        };
        let tip = view.tip();
        let (chain_id, height, block, time_ms) = (view.chain_id(), tip.height, tip.block, tip.time_ms);
        Ok(Listing { kind: kind.name(), chain_id, height, block, time_ms, columns, rows })
    }
}

#[cfg(test)]
mod tests;
