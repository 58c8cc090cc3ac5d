use super::*;
use crate::fixture::{peer, validators};
use crate::limits::SILENCE_STALLED_MAX;

/// A paused clock that a test moves on, and what validator 3 of four makes of what it hears of the others.
struct Bench {
    watch: Watch,
    standing: Option<Standing>,
    own_power: u64,
    tip: u64,
    delivered: u64,
}

/// The heights that the others claim to work on, and whether they are believed.
type Claims = [Option<(u64, bool)>; 3];

impl Bench {
    fn doubtful() -> Self {
        Self::with(Some(Standing { is_doubtful: true, ..Standing::default() }))
    }

    fn ordinary() -> Self {
        Self::with(Some(Standing::default()))
    }

    /// A guard that has signed at a height.
    fn signed(height: u64) -> Self {
        Self::with(Some(Standing { height: Height::new(height), ..Standing::default() }))
    }

    fn with(standing: Option<Standing>) -> Self {
        Self { watch: Watch::new(SILENCE_STALLED_MAX), standing, own_power: 1, tip: 5, delivered: 0 }
    }

    fn hears(&mut self, claims: Claims) -> Verdict {
        let mut heights: Vec<u64> = claims.iter().flatten().map(|(height, _)| *height).collect();
        heights.sort_unstable();
        let others_work_on = Height::new(heights.iter().rev().nth(1).copied().unwrap_or_default());
        let claim = |(number, claim): (u8, Option<(u64, bool)>)| {
            let (height, is_believed) = claim?;
            Some(Claim { peer: peer(number), power: 1, working_on: Height::new(height), is_believed })
        };
        let heard = Heard {
            tip: Height::new(self.tip),
            validators: validators(4),
            standing: self.standing,
            own_power: self.own_power,
            claims: (0..).zip(claims).filter_map(claim).collect(),
            delivered: self.delivered,
            others_work_on,
        };
        self.watch.judge(&heard, Instant::now())
    }
}

/// All three claim the same, and are believed.
fn all(height: u64) -> Claims {
    [Some((height, true)); 3]
}

async fn pass(time: Duration) {
    tokio::time::advance(time).await;
}

#[tokio::test(start_paused = true)]
async fn silence_ends_past_the_height_after_the_highest_that_anybody_works_on() {
    let mut bench = Bench::doubtful();
    assert_eq!(bench.hears(all(9)), Verdict::Silent);
    pass(LISTEN_TIME).await;
    for tip in [5, 8, 9] {
        bench.tip = tip;
        assert_eq!(bench.hears(all(10)), Verdict::Silent);
    }
    // What others have begun since then can't have been signed by this validator before.
    bench.tip = 10;
    assert_eq!(bench.hears(all(11)), Verdict::Past);
}

#[tokio::test(start_paused = true)]
async fn whoever_speaks_up_a_little_later_is_heard_too() {
    let mut bench = Bench::doubtful();
    let two = [Some((6, true)), Some((6, true)), None];
    assert_eq!(bench.hears(two), Verdict::Silent);
    pass(LISTEN_TIME - Duration::from_millis(1)).await;
    bench.tip = 7;
    assert_eq!(bench.hears([Some((8, true)), Some((8, true)), Some((12, true))]), Verdict::Silent);
    pass(Duration::from_millis(1)).await;
    bench.tip = 12;
    assert_eq!(bench.hears(all(13)), Verdict::Silent);
    bench.tip = 13;
    assert_eq!(bench.hears(all(14)), Verdict::Past);
}

#[tokio::test(start_paused = true)]
async fn a_silence_that_holds_up_the_others_is_given_up() {
    let mut bench = Bench::doubtful();
    assert_eq!(bench.hears(all(6)), Verdict::Silent);
    pass(LISTEN_TIME).await;
    assert_eq!(bench.hears(all(6)), Verdict::Silent);
    pass(SILENCE_STALLED_MAX - Duration::from_millis(1)).await;
    assert_eq!(bench.hears(all(6)), Verdict::Silent);
    pass(Duration::from_millis(1)).await;
    assert_eq!(bench.hears(all(6)), Verdict::GivenUp(Height::new(7)));
}

#[tokio::test(start_paused = true)]
async fn silence_lasts_while_blocks_come_or_are_on_offer_by_a_single_validator() {
    let mut bench = Bench::doubtful();
    let one_has_all = |tip: u64| [Some((202, true)), Some((tip + 1, false)), Some((tip + 1, false))];
    assert_eq!(bench.hears(one_has_all(5)), Verdict::Silent);
    pass(LISTEN_TIME).await;
    for _ in 0..10 {
        assert_eq!(bench.hears(one_has_all(5)), Verdict::Silent, "on offer");
        pass(SILENCE_STALLED_MAX).await;
    }
    for tip in 6..=201 {
        (bench.tip, bench.delivered) = (tip, tip);
        let on_offer_no_more = [Some((202, false)), Some((tip + 1, false)), Some((tip + 1, false))];
        assert_eq!(bench.hears(on_offer_no_more), Verdict::Silent, "blocks come");
        pass(SILENCE_STALLED_MAX - Duration::from_millis(1)).await;
    }
    pass(Duration::from_millis(1)).await;
    assert_eq!(bench.hears(all(202)), Verdict::GivenUp(Height::new(203)), "nobody can go on without it");
}

#[tokio::test(start_paused = true)]
async fn a_liar_silences_nobody_for_ever() {
    let mut bench = Bench::doubtful();
    let lie = |is_believed, height| [Some((1_000_000, is_believed)), Some((height, true)), Some((height, true))];
    assert_eq!(bench.hears(lie(true, 10)), Verdict::Silent);
    pass(LISTEN_TIME).await;
    bench.tip = 20;
    assert_eq!(bench.hears(lie(true, 21)), Verdict::Silent);
    // It has delivered nothing, and the network goes on without this validator.
    for tip in 21..81 {
        bench.tip = tip;
        assert_eq!(bench.hears(lie(false, tip + 1)), Verdict::Silent, "it may be true still");
        pass(SILENCE_STALLED_MAX / 60).await;
    }
    assert_eq!(bench.hears(lie(false, 81)), Verdict::GivenUp(Height::new(1_000_001)));
}

#[tokio::test(start_paused = true)]
async fn without_a_quorum_to_hear_silence_lasts() {
    for mut bench in [Bench::doubtful(), Bench::ordinary()] {
        for _ in 0..10 {
            assert_eq!(bench.hears([Some((6, true)), None, None]), Verdict::Silent);
            pass(SILENCE_STALLED_MAX).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn who_has_forgotten_nothing_signs_as_soon_as_all_are_level() {
    let mut bench = Bench::ordinary();
    assert_eq!(bench.hears(all(6)), Verdict::Level);
    let mut bench = Bench::ordinary();
    let two = [Some((6, true)), Some((6, true)), None];
    assert_eq!(bench.hears(two), Verdict::Silent, "a third may have more");
    pass(LISTEN_TIME).await;
    assert_eq!(bench.hears(two), Verdict::Level);
}

#[tokio::test(start_paused = true)]
async fn who_has_forgotten_nothing_takes_first_what_a_single_validator_has_on_offer() {
    let mut bench = Bench::ordinary();
    let one_has_more = |is_believed| [Some((6, true)), Some((6, true)), Some((202, is_believed))];
    assert_eq!(bench.hears(one_has_more(true)), Verdict::Silent);
    assert_eq!(bench.hears(one_has_more(false)), Verdict::Level, "what isn't delivered is not on offer");
}

#[tokio::test(start_paused = true)]
async fn a_validator_is_silent_below_the_height_that_its_guard_knows_however_long_nothing_comes() {
    for is_doubtful in [false, true] {
        let mut bench = Bench::signed(8);
        bench.standing = Some(Standing { height: Height::new(8), has_strayed: false, is_doubtful });
        for _ in 0..3 {
            assert_eq!(bench.hears(all(6)), Verdict::Silent);
            pass(SILENCE_STALLED_MAX).await;
        }
        bench.tip = 6;
        assert_eq!(bench.hears(all(7)), Verdict::Silent);
    }
    let mut bench = Bench::signed(8);
    bench.tip = 7;
    assert_eq!(bench.hears(all(8)), Verdict::Level, "at the height itself the guard knows every statement");
}

#[tokio::test(start_paused = true)]
async fn without_an_answer_of_the_signer_silence_lasts() {
    let mut bench = Bench::with(None);
    for _ in 0..3 {
        assert_eq!(bench.hears(all(6)), Verdict::Silent);
        pass(SILENCE_STALLED_MAX).await;
    }
    bench.standing = Some(Standing::default());
    assert_eq!(bench.hears(all(6)), Verdict::Level);
}

#[tokio::test(start_paused = true)]
async fn a_validator_that_is_a_quorum_alone_listens_to_nobody_but_its_guard() {
    let mut bench = Bench::signed(7);
    bench.own_power = 4;
    assert_eq!(bench.hears([None; 3]), Verdict::Silent);
    bench.standing = Some(Standing { height: Height::new(6), ..Standing::default() });
    assert_eq!(bench.hears([None; 3]), Verdict::Level);
    bench.standing = Some(Standing { is_doubtful: true, ..Standing::default() });
    assert_eq!(bench.hears([None; 3]), Verdict::Past);
}
