//! The way of transactions from a node without a vote: it gossips nothing, and hands in with a validator what its own
//! clients submit, whose answer is theirs. Another validator is asked when the first one doesn't answer; if nobody can
//! be reached they wait here, and are handed in again.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use lojal_network::{Network, PeerId, Protocol};
use lojal_types::{Code, TransactionId, VerifiedTransaction};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, timeout};

use crate::enquiries::Enquiries;
use crate::limits::{
    REGOSSIP_BYTES_MAX, REGOSSIP_INTERVAL, SUBMISSION_ATTEMPTS_MAX, SUBMISSION_PATIENCE, SUBMISSION_TRANSACTIONS_MAX,
    SUBMISSIONS_AT_ONCE_MAX,
};
use crate::membership::Membership;
use crate::mempool::{Mempool, Onward};
use crate::submissions::{Submission, SubmissionAnswer};

/// Hands transactions in with validators.
pub(crate) struct Forwarding {
    pub(crate) mempool: Mempool,
    pub(crate) network: Network,
    pub(crate) enquiries: Enquiries,
    pub(crate) membership: Membership,
}

/// The outcome of handing transactions in.
struct Outcome {
    /// Those that were handed in, with whoever waits for their answers.
    batch: Vec<Onward>,
    /// The validator that has answered, and its answers.
    answered: Option<(PeerId, Vec<Option<Code>>)>,
    /// True if another validator may have taken them before, without an answer.
    is_open: bool,
}

impl Forwarding {
    /// Hands in what comes, until the mempool is gone.
    pub(crate) async fn run(self, mut onward: mpsc::Receiver<Onward>) {
        let mut again = tokio::time::interval(REGOSSIP_INTERVAL);
        again.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut queue, mut under_way) = (VecDeque::new(), BTreeSet::new());
        let (mut asking, mut last) = (JoinSet::new(), None);
        loop {
            while asking.len() < SUBMISSIONS_AT_ONCE_MAX && !queue.is_empty() {
                let batch = first(&mut queue);
                asking.spawn(hand_in(self.network.clone(), self.enquiries.clone(), self.validators(last), batch));
            }
            tokio::select! {
                // What is beyond this waits in the channel, and then with those who submit.
                one = onward.recv(), if queue.len() < SUBMISSION_TRANSACTIONS_MAX => {
                    let Some(one) = one else { return };
                    under_way.insert(one.transaction.id());
                    queue.push_back(one);
                    while queue.len() < SUBMISSION_TRANSACTIONS_MAX && let Ok(one) = onward.try_recv() {
                        under_way.insert(one.transaction.id());
                        queue.push_back(one);
                    }
                }
                Some(outcome) = asking.join_next() => {
                    // It doesn't panic.
                    let Ok(outcome) = outcome else { continue };
                    last = outcome.answered.as_ref().map(|(peer, _)| *peer);
                    self.settle(outcome, &mut under_way);
                }
                _ = again.tick() => {
                    for transaction in self.waiting(&under_way) {
                        under_way.insert(transaction.id());
                        queue.push_back(Onward { transaction, answer: None });
                    }
                }
            }
        }
    }

    /// Those of own clients that wait, and that are not handed in just now. A validator gossips its own.
    fn waiting(&self, under_way: &BTreeSet<TransactionId>) -> Vec<Arc<VerifiedTransaction>> {
        if self.membership.votes() {
            return Vec::new();
        }
        let mut waiting = self.mempool.pool().first_own(REGOSSIP_BYTES_MAX);
        waiting.retain(|one| !under_way.contains(&one.id()));
        waiting
    }

    /// The validators to try, the one that has answered last before the others.
    fn validators(&self, last: Option<PeerId>) -> Vec<PeerId> {
        let connected = self.network.peers();
        let mut validators: Vec<PeerId> =
            connected.into_iter().filter(|peer| self.membership.is_validator(peer)).collect();
        let first = validators.iter().position(|peer| Some(*peer) == last).unwrap_or_default();
        validators.rotate_left(first);
        validators.truncate(SUBMISSION_ATTEMPTS_MAX);
        validators
    }

    /// Gives the answers. What is refused waits here no more, unless another validator may have it.
    fn settle(&self, Outcome { batch, answered, is_open }: Outcome, under_way: &mut BTreeSet<TransactionId>) {
        let codes = answered.map(|(_, codes)| codes).unwrap_or_default();
        for (one, code) in batch.into_iter().zip(codes.into_iter().chain(std::iter::repeat(None))) {
            let id = one.transaction.id();
            under_way.remove(&id);
            // It waits there already, or it is in a block that comes here too.
            let refused = code.filter(|code| *code != Code::DuplicateTransaction);
            let is_again = one.answer.is_none();
            let refused = refused.filter(|_| is_again || !is_open);
            if refused.is_some() {
                self.mempool.pool().remove(&id);
            }
            if let Some(answer) = one.answer {
                // A client that has gone away needs no answer.
                let _ = answer.send(refused);
            }
        }
    }
}

/// The first transactions of a queue, as many as one submission holds.
fn first(queue: &mut VecDeque<Onward>) -> Vec<Onward> {
    let (mut batch, mut bytes) = (Vec::new(), size_of::<u32>());
    while batch.len() < SUBMISSION_TRANSACTIONS_MAX
        && let Some(next) = queue.front()
        && bytes + next.transaction.bytes().len() <= Protocol::Submissions.request_bytes_max()
        && let Some(next) = queue.pop_front()
    {
        bytes += next.transaction.bytes().len();
        batch.push(next);
    }
    batch
}

/// Asks one validator after the other until one answers.
async fn hand_in(network: Network, enquiries: Enquiries, validators: Vec<PeerId>, batch: Vec<Onward>) -> Outcome {
    let message = Submission::encode(batch.iter().map(|one| one.transaction.bytes()));
    let mut is_open = false;
    for peer in validators {
        let asked = enquiries.ask(&network, peer, (Protocol::Submissions, message.clone()));
        let Ok(Ok(Some(answer))) = timeout(SUBMISSION_PATIENCE, asked).await else {
            is_open = true;
            continue;
        };
        match borsh::from_slice(&answer) {
            Ok(SubmissionAnswer::Answers(codes)) if codes.len() == batch.len() => {
                return Outcome { batch, answered: Some((peer, codes.into_inner())), is_open };
            }
            Ok(SubmissionAnswer::Busy | SubmissionAnswer::NoVote) => {}
            Ok(SubmissionAnswer::Answers(_)) | Err(_) => {
                is_open = true;
                // A network that is gone is noticed elsewhere.
                let _ = network.report(peer).await;
            }
        }
    }
    Outcome { batch, answered: None, is_open: true }
}

#[cfg(test)]
mod tests;
