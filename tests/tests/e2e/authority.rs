//! An authority of certificates, which no browser knows.

use std::fs;
use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, Certificate, CertificateParams, IsCa, KeyPair};
use ureq::Agent;
use ureq::tls::{Certificate as Known, RootCerts, TlsConfig};

/// An authority, and the certificates of servers that it signs.
pub struct Authority {
    key: KeyPair,
    certificate: Certificate,
}

impl Authority {
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).expect("a certificate");
        Self { key, certificate }
    }
    pub fn write(&self, path: &Path) -> PathBuf {
        fs::write(path, self.certificate.pem()).expect("writes");
        path.to_owned()
    }
    /// Writes a certificate for a host, and its key, over those that are there: `gateway.pem` and `gateway.key`.
    pub fn certify(&self, host: &str, directory: &Path) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec![host.to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.certificate, &self.key).expect("a certificate");
        fs::write(directory.join("gateway.pem"), certificate.pem()).expect("writes");
        fs::write(directory.join("gateway.key"), key.serialize_pem()).expect("writes");
    }
    /// A client that believes this authority alone.
    pub fn agent(&self) -> Agent {
        let known = Known::from_pem(self.certificate.pem().as_bytes()).expect("a certificate").to_owned();
        let tls = TlsConfig::builder().root_certs(RootCerts::from(vec![known])).build();
        Agent::config_builder().tls_config(tls).http_status_as_error(false).build().into()
    }
}
