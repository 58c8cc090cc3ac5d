//! The routes of a brand's lists. All of it is the gateway's word.

use lojal_types::{AddressText, BrandId, TimeMs, api};

use crate::{Client, ClientError};

/// The transactions of a brand that are wanted; all without any of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BrandFilter<'a> {
    /// Those that concern this account.
    pub account: Option<AddressText>,
    /// Those with an operation of this kind, by its name in JSON.
    pub kind: Option<&'a str>,
    /// Those of blocks that are no earlier.
    pub since_ms: Option<TimeMs>,
}

impl Client {
    /// `GET /v1/brands/{id}/transactions`: the applied transactions with points of a brand, the newest first; the next
    /// page is asked for with the cursor of the one before. Nothing shows that these are all.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn brand_transactions(
        &self,
        brand: &BrandId,
        filter: &BrandFilter<'_>,
        (limit, cursor): (u32, Option<&str>),
    ) -> Result<api::BrandTransactions, ClientError> {
        let account = filter.account.map(|account| account.to_string());
        let since = filter.since_ms.map(|since| since.get().to_string());
        let limit = limit.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(account.iter().map(|account| ("account", account.as_str())));
        query.extend(filter.kind.map(|kind| ("kind", kind)));
        query.extend(since.iter().map(|since| ("since_ms", since.as_str())));
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        self.get_json(&format!("/v1/brands/{brand}/transactions"), &query)
    }
    /// `GET /v1/brands/{id}/accounts`: a page of the accounts that have points of a brand, which can be empty and not
    /// the last.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn brand_accounts(&self, brand: &BrandId, cursor: Option<&str>) -> Result<api::BrandAccounts, ClientError> {
        let query: Vec<(&str, &str)> = cursor.map(|cursor| ("cursor", cursor)).into_iter().collect();
        self.get_json(&format!("/v1/brands/{brand}/accounts"), &query)
    }
    /// `GET /v1/brands/{id}/expiring`: a page of the points of a brand that expire with this month, or with one of so
    /// many from it on; it can be empty and not the last.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn brand_expiring(
        &self,
        brand: &BrandId,
        months: u8,
        cursor: Option<&str>,
    ) -> Result<api::BrandExpiring, ClientError> {
        let months = months.to_string();
        let mut query = vec![("months", months.as_str())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        self.get_json(&format!("/v1/brands/{brand}/expiring"), &query)
    }
    /// `GET /v1/brands/{id}/statistics`: a brand's points by month.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn brand_statistics(&self, brand: &BrandId) -> Result<api::BrandStatistics, ClientError> {
        self.get_json(&format!("/v1/brands/{brand}/statistics"), &[])
    }
}
