//! Documents that say what the code does.

use std::fmt::Write;

use lojal_types::Code;

use super::workspace::root;
use crate::vectors::{HOW_TO_WRITE, writing};

const CODES_INTRODUCTION: &str = "# Codes

Why a transaction was refused or failed. The number and the name of a code never change, and are never used again: they
stand in receipts, in the gateway's errors and in the wallet's output. 1xx: refused before it could enter a block;
2xx: points and holds; 3xx: keys, guardians and recovery; 4xx: brands and their operators; 5xx: between brands;
6xx: households.

A code below 200 never stands in a receipt: the transaction is not on the ledger. The others stand in the receipts of
transactions that are on the ledger without any effect; the receipt also says which operation failed, counted from 0.
A node that sees such a failure coming refuses the transaction with the same code, and then it is not on the ledger.

The table is made from `crates/types/src/code/table.rs`; a test compares them.

| number | name | meaning |
|---|---|---|
";

fn codes() -> String {
    let mut text = CODES_INTRODUCTION.to_owned();
    for code in Code::all() {
        let meaning = code.explanation().replace('|', "\\|");
        writeln!(text, "| {} | `{}` | {meaning} |", code.number(), code.name()).expect("writing to memory can't fail");
    }
    text
}

#[test]
fn the_documented_codes_are_those_of_the_program() {
    let path = root().join("docs/codes.md");
    if writing() {
        std::fs::write(&path, codes()).expect("docs/codes.md can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == codes(), "docs/codes.md doesn't list the codes as they are; write it with\n  {HOW_TO_WRITE}");
}
