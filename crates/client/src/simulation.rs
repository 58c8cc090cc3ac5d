//! The effect that a transaction would have.

use lojal_types::{UnsignedTransaction, api};

use crate::{ANSWER_BYTES_MAX, Client, ClientError, READ_TIMEOUT};

impl Client {
    /// `POST /v1/simulate`: the effect that a transaction would have in the next block; nothing is sent on. Nobody has
    /// to have signed it, but whoever asks must be able to read its sender ([`Client::set_token`]).
    ///
    /// # Errors
    /// [`ClientError::Problem`] with `not_permitted` for somebody else's; others: see [`ClientError`].
    pub fn simulate(&self, unsigned: &UnsignedTransaction) -> Result<api::Simulation, ClientError> {
        let body = unsigned.encode();
        self.patiently(|| {
            let url = format!("{}/v1/simulate", self.url);
            let mut request = self.agent.post(url).content_type("application/octet-stream");
            if let Some(authorization) = self.authorization() {
                request = request.header("authorization", authorization);
            }
            let answer = request.config().timeout_global(Some(READ_TIMEOUT)).build().send(&body[..]);
            let (status, bytes) = self.receive(answer, ANSWER_BYTES_MAX)?;
            self.parse(status, &bytes)
        })
    }
}
