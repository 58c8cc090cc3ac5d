use super::*;

#[test]
fn numbers_and_names_are_unique_and_in_order() {
    let rows: Vec<_> = rows().collect();
    assert!(rows.windows(2).all(|pair| pair[0].0.number() < pair[1].0.number()));
    let mut names: Vec<_> = rows.iter().map(|row| row.1).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), rows.len());
    assert!(rows.iter().all(|row| row.1.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
}

#[test]
fn every_code_has_a_row_and_survives_its_bytes() {
    // Every number that the enum's declaration can hold: those without a row must not decode.
    for number in 0..=999_u16 {
        let decoded = borsh::from_slice::<Code>(&number.to_le_bytes()).ok();
        assert_eq!(decoded.map(Code::number), Code::from_number(number).map(Code::number));
    }
    let declared = include_str!("../../code.rs")
        .lines()
        .filter(|l| l.starts_with("    ") && l.trim_end().ends_with(',') && l.contains(" = ") && !l.contains('('))
        .count();
    assert_eq!(declared, rows().count(), "each declared code has one row");
    for never_again in [508, 509, 602] {
        assert_eq!(Code::from_number(never_again), None);
    }
    for code in Code::all() {
        assert!(!code.explanation().is_empty());
        assert_eq!(serde_json::from_str::<Code>(&format!("\"{code}\"")).ok(), Some(code));
    }
}
