//! The latest block that a wallet has seen proven, and who decides after it. No gateway can show it an older state as
//! today's, another block at the same height, or what others decide than those whom the way from that block leads to.

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
pub fn verifier(home: &Home) -> Verifier {
    // What can't be read is as good as none.
    let resumed = kept(home.dir()).and_then(|seal| Verifier::resumed(home.genesis(), &seal).ok());
    resumed.unwrap_or_else(|| Verifier::new(home.genesis()))
}

/// Compares a proven block that a gateway has shown with the latest one that the wallet in a directory knows, and keeps
/// the later one, if it is known who decides after it.
/// Two different blocks at one height are kept as evidence: more than a third of the voting power has signed both.
///
/// # Errors
/// [`HomeError::File`] when something can't be kept.
pub fn see(home: &Path, url: &str, seal: &Seal) -> Result<Seen, HomeError> {
    match kept(home) {
        Some(known) if known.height > seal.height => {
            let reason = format!("it shows block {}, and this wallet has seen block {}", seal.height, known.height);
            Ok(Seen::Refused(ClientError::Behind { url: url.to_owned(), reason }))
        }
        Some(known) if known.height == seal.height && known.block != seal.block => {
            let path = home.join(format!("evidence-{}.json", seal.height));
            write(&path, &[&known, seal])?;
            let reason = format!(
                "two blocks at height {} are final; both, with who signed them, are in {}, for the network's auditors",
                seal.height,
                for_text(&path.display().to_string())
            );
            Ok(Seen::Refused(ClientError::Untrue { url: url.to_owned(), reason }))
        }
        Some(known) if known.height == seal.height => Ok(Seen::Latest),
        // After the last block of some validators, the next one is kept.
        _ if seal.validators.is_none() => Ok(Seen::Latest),
        _ => write(&home.join(FILE), seal).map(|()| Seen::Latest),
    }
}

fn kept(home: &Path) -> Option<Seal> {
    let text = files::read_if_there(&home.join(FILE), BYTES_MAX).unwrap_or_default();
    serde_json::from_str(&text).ok()
}

fn write(path: &Path, what: &impl serde::Serialize) -> Result<(), HomeError> {
    let text = serde_json::to_string_pretty(what).expect("writing to memory can't fail");
    let failed = |source| HomeError::File { path: PathBuf::from(path), source };
    files::write(path, text.as_bytes(), Existing::Replace).map_err(failed)
}

#[cfg(test)]
mod tests;
