//! Points for what the family buys.

use lojal_types::{Address, BrandId, Code, Issue, Operation, Points};

use super::cast::Cast;
use super::error::TourError;
use super::stage::{Stage, reference, today};

/// The receipt of Anna's groceries, part of which goes back later.
pub const GROCERIES: &str = "till 7, receipt 1001";

pub fn play(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    stage.chapter("Shopping");
    groceries(stage, cast)?;
    a_receipt_counts_once(stage, cast)?;
    coffee(stage, cast)?;
    skiing(stage, cast)
}

fn issue(brand: BrandId, to: Address, points: u64, receipt: &str) -> Operation {
    Operation::Issue(Issue {
        brand,
        to,
        amount: Points::new(points),
        reference: reference(receipt),
        dated: today(),
        expiry: None,
    })
}

fn groceries(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let brand = &cast.nordmat;
    let does = "Nordmat's till rewards two receipts, Anna's and Bo's, under one signature.";
    let issues = vec![
        issue(brand.id, cast.anna.address, 4_200, GROCERIES),
        issue(brand.id, cast.bo.address, 1_800, "till 7, receipt 1002"),
    ];
    stage.act(&brand.operator, does, issues)?;
    stage.holds("Anna", cast.anna.address, &[(brand.id, 4_200)])?;
    stage.holds("Bo", cast.bo.address, &[(brand.id, 1_800)])
}

fn a_receipt_counts_once(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let brand = &cast.nordmat;
    let tries = "The till lost its connection, and sends Anna's receipt again to be sure.";
    let again = issue(brand.id, cast.anna.address, 4_200, GROCERIES);
    stage.refused(&brand.operator, tries, again, Code::DuplicateReference)
}

fn coffee(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let brand = &cast.kaffet;
    let does = "Kaffet rewards Bo's month of coffee, and Kim's hot chocolate.";
    let issues =
        vec![issue(brand.id, cast.bo.address, 12_00, "kaffet 1"), issue(brand.id, cast.kim.address, 1_00, "kaffet 2")];
    stage.act(&brand.operator, does, issues)?;
    stage.holds("Bo", cast.bo.address, &[(cast.nordmat.id, 1_800), (brand.id, 12_00)])?;
    stage.holds("Kim", cast.kim.address, &[(brand.id, 1_00)])
}

fn skiing(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let brand = &cast.fjallen;
    let does = "Fjällen rewards the lift passes that Anna bought.";
    stage.act(&brand.operator, does, vec![issue(brand.id, cast.anna.address, 600, "lift passes 1")])?;
    stage.holds("Anna", cast.anna.address, &[(cast.nordmat.id, 4_200), (brand.id, 600)])
}
