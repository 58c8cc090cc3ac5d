//! Golden vectors of chains, each with a genesis document.

use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Deserialize)]
struct File<Output> {
    vectors: Vec<Vector<Output>>,
}

#[derive(Deserialize)]
struct Vector<Output> {
    name: String,
    input: Input,
    output: Output,
}

#[derive(Deserialize)]
struct Input {
    genesis: Vec<String>,
}

/// The genesis document and the output of the vector with a name, out of the text of a file of vectors.
pub(super) fn vector<Output: DeserializeOwned>(text: &str, name: &str) -> (String, Output) {
    let file: File<Output> = serde_json::from_str(text).expect("the vectors are JSON of this form");
    let vector = file.vectors.into_iter().find(|one| one.name == name).expect("the vectors hold one of this name");
    (vector.input.genesis.join("\n"), vector.output)
}
