//! Proofs of transactions.

use lojal_chain::{LightState, TransactionProof};
use lojal_types::api::ProvenTransaction;
use lojal_types::{Code, Outcome};

use super::node::{ANNA, BO, Node, TILL};
use super::operations::issue;

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_of_the_ledger_is_proven_with_its_receipt_from_memory_and_from_the_index() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let signed: Vec<_> = (1..=5).map(|amount| node.transfer(ANNA, BO, amount)).collect();
    let too_much = node.transfer(ANNA, BO, 900);
    let block = node.commit([signed.clone(), vec![too_much.clone()]].concat());
    let light = LightState::genesis(node.store().genesis());
    for _ in 0..2 {
        for one in signed.iter().chain([&too_much]) {
            let id = one.transaction.id(&node.chain());
            let answer = node.get(&format!("/v1/transactions/{id}/proof")).await;
            assert!(answer.header("cache-control").contains("immutable"));
            let ProvenTransaction { proof } = answer.json();
            let proof: TransactionProof = borsh::from_slice(&proof.0).expect("a proof");
            assert_eq!(proof.check(&light).expect("it holds").pin().block, block.id);
            assert_eq!((&proof.transaction, proof.receipt.transaction), (one, id));
            let failed = Outcome::Failed { operation: 0, code: Code::InsufficientPoints };
            let expected = if *one == too_much { failed } else { Outcome::Applied };
            assert_eq!(proof.receipt.outcome, expected);
        }
        node.store().checkpoint().expect("written");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_final_is_not_proven() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let waiting = node.sign(TILL, vec![issue("nordmat", ANNA, 1, "waits")]);
    assert_eq!(node.submit("", &waiting).await.status, 202);
    for id in [waiting.transaction.id(&node.chain()), lojal_types::TransactionId::new([9; 32])] {
        let answer = node.get(&format!("/v1/transactions/{id}/proof")).await;
        assert_eq!(answer.refusal(), (404, "unknown_transaction".into()));
    }
    assert_eq!(node.get("/v1/transactions/00/proof").await.refusal(), (400, "invalid_parameter".into()));
}
