//! The same receipts in the baseline's tables.

use std::io::{self, Write};

use super::receipts::{Receipt, Receipts};
use crate::cluster::BRANDS;
use crate::error::BenchError;
use crate::postgres::Postgres;

const BEFORE: &str = include_str!("../../sql/before_filling.sql");
const AFTER: &str = include_str!("../../sql/after_filling.sql");
const TRANSFERS: &str = "transfers (reference, from_account, to_account, brand, amount, created)";
const ENTRIES: &str = "entries (account, reference, brand, change, balance)";

/// Makes a database in which a network's receipts have been booked: each is a transfer out of the brands' account,
/// which is 0. Members count from 1 there, and brands too.
pub fn fill(postgres: &Postgres, database: &str, receipts: &Receipts) -> Result<(), BenchError> {
    postgres.create_empty(database)?;
    postgres.execute(database, BEFORE)?;
    postgres.copy(database, TRANSFERS, |to| write_transfers(receipts, to))?;
    postgres.copy(database, ENTRIES, |to| write_entries(receipts, to))?;
    postgres.execute(database, AFTER)
}

fn write_transfers(receipts: &Receipts, to: &mut dyn Write) -> io::Result<()> {
    for block in 0..receipts.blocks() {
        let day = receipts.time_of(block).day();
        for number in receipts.of_block(block) {
            let Receipt { member, brand, points } = receipts.get(number);
            let (member, brand) = (member + 1, brand + 1);
            writeln!(to, "{number}\t0\t{member}\t{brand}\t{points}\t{day} 12:00:00+00")?;
        }
    }
    Ok(())
}

/// Both sides of each, with the balances after it.
fn write_entries(receipts: &Receipts, to: &mut dyn Write) -> io::Result<()> {
    let mut balances = vec![0_u64; receipts.extent().accounts * BRANDS.len()];
    let mut issued = [0_u64; BRANDS.len()];
    for number in 0..receipts.extent().receipts {
        let Receipt { member, brand, points } = receipts.get(number);
        let balance = &mut balances[member * BRANDS.len() + brand];
        *balance += points;
        issued[brand] += points;
        let (of_brand, member, brand) = (issued[brand], member + 1, brand + 1);
        writeln!(to, "0\t{number}\t{brand}\t-{points}\t-{of_brand}")?;
        writeln!(to, "{member}\t{number}\t{brand}\t{points}\t{balance}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use lojal_types::TimeMs;

    use super::*;
    use crate::prepared::receipts::Extent;

    fn rows(write: impl Fn(&Receipts, &mut dyn Write) -> io::Result<()>) -> Vec<Vec<String>> {
        let receipts = Receipts::new(Extent { accounts: 5, receipts: 100 }, TimeMs::default());
        let mut text = Vec::new();
        write(&receipts, &mut text).expect("writing to memory can't fail");
        let text = String::from_utf8(text).expect("digits");
        text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn entries_are_both_sides_of_the_transfers_and_add_up() {
        let (transfers, entries) = (rows(write_transfers), rows(write_entries));
        assert_eq!((transfers.len(), entries.len()), (100, 200));
        assert_eq!(transfers[0], ["0", "0", "1", "1", "1000000", "1970-01-04 12:00:00+00"]);
        let number = |text: &String| text.parse::<i64>().expect("a number");
        for (transfer, sides) in transfers.iter().zip(entries.chunks(2)) {
            assert!(sides.iter().all(|side| side[1] == transfer[0] && side[2] == transfer[3]));
            assert_eq!((&sides[0][0], &sides[1][0]), (&transfer[1], &transfer[2]));
            assert_eq!((-number(&sides[0][3]), number(&sides[1][3])), (number(&transfer[4]), number(&transfer[4])));
        }
        let last = |brand: &str| entries.iter().rev().find(|row| row[0] == "0" && row[2] == brand).expect("some");
        let sum =
            |brand: &str| -> i64 { transfers.iter().filter(|row| row[3] == brand).map(|row| number(&row[4])).sum() };
        assert_eq!((-number(&last("1")[4]), -number(&last("2")[4])), (sum("1"), sum("2")));
    }
}
