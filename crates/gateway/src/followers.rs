//! Those who wait for a block that is about what they follow.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lojal_chain::CommittedBlock;
use lojal_store::{Store, Subject};
use lojal_types::{Day, Outcome};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

/// Everybody who follows an account or a brand; clones share it.
#[derive(Clone, Default)]
pub(crate) struct Followers(Arc<Mutex<Table>>);

#[derive(Default)]
struct Table {
    by_subject: HashMap<Subject, watch::Sender<()>>,
    is_closed: bool,
}

/// Somebody who follows; dropping it ends that.
pub(crate) struct Follower {
    followers: Followers,
    of: Subject,
    receiver: Option<watch::Receiver<()>>,
}

impl Followers {
    /// Follows an account or a brand from now on.
    pub(crate) fn follow(&self, of: Subject) -> Follower {
        let mut table = self.lock();
        let receiver = match table.is_closed {
            // Its sender is gone at once, which tells the follower.
            true => watch::channel(()).1,
            false => table.by_subject.entry(of).or_insert_with(|| watch::channel(()).0).subscribe(),
        };
        Follower { followers: self.clone(), of, receiver: Some(receiver) }
    }
    /// Wakes whoever each block is about, until the store is gone.
    pub(crate) async fn run(self, store: Store, mut blocks: broadcast::Receiver<Arc<CommittedBlock>>) {
        let mut day = store.tip().time_ms.day();
        loop {
            match blocks.recv().await {
                Ok(block) => self.wake(&block, &mut day),
                Err(RecvError::Lagged(_)) => self.wake_all(),
                Err(RecvError::Closed) => return self.close(),
            }
        }
    }
    /// Sends everybody away, now and from now on.
    pub(crate) fn close(&self) {
        let mut table = self.lock();
        table.by_subject.clear();
        table.is_closed = true;
    }

    fn wake(&self, block: &CommittedBlock, day: &mut Day) {
        let today = block.header.time_ms.day();
        // With a new day there can be reminders for anybody.
        if std::mem::replace(day, today) != today {
            return self.wake_all();
        }
        let table = self.lock();
        if !table.by_subject.is_empty() {
            for subject in subjects(block) {
                if let Some(sender) = table.by_subject.get(&subject) {
                    sender.send_replace(());
                }
            }
        }
    }
    fn wake_all(&self) {
        self.lock().by_subject.values().for_each(|sender| {
            sender.send_replace(());
        });
    }
    /// The map is whole after every statement, so a panic elsewhere doesn't spoil it.
    fn lock(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The accounts and brands that a block is about.
fn subjects(block: &CommittedBlock) -> HashSet<Subject> {
    let concerned = block.concerned.iter().flat_map(|list| list.iter().map(|(account, _)| Subject::Account(*account)));
    let applied = block.transactions.iter().zip(&block.receipts);
    let applied = applied.filter(|(_, receipt)| receipt.outcome == Outcome::Applied);
    let operations = applied.flat_map(|(verified, _)| verified.transaction().operations.iter());
    concerned.chain(operations.flat_map(|operation| operation.brands().map(Subject::Brand))).collect()
}

impl Follower {
    /// Waits for a block that is about what is followed; false if none will come any more.
    pub(crate) async fn woken(&mut self) -> bool {
        match &mut self.receiver {
            Some(receiver) => receiver.changed().await.is_ok(),
            None => false,
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.receiver = None;
        let mut table = self.followers.lock();
        if table.by_subject.get(&self.of).is_some_and(|sender| sender.receiver_count() == 0) {
            table.by_subject.remove(&self.of);
        }
    }
}

#[cfg(test)]
mod tests {
    use lojal_types::Address;

    use super::*;

    #[tokio::test]
    async fn whoever_goes_is_forgotten_and_after_the_end_nobody_waits() {
        let followers = Followers::default();
        let of = |byte| Subject::Account(Address::new([byte; 20]));
        let (mut one, two) = (followers.follow(of(1)), followers.follow(of(1)));
        drop(two);
        assert_eq!(followers.lock().by_subject.len(), 1);
        followers.wake_all();
        assert!(one.woken().await);
        followers.close();
        assert!(!one.woken().await);
        drop(one);
        assert!(followers.lock().by_subject.is_empty());
        assert!(!followers.follow(of(2)).woken().await);
    }
}
