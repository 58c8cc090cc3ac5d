//! The document of the interface, against which every answer that the tests get is checked.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::http::Answer;
use crate::openapi::document::document;
use crate::routes;

/// The document as it is served.
pub(crate) static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let [clients, own] = [routes::for_clients(), routes::for_own()].map(|routes| routes::paths(&routes));
    document(&clients, &own)
});
/// Its schemas, of which nothing more is taken than what they name: a field that no document tells of is a fault here.
static STRICT: LazyLock<Value> = LazyLock::new(|| strict(DOCUMENT["components"]["schemas"].clone(), true));

type Validators = Mutex<HashMap<String, Arc<Validator>>>;

/// The path of the document that a path is one of; a word goes before a variable part.
pub(crate) fn template(path: &str) -> Option<&'static str> {
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |template: &&String| {
        let own: Vec<&str> = template.split('/').collect();
        own.len() == parts.len() && own.iter().zip(&parts).all(|(own, part)| own.starts_with('{') || own == part)
    };
    let paths = DOCUMENT["paths"].as_object().expect("paths").keys();
    paths.filter(fits).min_by_key(|template| template.matches('{').count()).map(String::as_str)
}

/// True for a page for browsers, which is no interface for programs.
pub(crate) fn is_page(path: &str) -> bool {
    let pages = ["/wallet", "/explorer", "/console", "/assets", "/build.json"];
    path == "/" || pages.iter().any(|page| path.starts_with(page))
}

/// Checks that an answer is one that the document describes.
pub(crate) fn check(method: &str, url: &str, answer: &Answer) {
    let address = url.split("://").nth(1).unwrap_or_default();
    let (_, path) = address.split_once('/').unwrap_or_default();
    let path = format!("/{}", path.split('?').next().unwrap_or_default());
    // And the one that only these tests have.
    if is_page(&path) || path == "/panic" {
        return;
    }
    let place = format!("{method} {path} {}", answer.status);
    let Some(template) = template(&path) else {
        assert_eq!(answer.status, 404, "{place}: no such path in the document");
        return;
    };
    let operation = &DOCUMENT["paths"][template][method];
    if operation.is_null() {
        assert_eq!(answer.status, 405, "{place}: the document has no such method");
        return;
    }
    // Only the node's own address has some paths, and others only the gateway's.
    let is_nowhere = answer.status == 404 && answer.text().contains("unknown_route");
    if is_nowhere {
        return;
    }
    let response = resolved(&operation["responses"][answer.status.to_string()]);
    assert!(!response.is_null(), "{place}: the document has no such answer");
    let given = answer.header("content-type").split(';').next().unwrap_or_default();
    let Some(content) = response["content"].as_object() else {
        assert!(answer.body.is_empty(), "{place}: the document has nothing there");
        return;
    };
    let Some(media) = content.get(given) else { panic!("{place}: the document has no {given} there") };
    if media["schema"].is_object() {
        let value: Value = serde_json::from_slice(&answer.body).expect("JSON");
        let key = format!("{template} {method} {} {given}", answer.status);
        let faults = faults(&key, &media["schema"], &value);
        assert!(faults.is_empty(), "{place}: {faults:?} in {value}");
    }
}

/// The thing that a part of the document refers to, or the part itself.
pub(crate) fn resolved(part: &'static Value) -> &'static Value {
    let place = part["$ref"].as_str().and_then(|place| place.strip_prefix('#'));
    place.map_or(part, |place| DOCUMENT.pointer(place).expect("a part of the document"))
}

/// The faults of a value by a schema of the document, which has a name of its own here.
pub(crate) fn faults(key: &str, schema: &Value, value: &Value) -> Vec<String> {
    static VALIDATORS: LazyLock<Validators> = LazyLock::new(Mutex::default);
    let found = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned();
    let validator = found.unwrap_or_else(|| {
        let made = Arc::new(validator(schema));
        VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), made.clone());
        made
    });
    let told = |error: jsonschema::ValidationError| format!("{}: {error}", error.instance_path());
    validator.iter_errors(value).map(told).collect()
}

fn validator(schema: &Value) -> Validator {
    let mut whole = strict(schema.clone(), true);
    whole["components"] = json!({ "schemas": *STRICT });
    jsonschema::draft202012::new(&whole).expect("a schema")
}

/// A schema under which objects have no fields but those that it names.
fn strict(schema: Value, is_alone: bool) -> Value {
    match schema {
        Value::Object(fields) => {
            let has_fields = fields.contains_key("properties");
            let own = |(name, part): (String, Value)| {
                // What stands beside fields adds to them.
                let is_beside = ["allOf", "anyOf", "oneOf"].contains(&name.as_str());
                let is_alone = if is_beside { is_alone && !has_fields } else { true };
                let part = if name == "properties" { properties(part) } else { strict(part, is_alone) };
                (name, part)
            };
            let mut fields: serde_json::Map<String, Value> = fields.into_iter().map(own).collect();
            if has_fields && is_alone && !fields.contains_key("additionalProperties") {
                fields.insert("unevaluatedProperties".into(), false.into());
            }
            Value::Object(fields)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|item| strict(item, is_alone)).collect()),
        other => other,
    }
}

/// Fields may have any name, also that of a keyword.
fn properties(fields: Value) -> Value {
    let fields = fields.as_object().cloned().unwrap_or_default().into_iter();
    Value::Object(fields.map(|(name, field)| (name, strict(field, true))).collect())
}
