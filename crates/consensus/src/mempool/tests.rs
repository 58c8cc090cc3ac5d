use std::sync::atomic::AtomicBool;

use lojal_store::Pages;
use lojal_types::{Address, Allowances, ChainId, Operation, Points, Transfer};

use super::gossip::read_message;
use super::*;
use crate::clock;
use crate::fixture::{self, TILLS, chain, forged, give, issue, issue_by, member, peer, till, transfer_by};

const HOUR_MS: u64 = 60 * 60 * 1000;

struct Bench {
    mempool: Mempool,
    outbox: Outbox,
    state: SharedState,
    chain: ChainId,
}

fn bench() -> Bench {
    bench_on(fixture::state())
}

fn bench_on(state: SharedState) -> Bench {
    let (mempool, outbox) = Mempool::start(state.clone(), Pages::default(), Clock::System, Workers::Threads);
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
    bench.mempool.wait_for(1).await;
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
        bench.mempool.wait_for(1).await;
        woken.store(true, Ordering::Relaxed);
    };
    let arrive = async {
        assert!(bench.submit(forged(&bench.chain, 1)).await.is_err());
        tokio::task::yield_now().await;
        assert!(!woken.load(Ordering::Relaxed), "what is refused wakes nobody");
        bench.receive(vec![issue(&bench.chain, 2)]).await;
    };
    tokio::join!(wait, arrive);
    bench.mempool.wait_for(1).await;
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

#[tokio::test]
async fn what_an_account_has_waiting_counts_against_what_it_submits_next() {
    let bench = bench();
    give(&bench.state, &[member(0).address(), member(1).address()], 5);
    let transfers = |by: u16, numbers: std::ops::Range<u64>, amount: u64| -> Vec<SignedTransaction> {
        numbers.map(|number| transfer_by(&bench.chain, by, number, 1, amount)).collect()
    };
    let answers = bench.submit_all(transfers(0, 0..1_000, 1)).await;
    assert!(answers[..5].iter().all(Result::is_ok));
    assert!(answers[5..].iter().all(|answer| *answer == Err(Code::InsufficientPoints)));
    let again = bench.submit_all(transfers(0, 1_000..1_001, 1)).await;
    assert_eq!(again, [Err(Code::InsufficientPoints)], "in a later submission, too");
    let all = transfer_by(&bench.chain, 1, 0, 1, 5);
    let answers = bench.submit_all(vec![all.clone(), all]).await;
    assert!(answers[0].is_ok(), "others have points of their own");
    assert_eq!(answers[1], Err(Code::DuplicateTransaction), "and what is submitted twice is not in its own way");
    assert_eq!(bench.mempool.len(), 6);
    // What is gone claims nothing any more.
    let first = bench.mempool.pool().first(Room { transactions: 1, ..Room::UNBOUNDED }).remove(0);
    bench.mempool.pool().remove(&first.id());
    let answers = bench.submit_all(transfers(0, 2_000..2_002, 1)).await;
    assert!(answers[0].is_ok() && answers[1] == Err(Code::InsufficientPoints));
}

#[tokio::test]
async fn what_peers_gossip_is_not_tried_beside_what_waits_but_counts_against_what_clients_submit() {
    let bench = bench();
    give(&bench.state, &[member(0).address()], 2);
    let transfer = |number: u64| transfer_by(&bench.chain, 0, number, 1, 1);
    bench.receive((0..4).map(transfer).collect()).await;
    assert_eq!(bench.mempool.len(), 4, "the peer may know of more points");
    assert_eq!(bench.submit(transfer(5)).await, Err(Code::InsufficientPoints));
}

#[tokio::test]
async fn more_than_its_sender_may_send_in_a_day_does_not_wait_wherever_it_comes_from() {
    let bench = bench_on(fixture::state_with(Allowances::standard()));
    give(&bench.state, &[member(0).address(), member(1).address()], 1_000);
    let transfers = |by: u16, number: u64, count: u64| transfer_by(&bench.chain, by, number, count, 1);
    for number in 0..3 {
        assert!(bench.submit(transfers(0, number, 100)).await.is_ok());
        bench.receive(vec![transfers(1, number, 100)]).await;
    }
    assert_eq!(bench.mempool.len(), 6);
    assert_eq!(bench.submit(transfers(0, 3, 100)).await.err(), None, "the last of 400 operations");
    bench.receive(vec![transfers(0, 4, 1), transfers(1, 4, 100), transfers(1, 5, 1)]).await;
    assert_eq!(bench.mempool.len(), 8);
    for by in [0, 1] {
        assert_eq!(bench.submit(transfers(by, 6, 1)).await, Err(Code::AllowanceSpent));
    }
    // What is gone leaves its part.
    let first = bench.mempool.pool().first(Room { transactions: 1, ..Room::UNBOUNDED }).remove(0);
    bench.mempool.pool().remove(&first.id());
    let by = if first.transaction().sender == member(0).address() { 0 } else { 1 };
    bench.receive(vec![transfers(by, 7, 100)]).await;
    assert_eq!(bench.submit(transfers(by, 8, 1)).await, Err(Code::AllowanceSpent));
    assert_eq!(bench.mempool.len(), 8);
}

#[tokio::test]
async fn operators_wait_in_the_lane_of_their_brand_and_everybody_else_in_that_of_the_members() {
    let bench = bench();
    give(&bench.state, &[member(0).address(), till(1).address()], 2);
    assert!(bench.submit(transfer_by(&bench.chain, 0, 1, 1, 1)).await.is_ok());
    assert!(bench.submit(issue(&bench.chain, 1)).await.is_ok());
    bench.receive(vec![issue_by(&bench.chain, 2, 1, 1, clock::now().plus_ms(HOUR_MS / 2))]).await;
    let brand = Lane::Brand("nordmat".parse().expect("valid"));
    assert_eq!(bench.mempool.lanes(), [(brand, 2), (Lane::Members, 1)]);
}
