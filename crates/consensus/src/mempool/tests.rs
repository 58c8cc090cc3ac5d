use std::sync::atomic::AtomicBool;

use lojal_types::limits::TRANSACTION_BYTES_MAX;
use lojal_types::{Address, ChainId, Operation, Points, Transfer};

use super::gossip::read_message;
use super::*;
use crate::clock;
use crate::fixture::{self, TILLS, chain, forged, issue, issue_by, peer, till, verified};
use crate::limits::{
    MEMPOOL_BYTES_MAX, MEMPOOL_SENDER_BYTES_MAX, MEMPOOL_SENDER_MAX, MEMPOOL_TRANSACTIONS_MAX, TRANSACTION_WORK,
};

const HOUR_MS: u64 = 60 * 60 * 1000;

struct Bench {
    mempool: Mempool,
    outbox: Outbox,
    state: SharedState,
    chain: ChainId,
}

fn bench() -> Bench {
    let state = fixture::state();
    let (mempool, outbox) = Mempool::start(state.clone(), Clock::System, Workers::Threads);
    let chain = chain(&state);
    Bench { mempool, outbox, state, chain }
}

impl Bench {
    async fn submit(&self, signed: SignedTransaction) -> Result<TransactionId, Code> {
        self.submit_all(vec![signed]).await.pop().expect("one answer per transaction")
    }
    async fn submit_all(&self, signed: Vec<SignedTransaction>) -> Answers {
        self.mempool.submit(signed.into_iter().map(|one| one.identify(&self.chain)).collect()).await
    }
    /// Hands gossip over and waits until it has been dealt with: the worker takes one thing after the other.
    async fn receive(&self, signed: Vec<SignedTransaction>) {
        self.mempool.receive(peer(1), signed);
        assert_eq!(self.mempool.submit(Vec::new()).await, []);
    }
}

#[tokio::test]
async fn what_is_submitted_waits_and_is_answered_in_order() {
    let mut bench = bench();
    let (good, bad) = (issue(&bench.chain, 1), forged(&bench.chain, 2));
    let third = issue(&bench.chain, 3);
    let answers = bench.submit_all(vec![good.clone(), bad, third.clone(), good.clone()]).await;
    let ids = [&good, &third].map(|signed| signed.transaction.id(&bench.chain));
    let expected = [Ok(ids[0]), Err(Code::BadSignature), Ok(ids[1]), Err(Code::DuplicateTransaction)];
    assert_eq!(answers, expected);
    assert_eq!((bench.mempool.len(), bench.mempool.refused()), (2, 2));
    assert_eq!(bench.mempool.get(&ids[0]).map(|waiting| waiting.signed().clone()), Some(good.clone()));

    let sent = bench.outbox.accepted.recv().await.expect("accepted transactions go out");
    assert_eq!(sent, [good.encode().into_boxed_slice(), third.encode().into_boxed_slice()]);
    assert_eq!(bench.submit(good).await, Err(Code::DuplicateTransaction));
    assert!(bench.outbox.accepted.try_recv().is_err(), "what is refused doesn't");
}

#[tokio::test]
async fn a_peer_is_reported_for_a_message_with_what_no_honest_node_passes_on_and_a_client_is_told() {
    let mut bench = bench();
    let forged = |number| forged(&bench.chain, number);
    let elsewhere = issue(&ChainId::new([9; 32]), 3);
    let (honest, dishonest) = (peer(1), peer(2));
    let first = issue(&bench.chain, 1);
    // The second time it waits already, and what is refused for the state's sake is nobody's fault.
    let late = issue_by(&bench.chain, 0, 5, 1, clock::now());
    bench.mempool.receive(honest, vec![first.clone(), first, late]);
    bench.mempool.receive(dishonest, vec![issue(&bench.chain, 2), forged(6), forged(7)]);
    bench.mempool.receive(dishonest, vec![elsewhere]);
    assert_eq!(bench.submit(forged(8)).await, Err(Code::BadSignature));
    let reported: Vec<PeerId> = std::iter::from_fn(|| bench.outbox.forgers.try_recv().ok()).collect();
    assert_eq!(reported, [dishonest, dishonest], "once for each message");
    assert_eq!(bench.mempool.len(), 2, "what is good waits");
}

#[tokio::test]
async fn what_peers_gossip_waits_but_is_not_gossiped_on() {
    let mut bench = bench();
    let (first, second) = (issue(&bench.chain, 1), issue(&bench.chain, 2));
    bench.receive(vec![first.clone(), forged(&bench.chain, 3), second.clone(), first.clone()]).await;
    assert_eq!(bench.mempool.len(), 2);
    assert!(bench.outbox.accepted.try_recv().is_err());
    assert!(bench.mempool.pool().first_own(usize::MAX).is_empty());
    assert_eq!(bench.submit(first).await, Err(Code::DuplicateTransaction));
    assert!(bench.submit(issue(&bench.chain, 4)).await.is_ok());
    assert_eq!(bench.mempool.pool().first_own(usize::MAX).len(), 1);
}

#[tokio::test]
async fn sure_failures_are_refused_at_once() {
    let bench = bench();
    let now = clock::now();
    let transfer = |amount| {
        let (from, to) = (till(0).address(), Address::new([8; 20]));
        let brand = "nordmat".parse().expect("valid");
        let operation = Operation::Transfer(Transfer { brand, from, to, amount: Points::new(amount) });
        let mut transaction = issue(&bench.chain, amount).transaction;
        transaction.operations = lojal_types::Bounded::new(vec![operation]).expect("one");
        transaction.sign(&bench.chain, &till(0))
    };
    let mut other_chain = issue(&bench.chain, 1);
    other_chain.transaction.chain = ChainId::new([9; 32]).tag();
    let cases = [
        (issue_by(&bench.chain, 0, 1, 1, now), Code::TransactionExpired),
        (issue_by(&bench.chain, 0, 1, 1, now.plus_ms(2 * HOUR_MS)), Code::WindowTooLong),
        (issue_by(&bench.chain, TILLS, 1, 1, now.plus_ms(HOUR_MS / 2)), Code::UnknownAccount),
        (transfer(5), Code::InsufficientPoints),
        (other_chain, Code::WrongChain),
    ];
    for (signed, code) in cases {
        assert_eq!(bench.submit(signed).await, Err(code));
    }
    assert!(bench.mempool.is_empty());
}

#[tokio::test]
async fn a_submission_is_as_large_as_allowed_and_no_larger() {
    let bench = bench();
    let many = |from: u64, count: usize| (from..).take(count).map(|number| issue(&bench.chain, number)).collect();
    let largest = bench.submit_all(many(0, SUBMISSION_TRANSACTIONS_MAX)).await;
    assert!(largest.len() == SUBMISSION_TRANSACTIONS_MAX && largest.iter().all(Result::is_ok));
    let too_large = bench.submit_all(many(10_000, SUBMISSION_TRANSACTIONS_MAX + 1)).await;
    assert_eq!(too_large, vec![Err(Code::MempoolFull); SUBMISSION_TRANSACTIONS_MAX + 1]);
    assert_eq!(bench.mempool.len(), SUBMISSION_TRANSACTIONS_MAX);
}

#[tokio::test]
async fn a_full_queue_is_answered_at_once_and_gossip_then_counts_as_refused() {
    let bench = bench();
    let one = issue(&bench.chain, 1);
    {
        // While the state is being written the mempool's thread gets nowhere.
        let _writing = bench.state.write().unwrap_or_else(PoisonError::into_inner);
        let mut sent = 0;
        let mut answer = None;
        // The thread may take one more batch before it has to wait; then the queue stays full.
        while answer.is_none() {
            let refused = bench.mempool.refused();
            while bench.mempool.refused() == refused {
                bench.mempool.receive(peer(1), vec![one.clone()]);
                sent += 1;
            }
            answer = futures_now(bench.submit_all(vec![one.clone(), one.clone()]));
        }
        assert!(sent > MEMPOOL_QUEUE_MAX, "{sent}");
        assert_eq!(answer, Some(vec![Err(Code::MempoolFull); 2]));
    }
    bench.mempool.wait_for_transaction().await;
    assert_eq!(bench.mempool.len(), 1);
}

/// The result that a future gives without waiting.
fn futures_now<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.as_mut().poll(&mut context) {
        std::task::Poll::Ready(value) => Some(value),
        std::task::Poll::Pending => None,
    }
}

#[tokio::test]
async fn whoever_waits_for_a_transaction_is_woken_by_one() {
    let bench = bench();
    let woken = AtomicBool::new(false);
    let wait = async {
        bench.mempool.wait_for_transaction().await;
        woken.store(true, Ordering::Relaxed);
    };
    let arrive = async {
        assert!(bench.submit(forged(&bench.chain, 1)).await.is_err());
        tokio::task::yield_now().await;
        assert!(!woken.load(Ordering::Relaxed), "what is refused wakes nobody");
        bench.receive(vec![issue(&bench.chain, 2)]).await;
    };
    tokio::join!(wait, arrive);
    bench.mempool.wait_for_transaction().await;
}

#[test]
fn the_first_come_are_the_first_in_a_block_within_its_limits() {
    let chain = ChainId::new([1; 32]);
    let mut pool = Pool::default();
    let all = verified((0..10).map(|number| issue(&chain, number)).collect(), &chain);
    for transaction in &all {
        assert_eq!(pool.insert(transaction.clone(), false), Ok(()));
    }
    let size = all[0].bytes().len();
    let ids = |some: &[Arc<VerifiedTransaction>]| some.iter().map(|one| one.id()).collect::<Vec<_>>();
    assert_eq!(ids(&pool.first(Room { transactions: 3, ..Room::UNBOUNDED })), ids(&all[..3]));
    assert_eq!(ids(&pool.first(Room { bytes: 4 * size, ..Room::UNBOUNDED })), ids(&all[..4]));
    assert_eq!(ids(&pool.first(Room { bytes: 4 * size - 1, ..Room::UNBOUNDED })), ids(&all[..3]));
    assert_eq!(ids(&pool.first(Room { operations: 2, ..Room::UNBOUNDED })), ids(&all[..2]));
    let work = work_of(&all[0]);
    assert_eq!(work, 1 + TRANSACTION_WORK);
    assert_eq!(ids(&pool.first(Room { work: 2 * work, ..Room::UNBOUNDED })), ids(&all[..2]));
    assert_eq!(ids(&pool.first(Room { work: 2 * work - 1, ..Room::UNBOUNDED })), ids(&all[..1]));
    assert_eq!(ids(&pool.first(Room::UNBOUNDED)), ids(&all));
    for gone in [0, 5, 5, 9] {
        pool.remove(&all[gone].id());
    }
    assert_eq!(ids(&pool.first(Room::UNBOUNDED)), ids(&[&all[1..5], &all[6..9]].concat()));
    assert_eq!(pool.insert(all[0].clone(), false), Ok(()), "what was taken out may come again, at the end");
    assert_eq!(pool.first(Room::UNBOUNDED).last().map(|one| one.id()), Some(all[0].id()));
}

#[test]
fn what_expires_goes_and_the_rest_stays() {
    let chain = ChainId::new([1; 32]);
    let mut pool = Pool::default();
    let now = clock::now();
    let until = |number: u64| issue_by(&chain, 0, number, 1, now.plus_ms(number));
    let all = verified([3, 1, 2].into_iter().map(until).collect(), &chain);
    for transaction in &all {
        assert_eq!(pool.insert(transaction.clone(), true), Ok(()));
    }
    pool.expire(now);
    assert_eq!(pool.len(), 3);
    // "`valid_until_ms` is after the block's time" (protocol, Transactions)
    pool.expire(now.plus_ms(2));
    assert_eq!(pool.first(Room::UNBOUNDED).iter().map(|one| one.id()).collect::<Vec<_>>(), [all[0].id()]);
    pool.expire(now.plus_ms(3));
    assert!(pool.is_empty());
}

#[test]
fn the_pool_is_full_at_each_of_its_limits_and_has_room_again_below() {
    let chain = ChainId::new([1; 32]);
    let until = clock::now().plus_ms(HOUR_MS / 2);
    let mut pool = Pool::default();
    let of = |by: u8, from: u64, count: usize| {
        verified((from..).take(count).map(|number| issue_by(&chain, by, number, 1, until)).collect(), &chain)
    };
    let senders = u8::try_from(MEMPOOL_TRANSACTIONS_MAX / MEMPOOL_SENDER_MAX).expect("few");
    let mut first = None;
    for sender in 0..senders {
        for transaction in of(sender, 0, MEMPOOL_SENDER_MAX) {
            first.get_or_insert(transaction.id());
            assert_eq!(pool.insert(transaction, false), Ok(()));
        }
        if sender + 1 < senders {
            let one_more = of(sender, 1_000_000, 1).remove(0);
            assert_eq!(pool.insert(one_more, false), Err(Code::QuotaExceeded));
        }
    }
    assert_eq!(pool.len(), MEMPOOL_TRANSACTIONS_MAX);
    let newcomer = of(senders, 0, 1).remove(0);
    assert_eq!(pool.insert(newcomer.clone(), false), Err(Code::MempoolFull));
    pool.remove(&first.expect("there were some"));
    assert_eq!(pool.insert(newcomer, false), Ok(()));
}

#[test]
fn the_bytes_that_wait_are_bounded() {
    let chain = ChainId::new([1; 32]);
    let until = clock::now().plus_ms(HOUR_MS / 2);
    let mut pool = Pool::default();
    let size = issue_by(&chain, 0, 0, 100, until).encode().len();
    assert!(size <= TRANSACTION_BYTES_MAX);
    let fit = MEMPOOL_BYTES_MAX / size;
    // So many senders that none of them reaches its own limit.
    let signed = |number: usize| issue_by(&chain, (number % 32) as u8, number as u64, 100, until);
    let mut all = verified((0..=fit).map(signed).collect(), &chain);
    let one_more = all.pop().expect("there is one");
    for transaction in &all {
        assert_eq!(pool.insert(transaction.clone(), false), Ok(()));
    }
    assert_eq!(pool.insert(one_more.clone(), false), Err(Code::MempoolFull));
    pool.remove(&all[0].id());
    assert_eq!(pool.insert(one_more, false), Ok(()));
}

#[test]
fn nobody_fills_the_mempool_alone_with_large_transactions() {
    let chain = ChainId::new([1; 32]);
    let until = clock::now().plus_ms(HOUR_MS / 2);
    let mut pool = Pool::default();
    let size = issue_by(&chain, 0, 0, 100, until).encode().len();
    let fit = MEMPOOL_SENDER_BYTES_MAX / size;
    let mut all = verified((0..=fit).map(|number| issue_by(&chain, 0, number as u64, 100, until)).collect(), &chain);
    let one_more = all.pop().expect("there is one");
    for transaction in &all {
        assert_eq!(pool.insert(transaction.clone(), false), Ok(()));
    }
    assert_eq!(pool.insert(one_more.clone(), false), Err(Code::QuotaExceeded));
    let other = verified(vec![issue_by(&chain, 1, 0, 100, until)], &chain).remove(0);
    assert_eq!(pool.insert(other, false), Ok(()), "others still have room");
    pool.remove(&all[0].id());
    assert_eq!(pool.insert(one_more, false), Ok(()));
}

#[tokio::test]
async fn a_gossiped_message_holds_the_very_transactions_of_the_outbox() {
    let mut bench = bench();
    let signed: Vec<SignedTransaction> = (0..20).map(|number| issue(&bench.chain, number)).collect();
    assert!(bench.submit_all(signed.clone()).await.iter().all(Result::is_ok));
    let sent = bench.outbox.accepted.recv().await.expect("accepted transactions go out");
    let received: Vec<SignedTransaction> =
        gossip::messages(&sent).iter().flat_map(|message| read_message(message).expect("well formed")).collect();
    assert_eq!(received, signed);
}
