//! Points held ready at check-in, and taken at check-out.

use lojal_types::{Address, Capture, Operation, Points, Reference, RequestKind};

use super::cast::Cast;
use super::error::TourError;
use super::stage::{Stage, reference, request, today};

/// The text that makes the hotel's request unlike others.
const BOOKING: &str = "booking 88";
/// The time within which the hotel can take what is held, in milliseconds.
const STAY_MS: u64 = 3 * 24 * 60 * 60 * 1000;

pub fn play(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    stage.chapter("A weekend by the sea");
    let held = check_in(stage, cast, household)?;
    check_out(stage, cast, household, held)
}

/// Checks what the pool holds when so many of the hotel's points are not held ready.
fn pool_has(stage: &Stage, cast: &Cast, household: Address, free: u64) -> Result<(), TourError> {
    let rest = [(cast.nordmat.id, 2_200), (cast.fjallen.id, 500), (cast.kaffet.id, 10_00)];
    stage.holds("pool", household, &[&[(cast.havshotell.id, free)], &rest[..]].concat())
}

fn held_is(stage: &Stage, cast: &Cast, household: Address, expected: u64) -> Result<(), TourError> {
    let account = stage.account(household)?;
    let of_hotel = account.holds.iter().filter(|hold| hold.brand == cast.havshotell.id);
    let held = of_hotel.map(|hold| hold.total.get()).sum::<u64>();
    let held = stage.points(cast.havshotell.id, held);
    lojal_print::line(format!("    held: {held}"));
    stage.same("what is held", stage.points(cast.havshotell.id, expected), held)
}

/// Returns the reference of the hold.
fn check_in(stage: &mut Stage, cast: &Cast, household: Address) -> Result<Reference, TourError> {
    let (chain, expires_ms) = (stage.genesis().chain_id(), lojal_consensus::clock::now().plus_ms(STAY_MS));
    let asked = request(cast.havshotell.id, 800, RequestKind::Hold { expires_ms }, BOOKING);
    let some = stage.points(cast.havshotell.id, 800);
    let does = format!("Check-in: Anna holds {some} of the pool ready for Havshotell, for three days.");
    stage.act(&cast.anna, &does, vec![asked.answer(&chain, household)])?;
    held_is(stage, cast, household, 800)?;
    pool_has(stage, cast, household, 100)?;
    Ok(asked.reference(&chain))
}

fn check_out(stage: &mut Stage, cast: &Cast, household: Address, hold_reference: Reference) -> Result<(), TourError> {
    let capture = Capture {
        brand: cast.havshotell.id,
        from: household,
        hold_reference,
        hold_dated: today(),
        amount: Points::new(650),
        reference: reference("bill 88"),
        dated: today(),
    };
    let some = stage.points(cast.havshotell.id, 650);
    let does = format!("Check-out: Havshotell takes {some}; the rest returns to the pool at once.");
    stage.act(&cast.havshotell.operator, &does, vec![Operation::Capture(capture)])?;
    held_is(stage, cast, household, 0)?;
    pool_has(stage, cast, household, 250)
}
