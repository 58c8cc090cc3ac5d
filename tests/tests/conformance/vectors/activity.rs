//! The activity of accounts.

use lojal_types::{Activity, Code, Hash, Height, Outcome, TransactionId};
use serde::{Deserialize, Serialize};

use super::golden::{canonical_hex, check};
use super::samples::named;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Input {
    before: Activity,
    /// The transactions that concern the account, in the order of the chain.
    transactions: Vec<Transaction>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Transaction {
    id: TransactionId,
    height: Height,
    outcome: Outcome,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Output {
    after: Activity,
    borsh: String,
}

fn build(input: &Input) -> Output {
    let with = |activity: Activity, one: &Transaction| activity.with(&one.id, one.height, &one.outcome);
    let after = input.transactions.iter().fold(input.before, with);
    Output { after, borsh: canonical_hex(&after) }
}

#[test]
fn activity_is_folded_over_what_concerns_an_account() {
    let transaction = |byte, height, outcome| Transaction {
        id: TransactionId::new([byte; 32]),
        height: Height::new(height),
        outcome,
    };
    let failed = Outcome::Failed { operation: 99, code: Code::InsufficientPoints };
    let (first, second) = (transaction(0x11, 1, Outcome::Applied), transaction(0x22, 1, failed));
    let third = transaction(0x33, 1 << 40, Outcome::Applied);
    let nothing = Activity::default();
    let busy = Activity { count: 1 << 33, digest: Hash::new([0xab; 32]) };
    let samples = vec![
        named("nothing", Input { before: nothing, transactions: vec![] }),
        named("the first transaction", Input { before: nothing, transactions: vec![first.clone()] }),
        named("a transaction that failed", Input { before: nothing, transactions: vec![second.clone()] }),
        named("three transactions", Input { before: nothing, transactions: vec![first, second, third.clone()] }),
        named("one more of many", Input { before: busy, transactions: vec![third] }),
    ];
    let about = "SHA-256(lojal/activity/v1 | digest | transaction id | height as 8 bytes | outcome) -> the next digest";
    check("activity.json", about, samples, build);
}
