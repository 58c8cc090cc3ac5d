//! Reports: the same bytes each time, in all forms, of the last block and of an earlier one.

use lojal_types::TrackId;
use lojal_types::api::leader_words;
use serde_json::json;

use crate::fixture::economy::economy;
use crate::fixture::programme::{programme, second_till};
use crate::fixture::{chain, genesis, key, operator};
use crate::gateway::{Gateway, status};
use crate::place::{Place, Run, json, run};
use crate::{last_header, with_single_blanks};

const FORMATS: [&str; 3] = ["table", "csv", "json"];
const KINDS: [&str; 6] = ["liability", "netting", "campaigns", "operators", "levels", "leaders"];

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
        "brand,decimals,expiry,outstanding,held,pending,issued,redeemed,converted_out,expired,reversed,donated,\
         refunded,holders",
        "nordmat,2,all,200,80,0,1200,180,500,240,0,0,0,1",
        "nordmat,2,2023-12,0,80,0,,,,,,,,",
        "nordmat,2,2024-01,200,0,0,,,,,,,,",
        "skidort,0,all,180,0,0,250,0,20,50,0,0,0,1",
        "skidort,0,never,180,0,0,,,,,,,,",
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
    assert!(
        lines.contains(&"nordmat 2 all 2.00 0.80 0.00 12.00 1.80 5.00 2.40 0.00 0.00 0.00 1".to_owned()),
        "{}",
        table.stdout
    );
    let earlier = place.report(&["liability", "--dir", &dir, "--format", "csv", "--at", "1"]);
    assert!(records(printed(&earlier)).contains(&"nordmat,2,all,1000,0,0,1000,0,0,0,0,0,0,1"), "{}", earlier.stdout);
}

#[test]
fn netting_has_what_was_converted_and_settled_in_each_direction_exactly() {
    let place = Place::with(&economy());
    let of = |arguments: &[&str]| place.report(&[&["netting", "--dir", &place.path("node")], arguments].concat());
    let expected = [
        "debtor,creditor,currency,decimals,conversions,burned,converted_micro,sponsored_micro,donated_micro,\
         settled_micro,owed_micro,net_micro",
        "nordmat,skidort,SEK,2,1,500,6172839000,0,0,1000000000,5172839000,3172839000",
        "skidort,nordmat,SEK,0,1,20,2000000000,0,0,0,2000000000,0",
    ];
    assert_eq!(records(printed(&of(&["--format", "csv"]))), expected);
    let before = of(&["--format", "csv", "--at", "4"]);
    assert_eq!(records(printed(&before))[1], "nordmat,skidort,SEK,2,1,500,6172839000,0,0,0,6172839000,4172839000");
    let lines = with_single_blanks(printed(&of(&[])));
    let line =
        "nordmat skidort SEK 2 1 5.00 6172.839000 0.000000 0.000000 1000.000000 5172.839000 3172.839000".to_owned();
    assert_eq!(lines[lines.len() - 2], line);
    let row = &json(&of(&["--format", "json"]))["rows"][0];
    assert_eq!((&row["converted_micro"], &row["conversions"]), (&json!("6172839000"), &json!(1)));
    let nothing = of(&["--format", "csv", "--at", "3"]);
    assert_eq!(records(printed(&nothing))[1..], [",,,,,,,,,,,"], "before the first conversion");
}

#[test]
fn operators_are_listed_with_what_each_of_them_did_in_each_month() {
    let place = Place::with(&programme());
    let of = |arguments: &[&str]| place.report(&[&["operators", "--dir", &place.path("node")], arguments].concat());
    let text = |key: lojal_types::KeyPair| key.address().to_text(genesis().network()).to_string();
    let (first, second) = (text(operator()), text(second_till()));
    let mut expected = [
        format!("nordmat,{first},2023-12,2,1,700,0,0,0,0,0,0,0,0,1,70,0,0"),
        format!("nordmat,{second},2023-12,2,0,0,1,25,0,0,1,700,0,0,2,70,1,40"),
        format!("nordmat,{second},2024-01,2,0,0,0,0,0,0,0,0,0,0,2,2,0,0"),
    ];
    expected.sort();
    let csv = of(&["--format", "csv"]);
    let found = records(printed(&csv));
    let head = "brand,operator,month,decimals,issues,issued,grants,granted,captures,captured,reversals,reversed,\
                refunds,refunded,stamps,stamped,takebacks,taken_back";
    assert_eq!(found[0], head);
    assert_eq!(found[1..].iter().map(|line| (*line).to_owned()).collect::<std::collections::BTreeSet<_>>().len(), 3);
    for line in expected {
        assert!(found.contains(&line.as_str()), "{line} is missing in {found:?}");
    }
    let table = of(&["--at", "2"]);
    let lines = with_single_blanks(printed(&table));
    assert!(
        lines.contains(&format!("nordmat {first} 2023-12 2 1 7.00 0 0.00 0 0.00 0 0.00 0 0.00 1 70 0 0")),
        "{}",
        table.stdout
    );
}

#[test]
fn campaigns_are_listed_with_what_they_gave_and_what_their_sponsors_owe() {
    let place = Place::with(&programme());
    let of = |kind| place.report(&[kind, "--dir", &place.path("node"), "--format", "csv"]);
    let expected = [
        "brand,campaign,decimals,grants,claims,units,points,reversed,paid,returned,refunded,stock,budget,sponsor,\
         sponsored_micro,recipient,donated_micro",
        "nordmat,1,2,1,0,1,25,0,0,0,0,,1000,skidort,50000000,,0",
    ];
    assert_eq!(records(printed(&of("campaigns"))), expected);
    assert_eq!(records(printed(&of("netting")))[1], "skidort,nordmat,SEK,0,0,0,0,50000000,0,0,50000000,50000000");
}

#[test]
fn levels_are_counted_of_the_stamps_as_they_were_at_each_height() {
    let place = Place::with(&programme());
    let of = |at: &str| {
        let arguments = ["levels", "--dir", &place.path("node"), "--format", "csv", "--at", at];
        let run = place.report(&arguments);
        records(printed(&run)).iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(of("1"), ["brand,track,level,accounts", "nordmat,1,0,0", "nordmat,1,1,0"]);
    assert_eq!(of("2")[1..], ["nordmat,1,0,1", "nordmat,1,1,1"], "Anna has the level, Bo hasn't");
    assert_eq!(of("3")[1..], ["nordmat,1,0,2", "nordmat,1,1,0"], "and then nobody has");
    assert_eq!(of("5")[1..], ["nordmat,1,0,2", "nordmat,1,1,0", "nordmat,2,0,1"], "a card that the admins decided on");
}

#[test]
fn leaders_are_ranked_as_they_were_at_each_height_and_only_those_who_allow_it() {
    let place = Place::with(&programme());
    let of = |arguments: &[&str]| {
        let run = place.report(&[&["leaders", "--dir", &place.path("node"), "--format", "csv"], arguments].concat());
        records(printed(&run)).iter().map(|line| (*line).to_owned()).collect::<Vec<_>>()
    };
    let row = |track: u16, rank: u64, units: u64, seed: u8| {
        let (account, brand) = (key(seed).address(), "nordmat".parse().expect("valid"));
        let words = leader_words(&genesis().chain_id(), account, brand, TrackId::new(track));
        let (name, account) = (lojal_text::words(words), account.to_text(genesis().network()));
        format!("nordmat,{track},{rank},{units},{name},{account}")
    };
    assert_eq!(of(&["--at", "2"]), ["brand,track,rank,units,name,account", ",,,,,"]);
    assert_eq!(of(&["--at", "3"])[1..], [row(1, 1, 70, 60)]);
    let all = [row(1, 1, 70, 60), row(1, 2, 30, 61), row(2, 1, 1, 60)];
    assert_eq!(of(&[])[1..], all);
    assert_eq!(of(&["--brand", "nordmat", "--track", "1"])[1..], all[..2]);
    assert_eq!(of(&["--brand", "skidort"])[1..], [",,,,,"]);
}

#[test]
fn every_member_of_a_report_is_described() {
    let described = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/auditing.md"));
    let described = described.expect("the page is there");
    for blocks in [economy(), programme()] {
        let place = Place::with(&blocks);
        for kind in KINDS {
            let document = json(&place.report(&[kind, "--dir", &place.path("node"), "--format", "json"]));
            let members = document.as_object().expect("a document").keys();
            let columns = document["rows"].as_array().expect("rows").iter().flat_map(|row| row.as_object());
            for name in members.chain(columns.flat_map(|row| row.keys())) {
                assert!(described.contains(&format!("`{name}`")), "docs/auditing.md says nothing of {name} in {kind}");
            }
        }
    }
}

#[test]
fn what_makes_no_sense_is_a_usage_error_that_says_what_does() {
    let place = Place::with(&[]);
    let (genesis, dir) = (place.path("genesis.toml"), place.path("node"));
    let whole = ["report", "liability", "--genesis", &genesis, "--dir", &dir];
    for (arguments, says) in [
        (&["report", "--genesis", &genesis, "--dir", &dir][..], "<REPORT>"),
        (
            &["report", "weather", "--genesis", &genesis, "--dir", &dir],
            "possible values: liability, netting, campaigns, operators, levels, leaders",
        ),
        (&[&whole[..], &["--format", "xml"]].concat(), "possible values: table, csv, json"),
        (&[&whole[..], &["--at", "0"]].concat(), "a height is a whole number from 1 on"),
        (&[&whole[..], &["--at", "now"]].concat(), "a height is a whole number from 1 on"),
        (&[&whole[..], &["--track", "1"]].concat(), "the report liability isn't made by track: leave out --track"),
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
