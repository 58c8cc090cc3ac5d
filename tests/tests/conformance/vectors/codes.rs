//! The numbers and names of the codes.

use lojal_types::Code;
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    number: u16,
    borsh: String,
}

#[test]
fn codes_keep_their_numbers_and_names() {
    let samples = Code::all().map(|code| (code.name().to_owned(), code)).collect();
    let about = "Why a transaction was refused or failed: name -> number; docs/codes.md says what each means";
    check("codes.json", about, samples, |code| Output { number: code.number(), borsh: canonical_hex(code) });
}
