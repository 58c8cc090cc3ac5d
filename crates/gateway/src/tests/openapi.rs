//! The document of the interface: it has every route, its examples are answers of a running gateway, and the page shows
//! it without asking anybody else.

mod questions;
mod scene;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use lojal_random::Random;
use serde_json::{Value, json};

use super::documented::{DOCUMENT, faults, is_page, template};
use super::http;
use super::node::Node;
use questions::Questions;
use scene::Scene;

/// The environment variable with which the tests write the document and its examples.
const WRITE_VARIABLE: &str = "LOJAL_WRITE_OPENAPI";
const HOW_TO_WRITE: &str = "LOJAL_WRITE_OPENAPI=1 cargo test -p lojal-gateway openapi, twice: examples first";

fn writing() -> bool {
    std::env::var_os(WRITE_VARIABLE).is_some_and(|value| value == "1")
}

fn file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(file(path)).expect("a file of the repository")).expect("JSON")
}

fn write(path: &str, value: &Value) {
    let text = serde_json::to_string_pretty(value).expect("plain JSON");
    std::fs::write(file(path), text + "\n").expect("the repository can be written");
}

/// Every operation of the document with its path and method.
fn operations() -> Vec<(&'static str, &'static str, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().expect("paths").iter();
    let of_path = |(path, item): (&'static String, &'static Value)| {
        let methods = item.as_object().expect("an item").iter();
        let methods = methods.filter(|(_, operation)| operation["operationId"].is_string());
        methods.map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    };
    paths.flat_map(of_path).collect()
}

#[test]
fn the_copy_of_the_document_is_in_step() {
    if writing() {
        write("../../docs/openapi.json", &DOCUMENT);
    }
    let copy = read("../../docs/openapi.json");
    assert!(copy == *DOCUMENT, "docs/openapi.json isn't what a gateway serves; write it with\n  {HOW_TO_WRITE}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_served_with_a_page_that_runs_nothing_else() {
    let node = Node::start().await;
    let served: Value = node.get("/v1/openapi.json").await.json();
    assert!(served == *DOCUMENT);
    let page = node.get("/docs").await;
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    let text = page.text();
    assert_eq!((text.matches("<script>").count(), text.matches("<style>").count()), (1, 1));
    for elsewhere in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!text.contains(elsewhere), "the page asks elsewhere: {elsewhere}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_takes_the_methods_that_the_document_says_and_no_others() {
    let node = Node::start().await;
    let mut methods = BTreeMap::<&str, BTreeSet<String>>::new();
    for (path, method, _) in operations() {
        methods.entry(path).or_default().insert(method.to_uppercase());
    }
    for (path, mut expected) in methods {
        if expected.contains("GET") {
            expected.insert("HEAD".to_owned());
        }
        let parts = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
        let asked = parts.collect::<Vec<_>>().join("/");
        let is_own = DOCUMENT["paths"][path]["servers"].is_array();
        let host = if is_own { node.admin.clone() } else { node.address() };
        let answer = http::patch(format!("http://{host}{asked}")).await;
        assert_eq!(answer.status, 405, "{path}");
        let allowed: BTreeSet<String> = answer.header("allow").split(',').map(|one| one.trim().to_owned()).collect();
        assert_eq!(allowed, expected, "{path}");
    }
}

#[test]
fn the_document_and_the_manual_have_the_same_routes() {
    let manual = std::fs::read_to_string(file("../../docs/api.md")).expect("the manual");
    let mut told = BTreeSet::new();
    for span in manual.split('`').skip(1).step_by(2) {
        let asked = ["GET ", "POST ", "DELETE "].iter().find_map(|method| span.strip_prefix(method));
        let path = asked.unwrap_or(span).split(['?', ' ']).next().unwrap_or_default();
        let found = path.strip_prefix('/').and_then(|_| template(path));
        let is_known = found.is_some() || asked.is_none() || is_page(path);
        assert!(is_known, "docs/api.md has {path}, which is no route");
        told.extend(found.map(str::to_owned));
    }
    let known: BTreeSet<String> = DOCUMENT["paths"].as_object().expect("paths").keys().cloned().collect();
    assert_eq!(told, known, "left is what docs/api.md names, right is what there is");
}

/// Operations or actions of the golden vectors, by the kind that their input says.
fn of_vectors(file: &str, kind: Option<&str>) -> Vec<Value> {
    let vectors = read(&format!("../../tests/vectors/{file}.json"));
    let inputs = vectors["vectors"].as_array().expect("a list").iter().map(|vector| &vector["input"]);
    match kind {
        None => inputs.cloned().collect(),
        Some(kind) => inputs
            .filter(|input| input["kind"] == kind)
            .flat_map(|input| input["actions"].as_array().expect("a list").clone())
            .collect(),
    }
}

#[test]
fn every_operation_of_the_vectors_is_one_of_the_document() {
    for (values, schema) in [
        (of_vectors("operations", None), "Operation"),
        (of_vectors("governance", Some("motion")), "Action"),
        (of_vectors("governance", Some("brand_motion")), "BrandAction"),
    ] {
        let (reference, mut seen) = (json!({ "$ref": format!("#/components/schemas/{schema}") }), BTreeSet::new());
        for value in values {
            assert_eq!(faults(schema, &reference, &value), Vec::<String>::new(), "{value}");
            seen.extend(value["type"].as_str().map(str::to_owned));
        }
        let variants = DOCUMENT["components"]["schemas"][schema]["oneOf"].as_array().expect("variants").iter();
        let known: BTreeSet<String> =
            variants.filter_map(|one| one["properties"]["type"]["const"].as_str()).map(str::to_owned).collect();
        assert!(seen.is_subset(&known), "{schema}: {seen:?}");
        // A brand's motion has room for some of its actions only, all of which are operations.
        assert!(seen == known || schema == "BrandAction", "{schema} without a vector: {known:?}");
    }
}

#[test]
fn an_answer_with_a_field_too_many_or_too_few_is_found() {
    let schema = json!({ "$ref": "#/components/schemas/Status" });
    let example = read("src/openapi/examples.json")["status"]["answer 200"].clone();
    assert_eq!(faults("Status", &schema, &example), Vec::<String>::new());
    let mut more = example.clone();
    more["colour"] = json!("red");
    assert_ne!(faults("Status", &schema, &more), Vec::<String>::new());
    let mut less = example.clone();
    less.as_object_mut().expect("an object").remove("height");
    assert_ne!(faults("Status", &schema, &less), Vec::<String>::new());
    let mut other = example;
    other["height"] = json!("7");
    assert_ne!(faults("Status", &schema, &other), Vec::<String>::new());
}

/// The operations whose answers aren't shown: the document itself, and what a node without a key can't say.
const WITHOUT_EXAMPLE: [&str; 2] = ["openapi", "readiness"];

/// The examples that were recorded; those that there are stay where their form is the same, so that writing them again
/// changes nothing.
fn renewed(kept: &Value, recorded: &Value) -> Value {
    match (kept, recorded) {
        (Value::Object(kept), Value::Object(recorded)) => {
            // How many proofs an answer takes depends on how hashes of its keys fall.
            let stays = |key: &str| key == "proofs" && kept.contains_key(key);
            let renew = |(key, value): (&String, &Value)| match kept.get(key) {
                Some(one) if stays(key) => (key.clone(), one.clone()),
                Some(one) => (key.clone(), renewed(one, value)),
                None => (key.clone(), value.clone()),
            };
            recorded.iter().map(renew).collect()
        }
        (Value::Array(kept), Value::Array(recorded)) if kept.len() == recorded.len() => {
            kept.iter().zip(recorded).map(|(one, value)| renewed(one, value)).collect()
        }
        (Value::String(_), Value::String(_)) | (Value::Number(_), Value::Number(_)) => kept.clone(),
        _ => recorded.clone(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_in_json_is_seen_from_a_running_gateway_and_has_an_example() {
    let recorded = Scene::start().await.examples().await;
    if writing() {
        write("src/openapi/examples.json", &renewed(&read("src/openapi/examples.json"), &recorded));
    }
    let kept = read("src/openapi/examples.json");
    for (path, method, operation) in operations() {
        let id = operation["operationId"].as_str().expect("a name");
        let mut parts = vec![("request".to_owned(), &operation["requestBody"]["content"])];
        let responses = operation["responses"].as_object().expect("answers").iter();
        parts.extend(responses.map(|(status, response)| (format!("answer {status}"), &response["content"])));
        for (part, content) in parts {
            let media = &content["application/json"];
            if !media["schema"].is_object() || WITHOUT_EXAMPLE.contains(&id) {
                continue;
            }
            assert!(recorded[id][&part].is_object(), "{id}, {part}: the test doesn't ask for it");
            let example = &kept[id][&part];
            assert!(example.is_object(), "{id}, {part} has no example; write it with\n  {HOW_TO_WRITE}");
            assert_eq!(media["example"], *example, "{id}, {part}");
            let key = format!("{path} {method} {part} example");
            assert_eq!(faults(&key, &media["schema"], example), Vec::<String>::new(), "{id}, {part}");
        }
    }
}

/// The questions that are drawn, some ten of each operation.
const QUESTIONS: usize = 400;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_asked_the_answer_is_in_the_document_and_no_fault_of_the_node() {
    let scene = Scene::start().await;
    let mut questions = Questions { random: Random::new(7), scene: &scene };
    let asked = questions::asked(&operations());
    for number in 0..QUESTIONS {
        let (path, method) = asked[number % asked.len()];
        let answer = questions.ask(path, method, &DOCUMENT["paths"][path][method]).await;
        // A node without a key gives no signs of life.
        let is_right = answer.status < 500 || (path == "/v1/node/readiness" && answer.status == 503);
        assert!(is_right, "{method} {path}: {} {}", answer.status, answer.text());
    }
}
