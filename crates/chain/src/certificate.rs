//! Certificates (protocol, Blocks and finality).

use lojal_types::key::{Claim, verify_batch};
use lojal_types::{Address, Certificate, ChainId, ValidatorSet};
use thiserror::Error;

/// A certificate that makes nothing final.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CertificateError {
    /// A signature by somebody without a vote.
    #[error("the certificate carries a signature of {0:?}, which is no validator at this height")]
    Stranger(Address),
    /// Signatures out of order, or one validator twice.
    #[error("the certificate's signatures are not in order of validator address, each once")]
    Order,
    /// A signature that doesn't hold.
    #[error("the certificate's signature of validator {0:?} doesn't hold")]
    Signature(Address),
    /// Too little voting power.
    #[error("the certificate carries {power} of {total} voting power, which is not more than two thirds")]
    Quorum {
        /// The voting power that signed.
        power: u64,
        /// The voting power that there is.
        total: u64,
    },
}

/// Checks that a certificate holds: "it makes its block final if precommits of **more than** two thirds of the voting
/// power in it hold" (protocol, Blocks and finality).
///
/// # Errors
/// The first rule that it breaks.
pub fn verify_certificate(
    certificate: &Certificate,
    validators: &ValidatorSet,
    chain: &ChainId,
) -> Result<(), CertificateError> {
    if !certificate.signatures.windows(2).all(|pair| pair[0].validator < pair[1].validator) {
        return Err(CertificateError::Order);
    }
    let mut power = 0_u64;
    let mut signed = Vec::with_capacity(certificate.signatures.len());
    for one in certificate.signatures.iter() {
        let validator = validators.get(&one.validator).ok_or(CertificateError::Stranger(one.validator))?;
        power = power.saturating_add(validator.power);
        signed.push((validator.public_key, certificate.vote_of(one.validator).signing_bytes(chain), one));
    }
    if !validators.is_quorum(power) {
        return Err(CertificateError::Quorum { power, total: validators.total_power() });
    }
    let claims: Vec<Claim<'_>> =
        signed.iter().map(|(key, message, one)| Claim { key: *key, message, signature: one.signature }).collect();
    let wrong = verify_batch(&claims).iter().position(|holds| !holds);
    wrong.map_or(Ok(()), |at| Err(CertificateError::Signature(signed[at].2.validator)))
}

#[cfg(test)]
mod tests;
