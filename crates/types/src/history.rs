//! Histories as gateways show them, folded (protocol, Activity).

use crate::activity::{Activity, HistoryFault, Item};
use crate::api::{History, TransactionState, TransactionStatus};

impl History {
    /// Folds the page: answers with the account's activity after the first of its transactions, the newest.
    ///
    /// # Errors
    /// The first fault, also if the page isn't the last one although nothing is before it, or is although something is.
    pub fn after(&self) -> Result<Activity, HistoryFault> {
        let before = self.before.ok_or(HistoryFault::Partial)?;
        // A gateway may say that it hasn't the rest.
        let is_last = self.next_cursor.is_none() && self.complete_from.is_none();
        if is_last != (before.count == 0) {
            return Err(HistoryFault::Start { count: before.count });
        }
        let items = self.transactions.iter().rev().map(TransactionStatus::item).collect::<Option<Vec<_>>>();
        before.fold(items.ok_or(HistoryFault::NotFinal)?)
    }

    /// The account's activity before the page: nothing of a page that doesn't say it, and leads nowhere.
    pub fn start(&self) -> Activity {
        self.before.unwrap_or_default()
    }
}

impl TransactionStatus {
    /// The item of a history that it is.
    fn item(&self) -> Option<Item> {
        let (TransactionState::Committed { height, receipt, .. }, Some(number)) = (&self.state, self.activity) else {
            return None;
        };
        Some(Item { number, id: self.id, height: *height, outcome: *receipt })
    }
}
