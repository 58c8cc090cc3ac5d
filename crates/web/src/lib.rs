//! The pages that a gateway serves to browsers: a member's wallet, an explorer, and a console for a brand's people.
//! `web/` builds them, its `dist` is in the repository, and this crate carries them with it
//! ([ADR 0072](../../../docs/adr/0072-pages.md)), so a build needs nothing but Rust. Whoever carries them can also say
//! whether another gateway serves the same.

mod build;
mod list;

use std::collections::BTreeMap;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::list::FILES;

pub use build::Build;

/// A set of pages that can be served without the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pages {
    /// A member's wallet.
    Wallet,
    /// The network, its brands, and receipts that are verified.
    Explorer,
    /// The screens of a brand's operators.
    Console,
}

impl Pages {
    /// All that there are, the first one where a gateway's address leads to.
    pub const ALL: [Self; 3] = [Self::Wallet, Self::Explorer, Self::Console];

    /// The directory below which they are, between slashes.
    pub fn directory(self) -> &'static str {
        match self {
            Self::Wallet => "wallet",
            Self::Explorer => "explorer",
            Self::Console => "console",
        }
    }
}

/// The directory of what pages share, whose names change with their content.
const SHARED: &str = "assets/";
/// The path of what says which build these pages are.
pub const BUILD_PATH: &str = "/build.json";
/// The page of a directory.
const INDEX: &str = "index.html";
/// Bytes of a hash that make a tag.
const TAG_BYTES: usize = 16;

/// The only things that a page may do: run its own scripts, and ask the gateway that it came from. Nothing of another
/// origin, nothing inline, no frame around it, and no text that becomes a script.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types lojal";

/// A file as browsers get it.
#[derive(Debug)]
pub struct Asset {
    /// Its media type.
    pub content_type: &'static str,
    /// The tag of its content.
    pub tag: String,
    /// True if there will never be another one of its name.
    pub is_immutable: bool,
    /// The bytes.
    pub plain: &'static [u8],
    /// The bytes for whoever takes them compressed, where that makes them fewer.
    pub gzip: Option<Vec<u8>>,
}

/// Pages, by their paths.
#[derive(Debug)]
pub struct Site {
    first: Option<Pages>,
    assets: BTreeMap<String, Asset>,
}

impl Site {
    /// The site with these pages.
    pub fn new(pages: &[Pages]) -> Self {
        let is_served = |path: &str| {
            let is_below = |one: &Pages| path.strip_prefix(one.directory()).is_some_and(|rest| rest.starts_with('/'));
            pages.iter().any(is_below) || (!pages.is_empty() && path.starts_with(SHARED))
        };
        let served = FILES.iter().filter(|(path, _)| is_served(path));
        let first = Pages::ALL.into_iter().find(|one| pages.contains(one));
        let mut assets: BTreeMap<String, Asset> =
            served.map(|(path, bytes)| (address(path), Asset::new(path, bytes))).collect();
        if first.is_some() {
            assets.insert(BUILD_PATH.to_owned(), Asset::new(BUILD_PATH, Build::TEXT.as_bytes()));
        }
        Self { first, assets }
    }
    /// The pages that whoever names none is led to.
    pub fn first(&self) -> Option<Pages> {
        self.first
    }
    /// The file at a path, such as `/wallet/`.
    pub fn find(&self, path: &str) -> Option<&Asset> {
        self.assets.get(path)
    }
    /// True if there are pages below a directory, such as `/wallet`.
    pub fn has(&self, directory: &str) -> bool {
        self.assets.contains_key(&format!("{directory}/"))
    }
}

/// The path at which a file of the pages is served.
pub fn address(path: &str) -> String {
    format!("/{}", path.strip_suffix(INDEX).unwrap_or(path))
}

impl Asset {
    fn new(path: &str, plain: &'static [u8]) -> Self {
        let tag = format!("W/\"{}\"", hex::encode(&Sha256::digest(plain)[..TAG_BYTES]));
        let gzip = compressed(plain).filter(|gzip| gzip.len() < plain.len());
        Self { content_type: content_type(path), tag, is_immutable: path.starts_with(SHARED), plain, gzip }
    }
}

fn compressed(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
