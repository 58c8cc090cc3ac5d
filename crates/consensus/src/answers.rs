//! The answers of this node to questions of the data protocol: of what it has on its disk.

use lojal_chain::snapshot::Offer;
use lojal_store::{Lookup, Store, StoredBlock};
use lojal_types::{Bounded, Height};

use crate::data::{Answer, Changes, DecidedBlock, Head, Question};
use crate::limits::{BLOCKS_BACK_BYTES_MAX, BLOCKS_BACK_MAX, CHANGES_BYTES_MAX, CHANGES_MAX, OFFERS_MAX};

/// Answers a question of a member, or of a guest.
pub fn answer(store: &Store, question: Question, is_member: bool) -> Answer {
    if !is_member && !question.is_for_guests() {
        return Answer::Nothing;
    }
    let of_head = |head: Option<Head>| head.map_or(Answer::Nothing, |head| Answer::Head(Box::new(head)));
    let of_bytes = |bytes: Option<Vec<u8>>| bytes.map_or(Answer::Nothing, Answer::Bytes);
    match question {
        Question::Head => of_head(header(store, store.tip().height)),
        Question::Changes { after } => Answer::Changes(changes(store, after)),
        Question::Header { height } => of_head(header(store, height)),
        Question::Offers => Answer::Offers(offers(store)),
        Question::Manifest { height } => of_bytes(store.manifest(height)),
        // The store notes what can't be read, with the reason.
        Question::Chunk { height, number } => of_bytes(store.chunk(height, number).ok().flatten()),
        Question::Recent { height, number } => of_bytes(store.recent_ids(height, number).ok().flatten()),
        Question::Blocks { end } => blocks(store, end),
    }
}

/// Blocks from one down, as many as one answer holds and as can be read.
fn blocks(store: &Store, end: Height) -> Answer {
    let (mut blocks, mut bytes, mut height) = (Vec::new(), 0_usize, end);
    while height > Height::GENESIS && blocks.len() < BLOCKS_BACK_MAX {
        let Ok(Lookup::Found(StoredBlock { bytes: block, certificate })) = store.block(height) else { break };
        bytes = bytes.saturating_add(block.len());
        if bytes > BLOCKS_BACK_BYTES_MAX && !blocks.is_empty() {
            break;
        }
        blocks.push(DecidedBlock { block: block.to_vec(), certificate });
        height = Height::new(height.get().saturating_sub(1));
    }
    match Bounded::new(blocks) {
        Ok(blocks) if !blocks.is_empty() => Answer::Blocks(blocks),
        _ => Answer::Nothing,
    }
}

fn offers(store: &Store) -> Bounded<Offer, 0, OFFERS_MAX> {
    let mut offers = store.offers();
    offers.truncate(OFFERS_MAX);
    Bounded::new(offers).expect("so many at most are left")
}

/// A block's header, if this node has it and can read it. The store notes what it can't, with the reason.
fn header(store: &Store, height: Height) -> Option<Head> {
    let (header, certificate) = store.decided(height).ok()??;
    Some(Head { header, certificate })
}

fn changes(store: &Store, after: Height) -> Changes {
    let found = store.set_changes(after, CHANGES_MAX + 1);
    let (mut changes, mut bytes) = (Vec::new(), 0_usize);
    for change in found.iter().take(CHANGES_MAX) {
        bytes = bytes.saturating_add(borsh::object_length(change.as_ref()).unwrap_or(usize::MAX));
        // One is always answered, or nobody would get on.
        if bytes > CHANGES_BYTES_MAX && !changes.is_empty() {
            break;
        }
        changes.push(change.as_ref().clone());
    }
    let more = changes.len() < found.len();
    Changes { changes: Bounded::new(changes).expect("so many at most are taken"), more }
}

#[cfg(test)]
mod tests {
    use lojal_store::Options;
    use lojal_types::Hash;

    use super::*;
    use crate::fixture::{chain_of, genesis};

    #[test]
    fn a_node_without_a_block_has_no_head_and_another_one_its_last_block() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut opened = lojal_store::open(dir.path(), &genesis(3_000), Options::default()).expect("a new store");
        assert_eq!(answer(&opened.store, Question::Head, false), Answer::Nothing);
        chain_of(&mut opened, 3);
        let Answer::Head(head) = answer(&opened.store, Question::Head, false) else { panic!("it has a last block") };
        let tip = opened.store.tip();
        assert_eq!((head.header.height, head.header.id(), head.certificate.block), (tip.height, tip.block, tip.block));
        let none = Changes { changes: Bounded::new(Vec::new()).expect("none are few"), more: false };
        assert_eq!(answer(&opened.store, Question::Changes { after: Height::GENESIS }, false), Answer::Changes(none));
    }

    #[test]
    fn guests_hear_who_decides_and_nothing_of_snapshots() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut opened = lojal_store::open(dir.path(), &genesis(3_000), Options::default()).expect("a new store");
        chain_of(&mut opened, 2);
        let height = Height::new(1);
        let Answer::Head(head) = answer(&opened.store, Question::Header { height }, false) else { panic!("it has it") };
        assert_eq!((head.header.height, head.certificate.height), (height, height));
        assert_eq!(answer(&opened.store, Question::Header { height: Height::new(3) }, true), Answer::Nothing);
        assert_eq!(answer(&opened.store, Question::Offers, true), Answer::Offers(Bounded::default()));
        let number = 0;
        let of_members = [
            Question::Offers,
            Question::Manifest { height },
            Question::Chunk { height, number },
            Question::Recent { height, number },
            Question::Blocks { end: height },
        ];
        for question in of_members {
            assert_eq!(answer(&opened.store, question, false), Answer::Nothing, "{question:?}");
        }
    }

    #[test]
    fn blocks_are_given_downwards_from_the_one_that_is_asked_for_as_many_as_there_are_and_no_more_than_the_limit() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut opened = lojal_store::open(dir.path(), &genesis(3_000), Options::default()).expect("a new store");
        chain_of(&mut opened, BLOCKS_BACK_MAX as u64 + 2);
        let heights = |end: u64| match answer(&opened.store, Question::Blocks { end: Height::new(end) }, true) {
            Answer::Blocks(blocks) => blocks.iter().map(|one| one.certificate.height.get()).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(heights(3), [3, 2, 1]);
        let most = BLOCKS_BACK_MAX as u64;
        assert_eq!(heights(most), (1..=most).rev().collect::<Vec<_>>());
        assert_eq!(heights(most + 2), (3..=most + 2).rev().collect::<Vec<_>>());
        for none in [0, most + 3, u64::MAX] {
            let question = Question::Blocks { end: Height::new(none) };
            assert_eq!(answer(&opened.store, question, true), Answer::Nothing, "{none}");
        }
        let Answer::Blocks(found) = answer(&opened.store, Question::Blocks { end: Height::new(1) }, true) else {
            panic!("it has the first block")
        };
        let one = borsh::to_vec(&found[0]).expect("memory");
        let bytes_of = |count: u32| [vec![5], count.to_le_bytes().to_vec(), one.repeat(count as usize)].concat();
        assert!(Answer::decode(&bytes_of(BLOCKS_BACK_MAX as u32)).is_ok());
        assert!(Answer::decode(&bytes_of(BLOCKS_BACK_MAX as u32 + 1)).is_err());
    }

    #[test]
    fn an_answer_has_as_many_offers_as_the_limit_and_no_more() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut opened = lojal_store::open(dir.path(), &genesis(3_000), Options::default()).expect("a new store");
        chain_of(&mut opened, 1);
        let (header, certificate) = opened.store.decided(Height::new(1)).expect("readable").expect("decided");
        let offer = Offer { header, certificate, manifest: Hash::new([1; 32]), bytes: 7 };
        let bytes_of = |count: u32| {
            let list = vec![borsh::to_vec(&offer).expect("memory"); count as usize].concat();
            [vec![3], count.to_le_bytes().to_vec(), list].concat()
        };
        let most = Answer::decode(&bytes_of(OFFERS_MAX as u32)).expect("as many as the limit");
        assert_eq!(most.encode(), bytes_of(OFFERS_MAX as u32));
        assert!(Answer::decode(&bytes_of(OFFERS_MAX as u32 + 1)).is_err());
    }
}
