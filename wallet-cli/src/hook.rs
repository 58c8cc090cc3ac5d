//! Webhooks to this machine: the secret that they are signed with, and the signature (Standard Webhooks, `v1`).

use std::io;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::files::{self, Existing};
use crate::home::HomeError;
use crate::random::{RandomError, random_bytes};

/// The beginning of a secret's text.
const PREFIX: &str = "whsec_";
const SECRET_BYTES: usize = 32;
const FILE: &str = "listen-secret";
/// Largest file, in bytes.
const BYTES_MAX: u64 = 256;

/// A reason there is no secret.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The file.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The system gives no random bytes.
    #[error(transparent)]
    Random(#[from] RandomError),
}

/// The secret that what this wallet forwards is signed with.
pub struct HookSecret(Zeroizing<[u8; SECRET_BYTES]>);

impl HookSecret {
    /// The secret of the wallet in a directory, which is made the first time and stays.
    ///
    /// # Errors
    /// See [`SecretError`].
    pub fn of(home: &Path) -> Result<Self, SecretError> {
        let path = home.join(FILE);
        match files::read(&path, BYTES_MAX) {
            Ok(text) => {
                let text = Zeroizing::new(text);
                Self::from_text(text.trim()).ok_or_else(|| {
                    let reason = "it is no secret any more: delete it, and another one is made".to_owned();
                    HomeError::Content { path, reason }.into()
                })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let secret = Self(random_bytes()?);
                let text = Zeroizing::new(format!("{}\n", secret.text().as_str()));
                let written = files::write(&path, text.as_bytes(), Existing::Keep);
                written.map_err(|source| HomeError::File { path, source })?;
                Ok(secret)
            }
            Err(source) => Err(HomeError::File { path, source }.into()),
        }
    }
    /// The text that a receiver's settings take.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(*self.0)))
    }
    /// The header `webhook-signature` of a message.
    pub fn signature(&self, id: &str, seconds: u64, body: &str) -> String {
        let mut hmac = Hmac::<Sha256>::new_from_slice(&*self.0).expect("HMAC takes keys of any length");
        hmac.update(format!("{id}.{seconds}.{body}").as_bytes());
        format!("v1,{}", STANDARD.encode(hmac.finalize().into_bytes()))
    }
    fn from_text(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?);
        let bytes: [u8; SECRET_BYTES] = bytes.as_slice().try_into().ok()?;
        Some(Self(Zeroizing::new(bytes)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_stays_is_its_owners_alone_and_is_not_replaced_in_silence() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let made = HookSecret::of(dir.path()).expect("made");
        assert_eq!(HookSecret::of(dir.path()).expect("kept").text(), made.text());
        assert!(made.text().starts_with("whsec_") && made.text().len() == 6 + 44);
        use std::os::unix::fs::PermissionsExt;
        let path = dir.path().join(FILE);
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "whsec_AAAA").expect("writable");
        assert!(HookSecret::of(dir.path()).is_err());
    }

    #[test]
    fn a_message_has_the_signature_of_the_specification() {
        let secret = HookSecret(Zeroizing::new([7; SECRET_BYTES]));
        let signature = secret.signature("812-3-0", 1_614_265_330, "{}");
        let mut hmac = Hmac::<Sha256>::new_from_slice(&[7; SECRET_BYTES]).expect("any length");
        hmac.update(b"812-3-0.1614265330.{}");
        assert_eq!(signature, format!("v1,{}", STANDARD.encode(hmac.finalize().into_bytes())));
        assert_ne!(signature, secret.signature("812-3-0", 1_614_265_330, "{ }"));
    }
}
