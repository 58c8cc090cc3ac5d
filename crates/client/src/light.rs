//! The routes of light clients, and the way along them: from the validators that are known to those of a header.

use lojal_chain::{LightError, Pin, SetChange};
use lojal_types::{Genesis, Hash, Header, Height, HexBytes, ValidatorSet, api};
use serde::de::DeserializeOwned;

use crate::proven::decode;
use crate::{Client, ClientError, FOLLOWED_MAX, Seal, Unproven, Verifier};

/// Most changes that are asked for at once.
const PAGE_MAX: u32 = 100;
/// Largest answer of these routes, in bytes: a gateway shows at most 1 MiB of changes, as twice as many digits.
const LIGHT_BYTES_MAX: u64 = 4 * 1024 * 1024;

impl Client {
    /// `GET /v1/light/changes`: changes of the validators after a height, in order, at most 100. Nothing of them is
    /// checked.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn light_changes(&self, after: Height, limit: u32) -> Result<api::LightChanges, ClientError> {
        let (after, limit) = (after.to_string(), limit.to_string());
        self.get_light("/v1/light/changes", &[("after", &after), ("limit", &limit)])
    }
    /// `GET /v1/light/blocks/{height}`: a header with its certificate, or without a height those of the last block.
    /// Nothing of them is checked.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_block` if there is no such block yet; others: see [`ClientError`].
    pub fn light_block(&self, height: Option<Height>) -> Result<api::LightBlock, ClientError> {
        let at = height.map_or_else(|| "latest".to_owned(), |height| height.to_string());
        self.get_light(&format!("/v1/light/blocks/{at}"), &[])
    }
    /// `GET /v1/light/validators/{hash}`: the validators that a header commits to. Nothing of them is checked.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_validators` if there are none; others: see [`ClientError`].
    pub fn light_validators(&self, hash: &Hash) -> Result<api::LightValidators, ClientError> {
        self.get_light(&format!("/v1/light/validators/{hash}"), &[])
    }

    /// Starts from a block that is trusted for another reason: its header and the validators after it are the
    /// gateway's, and follow from the pin by hash.
    ///
    /// # Errors
    /// [`ClientError::NotPinned`] if the gateway has another block there, which is final by what follows from genesis;
    /// [`ClientError::Untrue`] if it isn't, or the validators are others; others: see [`ClientError`].
    pub fn pinned(&self, genesis: &Genesis, pin: Pin) -> Result<Verifier, ClientError> {
        let of_pin = |error: Unproven| self.false_of(&format!("the pin at height {}", pin.height), &error);
        let block = self.light_block(Some(pin.height))?;
        let header: Header = decode(&block.header, "header").map_err(of_pin)?;
        if header.height == pin.height && header.id() != pin.block {
            return Err(self.not_pinned(genesis, &header, &block));
        }
        let (chain, hash) = (genesis.chain_id(), header.next_validators_hash);
        // Nobody has to be asked for what the document says.
        let next = if genesis.validators().hash(&chain) == hash {
            genesis.validators().clone()
        } else {
            let answer = self.light_validators(&hash)?;
            decode::<ValidatorSet>(&answer.set, "set of validators").map_err(of_pin)?
        };
        Verifier::pinned(genesis, pin, &header, next).map_err(|error| of_pin(error.into()))
    }
    /// The error of a gateway that has another block at the height of a pin: a liar's if it isn't final.
    fn not_pinned(&self, genesis: &Genesis, header: &Header, block: &api::LightBlock) -> ClientError {
        let what = format!("block {}, which isn't that of the pin", header.height);
        let check = |known: &Verifier| known.header(&block.header, &block.certificate);
        match self.judge(&mut Verifier::new(genesis), (&what, &block.header), check) {
            Err(error @ (ClientError::Untrue { .. } | ClientError::Split { .. })) => error,
            // Where the way to it can't be followed, nobody has been caught lying.
            Ok(_) | Err(_) => {
                ClientError::NotPinned { url: self.url.clone(), height: header.height, found: header.id() }
            }
        }
    }
    /// Follows every change of the validators to the gateway's last block, and checks that. The verifier knows the
    /// validators of that block then.
    ///
    /// # Errors
    /// [`ClientError::Untrue`] if anything on the way, or the block, doesn't hold; [`ClientError::Behind`] if it isn't
    /// later than what the verifier knows; others: see [`ClientError`].
    pub fn latest(&self, verifier: &mut Verifier) -> Result<(Seal, Vec<SetChange>), ClientError> {
        let block = self.light_block(None)?;
        let what = "the last block";
        let header: Header = decode(&block.header, "header").map_err(|error| self.false_of(what, &error))?;
        let mut next = verifier.clone();
        let changes = if next.can_follow(&header) { self.follow(&mut next, header.height)? } else { Vec::new() };
        let seal = next.header(&block.header, &block.certificate).map_err(|error| self.false_of(what, &error))?;
        *verifier = next;
        Ok((seal, changes))
    }
    /// Checks a block that another verifier has found to be final.
    ///
    /// # Errors
    /// As for [`Client::latest`].
    pub fn check(&self, verifier: &mut Verifier, seal: &Seal) -> Result<Seal, ClientError> {
        let check = |verifier: &Verifier| verifier.header(&seal.header, &seal.certificate);
        self.judge(verifier, ("the last block", &seal.header), check)
    }
    /// Follows every change of the validators below a height, and gives the changes. Nothing is skipped: "those who
    /// decided long ago could otherwise decide what comes later" (protocol, Light clients).
    ///
    /// # Errors
    /// [`ClientError::Untrue`] if a change doesn't lead on; [`ClientError::Behind`] if the gateway doesn't know all of
    /// them yet; [`ClientError::TooManyChanges`]; others: see [`ClientError`].
    pub fn follow(&self, verifier: &mut Verifier, below: Height) -> Result<Vec<SetChange>, ClientError> {
        let from = verifier.pin().height;
        let mut followed = Vec::new();
        loop {
            let page = self.light_changes(verifier.pin().height, PAGE_MAX)?;
            for bytes in &page.changes {
                let change: SetChange =
                    decode(bytes, "form").map_err(|error| self.false_of("a change of the validators", &error))?;
                let height = change.header.height;
                if height >= below {
                    return Ok(followed);
                }
                if followed.len() == FOLLOWED_MAX {
                    return Err(ClientError::TooManyChanges { url: self.url.clone(), from });
                }
                let what = format!("the change of the validators at height {height}");
                verifier.advance(&change).map_err(|error| self.false_of(&what, &error.into()))?;
                followed.push(change);
            }
            if page.more && page.changes.is_empty() {
                let reason = "it has more changes of the validators, and shows none".to_owned();
                return Err(ClientError::Untrue { url: self.url.clone(), reason });
            }
            if !page.more && page.height.next() < below {
                let reason = format!("it knows the validators up to block {} and not to {below}", page.height);
                return Err(ClientError::Behind { url: self.url.clone(), reason });
            }
            if !page.more {
                return Ok(followed);
            }
        }
    }

    /// Judges something that is proven against a header, after the validators have been followed to it where others
    /// than those that are known decide it. The verifier learns of them only if all of it holds.
    pub(crate) fn judge<T>(
        &self,
        verifier: &mut Verifier,
        (what, header): (&str, &HexBytes),
        check: impl FnOnce(&Verifier) -> Result<T, Unproven>,
    ) -> Result<T, ClientError> {
        let of_this = |error: Unproven| self.false_of(what, &error);
        let header: Header = decode(header, "header").map_err(of_this)?;
        let mut next = verifier.clone();
        if next.can_follow(&header) && !next.knows_validators_of(&header) {
            self.follow(&mut next, header.height)?;
        }
        let value = check(&next).map_err(of_this)?;
        *verifier = next;
        Ok(value)
    }

    /// The error of a gateway whose answer proves nothing.
    pub(crate) fn false_of(&self, what: &str, error: &Unproven) -> ClientError {
        let url = self.url.clone();
        match error {
            Unproven::Header(LightError::Height { found, trusted }) if found < trusted => {
                let reason = format!("it shows block {found}, and block {trusted} is known already");
                ClientError::Behind { url, reason }
            }
            Unproven::Split(seal) => ClientError::Split { url, seal: seal.clone() },
            error => ClientError::Untrue { url, reason: format!("of {what}, {error}") },
        }
    }

    fn get_light<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, ClientError> {
        let (status, bytes) = self.get(path, query, self.patience, LIGHT_BYTES_MAX)?;
        self.parse(status, &bytes)
    }
}
