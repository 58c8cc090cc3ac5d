//! The blocks that a node keeps, and what it does without those that nobody keeps, as `node.toml` says it.

use lojal_store::{NotRetain, Options, Retain};
use serde::{Deserialize, Serialize};

use super::NodeConfig;

/// Bytes of a MiB.
const MIB: u64 = 1 << 20;

/// The blocks that a node keeps: `"all"`, `"90 days"` or `"since 1000"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RetainConfig(pub Retain);

impl TryFrom<String> for RetainConfig {
    type Error = NotRetain;
    fn try_from(text: String) -> Result<Self, NotRetain> {
        text.parse().map(Self)
    }
}

impl From<RetainConfig> for String {
    fn from(RetainConfig(retain): RetainConfig) -> Self {
        retain.to_string()
    }
}

/// The behaviour of a node that needs blocks which the others keep no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FarBehindConfig {
    /// It joins by a snapshot, by itself.
    #[default]
    Join,
    /// It stops, and its operator decides.
    Stop,
}

impl NodeConfig {
    /// The blocks that are kept, in words, and what becomes of the others.
    pub fn keeping_in_words(&self) -> String {
        let kept = match self.store_options(false).retain {
            Retain::All => return "all are kept".to_owned(),
            Retain::Days(days) => format!("those of {days} days are kept, and up to half as many more"),
            Retain::Since(height) => format!("those from height {height} on are kept"),
        };
        let others = if self.store_options(false).archives { "go to data/archive" } else { "are deleted" };
        format!("{kept}; earlier ones {others}")
    }
    /// The settings of the store that it makes.
    pub fn store_options(&self, repair: bool) -> Options {
        let defaults = Options::default();
        let options = Options {
            repair,
            retain: self.retain.map_or(defaults.retain, |RetainConfig(retain)| retain),
            archives: self.archive.unwrap_or(defaults.archives),
            backfills: self.backfill.unwrap_or(defaults.backfills),
            ..defaults
        };
        match self.state_cache_mb {
            Some(mb) => Options { state_cache_bytes: u64::from(mb) * MIB, ..options },
            None => options,
        }
    }
}
