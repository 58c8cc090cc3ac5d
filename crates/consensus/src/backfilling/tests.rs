use std::collections::BTreeMap;
use std::path::Path;

use lojal_network::{Command, Event};
use lojal_store::{Checkpoints, Disk, Import, Lookup, Opened, Options, PieceId, import};
use lojal_types::{Bounded, Genesis, GenesisDocument, Height, Parameters};
use tokio::sync::mpsc;

use super::*;
use crate::answers::answer;
use crate::clock;
use crate::data::DecidedBlock;
use crate::fixture::{block_at, certify, chain, genesis, peer, proposer};

/// Blocks of the chain; a snapshot is cut after each of the last ones.
const COUNT: u64 = 8;

/// A network that cuts a snapshot after each block, one block a second.
fn often_cut() -> Genesis {
    let document = genesis(3_000).document().clone();
    let parameters = Parameters { snapshot_interval_ms: 1_000, ..document.parameters.clone() };
    Genesis::new(GenesisDocument { parameters, ..document }).expect("the document keeps the rules")
}

fn inline() -> Options {
    Options { checkpoints: Checkpoints::Inline, backfills: true, ..Options::default() }
}

/// A node with all blocks.
fn source(dir: &Path) -> Opened {
    let mut opened = lojal_store::open(dir, &often_cut(), inline()).expect("a new store");
    let start = clock::now();
    for number in 0..COUNT {
        let state = crate::share(opened.state.clone());
        let height = opened.store.tip().height.next();
        let block = block_at(&state, proposer(height.get(), 0), number, start.plus_ms(number * 1_000));
        let certificate = certify(&chain(&state), height, block.id(), &[0, 1, 2]);
        let block = lojal_chain::replay::check_commit(&opened.state, block, certificate).expect("three of four");
        opened.writer.append_commit(block.certificate(), block.bytes()).expect("the disk works");
        let committed = Arc::new(block.apply(&mut opened.state).expect("points are conserved"));
        opened.writer.publish(committed, &opened.state).expect("the disk works");
    }
    opened
}

/// A node that has joined by the newest snapshot of another one.
fn joined(from: &Store, dir: &Path) -> Opened {
    let (disk, genesis) = (Disk::real(), often_cut());
    let offer = from.offers().into_iter().next().expect("it has snapshots");
    let height = offer.header.height;
    let manifest = from.manifest(height).expect("it is offered");
    let taken = Import::start(&disk, dir, &genesis, &[], (&manifest, &offer.certificate)).expect("verified");
    for id in taken.missing().expect("readable") {
        let piece = match id {
            PieceId::Chunk(number) => from.chunk(height, number),
            PieceId::Recent(number) => from.recent_ids(height, number),
        };
        taken.put(id, &piece.expect("readable").expect("there")).expect("a piece of it");
    }
    let made = taken.finish().expect("whole");
    import::install(&disk, dir, &made, false).expect("the disk works");
    lojal_store::open(&dir.join("data"), &genesis, inline()).expect("in order")
}

/// A change of an answer before a peer gives it.
type Lie = fn(Answer) -> Option<Vec<u8>>;

/// The other nodes, and the answers of each.
struct Others {
    source: Store,
    /// The changes that peers make; the others give an answer as it is.
    lies: BTreeMap<PeerId, Lie>,
    asked: Vec<PeerId>,
    reported: Vec<PeerId>,
}

impl Others {
    async fn serve(&mut self, commands: &mut mpsc::Receiver<Command>, enquiries: &Enquiries) {
        while let Some(command) = commands.recv().await {
            match command {
                Command::Request(id, peer, Protocol::Data, data) => {
                    self.asked.push(peer);
                    let question = Question::decode(&data).expect("a question");
                    let truth = answer(&self.source, question, true);
                    let lie = self.lies.get(&peer);
                    enquiries.answered(id, lie.map_or_else(|| Some(truth.encode()), |lie| lie(truth.clone())));
                }
                Command::Report(peer) => self.reported.push(peer),
                other => panic!("nothing else is asked for: {other:?}"),
            }
        }
    }
}

/// The other nodes, in the order in which they are asked.
fn peers() -> Vec<PeerId> {
    let mut peers: Vec<PeerId> = (1..=4).map(peer).collect();
    peers.sort_unstable();
    peers
}

/// Has a node that joined fetch what it lacks, until it says that all is there; all but the last peer lie, if they do.
async fn fetched(lie: Option<Lie>) -> (Store, Others, [tempfile::TempDir; 2]) {
    let peers = peers();
    let liars = peers[..3].iter().filter_map(|peer| Some((*peer, lie?)));
    let lies: BTreeMap<PeerId, Lie> = liars.collect();
    let dirs = [0, 1].map(|_| tempfile::tempdir().expect("a temporary directory"));
    let source = source(dirs[0].path()).store;
    let store = joined(&source, dirs[1].path()).store;
    assert_eq!(store.first_block(), Height::new(COUNT + 1), "the base is the last block");
    let (network, mut commands) = Network::without_swarm(peer(0));
    peers.iter().for_each(|peer| network.note(&Event::Connected(*peer)));
    let enquiries = Enquiries::default();
    let task = Backfilling { store: store.clone(), network, enquiries: enquiries.clone(), workers: Workers::Tasks };
    let mut others = Others { source, lies, asked: Vec::new(), reported: Vec::new() };
    tokio::select! {
        () = task.run() => (),
        () = others.serve(&mut commands, &enquiries) => unreachable!("the network goes on"),
    }
    (store, others, dirs)
}

fn has_all(store: &Store, source: &Store) {
    assert_eq!(store.first_block(), Height::new(1));
    for height in (1..=COUNT).map(Height::new) {
        let (own, others) = (store.block(height).expect("readable"), source.block(height).expect("readable"));
        assert!(matches!(own, Lookup::Found(_)) && own == others, "{height}");
    }
}

/// The answer with other blocks.
fn with(answer: Answer, change: impl FnOnce(&mut Vec<DecidedBlock>)) -> Option<Vec<u8>> {
    let Answer::Blocks(blocks) = answer else { panic!("{answer:?}") };
    let mut blocks = blocks.into_inner();
    change(&mut blocks);
    Some(Answer::Blocks(Bounded::new(blocks).expect("as many")).encode())
}

#[tokio::test(start_paused = true)]
async fn a_node_that_joined_fetches_all_blocks_before_its_base() {
    let (store, others, _dirs) = fetched(None).await;
    has_all(&store, &others.source);
    assert_eq!((others.asked, others.reported), (peers()[..1].to_vec(), Vec::new()), "one answer has them all");
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_something_else_is_reported_and_asked_no_more_and_another_one_is_asked() {
    let lies: [Lie; 6] = [
        |answer| with(answer, |blocks| drop(blocks.remove(1))),
        |answer| with(answer, |blocks| blocks[2].block[300] ^= 1),
        |answer| with(answer, |blocks| blocks[3].certificate = blocks[2].certificate.clone()),
        |answer| with(answer, |blocks| blocks.reverse()),
        |_| Some(Answer::Bytes(vec![1]).encode()),
        |_| Some(vec![9; 9]),
    ];
    for lie in lies {
        let (store, others, _dirs) = fetched(Some(lie)).await;
        has_all(&store, &others.source);
        assert_eq!((others.asked, others.reported), (peers(), peers()[..3].to_vec()));
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_has_nothing_or_does_not_answer_is_no_liar() {
    let lies: [Lie; 2] = [|_| None, |_| Some(Answer::Nothing.encode())];
    for lie in lies {
        let (store, others, _dirs) = fetched(Some(lie)).await;
        has_all(&store, &others.source);
        assert_eq!((others.asked, others.reported), (peers(), Vec::new()));
    }
}

#[tokio::test(start_paused = true)]
async fn what_nobody_has_is_asked_for_again_and_what_came_before_it_is_there_meanwhile() {
    let first: Lie = |answer| with(answer, |blocks| blocks.truncate(2));
    let dirs = [0, 1].map(|_| tempfile::tempdir().expect("a temporary directory"));
    let source = source(dirs[0].path()).store;
    let store = joined(&source, dirs[1].path()).store;
    let (network, mut commands) = Network::without_swarm(peer(0));
    network.note(&Event::Connected(peer(1)));
    let enquiries = Enquiries::default();
    let task = Backfilling { store: store.clone(), network, enquiries: enquiries.clone(), workers: Workers::Tasks };
    let task = tokio::spawn(task.run());
    let mut heard = Vec::new();
    for answers in [Some(first), None, Some(first)] {
        let Some(Command::Request(id, _, _, data)) = commands.recv().await else { panic!("a question") };
        heard.push((Question::decode(&data).expect("a question"), store.first_block().get()));
        let truth = answer(&source, Question::decode(&data).expect("a question"), true);
        enquiries.answered(id, Some(answers.map_or(Answer::Nothing.encode(), |lie| lie(truth).expect("blocks"))));
    }
    let asked = |height| Question::Blocks { end: Height::new(height) };
    assert_eq!(heard, [(asked(8), 9), (asked(6), 9), (asked(6), 7)]);
    task.abort();
}
