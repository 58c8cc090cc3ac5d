//! `wallet.toml`: the settings of one wallet.

use std::path::Path;

use lojal_client::Client;
use serde::{Deserialize, Serialize};

use super::{GATEWAYS_MAX, HomeError, SETTINGS_BYTES_MAX, WITNESSES_MAX, read, write};
use crate::files::Existing;

/// The settings of a wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Addresses of gateways, the preferred one first.
    pub gateways: Vec<String>,
    /// Addresses of gateways of others, which are asked whether they have the same blocks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<String>,
    /// True if what gateways say is believed without proofs.
    #[serde(default, skip_serializing_if = "is_false")]
    pub trust: bool,
}

/// Tells that a value is left out of the file, which programs of before read then.
fn is_false(value: &bool) -> bool {
    !value
}

impl Settings {
    /// The settings of a new wallet.
    pub fn new(gateways: &[String]) -> Self {
        Self { gateways: gateways.to_vec(), witnesses: Vec::new(), trust: false }
    }
    /// Checks that each gateway has an address, and that there are not too few or too many.
    pub(super) fn check(&self) -> Result<(), HomeError> {
        if !(1..=GATEWAYS_MAX).contains(&self.gateways.len()) {
            return Err(HomeError::GatewayCount(self.gateways.len()));
        }
        if self.witnesses.len() > WITNESSES_MAX {
            return Err(HomeError::WitnessCount(self.witnesses.len()));
        }
        self.gateways
            .iter()
            .chain(&self.witnesses)
            .try_for_each(|url| Client::new(url).map(drop))
            .map_err(HomeError::from)
    }
    /// Reads and checks a file.
    pub(super) fn read(path: &Path) -> Result<Self, HomeError> {
        let settings: Self = toml::from_str(&read(path, SETTINGS_BYTES_MAX)?)
            .map_err(|error| HomeError::Content { path: path.to_owned(), reason: error.to_string() })?;
        settings.check().map(|()| settings)
    }
    /// Writes a file.
    pub(super) fn write(&self, path: &Path) -> Result<(), HomeError> {
        let text = toml::to_string(self).expect("texts and truth values");
        write(path, &text, Existing::Replace)
    }
}
