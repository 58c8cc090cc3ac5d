//! The audit: every block from genesis on, checked and executed again.

use std::time::Instant;

use lojal_chain::CommittedBlock;
use lojal_ledger::View;
use lojal_ledger::conservation::BrandSheet;
use lojal_types::{
    BlockId, BrandId, ChainId, Expiry, Genesis, Hash, Height, Lot, Name, Outcome, Points, TimeMs, Totals, api,
};
use serde::Serialize;

use crate::progress::Progress;
use crate::source::Source;
pub use crate::walk::{Discrepancy, SHEET_INTERVAL_BLOCKS, Scope, VerifyError};
use crate::walk::{Walk, sheet};

/// The reason nothing of a state is missing here.
pub(crate) const IN_MEMORY: &str = "an audit keeps the whole state in memory";

/// The findings of an audit of a chain in which everything holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The name of the network.
    pub network: Name,
    /// The network.
    pub chain_id: ChainId,
    /// The height of the snapshot that the audit has begun with, whose state it takes as its certificate has it; 0 if
    /// it has begun with genesis.
    pub base: Height,
    /// The last block's height.
    pub height: Height,
    /// Its time.
    pub time_ms: TimeMs,
    /// Its id.
    pub block: BlockId,
    /// The state after it.
    pub state_root: Hash,
    /// The numbers of transactions, by outcome.
    pub transactions: Transactions,
    /// The balance sheets, by brand id.
    pub brands: Vec<BrandReport>,
    /// The debts of all brands to each other.
    pub netting: api::Netting,
    /// The time that the audit took, in milliseconds.
    pub duration_ms: u64,
}

/// Numbers of transactions by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Transactions {
    /// Their operations happened.
    pub applied: u64,
    /// On the ledger without an effect.
    pub failed: u64,
}

/// A brand's balance sheet; amounts in the smallest unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BrandReport {
    /// The brand.
    pub id: BrandId,
    /// The name of the brand.
    pub name: Name,
    /// Decimals in which its points are displayed.
    pub decimals: u8,
    /// The whereabouts of all points that it ever issued.
    #[serde(flatten)]
    pub totals: Totals,
    /// Accounts that hold its points.
    pub holders: u64,
    /// The outstanding points by their last month, the earliest first.
    pub liability: Vec<Lot>,
    /// The held points by their last month, the earliest first. Points of a month that is over can still be captured;
    /// what isn't becomes breakage when it returns.
    pub held_by_month: Vec<Lot>,
    /// The points that wait, by the last month in which they can be used then.
    pub pending_by_month: Vec<Lot>,
}

/// Replays `source` from genesis on, or from its base, as far as the scope says.
///
/// # Errors
/// The first discrepancy, which may be that a pin is another block's; or that the blocks up to the end of the scope,
/// or to one of its pins, can't be read.
pub fn verify(
    genesis: &Genesis,
    source: &mut Source,
    scope: &Scope,
    progress: &mut Progress,
) -> Result<Report, VerifyError> {
    let started = Instant::now();
    let mut transactions = Transactions::default();
    let walk = Walk::begin(genesis, source, scope)?;
    let base = walk.base();
    let view = &walk.run(progress, &mut |_, block, _| {
        transactions.count(block);
        Ok(())
    })?;
    let tip = view.tip();
    Ok(Report {
        network: genesis.document().name.clone(),
        chain_id: genesis.chain_id(),
        base,
        height: tip.height,
        time_ms: tip.time_ms,
        block: tip.block,
        state_root: view.state_root(),
        transactions,
        brands: brand_reports(view)?,
        netting: netting(view),
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

impl Transactions {
    fn count(&mut self, block: &CommittedBlock) {
        for receipt in &block.receipts {
            let counter = match receipt.outcome {
                Outcome::Applied => &mut self.applied,
                Outcome::Failed { .. } => &mut self.failed,
            };
            *counter = counter.saturating_add(1);
        }
    }
}

/// The balance sheets of all brands in a version of the state.
///
/// # Errors
/// When points don't add up.
pub fn brand_reports(view: &View) -> Result<Vec<BrandReport>, VerifyError> {
    Ok(sheet(view)?.into_iter().map(|sheet| brand_report(view, sheet)).collect())
}

fn brand_report(view: &View, sheet: BrandSheet) -> BrandReport {
    let brand = view.brand(sheet.brand).expect(IN_MEMORY).expect("every brand of the list has a record since genesis");
    BrandReport {
        id: sheet.brand,
        name: brand.name,
        decimals: brand.decimals,
        totals: sheet.totals,
        holders: sheet.holders,
        liability: lots(sheet.liability),
        held_by_month: lots(sheet.held),
        pending_by_month: lots(sheet.pending),
    }
}

fn lots(by_expiry: Vec<(Expiry, Points)>) -> Vec<Lot> {
    by_expiry.into_iter().map(|(expiry, amount)| Lot { expiry, amount }).collect()
}

/// The statement that the brands' gateways give at this height.
fn netting(view: &View) -> api::Netting {
    let tip = view.tip();
    let (currency, pairs) = (view.settlement_currency(), view.netting().expect(IN_MEMORY));
    api::Netting { currency, pairs, height: tip.height, time_ms: tip.time_ms, next_cursor: None }
}

#[cfg(test)]
mod tests;
