//! The answers of this node to questions of the data protocol: of what it has on its disk.

use lojal_store::Store;
use lojal_types::{Bounded, Height};

use crate::data::{Answer, Changes, Head, Question};
use crate::limits::{CHANGES_BYTES_MAX, CHANGES_MAX};

/// Answers a question.
pub(crate) fn answer(store: &Store, question: Question) -> Answer {
    match question {
        Question::Head => head(store).map_or(Answer::Nothing, |head| Answer::Head(Box::new(head))),
        Question::Changes { after } => Answer::Changes(changes(store, after)),
    }
}

/// The last block, if there is one that can be read. The store notes what can't, with the reason.
fn head(store: &Store) -> Option<Head> {
    let (header, certificate) = store.decided(store.tip().height).ok()??;
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

    use super::*;
    use crate::fixture::{chain_of, genesis};

    #[test]
    fn a_node_without_a_block_has_no_head_and_another_one_its_last_block() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let mut opened = lojal_store::open(dir.path(), &genesis(3_000), Options::default()).expect("a new store");
        assert_eq!(answer(&opened.store, Question::Head), Answer::Nothing);
        chain_of(&mut opened, 3);
        let Answer::Head(head) = answer(&opened.store, Question::Head) else { panic!("it has a last block") };
        let tip = opened.store.tip();
        assert_eq!((head.header.height, head.header.id(), head.certificate.block), (tip.height, tip.block, tip.block));
        let none = Changes { changes: Bounded::new(Vec::new()).expect("none are few"), more: false };
        assert_eq!(answer(&opened.store, Question::Changes { after: Height::GENESIS }), Answer::Changes(none));
    }
}
