//! Nodes that fall back: what takes the place of their data, and who leads them there.

use lojal_chain::replay::execute_bytes;
use lojal_consensus::joining::{Useless, follow};
use lojal_consensus::{Condition, FarBehind};
use tokio::sync::watch;

use super::*;

/// Commits the first blocks of another store.
fn copy_blocks(genesis: &Genesis, from: &Store, up_to: u64, dir: &NodeDir) -> Opened {
    let mut opened = lojal_store::open(&dir.data(), genesis, Options::default()).expect("a new store");
    for height in 1..=up_to {
        let stored = from.block(Height::new(height)).expect("readable").found().expect("it has it");
        let block = execute_bytes(&opened.state, &stored.bytes).expect("it was committed there");
        let block = check_commit(&opened.state, block, stored.certificate).expect("it was committed there");
        opened.writer.append_commit(block.certificate(), block.bytes()).expect("the disk works");
        let committed = Arc::new(block.apply(&mut opened.state).expect("points are conserved"));
        opened.writer.publish(committed, &opened.state).expect("the disk works");
    }
    opened
}

/// Falls back from a store by these peers.
async fn fall_back(dir: &NodeDir, store: &Store, providers: &[Provider]) -> Result<Option<Fetched>, JoinError> {
    let given = providers.iter().map(|provider| (provider.peer.id, provider.peer.address.clone())).collect();
    let addresses = Addresses { named: Default::default(), given };
    let (config, identity) = (dir.config()?, Identity::from_seed(*dir.network_key()?.seed()));
    let (told, _condition) = watch::channel(Condition::Behind);
    let next = store.tip().height.next();
    let validators = store.view().validators().clone();
    let fall = Fall { dir, config: &config, addresses, identity, store: store.clone(), told };
    fall.back(FarBehind { next, first: next.next(), validators }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_of_a_node_that_falls_back_are_replaced_and_its_blocks_are_kept() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let (genesis, source) = chain(&at.path().join("chain"));
    let (dir, id) = joiner(&at);
    let opened = copy_blocks(&genesis, &source.store, 1, &dir);
    let mut providers = Vec::new();
    for (number, lie) in (0..).zip([Lie::WrongChunks, Lie::None]) {
        providers.push(Provider::start(number, &genesis, &source.store, id, lie).await);
    }
    let fetched = fall_back(&dir, &opened.store, &providers).await.expect("one is honest").expect("it has a snapshot");
    opened.store.close().expect("the disk works");
    assert_eq!(opened.store.view().state_root(), opened.state.view().state_root(), "it goes on being read");
    fetched.install(&dir).expect("the disk works");
    drop(opened);
    let joined = lojal_store::open(&dir.data(), &genesis, Options::default()).expect("data of a node");
    assert_eq!(joined.store.view().state_root(), source.store.view().state_root());
    let old = lojal_store::open(&dir.path().join("data.old-1"), &genesis, Options::default()).expect("kept");
    assert_eq!(old.store.tip().height, Height::new(1));
    assert!(dir.guard().exists(), "the guard is not the data's");
}

#[tokio::test(flavor = "multi_thread")]
async fn data_without_a_block_leave_nothing_behind() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let (genesis, source) = chain(&at.path().join("chain"));
    let (dir, id) = joiner(&at);
    let opened = copy_blocks(&genesis, &source.store, 0, &dir);
    let providers = [Provider::start(0, &genesis, &source.store, id, Lie::None).await];
    let fetched = fall_back(&dir, &opened.store, &providers).await.expect("it is honest").expect("it has a snapshot");
    opened.store.close().expect("the disk works");
    fetched.install(&dir).expect("the disk works");
    assert!(dir.data().exists() && !dir.path().join("data.old-1").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_leads_a_node_past_its_last_block_or_back_behind_it() {
    let at = tempfile::tempdir().expect("a temporary directory");
    let (genesis, source) = chain(&at.path().join("chain"));
    let (dir, id) = joiner(&at);
    let provider = Provider::start(0, &genesis, &source.store, id, Lie::None).await;
    let (peer, identity) = (provider.peer.id, Identity::from_seed(*dir.network_key().expect("made").seed()));
    let config = dir.config().expect("made");
    let asking = reach(&genesis, &config, identity, vec![provider.peer.clone()]).await.expect("a free port");
    let tip = source.store.tip().height;
    let header = |height| source.store.decided(height).expect("readable").expect("it has it").0;
    let before = header(Height::new(tip.get() - 1));
    let own = |header: &lojal_types::Header| Trust::Own(Box::new(header.clone()));
    let way = find(&asking, &Addresses::default(), (&genesis, &own(&before))).await.expect("it holds");
    let gathered = Offers::after(before.height).gather(&asking, &genesis, &way).await.expect("it runs");
    assert!(gathered.keys().map(|(height, _)| *height).eq([tip]), "the earlier one is of no use");

    let mut other = before.clone();
    other.time_ms = other.time_ms.plus_ms(1);
    let lie = follow(&asking, peer, (&genesis, &own(&other))).await.expect("it runs");
    assert!(matches!(lie, Err(Useless::Lie(_))), "its next block is on top of another one");
    let last = follow(&asking, peer, (&genesis, &own(&header(tip)))).await.expect("it runs");
    assert!(matches!(last, Err(Useless::Nothing)), "it has nothing later");
    asking.end().await;
}
