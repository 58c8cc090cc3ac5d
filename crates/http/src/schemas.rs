//! The schemas of what a server answers and is sent, as the types of that declare them.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value};

/// The place of schemas in a document.
pub const PLACE: &str = "/components/schemas";
/// The part of a schema's name that says the form of its addresses, which is the same everywhere.
const OF_TEXTS: &str = "_for_Address";

/// Gives a schema that refers to others.
pub type Schema = fn(&mut SchemaGenerator) -> schemars::Schema;

/// The schema of a type.
pub fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<T>()
}

/// The schema of a type that refers to no other.
pub fn plain<T: JsonSchema>() -> Value {
    T::json_schema(&mut SchemaGenerator::default()).to_value()
}

/// Writes schemas of what is written, not of all that could be read.
pub fn generator() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let settings = settings.with(|settings| {
        settings.definitions_path = PLACE.into();
        settings.meta_schema = None;
    });
    settings.into_generator()
}

/// All schemas that were referred to.
pub fn definitions(generator: &mut SchemaGenerator) -> Value {
    // Problems are referred to by their name alone.
    let _ = generator.subschema_for::<lojal_types::api::Problem>();
    let all = generator.take_definitions(true);
    let named = all.into_iter().map(|(name, schema)| (name.replace(OF_TEXTS, ""), schema));
    Value::Object(named.collect::<Map<_, _>>())
}

/// A schema or a part of one as people read it: without what is for the program's own documentation.
pub fn tidied(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let title = tag_of(&fields);
            let kept = fields.into_iter().filter(|(name, _)| name != "default").filter_map(tidied_field);
            let mut fields: Map<String, Value> = kept.collect();
            if let Some(title) = title {
                fields.insert("title".into(), title);
            }
            Value::Object(fields)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(tidied).collect()),
        other => other,
    }
}

fn tidied_field((name, value): (String, Value)) -> Option<(String, Value)> {
    match (name.as_str(), &value) {
        ("$ref", Value::String(text)) => Some((name, text.replace(OF_TEXTS, "").into())),
        // The schema says all of it.
        ("description", Value::String(text)) if text.starts_with("See [`") => None,
        ("description", Value::String(text)) => Some((name, in_words(text).into())),
        // Properties may have any name.
        ("properties", Value::Object(fields)) => {
            let fields = fields.clone().into_iter().map(|(name, schema)| (name, tidied(schema)));
            Some((name, Value::Object(fields.collect())))
        }
        ("examples" | "example" | "enum" | "const", _) => Some((name, value)),
        _ => Some((name, tidied(value))),
    }
}

/// The value of the one field by which a variant is known, which is its name.
fn tag_of(fields: &Map<String, Value>) -> Option<Value> {
    let properties = fields.get("properties")?.as_object()?;
    properties.values().find_map(|property| property.get("const")).cloned()
}

/// A comment without the links of the program's documentation.
fn in_words(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with('[')).collect::<Vec<_>>().join(" ");
    lines.replace("[`", "`").replace("`]", "`").trim().to_owned()
}
