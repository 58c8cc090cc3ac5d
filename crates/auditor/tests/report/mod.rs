//! Reports: the same bytes each time, in all forms, of the last block and of an earlier one.

use serde_json::json;

use crate::fixture::economy::economy;
use crate::fixture::{chain, genesis};
use crate::gateway::{Gateway, status};
use crate::place::{Place, Run, json, run};
use crate::{last_header, with_single_blanks};

const FORMATS: [&str; 3] = ["table", "csv", "json"];
const KINDS: [&str; 1] = ["liability"];

/// The output of a report that holds.
fn printed(run: &Run) -> &str {
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    &run.stdout
}

/// The records of a file of comma-separated values without their first four cells, which say of which block they are.
fn records(csv: &str) -> Vec<&str> {
    csv.lines().filter_map(|line| line.splitn(5, ',').nth(4)).collect()
}

#[test]
fn a_report_has_the_same_bytes_each_time_wherever_its_blocks_come_from() {
    let blocks = economy();
    let place = Place::with(&blocks);
    place.write_archive(&blocks);
    let gateway = Gateway::start(status(&genesis(), &last_header(&blocks)), blocks);
    for kind in KINDS {
        for format in FORMATS {
            for at in [&[][..], &["--at", "4"]] {
                let of = |source: [&str; 2]| {
                    let run = place.report(&[&[kind, "--format", format], at, &source].concat());
                    printed(&run).to_owned()
                };
                let text = of(["--dir", &place.path("node")]);
                for source in
                    [["--dir", &place.path("node")], ["--file", &place.path("chain")], ["--url", &gateway.url]]
                {
                    assert_eq!(of(source), text, "{kind} as {format} from {source:?}");
                }
                assert!(text.contains(&genesis().chain_id().to_string()) && text.ends_with('\n'), "{text}");
            }
        }
    }
}

#[test]
fn a_report_begins_with_the_chain_the_height_and_the_block() {
    let place = Place::with(&economy());
    let dir = place.path("node");
    let block = json(&place.verify(&["--dir", &dir, "--json", "--to", "4"]))["block"].clone();
    let (chain, block) = (genesis().chain_id(), block.as_str().expect("an id"));
    let of = |format| printed(&place.report(&["liability", "--dir", &dir, "--at", "4", "--format", format])).to_owned();
    let table = with_single_blanks(&of("table"));
    let head = [format!("chain id {chain}"), "height 4".to_owned(), format!("block {block}")];
    assert_eq!(table[..3], head);
    assert!(of("csv").starts_with("chain_id,height,block,time_ms,"));
    assert!(of("csv").lines().skip(1).all(|line| line.starts_with(&format!("{chain},4,{block},"))));
    assert!(of("json").starts_with(&format!(r#"{{"chain_id":"{chain}","height":4,"block":"{block}","time_ms":"#)));
}

#[test]
fn liability_is_listed_by_month_with_the_totals_of_each_brand() {
    let place = Place::with(&economy());
    let dir = place.path("node");
    let csv = place.report(&["liability", "--dir", &dir, "--format", "csv"]);
    let expected = [
        "brand,decimals,expiry,outstanding,held,issued,redeemed,converted_out,expired,reversed,holders",
        "nordmat,2,all,200,80,1200,180,500,240,0,1",
        "nordmat,2,2023-12,0,80,,,,,,",
        "nordmat,2,2024-01,200,0,,,,,,",
        "skidort,0,all,180,0,250,0,20,50,0,1",
        "skidort,0,never,180,0,,,,,,",
    ];
    assert_eq!(records(printed(&csv)), expected);
    let document = json(&place.report(&["liability", "--dir", &dir, "--format", "json"]));
    assert_eq!((&document["report"], &document["time_ms"]), (&json!("liability"), &json!(1_704_320_000_000_u64)));
    let (all, month) = (&document["rows"][0], &document["rows"][2]);
    assert_eq!((&all["issued"], &all["holders"], &all["decimals"]), (&json!("1200"), &json!(1), &json!(2)));
    assert_eq!((&month["expiry"], &month["outstanding"]), (&json!("2024-01"), &json!("200")));
    assert_eq!(month["issued"], json!(null));
    let table = place.report(&["liability", "--dir", &dir]);
    let lines = with_single_blanks(printed(&table));
    assert!(lines.contains(&"nordmat 2 all 2.00 0.80 12.00 1.80 5.00 2.40 0.00 1".to_owned()), "{}", table.stdout);
    let earlier = place.report(&["liability", "--dir", &dir, "--format", "csv", "--at", "1"]);
    assert!(records(printed(&earlier)).contains(&"nordmat,2,all,1000,0,1000,0,0,0,0,1"), "{}", earlier.stdout);
}

#[test]
fn what_makes_no_sense_is_a_usage_error_that_says_what_does() {
    let place = Place::with(&[]);
    let (genesis, dir) = (place.path("genesis.toml"), place.path("node"));
    let whole = ["report", "liability", "--genesis", &genesis, "--dir", &dir];
    for (arguments, says) in [
        (&["report", "--genesis", &genesis, "--dir", &dir][..], "<REPORT>"),
        (&["report", "weather", "--genesis", &genesis, "--dir", &dir], "possible values: liability"),
        (&[&whole[..], &["--format", "xml"]].concat(), "possible values: table, csv, json"),
        (&[&whole[..], &["--at", "0"]].concat(), "a height is a whole number from 1 on"),
        (&[&whole[..], &["--at", "now"]].concat(), "a height is a whole number from 1 on"),
        (&["report", "liability", "--dir", &dir], "--genesis"),
        (&["report", "liability", "--genesis", &genesis], "--url"),
    ] {
        let run = run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains(says), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn there_is_no_report_of_a_block_that_is_not_there_or_of_a_chain_whose_beginning_is_not() {
    let place = Place::with_archive(&chain(6));
    let dir = place.path("node");
    let beyond = place.report(&["liability", "--dir", &dir, "--at", "7"]);
    assert_eq!((beyond.code, beyond.stdout.as_str()), (3, ""));
    assert!(
        beyond.stderr.contains("the chain ends at height 6; ask for that height or an earlier one"),
        "{}",
        beyond.stderr
    );
    std::fs::remove_file(place.path("node/archive/00000001-1-1.log.gz")).expect("each segment has one block");
    let rest = place.report(&["liability", "--dir", &dir]);
    assert_eq!((rest.code, rest.stdout.as_str()), (3, ""));
    assert!(rest.stderr.contains("a report counts every block from genesis on"), "{}", rest.stderr);
}

#[test]
fn a_wrong_chain_gives_no_report() {
    let place = Place::with(&[]);
    let mut blocks = chain(3);
    blocks[1].1 = crate::certificate(&crate::last_header(&blocks[..2]), 2);
    place.write_archive(&blocks);
    for format in FORMATS {
        let run = place.report(&["liability", "--file", &place.path("chain"), "--format", format]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""));
        assert!(run.stderr.starts_with("height 2: the certificate carries 2 of 4 voting power"), "{}", run.stderr);
    }
}
