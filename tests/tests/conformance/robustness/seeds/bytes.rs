//! Seeds of targets that take canonical bytes or choices.

use lojal_ledger::StateTree;
use lojal_store::directory::Line;
use lojal_tests::targets::chain;
use lojal_types::{Certificate, Height};

use super::{Seeds, hex_of_outputs, named, random, refused, vectors};

const FILLED: [u8; 600] = [0xff; 600];

fn borsh<T: borsh::BorshSerialize>(value: &T) -> Vec<u8> {
    borsh::to_vec(value).expect("in memory")
}

pub(super) fn signed_transaction() -> Seeds {
    let mut seeds = hex_of_outputs("transactions.json", "signed_borsh");
    // One of each kind is enough of them; the corpus has one with every kind too.
    seeds.retain(|_, bytes| bytes.len() < 3_000);
    seeds.extend(refused("signed_transaction"));
    for block in &chain().committed {
        for (transaction, index) in block.transactions.iter().zip(0..).take(4) {
            seeds.insert(format!("block-{}-transaction-{index}", block.header.height), transaction.bytes().to_vec());
        }
    }
    seeds.extend(named([("nothing", b""), ("every-bit", &FILLED)]));
    seeds
}

pub(super) fn read_token() -> Seeds {
    let mut seeds = hex_of_outputs("read_tokens.json", "borsh");
    seeds.extend(refused("read_token"));
    for (name, vector) in vectors("read_token_texts.json") {
        let text = vector["input"]["text"].as_str().expect("a text");
        seeds.insert(format!("text-{name}"), text.as_bytes().to_vec());
    }
    seeds.extend(named([("empty", b""), ("every-bit", &FILLED)]));
    seeds
}

pub(super) fn block() -> Seeds {
    let mut seeds = hex_of_outputs("blocks.json", "borsh");
    seeds.extend(refused("block"));
    for block in &chain().blocks {
        seeds.insert(format!("of-the-chain-{}", block.certificate.height), block.bytes.to_vec());
    }
    // The last block with a transaction twice.
    let last = chain().committed.last().expect("the chain has blocks");
    let mut twice = lojal_types::Block::decode(&last.bytes).expect("a block");
    let mut transactions = twice.transactions.to_vec();
    transactions.push(transactions[0].clone());
    twice.transactions = lojal_types::Bounded::new(transactions).expect("few");
    seeds.insert("a-transaction-twice".to_owned(), twice.encode());
    seeds
}

pub(super) fn header() -> Seeds {
    let mut seeds = hex_of_outputs("headers.json", "borsh");
    seeds.extend(named([("every-bit", &FILLED[..264]), ("one-byte-more", &[0; 265]), ("no-time", &[1; 264])]));
    seeds.insert("of-the-chain".to_owned(), borsh(&chain().committed[0].header));
    seeds
}

pub(super) fn certificate() -> Seeds {
    let mut seeds = hex_of_outputs("certificates.json", "borsh");
    seeds.extend(refused("certificate"));
    let good = &chain().blocks[0].certificate;
    seeds.insert("of-the-chain".to_owned(), borsh(good));
    let with = |signatures: Vec<lojal_types::CommitSignature>| Certificate {
        signatures: lojal_types::Bounded::new(signatures).expect("1 to 64"),
        ..good.clone()
    };
    let mut reversed = good.signatures.to_vec();
    reversed.reverse();
    seeds.insert("out-of-order".to_owned(), borsh(&with(reversed)));
    seeds.insert("one-signer-64-times".to_owned(), borsh(&with(vec![good.signatures[0]; 64])));
    seeds.insert("too-few-signatures".to_owned(), borsh(&with(good.signatures[..1].to_vec())));
    seeds.insert("largest-round".to_owned(), borsh(&Certificate { round: u32::MAX, ..good.clone() }));
    seeds.insert("another-height".to_owned(), borsh(&Certificate { height: Height::new(u64::MAX), ..good.clone() }));
    seeds
}

pub(super) fn canonical() -> Seeds {
    let mut seeds = Seeds::new();
    for (file, field) in [
        ("values.json", "borsh"),
        ("operations.json", "borsh"),
        ("votes.json", "borsh"),
        ("proposals.json", "borsh"),
        ("validators.json", "borsh"),
        ("genesis.json", "borsh"),
        ("state.json", "record"),
        ("state.json", "key"),
    ] {
        let prefix = file.trim_end_matches(".json");
        seeds.extend(
            hex_of_outputs(file, field).into_iter().map(|(name, bytes)| (format!("{prefix}-{field}-{name}"), bytes)),
        );
    }
    for kind in
        ["operation", "validator_set", "name", "brand_id", "roles", "reference", "guardians", "holds", "receipt"]
    {
        seeds.extend(refused(kind));
    }
    seeds.insert("every-bit".to_owned(), FILLED[..80].to_vec());
    seeds
}

pub(super) fn proof() -> Seeds {
    let tree = chain().last().view().tree();
    let mut seeds = Seeds::new();
    for (entry, index) in tree.iter().zip(0_u8..).step_by(9) {
        let (key, value) = entry.expect("in memory");
        let Ok(length) = u8::try_from(value.len()) else { continue };
        let proof = borsh(&tree.prove(key).expect("in memory"));
        seeds.insert(format!("of-entry-{index}"), [&[index, length], value, &proof].concat());
        seeds.insert(format!("of-the-absence-of-entry-{index}"), [&[index, 0], &proof[..]].concat());
    }
    let absent = borsh(&tree.prove(b"no key of the state").expect("in memory"));
    seeds.insert("of-an-absence".to_owned(), [&[255, 0], &absent[..]].concat());
    seeds.extend(named([
        ("announced-lengths", &[0, 0, 255, 255, 255, 255]),
        ("nothing", &[255, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ]));
    seeds
}

/// Seeds of the consensus engine's messages, byte by byte: a kind, then fields of fixed size.
pub(super) fn engine_message() -> Seeds {
    let mut seeds = hex_of_outputs("votes.json", "borsh");
    seeds.extend(
        hex_of_outputs("proposals.json", "borsh").into_iter().map(|(name, bytes)| (format!("proposal-{name}"), bytes)),
    );
    let signature = [5; 64];
    for (name, bytes) in seeds.clone() {
        for kind in [0, 1] {
            seeds.insert(format!("signed-{kind}-{name}"), [&[kind], &bytes[..], &signature].concat());
        }
    }
    let (height, long) = (7_u64.to_le_bytes(), 0x00ff_ffff_u32.to_le_bytes());
    let blocks = chain().blocks.iter().take(2);
    let decided: Vec<u8> =
        blocks.flat_map(|one| [borsh(&one.bytes.to_vec()), borsh(&one.certificate)].concat()).collect();
    seeds.insert("response".to_owned(), [&1_u64.to_le_bytes()[..], &2_u32.to_le_bytes(), &decided].concat());
    let part = [&height[..], &[2, 0, 0, 0, 1, 1, 0, 0, 0], &[1; 20], &[9; 32], &[3, 0, 0, 0, 1, 0, 0, 0]].concat();
    seeds.insert("part".to_owned(), [&part[..], &[3, 0, 0, 0, 1, 2, 3]].concat());
    seeds.insert("part-of-announced-bytes".to_owned(), [&part[..], &[255, 255, 255, 255]].concat());
    let stream = [&6_u32.to_le_bytes()[..], b"stream", &4_u64.to_le_bytes(), &[0], &part, &[1, 0, 0, 0, 7]].concat();
    seeds.insert("stream".to_owned(), stream);
    seeds.insert("request".to_owned(), [&[0], &height[..], &9_u64.to_le_bytes()].concat());
    seeds.insert("request-backwards".to_owned(), [&[0], &9_u64.to_le_bytes()[..], &height].concat());
    seeds.insert("request-for-everything".to_owned(), [&[0], &[0; 8][..], &[255; 8]].concat());
    for round in [[0, 0, 0, 0], [255, 255, 255, 255]] {
        let polka = [&height[..], &[1], &round, &[9; 32], &long, &[1; 84]].concat();
        seeds.insert(format!("polka-of-announced-signatures-{}", round[0]), [&[1], &polka[..]].concat());
        seeds.insert(format!("bare-polka-{}", round[0]), polka);
    }
    seeds.extend(named([("nothing", b""), ("every-bit", &FILLED[..200]), ("zeroes", &[0; 200])]));
    seeds
}

pub(super) fn parts() -> Seeds {
    let mut seeds: Seeds = (0..12).map(|number| (format!("random-{number}"), random(number, 400))).collect();
    seeds.extend(named([("nothing", b""), ("every-bit", &FILLED[..300]), ("zeroes", &[0; 300])]));
    seeds
}

/// A block log's first segment, or an exported chain.
pub(super) fn archive() -> Seeds {
    let whole = chain().archive();
    let short = chain().genesis.chain_id();
    let header = lojal_store::archive::header(short, Height::new(1));
    let first = &chain().blocks[0];
    let one = [&header[..], &lojal_store::archive::decided_block(&first.bytes, &first.certificate)].concat();
    let mut seeds = named([("whole", &whole), ("nothing", b""), ("header", &header), ("one-block", &one)]);
    let mut add = |name: &str, bytes: Vec<u8>| drop(seeds.insert(name.to_owned(), bytes));
    add("torn-in-the-header", header[..header.len() - 1].to_vec());
    add("torn-in-a-certificate", one[..one.len() - 3].to_vec());
    add("torn-in-a-block", one[..header.len() + 40].to_vec());
    add("a-block-twice", [&one[..], &one[header.len()..]].concat());
    add("two-headers", [&header[..], &one].concat());
    add("another-chain", lojal_store::archive::header(lojal_types::ChainId::new([1; 32]), Height::new(1)));
    add("another-first-height", lojal_store::archive::header(short, Height::new(u64::MAX)));
    add("an-announced-block", [&header[..], &[2], &0x003f_ffff_u32.to_le_bytes(), &[0; 4]].concat());
    add("a-kind-that-is-none", [&one[..], &[9, 0, 0, 0, 0, 0, 0, 0, 0]].concat());
    let mut damaged = one.clone();
    damaged[header.len() + 100] ^= 1;
    add("a-changed-byte", [&damaged[..], &one[header.len()..]].concat());
    let forged = Certificate { round: 7, ..first.certificate.clone() };
    add("a-forged-certificate", [&header[..], &lojal_store::archive::decided_block(&first.bytes, &forged)].concat());
    seeds
}

/// Changes of the index: keys, and values or none.
pub(super) fn index() -> Seeds {
    type Change = (Vec<u8>, Option<Vec<u8>>);
    let list = |changes: Vec<Change>| borsh(&changes);
    let first = 1_u64.to_be_bytes();
    let block = [&[1], &first[..]].concat();
    let transaction = [&[2], &chain().committed[0].transactions[0].id().as_bytes()[..]].concat();
    let history = [&[3], &[1; 20][..], &first, &[0; 4]].concat();
    let mut seeds = named([("nothing", b""), ("announced-changes", &[255, 255, 255, 255])]);
    let mut add = |name: &str, changes: Vec<Change>| drop(seeds.insert(name.to_owned(), list(changes)));
    add("no-changes", vec![]);
    add("no-checkpoint", vec![(vec![0], None)]);
    add("an-empty-checkpoint", vec![(vec![0], Some(vec![]))]);
    add("a-checkpoint-of-zeroes", vec![(vec![0], Some(vec![0; 140]))]);
    add("another-version", vec![(vec![7], Some(vec![2, 0, 0, 0]))]);
    add("no-version", vec![(vec![7], None)]);
    add("a-block-that-is-gone", vec![(block.clone(), None)]);
    add("a-block-elsewhere", vec![(block, Some(vec![1; 60]))]);
    add("a-transaction-that-is-gone", vec![(transaction.clone(), None)]);
    add("a-transaction-elsewhere", vec![(transaction, Some(vec![9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))]);
    add("a-history-from-nowhere", vec![(history, Some(vec![0; 33]))]);
    add(
        "state-keys-that-are-none",
        vec![(vec![4], Some(vec![1])), (vec![4, 255, 255, 1], Some(vec![])), (vec![4, 0, 0, 0, 0], None)],
    );
    add("recent-ids-that-are-none", vec![(vec![5], Some(vec![0; 31])), (vec![5; 17], Some(vec![0; 32]))]);
    add("validators-that-are-none", vec![(vec![6], Some(vec![255; 40]))]);
    add("an-empty-key", vec![(vec![], Some(vec![1]))]);
    add("an-unknown-kind", vec![(vec![200, 1], Some(vec![1]))]);
    seeds
}

pub(super) fn pages() -> Seeds {
    let value = |number: u8| vec![number; usize::from(number)];
    let tree = StateTree::from_entries((0..120_u8).map(|number| ([number], value(number))));
    let (mut seeds, mut directory, mut number) = (named([("nothing", b""), ("every-bit", &FILLED)]), Vec::new(), 0);
    tree.pages(|page, in_memory| {
        let mut bytes = Vec::new();
        in_memory.expect("in memory").encode(&mut bytes);
        Line { page, length: u32::try_from(bytes.len()).expect("few") }.encode(&mut directory);
        if number < 6 {
            seeds.insert(format!("page-{number}"), bytes);
            number += 1;
        }
    });
    seeds.insert("a-directory-without-its-end".to_owned(), directory[..directory.len() - 1].to_vec());
    seeds.insert("a-directory-twice".to_owned(), directory.repeat(2));
    seeds.insert("a-directory".to_owned(), directory);
    seeds.extend(named([
        ("a-tree-without-entries", &[0, 0]),
        ("two-halves-without-entries", &[1, 0, 0, 1, 0, 0x80]),
        ("a-depth-that-no-page-has", &[0x81, 0x02, 0]),
        ("a-path-that-goes-on", &[1, 0, 0xc0]),
        ("one-entry-of-nothing", &[0; 8]),
        ("an-entry-that-is-announced", &[255, 255, 255, 255, 0, 0, 0, 0]),
    ]));
    seeds
}
