//! The history of an account: its transactions, and what happened without one.

use std::collections::BTreeMap;

use lojal_client::{Client, ClientError};
use lojal_print::Progress;
use lojal_types::activity::HistoryFault;
use lojal_types::api::{self, TransactionStatus};
use lojal_types::{Activity, AddressText, BrandId, Month, Points, Reference, TimeMs, TransactionId};
use lojal_wallet::gateways::{Gateway, GatewaysError};
use lojal_wallet::receipts;
use lojal_wallet::time::utc;
use schemars::JsonSchema;
use serde::Serialize;

use super::claimed::{Claimed, if_known};
use super::context::Context;
use super::decimals::Decimals;
use super::holds::{Became, HoldEnd, hold_ends};
use super::months::{self, Expiries, Late, expired_by_month, issues_of};
use super::show::{Reader, history_table};
use super::unsent::{Expired, Taken, expired, open_reversals};
use crate::error::CommandError;
use crate::output::Report;

/// Most transactions on a page of the gateway.
const PAGE_MAX: u32 = 100;
/// Most pages that are read beside the one that is shown.
const PAGES_MAX: usize = 50;
/// Most reversals that a gateway is asked about, the newest.
const REVERSALS_MAX: usize = 100;
/// Most issues that a gateway is asked about, of the brands of which points have expired.
const ISSUES_MAX: usize = 100;

/// A gateway's answers about an account, all of them after the same block as far as anybody can tell.
pub(super) struct Known {
    /// The page that was asked for.
    pub(super) page: api::History,
    /// The transactions after those of the page, as far as they were looked for; nothing if there are too many.
    later: Option<Vec<TransactionStatus>>,
    /// The transactions before those of the page, to the first; nothing if there are too many.
    earlier: Option<Vec<TransactionStatus>>,
    /// The points that the reversals took.
    pub(super) taken: Taken,
    /// The points that claims and grants moved.
    claimed: Claimed,
    /// The months with which the points of issues expire.
    expiries: Expiries,
    pub(super) account: api::Account,
    pub(super) now: TimeMs,
}

/// All that happened to an account without a transaction, as far as it is known; what isn't is null.
#[derive(Serialize, JsonSchema)]
pub(super) struct WithoutTransaction {
    /// The holds on the page that ended, and whose points came back.
    returned_holds: Option<Vec<ShownEnd>>,
    /// Those whose points expired as they ended.
    expired_holds: Option<Vec<ShownEnd>>,
    /// Those that ended, and nobody knows with what.
    ended_holds: Option<Vec<ShownEnd>>,
    /// The points that have expired until now, by brand.
    expired: Option<BTreeMap<BrandId, ShownExpired>>,
    /// Those that expired with their months, by brand and month, of the brands of which it is known.
    expired_by_month: Option<BTreeMap<BrandId, BTreeMap<Month, Points>>>,
}

/// The end of a hold.
#[derive(Serialize, JsonSchema)]
struct ShownEnd {
    /// The brand of the points.
    brand: BrandId,
    /// The points.
    amount: Points,
    /// The time.
    time_ms: TimeMs,
}

/// A number of points that expired.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
enum ShownExpired {
    /// The number itself.
    Exactly(Points),
    /// The bounds within which it is known.
    Between {
        /// The least.
        at_least: Points,
        /// The most.
        at_most: Points,
    },
}

/// `lojal history`.
pub(super) fn history(
    context: &Context,
    address: Option<AddressText>,
    limit: u32,
    cursor: Option<&str>,
) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let address = Context::account(home.as_ref(), address)?;
    let gateways = context.gateways(home.as_ref())?;
    let progress = context.progress();
    let known = gateways.ask(|gateway| look(gateway, &address, (limit, cursor), &progress))?;
    drop(progress);
    let decimals = Decimals::ask(&gateways, home.as_ref())?;
    let receipts = home.as_ref().map(receipts::known).transpose()?.unwrap_or_default();
    let page = &known.page;
    let gone = cursor.is_none().then(|| expired_until_now(&known)).flatten();
    let late = |brand| known_late(gone.as_ref()?, brand);
    let ends = |later: &Vec<_>| hold_ends((&page.transactions, later), address, known.now, late);
    let ends = known.later.as_ref().filter(|_| page.only_of.is_none()).map(ends);
    let reader = Reader { viewpoint: Some(address), decimals: &decimals, receipts: &receipts, taken: &known.taken };
    let mut text = match page.transactions.is_empty() {
        true => format!("{address} has no transactions"),
        false => history_table(&page.transactions, ends.as_deref().unwrap_or_default(), &reader),
    };
    for (brand, gone) in gone.iter().flatten() {
        text += &format!("\n{}", expired_text(*brand, gone, &decimals));
    }
    if let Some(cursor) = &page.next_cursor {
        text += &format!("\nmore with --cursor {cursor}");
    }
    if let Some(first) = page.complete_from {
        text += &format!("\nthis gateway has blocks from height {first} on: another one may have earlier transactions");
    }
    if let Some(brands) = &page.only_of {
        let brands: Vec<String> = brands.iter().map(BrandId::to_string).collect();
        text += &format!("\nonly transactions with points of {}: the others are not shown to you", brands.join(", "));
    }
    if known.later.is_none() {
        text += "\nnot compared with the account's own count: there are too many newer transactions";
    }
    let ended = |became| ends.as_ref().map(|ends| shown_ends(ends, became));
    let more = WithoutTransaction {
        returned_holds: ended(Became::Back),
        expired_holds: ended(Became::Expired),
        ended_holds: ended(Became::Unknown),
        expired: gone.as_ref().map(shown_expired),
        expired_by_month: gone.as_ref().map(by_month),
    };
    Ok(Report::done(page, text).with(&more))
}

fn look(
    gateway: &Gateway,
    address: &AddressText,
    (limit, cursor): (u32, Option<&str>),
    progress: &Progress,
) -> Result<Known, GatewaysError> {
    let client = gateway.client()?;
    let page = gateway.history(address, limit, cursor)?;
    if page.only_of.is_some() {
        // A brand sees the transactions with its points, and from those nothing follows.
        let (account, now) = (client.account(address)?, gateway.status()?.time_ms);
        let (taken, claimed, expiries) = (Taken::new(), Claimed::default(), Expiries::new());
        return Ok(Known { page, later: Some(Vec::new()), earlier: None, taken, claimed, expiries, account, now });
    }
    let newest = page.transactions.first().map(|status| status.id);
    let later = match (cursor, newest) {
        (None, _) | (_, None) => Some(Vec::new()),
        (Some(_), Some(newest)) => {
            let after = page.after().map_err(|fault| client.untrue(address, fault))?;
            later_pages(gateway, address, (newest, after), progress)?
        }
    };
    let earlier = match (cursor, &page.next_cursor) {
        (Some(_), _) => None,
        (None, None) if page.complete_from.is_some() => None,
        (None, None) => Some(Vec::new()),
        (None, Some(next)) => earlier_pages(gateway, address, (next.clone(), page.start()), progress)?,
    };
    let (account, now) = (client.account(address)?, gateway.status()?.time_ms);
    let (taken, claimed, expiries) = (Taken::new(), Claimed::default(), Expiries::new());
    let mut known = Known { page, later, earlier, taken, claimed, expiries, account, now };
    known.complete(client, (REVERSALS_MAX, ISSUES_MAX), progress)?;
    Ok(known)
}

/// The transactions after a page, which lead from the account's activity after it to that in the account's record;
/// nothing if there are too many.
fn later_pages(
    gateway: &Gateway,
    address: &AddressText,
    (newest, after): (TransactionId, Activity),
    progress: &Progress,
) -> Result<Option<Vec<TransactionStatus>>, GatewaysError> {
    let (mut all, mut cursor, mut expected) = (Vec::new(), None, None);
    for _ in 0..PAGES_MAX {
        let mut page = next_page(gateway, address, cursor.as_deref(), expected)?;
        if let Some(at) = page.transactions.iter().position(|status| status.id == newest) {
            let up_to = api::History { transactions: page.transactions.split_off(at), ..page.clone() };
            // The numbers make sure that it is the same place, and the digest that the same is before it.
            if up_to.after() != Ok(after) {
                return Err(gateway.client()?.untrue(address, HistoryFault::End { count: after.count }).into());
            }
            all.extend(page.transactions);
            return Ok(Some(all));
        }
        expected = Some(page.start());
        all.extend(page.transactions);
        progress.tell(format!("read {} later transactions", all.len()));
        cursor = page.next_cursor;
        if cursor.is_none() {
            // It isn't there at all.
            return Err(gateway.client()?.untrue(address, HistoryFault::End { count: after.count }).into());
        }
    }
    Ok(None)
}

/// The transactions from a cursor on to the first of all, which lead to the account's activity before the page; nothing
/// if there are too many.
fn earlier_pages(
    gateway: &Gateway,
    address: &AddressText,
    (cursor, before): (String, Activity),
    progress: &Progress,
) -> Result<Option<Vec<TransactionStatus>>, GatewaysError> {
    let (mut all, mut cursor, mut expected) = (Vec::new(), cursor, before);
    for _ in 0..PAGES_MAX {
        let page = next_page(gateway, address, Some(&cursor), Some(expected))?;
        expected = page.start();
        all.extend(page.transactions);
        progress.tell(format!("read {} of {} earlier transactions", all.len(), before.count));
        match page.next_cursor {
            Some(next) => cursor = next,
            // The gateway hasn't what comes before that.
            None if page.complete_from.is_some() => return Ok(None),
            None => return Ok(Some(all)),
        }
    }
    Ok(None)
}

/// A large page that leads to what the page after it says was before that one.
pub(super) fn next_page(
    gateway: &Gateway,
    address: &AddressText,
    cursor: Option<&str>,
    expected: Option<Activity>,
) -> Result<api::History, GatewaysError> {
    let page = gateway.history(address, PAGE_MAX, cursor)?;
    match (page.after(), expected) {
        (Ok(after), Some(expected)) if after != expected => {
            Err(gateway.client()?.untrue(address, HistoryFault::End { count: after.count }).into())
        }
        _ => Ok(page),
    }
}

impl Known {
    /// All transactions of an account, the newest first, at the time of what is known of it.
    pub(super) fn of_all(transactions: Vec<TransactionStatus>, account: api::Account, now: TimeMs) -> Self {
        let (before, head, only_of, complete_from) = (Some(Activity::default()), None, None, None);
        let page = api::History { transactions, before, head, only_of, complete_from, next_cursor: None };
        let (taken, claimed, expiries) = (Taken::new(), Claimed::default(), Expiries::new());
        let (later, earlier) = (Some(Vec::new()), Some(Vec::new()));
        Self { page, later, earlier, taken, claimed, expiries, account, now }
    }
    /// Asks a gateway what claims moved, what reversals took and when the points of issues expire, for so many at most.
    pub(super) fn complete(
        &mut self,
        client: &Client,
        (reversals_max, issues_max): (usize, usize),
        progress: &Progress,
    ) -> Result<(), ClientError> {
        if let Some(all) = self.listed() {
            self.claimed = Claimed::ask(client, self.account.address, &all, issues_max)?;
        }
        let reversals = self.open_reversals(self.account.address, reversals_max);
        let count = reversals.len();
        for (number, (brand, reference, id)) in (1..).zip(reversals) {
            progress.tell(format!("asking about reversal {number} of {count}"));
            if let Some(reversal) = if_known(client.reversal(&brand, &reference, None, Some(&id)))? {
                self.taken.insert((brand, reference), reversal.amount);
            }
        }
        let issues = self.expired_issues(issues_max);
        let count = issues.len();
        for (number, (brand, reference)) in (1..).zip(issues) {
            progress.tell(format!("asking about issue {number} of {count}"));
            if let Some(issue) = if_known(client.issue(&brand, &reference, None))? {
                self.expiries.insert((brand, reference), issue.expiry);
            }
        }
        Ok(())
    }
    /// All transactions until now, if they are known.
    fn listed(&self) -> Option<Vec<TransactionStatus>> {
        Some([&self.page.transactions[..], self.earlier.as_deref()?].concat())
    }
    /// The same with what they moved.
    fn all(&self) -> Option<Vec<TransactionStatus>> {
        self.claimed.whole(self.listed()?)
    }
    /// The transactions of the page with what is known of what they moved.
    pub(super) fn moved(&self) -> Vec<TransactionStatus> {
        self.claimed.known(self.page.transactions.clone())
    }
    /// The newest reversals that don't say what they took, with their transactions.
    fn open_reversals(&self, address: AddressText, most: usize) -> Vec<(BrandId, Reference, TransactionId)> {
        let known = [&self.page.transactions[..], self.earlier.as_deref().unwrap_or_default()];
        let open = known.into_iter().flat_map(|some| open_reversals(some, address)).take(most);
        open.map(|(brand, reference, id)| (brand, reference.clone(), id)).collect()
    }
    /// All issues of the brands of which points have expired that came with issues only, unless they are too many.
    fn expired_issues(&self, most: usize) -> Vec<(BrandId, Reference)> {
        let Some(all) = self.all() else { return Vec::new() };
        let mut issues = Vec::new();
        for brand in expired(&all, &self.taken, &self.account).iter().flat_map(BTreeMap::keys) {
            let of_brand = issues_of(&all, self.account.address, *brand).unwrap_or_default();
            if issues.len() + of_brand.len() <= most {
                issues.extend(of_brand.into_iter().map(|reference| (*brand, reference)));
            }
        }
        issues
    }
}

/// Points of a brand that expired, and with which months and holds if that is known.
pub(super) struct Gone {
    pub(super) expired: Expired,
    pub(super) split: Option<months::Gone>,
}

/// The points that expired, once all transactions are known.
pub(super) fn expired_until_now(known: &Known) -> Option<BTreeMap<BrandId, Gone>> {
    let all = known.all()?;
    let expired = expired(&all, &known.taken, &known.account)?;
    let gone = expired.into_iter().map(|(brand, expired)| {
        let split = expired_by_month((&all, &known.taken, &known.expiries), &known.account, brand, known.now);
        (brand, Gone { expired, split })
    });
    Some(gone.collect())
}

/// The points of a brand that expired as their holds ended: none where no points of it have expired at all.
fn known_late(gone: &BTreeMap<BrandId, Gone>, brand: BrandId) -> Option<&[Late]> {
    match gone.get(&brand) {
        None => Some(&[]),
        Some(gone) => gone.split.as_ref().map(|split| &split.late[..]),
    }
}

fn expired_text(brand: BrandId, gone: &Gone, decimals: &Decimals) -> String {
    match gone.expired {
        Expired::Exactly(points) => {
            let mut parts = Vec::new();
            if let Some(split) = &gone.split {
                parts.extend(split.by_month.iter().map(|(month, points)| {
                    let points = decimals.in_words(*points, brand);
                    format!("{points} at the end of {month}")
                }));
                parts.extend(split.late.iter().map(|late| {
                    let points = decimals.in_words(late.amount, brand);
                    format!("{points} at the end of a hold, {} UTC", utc(late.time_ms))
                }));
            }
            let parts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
            format!("expired until now: {}{parts}", decimals.in_words(points, brand))
        }
        Expired::Between(least, most) => {
            let (least, most) = (decimals.in_words(least, brand), decimals.in_words(most, brand));
            format!("expired until now: {least} to {most}; how many were taken back isn't known")
        }
    }
}

/// The points by brand.
fn shown_expired(gone: &BTreeMap<BrandId, Gone>) -> BTreeMap<BrandId, ShownExpired> {
    let points = |expired| match expired {
        Expired::Exactly(points) => ShownExpired::Exactly(points),
        Expired::Between(at_least, at_most) => ShownExpired::Between { at_least, at_most },
    };
    gone.iter().map(|(brand, gone)| (*brand, points(gone.expired))).collect()
}

/// The points by brand and month, without those that expired with holds, of the brands of which that is known.
fn by_month(gone: &BTreeMap<BrandId, Gone>) -> BTreeMap<BrandId, BTreeMap<Month, Points>> {
    gone.iter().filter_map(|(brand, gone)| Some((*brand, gone.split.as_ref()?.by_month.clone()))).collect()
}

/// The ends of holds with which this became of their points.
fn shown_ends(ends: &[HoldEnd], became: Became) -> Vec<ShownEnd> {
    let of_kind = ends.iter().filter(|end| end.became == became);
    of_kind.map(|end| ShownEnd { brand: end.brand, amount: end.amount, time_ms: end.time_ms }).collect()
}
