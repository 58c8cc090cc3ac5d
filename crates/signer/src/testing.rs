//! Statements and a model for this crate's tests.

use std::collections::BTreeMap;
use std::path::Path;

use lojal_random::Random;
use lojal_store::Disk;
use lojal_types::{BlockId, ChainId, Height, KeyPair, VoteContent, VoteKind};

use crate::guard::Guard;
use crate::statement::{ProposalContent, Signed, Statement};

pub(crate) const CHAIN: ChainId = ChainId::new([1; 32]);

pub(crate) fn key() -> KeyPair {
    KeyPair::from_seed(&[7; 32])
}

/// A guard that was just made, opened.
pub(crate) fn new_guard(disk: &Disk, directory: &Path) -> Guard {
    Guard::create(disk, directory, &key().public_key(), false).expect("a free place");
    open(disk, directory)
}

pub(crate) fn open(disk: &Disk, directory: &Path) -> Guard {
    Guard::open(disk, directory, key(), CHAIN).expect("a guard in order")
}

pub(crate) fn block(number: u8) -> BlockId {
    BlockId::new([number; 32])
}

pub(crate) fn vote(kind: VoteKind, height: u64, round: u32, block: Option<BlockId>) -> Statement {
    Statement::Vote(VoteContent { kind, height: Height::new(height), round, block, validator: key().address() })
}

pub(crate) fn prevote(height: u64, round: u32, number: u8) -> Statement {
    vote(VoteKind::Prevote, height, round, Some(block(number)))
}

pub(crate) fn precommit(height: u64, round: u32, number: u8) -> Statement {
    vote(VoteKind::Precommit, height, round, Some(block(number)))
}

pub(crate) fn proposal(height: u64, round: u32, number: u8) -> Statement {
    Statement::Proposal(ProposalContent {
        height: Height::new(height),
        round: Some(round),
        block: block(number),
        valid_round: None,
        validator: key().address(),
    })
}

/// Any statement of a few heights, rounds and blocks.
pub(crate) fn any(random: &mut Random) -> Statement {
    let (height, round) = (random.between(1..=3), random.below(3) as u32);
    let number = random.below(3) as u8;
    match random.below(5) {
        0 => proposal(height, round, number),
        1 => vote(VoteKind::Prevote, height, round, None),
        2 => vote(VoteKind::Precommit, height, round, None),
        3 => prevote(height, round, number),
        _ => precommit(height, round, number),
    }
}

/// All that has left: what an honest validator can be held to.
#[derive(Default)]
pub(crate) struct Seen(BTreeMap<(u64, u32, u8), Signed>);

impl Seen {
    /// Panics if a statement contradicts one that has left before, or the lock of one.
    pub(crate) fn leaves(&mut self, signed: Signed, is_new_engine: bool, label: &str) {
        let (statement, height) = (signed.statement, signed.statement.height().get());
        assert!(key().public_key().verify(&statement.signing_bytes(&CHAIN), &signed.signature), "{label}: not signed");
        let slot = statement.slot().expect("in a round");
        let place = (height, slot.round, slot.step);
        let is_again = self.0.contains_key(&place);
        assert_eq!(*self.0.entry(place).or_insert(signed), signed, "{label}: a contradiction");
        let Statement::Vote(VoteContent { kind: VoteKind::Prevote, block: Some(block), .. }) = statement else {
            return;
        };
        if !is_new_engine || is_again {
            return;
        }
        let locks = self.0.range((height, 0, 0)..(height, slot.round, 0)).rev().find_map(|(_, signed)| {
            match signed.statement {
                Statement::Vote(VoteContent { kind: VoteKind::Precommit, block, .. }) => block,
                _ => None,
            }
        });
        assert!(locks.is_none_or(|lock| lock == block), "{label}: a prevote against the lock of an earlier engine");
    }
}
