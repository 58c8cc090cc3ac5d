//! Events that wait for room in the consumer's channel.

use std::collections::VecDeque;

use crate::limits::{EVENTS_WAITING_MAX, REFUSALS_WAITING_MAX, TRANSACTIONS_WAITING_MAX};
use crate::{Event, Topic};

/// Two bounded queues; transactions wait for everything else.
#[derive(Default)]
pub(crate) struct Outbox {
    urgent: VecDeque<Event>,
    transactions: VecDeque<Event>,
}

/// The event was dropped because too many wait.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Full;

impl Outbox {
    pub(crate) fn is_empty(&self) -> bool {
        self.urgent.is_empty() && self.transactions.is_empty()
    }

    /// True if the swarm may be asked for more events.
    pub(crate) fn has_room(&self) -> bool {
        self.urgent.len() < EVENTS_WAITING_MAX
    }

    /// Adds an event of the swarm. Only transactions are ever dropped here: everything else
    /// comes from a swarm that is polled only while there is room.
    pub(crate) fn push(&mut self, event: Event) -> Result<(), Full> {
        if !matches!(event, Event::Message { topic: Topic::Transactions, .. }) {
            self.urgent.push_back(event);
            return Ok(());
        }
        if self.transactions.len() >= TRANSACTIONS_WAITING_MAX {
            return Err(Full);
        }
        self.transactions.push_back(event);
        Ok(())
    }

    /// Adds the failure of a request that was refused on the spot. Commands are served even
    /// without room, hence a limit of its own.
    pub(crate) fn push_refusal(&mut self, event: Event) -> Result<(), Full> {
        if self.urgent.len() >= REFUSALS_WAITING_MAX {
            return Err(Full);
        }
        self.urgent.push_back(event);
        Ok(())
    }

    pub(crate) fn pop(&mut self) -> Option<Event> {
        self.urgent.pop_front().or_else(|| self.transactions.pop_front())
    }
}

#[cfg(test)]
mod tests;
