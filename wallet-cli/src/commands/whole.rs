//! Transactions whole: every field of what is signed, so that nobody signs what was not shown.

use lojal_text::outside;
use lojal_types::operation::BrandActions;
use lojal_types::{Actions, AddressText, BrandId, Genesis, NetworkKind, Operation, Points, TimeMs, Transaction};
use lojal_wallet::time::{format_duration, utc};
use serde::Serialize;
use serde_json::{Map, Value};

use super::between::money_unit;
use super::brand_actions::BrandReader;
use super::decimals::Decimals;
use super::motions::{self, Reader};
use crate::output::to_value;

/// The fields with a time; those of other fields whose names end in `_ms` are durations.
const TIMES: [&str; 7] = ["valid_until_ms", "until_ms", "expires_ms", "opens_ms", "closes_ms", "ends_ms", "time_ms"];
/// The end of the names of times and durations.
const MS: &str = "_ms";
/// The fields with points of the brand that is named beside them or above.
const POINTS: [&str; 9] = [
    "amount",
    "at_least",
    "issue_daily_max",
    "issue_max",
    "month_max",
    "opening_min",
    "transfer_daily_max",
    "transfer_max",
    "transfer_min",
];

/// The operations and actions whose numbers are no points.
const UNITS: [&str; 4] = ["grant", "set_track", "stamp", "take_back"];

/// The means to read a transaction where no gateway tells anything.
pub(super) struct Whole<'a> {
    pub(super) network: NetworkKind,
    pub(super) decimals: &'a Decimals,
    pub(super) genesis: Option<&'a Genesis>,
}

impl Whole<'_> {
    /// All that is signed with a transaction: the actions of its motions in words, and every field.
    pub(super) fn transaction(&self, transaction: &Transaction<AddressText>) -> String {
        let words = transaction.operations.iter().filter_map(|operation| self.motion(operation));
        let fields = format!("all that is signed, as numbers in smallest units:\n{}", self.fields(transaction));
        words.chain([fields]).collect::<Vec<_>>().join("\n")
    }
    /// All that is signed with an operation, but for who signs it and when: likewise.
    pub(super) fn operation(&self, operation: &Operation<AddressText>) -> String {
        let fields = format!("all of it, as numbers in smallest units:\n{}", self.fields(operation));
        self.motion(operation).into_iter().chain([fields]).collect::<Vec<_>>().join("\n")
    }
    /// The actions of a motion in words, if the operation puts one forward.
    fn motion(&self, operation: &Operation<AddressText>) -> Option<String> {
        match operation {
            Operation::Propose(one) => Some(self.actions(&one.actions)),
            Operation::ProposeForBrand(one) => Some(self.brand_actions(&one.actions)),
            _ => None,
        }
    }
    fn actions(&self, actions: &Actions) -> String {
        motions::in_words(actions, &Reader { network: self.network, parameters: None })
    }
    fn brand_actions(&self, actions: &BrandActions<AddressText>) -> String {
        let unit = money_unit(self.genesis);
        let reader =
            BrandReader { network: self.network, brands: &[], campaigns: &[], decimals: self.decimals, unit: &unit };
        reader.in_words(actions)
    }
    fn fields(&self, data: &impl Serialize) -> String {
        lojal_print::table(&self.rows(&to_value(data)), &[])
    }
    fn rows(&self, document: &Value) -> Vec<Vec<String>> {
        let mut rows = Vec::new();
        self.add(&mut rows, "", document, None);
        rows
    }
    /// Adds a row for every value in a document, by the way that leads there.
    fn add(&self, rows: &mut Vec<Vec<String>>, way: &str, value: &Value, brand: Option<BrandId>) {
        let below = |name: &str| if way.is_empty() { name.to_owned() } else { format!("{way}.{name}") };
        match value {
            Value::Object(fields) => {
                let text = |name: &str| fields.get(name).and_then(Value::as_str);
                let counts_units = text("type").is_some_and(|name| UNITS.contains(&name));
                let named = text("brand").and_then(|id| id.parse().ok()).filter(|_| !counts_units);
                // An operation or action of a motion has a brand of its own, or none.
                let brand = if fields.contains_key("type") { named } else { named.or(brand) };
                for (name, field) in in_order(fields) {
                    self.add(rows, &below(name), field, brand);
                }
            }
            Value::Array(list) if !list.is_empty() => {
                for (number, one) in (1..).zip(list) {
                    self.add(rows, &below(&i32::to_string(&number)), one, brand);
                }
            }
            value => {
                let name = way.rsplit('.').next().unwrap_or_default();
                rows.push(vec![way.to_owned(), self.shown(name, value, brand)]);
            }
        }
    }
    /// A value as it is, and what it means where that says more.
    fn shown(&self, name: &str, value: &Value, brand: Option<BrandId>) -> String {
        let number = match value {
            Value::String(text) if text.bytes().all(|byte| byte.is_ascii_graphic()) => return text.clone(),
            Value::String(text) => return outside(text),
            Value::Null | Value::Array(_) => return "none".to_owned(),
            Value::Number(number) => number.as_u64().unwrap_or_default(),
            other => return other.to_string(),
        };
        let meaning = match brand {
            _ if TIMES.contains(&name) => TimeMs::new(number).ok().map(|time| format!("{} UTC", utc(time))),
            _ if name.ends_with(MS) => Some(format_duration(number)),
            Some(brand) if POINTS.contains(&name) && self.decimals.knows(brand) => {
                Some(self.decimals.in_words(Points::new(number), brand))
            }
            _ => None,
        };
        let meaning = meaning.map(|meaning| format!(" ({meaning})")).unwrap_or_default();
        format!("{value}{meaning}")
    }
}

/// The fields of an object: its type first, then what is short, then what has fields of its own.
fn in_order(fields: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut all: Vec<(&String, &Value)> = fields.iter().collect();
    all.sort_by_key(|(name, value)| (value.is_object() || value.is_array(), *name != "type"));
    all
}

#[cfg(test)]
mod tests;
