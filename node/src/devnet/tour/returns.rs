//! A purchase that goes back, and its points with it.

use lojal_types::{Operation, Points, Reverse};

use super::cast::Cast;
use super::earning::GROCERIES;
use super::error::TourError;
use super::stage::{Stage, reference, today};

pub fn play(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    stage.chapter("A returned purchase");
    a_purchase_goes_back(stage, cast)
}

fn a_purchase_goes_back(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let brand = &cast.nordmat;
    let reverse = Reverse {
        brand: brand.id,
        from: cast.anna.address,
        amount: Points::new(700),
        at_least: Points::new(700),
        issue_reference: reference(GROCERIES),
        issue_dated: today(),
        reference: reference("till 7, return 17"),
        dated: today(),
    };
    let some = stage.points(brand.id, 700);
    let does = format!("Anna returns the coffee machine; Nordmat takes back {some} of that receipt.");
    stage.act(&brand.operator, &does, vec![Operation::Reverse(reverse)])?;
    stage.holds("Anna", cast.anna.address, &[(brand.id, 500), (cast.fjallen.id, 100)])
}
