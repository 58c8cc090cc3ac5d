//! A part of a history: the wallet reads all of it as far as it has to, proves that none is missing, and leaves out
//! what isn't wanted. A gateway could leave out more, and nobody could tell.

use lojal_print::Progress;
use lojal_types::api::{History, TransactionState, TransactionStatus};
use lojal_types::{Activity, AddressText, Height, TimeMs};
use lojal_wallet::gateways::{Gateway, Gateways, GatewaysError};
use lojal_wallet::receipts;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::decimals::Decimals;
use super::history::next_page;
use super::proofs::{Proofs, Sealed};
use super::show::{Reader, history_table};
use super::standing::there_is;
use super::unsent::Taken;
use crate::cli::HistoryArgs;
use crate::error::CommandError;
use crate::output::{Report, paragraph};

/// Most transactions that are looked through, in pages of the gateway.
const PAGES_MAX: usize = 1_000;
/// The number of times that all is read again because something happened meanwhile.
const ATTEMPTS: u32 = 5;

/// The transactions that were looked through.
#[derive(Serialize, JsonSchema)]
pub(super) struct LookedThrough {
    /// The number of them, from the newest on: each is counted in the account's record, so none is missing.
    looked_through: u64,
}

/// The transactions that were found.
#[derive(Default)]
struct Found {
    transactions: Vec<TransactionStatus>,
    looked_through: u64,
    /// The number of the last that is shown, if there are more.
    next: Option<u64>,
    complete_from: Option<Height>,
}

/// The end of a look.
enum Look {
    Done(Found),
    /// Something happened since the account was read.
    Moved,
    TooMany,
    OnlySome,
}

/// Tells whether only a part of a history is wanted.
pub(super) fn is_asked(args: &HistoryArgs) -> bool {
    args.brand.is_some() || args.wanted.kind.is_some() || args.wanted.since.is_some()
}

/// `lojal history` with `--brand`, `--kind` or `--since`.
pub(super) fn filtered(context: &Context, args: &HistoryArgs) -> Result<Report, CommandError> {
    let before = match args.cursor.as_ref().map(|text| text.parse::<u64>()) {
        None => None,
        Some(Ok(number)) => Some(number),
        Some(Err(_)) => {
            return Err(CommandError::Usage("the cursor is that of another list: write the number that this one says"));
        }
    };
    let home = context.home_or_gateway()?;
    let address = Context::account(home.as_ref(), args.address)?;
    let gateways = context.gateways(home.as_ref())?;
    let proofs = Proofs::of(context, home.as_ref(), &gateways)?;
    let progress = context.progress();
    let (found, head, seal) = look(&gateways, &proofs, (&address, args, before), &progress)?;
    drop(progress);
    let decimals = Decimals::ask(&gateways, home.as_ref())?;
    let receipts = home.as_ref().map(receipts::known).transpose()?.unwrap_or_default();
    let taken = Taken::new();
    let reader = Reader { viewpoint: Some(address), decimals: &decimals, receipts: &receipts, taken: &taken };
    if let (true, Some(brand)) = (found.transactions.is_empty(), args.brand) {
        there_is(&gateways, brand)?;
    }
    let mut text = match found.transactions.is_empty() {
        true => format!("{address} has no such transactions"),
        false => history_table(&found.transactions, &[], &reader),
    };
    if let Some(number) = found.next {
        text += &format!("\nmore with --cursor {number}");
    }
    let (looked_through, all) = (found.looked_through, head.unwrap_or_default().count);
    let counted = format!("looked through {looked_through} of the {all} transactions that are counted, without a gap");
    text += &format!("\n{}", paragraph(counted));
    if let Some(first) = found.complete_from {
        text += &format!("\nthis gateway has blocks from height {first} on: another one may have earlier transactions");
    }
    text += &format!("\n{}", paragraph(proofs.told(seal.as_ref())));
    let page = History {
        transactions: found.transactions,
        before: None,
        head,
        only_of: None,
        complete_from: found.complete_from,
        next_cursor: found.next.map(|number| number.to_string()),
    };
    let looked = LookedThrough { looked_through };
    Ok(Report::done(&page, text).with(&looked).with(&Sealed::of(seal.as_ref())))
}

type Wanted<'a> = (&'a AddressText, &'a HistoryArgs, Option<u64>);

fn look(
    gateways: &Gateways,
    proofs: &Proofs<'_>,
    wanted: Wanted<'_>,
    progress: &Progress,
) -> Result<(Found, Option<Activity>, Option<lojal_client::Seal>), CommandError> {
    for _ in 0..ATTEMPTS {
        let (_, activity, seal) = proofs.account_and_activity(gateways, wanted.0)?;
        match gateways.ask(|gateway| walk(gateway, wanted, activity, progress))? {
            Look::Done(found) => return Ok((found, activity, seal)),
            Look::Moved => {}
            Look::TooMany => {
                return Err(CommandError::refused(
                    "history_too_long",
                    "these are beyond the newest 100,000 transactions: name a later day with --since",
                ));
            }
            Look::OnlySome => {
                return Err(CommandError::refused(
                    "not_permitted",
                    "a gateway shows a brand's operators the brand's part of an account only, of which nothing shows \
                     that it is whole: `lojal brand transactions BRAND --account ACCOUNT` lists it",
                ));
            }
        }
    }
    Err(CommandError::refused("busy", "this account changes faster than it can be read: try again in a moment"))
}

/// Goes through an account's history, each page of which leads to the one before it and the first to its activity.
fn walk(
    gateway: &Gateway,
    (address, args, before): Wanted<'_>,
    activity: Option<Activity>,
    progress: &Progress,
) -> Result<Look, GatewaysError> {
    let since = args.wanted.since.map(|day| day.start());
    let (mut found, mut cursor, mut expected) = (Found::default(), None, None);
    for _ in 0..PAGES_MAX {
        let page = next_page(gateway, address, cursor.as_deref(), expected)?;
        if page.only_of.is_some() {
            return Ok(Look::OnlySome);
        }
        if cursor.is_none() && page.head.unwrap_or_default() != activity.unwrap_or_default() {
            return Ok(Look::Moved);
        }
        expected = Some(page.start());
        for status in page.transactions {
            if since.is_some_and(|since| time_of(&status) < since) {
                return Ok(Look::Done(found));
            }
            let is_after = before.is_some_and(|before| status.activity.is_none_or(|number| number >= before));
            if !is_after && is_wanted(&status, args) {
                if found.transactions.len() == args.limit as usize {
                    found.next = found.transactions.last().and_then(|last| last.activity);
                    return Ok(Look::Done(found));
                }
                found.transactions.push(status);
            }
            found.looked_through += 1;
        }
        progress.tell(format!("looked through {} transactions", found.looked_through));
        found.complete_from = page.complete_from;
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => return Ok(Look::Done(found)),
        }
    }
    Ok(Look::TooMany)
}

/// The time of a transaction of a history, all of which are in blocks.
fn time_of(status: &TransactionStatus) -> TimeMs {
    match status.state {
        TransactionState::Committed { time_ms, .. } => time_ms,
        TransactionState::Pending | TransactionState::Refused { .. } => TimeMs::default(),
    }
}

fn is_wanted(status: &TransactionStatus, args: &HistoryArgs) -> bool {
    let mut operations = status.transaction.iter().flat_map(|signed| signed.transaction.operations.iter());
    operations.any(|operation| {
        args.wanted.kind.is_none_or(|kind| operation.name() == kind)
            && args.brand.is_none_or(|brand| operation.is_in_points_of(&[brand]))
    })
}
