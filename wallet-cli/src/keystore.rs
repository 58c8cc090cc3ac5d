//! A signing key at rest: its secret is encrypted under a passphrase, its public key and its account's address are
//! not. Argon2id (RFC 9106) makes the encryption key, ChaCha20-Poly1305 (RFC 8439) encrypts.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use lojal_types::{AddressText, KeyPair, PublicKey};
use rand::TryRng;
use rand::rngs::SysRng;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::passphrase::Passphrase;

/// The version of the file's form that this code knows.
pub const KEY_FILE_VERSION: u32 = 1;
/// Largest key file, in bytes.
pub const KEY_FILE_BYTES_MAX: u64 = 16 * 1024;
/// Argon2id's memory for new files, and the least for any (OWASP's minimum), in KiB.
pub const MEMORY_KIB_MIN: u32 = 19 * 1024;
/// Most memory that a file can ask for, in KiB.
pub const MEMORY_KIB_MAX: u32 = 1024 * 1024;
/// Argon2id's passes for new files, and the fewest for any.
pub const ITERATIONS_MIN: u32 = 2;
/// Most passes that a file can ask for.
pub const ITERATIONS_MAX: u32 = 32;
/// Most lanes that a file can ask for; new files have one.
pub const PARALLELISM_MAX: u32 = 8;

const ASSOCIATED_DATA_TAG: &[u8] = b"lojal/key-file/v1";
const SALT_BYTES: usize = 16;
const NONCE_BYTES: usize = 12;
const SEED_BYTES: usize = 32;
const CIPHERTEXT_BYTES: usize = SEED_BYTES + 16;

/// Why a key can't be stored or used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeystoreError {
    /// Not the form of a key file.
    #[error("it is no key file ({0}): restore it from a backup")]
    Form(String),
    /// A later program wrote it.
    #[error("it has version {0}, but this program knows version {KEY_FILE_VERSION}: use a newer program")]
    Version(u32),
    /// Parameters that would weaken the file, or exhaust this machine.
    #[error("its {0} is out of bounds: restore it from a backup")]
    Parameter(&'static str),
    /// The passphrase is another one, or somebody changed the file.
    #[error("wrong passphrase, or the key file was changed")]
    WrongPassphrase,
    /// The system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Derivation {
    #[serde(rename = "argon2id")]
    Argon2id,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Cipher {
    #[serde(rename = "chacha20-poly1305")]
    ChaCha20Poly1305,
}

/// The content of a key file. Nothing in it is secret without the passphrase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    version: u32,
    address: AddressText,
    public_key: PublicKey,
    derivation: Derivation,
    memory_kib: u32,
    iterations: u32,
    parallelism: u32,
    salt: String,
    cipher: Cipher,
    nonce: String,
    ciphertext: String,
}

#[derive(Deserialize)]
struct VersionOnly {
    version: u32,
}

impl KeyFile {
    /// Encrypts the key that signs for the account at `address`.
    ///
    /// # Errors
    /// [`KeystoreError::Random`] without random bytes.
    pub fn seal(address: AddressText, key: &KeyPair, passphrase: &Passphrase) -> Result<Self, KeystoreError> {
        let salt = random_bytes::<SALT_BYTES>()?;
        let nonce = random_bytes::<NONCE_BYTES>()?;
        let mut file = Self {
            version: KEY_FILE_VERSION,
            address,
            public_key: key.public_key(),
            derivation: Derivation::Argon2id,
            memory_kib: MEMORY_KIB_MIN,
            iterations: ITERATIONS_MIN,
            parallelism: 1,
            salt: hex::encode(*salt),
            cipher: Cipher::ChaCha20Poly1305,
            nonce: hex::encode(*nonce),
            ciphertext: String::new(),
        };
        let associated = file.associated_data();
        let payload = Payload { msg: key.seed(), aad: &associated };
        let ciphertext = file
            .derive(passphrase)?
            .encrypt(Nonce::from_slice(&*nonce), payload)
            .expect("32 bytes are far below the cipher's limit");
        file.ciphertext = hex::encode(ciphertext);
        Ok(file)
    }
    /// Decrypts the key.
    ///
    /// # Errors
    /// [`KeystoreError::WrongPassphrase`] when the passphrase, or anything in the file, is not as it was.
    pub fn unlock(&self, passphrase: &Passphrase) -> Result<KeyPair, KeystoreError> {
        let nonce = decode::<NONCE_BYTES>("nonce", &self.nonce)?;
        let ciphertext = decode::<CIPHERTEXT_BYTES>("ciphertext", &self.ciphertext)?;
        let associated = self.associated_data();
        let payload = Payload { msg: &ciphertext, aad: &associated };
        let plain = self
            .derive(passphrase)?
            .decrypt(Nonce::from_slice(&nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| KeystoreError::WrongPassphrase)?;
        let seed: &[u8; SEED_BYTES] = plain.first_chunk().ok_or(KeystoreError::WrongPassphrase)?;
        let key = KeyPair::from_seed(seed);
        if key.public_key() == self.public_key { Ok(key) } else { Err(KeystoreError::WrongPassphrase) }
    }
    /// Reads and checks the text of a key file.
    ///
    /// # Errors
    /// When it is none, of another version, or asks for too little or too much.
    pub fn from_json(text: &str) -> Result<Self, KeystoreError> {
        let form = |error: serde_json::Error| KeystoreError::Form(error.to_string());
        let VersionOnly { version } = serde_json::from_str(text).map_err(form)?;
        if version != KEY_FILE_VERSION {
            return Err(KeystoreError::Version(version));
        }
        let file: Self = serde_json::from_str(text).map_err(form)?;
        if !(MEMORY_KIB_MIN..=MEMORY_KIB_MAX).contains(&file.memory_kib) {
            return Err(KeystoreError::Parameter("memory_kib"));
        }
        if !(ITERATIONS_MIN..=ITERATIONS_MAX).contains(&file.iterations) {
            return Err(KeystoreError::Parameter("iterations"));
        }
        if !(1..=PARALLELISM_MAX).contains(&file.parallelism) {
            return Err(KeystoreError::Parameter("parallelism"));
        }
        decode::<SALT_BYTES>("salt", &file.salt)?;
        decode::<NONCE_BYTES>("nonce", &file.nonce)?;
        decode::<CIPHERTEXT_BYTES>("ciphertext", &file.ciphertext)?;
        Ok(file)
    }
    /// The text of the file.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain data") + "\n"
    }
    /// The account that the key signs for; it outlives the key.
    pub fn address(&self) -> AddressText {
        self.address
    }
    /// The public key.
    pub fn public_key(&self) -> PublicKey {
        self.public_key
    }

    /// What the encryption vouches for besides the secret.
    fn associated_data(&self) -> Vec<u8> {
        let address = self.address.to_string();
        [ASSOCIATED_DATA_TAG, &self.version.to_le_bytes(), self.public_key.as_bytes(), address.as_bytes()].concat()
    }
    fn derive(&self, passphrase: &Passphrase) -> Result<ChaCha20Poly1305, KeystoreError> {
        let salt = decode::<SALT_BYTES>("salt", &self.salt)?;
        let mut key = Zeroizing::new([0; 32]);
        let params = Params::new(self.memory_kib, self.iterations, self.parallelism, Some(key.len()))
            .map_err(|_| KeystoreError::Parameter("memory_kib"))?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &salt, &mut *key)
            .expect("the lengths are within Argon2's limits");
        Ok(ChaCha20Poly1305::new(Key::from_slice(&*key)))
    }
}

fn decode<const N: usize>(field: &'static str, text: &str) -> Result<[u8; N], KeystoreError> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes)
        .map_err(|_| KeystoreError::Form(format!("{field} must be {} hex digits", 2 * N)))?;
    Ok(bytes)
}

/// A new key from the operating system's random numbers.
///
/// # Errors
/// [`KeystoreError::Random`] without random bytes.
pub fn generate() -> Result<KeyPair, KeystoreError> {
    Ok(KeyPair::from_seed(&*random_bytes()?))
}

/// A random number for a transaction.
///
/// # Errors
/// [`KeystoreError::Random`] without random bytes.
pub fn random_nonce() -> Result<u64, KeystoreError> {
    Ok(u64::from_le_bytes(*random_bytes()?))
}

fn random_bytes<const N: usize>() -> Result<Zeroizing<[u8; N]>, KeystoreError> {
    let mut bytes = Zeroizing::new([0; N]);
    SysRng.try_fill_bytes(&mut *bytes).map_err(|error| KeystoreError::Random(error.to_string()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
