//! Joins from peers of which some lie, over real networks, from the snapshots of a real store.

mod falling;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lojal_chain::replay::check_commit;
use lojal_chain::snapshot::Manifest;
use lojal_consensus::answer;
use lojal_consensus::data::{Answer, Question};
use lojal_consensus::joining::{Offers, find};
use lojal_network::{Event, Multiaddr, Network};
use lojal_store::{Checkpoints, Opened, Options, Store};
use lojal_types::genesis::{GenesisBrand, GenesisOperator};
use lojal_types::{
    Address, Allowances, Bounded, Certificate, CommitSignature, GenesisDocument, Governance, Issue, KeyPair, Operation,
    Outcome, Parameters, Points, Policy, Reference, Role, Signature, SignedTransaction, TimeMs, Transaction, Validator,
    verify_all,
};
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::*;
use crate::config::NodeKeys;

/// Accounts that get points: enough for a state of several chunks.
const ACCOUNTS: u32 = 8_000;
/// Accounts that one transaction gives points.
const AT_ONCE: u32 = 100;
/// Transactions in a block.
const IN_BLOCK: u32 = 20;
const SECOND_MS: u64 = 1_000;
/// The votes of the validators: the last two have no more than a third of them together, and the first three decide.
const POWERS: [u64; 4] = [3, 3, 1, 1];

fn key(number: u8) -> KeyPair {
    KeyPair::from_seed(&[number; 32])
}

/// The key with which a validator signs.
fn validator_key(number: u8) -> KeyPair {
    key(100 + number)
}

/// The identity of a validator's node.
fn identity(number: u8) -> Identity {
    Identity::from_seed([150 + number; 32])
}

fn genesis() -> Genesis {
    let validator = |number: u8| Validator {
        name: format!("validator-{number}").parse().expect("valid"),
        public_key: validator_key(number).public_key(),
        network_key: lojal_types::PublicKey::new(identity(number).public_key()),
        power: POWERS[usize::from(number)],
    };
    let validators: Vec<Validator> = (0..4).map(validator).collect();
    let operator = GenesisOperator::new(key(1).public_key(), Bounded::from([Role::Issue]));
    let brand = GenesisBrand::new("nordmat".parse().expect("valid"), Policy::open(), Bounded::from([operator]));
    let start = lojal_consensus::clock::now().get() - 600 * SECOND_MS;
    let document = GenesisDocument {
        governance: Governance::of(&validators, |one| one.network_key),
        parameters: Parameters {
            allowances: Allowances::open(),
            snapshot_interval_ms: SECOND_MS,
            ..Parameters::standard()
        },
        validators: Bounded::new(validators).expect("four"),
        brands: Bounded::from([brand]),
        ..GenesisDocument::empty("test".parse().expect("valid"), TimeMs::new(start).expect("in range"))
    };
    Genesis::new(document).expect("the document keeps the rules")
}

/// A till gives points to accounts that didn't have any.
fn gift(genesis: &Genesis, number: u32) -> SignedTransaction {
    let give = |index: u32| {
        let mut address = [8; 20];
        let account = number * AT_ONCE + index;
        address[..4].copy_from_slice(&account.wrapping_mul(0x9E37_79B1).to_be_bytes());
        Operation::Issue(Issue {
            brand: "nordmat".parse().expect("valid"),
            to: Address::new(address),
            amount: Points::new(5),
            reference: Reference::new(account.to_be_bytes().to_vec()).expect("4 bytes"),
            dated: lojal_consensus::clock::now().day(),
            expiry: None,
        })
    };
    let chain = genesis.chain_id();
    let operations = Bounded::new((0..AT_ONCE).map(give).collect()).expect("1 to 100");
    let valid_until_ms = lojal_consensus::clock::now().plus_ms(600 * SECOND_MS);
    let (sender, nonce) = (key(1).address(), u64::from(number));
    Transaction { chain: chain.tag(), sender, valid_until_ms, nonce, operations }.sign(&chain, &key(1))
}

/// Commits a block of these gifts.
fn commit(genesis: &Genesis, opened: &mut Opened, gifts: std::ops::Range<u32>, time: TimeMs) {
    let chain = genesis.chain_id();
    let signed = gifts.map(|number| gift(genesis, number)).collect();
    let verified = verify_all(signed, &chain).into_iter().map(|one| Arc::new(one.expect("signed well")));
    let height = opened.store.tip().height.next();
    let proposer = genesis.validators().proposer(height, 0).address();
    let proposal = lojal_chain::propose(&opened.state, proposer, time, verified).expect("points are conserved");
    assert!(proposal.refused.is_empty(), "{:?}", proposal.refused);
    let blank = CommitSignature { validator: Address::new([0; 20]), signature: Signature::new([0; 64]) };
    let signatures = Bounded::new(vec![blank]).expect("one");
    let mut certificate = Certificate { height, round: 0, block: proposal.block.id(), signatures };
    let mut signatures: Vec<CommitSignature> = (0..3)
        .map(|number| {
            let validator = validator_key(number).address();
            let message = certificate.vote_of(validator).signing_bytes(&chain);
            CommitSignature { validator, signature: validator_key(number).sign(&message) }
        })
        .collect();
    signatures.sort_unstable_by_key(|one| one.validator);
    certificate.signatures = Bounded::new(signatures).expect("three");
    let block = check_commit(&opened.state, proposal.block, certificate).expect("a quorum signed");
    opened.writer.append_commit(block.certificate(), block.bytes()).expect("the disk works");
    let committed = Arc::new(block.apply(&mut opened.state).expect("points are conserved"));
    let are_applied = committed.receipts.iter().all(|receipt| receipt.outcome == Outcome::Applied);
    assert!(are_applied, "{:?}", committed.receipts);
    opened.writer.publish(committed, &opened.state).expect("the disk works");
}

/// A node that has snapshots of states of several chunks, the newest after a block of now.
fn chain(dir: &std::path::Path) -> (Genesis, Opened) {
    let genesis = genesis();
    let options = Options { checkpoints: Checkpoints::Inline, ..Options::default() };
    let mut opened = lojal_store::open(dir, &genesis, options).expect("a new store");
    let blocks = ACCOUNTS / AT_ONCE / IN_BLOCK;
    let last = lojal_consensus::clock::now().get();
    for number in 0..blocks {
        let time = TimeMs::new(last - u64::from(blocks - 1 - number) * 2 * SECOND_MS).expect("in range");
        commit(&genesis, &mut opened, number * IN_BLOCK..(number + 1) * IN_BLOCK, time);
        opened.store.checkpoint().expect("the disk works");
    }
    let snapshots = opened.store.snapshots();
    assert_eq!(snapshots[0].height(), opened.store.tip().height, "the state after the last block is cut");
    assert!(snapshots[0].manifest().chunks().len() > 2, "several chunks");
    (genesis, opened)
}

/// The way in which a peer is no honest one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lie {
    None,
    /// Its chunks have a bit that is wrong.
    WrongChunks,
    /// Its chunks end too early.
    ShortChunks,
    /// It says nothing when it is asked for a piece.
    Silence,
    /// Its manifest is another one than it offers.
    OtherManifest,
    /// It offers a manifest in which a chunk is smaller than it is.
    FalseSizes,
    /// The first ids that it gives have a bit that is wrong.
    WrongIdsOnce,
    /// All its ids have one.
    WrongIds,
    /// After so many chunks it has none any more.
    Ends(usize),
}

/// A peer that has the snapshots of a store.
struct Provider {
    peer: Peer,
    /// The chunks that it was asked for.
    asked: Arc<AtomicUsize>,
    _network: Network,
}

impl Provider {
    async fn start(number: u8, genesis: &Genesis, store: &Store, joiner: PeerId, lie: Lie) -> Self {
        let config = NetworkConfig {
            network_id: *genesis.chain_id().as_bytes(),
            identity: identity(number),
            listen: "/ip4/127.0.0.1/tcp/0".parse().expect("an address"),
            peers: vec![Peer { id: joiner, address: Multiaddr::empty() }],
        };
        let (network, mut events) = lojal_network::start(config).await.expect("a free port");
        let Some(Event::Listening(address)) = events.recv().await else { panic!("it listens first") };
        let (asked, store) = (Arc::new(AtomicUsize::new(0)), store.clone());
        tokio::spawn(serve(network.clone(), events, store, lie, Arc::clone(&asked)));
        Self { peer: Peer { id: identity(number).peer_id(), address }, asked, _network: network }
    }
}

async fn serve(network: Network, mut events: mpsc::Receiver<Event>, store: Store, lie: Lie, chunks: Arc<AtomicUsize>) {
    let mut wrong_ids = 0_usize;
    while let Some(event) = events.recv().await {
        let Event::Request { id, data, .. } = event else { continue };
        let question = Question::decode(&data).expect("a question");
        let mut answer = answer(&store, question, true);
        if let Question::Chunk { .. } = question {
            let count = chunks.fetch_add(1, Ordering::Relaxed);
            match (lie, &mut answer) {
                (Lie::Silence, _) => continue,
                (Lie::WrongChunks, Answer::Bytes(bytes)) => bytes[9] ^= 1,
                (Lie::ShortChunks, Answer::Bytes(bytes)) => bytes.truncate(bytes.len() / 2),
                (Lie::Ends(max), _) if count >= max => answer = Answer::Nothing,
                _ => {}
            }
        }
        match (lie, question, &mut answer) {
            (Lie::OtherManifest, Question::Manifest { .. }, Answer::Bytes(bytes)) => bytes[40] ^= 1,
            (Lie::FalseSizes, Question::Manifest { .. }, Answer::Bytes(bytes)) => *bytes = false_sizes(bytes).encode(),
            (Lie::FalseSizes, Question::Offers, Answer::Offers(offers)) => {
                let mut false_offers = std::mem::take(offers).into_inner();
                for offer in &mut false_offers {
                    let bytes = store.manifest(offer.header.height).expect("what is offered is there");
                    offer.manifest = false_sizes(&bytes).hash();
                }
                *offers = Bounded::new(false_offers).expect("as many as before");
            }
            (Lie::WrongIds | Lie::WrongIdsOnce, Question::Recent { .. }, Answer::Bytes(bytes)) => {
                bytes[9] ^= u8::from(lie == Lie::WrongIds || wrong_ids == 0);
                wrong_ids += 1;
            }
            _ => {}
        }
        network.respond(id, answer.encode()).await.expect("it runs");
    }
}

/// A manifest that says of one chunk that it is smaller than it is, of which its header knows nothing.
fn false_sizes(manifest: &[u8]) -> Manifest {
    let mut manifest = Manifest::decode(manifest).expect("a store's");
    let mut chunks = manifest.chunks.into_inner();
    let full = chunks.iter_mut().find(|chunk| chunk.entries > 0).expect("a state with accounts");
    full.bytes -= 1;
    manifest.chunks = Bounded::new(chunks).expect("as many as before");
    manifest
}

/// Joins with these peers into a directory; its network key is the same each time.
async fn join_from(dir: &NodeDir, genesis: &Genesis, providers: &[Provider]) -> Result<Height, JoinError> {
    let peers = providers.iter().map(|provider| provider.peer.clone()).collect();
    let options = JoinOptions { dir: dir.path().to_owned(), peers, pin: None, allow_stale: false };
    let config = dir.config()?;
    let identity = Identity::from_seed(*dir.network_key()?.seed());
    fetch(&options, dir, &config, genesis, identity).await
}

/// A node's directory without data, and its id on the network.
fn joiner(at: &TempDir) -> (NodeDir, PeerId) {
    let (dir, keys) = (NodeDir::new(at.path().join("node")), NodeKeys::random());
    let gateway: SocketAddr = "127.0.0.1:0".parse().expect("an address");
    let listen = "/ip4/127.0.0.1/tcp/0".parse().expect("an address");
    let config = NodeConfig::new("genesis.toml".into(), listen, gateway, Vec::new());
    let entry = keys.entry("newcomer".parse().expect("valid"), 1);
    dir.create(&entry, &keys, &config).expect("a directory of its own");
    let id = Identity::from_seed(*keys.network.seed()).peer_id();
    (dir, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_joins_gets_the_whole_state_from_one_honest_peer_among_liars() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let (genesis, opened) = chain(&at.path().join("chain"));
    let (dir, id) = joiner(&at);
    let mut providers = Vec::new();
    for (number, lie) in (0..).zip([Lie::WrongChunks, Lie::ShortChunks, Lie::Silence, Lie::None]) {
        providers.push(Provider::start(number, &genesis, &opened.store, id, lie).await);
    }
    let height = join_from(&dir, &genesis, &providers).await.expect("one is honest");
    assert_eq!(height, opened.store.tip().height);
    let joined = lojal_store::open(&dir.data(), &genesis, Options::default()).expect("data of a node");
    assert_eq!(joined.store.view().state_root(), opened.store.view().state_root());
    assert!(!dir.path().join("join").exists(), "nothing is left of the making");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_gives_another_manifest_is_passed_over_and_its_offer_is_not() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let (genesis, opened) = chain(&at.path().join("chain"));
    let (dir, id) = joiner(&at);
    let mut providers = Vec::new();
    for (number, lie) in (0..).zip([Lie::OtherManifest, Lie::OtherManifest, Lie::None]) {
        providers.push(Provider::start(number, &genesis, &opened.store, id, lie).await);
    }
    assert_eq!(join_from(&dir, &genesis, &providers).await.expect("one is honest"), opened.store.tip().height);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_reached_after_liars_have_shown_the_way_is_asked_too() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let (genesis, opened) = chain(&at.path().join("chain"));
    let (dir, id) = joiner(&at);
    let (config, identity) =
        (dir.config().expect("made"), Identity::from_seed(*dir.network_key().expect("made").seed()));
    let liar = Provider::start(0, &genesis, &opened.store, id, Lie::OtherManifest).await;
    let honest = Provider::start(1, &genesis, &opened.store, id, Lie::None).await;
    let asking = reach(&genesis, &config, identity, vec![liar.peer.clone()]).await.expect("a free port");
    let way = find(&asking, &Addresses::default(), (&genesis, &Trust::Genesis)).await.expect("it holds");
    assert!(way.peers.iter().eq([&liar.peer.id]), "who has shown it has more than a third of the power");
    asking.network.allow(honest.peer.clone()).await.expect("it runs");
    let chosen = Offers::default().choose(&asking, &genesis, &way).await.expect("one is honest");
    assert!(chosen.key.0 == opened.store.tip().height && chosen.peers.contains(&honest.peer.id));
    asking.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_ids_are_the_lie_of_their_senders_where_more_than_a_third_offers_the_snapshot() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let (genesis, opened) = chain(&at.path().join("chain"));
    let (dir, id) = joiner(&at);
    let mut providers = Vec::new();
    for (number, lie) in (0..).zip([Lie::None, Lie::WrongIds, Lie::WrongIds]) {
        providers.push(Provider::start(number, &genesis, &opened.store, id, lie).await);
    }
    assert_eq!(join_from(&dir, &genesis, &providers).await.expect("one is honest"), opened.store.tip().height);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_whose_ids_two_weak_peers_do_not_have_is_passed_over_for_an_older_one() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let (genesis, opened) = chain(&at.path().join("chain"));
    let (dir, id) = joiner(&at);
    let mut providers = Vec::new();
    for number in [2, 3] {
        providers.push(Provider::start(number, &genesis, &opened.store, id, Lie::WrongIdsOnce).await);
    }
    let joined = join_from(&dir, &genesis, &providers).await.expect("the older one is whole");
    assert_eq!(joined.next(), opened.store.tip().height);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_offers_a_manifest_with_false_sizes_is_passed_over_with_it() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let (genesis, opened) = chain(&at.path().join("chain"));
    let (dir, id) = joiner(&at);
    let mut providers = Vec::new();
    for (number, lie) in [(0, Lie::FalseSizes), (1, Lie::FalseSizes), (2, Lie::None)] {
        providers.push(Provider::start(number, &genesis, &opened.store, id, lie).await);
    }
    assert_eq!(join_from(&dir, &genesis, &providers).await.expect("one is honest"), opened.store.tip().height);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_join_that_did_not_come_to_its_end_says_why_and_goes_on_with_what_has_come() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let (genesis, opened) = chain(&at.path().join("chain"));
    let (dir, id) = joiner(&at);
    let ends = [Provider::start(0, &genesis, &opened.store, id, Lie::Ends(1)).await];
    match join_from(&dir, &genesis, &ends).await {
        Err(JoinError::Joining(error)) if matches!(*error, JoiningError::NoEnd(_)) => {
            let told = error.to_string();
            assert!(told.contains(&ends[0].peer.id.to_string()) && told.contains("has nothing to give"), "{told}");
        }
        other => panic!("{other:?}"),
    }
    assert!(!dir.data().exists());
    let honest = [Provider::start(1, &genesis, &opened.store, id, Lie::None).await];
    join_from(&dir, &genesis, &honest).await.expect("it has all");
    let chunks = opened.store.snapshots()[0].manifest().chunks().iter().filter(|one| one.info.entries > 0).count();
    assert_eq!(honest[0].asked.load(Ordering::Relaxed), chunks - 1, "one of {chunks} was there");
}

#[test]
fn more_peers_than_are_asked_are_refused() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let (dir, _) = joiner(&at);
    std::fs::write(dir.path().join("genesis.toml"), genesis().document().to_toml()).expect("a directory of its own");
    let peer = |number: u8| Peer { id: identity(number).peer_id(), address: Multiaddr::empty() };
    let peers = (0..=NAMED_PEERS_MAX as u8).map(peer).collect();
    let options = JoinOptions { dir: dir.path().to_owned(), peers, pin: None, allow_stale: false };
    match join(&options) {
        Err(error @ JoinError::TooManyNamed(_)) => assert!(error.is_configuration(), "{error}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn pins_are_read() {
    let id = "ab".repeat(32);
    assert!(pin(&format!("7:{id}")).is_ok_and(|pin| pin.height == Height::new(7)));
    for wrong in ["", "7", &format!("0:{id}"), &format!("x:{id}"), "7:ab", &format!("7:{id}0")] {
        assert!(pin(wrong).is_err(), "{wrong}");
    }
}
