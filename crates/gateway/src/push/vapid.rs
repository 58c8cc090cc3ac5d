//! The key by which push services know a gateway, and what it signs for them (RFC 8292).

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lojal_types::TimeMs;
use p256::SecretKey;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde::{Deserialize, Serialize};
use serde_json::json;
use thiserror::Error;

use crate::limits::VAPID_S;

/// The file, beside those of the subscriptions.
const FILE: &str = "vapid.json";

/// The key by which push services know a gateway.
#[derive(Clone)]
pub struct VapidKey(SigningKey);

/// A key that can't be read or made.
#[derive(Debug, Error)]
pub enum VapidError {
    /// The file system says no.
    #[error("{path}: {1}", path = .0.display())]
    File(PathBuf, io::Error),
    /// A file that holds no key.
    #[error(
        "{path} holds no key for pushes: restore it from a backup, or remove it with the subscriptions beside it, and \
         browsers subscribe anew",
        path = .0.display()
    )]
    NoKey(PathBuf),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    secret: String,
}

impl VapidKey {
    /// The key in a directory; it is made when there is none yet, for its owner alone. Browsers subscribe for this key,
    /// so another one would end all their subscriptions.
    ///
    /// # Errors
    /// See [`VapidError`].
    pub fn open(directory: &Path) -> Result<Self, VapidError> {
        let path = directory.join(FILE);
        let at_path = |error| VapidError::File(path.clone(), error);
        match fs::read_to_string(&path) {
            Ok(text) => Self::read(&text).ok_or(VapidError::NoKey(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(at_path)?;
                let key = Self::random();
                key.save(directory).map_err(at_path)?;
                Ok(key)
            }
            Err(error) => Err(at_path(error)),
        }
    }
    fn read(text: &str) -> Option<Self> {
        let content: Content = serde_json::from_str(text).ok()?;
        let bytes = hex::decode(content.secret).ok()?;
        SecretKey::from_slice(&bytes).ok().map(|secret| Self(secret.into()))
    }
    fn random() -> Self {
        loop {
            // All but a few in 2^32 are keys.
            if let Ok(secret) = SecretKey::from_slice(&rand::random::<[u8; 32]>()) {
                return Self(secret.into());
            }
        }
    }
    /// Writes it as a whole or not at all: half a key would be taken for a damaged one.
    fn save(&self, directory: &Path) -> io::Result<()> {
        let (path, new) = (directory.join(FILE), directory.join("vapid.new"));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&serde_json::to_vec(&Content { secret: hex::encode(self.0.to_bytes()) })?)?;
        file.sync_all()?;
        fs::rename(&new, &path)?;
        File::open(directory)?.sync_all()
    }
    /// Its public part, as browsers take it.
    pub(crate) fn public_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.verifying_key().to_encoded_point(false).as_bytes())
    }
    /// The header by which a push service knows who pushes, and for how long: a token (RFC 7519) for that service
    /// alone, and the key that has signed it.
    pub(crate) fn authorization(&self, service: &str, contact: &str, now: TimeMs) -> String {
        let part = |value| URL_SAFE_NO_PAD.encode(serde_json::Value::to_string(&value));
        let end = (now.get() / 1_000).saturating_add(VAPID_S);
        let head = part(json!({ "typ": "JWT", "alg": "ES256" }));
        let signed = format!("{head}.{}", part(json!({ "aud": service, "exp": end, "sub": contact })));
        let signature: Signature = self.0.sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", self.public_text())
    }
}

impl std::fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("VapidKey").field(&self.public_text()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_key_is_made_once_for_its_owner_alone_and_a_damaged_one_is_no_key() {
        let parent = tempfile::tempdir().expect("a temporary directory");
        let directory = parent.path().join("push");
        let made = VapidKey::open(&directory).expect("made");
        assert_eq!(VapidKey::open(&directory).expect("read").public_text(), made.public_text());
        let path = directory.join(FILE);
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&directory), mode(&path)), (0o700, 0o600));
        for damaged in ["", "{}", "{\"secret\":\"00\"}", &format!("{{\"secret\":\"{}\"}}", "00".repeat(32))] {
            fs::write(&path, damaged).expect("writes");
            assert!(matches!(VapidKey::open(&directory), Err(VapidError::NoKey(_))), "{damaged}");
        }
        assert!(!format!("{made:?}").contains(&hex::encode(made.0.to_bytes())), "no log has it");
    }

    #[test]
    fn a_token_names_the_service_and_its_end_and_is_signed_by_the_key_that_is_shown() {
        let key = VapidKey::random();
        let header = key.authorization("https://push.example", "mailto:a@example.org", TimeMs::default());
        let (token, shown) = header.strip_prefix("vapid t=").and_then(|rest| rest.split_once(", k=")).expect("both");
        let decoded = |text: &str| URL_SAFE_NO_PAD.decode(text).expect("base64url");
        let [head, claims, signature]: [&str; 3] =
            token.split('.').collect::<Vec<_>>().try_into().expect("three parts");
        let json = |text: &str| serde_json::from_slice::<Value>(&decoded(text)).expect("JSON");
        assert_eq!(json(head), json!({ "typ": "JWT", "alg": "ES256" }));
        let expected = json!({ "aud": "https://push.example", "exp": VAPID_S, "sub": "mailto:a@example.org" });
        assert_eq!(json(claims), expected);
        let public = VerifyingKey::from_sec1_bytes(&decoded(shown)).expect("a key");
        let signature = Signature::from_slice(&decoded(signature)).expect("a signature");
        assert!(public.verify(format!("{head}.{claims}").as_bytes(), &signature).is_ok());
        assert!(public.verify(format!("{head}.{claims}x").as_bytes(), &signature).is_err());
    }
}
