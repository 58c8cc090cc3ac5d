//! References of receipts, so that no text of a receipt goes on the ledger.

use std::fmt;
use std::str::FromStr;

use lojal_text::{TypedError, typed};
use lojal_types::Reference;
use lojal_types::hash::hash;

/// The domain tag of a receipt's reference.
pub const RECEIPT_TAG: &str = "lojal/receipt/v1";

/// The text of a receipt in the one form that all of its spellings have ([`typed`]).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReceiptText(String);

impl ReceiptText {
    /// The reference of the receipt: SHA-256([`RECEIPT_TAG`] ‖ the text as UTF-8). The same text always gives the same
    /// reference, so every till of a brand can find an issue again from the receipt alone. It hides a text only as far
    /// as nobody can guess it: short running numbers can be tried out.
    pub fn reference(&self) -> Reference {
        let digest = hash(RECEIPT_TAG, &[self.0.as_bytes()]);
        Reference::new(digest.to_vec()).expect("a hash is as long as the longest reference")
    }
}
impl FromStr for ReceiptText {
    type Err = TypedError;
    fn from_str(text: &str) -> Result<Self, TypedError> {
        typed(text).map(Self)
    }
}
impl fmt::Display for ReceiptText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference_of(text: &str) -> Reference {
        text.parse::<ReceiptText>().expect("a text").reference()
    }

    #[test]
    fn a_receipts_reference_is_the_tagged_hash_of_its_text() {
        // printf 'lojal/receipt/v1R-2026-0001' | sha256sum
        let expected = "a8a108fabf8d328be2c6ae11072a0eafa3cafb28d51b3f3c83a5e79665d285ab";
        assert_eq!(reference_of("R-2026-0001").to_string(), expected);
        assert_ne!(reference_of("R-2026-0001"), reference_of("R-2026-0002"));
    }

    #[test]
    fn one_receipt_has_one_reference_however_it_is_typed() {
        for spelling in ["Cafe\u{301} 123", "Café 123 ", "Café 123\r", "\u{feff}Café\u{a0}123", "Café  123\u{200b}"]
        {
            assert_eq!(reference_of(spelling), reference_of("Café 123"), "{spelling:?}");
        }
    }

    #[test]
    fn nothing_is_no_receipt() {
        for nothing in ["", " ", "\u{feff}\r\n", "\u{3000}"] {
            assert_eq!(nothing.parse::<ReceiptText>(), Err(TypedError::Empty), "{nothing:?}");
        }
    }
}
