//! The latest block that a wallet has seen proven, and who decides after it. No gateway can show it an older state as
//! today's, another block at the same height, or what others decide than those whom the way from that block leads to.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use lojal_client::{ClientError, Seal, Verifier};
use lojal_text::for_text;

use crate::files::{self, Existing};
use crate::home::{Home, HomeError};

const FILE: &str = "trusted.json";
/// Largest file, in bytes: a certificate of 64 validators is some 11 kB of hex, and they themselves some 26 kB.
const BYTES_MAX: u64 = 64 * 1024;

/// The judgement of a wallet about a block that is proven.
#[derive(Debug)]
pub enum Seen {
    /// It is the latest that this wallet knows.
    Latest,
    /// The gateway is behind what this wallet knows, or lies.
    Refused(ClientError),
}

/// The knowledge of a wallet: "So whoever has followed the way keeps the last block as a pin, and never goes behind it"
/// (protocol, Light clients). Without one it is what genesis says.
///
/// # Errors
/// [`HomeError::Content`] when there is one that can't be used: without it, the wallet would go behind it.
pub fn verifier(home: &Home) -> Result<Verifier, HomeError> {
    match kept(home.dir())? {
        None => Ok(Verifier::new(home.genesis())),
        Some(seal) => {
            Verifier::resumed(home.genesis(), &seal).map_err(|error| unusable(home.dir(), &error.to_string()))
        }
    }
}

/// The error of a gateway; of one that is behind what the wallet in a directory knows, with what to do if none is not.
pub fn with_cure(home: &Path, error: ClientError) -> ClientError {
    match error {
        ClientError::Behind { url, reason } if home.join(FILE).exists() => {
            let path = for_text(&home.join(FILE).display().to_string());
            let reason = format!(
                "{reason}; this wallet keeps the last block that it has seen in {path}: if no gateway ever comes to \
                 it, move that file away, and start from a pin of somebody you trust with --pin"
            );
            ClientError::Behind { url, reason }
        }
        error => error,
    }
}

/// Compares a proven block that a gateway has shown with the latest one that the wallet in a directory knows, and keeps
/// the later one, if it is known who decides after it.
/// Two different blocks at one height are kept as evidence: more than a third of the voting power has signed both.
///
/// # Errors
/// When the block can't be kept, or the one before it can't be read; it is proven all the same.
pub fn see(home: &Path, url: &str, seal: &Seal) -> Result<Seen, HomeError> {
    match kept(home)? {
        Some(known) if known.height > seal.height => {
            let reason = format!("it shows block {}, and this wallet has seen block {}", seal.height, known.height);
            Ok(Seen::Refused(ClientError::Behind { url: url.to_owned(), reason }))
        }
        Some(known) if known.height == seal.height && known.block != seal.block => {
            Ok(Seen::Refused(split(home, url, [&known, seal])))
        }
        Some(known) if known.height == seal.height => Ok(Seen::Latest),
        // After the last block of some validators, the next one is kept.
        _ if seal.validators.is_none() => Ok(Seen::Latest),
        _ => write(&home.join(FILE), seal).map(|()| Seen::Latest),
    }
}

/// The error of a gateway that shows one of two final blocks of one height, which are kept as evidence.
pub fn split(home: &Path, url: &str, both: [&Seal; 2]) -> ClientError {
    let height = both[0].height;
    let path = home.join(format!("evidence-{height}.json"));
    let evidence = match write(&path, &both) {
        Ok(()) => format!(
            "both, with who signed them, are in {}, for the network's auditors",
            for_text(&path.display().to_string())
        ),
        Err(error) => format!("they can't be kept as evidence: {error}"),
    };
    let reason = format!("two blocks at height {height} are final; {evidence}");
    ClientError::Untrue { url: url.to_owned(), reason }
}

/// The block that is kept. Only where there is no file has there never been one.
fn kept(home: &Path) -> Result<Option<Seal>, HomeError> {
    let text = match files::read_regular(&home.join(FILE), BYTES_MAX) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|error| unusable(home, &error.to_string()))?,
    };
    serde_json::from_str(&text).map(Some).map_err(|error| unusable(home, &error.to_string()))
}

fn unusable(home: &Path, fault: &str) -> HomeError {
    let reason = format!(
        "the last block that this wallet has seen can't be read from it ({fault}): mend the file or its permissions; \
         if it is lost for good, move it away, and start from a pin of somebody you trust with --pin"
    );
    HomeError::Content { path: home.join(FILE), reason }
}

fn write(path: &Path, what: &impl serde::Serialize) -> Result<(), HomeError> {
    let text = serde_json::to_string_pretty(what).expect("writing to memory can't fail");
    let failed = |source| HomeError::File { path: PathBuf::from(path), source };
    files::write(path, text.as_bytes(), Existing::Replace).map_err(failed)
}

#[cfg(test)]
mod tests;
