//! Seeds of ways from one set of validators to the next.

use lojal_chain::SetChange;
use lojal_chain::snapshot::Offer;
use lojal_consensus::data::{Answer, Changes, DecidedBlock, Head, Question};
use lojal_consensus::submissions::{Submission, SubmissionAnswer};
use lojal_tests::targets::light_chain;

use lojal_types::{Bounded, Code, Hash, Height};

use super::{Seeds, bytes, named};

pub(super) fn set_changes() -> Seeds {
    let changes = &light_chain().changes;
    let mut seeds = named([("nothing", b""), ("announced-changes", &[255, 255, 255, 255]), ("every-bit", &[255; 300])]);
    let mut add = |name: &str, changes: Vec<SetChange>| {
        seeds.insert(name.to_owned(), borsh::to_vec(&changes).expect("in memory"));
    };
    add("the-way", changes.clone());
    add("one-change", changes[..1].to_vec());
    add("a-change-is-missing", [&changes[..1], &changes[2..]].concat());
    add("a-change-twice", [&changes[..1], &changes[..1]].concat());
    let (first, second) = (&changes[0], &changes[1]);
    add("validators-of-another-change", vec![SetChange { next: second.next.clone(), ..first.clone() }]);
    add(
        "a-certificate-of-another-change",
        vec![SetChange { certificate: second.certificate.clone(), ..first.clone() }],
    );
    let mut later = first.clone();
    later.header.height = later.header.height.next();
    add("a-header-that-nobody-decided", vec![later]);
    seeds
}

pub(super) fn data_message() -> Seeds {
    let changes = &light_chain().changes;
    let mut seeds =
        named([("nothing", b""), ("announced-changes", &[2, 255, 255, 255, 255]), ("every-bit", &[255; 60])]);
    let mut add = |name: &str, bytes: Vec<u8>| drop(seeds.insert(name.to_owned(), bytes));
    add("ask-for-the-head", Question::Head.encode());
    add("ask-for-changes", Question::Changes { after: Height::new(10) }.encode());
    let height = Height::new(10);
    add("ask-for-a-header", Question::Header { height }.encode());
    add("ask-for-offers", Question::Offers.encode());
    add("ask-for-a-manifest", Question::Manifest { height }.encode());
    add("ask-for-a-chunk", Question::Chunk { height, number: 3 }.encode());
    add("ask-for-ids", Question::Recent { height, number: 0 }.encode());
    add("ask-for-blocks", Question::Blocks { end: height }.encode());
    let certificate = changes[0].certificate.clone();
    let blocks = [vec![DecidedBlock { block: vec![7; 40], certificate }; 2], Vec::new()];
    for (name, blocks) in ["blocks", "no-blocks"].into_iter().zip(blocks) {
        add(name, Answer::Blocks(Bounded::new(blocks).expect("few")).encode());
    }
    add("announced-blocks", vec![5, 255, 255, 255, 255]);
    add("bytes", Answer::Bytes(vec![7; 40]).encode());
    let offer = Offer {
        header: changes[0].header.clone(),
        certificate: changes[0].certificate.clone(),
        manifest: Hash::new([1; 32]),
        bytes: 1_000,
    };
    add("an-offer", Answer::Offers(Bounded::new(vec![offer]).expect("one")).encode());
    add("nothing-to-answer", Answer::Nothing.encode());
    let (header, certificate) = (changes[0].header.clone(), changes[0].certificate.clone());
    add("a-head", Answer::Head(Box::new(Head { header, certificate })).encode());
    for (name, count, more) in [("no-changes", 0, false), ("changes", 2, true)] {
        let changes = Bounded::new(changes[..count].to_vec()).expect("few");
        add(name, Answer::Changes(Changes { changes, more }).encode());
    }
    let transaction = bytes::signed_transaction().remove("block-1-transaction-0").expect("it is there");
    add("hand-in", Submission::encode([&transaction[..], &transaction].into_iter()));
    let codes = Bounded::new(vec![None, Some(Code::InsufficientPoints)]).expect("two");
    let answers = [("handed-in", SubmissionAnswer::Answers(codes)), ("busy", SubmissionAnswer::Busy)];
    for (name, answer) in answers.into_iter().chain([("no-vote", SubmissionAnswer::NoVote)]) {
        add(name, borsh::to_vec(&answer).expect("in memory"));
    }
    seeds
}
