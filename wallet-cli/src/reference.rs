//! References of receipts, so that no text of a receipt goes on the ledger.

use lojal_types::Reference;
use lojal_types::hash::hash;

/// The domain tag of a receipt's reference.
pub const RECEIPT_TAG: &str = "lojal/receipt/v1";

/// The reference of a receipt: SHA-256([`RECEIPT_TAG`] ‖ the text as UTF-8). The same text always gives the same
/// reference, so every till of a brand can find an issue again from the receipt alone. It hides a text only as far
/// as nobody can guess it: short running numbers can be tried out.
pub fn of_receipt(text: &str) -> Reference {
    let digest = hash(RECEIPT_TAG, &[text.as_bytes()]);
    Reference::new(digest.to_vec()).expect("a hash is as long as the longest reference")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipts_reference_is_the_tagged_hash_of_its_text() {
        // printf 'lojal/receipt/v1R-2026-0001' | sha256sum
        let expected = "a8a108fabf8d328be2c6ae11072a0eafa3cafb28d51b3f3c83a5e79665d285ab";
        assert_eq!(of_receipt("R-2026-0001").to_string(), expected);
    }

    #[test]
    fn another_text_is_another_reference() {
        assert_ne!(of_receipt("R-2026-0001"), of_receipt("R-2026-0001 "));
        assert_ne!(of_receipt(""), of_receipt("R"));
    }
}
