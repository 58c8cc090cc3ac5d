//! Files of golden vectors: reading, comparing, writing.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::{Path, PathBuf};

use borsh::{BorshDeserialize, BorshSerialize};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The environment variable with which the tests write the vectors instead of only comparing them.
const WRITE_VARIABLE: &str = "LOJAL_WRITE_VECTORS";
/// The command that writes them.
pub(crate) const HOW_TO_WRITE: &str = "LOJAL_WRITE_VECTORS=1 cargo test -p lojal-tests --test conformance";

/// A file: what it shows, and the vectors.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<I, O> {
    about: String,
    vectors: Vec<Vector<I, O>>,
}

/// A readable input, and what every implementation must make of it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector<I, O> {
    name: String,
    input: I,
    output: O,
}

/// Tells whether the tests write files instead of only comparing them.
pub(crate) fn writing() -> bool {
    std::env::var_os(WRITE_VARIABLE).is_some_and(|value| value == "1")
}

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(file)
}

/// Compares a file with what `build` makes of the inputs that stand in it, and the file's inputs with `samples`: each
/// has its vector, and each vector its sample.
pub(super) fn check<I, O>(file: &str, about: &str, samples: Vec<(String, I)>, build: impl Fn(&I) -> O)
where
    I: Serialize + DeserializeOwned + PartialEq + Debug,
    O: Serialize + DeserializeOwned + PartialEq + Debug,
{
    if writing() {
        write(file, about, &samples, &build);
    }
    let text = std::fs::read_to_string(path(file)).unwrap_or_else(|error| {
        panic!("tests/vectors/{file} can't be read ({error}); write it with\n  {HOW_TO_WRITE}")
    });
    let read: File<I, O> = serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("tests/vectors/{file} has another form than the test's types: {error}"));
    for vector in &read.vectors {
        assert_eq!(
            build(&vector.input),
            vector.output,
            "{file}, vector \"{}\": left is what the program makes of the input, right is what the file says. This is \
             a change of the protocol: undo it, or raise the protocol's version and see tests/vectors/README.md",
            vector.name
        );
    }
    let mut missing: Vec<&str> = Vec::new();
    for (name, input) in &samples {
        match read.vectors.iter().find(|vector| vector.name == *name) {
            Some(found) => assert_eq!(
                *input, found.input,
                "{file}, vector \"{name}\": left is the test's sample, right is the file's input; to renew it run\n  \
                 {HOW_TO_WRITE}"
            ),
            None => missing.push(name),
        }
    }
    assert!(missing.is_empty(), "{file} has no vectors {missing:?}; add them with\n  {HOW_TO_WRITE}");
    let known: BTreeSet<&str> = samples.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(known.len(), samples.len(), "{file}: two samples share a name");
    let unknown: Vec<&str> =
        read.vectors.iter().map(|vector| vector.name.as_str()).filter(|name| !known.contains(name)).collect();
    assert!(unknown.is_empty(), "{file} has vectors without samples in the test: {unknown:?}; add samples for them");
    assert_eq!(read.vectors.len(), samples.len(), "{file}: two vectors share a name");
}

fn write<I: Serialize, O: Serialize>(file: &str, about: &str, samples: &[(String, I)], build: impl Fn(&I) -> O) {
    let vectors: Vec<Vector<&I, O>> =
        samples.iter().map(|(name, input)| Vector { name: name.clone(), input, output: build(input) }).collect();
    let content = File { about: about.to_owned(), vectors };
    let mut text = serde_json::to_string_pretty(&content).expect("samples have a JSON form");
    text.push('\n');
    std::fs::write(path(file), text).unwrap_or_else(|error| panic!("tests/vectors/{file} can't be written: {error}"));
}

/// The canonical bytes of a value as hex, once it is sure that they decode to that value and to no other.
pub(super) fn canonical_hex<T>(value: &T) -> String
where
    T: BorshSerialize + BorshDeserialize + PartialEq + Debug,
{
    let bytes = borsh::to_vec(value).expect("writing to memory can't fail");
    let decoded: T = borsh::from_slice(&bytes).unwrap_or_else(|error| panic!("{value:?} doesn't decode: {error}"));
    assert_eq!(decoded, *value, "left is decoded from the bytes of right");
    assert_eq!(borsh::to_vec(&decoded).expect("writing to memory can't fail"), bytes, "encoding {value:?} again");
    let trailing = [bytes.as_slice(), &[0]].concat();
    assert!(borsh::from_slice::<T>(&trailing).is_err(), "{value:?} decodes with a trailing byte");
    hex::encode(bytes)
}

/// The numbers of an enum's variants in its bytes, learnt from its decoder: an unknown number is refused as such, a
/// known one for the bytes that are missing after it, or not at all.
pub(crate) fn variant_numbers<T: BorshDeserialize>() -> BTreeSet<u8> {
    let is_known = |number: &u8| match borsh::from_slice::<T>(&[*number]) {
        Ok(_) => true,
        Err(error) => !error.to_string().contains("variant tag"),
    };
    (0..=u8::MAX).filter(is_known).collect()
}

#[test]
fn the_variants_of_an_enum_are_found_by_asking_its_decoder() {
    assert_eq!(variant_numbers::<lojal_types::NetworkKind>(), BTreeSet::from([0, 1]));
    assert_eq!(variant_numbers::<lojal_types::VoteKind>(), BTreeSet::from([1, 2]));
    assert_eq!(variant_numbers::<lojal_types::Outcome>(), BTreeSet::from([0, 1]));
}

#[test]
fn every_file_of_vectors_belongs_to_a_test_and_is_described() {
    let sources = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/vectors"))
        .expect("the sources of this test are there")
        .map(|entry| entry.expect("a readable directory").path())
        .filter(|path| path.is_file())
        .map(|path| std::fs::read_to_string(path).expect("a text file"))
        .collect::<String>();
    let readme = std::fs::read_to_string(path("README.md")).expect("tests/vectors/README.md is there");
    for entry in std::fs::read_dir(path("")).expect("tests/vectors is there") {
        let name = entry.expect("a readable directory").file_name().to_string_lossy().into_owned();
        let used = name == "README.md" || sources.contains(&format!("\"{name}\""));
        assert!(used, "no test reads tests/vectors/{name}: delete it, or check it in tests/conformance/vectors");
        let told = name == "README.md" || readme.contains(&format!("`{name}`"));
        assert!(told, "tests/vectors/README.md doesn't say what {name} shows: add a row");
    }
}
