use lojal_network::{Command, Protocol};
use lojal_store::Options;

use super::*;
use crate::clock::Clock;
use crate::fixture::{chain, forged, genesis, issue, peer, state};

/// A node by number, with genesis, and what it says to peers.
struct Host {
    submitted: mpsc::Sender<Submitted>,
    commands: mpsc::Receiver<Command>,
    mempool: Mempool,
    chain: lojal_types::ChainId,
    asked: u64,
}

fn host(number: u8) -> Host {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = lojal_store::open(dir.path(), &genesis(3_000), Options::default()).expect("a new store").store;
    let (network, commands) = Network::without_swarm(peer(number));
    let state = state();
    let chain = chain(&state);
    let (mempool, _outbox) = Mempool::start(state, store.pages(), Clock::System, Workers::Tasks);
    let (submitted, receiver) = mpsc::channel(Protocol::Submissions.inbound_max());
    let reception = Reception { store, network, mempool: mempool.clone(), workers: Workers::Tasks };
    tokio::spawn(reception.run(receiver));
    Host { submitted, commands, mempool, chain, asked: 0 }
}

impl Host {
    async fn hand_in(&mut self, by: u8, data: Vec<u8>) -> InboundRequest {
        self.asked += 1;
        let id: InboundRequest = self.asked.to_string().parse().expect("a number");
        self.submitted.send(Submitted { id, peer: peer(by), data }).await.expect("it runs");
        id
    }

    /// The answer to transactions of a peer.
    async fn answer(&mut self, by: u8, transactions: &[SignedTransaction]) -> SubmissionAnswer {
        let encoded: Vec<Vec<u8>> = transactions.iter().map(SignedTransaction::encode).collect();
        let asked = self.hand_in(by, Submission::encode(encoded.iter().map(Vec::as_slice))).await;
        loop {
            match self.commands.recv().await.expect("it runs") {
                Command::Respond(id, answer) => {
                    assert_eq!(id, asked);
                    return borsh::from_slice(&answer).expect("canonical bytes");
                }
                Command::Report(reported) => assert_eq!(reported, peer(by)),
                other => panic!("nothing else is asked for: {other:?}"),
            }
        }
    }
}

fn answers(codes: Vec<Option<Code>>) -> SubmissionAnswer {
    SubmissionAnswer::Answers(Bounded::new(codes).expect("some"))
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_in_is_answered_one_by_one_and_waits_as_that_of_own_clients() {
    let mut host = host(0);
    let first = issue(&host.chain, 1);
    let some = [first.clone(), forged(&host.chain, 2), issue(&host.chain, 3), first];
    let expected = vec![None, Some(Code::BadSignature), None, Some(Code::DuplicateTransaction)];
    assert_eq!(host.answer(9, &some).await, answers(expected));
    assert_eq!(host.mempool.pool().first_own(usize::MAX).len(), 2, "which are gossiped under the own name");
}

#[tokio::test(start_paused = true)]
async fn a_node_without_a_vote_takes_nothing() {
    let mut host = host(9);
    let some = [issue(&host.chain, 1)];
    assert_eq!(host.answer(1, &some).await, SubmissionAnswer::NoVote);
    assert!(host.mempool.is_empty());
}

#[tokio::test(start_paused = true)]
async fn whoever_hands_in_too_much_is_told_so_after_a_while_and_somebody_else_is_not() {
    let mut host = host(0);
    let batch = |from: u64| (from..from + 500).map(|number| issue(&host.chain, number)).collect::<Vec<_>>();
    let batches: Vec<_> = (0..5).map(|number| batch(number * 500)).collect();
    for batch in &batches[..4] {
        assert!(matches!(host.answer(8, batch).await, SubmissionAnswer::Answers(_)));
    }
    let before = Instant::now();
    assert_eq!(host.answer(8, &batches[4]).await, SubmissionAnswer::Busy);
    assert_eq!(before.elapsed(), SUBMISSION_BUSY_PAUSE);
    assert!(matches!(host.answer(9, &batches[4]).await, SubmissionAnswer::Answers(_)));
    tokio::time::advance(SUBMISSION_BURST).await;
    assert!(matches!(host.answer(8, &batches[3]).await, SubmissionAnswer::Answers(_)));
}

#[tokio::test(start_paused = true)]
async fn nonsense_is_refused_and_its_sender_reported() {
    let mut host = host(0);
    for nonsense in [vec![], vec![0; 4], vec![0xff; 100], [&1_u32.to_le_bytes()[..], &[1; 10]].concat()] {
        let asked = host.hand_in(9, nonsense).await;
        assert!(matches!(host.commands.recv().await, Some(Command::Report(reported)) if reported == peer(9)));
        assert!(matches!(host.commands.recv().await, Some(Command::Reject(id)) if id == asked));
    }
}
