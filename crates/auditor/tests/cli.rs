//! The program as people run it: arguments, output and exit codes.

use std::path::Path;

use lojal_types::api::Status;
use lojal_types::{Block, Header};

use fixture::economy::economy;
use fixture::{Decided, certificate, chain, forged, genesis, other_genesis};
use gateway::{Gateway, status};
use place::{Place, json, run};

mod fixture;
mod gateway;
mod place;
mod report;

const BLOCKS: u64 = 6;

/// The lines of a text, with single blanks between their words.
fn with_single_blanks(text: &str) -> Vec<String> {
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn a_chain_that_holds_gives_a_balance_sheet_in_display_decimals() {
    let place = Place::with(&chain(BLOCKS));
    let run = place.verify_dir();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let lines = with_single_blanks(&run.stdout);
    for expected in [
        format!("chain id {}", genesis().chain_id()).as_str(),
        "height 6",
        "time 2024-01-13T22:13:20.000Z",
        "transactions 18 applied, 6 failed",
        "NORDMAT (nordmat)",
        "issued 60.00",
        "redeemed 9.00",
        "SKIDORT (skidort)",
        "issued 30",
        "holders 3",
        "never 30",
        "Everything holds from genesis to height 6.",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected:?} is missing in:\n{}", run.stdout);
    }
}

#[test]
fn holds_conversions_and_obligations_are_printed_as_text_and_as_json() {
    let place = Place::with(&economy());
    let run = place.verify_dir();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let sections: Vec<&str> = run.stdout.split("\n\n").collect();
    let [_, nordmat, _, netting, end] = sections.as_slice() else { panic!("five sections: {}", run.stdout) };
    for expected in ["held                      0.80", "converted out             5.00", "held by last month"] {
        assert!(nordmat.contains(expected), "{expected:?} is missing in:\n{nordmat}");
    }
    let expected = "\
Between brands, in minor units of SEK, after block 5 of 2024-01-03T22:13:20.000Z
  nordmat owes skidort         5172.839000
  skidort owes nordmat         2000.000000
    net: nordmat owes skidort  3172.839000";
    assert_eq!(*netting, expected);
    assert_eq!(*end, "Everything holds from genesis to height 5.\n");
    let document = json(&place.verify(&["--dir", &place.path("node"), "--json", "--to", "4"]));
    let nordmat = &document["brands"][0];
    assert_eq!((&nordmat["held"], &nordmat["converted_out"]), (&80.into(), &"500".into()));
    assert_eq!(nordmat["held_by_month"], serde_json::json!([{"expiry": "2023-12", "amount": 80}]));
    let netting = &document["netting"];
    assert_eq!((&netting["currency"], &netting["height"]), (&"SEK".into(), &4.into()));
    let owed = serde_json::json!({"minor": 6172, "micro": 839_000});
    assert_eq!((&netting["pairs"][0]["first_owes"], &netting["pairs"][0]["net_debtor"]), (&owed, &"nordmat".into()));
}

#[test]
fn the_json_report_is_one_document() {
    let place = Place::with(&chain(BLOCKS));
    let report = json(&place.verify(&["--dir", &place.path("node"), "--json"]));
    assert_eq!((&report["ok"], &report["height"]), (&true.into(), &BLOCKS.into()));
    assert_eq!(report["chain_id"], genesis().chain_id().to_string());
    assert_eq!((&report["transactions"]["applied"], &report["transactions"]["failed"]), (&18.into(), &6.into()));
    let brand = &report["brands"][1];
    assert_eq!((&brand["id"], &brand["issued"], &brand["holders"]), (&"skidort".into(), &"30".into(), &3.into()));
    assert_eq!(brand["liability"], serde_json::json!([{ "expiry": "never", "amount": 30 }]));
    for field in ["network", "time_ms", "block", "state_root", "duration_ms"] {
        assert!(!report[field].is_null(), "{field}");
    }
}

#[test]
fn the_json_of_a_discrepancy_names_height_transaction_and_reason() {
    let mut blocks = chain(BLOCKS);
    blocks[3] = forged(&blocks[3], |block| {
        let mut transactions = block.transactions.to_vec();
        transactions[2].signature = transactions[1].signature;
        block.transactions = lojal_types::Bounded::new(transactions).expect("as many as before");
    });
    let place = Place::with(&[]);
    place.write_archive(&blocks);
    let run = place.verify(&["--file", &place.path("chain"), "--json"]);
    let reason = "transaction 2 of the block can't be in it: bad_signature";
    assert_eq!((run.code, run.stderr.trim_end()), (1, format!("height 4: {reason}").as_str()));
    assert_eq!(json(&run), serde_json::json!({ "ok": false, "height": 4, "transaction": 2, "reason": reason }));
}

#[test]
fn a_forged_state_root_and_a_certificate_without_quorum_are_found_at_their_heights() {
    let place = Place::with(&[]);
    let mut blocks = chain(BLOCKS);
    blocks[4] = forged(&blocks[4], |block| block.header.state_root = lojal_types::Hash::new([3; 32]));
    place.write_archive(&blocks);
    let run = place.verify_file();
    assert_eq!((run.code, run.stderr.trim_end()), (1, "height 5: the header's state_root is not what the block gives"));
    let header = Block::decode(&blocks[1].0).expect("a block").header;
    blocks[1].1 = certificate(&header, 2);
    place.write_archive(&blocks);
    let run = place.verify_file();
    assert_eq!(run.code, 1);
    assert!(run.stderr.starts_with("height 2: the certificate carries 2 of 4 voting power"), "{}", run.stderr);
}

#[test]
fn the_blocks_of_another_genesis_are_wrong_from_the_first_on() {
    let place = Place::with(&chain(BLOCKS));
    assert_eq!(place.export(&[]).code, 0);
    place.write_genesis(&other_genesis());
    // A file says of which chain it is; in a directory the first block does.
    for (run, expected) in [(place.verify_dir(), "height 1: "), (place.verify_file(), "height 0: ")] {
        assert_eq!((run.code, run.stdout.as_str()), (1, ""));
        assert!(run.stderr.starts_with(expected), "{}", run.stderr);
    }
}

#[test]
fn what_can_not_be_read_is_not_called_wrong() {
    let place = Place::with(&[]);
    for source in [["--dir", "nowhere"], ["--file", "nowhere"], ["--url", "http://127.0.0.1:1"]] {
        let at = if source[0] == "--url" { source[1].to_owned() } else { place.path(source[1]) };
        let run = place.verify(&[source[0], &at, "--json"]);
        assert_eq!((run.code, run.stdout.as_str()), (3, ""), "{}", run.stderr);
        assert!(!run.stderr.is_empty());
    }
    let empty = place.path("empty");
    std::fs::create_dir(&empty).expect("the directory is ours");
    assert_eq!(place.verify(&["--dir", &empty]).code, 3);
    let missing = place.path("no-genesis.toml");
    assert_eq!(run(&["verify", "--genesis", &missing, "--dir", &place.path("node")]).code, 3);
    std::fs::write(&missing, "name = 1").expect("the directory is ours");
    assert_eq!(run(&["verify", "--genesis", &missing, "--dir", &place.path("node")]).code, 3);
    let pinned = place.verify(&["--dir", &place.path("node"), "--pin", &format!("1:{}", "0".repeat(64))]);
    assert!(pinned.code == 3 && pinned.stderr.contains("the chain ends at height 0"), "{}", pinned.stderr);
    let longer = place.verify(&["--dir", &place.path("node"), "--to", "1"]);
    assert_eq!(longer.code, 3, "{}", longer.stderr);
}

#[test]
fn a_node_that_has_given_up_blocks_is_verified_from_genesis_by_its_archive_and_from_its_base_without() {
    let place = Place::with_archive(&chain(BLOCKS));
    assert!(!place.segment().exists(), "the first segment is archived");
    let whole = place.verify_dir();
    assert!(whole.stdout.contains("Everything holds from genesis to height 6."), "{}{}", whole.stdout, whole.stderr);
    let first = place.path("node/archive/00000001-1-1.log.gz");
    let mut bytes = std::fs::read(&first).expect("each segment has one block");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&first, bytes).expect("the directory is ours");
    let rotten = place.verify_dir();
    assert!(rotten.code != 0 && format!("{}{}", rotten.stdout, rotten.stderr).contains(&first), "{}", rotten.stderr);
    std::fs::remove_file(first).expect("the directory is ours");
    let rest = place.verify_dir();
    assert!(rest.stdout.contains("Everything holds from the snapshot at height 4"), "{}{}", rest.stdout, rest.stderr);
}

#[test]
fn nonsense_is_a_usage_error() {
    let place = Place::with(&[]);
    let node = place.path("node");
    for arguments in [
        &["verify"][..],
        &["verify", "--dir", &node],
        &["verify", "--genesis", "g.toml"],
        &["verify", "--genesis", "g.toml", "--dir", &node, "--file", "chain"],
        &["verify", "--genesis", "g.toml", "--url", "gopher://example.org"],
        &["verify", "--genesis", "g.toml", "--dir", &node, "--to", "0"],
        &["verify", "--genesis", "g.toml", "--dir", &node, "--to", "-1"],
        &["verify", "--genesis", "g.toml", "--dir", &node, "--pin", "5"],
        &["export", "--dir", &node],
        &["export", "--dir", &node, "--file", "chain", "--from", "x"],
        &["export", "--dir", &node, "--file", "chain", "--from", "3", "--to", "2"],
        &["frobnicate"],
        &[],
    ] {
        let run = run(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
    }
}

fn last_header(blocks: &[Decided]) -> Header {
    Block::decode(&blocks.last().expect("not empty").0).expect("a block").header
}

#[test]
fn an_honest_node_is_verified_up_to_the_height_that_it_claims() {
    let place = Place::with(&[]);
    let blocks = chain(BLOCKS);
    let gateway = Gateway::start(status(&genesis(), &last_header(&blocks)), blocks.clone());
    let found = place.verify(&["--url", &gateway.url, "--json"]);
    assert_eq!((found.code, found.stderr.as_str()), (0, ""));
    assert_eq!(json(&found)["height"], BLOCKS);
    let gateway = Gateway::start(status(&genesis(), &last_header(&blocks[..4])), blocks);
    assert_eq!(json(&place.verify(&["--url", &gateway.url, "--json"]))["height"], 4);
    assert_eq!(json(&place.verify(&["--url", &gateway.url, "--json", "--to", "3"]))["height"], 3);
    let beyond = place.verify(&["--url", &gateway.url, "--to", "5"]);
    assert_eq!(beyond.code, 3, "{}", beyond.stderr);
}

#[test]
fn a_node_that_lies_about_itself_is_found_out() {
    let place = Place::with(&[]);
    let blocks = chain(BLOCKS);
    let honest = || status(&genesis(), &last_header(&blocks));
    let lies = [
        (Status { chain_id: other_genesis().chain_id(), ..honest() }, "height 0: these are blocks of chain "),
        (Status { state_root: lojal_types::Hash::new([5; 32]), ..honest() }, "height 6: the node says that the state"),
        (Status { time_ms: honest().time_ms.plus_ms(1), ..honest() }, "height 6: the node says that the block's time"),
        (Status { height: honest().height.next(), ..honest() }, "height 7: the node says that it is at height 7"),
    ];
    for (lie, expected) in lies {
        let run = place.verify(&["--url", &Gateway::start(lie, blocks.clone()).url]);
        assert_eq!((run.code, run.stdout.as_str()), (1, ""));
        assert!(run.stderr.starts_with(expected), "{}", run.stderr);
    }
}

/// The height whose records hold the byte at `offset`.
fn height_of(offset: u64, sizes: &[u64]) -> usize {
    sizes.iter().position(|end| offset < *end).expect("within the file").max(1)
}

#[test]
fn a_flipped_byte_anywhere_in_a_block_log_is_found_at_its_height() {
    let place = Place::with(&chain(BLOCKS));
    let whole = std::fs::read(place.segment()).expect("the log is there");
    let last_certificate = whole.len() - certificate_record_bytes();
    for offset in sampled(whole.len()) {
        let mut damaged = whole.clone();
        damaged[offset] ^= 0x10;
        std::fs::write(place.segment(), &damaged).expect("the directory is ours");
        let run = place.verify_dir();
        if offset >= last_certificate {
            // This looks like what a running node has not written to its end yet: the chain is a block shorter.
            assert_eq!(run.code, 0, "byte {offset}: {}", run.stderr);
            assert!(run.stdout.contains("genesis to height 5."), "byte {offset}: {}", run.stdout);
            continue;
        }
        let expected = format!("height {}: ", height_of(offset as u64, &place.log_sizes));
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "byte {offset}: {}", run.stderr);
        assert!(run.stderr.starts_with(&expected), "byte {offset}, {expected}: {}", run.stderr);
    }
}

#[test]
fn a_flipped_byte_anywhere_in_a_file_is_found_at_its_height() {
    let blocks = chain(BLOCKS);
    let place = Place::with(&[]);
    let ends: Vec<u64> =
        (0..=blocks.len()).map(|count| fixture::archive_bytes(&blocks[..count]).len() as u64).collect();
    let whole = fixture::archive_bytes(&blocks);
    for offset in sampled(whole.len()).chain([whole.len() - 1]) {
        let mut damaged = whole.clone();
        damaged[offset] ^= 0x10;
        std::fs::write(place.path("chain"), &damaged).expect("the directory is ours");
        let run = place.verify_file();
        let expected = format!("height {}: ", height_of(offset as u64, &ends));
        assert_eq!((run.code, run.stdout.as_str()), (1, ""), "byte {offset}: {}", run.stderr);
        assert!(run.stderr.starts_with(&expected), "byte {offset}, {expected}: {}", run.stderr);
    }
}

/// Some fifty places in so many bytes, in steps that fall on all parts of the records.
fn sampled(bytes: usize) -> impl Iterator<Item = usize> {
    (0..bytes).step_by((bytes / 50) | 1)
}

/// A record of three signatures: kind, length and checksum; height, round, block and number of signatures.
fn certificate_record_bytes() -> usize {
    9 + 8 + 4 + 32 + 4 + 3 * (20 + 64)
}

#[test]
fn a_file_cut_between_blocks_is_a_shorter_chain_and_one_cut_elsewhere_an_incomplete_one() {
    let blocks = chain(BLOCKS);
    let place = Place::with(&[]);
    let (whole, shorter) = (fixture::archive_bytes(&blocks), fixture::archive_bytes(&blocks[..4]).len());
    std::fs::write(place.path("chain"), &whole[..shorter]).expect("the directory is ours");
    let run = place.verify_file();
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("Everything holds from genesis to height 4."), "{}", run.stdout);
    for cut in [shorter + 1, shorter + 200, whole.len() - 1] {
        std::fs::write(place.path("chain"), &whole[..cut]).expect("the directory is ours");
        let run = place.verify_file();
        assert_eq!(run.code, 1);
        let height = if cut < whole.len() - 1 { 5 } else { 6 };
        assert!(run.stderr.starts_with(&format!("height {height}: ")), "{}", run.stderr);
        assert!(run.stderr.contains("incomplete"), "{}", run.stderr);
    }
}

#[test]
fn an_export_is_verified_like_the_directory_that_it_came_from() {
    let place = Place::with(&chain(BLOCKS));
    let run = place.export(&[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.starts_with("blocks 1 to 6 in "), "{}", run.stdout);
    let exported = std::fs::read(place.path("chain")).expect("just written");
    assert_eq!(exported, fixture::archive_bytes(&chain(BLOCKS)), "without the proposals that came to nothing");
    assert_eq!(place.verify_file().code, 0);
}

#[test]
fn an_export_replaces_no_file_unless_forced_and_leaves_nothing_half_done() {
    let place = Place::with(&chain(BLOCKS));
    std::fs::write(place.path("chain"), "precious").expect("the directory is ours");
    assert_eq!(place.export(&[]).code, 3);
    assert_eq!(place.export(&["--force", "--to", "7"]).code, 3, "there is no block 7");
    assert_eq!(std::fs::read(place.path("chain")).expect("still there"), b"precious");
    assert!(!Path::new(&place.path("chain.partial")).exists());
    assert_eq!(place.export(&["--force", "--to", "2"]).code, 0);
    assert_eq!(std::fs::read(place.path("chain")).expect("there"), fixture::archive_bytes(&chain(2)));
    assert_eq!(place.export(&["--force", "--from", "3"]).code, 0);
    let part = place.verify_file();
    let expected = "nothing is known from height 1 on: the source begins at height 3; verify one that has the blocks \
                    before, or the data directory of a node that has the base which they rest on";
    assert_eq!((part.code, part.stderr.trim_end()), (3, expected));
}

#[test]
fn an_export_of_a_damaged_log_fails_at_the_height_of_the_damage() {
    let place = Place::with(&chain(BLOCKS));
    let mut log = std::fs::read(place.segment()).expect("the log is there");
    let offset = usize::try_from(place.log_sizes[3]).expect("a short log") + 100;
    log[offset] ^= 1;
    std::fs::write(place.segment(), log).expect("the directory is ours");
    let run = place.export(&[]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.starts_with("height 4: "), "{}", run.stderr);
    assert!(!Path::new(&place.path("chain")).exists());
}

#[test]
fn a_node_directory_with_a_data_directory_in_it_is_accepted_too() {
    let place = Place::with(&chain(2));
    let whole = place.path("whole");
    std::fs::create_dir(&whole).expect("the directory is ours");
    std::fs::rename(place.path("node"), Path::new(&whole).join("data")).expect("the directory is ours");
    assert_eq!(place.verify(&["--dir", &whole]).code, 0);
}

#[test]
fn an_export_without_a_log_to_read_says_so() {
    let place = Place::with(&[]);
    let (nowhere, chain) = (place.path("nowhere"), place.path("chain"));
    let missing = run(&["export", "--dir", &nowhere, "--file", &chain]);
    assert_eq!((missing.code, missing.stdout.as_str()), (3, ""));
    assert!(missing.stderr.contains("holds no block log"), "{}", missing.stderr);
    let empty = place.export(&[]);
    assert_eq!(empty.code, 3);
    assert!(empty.stderr.contains("has no block 1"), "{}", empty.stderr);
    assert!(!Path::new(&chain).exists());
}
