//! The page that shows the document: one file, which loads nothing but the document from the same gateway.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

const SCRIPT: &str = include_str!("page.js");
const STYLE: &str = include_str!("page.css");

/// The page.
pub(super) fn html() -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>lojal: the gateway's interface</title>\n\
         <style>{STYLE}</style>\n<main id=\"main\"><noscript>The document is at /v1/openapi.json.</noscript></main>\n\
         <script>{SCRIPT}</script>\n</html>\n"
    )
}

/// The policy under which a browser runs it: its own script and style by their hashes, questions to this gateway, and
/// nothing else.
pub(super) fn policy() -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        hash(SCRIPT),
        hash(STYLE)
    )
}
