//! Answers that are true whoever gave them: made of records that are proven against a final header.

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_chain::{InclusionError, LightError, LightState, Pin, SetChange, TransactionProof, verify_certificate};
use lojal_ledger::tree::{Proof, ProofError};
use lojal_ledger::{NotProven, ProvenRecords, Tip, answers};
use lojal_types::{
    Activity, Address, BlockId, Certificate, Genesis, Header, Height, HexBytes, NetworkKind, TimeMs, ValidatorSet, api,
};
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
    /// The bytes of the validators that decide the next block, if they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validators: Option<HexBytes>,
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
    /// A part of it, after the same block.
    pub(crate) fn map<U>(self, part: impl FnOnce(T) -> U) -> Verified<U> {
        Verified { value: part(self.value), seal: self.seal }
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
    /// The header is final, and another one of its height that is trusted.
    #[error("another header of its height is final, too")]
    Split(Box<Seal>),
    /// A proof that doesn't hold.
    #[error("{0}")]
    Proof(#[from] ProofError),
    /// A transaction that isn't shown to be one of the block.
    #[error("{0}")]
    Inclusion(#[from] InclusionError),
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
    /// Knows a block that is trusted for another reason, and the validators that decide the next one. Nothing before it
    /// counts.
    ///
    /// # Errors
    /// When they are not those of the pin.
    pub fn pinned(genesis: &Genesis, pin: Pin, header: &Header, next: ValidatorSet) -> Result<Self, LightError> {
        let light = LightState::from_pin(genesis.chain_id(), pin, header, next)?;
        Ok(Self { network: genesis.network(), light })
    }
    /// Knows a block that was proven, and who decides after it: those that are kept with it, or else those of the
    /// genesis document.
    ///
    /// # Errors
    /// When they can't be read, or are not those that the header commits to.
    pub fn resumed(genesis: &Genesis, seal: &Seal) -> Result<Self, Unproven> {
        let header: Header = decode(&seal.header, "header")?;
        let kept = seal.validators.as_ref().map(|set| decode(set, "set of validators")).transpose()?;
        let next = kept.unwrap_or_else(|| genesis.validators().clone());
        let pin = Pin { height: seal.height, block: seal.block };
        Ok(Self::pinned(genesis, pin, &header, next)?)
    }

    /// The block up to which the validators are known.
    pub fn pin(&self) -> Pin {
        self.light.pin()
    }
    /// The validators that decide after it, up to the next change.
    pub fn validators(&self) -> &ValidatorSet {
        self.light.validators()
    }
    /// Goes on to the next change of the validators.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn advance(&mut self, change: &SetChange) -> Result<(), LightError> {
        self.light.advance(change)
    }
    /// True if changes of the validators can lead to a header: it is of this network, and later than what is known.
    pub(crate) fn can_follow(&self, header: &Header) -> bool {
        header.chain_id == self.light.chain_id() && header.height > self.light.height()
    }
    /// True if those decide a header who are known.
    pub(crate) fn knows_validators_of(&self, header: &Header) -> bool {
        header.validators_hash == self.light.validators().hash(&self.light.chain_id())
    }

    /// The kind of network, which decides the prefix that addresses carry.
    pub fn network(&self) -> NetworkKind {
        self.network
    }

    /// An account as it surely was after a block.
    ///
    /// # Errors
    /// What is wrong with the answer.
    pub fn account(&self, address: Address, answer: &api::ProvenState) -> Result<Verified<api::Account>, Unproven> {
        Ok(self.account_and_activity(address, answer)?.map(|(account, _)| account))
    }
    /// The same with the activity in its record, to which its history has to lead; none if there is no record.
    ///
    /// # Errors
    /// As for [`Verifier::account`].
    pub fn account_and_activity(
        &self,
        address: Address,
        answer: &api::ProvenState,
    ) -> Result<Verified<(api::Account, Option<Activity>)>, Unproven> {
        let (seal, records) = self.records(answer)?;
        let value = (answers::account(&records, address)?, answers::activity(&records, address)?);
        Ok(Verified { value, seal })
    }
    /// The standings of an account as they surely were after a block.
    ///
    /// # Errors
    /// As for [`Verifier::account`].
    pub fn standings(&self, address: Address, answer: &api::ProvenState) -> Result<Verified<api::Standings>, Unproven> {
        let (seal, records) = self.records(answer)?;
        Ok(Verified { value: answers::standings(&records, address)?, seal })
    }
    /// The offers of an account as they surely were after a block.
    ///
    /// # Errors
    /// As for [`Verifier::account`].
    pub fn offers(&self, address: Address, answer: &api::ProvenState) -> Result<Verified<api::Offers>, Unproven> {
        let (seal, records) = self.records(answer)?;
        Ok(Verified { value: answers::offers(&records, address)?, seal })
    }
    /// The vouchers that an account can surely use after a block.
    ///
    /// # Errors
    /// As for [`Verifier::account`].
    pub fn vouchers(&self, address: Address, answer: &api::ProvenState) -> Result<Verified<api::Vouchers>, Unproven> {
        let (seal, records) = self.records(answer)?;
        Ok(Verified { value: answers::vouchers(&records, address)?, seal })
    }
    /// The records that an answer proves, and the block after which they are so.
    fn records(&self, answer: &api::ProvenState) -> Result<(Seal, ProvenRecords), Unproven> {
        let header: Header = decode(&answer.header, "header")?;
        let seal = self.header(&answer.header, &answer.certificate)?;
        if answer.proofs.len() > PROOFS_MAX {
            return Err(Unproven::TooMany);
        }
        let tip = Tip { height: header.height, block: seal.block, time_ms: header.time_ms };
        let mut records = ProvenRecords::new(self.network, tip, header.state_root);
        for api::ProvenKey { key, proof } in &answer.proofs {
            records.add(&key.0, &decode::<Proof>(proof, "proof")?)?;
        }
        Ok((seal, records))
    }

    /// A transaction as it surely became final, with its outcome.
    ///
    /// # Errors
    /// What is wrong with the proof.
    pub fn transaction(&self, proof: TransactionProof) -> Result<Verified<TransactionProof>, Unproven> {
        let seal = self.header(&encoded(&proof.header), &encoded(&proof.certificate))?;
        proof.check_paths()?;
        Ok(Verified { value: proof, seal })
    }

    /// A header that is final by the validators that are known, or the one that is trusted anyway.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn header(&self, header: &HexBytes, certificate: &HexBytes) -> Result<Seal, Unproven> {
        let (pin, bytes) = (self.light.pin(), (header.clone(), certificate.clone()));
        let header: Header = decode(header, "header")?;
        let certificate: Certificate = decode(certificate, "certificate")?;
        let (next, set) = (header.next_validators_hash, self.light.validators());
        let is_known = next == set.hash(&self.light.chain_id());
        let seal = Seal {
            height: header.height,
            block: header.id(),
            time_ms: header.time_ms,
            header: bytes.0,
            certificate: bytes.1,
            validators: is_known.then(|| encoded(set)),
        };
        if seal.height != pin.height {
            self.light.check(&header, &certificate)?;
            return Ok(seal);
        }
        let is_trusted = seal.block == pin.block;
        match self.certify(&header, &certificate) {
            Ok(()) if !is_trusted => Err(Unproven::Split(Box::new(seal))),
            // Others have decided it, whom only its hash leads to; and it is the one that is trusted.
            Err(LightError::OtherValidators) if is_trusted => Ok(seal),
            Err(error) if is_trusted => Err(error.into()),
            Err(_) => Err(LightError::Height { found: seal.height, trusted: pin.height }.into()),
            Ok(()) => Ok(seal),
        }
    }

    /// Checks the certificate of a header by the validators that are known, wherever it stands.
    fn certify(&self, header: &Header, certificate: &Certificate) -> Result<(), LightError> {
        if !self.knows_validators_of(header) {
            return Err(LightError::OtherValidators);
        }
        if certificate.height != header.height || certificate.block != header.id() {
            return Err(LightError::OtherBlock);
        }
        Ok(verify_certificate(certificate, self.light.validators(), &self.light.chain_id())?)
    }
}

pub(crate) fn encoded(value: &impl BorshSerialize) -> HexBytes {
    HexBytes(borsh::to_vec(value).expect("writing to memory can't fail"))
}

pub(crate) fn decode<T: BorshDeserialize>(bytes: &HexBytes, what: &'static str) -> Result<T, Unproven> {
    borsh::from_slice(&bytes.0).map_err(|_| Unproven::Form(what))
}
