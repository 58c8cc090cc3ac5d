use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use lojal_store::Disk;
use lojal_types::{ChainId, Height, KeyPair};
use tokio::io::AsyncWriteExt;
use tokio::sync::oneshot;

use super::*;
use crate::client::Client;
use crate::frames::{receive, send};
use crate::limits::FRAME_BYTES_MAX;
use crate::memory::Answer;
use crate::testing::{CHAIN, key, new_guard, open, precommit, prevote};

/// A signer that runs in this process.
struct Signer {
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), ServerError>>,
}

impl Signer {
    fn start(dir: &Path) -> Self {
        let directory = dir.join("guard");
        let guard =
            if directory.exists() { open(&Disk::real(), &directory) } else { new_guard(&Disk::real(), &directory) };
        let listening = Listening::bind(&socket(dir), None).expect("a free place");
        let (stop, stopped) = oneshot::channel::<()>();
        let served = Served::new(guard);
        let running =
            tokio::spawn(async move { listening.serve(&served, async { stopped.await.unwrap_or_default() }).await });
        Self { stop, running }
    }

    async fn stop(self) {
        drop(self.stop);
        self.running.await.expect("it doesn't panic").expect("it had no fault");
    }
}

fn socket(dir: &Path) -> PathBuf {
    dir.join("sign.sock")
}

fn client(dir: &Path) -> Client {
    Client::new(socket(dir), CHAIN, key().public_key())
}

async fn eventually(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let mut look = tokio::time::interval(Duration::from_millis(5));
    let found = async {
        while !condition().await {
            look.tick().await;
        }
    };
    assert!(timeout(Duration::from_secs(30), found).await.is_ok(), "{what}");
}

#[tokio::test]
async fn a_node_gets_what_the_guard_lets_it_have() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let signer = Signer::start(dir.path());
    let mut client = client(dir.path());
    assert_eq!(client.ask().await.expect("it answers").height, Height::GENESIS);
    let answer = client.sign(prevote(4, 0, 1)).await.expect("it answers");
    let Answer::Signed(signed) = answer else { panic!("{answer:?}") };
    assert!(key().public_key().verify(&prevote(4, 0, 1).signing_bytes(&CHAIN), &signed.signature));
    assert_eq!(client.sign(prevote(4, 0, 1)).await.expect("it answers"), Answer::Signed(signed));
    assert_eq!(client.sign(prevote(4, 0, 2)).await.expect("it answers"), Answer::Instead(signed));
    assert_eq!(client.sign(prevote(3, 0, 1)).await.expect("it answers"), Answer::Below(Height::new(4)));
    client.sign(precommit(4, 0, 1)).await.expect("it answers");
    client.enter().await.expect("it answers");
    assert!(matches!(client.sign(prevote(4, 1, 2)).await, Ok(Answer::Instead(_))), "held to the earlier lock");
    assert_eq!(client.settle(Height::new(9)).await.expect("it answers").height, Height::new(9));
    signer.stop().await;
}

#[tokio::test]
async fn the_socket_is_the_owners_alone_and_an_old_one_is_replaced() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    for _ in 0..2 {
        let bound = Listening::bind(&socket(dir.path()), None).expect("a free place, or an old socket");
        assert_eq!(std::fs::metadata(socket(dir.path())).expect("it is there").mode() & 0o777, 0o600);
        drop(bound);
    }
    std::fs::remove_file(socket(dir.path())).expect("a socket of ours");
    std::fs::write(socket(dir.path()), "precious").expect("a directory of ours");
    assert!(matches!(Listening::bind(&socket(dir.path()), None), Err(ServerError::Occupied(_))));
}

#[tokio::test]
async fn a_client_finds_a_signer_that_was_started_again_by_itself() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let mut client = client(dir.path());
    let error = client.ask().await.expect_err("nobody listens").to_string();
    assert!(error.contains("lojal-node sign"), "{error}");
    for height in 1..4 {
        let signer = Signer::start(dir.path());
        assert!(matches!(client.sign(prevote(height, 0, 1)).await, Ok(Answer::Signed(_))));
        assert!(matches!(client.sign(prevote(height, 0, 2)).await, Ok(Answer::Instead(_))));
        signer.stop().await;
    }
}

#[tokio::test]
async fn a_second_node_is_refused_while_the_first_is_there() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let signer = Signer::start(dir.path());
    let (mut first, mut second) = (client(dir.path()), client(dir.path()));
    first.ask().await.expect("it answers");
    let error = second.sign(prevote(1, 0, 1)).await.expect_err("it is busy").to_string();
    assert!(error.contains("another node"), "{error}");
    first.ask().await.expect("it still answers");
    drop(first);
    eventually("the place is free", async || second.ask().await.is_ok()).await;
    signer.stop().await;
}

#[tokio::test]
async fn another_networks_or_keys_node_is_told_so() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let signer = Signer::start(dir.path());
    let other_chain = Client::new(socket(dir.path()), ChainId::new([2; 32]), key().public_key()).ask().await;
    let error = other_chain.expect_err("another network").to_string();
    assert!(error.contains("network"), "{error}");
    let other_key = KeyPair::from_seed(&[8; 32]).public_key();
    eventually("the right words", async || {
        let error = Client::new(socket(dir.path()), CHAIN, other_key).ask().await.expect_err("another key").to_string();
        error.contains("node.toml")
    })
    .await;
    signer.stop().await;
}

#[tokio::test]
async fn what_no_node_says_ends_the_conversation_and_nothing_else() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let signer = Signer::start(dir.path());
    let too_long = u32::try_from(FRAME_BYTES_MAX + 1).expect("short").to_le_bytes().to_vec();
    let sayings = [too_long, vec![1, 0, 0, 0, 99], vec![2, 0, 0, 0, 0], vec![0; 64]];
    for bytes in sayings {
        let mut stream = UnixStream::connect(socket(dir.path())).await.expect("it listens");
        // It may have hung up before all of this is written.
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        while !matches!(receive::<Reply>(&mut stream).await, Ok(None) | Err(_)) {}
    }
    // Nothing before a welcome.
    eventually("it refuses", async || {
        let mut stream = UnixStream::connect(socket(dir.path())).await.expect("it listens");
        let _ = send(&mut stream, &Request::Sign(prevote(1, 0, 1))).await;
        matches!(receive(&mut stream).await, Ok(Some(Reply::Refused)))
    })
    .await;
    let mut client = client(dir.path());
    eventually("it serves", async || client.ask().await.is_ok()).await;
    assert_eq!(client.ask().await.expect("it answers").height, Height::GENESIS, "nothing was signed");
    signer.stop().await;
}

#[tokio::test]
async fn a_signer_that_hangs_is_given_up_in_time() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let _silent = UnixListener::bind(socket(dir.path())).expect("a free place");
    let asked = timeout(ANSWER_TIME * 20, client(dir.path()).ask()).await;
    let error = asked.expect("it is given up").expect_err("nobody answers").to_string();
    assert!(error.contains("in time"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_says_nothing_any_more_is_let_go() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let served = Served::new(new_guard(&Disk::real(), &dir.path().join("guard")));
    let (mut node, signer) = tokio::io::duplex(FRAME_BYTES_MAX);
    let conversation = tokio::spawn(converse(signer, served));
    send(&mut node, &Request::Hello { protocol: PROTOCOL, chain: CHAIN }).await.expect("in memory");
    assert!(matches!(receive(&mut node).await, Ok(Some(Reply::Welcome { .. }))));
    assert!(matches!(receive::<Reply>(&mut node).await, Ok(None)), "it hangs up");
    conversation.await.expect("it doesn't panic").expect("the guard is well");
}
