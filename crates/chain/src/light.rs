//! Trust in headers without their blocks: the way from one set of validators to the next (protocol, Light clients).

use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{BlockId, Certificate, ChainId, Genesis, Header, Height, TimeMs, ValidatorSet};
use thiserror::Error;

use crate::certificate::{CertificateError, verify_certificate};

/// A block after which other validators decide, as somebody tells it who need not be believed.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SetChange {
    /// The last header that the old validators decide.
    pub header: Header,
    /// Their certificate.
    pub certificate: Certificate,
    /// The validators that decide the next block.
    pub next: ValidatorSet,
}

/// A block that somebody trusts: "the header and the validators after it follow from it by hash" (protocol, Light
/// clients).
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Pin {
    /// The block's height.
    pub height: Height,
    /// Its id.
    pub block: BlockId,
}

/// A text that is no pin.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PinTextError {
    /// There is nothing that parts a height from an id.
    #[error("write it as HEIGHT:ID, such as `lojal light` prints it")]
    Form,
    /// The first part is none.
    #[error("{0} is no height of a block")]
    Height(String),
    /// The second part is none.
    #[error("the id of the block has to be 64 lower-case hex digits, such as `lojal light` prints them")]
    Block,
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.height, self.block)
    }
}

impl FromStr for Pin {
    type Err = PinTextError;

    fn from_str(text: &str) -> Result<Self, PinTextError> {
        let (height, block) = text.split_once(':').ok_or(PinTextError::Form)?;
        let height = height.parse().map_err(|_| PinTextError::Height(height.to_owned()))?;
        Ok(Self { height: Height::new(height), block: block.parse().map_err(|_| PinTextError::Block)? })
    }
}

/// A header that validators have decided whom the way from genesis, or from a pin, leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedHeader {
    header: Header,
    block: BlockId,
}

impl TrustedHeader {
    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }
    /// The pin to keep of it.
    pub fn pin(&self) -> Pin {
        Pin { height: self.header.height, block: self.block }
    }
}

/// A header, certificate or set that doesn't lead on.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LightError {
    /// Another network's.
    #[error("the header belongs to another chain")]
    Chain,
    /// Not a block that comes later.
    #[error("the header has height {found}, and {trusted} is trusted already")]
    Height {
        /// The header's.
        found: Height,
        /// The height of the block which is trusted.
        trusted: Height,
    },
    /// The next block, but on top of another one.
    #[error("the header's parent is not the block that is trusted")]
    Parent,
    /// A later block at an earlier time.
    #[error("the header's time is not after that of the block which is trusted")]
    Time,
    /// Decided by others: a change is missing, or there is none.
    #[error("the header names other validators than those that are trusted")]
    OtherValidators,
    /// The certificate is for another block.
    #[error("the certificate is for another block or height")]
    OtherBlock,
    /// The certificate doesn't hold.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Other validators than the header announces.
    #[error("the validators that follow are not those that the header commits to")]
    OtherNext,
    /// A block after which the same validators decide.
    #[error("the header changes nothing")]
    NoChange,
    /// A block after which other validators decide, without saying which.
    #[error("the validators change at the header, and that change is missing")]
    ChangeMissing,
    /// A block that is not the pinned one.
    #[error("the header is not that of the pin")]
    NotPinned,
}

/// The block up to which a way is known, and the validators that decide whatever comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LightState {
    chain: ChainId,
    height: Height,
    block: BlockId,
    time_ms: TimeMs,
    validators: ValidatorSet,
}

impl LightState {
    /// The beginning of a chain.
    pub fn genesis(genesis: &Genesis) -> Self {
        let chain = genesis.chain_id();
        let (block, time_ms) = (chain.genesis_block_id(), genesis.document().time_ms);
        Self { chain, height: Height::GENESIS, block, time_ms, validators: genesis.validators().clone() }
    }

    /// A block of the chain that is trusted for another reason, and the validators that decide the next one.
    ///
    /// # Errors
    /// When they are not those of the pin.
    pub fn from_pin(chain: ChainId, pin: Pin, header: &Header, next: ValidatorSet) -> Result<Self, LightError> {
        if header.chain_id != chain {
            return Err(LightError::Chain);
        }
        if header.height != pin.height || header.id() != pin.block {
            return Err(LightError::NotPinned);
        }
        if next.hash(&chain) != header.next_validators_hash {
            return Err(LightError::OtherNext);
        }
        Ok(Self { chain, height: pin.height, block: pin.block, time_ms: header.time_ms, validators: next })
    }

    /// The network.
    pub fn chain_id(&self) -> ChainId {
        self.chain
    }
    /// The height up to which the way is known.
    pub fn height(&self) -> Height {
        self.height
    }
    /// The pin of the block at that height.
    pub fn pin(&self) -> Pin {
        Pin { height: self.height, block: self.block }
    }
    /// The time of that block.
    pub fn time_ms(&self) -> TimeMs {
        self.time_ms
    }
    /// The validators that decide the blocks after it, up to the next change.
    pub fn validators(&self) -> &ValidatorSet {
        &self.validators
    }

    /// Goes on to the next change.
    ///
    /// # Errors
    /// What is wrong with it; nothing is changed then.
    pub fn advance(&mut self, change: &SetChange) -> Result<(), LightError> {
        let trusted = self.check(&change.header, &change.certificate)?;
        if change.header.next_validators_hash == change.header.validators_hash {
            return Err(LightError::NoChange);
        }
        if change.next.hash(&self.chain) != change.header.next_validators_hash {
            return Err(LightError::OtherNext);
        }
        let Pin { height, block } = trusted.pin();
        let (time_ms, validators) = (change.header.time_ms, change.next.clone());
        *self = Self { chain: self.chain, height, block, time_ms, validators };
        Ok(())
    }

    /// Checks a later header before the next change: "between two changes the certificate of any height is enough"
    /// (protocol, Light clients).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self, header: &Header, certificate: &Certificate) -> Result<TrustedHeader, LightError> {
        if header.chain_id != self.chain {
            return Err(LightError::Chain);
        }
        if header.height <= self.height {
            return Err(LightError::Height { found: header.height, trusted: self.height });
        }
        if header.height == self.height.next() && header.parent != self.block {
            return Err(LightError::Parent);
        }
        if header.time_ms <= self.time_ms {
            return Err(LightError::Time);
        }
        if header.validators_hash != self.validators.hash(&self.chain) {
            return Err(LightError::OtherValidators);
        }
        let block = header.id();
        if certificate.height != header.height || certificate.block != block {
            return Err(LightError::OtherBlock);
        }
        verify_certificate(certificate, &self.validators, &self.chain)?;
        Ok(TrustedHeader { header: header.clone(), block })
    }

    /// The validators that decide the block after a header: after the block up to which the way is known, or a later
    /// one before the next change.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn deciders_after(&self, header: &Header, certificate: &Certificate) -> Result<&ValidatorSet, LightError> {
        if header.height == self.height {
            return if header.id() == self.block { Ok(&self.validators) } else { Err(LightError::OtherBlock) };
        }
        self.check(header, certificate)?;
        if header.next_validators_hash != header.validators_hash {
            return Err(LightError::ChangeMissing);
        }
        Ok(&self.validators)
    }
}

#[cfg(test)]
mod tests;
