//! The changes of the validators and of the protocol that the governors of a run bring about: data of a plan, as its
//! faults are.

use serde::{Deserialize, Serialize};

/// A motion that changes the validators, or the protocol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The time at which it is put forward, in virtual milliseconds from the start of the run.
    pub at_ms: u64,
    /// Its actions. What doesn't fit the validators of that time isn't put forward.
    pub steps: Vec<Step>,
}

/// One action of a motion. Nodes are counted from 0: those with a seat in the genesis document come first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// A node becomes a validator.
    Add {
        /// The node.
        node: usize,
        /// The weight of its vote.
        power: u64,
    },
    /// A node is a validator no more.
    Remove {
        /// The node.
        node: usize,
    },
    /// A validator gets the keys of another node, and so goes over to it.
    Hand {
        /// The node that is the validator.
        from: usize,
        /// The node that will be.
        to: usize,
    },
    /// A validator's vote gets another weight.
    SetPower {
        /// The node that is the validator.
        node: usize,
        /// The weight.
        power: u64,
    },
    /// A node may follow.
    Follow {
        /// The node.
        node: usize,
    },
    /// The network goes over to the next version of the protocol.
    Upgrade {
        /// The number of blocks until then.
        blocks: u64,
    },
}

impl Step {
    /// Every node that the step names.
    pub fn named(&self) -> Vec<usize> {
        match self {
            Self::Add { node, .. } | Self::Remove { node } | Self::SetPower { node, .. } | Self::Follow { node } => {
                vec![*node]
            }
            Self::Hand { from, to } => vec![*from, *to],
            Self::Upgrade { .. } => Vec::new(),
        }
    }
}
