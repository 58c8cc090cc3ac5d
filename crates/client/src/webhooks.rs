//! The webhooks of a brand. All of it takes a token of one of its admins that ends within 5 minutes:
//! [`Client::read_as`].

use lojal_types::BrandId;
use lojal_types::api::{Deliveries, EventPlace, NewWebhook, Webhook, WebhookSecret, Webhooks};
use serde::de::DeserializeOwned;
use ureq::http::StatusCode;

use crate::{ANSWER_BYTES_MAX, Client, ClientError, READ_TIMEOUT};

impl Client {
    /// `GET /v1/brands/{id}/webhooks`: all that are registered at this gateway.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn webhooks(&self, brand: &BrandId) -> Result<Webhooks, ClientError> {
        self.get_json(&format!("/v1/brands/{brand}/webhooks"), &[])
    }
    /// `POST /v1/brands/{id}/webhooks`: registers one; the only answer that has its secret.
    ///
    /// # Errors
    /// See [`ClientError`].
    pub fn add_webhook(&self, brand: &BrandId, new: &NewWebhook) -> Result<WebhookSecret, ClientError> {
        let body = serde_json::to_vec(new).expect("plain data has a JSON form");
        self.change(&format!("/v1/brands/{brand}/webhooks"), None, &body)
    }
    /// `DELETE /v1/brands/{id}/webhooks/{webhook}`: removes one.
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `unknown_webhook` if there is none with this id; others: see [`ClientError`].
    pub fn remove_webhook(&self, brand: &BrandId, id: &str) -> Result<(), ClientError> {
        let mut request = self.agent.delete(format!("{}/v1/brands/{brand}/webhooks/{id}", self.url));
        if let Some(authorization) = self.authorization() {
            request = request.header("authorization", authorization);
        }
        let answer = request.config().timeout_global(Some(READ_TIMEOUT)).build().call();
        self.receive(answer, ANSWER_BYTES_MAX).map(|_| ())
    }
    /// `POST /v1/brands/{id}/webhooks/{webhook}/secret`: gives one another secret, which signs beside the old one for a
    /// day.
    ///
    /// # Errors
    /// As for [`Client::remove_webhook`].
    pub fn roll_webhook(&self, brand: &BrandId, id: &str) -> Result<WebhookSecret, ClientError> {
        self.change(&format!("/v1/brands/{brand}/webhooks/{id}/secret"), None, &[])
    }
    /// `GET /v1/brands/{id}/webhooks/{webhook}/deliveries`: the last attempts, and what was given up.
    ///
    /// # Errors
    /// As for [`Client::remove_webhook`].
    pub fn deliveries(&self, brand: &BrandId, id: &str) -> Result<Deliveries, ClientError> {
        self.get_json(&format!("/v1/brands/{brand}/webhooks/{id}/deliveries"), &[])
    }
    /// `POST /v1/brands/{id}/webhooks/{webhook}/replay`: sends again what comes after a place, or goes on where it was.
    ///
    /// # Errors
    /// As for [`Client::remove_webhook`].
    pub fn replay_webhook(&self, brand: &BrandId, id: &str, after: Option<EventPlace>) -> Result<Webhook, ClientError> {
        let after = after.map(|place| place.to_string());
        self.change(&format!("/v1/brands/{brand}/webhooks/{id}/replay"), after.as_deref(), &[])
    }

    pub(crate) fn change<T: DeserializeOwned>(
        &self,
        path: &str,
        after: Option<&str>,
        json: &[u8],
    ) -> Result<T, ClientError> {
        let mut request = self.agent.post(format!("{}{path}", self.url)).content_type("application/json");
        if let Some(after) = after {
            request = request.query("after", after);
        }
        if let Some(authorization) = self.authorization() {
            request = request.header("authorization", authorization);
        }
        let answer = request.config().timeout_global(Some(READ_TIMEOUT)).build().send(json);
        let (status, bytes): (StatusCode, Vec<u8>) = self.receive(answer, ANSWER_BYTES_MAX)?;
        self.parse(status, &bytes)
    }
}
