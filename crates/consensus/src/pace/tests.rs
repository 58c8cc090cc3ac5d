use arc_malachitebft_core_types::LinearTimeouts;
use lojal_store::Pages;
use tokio::time::Instant;

use super::*;
use crate::clock::Clock;
use crate::fixture::{chain, issue, peer, state, validators};
use crate::workers::Workers;

const HEARTBEAT: Duration = Duration::from_secs(3);
/// No test waits for it.
const NEVER: Duration = Duration::from_secs(3_600);

struct Bench {
    mempool: Mempool,
    progress: Progress,
    pace: Pace,
    heartbeat: Duration,
    chain: lojal_types::ChainId,
}

impl Bench {
    fn new(heartbeat: Duration) -> Self {
        let state = state();
        let (mempool, _) = Mempool::start(state.clone(), Pages::default(), Clock::System, Workers::Threads);
        let progress = Progress::default();
        let pace = Pace::new(mempool.clone(), progress.clone(), peer(0));
        Self { mempool, progress, pace, heartbeat, chain: chain(&state) }
    }

    /// The height after 7 is to start; gives the height that does.
    fn start_next(&self) -> impl Future<Output = u64> + use<> {
        self.start_after(Height::new(7))
    }

    fn start_after(&self, decided: Height) -> impl Future<Output = u64> + use<> {
        let params =
            HeightParams::new(context::EngineValidatorSet::new(validators(4)), LinearTimeouts::default(), None);
        let (reply, answer) = oneshot::channel();
        self.pace.start_next(decided, self.heartbeat, (validators(4), params), reply);
        async {
            match answer.await.expect("every height starts some time") {
                Next::Start(height, _) => height.0.get(),
                Next::Restart(..) => panic!("a restart would wipe the engine's log"),
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_network_starts_the_next_height_after_the_heartbeat() {
    let bench = Bench::new(HEARTBEAT);
    let since = Instant::now();
    assert_eq!(bench.start_next().await, 8);
    assert_eq!(since.elapsed().as_secs(), HEARTBEAT.as_secs());
}

#[tokio::test]
async fn a_transaction_starts_the_next_height() {
    let bench = Bench::new(NEVER);
    let started = bench.start_next();
    assert!(bench.mempool.submit(vec![issue(&bench.chain, 1).identify(&bench.chain)]).await[0].is_ok());
    assert_eq!(started.await, 8);
    // It still waits, so it starts the one after, too.
    assert_eq!(bench.start_next().await, 8);
}

#[tokio::test(start_paused = true)]
async fn a_height_waits_for_more_than_one_transaction_for_a_part_of_the_time_that_the_block_before_took() {
    let bench = Bench::new(NEVER);
    assert!(bench.mempool.submit(vec![issue(&bench.chain, 1).identify(&bench.chain)]).await[0].is_ok());
    let since = Instant::now();
    bench.start_next().await;
    assert_eq!(since.elapsed().as_millis(), 0, "nothing is known of a block before");
    for (took_ms, waits_ms) in [(0, 0), (8, 2), (16, 4), (60_000, 5)] {
        tokio::time::advance(Duration::from_millis(took_ms)).await;
        let since = Instant::now();
        bench.start_next().await;
        assert_eq!(since.elapsed().as_millis(), waits_ms, "after a block of {took_ms} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_after_that_time_does_not_wait_for_more() {
    let bench = Bench::new(NEVER);
    let gathered = Instant::now();
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(bench.mempool.submit(vec![issue(&bench.chain, 1).identify(&bench.chain)]).await[0].is_ok());
    let since = Instant::now();
    wait_for_work(&bench.mempool, gathered).await;
    assert_eq!(since.elapsed().as_millis(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_block_that_its_proposer_has_begun_starts_the_next_height() {
    let bench = Bench::new(NEVER);
    bench.pace.proposal_begun(Height::new(7));
    let started = bench.start_next();
    let since = Instant::now();
    bench.pace.proposal_begun(Height::new(8));
    assert_eq!(started.await, 8);
    assert_eq!(bench.start_next().await, 8, "even if it was begun before");
    assert!(since.elapsed() < NEVER);
}

#[tokio::test(start_paused = true)]
async fn the_votes_of_more_than_a_third_start_the_next_height_and_fewer_dont() {
    let bench = Bench::new(HEARTBEAT);
    let since = Instant::now();
    bench.progress.votes_on(peer(1), Height::new(8));
    let alone = bench.start_next();
    assert_eq!(alone.await, 8);
    assert!(since.elapsed() >= HEARTBEAT, "one liar hurries nobody");
    let since = Instant::now();
    let hurried = bench.start_next();
    bench.progress.votes_on(peer(2), Height::new(8));
    assert_eq!(hurried.await, 8);
    assert!(since.elapsed() < HEARTBEAT);
}

#[tokio::test(start_paused = true)]
async fn a_node_that_is_behind_doesnt_wait() {
    let bench = Bench::new(HEARTBEAT);
    for number in [1, 2] {
        // Working on height 8 themselves, they are not ahead.
        bench.progress.works_on(peer(number), Height::new(8));
    }
    let since = Instant::now();
    assert_eq!(bench.start_next().await, 8);
    assert!(since.elapsed() >= HEARTBEAT);
    for number in [1, 2] {
        bench.progress.works_on(peer(number), Height::new(9));
    }
    let since = Instant::now();
    assert_eq!(bench.start_next().await, 8);
    assert!(since.elapsed() < HEARTBEAT);
}

#[tokio::test(start_paused = true)]
async fn a_start_waits_for_a_quorum_but_not_for_ever() {
    let bench = Bench::new(HEARTBEAT);
    let since = Instant::now();
    bench.pace.wait_for_quorum(&validators(4)).await;
    assert!(since.elapsed() >= START_QUORUM_TIMEOUT);
    let since = Instant::now();
    bench.progress.connected(peer(1), true);
    let four = validators(4);
    tokio::join!(bench.pace.wait_for_quorum(&four), async { bench.progress.connected(peer(2), true) });
    assert!(since.elapsed() < START_QUORUM_TIMEOUT);
}
