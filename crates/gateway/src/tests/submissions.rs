use std::time::Duration;

use lojal_consensus::{Condition, clock};
use lojal_types::api::{Batch, BatchAnswer, TransactionState, TransactionStatus};
use lojal_types::{Code, Height, NetworkKind, Outcome, SignedTransaction};

use super::http::JSON;
use super::node::{ANNA, BO, HOUR_MS, Node, TILL, transfer};
use super::operations::issue;
use crate::app::Timeouts;

const WAIT: &str = "?wait=committed";

fn impatient() -> Timeouts {
    Timeouts { commit: Duration::from_millis(20), ..Timeouts::default() }
}

fn json_of(signed: &SignedTransaction) -> Vec<u8> {
    serde_json::to_vec(&signed.clone().to_text(NetworkKind::Test)).expect("plain data")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_is_accepted_as_bytes_and_as_json() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let (first, second) = (node.transfer(ANNA, BO, 1), node.transfer(ANNA, BO, 2));
    let answers = [
        node.submit("", &first).await,
        node.post("/v1/transactions", "Application/JSON; charset=utf-8", json_of(&second)).await,
    ];
    for (answer, signed) in answers.iter().zip([first, second]) {
        let id = signed.transaction.id(&node.chain());
        let pending = TransactionStatus { id, state: TransactionState::Pending, transaction: None, activity: None };
        assert_eq!((answer.status, answer.json::<TransactionStatus>()), (202, pending));
    }
    assert_eq!(node.mempool().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_takes_no_transactions_that_nobody_would_get() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let signed = node.transfer(ANNA, BO, 1);
    let batch = Batch { transactions: vec![signed.clone().to_text(NetworkKind::Test)] };
    let batch = serde_json::to_vec(&batch).expect("plain data");
    for (condition, words) in [
        (Condition::Removed { at: Height::new(7) }, "removed from the network"),
        (Condition::NoPart, "has no part on the network"),
        (Condition::FarBehind { next: Height::new(7), waits: false }, "fetches a snapshot"),
    ] {
        node.condition.send_replace(condition);
        let answers =
            [node.submit(WAIT, &signed).await, node.post("/v1/transactions/batch", JSON, batch.clone()).await];
        for answer in answers {
            assert_eq!(answer.refusal(), (503, "not_validator".into()));
            assert!(answer.text().contains(words), "{condition:?}");
        }
    }
    assert_eq!(node.mempool().len(), 0);
    let of_follower = [true, false].map(|is_level| Condition::NoVote { is_level });
    for condition in of_follower.into_iter().chain([Condition::Ready, Condition::Behind, Condition::Alone]) {
        node.condition.send_replace(condition);
        assert_ne!(node.submit("", &signed).await.status, 503, "{condition:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_waits_is_answered_by_the_block() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let signed = node.transfer(ANNA, BO, 1);
    let answer = tokio::spawn(node.submit(WAIT, &signed));
    node.mempool().wait_for(1).await;
    assert_eq!(node.app.finality.len(), 1);
    node.issue(BO, 1);
    let block = node.commit(vec![signed]);
    let answer = answer.await.expect("no panic");
    assert_eq!(answer.status, 200);
    let (height, time_ms) = (block.header.height, block.header.time_ms);
    let expected = TransactionState::Committed { height, index: 0, time_ms, receipt: Outcome::Applied };
    assert_eq!(answer.json::<TransactionStatus>().state, expected);
    assert_eq!(node.app.finality.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_fails_on_the_ledger_is_an_answer_and_no_error() {
    let node = Node::start().await;
    let reward = |to: u8| node.sign(TILL, vec![issue("nordmat", to, 1, "one receipt")]);
    let signed = [reward(ANNA), reward(BO)];
    let answer = tokio::spawn(node.submit_batch(WAIT, &signed));
    node.mempool().wait_for(1).await;
    node.commit(signed.to_vec());
    let answer = answer.await.expect("no panic");
    assert_eq!(answer.status, 200);
    let outcomes: Vec<Outcome> = answer
        .json::<BatchAnswer>()
        .transactions
        .iter()
        .map(|one| match one.state {
            TransactionState::Committed { receipt, .. } => receipt,
            _ => panic!("committed: {one:?}"),
        })
        .collect();
    assert_eq!(outcomes, [Outcome::Applied, Outcome::Failed { operation: 0, code: Code::DuplicateReference }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_patience_ends_first_learns_that_the_transaction_is_pending() {
    let node = Node::start_with(impatient()).await;
    node.issue(ANNA, 100);
    let answer = node.submit(WAIT, &node.transfer(ANNA, BO, 1)).await;
    assert_eq!((answer.status, answer.json::<TransactionStatus>().state), (202, TransactionState::Pending));
    assert_eq!(node.app.finality.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_was_left_out_until_its_time_was_up_is_expired() {
    let node = Node::start_with(Timeouts { commit: Duration::from_secs(2), ..Timeouts::default() }).await;
    node.issue(ANNA, 100);
    let signed = node.transfer(ANNA, BO, 1);
    let answer = tokio::spawn(node.submit(WAIT, &signed));
    node.mempool().wait_for(1).await;
    node.commit_at(signed.transaction.valid_until_ms, Vec::new());
    let answer = answer.await.expect("no panic");
    assert_eq!(answer.refusal(), (422, "transaction_expired".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_submitted_again_is_answered_as_the_first_whether_it_waits_or_is_on_the_ledger_or_its_time_is_up() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let signed = node.transfer(ANNA, BO, 1);
    let first = node.submit("", &signed).await;
    assert_eq!((first.status, first.header("idempotent-replayed")), (202, ""));
    let again = node.submit("", &signed).await;
    assert_eq!((again.status, again.header("idempotent-replayed"), &again.body), (202, "true", &first.body));
    let waiting = tokio::spawn(node.submit(WAIT, &signed));
    node.waiting(1).await;
    let block = node.commit(vec![signed.clone()]);
    let committed = waiting.await.expect("no panic");
    assert_eq!((committed.status, committed.header("idempotent-replayed")), (200, "true"));
    let status: TransactionStatus = committed.json();
    let TransactionState::Committed { height, receipt, .. } = status.state else { panic!("it is final: {status:?}") };
    assert_eq!((height, receipt), (block.header.height, Outcome::Applied));
    // The test's own block doesn't take it out of the mempool, so another one is asked for from here on.
    let other = node.transfer(ANNA, BO, 2);
    node.commit(vec![other.clone()]);
    let on_ledger = node.submit("", &other).await;
    assert_eq!((on_ledger.status, on_ledger.header("idempotent-replayed")), (200, "true"));
    node.commit_at(other.transaction.valid_until_ms.plus_ms(1), Vec::new());
    let late = node.submit("", &other).await;
    assert_eq!((late.status, late.body), (200, on_ledger.body), "never told to make a new one");
    let never = node.sign_until(ANNA, clock::now(), vec![transfer(ANNA, BO, 3)]);
    assert_eq!(node.submit("", &never).await.refusal(), (422, "transaction_expired".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_submit_the_same_at_once_get_the_same_answer() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let signed = node.transfer(ANNA, BO, 1);
    let all: Vec<_> = (0..50).map(|_| tokio::spawn(node.submit(WAIT, &signed))).collect();
    node.waiting(50).await;
    node.commit(vec![signed]);
    let mut answers = std::collections::BTreeSet::new();
    for one in all {
        let answer = one.await.expect("no panic");
        answers.insert((answer.status, answer.text()));
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|(status, _)| *status == 200));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_answered_one_by_one_and_in_order() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let good = [node.transfer(ANNA, BO, 1), node.transfer(ANNA, BO, 2)];
    let mut forged = node.transfer(ANNA, BO, 3);
    forged.signature = good[0].signature;
    let poor = node.transfer(ANNA, BO, 101);
    let signed = vec![good[0].clone(), forged, good[0].clone(), poor, good[1].clone()];
    let transactions = signed.iter().map(|one| one.clone().to_text(NetworkKind::Test)).collect();
    let body = serde_json::to_vec(&Batch { transactions }).expect("plain data");
    let answer = node.post("/v1/transactions/batch", JSON, body).await;
    assert_eq!(answer.status, 202);
    let answers = answer.json::<BatchAnswer>().transactions;
    let codes: Vec<String> = answers
        .iter()
        .map(|one| match &one.state {
            TransactionState::Pending => "pending".into(),
            TransactionState::Refused { problem } => format!("{} {}", problem.status, problem.code),
            TransactionState::Committed { .. } => "committed".into(),
        })
        .collect();
    let expected = ["pending", "403 bad_signature", "pending", "422 insufficient_points", "pending"];
    assert_eq!(codes, expected);
    assert!(answers.iter().zip(&signed).all(|(one, signed)| one.id == signed.transaction.id(&node.chain())));
    let again = node.submit_batch("", &signed).await;
    assert_eq!(again.json::<BatchAnswer>().transactions, answers, "the same again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_waits_is_answered_when_the_last_is_final() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let signed: Vec<_> = (1..=3).map(|amount| node.transfer(ANNA, BO, amount)).collect();
    let answer = tokio::spawn(node.submit_batch(WAIT, &signed));
    node.mempool().wait_for(1).await;
    assert_eq!(node.app.finality.len(), 3);
    node.commit(signed[1..].to_vec());
    node.waiting(1).await;
    node.commit(signed[..1].to_vec());
    let answer = answer.await.expect("no panic");
    assert_eq!(answer.status, 200);
    let committed = |one: &TransactionStatus| matches!(one.state, TransactionState::Committed { .. });
    assert!(answer.json::<BatchAnswer>().transactions.iter().all(committed));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_batch_has_an_empty_answer() {
    let node = Node::start().await;
    for (content_type, body) in [(JSON, b"{\"transactions\":[]}".to_vec()), (super::http::BYTES, vec![0; 4])] {
        let answer = node.post("/v1/transactions/batch", content_type, body).await;
        assert_eq!((answer.status, answer.json::<BatchAnswer>().transactions.len()), (200, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_batch_of_a_thousand_is_taken() {
    let node = Node::start().await;
    node.issue(TILL, 10_000);
    let signed: Vec<_> = (0..1_000).map(|_| node.transfer(TILL, BO, 1)).collect();
    let answer = node.submit_batch("", &signed).await;
    assert_eq!(answer.status, 202);
    let pending = |one: &TransactionStatus| one.state == TransactionState::Pending;
    assert!(answer.json::<BatchAnswer>().transactions.iter().all(pending));
    assert_eq!(node.mempool().len(), 1_000);
    let too_many: Vec<_> = std::iter::repeat_n(signed[0].clone(), 1_001).collect();
    assert_eq!(node.submit_batch("", &too_many).await.refusal(), (400, "malformed_request".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_too_long_is_refused() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let signed = node.sign_until(ANNA, clock::now().plus_ms(2 * HOUR_MS), vec![transfer(ANNA, BO, 1)]);
    assert_eq!(node.submit("", &signed).await.refusal(), (422, "window_too_long".into()));
}
