//! The brand's customers who have no wallet: an account for each, whose key lies here until a wallet claims it.
//!
//! A customer is one file, found by the hash of the brand's number for them, and durable before anything is sent to its
//! account. Another file takes its place when the account is handed over.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use lojal_text::{TypedError, typed};
use lojal_types::{
    AddressText, Height, HexBytes, KeyPair, Month, NetworkKind, PublicKey, Reference, SignedTransaction, TimeMs,
    TransactionId,
};
use lojal_wallet::files;
use lojal_wallet::random::{RandomError, random_bytes};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tempfile::{Builder, NamedTempFile};
use thiserror::Error;

use crate::limits::{CUSTOMER_CHARS_MAX, CUSTOMER_FILE_BYTES_MAX};

/// The directory of the files.
const DIRECTORY: &str = "customers";
const FILE_TAG: &[u8] = b"lojal-connect/customer";
const IMPORT_TAG: &[u8] = b"lojal-connect/import";

/// A customer of the brand, as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Customer {
    /// The brand's own number or name for them.
    pub(crate) customer: String,
    pub(crate) account: AddressText,
    /// Goes into references, so that nobody can try out customers' numbers on the ledger.
    salt: HexBytes,
    /// The secret of the account's key; none once the key is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    secret: Option<HexBytes>,
    /// The wallet that has claimed the account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) claim: Option<Claim>,
}

/// A claim of an account by a wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Claim {
    /// The wallet's key.
    pub(crate) key: PublicKey,
    /// The bytes of the transaction that is sent; none before the first one, and once the outcome is certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    signed: Option<HexBytes>,
    /// Those that were sent before it, and not seen in a block.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tried: Vec<TransactionId>,
    /// The place of the one that did it, which is proven.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) done: Option<Place>,
}

/// A place on the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub(crate) transaction: TransactionId,
    pub(crate) height: Height,
    pub(crate) time_ms: TimeMs,
}

impl Claim {
    /// One for which nothing was sent.
    pub(crate) fn of(key: PublicKey) -> Self {
        Self { key, signed: None, tried: Vec::new(), done: None }
    }
    /// The transaction that is sent.
    pub(crate) fn signed(&self) -> Option<SignedTransaction> {
        self.signed.as_ref().and_then(|bytes| SignedTransaction::decode(&bytes.0).ok())
    }
    /// True if something may have been sent for it.
    pub(crate) fn is_sent(&self) -> bool {
        self.signed.is_some() || !self.tried.is_empty() || self.done.is_some()
    }
    /// The claim with another transaction that is sent.
    pub(crate) fn with_signed(self, signed: &SignedTransaction) -> Self {
        Self { signed: Some(HexBytes(signed.encode())), ..self }
    }
}

impl Customer {
    fn new(customer: &str, network: NetworkKind) -> Result<Self, RandomError> {
        let seed = random_bytes::<32>()?;
        let account = KeyPair::from_seed(&seed).address().to_text(network);
        let (salt, secret) = (HexBytes(random_bytes::<16>()?.to_vec()), Some(HexBytes(seed.to_vec())));
        Ok(Self { customer: customer.to_owned(), account, salt, secret, claim: None })
    }
    /// The key of the account, as long as it is the connector's.
    pub(crate) fn key(&self) -> Option<KeyPair> {
        let seed: [u8; 32] = self.secret.as_ref()?.0.as_slice().try_into().ok()?;
        Some(KeyPair::from_seed(&seed))
    }
    /// The ledger's reference of the points that were brought along with an expiry: one for each.
    pub(crate) fn import_reference(&self, expiry: Option<Month>) -> Reference {
        let mut hasher = Sha256::new_with_prefix(IMPORT_TAG);
        hasher.update(&self.salt.0);
        hasher.update(expiry.map_or_else(|| "policy".to_owned(), |month| month.to_string()));
        Reference::new(hasher.finalize().to_vec()).expect("a hash is as long as the longest reference")
    }
    /// True while a wallet has claimed the account and it isn't certain that it has it.
    pub(crate) fn is_under_way(&self) -> bool {
        self.claim.as_ref().is_some_and(|claim| claim.done.is_none())
    }
    /// The place where the account became a wallet's, if it has.
    pub(crate) fn done(&self) -> Option<Place> {
        self.claim.as_ref().and_then(|claim| claim.done)
    }
    /// The customer with another claim, or none.
    pub(crate) fn with_claim(self, claim: Option<Claim>) -> Self {
        Self { claim, ..self }
    }
    /// The customer whose account is a wallet's, without what that took.
    pub(crate) fn handed_over(self, key: PublicKey, place: Place) -> Self {
        Self { secret: None, claim: Some(Claim { done: Some(place), ..Claim::of(key) }), ..self }
    }
}

/// A reason that customers can't be read or kept.
#[derive(Debug, Error)]
pub enum CustomersError {
    /// The file system says no.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// A file that isn't as it was written.
    #[error("{} is no customer's file ({reason}): restore it from a backup, it has a key of points", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// The fault.
        reason: String,
    },
    /// Nobody's number.
    #[error("the customer's number: {0}")]
    Number(String),
    /// The system gives no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// The customers of a connector's directory.
#[derive(Clone, Debug)]
pub(crate) struct Customers {
    dir: PathBuf,
    network: NetworkKind,
}

/// A customer's number in the one form of its spellings.
///
/// # Errors
/// [`CustomersError::Number`] for what can't be one.
pub(crate) fn number(text: &str) -> Result<String, CustomersError> {
    let number = typed(text).map_err(|error: TypedError| CustomersError::Number(error.to_string()))?;
    let count = number.chars().count();
    if count <= CUSTOMER_CHARS_MAX {
        return Ok(number);
    }
    Err(CustomersError::Number(format!("it has {count} characters, and may have {CUSTOMER_CHARS_MAX}")))
}

impl Customers {
    /// Those of a directory that is its owner's alone, which is made if needed.
    ///
    /// # Errors
    /// When the file system says no.
    pub(crate) fn open(dir: &Path, network: NetworkKind) -> Result<Self, CustomersError> {
        let dir = dir.join(DIRECTORY);
        let made = make_private(&dir).and_then(|()| sync(dir.parent()));
        made.map_err(|source| CustomersError::File { path: dir.clone(), source })?;
        Ok(Self { dir, network })
    }
    fn path(&self, customer: &str) -> PathBuf {
        let digest = Sha256::new_with_prefix(FILE_TAG).chain_update(customer).finalize();
        self.dir.join(format!("{}.json", hex::encode(digest)))
    }
    /// The customer with a number, if there is one.
    ///
    /// # Errors
    /// See [`CustomersError`].
    pub(crate) fn find(&self, customer: &str) -> Result<Option<Customer>, CustomersError> {
        let path = self.path(customer);
        let found = self.read(&path)?;
        if found.as_ref().is_some_and(|found| found.customer != customer) {
            return Err(CustomersError::Content { path, reason: "it is another customer's".to_owned() });
        }
        Ok(found)
    }
    fn read(&self, path: &Path) -> Result<Option<Customer>, CustomersError> {
        let content = |reason: String| CustomersError::Content { path: path.to_owned(), reason };
        let text = match files::read(path, CUSTOMER_FILE_BYTES_MAX) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.map_err(|source| CustomersError::File { path: path.to_owned(), source })?,
        };
        let customer: Customer = serde_json::from_str(&text).map_err(|error| content(error.to_string()))?;
        let address = customer.account.to_canonical(self.network).map_err(|error| content(error.to_string()))?;
        let is_its_key = customer.key().is_none_or(|key| key.address() == address);
        if !is_its_key || (customer.key().is_none() && customer.done().is_none()) {
            return Err(content("it has no key for its account".to_owned()));
        }
        Ok(Some(customer))
    }
    /// The customer with a number, who gets a key and an account if there is none; durable when this returns.
    ///
    /// # Errors
    /// See [`CustomersError`].
    pub(crate) fn ensure(&self, customer: &str) -> Result<Customer, CustomersError> {
        if let Some(found) = self.find(customer)? {
            return Ok(found);
        }
        let (new, path) = (Customer::new(customer, self.network)?, self.path(customer));
        match self.write(&new, |file, path| file.persist_noclobber(path).map(drop).map_err(|error| error.error)) {
            // Another process was quicker, and its key counts.
            Err(CustomersError::File { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {}
            written => written?,
        }
        // What counts is what can be read again.
        let missing = || CustomersError::File { path, source: io::ErrorKind::NotFound.into() };
        self.find(customer)?.ok_or_else(missing)
    }
    /// Puts a customer's file in the place of the one before.
    ///
    /// # Errors
    /// See [`CustomersError`].
    pub(crate) fn put(&self, customer: &Customer) -> Result<(), CustomersError> {
        self.write(customer, |file, path| file.persist(path).map(drop).map_err(|error| error.error))
    }
    /// The same of one whose account was handed over: the file before, which has the secret, is overwritten once the
    /// new one has its place.
    ///
    /// # Errors
    /// See [`CustomersError`].
    pub(crate) fn forget_secret(&self, customer: &Customer) -> Result<(), CustomersError> {
        let path = self.path(&customer.customer);
        let before = OpenOptions::new().write(true).open(&path);
        self.put(customer)?;
        before.and_then(overwrite).map_err(|source| CustomersError::File { path, source })
    }
    fn write(
        &self,
        customer: &Customer,
        place: impl FnOnce(NamedTempFile, &Path) -> io::Result<()>,
    ) -> Result<(), CustomersError> {
        let path = self.path(&customer.customer);
        let text = serde_json::to_string_pretty(customer).expect("plain data") + "\n";
        let written = self.beside(&path).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            place(file, &path)?;
            sync(Some(&self.dir))
        });
        written.map_err(|source| CustomersError::File { path, source })
    }
    /// A new file beside a customer's, under the one name that there is for it: what a crash has left of another one,
    /// with a secret in it, ends when the customer's file is written next, or is forgotten.
    fn beside(&self, path: &Path) -> io::Result<NamedTempFile> {
        let new = path.with_extension("new");
        match File::options().write(true).open(&new) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            left => {
                let left = left?;
                // Otherwise it is the customer's file, under a second name.
                if left.metadata()?.nlink() == 1 {
                    overwrite(left)?;
                }
                fs::remove_file(&new)?;
            }
        }
        Builder::new().prefix(new.file_name().unwrap_or_default()).rand_bytes(0).tempfile_in(&self.dir)
    }
    /// All customers that suit, in the order of their numbers. A file that can't be read is told, and left out: it is
    /// one customer's, and the others go on.
    ///
    /// # Errors
    /// When the directory can't be read.
    pub(crate) fn all(&self, suits: impl Fn(&Customer) -> bool) -> Result<Vec<Customer>, CustomersError> {
        let at_dir = |source| CustomersError::File { path: self.dir.clone(), source };
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(at_dir)? {
            let path = entry.map_err(at_dir)?.path();
            // Others are what a crash has left of a file that was never in its place.
            if path.extension().is_some_and(|ending| ending == "json") {
                let customer = self.read(&path).inspect_err(|error| lojal_print::note(error)).unwrap_or_default();
                found.extend(customer.filter(&suits));
            }
        }
        found.sort_by(|one, other| one.customer.cmp(&other.customer));
        Ok(found)
    }
}

/// Makes a directory that its owner alone may look into, also where it is there already.
pub(crate) fn make_private(directory: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    fs::set_permissions(directory, Permissions::from_mode(0o700))
}

/// Writes over all that a file has.
fn overwrite(mut file: File) -> io::Result<()> {
    let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    file.write_all(&vec![0; length])?;
    file.sync_all()
}

/// Makes the names in a directory durable.
fn sync(dir: Option<&Path>) -> io::Result<()> {
    dir.map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

#[cfg(test)]
mod tests;
