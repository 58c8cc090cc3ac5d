//! Receipts that are kept, and hold without anybody's word.

use std::path::{Path, PathBuf};

use lojal_client::SavedReceipt;
use lojal_types::api::{TransactionState, TransactionStatus};
use lojal_types::{AddressText, BlockId, ChainId, Genesis, Height, Outcome, SignedTransaction, TimeMs, TransactionId};
use lojal_wallet::home::genesis_of;
use lojal_wallet::{receipts, saved};
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::decimals::Decimals;
use super::show::{Reader, transaction_text};
use super::unsent::Taken;
use crate::cli::ReceiptCommand;
use crate::error::CommandError;
use crate::output::{Report, paragraph};

/// The number of digits of an id in the name of a file.
const NAME_DIGITS: usize = 16;

/// The name that stands for standard output.
const STDOUT: &str = "-";

/// A receipt in a file.
#[derive(Serialize, JsonSchema)]
pub(super) struct Saved {
    /// The transaction.
    id: TransactionId,
    /// The file.
    file: String,
    /// The block.
    height: Height,
    /// The outcome of the transaction.
    receipt: Outcome,
}

/// All that a saved receipt proves.
#[derive(Serialize, JsonSchema)]
pub(super) struct Proves {
    /// The transaction's id.
    id: TransactionId,
    /// Its network.
    chain_id: ChainId,
    /// The block.
    height: Height,
    /// The block's id.
    block: BlockId,
    /// The block's time.
    time_ms: TimeMs,
    /// The outcome of the transaction.
    receipt: Outcome,
    /// The transaction.
    transaction: SignedTransaction<AddressText>,
}

/// `lojal receipt`.
pub(super) fn receipt(context: &Context, command: ReceiptCommand) -> Result<Report, CommandError> {
    match command {
        ReceiptCommand::Save { id, file } => save(context, &id, file),
        ReceiptCommand::Verify { file, genesis } => verify(context, &file, genesis.as_deref()),
    }
}

fn save(context: &Context, id: &TransactionId, file: Option<PathBuf>) -> Result<Report, CommandError> {
    let to_stdout = file.as_deref() == Some(Path::new(STDOUT));
    if to_stdout && context.options.json {
        return Err(CommandError::Usage("with - the saved receipt itself is printed, as it is: leave --json out"));
    }
    let home = context.home()?;
    let gateways = context.gateways(Some(&home))?;
    let receipt = gateways.ask(|gateway| Ok(gateway.client()?.receipt(id, home.genesis())?))?;
    if to_stdout {
        return Ok(Report::of_file(&receipt.to_string()));
    }
    let path = file.unwrap_or_else(|| PathBuf::from(format!("receipt-{}.json", &id.to_string()[..NAME_DIGITS])));
    let shown = path.display().to_string();
    saved::write(&path, &receipt).map_err(|error| CommandError::Input(format!("{shown}: nothing was saved"), error))?;
    let header = &receipt.proof.header;
    let text =
        format!("saved in {shown}: final in block {}\nverify it with: lojal receipt verify {shown}", header.height);
    let (height, receipt) = (header.height, receipt.proof.receipt.outcome);
    Ok(Report::done(&Saved { id: *id, file: shown, height, receipt }, text))
}

/// By the genesis document alone: no gateway is asked for anything.
fn verify(context: &Context, file: &Path, genesis: Option<&Path>) -> Result<Report, CommandError> {
    let text = saved::read(file).map_err(|error| CommandError::Input(file.display().to_string(), error))?;
    let home = if genesis.is_some() { None } else { Some(context.home()?) };
    let given = genesis.map(genesis_of).transpose()?;
    let genesis: &Genesis = given.as_ref().or(home.as_ref().map(|home| home.genesis())).expect("one of the two");
    let false_receipt = |reason: String| CommandError::FalseReceipt(reason);
    let text = text.map_err(|reason| false_receipt(reason.to_owned()))?;
    let receipt: SavedReceipt =
        text.parse().map_err(|error: lojal_client::ReceiptTextError| false_receipt(error.to_string()))?;
    let trusted = receipt.check(genesis).map_err(|error| false_receipt(error.to_string()))?;
    let (header, proof) = (trusted.header(), receipt.proof);
    let (height, time_ms, outcome) = (header.height, header.time_ms, proof.receipt.outcome);
    let transaction = proof.transaction.to_text(genesis.network());
    // A proof doesn't say the place in the block, and nobody is told one.
    let state = TransactionState::Committed { height, index: 0, time_ms, receipt: outcome };
    let id = proof.receipt.transaction;
    let status = TransactionStatus { id, state, transaction: Some(transaction.clone()), activity: None };
    let decimals = Decimals::of_genesis(genesis);
    let known = home.as_ref().map(receipts::known).transpose()?.unwrap_or_default();
    let reader = Reader { viewpoint: None, decimals: &decimals, receipts: &known, taken: &Taken::new() };
    let (chain_id, block, receipt) = (genesis.chain_id(), trusted.pin().block, outcome);
    let proves = Proves { id, chain_id, height, block, time_ms, receipt, transaction };
    let proven = paragraph(format!("proven by the genesis document of network {}", genesis.chain_id()));
    Ok(Report::done(&proves, format!("{}\n{proven}", transaction_text(&status, &reader))))
}
