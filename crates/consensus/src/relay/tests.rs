use std::time::Duration;

use super::*;
use crate::context::Height as EngineHeight;
use crate::fixture::peer;
use crate::limits::{RELAY_PATIENCE, RELAY_WAIT};

const VALIDATOR: u8 = 0;
const ANOTHER: u8 = 1;
const FIRST: u8 = 10;
const SECOND: u8 = 11;
/// A good deal less than a follower waits.
const STEP: Duration = Duration::from_millis(100);

fn status(tip: u64) -> Status<Context> {
    Status::new(EngineHeight(Height::new(tip)), EngineHeight(Height::new(1)))
}

/// A follower behind others, its last block and that of the validators.
struct Follower {
    line: Line,
    standing: Standing,
    now: Instant,
}

impl Follower {
    fn behind(before: &[u8], tip: u64) -> Self {
        let (now, before) = (Instant::now(), before.iter().map(|number| peer(*number)).collect());
        let standing = Standing { before, tip: Height::new(tip), others: Height::new(tip) };
        Self { line: Line::new(now), standing, now }
    }

    /// True if it may act at once on what a peer says.
    fn hears(&mut self, number: u8, tip: u64) -> bool {
        if number < FIRST {
            self.standing.others = self.standing.others.max(Height::new(tip));
        }
        !self.line.holds(&self.standing, self.now, peer(number), &status(tip))
    }

    fn has(&mut self, tip: u64) {
        self.standing.tip = Height::new(tip);
    }

    /// Lets time pass; what it may act on then.
    fn after(&mut self, time: Duration) -> Vec<(PeerId, u64)> {
        self.now += time;
        let mut free = Vec::new();
        while let Next::Free(peer, status) = self.line.next(&self.standing, self.now) {
            free.push((peer, status.tip_height.0.get()));
        }
        free
    }
}

#[test]
fn each_of_64_followers_stands_behind_one_and_none_has_more_than_four_behind_it_nor_more_than_three_before() {
    let mut all: Vec<PeerId> = (0..64).map(peer).collect();
    all.sort_unstable();
    let mut behind: BTreeMap<PeerId, usize> = BTreeMap::new();
    let mut depths: BTreeMap<PeerId, usize> = BTreeMap::new();
    assert_eq!(source(&[]), None, "the first one hears the validators");
    depths.insert(all[0], 0);
    for place in 1..all.len() {
        let source = source(&all[..place]).expect("there is one before it");
        *behind.entry(source).or_default() += 1;
        depths.insert(all[place], depths[&source] + 1);
    }
    assert_eq!(behind.values().max(), Some(&RELAY_BRANCHES));
    assert_eq!(depths.values().max(), Some(&3));
}

#[test]
fn the_first_follower_acts_on_whatever_it_hears() {
    let mut first = Follower::behind(&[], 5);
    assert!(first.hears(VALIDATOR, 6) && first.hears(FIRST, 7));
}

#[test]
fn a_follower_that_is_always_a_few_blocks_behind_the_validators_acts_on_its_source_alone() {
    let mut second = Follower::behind(&[FIRST], 5);
    for tip in 6..600 {
        assert!(!second.hears(VALIDATOR, tip + 3) && !second.hears(ANOTHER, tip + 2));
        assert!(second.hears(FIRST, tip), "its source has the next block");
        second.has(tip);
        assert_eq!(second.after(STEP), []);
    }
}

#[test]
fn one_that_catches_up_with_much_acts_on_its_source_alone_as_long_as_it_comes_closer() {
    let mut second = Follower::behind(&[FIRST], 0);
    assert!(second.hears(FIRST, 100_000) && !second.hears(VALIDATOR, 100_000));
    let moments = RELAY_PATIENCE.as_millis() / RELAY_WAIT.as_millis() - 1;
    for moment in 1..=moments as u64 {
        assert!(!second.hears(VALIDATOR, 100_000 + moment));
        second.has(moment * 1_000);
        assert_eq!(second.after(RELAY_WAIT), []);
    }
}

#[test]
fn behind_a_follower_that_gives_nothing_it_acts_on_all_it_has_heard_and_for_a_while_on_all_that_it_hears() {
    let mut second = Follower::behind(&[FIRST], 5);
    assert!(!second.hears(VALIDATOR, 6) && !second.hears(ANOTHER, 6) && second.hears(FIRST, 1_000));
    assert!(!second.hears(VALIDATOR, 7), "the last word of each counts");
    assert_eq!(second.after(RELAY_WAIT - STEP), []);
    let mut freed = second.after(STEP);
    freed.sort_unstable_by_key(|(_, tip)| *tip);
    assert_eq!(freed, [(peer(ANOTHER), 6), (peer(VALIDATOR), 7)]);
    assert!(second.hears(VALIDATOR, 8), "it stands behind nobody now");
    second.has(8);
    assert_eq!(second.after(RELAY_PASS_OVER), []);
    assert!(!second.hears(VALIDATOR, 9), "it tries again");
}

#[test]
fn behind_a_follower_that_is_passed_over_it_stands_behind_the_next_one() {
    let mut third = Follower::behind(&[FIRST, SECOND], 5);
    assert!(!third.hears(VALIDATOR, 6) && !third.hears(SECOND, 6));
    assert_eq!(third.after(RELAY_WAIT).len(), 2);
    assert!(!third.hears(VALIDATOR, 7));
    assert!(third.hears(SECOND, 7));
}

#[test]
fn a_follower_that_comes_and_goes_holds_nobody_up_for_longer_than_one_that_stays() {
    let mut second = Follower::behind(&[FIRST], 5);
    assert!(!second.hears(VALIDATOR, 6));
    for _ in 1..RELAY_WAIT.as_millis() / STEP.as_millis() {
        assert_eq!(second.after(STEP), []);
        second.line.forget(&peer(FIRST));
        assert!(!second.hears(VALIDATOR, 6));
    }
    assert_eq!(second.after(STEP), [(peer(VALIDATOR), 6)]);
}

#[test]
fn when_the_one_before_it_is_gone_it_acts_at_once_on_what_it_has_heard() {
    let mut second = Follower::behind(&[FIRST], 5);
    assert!(!second.hears(VALIDATOR, 6));
    second.standing.before.clear();
    assert_eq!(second.after(Duration::ZERO), [(peer(VALIDATOR), 6)]);
}

#[test]
fn a_validator_that_claims_blocks_which_nobody_else_has_doesnt_have_a_source_passed_over() {
    let mut second = Follower::behind(&[FIRST], 5);
    let claim = status(1_000_000);
    assert!(second.line.holds(&second.standing, second.now, peer(VALIDATOR), &claim));
    assert_eq!(second.after(RELAY_WAIT), [(peer(VALIDATOR), 1_000_000)], "it may be the only one that is left");
    assert!(!second.hears(ANOTHER, 6), "it stands behind the same one");
}

#[test]
fn what_waits_of_a_peer_that_is_gone_is_forgotten() {
    let mut second = Follower::behind(&[FIRST], 5);
    assert!(!second.hears(VALIDATOR, 6));
    second.line.forget(&peer(VALIDATOR));
    assert_eq!(second.after(RELAY_WAIT), []);
}
