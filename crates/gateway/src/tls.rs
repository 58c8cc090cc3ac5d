//! TLS of the gateway: the certificate, which is read again when its files change, and the handshake.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use lojal_consensus::clock;
use lojal_types::TimeMs;
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

use crate::problem::{Failure, Kind};
use crate::wire::{Paced, Wire};

/// The first byte of a handshake (RFC 8446, section 5.1: the content type of a record).
const HANDSHAKE: u8 = 22;
/// The versions of HTTP that clients may choose, the preferred one first (RFC 7301).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The files of a certificate, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those that lead from it to an authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// A certificate that can't be used.
#[derive(Debug, Error)]
pub enum TlsError {
    /// A file that can't be read.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// A file that has nothing of the kind in it.
    #[error("{0} holds no {1} in PEM: give the file that your authority or openssl has made")]
    Pem(PathBuf, &'static str),
    /// A certificate that isn't one, or has another key.
    #[error("the certificate {0} can't be used with the key {1}: {2}")]
    Unusable(PathBuf, PathBuf, rustls::Error),
    /// A certificate without an end that can be read.
    #[error("{0}: the certificate can't be read")]
    Unreadable(PathBuf),
}

/// The gateway's TLS.
pub struct Tls {
    files: TlsFiles,
    current: RwLock<Current>,
    reloads_failed: AtomicU64,
    handshakes_failed: AtomicU64,
}

/// The certificate in use, and the time for which it is good.
struct Current {
    config: Arc<ServerConfig>,
    start: TimeMs,
    end: TimeMs,
}

/// The two files, as the system tells versions of them apart.
type Stamps = [Option<(u64, u64, SystemTime)>; 2];

impl Tls {
    /// Reads the certificate.
    ///
    /// # Errors
    /// When it can't be used.
    pub fn load(files: TlsFiles) -> Result<Self, TlsError> {
        let current = RwLock::new(Current::load(&files)?);
        Ok(Self { files, current, reloads_failed: AtomicU64::new(0), handshakes_failed: AtomicU64::new(0) })
    }
    /// The time at which the certificate ends.
    pub fn end(&self) -> TimeMs {
        self.current.read().unwrap_or_else(PoisonError::into_inner).end
    }
    /// The time from which on the certificate is good.
    pub fn start(&self) -> TimeMs {
        self.current.read().unwrap_or_else(PoisonError::into_inner).start
    }
    /// The number of times that changed files could not be used.
    pub(crate) fn reloads_failed(&self) -> u64 {
        self.reloads_failed.load(Ordering::Relaxed)
    }
    /// The number of handshakes that failed.
    pub(crate) fn handshakes_failed(&self) -> u64 {
        self.handshakes_failed.load(Ordering::Relaxed)
    }

    /// Takes what the files hold whenever they have changed; looks every so often, for ever. What can't be used is
    /// left, since the certificate in use may still be good.
    pub(crate) async fn follow(&self, every: Duration) {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen = self.files.stamps();
        if !self.is_good() {
            tracing::warn!(
                from = %self.start().day(), until = %self.end().day(),
                "the gateway's certificate isn't good now: clients refuse it until there is another one"
            );
        }
        loop {
            ticks.tick().await;
            let found = self.files.stamps();
            if found == seen {
                continue;
            }
            seen = found;
            self.reload();
        }
    }

    fn reload(&self) {
        match Current::load(&self.files) {
            // One that no client takes is worse than the one that there is.
            Ok(loaded) if !loaded.is_good() && self.is_good() => {
                self.reloads_failed.fetch_add(1, Ordering::Relaxed);
                let (from, until) = (loaded.start.day(), loaded.end.day());
                tracing::warn!(%from, %until, "the gateway keeps its certificate, since the new one isn't good now");
            }
            Ok(loaded) => {
                tracing::info!(ends = %loaded.end.day(), "the gateway has another certificate");
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = loaded;
            }
            Err(error) => {
                self.reloads_failed.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%error, "the gateway keeps its certificate, since the new one can't be used");
            }
        }
    }

    fn is_good(&self) -> bool {
        self.current.read().unwrap_or_else(PoisonError::into_inner).is_good()
    }
    fn config(&self) -> Arc<ServerConfig> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).config.clone()
    }
}

impl TlsFiles {
    fn stamps(&self) -> Stamps {
        [&self.certificate, &self.key].map(|path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.ino(), metadata.len(), metadata.modified().ok()?))
        })
    }
}

impl Current {
    fn load(files: &TlsFiles) -> Result<Self, TlsError> {
        let TlsFiles { certificate: path, key: key_path } = files;
        let in_pem = |path: &Path, kind| {
            let path = path.to_owned();
            move |error: pem::Error| match error {
                pem::Error::Io(error) => TlsError::File(path, error),
                _ => TlsError::Pem(path, kind),
            }
        };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
        let chain = chain.map_err(in_pem(path, "certificate"))?;
        let key = PrivateKeyDer::from_pem_file(key_path).map_err(in_pem(key_path, "private key"))?;
        let first = chain.first().ok_or_else(|| TlsError::Pem(path.clone(), "certificate"))?;
        let (start, end) = validity_of(first).ok_or_else(|| TlsError::Unreadable(path.clone()))?;
        let unusable = |error| TlsError::Unusable(path.clone(), key_path.clone(), error);
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(unusable)?;
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).into();
        Ok(Self { config: Arc::new(config), start, end })
    }
    fn is_good(&self) -> bool {
        (self.start..self.end).contains(&clock::now())
    }
}

/// The times from which on and until which a certificate is good. One that was good before 1970 is so from there on.
fn validity_of(certificate: &CertificateDer<'_>) -> Option<(TimeMs, TimeMs)> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let time = |seconds: i64| TimeMs::new(u64::try_from(seconds).ok()?.checked_mul(1_000)?).ok();
    let validity = parsed.validity();
    Some((time(validity.not_before.timestamp()).unwrap_or_default(), time(validity.not_after.timestamp())?))
}

/// The end of a handshake.
pub(crate) enum Handshake {
    /// A connection on which HTTP comes next.
    Done(Wire),
    /// The client speaks no TLS, and is told so.
    Refused(Wire, Failure),
    /// The client went away, took too long, or speaks no TLS that is spoken here; the handshake has told it.
    Failed,
}

/// Shakes hands with a client, within a time. It is given up as well when it takes nothing for longer than `lag_max`.
pub(crate) async fn handshake(stream: TcpStream, tls: &Tls, time_max: Duration, lag_max: Duration) -> Handshake {
    let shaken = async {
        let mut first = [0];
        // A client that says nothing goes the way of one that is too slow.
        if stream.peek(&mut first).await? == 1 && first != [HANDSHAKE] {
            let detail = "this gateway speaks TLS here: write https:// in place of http://";
            let failure = Failure::new(Kind::MalformedRequest, detail);
            return Ok(Handshake::Refused(Wire::Plain(Paced::new(stream, lag_max)), failure));
        }
        let stream = TlsAcceptor::from(tls.config()).accept(Paced::new(stream, lag_max)).await?;
        io::Result::Ok(Handshake::Done(Wire::Tls(Box::new(stream))))
    };
    match timeout(time_max, shaken).await {
        Ok(Ok(shaken)) => shaken,
        Ok(Err(error)) => {
            tls.handshakes_failed.fetch_add(1, Ordering::Relaxed);
            tracing::debug!(%error, "a handshake of TLS failed");
            Handshake::Failed
        }
        Err(_) => {
            tls.handshakes_failed.fetch_add(1, Ordering::Relaxed);
            Handshake::Failed
        }
    }
}
