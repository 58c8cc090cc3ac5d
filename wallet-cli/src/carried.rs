//! Transactions that are carried from machine to machine in files: made where there is a gateway, signed where the key
//! is, and sent from anywhere.

use std::fmt;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;

use lojal_types::limits::TRANSACTION_BYTES_MAX;
use lojal_types::{ChainId, Code, SignedTransaction, Transaction, TransactionId, UnsignedTransaction};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::files;
use crate::saved::write_new;

/// The name of the form of these files.
const FORMAT: &str = "lojal-transaction/1";
/// Largest file, in bytes: the transaction as hex, and some 400 bytes around it.
const BYTES_MAX: u64 = 2 * TRANSACTION_BYTES_MAX as u64 + 4096;

/// A reason a text is no transaction that can be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CarriedError {
    /// Not the form.
    #[error("it is no file of lojal tx build or lojal tx sign ({0})")]
    Form(String),
    /// A later program wrote it.
    #[error("its format is {0:?}, and this program knows {FORMAT:?}: use a newer program")]
    Format(String),
    /// Bytes that are no transaction.
    #[error("its transaction was changed or damaged on the way ({0}): take it from where it was made again")]
    Bytes(Code),
    /// Bytes of another transaction than the file says.
    #[error(
        "its transaction isn't the one of its id, so it was changed on the way: take it from where it was made again"
    )]
    Id,
    /// A signature that doesn't hold.
    #[error("its signature doesn't hold, so it was changed on the way: sign it again")]
    Signature,
}

/// A transaction without its signature or with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Nobody has signed it.
    Unsigned(UnsignedTransaction),
    /// It is signed, and the signature holds.
    Signed(SignedTransaction),
}

/// A transaction that is carried, with the network that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The network.
    pub chain: ChainId,
    /// The transaction.
    pub content: Content,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    chain_id: ChainId,
    id: TransactionId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unsigned: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed: Option<String>,
}

#[derive(Deserialize)]
struct FormatOnly {
    format: String,
}

impl Carried {
    /// The transaction itself.
    pub fn transaction(&self) -> &Transaction {
        match &self.content {
            Content::Unsigned(unsigned) => &unsigned.transaction,
            Content::Signed(signed) => &signed.transaction,
        }
    }
    /// The transaction's id, which the signature doesn't change.
    pub fn id(&self) -> TransactionId {
        self.transaction().id(&self.chain)
    }
    /// The key that signs it.
    pub fn public_key(&self) -> lojal_types::PublicKey {
        match &self.content {
            Content::Unsigned(unsigned) => unsigned.public_key,
            Content::Signed(signed) => signed.public_key,
        }
    }
    /// Writes a new file. An error says what to do.
    ///
    /// # Errors
    /// When it can't be written, or is there already.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        write_new(path, self.to_string().as_bytes())
    }
}

/// The text of a file.
///
/// # Errors
/// When it can't be read.
pub fn read(path: &Path) -> io::Result<String> {
    files::read_regular(path, BYTES_MAX)
}

/// The text of a file that comes from another program.
///
/// # Errors
/// When it can't be read.
pub fn read_from(input: impl Read) -> io::Result<String> {
    let mut text = String::new();
    input.take(BYTES_MAX).read_to_string(&mut text)?;
    Ok(text)
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unsigned, signed) = match &self.content {
            Content::Unsigned(unsigned) => (Some(hex::encode(unsigned.encode())), None),
            Content::Signed(signed) => (None, Some(hex::encode(signed.encode()))),
        };
        let file = File { format: FORMAT.to_owned(), chain_id: self.chain, id: self.id(), unsigned, signed };
        let text = serde_json::to_string_pretty(&file).map_err(|_| fmt::Error)?;
        writeln!(f, "{text}")
    }
}

impl FromStr for Carried {
    type Err = CarriedError;
    fn from_str(text: &str) -> Result<Self, CarriedError> {
        let form = |error: serde_json::Error| CarriedError::Form(error.to_string());
        let FormatOnly { format } = serde_json::from_str(text).map_err(form)?;
        if format != FORMAT {
            return Err(CarriedError::Format(format));
        }
        let file: File = serde_json::from_str(text).map_err(form)?;
        let bytes = |text: String| hex::decode(text).map_err(|_| CarriedError::Bytes(Code::Malformed));
        let content = match (file.unsigned, file.signed) {
            (Some(text), None) => {
                Content::Unsigned(UnsignedTransaction::decode(&bytes(text)?).map_err(CarriedError::Bytes)?)
            }
            (None, Some(text)) => {
                Content::Signed(SignedTransaction::decode(&bytes(text)?).map_err(CarriedError::Bytes)?)
            }
            _ => return Err(CarriedError::Form("one of unsigned and signed is there".to_owned())),
        };
        let carried = Self { chain: file.chain_id, content };
        if carried.id() != file.id || carried.transaction().chain != carried.chain.tag() {
            return Err(CarriedError::Id);
        }
        match &carried.content {
            Content::Signed(signed) if signed.clone().verify(&carried.chain).is_err() => Err(CarriedError::Signature),
            _ => Ok(carried),
        }
    }
}

#[cfg(test)]
mod tests {
    use lojal_types::{Address, KeyPair, Operation, Operations, Points, TimeMs, Transfer};

    use super::*;

    fn unsigned() -> Carried {
        let (chain, key) = (ChainId::new([3; 32]), KeyPair::from_seed(&[7; 32]));
        let (brand, amount) = ("kaffet".parse().expect("valid"), Points::new(1_250));
        let transfer = Transfer { brand, from: key.address(), to: Address::new([2; 20]), amount };
        let transaction = Transaction {
            chain: chain.tag(),
            sender: key.address(),
            valid_until_ms: TimeMs::new(1_000).expect("in range"),
            nonce: 5,
            operations: Operations::new(vec![Operation::Transfer(transfer)]).expect("one"),
        };
        let unsigned = UnsignedTransaction { transaction, public_key: key.public_key() };
        Carried { chain, content: Content::Unsigned(unsigned) }
    }
    fn signed() -> Carried {
        let one = unsigned();
        let signed = one.transaction().clone().sign(&one.chain, &KeyPair::from_seed(&[7; 32]));
        Carried { content: Content::Signed(signed), ..one }
    }

    #[test]
    fn what_is_carried_arrives_as_it_was_and_signing_keeps_its_id() {
        for one in [unsigned(), signed()] {
            assert_eq!(one.to_string().parse(), Ok(one.clone()));
        }
        assert_eq!((unsigned().id(), unsigned().public_key()), (signed().id(), signed().public_key()));
    }

    #[test]
    fn no_byte_of_a_transaction_can_be_changed_on_the_way() {
        for one in [unsigned(), signed()] {
            let text = one.to_string();
            let name = if matches!(one.content, Content::Signed(_)) { "\"signed\": \"" } else { "\"unsigned\": \"" };
            let start = text.find(name).expect("there") + name.len();
            let end = start + text[start..].find('"').expect("it ends");
            for at in start..end {
                // Of an unsigned one the key at the end is not what the id covers: who signs checks that it is theirs.
                let is_key = matches!(one.content, Content::Unsigned(_)) && at >= end - 64;
                let other = if text.as_bytes()[at] == b'0' { "1" } else { "0" };
                let changed = [&text[..at], other, &text[at + 1..]].concat();
                assert_eq!(changed.parse::<Carried>().is_err(), !is_key, "{at}");
            }
        }
    }

    #[test]
    fn what_is_no_such_file_is_told() {
        let text = unsigned().to_string();
        assert!(matches!("{}".parse::<Carried>(), Err(CarriedError::Form(_))));
        assert!(matches!("lojal:pay1qq".parse::<Carried>(), Err(CarriedError::Form(_))));
        let later = text.replace("transaction/1", "transaction/2");
        assert_eq!(later.parse::<Carried>(), Err(CarriedError::Format("lojal-transaction/2".to_owned())));
        let cut = text.replace("00000000\"", "\"");
        assert!(cut == text || cut.parse::<Carried>().is_err());
        let elsewhere = text.replacen(&"03".repeat(32), &"04".repeat(32), 1);
        assert_eq!(elsewhere.parse::<Carried>(), Err(CarriedError::Id), "another network");
    }
}
