//! Rates, prices and sums of money as people write them: between whole points and minor units of the currency, where
//! the ledger counts smallest units and millionths.

use lojal_types::limits::PRICE_MICRO_MAX;
use lojal_types::{ExactMoney, PartnershipTerms, Points};
use thiserror::Error;

use crate::amount::{self, AmountError};

/// Decimals of a price and of an exact sum: millionths.
const MICRO_DECIMALS: u8 = 6;

/// Terms that the ledger can't express.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TermsTextError {
    /// The price is no amount.
    #[error("the price: {0}")]
    Price(AmountError),
    /// The rate or the price has no exact form in the brands' smallest units.
    #[error(
        "the {0} is finer or larger than the ledger can express for these brands' points: choose a rounder or smaller \
         one"
    )]
    Unrepresentable(&'static str),
}

/// A rate in smallest units, from one in points: `come` points for `go` points that go. The first of `decimals` are
/// those of the points that go, the second those of the points that come.
///
/// # Errors
/// When the numbers get too large.
pub fn rate_in_units(come: u32, go: u32, decimals: (u8, u8)) -> Result<(u32, u32), TermsTextError> {
    let (num, den) = reduced(u64::from(come) * power(decimals.1), u64::from(go) * power(decimals.0));
    let unrepresentable = |_| TermsTextError::Unrepresentable("rate");
    Ok((u32::try_from(num).map_err(unrepresentable)?, u32::try_from(den).map_err(unrepresentable)?))
}

/// The rate in points: so many come for so many that go.
pub fn rate_in_points(terms: &PartnershipTerms, decimals: (u8, u8)) -> (u64, u64) {
    reduced(u64::from(terms.rate_num) * power(decimals.0), u64::from(terms.rate_den) * power(decimals.1))
}

/// The price of one smallest unit in millionths of a minor unit, from that of a point in minor units; `0` is a price.
///
/// # Errors
/// When the text is no amount, or a smallest unit's price is no whole number of millionths or beyond the limit.
pub fn parse_price(text: &str, decimals: u8) -> Result<u64, TermsTextError> {
    let micro = match amount::parse(text, MICRO_DECIMALS) {
        Ok(micro) => micro.get(),
        Err(AmountError::Zero) => 0,
        Err(error) => return Err(TermsTextError::Price(error)),
    };
    let price = micro / power(decimals);
    let is_exact = micro.is_multiple_of(power(decimals)) && price <= PRICE_MICRO_MAX;
    if is_exact { Ok(price) } else { Err(TermsTextError::Unrepresentable("price")) }
}

/// The price of one point in minor units, as [`parse_price`] reads it.
pub fn format_price(price_micro: u64, decimals: u8) -> String {
    let (whole, fraction) = split_micro(u128::from(price_micro) * u128::from(power(decimals)));
    format!("{whole}{fraction}")
}

/// An exact sum in minor units, with a comma between thousands.
pub fn format_money(money: ExactMoney) -> String {
    let (whole, fraction) = split_micro(money.in_micro());
    amount::format_grouped(Points::new(whole), 0) + &fraction
}

/// Whole minor units, and the point with what is beside them, if there is anything.
fn split_micro(micro: u128) -> (u64, String) {
    let per_minor = 10_u128.pow(u32::from(MICRO_DECIMALS));
    let whole = u64::try_from(micro / per_minor).unwrap_or(u64::MAX);
    let fraction = match micro % per_minor {
        0 => String::new(),
        rest => format!(".{}", format!("{rest:06}").trim_end_matches('0')),
    };
    (whole, fraction)
}

fn power(decimals: u8) -> u64 {
    10_u64.pow(u32::from(decimals.min(lojal_types::limits::DECIMALS_MAX)))
}

fn reduced(num: u64, den: u64) -> (u64, u64) {
    let (mut a, mut b) = (num, den);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let divisor = a.max(1);
    (num / divisor, den / divisor)
}

#[cfg(test)]
mod tests {
    use lojal_types::{Money, TimeMs};

    use super::*;

    fn terms((rate_num, rate_den): (u32, u32)) -> PartnershipTerms {
        PartnershipTerms {
            rate_num,
            rate_den,
            price_micro: 0,
            daily_max: Points::new(1),
            owed_max: lojal_types::Money::new(1),
            ends_ms: TimeMs::new(1).expect("in range"),
        }
    }

    #[test]
    fn rates_are_in_points_outside_and_in_smallest_units_inside() {
        let cases = [
            ((2, 3), (0, 0), (2, 3)),
            // 1 point without decimals for 2.00 points.
            ((1, 2), (2, 0), (1, 200)),
            ((1, 2), (0, 2), (50, 1)),
            ((4, 6), (2, 2), (2, 3)),
            ((1, 1), (4, 0), (1, 10_000)),
        ];
        for ((come, go), decimals, units) in cases {
            assert_eq!(rate_in_units(come, go, decimals), Ok(units));
            assert_eq!(rate_in_points(&terms(units), decimals), reduced(come.into(), go.into()));
        }
        let too_large = rate_in_units(u32::MAX, 1, (0, 4));
        assert_eq!(too_large, Err(TermsTextError::Unrepresentable("rate")));
        assert_eq!(rate_in_units(u32::MAX, 10, (0, 1)), Ok((u32::MAX, 1)));
    }

    #[test]
    fn prices_are_per_point_outside_and_per_smallest_unit_inside() {
        let cases = [
            ("10", 0, 10_000_000, "10"),
            ("0.25", 2, 2_500, "0.25"),
            ("0", 2, 0, "0"),
            ("1250.5", 0, 1_250_500_000, "1250.5"),
            ("1,250.5", 0, 1_250_500_000, "1250.5"),
            ("0,25", 2, 2_500, "0.25"),
        ];
        for (text, decimals, micro, shown) in cases {
            assert_eq!(parse_price(text, decimals), Ok(micro), "{text}");
            assert_eq!(format_price(micro, decimals), shown);
            assert_eq!(parse_price(shown, decimals), Ok(micro));
        }
        assert_eq!(parse_price("0.00001", 2), Err(TermsTextError::Unrepresentable("price")));
        assert_eq!(parse_price("1000000", 0), Ok(PRICE_MICRO_MAX));
        assert_eq!(parse_price("1000000.000001", 0), Err(TermsTextError::Unrepresentable("price")));
        assert!(matches!(parse_price("1,500", 0), Err(TermsTextError::Price(_))));
    }

    #[test]
    fn sums_of_money_show_what_is_below_a_minor_unit_only_if_there_is_any() {
        let money = |minor, micro| format_money(ExactMoney { minor: Money::new(minor), micro });
        assert_eq!(money(1250, 0), "1,250");
        assert_eq!(money(0, 500_000), "0.5");
        assert_eq!(money(7, 1), "7.000001");
    }
}
