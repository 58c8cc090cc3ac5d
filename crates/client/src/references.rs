//! The question of a till that has lost an answer.

use lojal_types::api::{ReferenceKind, UsedReference};
use lojal_types::{BrandId, Day, Reference};

use crate::{Client, ClientError};

impl Client {
    /// `GET /v1/brands/{id}/references/{kind}/{reference}`: the use of a reference, and what became of that; found
    /// sooner by the reference's day.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_reference` if it isn't used, as far as the ledger remembers; others: see
    /// [`ClientError`].
    pub fn reference(
        &self,
        brand: &BrandId,
        (kind, reference): (ReferenceKind, &Reference),
        dated: Option<Day>,
    ) -> Result<UsedReference, ClientError> {
        self.get_dated(&format!("/v1/brands/{brand}/references/{kind}/{reference}"), dated)
    }
}
