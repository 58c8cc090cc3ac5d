//! Signatures as Standard Webhooks has them (<https://www.standardwebhooks.com>): `v1` by a secret that both sides
//! know, `v1a` by a key of which the receiver knows the public part.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use lojal_types::KeyPair;
use sha2::Sha256;

/// The beginning of a secret's text.
const SECRET_PREFIX: &str = "whsec_";
/// The beginning of a public key's text.
const PUBLIC_KEY_PREFIX: &str = "whpk_";

/// The text of a secret.
pub(crate) fn secret_text(secret: &[u8; 32]) -> String {
    format!("{SECRET_PREFIX}{}", STANDARD.encode(secret))
}

/// The text of the public part of a key.
pub(crate) fn public_key_text(key: &KeyPair) -> String {
    format!("{PUBLIC_KEY_PREFIX}{}", STANDARD.encode(key.public_key().as_bytes()))
}

/// The header with the signatures of a message: one for each secret, and one by the key.
pub(crate) fn signatures(secrets: &[[u8; 32]], key: &KeyPair, id: &str, seconds: u64, body: &str) -> String {
    let content = format!("{id}.{seconds}.{body}");
    let by_secret = secrets.iter().map(|secret| {
        let mut hmac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
        hmac.update(content.as_bytes());
        format!("v1,{}", STANDARD.encode(hmac.finalize().into_bytes()))
    });
    let by_key = format!("v1a,{}", STANDARD.encode(key.sign(content.as_bytes()).as_bytes()));
    by_secret.chain([by_key]).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_has_its_signature() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let mut hmac = Hmac::<Sha256>::new_from_slice(&secret).expect("any length");
        hmac.update(br#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#);
        assert_eq!(STANDARD.encode(hmac.finalize().into_bytes()), "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_message_is_signed_with_every_secret_and_with_the_key() {
        let key = KeyPair::from_seed(&[7; 32]);
        let header = signatures(&[[1; 32], [2; 32]], &key, "812-3-0", 1_614_265_330, "{}");
        let signatures: Vec<(&str, &str)> = header.split(' ').filter_map(|one| one.split_once(',')).collect();
        assert_eq!(signatures.iter().map(|(version, _)| *version).collect::<Vec<_>>(), ["v1", "v1", "v1a"]);
        assert_ne!(signatures[0].1, signatures[1].1);
        let bytes: [u8; 64] = STANDARD.decode(signatures[2].1).expect("base64").try_into().expect("64 bytes");
        let signature = lojal_types::Signature::new(bytes);
        let content = b"812-3-0.1614265330.{}";
        assert!(key.public_key().verify(content, &signature));
        assert!(secret_text(&[0; 32]).starts_with("whsec_AAAA"));
        assert_eq!(public_key_text(&key).len(), "whpk_".len() + 44);
    }
}
