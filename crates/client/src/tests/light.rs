//! A client that follows the validators along what a gateway shows, which may lie.

use std::sync::{Arc, Mutex};

use borsh::BorshSerialize;
use lojal_chain::SetChange;
use lojal_types::{
    BlockId, Bounded, Certificate, CommitSignature, Genesis, GenesisDocument, Governance, Hash, Header, HexBytes,
    NetworkKind, Parameters, Signature, Validator, ValidatorSet, api,
};

use super::super::*;
use super::server::{Answer, Server};

const START_MS: u64 = 1_796_083_185_000;

/// The validators with these numbers, all with the same power.
fn set(numbers: &[u8]) -> ValidatorSet {
    let key = |seed: u8| KeyPair::from_seed(&[seed; 32]).public_key();
    let one = |number: &u8| Validator {
        name: format!("node {number}").parse().expect("a name"),
        public_key: key(*number),
        network_key: key(100 + number),
        power: 1,
    };
    ValidatorSet::new(numbers.iter().map(one).collect()).expect("keys and names of their own")
}

fn genesis(name: &str) -> Genesis {
    let list = set(&[1, 2, 3, 4]).validators().to_vec();
    let document = GenesisDocument {
        governance: Governance::of(&list, |validator| validator.network_key),
        parameters: Parameters::standard(),
        validators: Bounded::new(list).expect("four"),
        ..GenesisDocument::empty(name.parse().expect("a name"), TimeMs::new(START_MS).expect("in range"))
    };
    Genesis::new(document).expect("the document keeps the rules")
}

fn header(chain: &ChainId, height: u64, old: &[u8], next: &[u8]) -> Header {
    Header {
        version: 1,
        chain_id: *chain,
        height: Height::new(height),
        time_ms: TimeMs::new(START_MS + height).expect("in range"),
        parent: BlockId::new([7; 32]),
        transactions_root: Hash::new([1; 32]),
        receipts_root: Hash::new([2; 32]),
        state_root: Hash::new([3; 32]),
        validators_hash: set(old).hash(chain),
        next_validators_hash: set(next).hash(chain),
        proposer: set(old).validators()[0].address(),
    }
}

fn certificate(header: &Header, signers: &[u8]) -> Certificate {
    let mut keys: Vec<KeyPair> = signers.iter().map(|seed| KeyPair::from_seed(&[*seed; 32])).collect();
    keys.sort_by_key(KeyPair::address);
    let blank = |key: &KeyPair| CommitSignature { validator: key.address(), signature: Signature::new([0; 64]) };
    let signatures = Bounded::new(keys.iter().map(blank).collect()).expect("some");
    let mut certificate = Certificate { height: header.height, round: 0, block: header.id(), signatures };
    let sign = |key: &KeyPair| CommitSignature {
        validator: key.address(),
        signature: key.sign(&certificate.vote_of(key.address()).signing_bytes(&header.chain_id)),
    };
    certificate.signatures = Bounded::new(keys.iter().map(sign).collect()).expect("some");
    certificate
}

fn change(chain: &ChainId, height: u64, old: &[u8], next: &[u8]) -> SetChange {
    let header = header(chain, height, old, next);
    SetChange { certificate: certificate(&header, old), header, next: set(next) }
}

fn bytes(what: &impl BorshSerialize) -> HexBytes {
    HexBytes(borsh::to_vec(what).expect("in memory"))
}

fn block(header: &Header, signers: &[u8]) -> api::LightBlock {
    api::LightBlock {
        id: header.id(),
        header: bytes(header),
        certificate: bytes(&certificate(header, signers)),
        fields: header.clone().to_text(NetworkKind::Main),
    }
}

/// The answers of a gateway: its changes, two at a time, and its last header.
#[derive(Clone)]
struct Shown {
    changes: Vec<SetChange>,
    last: api::LightBlock,
    /// The block up to which it says that it has all changes.
    height: u64,
}

/// A gateway that shows what a test wants.
struct Gateway {
    server: Server,
    shown: Arc<Mutex<Shown>>,
}

impl Gateway {
    fn showing(shown: Shown) -> Self {
        let shown = Arc::new(Mutex::new(shown));
        let its = shown.clone();
        let server = Server::start(move |request| answer(&its.lock().expect("free"), &request.path));
        Self { server, shown }
    }
    fn client(&self) -> Client {
        Client::new(self.server.url()).expect("valid")
    }
    fn shows(&self, change: impl FnOnce(&mut Shown)) {
        change(&mut self.shown.lock().expect("free"));
    }
}

fn answer(shown: &Shown, path: &str) -> Answer {
    if let Some(query) = path.strip_prefix("/v1/light/changes?after=") {
        let after: u64 = query.split('&').next().and_then(|text| text.parse().ok()).expect("a height");
        let later = shown.changes.iter().filter(|change| change.header.height.get() > after);
        let (count, first) = (later.clone().count(), later.take(2).map(bytes).collect());
        return Answer::json(
            200,
            &api::LightChanges { changes: first, more: count > 2, height: Height::new(shown.height) },
        );
    }
    if let Some(hash) = path.strip_prefix("/v1/light/validators/") {
        let mut sets = shown.changes.iter().map(|change| &change.next);
        let chain = shown.changes.first().map_or(ChainId::new([0; 32]), |change| change.header.chain_id);
        return match sets.find(|set| set.hash(&chain).to_string() == hash) {
            Some(set) => {
                let (hash, validators) = (set.hash(&chain), set.validators().to_vec());
                Answer::json(200, &api::LightValidators { hash, set: bytes(set), validators })
            }
            None => Answer::problem(404, "unknown_validators"),
        };
    }
    let at = path.strip_prefix("/v1/light/blocks/").expect("no other route is asked for");
    let change = shown.changes.iter().find(|change| change.header.height.to_string() == at);
    match (change, at) {
        (_, "latest") => Answer::json(200, &shown.last),
        (Some(change), _) => {
            let (id, fields) = (change.header.id(), change.header.clone().to_text(NetworkKind::Main));
            let (header, certificate) = (bytes(&change.header), bytes(&change.certificate));
            Answer::json(200, &api::LightBlock { id, header, certificate, fields })
        }
        (None, _) => Answer::problem(404, "unknown_block"),
    }
}

const FIRST: [u8; 4] = [1, 2, 3, 4];
const SECOND: [u8; 4] = [2, 3, 4, 5];
const THIRD: [u8; 3] = [6, 7, 8];

/// A chain of three changes and forty blocks.
fn honest(genesis: &Genesis) -> Shown {
    let id = genesis.chain_id();
    let changes =
        vec![change(&id, 10, &FIRST, &SECOND), change(&id, 20, &SECOND, &THIRD), change(&id, 30, &THIRD, &FIRST)];
    Shown { changes, last: block(&header(&id, 40, &FIRST, &FIRST), &FIRST), height: 40 }
}

#[test]
fn changes_are_followed_page_by_page_to_the_last_block() {
    let genesis = genesis("light");
    let gateway = Gateway::showing(honest(&genesis));
    let mut verifier = Verifier::new(&genesis);
    let (seal, changes) = gateway.client().latest(&mut verifier).expect("it is honest");
    assert_eq!((seal.height.get(), changes), (40, honest(&genesis).changes));
    assert_eq!((verifier.pin().height.get(), verifier.validators()), (30, &set(&FIRST)));
    let asked: Vec<String> = gateway.server.requests().into_iter().map(|request| request.path).collect();
    assert_eq!(asked[1..], ["/v1/light/changes?after=0&limit=100", "/v1/light/changes?after=20&limit=100"]);
    // What is kept leads on from there, without asking for what was before.
    let mut resumed = Verifier::resumed(&genesis, &seal).expect("kept");
    assert_eq!(resumed.pin(), Pin { height: seal.height, block: seal.block });
    let id = genesis.chain_id();
    gateway.shows(|shown| shown.last = block(&header(&id, 42, &FIRST, &FIRST), &FIRST));
    gateway.shows(|shown| shown.height = 42);
    assert_eq!(gateway.client().latest(&mut resumed).expect("it is honest").1, []);
}

#[test]
fn a_lie_about_the_validators_is_told_as_one_and_teaches_nothing() {
    type Lie = fn(&mut Shown, &ChainId);
    let genesis = genesis("light");
    let id = genesis.chain_id();
    let lies: [(&str, Lie, &str); 8] = [
        ("a change less", |shown, _| drop(shown.changes.remove(1)), "other validators"),
        ("the last change less", |shown, _| drop(shown.changes.pop()), "other validators"),
        ("another set", |shown, _| shown.changes[0].next = set(&THIRD), "commits to"),
        (
            "a heavier validator",
            |shown, _| {
                let mut list = set(&SECOND).validators().to_vec();
                list[0].power = 9;
                shown.changes[0].next = ValidatorSet::new(list).expect("a set");
            },
            "commits to",
        ),
        (
            "a later block of the old ones",
            |shown, id| shown.last = block(&header(id, 40, &SECOND, &SECOND), &SECOND),
            "other validators",
        ),
        (
            "the old ones in the place of the new ones",
            |shown, id| shown.last = block(&header(id, 40, &FIRST, &FIRST), &SECOND),
            "isn't final",
        ),
        (
            "a change of another chain",
            |shown, _| shown.changes[0] = change(&ChainId::new([9; 32]), 10, &FIRST, &SECOND),
            "another chain",
        ),
        (
            "too few signatures",
            |shown, _| {
                shown.changes[0].certificate = {
                    let change = &shown.changes[0];
                    certificate(&change.header, &[1, 2])
                }
            },
            "of the change of the validators at height 10",
        ),
    ];
    for (what, lie, words) in lies {
        let gateway = Gateway::showing(honest(&genesis));
        gateway.shows(|shown| lie(shown, &id));
        let mut verifier = Verifier::new(&genesis);
        let error = gateway.client().latest(&mut verifier).expect_err(what);
        let ClientError::Untrue { reason, .. } = &error else { panic!("{what}: {error}") };
        assert!(reason.contains(words), "{what}: {reason}");
        assert_eq!(verifier.pin().height, Height::GENESIS, "{what}");
    }
}

#[test]
fn a_gateway_that_has_not_all_changes_yet_is_behind_and_one_that_shows_none_of_more_is_refused() {
    let genesis = genesis("light");
    let gateway = Gateway::showing(honest(&genesis));
    gateway.shows(|shown| (shown.height, shown.changes) = (9, Vec::new()));
    let error = gateway.client().latest(&mut Verifier::new(&genesis)).expect_err("it lacks them");
    assert!(matches!(error, ClientError::Behind { .. }), "{error}");
    let last = honest(&genesis).last;
    let endless = Server::start(move |request| match request.path.as_str() {
        "/v1/light/blocks/latest" => Answer::json(200, &last),
        _ => Answer::json(200, &api::LightChanges { changes: vec![], more: true, height: Height::new(40) }),
    });
    let client = Client::new(endless.url()).expect("valid");
    let error = client.latest(&mut Verifier::new(&genesis)).expect_err("it leads nowhere");
    assert!(matches!(error, ClientError::Untrue { .. }), "{error}");
    assert_eq!(endless.requests().len(), 2);
}

#[test]
fn a_pin_leads_to_its_own_header_and_validators_and_no_fork_before_it_counts() {
    let genesis = genesis("light");
    let id = genesis.chain_id();
    let gateway = Gateway::showing(honest(&genesis));
    let first = &honest(&genesis).changes[0];
    let pin = Pin { height: first.header.height, block: first.header.id() };
    let mut pinned = gateway.client().pinned(&genesis, pin).expect("the block is there");
    assert_eq!((pinned.pin(), pinned.validators()), (pin, &set(&SECOND)));
    assert_eq!(gateway.client().latest(&mut pinned).expect("it is honest").1.len(), 2);
    let other = Pin { block: BlockId::new([1; 32]), ..pin };
    let error = gateway.client().pinned(&genesis, other).expect_err("it is another block");
    let found = pin.block;
    let (url, height) = (gateway.client().url().to_owned(), pin.height);
    assert_eq!(error, ClientError::NotPinned { url, height, found }, "and nobody is called a liar");
    // All who decided at first fork the chain with their old keys.
    gateway.shows(|shown| shown.changes = vec![change(&id, 8, &FIRST, &[9])]);
    gateway.shows(|shown| shown.last = block(&header(&id, 100, &[9], &[9]), &[9]));
    gateway.shows(|shown| shown.height = 100);
    gateway.client().latest(&mut Verifier::new(&genesis)).expect("without a pin nothing shows that it is a fork");
    let mut pinned = Verifier::pinned(&genesis, pin, &first.header, first.next.clone()).expect("the block of the pin");
    let error = gateway.client().latest(&mut pinned).expect_err("the pin is on another branch");
    assert!(matches!(error, ClientError::Untrue { .. }), "{error}");
}

#[test]
fn another_final_block_beside_the_one_that_is_known_is_evidence_and_an_older_one_is_behind() {
    let genesis = genesis("light");
    let id = genesis.chain_id();
    let gateway = Gateway::showing(honest(&genesis));
    let (seal, _) = gateway.client().latest(&mut Verifier::new(&genesis)).expect("it is honest");
    let latest = |last: api::LightBlock| {
        gateway.shows(|shown| shown.last = last);
        gateway.client().latest(&mut Verifier::resumed(&genesis, &seal).expect("kept"))
    };
    let other = Header { state_root: Hash::new([9; 32]), ..header(&id, 40, &FIRST, &FIRST) };
    let split = latest(block(&other, &FIRST)).expect_err("both are final");
    assert!(matches!(&split, ClientError::Split { seal, .. } if seal.block == other.id()), "{split}");
    let forged = latest(block(&other, &[6, 7, 8])).expect_err("it isn't final");
    assert!(matches!(forged, ClientError::Untrue { .. }), "{forged}");
    let older = latest(block(&header(&id, 39, &FIRST, &FIRST), &FIRST)).expect_err("it is older");
    assert!(matches!(older, ClientError::Behind { .. }), "{older}");
    assert_eq!(latest(honest(&genesis).last).expect("the very block").0, seal);
}

#[test]
fn changes_without_end_are_not_followed_for_ever() {
    let genesis = genesis("light");
    let id = genesis.chain_id();
    let sets: [&[u8]; 2] = [&[1, 2, 3, 4], &[1, 2, 3]];
    let last = block(&header(&id, 1_000_000, sets[1], sets[1]), sets[1]);
    // Whoever has the keys can sign changes as long as they like, at every other height here.
    let at = move |number: usize| change(&id, 2 * number as u64, sets[(number - 1) % 2], sets[number % 2]);
    let server = Server::start(move |request| {
        let Some(query) = request.path.strip_prefix("/v1/light/changes?after=") else {
            return Answer::json(200, &last);
        };
        let after: usize = query.split('&').next().and_then(|text| text.parse().ok()).expect("a height");
        let changes = (after / 2 + 1..after / 2 + 401).map(|number| bytes(&at(number))).collect();
        Answer::json(200, &api::LightChanges { changes, more: true, height: Height::new(1_000_000) })
    });
    let error = Client::new(server.url()).expect("valid").latest(&mut Verifier::new(&genesis)).expect_err("endless");
    assert_eq!(error, ClientError::TooManyChanges { url: server.url().to_owned(), from: Height::GENESIS });
    assert_eq!(server.requests().len(), 1 + FOLLOWED_MAX / 400 + 1);
}
