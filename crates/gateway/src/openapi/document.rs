//! The document: OpenAPI 3.1 of a table of routes.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use lojal_http::schemas;
use schemars::SchemaGenerator;
use serde_json::{Map, Value, json};

use super::operation::{Body, Content, Operation, Parameter, Place, Token};

/// The answers of a running gateway to questions like these, and what was asked; the tests write it (docs/api.md).
const EXAMPLES: &str = include_str!("examples.json");
/// The name of the way to say who asks.
const SCHEME: &str = "readToken";
/// The media type of canonical bytes.
const BYTES: &str = "application/octet-stream";

/// Paths with what can be done at each.
pub(crate) type Paths = BTreeMap<&'static str, Vec<Operation>>;

/// The description of what everybody reaches, and of what only the node's own people do.
pub(crate) fn document(clients: &Paths, own: &Paths) -> Value {
    let examples: Map<String, Value> = serde_json::from_str(EXAMPLES).expect("a test has written it");
    let mut writer = Writer { generator: schemas::generator(), examples };
    let mut paths = Map::new();
    for (path, operations) in own.iter().chain(clients) {
        let group = if clients.contains_key(path) { group(path) } else { "own" };
        let mut item = writer.item(group, operations);
        if own.contains_key(path) {
            item.insert("servers".into(), servers(clients.contains_key(path), true));
        }
        paths.insert((*path).to_owned(), Value::Object(item));
    }
    let paths = schemas::tidied(Value::Object(paths));
    json!({
        "openapi": "3.1.0",
        "info": info(),
        "servers": servers(true, false),
        "paths": paths,
        "components": {
            "schemas": schemas::tidied(schemas::definitions(&mut writer.generator)),
            "headers": headers(),
            "responses": problems_everywhere(),
            "securitySchemes": { SCHEME: security() },
        },
    })
}

fn info() -> Value {
    json!({
        "title": "The gateway of a lojal network",
        "version": "1",
        "summary": "Submits transactions, and reads what the ledger has.",
        "description": "Every value has one text: numbers without a sign or leading zeros, hex and addresses in lower \
            case, nothing escaped with `%`, every field of a transaction written. Amounts are whole numbers of a \
            brand's smallest unit, times Unix milliseconds. Whatever is refused is answered with a problem document \
            (RFC 9457) whose `code` is stable; `retryable` says whether the same request can be answered otherwise \
            later. `/v1` only gains: new fields and routes may come, so leave alone what you don't know.",
        "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
    })
}

fn servers(has_clients: bool, has_own: bool) -> Value {
    let gateway = has_clients.then(|| json!({ "url": "/", "description": "The gateway." }));
    let url = "http://127.0.0.1:7801";
    let own = has_own.then(|| json!({ "url": url, "description": "The node's own address, `admin` of node.toml." }));
    Value::Array(gateway.into_iter().chain(own).collect())
}

fn security() -> Value {
    json!({
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "ljr1_…",
        "description": "A read token, which a key of an account has signed for one host and for at most 7 days; \
            `lojal token` prints one. Where the gateway's ledger is open to everybody no token is asked for, but by \
            webhooks.",
    })
}

fn headers() -> Value {
    let header = |schema: Value, description: &str| json!({ "schema": schema, "description": description });
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer", "minimum": 0 }));
    json!({
        "Request-Id": header(text.clone(), "The id of the request, the client's or the gateway's own."),
        "Lojal-Height": header(number.clone(), "The block after which the answer is so."),
        "ETag": header(text.clone(), "A tag of the content; it leaves `height` and `time_ms` out of account."),
        "RateLimit": header(text.clone(), "What is left of the client's rate."),
        "RateLimit-Policy": header(text, "The client's rate."),
        "Retry-After": header(number, "The seconds to wait."),
    })
}

/// The group of a route in the document.
fn group(path: &str) -> &str {
    let mut parts = path.trim_start_matches('/').split('/').filter(|part| *part != "v1");
    let first = parts.next().unwrap_or_default();
    match first {
        _ if path.contains("/webhooks") => "webhooks",
        _ if path.ends_with("/push") || path.contains("/push/") => "push",
        "brands" | "accounts" | "transactions" | "light" => first,
        "households" => "accounts",
        "payments" | "events" | "simulate" => "transactions",
        "blocks" | "export" => "blocks",
        "partnerships" | "netting" => "brands",
        "governance" | "validators" => "governance",
        _ => "node",
    }
}

struct Writer {
    generator: SchemaGenerator,
    examples: Map<String, Value>,
}

impl Writer {
    fn item(&mut self, group: &str, operations: &[Operation]) -> Map<String, Value> {
        operations.iter().map(|one| (one.method.to_owned(), self.operation(group, one))).collect()
    }

    fn operation(&mut self, group: &str, one: &Operation) -> Value {
        let mut parameters: Vec<Value> = one.parameters.iter().map(parameter).collect();
        let is_tagged = one.answers.iter().any(|(_, content, _)| matches!(content, Content::Tagged(_)));
        if is_tagged {
            let meaning = "Tags that the client has answers of; if one is that of the answer, it is 304.";
            let schema = json!({ "type": "string" });
            let (name, place, is_required) = ("If-None-Match", Place::Header, false);
            parameters.push(parameter(&Parameter { name, place, is_required, schema, meaning }));
        }
        let mut fields = json!({
            "operationId": one.id,
            "summary": one.summary,
            "description": format!("Who is answered: {}.", who(one.who)),
            "tags": [group],
            "security": match one.token {
                Token::None => json!([]),
                Token::Read => json!([{ SCHEME: [] }]),
                Token::Either => json!([{}, { SCHEME: [] }]),
            },
            "responses": self.responses(one, is_tagged),
        });
        if !parameters.is_empty() {
            fields["parameters"] = parameters.into();
        }
        if let Some(body) = &one.body {
            fields["requestBody"] = self.body(one.id, body);
        }
        fields
    }

    fn body(&mut self, id: &str, body: &Body) -> Value {
        let mut all: Vec<Value> = body.schemas.iter().map(|of| of(&mut self.generator).to_value()).collect();
        let schema = if all.len() == 1 { all.remove(0) } else { json!({ "anyOf": all }) };
        let mut content = Map::new();
        content.insert("application/json".into(), self.with_example(id, "request", schema));
        if body.or_bytes {
            let description = "The canonical bytes (docs/protocol.md, Encodings).";
            let schema = json!({ "type": "string", "format": "binary", "description": description });
            content.insert(BYTES.into(), json!({ "schema": schema }));
        }
        json!({ "required": true, "content": content })
    }

    fn responses(&mut self, one: &Operation, is_tagged: bool) -> Value {
        let mut responses = Map::new();
        for (status, content, meaning) in &one.answers {
            let mut response = json!({ "description": meaning, "headers": answer_headers(one.method, is_tagged) });
            let content = match content {
                Content::None => None,
                Content::Tagged(of) | Content::Json(of) => {
                    let schema = of(&mut self.generator).to_value();
                    let name = format!("answer {status}");
                    Some(json!({ "application/json": self.with_example(one.id, &name, schema) }))
                }
                Content::Other(media_type) => Some(json!({ *media_type: {} })),
            };
            if let Some(content) = content {
                response["content"] = content;
            }
            responses.insert(status.to_string(), response);
        }
        if is_tagged {
            let description = "Nothing but `height` and `time_ms` has changed since an answer that the client has.";
            let headers = answer_headers("get", true);
            responses.insert("304".into(), json!({ "description": description, "headers": headers }));
        }
        let everywhere = Operation::everywhere();
        let problem = |(status, codes): (&u16, &Vec<&str>)| {
            let is_common = everywhere.get(status) == Some(codes);
            let common = || json!({ "$ref": format!("#/components/responses/{}", common(*status)) });
            (status.to_string(), if is_common { common() } else { problem(*status, codes) })
        };
        responses.extend(one.problems.iter().map(problem));
        Value::Object(responses)
    }

    fn with_example(&self, id: &str, part: &str, schema: Value) -> Value {
        let example = self.examples.get(id).and_then(|all| all.get(part));
        match example {
            Some(example) => json!({ "schema": schema, "example": example }),
            None => json!({ "schema": schema }),
        }
    }
}

/// The words for the letters of docs/api.md.
fn who(letters: &str) -> String {
    let words = |letter: &str| match letter {
        "P" => "everybody",
        "A" => "whoever can sign for the account",
        "B" => "operators of the brand, as far as its points go",
        "G" => "the account's guardians, and whoever has a key that they have asked for",
        "X" => "auditors",
        "id" => "whoever knows the id",
        "O" => "the account itself, with a token that ends within 5 minutes",
        _ => "admins of the brand, with a token that ends within 5 minutes",
    };
    letters.split(' ').map(words).collect::<Vec<_>>().join("; ")
}

fn parameter(one: &Parameter) -> Value {
    let place = match one.place {
        Place::Path => "path",
        Place::Query => "query",
        Place::Header => "header",
    };
    json!({
        "name": one.name, "in": place, "required": one.is_required, "description": one.meaning, "schema": one.schema,
    })
}

fn header_refs(names: &[&str]) -> Value {
    let to = |name: &&str| ((*name).to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }));
    Value::Object(names.iter().map(to).collect())
}

fn answer_headers(method: &str, is_tagged: bool) -> Value {
    let always = ["Request-Id", "RateLimit", "RateLimit-Policy"];
    let of_reads = if method == "get" { &["Lojal-Height"][..] } else { &[] };
    let of_tagged = if is_tagged { &["ETag"][..] } else { &[] };
    header_refs(&[&always, of_reads, of_tagged].concat())
}

/// The name of the problems of a status that any request can have.
fn common(status: u16) -> String {
    format!("Problem{status}")
}

fn problems_everywhere() -> Value {
    let all = Operation::everywhere().into_iter();
    Value::Object(all.map(|(status, codes)| (common(status), problem(status, &codes))).collect())
}

fn problem(status: u16, codes: &[&str]) -> Value {
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or_default();
    let schema = json!({
        "allOf": [{ "$ref": format!("#{}/Problem", schemas::PLACE) }],
        "properties": { "code": { "enum": codes } },
    });
    let again = if matches!(status, 429 | 503) { &["Retry-After"][..] } else { &[] };
    json!({
        "description": format!("{reason}."),
        "headers": header_refs(&[&["Request-Id"], again].concat()),
        "content": { "application/problem+json": { "schema": schema } },
    })
}
