//! The text of a saved receipt, which is that of its file: "There is one text of it, and no other byte may stand in the
//! file." (protocol, Light clients)

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::SavedReceipt;

const BEFORE: &str = "{\n  \"format\": \"lojal-receipt/1\",\n  \"receipt\": \"";
const AFTER: &str = "\"\n}\n";

/// A text that is no saved receipt.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReceiptTextError {
    /// Another form of file.
    #[error("it isn't written as a receipt is saved: every byte counts, blanks and line ends too")]
    Form,
    /// Bytes that are no receipt.
    #[error("its bytes are no receipt: something has changed them")]
    Bytes,
}

impl fmt::Display for SavedReceipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = borsh::to_vec(self).map_err(|_| fmt::Error)?;
        write!(f, "{BEFORE}{}{AFTER}", hex::encode(bytes))
    }
}
impl FromStr for SavedReceipt {
    type Err = ReceiptTextError;
    fn from_str(text: &str) -> Result<Self, ReceiptTextError> {
        let digits =
            text.strip_prefix(BEFORE).and_then(|rest| rest.strip_suffix(AFTER)).ok_or(ReceiptTextError::Form)?;
        if digits.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(ReceiptTextError::Form);
        }
        let bytes = hex::decode(digits).map_err(|_| ReceiptTextError::Form)?;
        borsh::from_slice(&bytes).map_err(|_| ReceiptTextError::Bytes)
    }
}
