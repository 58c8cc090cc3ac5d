//! Governors who do what somebody else has decided, such as a simulation that changes the validators.

use lojal_types::{Bounded, Name, Operation, PublicKey, SignedTransaction, TimeMs, Transaction};

use super::Workload;
use crate::world::{ACTORS, GOVERNORS, HOUR_MS};

impl Workload {
    /// The first key of somebody who could speak for another validator: one of the governors who has no seat.
    pub fn free_governor(&mut self) -> Option<PublicKey> {
        let is_free = |actor: &usize| self.model.seat_of(self.address(*actor)).is_none();
        let free: Vec<usize> = (GOVERNORS..ACTORS).filter(is_free).collect();
        Some(self.keys[self.random.pick(&free)?][0].public_key())
    }

    /// A transaction of whoever speaks for a validator as things stand, for a block at about this time; none if nobody
    /// of these histories does.
    pub fn speak_for(&mut self, seat: &Name, operation: Operation, time: TimeMs) -> Option<SignedTransaction> {
        let governor = self.model.tables.seats.get(seat)?.governor;
        let actor = (GOVERNORS..ACTORS).find(|actor| self.address(*actor) == governor)?;
        let transaction = Transaction {
            chain: self.chain.tag(),
            sender: governor,
            valid_until_ms: time.plus_ms(HOUR_MS / 2),
            nonce: self.random.number(),
            operations: Bounded::from([operation]),
        };
        Some(transaction.sign(&self.chain, self.signing_key(actor, false)))
    }
}
