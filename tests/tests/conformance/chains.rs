//! Chains of older versions of the protocol, which the programs of those versions made and exported: the present
//! program finds in them what those found. See `tests/chains/v1/README.md`.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use lojal_auditor::progress::Progress;
use lojal_auditor::source::Source;
use lojal_auditor::verify::{Report, Scope, brand_reports, verify};
use lojal_chain::{Pin, Replay, propose};
use lojal_store::archive::Reader;
use lojal_types::{Code, Genesis, Operation, Outcome};
use serde_json::Value;

/// The chains of version 1 by their directories, with their last blocks. Nothing of them ever changes.
const OF_VERSION_1: [(&str, &str); 5] = [
    ("economy", "8:40685daa0b2dacbcbd2b860aa3a1aeeef3553b86cfbcc1d2f0b1aea92bbb0865"),
    ("histories-17", "60:0293bdfb697538a1919a23be7a7a33cf79d830655e5453f96c141f6935e59f59"),
    ("histories-29", "60:3df92b5dfff48c0ea7e21931ae9b0d79ac208b915e30434ebbccdad88a600150"),
    ("histories-38", "60:791fcd49d7ef92245695a9927ed5315aa1e3ecdd71a72e57449c4df62d59a697"),
    ("tour", "48:9034e32c03ff45c3a8242f2ee7133efecf98d9119fe5fa6f5d94426f3b4d4e61"),
];
/// The number of kinds of operations that version 1 has; others came after it.
const OPERATIONS_OF_VERSION_1: usize = 39;
/// The number of codes with which transactions of these chains failed.
const CODES_SHOWN: usize = 100;
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn directory(chain: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("chains/v1").join(chain)
}

fn genesis(chain: &str) -> Genesis {
    let text = fs::read_to_string(directory(chain).join("genesis.toml")).expect("a file of the repository");
    Genesis::from_toml(&text).expect("the document that the chain was made with")
}

fn audit(chain: &str, last: &str) -> Report {
    let mut source = Source::file(&directory(chain).join("export")).expect("a file of the repository");
    let pin: Pin = last.parse().expect("a height and a block");
    let scope = Scope { to: None, pins: vec![pin] };
    let report = verify(&genesis(chain), &mut source, &scope, &mut Progress::new(false));
    let report = report.unwrap_or_else(|error| panic!("{chain}: {error}"));
    assert_eq!((report.height, report.block), (pin.height, pin.block), "{chain} ends with its pin");
    report
}

/// The part of a value that an expected one has too: a program of before knew of nothing else.
fn as_far_as(expected: &Value, found: &Value) -> Value {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            let known =
                expected.iter().filter_map(|(name, one)| Some((name.clone(), as_far_as(one, found.get(name)?))));
            Value::Object(known.collect())
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            Value::Array(expected.iter().zip(found).map(|(expected, found)| as_far_as(expected, found)).collect())
        }
        _ => found.clone(),
    }
}

/// Replays a chain, and shows each transaction's operations with what they came to.
fn replay(chain: &str, mut shown: impl FnMut(&[Operation], Outcome)) -> Replay {
    let file = File::open(directory(chain).join("export")).expect("a file of the repository");
    let mut replay = Replay::new(&genesis(chain));
    for block in Reader::new(file).expect("an export") {
        let block = block.expect("an export that is whole");
        let committed = replay.apply(&block.bytes, block.certificate).expect("a chain that holds");
        assert_eq!(committed.header.version, 1, "{chain}");
        for (transaction, receipt) in committed.transactions.iter().zip(&committed.receipts) {
            shown(&transaction.transaction().operations, receipt.outcome);
        }
    }
    replay
}

#[test]
fn chains_of_version_1_hold_and_come_to_what_the_program_of_version_1_found() {
    for (chain, last) in OF_VERSION_1 {
        let text = fs::read_to_string(directory(chain).join("report.json")).expect("a file of the repository");
        let expected: Value = serde_json::from_str(&text).expect("JSON");
        let found = serde_json::to_value(audit(chain, last)).expect("a report has a JSON form");
        assert_eq!(as_far_as(&expected, &found), expected, "{chain}");
    }
}

#[test]
fn chains_of_version_1_have_every_kind_of_operation_of_it_and_most_codes() {
    let (mut applied, mut failed) = (BTreeSet::new(), BTreeSet::<Code>::new());
    for (chain, _) in OF_VERSION_1 {
        replay(chain, |operations, outcome| match outcome {
            Outcome::Applied => applied.extend(operations.iter().map(Operation::name)),
            Outcome::Failed { code, .. } => {
                failed.insert(code);
            }
        });
    }
    assert_eq!(applied.len(), OPERATIONS_OF_VERSION_1, "{applied:?}");
    assert_eq!(failed.len(), CODES_SHOWN, "{failed:?}");
}

#[test]
fn a_chain_of_version_1_goes_on_with_this_program() {
    for (chain, _) in OF_VERSION_1 {
        let replay = replay(chain, |_, _| ());
        let view = replay.state().view();
        assert!(!brand_reports(view).expect("points are conserved").is_empty());
        let proposer = view.validators().validators()[0].address();
        // A month ends, and what expires with it.
        let proposal = propose(replay.state(), proposer, view.tip().time_ms.plus_ms(40 * DAY_MS), []);
        let proposal = proposal.unwrap_or_else(|error| panic!("{chain}: {error}"));
        assert_eq!(proposal.block.header().version, 1, "{chain}");
    }
}
