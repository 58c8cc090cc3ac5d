//! A statement as people, spreadsheets and programs read it.

use std::collections::BTreeMap;

use lojal_types::{
    AddressText, BrandId, Day, Expiry, Height, Lot, PendingLot, Points, Reference, TimeMs, TransactionId, api,
};
use lojal_wallet::amount;
use lojal_wallet::reference::ReceiptText;
use lojal_wallet::time::utc;
use schemars::JsonSchema;
use serde::Serialize;

use super::book::{Kind, Movement, Part, Period};
use crate::commands::balance::pending_texts;
use crate::commands::decimals::Decimals;

/// The columns of the file for spreadsheets.
const HEAD: [&str; 11] =
    ["row", "time", "brand", "amount", "balance", "account", "receipt", "reference", "block", "transaction", "expiry"];
/// Beginnings of cells that spreadsheets take for formulas.
const FORMULAS: [char; 5] = ['=', '+', '-', '@', '\t'];

/// The books of one brand for programs: numbers are in smallest units.
#[derive(Serialize, JsonSchema)]
pub(super) struct ShownPart {
    /// The brand.
    brand: BrandId,
    /// The number of decimals of its points.
    decimals: u8,
    /// The points at the beginning; null if that isn't known.
    opening: Option<i64>,
    /// The points at the end; null if that isn't known.
    closing: Option<i64>,
    /// All that came and went, the oldest first.
    movements: Vec<ShownMovement>,
    /// The points that expire one day, as they are now.
    expiring: Vec<Lot>,
    /// The points that wait, as they are now, with the day on which they can be spent. They count from their issue on.
    pending: Vec<PendingLot>,
}

/// Points that came or went.
#[derive(Serialize, JsonSchema)]
struct ShownMovement {
    /// The kind.
    kind: Kind,
    /// The time.
    time_ms: TimeMs,
    /// The number of points, less than nought if they went.
    amount: i64,
    /// The points after it; null if that isn't known.
    balance: Option<i64>,
    /// The account at the other end; null if there is none.
    account: Option<AddressText>,
    /// The reference of the operation; null if it has none.
    reference: Option<Reference>,
    /// The text of the receipt, if this wallet knows it.
    receipt: Option<String>,
    /// The block of the transaction; null of points that expired.
    height: Option<Height>,
    /// The transaction; null likewise.
    transaction: Option<TransactionId>,
}

/// The reader of a statement, with what they know.
pub(super) struct Reader<'a> {
    pub(super) decimals: &'a Decimals,
    pub(super) receipts: &'a BTreeMap<Reference, ReceiptText>,
    pub(super) account: &'a api::Account,
    pub(super) period: Period,
}

impl Reader<'_> {
    /// For people: each brand's table, and the points that expire.
    pub(super) fn text(&self, parts: &[Part], (from, to): (Option<Day>, Day)) -> String {
        let start = from.map_or_else(|| "the beginning".to_owned(), |day| day.to_string());
        let mut lines = vec![format!("{} from {start} to {to} (UTC)", self.account.address)];
        if parts.is_empty() {
            lines.push("no points have come or gone".to_owned());
        }
        for part in parts {
            let mut rows =
                vec![["TIME (UTC)", "WHAT", "AMOUNT", "BALANCE", "WITH", "RECEIPT"].map(str::to_owned).to_vec()];
            let edge = |what: &str, balance| {
                let balance = self.balance(balance, part.brand);
                vec!["·".to_owned(), format!("{what} {}", part.brand), String::new(), balance]
            };
            rows.push(edge("opening", part.opening));
            for (movement, balance) in with_balances(part) {
                rows.push(vec![
                    utc(movement.time_ms),
                    movement.kind.name().replace('_', " "),
                    self.signed(movement.signed(), part.brand),
                    balance.map(|balance| self.signed(balance, part.brand)).unwrap_or_default(),
                    movement.other.map(|other| other.to_string()).unwrap_or_default(),
                    self.receipt(movement),
                ]);
            }
            rows.push(edge("closing", part.closing));
            lines.push(lojal_print::table(&rows, &[2, 3]));
            if part.opening.is_none() || part.closing.is_none() {
                lines.push(format!(
                    "when some points of {} expired can't be told from the transactions, so what there was meanwhile \
                     can't either",
                    part.brand
                ));
            }
        }
        for (brand, lot) in self.lots() {
            lines.push(format!(
                "{} can be used until the end of {}",
                self.decimals.in_words(lot.amount, brand),
                month(lot)
            ));
        }
        lines.extend(pending_texts(&self.account.balances, self.decimals));
        lines.join("\n")
    }

    /// For spreadsheets.
    pub(super) fn csv(&self, parts: &[Part]) -> String {
        let mut file = csv::Writer::from_writer(Vec::new());
        let mut write = |row: [String; 11]| file.write_record(row).expect("writing to memory can't fail");
        write(HEAD.map(str::to_owned));
        for part in parts {
            let edge = |row: &str, time: TimeMs, balance: Option<i128>| {
                let balance = balance.map(|balance| self.signed(balance, part.brand)).unwrap_or_default();
                let mut cells = [const { String::new() }; 11];
                (cells[0], cells[1], cells[2], cells[4]) =
                    (row.to_owned(), time.to_rfc3339(), part.brand.to_string(), balance);
                cells
            };
            write(edge("opening", self.period.from, part.opening));
            for (movement, balance) in with_balances(part) {
                write([
                    movement.kind.name().to_owned(),
                    movement.time_ms.to_rfc3339(),
                    part.brand.to_string(),
                    self.signed(movement.signed(), part.brand),
                    balance.map(|balance| self.signed(balance, part.brand)).unwrap_or_default(),
                    movement.other.map(|other| other.to_string()).unwrap_or_default(),
                    no_formula(self.receipt(movement)),
                    movement.reference.as_ref().map(Reference::to_string).unwrap_or_default(),
                    movement.place.as_ref().map(|place| place.height.to_string()).unwrap_or_default(),
                    movement.place.as_ref().map(|place| place.id.to_string()).unwrap_or_default(),
                    String::new(),
                ]);
            }
            write(edge("closing", self.period.before, part.closing));
        }
        for (brand, lot) in self.lots() {
            let mut cells = [const { String::new() }; 11];
            let amount = amount::format(lot.amount, self.decimals.of(brand));
            (cells[0], cells[2], cells[3], cells[10]) = ("lot".to_owned(), brand.to_string(), amount, month(lot));
            write(cells);
        }
        for (brand, waits) in self.pending() {
            let mut cells = [const { String::new() }; 11];
            let amount = amount::format(waits.amount, self.decimals.of(brand));
            let matures = waits.matures.start().to_rfc3339();
            (cells[0], cells[1], cells[2]) = ("pending".to_owned(), matures, brand.to_string());
            (cells[3], cells[10]) = (amount, month(&waits.lot()));
            write(cells);
        }
        let bytes = file.into_inner().expect("writing to memory can't fail");
        String::from_utf8(bytes).expect("made of texts").trim_end().to_owned()
    }

    /// For programs: amounts in smallest units.
    pub(super) fn shown(&self, parts: &[Part]) -> Vec<ShownPart> {
        let movement = |(movement, balance): (&Movement, Option<i128>)| ShownMovement {
            kind: movement.kind,
            time_ms: movement.time_ms,
            amount: number(movement.signed()),
            balance: balance.map(number),
            account: movement.other,
            reference: movement.reference.clone(),
            receipt: movement.reference.as_ref().and_then(|one| self.receipts.get(one)).map(ToString::to_string),
            height: movement.place.as_ref().map(|place| place.height),
            transaction: movement.place.as_ref().map(|place| place.id),
        };
        let part = |part: &Part| ShownPart {
            brand: part.brand,
            decimals: self.decimals.of(part.brand),
            opening: part.opening.map(number),
            closing: part.closing.map(number),
            movements: with_balances(part).map(movement).collect(),
            expiring: self.lots().filter(|(brand, _)| *brand == part.brand).map(|(_, lot)| *lot).collect(),
            pending: self.pending().filter(|(brand, _)| *brand == part.brand).map(|(_, waits)| *waits).collect(),
        };
        parts.iter().map(part).collect()
    }

    /// The lots that expire one day.
    fn lots(&self) -> impl Iterator<Item = (BrandId, &Lot)> {
        let lots = self.account.balances.iter().flat_map(|one| one.lots.iter().map(|lot| (one.brand, lot)));
        lots.filter(|(_, lot)| matches!(lot.expiry, Expiry::Month(_)))
    }
    /// The points that wait.
    fn pending(&self) -> impl Iterator<Item = (BrandId, &PendingLot)> {
        self.account.balances.iter().flat_map(|one| one.pending.iter().map(|waits| (one.brand, waits)))
    }
    fn receipt(&self, movement: &Movement) -> String {
        let receipt = movement.reference.as_ref().and_then(|reference| self.receipts.get(reference));
        receipt.map(ToString::to_string).unwrap_or_default()
    }
    fn balance(&self, balance: Option<i128>, brand: BrandId) -> String {
        balance.map_or_else(|| "unknown".to_owned(), |balance| self.signed(balance, brand))
    }
    fn signed(&self, points: i128, brand: BrandId) -> String {
        let sign = if points < 0 { "-" } else { "" };
        let size = u64::try_from(points.unsigned_abs()).unwrap_or(u64::MAX);
        format!("{sign}{}", amount::format(Points::new(size), self.decimals.of(brand)))
    }
}

/// The movements of a part, each with what there was after it, if that is known.
fn with_balances(part: &Part) -> impl Iterator<Item = (&Movement, Option<i128>)> {
    part.movements.iter().scan(part.opening, |balance, movement| {
        *balance = balance.map(|before| before + movement.signed());
        Some((movement, *balance))
    })
}

/// A number for JSON: points are bounded far below what it holds.
fn number(points: i128) -> i64 {
    i64::try_from(points).unwrap_or(i64::MAX)
}

fn month(lot: &Lot) -> String {
    match lot.expiry {
        Expiry::Month(month) => month.to_string(),
        Expiry::Never => String::new(),
    }
}

/// A text of somebody's as a cell that no spreadsheet computes.
fn no_formula(text: String) -> String {
    if text.starts_with(FORMULAS) { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_receipt_becomes_a_formula() {
        for text in ["=1+1", "+1", "-1", "@x", "\tx"] {
            assert_eq!(no_formula(text.to_owned()), format!("'{text}"));
        }
        assert_eq!(no_formula("till 7, receipt 4711".to_owned()), "till 7, receipt 4711");
    }
}
