//! Certificates between the engine's form and ours.

use arc_malachitebft_core_types::{CommitCertificate, ExtendedCommitCertificate, ExtendedCommitSignature, Round};
use lojal_types::{Bounded, Certificate, CommitSignature};
use thiserror::Error;

use crate::context::{Address, Context, Height, Value};

/// A certificate of the engine that has no canonical form.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the engine's certificate for height {0} has no round, no signatures or too many")]
pub struct CertificateFormError(Height);

/// Our form of a decision: signatures by validator address, each validator once.
///
/// # Errors
/// When the certificate is outside of any round or carries no signatures or too many.
pub fn from_engine(certificate: &CommitCertificate<Context>) -> Result<Certificate, CertificateFormError> {
    let error = || CertificateFormError(certificate.height);
    let mut signatures: Vec<CommitSignature> = certificate
        .commit_signatures
        .iter()
        .map(|one| CommitSignature { validator: one.address.0, signature: one.signature })
        .collect();
    signatures.sort_unstable_by_key(|one| one.validator);
    signatures.dedup_by_key(|one| one.validator);
    Ok(Certificate {
        height: certificate.height.0,
        round: certificate.round.as_u32().ok_or_else(error)?,
        block: certificate.value_id.0,
        signatures: Bounded::new(signatures).map_err(|_| error())?,
    })
}

/// The engine's form of a stored certificate, for a node that catches up.
pub fn to_engine(certificate: &Certificate) -> ExtendedCommitCertificate<Context> {
    let commit_signatures = certificate
        .signatures
        .iter()
        .map(|one| ExtendedCommitSignature::new(Address(one.validator), one.signature, None))
        .collect();
    ExtendedCommitCertificate {
        height: Height(certificate.height),
        round: Round::new(certificate.round),
        value_id: Value(certificate.block),
        commit_signatures,
    }
}

#[cfg(test)]
mod tests;
