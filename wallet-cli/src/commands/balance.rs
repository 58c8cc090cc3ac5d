//! The points of an account, and those that it can use of its households' pools: mine and ours.

use lojal_types::{AddressText, Expiry, Lot, MemberRole, PendingLot, Points, TimeMs, api};
use lojal_wallet::time::utc;
use schemars::JsonSchema;
use serde::Serialize;

use super::context::Context;
use super::decimals::{Decimals, ShownBalance};
use super::proofs::{Proofs, Sealed};
use super::safeguards::safeguards_text;
use super::words::role_text;
use crate::error::CommandError;
use crate::output::{Report, grouped, paragraph};

/// A household's pool, as one of its members sees it.
pub(super) struct Pool {
    /// The household.
    pub(super) household: AddressText,
    /// The points in it.
    pub(super) balances: Vec<api::Balance>,
    /// The points that are held of it.
    pub(super) holds: Vec<api::Hold>,
    /// The member whose view this is.
    pub(super) member: Option<api::Member>,
}

/// The same for programs.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ShownPool {
    /// The household.
    household: AddressText,
    /// The points in it.
    balances: Vec<ShownBalance>,
    /// The points that are held of it.
    holds: Vec<api::Hold>,
    /// The member whose view this is; null if it is nobody's.
    member: Option<api::Member>,
}

/// All that an account has, beside what the gateway says of it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Whole {
    /// The points of the account.
    balances: Vec<ShownBalance>,
    /// The pools of its households.
    pools: Vec<ShownPool>,
}

impl Pool {
    /// The pool for programs.
    pub(super) fn shown(self, decimals: &Decimals) -> ShownPool {
        let Self { household, balances, holds, member } = self;
        ShownPool { household, balances: decimals.shown(&balances), holds, member }
    }
}

/// `lojal balance`.
pub(super) fn balance(context: &Context, address: Option<AddressText>) -> Result<Report, CommandError> {
    let home = context.home_or_gateway()?;
    let address = Context::account(home.as_ref(), address)?;
    let gateways = context.gateways(home.as_ref())?;
    let proofs = Proofs::of(context, home.as_ref(), &gateways)?;
    let (account, seal) = proofs.account(&gateways, &address)?;
    let mut pools = Vec::with_capacity(account.memberships.len());
    for household in &account.memberships {
        let (pool, _) = proofs.account(&gateways, household)?;
        let members = pool.household.map(|household| household.members).unwrap_or_default();
        let member = members.into_iter().find(|member| member.address == address);
        pools.push(Pool { household: *household, balances: pool.balances, holds: pool.holds, member });
    }
    let decimals = Decimals::ask(&gateways, home.as_ref())?;
    let mut text = own_text(&account, &decimals);
    for pool in &pools {
        text += &format!("\n{}", pool_text(pool, &decimals));
    }
    if !pools.is_empty() {
        text = format!("mine\n{text}");
    }
    text += &format!("\n{}", paragraph(proofs.told(seal.as_ref())));
    let balances = decimals.shown(&account.balances);
    let pools = pools.into_iter().map(|pool| pool.shown(&decimals)).collect();
    Ok(Report::done(&account, text).with(&Whole { balances, pools }).with(&Sealed::of(seal.as_ref())))
}

fn own_text(account: &api::Account, decimals: &Decimals) -> String {
    let mut lines = match (account.balances.iter().all(|balance| balance.lots.is_empty()), account.exists) {
        (false, _) => vec![balances_text(&account.balances, None, decimals)],
        (true, true) => vec![paragraph(format!("{} holds no points", account.address))],
        (true, false) => vec![paragraph(format!("{} never received points", account.address))],
    };
    lines.extend(pending_texts(&account.balances, decimals));
    lines.extend(account.holds.iter().map(|hold| hold_text(hold, decimals)));
    let mut sentences = leaving(&account.balances, decimals);
    if account.frozen {
        sentences
            .push("frozen: nothing goes out of this account; ask to lift the freeze with lojal unfreeze".to_owned());
    }
    if account.recovery.is_some() {
        sentences.push(format!("being recovered: nothing goes out; see lojal recover status {}", account.address));
    }
    sentences.extend(safeguards_text(account.address, &account.safeguards));
    sentences.extend(account.today.as_ref().and_then(today_text));
    lines.extend(sentences.into_iter().map(paragraph));
    lines.join("\n")
}

/// The allowances of the day of which little is left; nothing while half of each is.
fn today_text(today: &api::Today) -> Option<String> {
    let parts = [
        ("operations", Some(today.operations)),
        ("bytes of transactions", Some(today.bytes)),
        ("accounts to open", today.openings),
        ("households to create", Some(today.households)),
    ];
    let is_short = |part: &api::UsedUp| part.used > part.most / 2;
    let short = parts.into_iter().filter_map(|(what, part)| {
        let api::UsedUp { used, most } = part.filter(is_short)?;
        Some(format!("{} of {most} {what}", most.saturating_sub(used)))
    });
    let short: Vec<String> = short.collect();
    let left = || format!("left of today's allowance: {}; a new day begins at 00:00 UTC", short.join(", "));
    (!short.is_empty()).then(left)
}

/// A pool in words, with what its member can still spend.
pub(super) fn pool_text(pool: &Pool, decimals: &Decimals) -> String {
    let role = pool.member.as_ref().map(|member| format!(", {}", role_text(member.rights.role)));
    let mut lines = vec![paragraph(format!("ours: {}{}", pool.household, role.unwrap_or_default()))];
    if pool.balances.iter().all(|balance| balance.lots.is_empty()) {
        lines.push("the pool is empty".to_owned());
    } else {
        lines.push(balances_text(&pool.balances, pool.member.as_ref(), decimals));
    }
    lines.extend(pending_texts(&pool.balances, decimals));
    lines.extend(pool.holds.iter().map(|hold| hold_text(hold, decimals)));
    lines.extend(leaving(&pool.balances, decimals).into_iter().map(paragraph));
    lines.join("\n")
}

/// The warnings for whoever has points of brands that leave.
fn leaving(balances: &[api::Balance], decimals: &Decimals) -> Vec<String> {
    balances.iter().filter_map(|balance| decimals.leaving(balance.brand)).collect()
}

fn balances_text(balances: &[api::Balance], member: Option<&api::Member>, decimals: &Decimals) -> String {
    let row = |balance: &api::Balance| {
        let decimals = decimals.of(balance.brand);
        let total = grouped(balance.total, decimals);
        let mut row = vec![balance.brand.to_string(), total, lots_text(&balance.lots, decimals)];
        row.extend(member.and_then(|member| allowance_text(member, balance, decimals)));
        row
    };
    let there = balances.iter().filter(|balance| !balance.lots.is_empty());
    lojal_print::table(&there.map(row).collect::<Vec<_>>(), &[1])
}

/// The points of a pool that a member can still spend this month; nothing where there is no limit.
fn allowance_text(member: &api::Member, balance: &api::Balance, decimals: u8) -> Option<String> {
    let max = member.rights.month_max(balance.brand)?;
    let spent = member.spent.iter().find(|spent| spent.brand == balance.brand).map(|spent| spent.points);
    let left = max.checked_sub(spent.unwrap_or_default()).unwrap_or(Points::ZERO);
    let left = grouped(left, decimals);
    Some(match member.rights.role {
        MemberRole::Child => format!("redeem {left} more this month"),
        MemberRole::Admin | MemberRole::Adult => format!("spend {left} more this month"),
    })
}

/// The points that wait, a line for each day on which some can be spent.
pub(super) fn pending_texts(balances: &[api::Balance], decimals: &Decimals) -> Vec<String> {
    let line = |balance: &api::Balance, one: &PendingLot| {
        let amount = grouped(one.amount, decimals.of(balance.brand));
        let end = match one.expiry {
            Expiry::Month(month) => format!(", good until {month}"),
            Expiry::Never => String::new(),
        };
        paragraph(format!("pending: {amount} {}, to be spent from {} on{end}", balance.brand, one.matures))
    };
    balances.iter().flat_map(|balance| balance.pending.iter().map(move |one| line(balance, one))).collect()
}

fn hold_text(hold: &api::Hold, decimals: &Decimals) -> String {
    let total = grouped(hold.total, decimals.of(hold.brand));
    let until: TimeMs = hold.expires_ms;
    paragraph(format!("held: {total} {} until {} UTC, reference {}", hold.brand, utc(until), hold.reference))
}

fn lots_text(lots: &[Lot], decimals: u8) -> String {
    let lot = |lot: &Lot| match lot.expiry {
        Expiry::Month(month) => format!("{} until {month}", grouped(lot.amount, decimals)),
        Expiry::Never => format!("{} for ever", grouped(lot.amount, decimals)),
    };
    format!("({})", lots.iter().map(lot).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_which_little_is_left_says_so_and_any_other_nothing() {
        let part = |used: u64, most: u64| api::UsedUp { used, most };
        let mut today = api::Today {
            ends_ms: lojal_types::TimeMs::default(),
            bytes: part(32_768, 65_536),
            operations: part(200, 400),
            openings: Some(part(0, 8)),
            households: part(2, 4),
        };
        assert_eq!(today_text(&today), None);
        (today.operations, today.openings) = (part(388, 400), Some(part(8, 8)));
        let expected = "left of today's allowance: 12 of 400 operations, 0 of 8 accounts to open; a new day begins at \
                        00:00 UTC";
        assert_eq!(today_text(&today).as_deref(), Some(expected));
        today.openings = None;
        assert!(!today_text(&today).unwrap_or_default().contains("accounts"), "an operator has no such limit");
    }
}
