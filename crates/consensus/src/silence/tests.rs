use super::*;

/// A paused clock that a test moves on, and what a silent validator makes of what it hears.
struct Bench {
    watch: Watch,
    stalled_max: Duration,
}

impl Bench {
    fn new() -> Self {
        Self { watch: Watch::default(), stalled_max: SILENCE_STALLED_MAX }
    }

    fn hears(&mut self, tip: u64, highest: Option<u64>, others_work_on: u64) -> Verdict {
        let heard = Heard {
            tip: Height::new(tip),
            highest: highest.map(Height::new),
            others_work_on: Height::new(others_work_on),
        };
        self.watch.judge(&heard, Instant::now(), self.stalled_max)
    }
}

async fn pass(time: Duration) {
    tokio::time::advance(time).await;
}

#[tokio::test(start_paused = true)]
async fn silence_ends_past_the_height_after_the_highest_that_anybody_works_on() {
    let mut bench = Bench::new();
    assert_eq!(bench.hears(5, Some(9), 8), Verdict::Silent);
    pass(SILENCE_LISTEN).await;
    for tip in [5, 8, 9] {
        assert_eq!(bench.hears(tip, Some(9), 10), Verdict::Silent);
    }
    // What others have begun since then can't have been signed by this validator before.
    assert_eq!(bench.hears(10, Some(11), 11), Verdict::Past(Height::new(10)));
}

#[tokio::test(start_paused = true)]
async fn whoever_speaks_up_a_little_later_is_heard_too() {
    let mut bench = Bench::new();
    assert_eq!(bench.hears(5, Some(6), 6), Verdict::Silent);
    pass(SILENCE_LISTEN - Duration::from_millis(1)).await;
    assert_eq!(bench.hears(7, Some(12), 6), Verdict::Silent, "it listens however far it is");
    pass(Duration::from_millis(1)).await;
    assert_eq!(bench.hears(12, Some(13), 13), Verdict::Silent);
    assert_eq!(bench.hears(13, Some(14), 14), Verdict::Past(Height::new(13)));
}

#[tokio::test(start_paused = true)]
async fn a_silence_that_holds_up_the_others_is_given_up() {
    let mut bench = Bench::new();
    assert_eq!(bench.hears(5, Some(6), 6), Verdict::Silent);
    pass(SILENCE_LISTEN).await;
    assert_eq!(bench.hears(5, Some(6), 6), Verdict::Silent);
    pass(SILENCE_STALLED_MAX - Duration::from_millis(1)).await;
    assert_eq!(bench.hears(5, Some(6), 6), Verdict::Silent);
    pass(Duration::from_millis(1)).await;
    assert_eq!(bench.hears(5, Some(6), 6), Verdict::GivenUp(Height::new(7)));
}

#[tokio::test(start_paused = true)]
async fn one_that_catches_up_is_patient_and_a_liar_silences_nobody_for_ever() {
    let mut bench = Bench::new();
    assert_eq!(bench.hears(5, Some(1_000_000), 900), Verdict::Silent);
    pass(SILENCE_LISTEN).await;
    for tip in 5..800 {
        assert_eq!(bench.hears(tip, Some(1_000_000), 900), Verdict::Silent);
        pass(SILENCE_STALLED_MAX).await;
    }
    assert_eq!(bench.hears(899, Some(1_000_000), 900), Verdict::Silent);
    pass(SILENCE_STALLED_MAX).await;
    // The network goes on meanwhile, with one that says what isn't so.
    assert_eq!(bench.hears(950, Some(1_000_000), 951), Verdict::GivenUp(Height::new(1_000_001)));
}

#[tokio::test(start_paused = true)]
async fn without_a_quorum_to_hear_silence_lasts() {
    let mut bench = Bench::new();
    for _ in 0..10 {
        assert_eq!(bench.hears(5, None, 0), Verdict::Silent);
        pass(SILENCE_STALLED_MAX).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_quorum_by_itself_is_not_silent() {
    assert_eq!(Bench::new().hears(5, Some(0), 0), Verdict::Past(Height::new(5)));
}
