//! `lojal statement`: an account's books for a time.

mod book;
mod table;

use lojal_print::Progress;
use lojal_types::api::TransactionStatus;
use lojal_types::{Activity, AddressText, Day, Height, TimeMs};
use lojal_wallet::gateways::{Gateway, Gateways, GatewaysError};
use lojal_wallet::receipts;
use schemars::JsonSchema;
use serde::Serialize;

use self::book::{Period, parts};
use self::table::{Reader, ShownPart};
use super::context::Context;
use super::decimals::Decimals;
use super::history::{Known, expired_until_now, next_page};
use super::proofs::{Proofs, Sealed};
use crate::cli::{Format, StatementArgs};
use crate::error::CommandError;
use crate::output::{Report, paragraph};

/// Most transactions of an account whose statement can be made, in pages of the gateway.
const PAGES_MAX: usize = 1_000;
/// Most issues and reversals that a gateway is asked about.
const QUESTIONS_MAX: usize = 1_000;
/// The number of times that all is read again because something happened meanwhile.
const ATTEMPTS: u32 = 5;

/// An account's books for a time.
#[derive(Serialize, JsonSchema)]
pub(super) struct Statement {
    /// The account.
    address: AddressText,
    /// The first day; null for the account's first.
    from: Option<Day>,
    /// The last day.
    to: Day,
    /// The block after which all of this is so.
    height: Height,
    /// The time of the ledger.
    time_ms: TimeMs,
    /// The number of all transactions of the account.
    transactions: usize,
    /// The activity in the account's record, to which they lead; null of an account without transactions.
    activity: Option<Activity>,
    /// The books, by brand.
    brands: Vec<ShownPart>,
}

/// `lojal statement`.
pub(super) fn statement(context: &Context, args: &StatementArgs) -> Result<Report, CommandError> {
    if context.options.json && args.format == Some(Format::Csv) {
        return Err(CommandError::Usage("--json prints JSON: leave it out, or --format csv"));
    }
    let home = context.home_or_gateway()?;
    let address = Context::account(home.as_ref(), args.address)?;
    let gateways = context.gateways(home.as_ref())?;
    let proofs = Proofs::of(context, home.as_ref(), &gateways)?;
    let progress = context.progress();
    let (known, activity, seal) = look(&gateways, &proofs, &address, &progress)?;
    drop(progress);
    let now = known.now;
    let today = now.day();
    let (first, last) = (args.from.unwrap_or_default(), args.to.unwrap_or(today));
    if first > last {
        return Err(CommandError::Usage(
            "--from is the first day and --to the last one: the first comes after the last",
        ));
    }
    let period = Period { from: first.start(), before: last.plus(1).start() };
    let gone = expired_until_now(&known);
    let parts = parts((&known.moved(), &known.taken), &known.account, gone.as_ref(), (period, now));
    let decimals = Decimals::ask(&gateways, home.as_ref())?;
    let receipts = home.as_ref().map(receipts::known).transpose()?.unwrap_or_default();
    let reader = Reader { decimals: &decimals, receipts: &receipts, account: &known.account, period };
    let complete = completeness(&proofs, activity, &known);
    let statement = Statement {
        address: known.account.address,
        from: args.from,
        to: last,
        height: known.account.height,
        time_ms: known.now,
        transactions: known.page.transactions.len(),
        activity,
        brands: reader.shown(&parts),
    };
    let report = Report::done(&statement, String::new()).with(&Sealed::of(seal.as_ref()));
    let text = match args.format {
        Some(Format::Csv) => reader.csv(&parts),
        Some(Format::Json) => serde_json::to_string_pretty(&report.json).expect("plain data"),
        None | Some(Format::Table) => {
            let told = paragraph(proofs.told(seal.as_ref()));
            format!("{}\n{}\n{told}", reader.text(&parts, (args.from, last)), paragraph(complete.clone()))
        }
    };
    if args.format == Some(Format::Csv) {
        // The file is for other programs; whoever makes it reads this.
        lojal_print::note(format!("{complete}; {}", proofs.told(seal.as_ref())));
    }
    Ok(Report { text, ..report })
}

fn completeness(proofs: &Proofs<'_>, activity: Option<Activity>, known: &Known) -> String {
    let count = known.page.transactions.len();
    match (proofs.prover(), activity) {
        (Some(_), Some(_)) => {
            format!("complete: the ledger has counted {count} transactions of this account, all here")
        }
        (Some(_), None) => "complete: the ledger has counted no transaction of this account".to_owned(),
        (None, _) => format!("{count} transactions: complete, if the gateway can be believed"),
    }
}

/// All transactions of an account, which lead to the activity in its record.
fn look(
    gateways: &Gateways,
    proofs: &Proofs<'_>,
    address: &AddressText,
    progress: &Progress,
) -> Result<(Known, Option<Activity>, Option<lojal_client::Seal>), CommandError> {
    for _ in 0..ATTEMPTS {
        let (account, activity, seal) = proofs.account_and_activity(gateways, address)?;
        let found = gateways.ask(|gateway| all(gateway, address, activity, progress))?;
        let transactions = match found {
            Found::All(transactions) => transactions,
            Found::Moved => continue,
            Found::Cut(height) => return Err(CommandError::HistoryCut(height)),
            Found::TooMany => {
                return Err(CommandError::refused(
                    "history_too_long",
                    "this account has more than 100,000 transactions: its books are for a program that follows its \
                     events (docs/api.md, Events)",
                ));
            }
            Found::OnlySome => {
                return Err(CommandError::refused(
                    "not_permitted",
                    "a gateway shows a brand's operators the brand's part of an account only: its owner makes the \
                     statement",
                ));
            }
        };
        let status = gateways.ask(|gateway| gateway.status())?;
        let now = seal.as_ref().map_or(status.time_ms, |seal| seal.time_ms);
        let known = gateways.ask(|gateway| {
            let mut known = Known::of_all(transactions.clone(), account.clone(), now);
            known.complete(gateway.client()?, (QUESTIONS_MAX, QUESTIONS_MAX), progress)?;
            Ok(known)
        })?;
        return Ok((known, activity, seal));
    }
    Err(CommandError::refused("busy", "this account changes faster than it can be read: try again in a moment"))
}

/// The transactions of an account, as far as a gateway shows them.
enum Found {
    All(Vec<TransactionStatus>),
    /// Something happened since the account was read.
    Moved,
    /// The gateway has blocks from this height on only.
    Cut(lojal_types::Height),
    TooMany,
    OnlySome,
}

fn all(
    gateway: &Gateway,
    address: &AddressText,
    activity: Option<Activity>,
    progress: &Progress,
) -> Result<Found, GatewaysError> {
    let count = activity.unwrap_or_default().count;
    let (mut transactions, mut cursor, mut expected) = (Vec::new(), None, None);
    for _ in 0..PAGES_MAX {
        let page = next_page(gateway, address, cursor.as_deref(), expected)?;
        if page.only_of.is_some() {
            return Ok(Found::OnlySome);
        }
        if cursor.is_none() && page.head.unwrap_or_default() != activity.unwrap_or_default() {
            return Ok(Found::Moved);
        }
        expected = Some(page.start());
        transactions.extend(page.transactions);
        progress.tell(format!("read {} of {count} transactions", transactions.len()));
        match (page.next_cursor, page.complete_from) {
            (Some(next), _) => cursor = Some(next),
            (None, Some(height)) => return Ok(Found::Cut(height)),
            (None, None) => return Ok(Found::All(transactions)),
        }
    }
    Ok(Found::TooMany)
}
