//! Receipts that are kept, and hold without anybody's word.

use std::path::{Path, PathBuf};

use lojal_client::SavedReceipt;
use lojal_types::api::{TransactionState, TransactionStatus};
use lojal_types::{Genesis, TransactionId};
use lojal_wallet::home::genesis_of;
use lojal_wallet::{receipts, saved};
use serde_json::json;

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
        let text = receipt.to_string();
        return Ok(Report::done(&(), text.trim_end_matches('\n').to_owned()));
    }
    let path = file.unwrap_or_else(|| PathBuf::from(format!("receipt-{}.json", &id.to_string()[..NAME_DIGITS])));
    let shown = path.display().to_string();
    saved::write(&path, &receipt).map_err(|error| CommandError::Input(format!("{shown}: nothing was saved"), error))?;
    let header = &receipt.proof.header;
    let text =
        format!("saved in {shown}: final in block {}\nverify it with: lojal receipt verify {shown}", header.height);
    let json = json!({ "id": id, "file": shown, "height": header.height, "receipt": receipt.proof.receipt.outcome });
    Ok(Report::done(&json, text))
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
    let (id, transaction) = (proof.receipt.transaction, Some(transaction));
    let status = TransactionStatus { id, state, transaction, activity: None };
    let decimals = Decimals::of_genesis(genesis);
    let known = home.as_ref().map(receipts::known).transpose()?.unwrap_or_default();
    let reader = Reader { viewpoint: None, decimals: &decimals, receipts: &known, taken: &Taken::new() };
    let json = json!({
        "id": id,
        "chain_id": genesis.chain_id(),
        "height": height,
        "block": trusted.pin().block,
        "time_ms": time_ms,
        "receipt": outcome,
        "transaction": status.transaction,
    });
    let proven = paragraph(format!("proven by the genesis document of network {}", genesis.chain_id()));
    Ok(Report::done(&json, format!("{}\n{proven}", transaction_text(&status, &reader))))
}
