//! SHA-256 with domain separation: "A preimage starts with an ASCII tag, and then the chain id, except where noted."
//! (protocol, Bytes) So no hash or signature means anything elsewhere.

use sha2::{Digest, Sha256};

use crate::ids::ChainId;

/// The tags, one per kind of preimage.
pub mod tag {
    /// The genesis document; its hash is the chain id.
    pub const GENESIS: &str = "lojal/genesis/v1";
    /// An account's first public key; the hash is its address. Without a chain id: an address is the same on every
    /// network.
    pub const ACCOUNT: &str = "lojal/account/v1";
    /// The place in the chain where a household was created; the hash is its address.
    pub const HOUSEHOLD: &str = "lojal/household/v1";
    /// A transaction; the hash is its id.
    pub const TRANSACTION: &str = "lojal/tx/v1";
    /// A signature over a transaction's id.
    pub const TRANSACTION_SIGNATURE: &str = "lojal/tx-signature/v1";
    /// A change of an account that waits, which guardians agree to.
    pub const CHANGE: &str = "lojal/change/v1";
    /// A till's request; the hash is the reference of the answer.
    pub const REQUEST: &str = "lojal/request/v1";
    /// The actions of a motion, which governors approve.
    pub const MOTION: &str = "lojal/motion/v1";
    /// A brand and the actions of a motion of its admins, which they approve.
    pub const BRAND_MOTION: &str = "lojal/brand-motion/v1";
    /// A brand, a campaign and its terms, which a sponsor accepts.
    pub const CAMPAIGN: &str = "lojal/campaign/v1";
    /// A transaction and the place of one of its operations, which claims something.
    pub const CLAIM: &str = "lojal/claim/v1";
    /// A line of a brand's list of invitations.
    pub const INVITATION: &str = "lojal/invitation/v1";
    /// A transaction and the place of one of its operations, which offers points.
    pub const OFFER: &str = "lojal/offer/v1";
    /// A till's request for a voucher; the hash is the reference of the answer.
    pub const VOUCHER_REQUEST: &str = "lojal/voucher-request/v1";
    /// A validator's name and keys, which both keys sign.
    pub const NODE: &str = "lojal/node/v1";
    /// A sign of life.
    pub const READY: &str = "lojal/ready/v1";
    /// A header; the hash is the block's id.
    pub const BLOCK: &str = "lojal/block/v1";
    /// A validator set.
    pub const VALIDATORS: &str = "lojal/validators/v1";
    /// A consensus vote.
    pub const VOTE: &str = "lojal/vote/v1";
    /// A consensus proposal.
    pub const PROPOSAL: &str = "lojal/proposal/v1";
    /// The running digest over the recent transaction ids of one minute.
    pub const RECENT: &str = "lojal/recent/v1";
    /// The running digest over the transactions that have concerned an account. Without a chain id: the ids of the
    /// transactions have it.
    pub const ACTIVITY: &str = "lojal/activity/v1";
    /// The blind of a record that is about an account. Without a chain id: the digest of the account's activity has it.
    pub const BLIND: &str = "lojal/blind/v1";
    /// The list of what a snapshot has.
    pub const SNAPSHOT: &str = "lojal/snapshot/v1";
    /// A token that says who reads.
    pub const READ: &str = "lojal/read/v1";
}

/// SHA-256(`tag` ‖ `parts`…), for the few preimages without a chain id.
pub fn hash(tag: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new_with_prefix(tag.as_bytes());
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// SHA-256(`tag` ‖ chain id ‖ `parts`…).
pub fn chain_hash(tag: &str, chain: &ChainId, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new_with_prefix(tag.as_bytes());
    hasher.update(chain.as_bytes());
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}
