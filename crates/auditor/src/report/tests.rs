use lojal_chain::Replay;
use lojal_ledger::State;
use lojal_types::{GrossPoints, Month, Operation, TimeMs};

use super::*;
use crate::fixture::economy::{ECONOMY_BLOCKS, economy};
use crate::fixture::programme::programme;
use crate::fixture::{Decided, genesis};

/// The count of a chain, the state at its end, and everything that was applied in it.
fn counted(blocks: Vec<Decided>) -> (Recount, View, Vec<Transaction>) {
    let mut replay = Replay::from_state(State::genesis(&genesis()));
    let (mut recount, mut all) = (Recount::default(), Vec::new());
    for (bytes, certificate) in blocks {
        let before = replay.state().view().clone();
        let block = replay.apply(&bytes, certificate).expect("the chain holds");
        let applied = applied(&block);
        all.extend(applied.iter().map(|one| (*one).clone()));
        recount.block(&before, &applied, replay.state().view());
    }
    (recount, replay.state().view().clone(), all)
}

#[test]
fn what_is_counted_is_what_the_ledger_has_written() {
    for blocks in [economy(), programme()] {
        let (recount, view, _) = counted(blocks);
        recount.listing(Kind::Levels, &view).expect("one ledger");
    }
}

/// The reason that a count differs in which the first operation for which `is_it` holds has happened once more.
fn with_once_more(blocks: Vec<Decided>, is_it: fn(&Operation) -> bool) -> String {
    let (mut recount, view, all) = counted(blocks);
    let transaction = all.iter().find(|one| one.operations.iter().any(is_it)).expect("it is in the chain");
    let operation = transaction.operations.iter().find(|one| is_it(one)).expect("it is in the transaction");
    let operations = lojal_types::Bounded::from([operation.clone()]);
    recount.block(&view, &[&Transaction { operations, ..transaction.clone() }], &view);
    let Err(VerifyError::Discrepancy(found)) = recount.listing(Kind::Liability, &view) else { panic!("counted twice") };
    assert_eq!(found.height, Height::new(ECONOMY_BLOCKS));
    found.reason
}

#[test]
fn a_count_that_has_more_than_the_ledger_differs_and_says_in_what() {
    let reason = with_once_more(economy(), |one| matches!(one, Operation::Issue(_)));
    assert_eq!(reason, "operations have issued 2200 points of nordmat, but its total says 1200");
    let reason = with_once_more(economy(), |one| matches!(one, Operation::Capture(_)));
    assert_eq!(reason, "operations have redeemed 330 points of nordmat, but its total says 180");
    let reason = with_once_more(programme(), |one| matches!(one, Operation::Reverse(_)));
    assert_eq!(reason, "operations have reversed 1400 points of nordmat, but its total says 700");
    let reason = with_once_more(economy(), |one| matches!(one, Operation::Settle(_)));
    let expected = "nordmat came to owe skidort 6172839000 by conversions, 0 as a sponsor and 0 by donations, and \
                    2000000000 were settled, in millionths of a minor unit, but the ledger says that 5172839000 are \
                    owed";
    assert_eq!(reason, expected);
    let reason = with_once_more(programme(), |one| matches!(one, Operation::Stamp(one) if one.amount == 40));
    assert!(
        reason.ends_with("110 units and level 1 on track 1 of nordmat, but its standing says 70 and 0"),
        "{reason}"
    );
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
