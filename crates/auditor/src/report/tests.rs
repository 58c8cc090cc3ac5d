use lojal_types::{GrossPoints, Month, TimeMs};

use super::*;
use crate::fixture::economy::economy;
use crate::fixture::{self, genesis};
use lojal_chain::Replay;
use lojal_ledger::State;

/// The count of the chain in which brands and members do all kinds of things, and the state at its end.
fn counted() -> (Recount, View) {
    let mut replay = Replay::from_state(State::genesis(&genesis()));
    let mut recount = Recount::default();
    for (bytes, certificate) in economy() {
        let block = replay.apply(&bytes, certificate).expect("the chain holds");
        recount.block(&applied(&block), replay.state().view());
    }
    (recount, replay.state().view().clone())
}

#[test]
fn what_is_counted_is_what_the_ledger_has_written() {
    let (recount, view) = counted();
    recount.check(&view).expect("one ledger");
}

#[test]
fn a_count_that_lacks_an_operation_differs() {
    let (mut recount, view) = counted();
    let first = lojal_types::Block::decode(&economy()[0].0).expect("a block").transactions[0].transaction.clone();
    recount.block(&[&first], &view);
    let Err(VerifyError::Discrepancy(found)) = recount.check(&view) else { panic!("counted twice") };
    assert_eq!(found.height, Height::new(fixture::economy::ECONOMY_BLOCKS));
    assert_eq!(found.reason, "operations have issued 2200 points of nordmat, but its total says 1200");
}

fn listing(rows: Vec<Vec<Cell>>) -> Listing {
    let (chain_id, height) = (genesis().chain_id(), Height::new(7));
    let (block, time_ms) = (chain_id.genesis_block_id(), TimeMs::default());
    Listing { kind: "netting", chain_id, height, block, time_ms, columns: &["brand", "points", "owed_micro"], rows }
}

#[test]
fn commas_quotes_and_line_ends_in_a_cell_are_quoted() {
    let csv = listing(vec![
        vec![Cell::text("a,b"), Cell::Number(1), Cell::Empty],
        vec![Cell::text("a \"b\""), Cell::Number(2), Cell::Empty],
        vec![Cell::text("a\nb"), Cell::Number(3), Cell::Empty],
    ])
    .text(Format::Csv);
    let chain = genesis().chain_id();
    let start = format!("{chain},7,{},0", chain.genesis_block_id());
    let expected = format!(
        "chain_id,height,block,time_ms,brand,points,owed_micro\n{start},\"a,b\",1,\n{start},\"a \"\"b\"\"\",2,\n\
         {start},\"a\nb\",3,"
    );
    assert_eq!(csv, expected);
}

#[test]
fn a_report_of_nothing_still_says_of_which_block_it_is() {
    let (nothing, chain) = (listing(vec![]), genesis().chain_id());
    let block = chain.genesis_block_id();
    let csv = format!("chain_id,height,block,time_ms,brand,points,owed_micro\n{chain},7,{block},0,,,");
    assert_eq!(nothing.text(Format::Csv), csv);
    let json =
        format!(r#"{{"chain_id":"{chain}","height":7,"block":"{block}","time_ms":0,"report":"netting","rows":[]}}"#);
    assert_eq!(nothing.text(Format::Json), json);
    assert!(nothing.text(Format::Table).ends_with("report    netting\n\nnothing"));
}

#[test]
fn a_table_shows_points_in_their_decimals_and_money_in_minor_units() {
    let largest = GrossPoints::new(u128::MAX);
    let rows = vec![
        vec![Cell::text("kaffet"), Cell::points(GrossPoints::new(5), 2), Cell::Micro(1)],
        vec![Cell::text(Month::new(0)), Cell::points(largest, 0), Cell::Micro(12_500_000)],
    ];
    let table = listing(rows.clone()).text(Format::Table);
    let expected = "\
BRAND                                     POINTS       OWED
kaffet                                      0.05   0.000001
1970-01  340282366920938463463374607431768211455  12.500000";
    assert!(table.ends_with(expected), "{table}");
    let json = listing(rows).text(Format::Json);
    assert!(json.contains(r#"{"brand":"kaffet","points":"5","owed_micro":"1"}"#), "{json}");
}
