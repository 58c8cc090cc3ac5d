//! Transactions of this node's clients on their way to a validator, while it has no vote itself.

use std::sync::Arc;

use lojal_types::{Code, VerifiedTransaction};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::{Answers, Mempool};
use crate::limits::SUBMISSION_WAIT_MAX;

/// A transaction that waits here, and that a validator is to have.
#[derive(Debug)]
pub(crate) struct Onward {
    pub(crate) transaction: Arc<VerifiedTransaction>,
    /// Told the reason that a validator refuses it for, or none; nobody waits for that if it is handed in again.
    pub(crate) answer: Option<oneshot::Sender<Option<Code>>>,
}

/// Hands on what is accepted, and answers with what is refused there. What there is no room for, or no answer to, waits
/// and is handed on again.
pub(super) async fn hand_on(mempool: &Mempool, onward: &mpsc::Sender<Onward>, answers: &mut Answers) {
    let mut open = Vec::new();
    for (index, answer) in answers.iter().enumerate() {
        let Some(transaction) = answer.as_ref().ok().and_then(|id| mempool.get(id)) else { continue };
        let (answer, answered) = oneshot::channel();
        if onward.try_send(Onward { transaction, answer: Some(answer) }).is_ok() {
            open.push((index, answered));
        }
    }
    let deadline = Instant::now() + SUBMISSION_WAIT_MAX;
    for (index, answered) in open {
        if let Ok(Ok(Some(code))) = timeout_at(deadline, answered).await {
            answers[index] = Err(code);
        }
    }
}
