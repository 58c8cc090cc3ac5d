//! The governors of the network's validators, who decide as any do: one puts a motion forward, others approve.

use lojal_client::Client;
use lojal_types::api::TransactionState;
use lojal_types::governance::digest_of;
use lojal_types::{Action, Approve, Bounded, ChainId, KeyPair, MotionStatus, Operation, Outcome, Propose, Transaction};
use lojal_wallet::home::Home;
use lojal_wallet::passphrase::Passphrase;

use super::error::DevnetError;
use super::layout::{Layout, PASSPHRASE};

/// The time for which a governor's transaction is valid.
const VALID_MS: u64 = 60_000;

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
        let passphrase = Passphrase::new(PASSPHRASE.to_owned()).expect("long enough");
        let key = |index| Home::open(&layout.wallet(layout.name(index).as_str()))?.unlock(&passphrase);
        let keys = (0..layout.count).map(key).collect::<Result<_, _>>()?;
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
        let transaction = Transaction {
            chain: self.chain.tag(),
            sender: key.address(),
            valid_until_ms: lojal_consensus::clock::now().plus_ms(VALID_MS),
            nonce: rand::random(),
            operations: Bounded::from([operation]),
        };
        match client.submit(&transaction.sign(&self.chain, key), true)?.state {
            TransactionState::Committed { receipt: Outcome::Applied, .. } => Ok(()),
            other => Err(DevnetError::Undecided(format!("{what} is {other:?}"))),
        }
    }
}
