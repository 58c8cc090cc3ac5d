//! Names of validators and followers, as people type them.

use lojal_text::typed;
use lojal_types::Name;
use lojal_types::name::NameError;

/// Reads a name.
///
/// # Errors
/// What is wrong with the text.
pub fn name(text: &str) -> Result<Name, String> {
    typed(text).map_err(|error| error.to_string())?.parse().map_err(|error: NameError| error.to_string())
}
