//! Guards that are lost, and signers that go away.

use lojal_signer::Guard;
use lojal_signer::server::{Listening, Served, ServerError};
use lojal_store::Disk;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Cluster, eventually};
use crate::fixture::{guard, validator_key};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_whose_guard_was_lost_follows_in_silence_and_then_votes_again() {
    let mut cluster = Cluster::start().await;
    let ids = cluster.submit(0, 3).await;
    cluster.committed(&ids).await;
    cluster.stop_node(3).await;
    let (directory, key, disk) = (cluster.dirs[3].path().join("guard"), validator_key(3).public_key(), Disk::real());
    std::fs::remove_dir_all(&directory).expect("a directory of ours");
    Guard::create(&disk, &directory, &key, true).expect("a free place");
    let mark = cluster.dirs[3].path().join("data/forgotten");
    std::fs::write(&mark, []).expect("a temporary directory");
    let standing = || Guard::look(&disk, &directory, &key).expect("readable").0;
    assert!(standing().is_doubtful);
    cluster.start_node(3).await;
    let ids = cluster.submit(3, 3).await;
    cluster.committed(&ids).await;
    eventually("its silence ends", || !mark.exists()).await;
    assert!(!standing().is_doubtful);
    cluster.stop_node(0).await;
    // Three of four are a quorum only with its votes.
    let ids = cluster.submit(1, 3).await;
    cluster.committed(&ids).await;
    cluster.assert_agreement();
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_without_its_data_votes_again_as_soon_as_it_is_where_its_guard_is() {
    let mut cluster = Cluster::start().await;
    let ids = cluster.submit(0, 3).await;
    cluster.committed(&ids).await;
    cluster.stop_node(3).await;
    for lost in ["data", "consensus"] {
        std::fs::remove_dir_all(cluster.dirs[3].path().join(lost)).expect("a directory of ours");
    }
    cluster.start_node(3).await;
    eventually("it votes", || cluster.node(3).metrics.counts().is_signing).await;
    let (directory, key) = (cluster.dirs[3].path().join("guard"), validator_key(3).public_key());
    let (standing, _) = Guard::look(&Disk::real(), &directory, &key).expect("readable");
    assert!(cluster.node(3).store.tip().height.next() >= standing.height, "it has all blocks before that");
    cluster.stop_node(0).await;
    let ids = cluster.submit(1, 3).await;
    cluster.committed(&ids).await;
    cluster.assert_agreement();
    cluster.stop().await;
}

/// A signer that a test starts and stops.
struct SignerProcess {
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), ServerError>>,
}

impl SignerProcess {
    fn start(cluster: &Cluster, number: u8) -> Self {
        let dir = cluster.dirs[usize::from(number)].path();
        let served = Served::new(guard(&dir.join("signer"), number, cluster.genesis.chain_id()));
        let listening = Listening::bind(&dir.join("sign.sock"), None).expect("a free place");
        let (stop, stopped) = oneshot::channel::<()>();
        let serve = async move { listening.serve(&served, async { stopped.await.unwrap_or_default() }).await };
        Self { stop, running: tokio::spawn(serve) }
    }

    async fn stop(self) {
        drop(self.stop);
        self.running.await.expect("it doesn't panic").expect("it had no fault");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validator_whose_signer_goes_away_follows_without_a_vote_and_votes_again_when_it_is_back() {
    let mut cluster = Cluster::new();
    cluster.signed_elsewhere = Some(3);
    for number in 0..4 {
        cluster.start_node(number).await;
    }
    // Without a signer from the start.
    let ids = cluster.submit(3, 3).await;
    cluster.committed(&ids).await;
    for _ in 0..2 {
        assert!(!cluster.node(3).metrics.counts().signer_up && !cluster.node(3).metrics.counts().is_signing);
        let signer = SignerProcess::start(&cluster, 3);
        eventually("it votes", || cluster.node(3).metrics.counts().is_signing).await;
        cluster.stop_node(0).await;
        // Three of four are a quorum only with its votes.
        let ids = cluster.submit(3, 3).await;
        cluster.committed(&ids).await;
        cluster.start_node(0).await;
        cluster.committed(&ids).await;
        eventually("the other votes again", || cluster.node(0).metrics.counts().is_signing).await;
        signer.stop().await;
        let ids = cluster.submit(3, 3).await;
        cluster.committed(&ids).await;
        eventually("it votes no more", || !cluster.node(3).metrics.counts().is_signing).await;
        let ids = cluster.submit(3, 3).await;
        cluster.committed(&ids).await;
    }
    cluster.assert_agreement();
    cluster.stop().await;
}
