use lojal_network::{Command, Event};
use lojal_store::Options;
use lojal_types::{Bounded, ChainId, SignedTransaction};
use tokio::time::Instant;

use super::*;
use crate::clock::Clock;
use crate::fixture::{chain, genesis, issue, peer, state};
use crate::mempool::Answers;
use crate::outlook::Outlooks;
use crate::progress::Progress;
use crate::roster::Addresses;
use crate::workers::Workers;

/// The conduct of the validators that a node hands transactions in with, by number.
type Conduct = fn(u8) -> Option<SubmissionAnswer>;

/// A node without a vote and the validators 0 to 3, which are connected.
struct Bench {
    mempool: Mempool,
    network: Network,
    chain: ChainId,
    /// Those that were asked, with the number of transactions.
    asked: mpsc::UnboundedReceiver<(u8, u32)>,
}

fn bench(connected: &[u8], conduct: Conduct) -> Bench {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = lojal_store::open(dir.path(), &genesis(3_000), Options::default()).expect("a new store").store;
    let (network, commands) = Network::without_swarm(peer(9));
    for number in connected {
        network.note(&Event::Connected(peer(*number)));
    }
    let (state, workers, enquiries) = (state(), Workers::Tasks, Enquiries::default());
    let chain = chain(&state);
    let (mempool, _outbox) = Mempool::start(state, store.pages(), Clock::System, workers);
    let (onward, handed_on) = mpsc::channel(100);
    let (known, onward) = ((Progress::default(), workers), (mempool.clone(), onward));
    let membership = Membership::new(network.clone(), store, known, Addresses::default(), Outlooks::default(), onward);
    let (tell, asked) = mpsc::unbounded_channel();
    tokio::spawn(answer_all(commands, enquiries.clone(), conduct, tell));
    let forwarding =
        Forwarding { mempool: mempool.clone(), network: network.clone(), enquiries, membership: membership.clone() };
    tokio::spawn(async move {
        membership.follow().await.expect("the store can be read");
        forwarding.run(handed_on).await;
    });
    Bench { mempool, network, chain, asked }
}

async fn answer_all(
    mut commands: mpsc::Receiver<Command>,
    enquiries: Enquiries,
    conduct: Conduct,
    tell: mpsc::UnboundedSender<(u8, u32)>,
) {
    while let Some(command) = commands.recv().await {
        let Command::Request(id, to, Protocol::Submissions, data) = command else { continue };
        let number = (0..4).find(|number| peer(*number) == to).expect("a validator");
        let count = u32::from_le_bytes(*data.first_chunk().expect("a count"));
        tell.send((number, count)).expect("the test runs");
        if let Some(answer) = conduct(number) {
            enquiries.answered(id, Some(borsh::to_vec(&answer).expect("plain data")));
        }
    }
}

impl Bench {
    /// Submits once the node knows that it has no vote.
    async fn submit(&self, transactions: Vec<SignedTransaction>) -> Answers {
        while !self.mempool.hands_on() {
            tokio::task::yield_now().await;
        }
        self.mempool.submit(transactions.into_iter().map(|one| one.identify(&self.chain)).collect()).await
    }

    fn asked(&mut self) -> Vec<(u8, u32)> {
        std::iter::from_fn(|| self.asked.try_recv().ok()).collect()
    }
}

fn answers(codes: Vec<Option<Code>>) -> SubmissionAnswer {
    SubmissionAnswer::Answers(Bounded::new(codes).expect("some"))
}

/// Lets everything happen that waits for no time.
async fn settled() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_answer_of_a_validator_is_the_clients_and_what_it_refuses_waits_here_no_more() {
    let mut bench = bench(&[0, 1, 2, 3], |_| Some(answers(vec![None, Some(Code::InsufficientPoints), None])));
    let transactions = [1, 2, 3].map(|number| issue(&bench.chain, number));
    let ids = transactions.each_ref().map(|one| one.transaction.id(&bench.chain));
    let answers = bench.submit(transactions.into()).await;
    assert_eq!(answers, [Ok(ids[0]), Err(Code::InsufficientPoints), Ok(ids[2])]);
    assert_eq!((bench.mempool.len(), bench.mempool.get(&ids[1]).is_some()), (2, false));
    assert_eq!(bench.asked().iter().map(|(_, count)| *count).collect::<Vec<_>>(), [3]);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_here_is_handed_in_nowhere_and_what_waits_there_already_is_no_refusal() {
    let mut bench = bench(&[2], |_| Some(answers(vec![Some(Code::DuplicateTransaction)])));
    let good = issue(&bench.chain, 1);
    let id = good.transaction.id(&bench.chain);
    let forged = crate::fixture::forged(&bench.chain, 2);
    assert_eq!(bench.submit(vec![forged, good.clone()]).await, [Err(Code::BadSignature), Ok(id)]);
    assert_eq!(bench.submit(vec![good]).await, [Err(Code::DuplicateTransaction)]);
    assert_eq!(bench.asked(), [(2, 1)]);
}

#[tokio::test(start_paused = true)]
async fn the_next_validator_is_asked_when_one_does_not_answer_and_then_no_refusal_is_final() {
    let mut bench = bench(&[0, 1, 2, 3], |number| match number {
        0 => None,
        1 => Some(SubmissionAnswer::NoVote),
        _ => Some(answers(vec![Some(Code::MempoolFull)])),
    });
    // In the order in which the node knows them.
    let mut order: Vec<u8> = vec![0, 1, 2, 3];
    order.sort_unstable_by_key(|number| peer(*number));
    let expected = &order[..SUBMISSION_ATTEMPTS_MAX];
    let until = expected.iter().position(|number| *number > 1).map_or(expected.len(), |at| at + 1);
    let is_open = expected[..until].contains(&0);
    let transaction = issue(&bench.chain, 1);
    let id = transaction.transaction.id(&bench.chain);
    let before = Instant::now();
    let answer = bench.submit(vec![transaction]).await;
    assert_eq!(before.elapsed(), if is_open { SUBMISSION_PATIENCE } else { Default::default() });
    assert_eq!(answer, [if is_open { Ok(id) } else { Err(Code::MempoolFull) }], "the first may have taken it");
    let asked: Vec<u8> = bench.asked().into_iter().map(|(number, _)| number).collect();
    assert_eq!(asked, expected[..until]);
    assert_eq!(bench.mempool.len(), usize::from(is_open));
}

#[tokio::test(start_paused = true)]
async fn whoever_has_answered_last_is_asked_first() {
    let mut bench = bench(&[0, 1, 2, 3], |number| (number == 3).then(|| answers(vec![None])));
    for number in 0..3 {
        let transaction = issue(&bench.chain, number);
        bench.submit(vec![transaction]).await.remove(0).expect("somebody answers");
    }
    let asked = bench.asked();
    let last = asked.iter().rev().take_while(|(number, _)| *number == 3).count();
    assert!(last >= 2, "{asked:?}");
}

#[tokio::test(start_paused = true)]
async fn what_reaches_nobody_waits_and_is_handed_in_again_until_somebody_refuses_it() {
    let mut bench = bench(&[], |_| Some(answers(vec![Some(Code::TransactionExpired)])));
    let transaction = issue(&bench.chain, 1);
    let id = transaction.transaction.id(&bench.chain);
    assert_eq!(bench.submit(vec![transaction]).await, [Ok(id)]);
    assert_eq!((bench.asked(), bench.mempool.len()), (vec![], 1));
    bench.network.note(&Event::Connected(peer(2)));
    tokio::time::advance(REGOSSIP_INTERVAL).await;
    settled().await;
    assert_eq!((bench.asked(), bench.mempool.len()), (vec![(2, 1)], 0));
}

#[test]
fn a_submission_has_as_many_as_fit() {
    let state = state();
    let signed = (0..SUBMISSION_TRANSACTIONS_MAX as u64 + 5).map(|number| issue(&chain(&state), number)).collect();
    let verified = crate::fixture::verified(signed, &chain(&state));
    let mut queue: VecDeque<Onward> =
        verified.into_iter().map(|transaction| Onward { transaction, answer: None }).collect();
    assert_eq!(first(&mut queue).len(), SUBMISSION_TRANSACTIONS_MAX);
    assert_eq!((first(&mut queue).len(), queue.len()), (5, 0));
    let large = (0..100).map(|number| crate::fixture::issue_by(&chain(&state), 0, number, 100, crate::clock::now()));
    let large = crate::fixture::verified(large.collect(), &chain(&state));
    let mut queue: VecDeque<Onward> =
        large.into_iter().map(|transaction| Onward { transaction, answer: None }).collect();
    let batch = first(&mut queue);
    let message = Submission::encode(batch.iter().map(|one| one.transaction.bytes()));
    assert!(!queue.is_empty() && message.len() <= Protocol::Submissions.request_bytes_max());
}
