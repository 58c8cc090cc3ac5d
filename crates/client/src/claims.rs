//! Accounts that a brand's connector keeps for customers without a wallet, as a wallet claims them.

use lojal_types::{AddressText, PublicKey};
use serde::{Deserialize, Serialize};

use crate::{Client, ClientError};

/// The key that a wallet wants an account to have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClaimingKey {
    /// The key.
    pub public_key: PublicKey,
}

/// A claim, as the connector answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// The account.
    pub account: AddressText,
    /// The key that it gets.
    pub public_key: PublicKey,
    /// The state: `queued`, or `claimed` once it has the key.
    pub state: String,
}

impl Client {
    /// `POST /claims/{code}` of a connector, which is no gateway: asks that the account to which the code leads gets a
    /// key. The answer comes when it has it, or after the connector's limit.
    ///
    /// # Errors
    /// [`ClientError::Problem`] when it is refused; others: see [`ClientError`].
    pub fn claim(&self, code: &str, public_key: PublicKey) -> Result<Claimed, ClientError> {
        let body = serde_json::to_vec(&ClaimingKey { public_key }).expect("plain data has a JSON form");
        self.change(&format!("/claims/{code}"), None, &body)
    }
}
