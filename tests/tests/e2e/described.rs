//! The document of the connector's interface (docs/connect-openapi.json), by which the tests check every answer.

use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value, json};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/connect-openapi.json");
    serde_json::from_str(&std::fs::read_to_string(path).expect("a file of the repository")).expect("JSON")
});

/// The document as the repository has it.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// The description of a path; a word goes before a variable part.
fn item(path: &str) -> Option<&'static Value> {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |(template, _): &(&String, &Value)| {
        let own: Vec<&str> = template.split('/').collect();
        own.len() == parts.len() && own.iter().zip(&parts).all(|(own, part)| own.starts_with('{') || own == part)
    };
    let paths = DOCUMENT["paths"].as_object().expect("paths").iter();
    paths.filter(fits).min_by_key(|(template, _)| template.matches('{').count()).map(|(_, item)| item)
}

/// Checks that an answer is one that the document describes, and that what was taken in is what it asks for.
#[track_caller]
pub fn check(method: &str, path: &str, sent: Option<&Value>, (status, answer): (u16, &Value)) {
    let place = format!("{method} {path}: {status} {answer}");
    let Some(item) = item(path) else { return assert_eq!(answer["code"], "unknown_route", "{place}") };
    let operation = &item[method];
    if operation.is_null() {
        return assert_eq!(answer["code"], "method_not_allowed", "{place}");
    }
    let responses = &operation["responses"];
    let named = &responses[status.to_string()];
    let response = if named.is_null() { &responses[format!("{}XX", status / 100)] } else { named };
    let media = if status < 400 { "application/json" } else { "application/problem+json" };
    let schema = &response["content"][media]["schema"];
    assert!(schema.is_object(), "{place}: the document has no such answer");
    assert_eq!(faults(schema, answer), Vec::<String>::new(), "{place}");
    assert!(unknown_fields(schema, answer).is_empty(), "{place}: {:?}", unknown_fields(schema, answer));
    if let (Some(sent), true) = (sent, status < 400) {
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        assert!(schema.is_null() || faults(schema, sent).is_empty(), "{place}: {sent} isn't what it asks for");
    }
}

fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut whole = schema.clone();
    whole["components"] = json!({ "schemas": DOCUMENT["components"]["schemas"] });
    let validator = jsonschema::draft202012::new(&whole).expect("a schema");
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The fields of an answer that no schema names.
fn unknown_fields(schema: &Value, answer: &Value) -> Vec<String> {
    let mut known = Vec::new();
    let mut named = vec![schema];
    while let Some(schema) = named.pop() {
        known.extend(schema["properties"].as_object().into_iter().flat_map(|fields| fields.keys().cloned()));
        let reference = schema["$ref"].as_str().and_then(|text| text.strip_prefix('#'));
        named.extend(reference.and_then(|place| DOCUMENT.pointer(place)));
        named.extend(["anyOf", "allOf"].iter().filter_map(|word| schema[word].as_array()).flatten());
    }
    let fields = answer.as_object().into_iter().flat_map(|fields| fields.keys().cloned());
    fields.filter(|field| !known.contains(field)).collect()
}
