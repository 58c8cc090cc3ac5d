//! The rules of the guard, without its file: what was signed at the highest height, and what may be signed after it.

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{BlockId, Height, VoteContent, VoteKind};

use crate::limits::STATEMENTS_MAX;
use crate::record::State;
use crate::statement::{Signed, Slot, Statement};

/// The answer to a request for a signature. At the height that the guard knows it always answers, so that a validator
/// that has lost everything else can't hold up a network that needs it; below, it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Answer {
    /// The statement that was asked for.
    Signed(Signed),
    /// Another vote of the same kind and round: the one that was signed there before, or one for no block where one for
    /// a block could contradict what was signed before.
    Instead(Signed),
    /// Another proposal was signed in this round, so this one isn't; its proposer lets the round pass.
    Withheld,
    /// Nothing is signed below this height, or in a round of it that is closed.
    Below(Height),
}

/// The judgement over a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is to be signed and remembered.
    New,
    /// This one, for no block, is to be signed and remembered in its place.
    ForNoBlock(VoteContent),
    /// It was signed before.
    Known(Signed),
    /// Another one was signed before.
    Earlier(Signed),
    /// See [`Answer::Withheld`].
    Withheld,
    /// See [`Answer::Below`].
    Below(Height),
}

/// The things that the guard remembers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) state: State,
    signed: BTreeMap<Slot, Signed>,
    /// The latest precommit for a block that was signed before whoever asks now began to ask: the engine of today may
    /// not know of it.
    lock: Option<(u32, BlockId)>,
}

impl Memory {
    /// Whoever asks from now on may know nothing of what was signed so far.
    pub(crate) fn enter(&mut self) {
        self.lock = self.signed.iter().rev().find_map(|(slot, signed)| match signed.statement {
            Statement::Vote(VoteContent { kind: VoteKind::Precommit, block: Some(block), .. }) => {
                Some((slot.round, block))
            }
            _ => None,
        });
    }

    /// The same statement again has the same answer. What else may be signed goes by the order of rounds and steps, and
    /// by what the validator is locked on.
    pub(crate) fn judge(&self, statement: &Statement, slot: Slot) -> Verdict {
        let height = self.state.height;
        if statement.height() < height {
            return Verdict::Below(height);
        }
        if statement.height() > height {
            return Verdict::New;
        }
        if slot.round < self.state.first_round {
            return Verdict::Below(height);
        }
        match (self.signed.get(&slot), statement) {
            (Some(signed), _) if signed.statement == *statement => Verdict::Known(*signed),
            (Some(_), Statement::Proposal(_)) => Verdict::Withheld,
            (Some(signed), Statement::Vote(_)) => Verdict::Earlier(*signed),
            (None, Statement::Vote(vote @ VoteContent { block: Some(block), .. })) => {
                let is_late = self.signed.last_key_value().is_some_and(|(last, _)| slot < *last);
                let is_locked = vote.kind == VoteKind::Prevote
                    && self.lock.is_some_and(|(round, locked)| round < slot.round && locked != *block);
                if is_late || is_locked {
                    Verdict::ForNoBlock(VoteContent { block: None, ..*vote })
                } else {
                    Verdict::New
                }
            }
            (None, _) => Verdict::New,
        }
    }

    /// Remembers what is signed; a higher height begins anew.
    pub(crate) fn remember(&mut self, signed: Signed) {
        let Some(slot) = signed.statement.slot() else { return };
        if signed.statement.height() < self.state.height {
            return;
        }
        if signed.statement.height() > self.state.height {
            self.begin(signed.statement.height());
        }
        self.signed.insert(slot, signed);
        if self.signed.len() > STATEMENTS_MAX {
            self.close_rounds();
        }
    }

    /// Nothing is signed below a height any more, which is higher than the one before.
    pub(crate) fn begin(&mut self, height: Height) {
        self.state = State { height, first_round: 0, has_strayed: false, ..self.state };
        self.signed.clear();
        self.lock = None;
    }

    /// Takes a state over that was written before.
    pub(crate) fn restore(&mut self, state: State) {
        if state.height > self.state.height {
            self.begin(state.height);
        }
        self.state = State { height: self.state.height, ..state };
    }

    /// Forgets the earlier half of the statements, and closes their rounds.
    fn close_rounds(&mut self) {
        let Some(first) = self.signed.keys().nth(STATEMENTS_MAX / 2).copied() else { return };
        let is_kept = |slot: &Slot, signed: &Signed| {
            let is_for_a_block = matches!(signed.statement, Statement::Vote(VoteContent { block: Some(_), .. }));
            slot.round >= first.round || is_for_a_block && slot.step == VoteKind::Precommit as u8
        };
        // The latest precommit for a block stays, since it says what the validator is locked on.
        let locks = self.signed.iter().rev().filter(|(slot, signed)| slot.round < first.round && is_kept(slot, signed));
        let lock = locks.map(|(slot, _)| *slot).next();
        self.signed.retain(|slot, _| slot.round >= first.round || Some(*slot) == lock);
        self.state.first_round = first.round;
    }

    /// The statements of the height, in the order of rounds and steps.
    pub(crate) fn signed(&self) -> impl Iterator<Item = &Signed> {
        self.signed.values()
    }
}

#[cfg(test)]
mod tests;
