//! The routes of light clients: changes of the validators, headers, and who decides them.

use lojal_chain::{LightState, SetChange};
use lojal_types::api::{LightBlock, LightChanges, LightValidators};
use lojal_types::{
    Action, Bounded, Certificate, Hash, Header, Height, HexBytes, NetworkKind, Operation, Propose, SetPower,
    ValidatorSet, api,
};

use super::node::{ANNA, GOVERNOR, Node, POWER};
use crate::access::Access;
use crate::light::page;

/// Lowers the power of the one validator so many times, in a block each.
fn change(node: &Node, times: u64) {
    let lowest = node.store().view().validators().total_power();
    for power in (lowest - times..lowest).rev() {
        let set = SetPower { name: "one".parse().expect("valid"), power };
        node.apply(GOVERNOR, vec![Operation::Propose(Propose { actions: Bounded::from([Action::SetPower(set)]) })]);
    }
}

fn decoded<T: borsh::BorshDeserialize>(bytes: &HexBytes) -> T {
    borsh::from_slice(&bytes.0).expect("canonical bytes")
}

async fn changes(node: &Node, query: &str) -> LightChanges {
    node.get(&format!("/v1/light/changes?{query}")).await.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_lead_from_genesis_to_the_validators_of_the_last_header() {
    let node = Node::start().await;
    node.issue(ANNA, 100);
    change(&node, 3);
    let page = changes(&node, "after=0").await;
    assert_eq!((page.changes.len(), page.more, page.height), (3, false, node.store().tip().height));
    let mut light = LightState::genesis(node.store().genesis());
    for change in &page.changes {
        light.advance(&decoded::<SetChange>(change)).expect("it leads on");
    }
    assert_eq!(light.validators().total_power(), POWER - 3);
    node.issue(ANNA, 1);
    let last: LightBlock = node.get("/v1/light/blocks/latest").await.json();
    let (header, certificate): (Header, Certificate) = (decoded(&last.header), decoded(&last.certificate));
    assert_eq!(light.check(&header, &certificate).expect("final").pin().block, last.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_changes_are_whole_and_those_that_others_follow_stay() {
    let node = Node::start().await;
    change(&node, 5);
    let all = changes(&node, "after=0&limit=100").await;
    let height = |change: &HexBytes| decoded::<SetChange>(change).header.height;
    let (mut after, mut found) = (Height::GENESIS, Vec::new());
    loop {
        let answer = node.get(&format!("/v1/light/changes?after={after}&limit=2")).await;
        let page: LightChanges = answer.json();
        assert!((1..=2).contains(&page.changes.len()));
        assert_eq!(answer.header("cache-control").contains("immutable"), page.more);
        found.extend(page.changes);
        after = height(found.last().expect("one at least"));
        if !page.more {
            break;
        }
    }
    assert_eq!((found.len(), &found), (5, &all.changes));
    assert!(found.iter().map(height).is_sorted());
    let path = format!("/v1/light/changes?after={after}");
    let answer = node.get(&path).await;
    assert_eq!(answer.json::<LightChanges>().changes, []);
    assert_eq!(node.get_with(&path, "if-none-match", answer.header("etag")).await.status, 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_a_hundred_changes_at_most_and_so_many_bytes_but_always_one() {
    let node = Node::start().await;
    change(&node, 101);
    let first = changes(&node, "after=0").await;
    assert_eq!((first.changes.len(), first.more), (100, true));
    for wrong in ["", "after=0&limit=0", "after=0&limit=101", "after=-1", "limit=5", "after=0&before=9"] {
        let answer = node.get(&format!("/v1/light/changes?{wrong}")).await;
        assert_eq!(answer.refusal(), (400, "invalid_parameter".into()), "{wrong}");
    }
    let detail = node.get("/v1/light/changes?after=-1").await.problem().detail;
    assert!(detail.contains("parameter after takes the height of a block"), "{detail}");
    let detail = node.get("/v1/light/changes?before=9").await.problem().detail;
    assert!(detail.contains("no parameter before; it has after and limit"), "{detail}");
    let bytes = first.changes[0].0.len() + first.changes[1].0.len();
    for (bytes_max, count) in [(0, 1), (bytes - 1, 1), (bytes, 2), (usize::MAX, 101)] {
        let page = page(node.store(), Height::GENESIS, 101, bytes_max);
        assert_eq!((page.changes.len(), page.more), (count, count < 101), "{bytes_max}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_header_comes_with_its_certificate_as_bytes_and_with_its_fields() {
    let node = Node::start().await;
    assert_eq!(node.get("/v1/light/blocks/latest").await.refusal(), (404, "unknown_block".into()));
    node.issue(ANNA, 100);
    let second = node.issue(ANNA, 7);
    let light: LightBlock = node.get("/v1/light/blocks/2").await.json();
    let block: api::Block = node.get("/v1/blocks/2").await.json();
    assert_eq!((light.id, &light.fields), (second.id, &block.header));
    assert_eq!(decoded::<Header>(&light.header), second.header);
    assert_eq!(decoded::<Certificate>(&light.certificate).to_text(NetworkKind::Test), block.certificate);
    for missing in ["0", "3"] {
        let answer = node.get(&format!("/v1/light/blocks/{missing}")).await;
        assert_eq!(answer.refusal(), (404, "unknown_block".into()), "{missing}");
    }
    for wrong in ["newest", "-1", "01"] {
        let answer = node.get(&format!("/v1/light/blocks/{wrong}")).await;
        assert_eq!(answer.refusal(), (400, "invalid_parameter".into()), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn validators_come_by_their_hash_whether_they_decide_now_or_once_did() {
    let node = Node::start().await;
    let chain = node.chain();
    change(&node, 2);
    let between = decoded::<SetChange>(&changes(&node, "after=0").await.changes[0]).next;
    let (genesis, now) = (node.store().genesis().validators().clone(), node.store().view().validators().clone());
    for set in [genesis, between, now] {
        let hash = set.hash(&chain);
        let answer = node.get(&format!("/v1/light/validators/{hash}")).await;
        assert!(answer.header("cache-control").contains("immutable"));
        let found: LightValidators = answer.json();
        assert_eq!((found.hash, decoded::<ValidatorSet>(&found.set)), (hash, set.clone()));
        assert_eq!(found.validators, set.validators());
    }
    let none = Hash::new([7; 32]);
    assert_eq!(node.get(&format!("/v1/light/validators/{none}")).await.refusal(), (404, "unknown_validators".into()));
    assert_eq!(node.get("/v1/light/validators/07").await.refusal(), (400, "invalid_parameter".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_needs_a_token_for_what_names_no_member() {
    let node = Node::start_guarded(Access::default()).await;
    node.issue(ANNA, 100);
    let hash = node.store().view().validators().hash(&node.chain());
    for path in ["changes?after=0".to_owned(), "blocks/1".to_owned(), format!("validators/{hash}")] {
        assert_eq!(node.get(&format!("/v1/light/{path}")).await.status, 200, "{path}");
    }
}
