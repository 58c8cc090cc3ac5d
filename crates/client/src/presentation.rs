//! Presentations: what somebody is at a brand, its levels and marks, shown to whoever has the genesis document alone.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use borsh::{BorshDeserialize, BorshSerialize};
use lojal_chain::{LightState, SetChange};
use lojal_ledger::tree::Proof;
use lojal_ledger::{NotProven, ProvenRecords, Records, Tip, answers};
use lojal_types::{
    Address, AddressText, Audience, BlockId, Bounded, BrandId, Certificate, ChainId, Genesis, Header, KeyPair,
    PublicKey, Signature, TimeMs, api,
};
use thiserror::Error;

use crate::proven::decode;
use crate::{Client, ClientError, FOLLOWED_MAX, Unproven, Verifier};

/// The beginning of what is signed.
const TAG: &str = "lojal/presentation/v1";
/// The beginning of every text, which says what it is.
const PREFIX: &str = "ljp1_";
/// Longest text, in bytes.
pub const PRESENTATION_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most proofs that one has: of an account, its standing and the tracks in it.
const PROOFS_MAX: usize = 256;
/// Longest time between the block and the signature, and between the signature and a look at it, in milliseconds.
pub const PRESENTATION_MS_MAX: u64 = 10 * 60 * 1000;

/// The statement of a presentation, which its owner signs.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Statement {
    /// The one that it is for.
    pub audience: Audience,
    /// A number that makes it unlike others; a shop can choose it.
    pub nonce: [u8; 16],
    /// The time of the signature.
    pub time_ms: TimeMs,
    /// The account.
    pub account: Address,
    /// The key that signs for it.
    pub public_key: PublicKey,
    /// The brand.
    pub brand: BrandId,
    /// The block after which it is so.
    pub block: BlockId,
}

/// Proofs of a standing, as a gateway gives them, and the way from genesis to them.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct StandingProof {
    /// The blocks before that after which other validators decided, all of them in their order.
    changes: Bounded<SetChange, 0, FOLLOWED_MAX>,
    header: Header,
    certificate: Certificate,
    /// Keys of records with their proofs, those that are needed alone.
    proofs: Bounded<(Vec<u8>, Proof), 0, PROOFS_MAX>,
}

/// A presentation, which nobody has checked yet.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Presentation {
    statement: Statement,
    signature: Signature,
    proof: StandingProof,
}

/// All that a presentation shows, once it is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    /// The statement.
    pub statement: Statement,
    /// The account.
    pub account: AddressText,
    /// The standing at the brand; none if that has never counted or given anything.
    pub standing: Option<api::Standing>,
    /// The block after which it was so, and its time.
    pub tip: Tip,
}

/// A text that is no presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no presentation: it is {PREFIX} and what `lojal show` prints after it, and nothing else")]
pub struct PresentationTextError;

/// A reason that a presentation shows nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PresentationError {
    /// The proofs don't hold.
    #[error("{0}")]
    Unproven(#[from] Unproven),
    /// Signed by another key, or changed.
    #[error("the signature isn't that of the account")]
    Signature,
    /// Signed about another block.
    #[error("the signature is about another block than the proofs")]
    Block,
    /// The block is too old, or later than the signature.
    #[error("the block isn't of the 10 minutes before the signature")]
    OldBlock,
    /// Its owner has stopped it, or somebody recovers it.
    #[error("the account is frozen, or is being recovered")]
    Stopped,
}

impl From<NotProven> for PresentationError {
    fn from(error: NotProven) -> Self {
        Self::Unproven(error.into())
    }
}

impl Statement {
    /// The bytes that are signed: tag ‖ chain id ‖ the statement.
    fn signing_bytes(&self, chain: &ChainId) -> Vec<u8> {
        let bytes = borsh::to_vec(self).expect("writing to memory can't fail");
        [TAG.as_bytes(), chain.as_bytes(), &bytes].concat()
    }
    /// True if it was signed in the 10 minutes before a time, or as much later by a clock that differs.
    pub fn is_fresh(&self, now: TimeMs) -> bool {
        now.get().abs_diff(self.time_ms.get()) <= PRESENTATION_MS_MAX
    }
}

impl StandingProof {
    /// The block.
    pub fn block(&self) -> BlockId {
        self.header.id()
    }

    /// The records that it proves, and their block, by what genesis says.
    fn records(&self, genesis: &Genesis) -> Result<ProvenRecords, Unproven> {
        let mut light = LightState::genesis(genesis);
        self.changes.iter().try_for_each(|change| light.advance(change))?;
        light.check(&self.header, &self.certificate)?;
        let mut records = none(genesis, &self.header);
        for (key, proof) in self.proofs.iter() {
            records.add(key, proof)?;
        }
        Ok(records)
    }
}

fn none(genesis: &Genesis, header: &Header) -> ProvenRecords {
    let tip = Tip { height: header.height, block: header.id(), time_ms: header.time_ms };
    ProvenRecords::new(genesis.network(), tip, header.state_root)
}

/// The standing of an account at a brand, and true if it can show it: its key signs for it, and nothing stops it.
fn standing(
    records: &ProvenRecords,
    (account, key): (Address, PublicKey),
    brand: BrandId,
) -> Result<(Option<api::Standing>, Result<(), PresentationError>), NotProven> {
    let record = records.account(account)?;
    let signer = record.as_ref().and_then(|record| record.rotated_key);
    let is_own = signer.map_or_else(|| Address::of_key(&key) == account, |signer| signer == key);
    let is_stopped = record.as_ref().is_some_and(|record| record.frozen || record.recovery.is_some());
    let may = match (is_own, is_stopped) {
        (false, _) => Err(PresentationError::Signature),
        (true, true) => Err(PresentationError::Stopped),
        (true, false) => Ok(()),
    };
    let mut found = answers::standings_at(records, account, &[brand])?;
    Ok((found.standings.pop(), may))
}

impl Presentation {
    /// Signs a statement about proofs.
    pub fn sign(statement: Statement, proof: StandingProof, chain: &ChainId, key: &KeyPair) -> Self {
        let signature = key.sign(&statement.signing_bytes(chain));
        Self { statement, signature, proof }
    }

    /// Checks all that doesn't depend on the time at which somebody looks, by the genesis document alone.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, genesis: &Genesis) -> Result<Presented, PresentationError> {
        let Statement { account, public_key, brand, .. } = self.statement;
        let signed = self.statement.signing_bytes(&genesis.chain_id());
        // With a key of small order anybody can sign.
        if !public_key.is_valid() || !public_key.verify(&signed, &self.signature) {
            return Err(PresentationError::Signature);
        }
        if self.statement.block != self.proof.block() {
            return Err(PresentationError::Block);
        }
        let header = &self.proof.header;
        if header.time_ms.get().abs_diff(self.statement.time_ms.get()) > PRESENTATION_MS_MAX {
            return Err(PresentationError::OldBlock);
        }
        let records = self.proof.records(genesis)?;
        let (standing, may) = standing(&records, (account, public_key), brand)?;
        may?;
        let account = account.to_text(genesis.network());
        Ok(Presented { statement: self.statement.clone(), account, standing, tip: records.tip() })
    }
}

impl Client {
    /// `GET /v1/accounts/{address}/proof`: the proofs of an account's standing at one brand, without anything else of
    /// the account, with the way from genesis to them.
    ///
    /// # Errors
    /// [`ClientError::Untrue`] if it isn't proven; others: see [`ClientError`].
    pub fn standing_proof(
        &self,
        (account, key): (&AddressText, PublicKey),
        brand: BrandId,
        genesis: &Genesis,
    ) -> Result<StandingProof, ClientError> {
        let answer: api::ProvenState = self.get_json(&format!("/v1/accounts/{account}/proof"), &[])?;
        let what = format!("the account {account}");
        let of_this = |error: Unproven| self.false_of(&what, &error);
        let header: Header = decode(&answer.header, "header").map_err(of_this)?;
        let certificate: Certificate = decode(&answer.certificate, "certificate").map_err(of_this)?;
        let changes = self.follow(&mut Verifier::new(genesis), header.height)?;
        let changes = Bounded::new(changes).expect("no more changes are followed than one may have");
        let untrue = |reason: String| ClientError::Untrue { url: self.url.clone(), reason };
        let address = account.to_canonical(genesis.network()).map_err(|error| untrue(error.to_string()))?;
        let proofs = needed(&answer, none(genesis, &header), ((address, key), brand)).map_err(of_this)?;
        let proof = StandingProof { changes, header, certificate, proofs };
        proof.records(genesis).map_err(of_this)?;
        Ok(proof)
    }
}

/// The proofs of an answer without which a standing isn't proven.
fn needed(
    answer: &api::ProvenState,
    mut records: ProvenRecords,
    (who, brand): ((Address, PublicKey), BrandId),
) -> Result<Bounded<(Vec<u8>, Proof), 0, PROOFS_MAX>, Unproven> {
    let mut taken = Vec::new();
    loop {
        let lacking = match standing(&records, who, brand) {
            Ok(_) => return Bounded::new(taken).map_err(|_| Unproven::TooMany),
            Err(NotProven::Lacking(key)) => key,
            Err(error) => return Err(error.into()),
        };
        // One that was made for another record may show this one, too.
        let mut found = None;
        for api::ProvenKey { key, proof } in &answer.proofs {
            let (proof, mut with) = (decode::<Proof>(proof, "proof")?, records.clone());
            with.add(&key.0, &proof)?;
            if !matches!(standing(&with, who, brand), Err(NotProven::Lacking(still)) if still == lacking) {
                found = Some((key.0.clone(), proof, with));
                break;
            }
        }
        let (key, proof, with) = found.ok_or(NotProven::Lacking(lacking))?;
        taken.push((key, proof));
        records = with;
    }
}

impl fmt::Display for Presentation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = borsh::to_vec(self).expect("writing to memory can't fail");
        write!(f, "{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
    }
}
impl FromStr for Presentation {
    type Err = PresentationTextError;
    fn from_str(text: &str) -> Result<Self, PresentationTextError> {
        let is_short = text.len() <= PRESENTATION_BYTES_MAX;
        let encoded = text.strip_prefix(PREFIX).filter(|_| is_short).ok_or(PresentationTextError)?;
        let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| PresentationTextError)?;
        borsh::from_slice(&bytes).map_err(|_| PresentationTextError)
    }
}
