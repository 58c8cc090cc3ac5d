use super::*;

fn utc_of(ms: u64) -> String {
    utc(TimeMs::new(ms).expect("in range"))
}

#[test]
fn amounts_carry_all_of_the_brands_decimals() {
    assert_eq!(format_points(Points::new(1250), 0), "1250");
    assert_eq!(format_points(Points::new(1250), 2), "12.50");
    assert_eq!(format_points(Points::new(7), 4), "0.0007");
    assert_eq!(format_points(Points::ZERO, 1), "0.0");
    assert_eq!(format_points(Points::new((1 << 53) - 1), 4), "900719925474.0991");
}

#[test]
fn times_are_utc_also_over_leap_days_and_at_both_ends() {
    assert_eq!(utc_of(0), "1970-01-01T00:00:00.000Z");
    assert_eq!(utc_of(951_868_799_999), "2000-02-29T23:59:59.999Z");
    assert_eq!(utc_of(951_868_800_000), "2000-03-01T00:00:00.000Z");
    assert_eq!(utc_of(1_798_761_599_999), "2026-12-31T23:59:59.999Z");
    assert_eq!(utc_of(lojal_types::limits::TIME_MS_MAX), "6999-12-31T23:59:59.999Z");
}
