use std::collections::VecDeque;

use lojal_network::Command;
use lojal_store::Options;
use lojal_types::{BlockId, Bounded, ChainId, Hash, Header, ValidatorSet};
use tokio::sync::mpsc;

use super::*;
use crate::clock::Clock;
use crate::data::Changes;
use crate::fixture::{certify, chain, genesis, identity, peer, state, validator_key};
use crate::mempool::Mempool;
use crate::progress::Progress;
use crate::roster::Addresses;

/// The validators with these numbers.
fn set(numbers: &[u8]) -> ValidatorSet {
    let one = |number: &u8| lojal_types::Validator {
        name: format!("validator-{number}").parse().expect("valid"),
        public_key: validator_key(*number).public_key(),
        network_key: lojal_types::PublicKey::new(identity(*number).public_key()),
        power: 1,
    };
    ValidatorSet::new(numbers.iter().map(one).collect()).expect("keys of their own")
}

/// A block that `old` decide, before `next` do.
fn head(chain: &ChainId, height: u64, old: &[u8], next: &[u8]) -> Head {
    let header = Header {
        version: 1,
        chain_id: *chain,
        height: Height::new(height),
        time_ms: lojal_types::TimeMs::new(1_800_000_000_000 + height).expect("in range"),
        parent: BlockId::new([7; 32]),
        transactions_root: Hash::new([1; 32]),
        receipts_root: Hash::new([2; 32]),
        state_root: Hash::new([3; 32]),
        validators_hash: set(old).hash(chain),
        next_validators_hash: set(next).hash(chain),
        proposer: validator_key(old[0]).address(),
    };
    let certificate = certify(chain, header.height, header.id(), old);
    Head { header, certificate }
}

fn change(chain: &ChainId, height: u64, old: &[u8], next: &[u8]) -> SetChange {
    let Head { header, certificate } = head(chain, height, old, next);
    SetChange { header, certificate, next: set(next) }
}

/// The answer to a question about changes.
fn changes(changes: &[SetChange], more: bool) -> Answer {
    Answer::Changes(Changes { changes: Bounded::new(changes.to_vec()).expect("few"), more })
}

const FIRST: [u8; 4] = [0, 1, 2, 3];
const SECOND: [u8; 4] = [0, 4, 5, 6];
const THIRD: [u8; 4] = [4, 5, 6, 7];

/// A node, by number, that has genesis, and what another one answers it.
async fn told(own: u8, answers: impl IntoIterator<Item = Answer>) -> (Result<Outlook, Vain>, Vec<Question>) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let store = lojal_store::open(dir.path(), &genesis(3_000), Options::default()).expect("a new store").store;
    let (network, mut commands) = Network::without_swarm(peer(own));
    let (enquiries, outlooks) = (Enquiries::default(), Outlooks::default());
    let (progress, workers) = (Progress::default(), Workers::Tasks);
    let (mempool, _outbox) = Mempool::start(state(), store.pages(), Clock::System, workers);
    let (known, onward) = ((progress, workers), (mempool, mpsc::channel(1).0));
    let membership =
        Membership::new(network.clone(), store.clone(), known, Addresses::default(), outlooks.clone(), onward);
    let seeking = Seeking { store, network, enquiries: enquiries.clone(), membership, outlooks, workers };
    let mut answers: VecDeque<Answer> = answers.into_iter().collect();
    let mut questions = Vec::new();
    let answering = answer_all(&mut commands, &enquiries, &mut answers, &mut questions);
    let outlook = tokio::select! {
        outlook = seeking.ask(peer(9)) => outlook,
        () = answering => unreachable!("it goes on until the node has its answers"),
    };
    (outlook, questions)
}

async fn answer_all(
    commands: &mut mpsc::Receiver<Command>,
    enquiries: &Enquiries,
    answers: &mut VecDeque<Answer>,
    questions: &mut Vec<Question>,
) {
    while let Some(command) = commands.recv().await {
        let Command::Request(id, _, Protocol::Data, data) = command else { panic!("{command:?}") };
        questions.push(Question::decode(&data).expect("a question"));
        enquiries.answered(id, answers.pop_front().map(|answer| answer.encode()));
    }
    std::future::pending().await
}

fn id() -> ChainId {
    chain(&state())
}

#[tokio::test]
async fn a_node_that_was_away_while_all_others_were_replaced_learns_who_validates_now() {
    let chain = id();
    let way = [change(&chain, 10, &FIRST, &SECOND), change(&chain, 20, &SECOND, &THIRD)];
    let head = Answer::Head(Box::new(head(&chain, 30, &THIRD, &THIRD)));
    let (outlook, questions) = told(0, [head.clone(), changes(&way[..1], true), changes(&way[1..], false)]).await;
    let outlook = outlook.ok().expect("a way that holds");
    assert_eq!((outlook.height, &outlook.validators), (Height::new(30), &set(&THIRD)));
    assert_eq!(outlook.removed, Some(Height::new(20)), "it was one of the second, and is none of the third");
    let asked = [0, 10].map(|after| Question::Changes { after: Height::new(after) });
    assert_eq!(questions, [Question::Head, asked[0], asked[1]]);
    let (outlook, _) = told(4, [head, changes(&way, false)]).await;
    assert_eq!(outlook.ok().expect("a way that holds").removed, None, "it is one of those who came");
}

#[tokio::test]
async fn a_last_block_at_which_the_validators_change_leads_to_those_after_it_and_later_changes_are_left_out() {
    let chain = id();
    let way = [change(&chain, 10, &FIRST, &SECOND), change(&chain, 20, &SECOND, &THIRD)];
    let head = Answer::Head(Box::new(Head { header: way[0].header.clone(), certificate: way[0].certificate.clone() }));
    let (outlook, _) = told(0, [head, changes(&way, false)]).await;
    let outlook = outlook.ok().expect("a way that holds");
    assert_eq!((outlook.height, &outlook.validators, outlook.removed), (Height::new(10), &set(&SECOND), None));
}

#[tokio::test]
async fn a_way_with_a_gap_a_last_block_of_others_and_one_without_its_change_are_lies() {
    let chain = id();
    let way = [change(&chain, 10, &FIRST, &SECOND), change(&chain, 20, &SECOND, &THIRD)];
    let last = |old: &[u8], next: &[u8]| Answer::Head(Box::new(head(&chain, 30, old, next)));
    let cases = [
        (last(&THIRD, &THIRD), vec![way[1].clone()]),
        (last(&THIRD, &THIRD), vec![way[0].clone()]),
        (last(&SECOND, &SECOND), way.to_vec()),
        (last(&THIRD, &FIRST), way.to_vec()),
    ];
    for (head, told_way) in cases {
        let (outlook, _) = told(0, [head, changes(&told_way, false)]).await;
        assert!(matches!(outlook, Err(Vain::Wrong(_))));
    }
}

#[tokio::test]
async fn whoever_has_nothing_newer_or_does_not_answer_is_no_liar() {
    let chain = id();
    let old = Answer::Head(Box::new(Head {
        header: Header { height: Height::GENESIS, ..head(&chain, 1, &FIRST, &FIRST).header },
        ..head(&chain, 1, &FIRST, &FIRST)
    }));
    for answers in [vec![Answer::Nothing], vec![old], vec![]] {
        let (outlook, questions) = told(0, answers).await;
        assert!(matches!(outlook, Err(Vain::Nothing)));
        assert_eq!(questions, [Question::Head]);
    }
}
