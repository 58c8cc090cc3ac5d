//! Questions of every form that the document allows, and of many that it doesn't.

use lojal_random::Random;
use serde_json::{Value, json};

use super::scene::Scene;
use crate::tests::documented::DOCUMENT;
use crate::tests::http::{self, Answer, BYTES, JSON, Question};

/// Values that fit somewhere, or nowhere; each can stand in a path and a query as it is.
const ODD: [&str; 16] = [
    "x",
    "0",
    "-1",
    "01",
    "1.0",
    "18446744073709551615",
    "18446744073709551616",
    "latest",
    "Latest",
    "AA",
    "ab",
    "%2e%2e",
    "%00",
    "2027-02-30",
    "null",
    "tloj1qyqszqgpqyqszqgpqyqszqgpqyqszqgpq66esds",
];

/// Draws questions from a seed.
pub(super) struct Questions<'a> {
    pub(super) random: Random,
    pub(super) scene: &'a Scene,
}

impl Questions<'_> {
    /// Asks about an operation of the document.
    pub(super) async fn ask(&mut self, path: &str, method: &'static str, operation: &Value) -> Answer {
        let mut url = path.to_owned();
        let mut query = Vec::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().expect("a name");
            let value = self.value(path, name, &parameter["schema"]);
            match parameter["in"].as_str() {
                Some("path") => url = url.replace(&format!("{{{name}}}"), &value),
                Some("query") if self.random.coin() => query.push(format!("{name}={value}")),
                _ => {}
            }
        }
        if self.random.once_in(12) {
            query.push(format!("{}={}", self.odd(), self.odd()));
        }
        if !query.is_empty() {
            url = format!("{url}?{}", query.join("&"));
        }
        let body = operation["requestBody"]["content"].as_object().map(|content| self.body(&content[JSON]["example"]));
        let headers = if self.random.coin() { vec![("authorization", self.token())] } else { Vec::new() };
        http::ask(Question { method, url: self.scene.url(&url), headers, body }).await
    }

    fn odd(&mut self) -> String {
        self.random.pick(&ODD).expect("some").to_owned()
    }

    /// A value of a parameter: one that there is, one of the right form, or another.
    fn value(&mut self, path: &str, name: &str, schema: &Value) -> String {
        let known = self.random.pick(&self.scene.known(path, name));
        let words = ["enum", "examples"].into_iter().filter_map(|one| schema[one].as_array());
        let words: Vec<String> = words.flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect();
        match (self.random.below(4), known, self.random.pick(&words)) {
            (0 | 1, Some(known), _) => known,
            (2, _, Some(word)) => word,
            _ => self.odd(),
        }
    }

    fn token(&mut self) -> String {
        match self.random.below(3) {
            0 => format!("Bearer {}", self.odd()),
            1 => self.odd(),
            _ => self.scene.token(),
        }
    }

    /// A body like an example, or not much like it.
    fn body(&mut self, example: &Value) -> (&'static str, Vec<u8>) {
        let mut value = example.clone();
        for _ in 0..self.random.below(3) {
            self.change(&mut value);
        }
        let mut bytes = serde_json::to_vec(&value).expect("plain JSON");
        if self.random.once_in(6) {
            bytes.truncate(self.random.index(bytes.len()));
        }
        match self.random.below(8) {
            0 => (BYTES, self.random.bytes(64)),
            1 => (BYTES, bytes),
            2 => ("text/plain", bytes),
            _ => (JSON, bytes),
        }
    }

    /// Changes one part of a value.
    fn change(&mut self, value: &mut Value) {
        let deeper = match value {
            Value::Object(fields) if !fields.is_empty() => {
                let at = self.random.index(fields.len());
                fields.values_mut().nth(at)
            }
            Value::Array(items) if !items.is_empty() => {
                let at = self.random.index(items.len());
                items.get_mut(at)
            }
            _ => None,
        };
        if let Some(deeper) = deeper
            && !self.random.once_in(4)
        {
            return self.change(deeper);
        }
        let others =
            [json!(null), json!(""), json!(-1), json!(u64::MAX), json!(1.5), json!([]), json!({}), json!(true)];
        *value = self.random.pick(&others).expect("some");
    }
}

/// The operations that are asked about: a stream has no end of its own, and some are at another address.
pub(super) fn asked(operations: &[(&'static str, &'static str, &'static Value)]) -> Vec<(&'static str, &'static str)> {
    let is_asked = |path: &str| path != "/v1/events" && !DOCUMENT["paths"][path]["servers"].is_array();
    operations.iter().filter(|(path, ..)| is_asked(path)).map(|(path, method, _)| (*path, *method)).collect()
}
