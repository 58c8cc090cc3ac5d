//! The governors of the network's validators, who decide as any do: one puts a motion forward, others approve.

use lojal_client::Client;
use lojal_types::api::TransactionState;
use lojal_types::governance::digest_of;
use lojal_types::{Action, Approve, Bounded, ChainId, KeyPair, MotionStatus, Operation, Outcome, Propose};

use super::error::DevnetError;
use super::layout::Layout;
use super::signing::sign;

/// The governors' keys, in the order of their validators.
pub struct Governors {
    chain: ChainId,
    keys: Vec<KeyPair>,
}

impl Governors {
    /// Those of the network's wallets.
    ///
    /// # Errors
    /// When a wallet can't be read.
    pub fn of(layout: &Layout) -> Result<Self, DevnetError> {
        let keys = (0..layout.count).map(|index| layout.key(layout.name(index).as_str())).collect::<Result<_, _>>()?;
        Ok(Self { chain: layout.genesis.chain_id(), keys })
    }

    /// Has them decide to carry out actions.
    ///
    /// # Errors
    /// When a step isn't applied, or the motion isn't enacted once all have approved it.
    pub fn decide(&self, client: &Client, actions: &[Action]) -> Result<(), DevnetError> {
        let actions = Bounded::new(actions.to_vec()).expect("as many as a motion may have");
        let digest = digest_of(&self.chain, &actions);
        let (first, others) = self.keys.split_first().expect("a network has a validator");
        self.act(client, first, Operation::Propose(Propose { actions }))?;
        for key in others {
            let governance = client.governance()?;
            let Some(open) = governance.open.iter().rfind(|motion| motion.digest == digest) else { break };
            self.act(client, key, Operation::Approve(Approve { motion: open.motion, digest }))?;
        }
        let governance = client.governance()?;
        let motion = governance.closed.iter().find(|motion| motion.digest == digest);
        match motion.map(|motion| motion.stage) {
            Some(MotionStatus::Enacted { .. }) => Ok(()),
            other => Err(DevnetError::Undecided(format!("their motion is {other:?}"))),
        }
    }

    fn act(&self, client: &Client, key: &KeyPair, operation: Operation) -> Result<(), DevnetError> {
        let what = operation.name();
        let signed = sign(&self.chain, (key.address(), key), vec![operation]);
        match client.submit(&signed, true)?.state {
            TransactionState::Committed { receipt: Outcome::Applied, .. } => Ok(()),
            other => Err(DevnetError::Undecided(format!("{what} is {other:?}"))),
        }
    }
}
