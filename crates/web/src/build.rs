//! The build that pages are: the hash of what they were made from, and those of all their files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A build of the pages, as build.json says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// The SHA-256 over all sources, in hex.
    pub source: String,
    /// The SHA-256 of each file, in hex, by its path.
    pub files: BTreeMap<String, String>,
}

impl Build {
    /// The text of build.json.
    pub(crate) const TEXT: &str = include_str!("../../../web/dist/build.json");

    /// The build that this program carries.
    pub fn own() -> Self {
        Self::read(Self::TEXT.as_bytes()).expect("the build of the pages has written it, and a test reads it")
    }
    /// The build that a text says; none if it is no such text.
    pub fn read(text: &[u8]) -> Option<Self> {
        serde_json::from_slice(text).ok()
    }
    /// The hash of a file, as it stands there.
    pub fn hash(bytes: &[u8]) -> String {
        hex::encode(Sha256::digest(bytes))
    }
}
