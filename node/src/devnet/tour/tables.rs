//! The end of the tour: the auditor's tables, counted again from the blocks by somebody who trusts nobody.

use lojal_auditor::progress::Progress;
use lojal_auditor::report::{Format, Kind, report};
use lojal_auditor::source::Source;
use lojal_auditor::walk::{Scope, VerifyError};
use lojal_types::Height;

use super::books::tell_indented;
use super::error::TourError;
use super::stage::Stage;

/// A table, the sentence before it, and what some of its rows begin with, as values that commas separate.
type Table = (Kind, &'static str, &'static [&'static str]);

const TABLES: [Table; 4] = [
    (
        Kind::Campaigns,
        "What every campaign has given of its stock and budget, and what members have paid or donated:",
        &[
            "kaffet,1,2,0,1,1,100,",
            "kaffet,2,2,2,0,2,300,",
            "nordmat,2,0,0,1,1,250,",
            "nordmat,5,0,0,1,1,0,0,50,",
            "fjallen,3,0,1,0,1,300,",
        ],
    ),
    (
        Kind::Netting,
        "What the brands owe each other, with the debt of the one that pays for its guests' points:",
        &["havshotell,fjallen,SEK,0,0,0,0,3000000000,0,0,3000000000,3000000000"],
    ),
    (Kind::Levels, "How many have which level:", &["fjallen,1,1,1", "fjallen,1,2,1"]),
    (Kind::Market, "What members have offered and sold each other:", &["havshotell,0,nordmat,0,2,220,2,140,74,0"]),
];

pub fn play(stage: &mut Stage) -> Result<(), TourError> {
    stage.chapter("The auditor's tables");
    TABLES.iter().try_for_each(|table| tell(stage, table))
}

fn tell(stage: &mut Stage, (kind, sentence, rows): &Table) -> Result<(), TourError> {
    stage.tell(sentence);
    let mut source = source(stage)?;
    let scope = Scope::default();
    let listing = report(stage.genesis(), &mut source, &scope, *kind, &mut Progress::new(false))?;
    tell_indented(&listing.text(Format::Table));
    let csv = listing.text(Format::Csv);
    for row in *rows {
        let found = if csv.contains(row) { row } else { csv.as_str() };
        stage.same(&format!("the auditor's table of {}", kind.name()), (*row).to_owned(), found.to_owned())?;
    }
    Ok(())
}

/// All blocks so far, out of the narrator's gateway.
pub fn source(stage: &Stage) -> Result<Source, TourError> {
    let gateway = stage.read("asking for the status", |client| Ok(client.clone()))?;
    Ok(Source::node(gateway).map_err(|error| VerifyError::of_source(Height::GENESIS.next(), error))?)
}
