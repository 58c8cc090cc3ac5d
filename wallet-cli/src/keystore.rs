//! A signing key at rest: its secret is encrypted under a passphrase, its public key and its account's address are
//! not. Argon2id (RFC 9106) makes the encryption key, ChaCha20-Poly1305 (RFC 8439) encrypts.
//!
//! A file of version 1 holds the key itself. A file of version 2 holds what a backup's words write down, and says after
//! how many rotations the key is derived from it.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};
use lojal_types::{AddressText, KeyPair, PublicKey};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::backup::{Backup, ENTROPY_BYTES, ROTATIONS_MAX};
use crate::passphrase::Passphrase;
use crate::random::{RandomError, random_bytes};

/// The version of files that hold a key.
pub const KEY_FILE_VERSION_KEY: u32 = 1;
/// The version of files that hold what a backup's words write down; the latest version that this code knows.
pub const KEY_FILE_VERSION_BACKUP: u32 = 2;
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
// A key's seed and a backup's entropy are equally long.
const SECRET_BYTES: usize = ENTROPY_BYTES;
const CIPHERTEXT_BYTES: usize = SECRET_BYTES + 16;

/// A reason a key can't be stored or used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeystoreError {
    /// Not the form of a key file.
    #[error("it is no key file ({0}): restore it from a backup")]
    Form(String),
    /// A later program wrote it.
    #[error("it has version {0}, but this program knows versions up to {KEY_FILE_VERSION_BACKUP}: use a newer program")]
    Version(u32),
    /// Parameters that would weaken the file, or exhaust this machine.
    #[error("its {0} is out of bounds: restore it from a backup")]
    Parameter(&'static str),
    /// The passphrase is another one, or somebody changed the file.
    #[error("wrong passphrase, or the key file was changed")]
    WrongPassphrase,
    /// The system gives no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
    /// More rotations than a restored wallet would look through.
    #[error(
        "the key was replaced {ROTATIONS_MAX} times, and its backup can't find more: send the points to a new wallet"
    )]
    TooManyRotations,
}

/// The secret of a key file.
#[derive(Debug)]
pub enum Secret {
    /// A key by itself, of a wallet without words.
    Key(KeyPair),
    /// The secret that the words of a backup write down.
    Backup {
        /// The secret that all keys of the wallet come from.
        backup: Backup,
        /// The number of times that the key was replaced.
        rotation: u32,
    },
}

impl Secret {
    /// The key that signs.
    pub fn key(&self) -> KeyPair {
        match self {
            Self::Key(key) => KeyPair::from_seed(key.seed()),
            Self::Backup { backup, rotation } => backup.key(*rotation),
        }
    }
    /// The secret of the key that replaces this one: the backup's next, or a random one where there is no backup.
    ///
    /// # Errors
    /// Without random bytes, or after [`ROTATIONS_MAX`] rotations.
    pub fn next(&self) -> Result<Self, KeystoreError> {
        match self {
            Self::Key(_) => Ok(Self::Key(KeyPair::from_seed(&*random_bytes()?))),
            Self::Backup { rotation, .. } if *rotation >= ROTATIONS_MAX => Err(KeystoreError::TooManyRotations),
            Self::Backup { backup, rotation } => Ok(Self::Backup { backup: backup.clone(), rotation: rotation + 1 }),
        }
    }
    fn bytes(&self) -> &[u8; SECRET_BYTES] {
        match self {
            Self::Key(key) => key.seed(),
            Self::Backup { backup, .. } => backup.entropy(),
        }
    }
    fn rotation(&self) -> Option<u32> {
        match self {
            Self::Key(_) => None,
            Self::Backup { rotation, .. } => Some(*rotation),
        }
    }
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rotation: Option<u32>,
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
    /// Encrypts the secret of the key that signs for the account at `address`.
    ///
    /// # Errors
    /// [`KeystoreError::Random`] without random bytes.
    pub fn seal(address: AddressText, secret: &Secret, passphrase: &Passphrase) -> Result<Self, KeystoreError> {
        let salt = random_bytes::<SALT_BYTES>()?;
        let nonce = random_bytes::<NONCE_BYTES>()?;
        let rotation = secret.rotation();
        let mut file = Self {
            version: if rotation.is_some() { KEY_FILE_VERSION_BACKUP } else { KEY_FILE_VERSION_KEY },
            address,
            public_key: secret.key().public_key(),
            rotation,
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
        let payload = Payload { msg: secret.bytes(), aad: &associated };
        let ciphertext = file
            .derive(passphrase.form())?
            .encrypt(Nonce::from_slice(&*nonce), payload)
            .expect("32 bytes are far below the cipher's limit");
        file.ciphertext = hex::encode(ciphertext);
        Ok(file)
    }
    /// Decrypts the secret, whichever form of the passphrase it was sealed with.
    ///
    /// # Errors
    /// [`KeystoreError::WrongPassphrase`] when the passphrase, or anything in the file, is not as it was.
    pub fn unlock(&self, passphrase: &Passphrase) -> Result<Secret, KeystoreError> {
        let mut unlocked = Err(KeystoreError::WrongPassphrase);
        for form in passphrase.forms() {
            unlocked = self.unlock_with(form);
            if !matches!(unlocked, Err(KeystoreError::WrongPassphrase)) {
                break;
            }
        }
        unlocked
    }
    fn unlock_with(&self, passphrase: &[u8]) -> Result<Secret, KeystoreError> {
        let nonce = decode::<NONCE_BYTES>("nonce", &self.nonce)?;
        let ciphertext = decode::<CIPHERTEXT_BYTES>("ciphertext", &self.ciphertext)?;
        let associated = self.associated_data();
        let payload = Payload { msg: &ciphertext, aad: &associated };
        let plain = self
            .derive(passphrase)?
            .decrypt(Nonce::from_slice(&nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| KeystoreError::WrongPassphrase)?;
        let bytes: &[u8; SECRET_BYTES] = plain.first_chunk().ok_or(KeystoreError::WrongPassphrase)?;
        let secret = match self.rotation {
            None => Secret::Key(KeyPair::from_seed(bytes)),
            Some(rotation) => Secret::Backup { backup: Backup::from_entropy(*bytes), rotation },
        };
        let is_right = secret.key().public_key() == self.public_key;
        if is_right { Ok(secret) } else { Err(KeystoreError::WrongPassphrase) }
    }
    /// Reads and checks the text of a key file.
    ///
    /// # Errors
    /// When it is none, of another version, or asks for too little or too much.
    pub fn from_json(text: &str) -> Result<Self, KeystoreError> {
        let form = |error: serde_json::Error| KeystoreError::Form(error.to_string());
        let VersionOnly { version } = serde_json::from_str(text).map_err(form)?;
        if !(KEY_FILE_VERSION_KEY..=KEY_FILE_VERSION_BACKUP).contains(&version) {
            return Err(KeystoreError::Version(version));
        }
        let file: Self = serde_json::from_str(text).map_err(form)?;
        if file.rotation.is_some() != (version == KEY_FILE_VERSION_BACKUP) {
            return Err(KeystoreError::Form("a rotation belongs into files of version 2, and only there".to_owned()));
        }
        if file.rotation.is_some_and(|rotation| rotation > ROTATIONS_MAX) {
            return Err(KeystoreError::Parameter("rotation"));
        }
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

    /// The bytes that the encryption vouches for besides the secret.
    fn associated_data(&self) -> Vec<u8> {
        let address = self.address.to_string();
        let rotation = self.rotation.map(u32::to_le_bytes);
        let rotation = rotation.as_ref().map_or(&[][..], |bytes| &bytes[..]);
        let version = self.version.to_le_bytes();
        [ASSOCIATED_DATA_TAG, &version, rotation, self.public_key.as_bytes(), address.as_bytes()].concat()
    }
    fn derive(&self, passphrase: &[u8]) -> Result<ChaCha20Poly1305, KeystoreError> {
        let salt = decode::<SALT_BYTES>("salt", &self.salt)?;
        let mut key = Zeroizing::new([0; 32]);
        let params = Params::new(self.memory_kib, self.iterations, self.parallelism, Some(key.len()))
            .map_err(|_| KeystoreError::Parameter("memory_kib"))?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase, &salt, &mut *key)
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

#[cfg(test)]
mod tests;
