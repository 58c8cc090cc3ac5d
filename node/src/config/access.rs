//! The part of `node.toml` about who reads what.

use std::num::NonZeroU32;
use std::path::PathBuf;

use lojal_gateway::{Auditor, Auditors, HeaderValue, Pages, Rate, Tls, TlsFiles};
use lojal_types::limits::TIME_MS_MAX;
use lojal_types::{Audience, Day, Name, PublicKey, TimeMs};
use serde::{Deserialize, Serialize};

use super::{ConfigError, NodeConfig, NodeDir};

/// Most streams of events at once, unless node.toml says.
#[expect(clippy::cast_possible_truncation, reason = "a thousand")]
const STREAMS_DEFAULT: u32 = lojal_gateway::limits::STREAMS_DEFAULT as u32;

/// `[http]`: the way in which the gateway serves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpConfig {
    /// The hosts in the addresses by which clients reach the gateway, which tokens are for. If there are none, this
    /// machine's own names and the address that the gateway listens at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<Audience>,
    /// The websites whose pages may ask the gateway in their visitors' browsers, such as `https://example.org`; `*` for
    /// all of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    /// The certificate with which clients are served; without one, without TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsConfig>,
    /// The rate at which one client may ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<RateConfig>,
    /// Most streams of events at once, 1,000 if it doesn't say; each is an open file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub streams: Option<u32>,
    /// The pages that are served to browsers; all that there are if it doesn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web: Option<Vec<Pages>>,
}

/// The files of a certificate, in PEM; relative paths start at the node's directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The certificate, and those that lead from it to an authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// A website, as browsers name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(HeaderValue);

impl TryFrom<String> for Origin {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let host = ["http://", "https://"].iter().find_map(|scheme| text.strip_prefix(scheme));
        let is_site = host.is_some_and(|host| !host.is_empty() && !host.contains(['/', ' ', '*']));
        let value = HeaderValue::from_str(&text).ok().filter(|_| is_site || text == "*");
        value
            .map(Self)
            .ok_or_else(|| format!("{text} is no website: write it like https://example.org, without a path"))
    }
}
impl From<Origin> for String {
    fn from(Origin(value): Origin) -> Self {
        value.to_str().unwrap_or_default().to_owned()
    }
}

/// The rate at which one client, which is an account or a network, may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateConfig {
    /// The cost of questions in a second, for long.
    pub per_s: NonZeroU32,
    /// The cost of questions at once.
    pub burst: NonZeroU32,
}

impl Default for RateConfig {
    fn default() -> Self {
        let number = |number| NonZeroU32::new(number).expect("not zero");
        Self { per_s: number(20), burst: number(100) }
    }
}

impl NodeDir {
    /// Reads the certificate of the gateway, if it has one.
    ///
    /// # Errors
    /// When it can't be used.
    pub fn tls(&self, config: &NodeConfig) -> Result<Option<Tls>, ConfigError> {
        let Some(TlsConfig { certificate, key }) = &config.http.tls else { return Ok(None) };
        let files = TlsFiles { certificate: self.0.join(certificate), key: self.0.join(key) };
        lojal_gateway::load_tls(files).map(Some).map_err(|error| ConfigError::Tls(Box::new(error)))
    }
}

impl HttpConfig {
    /// The websites as the gateway takes them.
    pub fn origins(&self) -> Vec<HeaderValue> {
        self.origins.iter().map(|Origin(value)| value.clone()).collect()
    }
    /// The rate of a client.
    pub fn rate(&self) -> Rate {
        let RateConfig { per_s, burst } = self.rate.unwrap_or_default();
        Rate { per_s, burst }
    }
    /// Most streams of events at once.
    pub fn streams(&self) -> u32 {
        self.streams.unwrap_or(STREAMS_DEFAULT)
    }
    /// The pages that are served to browsers.
    pub fn web(&self) -> Vec<Pages> {
        self.web.clone().unwrap_or_else(|| Pages::ALL.to_vec())
    }
    /// True if nothing is said.
    pub(super) fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// An entry of `auditors`: one of `[[auditors]]`, or in `auditors = ["*"]` everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected [[auditors]] with name, key and perhaps until, or auditors = [\"*\"]")]
pub enum AuditorEntry {
    /// Everybody.
    Everybody(Star),
    /// Somebody.
    Listed(ListedAuditor),
}

/// The sign for everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Star {
    /// It.
    #[serde(rename = "*")]
    Star,
}

/// Somebody who may read everything.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedAuditor {
    /// The name, for whoever reads the file.
    pub name: Name,
    /// The key that signs the auditor's tokens.
    pub key: PublicKey,
    /// The last day on which that is so (UTC); without one it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

/// The auditors as the gateway takes them.
pub(super) fn auditors(entries: &[AuditorEntry]) -> Auditors {
    let mut listed = Vec::new();
    for entry in entries {
        match entry {
            AuditorEntry::Everybody(Star::Star) => return Auditors::Everybody,
            AuditorEntry::Listed(ListedAuditor { name, key, until }) => {
                let last = TimeMs::new(TIME_MS_MAX).expect("in range");
                let until_ms = until.map_or(last, |day| day.plus(1).start());
                listed.push(Auditor { name: name.clone(), key: *key, until_ms });
            }
        }
    }
    Auditors::Listed(listed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct File {
        auditors: Vec<AuditorEntry>,
    }

    fn read(text: &str) -> Result<Auditors, toml::de::Error> {
        toml::from_str(text).map(|File { auditors: entries }| auditors(&entries))
    }

    #[test]
    fn websites_are_written_as_browsers_name_them_and_rates_are_not_zero() {
        let read = |text: &str| toml::from_str::<HttpConfig>(text);
        let good = "origins = [\"https://example.org\", \"*\"]\nrate = { per_s = 5, burst = 7 }\nweb = [\"explorer\"]";
        let config = read(good).expect("valid");
        assert_eq!((config.origins().len(), config.rate().burst.get()), (2, 7));
        assert_eq!(HttpConfig::default().rate().per_s.get(), 20);
        assert_eq!((config.web(), HttpConfig::default().web()), (vec![Pages::Explorer], Pages::ALL.to_vec()));
        assert_eq!(read("web = []").expect("valid").web(), Vec::new());
        for wrong in [
            "tls = { certificate = \"a.pem\" }",
            "origins = [\"example.org\"]",
            "origins = [\"https://x/y\"]",
            "origins = [\"https://*.x\"]",
            "rate = { per_s = 0, burst = 1 }",
            "web = [\"shop\"]",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_star_opens_the_ledger_and_others_are_listed() {
        assert!(matches!(read("auditors = [\"*\"]"), Ok(Auditors::Everybody)));
        assert!(matches!(read("auditors = []"), Ok(Auditors::Listed(listed)) if listed.is_empty()));
        let one = format!("[[auditors]]\nname = \"office\"\nkey = \"{}\"\nuntil = \"2027-02-28\"", "ab".repeat(32));
        let Ok(Auditors::Listed(listed)) = read(&one) else { panic!("it is one") };
        let end: Day = "2027-03-01".parse().expect("a day");
        assert_eq!((listed.len(), listed[0].until_ms), (1, end.start()));
        let wrong =
            ["auditors = [\"**\"]", "auditors = [1]", "[[auditors]]\nname = \"x\"", &format!("{one}\nrole = 1")];
        for wrong in wrong {
            let error = read(wrong).err().map(|error| error.to_string());
            assert!(error.as_ref().is_some_and(|error| error.contains("auditors")), "{wrong}: {error:?}");
        }
    }
}
