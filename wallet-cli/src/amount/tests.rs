use lojal_types::limits::DECIMALS_MAX;
use proptest::prelude::*;

use super::*;

#[test]
fn amounts_are_read_in_the_brands_decimals() {
    let cases = [
        ("12.50", 2, 1250),
        ("12.5", 2, 1250),
        ("12", 2, 1200),
        ("0.01", 2, 1),
        ("1250", 0, 1250),
        ("007", 0, 7),
        ("0.0001", 4, 1),
        ("9007199254740991", 0, POINTS_MAX),
        ("900719925474.0991", 4, POINTS_MAX),
        // As it is shown.
        ("1,250", 0, 1250),
        ("1,250.00", 2, 125_000),
        ("9,007,199,254,740,991", 0, POINTS_MAX),
        // As many people write it.
        ("12,50", 2, 1250),
        ("12,5", 2, 1250),
        ("0,250", 3, 250),
        ("1250,125", 3, 1_250_125),
        ("0,0001", 4, 1),
        // As it is pasted.
        (" 12.50\r\n", 2, 1250),
        ("\u{200b}1,250\u{a0}", 0, 1250),
    ];
    for (text, decimals, points) in cases {
        assert_eq!(parse(text, decimals), Ok(Points::new(points)), "{text}");
    }
}

#[test]
fn an_amount_below_zero_is_refused_as_such() {
    for text in ["-1", "-12.50", "-0", "-1,250.00"] {
        assert_eq!(parse(text, 2), Err(AmountError::Negative(text.to_owned())), "{text}");
    }
}

#[test]
fn what_is_no_amount_is_refused_by_its_reason() {
    let nonsense =
        ["", ".", "12.", ".5", "--1", "-", "+1", "1e3", "1 2", "1.2.3", "0x10", "١٢", "1_000", "1,,0", ",5", "5,"];
    for text in
        nonsense.iter().chain(&["1,250", "12,500", "1,2,3", "1,25,000.00", "1234,567.00", "12,50.00", "1.234,56"])
    {
        assert_eq!(parse(text, 2), Err(AmountError::Form((*text).to_owned())), "{text}");
    }
    for (text, decimals) in [("1,250", 1), ("1,250", 3), ("1,250", 4), ("12,50", 0), ("1,2", 0), ("0,250", 0)] {
        assert!(matches!(parse(text, decimals), Err(AmountError::Form(_))), "{text} with {decimals} decimals");
    }
    for (text, decimals) in [("12.505", 2), ("12.500", 2), ("1.0", 0), ("1,250.000", 2), ("1234,567", 2)] {
        assert!(matches!(parse(text, decimals), Err(AmountError::Decimals { .. })), "{text}");
    }
    for text in ["0", "0.00", "000"] {
        assert_eq!(parse(text, 2), Err(AmountError::Zero), "{text}");
    }
    for (text, decimals) in [("9007199254740992", 0), ("90071992547409.92", 2), ("99999999999999999999999999", 0)] {
        assert!(matches!(parse(text, decimals), Err(AmountError::TooLarge { .. })), "{text}");
    }
}

#[test]
fn reasons_say_what_would_be_right() {
    let reason = |text, decimals| parse(text, decimals).expect_err("refused").to_string();
    assert_eq!(reason("12.505", 2), "12.505 has too many decimals: this brand's points have at most 2");
    assert_eq!(reason("1.5", 0), "1.5 has too many decimals: this brand's points have none");
    assert_eq!(reason("90071992547409.92", 2), "90071992547409.92 is more than the largest amount, 90071992547409.91");
}

#[test]
fn tables_group_thousands() {
    let cases = [
        (0, 0, "0"),
        (999, 0, "999"),
        (1250, 0, "1,250"),
        (1_234_567, 0, "1,234,567"),
        (5, 2, "0.05"),
        (123_456_789, 2, "1,234,567.89"),
    ];
    for (points, decimals, text) in cases {
        assert_eq!(format_grouped(Points::new(points), decimals), text);
    }
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back_as_the_same_amount(points in 1..=POINTS_MAX, decimals in 0..=DECIMALS_MAX) {
        let points = Points::new(points);
        prop_assert_eq!(parse(&format(points, decimals), decimals), Ok(points));
        prop_assert_eq!(parse(&format_grouped(points, decimals), decimals), Ok(points));
        prop_assert_eq!(format_grouped(points, decimals).replace(',', ""), format(points, decimals));
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,40}", decimals in 0..=DECIMALS_MAX) {
        if let Ok(points) = parse(&text, decimals) {
            prop_assert!((1..=POINTS_MAX).contains(&points.get()));
        }
    }
}
