//! The latest block that a wallet has seen proven. No gateway can show it an older state as today's, or another block
//! at the same height.

use std::path::{Path, PathBuf};

use lojal_client::{ClientError, Seal};
use lojal_text::for_text;

use crate::files::{self, Existing};
use crate::home::HomeError;

const FILE: &str = "trusted.json";
/// Largest file, in bytes: a certificate of 64 validators is some 10 kB of hex.
const BYTES_MAX: u64 = 64 * 1024;

/// The judgement of a wallet about a block that is proven.
#[derive(Debug)]
pub enum Seen {
    /// It is the latest that this wallet knows.
    Latest,
    /// The gateway is behind what this wallet knows, or lies.
    Refused(ClientError),
}

/// Compares a proven block that a gateway has shown with the latest one that the wallet in a directory knows, and keeps
/// the later one.
/// Two different blocks at one height are kept as evidence: more than a third of the voting power has signed both.
///
/// # Errors
/// [`HomeError::File`] when something can't be kept.
pub fn see(home: &Path, url: &str, seal: &Seal) -> Result<Seen, HomeError> {
    let path = home.join(FILE);
    let text = files::read_if_there(&path, BYTES_MAX).unwrap_or_default();
    // What can't be read is as good as none: the wallet then knows what genesis says.
    let known: Option<Seal> = serde_json::from_str(&text).ok();
    match known {
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
        _ => write(&path, seal).map(|()| Seen::Latest),
    }
}

fn write(path: &Path, what: &impl serde::Serialize) -> Result<(), HomeError> {
    let text = serde_json::to_string_pretty(what).expect("writing to memory can't fail");
    let failed = |source| HomeError::File { path: PathBuf::from(path), source };
    files::write(path, text.as_bytes(), Existing::Replace).map_err(failed)
}

#[cfg(test)]
mod tests {
    use lojal_types::{BlockId, Height, HexBytes, TimeMs};

    use super::*;

    fn seal(height: u64, block: u8) -> Seal {
        let bytes = HexBytes(vec![block]);
        let (block, time_ms) = (BlockId::new([block; 32]), TimeMs::new(height).expect("within bounds"));
        Seal { height: Height::new(height), block, time_ms, header: bytes.clone(), certificate: bytes }
    }

    fn kept(home: &Path) -> Option<Seal> {
        serde_json::from_str(&std::fs::read_to_string(home.join(FILE)).ok()?).ok()
    }

    #[test]
    fn the_latest_block_is_kept_and_none_before_it_is_taken_for_it() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let see = |seal: &Seal| super::see(home.path(), "http://a", seal).expect("writable");
        assert!(matches!(see(&seal(5, 1)), Seen::Latest));
        assert!(matches!(see(&seal(5, 1)), Seen::Latest));
        assert!(matches!(see(&seal(9, 2)), Seen::Latest));
        let Seen::Refused(ClientError::Behind { reason, .. }) = see(&seal(8, 3)) else { panic!("it is behind") };
        assert!(reason.contains("block 8") && reason.contains("block 9"), "{reason}");
        assert_eq!(kept(home.path()), Some(seal(9, 2)));
        std::fs::write(home.path().join(FILE), "{").expect("writable");
        assert!(matches!(see(&seal(3, 4)), Seen::Latest), "what can't be read is as good as none");
    }

    #[test]
    fn two_blocks_at_one_height_are_evidence() {
        let home = tempfile::tempdir().expect("a temporary directory");
        let see = |seal: &Seal| super::see(home.path(), "http://a", seal).expect("writable");
        see(&seal(5, 1));
        let Seen::Refused(ClientError::Untrue { reason, .. }) = see(&seal(5, 2)) else {
            panic!("one of them is false")
        };
        assert!(reason.contains("evidence-5.json"), "{reason}");
        let text = std::fs::read_to_string(home.path().join("evidence-5.json")).expect("written");
        assert_eq!(serde_json::from_str::<[Seal; 2]>(&text).expect("both"), [seal(5, 1), seal(5, 2)]);
        assert_eq!(kept(home.path()), Some(seal(5, 1)));
    }
}
