//! Texts that a till or a brand's site and a member show each other, fit for a QR code and for being pasted.
//!
//! The text is `lojal:` and a bech32m string (BIP-350): its prefix, `pay`, `use`, `hold`, `claim` or `refer`, says what
//! it is; its data are a version byte and the canonical bytes (borsh). Case doesn't matter as long as it is all one,
//! and white space nowhere does. The checksum finds every change of one or two characters, and any other damage but for
//! one case in 2^30.

use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32m, Hrp};
use borsh::{BorshDeserialize, BorshSerialize};
use lojal_types::{Address, BrandId, CampaignId, ChainTag, Day, Points, Reference, Request, TimeMs, VoucherRequest};
use thiserror::Error;

use crate::time::hold_end;

/// The scheme that every text starts with.
pub const SCHEME: &str = "lojal:";
/// Longest text, in bytes.
pub const URI_BYTES_MAX: usize = 1024;
/// The version of the content that this code knows.
pub const URI_VERSION: u8 = 1;

/// A reason a text can't be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UriError {
    /// Something else than a text of this kind of wallet.
    #[error("this is neither a payment request nor a ticket: those start with {SCHEME}")]
    Scheme,
    /// The right start, but not what was written.
    #[error("the text is damaged ({0}): scan or copy all of it again")]
    Damaged(String),
    /// Another kind of text.
    #[error("this is {found}, and what is needed here is {expected}")]
    Kind {
        /// The kind that it is of.
        found: String,
        /// The kind that is needed.
        expected: &'static str,
    },
    /// Made by a later program.
    #[error("the text has version {0}, but this program knows version {URI_VERSION}: use a newer program")]
    Version(u8),
    /// Made for another network.
    #[error("this {what} is for network {found}…, but this wallet belongs to network {expected}…")]
    Network {
        /// The kind of text.
        what: &'static str,
        /// The network that it is for.
        found: ChainTag,
        /// The wallet's network.
        expected: ChainTag,
    },
    /// Its time is over.
    #[error("the time of this {what} is over: {remedy}")]
    Expired {
        /// The kind of text.
        what: &'static str,
        /// The next step.
        remedy: &'static str,
    },
}

/// A till asks a member for points. The text doesn't carry the reference: whoever answers computes it from the rest, so
/// there is none that doesn't fit.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PaymentRequest {
    /// The network.
    pub chain: ChainTag,
    /// The request.
    pub request: Request,
}

/// A till asks a member for uses of a voucher of a campaign. As for points the reference is computed from the rest.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct VoucherCall {
    /// The network.
    pub chain: ChainTag,
    /// The request.
    pub request: VoucherRequest,
}

/// A member shows a till which points are held for it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HoldTicket {
    /// The network.
    pub chain: ChainTag,
    /// The brand of the points.
    pub brand: BrandId,
    /// The account that they are held from.
    pub from: Address,
    /// The reference of the hold.
    pub hold_reference: Reference,
    /// The day of the hold's request.
    pub hold_dated: Day,
    /// The amount.
    pub amount: Points,
    /// The time at which the hold was asked to end.
    pub expires_ms: TimeMs,
}

/// A brand shows a customer who has logged in how their wallet gets the account that was kept for them.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ClaimOffer {
    /// The network.
    pub chain: ChainTag,
    /// The brand.
    pub brand: BrandId,
    /// The account.
    pub account: Address,
    /// The secret by which the brand knows the customer again.
    pub code: [u8; 16],
    /// The time from which on it knows nobody by it.
    pub until_ms: TimeMs,
    /// The address of the brand's connector.
    pub url: String,
}

/// A member shows somebody how to take part in a campaign that gives something to both.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Referral {
    /// The network.
    pub chain: ChainTag,
    /// The brand.
    pub brand: BrandId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The account of the member.
    pub referrer: Address,
}

const PAY: &str = "pay";
const USE: &str = "use";
const HOLD: &str = "hold";
const CLAIM: &str = "claim";
const REFER: &str = "refer";
const REQUEST_NAME: &str = "payment request";
const CALL_NAME: &str = "request for a voucher";
const TICKET_NAME: &str = "ticket";
const CLAIM_NAME: &str = "claim";
const REFERRAL_NAME: &str = "referral";

impl PaymentRequest {
    /// The text, in upper case, which makes the smallest QR code.
    pub fn to_uri(&self) -> String {
        encode(PAY, self)
    }
    /// Reads the text.
    ///
    /// # Errors
    /// When it is damaged or something else. Whether it can be paid here and now is for [`PaymentRequest::check`].
    pub fn from_uri(text: &str) -> Result<Self, UriError> {
        decode(PAY, text)
    }
    /// Checks that it is for a network and that its time is not over.
    ///
    /// # Errors
    /// [`UriError::Network`] or [`UriError::Expired`].
    pub fn check(&self, chain: ChainTag, now: TimeMs) -> Result<(), UriError> {
        check(REQUEST_NAME, "ask the till for a new one", (self.chain, chain), (self.request.until_ms, now))
    }
}

impl VoucherCall {
    /// The text, in upper case, which makes the smallest QR code.
    pub fn to_uri(&self) -> String {
        encode(USE, self)
    }
    /// Reads the text.
    ///
    /// # Errors
    /// When it is damaged or something else. Whether it can be answered here and now is for [`VoucherCall::check`].
    pub fn from_uri(text: &str) -> Result<Self, UriError> {
        decode(USE, text)
    }
    /// Checks that it is for a network and that its time is not over.
    ///
    /// # Errors
    /// [`UriError::Network`] or [`UriError::Expired`].
    pub fn check(&self, chain: ChainTag, now: TimeMs) -> Result<(), UriError> {
        check(CALL_NAME, "ask the till for a new one", (self.chain, chain), (self.request.until_ms, now))
    }
}

impl HoldTicket {
    /// The text, in upper case, which makes the smallest QR code.
    pub fn to_uri(&self) -> String {
        encode(HOLD, self)
    }
    /// Reads the text.
    ///
    /// # Errors
    /// When it is damaged or something else. Whether it can be used here and now is for [`HoldTicket::check`].
    pub fn from_uri(text: &str) -> Result<Self, UriError> {
        decode(HOLD, text)
    }
    /// Checks that it is for a network and that its time is not over.
    ///
    /// # Errors
    /// [`UriError::Network`] or [`UriError::Expired`].
    pub fn check(&self, chain: ChainTag, now: TimeMs) -> Result<(), UriError> {
        let remedy = "the points are their owner's again, ask for a new payment";
        check(TICKET_NAME, remedy, (self.chain, chain), (self.ends_ms(), now))
    }
    /// The time from which on the points can't be taken any more: holds end on whole minutes.
    pub fn ends_ms(&self) -> TimeMs {
        hold_end(self.expires_ms)
    }
}

impl ClaimOffer {
    /// The text, in upper case, which makes the smallest QR code.
    pub fn to_uri(&self) -> String {
        encode(CLAIM, self)
    }
    /// Reads the text.
    ///
    /// # Errors
    /// When it is damaged or something else. Whether it can be used here and now is for [`ClaimOffer::check`].
    pub fn from_uri(text: &str) -> Result<Self, UriError> {
        decode(CLAIM, text)
    }
    /// Checks that it is for a network and that its time is not over.
    ///
    /// # Errors
    /// [`UriError::Network`] or [`UriError::Expired`].
    pub fn check(&self, chain: ChainTag, now: TimeMs) -> Result<(), UriError> {
        check(CLAIM_NAME, "ask the brand for a new one", (self.chain, chain), (self.until_ms, now))
    }
}

impl Referral {
    /// The text, in upper case, which makes the smallest QR code.
    pub fn to_uri(&self) -> String {
        encode(REFER, self)
    }
    /// Reads the text.
    ///
    /// # Errors
    /// When it is damaged or something else. Whether it can be used here is for [`Referral::check`].
    pub fn from_uri(text: &str) -> Result<Self, UriError> {
        decode(REFER, text)
    }
    /// Checks that it is for a network. It lasts as long as its campaign.
    ///
    /// # Errors
    /// [`UriError::Network`].
    pub fn check(&self, expected: ChainTag) -> Result<(), UriError> {
        let (what, found) = (REFERRAL_NAME, self.chain);
        if found == expected { Ok(()) } else { Err(UriError::Network { what, found, expected }) }
    }
}

fn check(
    what: &'static str,
    remedy: &'static str,
    (found, expected): (ChainTag, ChainTag),
    (expires_ms, now): (TimeMs, TimeMs),
) -> Result<(), UriError> {
    if found != expected {
        return Err(UriError::Network { what, found, expected });
    }
    if now >= expires_ms { Err(UriError::Expired { what, remedy }) } else { Ok(()) }
}

fn encode(prefix: &str, content: &impl BorshSerialize) -> String {
    let bytes = borsh::to_vec(&(URI_VERSION, content)).expect("writing to memory can't fail");
    let hrp = Hrp::parse_unchecked(prefix);
    let text = bech32::encode_upper::<Bech32m>(hrp, &bytes).expect("far shorter than bech32m's limit");
    SCHEME.to_uppercase() + &text
}

fn decode<T: BorshDeserialize + BorshSerialize>(prefix: &'static str, text: &str) -> Result<T, UriError> {
    let damaged = |reason: &str| UriError::Damaged(reason.to_owned());
    if text.len() > URI_BYTES_MAX {
        return Err(damaged("it is too long"));
    }
    let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let scheme = text.get(..SCHEME.len()).filter(|start| start.eq_ignore_ascii_case(SCHEME)).ok_or(UriError::Scheme)?;
    let parsed = CheckedHrpstring::new::<Bech32m>(&text[scheme.len()..]).map_err(|e| damaged(&e.to_string()))?;
    let found = parsed.hrp().to_lowercase();
    if found != prefix {
        return Err(UriError::Kind { found: kind_in_words(&found), expected: expected_in_words(prefix) });
    }
    let bytes: Vec<u8> = parsed.byte_iter().collect();
    match bytes.split_first() {
        None => Err(damaged("it is empty")),
        Some((&URI_VERSION, content)) => {
            let content = borsh::from_slice(content).map_err(|e| damaged(&e.to_string()))?;
            // Bits after the last byte would make a second text.
            let is_the_text = encode(prefix, &content).eq_ignore_ascii_case(&text);
            if is_the_text { Ok(content) } else { Err(damaged("there is more in it than there should be")) }
        }
        Some((&version, _)) => Err(UriError::Version(version)),
    }
}

fn kind_in_words(prefix: &str) -> String {
    match prefix {
        PAY | USE | HOLD | CLAIM | REFER => expected_in_words(prefix).to_owned(),
        other => format!("something called {other}"),
    }
}

fn expected_in_words(prefix: &str) -> &'static str {
    match prefix {
        PAY => "the payment request that the till shows",
        USE => "the request for a voucher that the till shows",
        HOLD => "the ticket that the member shows",
        REFER => "the referral that a member shows",
        _ => "the claim that the brand shows",
    }
}

#[cfg(test)]
mod tests;
