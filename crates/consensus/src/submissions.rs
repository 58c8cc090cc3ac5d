//! Transactions that a node without a vote hands in with one that has one (protocol, Between nodes): the forms of
//! question and answer, and whoever answers. They are taken as those of own clients: checked, refused at once where
//! they would surely fail, and gossiped under the own name, since the peers of a peer don't know who follows.

use std::collections::BTreeMap;
use std::time::Duration;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_network::{Bucket, InboundRequest, Network, PeerId, Stopped};
use lojal_store::Store;
use lojal_types::{Bounded, Code, SignedTransaction};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

use crate::limits::{SUBMISSION_BURST, SUBMISSION_BUSY_PAUSE, SUBMISSION_RATE, SUBMISSION_TRANSACTIONS_MAX};
use crate::mempool::{Mempool, is_forged};
use crate::outlook::has;
use crate::workers::Workers;

/// Transactions that are handed in.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Submission {
    /// The transactions.
    pub transactions: Bounded<SignedTransaction, 1, SUBMISSION_TRANSACTIONS_MAX>,
}

/// An answer to a submission.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum SubmissionAnswer {
    /// The reason that each transaction is refused for, in their order; none for one that waits for a block now.
    Answers(Bounded<Option<Code>, 1, SUBMISSION_TRANSACTIONS_MAX>),
    /// None is taken: this peer hands in too much.
    Busy,
    /// None is taken: this node has no vote.
    NoVote,
}

impl Submission {
    /// The bytes of a submission of encoded transactions.
    pub fn encode<'a>(transactions: impl ExactSizeIterator<Item = &'a [u8]>) -> Vec<u8> {
        let count = u32::try_from(transactions.len()).expect("a submission has few transactions");
        let mut bytes = count.to_le_bytes().to_vec();
        transactions.for_each(|transaction| bytes.extend_from_slice(transaction));
        bytes
    }

    /// The time that it stands for in the budget of whoever hands it in.
    fn time(&self) -> Duration {
        let bytes = |one: &SignedTransaction| borsh::object_length(one).unwrap_or(usize::MAX);
        self.transactions.iter().map(|one| SUBMISSION_RATE.time_of(bytes(one))).sum()
    }
}

/// A submission of a peer, as it came.
#[derive(Debug)]
pub(crate) struct Submitted {
    pub(crate) id: InboundRequest,
    pub(crate) peer: PeerId,
    pub(crate) data: Vec<u8>,
}

/// Answers submissions.
#[derive(Clone)]
pub(crate) struct Reception {
    pub(crate) store: Store,
    pub(crate) network: Network,
    pub(crate) mempool: Mempool,
    pub(crate) workers: Workers,
}

/// The budgets of those who hand in. One that is whole is not kept, so there are as many as peers.
#[derive(Default)]
struct Budgets(BTreeMap<PeerId, Bucket>);

impl Budgets {
    /// True if there is room for so much.
    fn take(&mut self, peer: PeerId, time: Duration, now: Instant) -> bool {
        self.0.retain(|_, bucket| !bucket.is_full(now));
        self.0.entry(peer).or_insert_with(|| Bucket::full(now)).take(time, SUBMISSION_BURST, now)
    }
}

impl Reception {
    /// Answers until nobody can ask any more or the network stops. The network bounds how many are open.
    pub(crate) async fn run(self, mut submitted: mpsc::Receiver<Submitted>) {
        let mut budgets = Budgets::default();
        let mut answering = JoinSet::new();
        while let Some(Submitted { id, peer, data }) = submitted.recv().await {
            while answering.try_join_next().is_some() {}
            let read = self.workers.blocking(move || read(&data)).await;
            let (submission, time) = match read {
                Ok(read) => read,
                Err(error) => {
                    tracing::debug!(%peer, %error, "a submission that no honest node makes");
                    if self.network.report(peer).await.is_err() || self.network.reject(id).await.is_err() {
                        return;
                    }
                    continue;
                }
            };
            let has_room = budgets.take(peer, time, Instant::now());
            let reception = self.clone();
            answering.spawn(async move {
                let answer = if has_room { reception.take(peer, submission).await } else { too_much().await };
                reception.tell(id, &answer).await
            });
        }
    }

    /// Takes transactions in, if this node has a vote.
    async fn take(&self, peer: PeerId, submission: Submission) -> SubmissionAnswer {
        if !has(self.store.view().validators(), self.network.local_peer_id()) {
            return SubmissionAnswer::NoVote;
        }
        let chain = self.store.genesis().chain_id();
        let transactions = submission.transactions.into_inner();
        let identify = move || transactions.into_iter().map(|signed| signed.identify(&chain)).collect();
        let answers = self.mempool.submit(self.workers.blocking(identify).await).await;
        if answers.iter().any(|one| one.is_err_and(is_forged)) {
            // A network that is gone is noticed elsewhere.
            let _ = self.network.report(peer).await;
        }
        let codes = answers.into_iter().map(Result::err).collect();
        SubmissionAnswer::Answers(Bounded::new(codes).expect("there is an answer for each"))
    }

    async fn tell(&self, id: InboundRequest, answer: &SubmissionAnswer) -> Result<(), Stopped> {
        self.network.respond(id, borsh::to_vec(answer).expect("writing to memory can't fail")).await
    }
}

/// A submission, and the time that it takes of a budget.
fn read(data: &[u8]) -> Result<(Submission, Duration), std::io::Error> {
    let submission: Submission = borsh::from_slice(data)?;
    let time = submission.time();
    Ok((submission, time))
}

/// The answer to somebody who is to slow down, which therefore doesn't come at once.
async fn too_much() -> SubmissionAnswer {
    sleep(SUBMISSION_BUSY_PAUSE).await;
    SubmissionAnswer::Busy
}

#[cfg(test)]
mod tests;
