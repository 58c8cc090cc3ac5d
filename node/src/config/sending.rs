//! The part of `node.toml` about what the gateway sends by itself: to webhooks of brands, and to members' browsers.

use std::path::PathBuf;

use lojal_gateway::{PushSettings, VapidKey, WebhookSettings};
use serde::{Deserialize, Serialize};

use super::{ConfigError, NodeConfig, NodeDir};

/// The directories of what others have registered, in that of the node.
pub(crate) const WEBHOOKS: &str = "webhooks";
/// Likewise of browsers that are pushed to.
pub(crate) const PUSH: &str = "push";

/// `[webhooks]`: the places that webhooks may lead to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhooksConfig {
    /// True if they may lead to addresses that not everybody reaches, and without encryption: for tests.
    #[serde(default)]
    pub allow_private: bool,
}

impl WebhooksConfig {
    /// True if nothing is said.
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// `[push]`: the way in which members' browsers are pushed what happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushConfig {
    /// The address at which whoever runs a push service reaches the operator.
    pub contact: Contact,
    /// True if pushes may go to addresses that not everybody reaches, and without encryption: for tests.
    #[serde(default)]
    pub allow_private: bool,
}

/// An address of somebody, as push services take it (RFC 8292, section 2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Contact(String);

impl TryFrom<String> for Contact {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let rest = ["mailto:", "https://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        let is_one = rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_graphic()));
        let detail = format!("{text} is no contact: write mailto:somebody@example.org, or a page with https://");
        if is_one && text.len() <= 256 { Ok(Self(text)) } else { Err(detail) }
    }
}
impl From<Contact> for String {
    fn from(Contact(text): Contact) -> Self {
        text
    }
}

impl NodeDir {
    /// The webhooks, in a directory outside of the data, which can be made again.
    pub fn webhooks(&self, config: &NodeConfig) -> WebhookSettings {
        WebhookSettings { directory: self.kept(WEBHOOKS), allow_private: config.webhooks.allow_private }
    }
    /// The pushes, in such a directory too; their key is made when there is none.
    ///
    /// # Errors
    /// When there is no key, and none can be made.
    pub fn push(&self, config: &NodeConfig) -> Result<Option<PushSettings>, ConfigError> {
        let Some(PushConfig { contact: Contact(contact), allow_private }) = config.push.clone() else {
            return Ok(None);
        };
        let directory = self.kept(PUSH);
        let key = VapidKey::open(&directory).map_err(|error| ConfigError::Vapid(Box::new(error)))?;
        Ok(Some(PushSettings { directory, contact, key, allow_private }))
    }
    fn kept(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_an_address_of_somebody() {
        for good in ["mailto:ops@example.org", "https://example.org/contact"] {
            assert!(Contact::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for wrong in ["", "mailto:", "ops@example.org", "http://example.org", "mailto:a b", "mailto:\u{f6}@example.org"]
        {
            assert!(Contact::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_key_is_made_at_the_first_start_that_pushes_and_stays() {
        let temporary = tempfile::tempdir().expect("a temporary directory");
        let dir = NodeDir::new(temporary.path());
        let mut config = super::super::example();
        let first = dir.push(&config).expect("made").expect("it pushes");
        let second = dir.push(&config).expect("read").expect("it pushes");
        assert_eq!(format!("{:?}", first.key), format!("{:?}", second.key));
        config.push = None;
        assert!(dir.push(&config).expect("nothing to read").is_none());
    }
}
