//! Pages that aren't those which this program carries.

use lojal_text::outside;
use thiserror::Error;

/// Most differences that people are shown; programs get all.
const SHOWN_MAX: usize = 20;

/// Pages that can't be taken for those which this program carries.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PagesError {
    /// There are none.
    #[error("{0} serves no page: name a gateway that does, as its operator says with `web` in node.toml")]
    None(String),
    /// A gateway that doesn't say which build its pages are.
    #[error(
        "{0} serves pages and doesn't say which build they are: it is older than this program, or what it says is no \
         such text; nothing is known of its pages, so enter no passphrase there"
    )]
    Unsaid(String),
    /// Another build.
    #[error(
        "{url} serves another build than this program carries: its sources have the hash {source}, and those of \
         this program {own}\nit may be older or newer, or changed: verify it with a lojal of its version, and enter no \
         passphrase there before{}", listed(.differences), source = outside(.source_hash)
    )]
    OtherBuild {
        /// The gateway.
        url: String,
        /// The hash of the sources, as the gateway says.
        source_hash: String,
        /// The one of this program's.
        own: String,
        /// The differences.
        differences: Vec<Difference>,
    },
    /// Files that aren't what they are said to be.
    #[error(
        "{url} serves files that aren't those of the build that it names: somebody has changed them; enter no \
         passphrase there, and tell who runs it{}", listed(.differences)
    )]
    Changed {
        /// The gateway.
        url: String,
        /// The differences.
        differences: Vec<Difference>,
    },
}

/// A file that differs. A hash is missing where there is no file, or none is said to be.
#[derive(Clone, Debug, PartialEq, Eq, schemars::JsonSchema, serde::Serialize)]
pub struct Difference {
    /// Its path.
    pub path: String,
    /// The SHA-256 that it should have.
    pub expected: Option<String>,
    /// The one that it has.
    pub found: Option<String>,
}

/// Digits of a hash that people are shown.
const DIGITS: usize = 12;

fn listed(differences: &[Difference]) -> String {
    let short = |hash: &str| hash.get(..DIGITS).unwrap_or(hash).to_owned();
    let in_words = |one: &Difference| match (&one.expected, &one.found) {
        (Some(_), None) => format!("\n  {}: it is missing", one.path),
        (None, _) => format!("\n  {}: there is no such file in this program", one.path),
        (Some(expected), Some(found)) => {
            format!("\n  {}: it has the hash {}… in place of {}…", one.path, short(found), short(expected))
        }
    };
    let mut text: String = differences.iter().take(SHOWN_MAX).map(in_words).collect();
    if differences.len() > SHOWN_MAX {
        text += &format!("\n  and {} more; --json lists all", differences.len() - SHOWN_MAX);
    }
    text
}

impl PagesError {
    /// The stable name.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::None(_) => "no_pages",
            Self::Unsaid(_) => "unknown_build",
            Self::OtherBuild { .. } => "other_build",
            Self::Changed { .. } => "pages_changed",
        }
    }
    /// The files that differ.
    pub(super) fn differences(&self) -> &[Difference] {
        match self {
            Self::None(_) | Self::Unsaid(_) => &[],
            Self::OtherBuild { differences, .. } | Self::Changed { differences, .. } => differences,
        }
    }
}
