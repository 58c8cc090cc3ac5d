//! The end of the tour: what everybody has, what the brands owe, and that an auditor who trusts nobody finds the same.

use lojal_auditor::progress::Progress;
use lojal_auditor::source::Source;
use lojal_auditor::verify::{Report, VerifyError};
use lojal_auditor::{sheet, verify};
use lojal_types::{Address, ExactMoney, GrossPoints, Money, Operation, Settle};

use super::cast::{Brand, Cast};
use super::error::TourError;
use super::stage::{Stage, reference, unexpected};
use super::words;

/// The debt of the grocer to the hotel for 2,500 points at 0.06 SEK, in öre.
const GROCER_OWES: u64 = 15_000;
/// The debt of the hotel to the grocer for 100 points at 0.12 SEK, in öre.
const HOTEL_OWES: u64 = 1_200;

pub fn play(stage: &mut Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    stage.chapter("The books");
    everybody_s_points(stage, cast, household)?;
    let audited = balance_sheet(stage, cast)?;
    both_brands_agree(stage, cast, &audited)?;
    owed(stage, &audited, GROCER_OWES, HOTEL_OWES)?;
    settle(stage, cast)?;
    let audited = netting_statement(stage)?;
    both_brands_agree(stage, cast, &audited)?;
    owed(stage, &audited, 0, 0)
}

fn everybody_s_points(stage: &Stage, cast: &Cast, household: Address) -> Result<(), TourError> {
    let [nordmat, fjallen, havshotell, kaffet] =
        [&cast.nordmat, &cast.fjallen, &cast.havshotell, &cast.kaffet].map(|brand| brand.id);
    stage.holds("Anna", cast.anna.address, &[(nordmat, 600), (fjallen, 100)])?;
    stage.holds("Bo", cast.bo.address, &[(nordmat, 200), (kaffet, 2_00)])?;
    stage.holds("Kim", cast.kim.address, &[(kaffet, 1_00)])?;
    stage.holds("pool", household, &[(nordmat, 2_000), (fjallen, 500), (havshotell, 250), (kaffet, 7_50)])
}

/// Replays the ledger from genesis, out of a gateway, trusting nothing but the genesis document.
pub fn audit(stage: &Stage) -> Result<Report, TourError> {
    let at_first_block = |error| VerifyError::of_source(lojal_types::Height::GENESIS.next(), error);
    let gateway = stage.read("asking for the status", |client| Ok(client.clone()))?;
    let mut source = Source::node(gateway).map_err(at_first_block)?;
    Ok(verify::verify(stage.genesis(), &mut source, &verify::Scope::default(), &mut Progress::new(false))?)
}

/// The auditor's whole report, with the netting statement at its end.
fn balance_sheet(stage: &mut Stage, cast: &Cast) -> Result<Report, TourError> {
    stage.tell("An auditor replays everything from genesis, and finds:");
    let report = audit(stage)?;
    tell_indented(&sheet::text(&report, indented_columns()));
    // Issued, outstanding, redeemed, converted out, reversed; nothing is held any more, and nothing has expired.
    for (brand, expected) in [
        (&cast.nordmat, [6_200, 2_800, 200, 2_500, 700]),
        (&cast.fjallen, [600, 600, 0, 0, 0]),
        (&cast.havshotell, [1_000, 250, 650, 100, 0]),
        (&cast.kaffet, [13_00, 10_50, 2_50, 0, 0]),
    ] {
        let found = report.brands.iter().find(|one| one.id == brand.id).map(|one| {
            let totals = &one.totals;
            let outstanding = totals.outstanding.into();
            [totals.issued, outstanding, totals.redeemed, totals.converted_out, totals.reversed].map(GrossPoints::get)
        });
        let what = format!("the balance sheet of {}", brand.operator.name);
        stage.same(&what, format!("{:?}", Some(expected)), format!("{found:?}"))?;
    }
    Ok(report)
}

fn netting_statement(stage: &mut Stage) -> Result<Report, TourError> {
    stage.tell("The auditor replays everything once more, and the statement now is:");
    let report = audit(stage)?;
    tell_indented(&sheet::netting_text(&report.netting, indented_columns()));
    Ok(report)
}

/// Both brands read the same netting statement, and so does the auditor (ADR 0015).
fn both_brands_agree(stage: &Stage, cast: &Cast, statement: &Report) -> Result<(), TourError> {
    for brand in [&cast.nordmat, &cast.havshotell] {
        let gateway = stage.gateway_of(&brand.operator)?;
        let found = gateway.netting().map_err(unexpected("asking for the statement"))?;
        let what = format!("the netting statement of {}", brand.operator.name);
        stage.same(&what, format!("{:?}", statement.netting.pairs), format!("{:?}", found.pairs))?;
    }
    lojal_print::line("    The gateways of both brands give the same statement.");
    Ok(())
}

/// Compares what the two brands owe each other with what it must be.
fn owed(stage: &Stage, statement: &Report, grocer: u64, hotel: u64) -> Result<(), TourError> {
    let exact = |minor| ExactMoney { minor: Money::new(minor), micro: 0 };
    // Brands stand in the order of their ids: havshotell before nordmat.
    let found: Vec<_> = statement.netting.pairs.iter().map(|pair| (pair.first_owes, pair.second_owes)).collect();
    stage.same("what the brands owe", format!("{:?}", [(exact(hotel), exact(grocer))]), format!("{found:?}"))
}

fn settle(stage: &mut Stage, cast: &Cast) -> Result<(), TourError> {
    let words = |minor| {
        let sum = ExactMoney { minor: Money::new(minor), micro: 0 };
        words::money(stage.genesis().document().settlement_currency, sum)
    };
    let (difference, grocer, hotel) = (words(GROCER_OWES - HOTEL_OWES), words(GROCER_OWES), words(HOTEL_OWES));
    let does = format!(
        "Nordmat pays Havshotell the difference of {difference}, bank to bank; Havshotell confirms that {grocer} are \
         settled,"
    );
    confirm(stage, &cast.havshotell, &cast.nordmat, GROCER_OWES, &does)?;
    let does = format!("and Nordmat that the {hotel} of Havshotell are, which the difference took into account.");
    confirm(stage, &cast.nordmat, &cast.havshotell, HOTEL_OWES, &does)
}

fn confirm(stage: &mut Stage, creditor: &Brand, debtor: &Brand, minor: u64, does: &str) -> Result<(), TourError> {
    let settle = Settle {
        creditor: creditor.id,
        debtor: debtor.id,
        amount: Money::new(minor),
        reference: reference("payment 2201"),
    };
    stage.act(&creditor.operator, does, vec![Operation::Settle(settle)]).map(drop)
}

/// Prints a text of several lines, set apart from the narration.
/// What stands before the auditor's words.
const INDENT: &str = "    ";

fn indented_columns() -> Option<usize> {
    lojal_print::columns().map(|columns| columns.saturating_sub(INDENT.len()))
}

pub fn tell_indented(text: &str) {
    lojal_print::line("");
    for line in text.trim_end().lines() {
        lojal_print::line(format!("{INDENT}{line}").trim_end());
    }
    lojal_print::line("");
}
