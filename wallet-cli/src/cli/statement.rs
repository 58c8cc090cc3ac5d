//! The arguments of `lojal statement`.

use clap::{Args, ValueEnum};
use lojal_types::{AddressText, Day};

use super::values;

/// An account's books.
#[derive(Debug, Args)]
pub struct StatementArgs {
    /// The account [default: this wallet's]
    #[arg(value_parser = values::address)]
    pub address: Option<AddressText>,
    /// The first day (UTC), such as 2027-01-01 [default: the account's first]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub from: Option<Day>,
    /// The last day (UTC), such as 2027-12-31 [default: today]
    #[arg(long, value_name = "DAY", value_parser = values::day)]
    pub to: Option<Day>,
    /// The form: a table for people, csv for spreadsheets, json for programs [default: table]
    #[arg(long, value_name = "FORM")]
    pub format: Option<Format>,
}

/// The form of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// For spreadsheets (RFC 4180)
    Csv,
    /// For programs
    Json,
}
