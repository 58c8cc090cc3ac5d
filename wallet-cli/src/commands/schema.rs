//! `lojal schema`: the form of what each command prints with `--json`, as the types of its documents declare it.

mod table;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use self::table::{AnySchema, COMMANDS, Form, Listed, of};
use crate::error::{CommandError, ErrorDocument};
use crate::output::Report;

/// The generation of JSON Schema.
const GENERATION: &str = "https://json-schema.org/draft/2020-12/schema";
/// The document of every command that has done nothing.
const FAULT: Form = &[of::<ErrorDocument>];
/// The part of a schema's name that says the form of its addresses, which is the same everywhere.
const OF_TEXTS: &str = "_for_Address";

/// The beginning of a description that says no more than the schema itself.
const SEE: &str = "See [`";

/// `lojal schema`.
pub(super) fn schema(words: &[String]) -> Result<Report, CommandError> {
    let name = words.join(" ");
    if let Some((_, forms)) = COMMANDS.iter().find(|(known, _)| *known == name) {
        let schema = AnySchema(schema_of(&name, forms));
        let text = serde_json::to_string_pretty(&schema.0).expect("plain data");
        return Ok(Report::done(&schema, text));
    }
    let below = format!("{name} ");
    let is_asked = |known: &&str| words.is_empty() || known.starts_with(&below);
    let commands: Vec<&str> = COMMANDS.iter().map(|(known, _)| *known).filter(is_asked).collect();
    if commands.is_empty() {
        return Err(CommandError::CommandLine(format!(
            "there is no command {name}: lojal schema lists those that there are"
        )));
    }
    let text = commands.join("\n");
    Ok(Report::done(&Listed { commands }, text))
}

/// The schema of what a command prints: one of its documents, or a fault.
fn schema_of(name: &str, forms: &[Form]) -> Map<String, Value> {
    // Of what is written, not of all that could be read.
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let all: Vec<Schema> = forms.iter().chain([&FAULT]).map(|form| in_one(form, &mut generator)).collect();
    let definitions = generator.take_definitions(true);
    let named: Map<String, Value> =
        definitions.into_iter().map(|(name, schema)| (name.replace(OF_TEXTS, ""), schema)).collect();
    let title = format!("lojal {name} --json");
    let mut schema = json_schema!({ "$schema": GENERATION, "title": title, "anyOf": all, "$defs": named });
    RecursiveTransform(tidy).transform(&mut schema);
    schema.as_object().cloned().unwrap_or_default()
}

/// The schema of a document with the fields of all types of its form.
fn in_one(form: Form, generator: &mut SchemaGenerator) -> Schema {
    let mut parts: Vec<Schema> = form.iter().map(|of| of(generator)).collect();
    if parts.len() == 1 { parts.remove(0) } else { json_schema!({ "allOf": parts }) }
}

/// Leaves out of a schema what is for the program's own documentation.
fn tidy(schema: &mut Schema) {
    schema.remove("default");
    if let Some(Value::String(name)) = schema.get_mut("$ref") {
        *name = name.replace(OF_TEXTS, "");
    }
    if schema.get("description").and_then(Value::as_str).is_some_and(|text| text.starts_with(SEE)) {
        schema.remove("description");
    }
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = text.replace("[`", "`").replace("`]", "`").replace('\n', " ");
    }
}
