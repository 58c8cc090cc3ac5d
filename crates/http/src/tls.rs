//! TLS of a server: the certificate, which is read again when its files change, and the handshake.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lojal_types::TimeMs;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{MissedTickBehavior, interval};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};

/// The two ends of a connection with TLS, as the server has them.
pub use tokio_rustls::server::TlsStream;

/// The first byte of a handshake (RFC 8446, section 5.1: the content type of a record).
const HANDSHAKE: u8 = 22;

/// A version of HTTP, as clients choose one in the handshake (RFC 7301).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// HTTP/1.1.
    One,
    /// HTTP/2.
    Two,
}

impl Version {
    fn name(self) -> Vec<u8> {
        match self {
            Self::One => b"http/1.1".to_vec(),
            Self::Two => b"h2".to_vec(),
        }
    }
}

/// The news of a certificate, in words for whoever looks after the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// There is another one.
    Taken(String),
    /// The one that there is, or one that should be, isn't right.
    Trouble(String),
}

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

/// The TLS of a server.
pub struct Tls {
    files: TlsFiles,
    versions: Vec<Version>,
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
    /// Reads the certificate, for a server of some versions of HTTP, the preferred one first.
    ///
    /// # Errors
    /// When it can't be used.
    pub fn load(files: TlsFiles, versions: &[Version]) -> Result<Self, TlsError> {
        let current = RwLock::new(Current::load(&files, versions)?);
        let (reloads_failed, handshakes_failed) = (AtomicU64::new(0), AtomicU64::new(0));
        Ok(Self { files, versions: versions.to_vec(), current, reloads_failed, handshakes_failed })
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
    pub fn reloads_failed(&self) -> u64 {
        self.reloads_failed.load(Ordering::Relaxed)
    }
    /// The number of handshakes that failed.
    pub fn handshakes_failed(&self) -> u64 {
        self.handshakes_failed.load(Ordering::Relaxed)
    }

    /// Takes what the files hold whenever they have changed; looks every so often, for ever. What can't be used is
    /// left, since the certificate in use may still be good.
    pub async fn follow(&self, every: Duration, tell: impl Fn(News)) {
        let mut ticks = interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut seen = self.files.stamps();
        if !self.is_good() {
            let (from, until) = (self.start().day(), self.end().day());
            tell(News::Trouble(format!(
                "the certificate is good from {from} until {until}, and not now: clients refuse it until there is \
                 another one"
            )));
        }
        loop {
            ticks.tick().await;
            let found = self.files.stamps();
            if found == seen {
                continue;
            }
            seen = found;
            tell(self.reload());
        }
    }

    fn reload(&self) -> News {
        let reason = match Current::load(&self.files, &self.versions) {
            // One that no client takes is worse than the one that there is.
            Ok(loaded) if !loaded.is_good() && self.is_good() => {
                format!("the new one is good from {} until {}, and not now", loaded.start.day(), loaded.end.day())
            }
            Ok(loaded) => {
                let ends = loaded.end.day();
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = loaded;
                return News::Taken(format!("there is another certificate, which ends on {ends}"));
            }
            Err(error) => format!("the new one can't be used: {error}"),
        };
        self.reloads_failed.fetch_add(1, Ordering::Relaxed);
        News::Trouble(format!("the certificate in use is kept, since {reason}"))
    }

    /// Shakes hands with a client over a connection.
    ///
    /// # Errors
    /// When the client went away, or speaks no TLS that is spoken here; the handshake has told it.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> io::Result<TlsStream<S>> {
        TlsAcceptor::from(self.config()).accept(stream).await
    }
    /// Counts a handshake that failed.
    pub fn count_failed(&self) {
        self.handshakes_failed.fetch_add(1, Ordering::Relaxed);
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
    fn load(files: &TlsFiles, versions: &[Version]) -> Result<Self, TlsError> {
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
        config.alpn_protocols = versions.iter().map(|version| version.name()).collect();
        Ok(Self { config: Arc::new(config), start, end })
    }
    fn is_good(&self) -> bool {
        (self.start..self.end).contains(&now())
    }
}

/// The times from which on and until which a certificate is good. One that was good before 1970 is so from there on.
fn validity_of(certificate: &CertificateDer<'_>) -> Option<(TimeMs, TimeMs)> {
    let (_, parsed) = x509_parser::parse_x509_certificate(certificate).ok()?;
    let time = |seconds: i64| TimeMs::new(u64::try_from(seconds).ok()?.checked_mul(1_000)?).ok();
    let validity = parsed.validity();
    Some((time(validity.not_before.timestamp()).unwrap_or_default(), time(validity.not_after.timestamp())?))
}

/// Waits for a client's first byte, and tells whether it begins a handshake. A client that says nothing is as one that
/// takes long over it.
///
/// # Errors
/// When the connection is gone.
pub async fn begins_handshake(stream: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    Ok(stream.peek(&mut first).await? != 1 || first == [HANDSHAKE])
}

/// The time by the system's clock, by which certificates begin and end.
fn now() -> TimeMs {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    TimeMs::default().plus_ms(u64::try_from(since_epoch.as_millis()).unwrap_or(u64::MAX))
}
