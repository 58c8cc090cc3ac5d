//! The routes about pairs of brands, which come by pages.

use lojal_types::api;
use ureq::http::StatusCode;

use crate::{Client, ClientError};

/// Most pages of all pairs: 256 brands have 65,280 pairs, and a page 500.
const PAGES_MAX: usize = 200;
/// The number of times that a statement is begun again whose pages are of different blocks.
const ATTEMPTS_MAX: usize = 5;

impl Client {
    /// `GET /v1/partnerships`: all partnerships and proposals.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn partnerships(&self) -> Result<api::Partnerships, ClientError> {
        self.partnerships_telling(&mut |_| {})
    }
    /// The same, and `told` after each page how many there are so far.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn partnerships_telling(&self, told: &mut dyn FnMut(usize)) -> Result<api::Partnerships, ClientError> {
        let mut all = api::Partnerships { partnerships: Vec::new(), next_cursor: None };
        for _ in 0..PAGES_MAX {
            let cursor = all.next_cursor.take();
            let query = cursor.as_deref().map(|cursor| ("cursor", cursor));
            let page: api::Partnerships = self.get_json("/v1/partnerships", query.as_slice())?;
            all.partnerships.extend(page.partnerships);
            told(all.partnerships.len());
            all.next_cursor = page.next_cursor;
            if all.next_cursor.is_none() {
                return Ok(all);
            }
        }
        Err(self.unexpected(StatusCode::OK, "it has no end".into()))
    }
    /// `GET /v1/netting`: what all brands owe each other, after one block.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn netting(&self) -> Result<api::Netting, ClientError> {
        self.netting_telling(&mut |_| {})
    }
    /// The same, and `told` after each page how many pairs there are so far.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn netting_telling(&self, told: &mut dyn FnMut(usize)) -> Result<api::Netting, ClientError> {
        for _ in 0..ATTEMPTS_MAX {
            if let Some(statement) = self.netting_of_one_block(told)? {
                return Ok(statement);
            }
        }
        Err(self.unexpected(StatusCode::OK, "its pages are of different blocks".into()))
    }

    /// The statement, unless a block has come between its pages.
    fn netting_of_one_block(&self, told: &mut dyn FnMut(usize)) -> Result<Option<api::Netting>, ClientError> {
        let mut all: api::Netting = self.get_json("/v1/netting", &[])?;
        for _ in 0..PAGES_MAX {
            told(all.pairs.len());
            let Some(cursor) = all.next_cursor.take() else { return Ok(Some(all)) };
            let page: api::Netting = self.get_json("/v1/netting", &[("cursor", &cursor)])?;
            if page.height != all.height {
                return Ok(None);
            }
            all.pairs.extend(page.pairs);
            all.next_cursor = page.next_cursor;
        }
        Err(self.unexpected(StatusCode::OK, "it has no end".into()))
    }
}
