use lojal_types::{Height, Signature};

use super::*;
use crate::testing::{precommit, prevote, proposal, vote};

fn signed(statement: Statement) -> Signed {
    Signed { statement, signature: Signature::new([1; 64]) }
}

fn memory(statements: &[Statement]) -> Memory {
    let mut memory = Memory::default();
    statements.iter().for_each(|statement| memory.remember(signed(*statement)));
    memory
}

fn judge(memory: &Memory, statement: Statement) -> Verdict {
    memory.judge(&statement, statement.slot().expect("in a round"))
}

fn for_no_block(statement: Statement) -> Verdict {
    match statement {
        Statement::Vote(vote) => Verdict::ForNoBlock(VoteContent { block: None, ..vote }),
        Statement::Proposal(_) => panic!("proposals are always for a block"),
    }
}

#[test]
fn a_new_height_round_or_step_is_signed() {
    let memory = memory(&[proposal(7, 2, 1), prevote(7, 2, 1)]);
    for statement in [precommit(7, 2, 1), prevote(7, 3, 2), proposal(7, 3, 2), prevote(8, 0, 2), precommit(9, 0, 3)] {
        assert_eq!(judge(&memory, statement), Verdict::New, "{statement}");
    }
}

#[test]
fn the_same_statement_again_has_the_same_signature() {
    let all = [proposal(7, 2, 1), prevote(7, 2, 1), precommit(7, 2, 1)];
    let memory = memory(&all);
    for statement in all {
        assert_eq!(judge(&memory, statement), Verdict::Known(signed(statement)));
    }
}

#[test]
fn in_the_place_of_another_vote_the_earlier_one_is_given_and_of_another_proposal_none() {
    let memory = memory(&[proposal(7, 2, 1), prevote(7, 2, 1), precommit(7, 2, 1)]);
    for (other, earlier) in [
        (prevote(7, 2, 2), prevote(7, 2, 1)),
        (vote(VoteKind::Prevote, 7, 2, None), prevote(7, 2, 1)),
        (precommit(7, 2, 2), precommit(7, 2, 1)),
        (vote(VoteKind::Precommit, 7, 2, None), precommit(7, 2, 1)),
    ] {
        assert_eq!(judge(&memory, other), Verdict::Earlier(signed(earlier)), "{other}");
    }
    assert_eq!(judge(&memory, proposal(7, 2, 2)), Verdict::Withheld);
}

#[test]
fn below_the_height_nothing_is_signed() {
    let memory = memory(&[prevote(7, 0, 1)]);
    for statement in [prevote(6, 9, 1), precommit(1, 0, 1), proposal(6, 0, 1), vote(VoteKind::Precommit, 6, 0, None)] {
        assert_eq!(judge(&memory, statement), Verdict::Below(Height::new(7)), "{statement}");
    }
}

#[test]
fn a_late_vote_is_for_no_block() {
    let memory = memory(&[prevote(7, 2, 1)]);
    for late in [prevote(7, 1, 1), precommit(7, 1, 1), prevote(7, 0, 2)] {
        assert_eq!(judge(&memory, late), for_no_block(late), "{late}");
    }
    assert_eq!(judge(&memory, vote(VoteKind::Precommit, 7, 1, None)), Verdict::New);
    assert_eq!(judge(&memory, proposal(7, 1, 2)), Verdict::New, "a proposal binds nobody");
}

#[test]
fn an_engine_that_may_not_know_of_a_lock_prevotes_for_nothing_else() {
    let mut memory = memory(&[prevote(7, 1, 1), precommit(7, 1, 1)]);
    assert_eq!(judge(&memory, prevote(7, 2, 2)), Verdict::New, "the engine that locked knows when it may unlock");
    memory.enter();
    assert_eq!(judge(&memory, prevote(7, 2, 2)), for_no_block(prevote(7, 2, 2)));
    assert_eq!(judge(&memory, prevote(7, 2, 1)), Verdict::New);
    assert_eq!(judge(&memory, precommit(7, 2, 2)), Verdict::New, "two thirds have prevoted for it in this round");
    assert_eq!(judge(&memory, prevote(8, 0, 2)), Verdict::New, "another height has other locks");
    memory.remember(signed(prevote(8, 0, 2)));
    assert_eq!(judge(&memory, prevote(8, 1, 3)), Verdict::New);
}

#[test]
fn of_endless_rounds_the_earlier_are_closed_and_the_lock_stays() {
    let mut memory = memory(&[precommit(7, 0, 1)]);
    let rounds = STATEMENTS_MAX as u32;
    for round in 1..=rounds {
        memory.remember(signed(vote(VoteKind::Prevote, 7, round, None)));
    }
    assert!(memory.signed().count() <= STATEMENTS_MAX);
    let first = memory.state.first_round;
    assert!(first > 0);
    assert_eq!(judge(&memory, prevote(7, first - 1, 1)), Verdict::Below(Height::new(7)));
    assert_eq!(
        judge(&memory, vote(VoteKind::Prevote, 7, first, None)),
        Verdict::Known(signed(vote(VoteKind::Prevote, 7, first, None)))
    );
    memory.enter();
    assert_eq!(judge(&memory, prevote(7, rounds + 1, 2)), for_no_block(prevote(7, rounds + 1, 2)));
    memory.remember(signed(prevote(8, 0, 1)));
    assert_eq!(memory.state.first_round, 0);
}
