//! The JSON Schema of what has a text or a bound of its own; everything else derives it ([ADR
//! 0071](../../../docs/adr/0071-openapi.md)).

mod named;

use schemars::{Schema, SchemaGenerator, json_schema};

/// A text of one form, with an example.
fn text(pattern: &str, example: &str, description: &str) -> Schema {
    json_schema!({ "type": "string", "pattern": pattern, "examples": [example], "description": description })
}

/// The text of so many bytes.
pub(crate) fn hex(bytes: usize) -> Schema {
    let description = format!("{bytes} bytes, in lower-case hex.");
    text(&format!("^[0-9a-f]{{{}}}$", 2 * bytes), &"ab".repeat(bytes), &description)
}

/// The text of a nonce.
pub(crate) fn nonce(_: &mut SchemaGenerator) -> Schema {
    text("^(0|[1-9][0-9]{0,19})$", "14218172635522331841", "A random number of 64 bits, as text.")
}
