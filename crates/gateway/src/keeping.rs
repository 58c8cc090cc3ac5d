//! The lists that the gateway makes of the state for itself, the books of the market and the boards of leaders: it
//! looks through the state once, and then follows the blocks.

use std::sync::Arc;

use lojal_chain::CommittedBlock;
use lojal_ledger::holders::look_through;
use lojal_store::Store;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use crate::boards::Boards;
use crate::books::Books;
use crate::limits::LOOK_PAGES;

/// The lists; clones share them.
#[derive(Clone)]
pub(crate) struct Lists {
    pub(crate) books: Books,
    pub(crate) boards: Boards,
}

impl Lists {
    /// Reads what there is, and then follows each block, until the store is gone.
    pub(crate) async fn run(self, store: Store, mut blocks: broadcast::Receiver<Arc<CommittedBlock>>) {
        self.boards.begin(store.tip().height);
        let mut from = Some(0);
        loop {
            let next = match from {
                Some(_) => blocks.try_recv(),
                None => blocks.recv().await.map_err(|error| match error {
                    RecvError::Closed => TryRecvError::Closed,
                    RecvError::Lagged(missed) => TryRecvError::Lagged(missed),
                }),
            };
            match (next, from) {
                (Ok(block), _) => {
                    self.books.follow(&store, &block).await;
                    self.boards.follow(&block);
                    if from.is_none() && self.boards.looks_again() {
                        from = Some(0);
                    }
                }
                (Err(TryRecvError::Empty), Some(place)) => {
                    from = self.clone().look_through(store.clone(), place).await;
                }
                (Err(TryRecvError::Lagged(_)), _) => {
                    self.boards.begin(store.tip().height);
                    from = Some(0);
                }
                (Err(TryRecvError::Closed | TryRecvError::Empty), _) => return,
            }
        }
    }

    /// Looks through some pages of the state; answers with the place from which to go on.
    async fn look_through(self, store: Store, from: u128) -> Option<u128> {
        let read = move || {
            let seen = store.read(|view| look_through(view, from, LOOK_PAGES));
            let seen = seen.inspect_err(|error| tracing::warn!(%error, "the state can't be looked through"));
            let (offering, listed) = seen.ok()?;
            // Both are of the same pages.
            let next = offering.next;
            self.books.found(offering.accounts, next.is_none());
            self.boards.found(listed.accounts, next.is_none());
            next
        };
        tokio::task::spawn_blocking(read).await.ok().flatten()
    }
}
