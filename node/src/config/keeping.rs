//! The blocks that a node keeps, as `node.toml` says it.

use lojal_store::{NotRetain, Retain};
use serde::{Deserialize, Serialize};

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
