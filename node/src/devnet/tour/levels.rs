//! A level of the ski resort: reached, held, taken back with a returned purchase, and kept by a soft landing.

use lojal_auditor::progress::Progress;
use lojal_auditor::walk::{Scope, Walk};
use lojal_types::{Bounded, Code, Month, Operation, SetTrack, Stamp, TakeBack, TakenBackOf, TimeMs, Track, TrackLevel};

use super::cast::{Actor, Cast};
use super::error::TourError;
use super::stage::{Stage, reference, today};
use super::tables::source;
use crate::devnet::programme::{FIRST, Programme, slopes};

/// The receipts of two purchases.
const DAY_PASS: &str = "lift 3, receipt 81";
const SEASON_PASS: &str = "lift 3, receipt 82";
const BOS_PASS: &str = "lift 3, receipt 83";
/// The months of which is told what lasts: two years and two months.
const AHEAD: u8 = 26;
const IN_MEMORY: &str = "whoever replays a chain has all of its state in memory";

pub fn play(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    stage.chapter("Levels at the ski resort");
    the_resort_begins_a_track(stage, cast)?;
    anna_reaches_levels(stage, cast)?;
    the_resort_cant_take_its_promise_back(stage, cast)?;
    a_returned_pass_takes_its_level_along(stage, cast)?;
    the_years_to_come(stage, cast)
}

fn the_resort_begins_a_track(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let brand = &cast.fjallen;
    let programme = Programme::of(brand.id.as_str(), lojal_consensus::clock::now());
    let does = "Fjällen counts what members buy in a year, and promises three levels: from 1,000, 3,000 and 8,000.";
    stage.act(&brand.operator, does, programme.operations(brand.id)).map(drop)
}

fn anna_reaches_levels(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let does = "Anna buys day passes; Fjällen stamps 1,200 for her, which reaches level 1.";
    stage.act(&cast.fjallen.operator, does, vec![stamp(cast, &cast.anna, 1_200, DAY_PASS)])?;
    stands(stage, cast, 1_200, 1)?;
    let does = "Anna buys a season pass; another 2,500 reach level 2.";
    stage.act(&cast.fjallen.operator, does, vec![stamp(cast, &cast.anna, 2_500, SEASON_PASS)])?;
    stands(stage, cast, 3_700, 2)?;
    let does = "Bo buys one, too, and 3,200 are level 2 at once.";
    stage.act(&cast.fjallen.operator, does, vec![stamp(cast, &cast.bo, 3_200, BOS_PASS)]).map(drop)
}

fn the_resort_cant_take_its_promise_back(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let terms = slopes();
    let levels = terms.levels.iter().map(|level| TrackLevel { at_least: level.at_least * 2, ..*level });
    let levels = Bounded::new(levels.collect()).expect("as many as before");
    let set = SetTrack { brand: cast.fjallen.id, track: FIRST, terms: Track { levels, ..terms } };
    let tries = "Fjällen tries to ask for twice as much: what has begun only becomes kinder.";
    stage.refused(&cast.fjallen.operator, tries, Operation::SetTrack(set), Code::TrackPromised)
}

fn a_returned_pass_takes_its_level_along(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let take = TakeBack {
        of: TakenBackOf::Stamp,
        brand: cast.fjallen.id,
        from: cast.anna.address,
        of_reference: reference(SEASON_PASS),
        of_dated: today(),
        amount: 2_500,
        reference: reference("lift 3, return 9"),
        dated: today(),
    };
    let does = "Anna returns the season pass, which takes its level along.";
    stage.act(&cast.fjallen.operator, does, vec![Operation::TakeBack(take)])?;
    stands(stage, cast, 1_200, 1)
}

/// Nobody buys anything more: what was counted ends with its months, and a level that isn't kept falls softly, one at a
/// time. The months are read by the ledger's own rules from a state that was replayed.
fn the_years_to_come(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    stage
        .tell("An auditor replays the ledger, and reads what its rules make of these levels if nobody comes any more:");
    let (mut source, scope) = (source(stage)?, Scope::default());
    let walk = Walk::begin(stage.genesis(), &mut source, &scope)?;
    let view = walk.run(&mut Progress::new(false), &mut |_, _, _| Ok(()))?;
    let now = view.tip().time_ms.month();
    for (member, expected) in [(&cast.anna, &[1, 0][..]), (&cast.bo, &[2, 1, 0])] {
        let standing = view.standing(member.address, cast.fjallen.id).expect(IN_MEMORY).unwrap_or_default();
        let level = |month| standing.level(FIRST, &slopes(), month).level;
        let months: Vec<(Month, u8)> =
            (0..=AHEAD).map(|ahead| now.plus(ahead)).map(|month| (month, level(month))).collect();
        let spans: Vec<&[(Month, u8)]> = months.chunk_by(|(_, one), (_, other)| one == other).collect();
        let said = |span: &&[(Month, u8)]| match span {
            [.., (last, level)] if *level > 0 => format!("level {level} through {last}"),
            _ => "none".to_owned(),
        };
        let words = spans.iter().map(said).collect::<Vec<_>>().join(", then ");
        lojal_print::line(format!("    {}: {words}", member.name));
        let found: Vec<u8> = spans.iter().filter_map(|span| span.first()).map(|(_, level)| *level).collect();
        stage.same(&format!("the levels of {}", member.name), format!("{expected:?}"), format!("{found:?}"))?;
    }
    Ok(())
}

fn stamp(cast: &Cast, to: &Actor, amount: u64, receipt: &str) -> Operation {
    let (brand, to) = (cast.fjallen.id, to.address);
    Operation::Stamp(Stamp {
        brand,
        track: FIRST,
        to,
        amount,
        place: None,
        reference: reference(receipt),
        dated: today(),
    })
}

/// Tells where Anna stands at the resort, and compares it with what it must be. Who doesn't keep a level falls by one.
fn stands(stage: &Stage, cast: &Cast, units: u64, level: u8) -> Result<(), TourError> {
    let anna = cast.anna.address.to_text(stage.genesis().network());
    let standings = stage.read("asking for a standing", |client| client.standing(&anna))?;
    let at_resort = standings.standings.iter().find(|one| one.brand == cast.fjallen.id);
    let track = at_resort.and_then(|one| one.tracks.iter().find(|one| one.track == FIRST));
    let lands = |then: u8| if then == 0 { "none".to_owned() } else { format!("level {then}, softly") };
    let words = |units: u64, level: u8, then: u8| format!("level {level} with {units}, and then {}", lands(then));
    let lasts = track.and_then(|track| track.lasts);
    let then = lasts.map_or(0, |lasts| lasts.then);
    let found = track.map_or_else(|| "nothing".to_owned(), |track| words(track.units, track.level, then));
    let until = lasts.map(|lasts| format!("; it is hers through {}", last_month(lasts.until_ms))).unwrap_or_default();
    let next = track.and_then(|track| track.next).map(|next| (next.missing, next.level));
    let next = next.map(|(missing, level)| format!("; {missing} more reach level {level}")).unwrap_or_default();
    lojal_print::line(format!("    Anna: {found}{until}{next}"));
    // A soft landing: who comes no more has the level below for another year.
    stage.same("where Anna stands", words(units, level, level.saturating_sub(1)), found)
}

/// The month before a time at which one begins.
fn last_month(until: TimeMs) -> String {
    until.day().minus(1).month().to_string()
}
