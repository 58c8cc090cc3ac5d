//! Brands agree on terms, and points move between them.

use lojal_types::{
    AcceptPartnership, Address, Convert, Money, Operation, PartnershipTerms, Points, ProposePartnership, TimeMs,
};

use super::cast::{Actor, Brand, Cast};
use super::error::TourError;
use super::stage::Stage;

/// The time for which a partnership of the tour is agreed on.
const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1000;
/// One minor unit of the settlement currency, in millionths.
const MINOR_UNIT_MICRO: u64 = 1_000_000;

pub fn play(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    stage.chapter("Between brands");
    groceries_become_nights(stage, cast, household)?;
    nights_become_groceries(stage, cast, household)
}

fn terms(rate_num: u32, rate_den: u32, price_minor: u64, now: TimeMs) -> PartnershipTerms {
    PartnershipTerms {
        rate_num,
        rate_den,
        price_micro: price_minor * MINOR_UNIT_MICRO,
        daily_max: Points::new(1_000_000),
        owed_max: Money::new(100_000_000),
        ends_ms: now.plus_ms(YEAR_MS),
    }
}

/// One brand puts the terms forward, the other accepts exactly these.
fn agree(stage: &mut Stage, from: &Brand, to: &Brand, terms: PartnershipTerms, words: &str) -> Result<(), TourError> {
    let (a, b) = (from.operator.name, to.operator.name);
    let proposal = ProposePartnership { from: from.id, to: to.id, terms: terms.clone() };
    let proposes = format!("{a} proposes to {b}: {words}.");
    stage.act(&from.operator, &proposes, vec![Operation::ProposePartnership(proposal)])?;
    let acceptance = AcceptPartnership { from: from.id, to: to.id, terms };
    let accepts = format!("{b} accepts; the partnership is in force.");
    stage.act(&to.operator, &accepts, vec![Operation::AcceptPartnership(acceptance)])?;
    let found = stage.read("asking for the partnerships", lojal_client::Client::partnerships)?;
    let in_force = found.partnerships.iter().any(|one| one.from == from.id && one.to == to.id && one.terms.is_some());
    stage.same(&format!("the partnership from {a} to {b}"), "in force: true".into(), format!("in force: {in_force}"))
}

fn convert(
    stage: &mut Stage,
    who: &Actor,
    does: &str,
    pool: Address,
    (from, to): (&Brand, &Brand),
    (burned, received): (u64, u64),
) -> Result<(), TourError> {
    let (burned, received) = (Points::new(burned), Points::new(received));
    let convert = Convert { account: pool, from: from.id, to: to.id, burned, received };
    stage.act(who, does, vec![Operation::Convert(convert)]).map(drop)
}

fn groceries_become_nights(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    let (from, to) = (&cast.nordmat, &cast.havshotell);
    let terms = terms(2, 5, 6, lojal_consensus::clock::now());
    agree(stage, from, to, terms, "2 of your points for 5 of ours, and we pay you 0.06 SEK for each of ours")?;
    let (some, gives) = (stage.points(from.id, 2_500), stage.points(to.id, 1_000));
    let does = format!("Anna converts {some} of the pool, into {gives}.");
    convert(stage, &cast.anna, &does, household, (from, to), (2_500, 1_000))?;
    let rest = [(cast.fjallen.id, 500), (cast.kaffet.id, 10_00)];
    stage.holds("pool", household, &[&[(from.id, 2_000), (to.id, 1_000)], &rest[..]].concat())
}

fn nights_become_groceries(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    let (from, to) = (&cast.havshotell, &cast.nordmat);
    let terms = terms(2, 1, 12, lojal_consensus::clock::now());
    agree(stage, from, to, terms, "2 of your points for 1 of ours, and we pay you 0.12 SEK for each of ours")?;
    let (some, gives) = (stage.points(from.id, 100), stage.points(to.id, 200));
    let does = format!("Bo converts {some} of the pool back, into {gives}.");
    convert(stage, &cast.bo, &does, household, (from, to), (100, 200))?;
    let rest = [(cast.fjallen.id, 500), (cast.kaffet.id, 10_00)];
    stage.holds("pool", household, &[&[(from.id, 900), (to.id, 2_200)], &rest[..]].concat())
}
