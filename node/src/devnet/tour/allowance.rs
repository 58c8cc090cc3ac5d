//! A child spends from the pool, within limits that every validator enforces.

use lojal_types::{Address, Code, Operation, Points, RequestKind, Transfer};

use super::cast::Cast;
use super::error::TourError;
use super::family::KIM_KAFFET_MAX;
use super::stage::{Stage, request};

pub fn play(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    stage.chapter("Pocket money");
    within_the_limit(stage, cast, household)?;
    beyond_the_limit(stage, cast, household)?;
    not_out_of_the_pool(stage, cast, household)
}

fn redeem(stage: &Stage, cast: &Cast, household: Address, points: u64, table: &str) -> Operation {
    let request = request(cast.kaffet.id, points, RequestKind::Redeem, table);
    request.answer(&stage.genesis().chain_id(), household)
}

fn within_the_limit(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    let (some, max) = (stage.points(cast.kaffet.id, 2_50), stage.points(cast.kaffet.id, KIM_KAFFET_MAX));
    let does = format!("Kim pays for two cups with {some} of the pool; the limit is {max} a month.");
    let redeem = redeem(stage, cast, household, 2_50, "table 4, 2 cups");
    stage.act(&cast.kim, &does, vec![redeem])?;
    let rest = [(cast.nordmat.id, 2_200), (cast.fjallen.id, 500), (cast.havshotell.id, 250)];
    stage.holds("pool", household, &[&[(cast.kaffet.id, 7_50)], &rest[..]].concat())
}

fn beyond_the_limit(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    let some = stage.points(cast.kaffet.id, 1_00);
    let tries = format!("Kim tries to pay for another cup with {some}.");
    let redeem = redeem(stage, cast, household, 1_00, "table 4, cup 3");
    stage.refused(&cast.kim, &tries, redeem, Code::MemberLimitReached)
}

fn not_out_of_the_pool(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    let (brand, amount) = (cast.nordmat.id, Points::new(100));
    let transfer = Operation::Transfer(Transfer { brand, from: household, to: cast.kim.address, amount });
    let tries = format!("Kim tries to move {} from the pool to an own account.", stage.points(brand, 100));
    stage.refused(&cast.kim, &tries, transfer, Code::ChildMayNot)
}
