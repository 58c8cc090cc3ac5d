//! Votes and proposals are signed and checked as the protocol lays down (protocol, Bytes; protocol, Blocks and
//! finality): domain tag, chain id, and ZIP-215, the same as everywhere else.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_malachitebft_core_types::{SignedMessage, ValidatorProof, VoteExtensionScope};
use arc_malachitebft_signing::{Error, Signer, VerificationResult, Verifier};
use async_trait::async_trait;
use lojal_signer::{Answer, Signed, Statement};
use lojal_types::hash::hash;
use lojal_types::{ChainId, PublicKey, Signature};

use crate::context::{Context, Proposal, Vote};
use crate::limits::CHECKS_REMEMBERED_MAX;
use crate::voice::EngineVoice;

/// The signature of what the guard holds back. The network never gets a message with it.
pub(crate) const UNSIGNED: Signature = Signature::new([0; 64]);

/// Has a validator's statements signed, as its guard lets it.
pub(crate) struct ValidatorSigner {
    voice: EngineVoice,
}

impl ValidatorSigner {
    /// A signer for one engine.
    pub(crate) fn new(voice: EngineVoice) -> Self {
        Self { voice }
    }

    async fn sign(&self, statement: Statement) -> Result<Answer, Error> {
        let answer = self.voice.sign(statement).await.ok_or_else(|| Error::from_source("the validator is silent"))?;
        match &answer {
            Answer::Instead(signed) => {
                tracing::warn!(asked = %statement, signed = %signed.statement, "the guard signed something else");
            }
            Answer::Withheld => tracing::warn!(asked = %statement, "the guard has signed another proposal before"),
            Answer::Signed(_) | Answer::Below(_) => {}
        }
        Ok(answer)
    }
}

#[async_trait]
impl Signer<Context> for ValidatorSigner {
    async fn sign_vote(&self, vote: Vote) -> Result<SignedMessage<Context, Vote>, Error> {
        let content = vote.content().ok_or_else(|| Error::from_source("a vote outside of any round"))?;
        match self.sign(Statement::Vote(content)).await? {
            Answer::Signed(Signed { statement: Statement::Vote(content), signature })
            | Answer::Instead(Signed { statement: Statement::Vote(content), signature }) => {
                Ok(SignedMessage::new(Vote::from_content(&content), signature))
            }
            _ => Ok(SignedMessage::new(vote, UNSIGNED)),
        }
    }
    async fn sign_proposal(&self, proposal: Proposal) -> Result<SignedMessage<Context, Proposal>, Error> {
        match self.sign(Statement::Proposal(proposal.content())).await? {
            Answer::Signed(signed) => Ok(SignedMessage::new(proposal, signed.signature)),
            _ => Ok(SignedMessage::new(proposal, UNSIGNED)),
        }
    }
    async fn sign_vote_extension(
        &self,
        _: VoteExtensionScope<Context>,
        (): (),
    ) -> Result<SignedMessage<Context, ()>, Error> {
        Err(Error::from_source("vote extensions are not used"))
    }
    async fn sign_validator_proof(&self, _: Vec<u8>, _: Vec<u8>) -> Result<ValidatorProof<Context>, Error> {
        Err(Error::from_source("a validator's key signs votes and proposals only"))
    }
}

/// Checks what other validators signed. A vote is checked when it arrives, when the engine takes it, and again in every
/// certificate: clones share what they have found good of late.
#[derive(Clone)]
pub struct ValidatorVerifier {
    chain: ChainId,
    good: Arc<Mutex<Remembered>>,
}

/// The last checks that succeeded, each as the hash of all that went into it.
#[derive(Default)]
struct Remembered {
    checks: HashSet<[u8; 32]>,
    order: VecDeque<[u8; 32]>,
}

impl ValidatorVerifier {
    /// A verifier for one network.
    pub fn new(chain: ChainId) -> Self {
        Self { chain, good: Arc::default() }
    }

    /// True if the vote is one of a round, and signed with this key.
    pub(crate) fn is_signed_vote(&self, vote: &Vote, signature: &Signature, key: &PublicKey) -> bool {
        vote.content().is_some_and(|content| self.is_signed(&content.signing_bytes(&self.chain), signature, key))
    }

    /// True if the proposal is one of a round, and signed with this key.
    pub(crate) fn is_signed_proposal(&self, proposal: &Proposal, signature: &Signature, key: &PublicKey) -> bool {
        proposal.round.is_defined() && self.is_signed(&proposal.signing_bytes(&self.chain), signature, key)
    }

    fn is_signed(&self, message: &[u8], signature: &Signature, key: &PublicKey) -> bool {
        let check = hash("lojal/checked/v1", &[key.as_bytes(), signature.as_bytes(), message]);
        if self.good().checks.contains(&check) {
            return true;
        }
        let holds = key.verify(message, signature);
        if holds {
            self.good().remember(check);
        }
        holds
    }

    /// Whole after every statement, so a panic elsewhere doesn't spoil it.
    fn good(&self) -> MutexGuard<'_, Remembered> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remembered {
    fn remember(&mut self, check: [u8; 32]) {
        if self.checks.insert(check) {
            self.order.push_back(check);
        }
        if self.order.len() > CHECKS_REMEMBERED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.checks.remove(&oldest);
        }
    }
}

#[async_trait]
impl Verifier<Context> for ValidatorVerifier {
    async fn verify_signed_vote(
        &self,
        vote: &Vote,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::from_bool(self.is_signed_vote(vote, signature, key)))
    }
    async fn verify_signed_proposal(
        &self,
        proposal: &Proposal,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::from_bool(self.is_signed_proposal(proposal, signature, key)))
    }
    async fn verify_signed_vote_extension(
        &self,
        _: &VoteExtensionScope<Context>,
        (): &(),
        _: &Signature,
        _: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        Ok(VerificationResult::Invalid)
    }
    async fn verify_validator_proof(&self, proof: &ValidatorProof<Context>) -> Result<VerificationResult, Error> {
        let Ok(key) = proof.decoded_public_key() else { return Ok(VerificationResult::Invalid) };
        Ok(VerificationResult::from_bool(key.verify(&proof.preimage(), &proof.signature)))
    }
}

#[cfg(test)]
mod tests;
