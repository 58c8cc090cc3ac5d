//! The authorities whose certificates of gateways are believed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use lojal_text::variable;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use crate::ClientError;

/// The variable that names a file of certificates in PEM, as it does for OpenSSL, curl and others.
pub(crate) const VARIABLE: &str = "SSL_CERT_FILE";

/// The authorities of the file that the environment names; without one, those that browsers believe.
///
/// # Errors
/// [`ClientError::Authorities`] when the file can't be read or holds no certificate.
pub(crate) fn from_environment() -> Result<TlsConfig, ClientError> {
    of_file(variable(VARIABLE))
}

fn of_file(named: Option<OsString>) -> Result<TlsConfig, ClientError> {
    let path = named.map(PathBuf::from);
    let roots = match path {
        None => RootCerts::WebPki,
        Some(path) => RootCerts::from(certificates(&path)?),
    };
    Ok(TlsConfig::builder().root_certs(roots).build())
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, ClientError> {
    let failed = |reason: String| ClientError::Authorities { path: path.to_owned(), reason };
    let bytes = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let mut found = Vec::new();
    for item in parse_pem(&bytes) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| failed(error.to_string()))? {
            found.push(certificate);
        }
    }
    if found.is_empty() { Err(failed("it holds no certificate in PEM".to_owned())) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_authorities_are_believed_unless_a_file_is_named_and_a_file_without_any_is_an_error() {
        assert!(matches!(of_file(None).expect("the usual ones").root_certs(), RootCerts::WebPki));
        let directory = tempfile::tempdir().expect("a temporary directory");
        let path = directory.path().join("none.pem");
        let reason = || match of_file(Some(path.clone().into_os_string())) {
            Err(ClientError::Authorities { reason, .. }) => reason,
            other => panic!("{other:?}"),
        };
        assert!(reason().contains("No such file"), "{}", reason());
        std::fs::write(&path, "no certificate").expect("writes");
        assert_eq!(reason(), "it holds no certificate in PEM");
        std::fs::write(&path, "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n").expect("writes");
        assert!(!reason().is_empty());
    }
}
