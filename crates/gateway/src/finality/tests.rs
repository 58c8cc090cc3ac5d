use std::time::Duration;

use lojal_types::api::TransactionState;

use super::*;
use crate::tests::node::{ANNA, BO, Node};

fn id(byte: u8) -> TransactionId {
    TransactionId::new([byte; 32])
}

fn soon() -> Instant {
    Instant::now() + Duration::from_millis(1)
}

#[tokio::test]
async fn places_are_bounded_and_given_back() {
    let finality = Finality::default();
    let ids: Vec<TransactionId> = std::iter::repeat_n(id(1), WAITING_MAX).collect();
    let all = finality.register(&ids).expect("as many as there are places");
    let refused = finality.register(&[id(2)]).err().expect("one too many").into_problem();
    assert_eq!((refused.status, refused.code.as_str()), (503, "too_many_waiting"));
    assert_eq!(finality.len(), WAITING_MAX);
    drop(all);
    assert_eq!(finality.len(), 0);
    assert!(finality.lock().by_transaction.is_empty());
    assert!(finality.register(&ids).is_ok());
}

#[tokio::test]
async fn whoever_waits_in_vain_gives_the_place_back() {
    let finality = Finality::default();
    let mut waiters = finality.register(&[id(1), id(1), id(2)]).expect("free places");
    assert_eq!(waiters.remove(0).wait(soon()).await, None);
    assert_eq!(finality.len(), 2);
    drop(waiters);
    assert_eq!(finality.len(), 0);
}

#[tokio::test]
async fn everybody_is_sent_away_at_the_end_and_from_then_on() {
    let finality = Finality::default();
    let never = Instant::now() + Duration::from_secs(3_600);
    let mut waiters = finality.register(&[id(1)]).expect("a free place");
    finality.close();
    waiters.append(&mut finality.register(&[id(2)]).expect("a free place"));
    for waiter in waiters {
        assert_eq!(waiter.wait(never).await, None);
    }
    assert_eq!(finality.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_who_waits_for_a_block_that_was_missed_is_answered_all_the_same() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    let blocks = node.store().subscribe();
    let signed = node.transfer(ANNA, BO, 1);
    let finality = Finality::default();
    let ids = [signed.transaction.id(&node.chain()); 2];
    let waiters = finality.register(&ids).expect("free places");
    let block = node.commit(vec![signed]);
    for _ in 0..lojal_store::limits::SUBSCRIPTION_BLOCKS_MAX {
        node.commit(Vec::new());
    }
    let follower = tokio::spawn(finality.clone().follow(node.store().clone(), blocks));
    for waiter in waiters {
        let state = waiter.wait(Instant::now() + Duration::from_secs(30)).await;
        let Some(TransactionState::Committed { height, .. }) = state else { panic!("found in the store") };
        assert_eq!(height, block.header.height);
    }
    follower.abort();
}
