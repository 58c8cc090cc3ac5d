//! Transactions on their way to and from the other nodes.

use lojal_network::{Network, Topic, Warnings};
use lojal_types::SignedTransaction;
use lojal_types::limits::TRANSACTION_BYTES_MAX;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, timeout_at};

use super::{Mempool, Outbox};
use crate::limits::{GOSSIP_BATCH_BYTES_MAX, GOSSIP_PAUSE, REGOSSIP_BYTES_MAX, REGOSSIP_INTERVAL};

/// Publishes what clients submit, together as far as it comes within a pause; and again, from time to time, what still
/// waits. Reports the nodes that gossip forged transactions. Ends with the mempool or the network.
pub async fn gossip(mempool: Mempool, outbox: Outbox, network: Network) {
    let Outbox { mut accepted, mut forgers } = outbox;
    let mut warnings = Warnings::default();
    let mut again = tokio::time::interval(REGOSSIP_INTERVAL);
    again.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut rested = Instant::now();
    loop {
        let transactions = tokio::select! {
            first = accepted.recv() => {
                let Some(first) = first else { return };
                let transactions = gather(first, &mut accepted, rested).await;
                rested = Instant::now() + GOSSIP_PAUSE;
                transactions
            }
            Some(peer) = forgers.recv() => {
                if let Some(count) = warnings.count(peer, "forged") {
                    tracing::warn!(from = %peer, count, "gossip with a transaction that no honest node passes on");
                }
                if network.report(peer).await.is_err() {
                    return;
                }
                continue;
            }
            _ = again.tick() => {
                if mempool.hands_on() {
                    continue;
                }
                let waiting = mempool.pool().first_own(REGOSSIP_BYTES_MAX);
                waiting.iter().map(|transaction| Box::from(transaction.bytes())).collect()
            }
        };
        for message in messages(&transactions) {
            if network.publish(Topic::Transactions, message).await.is_err() {
                return;
            }
        }
    }
}

/// Adds what comes until the pause after the message before is over, unless it fills a message sooner.
async fn gather(
    mut transactions: Vec<Box<[u8]>>,
    accepted: &mut mpsc::Receiver<Vec<Box<[u8]>>>,
    rested: Instant,
) -> Vec<Box<[u8]>> {
    let bytes = |some: &[Box<[u8]>]| some.iter().map(|transaction| 4 + transaction.len()).sum::<usize>();
    let mut gathered = bytes(&transactions);
    while gathered < GOSSIP_BATCH_BYTES_MAX
        && let Ok(Some(mut more)) = timeout_at(rested, accepted.recv()).await
    {
        gathered += bytes(&more);
        transactions.append(&mut more);
    }
    transactions
}

/// Transactions, each with its length before it, in messages of bounded size.
pub(crate) fn messages(transactions: &[Box<[u8]>]) -> Vec<Vec<u8>> {
    let mut messages = vec![Vec::new()];
    for transaction in transactions {
        let length = u32::try_from(transaction.len()).expect("a transaction is at most 16 KiB");
        let last = messages.last_mut().expect("never empty");
        if !last.is_empty() && last.len() + 4 + transaction.len() > GOSSIP_BATCH_BYTES_MAX {
            messages.push(Vec::new());
        }
        let last = messages.last_mut().expect("never empty");
        last.extend(length.to_le_bytes());
        last.extend(transaction);
    }
    messages.retain(|message| !message.is_empty());
    messages
}

/// Reads a message of another node; `None` when any of it is not what [`gossip`] writes.
pub(crate) fn read_message(mut bytes: &[u8]) -> Option<Vec<SignedTransaction>> {
    if bytes.len() > GOSSIP_BATCH_BYTES_MAX {
        return None;
    }
    let mut transactions = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        if length > TRANSACTION_BYTES_MAX {
            return None;
        }
        let (transaction, rest) = rest.split_at_checked(length)?;
        transactions.push(SignedTransaction::decode(transaction).ok()?);
        bytes = rest;
    }
    Some(transactions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_bounded_and_lose_nothing() {
        let transactions: Vec<Box<[u8]>> = (0..100).map(|n| vec![n; 10_000].into_boxed_slice()).collect();
        let messages = messages(&transactions);
        assert!(messages.iter().all(|message| message.len() <= GOSSIP_BATCH_BYTES_MAX));
        assert_eq!(messages.iter().map(Vec::len).sum::<usize>(), 100 * 10_004);
        assert!(super::messages(&[]).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_within_the_pause_goes_together_and_what_comes_by_itself_at_once() {
        let (sender, mut accepted) = mpsc::channel(100);
        let one = |number: u8| vec![vec![number].into_boxed_slice()];
        let started = Instant::now();
        assert_eq!(gather(one(0), &mut accepted, started).await.len(), 1);
        assert_eq!(started.elapsed().as_nanos(), 0, "the pause was over");
        let rested = started + GOSSIP_PAUSE;
        sender.try_send(one(2)).expect("room");
        assert_eq!(gather(one(1), &mut accepted, rested).await, [one(1), one(2)].concat());
        assert_eq!(Instant::now(), rested);
        sender.try_send(one(4)).expect("room");
        assert_eq!(gather(one(3), &mut accepted, rested).await.len(), 2, "what waits already goes, too");
    }

    #[tokio::test(start_paused = true)]
    async fn a_full_message_does_not_wait() {
        let (_sender, mut accepted) = mpsc::channel(1);
        let started = Instant::now();
        let full = vec![vec![0; GOSSIP_BATCH_BYTES_MAX].into_boxed_slice()];
        assert_eq!(gather(full, &mut accepted, started + GOSSIP_PAUSE).await.len(), 1);
        assert_eq!(started.elapsed().as_nanos(), 0);
    }

    #[test]
    fn garbage_is_no_message() {
        for garbage in [&[1][..], &[5, 0, 0, 0, 1], &[255; 8], &[0, 0, 0, 0], &[3, 0, 0, 0, 1, 2, 3]] {
            assert!(read_message(garbage).is_none(), "{garbage:?}");
        }
        assert!(read_message(&vec![0; GOSSIP_BATCH_BYTES_MAX + 1]).is_none());
        assert_eq!(read_message(&[]).map(|none| none.len()), Some(0));
    }
}
