//! Amounts as people write them: whole numbers inside, a brand's decimals outside.

use lojal_text::typed;
use lojal_types::limits::POINTS_MAX;
use lojal_types::{GrossPoints, Points};
use thiserror::Error;

/// Digits between two commas.
const GROUP: usize = 3;

/// A text that is no amount of a brand.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AmountError {
    /// Not digits, perhaps with a point and more digits.
    #[error(
        "{0:?} is no amount, or could be two: write digits, with a point before decimals and nothing between \
         thousands, like 1250 or 12.50"
    )]
    Form(String),
    /// Less than nothing.
    #[error("{0} is less than zero: write the amount without a sign")]
    Negative(String),
    /// More decimals than the brand has.
    #[error("{text} has too many decimals: this brand's points have {}", decimals_in_words(*.decimals))]
    Decimals {
        /// The text.
        text: String,
        /// The number that the brand has.
        decimals: u8,
    },
    /// Nothing.
    #[error("the amount must be more than zero")]
    Zero,
    /// More than the ledger handles.
    #[error("{text} is more than the largest amount, {}", format(Points::new(POINTS_MAX), *.decimals))]
    TooLarge {
        /// The text.
        text: String,
        /// The brand's decimals.
        decimals: u8,
    },
}

fn decimals_in_words(decimals: u8) -> String {
    if decimals == 0 { "none".to_owned() } else { format!("at most {decimals}") }
}

/// Reads an amount such as `12.50` of a brand whose points are displayed with `decimals` decimals; also as tables show
/// it, `1,250.00`, and with a comma before the decimals, `12,50`, where nothing else can be meant.
///
/// # Errors
/// When it is no positive amount of this brand that the ledger handles.
pub fn parse(text: &str, decimals: u8) -> Result<Points, AmountError> {
    let form = || AmountError::Form(text.to_owned());
    let typed = typed(text).map_err(|_| form())?;
    if typed.strip_prefix('-').is_some_and(|rest| parts(rest, decimals).is_some()) {
        return Err(AmountError::Negative(typed));
    }
    let (whole, fraction) = parts(&typed, decimals).ok_or_else(form)?;
    let missing = usize::from(decimals)
        .checked_sub(fraction.len())
        .ok_or_else(|| AmountError::Decimals { text: typed.clone(), decimals })?;
    let digits = [whole.as_str(), fraction, &"0".repeat(missing)].concat();
    match digits.parse::<u64>() {
        Ok(0) => Err(AmountError::Zero),
        Ok(points) if points <= POINTS_MAX => Ok(Points::new(points)),
        _ => Err(AmountError::TooLarge { text: typed, decimals }),
    }
}

/// The digits before the decimals, and the decimals.
fn parts(text: &str, decimals: u8) -> Option<(String, &str)> {
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) => (whole, are_digits(fraction).then_some(fraction)?),
        None => match text.split_once(',') {
            Some((whole, rest)) if are_digits(whole) && are_digits(rest) && is_decimal_comma(whole, rest, decimals) => {
                return Some((whole.to_owned(), rest));
            }
            // Thousands, as a brand without decimals shows them; or thousandths, of a brand with some.
            Some((_, rest)) if are_digits(rest) && decimals > 0 => return None,
            _ => (text, ""),
        },
    };
    let mut groups = whole.split(',');
    let first = groups.next().filter(|first| are_digits(first))?;
    let mut digits = first.to_owned();
    for group in groups {
        let is_first = (1..=GROUP).contains(&first.len()) && !first.starts_with('0');
        let is_group = is_first && are_digits(group) && group.len() == GROUP;
        digits.push_str(is_group.then_some(group)?);
    }
    Some((digits, fraction))
}

/// Tells whether a single comma can only stand before decimals: what follows can't be thousands, and the brand has
/// decimals.
fn is_decimal_comma(whole: &str, rest: &str, decimals: u8) -> bool {
    let could_be_thousands = rest.len() == GROUP && whole.len() <= GROUP && !whole.starts_with('0');
    decimals > 0 && !could_be_thousands
}

/// An amount as [`parse`] reads it, with all of the brand's decimals.
pub fn format(points: impl Into<GrossPoints>, decimals: u8) -> String {
    let (whole, fraction) = split(points.into(), decimals);
    format!("{whole}{fraction}")
}

/// An amount for tables, with a comma between thousands: `1,250`.
pub fn format_grouped(points: impl Into<GrossPoints>, decimals: u8) -> String {
    let (whole, fraction) = split(points.into(), decimals);
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(GROUP) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + &fraction
}

/// The digits before the point, and the point with the digits after it.
fn split(points: GrossPoints, decimals: u8) -> (String, String) {
    let decimals = usize::from(decimals);
    let digits = format!("{:0>width$}", points.get(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let fraction = if decimals == 0 { String::new() } else { format!(".{fraction}") };
    (whole.to_owned(), fraction)
}

#[cfg(test)]
mod tests;
