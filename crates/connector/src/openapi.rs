//! `GET /openapi.json`: the connector's interface for programs, made from the table of its routes.

use std::collections::BTreeMap;

use axum::Extension;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use lojal_http::schemas::{self, Schema};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::keys::Role;
use crate::limits::WAIT_S_MAX;
use crate::problem::Kind;

/// The name of the way to say who asks.
const SCHEME: &str = "apiKey";

/// The part of a route that answers one method.
pub(crate) struct Operation {
    method: &'static str,
    id: &'static str,
    summary: &'static str,
    role: Option<Role>,
    parameters: Vec<Value>,
    body: Option<Value>,
    /// Status, the types of the JSON or none for a text, and the meaning.
    answers: Vec<(u16, Vec<Schema>, &'static str)>,
    /// The codes of problems of the connector, by status.
    problems: BTreeMap<u16, Vec<&'static str>>,
    /// True if the ledger and its gateways can have refused it.
    is_of_ledger: bool,
}

impl Operation {
    pub(crate) fn get(id: &'static str, summary: &'static str) -> Self {
        Self::new("get", id, summary)
    }
    pub(crate) fn post(id: &'static str, summary: &'static str) -> Self {
        Self::new("post", id, summary)
    }
    fn new(method: &'static str, id: &'static str, summary: &'static str) -> Self {
        let (parameters, answers, problems) = (Vec::new(), Vec::new(), BTreeMap::new());
        let own =
            Self { method, id, summary, role: None, parameters, body: None, answers, problems, is_of_ledger: false };
        own.kinds(&[Kind::Busy, Kind::Internal])
    }
    /// The same for keys with a role.
    pub(crate) fn by(self, role: Role) -> Self {
        let own = Self { role: Some(role), ..self };
        own.kinds(&[Kind::KeyMissing, Kind::KeyInvalid, Kind::NotPermitted])
    }
    /// The same with a part of its path.
    pub(crate) fn path<T: JsonSchema>(self, name: &'static str, meaning: &'static str) -> Self {
        self.path_of(name, schemas::plain::<T>(), meaning)
    }
    /// The same with a part of its path that is of another form.
    pub(crate) fn path_of(self, name: &'static str, schema: Value, meaning: &'static str) -> Self {
        let own = self.kinds(&[Kind::InvalidParameter]);
        own.parameter(json!({ "name": name, "in": "path", "required": true, "description": meaning, "schema": schema }))
    }
    /// The same with the time for which the answer may wait.
    pub(crate) fn wait(self) -> Self {
        let schema = json!({ "type": "integer", "minimum": 0, "maximum": WAIT_S_MAX });
        let meaning = "The seconds for which the answer waits for what is asked about to become certain.";
        let own = self.kinds(&[Kind::InvalidParameter]);
        own.parameter(
            json!({ "name": "wait", "in": "query", "required": false, "description": meaning, "schema": schema }),
        )
    }
    fn parameter(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }
    /// The same with a body of a type.
    pub(crate) fn body<T: JsonSchema>(self) -> Self {
        let own = Self { body: Some(read::<T>()), ..self };
        own.kinds(&[
            Kind::MalformedRequest,
            Kind::MalformedJson,
            Kind::InvalidParameter,
            Kind::RequestTimeout,
            Kind::BodyTooLarge,
            Kind::UnsupportedMediaType,
        ])
    }
    /// The same, answered with one of some types.
    pub(crate) fn json(mut self, status: StatusCode, types: &[Schema], meaning: &'static str) -> Self {
        self.answers.push((status.as_u16(), types.to_vec(), meaning));
        self
    }
    /// The same, answered with a text for people.
    pub(crate) fn text(self, meaning: &'static str) -> Self {
        self.json(StatusCode::OK, &[], meaning)
    }
    /// The same with problems of the connector's own.
    pub(crate) fn kinds(mut self, kinds: &[Kind]) -> Self {
        for (status, code) in kinds.iter().map(|kind| kind.row()) {
            let codes = self.problems.entry(status.as_u16()).or_default();
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        self
    }
    /// The same, asked of a gateway or the ledger, whose refusals are passed on.
    pub(crate) fn of_ledger(self) -> Self {
        Self { is_of_ledger: true, ..self }.kinds(&[Kind::NoGateway, Kind::ClockWrong])
    }

    fn described(&self, generator: &mut SchemaGenerator) -> Value {
        let by = |role: Role| format!("Keys with the role `{role}`.");
        let mut fields = json!({
            "operationId": self.id,
            "summary": self.summary,
            "description": self.role.map_or_else(|| "Takes no key.".to_owned(), by),
            "security": if self.role.is_some() { json!([{ SCHEME: [] }]) } else { json!([]) },
            "responses": self.responses(generator),
        });
        if !self.parameters.is_empty() {
            fields["parameters"] = self.parameters.clone().into();
        }
        if let Some(schema) = &self.body {
            fields["requestBody"] =
                json!({ "required": true, "content": { "application/json": { "schema": schema } } });
        }
        fields
    }
    fn responses(&self, generator: &mut SchemaGenerator) -> Value {
        let mut responses = Map::new();
        for (status, types, meaning) in &self.answers {
            let mut all: Vec<Value> = types.iter().map(|of| of(generator).to_value()).collect();
            let content = match all.len() {
                0 => json!({ "text/plain": {} }),
                1 => json!({ "application/json": { "schema": all.remove(0) } }),
                _ => json!({ "application/json": { "schema": { "anyOf": all } } }),
            };
            let mut answer = json!({ "description": meaning, "content": content });
            if self.method == "post" {
                let meaning = "`true` where the answer is about what was asked for before.";
                answer["headers"] =
                    json!({ "Idempotent-Replayed": { "schema": { "const": "true" }, "description": meaning } });
            }
            responses.insert(status.to_string(), answer);
        }
        for (status, codes) in &self.problems {
            responses.insert(status.to_string(), self.problem(codes));
        }
        if self.is_of_ledger {
            for (others, meaning) in [("4XX", "A reason of the ledger."), ("5XX", "A gateway can't answer.")] {
                responses.insert(others.into(), problem(meaning, None));
            }
        }
        Value::Object(responses)
    }
    fn problem(&self, codes: &[&str]) -> Value {
        let named = codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
        match self.is_of_ledger {
            true => problem(&format!("{named}, or a reason of the ledger or of a gateway."), None),
            false => problem(&format!("{named}."), Some(codes)),
        }
    }
}

/// The answer with a problem document, which has one of some codes if they are all that there can be.
fn problem(meaning: &str, codes: Option<&[&str]>) -> Value {
    let any = json!({ "$ref": format!("#{}/Problem", schemas::PLACE) });
    let schema = match codes {
        Some(codes) => json!({ "allOf": [any], "properties": { "code": { "enum": codes } } }),
        None => any,
    };
    json!({ "description": meaning, "content": { "application/problem+json": { "schema": schema } } })
}

/// The schema of a type as it is read, where fields may be missing, with all that it refers to inside it.
fn read<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Paths with what can be done at each.
pub(crate) type Paths<'a> = BTreeMap<&'static str, &'a [Operation]>;

/// The description of some routes.
pub(crate) fn document(routes: &Paths<'_>) -> Value {
    let mut generator = schemas::generator();
    let mut paths = Map::new();
    for (path, operations) in routes {
        let item = operations.iter().map(|one| (one.method.to_owned(), one.described(&mut generator)));
        paths.insert((*path).to_owned(), Value::Object(item.collect()));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "The connector of a brand of a lojal network",
            "version": "1",
            "summary": "Rewards purchases, asks for payments and takes returns back, for tills that can't sign.",
            "description": "Amounts are whole numbers of the brand's smallest unit, times Unix milliseconds. The \
                reference makes a wish happen once: send the same request again whenever an answer is lost. Whatever \
                is refused is answered with a problem document (RFC 9457) whose `code` is stable. New fields and \
                routes may come, so leave alone what you don't know.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The connector." }],
        "paths": schemas::tidied(Value::Object(paths)),
        "components": {
            "schemas": schemas::tidied(schemas::definitions(&mut generator)),
            "securitySchemes": { SCHEME: {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "ljk1_…",
                "description": "An API key of this connector: `lojal-connect key add` makes one.",
            } },
        },
    })
}

/// The document, written once.
#[derive(Clone)]
pub(crate) struct Written(pub(crate) Bytes);

/// The document.
pub(crate) async fn serve(Extension(Written(json)): Extension<Written>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}
