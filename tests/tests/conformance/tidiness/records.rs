//! docs/state.md lists every kind of record that the state keeps.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::workspace::{assert_none, package, root, sources};

const DOCUMENT: &str = "docs/state.md";

/// A row of the table.
#[derive(Debug)]
struct Row {
    number: u8,
    key: String,
    usual: usize,
    most: usize,
}

/// The rows of the table. Every cell says something.
fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(root().join(DOCUMENT)).unwrap_or_else(|error| panic!("{DOCUMENT}: {error}"));
    let lines = text.lines().filter(|line| line.starts_with('|') && line.contains("Key`"));
    lines.map(row).collect()
}

fn row(line: &str) -> Row {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    assert!(cells.len() == 8 && cells.iter().all(|cell| !cell.is_empty()), "{DOCUMENT}: eight cells: {line}");
    let number = |cell: &str| -> usize {
        cell.replace(',', "").parse().unwrap_or_else(|error| panic!("{DOCUMENT}: {cell}: {error}: {line}"))
    };
    let kind = u8::try_from(number(cells[0])).unwrap_or_else(|error| panic!("{DOCUMENT}: {error}: {line}"));
    Row { number: kind, key: cells[1].trim_matches('`').to_owned(), usual: number(cells[6]), most: number(cells[7]) }
}

/// The kinds of keys that the ledger's source declares, with their numbers.
fn kinds() -> Vec<(u8, String)> {
    let mut kinds = Vec::new();
    for file in sources(&package("lojal-ledger")) {
        let mut lines = file.text.lines();
        while let Some(line) = lines.next() {
            let Some(key) = line.strip_prefix("impl StateKey for ").and_then(|rest| rest.strip_suffix(" {")) else {
                continue;
            };
            let number = lines.next().and_then(|line| line.trim().strip_prefix("const KIND: u8 = ")?.strip_suffix(';'));
            let number = number.and_then(|number| number.parse().ok());
            kinds.push((
                number.unwrap_or_else(|| panic!("{}: {key} begins with its number", file.path)),
                key.to_owned(),
            ));
        }
    }
    kinds.sort_unstable();
    kinds
}

#[test]
fn every_kind_of_record_stands_in_the_document_with_its_number() {
    let (kinds, rows) = (kinds(), rows());
    assert!(kinds.len() > 30, "the source declares kinds as this test reads them: {kinds:?}");
    let twice = kinds.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| format!("one number: {pair:?}"));
    let listed: Vec<(u8, String)> = rows.into_iter().map(|row| (row.number, row.key)).collect();
    let missing = kinds.iter().filter(|kind| !listed.contains(kind)).map(|kind| format!("not listed: {kind:?}"));
    let unknown = listed.iter().filter(|kind| !kinds.contains(kind)).map(|kind| format!("no such kind: {kind:?}"));
    let findings: Vec<String> = twice.chain(missing).chain(unknown).collect();
    assert_none(&findings, "list every kind once, by its number: who makes a record, how many there can be, its end");
    assert!(listed.is_sorted() && listed.len() == kinds.len(), "{DOCUMENT}: by number, each once: {listed:?}");
}

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    output: Output,
}

#[derive(Deserialize)]
struct Output {
    key: String,
    record: String,
}

#[test]
fn no_vector_of_the_state_is_larger_than_the_document_says() {
    let path = root().join("tests/vectors/state.json");
    let text = std::fs::read_to_string(&path).expect("the vectors are there");
    let found: Vectors = serde_json::from_str(&text).expect("every vector of the state has a key and a record");
    let rows: BTreeMap<u8, Row> = rows().into_iter().map(|row| (row.number, row)).collect();
    let mut findings = Vec::new();
    for row in rows.values() {
        let kind = format!("{:02x}", row.number);
        let of_kind: Vec<&Vector> = found.vectors.iter().filter(|one| one.output.key.starts_with(&kind)).collect();
        if of_kind.is_empty() {
            findings.push(format!("no vector has a {}", row.key));
        }
        for Vector { name, output } in of_kind {
            let bytes = (output.key.len() + output.record.len()) / 2;
            if bytes > row.most || row.usual > row.most {
                findings.push(format!("{name}: {bytes} bytes, usually {}, at most {}", row.usual, row.most));
            }
        }
    }
    assert_none(&findings, "correct the bytes in docs/state.md");
}
