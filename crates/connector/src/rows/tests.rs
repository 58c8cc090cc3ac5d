use lojal_types::{Policy, Totals};

use super::*;

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

/// A brand with two decimals, whose points live for a year.
fn brand() -> api::Brand {
    api::Brand {
        id: "kaffet".parse().expect("valid"),
        name: "Kaffet".parse().expect("a name"),
        decimals: 2,
        policy: Policy { expiry_months: Some(12), issue_max: Some(Points::new(100_000)), ..Policy::open() },
        suspended: false,
        approvals: lojal_types::Approvals::default(),
        closes_ms: None,
        pending_days: 0,
        totals: Totals::default(),
    }
}

fn rows(text: &str) -> Result<Vec<Row>, Faults> {
    read(text, &brand(), month("2026-11"))
}

#[track_caller]
fn faults(text: &str) -> String {
    rows(text).expect_err("nothing can be imported").to_string()
}

#[test]
fn rows_have_a_customer_an_amount_and_perhaps_a_last_month() {
    let expected = [
        Row { line: 2, customer: "4711".to_owned(), amount: Points::new(1250), expiry: Some(month("2027-03")) },
        Row { line: 3, customer: "Åsa, Öst".to_owned(), amount: Points::new(100_000), expiry: None },
        Row { line: 5, customer: "4711".to_owned(), amount: Points::new(1), expiry: Some(month("2027-11")) },
    ];
    let plain = "customer,amount,expiry\n4711,12.50,2027-03\n\"Åsa, Öst\",1000,\n\n 4711 ,0.01,2027-11\n";
    assert_eq!(rows(plain), Ok(expected.to_vec()));
    let spreadsheet =
        "\u{feff}Expiry;Customer;Amount\r\n2027-03;4711;12,50\r\n;Åsa, Öst;1000\r\n\r\n2027-11;4711;0,01\r\n";
    assert_eq!(rows(spreadsheet), Ok(expected.to_vec()), "with a decimal comma, and the columns in another order");
}

#[test]
fn every_line_that_can_not_be_imported_is_told_with_what_to_do() {
    let text = "customer,amount,expiry\n\
                1,5,2027-03\n\
                2,0,\n\
                3,1.005,\n\
                4,1000.01,\n\
                5,5,2026-10\n\
                6,5,2027-12\n\
                7,5,March\n\
                ,5,\n\
                1,6,2027-03\n\
                8,5\n\
                1,7,2027-04\n";
    let told = faults(text);
    let lines: Vec<&str> = told.lines().collect();
    for (at, start, part) in [
        (0, "line 3: the amount: ", ""),
        (1, "line 4: the amount: ", ""),
        (2, "line 5: ", "kaffet issues at most 1000.00 at once"),
        (3, "line 6: ", "points of 2026-10 have expired: leave the row out"),
        (4, "line 7: ", "kaffet gives points until 2027-11, and not until 2027-12"),
        (5, "line 8: ", "is no last month: write one like 2027-03, or nothing"),
        (6, "line 9: the customer's number: ", ""),
        (7, "line 10: ", " has points with expiry 2027-03 in line 2 already: add the two up"),
        (8, "line 11: expected 3 columns", ""),
        (9, "nothing was sent", ""),
    ] {
        assert!(lines[at].starts_with(start) && lines[at].contains(part), "{at}: {told}");
    }
    assert_eq!(lines.len(), 10, "{told}");
}

#[test]
fn a_head_that_is_none_and_a_file_without_rows_are_refused() {
    for wrong in ["", "4711,12.50,2027-03\n", "customer,amount\n1,5\n", "customer,amount,expiry,name\n1,5,,x\n"] {
        let told = faults(wrong);
        assert!(told.starts_with("line 1: expected a head with the columns customer, amount, expiry"), "{told}");
    }
    assert!(faults("customer,amount,expiry\n").starts_with("line 1: there is no row below this one"));
}

#[test]
fn no_more_faults_are_told_than_somebody_reads() {
    let text = (0..50).fold("customer,amount,expiry\n".to_owned(), |text, number| format!("{text}{number},0,\n"));
    let told = faults(&text);
    assert!(told.contains("line 21: ") && !told.contains("line 22: ") && told.contains("and 30 more"), "{told}");
}

#[test]
fn points_without_end_may_get_one_at_most_60_months_ahead() {
    let brand = api::Brand { policy: Policy::open(), ..brand() };
    let read = |expiry: &str| read(&format!("customer,amount,expiry\n1,5,{expiry}\n"), &brand, month("2026-11"));
    assert_eq!(read("2031-11").expect("the last one")[0].expiry, Some(month("2031-11")));
    assert!(read("2031-12").expect_err("too late").to_string().contains("more than 60 months ahead"));
    assert_eq!(read("").expect("no end")[0].expiry, None);
}

#[test]
fn a_text_that_is_too_long_is_not_told_whole() {
    let long = "9".repeat(1_000_000);
    for (row, part) in [
        (format!("{long},5,"), "the customer's number: it has 1000000 characters"),
        (format!("1,{long},"), "line 2: the amount has more than 64 characters: is it in the wrong column?"),
        (format!("1,5,{long}"), "line 2: the expiry has more than 64 characters"),
    ] {
        let told = faults(&format!("customer,amount,expiry\n{row}\n"));
        assert!(told.contains(part) && told.len() < 1_000, "{}", told.len());
    }
    for head in [format!("customer,amount,{long}"), format!("customer,amount,expiry{}", ",more".repeat(100_000))] {
        let told = faults(&format!("{head}\n1,5,\n"));
        assert!(told.starts_with("line 1: expected a head") && told.len() < 1_000, "{}", told.len());
    }
}

#[test]
fn whoever_has_no_account_yet_has_a_row_that_opens_one() {
    let brand = api::Brand { policy: Policy { opening_min: Points::new(1_000), ..brand().policy }, ..brand() };
    let text = "customer,amount,expiry\n1,9.99,2027-03\n1,10,\n2,9.99,2027-03\n2,9.99,\n3,1,\n";
    let rows = read(text, &brand, month("2026-11")).expect("rows");
    let check = |known: &str| check_openings(&rows, &brand, |customer| Ok(customer == known)).expect("readable");
    let told = check("3").expect_err("one customer").to_string();
    assert!(told.contains("line 4: customer \u{2068}2\u{2069} has no account yet, and no row of the 10.00"), "{told}");
    assert_eq!(told.lines().count(), 2, "each is told once: {told}");
    assert_eq!(check("2").expect_err("the other").to_string().lines().count(), 2);
    assert_eq!(check_openings(&rows, &brand, |_| Ok(true)).expect("readable"), Ok(()));
    let lines = opening_first(&rows, &brand).map(|rows| rows.iter().map(|row| row.line).collect::<Vec<_>>());
    assert_eq!(
        lines,
        [vec![3], vec![2, 4, 5, 6]],
        "small rows of whoever gets an account with another one wait for it"
    );
}
