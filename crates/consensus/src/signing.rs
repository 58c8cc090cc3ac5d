//! Votes and proposals are signed and checked as the protocol lays down (protocol §3 and §8): domain tag, chain id, and
//! ZIP-215, the same as everywhere else.

use arc_malachitebft_core_types::{SignedMessage, ValidatorProof, VoteExtensionScope};
use arc_malachitebft_signing::{Error, Signer, VerificationResult, Verifier};
use async_trait::async_trait;
use lojal_types::{ChainId, KeyPair, PublicKey, Signature};

use crate::context::{Context, Proposal, Vote};

/// Signs with a validator's key.
pub struct ValidatorSigner {
    key: KeyPair,
    chain: ChainId,
}

impl ValidatorSigner {
    /// A signer for one network.
    pub fn new(key: KeyPair, chain: ChainId) -> Self {
        Self { key, chain }
    }
}

#[async_trait]
impl Signer<Context> for ValidatorSigner {
    async fn sign_vote(&self, vote: Vote) -> Result<SignedMessage<Context, Vote>, Error> {
        let content = vote.content().ok_or_else(|| Error::from_source("a vote outside of any round"))?;
        let signature = self.key.sign(&content.signing_bytes(&self.chain));
        Ok(SignedMessage::new(vote, signature))
    }
    async fn sign_proposal(&self, proposal: Proposal) -> Result<SignedMessage<Context, Proposal>, Error> {
        let signature = self.key.sign(&proposal.signing_bytes(&self.chain));
        Ok(SignedMessage::new(proposal, signature))
    }
    async fn sign_vote_extension(
        &self,
        _: VoteExtensionScope<Context>,
        (): (),
    ) -> Result<SignedMessage<Context, ()>, Error> {
        Err(Error::from_source("vote extensions are not used"))
    }
    async fn sign_validator_proof(
        &self,
        public_key: Vec<u8>,
        peer_id: Vec<u8>,
    ) -> Result<ValidatorProof<Context>, Error> {
        let signature = self.key.sign(&ValidatorProof::<Context>::signing_bytes(&public_key, &peer_id));
        Ok(ValidatorProof::new(public_key, peer_id, signature))
    }
}

/// Checks what other validators signed.
pub struct ValidatorVerifier {
    chain: ChainId,
}

impl ValidatorVerifier {
    /// A verifier for one network.
    pub fn new(chain: ChainId) -> Self {
        Self { chain }
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
        let holds = vote.content().is_some_and(|content| key.verify(&content.signing_bytes(&self.chain), signature));
        Ok(VerificationResult::from_bool(holds))
    }
    async fn verify_signed_proposal(
        &self,
        proposal: &Proposal,
        signature: &Signature,
        key: &PublicKey,
    ) -> Result<VerificationResult, Error> {
        let holds = proposal.round.is_defined() && key.verify(&proposal.signing_bytes(&self.chain), signature);
        Ok(VerificationResult::from_bool(holds))
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
