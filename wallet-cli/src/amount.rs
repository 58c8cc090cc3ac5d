//! Amounts as people write them: whole numbers inside, a brand's decimals outside.

use lojal_types::limits::POINTS_MAX;
use lojal_types::{GrossPoints, Points};
use thiserror::Error;

/// A text that is no amount of a brand.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AmountError {
    /// Not digits, perhaps with a point and more digits.
    #[error(
        "{0:?} is no amount: write digits, with a point before decimals and nothing between thousands, like 1250 or 12.50"
    )]
    Form(String),
    /// More decimals than the brand has.
    #[error("{text} has too many decimals: this brand's points have {}", decimals_in_words(*.decimals))]
    Decimals {
        /// The text.
        text: String,
        /// How many the brand has.
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

/// Reads an amount such as `12.50` of a brand whose points are displayed with `decimals` decimals.
///
/// # Errors
/// When it is no positive amount of this brand that the ledger handles.
pub fn parse(text: &str, decimals: u8) -> Result<Points, AmountError> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
        Some(_) => return Err(AmountError::Form(text.to_owned())),
        None => (text, ""),
    };
    let only_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !only_digits {
        return Err(AmountError::Form(text.to_owned()));
    }
    let missing = usize::from(decimals)
        .checked_sub(fraction.len())
        .ok_or_else(|| AmountError::Decimals { text: text.to_owned(), decimals })?;
    let digits = [whole, fraction, &"0".repeat(missing)].concat();
    match digits.parse::<u64>() {
        Ok(0) => Err(AmountError::Zero),
        Ok(points) if points <= POINTS_MAX => Ok(Points::new(points)),
        _ => Err(AmountError::TooLarge { text: text.to_owned(), decimals }),
    }
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
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
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
