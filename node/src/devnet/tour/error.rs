//! The unexpected turns of a tour.

use std::path::PathBuf;

use lojal_auditor::verify::VerifyError;
use lojal_client::ClientError;
use lojal_types::{Code, TimeMs};
use thiserror::Error;

use crate::config::ConfigError;

/// An unexpected turn of a tour.
#[derive(Debug, Error)]
pub enum TourError {
    /// A gateway refused, or didn't answer.
    #[error("unexpected answer when {0}: {1}")]
    Gateway(String, Box<ClientError>),
    /// A transaction failed that should have been applied.
    #[error("unexpected outcome when {0}: {1}, {why}", why = .1.explanation())]
    Failed(String, Code),
    /// A transaction that did not become final while the gateway waited for it.
    #[error("no outcome when {0}: the gateway answers that the transaction is still {1}")]
    NotFinal(String, &'static str),
    /// A transaction that should have been refused.
    #[error("{what}: this should have been refused with {expected}, but {answer}")]
    NotRefused {
        /// The attempt.
        what: String,
        /// The code with which it must be refused.
        expected: Code,
        /// The answer that came instead.
        answer: String,
    },
    /// Something read is not as it must be.
    #[error("{what} should be {expected}, but {url} answers {found}")]
    Different {
        /// The name of what was read.
        what: String,
        /// The expected value.
        expected: String,
        /// The gateway that was asked.
        url: String,
        /// The value found.
        found: String,
    },
    /// A gateway that does not get there.
    #[error("{url} did not reach {goal} in time")]
    Late {
        /// The gateway that was asked.
        url: String,
        /// The goal that was waited for.
        goal: Goal,
    },
    /// A node that doesn't do what it should.
    #[error("the new node could not {what} ({why}); its log is {}", log.display())]
    Node {
        /// The thing that it was to do.
        what: &'static str,
        /// The reason, as far as it is known here.
        why: String,
        /// The log where there is more to read.
        log: PathBuf,
    },
    /// A node or a motion that doesn't get on.
    #[error("the new validator doesn't get its vote: {0}")]
    Unready(String),
    /// A directory that can't be made.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The auditor finds fault.
    #[error("the auditor does not confirm the ledger: {0}")]
    Audit(#[from] VerifyError),
}

/// The goal that a tour waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// A block.
    Height(lojal_types::Height),
    /// A time of the ledger's own clock.
    Time(TimeMs),
}

impl std::fmt::Display for Goal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Height(height) => write!(f, "block {height}"),
            Self::Time(time) => write!(f, "the ledger time {} ms", time.get()),
        }
    }
}
