//! Forgeries: votes, proposals and certificates that nobody has signed and that their publisher must have made up.
//!
//! The engine checks signatures too, but late, for a vote of a later height only when that comes, and it doesn't know
//! who published what it drops.

use std::collections::BTreeSet;

use arc_malachitebft_core_types::{PolkaCertificate, RoundCertificate, SignedProposal, SignedVote, ThresholdParams};
use arc_malachitebft_signing::VerifierExt;
use lojal_network::PeerId;
use lojal_store::Store;
use lojal_types::{PublicKey, Validator, ValidatorSet};

use crate::context::{Address, Context, EngineValidatorSet, Height};
use crate::signing::ValidatorVerifier;

/// Tells what is forged, by the validators of the next height.
///
/// What a peer publishes it has signed or checked itself, so it is to blame for what doesn't hold. Who votes at heights
/// other than the next is not known here: an address that is no validator's now is left to the engine then, and so are
/// certificates.
#[derive(Clone)]
pub(crate) struct Forgery {
    store: Store,
    verifier: ValidatorVerifier,
    current: Current,
}

/// The validators of the height that comes next.
#[derive(Clone)]
struct Current {
    height: Height,
    ours: ValidatorSet,
    of_engine: EngineValidatorSet,
    peers: BTreeSet<PeerId>,
}

impl Current {
    fn read(store: &Store) -> Self {
        let (view, height) = (store.view(), Height(store.tip().height.next()));
        let ours = view.validators().clone();
        let peer = |one: &Validator| lojal_network::peer_id_of(one.network_key.as_bytes()).ok();
        let peers = ours.validators().iter().filter_map(peer).collect();
        Self { height, of_engine: EngineValidatorSet::new(ours.clone()), ours, peers }
    }

    fn key(&self, address: &Address) -> Option<PublicKey> {
        self.ours.get(&address.0).map(|one| one.public_key)
    }

    /// True if an address without a key can only be made up: whoever publishes it is a validator, and knows the others.
    fn is_made_up(&self, publisher: PeerId, height: Height) -> bool {
        height == self.height && self.peers.contains(&publisher)
    }
}

impl Forgery {
    /// For the network that a store is of.
    pub(crate) fn new(store: Store, verifier: ValidatorVerifier) -> Self {
        let current = Current::read(&store);
        Self { store, verifier, current }
    }

    /// True if nobody has signed a vote.
    pub(crate) fn is_vote(&mut self, publisher: PeerId, vote: &SignedVote<Context>) -> bool {
        self.refresh();
        let message = &vote.message;
        match self.current.key(&message.address) {
            Some(key) => !self.verifier.is_signed_vote(message, &vote.signature, &key),
            None => self.current.is_made_up(publisher, message.height),
        }
    }

    /// True if nobody has signed a proposal.
    pub(crate) fn is_proposal(&mut self, publisher: PeerId, proposal: &SignedProposal<Context>) -> bool {
        self.refresh();
        let message = &proposal.message;
        match self.current.key(&message.address) {
            Some(key) => !self.verifier.is_signed_proposal(message, &proposal.signature, &key),
            None => self.current.is_made_up(publisher, message.height),
        }
    }

    /// True if a certificate for a block in a round doesn't hold.
    pub(crate) async fn is_polka(&mut self, certificate: &PolkaCertificate<Context>) -> bool {
        self.refresh();
        let (validators, thresholds) = (&self.current.of_engine, ThresholdParams::default());
        certificate.height == self.current.height
            && self.verifier.verify_polka_certificate(&Context, certificate, validators, thresholds).await.is_err()
    }

    /// True if a certificate for the end of a round doesn't hold.
    pub(crate) async fn is_round(&mut self, certificate: &RoundCertificate<Context>) -> bool {
        self.refresh();
        let (validators, thresholds) = (&self.current.of_engine, ThresholdParams::default());
        certificate.height == self.current.height
            && self.verifier.verify_round_certificate(&Context, certificate, validators, thresholds).await.is_err()
    }

    fn refresh(&mut self) {
        if self.current.height.0 != self.store.tip().height.next() {
            self.current = Current::read(&self.store);
        }
    }
}

#[cfg(test)]
mod tests;
