//! A signer that signs whatever a liar wants.

use arc_malachitebft_core_types::{SignedMessage, ValidatorProof, VoteExtensionScope};
use arc_malachitebft_signing::{Error, Signer};
use async_trait::async_trait;
use lojal_consensus::context::{Context, Proposal, Vote};
use lojal_types::{ChainId, KeyPair};

/// A validator's key without a guard.
pub struct LiarSigner {
    /// The key.
    pub key: KeyPair,
    /// The network that it signs for.
    pub chain: ChainId,
}

#[async_trait]
impl Signer<Context> for LiarSigner {
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
    async fn sign_validator_proof(&self, _: Vec<u8>, _: Vec<u8>) -> Result<ValidatorProof<Context>, Error> {
        Err(Error::from_source("a validator's key signs votes and proposals only"))
    }
}
