//! The documents of `--json` beside what `lojal schema` says of them.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use jsonschema::{ValidationError, Validator};
use serde_json::Value;

/// The document of `lojal schema`.
pub fn schema(lojal: &Path, words: &[&str]) -> Value {
    let output = Command::new(lojal).arg("schema").args(words).arg("--json").output().expect("it was built");
    assert!(output.status.success(), "lojal schema {words:?}: {output:?}");
    serde_json::from_slice(&output.stdout).expect("a document")
}

/// The names of the commands of which there is a schema.
pub fn commands(lojal: &Path) -> &'static [String] {
    static COMMANDS: OnceLock<Vec<String>> = OnceLock::new();
    COMMANDS.get_or_init(|| serde_json::from_value(schema(lojal, &[])["commands"].clone()).expect("a list of names"))
}

/// Checks that a command has printed its documents, and that of a fault only where there was one.
pub fn check(lojal: &Path, arguments: &[&str], exit_code: i32, stdout: &str) {
    let Some(name) = command_of(commands(lojal), arguments) else { return };
    let validator = validator(lojal, name);
    for line in stdout.lines() {
        let document: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {error}: {line}"));
        let told = |error: ValidationError| format!("{}: {error}", error.instance_path());
        let faults: Vec<String> = validator.iter_errors(&document).map(told).collect();
        assert!(faults.is_empty(), "lojal schema {name} says something else: {faults:#?}");
        assert!(exit_code != 0 || !document["error"].is_object(), "{name} has failed: {line}");
    }
}

/// The command of a command line, which options may come before.
fn command_of(commands: &'static [String], arguments: &[&str]) -> Option<&'static str> {
    let begins = |name: &str, at: usize| name.split(' ').eq(arguments[at..].iter().copied().take(words(name)));
    let longest = |at: usize| commands.iter().filter(|name| begins(name, at)).max_by_key(|name| words(name));
    (0..arguments.len()).find_map(longest).map(String::as_str)
}

fn words(name: &str) -> usize {
    name.split(' ').count()
}

/// The schema of a command, under which documents have no fields but those that it names.
fn validator(lojal: &Path, name: &'static str) -> Arc<Validator> {
    static VALIDATORS: LazyLock<Mutex<HashMap<&str, Arc<Validator>>>> = LazyLock::new(Mutex::default);
    let made = || {
        let mut schema = schema(lojal, &name.split(' ').collect::<Vec<_>>());
        schema["unevaluatedProperties"] = false.into();
        Arc::new(jsonschema::draft202012::new(&schema).expect("a schema"))
    };
    VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_insert_with(made).clone()
}
