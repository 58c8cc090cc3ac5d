//! Answers that are true whoever gave them: made of records that are proven against a final header.

use borsh::BorshDeserialize;
use lojal_chain::{LightError, LightState};
use lojal_ledger::tree::{Proof, ProofError};
use lojal_ledger::{NotProven, ProvenRecords, Tip, answers};
use lojal_types::{Address, BlockId, Certificate, Genesis, Header, Height, HexBytes, NetworkKind, TimeMs, api};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Most proofs that an answer may have: more than an account wants with as many brands and members as there can be.
const PROOFS_MAX: usize = 1024;

/// A final header, with what makes it final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// The height of its block.
    pub height: Height,
    /// The id of its block.
    pub block: BlockId,
    /// The time of its block.
    pub time_ms: TimeMs,
    /// Its bytes.
    pub header: HexBytes,
    /// The bytes of the certificate.
    pub certificate: HexBytes,
}

/// Something that was proven to be so after a block. There is no other way to make one than to check the proofs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified<T> {
    value: T,
    seal: Seal,
}

impl<T> Verified<T> {
    /// The thing that is so.
    pub fn value(&self) -> &T {
        &self.value
    }
    /// The thing that is so, without the block.
    pub fn into_value(self) -> T {
        self.value
    }
    /// The block after which it is so.
    pub fn seal(&self) -> &Seal {
        &self.seal
    }
}

/// A reason that an answer proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unproven {
    /// The bytes of a header, a certificate or a proof are none.
    #[error("its {0} can't be read")]
    Form(&'static str),
    /// More proofs than any answer needs.
    #[error("it has too many proofs")]
    TooMany,
    /// The header isn't final, as far as this client knows the validators.
    #[error("its header isn't final: {0}")]
    Header(#[from] LightError),
    /// A proof that doesn't hold.
    #[error("{0}")]
    Proof(#[from] ProofError),
    /// Too little was proven for an answer.
    #[error("{0}")]
    NotProven(#[from] NotProven),
}

/// The knowledge that answers are checked with: a network's genesis document, and what has followed from it.
#[derive(Clone, Debug)]
pub struct Verifier {
    network: NetworkKind,
    light: LightState,
}

impl Verifier {
    /// Knows what genesis says.
    pub fn new(genesis: &Genesis) -> Self {
        Self { network: genesis.network(), light: LightState::genesis(genesis) }
    }

    /// The kind of network, which decides the prefix that addresses carry.
    pub fn network(&self) -> NetworkKind {
        self.network
    }

    /// An account as it surely was after a block.
    ///
    /// # Errors
    /// What is wrong with the answer.
    pub fn account(&self, address: Address, answer: &api::ProvenAccount) -> Result<Verified<api::Account>, Unproven> {
        let header: Header = decode(&answer.header, "header")?;
        let certificate: Certificate = decode(&answer.certificate, "certificate")?;
        let trusted = self.light.check(&header, &certificate)?;
        if answer.proofs.len() > PROOFS_MAX {
            return Err(Unproven::TooMany);
        }
        let tip = Tip { height: header.height, block: trusted.pin().block, time_ms: header.time_ms };
        let mut records = ProvenRecords::new(self.network, tip, header.state_root);
        for api::ProvenKey { key, proof } in &answer.proofs {
            records.add(&key.0, &decode::<Proof>(proof, "proof")?)?;
        }
        let value = answers::account(&records, address)?;
        let seal = Seal {
            height: header.height,
            block: trusted.pin().block,
            time_ms: header.time_ms,
            header: answer.header.clone(),
            certificate: answer.certificate.clone(),
        };
        Ok(Verified { value, seal })
    }
}

fn decode<T: BorshDeserialize>(bytes: &HexBytes, what: &'static str) -> Result<T, Unproven> {
    borsh::from_slice(&bytes.0).map_err(|_| Unproven::Form(what))
}
