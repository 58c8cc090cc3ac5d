//! A connector's directory: `connect.toml`, the keys of its tills, and its journal.
//!
//! ```text
//! DIR/connect.toml     which brand, which wallet, where to listen
//! DIR/keys.json        the API keys, as their SHA-256
//! DIR/data/journal     what tills have asked for, and what became of it
//! DIR/customers        a file for each customer who had no wallet, with the key of their account until it is claimed
//! DIR/import/journal   the rows of files of balances, and what became of them
//! ```

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use lojal_http::tls::{Tls, TlsError, TlsFiles, Version};
use lojal_text::without_byte_order_mark;
use lojal_types::BrandId;
use lojal_wallet::files;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use toml::Table;

use crate::limits::CONFIG_BYTES_MAX;

const FILE: &str = "connect.toml";

/// `connect.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The brand whose points it deals with.
    pub(crate) brand: BrandId,
    /// The directory of the operator's wallet; a relative path starts at the connector's.
    pub(crate) wallet: PathBuf,
    /// The address where it serves tills.
    pub(crate) listen: SocketAddr,
    /// The file with the wallet's passphrase; a relative path starts at the connector's directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The certificate with which it serves tills; without one, without encryption.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<TlsConfig>,
    /// The address at which wallets of customers reach it; that of `listen` unless it is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) claim_url: Option<String>,
}

/// The files of a certificate, in PEM; a relative path starts at the connector's directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TlsConfig {
    /// The certificate, and those that lead from it to an authority.
    pub(crate) certificate: PathBuf,
    /// Its private key.
    pub(crate) key: PathBuf,
}

const INTRODUCTION: &str = "\
# A connector for tills. It reads this when it starts; docs/connect.md says more.
# Lines like \"# key = value\" are keys that are left out; their values are examples.
";

/// Every key in its order, with its explanation.
const KEYS: [(&str, &str); 6] = [
    ("brand", "The brand whose points it deals with."),
    (
        "wallet",
        "The directory of the wallet of an operator of the brand, made by `lojal init`: its key signs, and its\n\
         gateways are asked, the first one that answers. A relative path starts at this directory.",
    ),
    (
        "listen",
        "Where tills connect: this machine alone, unless there is a certificate below, or a proxy that speaks TLS in\n\
         front.",
    ),
    (
        "passphrase_file",
        "The file with the wallet's passphrase, readable by its owner only; a relative path starts at this\n\
         directory. Left out, LOJAL_PASSPHRASE_FILE or LOJAL_PASSPHRASE has it, or somebody types it.",
    ),
    (
        "claim_url",
        "Where the wallets of customers reach it, to claim the accounts that were kept for them: the address of a\n\
         proxy that speaks TLS and passes on what begins with /claims/. Left out, it is that of `listen`.",
    ),
    (
        "tls",
        "The certificate with which tills are served, and its key, in PEM; relative paths start at this directory.\n\
         Both are taken anew when they change. Left out, nothing is encrypted.",
    ),
];

/// A directory that can't be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file can't be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The operating system's error.
        source: io::Error,
    },
    /// No directory of a connector.
    #[error("there is no connector in {}: make one with `lojal-connect init`", .0.display())]
    Missing(PathBuf),
    /// There is one already.
    #[error("there already is a connector in {}: it was left alone; name another directory", .0.display())]
    Exists(PathBuf),
    /// A certificate that can't be used.
    #[error("{0}: put the files of one into `tls` of connect.toml, or leave that out")]
    Tls(Box<TlsError>),
    /// Not the TOML that is expected.
    #[error("{} can't be read: {reason}", path.display())]
    Toml {
        /// The file.
        path: PathBuf,
        /// The fault.
        reason: String,
    },
}

impl Config {
    /// Reads the one of a directory.
    ///
    /// # Errors
    /// When it is not there or not as it should be.
    pub(crate) fn read(dir: &Path) -> Result<Self, ConfigError> {
        let path = dir.join(FILE);
        let text = files::read(&path, CONFIG_BYTES_MAX).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => ConfigError::Missing(dir.to_owned()),
            _ => ConfigError::File { path: path.clone(), source },
        })?;
        toml::from_str(without_byte_order_mark(&text))
            .map_err(|error| ConfigError::Toml { path, reason: error.to_string() })
    }
    /// Reads the certificate, if there is to be one, of the connector in a directory.
    ///
    /// # Errors
    /// When it can't be used.
    pub(crate) fn certificate(&self, dir: &Path) -> Result<Option<Tls>, ConfigError> {
        let Some(TlsConfig { certificate, key }) = &self.tls else { return Ok(None) };
        let files = TlsFiles { certificate: dir.join(certificate), key: dir.join(key) };
        Tls::load(files, &[Version::One]).map(Some).map_err(|error| ConfigError::Tls(Box::new(error)))
    }
    /// Makes a directory with it, for its owner alone.
    ///
    /// # Errors
    /// When there is one already, or the file system says no.
    pub(crate) fn create(&self, dir: &Path) -> Result<(), ConfigError> {
        let path = dir.join(FILE);
        let at_path = |source: io::Error| match source.kind() {
            io::ErrorKind::AlreadyExists => ConfigError::Exists(dir.to_owned()),
            _ => ConfigError::File { path: path.clone(), source },
        };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(at_path)?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(at_path)?;
        file.write_all(self.to_explained_toml().as_bytes()).and_then(|()| file.sync_all()).map_err(at_path)?;
        File::open(dir).and_then(|dir| dir.sync_all()).map_err(at_path)
    }
    /// The configuration with every key, for examples.
    pub(crate) fn example() -> Self {
        const VALID: &str = "the example is valid";
        Self {
            brand: "kaffet".parse().expect(VALID),
            wallet: "/var/lib/lojal-connect/wallet".into(),
            listen: "127.0.0.1:7810".parse().expect(VALID),
            passphrase_file: Some("/etc/lojal-connect/passphrase".into()),
            claim_url: Some("https://points.kaffet.example/connect".to_owned()),
            tls: Some(TlsConfig { certificate: "connect.pem".into(), key: "connect.key".into() }),
        }
    }
    /// The file: every key explained, and those that are left out as comments with an example.
    pub(crate) fn to_explained_toml(&self) -> String {
        let (own, example) = (table(self), table(&Self::example()));
        let mut text = INTRODUCTION.to_owned();
        for (key, explanation) in KEYS {
            text.push('\n');
            for line in explanation.lines() {
                writeln!(text, "# {line}").expect("writing to memory can't fail");
            }
            match (own.get(key), example.get(key)) {
                (Some(value), _) => writeln!(text, "{key} = {value}").expect("writing to memory can't fail"),
                (None, Some(value)) => writeln!(text, "# {key} = {value}").expect("writing to memory can't fail"),
                (None, None) => {}
            }
        }
        text
    }
}

fn table(config: &Config) -> Table {
    Table::try_from(config).expect("every field has a TOML form")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn every_key_is_explained_and_what_is_written_reads_back() {
        let explained: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
        let example = table(&Config::example());
        assert!(explained.len() == example.len() && explained.iter().all(|key| example.contains_key(*key)));
        let without = Config { passphrase_file: None, tls: None, claim_url: None, ..Config::example() };
        for config in [Config::example(), without] {
            let text = config.to_explained_toml();
            assert_eq!(toml::from_str::<Config>(&text).expect("valid"), config, "{text}");
        }
    }

    #[test]
    fn a_directory_is_made_once_and_for_its_owner_alone() {
        let parent = tempfile::tempdir().expect("a temporary directory");
        let dir = parent.path().join("deep/connect");
        assert!(matches!(Config::read(&dir), Err(ConfigError::Missing(_))));
        Config::example().create(&dir).expect("made");
        assert_eq!(Config::read(&dir).expect("there"), Config::example());
        assert!(matches!(Config::example().create(&dir), Err(ConfigError::Exists(_))));
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&dir), mode(&dir.join(FILE))), (0o700, 0o600));
        fs::write(dir.join(FILE), "brand = \"kaffet\"\nlisten = 7").expect("writable");
        assert!(matches!(Config::read(&dir), Err(ConfigError::Toml { .. })));
    }

    #[test]
    fn the_example_in_the_repository_is_what_the_program_writes() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/connect.toml");
        let written = fs::read_to_string(path).expect("it is in the repository");
        let what_to_do = "write it anew: lojal-connect example > examples/connect.toml";
        assert_eq!(written, Config::example().to_explained_toml(), "{what_to_do}");
    }
}
