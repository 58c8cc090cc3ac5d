//! Ed25519: signing with a key pair, and verification by ZIP-215, so that one by one and in a batch every node
//! accepts exactly the same signatures (protocol, Bytes).

use std::convert::Infallible;
use std::fmt;

use ed25519_dalek::Signer;
use ed25519_zebra::{VerificationKey, VerificationKeyBytes, batch};
use rand_core::{TryCryptoRng, TryRng};
use sha2::{Digest, Sha256};

use crate::address::Address;
use crate::ids::{PublicKey, Signature};

/// A signing key with its public key.
pub struct KeyPair(ed25519_dalek::SigningKey);

impl KeyPair {
    /// The key pair of a 32-byte secret (RFC 8032, section 5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }
    /// The secret that [`KeyPair::from_seed`] takes.
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
    /// The public key.
    pub fn public_key(&self) -> PublicKey {
        PublicKey::new(self.0.verifying_key().to_bytes())
    }
    /// The address of the account that starts with this key.
    pub fn address(&self) -> Address {
        Address::of_key(&self.public_key())
    }
    /// Signs a message that already carries its domain tag.
    pub fn sign(&self, message: &[u8]) -> Signature {
        Signature::new(self.0.sign(message).to_bytes())
    }
}
impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({})", self.public_key())
    }
}

impl PublicKey {
    /// True if the bytes can be somebody's key: "A key of small order is nobody's: it can't be in a genesis document or
    /// become an account's." (protocol, Bytes) For a key of small order anybody can sign; other bytes are no point of
    /// the curve.
    pub fn is_valid(&self) -> bool {
        ed25519_dalek::VerifyingKey::from_bytes(self.as_bytes()).is_ok_and(|key| !key.is_weak())
    }
    /// True if `signature` is this key's over `message`: "Signatures are Ed25519, verified by the rules of
    /// [ZIP-215](https://zips.z.cash/zip-0215), one by one or in a batch with the same result." (protocol, Bytes)
    pub fn verify(&self, message: &[u8], signature: &Signature) -> bool {
        VerificationKey::try_from(*self.as_bytes())
            .is_ok_and(|key| key.verify(&ed25519_zebra::Signature::from(*signature.as_bytes()), message).is_ok())
    }
}

/// One signature to be checked.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The key that is said to have signed.
    pub key: PublicKey,
    /// The message that was signed, with its domain tag.
    pub message: &'a [u8],
    /// The signature.
    pub signature: Signature,
}

/// Checks many signatures together; the answers are those of [`PublicKey::verify`] one by one.
///
/// A batch that holds is confirmed at once. In one that doesn't, each signature is checked alone.
pub fn verify_batch(claims: &[Claim<'_>]) -> Vec<bool> {
    let mut verifier = batch::Verifier::new();
    let mut transcript = Sha256::new_with_prefix(b"lojal/batch/v1");
    for claim in claims {
        let key = VerificationKeyBytes::from(*claim.key.as_bytes());
        verifier.queue((key, ed25519_zebra::Signature::from(*claim.signature.as_bytes()), claim.message));
        transcript.update(claim.key.as_bytes());
        transcript.update(claim.signature.as_bytes());
        transcript.update(Sha256::digest(claim.message));
    }
    let all_hold =
        verifier.verify(Transcript { seed: transcript.finalize().into(), counter: 0, buffer: Vec::new() }).is_ok();
    if all_hold {
        return vec![true; claims.len()];
    }
    claims.iter().map(|claim| claim.key.verify(claim.message, &claim.signature)).collect()
}

/// The coefficients of a batch, drawn from a hash over all of it: nobody can choose signatures after knowing their
/// coefficients, and the core stays free of randomness. SHA-256 in counter mode.
struct Transcript {
    seed: [u8; 32],
    counter: u64,
    buffer: Vec<u8>,
}

impl Transcript {
    fn take(&mut self, out: &mut [u8]) {
        for byte in out {
            if self.buffer.is_empty() {
                let mut hasher = Sha256::new_with_prefix(self.seed);
                hasher.update(self.counter.to_le_bytes());
                self.counter = self.counter.wrapping_add(1);
                self.buffer = hasher.finalize().to_vec();
            }
            *byte = self.buffer.pop().expect("filled above");
        }
    }
}
impl TryRng for Transcript {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.take(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.take(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }
    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.take(out);
        Ok(())
    }
}
impl TryCryptoRng for Transcript {}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(seed: u8, message: &[u8]) -> Claim<'_> {
        let pair = KeyPair::from_seed(&[seed; 32]);
        Claim { key: pair.public_key(), message, signature: pair.sign(message) }
    }

    #[test]
    fn a_batch_names_exactly_the_signatures_that_do_not_hold() {
        let mut claims: Vec<Claim> = (0..20).map(|seed| signed(seed, b"message")).collect();
        assert_eq!(verify_batch(&claims), vec![true; 20]);
        claims[7].message = b"another";
        claims[13].signature = claims[12].signature;
        let expected: Vec<bool> = (0..20).map(|i| i != 7 && i != 13).collect();
        assert_eq!(verify_batch(&claims), expected);
        assert!(verify_batch(&[]).is_empty());
    }

    #[test]
    fn single_and_batch_agree_on_small_order_keys_and_non_canonical_points() {
        // Small-order points and non-canonical encodings from the ZIP-215 test set; with s = 0 and R = A they satisfy
        // the cofactored equation, which is where implementations usually disagree.
        for encoding in [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "0000000000000000000000000000000000000000000000000000000000000080",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        ] {
            let key: PublicKey = encoding.parse().expect("hex");
            let mut signature = [0; 64];
            signature[..32].copy_from_slice(key.as_bytes());
            let claim = Claim { key, message: b"Zcash", signature: Signature::new(signature) };
            let single = key.verify(claim.message, &claim.signature);
            assert!(single, "ZIP-215 accepts {encoding}");
            assert!(!key.is_valid(), "nobody may choose {encoding} as a key");
            assert_eq!(verify_batch(&[claim, signed(1, b"x")]), [single, true]);
        }
    }

    #[test]
    fn bytes_that_are_no_point_verify_nothing() {
        let key = PublicKey::new([2; 32]);
        let claim = Claim { key, ..signed(1, b"x") };
        assert!(!key.is_valid());
        assert_eq!(verify_batch(&[claim]), [false]);
    }
}
