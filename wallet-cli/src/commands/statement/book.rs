//! The movements of an account's points between two times, and what it had at both: worked out from its transactions.

use std::collections::BTreeMap;

use lojal_types::api::{self, TransactionState, TransactionStatus};
use lojal_types::{AddressText, BrandId, Height, Operation, Points, Reference, TimeMs, TransactionId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::history::Gone;
use crate::commands::unsent::{Expired, Taken, happened, there, traded, with_taken};
use crate::commands::words::reference_of;

/// The way in which points came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Issued,
    Received,
    Sent,
    Redeemed,
    /// Points that were held and then taken.
    Captured,
    ConvertedIn,
    ConvertedOut,
    /// Points that came by a trade; those of a payment are the most that it can have been.
    TradedIn,
    /// The same of points that went.
    TradedOut,
    /// Points of an issue that was taken back.
    Reversed,
    Expired,
    /// Points that were paid, and given back.
    Refunded,
    /// Points that were given for a cause.
    Donated,
}

impl Kind {
    /// The stable name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Received => "received",
            Self::Sent => "sent",
            Self::Redeemed => "redeemed",
            Self::Captured => "captured",
            Self::ConvertedIn => "converted_in",
            Self::ConvertedOut => "converted_out",
            Self::TradedIn => "traded_in",
            Self::TradedOut => "traded_out",
            Self::Reversed => "reversed",
            Self::Expired => "expired",
            Self::Refunded => "refunded",
            Self::Donated => "donated",
        }
    }
    fn comes(self) -> bool {
        matches!(self, Self::Issued | Self::Received | Self::ConvertedIn | Self::TradedIn | Self::Refunded)
    }
}

/// The transaction of a movement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) id: TransactionId,
    pub(super) height: Height,
}

/// Points of one brand that came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Movement {
    pub(super) time_ms: TimeMs,
    pub(super) kind: Kind,
    pub(super) amount: Points,
    /// The account at the other end, if there is one.
    pub(super) other: Option<AddressText>,
    pub(super) reference: Option<Reference>,
    /// Its transaction; none of points that expired.
    pub(super) place: Option<Place>,
}

impl Movement {
    /// The amount, less than nothing for what went.
    pub(super) fn signed(&self) -> i128 {
        let amount = i128::from(self.amount.get());
        if self.kind.comes() { amount } else { -amount }
    }
}

/// One brand's part of a statement. Held points are the account's until they are taken, and those that wait from their
/// issue on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) brand: BrandId,
    /// The points before the first movement; none where nobody can tell when some of them expired.
    pub(super) opening: Option<i128>,
    pub(super) movements: Vec<Movement>,
    /// The points after the last; as for the opening.
    pub(super) closing: Option<i128>,
}

/// The time of a statement: from the first to before the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) from: TimeMs,
    pub(super) before: TimeMs,
}

/// Works out the parts of a statement, one for each brand that the account has ever had points of. `all` are all its
/// transactions until the block of `account`, the newest first; `now` is that block's time, and `gone` what expired
/// until then, if it is known.
pub(super) fn parts(
    (all, taken): (&[TransactionStatus], &Taken),
    account: &api::Account,
    gone: Option<&BTreeMap<BrandId, Gone>>,
    (period, now): (Period, TimeMs),
) -> Vec<Part> {
    let mut by_brand: BTreeMap<BrandId, Vec<Movement>> = BTreeMap::new();
    for status in all.iter().rev() {
        for (time_ms, operation) in happened(std::slice::from_ref(status)) {
            let place = place(status);
            for (brand, movement) in movements(&with_taken(operation, taken), account.address, (time_ms, place)) {
                by_brand.entry(brand).or_default().push(movement);
            }
        }
    }
    let traded = traded(all, account.address);
    let part = |(brand, mut movements): (BrandId, Vec<Movement>)| {
        let expired = gone.filter(|_| !traded.contains(&brand)).map(|gone| expiries(gone.get(&brand)));
        let is_exact = matches!(expired, Some(Some(_)));
        movements.extend(expired.flatten().into_iter().flatten());
        movements.sort_by_key(|movement| movement.time_ms);
        let there = i128::try_from(there(account, brand)).unwrap_or(i128::MAX);
        part_of(brand, movements, is_exact, there, (period, now))
    };
    by_brand.into_iter().map(part).collect()
}

fn part_of(
    brand: BrandId,
    movements: Vec<Movement>,
    is_exact: bool,
    there: i128,
    (period, now): (Period, TimeMs),
) -> Part {
    let first = movements.first().map(|movement| movement.time_ms);
    let at = |time: TimeMs| {
        let before = movements.iter().filter(|movement| movement.time_ms < time);
        if time > now {
            return Some(there);
        }
        let is_known = is_exact || first.is_none_or(|first| time <= first);
        is_known.then(|| before.map(Movement::signed).sum())
    };
    let (opening, closing) = (at(period.from), at(period.before));
    let is_within = |movement: &Movement| (period.from..period.before).contains(&movement.time_ms);
    let movements = movements.into_iter().filter(is_within).collect();
    Part { brand, opening, movements, closing }
}

fn place(status: &TransactionStatus) -> Option<Place> {
    match status.state {
        TransactionState::Committed { height, .. } => Some(Place { id: status.id, height }),
        TransactionState::Pending | TransactionState::Refused { .. } => None,
    }
}

/// The points of a brand that expired, each with its time; none if it isn't known when.
fn expiries(gone: Option<&Gone>) -> Option<Vec<Movement>> {
    let Some(gone) = gone else { return Some(Vec::new()) };
    let (Expired::Exactly(_), Some(split)) = (gone.expired, &gone.split) else { return None };
    let expired = |time_ms: TimeMs, amount: Points| {
        let (kind, other, reference, place) = (Kind::Expired, None, None, None);
        Movement { time_ms, kind, amount, other, reference, place }
    };
    // They can be used in the whole of their month, and belong to it in the books.
    let by_month = split.by_month.iter().map(|(month, points)| expired(last_of(month.plus(1).start()), *points));
    let late = split.late.iter().map(|late| expired(late.time_ms, late.amount));
    Some(by_month.chain(late).collect())
}

/// The last moment before a time.
fn last_of(time: TimeMs) -> TimeMs {
    TimeMs::new(time.get().saturating_sub(1)).unwrap_or(time)
}

/// The movements that an operation made in an account's points.
fn movements(
    operation: &Operation<AddressText>,
    account: AddressText,
    (time_ms, place): (TimeMs, Option<Place>),
) -> Vec<(BrandId, Movement)> {
    let movement = |brand: BrandId, kind, amount, other| {
        let (place, reference) = (place.clone(), reference_of(operation).cloned());
        (brand, Movement { time_ms, kind, amount, other, reference, place })
    };
    match operation {
        Operation::Issue(one) if one.to == account => vec![movement(one.brand, Kind::Issued, one.amount, None)],
        Operation::Transfer(one) if one.to == account && one.from != account => {
            vec![movement(one.brand, Kind::Received, one.amount, Some(one.from))]
        }
        Operation::Transfer(one) if one.from == account && one.to != account => {
            vec![movement(one.brand, Kind::Sent, one.amount, Some(one.to))]
        }
        Operation::Redeem(one) if one.from == account => vec![movement(one.brand, Kind::Redeemed, one.amount, None)],
        Operation::Capture(one) if one.from == account => vec![movement(one.brand, Kind::Captured, one.amount, None)],
        Operation::Convert(one) if one.account == account => vec![
            movement(one.from, Kind::ConvertedOut, one.burned, None),
            movement(one.to, Kind::ConvertedIn, one.received, None),
        ],
        Operation::Take(one) if one.from == account => vec![
            movement(one.brand, Kind::TradedIn, one.amount, Some(one.owner)),
            movement(one.wants, Kind::TradedOut, one.max_pay, Some(one.owner)),
        ],
        Operation::Take(one) if one.owner == account => vec![
            movement(one.brand, Kind::TradedOut, one.amount, Some(one.from)),
            movement(one.wants, Kind::TradedIn, one.max_pay, Some(one.from)),
        ],
        Operation::Refund(one) if one.to == account => vec![movement(one.brand, Kind::Refunded, one.amount, None)],
        // All other claims stand here as what they moved.
        Operation::Claim(one) if one.account == account => {
            vec![movement(one.brand, Kind::Donated, one.price_max, None)]
        }
        // Of one that nobody knows more of, the rest of the books says that it took the least.
        Operation::Reverse(one) if one.from == account => {
            vec![movement(one.brand, Kind::Reversed, one.at_least, None)]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
