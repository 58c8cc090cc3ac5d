use lojal_types::{Height, Points, Totals};

use super::*;

fn utc_of(ms: u64) -> String {
    utc(TimeMs::new(ms).expect("in range"))
}

#[test]
fn amounts_carry_all_of_the_brands_decimals() {
    assert_eq!(format_points(Points::new(1250).into(), 0), "1250");
    assert_eq!(format_points(Points::new(1250).into(), 2), "12.50");
    assert_eq!(format_points(Points::new(7).into(), 4), "0.0007");
    assert_eq!(format_points(Points::ZERO.into(), 1), "0.0");
    assert_eq!(format_points(Points::new((1 << 53) - 1).into(), 4), "900719925474.0991");
}

#[test]
fn times_are_utc_also_over_leap_days_and_at_both_ends() {
    assert_eq!(utc_of(0), "1970-01-01T00:00:00.000Z");
    assert_eq!(utc_of(951_868_799_999), "2000-02-29T23:59:59.999Z");
    assert_eq!(utc_of(951_868_800_000), "2000-03-01T00:00:00.000Z");
    assert_eq!(utc_of(1_798_761_599_999), "2026-12-31T23:59:59.999Z");
    assert_eq!(utc_of(lojal_types::limits::TIME_MS_MAX), "6999-12-31T23:59:59.999Z");
}

fn brand(id: &str) -> BrandId {
    id.parse().expect("valid")
}

fn netting(first_owes_micro: u128, second_owes_micro: u128) -> Netting {
    let money = |micro| ExactMoney::from_micro(micro).expect("a small sum");
    let net_debtor = match first_owes_micro.cmp(&second_owes_micro) {
        std::cmp::Ordering::Less => Some(brand("nordmat")),
        std::cmp::Ordering::Equal => None,
        std::cmp::Ordering::Greater => Some(brand("kaffet")),
    };
    let pair = NettingPair {
        first: brand("kaffet"),
        second: brand("nordmat"),
        first_owes: money(first_owes_micro),
        second_owes: money(second_owes_micro),
        net: money(first_owes_micro.abs_diff(second_owes_micro)),
        net_debtor,
    };
    let currency = Some("SEK".parse().expect("valid"));
    Netting { currency, pairs: vec![pair], height: Height::new(7), time_ms: TimeMs::default(), next_cursor: None }
}

#[test]
fn the_netting_statement_shows_both_directions_the_difference_and_who_owes_it() {
    let text = netting_text(&netting(1_250_500_000, 12_000_000_000), None);
    let expected = "\
Between brands, in minor units of SEK, after block 7 of 1970-01-01T00:00:00.000Z
  kaffet owes nordmat          1250.500000
  nordmat owes kaffet         12000.000000
    net: nordmat owes kaffet  10749.500000
";
    assert_eq!(text, expected);
    let last_line = |first_owes_micro, second_owes_micro| {
        let text = netting_text(&netting(first_owes_micro, second_owes_micro), None);
        text.lines().last().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    assert_eq!(last_line(5_000_001, 5_000_000).as_deref(), Some("net: kaffet owes nordmat 0.000001"));
    assert_eq!(last_line(5, 5).as_deref(), Some("net: nothing 0.000000"));
}

#[test]
fn a_statement_without_pairs_or_currency_says_so() {
    let empty = Netting { currency: None, pairs: Vec::new(), ..netting(0, 0) };
    let expected = "\
Between brands, in minor units, after block 7 of 1970-01-01T00:00:00.000Z
  no brand has ever owed another anything
";
    assert_eq!(netting_text(&empty, None), expected);
}

fn sheet() -> BrandReport {
    let lot = |expiry: &str, amount| Lot { expiry: expiry.parse().expect("valid"), amount: Points::new(amount) };
    BrandReport {
        id: brand("kaffet"),
        name: "Kaffet".parse().expect("valid"),
        decimals: 1,
        totals: Totals {
            issued: Points::new(1400).into(),
            outstanding: Points::new(1000),
            held: Points::new(150),
            redeemed: Points::new(90).into(),
            converted_out: Points::new(120).into(),
            expired: Points::new(30).into(),
            reversed: Points::new(10).into(),
            ..Totals::default()
        },
        holders: 3,
        liability: vec![lot("2024-01", 400), lot("never", 600)],
        held_by_month: vec![lot("2023-12", 150)],
        pending_by_month: Vec::new(),
    }
}

#[test]
fn a_balance_sheet_shows_what_is_held_by_its_last_month_when_something_is() {
    let expected = "\
\u{2068}Kaffet\u{2069} (kaffet)
  issued                   140.0
  outstanding              100.0
  held                      15.0
  redeemed                   9.0
  converted out             12.0
  expired                    3.0
  reversed                   1.0
  holders                      3
  liability by last month
    2024-01                 40.0
    never                   60.0
  held by last month
    2023-12                 15.0
";
    assert_eq!(brand_text(&sheet(), None), expected);
    let totals = Totals { donated: Points::new(20).into(), refunded: Points::new(20).into(), ..sheet().totals };
    let later = brand_text(&BrandReport { totals, ..sheet() }, None);
    assert!(later.contains("  donated                    2.0\n  refunded                   2.0\n"), "{later}");
    let nothing_held = brand_text(&BrandReport { held_by_month: Vec::new(), ..sheet() }, None);
    assert!(!nothing_held.contains("held by last month"), "{nothing_held}");
}

fn columns_of(text: &str) -> usize {
    let isolates = ["\u{2068}", "\u{2069}"];
    let seen = |line: &str| isolates.iter().fold(line.to_owned(), |line, one| line.replace(one, ""));
    let wide = |letter: char| if letter >= '\u{1100}' { 2 } else { 1 };
    text.lines().map(|line| seen(line).chars().map(wide).sum()).max().unwrap_or_default()
}

#[test]
fn the_longest_names_and_sums_fit_on_a_terminal_of_80_columns_and_wide_letters_count_twice() {
    let most = ExactMoney { minor: lojal_types::Money::new(u64::MAX), micro: 999_999 };
    let [first, second] = ["a-brand-of-15-a", "a-brand-of-15-b"].map(brand);
    let pair = NettingPair { first, second, first_owes: most, second_owes: most, net: most, net_debtor: Some(first) };
    let long = Netting { pairs: vec![pair], height: Height::new(u64::MAX), ..netting(1, 2) };
    let name: lojal_types::Name = "\u{6f22}".repeat(21).parse().expect("63 bytes of Han");
    let most_points = u128::MAX.to_string().parse().expect("a sum");
    let statement = netting_text(&long, Some(80));
    assert!(columns_of(&statement) <= 80, "{statement}");
    let sheet = BrandReport { name, totals: Totals { issued: most_points, ..sheet().totals }, ..sheet() };
    for columns in [80, 70] {
        let text = brand_text(&sheet, Some(columns));
        assert!(columns_of(&text) <= columns && text.contains("  held   "), "{text}");
    }
    assert!(columns_of(&netting_text(&long, None)) > 80, "a file has whole lines");
}
